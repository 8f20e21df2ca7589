package organizations_test

import (
	"testing"

	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/organizations"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

// An owner gives the organization another address. The old one leads on, can be taken back, and is nobody else's.
func TestChangeOfSlug(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		sunrise, bluebird := db.Organization("Sunrise"), db.Organization("Bluebird")
		change := func(scope store.Scope, now, slug string) error {
			m, _, err := organizations.Resolve(t.Context(), db.Store, now, scope.Actor().UserID)
			if err != nil {
				t.Fatal(err)
			}
			return organizations.Change(t.Context(), db.Store, scope, m.Organization, organizations.Profile{Name: "Renamed", Slug: slug, TimeZone: "Europe/Berlin", Locale: "de-DE", BrandColor: "#0d9488"})
		}
		if err := change(sunrise, "sunrise", "moonrise"); err != nil {
			t.Fatal(err)
		}
		for _, slug := range []string{"sunrise", "moonrise"} {
			m, scope, err := organizations.Resolve(t.Context(), db.Store, slug, sunrise.Actor().UserID)
			if err != nil || m.Organization.Slug != "moonrise" || m.Organization.Name != "Renamed" || m.Organization.BrandColor != "#0D9488" || scope.Context().Zone.String() != "Europe/Berlin" {
				t.Errorf("%s: %+v, %v", slug, m, err)
			}
		}
		for name, slug := range map[string]string{"a former one": "sunrise", "a present one": "moonrise", "a reserved one": "login", "none": " ", "a malformed one": "a--b"} {
			if err := change(bluebird, "bluebird", slug); !fault.Is(err, fault.KindInvalid) {
				t.Errorf("somebody else takes %s: %v", name, err)
			}
		}
		if err := change(sunrise, "moonrise", "sunrise"); err != nil {
			t.Errorf("taking it back: %v", err)
		}
		admin := db.Member(sunrise, authz.Admin)
		if err := change(admin, "sunrise", "eclipse"); !fault.Is(err, fault.KindForbidden) {
			t.Errorf("an admin: %v", err)
		}
	})
}

// A preview says what a change would, and changes nothing.
func TestPreview(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		scope := db.Organization("Sunrise")
		db.Organization("Bluebird")
		preview := func(slug string) (organizations.Address, error) {
			o, _, err := organizations.OpenByID(t.Context(), db.Store, scope.Organization())
			if err != nil {
				t.Fatal(err)
			}
			return organizations.Preview(t.Context(), db.Store, scope, o, organizations.Profile{Name: o.Name, Slug: slug, TimeZone: o.TimeZone, Locale: o.Locale, BrandColor: o.BrandColor})
		}
		for slug, want := range map[string]organizations.Address{"sunrise": {Slug: "sunrise"}, " Moonrise ": {Slug: "moonrise"}} {
			if got, err := preview(slug); err != nil || got != want {
				t.Errorf("%q: %+v, %v", slug, got, err)
			}
		}
		for name, slug := range map[string]string{"somebody's": "bluebird", "a reserved one": "login", "none": " ", "a malformed one": "a--b"} {
			if _, err := preview(slug); !fault.Is(err, fault.KindInvalid) || fault.FieldsOf(err)[0].Name != "slug" {
				t.Errorf("%s: %v", name, err)
			}
		}
		o, _, err := organizations.OpenByID(t.Context(), db.Store, scope.Organization())
		if err != nil {
			t.Fatal(err)
		}
		if err := organizations.Change(t.Context(), db.Store, scope, o, organizations.Profile{Name: o.Name, Slug: "moonrise", TimeZone: o.TimeZone, Locale: o.Locale, BrandColor: o.BrandColor}); err != nil {
			t.Fatal(err)
		}
		if got, err := preview("sunrise"); err != nil || !got.Former {
			t.Errorf("one's own former address: %+v, %v", got, err)
		}
		admin := db.Member(scope, authz.Admin)
		if _, err := organizations.Preview(t.Context(), db.Store, admin, o, organizations.Profile{Name: o.Name, Slug: "eclipse"}); !fault.Is(err, fault.KindForbidden) {
			t.Errorf("an admin: %v", err)
		}
	})
}

// Many organizations want one address at once: one gets it, and the others are told that it is taken.
func TestOneAddressAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		const rivals = 4
		results := make(chan error, rivals)
		for i := range rivals {
			scope := db.Organization([]string{"Sunrise", "Bluebird", "Northstar", "Oven"}[i])
			o, _, err := organizations.OpenByID(t.Context(), db.Store, scope.Organization())
			if err != nil {
				t.Fatal(err)
			}
			go func() {
				results <- organizations.Change(t.Context(), db.Store, scope, o, organizations.Profile{Name: o.Name, Slug: "the-best", TimeZone: o.TimeZone, Locale: o.Locale, BrandColor: o.BrandColor})
			}()
		}
		won := 0
		for range rivals {
			if err := <-results; err == nil {
				won++
			} else if !fault.Is(err, fault.KindInvalid) || fault.FieldsOf(err)[0].Name != "slug" {
				t.Error(err)
			}
		}
		if won != 1 {
			t.Errorf("%d of them have it", won)
		}
	})
}
