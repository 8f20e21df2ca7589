package importing

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"craftplan/internal/audit"
	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/importing/internal/db"
	"craftplan/internal/sheet"
	"craftplan/internal/store"
)

const (
	part  = 500              // rows of one transaction
	spare = 15 * time.Second // of a job's time that is left for the last part
)

// Check gives the columns their meaning, remembers it for the next file, and tries all rows without writing any.
func (d *Desk) Check(ctx context.Context, scope store.Scope, which id.ID, columns Columns) error {
	var i Import
	err := d.store.View(ctx, scope, func(tx *store.Tx) (err error) {
		i, err = Get(ctx, tx, which)
		return err
	})
	if err != nil {
		return err
	}
	table, err := d.Table(ctx, scope, i)
	if err != nil {
		return err
	}
	i.Columns = columns
	if err := i.mapped(table.Header); err != nil {
		return err
	}
	counts, problems, err := d.try(ctx, scope, i, table, nil)
	if err != nil {
		return err
	}
	return d.store.Update(ctx, scope, func(tx *store.Tx) error {
		now, err := locked(ctx, tx, which)
		if err != nil {
			return err
		}
		if now.Status != Mapping && now.Status != Checked {
			return errStarted
		}
		if err := now.remember(ctx, tx, table.Header, columns); err != nil {
			return err
		}
		now.Status, now.Columns, now.Counts = Checked, columns, counts
		if err := db.For(tx).ForgetProblems(ctx, db.ForgetProblemsIn{ImportID: which}); err != nil {
			return err
		}
		if err := now.noteProblems(ctx, tx, problems); err != nil {
			return err
		}
		return now.save(ctx, tx)
	})
}

// mapped tells what is wrong with the meaning of the columns, by field.
func (i Import) mapped(header []string) error {
	var p fault.Problems
	fields := map[int]string{}
	for _, f := range i.Kind.Fields {
		column, has := i.Columns[f.Name]
		switch {
		case !has && f.Needed:
			p.Addf(f.Name, "Choose the column that has the %s.", f.Label)
		case has && (column < 0 || column >= len(header)):
			p.Add(f.Name, "Choose a column of the file.")
		case has && fields[column] != "":
			p.Addf(f.Name, "This column is the %s already.", fields[column])
		case has:
			fields[column] = f.Label
		}
	}
	return p.Err()
}

// remember keeps what the heads of the file mean, and which were left out.
func (i Import) remember(ctx context.Context, tx *store.Tx, header []string, columns Columns) error {
	means := map[int]string{}
	for field, column := range columns {
		means[column] = field
	}
	for n, h := range header {
		if h = head(h); h == "" || len(h) > 200 {
			continue
		}
		if err := db.For(tx).RememberHead(ctx, db.RememberHeadIn{Kind: i.Kind.Name, Head: h, Field: means[n]}); err != nil {
			return err
		}
	}
	return nil
}

// parts are rows of a table in parts for one transaction each.
func (k *Kind) parts(rows []sheet.Row) (all [][]sheet.Row) {
	for len(rows) > 0 {
		n := min(part, len(rows))
		if k.together {
			n = len(rows)
		}
		all = append(all, rows[:n])
		rows = rows[n:]
	}
	return all
}

// errTried rolls back what was only tried.
var errTried = errors.New("it was only tried")

// tried runs what tries rows, and leaves nothing of it.
func (d *Desk) tried(ctx context.Context, scope store.Scope, k *Kind, fn func(*store.Tx) error) error {
	if !k.together {
		return d.store.View(ctx, scope, fn)
	}
	err := d.store.Update(ctx, scope, func(tx *store.Tx) error { return cmp.Or(fn(tx), errTried) })
	if errors.Is(err, errTried) {
		return nil
	}
	return err
}

// try tells what all rows would do. Nothing is written; each part is told of.
func (d *Desk) try(ctx context.Context, scope store.Scope, i Import, t sheet.Table, told func(done int64) error) (c Counts, problems []Problem, err error) {
	how := i.read(t, scope.Context().Locale)
	done := int64(0)
	for _, rows := range i.Kind.parts(t.Rows) {
		err := d.tried(ctx, scope, i.Kind, func(tx *store.Tx) error {
			outcomes, err := i.Kind.take(ctx, tx, &batch{reading: how, rows: rows})
			if err == nil {
				c.add(outcomes)
				problems = append(problems, problemsOf(outcomes)...)
			}
			return err
		})
		if done += int64(len(rows)); err == nil && told != nil {
			err = told(done)
		}
		if err != nil {
			return c, nil, err
		}
	}
	return c, problems, nil
}

// Start leaves the job that takes the file in: all rows or none, or those with nothing wrong.
func Start(ctx context.Context, tx *store.Tx, which id.ID, whole bool) error {
	if err := tx.Require(authz.Import); err != nil {
		return err
	}
	i, err := locked(ctx, tx, which)
	if err != nil {
		return err
	}
	switch {
	case i.Status != Checked:
		return errStarted
	case i.file == nil:
		return errExpired
	case whole && i.Refused > 0:
		return fault.Conflict("Some rows have something wrong. Mend the file, or import only the good rows.")
	case whole && i.Rows > int64(i.Kind.Whole):
		return fault.Conflict(fmt.Sprintf("All or nothing is for files of at most %d rows of this kind. Import the good rows, or divide the file.", i.Kind.Whole))
	case i.Changes() == 0:
		return fault.Conflict("There is nothing to import: no row changes anything.")
	}
	if err := nobodyElse(ctx, tx); err != nil {
		return err
	}
	if err := db.For(tx).ForgetOtherRows(ctx, db.ForgetOtherRowsIn{ImportID: i.ID}); err != nil {
		return err
	}
	if err := db.For(tx).ForgetProblems(ctx, db.ForgetProblemsIn{ImportID: i.ID}); err != nil {
		return err
	}
	i.Status, i.Whole, i.Done, i.Counts, i.StartedAt = Running, whole, 0, Counts{}, new(tx.Now())
	if err := i.save(ctx, tx); err != nil {
		return err
	}
	became := audit.Fields{"What": i.Kind.Label, "Rows": strconv.FormatInt(i.Rows, 10)}
	if err := audit.Record(ctx, tx, audit.Change{Action: audit.Imported, Kind: audit.Import, Record: i.FileName, Became: became}); err != nil {
		return err
	}
	return tx.Enqueue(ctx, Work{i.ID, tx.Actor().UserID})
}

// nobodyElse refuses to start while another import is worked on.
func nobodyElse(ctx context.Context, tx *store.Tx) error {
	started, err := db.For(tx).StartedImports(ctx)
	for _, s := range started {
		if Status(s.Status) == Running || Status(s.Status) == Undoing {
			return fault.Conflict("Another import is under way. Wait until it is done.")
		}
	}
	return err
}

// Run does the job. It goes on where an earlier try ended, and leaves the rest to another job when its time is over. The last try gives up.
func (d *Desk) Run(ctx context.Context, scope store.Scope, job Work, last bool) error {
	var i Import
	err := d.store.View(ctx, scope, func(tx *store.Tx) (err error) {
		i, err = Get(ctx, tx, job.Import)
		return err
	})
	switch {
	case err != nil:
	case i.Status == Running:
		err = d.run(ctx, scope, i, job)
	case i.Status == Undoing:
		err = d.takeBack(ctx, scope, i, job)
	}
	if err == nil || fault.KindOf(err) == fault.KindInternal && !last || errors.Is(err, context.Canceled) || fault.Is(err, fault.KindUnavailable) && !last {
		return err
	}
	return errors.Join(d.GiveUp(ctx, scope, job.Import, err), unexpected(err))
}

// unexpected are the errors that somebody should look at.
func unexpected(err error) error {
	if fault.KindOf(err) == fault.KindInternal {
		return err
	}
	return nil
}

// GiveUp ends an import early, which needs no permission: nothing else would end it.
func (d *Desk) GiveUp(ctx context.Context, scope store.Scope, which id.ID, why error) error {
	return d.store.Update(ctx, scope, func(tx *store.Tx) error {
		now, err := locked(ctx, tx, which)
		if err != nil || !now.Working() {
			return err
		}
		now.Status, now.EndedAt, now.Failure = Failed, new(tx.Now()), "Something went wrong, and was noted on the server."
		if fault.KindOf(why) != fault.KindInternal {
			now.Failure = fault.MessageOf(why)
		}
		return now.save(ctx, tx)
	})
}

func (d *Desk) run(ctx context.Context, scope store.Scope, i Import, job Work) error {
	table, err := d.Table(ctx, scope, i)
	if err != nil {
		return err
	}
	if i.Whole {
		return d.runWhole(ctx, scope, i, table)
	}
	how := i.read(table, scope.Context().Locale)
	for _, rows := range i.Kind.parts(table.Rows[min(i.Done, int64(len(table.Rows))):]) {
		if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < spare {
			return d.store.Update(ctx, scope, func(tx *store.Tx) error { return tx.Enqueue(ctx, job) })
		}
		err := d.store.Update(ctx, scope, func(tx *store.Tx) error {
			_, err := i.takeIn(ctx, tx, how, rows)
			return err
		})
		if err != nil {
			return err
		}
	}
	return d.store.Update(ctx, scope, func(tx *store.Tx) error { return end(ctx, tx, i.ID) })
}

// takeIn writes some rows, what they did, and what is wrong with those that it left out.
func (i Import) takeIn(ctx context.Context, tx *store.Tx, how *reading, rows []sheet.Row) ([]Problem, error) {
	now, err := locked(ctx, tx, i.ID)
	if err != nil {
		return nil, err
	}
	if now.Status != Running {
		return nil, errStarted
	}
	outcomes, err := i.Kind.take(ctx, tx, &batch{reading: how, rows: rows, write: true})
	if err != nil {
		return nil, err
	}
	if err := now.noteDeeds(ctx, tx, outcomes); err != nil {
		return nil, err
	}
	problems := problemsOf(outcomes)
	if err := now.noteProblems(ctx, tx, problems); err != nil {
		return nil, err
	}
	now.add(outcomes)
	now.Done += int64(len(rows))
	return problems, now.save(ctx, tx)
}

func (i Import) noteDeeds(ctx context.Context, tx *store.Tx, outcomes []Outcome) error {
	var rows []string
	for _, o := range outcomes {
		if o.deed.ID.IsZero() || o.Action != Created && o.Action != Updated {
			continue
		}
		text, err := json.Marshal(o.deed)
		if err != nil {
			return err
		}
		rows = append(rows, fmt.Sprintf("%08d%s", o.Row, text))
	}
	if len(rows) == 0 {
		return nil
	}
	return db.For(tx).NoteRows(ctx, db.NoteRowsIn{ImportID: i.ID, Deeds: store.Texts(rows)})
}

// runWhole tries all rows, for everybody to see how far it is, and writes them in one transaction.
func (d *Desk) runWhole(ctx context.Context, scope store.Scope, i Import, t sheet.Table) error {
	_, problems, err := d.try(ctx, scope, i, t, func(done int64) error {
		return d.store.Update(ctx, scope, func(tx *store.Tx) error {
			now, err := locked(ctx, tx, i.ID)
			if err != nil {
				return err
			}
			now.Done = done
			return now.save(ctx, tx)
		})
	})
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return d.refuse(ctx, scope, i, problems)
	}
	problems, err = d.takeWhole(ctx, scope, i, t)
	if errors.Is(err, errLeftOut) {
		return d.refuse(ctx, scope, i, problems)
	}
	return err
}

// errLeftOut rolls back what was taken in of all rows or none.
var errLeftOut = errors.New("some rows were left out")

// takeWhole writes all rows, or leaves nothing and tells what is wrong: rows that went when they were tried may be in each other's way, or
// in that of what was changed meanwhile.
func (d *Desk) takeWhole(ctx context.Context, scope store.Scope, i Import, t sheet.Table) (problems []Problem, err error) {
	how := i.read(t, scope.Context().Locale)
	err = d.store.Update(ctx, scope, func(tx *store.Tx) error {
		problems = nil
		now, err := locked(ctx, tx, i.ID)
		if err != nil {
			return err
		}
		now.Done = 0
		if err := now.save(ctx, tx); err != nil {
			return err
		}
		for _, rows := range i.Kind.parts(t.Rows) {
			wrong, err := i.takeIn(ctx, tx, how, rows)
			if err != nil {
				return err
			}
			problems = append(problems, wrong...)
		}
		if len(problems) > 0 {
			return errLeftOut
		}
		return end(ctx, tx, i.ID)
	})
	return problems, err
}

// refuse ends an import of all rows or none of which some have something wrong.
func (d *Desk) refuse(ctx context.Context, scope store.Scope, i Import, problems []Problem) error {
	return d.store.Update(ctx, scope, func(tx *store.Tx) error {
		now, err := locked(ctx, tx, i.ID)
		if err != nil {
			return err
		}
		now.Status, now.Failure, now.EndedAt = Failed, "Some rows have something wrong, so nothing was imported.", new(tx.Now())
		if err := now.noteProblems(ctx, tx, problems); err != nil {
			return err
		}
		return now.save(ctx, tx)
	})
}

func end(ctx context.Context, tx *store.Tx, which id.ID) error {
	now, err := locked(ctx, tx, which)
	if err != nil {
		return err
	}
	now.Status, now.EndedAt = Done, new(tx.Now())
	return now.save(ctx, tx)
}
