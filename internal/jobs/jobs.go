// Package jobs works what transactions left behind. A job of an organization is worked with the right to that organization and to
// no other; the store stamped on it whose it is. An organization that is suspended rests: its jobs wait until it is resumed.
package jobs

import (
	"context"
	"errors"
	"time"

	"github.com/riverqueue/river"

	"craftplan/internal/audit"
	"craftplan/internal/calendar"
	"craftplan/internal/fault"
	"craftplan/internal/organizations"
	"craftplan/internal/origin"
	"craftplan/internal/store"
)

// Workers are all kinds of jobs and what is done for each.
type Workers struct {
	store *store.Store
	river *river.Workers
	watch Watch
	often []*river.PeriodicJob
}

// New is no kinds yet.
func New(st *store.Store, watch Watch) *Workers { return &Workers{st, river.NewWorkers(), watch, nil} }

// River is what the store's queue works with.
func (w *Workers) River() *river.Workers { return w.river }

// Often are the jobs that the queue leaves itself.
func (w *Workers) Often() []*river.PeriodicJob { return w.often }

// Every leaves a job outside any organization now and then, from the start on: of several servers on one database, one does.
func Every(w *Workers, interval time.Duration, job store.Job) { w.leave(interval, job, true) }

// EveryNext is Every, for the first time when the interval is over: for what tells people something, which a restart shall not hurry.
func EveryNext(w *Workers, interval time.Duration, job store.Job) { w.leave(interval, job, false) }

func (w *Workers) leave(interval time.Duration, job store.Job, atOnce bool) {
	make := func() (river.JobArgs, *river.InsertOpts) { return job, nil }
	w.often = append(w.often, river.NewPeriodicJob(river.PeriodicInterval(interval), make, &river.PeriodicJobOpts{RunOnStart: atOnce}))
}

// Try is one attempt at a job.
type Try[T store.Job] struct {
	Args   T
	Number int  // 1 for the first
	Last   bool // after this one the job is given up
}

// Organization is whose job it is, and the right to its data.
type Organization struct {
	organizations.Organization
	Scope store.Scope
}

const rest = time.Hour // between two looks at whether an organization is active again

var errGone = errors.New("the organization is closing or gone")

// ForOrganization says what is done for a kind of job that organizations leave.
func ForOrganization[T store.Job](w *Workers, do func(context.Context, Organization, Try[T]) error) {
	forOrganization(w, do, false)
}

// EvenAtRest is ForOrganization for what goes on while the organization is suspended or closing, until it is gone.
func EvenAtRest[T store.Job](w *Workers, do func(context.Context, Organization, Try[T]) error) {
	forOrganization(w, do, true)
}

func forOrganization[T store.Job](w *Workers, do func(context.Context, Organization, Try[T]) error, atRest bool) {
	add(w, func(ctx context.Context, job *river.Job[T]) error {
		whose, ok, err := store.OrganizationOf(job.Metadata)
		if err != nil || !ok {
			return river.JobCancel(errors.Join(err, errors.New("a job of nobody")))
		}
		o, scope, err := organizations.OpenByID(ctx, w.store, whose)
		origin.Of(ctx).Slug = o.Slug
		switch {
		case fault.Is(err, fault.KindNotFound):
			return river.JobCancel(errGone)
		case err != nil:
			return err
		case o.Gone(calendar.At(w.store.Now())) || o.Status == organizations.Closing && !atRest:
			return river.JobCancel(errGone)
		case o.Status == organizations.Suspended && !atRest:
			return river.JobSnooze(rest)
		}
		return do(audit.From(ctx, audit.Origin{Channel: audit.Job, Via: job.Kind}), Organization{o, scope}, tryOf(job))
	})
}

// ForNobody says what is done for a kind of job that is left outside any organization.
func ForNobody[T store.Job](w *Workers, do func(context.Context, Try[T]) error) {
	add(w, func(ctx context.Context, job *river.Job[T]) error {
		if _, ok, err := store.OrganizationOf(job.Metadata); ok || err != nil {
			return river.JobCancel(errors.Join(err, errors.New("a job of an organization, worked outside of it")))
		}
		return do(audit.From(ctx, audit.Origin{Channel: audit.Job, Via: job.Kind}), tryOf(job))
	})
}

// Again is the error of a job that did its share and goes on in a moment.
func Again() error { return river.JobSnooze(time.Second) }

// GiveUp is the error of a job that no other try would help.
func GiveUp(err error) error { return river.JobCancel(err) }

func tryOf[T store.Job](job *river.Job[T]) Try[T] {
	return Try[T]{job.Args, job.Attempt, job.Attempt >= job.MaxAttempts}
}
