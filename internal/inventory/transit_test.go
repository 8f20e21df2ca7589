package inventory_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

func (s shelf) send(r inventory.Relocation, expected *calendar.Date) (reference string, err error) {
	err = s.try(func(ctx context.Context, tx *store.Tx) (err error) {
		reference, err = inventory.Send(ctx, tx, r, expected)
		return err
	})
	return reference, err
}

func (s shelf) sent(lot string, from, to id.ID, grams int64) (reference string) {
	s.t.Helper()
	reference, err := s.send(inventory.Relocation{Lot: lot, From: from, To: to, Quantity: new(quantity.Of(grams)), Reason: "for the market"}, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return reference
}

func (s shelf) arrive(reference string, arrived *quantity.Quantity, reason string) error {
	return s.try(func(ctx context.Context, tx *store.Tx) error {
		return inventory.Arrive(ctx, tx, reference, arrived, reason)
	})
}

func (s shelf) callBack(reference string) error {
	return s.try(func(ctx context.Context, tx *store.Tx) error { return inventory.CallBack(ctx, tx, reference) })
}

func (s shelf) transfer(reference string) (t inventory.StockTransfer) {
	s.t.Helper()
	s.do(func(ctx context.Context, tx *store.Tx) (err error) {
		t, err = inventory.GetTransfer(ctx, tx, reference)
		return err
	})
	return t
}

// What is on its way is in stock, is worth what it was, and nothing takes from it; it arrives, in part or whole, or comes back, once.
func TestTransfers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		s := newShelf(t, db, 100)
		first, shop := s.places()[0], s.place("Shop")
		l := s.lots()[0]
		reference := s.sent(l.Code, first.ID, shop.ID, 40)
		if got := s.where(l.Code); got != "Main 60 On its way 40 " {
			t.Errorf("it stands at %s", got)
		}
		if now := s.lot(l.Code); now.OnHand != l.OnHand || now.Value != l.Value {
			t.Errorf("%d worth %d became %d worth %d", l.OnHand, l.Value, now.OnHand, now.Value)
		}
		if got := s.transfer(reference); !strings.HasPrefix(reference, "TR-") || got.Status != inventory.OnWay || got.Quantity != quantity.Of(40) || got.From != "Main" || got.To != "Shop" || got.Lot != l.Code || got.Note != "for the market" || got.Arrived != nil {
			t.Errorf("the transfer: %+v", got)
		}
		var missing *inventory.Short
		if _, err := consume(t, db, s.scope, s.m, 61); !errors.As(err, &missing) || missing.Shortages[0].Available != quantity.Of(60) {
			t.Errorf("61 of 60 taken: %v", err)
		}
		s.stays(l.Code, first, shop)

		if got := field(s.arrive(reference, new(quantity.Of(41)), "")); got != "quantity" {
			t.Errorf("more arrived than was sent: %s", got)
		}
		if got := field(s.arrive(reference, new(quantity.Of(-1)), "")); got != "quantity" {
			t.Errorf("less than nothing arrived: %s", got)
		}
		if got := field(s.arrive(reference, new(quantity.Of(30)), " ")); got != "reason" {
			t.Errorf("less arrived, without a word: %s", got)
		}
		if err := s.arrive(reference, new(quantity.Of(30)), "a sack tore"); err != nil {
			t.Fatal(err)
		}
		if got := s.where(l.Code); got != "Main 60 Shop 30 " {
			t.Errorf("arrived, it stands at %s", got)
		}
		if now := s.lot(l.Code); now.OnHand != quantity.Of(90) || now.Value != l.Value*9/10 {
			t.Errorf("what is left is %d worth %d", now.OnHand, now.Value)
		}
		if got := s.transfer(reference); got.Status != inventory.Arrived || *got.Arrived != quantity.Of(30) || got.EndedAt == nil {
			t.Errorf("the transfer: %+v", got)
		}
		for what, err := range map[string]error{"arrived": s.arrive(reference, nil, ""), "called back": s.callBack(reference)} {
			if !fault.Is(err, fault.KindConflict) {
				t.Errorf("%s again: %v", what, err)
			}
		}

		back := s.sent(l.Code, shop.ID, first.ID, 30)
		if err := s.try(func(ctx context.Context, tx *store.Tx) error { return inventory.ArchiveLocation(ctx, tx, shop.ID) }); err != nil {
			t.Fatal(err)
		}
		if err := s.callBack(back); !fault.Is(err, fault.KindConflict) {
			t.Errorf("called back to an archived place: %v", err)
		}
		s.do(func(ctx context.Context, tx *store.Tx) error { return inventory.RestoreLocation(ctx, tx, shop.ID) })
		if err := s.callBack(back); err != nil {
			t.Fatal(err)
		}
		if got := s.where(l.Code); got != "Main 60 Shop 30 " || s.transfer(back).Status != inventory.CalledBack {
			t.Errorf("called back, it stands at %s", got)
		}
		balanced(t, db, s.scope)
	})
}

// stays tries all that must not touch what is on its way.
func (s shelf) stays(lot string, first, shop inventory.Location) {
	s.t.Helper()
	transit := s.transit(lot)
	for what, r := range map[string]inventory.Relocation{"from": {Lot: lot, From: transit, To: shop.ID}, "to": {Lot: lot, From: first.ID, To: transit}} {
		if got := field(s.relocate(r)); got != what {
			s.t.Errorf("moved by hand: %s, want %s", got, what)
		}
	}
	if err := s.adjust(inventory.Change{Lot: lot, Delta: quantity.Of(-1), LocationID: &transit}); !fault.Is(err, fault.KindInvalid) {
		s.t.Errorf("corrected on its way: %v", err)
	}
	if err := s.try(func(ctx context.Context, tx *store.Tx) error {
		_, err := inventory.Split(ctx, tx, lot, quantity.Of(61), "")
		return err
	}); !fault.Is(err, fault.KindConflict) {
		s.t.Errorf("61 of 60 split off: %v", err)
	}
	other := s.came(5, 1_000, 0)
	merged := s.try(func(ctx context.Context, tx *store.Tx) error {
		_, err := inventory.Merge(ctx, tx, []string{lot, other.Code}, "")
		return err
	})
	if !fault.Is(merged, fault.KindConflict) {
		s.t.Errorf("merged: %v", merged)
	}
	if err := s.adjust(inventory.Change{Lot: other.Code, Delta: -other.OnHand}); err != nil {
		s.t.Fatal(err)
	}
	if err := s.try(func(ctx context.Context, tx *store.Tx) error { return inventory.ArchiveLocation(ctx, tx, shop.ID) }); !fault.Is(err, fault.KindConflict) {
		s.t.Errorf("where it goes was archived: %v", err)
	}
	for _, m := range s.movements() {
		if m.Source.Kind == "transfer" {
			if err := s.reverse(m.ID); !fault.Is(err, fault.KindConflict) {
				s.t.Errorf("taken back by hand: %v", err)
			}
		}
	}
	for _, place := range s.places() {
		if place.ID == transit {
			s.t.Error("what is on its way is listed as a place")
		}
	}
}

// transit is where what is on its way of a lot stands.
func (s shelf) transit(lot string) (at id.ID) {
	s.t.Helper()
	which := s.lot(lot).ID
	s.do(func(ctx context.Context, tx *store.Tx) error {
		places, err := inventory.Places(ctx, tx, which)
		for _, p := range places {
			if p.Transit {
				at = p.LocationID
			}
		}
		return err
	})
	return at
}

// Who may not write sends nothing; a day that has passed is refused; a place of the same name is no hindrance.
func TestSendRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		s := newShelf(t, db, 100)
		first, shop, lot := s.places()[0], s.place("Shop"), s.lots()[0].Code
		s.place("On its way")
		r := inventory.Relocation{Lot: lot, From: first.ID, To: shop.ID}
		var yesterday calendar.Date
		s.do(func(_ context.Context, tx *store.Tx) error { yesterday = tx.Today().AddDays(-1); return nil })
		if _, err := s.send(r, &yesterday); field(err) != "expected_on" {
			t.Errorf("expected yesterday: %v", err)
		}
		long := r
		long.Reason = strings.Repeat("x", 256)
		if _, err := s.send(long, nil); field(err) != "reason" {
			t.Errorf("a long note: %v", err)
		}
		tomorrow := yesterday.AddDays(2)
		reference, err := s.send(r, &tomorrow)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.transfer(reference); got.Quantity != quantity.Of(100) || got.Late(tomorrow) || !got.Late(tomorrow.AddDays(1)) {
			t.Errorf("the transfer: %+v", got)
		}
		viewer := db.Member(s.scope, authz.Viewer)
		for what, verb := range map[string]func(*store.Tx) error{
			"send": func(tx *store.Tx) error {
				_, err := inventory.Send(t.Context(), tx, r, nil)
				return err
			},
			"arrive":    func(tx *store.Tx) error { return inventory.Arrive(t.Context(), tx, reference, nil, "") },
			"call back": func(tx *store.Tx) error { return inventory.CallBack(t.Context(), tx, reference) },
		} {
			if err := db.Update(t.Context(), viewer, verb); !fault.Is(err, fault.KindForbidden) {
				t.Errorf("a viewer may %s: %v", what, err)
			}
		}
		s.do(func(ctx context.Context, tx *store.Tx) error {
			all, total, err := inventory.Transfers(ctx, tx, false, 10, 0)
			if total != 1 || len(all) != 1 || all[0].Reference != reference {
				t.Errorf("on their way: %+v", all)
			}
			return err
		})
		if err := s.arrive(reference, nil, ""); err != nil {
			t.Fatal(err)
		}
		s.do(func(ctx context.Context, tx *store.Tx) error {
			_, now, err := inventory.Transfers(ctx, tx, false, 10, 0)
			_, all, e := inventory.Transfers(ctx, tx, true, 10, 0)
			if now != 0 || all != 1 {
				t.Errorf("%d on their way, %d in all", now, all)
			}
			return errors.Join(err, e)
		})
		balanced(t, db, s.scope)
	})
}

// Whatever is sent, arrives, is lost and comes back: every sum stays what it is a sum of, and in the end nothing is on its way.
func TestRandomTransfers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		rapid.Check(t, func(r *rapid.T) {
			s := newShelf(t, db, 50)
			all := []inventory.Location{s.places()[0], s.place("Cellar"), s.place("Shop")}
			lot := s.lots()[0].Code
			at := func(name string) id.ID { return all[rapid.IntRange(0, 2).Draw(r, name)].ID }
			var under []string
			for range rapid.IntRange(1, 5).Draw(r, "sent") {
				q := quantity.Quantity(rapid.Int64Range(1, 30_000_000).Draw(r, "quantity"))
				reference, err := s.send(inventory.Relocation{Lot: lot, From: at("from"), To: at("to"), Quantity: &q}, nil)
				if err != nil && !fault.Is(err, fault.KindInvalid) {
					r.Fatal(err)
				}
				if err == nil {
					under = append(under, reference)
				}
				balanced(t, db, s.scope)
			}
			for _, reference := range under {
				var err error
				switch rapid.SampledFrom([]string{"arrives", "in part", "back"}).Draw(r, "end") {
				case "arrives":
					err = s.arrive(reference, nil, "")
				case "in part":
					err = s.arrive(reference, new(rapid.Custom(func(r *rapid.T) quantity.Quantity {
						return quantity.Quantity(rapid.Int64Range(0, int64(s.transfer(reference).Quantity)).Draw(r, "part"))
					}).Draw(r, "arrived")), "a sack tore")
				case "back":
					err = s.callBack(reference)
				}
				if err != nil {
					r.Fatal(err)
				}
				balanced(t, db, s.scope)
			}
			if got := s.where(lot); strings.Contains(got, "On its way") {
				r.Errorf("in the end it stands at %s", got)
			}
		})
	})
}
