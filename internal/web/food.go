package web

import (
	"context"
	"net/http"
	"net/url"
	"unicode"

	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory"
	"craftplan/internal/nutrition"
	"craftplan/internal/settings"
	"craftplan/internal/store"
	"craftplan/internal/web/ui"
)

type foodPage struct {
	tabs
	Allergens []inventory.Allergen
	Nutrients []inventory.Nutrient
	MayWrite  bool
	At        func(...string) string
	Labels    settings.Labels
	refused   map[string]ui.Form // by dialog
}

// labelsForm is that of what all labels have in common.
func (p foodPage) labelsForm() ui.Form {
	if f, ok := p.refused["labels"]; ok {
		return f
	}
	return ui.Form{Values: url.Values{"law": {string(p.Labels.Law)}, "producer": {p.Labels.Producer}, "address": {p.Labels.Address}}}
}

func laws() []ui.Choice {
	choices := make([]ui.Choice, len(nutrition.Laws))
	for i, law := range nutrition.Laws {
		choices[i] = ui.Choice{Value: string(law), Label: lawName(law)}
	}
	return choices
}

func updateLabels(q *Request) error {
	return q.changeFood("labels", "Saved.", func(ctx context.Context, tx *store.Tx) error {
		return settings.UpdateLabels(ctx, tx, settings.Labels{Law: nutrition.Law(q.PostFormValue("law")), Producer: q.PostFormValue("producer"), Address: q.PostFormValue("address")})
	})
}

// form is that of a dialog: with what was refused, or as it begins.
func (p foodPage) form(dialog, name string) ui.Form {
	if f, ok := p.refused[dialog]; ok {
		return f
	}
	return ui.Form{Values: url.Values{"name": {name}, "unit": {"g"}}}
}

// wholes are what a new nutrient may be a part of.
func (p foodPage) wholes() []ui.Choice {
	choices := []ui.Choice{{Value: "", Label: "Nothing, it stands alone"}}
	for _, n := range p.Nutrients {
		if n.PartOf == nil && n.ArchivedAt == nil {
			choices = append(choices, ui.Choice{Value: n.ID.String(), Label: n.Name})
		}
	}
	return choices
}

func nutrientUnits() []ui.Choice {
	choices := make([]ui.Choice, len(inventory.NutrientUnits))
	for i, u := range inventory.NutrientUnits {
		choices[i] = ui.Choice{Value: string(u), Label: string(u)}
	}
	return choices
}

func showFood(q *Request) error { return q.renderFood(http.StatusOK, nil) }

func (q *Request) renderFood(status int, refused map[string]ui.Form) error {
	p := foodPage{tabs: q.tabs(), MayWrite: q.Actor().May(authz.SettingsWrite), At: q.Path, refused: refused}
	err := q.View(func(tx *store.Tx) (err error) {
		if p.Labels, err = settings.GetLabels(q.Context(), tx); err != nil {
			return err
		}
		if p.Allergens, err = inventory.Allergens(q.Context(), tx); err != nil {
			return err
		}
		p.Nutrients, err = inventory.Nutrients(q.Context(), tx)
		return err
	})
	if err != nil {
		return err
	}
	return q.Render(status, "Food", "settings", foodBody(p))
}

// changeFood runs a change and shows the page again; when fields were refused, with the dialog that they came from.
func (q *Request) changeFood(dialog, done string, change func(context.Context, *store.Tx) error) error {
	err := q.Update(func(tx *store.Tx) error { return change(q.Context(), tx) })
	switch {
	case fault.Is(err, fault.KindInvalid):
		return q.renderFood(http.StatusUnprocessableEntity, map[string]ui.Form{dialog: refused(q, err)})
	case fault.Is(err, fault.KindConflict):
		return q.Refused(err, q.Path("settings", "food"))
	case err != nil:
		return err
	}
	return q.Done(done, q.Path("settings", "food"))
}

// changeOneFood is changeFood for the allergen or nutrient of the path.
func (q *Request) changeOneFood(what, done string, change func(context.Context, *store.Tx, id.ID) error) error {
	which, err := id.Parse(q.PathValue(what))
	if err != nil {
		return fault.NotFound(what)
	}
	return q.changeFood("rename-"+which.String(), done, func(ctx context.Context, tx *store.Tx) error { return change(ctx, tx, which) })
}

func createAllergen(q *Request) error {
	return q.changeFood("add-allergen", "The allergen was added.", func(ctx context.Context, tx *store.Tx) error {
		return inventory.AddAllergen(ctx, tx, q.PostFormValue("name"))
	})
}

func renameAllergen(q *Request) error {
	return q.changeOneFood("allergen", "The allergen was renamed.", func(ctx context.Context, tx *store.Tx, which id.ID) error {
		return inventory.RenameAllergen(ctx, tx, which, q.PostFormValue("name"))
	})
}

func archiveAllergen(q *Request) error {
	return q.changeOneFood("allergen", "The allergen was archived.", inventory.ArchiveAllergen)
}

func restoreAllergen(q *Request) error {
	return q.changeOneFood("allergen", "The allergen is back.", inventory.RestoreAllergen)
}

func createNutrient(q *Request) error {
	return q.changeFood("add-nutrient", "The nutrient was added.", func(ctx context.Context, tx *store.Tx) error {
		n := inventory.NewNutrient{Name: q.PostFormValue("name"), Unit: inventory.NutrientUnit(q.PostFormValue("unit"))}
		if whole := q.PostFormValue("part_of"); whole != "" {
			which, err := id.Parse(whole)
			if err != nil {
				return fault.Invalid("part_of", "Choose one of the list.")
			}
			n.PartOf = &which
		}
		return inventory.AddNutrient(ctx, tx, n)
	})
}

func renameNutrient(q *Request) error {
	return q.changeOneFood("nutrient", "The nutrient was renamed.", func(ctx context.Context, tx *store.Tx, which id.ID) error {
		return inventory.RenameNutrient(ctx, tx, which, q.PostFormValue("name"))
	})
}

func archiveNutrient(q *Request) error {
	return q.changeOneFood("nutrient", "The nutrient was archived.", inventory.ArchiveNutrient)
}

func restoreNutrient(q *Request) error {
	return q.changeOneFood("nutrient", "The nutrient is back.", inventory.RestoreNutrient)
}

// nutrientName is a nutrient as labels name it: a part begins with "of which".
func nutrientName(n inventory.Nutrient) string {
	if n.PartOf == nil {
		return n.Name
	}
	letters := []rune(n.Name)
	if len(letters) < 2 || !unicode.IsUpper(letters[1]) { // as in DHA
		letters[0] = unicode.ToLower(letters[0])
	}
	return "of which " + string(letters)
}
