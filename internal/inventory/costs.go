package inventory

import (
	"context"

	"craftplan/internal/id"
	"craftplan/internal/store"
)

// CostsChanged is the job that is left in a transaction that changed what materials cost: whoever reckons with their costs works it.
type CostsChanged struct {
	Materials []id.ID `json:"materials"`
}

// Kind names the job.
func (CostsChanged) Kind() string { return "inventory_costs_changed" }

// costsChanged leaves the job.
func costsChanged(ctx context.Context, tx *store.Tx, materials ...id.ID) error {
	return tx.Enqueue(ctx, CostsChanged{materials})
}
