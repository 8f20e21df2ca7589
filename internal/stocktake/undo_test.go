package stocktake_test

import (
	"context"
	"strings"
	"testing"

	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/inventory"
	"craftplan/internal/quantity"
	"craftplan/internal/stocktake"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

func (r room) undo(reference string) error {
	return r.try(func(ctx context.Context, tx *store.Tx) error {
		return stocktake.Undo(ctx, tx, reference, " wrong  shelf ")
	})
}

// An approved count is taken back as a whole, once, and only while what it found more is still there.
func TestUndo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		r := newRoom(t, db)
		reference := r.start(stocktake.Choice{Kind: inventory.OfMaterial})
		if err := r.undo(reference); !fault.Is(err, fault.KindConflict) {
			t.Errorf("an open count was undone: %v", err)
		}
		for lot, n := range map[string]int64{"F": 90, "S": 60} { // ten less, ten more
			if err := r.count(r.scope, reference, lot, n); err != nil {
				t.Fatal(err)
			}
		}
		r.later()
		r.do(func(ctx context.Context, tx *store.Tx) error { return stocktake.Approve(ctx, tx, reference) })
		r.later()
		use := func(n int64) {
			r.do(func(ctx context.Context, tx *store.Tx) error {
				return inventory.Adjust(ctx, tx, inventory.Change{Lot: "S", Delta: quantity.Of(n), Kind: inventory.Adjustment, Reason: "used"})
			})
		}
		use(-55)
		err := r.undo(reference)
		if !fault.Is(err, fault.KindConflict) || !strings.Contains(fault.MessageOf(err), "Lot S has only 5 g left of the 10 g that this brought.") {
			t.Fatalf("what is used was taken back: %v", err)
		}
		if c := r.get(reference); c.Status != stocktake.Approved || r.line(reference, "F").Posted == nil {
			t.Errorf("after the refusal: %+v", c.Status)
		}
		use(5)
		staff := db.Member(r.scope, authz.Staff)
		err = r.as(staff, func(ctx context.Context, tx *store.Tx) error { return stocktake.Undo(ctx, tx, reference, "") })
		if !fault.Is(err, fault.KindForbidden) {
			t.Errorf("staff undid it: %v", err)
		}
		if err := r.undo(reference); err != nil {
			t.Fatal(err)
		}
		r.do(func(ctx context.Context, tx *store.Tx) error {
			for sku, want := range map[string]int64{"Flour": 100, "Salt": 0, "Butter": 20} {
				m, err := inventory.Get(ctx, tx, sku)
				if err != nil {
					return err
				}
				if m.OnHand != quantity.Of(want) {
					t.Errorf("%s: %d", sku, m.OnHand)
				}
			}
			all, _, err := stocktake.List(ctx, tx, 10, 0)
			if len(all) != 1 || all[0].Status != stocktake.Undone {
				t.Errorf("the list: %+v", all)
			}
			return err
		})
		if c := r.get(reference); c.Status != stocktake.Undone || c.Undone != "wrong shelf" || c.UndoneAt == nil {
			t.Errorf("undone: %+v", c)
		}
		if err := r.undo(reference); !fault.Is(err, fault.KindConflict) || !strings.Contains(fault.MessageOf(err), "already") {
			t.Errorf("once more: %v", err)
		}
	})
}
