package production_test

import (
	"context"
	"testing"

	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/inventory"
	"craftplan/internal/orders"
	"craftplan/internal/production"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

func (b *bakery) undo(code string) error {
	return b.try(func(ctx context.Context, tx *store.Tx) error { return production.Undo(ctx, tx, code, "") })
}

func (b *bakery) takeBack(reference string) error {
	return b.try(func(ctx context.Context, tx *store.Tx) error {
		_, err := orders.TakeBack(ctx, tx, reference, "the wrong door")
		return err
	})
}

func (b *bakery) orderNow(reference string) (o orders.Order) {
	b.t.Helper()
	b.db.Do(b.t, b.scope, func(ctx context.Context, tx *store.Tx) (err error) {
		o, err = orders.Get(ctx, tx, reference)
		return err
	})
	return o
}

func (b *bakery) again(code string) (made production.Batch) {
	b.t.Helper()
	b.db.Do(b.t, b.scope, func(ctx context.Context, tx *store.Tx) (err error) {
		made, err = production.Get(ctx, tx, code)
		return err
	})
	return made
}

func (b *bakery) value() (all int64) {
	b.t.Helper()
	b.db.Do(b.t, b.scope, func(ctx context.Context, tx *store.Tx) error {
		lots, _, err := inventory.ListLots(ctx, tx, inventory.LotFilter{Limit: 200})
		for _, l := range lots {
			all += int64(l.Value)
		}
		n, e := inventory.Balanced(ctx, tx)
		if n != 0 {
			b.t.Errorf("%d sums differ", n)
		}
		if err == nil {
			err = e
		}
		return err
	})
	return all
}

// A completion and a delivery are undone in the order they were done, all of it: stock, what it is worth, orders, costs; then both are
// done again.
func TestUndo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		b := newBakery(t, db)
		o := b.order(12)
		before := b.value()
		batch := b.batch()
		b.start(batch.Code)
		first, err := b.complete(batch.Code, 13, 1)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.deliver(o.Reference, ""); err != nil {
			t.Fatal(err)
		}
		if err := b.undo(batch.Code); !fault.Is(err, fault.KindConflict) {
			t.Errorf("undone though it was delivered: %v", err)
		}
		if err := b.takeBack(o.Reference); err != nil {
			t.Fatal(err)
		}
		if now := b.orderNow(o.Reference); now.Status != orders.Ready || now.Delivered != nil || now.Ready == nil {
			t.Errorf("the order is %s, %v", now.Status, now.Delivered)
		}
		if s := b.stock(); s.OnHand != quantity.Of(13) || s.Reserved != quantity.Of(12) {
			t.Errorf("stock %+v", s)
		}
		if err := b.takeBack(o.Reference); !fault.Is(err, fault.KindConflict) {
			t.Errorf("taken back twice: %v", err)
		}
		if err := b.undo(batch.Code); err != nil {
			t.Fatal(err)
		}
		now, line := b.again(batch.Code), b.orderNow(o.Reference)
		if now.Status != "in_progress" || now.Produced != 0 || now.Completed != nil || now.Cost.Total != 0 || len(now.Consumptions) != 0 || now.Allocations[0].Completed != 0 {
			t.Errorf("the batch is %+v", now)
		}
		if l := line.Lines[0]; line.Status != orders.InProgress || l.Produced != 0 || l.Material+l.Labor+l.Overhead != 0 {
			t.Errorf("the order is %s, its line %+v", line.Status, l)
		}
		if got := b.value(); got != before {
			t.Errorf("the stock was worth %d and is worth %d", before, got)
		}
		if err := b.undo(batch.Code); !fault.Is(err, fault.KindConflict) {
			t.Errorf("undone twice: %v", err)
		}
		second, err := b.complete(batch.Code, 13, 1)
		if err != nil || second.Cost != first.Cost {
			t.Errorf("once more it cost %+v, not %+v: %v", second.Cost, first.Cost, err)
		}
		if _, err := b.deliver(o.Reference, ""); err != nil {
			t.Error(err)
		}
	})
}

// What is gone is not taken back: the message says where it went, and nothing changes.
func TestUndoIsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		b := newBakery(t, db)
		b.order(10)
		batch := b.batch()
		b.start(batch.Code)
		made, err := b.complete(batch.Code, 15, 0)
		if err != nil {
			t.Fatal(err)
		}
		worth := b.value()
		staff := db.Member(b.scope, authz.Staff)
		err = db.Update(t.Context(), staff, func(tx *store.Tx) error { return production.Undo(t.Context(), tx, batch.Code, "") })
		if !fault.Is(err, fault.KindForbidden) {
			t.Errorf("staff undoes: %v", err)
		}
		other := b.order(4) // of the 5 that nobody wanted
		b.db.Do(t, b.scope, func(ctx context.Context, tx *store.Tx) error {
			_, err := production.SetAside(ctx, tx, b.bread.SKU, b.day)
			return err
		})
		if err := b.undo(batch.Code); !fault.Is(err, fault.KindConflict) {
			t.Errorf("undone though %s waits for what it made: %v", other.Reference, err)
		}
		if _, err := b.deliver(other.Reference, ""); err != nil {
			t.Fatal(err)
		}
		if err := b.undo(batch.Code); !fault.Is(err, fault.KindConflict) {
			t.Errorf("undone though 4 of it are gone: %v", err)
		}
		if now := b.again(batch.Code); now.Status != "completed" || now.Produced != quantity.Of(15) || now.Cost != made.Cost {
			t.Errorf("after a refusal it is %+v", now)
		}
		if err := b.takeBack(other.Reference); err != nil {
			t.Fatal(err)
		}
		if got := b.value(); got != worth {
			t.Errorf("the stock was worth %d and is worth %d", worth, got)
		}
	})
}
