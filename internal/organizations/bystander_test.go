package organizations_test

import (
	"context"
	"slices"
	"testing"

	"craftplan/internal/accounts"
	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/organizations"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
	"craftplan/internal/store/storetest/census"
)

// Whatever an organization does with its people, its profile and its invitations, or the operator with its plan, nothing of
// another one changes, and nothing of it is counted or shown.
func TestNothingOfAnotherOrganizationChanges(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		ctx := t.Context()
		sunrise, bluebird := db.Organization("Sunrise"), db.Organization("Bluebird")
		member, viewer := db.Member(sunrise, authz.Staff), db.Member(sunrise, authz.Viewer)
		db.Member(bluebird, authz.Staff)
		invite := func(scope store.Scope, emails ...string) (sent []organizations.Sent) {
			t.Helper()
			db.Do(t, scope, func(ctx context.Context, tx *store.Tx) (err error) {
				sent, err = organizations.Invite(ctx, tx, emails, organizations.Place{Role: authz.Viewer})
				return err
			})
			return sent
		}
		invite(bluebird, "rosa@oven.example", "ada@oven.example")
		waiting := invite(sunrise, "rosa@oven.example", "ben@oven.example", "cleo@oven.example")
		taker, err := census.Open(ctx, db)
		if err != nil {
			t.Fatal(err)
		}
		defer taker.Close()
		theirs := func() census.Census {
			t.Helper()
			all, err := taker.Take(ctx)
			if err != nil {
				t.Fatal(err)
			}
			return all.Of(bluebird.Organization().String())
		}
		before := theirs()
		if len(before) < 8 {
			t.Fatalf("the other has only %q", before)
		}
		m, _, err := organizations.Resolve(ctx, db.Store, "sunrise", sunrise.Actor().UserID)
		if err != nil {
			t.Fatal(err)
		}
		in := func(fn func(*store.Tx) error) func() error {
			return func() error { return db.Update(ctx, sunrise, fn) }
		}
		twice := accounts.SignedIn{User: accounts.User{ID: sunrise.Actor().UserID}, Factors: 2}
		for _, act := range []struct {
			what string
			do   func() error
		}{
			{"another role", in(func(tx *store.Tx) error { return organizations.ChangeRole(ctx, tx, member.Actor().UserID, authz.Admin) })},
			{"suspended", in(func(tx *store.Tx) error { return organizations.Suspend(ctx, tx, viewer.Actor().UserID) })},
			{"removed", in(func(tx *store.Tx) error { return organizations.Remove(ctx, tx, viewer.Actor().UserID) })},
			{"a logo", in(func(tx *store.Tx) error { return organizations.SetLogo(ctx, tx, "abc") })},
			{"a second factor asked for", func() error { return organizations.RequireSecondFactor(ctx, db.Store, sunrise, twice, true) }},
			{"another name", func() error {
				return organizations.Change(ctx, db.Store, sunrise, m.Organization, organizations.Profile{Name: "Renamed", Slug: "renamed", TimeZone: "UTC", Locale: "en-US", BrandColor: "#0D9488"})
			}},
			{"another plan", func() error { _, err := organizations.SetPlan(ctx, db.Store, "renamed", "growth"); return err }},
			{"a feature", func() error {
				_, err := organizations.SetFeature(ctx, db.Store, "renamed", organizations.API, false)
				return err
			}},
			{"an invitation sent again", in(func(tx *store.Tx) error { _, err := organizations.Resend(ctx, tx, waiting[0].ID); return err })},
			{"an invitation revoked", in(func(tx *store.Tx) error { return organizations.Revoke(ctx, tx, waiting[1].ID) })},
		} {
			if err := act.do(); err != nil {
				t.Errorf("%s: %v", act.what, err)
			}
			if after := theirs(); !slices.Equal(before, after) {
				t.Fatalf("%s changes another's:\n%q\n%q", act.what, before, after)
			}
		}
		db.Do(t, sunrise, func(ctx context.Context, tx *store.Tx) error {
			members, err := organizations.Members(ctx, tx)
			if err != nil || len(members) != 2 {
				t.Errorf("%d members are shown, %v", len(members), err)
			}
			for _, one := range members {
				if one.SecondFactor || one.Email == "" {
					t.Errorf("shown: %+v", one)
				}
			}
			invitations, err := organizations.Invitations(ctx, tx)
			if err != nil || len(invitations) != 2 {
				t.Errorf("%d invitations wait, %v", len(invitations), err)
			}
			used, err := organizations.PeopleUsed(ctx, tx)
			if err != nil || used != 4 {
				t.Errorf("%d people count, %v", used, err)
			}
			return nil
		})
		// An answered invitation stays answered, and one that is left waits on.
		if err := db.Update(ctx, sunrise, func(tx *store.Tx) error { return organizations.Revoke(ctx, tx, waiting[1].ID) }); !fault.Is(err, fault.KindConflict) {
			t.Errorf("revoked twice: %v", err)
		}
		if _, err := organizations.ResolveInvitation(ctx, db.Store, waiting[2].Token); err != nil {
			t.Errorf("the one that was left: %v", err)
		}
	})
}
