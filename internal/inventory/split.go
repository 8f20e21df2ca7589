package inventory

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"craftplan/internal/authz"
	"craftplan/internal/exact"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/money"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
)

// Split makes a part of a lot a lot of its own, with the same past: expiry, supplier, receipt and status. The new lot takes its share
// of the value. Field names in errors are quantity and lot.
func Split(ctx context.Context, tx *store.Tx, code string, q quantity.Quantity, newCode string) (Lot, error) {
	if err := tx.Require(authz.InventoryWrite); err != nil {
		return Lot{}, err
	}
	from, err := lockLot(ctx, tx, code)
	if err != nil {
		return Lot{}, err
	}
	if q > 0 && q < from.OnHand {
		err = from.settled(ctx, tx, q)
	}
	if err != nil {
		return Lot{}, err
	}
	if q <= 0 || q >= from.OnHand {
		return Lot{}, fault.Invalid("quantity", fmt.Sprintf("Enter more than nothing and less than all of it: the lot has %s.", quantity.Input(from.OnHand, from.Item.Unit)))
	}
	to := from
	to.ID, to.OnHand, to.Value = id.New(), 0, 0
	s, err := ReadSettings(ctx, tx)
	if err != nil {
		return Lot{}, err
	}
	if to.Code, err = s.givenCode(ctx, tx, newCode, from.Item.SKU, tx.Today()); err != nil {
		return Lot{}, err
	}
	if err := to.create(ctx, tx); err != nil {
		return Lot{}, err
	}
	return to.seenBy(tx), from.pour(ctx, tx, to, q, Source{sourceSplit, id.New(), ""}, "Split")
}

// Merge puts lots of one item together in a new lot: its value is the sum of theirs and its unit cost their exact average, its expiry
// the earliest, its receipt too. Field names in errors are lots and lot.
func Merge(ctx context.Context, tx *store.Tx, codes []string, newCode string) (Lot, error) {
	if err := tx.Require(authz.InventoryWrite); err != nil {
		return Lot{}, err
	}
	lots, err := mergeable(ctx, tx, codes)
	if err != nil {
		return Lot{}, err
	}
	to, err := blend(lots)
	if err != nil {
		return Lot{}, err
	}
	s, err := ReadSettings(ctx, tx)
	if err != nil {
		return Lot{}, err
	}
	if to.Code, err = s.givenCode(ctx, tx, newCode, to.Item.SKU, tx.Today()); err != nil {
		return Lot{}, err
	}
	if err := to.create(ctx, tx); err != nil {
		return Lot{}, err
	}
	source := Source{sourceMerge, id.New(), ""}
	for _, l := range lots {
		if err := l.pour(ctx, tx, to, l.OnHand, source, "Merged"); err != nil {
			return Lot{}, err
		}
	}
	return to.seenBy(tx), nil
}

// mergeable reads the lots and says why they cannot be one.
func mergeable(ctx context.Context, tx *store.Tx, codes []string) ([]Lot, error) {
	codes = slices.Compact(slices.Sorted(slices.Values(codes)))
	if len(codes) < 2 {
		return nil, fault.Invalid("lots", "Choose the lots to put together.")
	}
	lots := make([]Lot, len(codes))
	for i, code := range codes {
		l, err := lockLot(ctx, tx, code)
		if err != nil {
			return nil, err
		}
		lots[i] = l
		if err := l.settled(ctx, tx, l.OnHand); err != nil {
			return nil, err
		}
		switch {
		case l.Item.ID != lots[0].Item.ID:
			return nil, fault.Invalid("lots", "Only lots of the same item can be put together.")
		case l.OnHand <= 0:
			return nil, fault.Invalid("lots", "Lot "+l.Code+" has nothing left.")
		case l.Status != lots[0].Status:
			return nil, fault.Invalid("lots", "Lot "+l.Code+" is "+string(l.Status)+", others are not. Hold or release it first.")
		}
	}
	return lots, nil
}

// settled refuses to make another lot of what is on its way: who waits for it looks for the lot that was sent.
func (l Lot) settled(ctx context.Context, tx *store.Tx, q quantity.Quantity) error {
	places, err := Places(ctx, tx, l.ID)
	for _, p := range places {
		if p.Transit && q > l.OnHand-p.OnHand {
			return fault.Conflict(fmt.Sprintf("%s of lot %s is on its way. Wait until it has arrived.", quantity.Input(p.OnHand, l.Item.Unit), l.Code))
		}
	}
	return err
}

// blend is the empty lot that lots of one item are poured into.
func blend(lots []Lot) (to Lot, err error) {
	to = lots[0]
	var on quantity.Quantity
	var value money.Amount
	var suppliers, supplierLots []string
	for _, l := range lots {
		on, value = on+l.OnHand, value+l.Value
		if l.ReceivedAt.Before(to.ReceivedAt) {
			to.ReceivedAt, to.ReceivedOn = l.ReceivedAt, l.ReceivedOn
		}
		if l.ExpiresOn != nil && (to.ExpiresOn == nil || l.ExpiresOn.Before(*to.ExpiresOn)) {
			to.ExpiresOn = l.ExpiresOn
		}
		suppliers, supplierLots = append(suppliers, l.Supplier), append(supplierLots, l.SupplierLot)
	}
	to.ID, to.Owed, to.OnHand, to.Value = id.New(), false, 0, 0
	to.Supplier, to.SupplierLot = joined(suppliers), joined(supplierLots)
	unit, err := exact.MulDiv(int64(value), quantity.Micro, int64(on), exact.HalfUp)
	to.UnitCost = money.Amount(unit)
	return to, err
}

// joined names each once, as far as there is room; the movements know all of them.
func joined(texts []string) string {
	var all []string
	for _, t := range texts {
		if t != "" && !slices.Contains(all, t) && len(strings.Join(append(all, t), ", ")) <= maxSupplier {
			all = append(all, t)
		}
	}
	return strings.Join(all, ", ")
}

// pour moves a quantity and its share of the value to another lot of the same item, place by place.
func (l Lot) pour(ctx context.Context, tx *store.Tx, to Lot, q quantity.Quantity, source Source, reason string) error {
	places, err := Places(ctx, tx, l.ID)
	if err != nil {
		return err
	}
	for _, p := range places {
		part := min(q, p.OnHand)
		if part <= 0 || p.Transit {
			continue
		}
		value, err := l.share(part)
		if err != nil {
			return err
		}
		e := entry{item: l.Item.ID, lot: l.ID, location: p.LocationID, kind: Transfer, quantity: -part, value: -value, reason: reason, source: source, other: &to.ID, at: tx.Now()}
		if err := post(ctx, tx, e); err != nil {
			return err
		}
		e.lot, e.quantity, e.value, e.other = to.ID, part, value, &l.ID
		if err := post(ctx, tx, e); err != nil {
			return err
		}
		l.OnHand, l.Value, q = l.OnHand-part, l.Value-value, q-part
	}
	return nil
}
