package importing

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"craftplan/internal/audit"
	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/importing/internal/db"
	"craftplan/internal/store"
)

// undone rows of one transaction: fewer than are imported at once, for each may take several things back.
const undoPart = 200

// undoPart is how many rows are undone at once: all, where they depend on one another.
func (k *Kind) undoPart() int {
	if k.together {
		return k.Limit
	}
	return undoPart
}

// Undoable tells whether an import is the latest that was started and has changed something. A failed one may have: of the rows before
// that on which it gave up.
func Undoable(ctx context.Context, tx *store.Tx, i Import) (bool, error) {
	if err := tx.Require(authz.Import); err != nil {
		return false, err
	}
	if i.Status != Done && i.Status != Failed {
		return false, nil
	}
	started, err := db.For(tx).StartedImports(ctx)
	if err != nil || len(started) == 0 || started[0].ID != i.ID {
		return false, err
	}
	rows, err := db.For(tx).NotedRows(ctx, db.NotedRowsIn{ImportID: i.ID, CountOf: 1})
	return len(rows) > 0, err
}

// Undo leaves the job that takes back what the latest import did.
func Undo(ctx context.Context, tx *store.Tx, which id.ID) error {
	if err := tx.Require(authz.Import); err != nil {
		return err
	}
	i, err := locked(ctx, tx, which)
	if err != nil {
		return err
	}
	ok, err := Undoable(ctx, tx, i)
	if err != nil {
		return err
	}
	if !ok {
		return fault.Conflict("Only the latest import can be undone, and only once.")
	}
	if err := db.For(tx).ForgetProblems(ctx, db.ForgetProblemsIn{ImportID: i.ID}); err != nil {
		return err
	}
	i.Status, i.Done = Undoing, 0
	if err := i.save(ctx, tx); err != nil {
		return err
	}
	if err := audit.Record(ctx, tx, audit.Change{Action: audit.Reversed, Kind: audit.Import, Record: i.FileName, Was: audit.Fields{"What": i.Kind.Label}}); err != nil {
		return err
	}
	return tx.Enqueue(ctx, Work{i.ID, tx.Actor().UserID})
}

// takeBack undoes part by part, the last rows first.
func (d *Desk) takeBack(ctx context.Context, scope store.Scope, i Import, job Work) error {
	for more := true; more; {
		if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < spare {
			return d.store.Update(ctx, scope, func(tx *store.Tx) error { return tx.Enqueue(ctx, job) })
		}
		err := d.store.Update(ctx, scope, func(tx *store.Tx) (err error) {
			more, err = takeBackPart(ctx, tx, i, i.Kind.undoPart(), i.Kind.undo)
			return err
		})
		if errors.Is(err, errInUse) {
			more, err = d.oneByOne(ctx, scope, i)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// oneByOne undoes the next part row by row, because something names one of them.
func (d *Desk) oneByOne(ctx context.Context, scope store.Scope, i Import) (more bool, err error) {
	keep := func(context.Context, *store.Tx, []deed) ([]string, error) { return []string{used}, nil }
	for range undoPart {
		for _, undo := range []func(context.Context, *store.Tx, []deed) ([]string, error){i.Kind.undo, keep} {
			err = d.store.Update(ctx, scope, func(tx *store.Tx) (err error) {
				more, err = takeBackPart(ctx, tx, i, 1, undo)
				return err
			})
			if !errors.Is(err, errInUse) {
				break
			}
		}
		if err != nil || !more {
			return more, err
		}
	}
	return more, nil
}

// takeBackPart undoes so many rows, the last of those that are left, and says whether there may be more.
func takeBackPart(ctx context.Context, tx *store.Tx, of Import, most int, undo func(context.Context, *store.Tx, []deed) ([]string, error)) (more bool, err error) {
	which := of.ID
	i, err := locked(ctx, tx, which)
	if err != nil || i.Status != Undoing {
		return false, err
	}
	rows, err := db.For(tx).NotedRows(ctx, db.NotedRowsIn{ImportID: which, CountOf: int32(most)})
	if err != nil {
		return false, err
	}
	if len(rows) == 0 {
		i.Status, i.EndedAt = Undone, new(tx.Now())
		return false, i.save(ctx, tx)
	}
	deeds := make([]deed, len(rows))
	for n, r := range rows {
		if err := json.Unmarshal([]byte(r.Deed), &deeds[n]); err != nil {
			return false, err
		}
	}
	reasons, err := undo(ctx, tx, deeds)
	if err != nil {
		return false, err
	}
	var problems []Problem
	for n, r := range rows {
		if _, err := db.For(tx).ForgetRow(ctx, db.ForgetRowIn{ImportID: which, Row: r.Row}); err != nil {
			return false, err
		}
		if reasons[n] == "" {
			i.Undone += max(1, deeds[n].Rows)
			continue
		}
		i.Kept += max(1, deeds[n].Rows)
		problems = append(problems, Problem{int(r.Row), deeds[n].SKU, reasons[n]})
	}
	if err := i.noteProblems(ctx, tx, problems); err != nil {
		return false, err
	}
	for _, d := range deeds {
		i.Done += max(1, d.Rows)
	}
	return true, i.save(ctx, tx)
}
