package production_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/catalog"
	"craftplan/internal/crm"
	"craftplan/internal/fault"
	"craftplan/internal/inventory"
	"craftplan/internal/money"
	"craftplan/internal/orders"
	"craftplan/internal/production"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

// bakery is an organization with flour for twenty breads and a recipe: 500 g of flour at 2.00 per kg with 5 % waste, and
// twelve minutes of work at the organization's rate for a run of twelve.
type bakery struct {
	t     *testing.T
	db    *storetest.DB
	scope store.Scope
	bread catalog.Product
	flour inventory.Material
	cafe  crm.Customer
	day   calendar.Date
}

func newBakery(t *testing.T, db *storetest.DB) *bakery {
	b := &bakery{t: t, db: db, scope: db.Organization("Sunrise")}
	db.Do(t, b.scope, func(ctx context.Context, tx *store.Tx) (err error) {
		b.day = tx.Today()
		flour := inventory.Details{Name: "Flour", SKU: "FLOUR", Unit: quantity.Gram, Price: 2_000}
		if b.flour, err = inventory.Create(ctx, tx, flour, &inventory.Receipt{Quantity: quantity.Of(10_500), UnitCost: 2_000}); err != nil {
			return err
		}
		if b.bread, err = catalog.Create(ctx, tx, catalog.Details{Name: "Bread", SKU: "BREAD", Status: "active", Price: 5 * money.Micro}); err != nil {
			return err
		}
		if b.cafe, err = crm.Create(ctx, tx, crm.Details{Kind: crm.Company, Name: "Harbor Street Café"}); err != nil {
			return err
		}
		_, err = catalog.Publish(ctx, tx, b.bread.ID, b.recipe(500))
		return err
	})
	return b
}

func (b *bakery) recipe(grams int64) catalog.Input {
	rate := money.Amount(20 * money.Micro)
	return catalog.Input{Yield: quantity.Of(1), Components: []catalog.ComponentInput{{MaterialID: b.flour.ID, Quantity: quantity.Of(grams), Waste: 50_000}},
		Steps: []catalog.StepInput{{Name: "Bake", Minutes: quantity.Of(12), UnitsPerRun: quantity.Of(12), HourlyRate: &rate}}}
}

// order is a confirmed order of breads for the bakery's day.
func (b *bakery) order(pieces int64) (o orders.Order) {
	b.t.Helper()
	b.db.Do(b.t, b.scope, func(ctx context.Context, tx *store.Tx) (err error) {
		o, err = orders.Create(ctx, tx, orders.NewOrder{CustomerReference: b.cafe.Reference, DeliveryAt: b.day.At(9, 0, tx.Context().Zone), Fulfilment: "pickup",
			Discount: orders.Discount{Kind: orders.NoDiscount}, Lines: []orders.NewLine{{ProductID: b.bread.ID, Quantity: quantity.Of(pieces)}}})
		if err != nil {
			return err
		}
		_, err = orders.Move(ctx, tx, o.Reference, orders.Confirmed)
		return err
	})
	return o
}

func (b *bakery) try(fn func(context.Context, *store.Tx) error) error {
	return b.db.Update(b.t.Context(), b.scope, func(tx *store.Tx) error { return fn(b.t.Context(), tx) })
}

func (b *bakery) batch() (made production.Batch) {
	b.t.Helper()
	b.db.Do(b.t, b.scope, func(ctx context.Context, tx *store.Tx) (err error) {
		made, err = production.BatchAll(ctx, tx, "BREAD", b.day)
		return err
	})
	return made
}

func (b *bakery) start(code string) {
	b.t.Helper()
	b.db.Do(b.t, b.scope, func(ctx context.Context, tx *store.Tx) error {
		_, err := production.Start(ctx, tx, code)
		return err
	})
}

func (b *bakery) complete(code string, produced, scrap int64) (made production.Batch, err error) {
	err = b.try(func(ctx context.Context, tx *store.Tx) (err error) {
		made, err = production.Complete(ctx, tx, code, production.Completion{Produced: quantity.Of(produced), Scrap: quantity.Of(scrap)})
		return err
	})
	return made, err
}

func (b *bakery) read(reference string) (o orders.Order, flour quantity.Quantity) {
	b.t.Helper()
	b.db.Do(b.t, b.scope, func(ctx context.Context, tx *store.Tx) (err error) {
		if o, err = orders.Get(ctx, tx, reference); err != nil {
			return err
		}
		m, err := inventory.Get(ctx, tx, "FLOUR")
		flour = m.OnHand
		if n, e := inventory.Balanced(ctx, tx); n != 0 || e != nil {
			b.t.Errorf("%d lots differ from their movements, %v", n, e)
		}
		return err
	})
	return o, flour
}

func TestTheWholeDay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		b := newBakery(t, db)
		first, second := b.order(12), b.order(8)
		batch := b.batch()
		if batch.Planned != quantity.Of(20) || len(batch.Allocations) != 2 || !strings.HasPrefix(batch.Code, "B-") || !strings.HasSuffix(batch.Code, "-BREAD-001") {
			t.Fatalf("batch %+v", batch)
		}
		if err := b.try(func(ctx context.Context, tx *store.Tx) error {
			_, err := production.BatchAll(ctx, tx, "BREAD", b.day)
			return err
		}); !fault.Is(err, fault.KindConflict) {
			t.Errorf("batching twice: %v", err)
		}
		b.start(batch.Code)
		if o, flour := b.read(first.Reference); o.Status != orders.InProgress || flour != quantity.Of(10_500) {
			t.Errorf("started: the order is %s, flour %d", o.Status, flour)
		}

		// A recipe published later does not change what a started batch uses.
		b.db.Do(t, b.scope, func(ctx context.Context, tx *store.Tx) error {
			_, err := catalog.Publish(ctx, tx, b.bread.ID, b.recipe(9_000))
			return err
		})
		made, err := b.complete(batch.Code, 15, 1)
		if err != nil {
			t.Fatal(err)
		}
		// 16 x 525 g at 0.002 = 16.80; 16 x 1 minute at 20.00 an hour = 5.33; no overhead; 22.13 for 15 pieces.
		if made.Cost.Material != 16_800_000 || made.Cost.Labor != 5_333_333 || made.UnitCost != 1_475_556 {
			t.Errorf("cost %+v, of one %d", made.Cost, made.UnitCost)
		}
		o, flour := b.read(first.Reference)
		if o.Status != orders.Ready || o.Lines[0].Produced != quantity.Of(12) || flour != quantity.Of(10_500-16*525) {
			t.Errorf("completed: the first order is %s with %d, flour %d", o.Status, o.Lines[0].Produced, flour)
		}
		p, _ := b.read(second.Reference)
		if p.Status != orders.InProgress || p.Lines[0].Produced != quantity.Of(3) {
			t.Errorf("completed: the second order is %s with %d", p.Status, p.Lines[0].Produced)
		}
		shared := o.Lines[0].Material + p.Lines[0].Material + o.Lines[0].Labor + p.Lines[0].Labor
		if shared != made.Cost.Total {
			t.Errorf("the lines bear %d of %d", shared, made.Cost.Total)
		}

		// What the short batch left is batched again.
		if rest := b.batch(); rest.Planned != quantity.Of(5) || rest.DayNumber != 2 {
			t.Errorf("rest %+v", rest)
		}
	})
}

func TestCompleteRefusesWhenStockIsShort(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		b := newBakery(t, db)
		o := b.order(21)
		batch := b.batch()
		b.start(batch.Code)
		_, err := b.complete(batch.Code, 21, 0)
		var short *inventory.Short
		if !errors.As(err, &short) || len(short.Shortages) != 1 || short.Shortages[0].Missing() != quantity.Of(525) {
			t.Fatalf("one bread too many: %v", err)
		}
		if text := fault.MessageOf(err); !strings.Contains(text, "Flour: 11.025 kg needed, 10.5 kg there") {
			t.Errorf("message %q", text)
		}
		if o, flour := b.read(o.Reference); o.Lines[0].Produced != 0 || flour != quantity.Of(10_500) {
			t.Errorf("the refused completion left produced %d, flour %d", o.Lines[0].Produced, flour)
		}
	})
}

// Many people press Complete on the same batch: one wins, the others are told.
func TestCompleteAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		b := newBakery(t, db)
		o := b.order(4)
		batch := b.batch()
		b.start(batch.Code)
		var mu sync.Mutex
		var all sync.WaitGroup
		won := 0
		for range 6 {
			all.Go(func() {
				_, err := b.complete(batch.Code, 4, 0)
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					won++
				case !fault.Is(err, fault.KindConflict):
					t.Error(err)
				}
			})
		}
		all.Wait()
		if o, flour := b.read(o.Reference); won != 1 || flour != quantity.Of(10_500-4*525) || o.Lines[0].Produced != quantity.Of(4) {
			t.Errorf("%d won, flour %d, produced %d", won, flour, o.Lines[0].Produced)
		}
	})
}

// Several people batch the same day: nothing is planned twice.
func TestBatchAllAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		b := newBakery(t, db)
		b.order(4)
		var mu sync.Mutex
		var all sync.WaitGroup
		won := 0
		for range 6 {
			all.Go(func() {
				err := b.try(func(ctx context.Context, tx *store.Tx) error {
					_, err := production.BatchAll(ctx, tx, "BREAD", b.day)
					return err
				})
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					won++
				case !fault.Is(err, fault.KindConflict):
					t.Error(err)
				}
			})
		}
		all.Wait()
		if won != 1 {
			t.Errorf("%d batches of the same four breads", won)
		}
	})
}

func TestCancel(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		b := newBakery(t, db)
		first, second := b.order(4), b.order(3)
		batch := b.batch()
		cancelOrder := func(o orders.Order) error {
			return b.try(func(ctx context.Context, tx *store.Tx) error { return production.CancelOrder(ctx, tx, o.Reference) })
		}
		get := func(code string) (found production.Batch) {
			b.db.Do(t, b.scope, func(ctx context.Context, tx *store.Tx) (err error) {
				found, err = production.Get(ctx, tx, code)
				return err
			})
			return found
		}
		if err := cancelOrder(first); err != nil {
			t.Fatal(err)
		}
		if left := get(batch.Code); left.Planned != quantity.Of(3) || len(left.Allocations) != 1 {
			t.Errorf("one of two orders cancelled: %+v", left)
		}
		if err := b.try(func(ctx context.Context, tx *store.Tx) error { return production.Cancel(ctx, tx, batch.Code) }); err != nil {
			t.Fatal(err)
		}
		if err := b.try(func(ctx context.Context, tx *store.Tx) error {
			_, err := production.Start(ctx, tx, batch.Code)
			return err
		}); !fault.Is(err, fault.KindConflict) {
			t.Errorf("starting a cancelled batch: %v", err)
		}
		again := b.batch()
		b.start(again.Code)
		if err := cancelOrder(second); !fault.Is(err, fault.KindConflict) {
			t.Errorf("cancelling an order that is being made: %v", err)
		}
		if o, _ := b.read(second.Reference); o.Status != orders.InProgress {
			t.Errorf("the refused cancellation left the order %s", o.Status)
		}
	})
}

func TestCancelledOrderLeavesNoEmptyBatch(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		b := newBakery(t, db)
		o := b.order(4)
		batch := b.batch()
		b.db.Do(t, b.scope, func(ctx context.Context, tx *store.Tx) error {
			if err := production.CancelOrder(ctx, tx, o.Reference); err != nil {
				return err
			}
			left, err := production.Get(ctx, tx, batch.Code)
			if left.Status != "cancelled" || len(left.Allocations) != 0 {
				t.Errorf("the batch of a cancelled order: %+v", left)
			}
			return err
		})
	})
}

func TestDay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		b := newBakery(t, db)
		b.order(12)
		b.order(10)
		day := func() (d production.Day) {
			b.db.Do(t, b.scope, func(ctx context.Context, tx *store.Tx) (err error) {
				d, err = production.DayOf(ctx, tx, b.day)
				return err
			})
			return d
		}
		d := day()
		if len(d.Orders) != 2 || len(d.ToMake) != 1 || d.ToMake[0].Unbatched() != quantity.Of(22) || len(d.Shortages) != 1 || d.Shortages[0].Missing() != quantity.Of(22*525-10_500) {
			t.Fatalf("day %+v", d)
		}
		batch := b.batch()
		b.start(batch.Code)
		if _, err := b.complete(batch.Code, 20, 0); err != nil {
			t.Fatal(err)
		}
		if d = day(); d.ToMake[0].Made != quantity.Of(20) || d.ToMake[0].Unbatched() != quantity.Of(2) {
			t.Errorf("after a short batch: %+v", d.ToMake)
		}
	})
}

func TestViewerMayOnlyLook(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		b := newBakery(t, db)
		b.order(4)
		b.scope = db.Member(b.scope, authz.Viewer)
		err := b.try(func(ctx context.Context, tx *store.Tx) error {
			_, err := production.BatchAll(ctx, tx, "BREAD", b.day)
			return err
		})
		if !fault.Is(err, fault.KindForbidden) {
			t.Errorf("a viewer batches: %v", err)
		}
		if err := b.try(func(ctx context.Context, tx *store.Tx) error { _, err := production.DayOf(ctx, tx, b.day); return err }); err != nil {
			t.Errorf("a viewer looks: %v", err)
		}
	})
}
