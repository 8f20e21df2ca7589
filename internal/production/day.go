package production

import (
	"context"

	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/catalog"
	"craftplan/internal/id"
	"craftplan/internal/inventory"
	"craftplan/internal/money"
	"craftplan/internal/production/internal/db"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
)

// Day is what a day asks for: the orders due, what to make for them, and what is missing to make it.
type Day struct {
	Orders    []Due
	ToMake    []ToMake
	Shortages []inventory.Shortage
}

// Due is an order due on the day.
type Due struct {
	Reference    string
	CustomerName string
	Status       string
	Fulfilment   string
	DeliveryAt   calendar.Instant
	Total        money.Amount
}

// ToMake is a product needed on the day.
type ToMake struct {
	ProductID    id.ID
	Name, SKU    string
	Needed, Made quantity.Quantity
	InStock      quantity.Quantity // free for what is in no batch yet
	Lines        int64
	Batches      []DayBatch // open and in progress
}

// DayBatch is a batch that makes something for the day.
type DayBatch struct {
	Code, Status string
	Planned      quantity.Quantity
}

// InBatches is what open batches and those in progress will make.
func (t ToMake) InBatches() (total quantity.Quantity) {
	for _, b := range t.Batches {
		total += b.Planned
	}
	return total
}

// Unbatched is what is in no batch yet, and not in stock.
func (t ToMake) Unbatched() quantity.Quantity { return t.uncovered() - t.InStock }

// uncovered is what nothing covers but perhaps the stock.
func (t ToMake) uncovered() quantity.Quantity { return max(t.Needed-t.Made-t.InBatches(), 0) }

// DayOf reads what a day asks for.
func DayOf(ctx context.Context, tx *store.Tx, day calendar.Date) (Day, error) {
	if err := tx.Require(authz.ProductionRead); err != nil {
		return Day{}, err
	}
	queries := db.For(tx)
	var d Day
	due, err := queries.OrdersDue(ctx, db.OrdersDueIn{Day: day})
	if err != nil {
		return d, err
	}
	for _, o := range due {
		d.Orders = append(d.Orders, Due(o))
	}
	demand, err := queries.DemandOfDay(ctx, db.DemandOfDayIn{Day: day})
	if err != nil {
		return d, err
	}
	batches, err := queries.BatchesForDay(ctx, db.BatchesForDayIn{Day: day})
	if err != nil {
		return d, err
	}
	for _, p := range demand {
		t := ToMake{ProductID: p.ID, Name: p.Name, SKU: p.Sku, Needed: p.Needed, Made: p.Made, Lines: p.Lines}
		for _, b := range batches {
			if b.ProductID == p.ID {
				t.Batches = append(t.Batches, DayBatch{b.Code, b.Status, b.Planned})
			}
		}
		d.ToMake = append(d.ToMake, t)
	}
	if err := d.lookAtStock(ctx, tx, day); err != nil {
		return d, err
	}
	d.Shortages, err = missing(ctx, tx, d.ToMake)
	return d, err
}

// lookAtStock fills in what is on the shelf already.
func (d *Day) lookAtStock(ctx context.Context, tx *store.Tx, day calendar.Date) error {
	var products []id.ID
	for _, t := range d.ToMake {
		if t.uncovered() > 0 {
			products = append(products, t.ProductID)
		}
	}
	if len(products) == 0 {
		return nil
	}
	free, err := freeFor(ctx, tx, day, products)
	for i := range d.ToMake {
		t := &d.ToMake[i]
		t.InStock = min(t.uncovered(), free[t.ProductID])
	}
	return err
}

// missing compares what is still to be made with usable stock.
func missing(ctx context.Context, tx *store.Tx, all []ToMake) ([]inventory.Shortage, error) {
	rest := map[id.ID]quantity.Quantity{}
	var products []id.ID
	for _, t := range all {
		if left := t.Needed - t.Made - t.InStock; left > 0 {
			rest[t.ProductID] = left
			products = append(products, t.ProductID)
		}
	}
	if len(products) == 0 {
		return nil, nil
	}
	plans, err := catalog.Plans(ctx, tx, products)
	if err != nil {
		return nil, err
	}
	var wanted []inventory.Need
	for _, product := range products {
		for _, t := range plans[product].Takes {
			q, err := component(t).For(rest[product])
			if err != nil {
				return nil, err
			}
			wanted = append(wanted, inventory.Need{ItemID: t.ID, Quantity: q})
		}
	}
	if len(wanted) == 0 {
		return nil, nil
	}
	return inventory.Shortages(ctx, tx, wanted)
}
