package organizations_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"craftplan/internal/accounts"
	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/organizations"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
	"craftplan/internal/store/storetest/census"
)

// traveller is an organization on its way in, with Ada, who has an account here, and Ben, who has none.
func traveller(t *testing.T, db *storetest.DB, slug string, owner organizations.Owner) *organizations.Arrival {
	t.Helper()
	a, err := organizations.Adopt(t.Context(), db.Store, organizations.Adopted{Reconnect: true, NewOrganization: organizations.NewOrganization{Name: "Far Away", Slug: slug},
		People: []organizations.Member{
			{UserID: id.New(), Name: "Ada", Email: "ada@oven.example", Place: organizations.Place{Role: authz.Admin}, Standing: organizations.Working},
			{UserID: id.New(), Name: "Ben", Email: "ben-" + slug + "@oven.example", Place: organizations.Place{Role: authz.Staff}, Standing: organizations.Working},
		}}, owner)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func newcomer(t *testing.T, email string) organizations.Owner {
	t.Helper()
	p, err := accounts.PrepareWithoutPassword("Rosa", email)
	if err != nil {
		t.Fatal(err)
	}
	return organizations.Owner{New: &p}
}

func noContents(context.Context, id.Organization) error { return nil }

func fine(*store.Tx) error { return nil }

// Whatever becomes of an organization on its way in, nothing changes of those beside it: one that works, one that closes, another on its way.
func TestArrivalIsOfOneOrganization(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		ctx := t.Context()
		db.Organization("Active")
		db.Organization("Closing")
		if _, err := organizations.CloseByOperator(ctx, db.Store, "closing", "It moves", false); err != nil {
			t.Fatal(err)
		}
		ada := newcomer(t, "ada@oven.example").New
		if err := db.System(ctx, "test", func(tx *store.SystemTx) error { return accounts.Create(ctx, tx, *ada) }); err != nil {
			t.Fatal(err)
		}
		traveller(t, db, "beside", newcomer(t, "rosa@beside.example"))
		taker, err := census.Open(ctx, db)
		if err != nil {
			t.Fatal(err)
		}
		defer taker.Close()
		survey := func() census.Census {
			t.Helper()
			all, err := taker.Take(ctx)
			if err != nil {
				t.Fatal(err)
			}
			return all
		}
		before := survey()
		kept := func(what string) {
			t.Helper()
			for _, c := range census.Compare(before, survey()) {
				if c.Gone {
					t.Errorf("%s: %s", what, c)
				}
			}
		}
		later := db.At(func() time.Time { return time.Now().Add(2 * time.Hour) })

		back := traveller(t, db, "back", organizations.Owner{Existing: ada.User})
		kept("it begins")
		if err := back.Bring(ctx, nil); err != nil {
			t.Fatal(err)
		}
		kept("it goes on")
		broken := errors.New("something lacks")
		if _, err := back.Settle(ctx, func(*store.Tx) error { return broken }); !errors.Is(err, broken) {
			t.Errorf("it settles: %v", err)
		}
		kept("it does not settle")
		if err := back.TurnBack(ctx, noContents); err != nil {
			t.Fatal(err)
		}
		kept("it is turned back")
		for _, c := range census.Compare(before, survey()) {
			t.Errorf("it was turned back, and left %s", c)
		}
		for what, err := range map[string]error{"goes on": back.Bring(ctx, fine), "settles": settled(ctx, back), "is turned back again": back.TurnBack(ctx, noContents)} {
			if fault.Is(err, fault.KindUnavailable) != (what != "is turned back again") {
				t.Errorf("it was turned back, and %s: %v", what, err)
			}
		}

		late := traveller(t, db, "late", newcomer(t, "rosa@late.example"))
		if err := removed(t, later, late.ID()); err != nil {
			t.Fatal(err)
		}
		kept("it rested for too long")
		for _, c := range census.Compare(before, survey()) {
			t.Errorf("it rested for too long, and left %s", c)
		}

		there := traveller(t, db, "there", newcomer(t, "rosa@there.example"))
		o, err := there.Settle(ctx, fine)
		if err != nil {
			t.Fatal(err)
		}
		kept("it arrives")
		if err := there.Bring(ctx, fine); !fault.Is(err, fault.KindUnavailable) {
			t.Errorf("it arrived, and more is brought: %v", err)
		}
		if err := there.TurnBack(ctx, noContents); err != nil {
			t.Error(err)
		}
		if m, _ := resolved(t, db.Store, "there", ada.ID); m.Organization.ID != o.ID || m.Role != authz.Admin || m.Organization.Status != organizations.Active || m.Organization.Closing != nil {
			t.Errorf("it arrived, and Ada finds %+v", m)
		}
		kept("it is there")
		for _, r := range survey() {
			if r.Table == "users" && strings.Contains(r.JSON, "ben-there@oven.example") && strings.Contains(r.JSON, `"Ben"`) {
				return
			}
		}
		t.Error("Ben has no account")
	})
}

func settled(ctx context.Context, a *organizations.Arrival) error {
	_, err := a.Settle(ctx, fine)
	return err
}

// An organization on its way whose time is over neither goes on nor settles, before its removal begins and after.
func TestArrivalInTime(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		hours := time.Duration(0)
		slow := *db
		slow.Store = db.At(func() time.Time { return time.Now().Add(hours * time.Hour) })
		a := traveller(t, &slow, "slow", newcomer(t, "rosa@slow.example"))
		hours = 2
		for what, err := range map[string]error{"goes on": a.Bring(t.Context(), fine), "settles": settled(t.Context(), a)} {
			if !fault.Is(err, fault.KindUnavailable) {
				t.Errorf("it rested for too long, and %s: %v", what, err)
			}
		}
		hours = 0
		if err := a.Bring(t.Context(), fine); err != nil {
			t.Errorf("in time: %v", err)
		}
		hours = 2
		broken := errors.New("the power went")
		r := organizations.Remover{Store: slow.Store, Contents: func(context.Context, id.Organization) error { return broken }}
		if err := r.Remove(t.Context(), a.ID()); err != nil && !errors.Is(err, broken) {
			t.Fatal(err)
		}
		r.Contents = noContents
		if err := r.Remove(t.Context(), a.ID()); err != nil {
			t.Fatal(err)
		}
		hours = 0
		if err := a.Bring(t.Context(), fine); !fault.Is(err, fault.KindUnavailable) {
			t.Errorf("its removal began, and by a clock that is behind it goes on: %v", err)
		}
	})
}

// A removal that began is not taken back, by a clock that is behind either, and one whose organization was opened meanwhile ends.
func TestRemovalHolds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		db.Organization("Old Oven")
		o, err := organizations.CloseByOperator(t.Context(), db.Store, "old-oven", "It moves", false)
		if err != nil {
			t.Fatal(err)
		}
		reopened := errors.New("not tried")
		r := organizations.Remover{Store: at(db, o.Closing.RemoveAt, time.Second), Contents: func(ctx context.Context, _ id.Organization) error {
			_, reopened = organizations.Resume(ctx, db.Store, "old-oven")
			_, err := db.Raw().ExecContext(ctx, "UPDATE organizations SET remove_at = NULL, closing_at = NULL, status = 'active'")
			return err
		}}
		if err := r.Remove(t.Context(), o.ID); !fault.Is(err, fault.KindConflict) {
			t.Errorf("it goes on: %v", err)
		}
		if !fault.Is(reopened, fault.KindConflict) {
			t.Errorf("taken back: %v", reopened)
		}
	})
}

// Two people of one address are one too many.
func TestArrivalOfTwoWithOneAddress(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		twice := []organizations.Member{{UserID: id.New(), Name: "Ben", Email: "ben@oven.example", Place: organizations.Place{Role: authz.Staff}}, {UserID: id.New(), Name: "Ben", Email: "Ben@oven.example", Place: organizations.Place{Role: authz.Staff}}}
		_, err := organizations.Adopt(t.Context(), db.Store, organizations.Adopted{Reconnect: true, NewOrganization: organizations.NewOrganization{Name: "Far Away"}, People: twice}, newcomer(t, "rosa@oven.example"))
		if !fault.Is(err, fault.KindConflict) {
			t.Errorf("it begins: %v", err)
		}
	})
}
