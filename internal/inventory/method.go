package inventory

import (
	"context"
	"slices"

	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/id"
	"craftplan/internal/inventory/internal/db"
	"craftplan/internal/money"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
)

// CostMethod is what recipes reckon materials with.
type CostMethod string

// The methods. What was never received costs what somebody typed, by all of them.
const (
	ByHand        CostMethod = "manual"  // the price that somebody typed
	LastReceipt   CostMethod = "last"    // what the latest receipt cost
	MovingAverage CostMethod = "average" // the moving average of receipts
)

// CostMethods are all methods.
var CostMethods = []CostMethod{ByHand, LastReceipt, MovingAverage}

// Paid is something that was received, with what a stock unit cost from then on. Receipts and opening stock say what a material
// costs; everything else that moves says only how much there is. What was taken back counts as if it never was.
type Paid struct {
	Kind     Kind
	At       calendar.Instant
	LotCode  string
	Supplier string
	Held     quantity.Quantity // there was before
	Quantity quantity.Quantity
	Value    money.Amount
	Unit     money.Amount // of one stock unit of this receipt
	Average  money.Amount // of one stock unit of all there was then
}

// average is a moving average as an exact fraction. It changes with receipts alone: what is used takes its share and leaves the
// average as it is.
type average struct {
	value    money.Amount
	quantity quantity.Quantity
}

// with is the average once more came in, where some was held: what that is worth by the average so far is rounded half up to
// millionths, and there is no other rounding. What was owed is worth nothing.
func (a average) with(held, q quantity.Quantity, value money.Amount) (average, error) {
	if held <= 0 || a.quantity == 0 {
		return average{value, q}, nil
	}
	worth, err := a.value.Share(int64(held), int64(a.quantity))
	if err != nil {
		return a, err
	}
	sum, err := worth.Plus(value)
	return average{sum, held + q}, err
}

func (a average) unit() (money.Amount, error) {
	return a.value.Share(quantity.Micro, int64(a.quantity))
}

// paid reads what was paid for some items, the oldest first.
func paid(ctx context.Context, tx *store.Tx, items []id.ID) (map[id.ID][]Paid, error) {
	rows, err := db.For(tx).ReceiptsOfItems(ctx, db.ReceiptsOfItemsIn{Ids: store.List(items)})
	if err != nil {
		return nil, err
	}
	all, averages := map[id.ID][]Paid{}, map[id.ID]average{}
	for _, r := range rows {
		p := Paid{Kind: Kind(r.Kind), At: r.OccurredAt, LotCode: r.Code, Supplier: r.Supplier, Held: r.Held, Quantity: r.Quantity, Value: r.Value}
		if p.Unit, err = r.Value.Share(quantity.Micro, int64(r.Quantity)); err != nil {
			return nil, err
		}
		if averages[r.ItemID], err = averages[r.ItemID].with(r.Held, r.Quantity, r.Value); err != nil {
			return nil, err
		}
		if p.Average, err = averages[r.ItemID].unit(); err != nil {
			return nil, err
		}
		all[r.ItemID] = append(all[r.ItemID], p)
	}
	return all, nil
}

// cost is what a material costs by the method, after what was paid for it.
func (m CostMethod) cost(typed money.Amount, receipts []Paid) money.Amount {
	if m == ByHand || len(receipts) == 0 {
		return typed
	}
	latest := receipts[len(receipts)-1]
	if m == LastReceipt {
		return latest.Unit
	}
	return latest.Average
}

// price writes what some materials cost by the method, and has everything reckoned anew that is made with those that changed.
func (m CostMethod) price(ctx context.Context, tx *store.Tx, materials []id.ID) error {
	prices, err := db.For(tx).PricesOfMaterials(ctx, db.PricesOfMaterialsIn{Ids: store.List(materials)})
	if err != nil || len(prices) == 0 {
		return err
	}
	receipts := map[id.ID][]Paid{}
	if m != ByHand {
		if receipts, err = paid(ctx, tx, materials); err != nil {
			return err
		}
	}
	var changed []id.ID
	for _, p := range prices {
		cost := m.cost(p.ManualPrice, receipts[p.ID])
		if cost == p.Price {
			continue
		}
		if _, err := db.For(tx).SetMaterialPrice(ctx, db.SetMaterialPriceIn{ID: p.ID, Price: cost}); err != nil {
			return err
		}
		changed = append(changed, p.ID)
	}
	if len(changed) == 0 {
		return nil
	}
	return costsChanged(ctx, tx, changed...)
}

// reprice prices materials by the organization's method.
func reprice(ctx context.Context, tx *store.Tx, materials ...id.ID) error {
	s, err := ReadSettings(ctx, tx)
	if err != nil {
		return err
	}
	return s.Costing.price(ctx, tx, materials)
}

// moved prices items anew whose movements changed from a moment on, where something was received since: what was received earlier
// costs what it did.
func (s Settings) moved(ctx context.Context, tx *store.Tx, from calendar.Instant, items ...id.ID) error {
	if s.Costing == ByHand {
		return nil
	}
	since, err := db.For(tx).ReceiptsSince(ctx, db.ReceiptsSinceIn{Ids: store.List(items), Since: from})
	if err != nil || since == 0 {
		return err
	}
	return s.Costing.price(ctx, tx, items)
}

// PaidFor is what was paid for a material, the latest first.
func PaidFor(ctx context.Context, tx *store.Tx, material id.ID) ([]Paid, error) {
	if err := tx.Require(authz.CostsRead); err != nil {
		return nil, err
	}
	all, err := paid(ctx, tx, []id.ID{material})
	receipts := all[material]
	slices.Reverse(receipts)
	return receipts, err
}
