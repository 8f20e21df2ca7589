package inventory

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory/internal/db"
	"craftplan/internal/money"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
)

// Need is how much of a material is wanted.
type Need struct {
	MaterialID id.ID
	Quantity   quantity.Quantity
}

// Usage is what was taken from one lot.
type Usage struct {
	LotID, MaterialID id.ID
	Quantity          quantity.Quantity
	Cost              money.Amount // quantity x the lot's unit cost, rounded half up to millionths
}

// Shortage is a material there is not enough of.
type Shortage struct {
	Option
	Required, Available quantity.Quantity
}

// Missing is how much more is needed.
func (s Shortage) Missing() quantity.Quantity { return s.Required - s.Available }

// Short is the refusal to consume more than there is. It wraps a Conflict fault that names each material.
type Short struct {
	Shortages []Shortage
	fault     error
}

func (s *Short) Error() string { return s.fault.Error() }

// Unwrap gives the fault.
func (s *Short) Unwrap() error { return s.fault }

func short(shortages []Shortage) error {
	parts := make([]string, len(shortages))
	for i, s := range shortages {
		parts[i] = fmt.Sprintf("%s: %s needed, %s there", s.Name, quantity.Input(s.Required, s.Unit), quantity.Input(s.Available, s.Unit))
	}
	return &Short{shortages, fault.Conflict("There is not enough stock. " + strings.Join(parts, "; ") + ".")}
}

// Shortages compares needs with usable stock: available lots that are not expired.
func Shortages(ctx context.Context, tx *store.Tx, needs []Need) ([]Shortage, error) {
	if err := tx.Require(authz.InventoryRead); err != nil {
		return nil, err
	}
	lots, err := usable(ctx, tx, needs)
	if err != nil {
		return nil, err
	}
	return compare(ctx, tx, needs, lots)
}

// Consume takes needs from lots, first expired first out: by expiry with none last, then by receipt, then by code. Expired,
// quarantined and blocked lots are skipped. When anything is short, nothing is taken and the error is *Short.
func Consume(ctx context.Context, tx *store.Tx, needs []Need, source Source, reason string) ([]Usage, error) {
	if err := tx.Require(authz.InventoryWrite); err != nil {
		return nil, err
	}
	lots, err := usable(ctx, tx, needs)
	if err != nil {
		return nil, err
	}
	shortages, err := compare(ctx, tx, needs, lots)
	if err != nil {
		return nil, err
	}
	if len(shortages) > 0 {
		return nil, short(shortages)
	}
	var usages []Usage
	for _, p := range pick(needs, lots) {
		usage, err := take(ctx, tx, p, source, reason)
		if err != nil {
			return nil, err
		}
		usages = append(usages, usage)
	}
	return usages, nil
}

func usable(ctx context.Context, tx *store.Tx, needs []Need) ([]db.UsableLotsRow, error) {
	ids := make([]id.ID, len(needs))
	for i, n := range needs {
		ids[i] = n.MaterialID
	}
	today := tx.Today()
	return db.For(tx).UsableLots(ctx, db.UsableLotsIn{Today: &today, Ids: store.List(ids)})
}

func compare(ctx context.Context, tx *store.Tx, needs []Need, lots []db.UsableLotsRow) ([]Shortage, error) {
	have := map[id.ID]quantity.Quantity{}
	for _, l := range lots {
		have[l.MaterialID] += l.OnHand
	}
	var missing []Need
	var ids []id.ID
	for _, n := range sum(needs) {
		if n.Quantity > have[n.MaterialID] {
			missing, ids = append(missing, n), append(ids, n.MaterialID)
		}
	}
	if len(missing) == 0 {
		return nil, nil
	}
	named, err := ByID(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	shortages := make([]Shortage, len(missing))
	for i, n := range missing {
		shortages[i] = Shortage{named[n.MaterialID], n.Quantity, have[n.MaterialID]}
	}
	slices.SortFunc(shortages, func(a, b Shortage) int { return strings.Compare(a.Name, b.Name) })
	return shortages, nil
}

// sum adds up needs of the same material.
func sum(needs []Need) []Need {
	var total []Need
	at := map[id.ID]int{}
	for _, n := range needs {
		if i, ok := at[n.MaterialID]; ok {
			total[i].Quantity += n.Quantity
			continue
		}
		at[n.MaterialID] = len(total)
		total = append(total, n)
	}
	return total
}

type picked struct {
	lot      db.UsableLotsRow
	quantity quantity.Quantity
}

// pick walks the lots in their order; the caller has checked that they suffice.
func pick(needs []Need, lots []db.UsableLotsRow) []picked {
	var all []picked
	for _, n := range sum(needs) {
		rest := n.Quantity
		for _, lot := range lots {
			if lot.MaterialID != n.MaterialID || rest <= 0 {
				continue
			}
			q := min(rest, lot.OnHand)
			all = append(all, picked{lot, q})
			rest -= q
		}
	}
	return all
}

func take(ctx context.Context, tx *store.Tx, p picked, source Source, reason string) (Usage, error) {
	taken, err := db.For(tx).TakeFromLot(ctx, db.TakeFromLotIn{ID: p.lot.ID, OnHand: p.quantity})
	if err != nil {
		return Usage{}, err
	}
	if taken == 0 {
		return Usage{}, fault.Conflict("Somebody used the same stock at this moment. Try again.")
	}
	cost, err := p.lot.UnitCost.ForQuantity(p.quantity)
	if err != nil {
		return Usage{}, err
	}
	err = move(ctx, tx, movement{material: p.lot.MaterialID, lot: p.lot.ID, kind: Consumption, quantity: -p.quantity, unitCost: p.lot.UnitCost, reason: reason, source: source})
	return Usage{p.lot.ID, p.lot.MaterialID, p.quantity, cost}, err
}
