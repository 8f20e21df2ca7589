package production

import (
	"context"

	"craftplan/internal/audit"
	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/inventory"
	"craftplan/internal/orders"
	"craftplan/internal/production/internal/db"
	"craftplan/internal/store"
)

// Undo takes the completion of a batch back: what it made leaves the stock, what it took returns to its lots, and it is in progress
// again, as its orders are. Where what it made is gone, or another order has a claim on it, the error says so and nothing changes.
func Undo(ctx context.Context, tx *store.Tx, code, reason string) error {
	if err := tx.Require(authz.Archive); err != nil {
		return err
	}
	reason, err := orders.Because(reason, "The completion was undone")
	if err != nil {
		return err
	}
	b, err := Get(ctx, tx, code)
	if err != nil {
		return err
	}
	if err := tx.Lock(ctx, "batch "+b.ProductID.String()); err != nil { // nobody sets aside what goes away
		return err
	}
	reopened, err := db.For(tx).ReopenBatch(ctx, db.ReopenBatchIn{ID: b.ID})
	if err != nil {
		return err
	}
	if reopened == 0 {
		return b.notNow("undone")
	}
	before, err := StockOf(ctx, tx, b.ProductID)
	if err != nil {
		return err
	}
	if err := b.takeBack(ctx, tx); err != nil {
		return err
	}
	if err := inventory.ReverseSource(ctx, tx, b.source(), reason); err != nil {
		return err
	}
	after, err := StockOf(ctx, tx, b.ProductID)
	if err == nil && after.Usable < after.Reserved && before.Usable >= before.Reserved {
		err = fault.Conflict("Other orders have a claim on what this batch made: without it there are too few pieces of " + b.ProductName + " for those that are ready or waiting.")
	}
	if err != nil {
		return err
	}
	return b.became(ctx, tx, "in_progress", audit.Fields{"Reason": reason})
}

// takeBack takes from the lines what the batch gave them, and from its steps what they cost.
func (b *Batch) takeBack(ctx context.Context, tx *store.Tx) error {
	shares, err := b.shares()
	if err != nil {
		return err
	}
	for i, a := range b.Allocations {
		if a.Completed == 0 {
			continue
		}
		if _, err := db.For(tx).CompleteAllocation(ctx, db.CompleteAllocationIn{BatchID: b.ID, OrderLineID: a.LineID, CompletedQuantity: 0}); err != nil {
			return err
		}
		made := orders.Made{Quantity: a.Completed, Material: shares[i].Material, Labor: shares[i].Labor, Overhead: shares[i].Overhead}
		if err := orders.Unrecord(ctx, tx, a.LineID, made); err != nil {
			return err
		}
	}
	for i := range b.Steps {
		if _, err := db.For(tx).RecordStepCost(ctx, db.RecordStepCostIn{BatchID: b.ID, Position: int64(i), Cost: 0}); err != nil {
			return err
		}
	}
	return nil
}
