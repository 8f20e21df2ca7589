package catalog

import (
	"context"
	"errors"

	"craftplan/internal/audit"
	"craftplan/internal/authz"
	"craftplan/internal/catalog/internal/db"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/store"
)

// Many at once: what files bring. The checks are those of one at a time; what one statement can ask for many is asked once.

// NewProduct is a product that is not there yet.
func NewProduct() Product { return Product{id.New(), Details{Status: "active"}} }

// BySKU reads the products that have some SKUs.
func BySKU(ctx context.Context, tx *store.Tx, skus []string) (map[string]Product, error) {
	if err := tx.Require(authz.CatalogRead); err != nil {
		return nil, err
	}
	rows, err := db.For(tx).ProductsBySKU(ctx, db.ProductsBySKUIn{Skus: store.Texts(skus)})
	found := map[string]Product{}
	for _, r := range rows {
		found[r.Sku] = Product{r.ID, Details{r.Name, r.Sku, r.Family, r.Variant, r.Status, r.Price, r.MaxDailyQuantity, r.ShelfLifeDays, r.Gtin, r.Notes}}
	}
	return found, err
}

// Owners are the SKUs of products by what no other may have.
type Owners struct{ Names, GTINs map[string]string }

// Taken tells which of some names and numbers products have.
func Taken(ctx context.Context, tx *store.Tx, names, gtins []string) (Owners, error) {
	o := Owners{map[string]string{}, map[string]string{}}
	if err := tx.Require(authz.CatalogRead); err != nil {
		return o, err
	}
	rows, err := db.For(tx).ProductsNamed(ctx, db.ProductsNamedIn{Names: store.Texts(names), Gtins: store.Texts(gtins)})
	for _, r := range rows {
		o.Names[r.Name] = r.Sku
		if r.Gtin != "" {
			o.GTINs[r.Gtin] = r.Sku
		}
	}
	return o, err
}

// CreateAll adds products that are valid, and whose names, SKUs and numbers nobody has.
func CreateAll(ctx context.Context, tx *store.Tx, all []Product) error {
	if err := tx.Require(authz.CatalogWrite); err != nil {
		return err
	}
	for _, p := range all {
		if err := p.create(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}

// Revision is a product before and after a change.
type Revision struct {
	Was Details
	Is  Product
}

// UpdateAll writes products that are valid, and whose names, SKUs and numbers nobody else has.
func UpdateAll(ctx context.Context, tx *store.Tx, all []Revision) error {
	if err := tx.Require(authz.CatalogWrite); err != nil {
		return err
	}
	for _, r := range all {
		if err := r.Is.update(ctx, tx, r.Was); err != nil {
			return err
		}
	}
	return nil
}

// Delete removes a product that was never used, and its photos.
func Delete(ctx context.Context, tx *store.Tx, sku string) error {
	if err := tx.Require(authz.Archive); err != nil {
		return err
	}
	p, err := Get(ctx, tx, sku)
	if err != nil {
		return err
	}
	photos, err := Photos(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	for _, photo := range photos {
		if err := photo.remove(ctx, tx); err != nil {
			return err
		}
	}
	_, err = db.For(tx).DeleteProduct(ctx, db.DeleteProductIn{ID: p.ID})
	if err = store.Translate(err); errors.Is(err, store.ErrReference) {
		return fault.Conflict(p.Name + " has a recipe or a history.")
	}
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Change{Action: audit.Removed, Kind: audit.Product, Record: p.SKU, Was: p.fields()})
}
