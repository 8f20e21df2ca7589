package catalog

import (
	"context"
	"encoding/json"
	"fmt"

	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/catalog/internal/db"
	"craftplan/internal/exact"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory"
	"craftplan/internal/money"
	"craftplan/internal/quantity"
	"craftplan/internal/settings"
	"craftplan/internal/store"
)

// Recipe is one version of a product's bill of materials. The cost of an archived version, and the arithmetic behind it, are what
// they were when it was archived; those of the active one are reckoned from today's prices and rates.
type Recipe struct {
	ID         id.ID
	Product    Ref
	Version    int64
	Status     string
	Yield      quantity.Quantity // pieces, before the loss
	Loss       int64             // millionths of the pieces, which do not come out
	Notes      string
	Components []Component
	Steps      []Step
	Cost       Cost // of one piece
	Arithmetic
	PublishedAt *calendar.Instant
	Flaw        error // why it cannot be reckoned: it leads too far or costs too much, or, when it is not active, leads back to itself today

	arithmetic string // as it was kept: JSON
	reckoned   []share
}

// Component is a material of a recipe, or a product with a recipe of its own.
type Component struct {
	inventory.Option // of a product: pieces, without a price
	Nested           bool
	Quantity         quantity.Quantity // for the whole yield
	Waste            int64             // millionths: 50,000 is 5 % more
	Note             string            // for whoever weighs it
	Cost             money.Amount      // of the materials it brings to one piece
}

// Step is work of a recipe.
type Step struct {
	Name        string
	Minutes     quantity.Quantity // of one run
	UnitsPerRun quantity.Quantity // pieces one run makes
	HourlyRate  *money.Amount     // nil is the organization's
	Cost        money.Amount      // of one piece
}

// piece is one piece, the quantity costs are shown for.
var piece = quantity.Of(1)

// reckon walks the recipe down, and fills in all costs of one piece: those of components and steps add up to the whole.
func (r *Recipe) reckon(b book, rates Rates) (err error) {
	if r.Flat, err = b.flatten(r); err != nil {
		return err
	}
	r.Rates = rates
	if r.Costing, err = r.Flat.Cost(piece, rates); err != nil {
		return err
	}
	r.Cost = r.Costing.Cost
	r.spread()
	return nil
}

// spread gives components and steps their parts of the cost.
func (r *Recipe) spread() {
	for i := range r.Components {
		r.Components[i].Cost = 0
	}
	for i, p := range r.Flat.Parts {
		r.Components[p.Line].Cost += r.Costing.Parts[i]
	}
	own := 0
	for i, t := range r.Flat.Tasks {
		if t.Line < 0 {
			r.Steps[own].Cost = r.Costing.Tasks[i]
			own++
		}
	}
}

// withhold takes out of the recipe what things cost, unless the transaction may know it.
func (r *Recipe) withhold(tx *store.Tx) {
	if tx.SeesCosts() {
		return
	}
	r.Cost, r.Costing, r.Rates = Withheld, Costing{Cost: Withheld}, Rates{Hourly: money.Withheld}
	for i := range r.Components {
		r.Components[i].Price, r.Components[i].Cost = money.Withheld, money.Withheld
	}
	for i := range r.Steps {
		r.Steps[i].HourlyRate, r.Steps[i].Cost = nil, money.Withheld // the rate of a step is kept by StepInput.Was
	}
	r.Flat.withhold(tx)
}

// Brought is a material that a component brings to the whole yield, with the waste and the loss within it.
type Brought struct {
	inventory.Option
	Quantity quantity.Quantity // rounded half up to millionths
}

// Brings are the materials of one component.
func (r *Recipe) Brings(line int) []Brought {
	var some Flat
	for _, p := range r.Flat.Parts {
		if p.Line == line {
			some.Parts = append(some.Parts, p)
		}
	}
	var all []Brought
	for _, m := range some.Materials() {
		run := m.Gross.Mul(m.Gross, exact.Fraction(million-r.Loss, million)) // of a piece that is begun
		if q, err := r.Yield.Fraction(run); err == nil {
			all = append(all, Brought{m.Option, q})
		}
	}
	return all
}

// RatesOf are what the organization pays for work now.
func RatesOf(ctx context.Context, tx *store.Tx) (Rates, error) {
	if err := tx.Require(authz.CostsRead); err != nil {
		return Rates{}, err
	}
	return rates(ctx, tx)
}

func rates(ctx context.Context, tx *store.Tx) (Rates, error) {
	s, err := settings.Get(ctx, tx.Reckoning())
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
		versions[i] = Recipe{ID: r.ID, Product: Ref{product, r.Name, r.Sku}, Version: r.Version, Status: r.Status, Yield: r.Yield, Loss: r.Loss, Notes: r.Notes,
			Cost: Cost{tx.Cost(r.MaterialCost), tx.Cost(r.LaborCost), tx.Cost(r.OverheadCost), tx.Cost(r.UnitCost)}, PublishedAt: r.PublishedAt, arithmetic: r.Arithmetic}
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
			err := r.fill(ctx, tx)
			r.withhold(tx)
			return r, err
		}
	}
	if version != 0 {
		return nil, fault.NotFound("recipe")
	}
	return nil, nil
}

// fill reads the lines and what they lead to.
func (r *Recipe) fill(ctx context.Context, tx *store.Tx) error {
	if err := readLines(ctx, tx, []*Recipe{r}); err != nil {
		return err
	}
	if r.arithmetic != "" {
		if err := json.Unmarshal([]byte(r.arithmetic), &r.Arithmetic); err != nil {
			return fmt.Errorf("the arithmetic kept with recipe %s: %w", r.ID, err)
		}
		r.spread()
		return nil
	}
	book, err := bookOf(ctx, tx, r)
	if err != nil {
		return err
	}
	rates, err := rates(ctx, tx)
	if err != nil {
		return err
	}
	kept := r.Cost
	r.Flaw = r.reckon(book, rates)
	if r.Status == "archived" { // before its arithmetic was kept
		r.Cost = kept
	}
	return nil
}

// Adds tells whether the costs of its lines add up to that of the recipe: not for a version that was archived before the arithmetic
// was kept, whose lines are shown at today's prices.
func (r *Recipe) Adds() bool { return r.Flaw == nil && r.Costing.Cost == r.Cost }

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
		if r := &versions[i]; r.ID == recipe {
			err := r.fill(ctx, tx)
			r.withhold(tx)
			return r, err
		}
	}
	return nil, fault.NotFound("recipe")
}
