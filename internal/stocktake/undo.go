package stocktake

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"craftplan/internal/audit"
	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/inventory"
	"craftplan/internal/stocktake/internal/db"
	"craftplan/internal/store"
)

// Undo takes back what the approval of a count booked, by movements of its own; the count stays readable, and is counted among the
// accurate ones no more. What was taken back by itself before stays so. It is a Conflict, and nothing is changed, when what was found
// more has been used since: a lot would have less than nothing. The field in errors is reason.
func Undo(ctx context.Context, tx *store.Tx, reference, reason string) error {
	if err := tx.Require(authz.Archive); err != nil {
		return err
	}
	reason = strings.Join(strings.Fields(reason), " ")
	if utf8.RuneCountInString(reason) > 200 {
		return fault.Invalid("reason", "Use at most 200 characters.")
	}
	if err := tx.Lock(ctx, "count "+reference); err != nil {
		return err
	}
	c, err := Get(ctx, tx, reference)
	if err != nil {
		return err
	}
	switch c.Status {
	case Undone:
		return fault.Conflict(fmt.Sprintf("This count was undone by %s already.", c.UndoneBy))
	case Approved:
	default:
		return fault.Conflict("Only a count that was approved can be undone.")
	}
	told := reason
	if told == "" {
		told = c.Reference + " was undone"
	}
	if err := inventory.ReverseSource(ctx, tx, c.source(), told); err != nil {
		return err
	}
	if err := db.For(tx).UndoCount(ctx, db.UndoCountIn{CountID: c.ID, UndoneAt: tx.Now(), UndoneBy: tx.Actor().UserID, Reason: reason}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Change{Action: audit.Reversed, Kind: audit.Count, Record: c.Reference, Became: audit.Fields{"Reason": reason}})
}
