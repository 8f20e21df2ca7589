package catalog

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"craftplan/internal/audit"
	"craftplan/internal/authz"
	"craftplan/internal/catalog/internal/db"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory"
	"craftplan/internal/money"
	"craftplan/internal/quantity"
	"craftplan/internal/search"
	"craftplan/internal/store"
)

// Product is something made and sold, in pieces.
type Product struct {
	ID id.ID
	Details
}

// Details are what people enter about a product. Field names in errors are name, sku, family, variant, status, price, max_daily, shelf_life,
// gtin and notes.
type Details struct {
	Name, SKU string
	Family    string `json:",omitempty"` // what it is a size or flavour of, the same text for all of them; "" is nothing
	Variant   string `json:",omitempty"` // which one it is, such as large; it is part of the name
	Status    string
	Price     money.Amount      // of one piece
	MaxDaily  quantity.Quantity // pieces a day; 0 is unlimited
	ShelfLife *int64            // days from the day it is made; nil keeps for good
	GTIN      string            // the number in its barcode; "" is none
	Notes     string
}

// Statuses are what a product can be.
var Statuses = []string{"draft", "testing", "active", "paused", "discontinued", "archived"}

// Validate tells what is wrong with the fields and returns them cleaned.
func (d Details) Validate() (Details, error) {
	var p fault.Problems
	d.Name = strings.Join(strings.Fields(d.Name), " ")
	d.SKU = strings.TrimSpace(d.SKU)
	d.Notes = strings.TrimSpace(d.Notes)
	_ = p.Merge(inventory.CheckName(d.Name)) // only Invalid faults
	_ = p.Merge(inventory.CheckSKU(d.SKU))
	d.checkVariant(&p)
	if !slices.Contains(Statuses, d.Status) {
		p.Add("status", "Choose a status.")
	}
	if d.Price < 0 || d.Price > money.Max {
		p.Add("price", "Enter a price that is not negative.")
	}
	if d.MaxDaily < 0 || d.MaxDaily > quantity.Max {
		p.Add("max_daily", "Enter a number of pieces, or 0 for no limit.")
	}
	if d.ShelfLife != nil && (*d.ShelfLife < 0 || *d.ShelfLife > 36_500) {
		p.Add("shelf_life", "Enter 0 to 36500 days, or nothing.")
	}
	d.GTIN = strings.Join(strings.FieldsFunc(d.GTIN, func(r rune) bool { return r == ' ' || r == '-' }), "")
	if err := checkGTIN(d.GTIN); err != nil {
		p.Add("gtin", err.Error())
	}
	if utf8.RuneCountInString(d.Notes) > 2000 {
		p.Add("notes", "Use at most 2000 characters.")
	}
	return d, p.Err()
}

// Get reads the product with a SKU.
func Get(ctx context.Context, tx *store.Tx, sku string) (Product, error) {
	if err := tx.Require(authz.CatalogRead); err != nil {
		return Product{}, err
	}
	row, err := db.For(tx).GetProduct(ctx, db.GetProductIn{Sku: sku})
	if err = store.Translate(err); fault.Is(err, fault.KindNotFound) {
		return Product{}, fault.NotFound("product")
	}
	return Product{row.ID, Details{row.Name, row.Sku, row.Family, row.Variant, row.Status, row.Price, row.MaxDailyQuantity, row.ShelfLifeDays, row.Gtin, row.Notes}}, err
}

// Create adds a product.
func Create(ctx context.Context, tx *store.Tx, d Details) (Product, error) {
	if err := tx.Require(authz.CatalogWrite); err != nil {
		return Product{}, err
	}
	d, err := d.Validate()
	if err != nil {
		return Product{}, err
	}
	p := Product{id.New(), d}
	if err := unused(ctx, tx, p); err != nil {
		return Product{}, err
	}
	return p, p.create(ctx, tx)
}

// create writes a product that was checked.
func (p Product) create(ctx context.Context, tx *store.Tx) error {
	d := p.Details
	err := db.For(tx).CreateProduct(ctx, db.CreateProductIn{ID: p.ID, Name: d.Name, Sku: d.SKU, Family: d.Family, Variant: d.Variant, Status: d.Status, Price: d.Price, MaxDailyQuantity: d.MaxDaily, ShelfLifeDays: d.ShelfLife, Gtin: d.GTIN, Notes: d.Notes,
		SearchText: search.Fold(d.Name, d.SKU, d.Family), CreatedAt: tx.Now(), CreatedBy: tx.Actor().UserID})
	if err != nil {
		return err
	}
	if err := inventory.Keep(ctx, tx, p.item()); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Change{Action: audit.Added, Kind: audit.Product, Record: p.SKU, Became: p.fields()})
}

// fields are what the audit log tells of the product.
func (d Details) fields() audit.Fields {
	return audit.Fields{"Name": d.Name, "SKU": d.SKU, "Variant of": d.Family, "Variant": d.Variant, "Status": d.Status, "Price": audit.Money(d.Price)}
}

// item is the product as the ledger counts it: in pieces.
func (p Product) item() inventory.Item {
	return inventory.Item{ID: p.ID, Kind: inventory.OfProduct, Name: p.Name, SKU: p.SKU, Unit: quantity.Piece}
}

// Update changes a product.
func Update(ctx context.Context, tx *store.Tx, sku string, d Details) (Product, error) {
	if err := tx.Require(authz.CatalogWrite); err != nil {
		return Product{}, err
	}
	p, err := Get(ctx, tx, sku)
	if err != nil {
		return Product{}, err
	}
	was := p.Details
	if p.Details, err = d.Validate(); err != nil {
		return Product{}, err
	}
	if err := unused(ctx, tx, p); err != nil {
		return Product{}, err
	}
	return p, p.update(ctx, tx, was)
}

// update writes a product that was checked.
func (p Product) update(ctx context.Context, tx *store.Tx, was Details) error {
	d := p.Details
	_, err := db.For(tx).UpdateProduct(ctx, db.UpdateProductIn{ID: p.ID, Name: d.Name, Sku: d.SKU, Family: d.Family, Variant: d.Variant, Status: d.Status, Price: d.Price, MaxDailyQuantity: d.MaxDaily, ShelfLifeDays: d.ShelfLife, Gtin: d.GTIN, Notes: d.Notes,
		SearchText: search.Fold(d.Name, d.SKU, d.Family), UpdatedAt: tx.Now(), UpdatedBy: tx.Actor().UserID})
	if err != nil {
		return err
	}
	if err := inventory.Keep(ctx, tx, p.item()); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Change{Action: audit.Changed, Kind: audit.Product, Record: was.SKU, Was: was.fields(), Became: d.fields()})
}

func unused(ctx context.Context, tx *store.Tx, product Product) error {
	taken, err := db.For(tx).ProductTaken(ctx, db.ProductTakenIn{ID: product.ID, Sku: product.SKU, Name: product.Name, Gtin: product.GTIN})
	if err != nil {
		return err
	}
	var p fault.Problems
	if taken.SameSku > 0 {
		p.Add("sku", "Another product has this SKU.")
	}
	if taken.SameName > 0 {
		p.Add("name", "Another product has this name.")
	}
	if taken.SameGtin > 0 {
		p.Add("gtin", "Another product has this number.")
	}
	return p.Err()
}

// Filter chooses and orders products.
type Filter struct {
	Query  string
	Down   bool // by name, from Z
	Limit  int64
	Offset int64
}

// Listed is one row of the list.
type Listed struct {
	ID        id.ID
	Name, SKU string
	Family    string
	Variant   string
	Status    string
	Price     money.Amount
	UnitCost  money.Amount // when its recipe was published or last costed; withheld from who sees no costs
	Version   int64        // of the active recipe; 0 is none
	Photo     *id.ID       // the first of its photos
}

// List reads one page of products and how many there are in all.
func List(ctx context.Context, tx *store.Tx, f Filter) ([]Listed, int64, error) {
	if err := tx.Require(authz.CatalogRead); err != nil {
		return nil, 0, err
	}
	queries, pattern := db.For(tx), search.Pattern(f.Query)
	total, err := queries.CountProducts(ctx, db.CountProductsIn{Pattern: pattern})
	if err != nil {
		return nil, 0, err
	}
	in := db.ListProductsIn{Pattern: pattern, CountOf: int32(f.Limit), Skip: int32(f.Offset)}
	var list []Listed
	if f.Down {
		rows, e := queries.ListProductsDown(ctx, db.ListProductsDownIn(in))
		for _, r := range rows {
			list = append(list, Listed{r.ID, r.Name, r.Sku, r.Family, r.Variant, r.Status, r.Price, tx.Cost(r.UnitCost), r.Version, r.PhotoID})
		}
		return list, total, e
	}
	rows, err := queries.ListProducts(ctx, in)
	for _, r := range rows {
		list = append(list, Listed{r.ID, r.Name, r.Sku, r.Family, r.Variant, r.Status, r.Price, tx.Cost(r.UnitCost), r.Version, r.PhotoID})
	}
	return list, total, err
}

// Listing is one line of a list of recipes: what goes into one version of one product, without costs.
type Listing struct {
	Product Ref
	Version int64
	Yield   quantity.Quantity // pieces, before the loss
	Loss    int64
	Component
}

// Listings are the lines of the active recipes on a page of products, and how many products that page has.
func Listings(ctx context.Context, tx *store.Tx, f Filter) (lines []Listing, products int, err error) {
	if err := tx.Require(authz.CatalogRead); err != nil {
		return nil, 0, err
	}
	page, _, err := List(ctx, tx, f)
	if err != nil {
		return nil, 0, err
	}
	ids := make([]id.ID, len(page))
	for i, p := range page {
		ids[i] = p.ID
	}
	recipes, err := open(ctx, tx, ids)
	for _, p := range page {
		r := recipes[p.ID]
		if r == nil {
			continue
		}
		for _, c := range r.Components {
			c.Price = tx.Cost(c.Price)
			lines = append(lines, Listing{r.Product, r.Version, r.Yield, r.Loss, c})
		}
	}
	return lines, len(page), err
}

// Option is a product as orders choose and price it.
type Option struct {
	ID        id.ID
	Name, SKU string
	Price     money.Amount
}

// Options are the products that can be ordered, by name.
func Options(ctx context.Context, tx *store.Tx) ([]Option, error) {
	if err := tx.Require(authz.CatalogRead); err != nil {
		return nil, err
	}
	rows, err := db.For(tx).SellableProducts(ctx)
	options := make([]Option, len(rows))
	for i, r := range rows {
		options[i] = Option{r.ID, r.Name, r.Sku, r.Price}
	}
	return options, err
}

// Made are the products with an active recipe, which can be components of another, by name. Price is what one costs.
func Made(ctx context.Context, tx *store.Tx) ([]Option, error) {
	if err := tx.Require(authz.CatalogRead); err != nil {
		return nil, err
	}
	rows, err := db.For(tx).MadeProducts(ctx)
	options := make([]Option, len(rows))
	for i, r := range rows {
		options[i] = Option{r.ID, r.Name, r.Sku, r.UnitCost}
	}
	return options, err
}
