package organizations_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"craftplan/internal/accounts"
	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/organizations"
	"craftplan/internal/settings"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

func TestDeriveSlug(t *testing.T) {
	for name, want := range map[string]string{"L'éclair & Co.": "l-eclair-co", "  Sunrise   Bakery ": "sunrise-bakery", "Straße 7": "strasse-7", "--": "", "日本": "", strings.Repeat("ab ", 40): strings.Repeat("ab-", 20) + "ab"} {
		if got := organizations.DeriveSlug(name); got != want {
			t.Errorf("%q gives %q, want %q", name, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		slug := organizations.DeriveSlug(rapid.String().Draw(t, "name"))
		if err := organizations.CheckSlug(slug); err != nil && len(slug) >= 3 && !strings.Contains(err.Error(), "reserved") {
			t.Fatalf("%q: %v", slug, err)
		}
	})
}

func TestCheckSlug(t *testing.T) {
	for _, slug := range []string{"", "ab", strings.Repeat("a", 64), "Bakery", "a--b", "-ab", "ab-", "a b", "bäckerei", "login", "static", "admin"} {
		if err := organizations.CheckSlug(slug); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("%q: %v", slug, err)
		}
	}
	for _, slug := range []string{"abc", "sunrise", "l-eclair-co", "42-bakers", strings.Repeat("a", 63)} {
		if err := organizations.CheckSlug(slug); err != nil {
			t.Errorf("%q: %v", slug, err)
		}
	}
}

func owner(t *testing.T, email string) organizations.Owner {
	t.Helper()
	prepared, err := accounts.Prepare(accounts.NewUser{Name: "Rosa", Email: email, Password: "a quiet oven at four"})
	if err != nil {
		t.Fatal(err)
	}
	return organizations.Owner{New: &prepared}
}

// All of it or nothing: when a step fails there is no organization, no user, and the slug is free.
func TestProvisionIsAtomic(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		rosa := owner(t, "rosa@oven.example")
		provision := func(steps ...organizations.Step) error {
			_, err := organizations.Provision(t.Context(), db.Store, organizations.NewOrganization{Name: "Oven"}, rosa, steps, nil)
			return err
		}
		broken := errors.New("broken")
		if err := provision(settings.Bootstrap, func(context.Context, *store.Tx) error { return broken }); !errors.Is(err, broken) {
			t.Fatal(err)
		}
		err := db.SystemView(t.Context(), "test", func(tx *store.SystemTx) error {
			if _, err := accounts.ByEmail(t.Context(), tx, "rosa@oven.example"); !fault.Is(err, fault.KindNotFound) {
				t.Errorf("the owner is left behind: %v", err)
			}
			return organizations.SlugFree(t.Context(), tx, "oven")
		})
		if err != nil {
			t.Error(err)
		}
		if err := provision(settings.Bootstrap); err != nil {
			t.Error(err)
		}
	})
}

// Several people want the same slug at once: one gets it.
func TestSlugAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		template := owner(t, "rosa@oven.example")
		var mu sync.Mutex
		var all sync.WaitGroup
		won := 0
		for range 6 {
			all.Go(func() {
				someone := *template.New
				someone.ID = id.New()
				someone.Email = someone.ID.String() + "@oven.example"
				_, err := organizations.Provision(t.Context(), db.Store, organizations.NewOrganization{Name: "Oven"}, organizations.Owner{New: &someone}, nil, nil)
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					won++
				} else if !fault.Is(err, fault.KindInvalid) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if won != 1 {
			t.Errorf("%d organizations with one slug", won)
		}
	})
}

func TestResolve(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		sunrise, bluebird := db.Organization("Sunrise"), db.Organization("Bluebird")
		member := db.Member(sunrise, authz.Staff)
		found, scope, err := organizations.Resolve(t.Context(), db.Store, "sunrise", member.Actor().UserID)
		if err != nil || found.Role != authz.Staff || scope.Organization() != sunrise.Organization() {
			t.Errorf("a member: %+v, %v", found, err)
		}
		_, _, foreign := organizations.Resolve(t.Context(), db.Store, "sunrise", bluebird.Actor().UserID)
		_, _, unknown := organizations.Resolve(t.Context(), db.Store, "nowhere", bluebird.Actor().UserID)
		if !fault.Is(foreign, fault.KindNotFound) || foreign.Error() != unknown.Error() {
			t.Errorf("not a member: %v; unknown: %v", foreign, unknown)
		}
	})
}
