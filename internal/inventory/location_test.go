package inventory_test

import (
	"context"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

// place adds a location.
func (s shelf) place(name string) (l inventory.Location) {
	s.t.Helper()
	s.do(func(ctx context.Context, tx *store.Tx) (err error) {
		l, err = inventory.AddLocation(ctx, tx, name)
		return err
	})
	return l
}

func (s shelf) places() (all []inventory.Location) {
	s.t.Helper()
	s.do(func(ctx context.Context, tx *store.Tx) (err error) {
		all, err = inventory.Locations(ctx, tx)
		return err
	})
	return all
}

func (s shelf) relocate(r inventory.Relocation) error {
	return s.try(func(ctx context.Context, tx *store.Tx) error { return inventory.Relocate(ctx, tx, r) })
}

// where is what a lot has at each place, as text.
func (s shelf) where(code string) (text string) {
	s.t.Helper()
	s.do(func(ctx context.Context, tx *store.Tx) error {
		spread, err := inventory.SpreadOf(ctx, tx, s.m.ID)
		l, e := inventory.GetLot(ctx, tx, code)
		for _, p := range spread.Lots[l.ID] {
			text += fmt.Sprintf("%s %d ", p.Name, p.OnHand/quantity.Micro)
		}
		if err == nil {
			err = e
		}
		return err
	})
	return text
}

func field(err error) string {
	if fields := fault.FieldsOf(err); len(fields) == 1 {
		return fields[0].Name
	}
	return fmt.Sprint(err)
}

func TestLocations(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		s := newShelf(t, db, 100)
		first := s.places()[0]
		if !first.First || !first.Receives || !first.Produces || first.Lots != 1 {
			t.Errorf("the first place: %+v", first)
		}
		cellar := s.place(" The  cellar ")
		if cellar.Name != "The cellar" {
			t.Errorf("named %q", cellar.Name)
		}
		change := func(verb func(context.Context, *store.Tx) error) error { return s.try(verb) }
		add := func(name string) error {
			return change(func(ctx context.Context, tx *store.Tx) error {
				_, err := inventory.AddLocation(ctx, tx, name)
				return err
			})
		}
		for _, name := range []string{"", "main", "the CELLAR"} {
			if got := field(add(name)); got != "name" {
				t.Errorf("a place called %q: %s", name, got)
			}
		}
		archive := func(l inventory.Location) error {
			return change(func(ctx context.Context, tx *store.Tx) error { return inventory.ArchiveLocation(ctx, tx, l.ID) })
		}
		if err := archive(first); !fault.Is(err, fault.KindConflict) {
			t.Errorf("the first place archived: %v", err)
		}
		s.do(func(ctx context.Context, tx *store.Tx) error { return inventory.SetHomes(ctx, tx, cellar.ID, first.ID) })
		if err := archive(cellar); !fault.Is(err, fault.KindConflict) {
			t.Errorf("where stock goes by itself archived: %v", err)
		}
		l := s.came(50, 2_000, 0)
		if got := s.where(l.Code); got != "The cellar 50 " {
			t.Errorf("received at %s", got)
		}
		s.do(func(ctx context.Context, tx *store.Tx) error { return inventory.SetHomes(ctx, tx, first.ID, first.ID) })
		if err := archive(cellar); !fault.Is(err, fault.KindConflict) {
			t.Errorf("a place with stock archived: %v", err)
		}
		if err := s.relocate(inventory.Relocation{Lot: l.Code, From: cellar.ID, To: first.ID}); err != nil {
			t.Fatal(err)
		}
		if err := archive(cellar); err != nil {
			t.Errorf("an empty place: %v", err)
		}
		if got := field(s.relocate(inventory.Relocation{Lot: l.Code, From: first.ID, To: cellar.ID})); got != "to" {
			t.Errorf("moved to an archived place: %s", got)
		}
		if got := field(change(func(ctx context.Context, tx *store.Tx) error { return inventory.SetHomes(ctx, tx, cellar.ID, first.ID) })); got != "receives" {
			t.Errorf("an archived place receives: %s", got)
		}
		s.do(func(ctx context.Context, tx *store.Tx) error {
			if err := inventory.RestoreLocation(ctx, tx, cellar.ID); err != nil {
				return err
			}
			return inventory.RenameLocation(ctx, tx, cellar.ID, "Vault")
		})
		if all := s.places(); len(all) != 2 || all[1].Name != "Vault" || all[1].ArchivedAt != nil {
			t.Errorf("the places: %+v", all)
		}
		if err := change(func(ctx context.Context, tx *store.Tx) error { return inventory.RenameLocation(ctx, tx, id.New(), "x") }); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("a place that is none: %v", err)
		}
		staff := db.Member(s.scope, authz.Staff)
		if err := db.Update(t.Context(), staff, func(tx *store.Tx) error {
			_, err := inventory.AddLocation(t.Context(), tx, "Attic")
			return err
		}); !fault.Is(err, fault.KindForbidden) {
			t.Errorf("staff adds a place: %v", err)
		}
	})
}

// A lot that moves stays the lot it is: what it has and is worth is the same, and it can be taken back where it is still there.
func TestRelocate(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		s := newShelf(t, db, 100)
		first, cellar := s.places()[0], s.place("Cellar")
		l := s.lots()[0]
		some := quantity.Of(30)
		if err := s.relocate(inventory.Relocation{Lot: l.Code, From: first.ID, To: cellar.ID, Quantity: &some, Reason: "too warm"}); err != nil {
			t.Fatal(err)
		}
		if got := s.where(l.Code); got != "Main 70 Cellar 30 " {
			t.Errorf("it stands at %s", got)
		}
		if now := s.lot(l.Code); now.OnHand != l.OnHand || now.Value != l.Value {
			t.Errorf("%d worth %d became %d worth %d", l.OnHand, l.Value, now.OnHand, now.Value)
		}
		much := quantity.Of(31)
		for want, r := range map[string]inventory.Relocation{
			"quantity": {Lot: l.Code, From: cellar.ID, To: first.ID, Quantity: &much},
			"to":       {Lot: l.Code, From: cellar.ID, To: cellar.ID},
			"from":     {Lot: l.Code, From: id.New(), To: first.ID},
		} {
			if got := field(s.relocate(r)); got != want {
				t.Errorf("%+v: %s", r, got)
			}
		}
		moves := s.movements()[:2]
		if err := s.reverse(moves[0].ID); err != nil {
			t.Fatal(err)
		}
		if got := s.where(l.Code); got != "Main 100 " {
			t.Errorf("taken back, it stands at %s", got)
		}
		for _, m := range moves {
			if err := s.reverse(m.ID); !fault.Is(err, fault.KindConflict) {
				t.Errorf("taken back again: %v", err)
			}
		}
		if err := s.relocate(inventory.Relocation{Lot: l.Code, From: first.ID, To: cellar.ID}); err != nil {
			t.Fatal(err)
		}
		all := s.movements()[0].ID
		if err := s.adjust(inventory.Change{Lot: l.Code, Delta: quantity.Of(-80)}); err != nil {
			t.Fatal(err)
		}
		if err := s.reverse(all); !fault.Is(err, fault.KindConflict) {
			t.Errorf("taken back, where 20 of 100 are left: %v", err)
		}
		balanced(t, db, s.scope)
	})
}

// Batches take what stands where they are made first, of one lot; expiry goes before.
func TestProductionTakesWhereItIs(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		s := newShelf(t, db, 100)
		first, kitchen := s.places()[0], s.place("Kitchen")
		l := s.lots()[0]
		some := quantity.Of(30)
		if err := s.relocate(inventory.Relocation{Lot: l.Code, From: first.ID, To: kitchen.ID, Quantity: &some}); err != nil {
			t.Fatal(err)
		}
		s.do(func(ctx context.Context, tx *store.Tx) error {
			return inventory.SetHomes(ctx, tx, first.ID, kitchen.ID)
		})
		if _, err := consume(t, db, s.scope, s.m, 40); err != nil {
			t.Fatal(err)
		}
		if got := s.where(l.Code); got != "Main 60 " {
			t.Errorf("left: %s", got)
		}
		s.do(func(ctx context.Context, tx *store.Tx) error {
			_, err := inventory.Receive(ctx, tx, inventory.Receipt{ItemID: s.m.ID, Kind: inventory.Production, Quantity: some, LotCode: "MADE"})
			return err
		})
		if got := s.where("MADE"); got != "Kitchen 30 " {
			t.Errorf("what is made goes to %s", got)
		}
	})
}

// Whatever moves between three places: every sum stays what it is a sum of.
func TestRandomRelocations(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		rapid.Check(t, func(r *rapid.T) {
			s := newShelf(t, db, 50)
			all := []inventory.Location{s.places()[0], s.place("Cellar"), s.place("Shop")}
			at := func(name string) id.ID { return all[rapid.IntRange(0, 2).Draw(r, name)].ID }
			for range rapid.IntRange(1, 6).Draw(r, "moves") {
				lots := s.lots()
				move := inventory.Relocation{Lot: lots[rapid.IntRange(0, len(lots)-1).Draw(r, "lot")].Code, From: at("from"), To: at("to")}
				if rapid.Bool().Draw(r, "part") {
					q := quantity.Quantity(rapid.Int64Range(1, 60_000_000).Draw(r, "quantity"))
					move.Quantity = &q
				}
				if err := s.relocate(move); err != nil && !fault.Is(err, fault.KindInvalid) {
					t.Errorf("%+v: %v", move, err)
				}
				step := drawStep(r)
				if err := step.run(s); err != nil && fault.KindOf(err) != fault.KindInvalid && fault.KindOf(err) != fault.KindConflict {
					t.Errorf("%+v: %v", step, err)
				}
			}
			balanced(t, db, s.scope)
			s.checkLots()
		})
	})
}
