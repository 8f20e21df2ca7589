package production_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"craftplan/internal/catalog"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory"
	"craftplan/internal/orders"
	"craftplan/internal/production"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

func (b *bakery) stock() (s production.Stock) {
	b.t.Helper()
	b.db.Do(b.t, b.scope, func(ctx context.Context, tx *store.Tx) (err error) {
		s, err = production.StockOf(ctx, tx, b.bread.ID)
		return err
	})
	return s
}

func (b *bakery) lot(code string) (l inventory.Lot) {
	b.t.Helper()
	b.db.Do(b.t, b.scope, func(ctx context.Context, tx *store.Tx) (err error) {
		l, err = inventory.GetLot(ctx, tx, code)
		return err
	})
	return l
}

func (b *bakery) deliver(reference, override string) (owed []inventory.Shortage, err error) {
	err = b.try(func(ctx context.Context, tx *store.Tx) (err error) {
		_, owed, err = orders.Deliver(ctx, tx, reference, override)
		return err
	})
	return owed, err
}

func (b *bakery) move(reference string, to orders.Status) error {
	return b.try(func(ctx context.Context, tx *store.Tx) error {
		_, err := orders.Move(ctx, tx, reference, to)
		return err
	})
}

func (b *bakery) toMake() production.ToMake {
	b.t.Helper()
	var d production.Day
	b.db.Do(b.t, b.scope, func(ctx context.Context, tx *store.Tx) (err error) {
		d, err = production.DayOf(ctx, tx, b.day)
		return err
	})
	if len(d.ToMake) != 1 {
		b.t.Fatalf("to make: %+v", d.ToMake)
	}
	return d.ToMake[0]
}

// keeps gives the bread a shelf life.
func (b *bakery) keeps(days int64) {
	b.t.Helper()
	b.db.Do(b.t, b.scope, func(ctx context.Context, tx *store.Tx) (err error) {
		d := b.bread.Details
		d.ShelfLife = &days
		b.bread, err = catalog.Update(ctx, tx, b.bread.SKU, d)
		return err
	})
}

// What a batch makes becomes a lot under its code, with its cost to the millionth and the product's shelf life; orders are delivered
// from it, and what no order takes is set aside for the next before more is made.
func TestFinishedGoods(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		b := newBakery(t, db)
		b.keeps(3)
		o := b.order(12)
		batch := b.batch()
		b.start(batch.Code)
		made, err := b.complete(batch.Code, 15, 1)
		if err != nil {
			t.Fatal(err)
		}
		l := b.lot(made.LotCode)
		if l.Code != batch.Code || l.OnHand != quantity.Of(15) || l.Value != made.Cost.Total || l.UnitCost != made.UnitCost || l.ExpiresOn == nil || !l.ExpiresOn.Equal(b.day.AddDays(3)) {
			t.Errorf("the lot %+v of a batch that cost %d", l, made.Cost.Total)
		}
		if s := b.stock(); s.OnHand != quantity.Of(15) || s.Reserved != quantity.Of(12) || s.Free() != quantity.Of(3) {
			t.Errorf("stock %+v", s)
		}
		if _, err := b.deliver(o.Reference, ""); err != nil {
			t.Fatal(err)
		}
		if _, err := b.deliver(o.Reference, ""); !fault.Is(err, fault.KindConflict) {
			t.Errorf("delivered twice: %v", err)
		}
		if s := b.stock(); s.OnHand != quantity.Of(3) || s.Reserved != 0 {
			t.Errorf("delivered: %+v", s)
		}
		b.db.Do(t, b.scope, func(ctx context.Context, tx *store.Tx) error {
			moved, err := inventory.MovedBy(ctx, tx, o.Source())
			if len(moved) != 1 || moved[0].Kind != inventory.Sale || moved[0].LotCode != batch.Code || moved[0].Quantity != quantity.Of(-12) {
				t.Errorf("the order moved %+v", moved)
			}
			return err
		})

		// The next orders take the three first, the earlier one first of all; the rest is made.
		next, later := b.order(2), b.order(5)
		if m := b.toMake(); m.InStock != quantity.Of(3) || m.Unbatched() != quantity.Of(4) {
			t.Errorf("to make %+v", m)
		}
		again := b.batch()
		if again.Planned != quantity.Of(4) || len(again.Allocations) != 1 {
			t.Errorf("the next batch %+v", again)
		}
		if o, _ := b.read(next.Reference); o.Status != orders.Ready || o.Lines[0].Produced != quantity.Of(2) || o.Lines[0].Material == 0 {
			t.Errorf("covered by stock: %s, %+v", o.Status, o.Lines)
		}
		if o, _ := b.read(later.Reference); o.Status != orders.Confirmed || o.Lines[0].Produced != quantity.Of(1) {
			t.Errorf("covered in part: %s, %+v", o.Status, o.Lines)
		}
		if s := b.stock(); s.Free() != 0 {
			t.Errorf("after setting aside: %+v", s)
		}
		if m := b.toMake(); m.InStock != 0 || m.Unbatched() != 0 || m.InBatches() != quantity.Of(4) {
			t.Errorf("to make after batching: %+v", m)
		}
	})
}

// When the shelf has all of it, nothing is batched: it is set aside, once.
func TestSetAside(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		b := newBakery(t, db)
		b.db.Do(t, b.scope, func(ctx context.Context, tx *store.Tx) error {
			_, err := inventory.Receive(ctx, tx, inventory.Receipt{ItemID: b.bread.ID, Kind: inventory.Opening, Quantity: quantity.Of(10), UnitCost: 2_000_000})
			return err
		})
		o := b.order(6)
		setAside := func() (q quantity.Quantity, err error) {
			err = b.try(func(ctx context.Context, tx *store.Tx) (err error) {
				q, err = production.SetAside(ctx, tx, "BREAD", b.day)
				return err
			})
			return q, err
		}
		if q, err := setAside(); err != nil || q != quantity.Of(6) {
			t.Errorf("set aside %d, %v", q, err)
		}
		if _, err := setAside(); !fault.Is(err, fault.KindConflict) {
			t.Errorf("set aside twice: %v", err)
		}
		if o, _ := b.read(o.Reference); o.Status != orders.Ready || o.Lines[0].Material != 12_000_000 {
			t.Errorf("the order is %s, %+v", o.Status, o.Lines)
		}
		if s := b.stock(); s.Free() != quantity.Of(4) {
			t.Errorf("stock %+v", s)
		}
		// A cancelled order gives its pieces back.
		if err := b.try(func(ctx context.Context, tx *store.Tx) error { return production.CancelOrder(ctx, tx, o.Reference) }); err != nil {
			t.Fatal(err)
		}
		if s := b.stock(); s.Free() != quantity.Of(10) {
			t.Errorf("after cancelling: %+v", s)
		}
	})
}

// What is not there is not delivered, unless the organization lets it; what is expired goes for a reason only.
func TestDeliverShort(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		b := newBakery(t, db)
		o := b.order(4)
		if err := b.move(o.Reference, orders.Ready); err != nil {
			t.Fatal(err)
		}
		err := b.move(o.Reference, orders.Delivered)
		var short *inventory.Short
		if !errors.As(err, &short) || short.Shortages[0].Missing() != quantity.Of(4) || short.Shortages[0].Kind != inventory.OfProduct {
			t.Fatalf("nothing there: %v", err)
		}
		if o, _ := b.read(o.Reference); o.Status != orders.Ready {
			t.Errorf("the refused delivery left it %s", o.Status)
		}
		b.db.Do(t, b.scope, func(ctx context.Context, tx *store.Tx) error {
			expired, at := b.day.AddDays(-1), tx.Now().Add(-48*time.Hour)
			_, err := inventory.Receive(ctx, tx, inventory.Receipt{ItemID: b.bread.ID, Kind: inventory.Opening, Quantity: quantity.Of(3), UnitCost: 1_000_000, ExpiresOn: &expired, At: &at})
			return err
		})
		if _, err := b.deliver(o.Reference, "for the pigs"); !errors.As(err, &short) || short.Shortages[0].Missing() != quantity.Of(1) {
			t.Errorf("three of four: %v", err)
		}
		b.db.Do(t, b.scope, func(ctx context.Context, tx *store.Tx) error {
			s, err := inventory.ReadSettings(ctx, tx)
			if err != nil {
				return err
			}
			s.Negative = inventory.Warn
			return inventory.UpdateSettings(ctx, tx, s)
		})
		owed, err := b.deliver(o.Reference, "for the pigs")
		if err != nil || len(owed) != 1 || owed[0].Missing() != quantity.Of(1) {
			t.Errorf("let go below zero: %+v, %v", owed, err)
		}
		if s := b.stock(); s.OnHand != quantity.Of(-1) {
			t.Errorf("stock %+v", s)
		}
	})
}

// A completion takes the lots that were picked, and as much, whatever the recipe says; the cost follows.
func TestCompleteWithPicks(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		b := newBakery(t, db)
		b.order(4)
		batch := b.batch()
		b.start(batch.Code)
		var dear inventory.Lot
		b.db.Do(t, b.scope, func(ctx context.Context, tx *store.Tx) (err error) {
			dear, err = inventory.Receive(ctx, tx, inventory.Receipt{ItemID: b.flour.ID, Kind: inventory.Received, Quantity: quantity.Of(5_000), UnitCost: 4_000})
			return err
		})
		complete := func(picks ...inventory.Pick) (made production.Batch, err error) {
			err = b.try(func(ctx context.Context, tx *store.Tx) (err error) {
				made, err = production.Complete(ctx, tx, batch.Code, production.Completion{Produced: quantity.Of(4), Picks: picks})
				return err
			})
			return made, err
		}
		if _, err := complete(inventory.Pick{LotID: id.New(), Quantity: quantity.Of(1)}); !fault.Is(err, fault.KindConflict) {
			t.Errorf("a lot that is not there: %v", err)
		}
		made, err := complete(inventory.Pick{LotID: dear.ID, Quantity: quantity.Of(2_500)})
		if err != nil || made.Cost.Material != 10_000_000 {
			t.Errorf("cost %+v, %v", made.Cost, err)
		}
		if l := b.lot(dear.Code); l.OnHand != quantity.Of(2_500) {
			t.Errorf("the lot has %d", l.OnHand)
		}
	})
}
