package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/inventory"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
	"craftplan/internal/web/ui"
)

// What labels say about a material: its name there, its allergens, its nutrition facts.

type declarationEdit struct {
	inventory.Material
	format
	Form      ui.Form
	Allergens []inventory.Allergen
	Nutrients []inventory.Nutrient
	At        func(...string) string
}

const (
	notThere = "no"
	inTraces = "traces"
	isThere  = "contains"
)

func presences() []ui.Choice {
	return []ui.Choice{{Value: notThere, Label: "not in it"}, {Value: inTraces, Label: "may contain traces"}, {Value: isThere, Label: "contains"}}
}

// fields of an allergen and a nutrient.
func allergenField(a inventory.Allergen) string { return "allergen." + a.ID.String() }
func calledField(a inventory.Allergen) string   { return "called." + a.ID.String() }
func amountOfField(n inventory.Nutrient) string { return "amount." + n.ID.String() }

// bases are what amounts can be for.
func (e declarationEdit) bases() []ui.Choice {
	choices := []ui.Choice{{Value: "g", Label: "of 100 g"}, {Value: "ml", Label: "of 100 ml"}}
	if e.Unit == quantity.Piece {
		choices = append(choices, ui.Choice{Value: "pcs", Label: "of one piece"})
	}
	return choices
}

// calledHint says which word labels use when nothing is typed.
func calledHint(a inventory.Allergen) string {
	if a.Kinds() != "" {
		return "such as " + a.Kinds()
	}
	return a.Word()
}

func amountHint(n inventory.Nutrient) string {
	switch n.Code {
	case "carbohydrate":
		return "without fibre"
	case "salt":
		return "or sodium, such as sodium 400 mg"
	}
	return ""
}

// readDeclarationEdit reads the form's lists, and the food as it is declared now.
func (q *Request) readDeclarationEdit() (e declarationEdit, food inventory.Food, err error) {
	e = declarationEdit{format: q.format(), At: q.Path}
	err = q.View(func(tx *store.Tx) (err error) {
		if e.Material, err = inventory.Get(q.Context(), tx, q.PathValue("sku")); err != nil {
			return err
		}
		food, err = inventory.FoodOf(q.Context(), tx, e.ID)
		if err != nil {
			return err
		}
		if e.Allergens, err = inventory.Allergens(q.Context(), tx); err != nil {
			return err
		}
		e.Nutrients, err = inventory.Nutrients(q.Context(), tx)
		return err
	})
	e.Allergens = slices.DeleteFunc(e.Allergens, func(a inventory.Allergen) bool { return a.ArchivedAt != nil && !food.Has(a.ID) })
	e.Nutrients = slices.DeleteFunc(e.Nutrients, func(n inventory.Nutrient) bool {
		_, has := food.Amounts[n.ID]
		return n.ArchivedAt != nil && !has
	})
	return e, food, err
}

func declarationValues(food inventory.Food) url.Values {
	v := url.Values{"name": {food.Name}, "ingredients": {food.Ingredients}, "basis": {string(food.Basis)}}
	if food.Water {
		v.Set("water", "yes")
	}
	if food.Checked {
		v.Set("checked", "yes")
	}
	if food.Packaging {
		v.Set("packaging", "yes")
	}
	if food.PieceWeight > 0 {
		v.Set("piece_weight", quantity.Input(food.PieceWeight, quantity.Gram))
	}
	for _, p := range food.Allergens {
		v.Set(allergenField(p.Allergen), isThere)
		if p.Traces {
			v.Set(allergenField(p.Allergen), inTraces)
		}
		v.Set(calledField(p.Allergen), p.Called)
	}
	for nutrient, amount := range food.Amounts {
		v.Set("amount."+nutrient.String(), quantity.Decimal(amount))
	}
	return v
}

func editDeclaration(q *Request) error {
	e, food, err := q.readDeclarationEdit()
	if err != nil {
		return err
	}
	e.Form.Values = declarationValues(food)
	return q.Render(http.StatusOK, "Food facts of "+e.Name, "materials", declarationForm(e))
}

func updateDeclaration(q *Request) error {
	e, _, err := q.readDeclarationEdit()
	if err != nil {
		return err
	}
	d, err := e.input(q.PostForm)
	if err == nil {
		err = q.Update(func(tx *store.Tx) error { return inventory.Declare(q.Context(), tx, e.SKU, d) })
	}
	if status, ok := again(err); ok {
		e.Form = refused(q, err)
		return q.Render(status, "Food facts of "+e.Name, "materials", declarationForm(e))
	}
	if err != nil {
		return err
	}
	return q.Done("Saved.", q.Path("materials", e.SKU)+"#food")
}

// input reads the form. An empty amount is not known, and a zero is none.
func (e declarationEdit) input(v url.Values) (inventory.Declaration, error) {
	var p fault.Problems
	d := inventory.Declaration{Name: v.Get("name"), Ingredients: v.Get("ingredients"), Water: v.Get("water") != "", Packaging: v.Get("packaging") != "", Checked: v.Get("checked") != "", Basis: quantity.Unit(v.Get("basis")), Amounts: inventory.Amounts{}}
	if weight := optionalQuantity(&p, v, "piece_weight", quantity.Gram); weight != nil {
		d.PieceWeight = *weight
	}
	for _, a := range e.Allergens {
		switch v.Get(allergenField(a)) {
		case "", notThere:
		case inTraces, isThere:
			d.Allergens = append(d.Allergens, inventory.Present{Allergen: a, Traces: v.Get(allergenField(a)) == inTraces, Called: v.Get(calledField(a))})
		default:
			p.Add(allergenField(a), "Choose one of the list.")
		}
	}
	for _, n := range e.Nutrients {
		text := v.Get(amountOfField(n))
		if strings.TrimSpace(text) == "" {
			continue
		}
		amount, err := inventory.ParseAmount(text, n)
		if err != nil {
			p.Add(amountOfField(n), err.Error())
			continue
		}
		d.Amounts[n.ID] = amount
	}
	return d, p.Err()
}

// foodFacts are what a material's page says about labels.
type foodFacts struct {
	inventory.Food
	Nutrients []inventory.Nutrient // that are known
	Missing   []string             // of what every declaration lists
	MayWrite  bool
}

func (q *Request) foodFacts(tx *store.Tx, m inventory.Material) (f foodFacts, err error) {
	f.MayWrite = q.Actor().May(authz.InventoryWrite)
	if f.Food, err = inventory.FoodOf(q.Context(), tx, m.ID); err != nil {
		return f, err
	}
	all, err := inventory.Nutrients(q.Context(), tx)
	for _, n := range all {
		if _, ok := f.Amounts[n.ID]; ok {
			f.Nutrients = append(f.Nutrients, n)
		} else if n.Required() {
			f.Missing = append(f.Missing, n.Name)
		}
	}
	return f, err
}

// inWords are the allergens that a material contains, or may contain.
func (f foodFacts) inWords(traces bool) string {
	var names []string
	for _, p := range f.Allergens {
		if p.Traces == traces {
			names = append(names, p.InWords())
		}
	}
	return strings.Join(names, ", ")
}

// basis is what the amounts are for.
func (f foodFacts) basis() string {
	if f.Basis == quantity.Piece {
		return "Of one piece"
	}
	return "Of 100 " + string(f.Basis)
}
