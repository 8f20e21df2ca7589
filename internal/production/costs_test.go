package production_test

import (
	"context"
	"maps"
	"testing"

	"craftplan/internal/catalog"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory"
	"craftplan/internal/money"
	"craftplan/internal/orders"
	"craftplan/internal/production"
	"craftplan/internal/quantity"
	"craftplan/internal/settings"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

func got[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// known is the own rate of a step, which all of them have here.
func known(rate *money.Amount) money.Amount {
	if rate == nil {
		return money.Withheld
	}
	return *rate
}

// costs reads all that tells what something costs.
func (b *bakery) costs(scope store.Scope, batch, order string) map[string]money.Amount {
	b.t.Helper()
	all := map[string]money.Amount{}
	b.db.Do(b.t, scope, func(ctx context.Context, tx *store.Tx) error {
		all["a material"] = got(inventory.Get(ctx, tx, "FLOUR")).Price
		all["a material to choose"] = got(inventory.Options(ctx, tx))[0].Price
		lot := got(inventory.Lots(ctx, tx, b.flour.ID))[0]
		all["a lot"], all["the same by its code"] = lot.UnitCost, got(inventory.GetLot(ctx, tx, lot.Code)).UnitCost
		lots, _, err := inventory.ListLots(ctx, tx, inventory.LotFilter{Query: lot.Code, Limit: 1})
		all["a lot of the list"] = got(lots, err)[0].UnitCost
		movements, history := got(inventory.Movements(ctx, tx, b.flour.ID)), []inventory.Movement(nil)
		history, _, err = inventory.History(ctx, tx, lot.ID)
		all["the first movement"], all["the first of a lot"] = movements[len(movements)-1].Value, got(history, err)[len(history)-1].Value
		materials, _, err := inventory.List(ctx, tx, inventory.Filter{Limit: 1})
		all["a material of the list"] = got(materials, err)[0].Price

		products, _, err := catalog.List(ctx, tx, catalog.Filter{Limit: 1})
		all["a product of the list"] = got(products, err)[0].UnitCost
		r := got(catalog.GetRecipe(ctx, tx, b.bread.ID, 0))
		all["a recipe"], all["its materials"], all["its labor"], all["its overhead"] = r.Cost.Total, r.Cost.Material, r.Cost.Labor, r.Cost.Overhead
		all["a component's price"], all["a component"], all["a step"] = r.Components[0].Price, r.Components[0].Cost, r.Steps[0].Cost
		all["a step's rate"], all["a task's rate"] = known(r.Steps[0].HourlyRate), known(r.Flat.Tasks[0].HourlyRate)
		all["a version"] = got(catalog.Versions(ctx, tx, b.bread.ID))[0].Cost.Total
		all["a part"] = got(catalog.Flatten(ctx, tx, b.bread.ID)).Parts[0].Price
		plan := got(catalog.Plans(ctx, tx, []id.ID{b.bread.ID}))[b.bread.ID]
		all["what a product takes"], all["its work"] = plan.Takes[0].Price, known(plan.Work[0].HourlyRate)
		all["a part of a recipe"], all["its cost"] = r.Flat.Parts[0].Price, r.Costing.Total

		made := got(production.Get(ctx, tx, batch))
		all["a batch"], all["its materials in all"], all["one of it"], all["what it took"] = made.Cost.Total, made.Cost.Material, made.UnitCost, made.Consumptions[0].Cost
		all["its frozen rate"], all["its work in all"] = known(made.Steps[0].HourlyRate), made.Steps[0].Cost
		batches, _, err := production.List(ctx, tx, production.Filter{Limit: 1})
		all["a batch of the list"] = got(batches, err)[0].UnitCost

		l := got(orders.Get(ctx, tx, order)).Lines[0]
		all["a line's materials"], all["a line's labor"], all["a line's overhead"] = l.Material, l.Labor, l.Overhead
		all["an hour of work"] = got(settings.Get(ctx, tx)).LaborHourlyRate
		return nil
	})
	return all
}

// Who sees no costs works as everybody does: nothing tells them a cost, nothing they send changes one, and what is reckoned for them
// is what it would be for the owner.
func TestCostsWithheld(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		b := newBakery(t, db)
		b.db.Do(t, b.scope, func(ctx context.Context, tx *store.Tx) error {
			if err := settings.Update(ctx, tx, settings.Settings{TaxMode: settings.Exclusive, LaborHourlyRate: 18 * money.Micro, OverheadRate: 100_000}); err != nil {
				return err
			}
			_, err := catalog.Publish(ctx, tx, b.bread.ID, b.recipe(500))
			return err
		})
		staff := db.WithoutCosts(b.scope)
		o, batch := b.order(10), b.batch()
		db.Do(t, staff, func(ctx context.Context, tx *store.Tx) error {
			if started := got(production.Start(ctx, tx, batch.Code)); started.Steps[0].HourlyRate != nil {
				t.Errorf("starting tells the rate: %d", *started.Steps[0].HourlyRate)
			}
			made, err := production.Complete(ctx, tx, batch.Code, production.Completion{Produced: quantity.Of(10)})
			if made.Cost.Total != money.Withheld || made.UnitCost != money.Withheld {
				t.Errorf("completing tells the cost: %+v", made.Cost)
			}
			return err
		})
		reckoned := b.costs(b.scope, batch.Code, o.Reference)
		for what, amount := range reckoned {
			if amount <= 0 {
				t.Errorf("%s costs %d", what, amount)
			}
		}
		// 525 g at 2.00 per kg and a minute at 20.00 an hour, and 10 % of both: 1.05 + 0.333333 + 0.138333.
		if reckoned["one of it"] != 1_521_667 || reckoned["a line's materials"] != 10_500_000 {
			t.Errorf("the batch costs %d each, materials %d", reckoned["one of it"], reckoned["a line's materials"])
		}
		for what, amount := range b.costs(staff, batch.Code, o.Reference) {
			if amount != money.Withheld {
				t.Errorf("%s is told: %d", what, amount)
			}
		}

		db.Do(t, staff, func(ctx context.Context, tx *store.Tx) error {
			details := got(inventory.Get(ctx, tx, "FLOUR")).Details
			details.Price, details.Notes = 9_999, "From the mill"
			if m := got(inventory.Update(ctx, tx, "FLOUR", details)); m.Price != money.Withheld {
				t.Errorf("changing a material tells its price: %d", m.Price)
			}
			got(inventory.Receive(ctx, tx, inventory.Receipt{ItemID: b.flour.ID, Kind: inventory.Received, Quantity: quantity.Of(1000), UnitCost: 9_999}))
			in, cheap := b.recipe(500), money.Amount(1)
			in.Steps[0].HourlyRate, in.Steps[0].Was, in.Steps[0].Name = &cheap, 1, "Bake well"
			if r := got(catalog.Publish(ctx, tx, b.bread.ID, in)); r.Cost.Total != money.Withheld || r.Steps[0].HourlyRate != nil {
				t.Errorf("publishing tells the cost: %+v", r.Cost)
			}
			made := got(inventory.Create(ctx, tx, inventory.Details{Name: "Salt", SKU: "SALT", Unit: quantity.Gram, Price: 9_999}, &inventory.Receipt{Quantity: quantity.Of(5), UnitCost: 9_999}))
			if made.Price != money.Withheld {
				t.Errorf("a new material tells its price: %d", made.Price)
			}
			return nil
		})
		if now := b.costs(b.scope, batch.Code, o.Reference); !maps.Equal(now, reckoned) {
			t.Errorf("after the changes %v, before %v", now, reckoned)
		}
		db.Do(t, b.scope, func(ctx context.Context, tx *store.Tx) error {
			if m := got(inventory.Get(ctx, tx, "SALT")); m.Price != 0 || got(inventory.Lots(ctx, tx, m.ID))[0].UnitCost != 0 {
				t.Errorf("salt costs %d", m.Price)
			}
			if lots := got(inventory.Lots(ctx, tx, b.flour.ID)); len(lots) != 2 || lots[1].UnitCost != 2_000 {
				t.Errorf("received at %+v", lots)
			}
			return nil
		})
		for name, ask := range map[string]func(context.Context, *store.Tx) error{
			"the rates": func(ctx context.Context, tx *store.Tx) error { _, err := catalog.RatesOf(ctx, tx); return err },
			"a preview": func(ctx context.Context, tx *store.Tx) error {
				_, err := catalog.Preview(ctx, tx, b.bread.ID, b.recipe(1))
				return err
			},
			"the margins": func(ctx context.Context, tx *store.Tx) error {
				_, err := catalog.Margins(ctx, tx, catalog.MarginFilter{})
				return err
			},
			"the history": func(ctx context.Context, tx *store.Tx) error {
				_, err := catalog.CostHistory(ctx, tx, b.bread.ID, 1)
				return err
			},
			"a cost at today's prices": func(ctx context.Context, tx *store.Tx) error {
				_, _, err := catalog.CostToday(ctx, tx, got(catalog.GetRecipe(ctx, tx, b.bread.ID, 0)))
				return err
			},
			"a price that follows from a cost": func(ctx context.Context, tx *store.Tx) error {
				_, err := catalog.Reprice(ctx, tx, b.bread.SKU, 1, 1)
				return err
			},
		} {
			if err := db.View(t.Context(), staff, func(tx *store.Tx) error { return ask(t.Context(), tx) }); !fault.Is(err, fault.KindForbidden) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
