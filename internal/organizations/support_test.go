package organizations_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"craftplan/internal/accounts"
	"craftplan/internal/audit"
	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/fault"
	"craftplan/internal/organizations"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

// helper is somebody of the support, who belongs to an organization of their own.
func helper(t *testing.T, db *storetest.DB, is bool) accounts.User {
	t.Helper()
	person, err := accounts.Prepare(accounts.NewUser{Name: "Hale", Email: "hale@host.example", Password: ownersPassword})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := organizations.Provision(t.Context(), db.Store, organizations.NewOrganization{Name: "Host"}, organizations.Owner{New: &person}, nil, nil); err != nil {
		t.Fatal(err)
	}
	if is {
		if err := organizations.SetSupporter(t.Context(), db.Store, " Hale@Host.example ", true); err != nil {
			t.Fatal(err)
		}
	}
	return person.User
}

func letIn(t *testing.T, st *store.Store, scope store.Scope, o organizations.Organization, writes bool) {
	t.Helper()
	if err := organizations.GrantSupport(t.Context(), st, scope, o, organizations.SupportGrant{Reason: " The  label is wrong ", Hours: 4, Writes: writes}); err != nil {
		t.Fatal(err)
	}
}

// out tells whether the organization is to somebody as if it were not there.
func out(t *testing.T, st *store.Store, slug string, who accounts.User) bool {
	t.Helper()
	_, _, err := organizations.Resolve(t.Context(), st, slug, who.ID)
	if err != nil && !fault.Is(err, fault.KindNotFound) {
		t.Fatal(err)
	}
	return err != nil
}

// Support is in from when they say so until the hours are over, to read; both logs tell.
func TestSupportComesAndGoes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		ctx := t.Context()
		hale := helper(t, db, true)
		o, scope, owner := closable(t, db)
		if _, err := organizations.EnterSupport(ctx, db.Store, o.Slug, hale); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("not let in, and: %v", err)
		}
		letIn(t, db.Store, scope, o, false)
		if !out(t, db.Store, o.Slug, hale) {
			t.Error("support is in before they say so")
		}
		if got := told(t, db); got != 1 {
			t.Errorf("%d mails to the support", got)
		}
		if entered, err := organizations.EnterSupport(ctx, db.Store, o.Slug, hale); err != nil || entered.ID != o.ID {
			t.Fatalf("entered %+v: %v", entered, err)
		}
		if _, err := organizations.EnterSupport(ctx, db.Store, o.Slug, hale); err != nil {
			t.Errorf("once more: %v", err)
		}
		m, reading := resolved(t, db.Store, o.Slug, hale.ID)
		if actor := reading.Actor(); !m.AsSupport || !actor.Support || actor.Role != authz.Viewer || reading.Organization() != o.ID {
			t.Errorf("support is %+v, %+v", m.Place, actor)
		}
		if m, as := resolved(t, db.Store, o.Slug, owner.ID); m.AsSupport || as.Actor().Support || m.Organization.Helped(calendar.At(db.Now())) == nil {
			t.Errorf("the owner is %+v", m)
		}
		if mine, err := organizations.OfUser(ctx, db.Store, hale.ID); err != nil || len(mine) != 1 || mine[0].Organization.Name != "Host" {
			t.Errorf("support belongs to %+v: %v", mine, err)
		}
		members(t, db, scope, 1)

		later := db.At(func() time.Time { return time.Now().Add(4*time.Hour + time.Minute) })
		if !out(t, later, o.Slug, hale) {
			t.Error("the hours are over, and support is in")
		}
		if again, err := organizations.OpenToSupport(ctx, later, hale.ID); err != nil || len(again) != 0 {
			t.Errorf("open when the hours are over: %+v, %v", again, err)
		}
		letIn(t, later, scope, o, false)
		if !out(t, later, o.Slug, hale) {
			t.Error("another grant, and support is in by the former entry")
		}
		logs(t, db, scope, "entered granted granted", "granted entered granted")
	})
}

func members(t *testing.T, db *storetest.DB, scope store.Scope, want int) {
	t.Helper()
	err := db.View(t.Context(), scope, func(tx *store.Tx) error {
		all, err := organizations.Members(t.Context(), tx)
		counted, other := organizations.PeopleUsed(t.Context(), tx)
		if len(all) != want || int(counted) != want {
			t.Errorf("%d members, %d counted", len(all), counted)
		}
		return errors.Join(err, other)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// logs compares the events in the organization's audit log, sorted, and in the host's, the latest first.
func logs(t *testing.T, db *storetest.DB, scope store.Scope, inOrganization, inHost string) {
	t.Helper()
	var entries []audit.Entry
	err := db.View(t.Context(), scope, func(tx *store.Tx) (err error) {
		entries, _, err = audit.List(t.Context(), tx, audit.Filter{Kind: audit.SupportAccess, Limit: 10})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, e := range entries {
		count[string(e.Action)]++
		if as := map[bool]audit.Who{true: audit.Support, false: audit.Person}[e.Action == audit.Entered]; e.Who != as {
			t.Errorf("%s by %s", e.Action, e.Who)
		}
	}
	for _, word := range strings.Fields(inOrganization) {
		count[word]--
	}
	for word, n := range count {
		if n != 0 {
			t.Errorf("%s: %+d in the organization's log", word, n)
		}
	}
	events, err := organizations.SupportEvents(t.Context(), db.Store, 10)
	var got []string
	for _, e := range events {
		got = append(got, e.Event)
		if e.Reason != "The label is wrong" || e.Organization != "old-oven" || e.Email == "" {
			t.Errorf("event %+v", e)
		}
	}
	if text := strings.Join(got, " "); err != nil || text != inHost {
		t.Errorf("the host's log is %q: %v", text, err)
	}
}

// An owner ends it at once, and so does the operator who takes somebody off the support, a suspension, and a closing.
func TestSupportEnds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		ctx := t.Context()
		hale := helper(t, db, true)
		_, scope, _ := closable(t, db)
		now := func() organizations.Organization {
			m, _ := resolved(t, db.Store, "old-oven", scope.Actor().UserID)
			return m.Organization
		}
		in := func() {
			t.Helper()
			letIn(t, db.Store, scope, now(), true)
			if _, err := organizations.EnterSupport(ctx, db.Store, "old-oven", hale); err != nil {
				t.Fatal(err)
			}
			if m, as := resolved(t, db.Store, "old-oven", hale.ID); !m.AsSupport || as.Actor().Role != authz.Staff {
				t.Fatalf("support that may change is %s", as.Actor().Role)
			}
		}
		in()
		if err := organizations.EndSupport(ctx, db.Store, scope, now()); err != nil || !out(t, db.Store, "old-oven", hale) {
			t.Errorf("ended, and support is out: %t, %v", out(t, db.Store, "old-oven", hale), err)
		}
		if err := organizations.EndSupport(ctx, db.Store, scope, now()); !fault.Is(err, fault.KindConflict) {
			t.Errorf("ended once more: %v", err)
		}
		in()
		for _, is := range []bool{false, true} {
			if err := organizations.SetSupporter(ctx, db.Store, hale.Email, is); err != nil || out(t, db.Store, "old-oven", hale) == is {
				t.Errorf("of the support: %t, and out: %t, %v", is, out(t, db.Store, "old-oven", hale), err)
			}
		}
		if _, err := organizations.SuspendOrganization(ctx, db.Store, "old-oven", "An invoice"); err != nil || !out(t, db.Store, "old-oven", hale) || now().Helped(calendar.At(db.Now())) != nil {
			t.Errorf("suspended, and support is in: %v", err)
		}
		if helps, err := organizations.OpenToSupport(ctx, db.Store, hale.ID); err != nil || len(helps) != 0 {
			t.Errorf("suspended, and open: %+v, %v", helps, err)
		}
		logs(t, db, scope, "entered entered granted granted revoked", "entered granted ended entered granted")
	})
}

func TestSupportRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		ctx := t.Context()
		hale := helper(t, db, false)
		o, scope, _ := closable(t, db)
		for field, g := range map[string]organizations.SupportGrant{"reason": {Reason: " ", Hours: 4}, "hours": {Reason: "Help", Hours: 5}} {
			err := organizations.GrantSupport(ctx, db.Store, scope, o, g)
			if fields := fault.FieldsOf(err); len(fields) != 1 || fields[0].Name != field {
				t.Errorf("a wrong %s: %v", field, err)
			}
		}
		admin := db.Member(scope, authz.Admin)
		good := organizations.SupportGrant{Reason: "Help", Hours: 4}
		if err := organizations.GrantSupport(ctx, db.Store, admin, o, good); !fault.Is(err, fault.KindForbidden) {
			t.Errorf("an admin lets support in: %v", err)
		}
		letIn(t, db.Store, scope, o, false)
		if err := organizations.EndSupport(ctx, db.Store, admin, o); !fault.Is(err, fault.KindForbidden) {
			t.Errorf("an admin ends it: %v", err)
		}
		if _, err := organizations.EnterSupport(ctx, db.Store, o.Slug, hale); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("somebody who is not of the support: %v", err)
		}
		if err := organizations.SetSupporter(ctx, db.Store, "nobody@host.example", true); len(fault.FieldsOf(err)) != 1 {
			t.Errorf("nobody: %v", err)
		}
		if err := organizations.SetSupporter(ctx, db.Store, hale.Email, true); err != nil {
			t.Fatal(err)
		}
		if people, err := organizations.Supporters(ctx, db.Store); err != nil || len(people) != 1 || people[0].Email != hale.Email {
			t.Errorf("the support is %+v: %v", people, err)
		}
		if _, err := organizations.EnterSupport(ctx, db.Store, "elsewhere", hale); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("an organization that is not there: %v", err)
		}
		// Who belongs to the organization is there as themselves, and who was put on hold is not let in by the back door.
		db.Do(t, scope, func(ctx context.Context, tx *store.Tx) error {
			return organizations.AddMember(ctx, tx, hale.ID, authz.Viewer)
		})
		if _, err := organizations.EnterSupport(ctx, db.Store, o.Slug, hale); !fault.Is(err, fault.KindConflict) {
			t.Errorf("a member comes in as support: %v", err)
		}
		if m, _ := resolved(t, db.Store, o.Slug, hale.ID); m.AsSupport {
			t.Error("a member is there as support")
		}
		db.Do(t, scope, func(ctx context.Context, tx *store.Tx) error { return organizations.Suspend(ctx, tx, hale.ID) })
		if _, err := organizations.EnterSupport(ctx, db.Store, o.Slug, hale); !fault.Is(err, fault.KindConflict) || !out(t, db.Store, o.Slug, hale) {
			t.Errorf("who is on hold comes in as support: %v", err)
		}
		db.Do(t, scope, func(ctx context.Context, tx *store.Tx) error { return organizations.Remove(ctx, tx, hale.ID) })
		if !out(t, db.Store, o.Slug, hale) {
			t.Error("a removed member who is of the support is in without coming in")
		}
		if _, err := organizations.EnterSupport(ctx, db.Store, o.Slug, hale); err != nil || out(t, db.Store, o.Slug, hale) {
			t.Errorf("a former member comes in as support: %v", err)
		}
	})
}

// An entry is one person's into one organization.
func TestSupportIsInOnePlace(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		ctx := t.Context()
		hale := helper(t, db, true)
		_, scope, owner := closable(t, db)
		other := db.Organization("Other Oven")
		for _, s := range []store.Scope{scope, other} {
			letIn(t, db.Store, s, organizationOf(t, db, s), false)
		}
		if _, err := organizations.EnterSupport(ctx, db.Store, "old-oven", hale); err != nil {
			t.Fatal(err)
		}
		slug := organizationOf(t, db, other).Slug
		if !out(t, db.Store, slug, hale) {
			t.Error("support came into one organization and is in another")
		}
		// A former member of the other, for whom support could stand.
		db.Do(t, other, func(ctx context.Context, tx *store.Tx) error {
			return errors.Join(organizations.AddMember(ctx, tx, hale.ID, authz.Viewer), organizations.Remove(ctx, tx, hale.ID))
		})
		if !out(t, db.Store, slug, hale) {
			t.Error("support came into one organization and is in another, where they were a member")
		}
		helps, err := organizations.OpenToSupport(ctx, db.Store, hale.ID)
		if err != nil || len(helps) != 2 || !helps[0].Entered || helps[1].Entered || helps[0].Organization.Slug != "old-oven" {
			t.Errorf("open are %+v: %v", helps, err)
		}
		// Whoever let support in, left, and belongs to the support, has not come in either; nor has who did not say so.
		db.Do(t, scope, func(ctx context.Context, tx *store.Tx) error {
			return organizations.AddMember(ctx, tx, other.Actor().UserID, authz.Owner)
		})
		db.Do(t, scope, func(ctx context.Context, tx *store.Tx) error { return organizations.Leave(ctx, tx) })
		if err := organizations.SetSupporter(ctx, db.Store, owner.Email, true); err != nil {
			t.Fatal(err)
		}
		if !out(t, db.Store, "old-oven", owner) {
			t.Error("who let support in is in as support")
		}
		helps, err = organizations.OpenToSupport(ctx, db.Store, owner.ID)
		if err != nil || len(helps) != 2 || helps[0].Entered {
			t.Errorf("open are %+v: %v", helps, err)
		}
	})
}

// One organization shuts support out, and only who belongs to the support sees who lets it in.
func TestSupportIsShutOutOfOnePlace(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		ctx := t.Context()
		hale := helper(t, db, true)
		o, scope, owner := closable(t, db)
		other := db.Organization("Other Oven")
		for _, s := range []store.Scope{scope, other} {
			letIn(t, db.Store, s, organizationOf(t, db, s), false)
		}
		if err := organizations.EndSupport(ctx, db.Store, scope, o); err != nil {
			t.Fatal(err)
		}
		helps, err := organizations.OpenToSupport(ctx, db.Store, hale.ID)
		if err != nil || len(helps) != 1 || helps[0].Organization.ID != other.Organization() {
			t.Errorf("open are %+v: %v", helps, err)
		}
		if _, err := organizations.OpenToSupport(ctx, db.Store, owner.ID); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("to who is none of the support: %v", err)
		}
	})
}

// Who came in as support, became a member and was suspended is out, whoever else may stand for them, here or elsewhere.
func TestSuspendedMemberIsNoSupport(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		ctx := t.Context()
		hale := helper(t, db, true)
		_, scope, _ := closable(t, db)
		other := db.Organization("Other Oven")
		for _, s := range []store.Scope{scope, other} {
			o := organizationOf(t, db, s)
			letIn(t, db.Store, s, o, false)
			if _, err := organizations.EnterSupport(ctx, db.Store, o.Slug, hale); err != nil {
				t.Fatal(err)
			}
		}
		former := db.Member(scope, authz.Staff)
		db.Do(t, scope, func(ctx context.Context, tx *store.Tx) error {
			return errors.Join(organizations.Remove(ctx, tx, former.Actor().UserID), organizations.AddMember(ctx, tx, hale.ID, authz.Viewer))
		})
		if m, _ := resolved(t, db.Store, "old-oven", hale.ID); m.AsSupport {
			t.Error("a member is here as support")
		}
		db.Do(t, scope, func(ctx context.Context, tx *store.Tx) error { return organizations.Suspend(ctx, tx, hale.ID) })
		if !out(t, db.Store, "old-oven", hale) {
			t.Error("a suspended member is in as support")
		}
		if m, _ := resolved(t, db.Store, organizationOf(t, db, other).Slug, hale.ID); !m.AsSupport {
			t.Error("and elsewhere is not")
		}
	})
}

func organizationOf(t *testing.T, db *storetest.DB, scope store.Scope) organizations.Organization {
	t.Helper()
	o, _, err := organizations.OpenByID(t.Context(), db.Store, scope.Organization())
	if err != nil {
		t.Fatal(err)
	}
	return o
}
