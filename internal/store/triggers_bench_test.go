package store_test

import (
	"context"
	"syscall"
	"testing"
	"time"

	"craftplan/internal/catalog"
	"craftplan/internal/crm"
	"craftplan/internal/inventory"
	"craftplan/internal/money"
	"craftplan/internal/orders"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

// BenchmarkTriggers makes orders and movements through two handles of one SQLite database by turns, with the triggers and
// without, so that a busy machine slows both: what it reports are changes a second, and the processor's time of both.
func BenchmarkTriggers(b *testing.B) {
	db := storetest.New(b, store.SQLite)
	scope := db.Organization("Sunrise")
	bare, err := store.Open(b.Context(), db.URL, store.Options{Relaxed: true, SkipChecks: true})
	if err != nil {
		b.Fatal(err)
	}
	defer bare.Close()
	var order orders.NewOrder
	var lot string
	db.Do(b, scope, func(ctx context.Context, tx *store.Tx) (err error) {
		order, lot, err = stocked(ctx, tx)
		return err
	})
	b.Run("order", func(b *testing.B) {
		byTurns(b, db.Store, bare, scope, func(ctx context.Context, tx *store.Tx) error {
			_, err := orders.Create(ctx, tx, order)
			return err
		})
	})
	b.Run("movement", func(b *testing.B) {
		byTurns(b, db.Store, bare, scope, func(ctx context.Context, tx *store.Tx) error {
			return inventory.Adjust(ctx, tx, inventory.Change{Lot: lot, Delta: quantity.Of(1), Kind: inventory.Adjustment, Reason: "counted"})
		})
	})
}

// stocked is an order of three lines that can be made again and again, and a lot.
func stocked(ctx context.Context, tx *store.Tx) (order orders.NewOrder, lot string, err error) {
	flour, err := inventory.Create(ctx, tx, inventory.Details{Name: "Flour", SKU: "FLOUR", Unit: quantity.Gram, Price: 2_000}, &inventory.Receipt{Quantity: quantity.Of(1000), UnitCost: 2_000})
	if err != nil {
		return order, lot, err
	}
	lots, err := inventory.Lots(ctx, tx, flour.ID)
	if err != nil {
		return order, lot, err
	}
	cafe, err := crm.Create(ctx, tx, crm.Details{Kind: crm.Company, Name: "Harbor Street Café"})
	if err != nil {
		return order, lot, err
	}
	order = orders.NewOrder{CustomerReference: cafe.Reference, DeliveryAt: tx.Today().AddDays(3).At(9, 0, tx.Context().Zone), Fulfilment: "pickup", Discount: orders.Discount{Kind: orders.NoDiscount}}
	for _, name := range []string{"BREAD", "ROLL", "CAKE"} {
		p, err := catalog.Create(ctx, tx, catalog.Details{Name: name, SKU: name, Status: "active", Price: 5 * money.Micro})
		if err != nil {
			return order, lot, err
		}
		order.Lines = append(order.Lines, orders.NewLine{ProductID: p.ID, Quantity: quantity.Of(2)})
	}
	return order, lots[0].Code, nil
}

func byTurns(b *testing.B, with, without *store.Store, scope store.Scope, change func(context.Context, *store.Tx) error) {
	var wall, processor [2]time.Duration
	const turn = 20
	turns := 0
	for b.Loop() {
		for i, st := range []*store.Store{with, without} {
			began, used := time.Now(), processorTime(b)
			for range turn {
				if err := st.Update(b.Context(), scope, func(tx *store.Tx) error { return change(b.Context(), tx) }); err != nil {
					b.Fatal(err)
				}
			}
			wall[i] += time.Since(began)
			processor[i] += processorTime(b) - used
		}
		turns++
	}
	for i, name := range []string{"with", "without"} {
		b.ReportMetric(float64(turns*turn)/wall[i].Seconds(), name+"/s")
		b.ReportMetric(float64(processor[i].Microseconds())/float64(turns*turn), "cpu-µs-"+name)
	}
	b.ReportMetric(float64(processor[0])/float64(processor[1]), "cpu-ratio")
}

func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
