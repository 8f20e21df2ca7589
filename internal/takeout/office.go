package takeout

import (
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"craftplan/internal/accounts"
	"craftplan/internal/audit"
	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/fault"
	"craftplan/internal/files"
	"craftplan/internal/id"
	"craftplan/internal/store"
	"craftplan/internal/takeout/internal/db"
)

// Status is how far an archive is that an owner asked for.
type Status string

// The statuses.
const (
	Waiting Status = "waiting" // a job makes it
	Ready   Status = "ready"
	Failed  Status = "failed"
)

// Archive is one that an owner asked for.
type Archive struct {
	ID        id.ID
	Status    Status
	Rows      int64 // that there were when it was begun
	Done      int64 // of them are written
	Size      int64 // bytes
	Failure   string
	CreatedAt calendar.Instant
	By        string
	EndedAt   *calendar.Instant
}

// Keep is how long an archive is kept.
const Keep = 7 * 24 * time.Hour

// KeptUntil is when it is removed.
func (a Archive) KeptUntil() calendar.Instant {
	if a.EndedAt == nil {
		return a.CreatedAt.Add(Keep)
	}
	return a.EndedAt.Add(Keep)
}

// patience is after how long an archive is given up that nobody made: longer than a job is tried.
const patience = 24 * time.Hour

// Office makes the archives that owners ask for, keeps them for a while and hands them out.
type Office struct {
	store *store.Store
	files *files.Library
}

// NewOffice is the office of an installation.
func NewOffice(st *store.Store, library *files.Library) *Office { return &Office{st, library} }

// Make is the job of making an archive, in the name of who asked for it.
type Make struct {
	store.Slow
	Archive id.ID `json:"archive"`
	By      id.ID `json:"by"`
}

// Kind names the job.
func (Make) Kind() string { return "takeout_make" }

// Expire is the job of removing an archive.
type Expire struct {
	Archive id.ID `json:"archive"`
}

// Kind names the job.
func (Expire) Kind() string { return "takeout_expire" }

// Archives are those that were asked for and are still known, the latest first: at most one that is made and one that is ready.
func Archives(ctx context.Context, tx *store.Tx) ([]Archive, error) {
	if err := tx.Require(authz.Takeout); err != nil {
		return nil, err
	}
	return archives(ctx, tx)
}

func archives(ctx context.Context, tx *store.Tx) ([]Archive, error) {
	rows, err := db.For(tx).Takeouts(ctx)
	all := make([]Archive, len(rows))
	for i, r := range rows {
		all[i] = Archive{r.ID, Status(r.Status), r.RowCount, r.Done, r.Size, r.Failure, r.CreatedAt, r.Name, r.EndedAt}
	}
	return all, err
}

// archive is one of them, a NotFound fault when it is not known any more.
func archive(ctx context.Context, tx *store.Tx, which id.ID) (Archive, error) {
	all, err := archives(ctx, tx)
	if err != nil {
		return Archive{}, err
	}
	at := slices.IndexFunc(all, func(a Archive) bool { return a.ID == which })
	if at < 0 {
		return Archive{}, fault.NotFound("archive")
	}
	return all[at], nil
}

const archivesLock = "takeouts"

// Ask leaves the job that makes an archive. An earlier one is kept until the new one is ready.
func Ask(ctx context.Context, tx *store.Tx) error {
	if err := tx.Require(authz.Takeout); err != nil {
		return err
	}
	if err := tx.Lock(ctx, archivesLock); err != nil {
		return err
	}
	all, err := archives(ctx, tx)
	if err != nil {
		return err
	}
	for _, a := range all {
		switch {
		case a.Status == Waiting && tx.Now().Before(a.CreatedAt.Add(patience)):
			return fault.Conflict("An archive is being made already.")
		case a.Status != Ready:
			if err := remove(ctx, tx, a.ID); err != nil {
				return err
			}
		}
	}
	made := id.New()
	if err := db.For(tx).CreateTakeout(ctx, db.CreateTakeoutIn{ID: made, CreatedAt: tx.Now(), CreatedBy: tx.Actor().UserID}); err != nil {
		return err
	}
	if err := record(ctx, tx, "asked for"); err != nil {
		return err
	}
	return tx.Enqueue(ctx, Make{Archive: made, By: tx.Actor().UserID})
}

func record(ctx context.Context, tx *store.Tx, what string) error {
	return audit.Record(ctx, tx, audit.Change{Action: audit.Exported, Kind: audit.Organization, Became: audit.Fields{"Archive": what}})
}

// Stop gives up an archive that is being made.
func Stop(ctx context.Context, tx *store.Tx, which id.ID) error {
	if err := tx.Require(authz.Takeout); err != nil {
		return err
	}
	return discard(ctx, tx, which, "given up", func(a Archive) error {
		if a.Status != Waiting {
			return fault.Conflict("The archive was made meanwhile.")
		}
		return nil
	})
}

// Remove removes an archive that is not being made.
func Remove(ctx context.Context, tx *store.Tx, which id.ID) error {
	if err := tx.Require(authz.Takeout); err != nil {
		return err
	}
	return discard(ctx, tx, which, "removed", func(a Archive) error {
		if a.Status == Waiting {
			return fault.Conflict("The archive is being made.")
		}
		return nil
	})
}

func discard(ctx context.Context, tx *store.Tx, which id.ID, what string, may func(Archive) error) error {
	if err := tx.Lock(ctx, archivesLock); err != nil {
		return err
	}
	a, err := archive(ctx, tx, which)
	if err == nil {
		err = may(a)
	}
	if err != nil {
		return err
	}
	if err := remove(ctx, tx, which); err != nil {
		return err
	}
	return record(ctx, tx, what)
}

// remove forgets an archive, and leaves the job that removes its content.
func remove(ctx context.Context, tx *store.Tx, which id.ID) error {
	if _, err := db.For(tx).DeleteTakeout(ctx, db.DeleteTakeoutIn{ID: which}); err != nil {
		return err
	}
	return tx.Enqueue(ctx, Expire{which})
}

// Expire removes an archive. It can be run again at any time.
func (f *Office) Expire(ctx context.Context, scope store.Scope, job Expire) error {
	err := f.store.Update(ctx, scope, func(tx *store.Tx) error {
		_, err := db.For(tx).DeleteTakeout(ctx, db.DeleteTakeoutIn{ID: job.Archive})
		return err
	})
	if err != nil {
		return err
	}
	return f.files.Drop(ctx, scope.Organization(), job.Archive)
}

// errUnkept is what is told of an archive whose content is gone, as after the restoring of a backup, which has none of them.
var errUnkept = fault.Conflict("The archive is not kept any more. Make a new one.")

// Open hands out an archive that is ready, to who may have it and knows their password, and records that. One that is not known is a
// NotFound fault; the field name of others is current.
func (f *Office) Open(ctx context.Context, scope store.Scope, which id.ID, by accounts.User, password string) (a Archive, content io.ReadCloser, err error) {
	if err := scope.Actor().Require(authz.Takeout); err != nil {
		return a, nil, err
	}
	err = f.store.View(ctx, scope, func(tx *store.Tx) (err error) {
		a, err = archive(ctx, tx, which)
		return err
	})
	if err == nil && a.Status != Ready {
		err = fault.Conflict("The archive is not ready.")
	}
	if err == nil {
		err = accounts.ProveSelf(ctx, f.store, by, password)
	}
	if err != nil {
		return a, nil, err
	}
	content, err = f.content(ctx, scope, which)
	if err != nil {
		return a, nil, err
	}
	if err := f.store.Update(ctx, scope, func(tx *store.Tx) error { return record(ctx, tx, "downloaded") }); err != nil {
		return a, nil, errors.Join(err, content.Close())
	}
	return a, content, nil
}

func (f *Office) content(ctx context.Context, scope store.Scope, which id.ID) (content io.ReadCloser, err error) {
	err = f.store.View(ctx, scope, func(tx *store.Tx) (err error) {
		content, err = f.files.Content(ctx, tx, which)
		return err
	})
	if fault.Is(err, fault.KindNotFound) {
		err = errUnkept
	}
	return content, err
}
