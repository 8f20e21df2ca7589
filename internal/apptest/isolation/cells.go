package isolation

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strings"

	"craftplan/internal/httpkit"
	"craftplan/internal/id"
	"craftplan/internal/organizations"
)

// cells are the requests to a route by an actor. Who reaches the handler puts each kind of reference into each place, one after the
// other: the first who does every value of it, the others one. Who does not reach it puts each kind into all places at once.
func (m *matrix) cells(ctx context.Context, r Route, a *Actor) ([]cell, error) {
	own, err := m.ownCells(ctx, r, a)
	if err != nil || len(own) == 0 {
		return own, err
	}
	first := own[0]
	reply, err := m.expect(ctx, first)
	if err != nil {
		return nil, err
	}
	steps := []func(context.Context, cell, int) ([]cell, error){m.atOnce}
	many := 1
	if reply == Open {
		steps = []func(context.Context, cell, int) ([]cell, error){m.inPath, m.inFields, m.smuggled}
		if !m.thorough[r] {
			m.thorough[r], many = true, 1000
		}
	}
	if m.during == organizations.Active {
		steps = append(steps, m.slugs)
	}
	all := few(own, many)
	for _, step := range steps {
		more, err := step(ctx, first, many)
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	return all, nil
}

// few are the first of some things.
func few[T any](all []T, many int) []T { return all[:min(len(all), many):min(len(all), many)] }

// ownCells name what is the actor's own, or A's.
func (m *matrix) ownCells(ctx context.Context, r Route, a *Actor) (cells []cell, err error) {
	for _, f := range m.formsOf(r) {
		c := cell{route: r, actor: a, what: "own", slug: m.A.Slug, holes: f.Holes, values: f.Plausible(), upload: f.Upload}
		if !r.inside() && f.Actor != a.Name {
			c.what, c.odd = "another person's", "another's"
		}
		cells = append(cells, c)
	}
	if r.Changes() && len(cells) > 0 {
		return cells, nil
	}
	ways, err := m.own(ctx, r, a)
	for _, holes := range ways {
		cells = append(cells, cell{route: r, actor: a, what: "own", slug: m.A.Slug, holes: holes})
	}
	return cells, err
}

// formsOf are the forms of a route.
func (m *matrix) formsOf(r Route) (shown []Form) {
	for _, f := range m.forms {
		if f.Route == r {
			shown = append(shown, f)
		}
	}
	return shown
}

// inB tells whether an actor belongs to B.
func (m *matrix) inB(a *Actor) bool {
	return slices.Contains([]string{Neighbour, Guest, Vouched, Foreign}, a.Name)
}

// place puts a reference that is not the actor's own into a hole of the path.
func (c cell) place(hole, value, what string) cell {
	c.holes, c.odd, c.what = with(c.holes, hole, value), value, hole+" is "+what
	return c
}

// inPath puts what is not A's into the path, one hole after the other.
func (m *matrix) inPath(ctx context.Context, own cell, many int) (cells []cell, err error) {
	for _, hole := range own.route.Holes() {
		theirs, err := m.theirs(ctx, hole.Kind, own.holes)
		if err != nil {
			return nil, err
		}
		nobody := own.place(hole.Name, random(append(theirs, own.holes[hole.Name])[0], m.source), "random")
		cells = append(cells, nobody)
		for _, value := range few(theirs, many) {
			twin := own.place(hole.Name, random(value, m.source), "random")
			c := own.place(hole.Name, value, "B's")
			c.nobody = &twin
			cells = append(cells, c)
		}
		for _, value := range few(malformed, many) {
			c := own.place(hole.Name, value, "malformed")
			// Mailed links have their own words for what they never were, and the API for what no address can hold.
			if own.route.Access == Members || own.route.Access == Programs && httpkit.Readable(value) {
				c.nobody = &nobody
			}
			cells = append(cells, c)
		}
	}
	return cells, nil
}

// inFields puts what is not A's into the query or the form, one field after the other.
func (m *matrix) inFields(ctx context.Context, own cell, many int) (cells []cell, err error) {
	tried := map[string]bool{}
	for _, form := range m.formsOf(own.route) {
		for _, field := range form.Fields {
			if tried[field.Name] {
				continue
			}
			tried[field.Name] = true
			for _, ref := range field.Refs {
				more, err := m.inField(ctx, own, form, field.Name, ref, many)
				if err != nil {
					return nil, err
				}
				cells = append(cells, more...)
			}
		}
	}
	return cells, nil
}

func (m *matrix) inField(ctx context.Context, own cell, form Form, field string, ref Ref, many int) (cells []cell, err error) {
	theirs, err := m.theirs(ctx, ref.Kind, nil)
	if err != nil {
		return nil, err
	}
	for _, value := range few(theirs, many) {
		nobody := own.send(form, field, ref.Before+random(value, m.source), "random")
		c := own.send(form, field, ref.Before+value, "B's")
		c.nobody = &nobody
		cells = append(cells, nobody, c)
	}
	for _, value := range few(malformed, many) {
		cells = append(cells, own.send(form, field, ref.Before+value, "malformed"))
	}
	return cells, nil
}

// send puts a reference that is not the actor's own into a field.
func (c cell) send(form Form, field, value, what string) cell {
	c.holes, c.values, c.upload = form.Holes, form.Plausible(), form.Upload
	c.values.Set(field, value)
	c.odd, c.what = value, field+" is "+what
	return c
}

// atOnce puts a kind of reference into all places of the path and of the first form.
func (m *matrix) atOnce(ctx context.Context, own cell, _ int) (cells []cell, err error) {
	forms := m.formsOf(own.route)
	for _, what := range []string{"B's", "random", "malformed"} {
		c := own
		c.holes, c.values, c.what, c.odd = maps.Clone(own.holes), maps.Clone(own.values), "all is "+what, "all"
		value := func(kind string) (string, error) {
			theirs, err := m.theirs(ctx, kind, own.holes)
			switch {
			case what == "malformed":
				return malformed[0], err
			case len(theirs) == 0:
				return random("UNKNOWN-1", m.source), err
			case what == "random":
				return random(theirs[0], m.source), err
			}
			return theirs[0], err
		}
		for _, hole := range own.route.Holes() {
			if c.holes[hole.Name], err = value(hole.Kind); err != nil {
				return nil, err
			}
		}
		for _, field := range append(forms, Form{})[0].Fields {
			for _, ref := range field.Refs {
				v, err := value(ref.Kind)
				if err != nil {
					return nil, err
				}
				c.values.Set(field.Name, ref.Before+v)
			}
		}
		cells = append(cells, c)
	}
	return cells, nil
}

// smuggled sends what no form has: whose something is, who did it, and its id. Outside of organizations one actor tries.
func (m *matrix) smuggled(_ context.Context, own cell, many int) ([]cell, error) {
	if !own.route.inside() && many == 1 {
		return nil, nil
	}
	send := func(organization, user, what string) cell {
		c := own
		if c.values = maps.Clone(own.values); c.values == nil {
			c.values = url.Values{}
		}
		for name, value := range map[string]string{"organization_id": organization, "OrganizationID": organization, "organization": m.B.Slug, "user_id": user, "created_by": user, "actor": user} {
			if !c.values.Has(name) {
				c.values.Set(name, value)
			}
		}
		c.odd, c.what = organization, what+" organization smuggled in"
		return c
	}
	colleague := m.Actors[Colleague].User.String()
	nobody, theirs := send(id.NewOrganization().String(), colleague, "a random"), send(m.B.ID.String(), colleague, "B's")
	theirs.nobody = &nobody
	return []cell{nobody, theirs}, nil
}

// slugs puts other slugs than A's into the path.
func (m *matrix) slugs(_ context.Context, own cell, many int) (cells []cell, err error) {
	if !own.route.inside() {
		return nil, nil
	}
	others := map[string][]string{"former slug": {m.A.Former}, "unknown slug": {unknownSlug}, "malformed slug": malformedSlugs}
	if !m.inB(own.actor) { // to who belongs to B it is no other's
		others["slug of B"], others["former slug of B"] = []string{m.B.Slug}, []string{m.B.Former}
	}
	for what, list := range others {
		for _, slug := range few(list, many) {
			c := own
			c.slug, c.what = slug, what
			cells = append(cells, c)
		}
	}
	return cells, nil
}

var malformedSlugs = []string{"al\x00er", "ALDER", "alder ", " alder", "\xff", "alder.", "ålder", "alder%00", "alder'--", strings.Repeat("a", 300)}
