package isolation

import (
	"slices"
	"testing"

	"craftplan/internal/authz"
	"craftplan/internal/store"
)

func world(t *testing.T, engine store.Engine, o Options) *World {
	t.Helper()
	w, err := OpenWorld(t.Context(), engine, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

func each(t *testing.T, test func(t *testing.T, engine store.Engine)) {
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			test(t, engine)
		})
	}
}

// unmade are tables that the fixture has no row in, each with the reason.
var unmade = map[string]string{
	"identities": "one is made only of a provider's signed answer, which internal/sso's own tests have",
}

// A table without a row of each organization is one that no gate looks at.
func TestFixtureHasSomeOfEverything(t *testing.T) {
	each(t, func(t *testing.T, engine store.Engine) {
		w := world(t, engine, Options{})
		all, err := w.Take(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, table := range w.Tables() {
			for _, workshop := range []Workshop{w.A, w.B} {
				found := 0
				for _, r := range all.Of(workshop.ID.String()) {
					if r.Table == table {
						found++
					}
				}
				if found == 0 && unmade[table] == "" {
					t.Errorf("%s has no row in %s: let goods.go or fixture.go make one, through the domain's own verb", workshop.Name, table)
				}
			}
		}
	})
}

// A kind of reference without a value is one that no gate tries.
func TestEveryKindHasValues(t *testing.T) {
	each(t, func(t *testing.T, engine store.Engine) {
		w := world(t, engine, Options{})
		for name, k := range kinds {
			own, err := w.allOf(t.Context(), name, w.A, w.Actors[Owner], nil)
			if err != nil || len(own) == 0 {
				t.Errorf("A has no %s, %v: let goods.go make one", name, err)
			}
			if k.Fixed != nil || k.Nobodys || k.Mailed {
				continue
			}
			if theirs, err := w.theirs(t.Context(), name, map[string]string{"sku": commonSKU}); err != nil || len(theirs) == 0 {
				t.Errorf("B has no %s that A has not, %v: let goods.go make one", name, err)
			}
		}
	})
}

// Nobody stands where they should not: what the gates compute with is what the fixture says.
func TestStandings(t *testing.T) {
	each(t, func(t *testing.T, engine store.Engine) {
		w := world(t, engine, Options{})
		members := map[string]authz.Role{Guest: authz.Viewer, Supporter: authz.Viewer, Viewer: authz.Viewer, Staff: authz.Staff, Admin: authz.Admin, Owner: authz.Owner}
		for _, who := range Everybody {
			s, err := w.StandingOf(t.Context(), w.Actors[who], w.A.Slug)
			role, member := members[who]
			if a := w.Actors[who]; a.Key != "" {
				if s.Keyed != (who == Program || who == Reader) || s.Keyed && s.Role != authz.Owner || s.SignedIn || s.Member {
					t.Errorf("%s: %+v, %v", who, s, err)
				}
				continue
			}
			if member = member || who == Vouched; err != nil || s.Member != member || who != Vouched && member && s.Role != role || s.Moved {
				t.Errorf("%s: %+v, %v", who, s, err)
			}
			if signedIn := !slices.Contains([]string{Anonymous, Newcomer, Halfway, Operator, Disabled}, who); s.SignedIn != signedIn || s.Elsewhere != (who == Vouched) || s.Operator != (who == Operator) {
				t.Errorf("%s: %+v", who, s)
			}
		}
		if s, err := w.StandingOf(t.Context(), w.Actors[Owner], w.A.Former); err != nil || !s.Moved || !s.Member {
			t.Errorf("by a former slug: %+v, %v", s, err)
		}
	})
}
