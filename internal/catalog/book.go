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
	return b, b.read(ctx, tx, products)
}

// read adds what is not in the book yet: one level of products at a time.
func (b book) read(ctx context.Context, tx *store.Tx, products []id.ID) error {
	asked := map[id.ID]bool{} // also those without a recipe
	for wanted := products; len(wanted) > 0; {
		rows, err := db.For(tx).ActiveRecipes(ctx, db.ActiveRecipesIn{Ids: store.List(wanted)})
		if err != nil {
			return err
		}
		level := make([]*Recipe, len(rows))
		for i, r := range rows {
			level[i] = &Recipe{ID: r.ID, Product: Ref{r.ProductID, r.Name, r.Sku}, Version: r.Version, Status: "active", Yield: r.Yield, Loss: r.Loss, Notes: r.Notes,
				Cost: Cost{r.MaterialCost, r.LaborCost, r.OverheadCost, r.UnitCost}, PublishedAt: r.PublishedAt}
			b[r.ProductID] = level[i]
		}
		if err := readLines(ctx, tx, level); err != nil {
			return err
		}
		for _, product := range wanted {
			asked[product] = true
		}
		wanted = nested(level, func(product id.ID) bool { return asked[product] || b[product] != nil })
	}
	return nil
}

// nested are the products that are components of some recipes, but for those that are known.
func nested(recipes []*Recipe, known func(id.ID) bool) (products []id.ID) {
	seen := map[id.ID]bool{}
	for _, r := range recipes {
		for _, c := range r.Components {
			if c.Nested && !seen[c.ID] && !known(c.ID) {
				seen[c.ID] = true
				products = append(products, c.ID)
			}
		}
	}
	return products
}

// bookOf is what recipes of any status lead to.
func bookOf(ctx context.Context, tx *store.Tx, recipes ...*Recipe) (book, error) {
	return open(ctx, tx, nested(recipes, func(id.ID) bool { return false }))
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
		line := Component{Option: inventory.Option{Name: c.Name, SKU: c.Sku, Unit: quantity.Unit(c.Unit), Price: c.Price}, Nested: c.ProductID != nil, Quantity: c.Quantity, Waste: c.Waste}
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
