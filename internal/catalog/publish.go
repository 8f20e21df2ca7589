package catalog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"craftplan/internal/audit"
	"craftplan/internal/authz"
	"craftplan/internal/catalog/internal/db"
	"craftplan/internal/exact"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory"
	"craftplan/internal/money"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
)

// Input is a recipe as people enter it. Field names in errors are yield, loss, notes, components.0.item, components.0.quantity,
// components.0.waste, components.0.note, steps.0.name, steps.0.minutes and steps.0.units; the numbers are the Row of each line.
type Input struct {
	Replaces   int64 // the version that was looked at; 0 is none, or whichever is active
	Yield      quantity.Quantity
	Loss       int64
	Notes      string
	Allergens  string // the key of the AllergenChange that was confirmed; "" is none
	Components []ComponentInput
	Steps      []StepInput
}

// ComponentInput is a line of a material, or of a product that has a recipe of its own: one of the two is set.
type ComponentInput struct {
	Row                   int
	MaterialID, ProductID id.ID
	Quantity              quantity.Quantity
	Waste                 int64
	Note                  string // for whoever weighs it
}

func (c ComponentInput) item() id.ID {
	if c.ProductID.IsZero() {
		return c.MaterialID
	}
	return c.ProductID
}

// StepInput is a line of work.
type StepInput struct {
	Row         int
	Name        string
	Minutes     quantity.Quantity
	UnitsPerRun quantity.Quantity
	HourlyRate  *money.Amount // nil is the organization's
	Was         int           // which step it was in the active version, from 1; 0 is a new one
}

// Validate tells what is wrong with the input by itself, before anything it names is looked at.
func (in Input) Validate() error {
	var p fault.Problems
	if in.Yield <= 0 || in.Yield > quantity.Max {
		p.Add("yield", "Enter how many pieces the recipe makes.")
	}
	if in.Loss < 0 || in.Loss >= million {
		p.Add("loss", "Enter a percentage from 0 to less than 100.")
	}
	if utf8.RuneCountInString(in.Notes) > 5000 {
		p.Add("notes", "Use at most 5000 characters.")
	}
	if len(in.Components) == 0 {
		p.Add("components.0.item", "Add at least one material or product.")
	}
	seen := map[id.ID]bool{}
	for _, c := range in.Components {
		field := fmt.Sprintf("components.%d.", c.Row)
		if seen[c.item()] {
			p.Add(field+"item", "This is in the recipe already.")
		}
		seen[c.item()] = true
		if c.Quantity <= 0 {
			p.Add(field+"quantity", "Enter a quantity above zero.")
		}
		if c.Waste < 0 || c.Waste > 10*million {
			p.Add(field+"waste", "Enter a percentage from 0 to 1000.")
		}
		if utf8.RuneCountInString(c.Note) > 200 {
			p.Add(field+"note", "Use at most 200 characters.")
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

// Preview costs unsaved input for a product without writing anything. It refuses what could not be published.
func Preview(ctx context.Context, tx *store.Tx, product id.ID, in Input) (Recipe, error) {
	if err := tx.Require(authz.CatalogRead, authz.CostsRead); err != nil {
		return Recipe{}, err
	}
	return in.recipe(ctx, tx, product)
}

// recipe is the input with its costs, for a transaction that may know them.
func (in Input) recipe(ctx context.Context, tx *store.Tx, product id.ID) (Recipe, error) {
	in.Notes = strings.TrimSpace(in.Notes)
	if err := in.Validate(); err != nil {
		return Recipe{}, err
	}
	r, err := in.compose(ctx, tx, product)
	if err != nil {
		return Recipe{}, err
	}
	book, err := bookOf(ctx, tx, &r)
	if err != nil {
		return Recipe{}, err
	}
	rates, err := rates(ctx, tx)
	if err != nil {
		return Recipe{}, err
	}
	return r, in.explain(r.reckon(book, rates), r)
}

// compose looks up what the input names.
func (in Input) compose(ctx context.Context, tx *store.Tx, product id.ID) (Recipe, error) {
	r := Recipe{Yield: in.Yield, Loss: in.Loss, Notes: in.Notes}
	var materials, products []id.ID
	for _, c := range in.Components {
		if c.ProductID.IsZero() {
			materials = append(materials, c.MaterialID)
		} else {
			products = append(products, c.ProductID)
		}
	}
	known, err := inventory.ByID(ctx, tx, materials)
	if err != nil {
		return r, err
	}
	rows, err := db.For(tx).ProductsByID(ctx, db.ProductsByIDIn{Ids: store.List(append(products, product))})
	if err != nil {
		return r, err
	}
	named := map[id.ID]inventory.Option{}
	for _, row := range rows {
		named[row.ID] = inventory.Option{ID: row.ID, Name: row.Name, SKU: row.Sku, Unit: quantity.Piece}
	}
	own := named[product]
	r.Product = Ref{product, own.Name, own.SKU}
	for _, c := range in.Components {
		from := known
		if !c.ProductID.IsZero() {
			from = named
		}
		option, ok := from[c.item()]
		if !ok {
			return r, fault.Invalid(fmt.Sprintf("components.%d.item", c.Row), "Choose a material or a product.")
		}
		r.Components = append(r.Components, Component{Option: option, Nested: !c.ProductID.IsZero(), Quantity: c.Quantity, Waste: c.Waste, Note: strings.TrimSpace(c.Note)})
	}
	for _, s := range in.Steps {
		r.Steps = append(r.Steps, Step{Name: s.Name, Minutes: s.Minutes, UnitsPerRun: s.UnitsPerRun, HourlyRate: s.HourlyRate})
	}
	return r, nil
}

// explain puts what the walk down found wrong beside the field it comes from.
func (in Input) explain(err error, r Recipe) error {
	var cycle *Cycle
	switch {
	case errors.As(err, &cycle):
		return fault.Invalid(fmt.Sprintf("components.%d.item", in.Components[cycle.Line].Row), cycle.Error())
	case errors.Is(err, exact.ErrOverflow):
		return fault.Invalid("yield", "The costs are beyond what can be kept. Check quantities and prices.")
	case err != nil:
		return err
	}
	var p fault.Problems
	for i, c := range r.Components {
		if c.Nested && missing(r.Flat.Missing, c.ID) {
			p.Addf(fmt.Sprintf("components.%d.item", in.Components[i].Row), "%s has no published recipe yet, so what goes into it is not known.", c.Name)
		}
	}
	return p.Err()
}

func missing(all []Ref, product id.ID) bool {
	for _, r := range all {
		if r.ID == product {
			return true
		}
	}
	return false
}

// oneByOne makes the changes of an organization's recipes follow one another: whether they lead in a circle, and what they cost,
// is read from many.
func oneByOne(ctx context.Context, tx *store.Tx) error { return tx.Lock(ctx, "recipes") }

// Publish makes the input the next, active version and archives the one before with its cost. What it changes in the costs of
// other recipes is written with it. From who sees no costs a step keeps the hourly rate that it had, and the recipe comes back
// without costs. The draft ends.
func Publish(ctx context.Context, tx *store.Tx, product id.ID, in Input) (Recipe, error) {
	if err := tx.Require(authz.CatalogWrite); err != nil {
		return Recipe{}, err
	}
	if err := oneByOne(ctx, tx); err != nil {
		return Recipe{}, err
	}
	active, err := GetRecipe(ctx, tx.Reckoning(), product, 0)
	if err != nil {
		return Recipe{}, err
	}
	if !tx.SeesCosts() {
		in.Steps = keepRates(in.Steps, active)
	}
	r, err := in.recipe(ctx, tx.Reckoning(), product)
	if err != nil {
		return Recipe{}, err
	}
	if err := in.confirmed(ctx, tx, product, r); err != nil {
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
	if err := active.archive(ctx, tx); err != nil {
		return Recipe{}, err
	}
	now := tx.Now()
	r.ID, r.Status, r.PublishedAt = id.New(), "active", &now
	err = db.For(tx).CreateRecipe(ctx, db.CreateRecipeIn{ID: r.ID, ProductID: product, Version: r.Version, Yield: r.Yield, Loss: r.Loss, Notes: r.Notes, MaterialCost: r.Cost.Material, LaborCost: r.Cost.Labor,
		OverheadCost: r.Cost.Overhead, UnitCost: r.Cost.Total, PublishedAt: &now, CreatedAt: now, CreatedBy: tx.Actor().UserID})
	if err != nil {
		return Recipe{}, err
	}
	if err := r.write(ctx, tx); err != nil {
		return Recipe{}, err
	}
	if err := noteCosts(ctx, tx, Published, []string{r.costRow("")}); err != nil {
		return Recipe{}, err
	}
	if err := recostTakers(ctx, tx, r.Product); err != nil {
		return Recipe{}, err
	}
	if _, err := db.For(tx).DeleteDraft(ctx, db.DeleteDraftIn{ProductID: product}); err != nil {
		return Recipe{}, err
	}
	if err := r.record(ctx, tx, active); err != nil {
		return Recipe{}, err
	}
	r.withhold(tx)
	return r, nil
}

// record keeps that the version is the active one now.
func (r *Recipe) record(ctx context.Context, tx *store.Tx, former *Recipe) error {
	c := audit.Change{Action: audit.Published, Kind: audit.Recipe, Record: r.Product.SKU, Became: r.fields()}
	if former != nil {
		c.Was = former.fields()
	}
	return audit.Record(ctx, tx, c)
}

// fields are what the audit log tells of a version: what is in it can be read in the version itself.
func (r *Recipe) fields() audit.Fields {
	return audit.Fields{"Version": r.Version, "Pieces": audit.Quantity(r.Yield, quantity.Piece), "Cost of a piece": audit.Cost(r.Cost.Total)}
}

// keepRates gives each step the hourly rate of the step it was.
func keepRates(steps []StepInput, active *Recipe) []StepInput {
	kept := slices.Clone(steps)
	for i := range kept {
		kept[i].HourlyRate = nil
		if was := kept[i].Was; active != nil && was >= 1 && was <= len(active.Steps) {
			kept[i].HourlyRate = active.Steps[was-1].HourlyRate
		}
	}
	return kept
}

// archive ends the version with the cost it has now, and the arithmetic behind it; nil is none.
func (r *Recipe) archive(ctx context.Context, tx *store.Tx) error {
	if r == nil {
		return nil
	}
	in := db.ArchiveRecipeIn{ID: r.ID, MaterialCost: r.Cost.Material, LaborCost: r.Cost.Labor, OverheadCost: r.Cost.Overhead, UnitCost: r.Cost.Total}
	if r.Flaw == nil {
		text, err := json.Marshal(r.Arithmetic)
		if err != nil {
			return err
		}
		in.Arithmetic = string(text)
	}
	_, err := db.For(tx).ArchiveRecipe(ctx, in)
	return err
}

func (r *Recipe) write(ctx context.Context, tx *store.Tx) error {
	var materials []id.ID
	for i, c := range r.Components {
		in := db.CreateComponentIn{RecipeID: r.ID, Position: int64(i), Quantity: c.Quantity, Waste: c.Waste, Notes: c.Note}
		if c.Nested {
			in.ProductID = &c.ID
		} else {
			in.MaterialID = &c.ID
			materials = append(materials, c.ID)
		}
		if err := db.For(tx).CreateComponent(ctx, in); err != nil {
			return err
		}
	}
	if err := inventory.FixUnits(ctx, tx, materials); err != nil {
		return err
	}
	for i, s := range r.Steps {
		err := db.For(tx).CreateStep(ctx, db.CreateStepIn{RecipeID: r.ID, Position: int64(i), Name: s.Name, Minutes: s.Minutes, UnitsPerRun: s.UnitsPerRun, HourlyRate: s.HourlyRate})
		if err != nil {
			return err
		}
	}
	return nil
}
