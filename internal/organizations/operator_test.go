package organizations_test

import (
	"testing"

	"craftplan/internal/fault"
	"craftplan/internal/organizations"
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
			"an unknown plan":            second(organizations.SetPlan(t.Context(), db.Store, "sunrise", "gold")),
			"an unknown organization":    second(organizations.SetPlan(t.Context(), db.Store, "nowhere", "growth")),
			"an unknown feature":         second(organizations.SetFeature(t.Context(), db.Store, "sunrise", "ovens", true)),
			"a feature of nobody at all": second(organizations.SetFeature(t.Context(), db.Store, "nowhere", organizations.API, true)),
		} {
			if !fault.Is(err, fault.KindInvalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func second[T any](_ T, err error) error { return err }
