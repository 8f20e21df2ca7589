package digest

import (
	"context"
	"errors"

	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/digest/internal/db"
	"craftplan/internal/id"
	"craftplan/internal/store"
)

// Sweep is the job that looks where a morning has come.
type Sweep struct{}

// Kind names the job.
func (Sweep) Kind() string { return "digest_sweep" }

// Morning is an organization's job of sending its digests. Who is due is read when it is worked.
type Morning struct{}

// Kind names the job.
func (Morning) Kind() string { return "digest_morning" }

// LeaveMornings leaves a job for each active organization whose morning has come, once a morning. What goes wrong with one organization
// keeps no other from it.
func LeaveMornings(ctx context.Context, st *store.Store) error {
	var all []db.MorningsRow
	err := st.SystemView(ctx, "digest: where a morning may have come", func(tx *store.SystemTx) (err error) {
		all, err = db.ForSystem(tx).Mornings(ctx)
		return err
	})
	if err != nil {
		return err
	}
	for _, o := range all {
		zone, e := calendar.Zone(o.TimeZone)
		if e != nil {
			err = errors.Join(err, e)
			continue
		}
		if morning, ok := Daily.morning(calendar.At(st.Now()), zone); ok && (o.DigestedOn == nil || o.DigestedOn.Before(morning)) {
			err = errors.Join(err, leave(ctx, st, o.ID, morning, store.Context{Zone: zone}))
		}
	}
	return err
}

// leave takes the morning of one organization, and leaves a job where somebody wants to be mailed at all.
func leave(ctx context.Context, st *store.Store, organization id.Organization, morning calendar.Date, where store.Context) error {
	return st.Provision(ctx, organization, authz.Actor{}, where, func(system *store.SystemTx, tx *store.Tx) error {
		taken, err := db.ForSystem(system).TakeMorning(ctx, db.TakeMorningParams{Organization: organization, Morning: &morning})
		if err != nil || taken == 0 { // somebody else was quicker, or it was suspended meanwhile
			return err
		}
		wanted, err := db.For(tx).AnyChoice(ctx)
		if err != nil || !wanted {
			return err
		}
		return tx.Enqueue(ctx, Morning{})
	})
}
