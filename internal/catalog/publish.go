package catalog

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"craftplan/internal/authz"
	"craftplan/internal/catalog/internal/db"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory"
	"craftplan/internal/money"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
)

// Input is a recipe as people enter it. Field names in errors are yield, notes, components.0.material, components.0.quantity,
// components.0.waste, steps.0.name, steps.0.minutes and steps.0.units; the numbers are the Row of each line.
type Input struct {
	Replaces   int64 // the version that was looked at; 0 is none, or whichever is active
	Yield      quantity.Quantity
	Notes      string
	Components []ComponentInput
	Steps      []StepInput
}

// ComponentInput is a line of materials.
type ComponentInput struct {
	Row        int
	MaterialID id.ID
	Quantity   quantity.Quantity
	Waste      int64
}

// StepInput is a line of work.
type StepInput struct {
	Row         int
	Name        string
	Minutes     quantity.Quantity
	UnitsPerRun quantity.Quantity
	HourlyRate  *money.Amount
}

func (in Input) validate() error {
	var p fault.Problems
	if in.Yield <= 0 || in.Yield > quantity.Max {
		p.Add("yield", "Enter how many pieces the recipe makes.")
	}
	if utf8.RuneCountInString(in.Notes) > 5000 {
		p.Add("notes", "Use at most 5000 characters.")
	}
	if len(in.Components) == 0 {
		p.Add("components.0.material", "Add at least one material.")
	}
	seen := map[id.ID]bool{}
	for _, c := range in.Components {
		field := fmt.Sprintf("components.%d.", c.Row)
		if seen[c.MaterialID] {
			p.Add(field+"material", "This material is in the recipe already.")
		}
		seen[c.MaterialID] = true
		if c.Quantity <= 0 {
			p.Add(field+"quantity", "Enter a quantity above zero.")
		}
		if c.Waste < 0 || c.Waste > 10*money.Micro {
			p.Add(field+"waste", "Enter a percentage from 0 to 1000.")
		}
	}
	for _, s := range in.Steps {
		field := fmt.Sprintf("steps.%d.", s.Row)
		if s.Name == "" || utf8.RuneCountInString(s.Name) > 120 {
			p.Add(field+"name", "Name the step, in at most 120 characters.")
		}
		if s.Minutes < 0 {
			p.Add(field+"minutes", "Enter minutes that are not negative.")
		}
		if s.UnitsPerRun <= 0 {
			p.Add(field+"units", "Enter how many pieces one run makes.")
		}
	}
	return p.Err()
}

// Preview costs unsaved input without writing anything.
func Preview(ctx context.Context, tx *store.Tx, in Input) (Recipe, error) {
	if err := tx.Require(authz.CatalogRead); err != nil {
		return Recipe{}, err
	}
	in.Notes = strings.TrimSpace(in.Notes)
	if err := in.validate(); err != nil {
		return Recipe{}, err
	}
	ids := make([]id.ID, len(in.Components))
	for i, c := range in.Components {
		ids[i] = c.MaterialID
	}
	materials, err := inventory.ByID(ctx, tx, ids)
	if err != nil {
		return Recipe{}, err
	}
	r := Recipe{Yield: in.Yield, Notes: in.Notes}
	for _, c := range in.Components {
		m, ok := materials[c.MaterialID]
		if !ok {
			return Recipe{}, fault.Invalid(fmt.Sprintf("components.%d.material", c.Row), "Choose a material.")
		}
		r.Components = append(r.Components, Component{Option: m, Quantity: c.Quantity, Waste: c.Waste})
	}
	for _, s := range in.Steps {
		r.Steps = append(r.Steps, Step{Name: s.Name, Minutes: s.Minutes, UnitsPerRun: s.UnitsPerRun, HourlyRate: s.HourlyRate})
	}
	rates, err := RatesOf(ctx, tx)
	if err != nil {
		return Recipe{}, err
	}
	if err := r.reckon(rates); err != nil {
		return Recipe{}, fault.Invalid("yield", "The costs are beyond what can be kept. Check quantities and prices.")
	}
	return r, nil
}

// Publish makes the input the next, active version and archives the one before with its cost.
func Publish(ctx context.Context, tx *store.Tx, product id.ID, in Input) (Recipe, error) {
	if err := tx.Require(authz.CatalogWrite); err != nil {
		return Recipe{}, err
	}
	r, err := Preview(ctx, tx, in)
	if err != nil {
		return Recipe{}, err
	}
	r.Version = 1
	versions, err := Versions(ctx, tx, product)
	if err != nil {
		return Recipe{}, err
	}
	if len(versions) > 0 {
		latest := versions[0].Version
		if in.Replaces != 0 && in.Replaces != latest {
			return Recipe{}, fault.Conflict(fmt.Sprintf("Somebody published version %d while you wrote.", latest))
		}
		r.Version = latest + 1
	}
	if err := archiveActive(ctx, tx, product); err != nil {
		return Recipe{}, err
	}
	now := tx.Now()
	r.ID, r.Status, r.PublishedAt = id.New(), "active", &now
	err = db.For(tx).CreateRecipe(ctx, db.CreateRecipeIn{ID: r.ID, ProductID: product, Version: r.Version, Yield: r.Yield, Notes: r.Notes, MaterialCost: r.Cost.Material, LaborCost: r.Cost.Labor,
		OverheadCost: r.Cost.Overhead, UnitCost: r.Cost.Total, PublishedAt: &now, CreatedAt: now, CreatedBy: tx.Actor().UserID})
	if err = store.Translate(err); errors.Is(err, store.ErrUnique) {
		return Recipe{}, fault.Conflict("Somebody published a version at this moment. Look at it, then publish yours.")
	}
	if err != nil {
		return Recipe{}, err
	}
	return r, r.write(ctx, tx)
}

func archiveActive(ctx context.Context, tx *store.Tx, product id.ID) error {
	active, err := GetRecipe(ctx, tx, product, 0)
	if err != nil || active == nil {
		return err
	}
	c := active.Cost
	_, err = db.For(tx).ArchiveRecipe(ctx, db.ArchiveRecipeIn{ID: active.ID, MaterialCost: c.Material, LaborCost: c.Labor, OverheadCost: c.Overhead, UnitCost: c.Total})
	return err
}

func (r *Recipe) write(ctx context.Context, tx *store.Tx) error {
	for i, c := range r.Components {
		material := c.ID
		err := db.For(tx).CreateComponent(ctx, db.CreateComponentIn{RecipeID: r.ID, Position: int64(i), MaterialID: &material, Quantity: c.Quantity, Waste: c.Waste})
		if err != nil {
			return err
		}
	}
	for i, s := range r.Steps {
		err := db.For(tx).CreateStep(ctx, db.CreateStepIn{RecipeID: r.ID, Position: int64(i), Name: s.Name, Minutes: s.Minutes, UnitsPerRun: s.UnitsPerRun, HourlyRate: s.HourlyRate})
		if err != nil {
			return err
		}
	}
	return nil
}
