package inventory

import (
	"context"

	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory/internal/db"
	"craftplan/internal/money"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
)

// Finding is what a count found of a lot at a place at a moment.
type Finding struct {
	ItemID, LotID, LocationID id.ID
	Counted                   quantity.Quantity
	At                        calendar.Instant
	Reason                    string
}

// Found is by how much that differs from what the ledger says of the moment, and what the difference is worth.
type Found struct {
	Difference quantity.Quantity
	Value      money.Amount
}

// Correct books what a count found that should not be so. Either all of it fits what moved since, or nothing is changed and the error
// says which lot is to be counted again.
func Correct(ctx context.Context, tx *store.Tx, findings []Finding, source Source) ([]Found, error) {
	if err := tx.Require(authz.InventoryWrite); err != nil {
		return nil, err
	}
	s, err := ReadSettings(ctx, tx)
	if err != nil {
		return nil, err
	}
	items := make([]id.ID, len(findings))
	for i, f := range findings {
		items[i] = f.ItemID
	}
	if err := lock(ctx, tx, items...); err != nil {
		return nil, err
	}
	all := make([]Found, len(findings))
	for i, f := range findings {
		book, err := db.For(tx).BookOf(ctx, db.BookOfIn{LotID: f.LotID, LocationID: f.LocationID, At: f.At})
		if err != nil {
			return nil, err
		}
		if all[i].Difference = f.Counted - book; all[i].Difference == 0 {
			continue
		}
		if all[i].Value, err = f.post(ctx, tx, all[i].Difference, source); err != nil {
			return nil, err
		}
		if err := s.moved(ctx, tx, f.At, f.ItemID); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (f Finding) post(ctx context.Context, tx *store.Tx, difference quantity.Quantity, source Source) (money.Amount, error) {
	l, err := lotByID(ctx, tx, f.LotID)
	if err != nil {
		return 0, err
	}
	value, err := l.share(difference)
	if err != nil {
		return 0, err
	}
	if err = checkPast(ctx, tx, l, f.LocationID, -difference, f.At); err == nil {
		err = post(ctx, tx, entry{item: f.ItemID, lot: f.LotID, location: f.LocationID, kind: Stocktake, quantity: difference, value: value, reason: f.Reason, source: source, at: f.At})
	}
	if fault.Is(err, fault.KindInvalid) {
		err = fault.Conflict("What moved since lot " + l.Code + " was counted does not fit what was found. Count it again.")
	}
	return value, err
}
