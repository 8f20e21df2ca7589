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
