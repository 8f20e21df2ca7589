package production

import (
	"context"
	"fmt"
	"strings"

	"craftplan/internal/authz"
	"craftplan/internal/catalog"
	"craftplan/internal/fault"
	"craftplan/internal/orders"
	"craftplan/internal/production/internal/db"
	"craftplan/internal/store"
)

// Start begins a batch: the recipe and what it needs are frozen, and its confirmed orders are in progress.
func Start(ctx context.Context, tx *store.Tx, code string) (Batch, error) {
	if err := tx.Require(authz.ProductionWrite); err != nil {
		return Batch{}, err
	}
	b, err := Get(ctx, tx, code)
	if err != nil {
		return Batch{}, err
	}
	recipe, err := catalog.GetRecipe(ctx, tx, b.ProductID, 0)
	if err != nil {
		return Batch{}, err
	}
	if recipe != nil {
		b.RecipeID = &recipe.ID
	}
	now, actor := tx.Now(), tx.Actor().UserID
	started, err := db.For(tx).StartBatch(ctx, db.StartBatchIn{ID: b.ID, RecipeID: b.RecipeID, StartedAt: &now, StartedBy: &actor})
	if err != nil {
		return Batch{}, err
	}
	if started == 0 {
		return Batch{}, b.notNow("started")
	}
	for _, c := range b.Components {
		if err := db.For(tx).CreateComponent(ctx, db.CreateComponentIn{BatchID: b.ID, MaterialID: c.MaterialID, Quantity: c.Quantity, Yield: c.Yield}); err != nil {
			return Batch{}, err
		}
	}
	for _, a := range b.Allocations {
		if err := orders.Begin(ctx, tx, a.LineID); err != nil {
			return Batch{}, err
		}
	}
	b.Status, b.Started = "in_progress", &now
	return b, nil
}

func (b Batch) notNow(verb string) error {
	return fault.Conflict(fmt.Sprintf("Batch %s is %s now, so it cannot be %s.", b.Code, strings.ReplaceAll(b.Status, "_", " "), verb))
}

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
	return db.For(tx).DeleteAllocations(ctx, db.DeleteAllocationsIn{BatchID: b.ID})
}

// CancelOrder cancels an order that is in no batch; one that is in a batch is refused, with what to do first.
func CancelOrder(ctx context.Context, tx *store.Tx, reference string) error {
	if err := tx.Require(authz.OrdersWrite); err != nil {
		return err
	}
	o, err := orders.Get(ctx, tx, reference)
	if err != nil {
		return err
	}
	batches, err := db.For(tx).BatchesOfOrder(ctx, db.BatchesOfOrderIn{OrderID: o.ID})
	if err != nil {
		return err
	}
	if batches > 0 {
		return fault.Conflict("The order is in a batch. Cancel the batch first.")
	}
	_, err = orders.Move(ctx, tx, reference, orders.Cancelled)
	return err
}
