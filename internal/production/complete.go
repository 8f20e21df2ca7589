package production

import (
	"context"

	"craftplan/internal/audit"
	"craftplan/internal/authz"
	"craftplan/internal/catalog"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory"
	"craftplan/internal/money"
	"craftplan/internal/orders"
	"craftplan/internal/production/internal/db"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
)

// Completion is how a batch ended. Field names in errors are produced, scrap, lots and override.
type Completion struct {
	Produced, Scrap quantity.Quantity
	Picks           []inventory.Pick // materials whose lots are named here are taken from them as it says, and not by the recipe
	Override        string           // why expired and held lots may be taken
}

func (c Completion) validate() error {
	var p fault.Problems
	if c.Produced < 0 || c.Produced%quantity.Micro != 0 || c.Produced > quantity.Of(1_000_000) {
		p.Add("produced", "Enter a whole number of pieces.")
	}
	if c.Scrap < 0 || c.Scrap%quantity.Micro != 0 || c.Scrap > quantity.Of(1_000_000) {
		p.Add("scrap", "Enter a whole number of pieces.")
	}
	if c.Produced+c.Scrap == 0 {
		p.Add("produced", "Enter what was made.")
	}
	return p.Err()
}

// Complete ends a batch with what was made and what was scrapped. Materials for both are taken first expired, first out, or as they
// were picked; when they are short the error is *inventory.Short and nothing changes, unless the organization lets stock go below
// zero. What was made becomes a lot of the product; it goes to the orders in the order of their delivery, up to what was planned for
// each, and what no order takes is free.
func Complete(ctx context.Context, tx *store.Tx, code string, c Completion) (Batch, error) {
	if err := tx.Require(authz.ProductionWrite); err != nil {
		return Batch{}, err
	}
	if err := c.validate(); err != nil {
		return Batch{}, err
	}
	full := tx.Reckoning()
	b, err := Get(ctx, full, code)
	if err != nil {
		return Batch{}, err
	}
	now, actor := tx.Now(), tx.Actor().UserID
	completed, err := db.For(tx).CompleteBatch(ctx, db.CompleteBatchIn{ID: b.ID, ProducedQuantity: c.Produced, ScrapQuantity: c.Scrap, CompletedAt: &now, CompletedBy: &actor})
	if err != nil {
		return Batch{}, err
	}
	if completed == 0 {
		return Batch{}, b.notNow("completed")
	}
	b.Produced, b.Scrap, b.Completed = c.Produced, c.Scrap, &now
	told := audit.Fields{"Made": audit.Quantity(c.Produced, quantity.Piece), "Scrapped": audit.Quantity(c.Scrap, quantity.Piece), "Held lots were taken because": c.Override}
	if err := b.became(ctx, tx, "completed", told); err != nil {
		return Batch{}, err
	}
	if err := b.consume(ctx, full, c); err != nil {
		return Batch{}, err
	}
	if err := b.recordCost(ctx, full); err != nil {
		return Batch{}, err
	}
	if err := b.shelve(ctx, full); err != nil {
		return Batch{}, err
	}
	if err := b.distribute(ctx, full); err != nil {
		return Batch{}, err
	}
	b.withhold(tx)
	return b, nil
}

// consume takes the materials and adds up what their lots cost.
func (b *Batch) consume(ctx context.Context, tx *store.Tx, c Completion) error {
	wanted, err := needs(b.Components, b.Produced+b.Scrap)
	if err != nil || len(wanted) == 0 {
		return err
	}
	issued, err := inventory.Take(ctx, tx, inventory.Issue{Kind: inventory.Consumption, Needs: wanted, Picks: c.Picks, Override: c.Override, Source: b.source()})
	if err != nil {
		return err
	}
	b.Owed = issued.Owed
	for _, u := range issued.Usages {
		b.Cost.Material += u.Cost
	}
	return nil
}

// source is the batch as the ledger names it.
func (b *Batch) source() inventory.Source {
	return inventory.Source{Kind: "batch", ID: b.ID, Name: b.Code}
}

// recordCost completes the cost with the frozen work and with overhead, and writes it once.
func (b *Batch) recordCost(ctx context.Context, tx *store.Tx) error {
	rates, err := catalog.RatesOf(ctx, tx)
	if err != nil {
		return err
	}
	b.Rates = &rates
	for i := range b.Steps {
		if err := b.costStep(ctx, tx, i); err != nil {
			return err
		}
	}
	if b.Cost, err = b.Cost.WithOverhead(rates); err != nil {
		return err
	}
	if b.Produced > 0 {
		if b.UnitCost, err = b.Cost.Total.Share(quantity.Micro, int64(b.Produced)); err != nil {
			return err
		}
	}
	_, err = db.For(tx).RecordCost(ctx, db.RecordCostIn{ID: b.ID, MaterialCost: b.Cost.Material, LaborCost: b.Cost.Labor, OverheadCost: b.Cost.Overhead, UnitCost: b.UnitCost,
		HourlyRate: &rates.Hourly, OverheadRate: &rates.Overhead})
	return err
}

// costStep writes what one step of the work cost, and adds it up.
func (b *Batch) costStep(ctx context.Context, tx *store.Tx, i int) (err error) {
	s := &b.Steps[i]
	if s.Cost, err = s.Work.Cost(b.Produced+b.Scrap, *b.Rates); err != nil {
		return err
	}
	if b.Cost.Labor, err = b.Cost.Labor.Plus(s.Cost); err != nil {
		return err
	}
	_, err = db.For(tx).RecordStepCost(ctx, db.RecordStepCostIn{BatchID: b.ID, Position: int64(i), Cost: s.Cost})
	return err
}

// distribute gives the pieces to the order lines, with their share of the cost.
func (b *Batch) distribute(ctx context.Context, tx *store.Tx) error {
	rest := b.Produced
	for i := range b.Allocations {
		a := &b.Allocations[i]
		a.Completed = min(a.Planned, rest)
		rest -= a.Completed
	}
	shares, err := b.shares()
	if err != nil {
		return err
	}
	for i, a := range b.Allocations {
		if a.Completed == 0 {
			continue
		}
		if err := b.give(ctx, tx, a.LineID, a.Completed, shares[i]); err != nil {
			return err
		}
	}
	return nil
}

// shares are what each line bears of the cost. They are of what was produced, so that pieces for nobody keep theirs; the last line
// takes the rounding when every piece has a line.
func (b *Batch) shares() ([]catalog.Cost, error) {
	shares := make([]catalog.Cost, len(b.Allocations))
	rest, left := b.Produced, b.Cost
	for i, a := range b.Allocations {
		if a.Completed == 0 {
			continue
		}
		share, err := b.share(a.Completed)
		if err != nil {
			return nil, err
		}
		if rest -= a.Completed; rest == 0 {
			share = left
		}
		left = catalog.Cost{Material: left.Material - share.Material, Labor: left.Labor - share.Labor, Overhead: left.Overhead - share.Overhead}
		shares[i] = share
	}
	return shares, nil
}

func (b *Batch) share(pieces quantity.Quantity) (share catalog.Cost, err error) {
	for _, part := range []struct {
		of   money.Amount
		into *money.Amount
	}{{b.Cost.Material, &share.Material}, {b.Cost.Labor, &share.Labor}, {b.Cost.Overhead, &share.Overhead}} {
		if *part.into, err = part.of.Share(int64(pieces), int64(b.Produced)); err != nil {
			return share, err
		}
	}
	return share, nil
}

func (b *Batch) give(ctx context.Context, tx *store.Tx, line id.ID, pieces quantity.Quantity, share catalog.Cost) error {
	if _, err := db.For(tx).CompleteAllocation(ctx, db.CompleteAllocationIn{BatchID: b.ID, OrderLineID: line, CompletedQuantity: pieces}); err != nil {
		return err
	}
	return orders.Record(ctx, tx, line, orders.Made{Quantity: pieces, Material: share.Material, Labor: share.Labor, Overhead: share.Overhead})
}
