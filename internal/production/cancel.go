package production

import (
	"context"
	"fmt"

	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/orders"
	"craftplan/internal/production/internal/db"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
)

// Cancel gives up an open batch; its orders can be batched again.
func Cancel(ctx context.Context, tx *store.Tx, code string) error {
	if err := tx.Require(authz.ProductionWrite); err != nil {
		return err
	}
	b, err := Get(ctx, tx, code)
	if err != nil {
		return err
	}
	cancelled, err := db.For(tx).CancelBatch(ctx, db.CancelBatchIn{ID: b.ID})
	if err != nil {
		return err
	}
	if cancelled == 0 {
		return b.notNow("cancelled")
	}
	if err := db.For(tx).DeleteAllocations(ctx, db.DeleteAllocationsIn{BatchID: b.ID}); err != nil {
		return err
	}
	return b.became(ctx, tx, "cancelled", nil)
}

// LineBatch is a batch that holds a line of an order.
type LineBatch struct {
	BatchID            id.ID
	Code, Status       string
	DayNumber          int64
	Planned, Completed quantity.Quantity
}

// BatchesOfOrder are the batches that hold lines of an order, by line.
func BatchesOfOrder(ctx context.Context, tx *store.Tx, order id.ID) (map[id.ID][]LineBatch, error) {
	if err := tx.Require(authz.ProductionRead); err != nil {
		return nil, err
	}
	rows, err := db.For(tx).BatchesOfOrder(ctx, db.BatchesOfOrderIn{OrderID: order})
	batches := map[id.ID][]LineBatch{}
	for _, r := range rows {
		batches[r.OrderLineID] = append(batches[r.OrderLineID], LineBatch{r.BatchID, r.Code, r.Status, r.DayNumber, r.PlannedQuantity, r.CompletedQuantity})
	}
	return batches, err
}

// CancelOrder cancels an order and takes its lines out of batches that have not started. While a batch that started holds
// one of its lines, it is refused.
func CancelOrder(ctx context.Context, tx *store.Tx, reference string) error {
	if err := tx.Require(authz.OrdersWrite); err != nil {
		return err
	}
	o, err := orders.Move(ctx, tx, reference, orders.Cancelled)
	if err != nil {
		return err
	}
	batches, err := BatchesOfOrder(ctx, tx, o.ID)
	if err != nil {
		return err
	}
	for line, holding := range batches {
		for _, b := range holding {
			if err := b.release(ctx, tx, line); err != nil {
				return err
			}
		}
	}
	return nil
}

// release takes a line out of an open batch; a batch that nothing is left of is cancelled.
func (b LineBatch) release(ctx context.Context, tx *store.Tx, line id.ID) error {
	switch b.Status {
	case "in_progress":
		return fault.Conflict(fmt.Sprintf("Batch %s is being made for this order. Complete it first.", b.Code))
	case "open":
	default:
		return nil
	}
	if _, err := db.For(tx).ReleaseAllocation(ctx, db.ReleaseAllocationIn{BatchID: b.BatchID, OrderLineID: line}); err != nil {
		return err
	}
	reduced, err := db.For(tx).ReducePlan(ctx, db.ReducePlanIn{ID: b.BatchID, PlannedQuantity: b.Planned})
	if err == nil && reduced == 0 {
		return Cancel(ctx, tx, b.Code)
	}
	return err
}
