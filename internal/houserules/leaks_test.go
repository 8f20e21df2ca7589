package houserules

import (
	"maps"
	"slices"
	"testing"

	"craftplan/internal/houserules/schemalint"
	"craftplan/internal/prove/leaks"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

// Planted leaks in statements and in the schema are refused before anything runs.
func TestLeaksAreRefused(t *testing.T) {
	all, err := leaks.All()
	if err != nil {
		t.Fatal(err)
	}
	provable, known := provable(t), map[string]statement{}
	for _, s := range statements(t) {
		known[s.domain+"."+s.name] = s
	}
	raw, r := storetest.New(t, store.Postgres).Unbound(), rules()
	refused := 0
	for _, l := range all {
		for _, name := range slices.Sorted(maps.Keys(l.SQL)) {
			refused++
			if s, ok := known[name]; !ok || !s.organization {
				t.Errorf("%s: %s is no statement of an organization", l.Name, name)
			}
			if provable.ForOrganization(l.SQL[name]) == nil {
				t.Errorf("%s: the proof lets %s pass", l.Name, name)
			} else {
				t.Logf("refused: %s by statements", l.Name)
			}
		}
		for _, object := range slices.Sorted(maps.Keys(l.Schema)) {
			refused++
			if finds(t, raw, alteration{object, l.Schema[object], ""}, func(db schemalint.Querier) ([]string, error) { return schemalint.Postgres(t.Context(), db, r) }) {
				t.Logf("refused: %s by schema", l.Name)
			}
		}
	}
	if refused < 5 {
		t.Errorf("looked at only %d", refused)
	}
}
