package production

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"craftplan/internal/audit"
	"craftplan/internal/authz"
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
	b, err := Get(ctx, tx.Reckoning(), code)
	if err != nil {
		return Batch{}, err
	}
	now, actor := tx.Now(), tx.Actor().UserID
	started, err := db.For(tx).StartBatch(ctx, db.StartBatchIn{ID: b.ID, RecipeID: b.RecipeID, StartedAt: &now, StartedBy: &actor})
	if err != nil {
		return Batch{}, err
	}
	if started == 0 {
		return Batch{}, b.notNow("started")
	}
	if err := b.freeze(ctx, tx); err != nil {
		return Batch{}, err
	}
	for _, a := range b.Allocations {
		if err := orders.Begin(ctx, tx, a.LineID); err != nil {
			return Batch{}, err
		}
	}
	if err := b.became(ctx, tx, "in_progress", nil); err != nil {
		return Batch{}, err
	}
	b.Started = &now
	b.withhold(tx)
	return b, nil
}

// became keeps that the batch has another status now, and what else is to be told of it.
func (b *Batch) became(ctx context.Context, tx *store.Tx, status string, more audit.Fields) error {
	became := audit.Fields{"Status": words(status)}
	maps.Copy(became, more)
	c := audit.Change{Action: audit.Moved, Kind: audit.Batch, Record: b.Code, Was: audit.Fields{"Status": words(b.Status)}, Became: became}
	b.Status = status
	return audit.Record(ctx, tx, c)
}

// words is a status in a sentence.
func words(status string) string { return strings.ReplaceAll(status, "_", " ") }

// freeze keeps what the batch is made by: recipes that are published later, its own and those of products in it, change nothing.
func (b Batch) freeze(ctx context.Context, tx *store.Tx) error {
	for _, c := range b.Components {
		if err := db.For(tx).CreateComponent(ctx, db.CreateComponentIn{BatchID: b.ID, MaterialID: c.MaterialID, Quantity: c.Quantity, Yield: c.Pieces}); err != nil {
			return err
		}
	}
	for i, w := range b.Steps {
		in := db.CreateStepIn{BatchID: b.ID, Position: int64(i), ProductID: w.ProductID, Name: w.Name, Minutes: w.Minutes, Pieces: w.Pieces, HourlyRate: w.HourlyRate}
		if err := db.For(tx).CreateStep(ctx, in); err != nil {
			return err
		}
	}
	return nil
}

func (b Batch) notNow(verb string) error {
	return fault.Conflict(fmt.Sprintf("Batch %s is %s now, so it cannot be %s.", b.Code, words(b.Status), verb))
}
