package catalog

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"craftplan/internal/authz"
	"craftplan/internal/catalog/internal/db"
	"craftplan/internal/id"
	"craftplan/internal/money"
	"craftplan/internal/search"
	"craftplan/internal/settings"
	"craftplan/internal/store"
)

// Margin is what is left of the price of a product that has a recipe.
type Margin struct {
	ID        id.ID
	Name, SKU string
	Status    string
	Version   int64
	Earning
	Suggested money.Amount // at retail; 0 is none
}

// Below tells whether the price is less than the one suggested.
func (m Margin) Below() bool { return m.Suggested > 0 && m.Price < m.Suggested }

// MarginFilter chooses and orders margins.
type MarginFilter struct {
	Query string
	Only  string // "loss": what sells below its cost, "below": what sells below the suggested price; else all
	Sort  string // "margin" is the default, "name", "price", "cost" or "profit"
	Down  bool
}

// Margins are those of all products that have a recipe and are not discontinued.
func Margins(ctx context.Context, tx *store.Tx, f MarginFilter) ([]Margin, error) {
	if err := tx.Require(authz.CatalogRead, authz.CostsRead); err != nil {
		return nil, err
	}
	s, err := settings.Get(ctx, tx)
	if err != nil {
		return nil, err
	}
	rows, err := db.For(tx).PricedProducts(ctx, db.PricedProductsIn{Pattern: search.Pattern(f.Query)})
	if err != nil {
		return nil, err
	}
	var all []Margin
	for _, r := range rows {
		m := Margin{ID: r.ID, Name: r.Name, SKU: r.Sku, Status: r.Status, Version: r.Version, Earning: Earn(r.Price, r.UnitCost, s)}
		m.Suggested, _ = Suggest(r.UnitCost, s.Retail, s, tx.Context().Currency)
		if f.Only == "loss" && m.Profit >= 0 || f.Only == "below" && !m.Below() {
			continue
		}
		all = append(all, m)
	}
	slices.SortStableFunc(all, f.compare) // by name where they are equal
	return all, nil
}

func (f MarginFilter) compare(a, b Margin) int {
	var order int
	switch f.Sort {
	case "name":
		order = strings.Compare(a.Name, b.Name)
	case "price":
		order = cmp.Compare(a.Price, b.Price)
	case "cost":
		order = cmp.Compare(a.Cost, b.Cost)
	case "profit":
		order = cmp.Compare(a.Profit, b.Profit)
	default:
		order = compareMargins(a, b)
	}
	if f.Down {
		return -order
	}
	return order
}

// compareMargins puts what has no price first: it earns least.
func compareMargins(a, b Margin) int {
	x, priced := a.Margin()
	y, other := b.Margin()
	if priced != other {
		return map[bool]int{true: 1, false: -1}[priced]
	}
	return cmp.Compare(x, y)
}
