package takeout

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"regexp"
	"slices"
	"time"

	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/depot"
	"craftplan/internal/files"
	"craftplan/internal/id"
	"craftplan/internal/organizations"
	"craftplan/internal/store"
	"craftplan/internal/takeout/internal/db"
)

// Schedule writes an archive of each organization into the host's depot, every day or every week, and keeps the last of them.
type Schedule struct {
	Store *store.Store
	Files *files.Library
	To    depot.Depot
	Usual organizations.Schedule // of organizations without one of their own
	Most  int                    // archives of an organization that are kept
	Log   *slog.Logger
}

// ScheduleSweep is the job that looks which organizations are due.
type ScheduleSweep struct{}

// Kind names the job.
func (ScheduleSweep) Kind() string { return "takeout_sweep" }

// Scheduled is an organization's job of being written into an archive. For which day is read when it is worked.
type Scheduled struct{ store.Slow }

// Kind names the job.
func (Scheduled) Kind() string { return "takeout_scheduled" }

// due is the day (UTC) for which an archive is to be there now, if there is one. A Monday that was missed is made up for on another day of
// its week.
func due(s organizations.Schedule, today calendar.Date) (calendar.Date, bool) {
	switch s {
	case organizations.Daily:
		return today, true
	case organizations.Weekly:
		return today.AddDays(-((int(today.Weekday()) + 6) % 7)), true
	}
	return calendar.Date{}, false
}

// Leave leaves a job for each active organization that is due, once. What goes wrong with one keeps no other from it.
func (s Schedule) Leave(ctx context.Context) error {
	var all []db.SchedulesRow
	err := s.Store.SystemView(ctx, "takeout: who may be due", func(tx *store.SystemTx) (err error) {
		all, err = db.ForSystem(tx).Schedules(ctx)
		return err
	})
	if err != nil {
		return err
	}
	today := calendar.Of(s.Store.Now(), time.UTC)
	for _, o := range all {
		own := organizations.Schedule(o.ExportSchedule)
		if own == organizations.Usual {
			own = s.Usual
		}
		if day, ok := due(own, today); ok && (o.ExportTakenOn == nil || o.ExportTakenOn.Before(day)) {
			err = errors.Join(err, s.leave(ctx, o.ID, day))
		}
	}
	return err
}

func (s Schedule) leave(ctx context.Context, which id.Organization, day calendar.Date) error {
	return s.Store.Provision(ctx, which, authz.Actor{}, store.Context{Zone: time.UTC}, func(system *store.SystemTx, tx *store.Tx) error {
		taken, err := db.ForSystem(system).TakeDay(ctx, db.TakeDayParams{Organization: which, Today: &day})
		if err != nil || taken == 0 { // somebody else was quicker, or it was suspended meanwhile
			return err
		}
		return tx.Enqueue(ctx, Scheduled{})
	})
}

// Carry does an organization's job: it writes the archive that should be there, unless it is. It can be run again at any time.
func (s Schedule) Carry(ctx context.Context, o organizations.Organization, scope store.Scope) error {
	if o.ExportDue == nil || o.ExportedOn != nil && !o.ExportedOn.Before(*o.ExportDue) {
		return nil
	}
	folder, name := o.ID.String(), o.Slug+"-"+s.Store.Now().UTC().Format(timed)+".zip"
	var m Manifest
	size, err := stream(func(to io.Writer) (err error) {
		m, err = Exporter{Store: s.Store, Files: s.Files}.Export(ctx, o, scope, to)
		return err
	}, func(from io.Reader) error { return s.To.Put(ctx, folder, name, from) })
	if err != nil {
		return err
	}
	err = s.Store.System(ctx, "takeout: note that an archive is there", func(tx *store.SystemTx) error {
		_, err := db.ForSystem(tx).NoteExported(ctx, db.NoteExportedParams{Organization: o.ID, Today: o.ExportDue})
		return err
	})
	if err != nil {
		return err
	}
	s.Log.InfoContext(ctx, "an archive was written", "folder", folder, "file", name, "rows", m.Rows(), "bytes", size)
	return s.prune(ctx, folder)
}

// timed is how a name tells the moment (UTC), so that names sort as moments do.
const timed = "20060102T150405Z"

var archived = regexp.MustCompile(`^.+-(\d{8}T\d{6}Z)\.zip(` + regexp.QuoteMeta(depot.Part) + `.*)?$`)

// prune removes the oldest archives of an organization, whatever its address was then, and what a killed process left. What has another
// name is not touched.
func (s Schedule) prune(ctx context.Context, folder string) error {
	names, err := s.To.Names(ctx, folder)
	if err != nil {
		return err
	}
	abandonedBy := s.Store.Now().Add(-abandoned).UTC().Format(timed)
	var whole []archiveName
	for _, name := range names {
		m := archived.FindStringSubmatch(name)
		switch {
		case m == nil:
		case m[2] == "":
			whole = append(whole, archiveName{name, m[1]})
		case m[1] < abandonedBy:
			err = errors.Join(err, s.To.Remove(ctx, folder, name))
		}
	}
	for _, old := range oldest(whole, s.Most) {
		err = errors.Join(err, s.To.Remove(ctx, folder, old))
	}
	return err
}

type archiveName struct{ name, at string }

// oldest are those beyond the number that is kept.
func oldest(all []archiveName, most int) (names []string) {
	slices.SortFunc(all, func(a, b archiveName) int { return cmp.Compare(a.at, b.at) })
	for _, a := range all[:max(0, len(all)-most)] {
		names = append(names, a.name)
	}
	return names
}

// CountMissing is how many active organizations are without the archive that they were due for, for the operator's metrics.
func CountMissing(ctx context.Context, st *store.Store) (n int64, err error) {
	err = st.SystemView(ctx, "metrics: archives that are missing", func(tx *store.SystemTx) (err error) {
		n, err = db.ForSystem(tx).CountMissing(ctx)
		return err
	})
	return n, err
}
