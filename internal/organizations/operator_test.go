package organizations_test

import (
	"strings"
	"testing"

	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/organizations"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

// What the operator sets is there at the next request, by any way the organization is read, and in no other organization.
func TestOperatorSetsPlanAndFeatures(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		sunrise, bluebird := db.Organization("Sunrise"), db.Organization("Bluebird")
		if _, err := organizations.SetPlan(t.Context(), db.Store, "sunrise", "growth"); err != nil {
			t.Fatal(err)
		}
		if _, err := organizations.SetFeature(t.Context(), db.Store, "sunrise", organizations.API, false); err != nil {
			t.Fatal(err)
		}
		resolved, _, err := organizations.Resolve(t.Context(), db.Store, "sunrise", sunrise.Actor().UserID)
		if err != nil {
			t.Fatal(err)
		}
		opened, _, err := organizations.OpenByID(t.Context(), db.Store, sunrise.Organization())
		if err != nil {
			t.Fatal(err)
		}
		mine, err := organizations.OfUser(t.Context(), db.Store, sunrise.Actor().UserID)
		if err != nil || len(mine) != 1 {
			t.Fatalf("%+v, %v", mine, err)
		}
		for way, o := range map[string]organizations.Organization{"resolved": resolved.Organization, "opened": opened, "listed": mine[0].Organization} {
			if o.BillingPlan != "growth" || o.Features.On(organizations.API) || o.TimeZone != "America/Chicago" || o.CreatedAt.IsZero() {
				t.Errorf("%s: %+v", way, o)
			}
		}
		other, _, err := organizations.Resolve(t.Context(), db.Store, "bluebird", bluebird.Actor().UserID)
		if err != nil || other.Organization.BillingPlan != "starter" || !other.Organization.Features.On(organizations.API) {
			t.Errorf("another organization: %+v, %v", other.Organization, err)
		}
		if o, err := organizations.SetFeature(t.Context(), db.Store, "sunrise", organizations.API, true); err != nil || !o.Features.On(organizations.API) {
			t.Errorf("opened again: %+v, %v", o.Features, err)
		}
		for name, err := range map[string]error{
			"an unknown plan":    second(organizations.SetPlan(t.Context(), db.Store, "sunrise", "gold")),
			"an unknown feature": second(organizations.SetFeature(t.Context(), db.Store, "sunrise", "ovens", true)),
		} {
			if !fault.Is(err, fault.KindInvalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		for name, err := range map[string]error{
			"an unknown organization":    second(organizations.SetPlan(t.Context(), db.Store, "nowhere", "growth")),
			"a feature of nobody at all": second(organizations.SetFeature(t.Context(), db.Store, "nowhere", organizations.API, true)),
		} {
			if !fault.Is(err, fault.KindNotFound) || len(fault.FieldsOf(err)) != 1 {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// The operator suspends for a reason that is read with the organization, and resumes; each of it once.
func TestSuspendAndResume(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		sunrise, bluebird := db.Organization("Sunrise"), db.Organization("Bluebird")
		suspend := func(slug, why string) error {
			return second(organizations.SuspendOrganization(t.Context(), db.Store, slug, why))
		}
		for _, why := range []string{" ", strings.Repeat("why ", 100)} {
			if err := suspend("sunrise", why); !fault.Is(err, fault.KindInvalid) || fault.FieldsOf(err)[0].Name != "reason" {
				t.Errorf("for %q: %v", why, err)
			}
		}
		if err := suspend("sunrise", "The invoice\n of May is open."); err != nil {
			t.Fatal(err)
		}
		is := func(scope store.Scope, want organizations.Status, why string) {
			t.Helper()
			m, opened, err := organizations.Resolve(t.Context(), db.Store, slugOf(t, db, scope), scope.Actor().UserID)
			if err != nil || m.Organization.Status != want || m.Organization.Why != why || !opened.Actor().May(authz.OrdersRead) || opened.Actor().May(authz.OrdersWrite) != (want == organizations.Active) {
				t.Errorf("%+v as %+v, %v", m.Organization, opened.Actor(), err)
			}
		}
		is(sunrise, organizations.Suspended, "The invoice of May is open.")
		is(bluebird, organizations.Active, "")
		if err := suspend("sunrise", "Twice."); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("twice: %v", err)
		}
		if err := second(organizations.Resume(t.Context(), db.Store, "sunrise")); err != nil {
			t.Fatal(err)
		}
		is(sunrise, organizations.Active, "")
		if err := second(organizations.Resume(t.Context(), db.Store, "sunrise")); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("resumed twice: %v", err)
		}
	})
}

func slugOf(t *testing.T, db *storetest.DB, scope store.Scope) string {
	t.Helper()
	o, _, err := organizations.OpenByID(t.Context(), db.Store, scope.Organization())
	if err != nil {
		t.Fatal(err)
	}
	return o.Slug
}

func second[T any](_ T, err error) error { return err }
