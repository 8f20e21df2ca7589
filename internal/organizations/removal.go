package organizations

import (
	"context"
	"errors"

	"craftplan/internal/accounts"
	"craftplan/internal/calendar"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/mail"
	"craftplan/internal/organizations/internal/db"
	"craftplan/internal/store"
)

// A removal goes in transactions of so many rows, and in jobs of so many transactions: nobody else waits long, and what is cut short
// goes on where it was.
const (
	removedAtOnce = 2000
	removedInAJob = 200 // transactions
)

// ErrUnfinished says that a removal did its share and is to go on.
var ErrUnfinished = errors.New("the removal goes on")

// Remover removes organizations whose grace is over.
type Remover struct {
	Store *store.Store
	// Contents removes all contents of an organization's files.
	Contents func(context.Context, id.Organization) error
	Batch    int64 // rows of a transaction; 0 is the usual
	// Rest is what comes between two transactions; nil is nothing.
	Rest func(context.Context) error
}

// Remove removes an organization: first its rows, then the contents of its files, at last its jobs, members, address and itself. What
// is left is a summary, but of an organization that never arrived. It can be broken off and begun again at any moment; ErrUnfinished says that it should be. An organization that
// is gone, or whose time has not come, is none to remove.
func (r Remover) Remove(ctx context.Context, which id.Organization) error {
	o, scope, err := OpenByID(ctx, r.Store, which)
	if fault.Is(err, fault.KindNotFound) || err == nil && !o.Gone(calendar.At(r.Store.Now())) {
		return nil
	}
	if err != nil {
		return err
	}
	for range removedInAJob {
		some, err := r.some(ctx, o, scope)
		if err != nil {
			return err
		}
		if some == 0 {
			if err := r.Contents(ctx, o.ID); err != nil {
				return err
			}
			return r.last(ctx, o, scope)
		}
		if r.Rest == nil {
			continue
		}
		if err := r.Rest(ctx); err != nil {
			return err
		}
	}
	return ErrUnfinished
}

// some removes one transaction's share of rows, and adds it to the summary.
func (r Remover) some(ctx context.Context, o Organization, scope store.Scope) (rows int64, err error) {
	most := r.Batch
	if most == 0 {
		most = removedAtOnce
	}
	err = r.Store.Provision(ctx, o.ID, scope.Actor(), scope.Context(), func(system *store.SystemTx, tx *store.Tx) error {
		if err := stillGone(ctx, system, o.ID); err != nil {
			return err
		}
		removed, err := tx.RemoveSome(ctx, most)
		if err != nil {
			return err
		}
		rows = removed.Rows()
		return o.noteRemoval(ctx, system, rows, removed["files"])
	})
	return rows, err
}

// stillGone makes sure, in the transaction that deletes, that the organization's time has come.
func stillGone(ctx context.Context, system *store.SystemTx, which id.Organization) error {
	held, err := db.ForSystem(system).HoldForRemoval(ctx, db.HoldForRemovalParams{Organization: which, Moment: new(system.Now())})
	if err == nil && held == 0 {
		err = fault.Conflict("The organization is not to be removed.")
	}
	return err
}

// noteRemoval adds to what is kept of the organization: of one that never arrived, nothing.
func (o Organization) noteRemoval(ctx context.Context, system *store.SystemTx, rows, files int64) error {
	if o.arriving {
		return nil
	}
	return db.ForSystem(system).NoteRemoval(ctx, db.NoteRemovalParams{Organization: id.ID{UUID: o.ID.UUID}, Name: o.Name, Slug: o.Slug, Reason: o.Why, CreatedAt: o.CreatedAt, ClosedAt: o.Closing.Since, ClosedBy: o.Closing.By,
		RowsRemoved: rows, FilesRemoved: files})
}

// last removes what everything else referred to, when nothing does any more. The audit log goes with the organization's own row.
func (r Remover) last(ctx context.Context, o Organization, scope store.Scope) error {
	return r.Store.Provision(ctx, o.ID, scope.Actor(), scope.Context(), func(system *store.SystemTx, tx *store.Tx) error {
		if err := stillGone(ctx, system, o.ID); err != nil {
			return err
		}
		running, err := tx.RemoveJobs(ctx)
		if err != nil {
			return err
		}
		if running > 0 {
			return ErrUnfinished
		}
		if err := o.tell(ctx, system, mail.Message{Subject: o.Name + " was removed", Lines: []string{o.Name + " was closed, and all that was in it is removed. Its address is given to nobody else."}}); err != nil {
			return err
		}
		audited, err := db.For(tx).CountAudited(ctx)
		if err != nil {
			return err
		}
		people, err := Everybody(ctx, tx)
		if err != nil {
			return err
		}
		members, err := o.end(ctx, system)
		if err != nil {
			return err
		}
		if o.arriving {
			return forget(ctx, system, people)
		}
		if err := o.noteRemoval(ctx, system, audited+members, 0); err != nil {
			return err
		}
		_, err = db.ForSystem(system).EndRemoval(ctx, db.EndRemovalParams{Organization: id.ID{UUID: o.ID.UUID}, RemovedAt: new(tx.Now())})
		return err
	})
}

// forget removes the users who stood for people of an organization that never arrived.
func forget(ctx context.Context, system *store.SystemTx, people []Member) error {
	for _, p := range people {
		if err := accounts.ForgetFormer(ctx, system, p.UserID); err != nil {
			return err
		}
	}
	return nil
}

// end deletes what the directory knows of the organization; its slugs stay taken.
func (o Organization) end(ctx context.Context, system *store.SystemTx) (members int64, err error) {
	directory := db.ForSystem(system)
	if err := accounts.EndSessionsOnly(ctx, system, o.ID, nil); err != nil {
		return 0, err
	}
	if err := directory.RetireSlugs(ctx, db.RetireSlugsParams{Organization: o.ID, RetiredAt: system.Now()}); err != nil {
		return 0, err
	}
	if err := directory.DeleteSlugs(ctx, db.DeleteSlugsParams{Organization: o.ID}); err != nil {
		return 0, err
	}
	if members, err = directory.DeleteMemberships(ctx, db.DeleteMembershipsParams{Organization: o.ID}); err != nil {
		return 0, err
	}
	deleted, err := directory.DeleteOrganization(ctx, db.DeleteOrganizationParams{Organization: o.ID, Until: new(system.Now())})
	if err == nil && deleted == 0 {
		err = fault.Conflict("The organization is not to be removed.")
	}
	return members, err
}

// Closed is what is kept of an organization that was removed, or is being.
type Closed struct {
	ID          id.ID
	Name, Slug  string
	Reason      string
	CreatedAt   calendar.Instant
	ClosedAt    calendar.Instant
	ClosedBy    *id.ID // nil is the operator
	Rows, Files int64
	RemovedAt   *calendar.Instant // nil while it is under way
}

// ListClosed is all organizations that were removed, by slug: for the operator.
func ListClosed(ctx context.Context, st *store.Store) ([]Closed, error) {
	var rows []db.ClosedOrganization
	err := st.SystemView(ctx, "operator: list closed organizations", func(tx *store.SystemTx) (err error) {
		rows, err = db.ForSystem(tx).ListClosed(ctx)
		return err
	})
	list := make([]Closed, len(rows))
	for i, r := range rows {
		list[i] = Closed{r.Organization, r.Name, r.Slug, r.Reason, r.CreatedAt, r.ClosedAt, r.ClosedBy, r.RowsRemoved, r.FilesRemoved, r.RemovedAt}
	}
	return list, err
}
