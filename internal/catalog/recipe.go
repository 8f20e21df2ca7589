package catalog

import (
	"context"

	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/catalog/internal/db"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory"
	"craftplan/internal/money"
	"craftplan/internal/quantity"
	"craftplan/internal/settings"
	"craftplan/internal/store"
)

// Recipe is one version of a product's bill of materials. For an archived version Cost is what it was when archived; for the
// active one it is reckoned from today's prices and rates.
type Recipe struct {
	ID          id.ID
	Version     int64
	Status      string
	Yield       quantity.Quantity // pieces
	Notes       string
	Components  []Component
	Steps       []Step
	Cost        Cost // of one piece
	PublishedAt *calendar.Instant
}

// Component is a material of a recipe.
type Component struct {
	inventory.Option
	Quantity quantity.Quantity // for the whole yield
	Waste    int64             // millionths
	Cost     money.Amount      // of one piece
}

// Step is work of a recipe.
type Step struct {
	Name        string
	Minutes     quantity.Quantity
	UnitsPerRun quantity.Quantity
	HourlyRate  *money.Amount
	Cost        money.Amount // of one piece
}

// piece is one piece, the quantity costs are shown for.
var piece = quantity.Of(1)

func (r Recipe) lines() []Line {
	lines := make([]Line, len(r.Components))
	for i, c := range r.Components {
		lines[i] = Line{c.Quantity, c.Waste, c.Price}
	}
	return lines
}

// Work is the steps as costing needs them.
func (r Recipe) Work() []Work {
	work := make([]Work, len(r.Steps))
	for i, s := range r.Steps {
		work[i] = Work{s.Minutes, s.UnitsPerRun, s.HourlyRate}
	}
	return work
}

// reckon fills in all costs of one piece.
func (r *Recipe) reckon(rates Rates) (err error) {
	for i, l := range r.lines() {
		if r.Components[i].Cost, err = l.Cost(piece, r.Yield); err != nil {
			return err
		}
	}
	for i, w := range r.Work() {
		if r.Steps[i].Cost, err = w.Cost(piece, rates); err != nil {
			return err
		}
	}
	r.Cost, err = CostOf(piece, r.Yield, r.lines(), r.Work(), rates)
	return err
}

// RatesOf are what the organization pays for work now.
func RatesOf(ctx context.Context, tx *store.Tx) (Rates, error) {
	if err := tx.Require(authz.CatalogRead); err != nil {
		return Rates{}, err
	}
	s, err := settings.Get(ctx, tx)
	return Rates{s.LaborHourlyRate, s.OverheadRate}, err
}

// Versions are all versions of a product's recipe, newest first, without their lines.
func Versions(ctx context.Context, tx *store.Tx, product id.ID) ([]Recipe, error) {
	if err := tx.Require(authz.CatalogRead); err != nil {
		return nil, err
	}
	rows, err := db.For(tx).Versions(ctx, db.VersionsIn{ProductID: product})
	versions := make([]Recipe, len(rows))
	for i, r := range rows {
		versions[i] = Recipe{ID: r.ID, Version: r.Version, Status: r.Status, Yield: r.Yield, Notes: r.Notes, Cost: Cost{r.MaterialCost, r.LaborCost, r.OverheadCost, r.UnitCost}, PublishedAt: r.PublishedAt}
	}
	return versions, err
}

// GetRecipe reads a version with its lines; version 0 is the active one. A product without recipe gives nil.
func GetRecipe(ctx context.Context, tx *store.Tx, product id.ID, version int64) (*Recipe, error) {
	if err := tx.Require(authz.CatalogRead); err != nil {
		return nil, err
	}
	versions, err := Versions(ctx, tx, product)
	if err != nil {
		return nil, err
	}
	for i := range versions {
		r := &versions[i]
		if r.Version == version || version == 0 && r.Status == "active" {
			return r, r.fill(ctx, tx)
		}
	}
	if version != 0 {
		return nil, fault.NotFound("recipe")
	}
	return nil, nil
}

func (r *Recipe) fill(ctx context.Context, tx *store.Tx) error {
	components, err := db.For(tx).ComponentsOf(ctx, db.ComponentsOfIn{RecipeID: r.ID})
	if err != nil {
		return err
	}
	for _, c := range components {
		r.Components = append(r.Components, Component{Option: inventory.Option{ID: c.MaterialID, Name: c.Name, SKU: c.Sku, Unit: quantity.Unit(c.Unit), Price: c.Price}, Quantity: c.Quantity, Waste: c.Waste})
	}
	steps, err := db.For(tx).StepsOf(ctx, db.StepsOfIn{RecipeID: r.ID})
	if err != nil {
		return err
	}
	for _, s := range steps {
		r.Steps = append(r.Steps, Step{Name: s.Name, Minutes: s.Minutes, UnitsPerRun: s.UnitsPerRun, HourlyRate: s.HourlyRate})
	}
	rates, err := RatesOf(ctx, tx)
	if err != nil {
		return err
	}
	kept := r.Cost
	if err := r.reckon(rates); err != nil {
		return err
	}
	if r.Status == "archived" {
		r.Cost = kept
	}
	return nil
}

// RecipeByID reads the version a batch was started with.
func RecipeByID(ctx context.Context, tx *store.Tx, product, recipe id.ID) (*Recipe, error) {
	if err := tx.Require(authz.CatalogRead); err != nil {
		return nil, err
	}
	versions, err := Versions(ctx, tx, product)
	if err != nil {
		return nil, err
	}
	for i := range versions {
		if versions[i].ID == recipe {
			return &versions[i], versions[i].fill(ctx, tx)
		}
	}
	return nil, fault.NotFound("recipe")
}

// Take is what the active recipe of a product takes of a material: a gross quantity for the recipe's whole yield.
type Take struct {
	inventory.Option
	ProductID id.ID
	Quantity  quantity.Quantity
	Yield     quantity.Quantity
}

// Takes are what the active recipes of some products take, in the order of their lines.
func Takes(ctx context.Context, tx *store.Tx, products []id.ID) ([]Take, error) {
	if err := tx.Require(authz.CatalogRead); err != nil {
		return nil, err
	}
	rows, err := db.For(tx).ActiveComponents(ctx, db.ActiveComponentsIn{Ids: store.List(products)})
	if err != nil {
		return nil, err
	}
	takes := make([]Take, len(rows))
	for i, r := range rows {
		gross, err := Line{Quantity: r.Quantity, Waste: r.Waste}.Gross()
		if err != nil {
			return nil, err
		}
		takes[i] = Take{inventory.Option{ID: r.MaterialID, Name: r.Name, SKU: r.Sku, Unit: quantity.Unit(r.Unit), Price: r.Price}, r.ProductID, gross, r.Yield}
	}
	return takes, nil
}
