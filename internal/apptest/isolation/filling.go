package isolation

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
)

// lore is what scripts know of both organizations from the start, whichever world they are played in.
type lore struct {
	kinds  map[string]string   // of A's references, by value
	theirs map[string][]string // B's references, by kind
	b      Workshop
}

// loreOf reads it from a world that holds B.
func loreOf(ctx context.Context, w *World) (l lore, err error) {
	l = lore{theirs: map[string][]string{}, b: w.B}
	for name := range kinds {
		if l.theirs[name], err = w.theirs(ctx, name, nil); err != nil {
			return l, err
		}
	}
	l.kinds, err = w.kindsOf(ctx)
	return l, err
}

// odd is a reference that names nothing of A's: B's, one that nobody has, or nonsense.
func (l lore) odd(kind, like string, source *rand.Rand) string {
	switch theirs := l.theirs[kind]; {
	case len(theirs) > 0 && source.IntN(2) == 0:
		return theirs[source.IntN(len(theirs))]
	case like != "" && source.IntN(2) == 0:
		return random(like, source)
	}
	return malformed[source.IntN(len(malformed))]
}

// fill fills a form in: mostly well, now and then not.
func (l lore) fill(f Form, source *rand.Rand) url.Values {
	values := f.Plausible()
	for _, field := range f.Fields {
		if _, told := plausible[f.Route.Pattern][field.Name]; !told && (field.Value == "" || source.IntN(4) == 0) {
			values.Set(field.Name, another(field, values.Get(field.Name), source))
		}
	}
	if len(f.Fields) == 0 || source.IntN(4) > 0 {
		return values
	}
	field := f.Fields[source.IntN(len(f.Fields))]
	switch source.IntN(4) {
	case 0:
		values.Set(field.Name, "")
	case 1:
		values.Set(field.Name, malformed[source.IntN(len(malformed))])
	case 2:
		values.Set(field.Name, l.reference(field, source))
	default:
		values.Set("organization_id", l.b.ID.String())
		values.Set("organization", l.b.Slug)
	}
	return values
}

// another is a value as good as the plausible one.
func another(field Field, plausible string, source *rand.Rand) string {
	switch {
	case len(field.Options) > 0:
		return field.Options[source.IntN(len(field.Options))]
	case plausible == "Plausible":
		return fmt.Sprintf("Plausible %d", source.IntN(10_000))
	case field.Type == "number" && plausible != "":
		return fmt.Sprint(1 + source.IntN(12))
	}
	return plausible
}

// reference is an odd one in place of what a field holds or offers.
func (l lore) reference(field Field, source *rand.Rand) string {
	field.Refs = nil
	field.refer(l.kinds)
	if len(field.Refs) == 0 {
		return l.odd("order", "OR-0001", source)
	}
	ref := field.Refs[source.IntN(len(field.Refs))]
	return ref.Before + l.odd(ref.Kind, strings.TrimPrefix(field.Value, ref.Before), source)
}
