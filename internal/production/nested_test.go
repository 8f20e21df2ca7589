package production_test

import (
	"context"
	"testing"

	"craftplan/internal/catalog"
	"craftplan/internal/money"
	"craftplan/internal/production"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

// A tray is four breads, each of 525 g of flour with its waste and a minute of work, and a topping of 100 g. Needs, shortages,
// consumption and cost go down to the flour; a bread recipe published after the start changes nothing.
func TestProductsWithinProducts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		b := newBakery(t, db)
		bread := b.bread
		b.db.Do(t, b.scope, func(ctx context.Context, tx *store.Tx) (err error) {
			if b.bread, err = catalog.Create(ctx, tx, catalog.Details{Name: "Tray", SKU: "TRAY", Status: "active", Price: 25 * money.Micro}); err != nil {
				return err
			}
			tray := catalog.Input{Yield: quantity.Of(1), Components: []catalog.ComponentInput{{ProductID: bread.ID, Quantity: quantity.Of(4)}, {Row: 1, MaterialID: b.flour.ID, Quantity: quantity.Of(100)}}}
			_, err = catalog.Publish(ctx, tx, b.bread.ID, tray)
			return err
		})
		const tray = 4*525 + 100 // grams of flour
		o := b.order(5)
		b.db.Do(t, b.scope, func(ctx context.Context, tx *store.Tx) error {
			day, err := production.DayOf(ctx, tx, b.day)
			if len(day.Shortages) != 1 || day.Shortages[0].Missing() != quantity.Of(5*tray-10_500) {
				t.Errorf("five trays miss %+v", day.Shortages)
			}
			return err
		})
		var batch production.Batch
		b.db.Do(t, b.scope, func(ctx context.Context, tx *store.Tx) (err error) {
			if batch, err = production.BatchAll(ctx, tx, "TRAY", b.day); err != nil {
				return err
			}
			if batch, err = production.Start(ctx, tx, batch.Code); err != nil {
				return err
			}
			_, err = catalog.Publish(ctx, tx, bread.ID, b.recipe(9_000))
			return err
		})
		made, err := b.complete(batch.Code, 4, 0)
		if err != nil {
			t.Fatal(err)
		}
		// 4 trays of 2200 g at 0.002 = 17.60; 16 breads of one minute at 20.00 an hour = 5.33.
		if made.Cost.Material != 17_600_000 || made.Cost.Labor != 5_333_333 || len(made.Steps) != 1 || made.Steps[0].ProductID != bread.ID || made.Steps[0].Cost != 5_333_333 {
			t.Errorf("cost %+v of work %+v", made.Cost, made.Steps)
		}
		if o, flour := b.read(o.Reference); flour != quantity.Of(10_500-4*tray) || o.Lines[0].Produced != quantity.Of(4) {
			t.Errorf("flour %d, produced %d", flour, o.Lines[0].Produced)
		}
	})
}
