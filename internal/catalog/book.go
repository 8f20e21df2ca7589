package catalog

import (
	"context"

	"craftplan/internal/catalog/internal/db"
	"craftplan/internal/id"
	"craftplan/internal/inventory"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
)

// open reads the active recipes of some products, and those of the products in them, down to the last.
func open(ctx context.Context, tx *store.Tx, products []id.ID) (book, error) {
	b := book{}
	if len(products) == 0 {
		return b, nil
	}
	rows, err := db.For(tx).ActiveRecipes(ctx, db.ActiveRecipesIn{Ids: store.List(products)})
	if err != nil {
		return nil, err
	}
	recipes := make([]*Recipe, len(rows))
	for i, r := range rows {
		recipes[i] = &Recipe{ID: r.ID, Product: Ref{r.ProductID, r.Name, r.Sku}, Version: r.Version, Status: "active", Yield: r.Yield, Loss: r.Loss, Notes: r.Notes,
			Cost: Cost{r.MaterialCost, r.LaborCost, r.OverheadCost, r.UnitCost}, PublishedAt: r.PublishedAt}
		b[r.ProductID] = recipes[i]
	}
	return b, readLines(ctx, tx, recipes)
}

// bookOf is what a recipe of any status leads to.
func bookOf(ctx context.Context, tx *store.Tx, r *Recipe) (book, error) {
	var products []id.ID
	for _, c := range r.Components {
		if c.Nested {
			products = append(products, c.ID)
		}
	}
	return open(ctx, tx, products)
}

// readLines fills in components and steps.
func readLines(ctx context.Context, tx *store.Tx, recipes []*Recipe) error {
	if len(recipes) == 0 {
		return nil
	}
	ids, of := make([]id.ID, len(recipes)), map[id.ID]*Recipe{}
	for i, r := range recipes {
		ids[i], of[r.ID] = r.ID, r
	}
	components, err := db.For(tx).ComponentsOf(ctx, db.ComponentsOfIn{Ids: store.List(ids)})
	if err != nil {
		return err
	}
	for _, c := range components {
		line := Component{Option: inventory.Option{Name: c.Name, SKU: c.Sku, Unit: quantity.Unit(c.Unit), Price: c.Price}, Nested: c.ProductID != nil, Quantity: c.Quantity, Waste: c.Waste, Note: c.Notes}
		if line.Nested {
			line.ID = *c.ProductID
		} else {
			line.ID = *c.MaterialID
		}
		of[c.RecipeID].Components = append(of[c.RecipeID].Components, line)
	}
	steps, err := db.For(tx).StepsOf(ctx, db.StepsOfIn{Ids: store.List(ids)})
	for _, s := range steps {
		of[s.RecipeID].Steps = append(of[s.RecipeID].Steps, Step{Name: s.Name, Minutes: s.Minutes, UnitsPerRun: s.UnitsPerRun, HourlyRate: s.HourlyRate})
	}
	return err
}
