package pricing

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"craftplan/internal/audit"
	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/crm"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory"
	"craftplan/internal/money"
	"craftplan/internal/pricing/internal/db"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
)

// List is what the customers of a group pay for orders that are due on some days.
type List struct {
	ID id.ID
	Details
	Group      string
	ArchivedAt *calendar.Instant
}

// Details are what people enter about a list. Field names in errors are name, group, discount, valid_from, valid_until,
// rows.0.product, rows.0.minimum and rows.0.price; the numbers are the Row of each.
type Details struct {
	Name       string
	GroupID    id.ID
	Discount   int64          // millionths of a product's price, for products without a row: 0 to 1,000,000
	ValidFrom  *calendar.Date // the first day that an order is due; nil is from ever
	ValidUntil *calendar.Date // the last; nil is for good
	Rows       []Row
}

// Row is the price of one piece of a product from so many pieces of a line on.
type Row struct {
	Row       int // where it stands in a form
	ProductID id.ID
	Break
	Name, SKU string       // of the product, when it is read
	Own       money.Amount // the product's price, when it is read
}

// MaxRows is how many rows a list may have.
const MaxRows = 200

// On tells whether the list is valid on a day.
func (d Details) On(day calendar.Date) bool {
	return (d.ValidFrom == nil || !day.Before(*d.ValidFrom)) && (d.ValidUntil == nil || !day.After(*d.ValidUntil))
}

// Validate tells what is wrong with the fields and returns them cleaned.
func (d Details) Validate() (Details, error) {
	var p fault.Problems
	d.Name = strings.Join(strings.Fields(d.Name), " ")
	_ = p.Merge(inventory.CheckName(d.Name)) // only Invalid faults
	if utf8.RuneCountInString(d.Name) > 60 {
		p.Add("name", "Use at most 60 characters.")
	}
	if d.GroupID.IsZero() {
		p.Add("group", "Choose the group that pays these prices.")
	}
	if d.Discount < 0 || d.Discount > money.Micro {
		p.Add("discount", "Enter a percentage from 0 to 100.")
	}
	if d.ValidFrom != nil && d.ValidUntil != nil && d.ValidUntil.Before(*d.ValidFrom) {
		p.Add("valid_until", "Enter a day that is not before the first.")
	}
	if len(d.Rows) == 0 && d.Discount == 0 {
		p.Add("discount", "Enter a discount, or prices below.")
	}
	if len(d.Rows) > MaxRows {
		p.Addf(fmt.Sprintf("rows.%d.product", d.Rows[MaxRows].Row), "A list has at most %d prices. A discount covers the rest.", MaxRows)
	}
	d.checkRows(&p)
	return d, p.Err()
}

func (d Details) checkRows(p *fault.Problems) {
	type key struct {
		product id.ID
		minimum quantity.Quantity
	}
	seen := map[key]bool{}
	for _, r := range d.Rows {
		at := func(field string) string { return fmt.Sprintf("rows.%d.%s", r.Row, field) }
		if r.Minimum <= 0 || r.Minimum%quantity.Micro != 0 || r.Minimum > quantity.Of(1_000_000) {
			p.Add(at("minimum"), "Enter a whole number of pieces, from 1.")
		}
		if r.Price < 0 || r.Price > money.Max {
			p.Add(at("price"), "Enter a price that is not negative.")
		}
		if k := (key{r.ProductID, r.Minimum}); seen[k] {
			p.Add(at("minimum"), "This product has a price from this many on already.")
		} else {
			seen[k] = true
		}
	}
}

// Summary is one row of the list of lists.
type Summary struct {
	List
	Prices int64
}

// All are the lists that are archived or those that are not, by group and time, without their rows.
func All(ctx context.Context, tx *store.Tx, archived bool) ([]Summary, error) {
	if err := tx.Require(authz.CatalogRead); err != nil {
		return nil, err
	}
	rows, err := db.For(tx).ListPriceLists(ctx, db.ListPriceListsIn{Archived: archived})
	all := make([]Summary, len(rows))
	for i, r := range rows {
		all[i] = Summary{List{r.ID, Details{Name: r.Name, GroupID: r.GroupID, Discount: r.Discount, ValidFrom: r.ValidFrom, ValidUntil: r.ValidUntil}, r.GroupName, r.ArchivedAt}, r.RowCount}
	}
	return all, err
}

// Get reads a list with its rows.
func Get(ctx context.Context, tx *store.Tx, which id.ID) (List, error) {
	if err := tx.Require(authz.CatalogRead); err != nil {
		return List{}, err
	}
	r, err := db.For(tx).GetPriceList(ctx, db.GetPriceListIn{ID: which})
	if err = store.Translate(err); fault.Is(err, fault.KindNotFound) {
		return List{}, fault.NotFound("price list")
	}
	if err != nil {
		return List{}, err
	}
	return listOf(db.PriceListOnRow(r)).withRows(ctx, tx)
}

func listOf(r db.PriceListOnRow) List {
	return List{r.ID, Details{Name: r.Name, GroupID: r.GroupID, Discount: r.Discount, ValidFrom: r.ValidFrom, ValidUntil: r.ValidUntil}, r.GroupName, r.ArchivedAt}
}

func (l List) withRows(ctx context.Context, tx *store.Tx) (List, error) {
	rows, err := db.For(tx).RowsOfPriceList(ctx, db.RowsOfPriceListIn{PriceListID: l.ID})
	for i, r := range rows {
		l.Rows = append(l.Rows, Row{i, r.ProductID, Break{r.Minimum, r.Price}, r.Name, r.Sku, r.ProductPrice})
	}
	return l, err
}

// For is what the customers of a group pay for orders that are due on a day. No group, and one without a list then, pays
// everybody's prices.
func For(ctx context.Context, tx *store.Tx, group *id.ID, day calendar.Date) (Book, error) {
	if err := tx.Require(authz.CatalogRead); err != nil {
		return Book{}, err
	}
	if group == nil {
		return Book{}, nil
	}
	r, err := db.For(tx).PriceListOn(ctx, db.PriceListOnIn{GroupID: *group, OnDay: day})
	if err = store.Translate(err); fault.Is(err, fault.KindNotFound) {
		return Book{}, nil
	}
	if err != nil {
		return Book{}, err
	}
	l, err := listOf(r).withRows(ctx, tx)
	return l.Book(tx.Context().Currency), err
}

// Book is what a list says, by itself.
func (l List) Book(currency string) Book {
	b := Book{l.Name, l.Discount, currency, map[id.ID][]Break{}}
	for _, r := range l.Rows { // the lowest minimum first, as they are read
		b.breaks[r.ProductID] = append(b.breaks[r.ProductID], r.Break)
	}
	return b
}

// Offer is what a list says of one product: a row, or its discount when Minimum is 0.
type Offer struct {
	ListID      id.ID
	List, Group string
	From, Until *calendar.Date
	Break
}

// Offers are what the lists that are not archived say of a product, by group and list.
func Offers(ctx context.Context, tx *store.Tx, product id.ID, own money.Amount) ([]Offer, error) {
	if err := tx.Require(authz.CatalogRead); err != nil {
		return nil, err
	}
	rows, err := db.For(tx).PricesOfProduct(ctx, db.PricesOfProductIn{ProductID: product})
	if err != nil {
		return nil, err
	}
	var offers []Offer
	from := map[id.ID]quantity.Quantity{} // the lowest minimum of each list
	for _, r := range rows {
		if _, seen := from[r.ID]; !seen {
			from[r.ID] = r.Minimum
		}
		offers = append(offers, Offer{r.ID, r.Name, r.GroupName, r.ValidFrom, r.ValidUntil, Break{r.Minimum, r.Price}})
	}
	general, err := db.For(tx).DiscountsWithout(ctx)
	for _, l := range general {
		if minimum, listed := from[l.ID]; !listed || minimum > quantity.Micro {
			offers = append(offers, Offer{l.ID, l.Name, l.GroupName, l.ValidFrom, l.ValidUntil, Break{0, Less(own, l.Discount, tx.Context().Currency)}})
		}
	}
	slices.SortStableFunc(offers, func(a, b Offer) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.List, b.List), cmp.Compare(a.Minimum, b.Minimum))
	})
	return offers, err
}

// check is what cannot be told from the fields alone.
func (l List) check(ctx context.Context, tx *store.Tx) error {
	var p fault.Problems
	if err := tx.Lock(ctx, "price lists of "+l.GroupID.String()); err != nil {
		return err
	}
	groups, err := crm.Groups(ctx, tx)
	if err != nil {
		return err
	}
	known := false
	for _, g := range groups {
		known = known || g.ID == l.GroupID
	}
	if !known {
		p.Add("group", "Choose a group of the list.")
	}
	taken, err := db.For(tx).PriceListNamed(ctx, db.PriceListNamedIn{ID: l.ID, Name: l.Name})
	if err != nil {
		return err
	}
	if taken > 0 {
		p.Add("name", "Another price list has this name.")
	}
	if err := l.alone(ctx, tx, &p); err != nil {
		return err
	}
	return p.Err()
}

// alone looks for lists of the group that are valid on a day on which this one is.
func (l List) alone(ctx context.Context, tx *store.Tx, p *fault.Problems) error {
	others, err := db.For(tx).PriceListsOf(ctx, db.PriceListsOfIn{GroupID: l.GroupID})
	for _, o := range others {
		before := o.ValidUntil != nil && l.ValidFrom != nil && o.ValidUntil.Before(*l.ValidFrom)
		after := o.ValidFrom != nil && l.ValidUntil != nil && l.ValidUntil.Before(*o.ValidFrom)
		if o.ID != l.ID && !before && !after {
			p.Add("valid_from", fmt.Sprintf("“%s” of this group is valid then too. Let one end before the other begins, or archive it.", o.Name))
			break
		}
	}
	return err
}

// fields are what the audit log tells of a list.
func (l List) fields() audit.Fields {
	f := audit.Fields{"Name": l.Name, "Group": l.Group, "Discount": audit.Rate(l.Discount), "From": l.ValidFrom, "Until": l.ValidUntil}
	for _, r := range l.Rows {
		f[fmt.Sprintf("%s from %s", r.SKU, quantity.Decimal(r.Minimum))] = audit.Money(r.Price)
	}
	return f
}
