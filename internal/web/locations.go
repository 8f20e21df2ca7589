package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
	"craftplan/internal/web/ui"
)

// Where stock stands. With one location nothing of it shows but in the settings.

// places are the locations that stock may come to, for pages that show or choose one.
type places []inventory.Location

// Several tells whether there is anything to say about locations.
func (p places) Several() bool { return len(p) > 1 }

func (p places) choices() []ui.Choice {
	choices := make([]ui.Choice, len(p))
	for i, l := range p {
		choices[i] = ui.Choice{Value: l.ID.String(), Label: l.Name}
	}
	return choices
}

// receiving is where what is bought goes by itself.
func (p places) receiving() string {
	for _, l := range p {
		if l.Receives {
			return l.ID.String()
		}
	}
	return ""
}

// placeField reads a location that was chosen; nil where nothing asked for one.
func placeField(p *fault.Problems, v url.Values, name string) *id.ID {
	if v.Get(name) == "" {
		return nil
	}
	which, err := id.Parse(v.Get(name))
	if err != nil {
		p.Add(name, "Choose a location of the list.")
		return nil
	}
	return &which
}

type locationsPage struct {
	tabs
	All      []inventory.Location
	MayWrite bool
	At       func(...string) string
	refused  map[string]ui.Form // by dialog
}

// form is that of a dialog: with what was refused, or as it begins.
func (p locationsPage) form(dialog, name string) ui.Form {
	if f, ok := p.refused[dialog]; ok {
		return f
	}
	return ui.Form{Values: url.Values{"name": {name}}}
}

func (p locationsPage) open() (open places) {
	for _, l := range p.All {
		if l.ArchivedAt == nil {
			open = append(open, l)
		}
	}
	return open
}

// homes is the form of where stock goes by itself.
func (p locationsPage) homes() ui.Form {
	if f, ok := p.refused["homes"]; ok {
		return f
	}
	v := url.Values{}
	for _, l := range p.All {
		if l.Receives {
			v.Set("receives", l.ID.String())
		}
		if l.Produces {
			v.Set("produces", l.ID.String())
		}
	}
	return ui.Form{Values: v}
}

func showLocations(q *Request) error { return q.renderLocations(http.StatusOK, nil) }

func (q *Request) renderLocations(status int, refused map[string]ui.Form) error {
	p := locationsPage{tabs: q.tabs(), MayWrite: q.Actor().May(authz.SettingsWrite), At: q.Path, refused: refused}
	err := q.View(func(tx *store.Tx) (err error) {
		p.All, err = inventory.Locations(q.Context(), tx)
		return err
	})
	if err != nil {
		return err
	}
	return q.Render(status, "Locations", "settings", locationsBody(p))
}

// changeLocations runs a change and shows the page again; when fields were refused, with the dialog that they came from.
func (q *Request) changeLocations(dialog, done string, change func(context.Context, *store.Tx) error) error {
	err := q.Update(func(tx *store.Tx) error { return change(q.Context(), tx) })
	switch {
	case fault.Is(err, fault.KindInvalid):
		return q.renderLocations(http.StatusUnprocessableEntity, map[string]ui.Form{dialog: refused(q, err)})
	case fault.Is(err, fault.KindConflict):
		return q.Refused(err, q.Path("settings", "locations"))
	case err != nil:
		return err
	}
	return q.Done(done, q.Path("settings", "locations"))
}

// changeLocation is changeLocations for the one of the path.
func (q *Request) changeLocation(done string, change func(context.Context, *store.Tx, id.ID) error) error {
	which, err := id.Parse(q.PathValue("location"))
	if err != nil {
		return fault.NotFound("location")
	}
	return q.changeLocations("rename-"+which.String(), done, func(ctx context.Context, tx *store.Tx) error { return change(ctx, tx, which) })
}

func createLocation(q *Request) error {
	return q.changeLocations("add", "The location was added.", func(ctx context.Context, tx *store.Tx) error {
		_, err := inventory.AddLocation(ctx, tx, q.PostFormValue("name"))
		return err
	})
}

func renameLocation(q *Request) error {
	return q.changeLocation("The location was renamed.", func(ctx context.Context, tx *store.Tx, which id.ID) error {
		return inventory.RenameLocation(ctx, tx, which, q.PostFormValue("name"))
	})
}

func archiveLocation(q *Request) error {
	return q.changeLocation("The location was archived.", inventory.ArchiveLocation)
}

func restoreLocation(q *Request) error {
	return q.changeLocation("The location is back.", inventory.RestoreLocation)
}

func updateHomes(q *Request) error {
	return q.changeLocations("homes", "Saved.", func(ctx context.Context, tx *store.Tx) error {
		var p fault.Problems
		receives, produces := placeField(&p, q.PostForm, "receives"), placeField(&p, q.PostForm, "produces")
		for name, which := range map[string]*id.ID{"receives": receives, "produces": produces} {
			if which == nil && p.Err() == nil {
				p.Add(name, "Choose a location of the list.")
			}
		}
		if err := p.Err(); err != nil {
			return err
		}
		return inventory.SetHomes(ctx, tx, *receives, *produces)
	})
}

// moveLot takes a lot, or a part of it, to another location, at once or on its way.
func moveLot(q *Request) error {
	later := q.PostFormValue("arrives") == "later"
	return q.changeLot("move", mayWord(later, "It is on its way.", "It was moved."), func(tx *store.Tx, l inventory.Lot, p *fault.Problems) error {
		r := inventory.Relocation{Lot: l.Code, Reason: q.PostFormValue("reason")}
		m, err := inventory.MeasureOf(q.Context(), tx, l.Item)
		if err != nil {
			return err
		}
		r.Quantity = optionalAmount(p, q.PostForm, "quantity", m)
		from, to := placeField(p, q.PostForm, "from"), placeField(p, q.PostForm, "to")
		if from == nil {
			p.Add("from", "Choose a location of the list.")
		}
		if to == nil {
			p.Add("to", "Choose a location of the list.")
		}
		expected := optionalDate(p, q.PostForm, "expected_on")
		if err := p.Err(); err != nil {
			return err
		}
		r.From, r.To = *from, *to
		if later {
			_, err = inventory.Send(q.Context(), tx, r, expected)
			return err
		}
		return inventory.Relocate(q.Context(), tx, r)
	})
}

// from are the places where the lot stands.
func (p lotPage) from() []ui.Choice {
	var choices []ui.Choice
	for _, at := range p.Places {
		if at.OnHand > 0 && !at.Transit {
			choices = append(choices, ui.Choice{Value: at.LocationID.String(), Label: at.Name + ", " + p.amount(at.OnHand, p.Item.Unit)})
		}
	}
	return choices
}

// placed is the form of a dialog, beginning with where the lot stands.
func (p lotPage) placed(dialog string) ui.Form {
	if f, ok := p.Forms[dialog]; ok || len(p.Places) == 0 {
		return f
	}
	return ui.Form{Values: url.Values{"location": {p.Places[0].LocationID.String()}}}
}

// moveForm begins with where the lot stands, and a place where it does not.
func (p lotPage) moveForm() ui.Form {
	if f, ok := p.Forms["move"]; ok {
		return f
	}
	v := url.Values{"arrives": {"now"}}
	for _, at := range slices.Backward(p.Places) {
		if !at.Transit {
			v.Set("from", at.LocationID.String())
		}
	}
	for _, l := range p.Locations {
		if l.ID.String() != v.Get("from") {
			v.Set("to", l.ID.String())
			break
		}
	}
	return ui.Form{Values: v}
}

// standing says in a few words where a lot stands: the place, or each with what is there.
func (f format) standing(at []inventory.Place, unit quantity.Unit) string {
	if len(at) == 1 {
		return at[0].Name
	}
	text := ""
	for i, p := range at {
		if i > 0 {
			text += ", "
		}
		text += f.amount(p.OnHand, unit) + " " + p.Name
	}
	return text
}
