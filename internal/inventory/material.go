package inventory

import (
	"context"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory/internal/db"
	"craftplan/internal/money"
	"craftplan/internal/quantity"
	"craftplan/internal/search"
	"craftplan/internal/store"
)

// Material is something bought and used up.
type Material struct {
	ID id.ID
	Details
	OnHand     quantity.Quantity
	Lots       int64
	ArchivedAt *calendar.Instant
}

// Details are what people enter about a material. Field names in errors are name, sku, unit, price, minimum, maximum and notes.
type Details struct {
	Name, SKU string
	Unit      quantity.Unit
	Price     money.Amount // of one stock unit
	Minimum   *quantity.Quantity
	Maximum   *quantity.Quantity
	Notes     string
}

// skuForm is what fits into an address and a batch code.
var skuForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,49}$`)

// CheckSKU tells whether the text may be a SKU, in words for the field.
func CheckSKU(sku string) error {
	if !skuForm.MatchString(sku) || sku == "new" {
		return fault.Invalid("sku", "Use 1 to 50 letters, digits, points, hyphens and underscores, such as FLOUR-001.")
	}
	return nil
}

// CheckName tells whether the text may be a name of 1 to 120 printable characters, in words for the field.
func CheckName(name string) error {
	switch {
	case name == "":
		return fault.Invalid("name", "Enter a name.")
	case utf8.RuneCountInString(name) > 120:
		return fault.Invalid("name", "Use at most 120 characters.")
	case strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }):
		return fault.Invalid("name", "Use printable characters only.")
	}
	return nil
}

// Validate tells what is wrong with the fields and returns them cleaned.
func (d Details) Validate() (Details, error) {
	var p fault.Problems
	d.Name = strings.Join(strings.Fields(d.Name), " ")
	d.SKU = strings.TrimSpace(d.SKU)
	d.Notes = strings.TrimSpace(d.Notes)
	_ = p.Merge(CheckName(d.Name)) // only Invalid faults
	_ = p.Merge(CheckSKU(d.SKU))
	if _, err := quantity.ParseUnit(string(d.Unit)); err != nil {
		p.Add("unit", err.Error())
	}
	if d.Price < 0 || d.Price > money.Max {
		p.Add("price", "Enter a price that is not negative.")
	}
	if d.Minimum != nil && d.Maximum != nil && *d.Maximum < *d.Minimum {
		p.Addf("maximum", "Must be at least the minimum, %s.", quantity.Input(*d.Minimum, d.Unit))
	}
	if utf8.RuneCountInString(d.Notes) > 2000 {
		p.Add("notes", "Use at most 2000 characters.")
	}
	return d, p.Err()
}

func (d Details) searchText() string { return search.Fold(d.Name, d.SKU) }

// Get reads the material with a SKU.
func Get(ctx context.Context, tx *store.Tx, sku string) (Material, error) {
	if err := tx.Require(authz.InventoryRead); err != nil {
		return Material{}, err
	}
	row, err := db.For(tx).GetMaterial(ctx, db.GetMaterialIn{Sku: sku})
	if err = store.Translate(err); fault.Is(err, fault.KindNotFound) {
		return Material{}, fault.NotFound("material")
	}
	m := Material{ID: row.ID, Details: Details{row.Name, row.Sku, quantity.Unit(row.Unit), row.Price, row.MinimumStock, row.MaximumStock, row.Notes}, OnHand: row.OnHand, Lots: row.LotCount, ArchivedAt: row.ArchivedAt}
	return m, err
}

func (m Material) item() Item { return Item{m.ID, OfMaterial, m.Name, m.SKU, m.Unit} }

// Create adds a material, with what is on the shelf already as its first lot.
func Create(ctx context.Context, tx *store.Tx, d Details, opening *Receipt) (Material, error) {
	if err := tx.Require(authz.InventoryWrite); err != nil {
		return Material{}, err
	}
	d, err := d.Validate()
	if err != nil {
		return Material{}, err
	}
	m := Material{ID: id.New(), Details: d}
	if err := unused(ctx, tx, m); err != nil {
		return Material{}, err
	}
	err = db.For(tx).CreateMaterial(ctx, db.CreateMaterialIn{ID: m.ID, Name: d.Name, Sku: d.SKU, Unit: string(d.Unit), Price: d.Price, MinimumStock: d.Minimum, MaximumStock: d.Maximum,
		Notes: d.Notes, SearchText: d.searchText(), CreatedAt: tx.Now(), CreatedBy: tx.Actor().UserID})
	if err != nil {
		return m, err
	}
	if err := Keep(ctx, tx, m.item()); err != nil || opening == nil {
		return m, err
	}
	opening.Kind, opening.ItemID = Opening, m.ID
	_, err = Receive(ctx, tx, *opening)
	m.OnHand = opening.Quantity
	return m, err
}

// Update changes a material. Its unit is fixed once there are lots: their quantities would mean something else.
func Update(ctx context.Context, tx *store.Tx, sku string, d Details) (Material, error) {
	if err := tx.Require(authz.InventoryWrite); err != nil {
		return Material{}, err
	}
	m, err := Get(ctx, tx, sku)
	if err != nil {
		return Material{}, err
	}
	d, err = d.Validate()
	if err != nil {
		return Material{}, err
	}
	if d.Unit != m.Unit && m.Lots > 0 {
		return Material{}, fault.Invalid("unit", "The unit is fixed: there is stock counted in it.")
	}
	repriced := d.Price != m.Price
	m.Details = d
	if err := unused(ctx, tx, m); err != nil {
		return Material{}, err
	}
	_, err = db.For(tx).UpdateMaterial(ctx, db.UpdateMaterialIn{ID: m.ID, Name: d.Name, Sku: d.SKU, Unit: string(d.Unit), Price: d.Price, MinimumStock: d.Minimum, MaximumStock: d.Maximum,
		Notes: d.Notes, SearchText: d.searchText(), UpdatedAt: tx.Now(), UpdatedBy: tx.Actor().UserID})
	if err == nil && repriced {
		err = costsChanged(ctx, tx, m.ID)
	}
	if err != nil {
		return m, err
	}
	return m, Keep(ctx, tx, m.item())
}

// unused says which of name and SKU another material has. The unique keys stay the judge when two add the same at once.
func unused(ctx context.Context, tx *store.Tx, m Material) error {
	taken, err := db.For(tx).MaterialTaken(ctx, db.MaterialTakenIn{ID: m.ID, Sku: m.SKU, Name: m.Name})
	if err != nil {
		return err
	}
	var p fault.Problems
	if taken.SameSku > 0 {
		p.Add("sku", "Another material has this SKU.")
	}
	if taken.SameName > 0 {
		p.Add("name", "Another material has this name.")
	}
	return p.Err()
}

// Archive hides a material from lists and choices.
func Archive(ctx context.Context, tx *store.Tx, sku string) error {
	if err := tx.Require(authz.Archive); err != nil {
		return err
	}
	now := tx.Now()
	return setArchived(ctx, tx, sku, &now)
}

// Restore brings an archived material back.
func Restore(ctx context.Context, tx *store.Tx, sku string) error {
	if err := tx.Require(authz.Archive); err != nil {
		return err
	}
	return setArchived(ctx, tx, sku, nil)
}

func setArchived(ctx context.Context, tx *store.Tx, sku string, at *calendar.Instant) error {
	m, err := Get(ctx, tx, sku)
	if err != nil {
		return err
	}
	_, err = db.For(tx).SetMaterialArchived(ctx, db.SetMaterialArchivedIn{ID: m.ID, ArchivedAt: at, UpdatedAt: tx.Now(), UpdatedBy: tx.Actor().UserID})
	return err
}

// Filter chooses and orders materials.
type Filter struct {
	Query    string
	Archived bool
	Down     bool // by name, from Z
	Limit    int64
	Offset   int64
}

// Listed is one row of the list.
type Listed struct {
	ID         id.ID
	Name, SKU  string
	Unit       quantity.Unit
	Price      money.Amount
	Minimum    *quantity.Quantity
	Maximum    *quantity.Quantity
	OnHand     quantity.Quantity
	Lots       int64
	NextExpiry *calendar.Date
}

// Low tells whether there is less than the minimum.
func (l Listed) Low() bool { return l.Minimum != nil && l.OnHand < *l.Minimum }

// List reads one page of materials and how many there are in all.
func List(ctx context.Context, tx *store.Tx, f Filter) ([]Listed, int64, error) {
	if err := tx.Require(authz.InventoryRead); err != nil {
		return nil, 0, err
	}
	queries, pattern := db.For(tx), search.Pattern(f.Query)
	total, err := queries.CountMaterials(ctx, db.CountMaterialsIn{Archived: f.Archived, Pattern: pattern})
	if err != nil {
		return nil, 0, err
	}
	in := db.ListMaterialsIn{Archived: f.Archived, Pattern: pattern, CountOf: int32(f.Limit), Skip: int32(f.Offset)}
	var rows []db.ListMaterialsRow
	if f.Down {
		down, e := queries.ListMaterialsDown(ctx, db.ListMaterialsDownIn(in))
		for _, r := range down {
			rows = append(rows, db.ListMaterialsRow(r))
		}
		err = e
	} else {
		rows, err = queries.ListMaterials(ctx, in)
	}
	list := make([]Listed, len(rows))
	for i, r := range rows {
		list[i] = Listed{r.ID, r.Name, r.Sku, quantity.Unit(r.Unit), r.Price, r.MinimumStock, r.MaximumStock, r.OnHand, r.Lots, expiry(r.ExpiresOn)}
	}
	return list, total, err
}

// expiry is nil for the date that stands for none in the query.
func expiry(d calendar.Date) *calendar.Date {
	if d.Year() == 9999 {
		return nil
	}
	return &d
}

// Option is a material as recipes choose and price it.
type Option struct {
	ID        id.ID
	Name, SKU string
	Unit      quantity.Unit
	Price     money.Amount // of one stock unit
}

// Options are all materials that are not archived, by name.
func Options(ctx context.Context, tx *store.Tx) ([]Option, error) {
	if err := tx.Require(authz.InventoryRead); err != nil {
		return nil, err
	}
	rows, err := db.For(tx).AllMaterials(ctx)
	options := make([]Option, len(rows))
	for i, r := range rows {
		options[i] = Option{r.ID, r.Name, r.Sku, quantity.Unit(r.Unit), r.Price}
	}
	return options, err
}

// ByID reads some materials, archived ones too.
func ByID(ctx context.Context, tx *store.Tx, ids []id.ID) (map[id.ID]Option, error) {
	if err := tx.Require(authz.InventoryRead); err != nil {
		return nil, err
	}
	rows, err := db.For(tx).MaterialsByID(ctx, db.MaterialsByIDIn{Ids: store.List(ids)})
	found := map[id.ID]Option{}
	for _, r := range rows {
		found[r.ID] = Option{r.ID, r.Name, r.Sku, quantity.Unit(r.Unit), r.Price}
	}
	return found, err
}
