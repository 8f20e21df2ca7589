package takeout

import (
	"context"
	"errors"
	"io"

	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/organizations"
	"craftplan/internal/store"
	"craftplan/internal/takeout/internal/db"
)

// errUnwanted ends the making of an archive that was removed meanwhile.
var errUnwanted = errors.New("nobody wants the archive any more")

// tries are how often the making of an archive is tried, unless the program is stopped: somebody waits for it.
const tries = 3

// Make does the job, with the right of who asked, for the first time or another.
func (f *Office) Make(ctx context.Context, o organizations.Organization, scope store.Scope, job Make, number int) error {
	err := scope.Actor().Require(authz.Takeout)
	if err == nil {
		err = f.make(ctx, o, scope, job)
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errUnwanted):
		return f.sweep(context.WithoutCancel(ctx), scope, job.Archive)
	case ctx.Err() != nil, number < tries && (fault.KindOf(err) == fault.KindInternal || fault.Is(err, fault.KindUnavailable)):
		return err
	}
	gaveUp := f.GiveUp(ctx, scope, job, err)
	if fault.KindOf(err) == fault.KindInternal {
		return errors.Join(gaveUp, err) // somebody should look at it
	}
	return gaveUp
}

func (f *Office) make(ctx context.Context, o organizations.Organization, scope store.Scope, job Make) error {
	var a Archive
	var rows int64
	err := f.store.View(ctx, scope, func(tx *store.Tx) (err error) {
		if a, err = archive(ctx, tx, job.Archive); err != nil || a.Status != Waiting {
			return err
		}
		rows, err = carriedRows(ctx, tx)
		return err
	})
	if fault.Is(err, fault.KindNotFound) {
		return errUnwanted
	}
	if err != nil || a.Status != Waiting {
		return err
	}
	if err := f.files.Drop(ctx, scope.Organization(), a.ID); err != nil { // what an earlier try left
		return err
	}
	size, err := f.write(ctx, o, scope, a, rows)
	if err != nil {
		return err
	}
	return f.store.Update(ctx, scope, func(tx *store.Tx) error { return finish(ctx, tx, a, size) })
}

// carriedRows is how many rows there are to carry.
func carriedRows(ctx context.Context, tx *store.Tx) (rows int64, err error) {
	counted, err := tx.CountRows(ctx)
	for table, n := range counted {
		if stays[table] == "" {
			rows += n
		}
	}
	return rows, err
}

// write keeps the archive, and notes now and then how far it is.
func (f *Office) write(ctx context.Context, o organizations.Organization, scope store.Scope, a Archive, rows int64) (size int64, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	note := func(done int64) {
		err := f.store.Update(ctx, scope, func(tx *store.Tx) error {
			noted, err := db.For(tx).NoteProgress(ctx, db.NoteProgressIn{ID: a.ID, RowCount: rows, Done: done})
			if err == nil && noted == 0 {
				err = errUnwanted
			}
			return err
		})
		if err != nil {
			cancel(err)
		}
	}
	note(0)
	exporter := Exporter{Store: f.store, Files: f.files, Progress: note}
	size, err = stream(func(to io.Writer) error {
		_, err := exporter.write(ctx, o, scope, to)
		return err
	}, func(from io.Reader) error { return f.files.Bring(ctx, scope.Organization(), a.ID, from) })
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return size, err
}

// finish says that an archive is ready, and takes away what it replaces.
func finish(ctx context.Context, tx *store.Tx, a Archive, size int64) error {
	if err := tx.Lock(ctx, archivesLock); err != nil {
		return err
	}
	ended, err := db.For(tx).EndTakeout(ctx, db.EndTakeoutIn{ID: a.ID, Status: string(Ready), Size: size, EndedAt: new(tx.Now())})
	if err != nil {
		return err
	}
	if ended == 0 {
		return errUnwanted
	}
	others, err := db.For(tx).DeleteOtherTakeouts(ctx, db.DeleteOtherTakeoutsIn{ID: a.ID})
	for _, other := range others {
		err = errors.Join(err, tx.Enqueue(ctx, Expire{other}))
	}
	if err != nil {
		return err
	}
	return tx.EnqueueIn(ctx, Expire{a.ID}, Keep)
}

// GiveUp ends the making of an archive, which needs no permission: nothing else would end it.
func (f *Office) GiveUp(ctx context.Context, scope store.Scope, job Make, why error) error {
	failure := "Something went wrong, and was noted on the server."
	if fault.KindOf(why) != fault.KindInternal {
		failure = fault.MessageOf(why)
	}
	var ended int64
	err := f.store.Update(ctx, scope, func(tx *store.Tx) (err error) {
		ended, err = db.For(tx).EndTakeout(ctx, db.EndTakeoutIn{ID: job.Archive, Status: string(Failed), Failure: failure, EndedAt: new(tx.Now())})
		return err
	})
	if err != nil || ended == 0 {
		return err
	}
	return f.files.Drop(ctx, scope.Organization(), job.Archive)
}

// sweep removes the content of an archive that is not known any more.
func (f *Office) sweep(ctx context.Context, scope store.Scope, which id.ID) error {
	err := f.store.View(ctx, scope, func(tx *store.Tx) error {
		_, err := archive(ctx, tx, which)
		return err
	})
	if fault.Is(err, fault.KindNotFound) {
		return f.files.Drop(ctx, scope.Organization(), which)
	}
	return err
}
