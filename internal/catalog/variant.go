package catalog

import (
	"cmp"
	"context"
	"strings"
	"unicode/utf8"

	"craftplan/internal/authz"
	"craftplan/internal/catalog/internal/db"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/money"
	"craftplan/internal/search"
	"craftplan/internal/store"
)

// A variant is a product like any other, with a SKU, price, recipe and stock of its own. What makes it one of several is that they name
// the same family. Its name says which one it is, so that orders, labels and invoices need to know nothing of variants.

const maxVariant = 100 // characters of a family or a variant

// checkVariant cleans what is said of the family, and tells what is wrong with it.
func (d *Details) checkVariant(p *fault.Problems) {
	d.Family, d.Variant = strings.Join(strings.Fields(d.Family), " "), strings.Join(strings.Fields(d.Variant), " ")
	for i, text := range []string{d.Family, d.Variant} {
		if utf8.RuneCountInString(text) > maxVariant {
			p.Addf([]string{"family", "variant"}[i], "Use at most %d characters.", maxVariant)
		}
	}
	switch {
	case d.Variant == "":
	case d.Family == "":
		p.Add("family", "Say what it is a variant of.")
	case !strings.Contains(search.Fold(d.Name), search.Fold(d.Variant)):
		p.Addf("name", "Put “%s” into the name too: orders and labels show the name alone.", d.Variant)
	}
}

// Base is what the variants of a product are variants of.
func (p Product) Base() string { return cmp.Or(p.Family, p.Name) }

// AddVariant adds a product that is another size or flavour of one that is there. Without a name it is called after both.
func AddVariant(ctx context.Context, tx *store.Tx, sku string, d Details) (Product, error) {
	if err := tx.Require(authz.CatalogWrite); err != nil {
		return Product{}, err
	}
	base, err := Get(ctx, tx, sku)
	if err != nil {
		return Product{}, err
	}
	var p fault.Problems
	d.Family = base.Base()
	if strings.TrimSpace(d.Variant) == "" {
		p.Add("variant", "Say which one it is, such as large.")
	}
	if strings.TrimSpace(d.Name) == "" {
		d.Name = d.Family + ", " + d.Variant
	}
	d, err = d.Validate()
	if err := p.Merge(err); err != nil {
		return Product{}, err
	}
	if err := p.Err(); err != nil {
		return Product{}, err
	}
	if base.Family == "" {
		was := base.Details
		base.Family = d.Family
		if err := base.update(ctx, tx, was); err != nil {
			return Product{}, err
		}
	}
	return Create(ctx, tx, d)
}

// Variant is another size or flavour of a product.
type Variant struct {
	ID        id.ID
	Name, SKU string
	Which     string // such as large; "" is the plain one
	Status    string
	Price     money.Amount
}

// Variants are the others of a product's family, by name.
func Variants(ctx context.Context, tx *store.Tx, p Product) ([]Variant, error) {
	if err := tx.Require(authz.CatalogRead); err != nil {
		return nil, err
	}
	rows, err := db.For(tx).Variants(ctx, db.VariantsIn{Family: p.Family, ID: p.ID})
	all := make([]Variant, len(rows))
	for i, r := range rows {
		all[i] = Variant{r.ID, r.Name, r.Sku, r.Variant, r.Status, r.Price}
	}
	return all, err
}
