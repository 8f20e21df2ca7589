package inventory_test

import (
	"context"
	"math/big"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"craftplan/internal/calendar"
	"craftplan/internal/fault"
	"craftplan/internal/inventory"
	"craftplan/internal/money"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

// cost is what recipes reckon the material with.
func (s shelf) cost() money.Amount {
	s.t.Helper()
	var m inventory.Material
	s.do(func(ctx context.Context, tx *store.Tx) (err error) {
		m, err = inventory.Get(ctx, tx, s.m.SKU)
		return err
	})
	return m.Cost
}

func (s shelf) method(m inventory.CostMethod) {
	s.t.Helper()
	s.policy(func(p *inventory.Settings) { p.Costing = m })
}

// came receives grams at a price of one gram, some days ago.
func (s shelf) came(grams int64, unit money.Amount, daysAgo int) (l inventory.Lot) {
	s.t.Helper()
	s.do(func(ctx context.Context, tx *store.Tx) (err error) {
		at := tx.Now().Add(-time.Duration(daysAgo) * 24 * time.Hour)
		l, err = inventory.Receive(ctx, tx, inventory.Receipt{ItemID: s.m.ID, Kind: inventory.Received, Quantity: quantity.Of(grams), UnitCost: unit, At: &at})
		return err
	})
	return l
}

func TestCostMethods(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		s := newShelf(t, db, 0) // 2_000 was typed
		expect := func(what string, want money.Amount) {
			t.Helper()
			if got := s.cost(); got != want {
				t.Errorf("%s it costs %d, not %d", what, got, want)
			}
		}
		s.came(1_000, 3_000, 9)
		expect("by hand, whatever was paid,", 2_000)
		s.method(inventory.LastReceipt)
		expect("after one receipt", 3_000)
		s.method(inventory.MovingAverage)
		expect("on average of one", 3_000)
		if _, err := consume(t, db, s.scope, s.m, 500); err != nil {
			t.Fatal(err)
		}
		expect("when half is used", 3_000)
		dear := s.came(1_500, 5_000, 0)
		expect("500 at 3 and 1500 at 5", 4_500)
		s.came(1_000, 1_000, 5) // noted late: 1000 at 3 and 1000 at 1 are 2 then; 1500 of them and 1500 at 5 are 3.5
		expect("with a receipt noted late", 3_500)
		s.method(inventory.LastReceipt)
		expect("of the latest receipt, not the one noted last,", 5_000)
		if err := s.reverse(s.movementOf(dear.Code).ID); err != nil {
			t.Fatal(err)
		}
		expect("once the latest was taken back", 1_000)
		s.method(inventory.MovingAverage)
		expect("on average of those that stand", 2_000)
		s.method(inventory.ByHand)
		expect("by hand again", 2_000)
		late := newShelf(t, db, 0)
		late.method(inventory.MovingAverage)
		lot := late.came(1_000, 3_000, 9)
		late.came(1_000, 6_000, 0)
		then := calendar.At(time.Now().Add(-48 * time.Hour))
		if _, err := take(t, db, late.scope, inventory.Issue{Needs: needs(late.m, 250), At: &then}); err != nil {
			t.Fatal(err)
		}
		if got := late.cost(); got != 4_714 { // 750 at 3 and 1000 at 6
			t.Errorf("with a use noted late it costs %d", got)
		}
		if err := late.adjust(inventory.Change{Lot: lot.Code, Delta: quantity.Of(-250), At: &then}); err != nil {
			t.Fatal(err)
		}
		if got := late.cost(); got != 5_000 { // 500 at 3 and 1000 at 6
			t.Errorf("with a correction noted late it costs %d", got)
		}
		if err := s.try(func(ctx context.Context, tx *store.Tx) error {
			return inventory.UpdateSettings(ctx, tx, inventory.Settings{LotPattern: "{0000}", Negative: inventory.Forbid, ExpiringDays: 1, Costing: "guess"})
		}); len(fault.FieldsOf(err)) != 1 || fault.FieldsOf(err)[0].Name != "cost_method" {
			t.Errorf("another method: %v", err)
		}
	})
}

// A typed price counts by hand, and else only as long as nothing was received.
func TestTypedPrice(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		s := newShelf(t, db, 0)
		s.method(inventory.LastReceipt)
		typed := func(price money.Amount) {
			s.do(func(ctx context.Context, tx *store.Tx) error {
				d := s.m.Details
				d.Price = price
				_, err := inventory.Update(ctx, tx, s.m.SKU, d)
				return err
			})
		}
		typed(2_500)
		if got := s.cost(); got != 2_500 {
			t.Errorf("before anything came it costs %d", got)
		}
		s.came(10, 4_000, 0)
		typed(2_600)
		if got := s.cost(); got != 4_000 {
			t.Errorf("after 4_000 was paid it costs %d", got)
		}
		s.do(func(ctx context.Context, tx *store.Tx) error {
			m, err := inventory.Get(ctx, tx, s.m.SKU)
			if m.Price != 2_600 {
				t.Errorf("2_600 was typed, %d is kept", m.Price)
			}
			receipts, e := inventory.PaidFor(ctx, tx, m.ID)
			if e != nil || len(receipts) != 1 || receipts[0].Unit != 4_000 {
				t.Errorf("paid %+v, %v", receipts, e)
			}
			return err
		})
	})
}

func (s shelf) movementOf(lot string) inventory.Movement {
	s.t.Helper()
	all := s.movements()
	return all[slices.IndexFunc(all, func(m inventory.Movement) bool { return m.LotCode == lot })]
}

// Whatever happens, and whenever it is noted: what a material costs is what follows from its movements, derived here once more.
func TestCostFollowsFromLedger(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		rapid.Check(t, func(r *rapid.T) {
			s := newShelf(t, db, 0)
			if rapid.Bool().Draw(r, "warn") {
				s.policy(func(p *inventory.Settings) { p.Negative = inventory.Warn })
			}
			for _, step := range rapid.SliceOfN(rapid.Custom(drawStep), 2, 12).Draw(r, "steps") {
				method := rapid.SampledFrom(inventory.CostMethods).Draw(r, "method")
				s.method(method)
				if err := step.run(s); err != nil && fault.KindOf(err) != fault.KindInvalid && fault.KindOf(err) != fault.KindConflict {
					t.Fatalf("%+v: %v", step, err)
				}
				if got, want := s.cost(), derived(method, s.m.Price, s.movements()); got != want {
					t.Fatalf("%s: it costs %d, the ledger says %d", method, got, want)
				}
			}
		})
	})
}

// derived is what a material costs, from its movements, the latest first.
func derived(m inventory.CostMethod, typed money.Amount, movements []inventory.Movement) money.Amount {
	unit, on := typed, quantity.Quantity(0)
	worth, of := new(big.Int), new(big.Int) // the average: what so much is worth
	for _, v := range slices.Backward(movements) {
		if v.Reversed || v.Kind == inventory.Reversal {
			continue
		}
		if v.Kind == inventory.Received && m != inventory.ByHand {
			value, q := big.NewInt(int64(v.Value)), big.NewInt(int64(v.Quantity))
			if on > 0 && of.Sign() > 0 && m == inventory.MovingAverage {
				held := big.NewInt(int64(on))
				value.Add(value, halfUp(new(big.Int).Mul(worth, held), of))
				q.Add(q, held)
			}
			worth, of = value, q
			unit = money.Amount(halfUp(new(big.Int).Mul(worth, big.NewInt(quantity.Micro)), of).Int64())
		}
		on += v.Quantity
	}
	return unit
}

func halfUp(n, d *big.Int) *big.Int {
	twice := new(big.Int).Lsh(n, 1)
	return twice.Quo(twice.Add(twice, d), new(big.Int).Lsh(d, 1))
}
