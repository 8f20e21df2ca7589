package isolation

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"craftplan/internal/apikeys"
	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/mail"
	"craftplan/internal/organizations"
	"craftplan/internal/store"
)

// events happen to A between any two requests, and must show in the very next answer. What the answer must be is computed from the
// database as it is then (StandingOf, Expect). Each is done by the domain's verb, in the name of the owner.
var events = map[string]func(context.Context, *World, *rand.Rand) error{
	"somebody is removed":      byOwner(someone(organizations.Remove)),
	"somebody is suspended":    byOwner(someone(organizations.Suspend)),
	"somebody is reinstated":   byOwner(someone(organizations.Reinstate)),
	"somebody sees no costs":   byOwner(someone(organizations.HideCosts)),
	"somebody is demoted":      byOwner(someone(demote)),
	"a key is revoked":         byOwner(revoke),
	"the slug is another":      rename,
	"the organization rests":   func(ctx context.Context, w *World, _ *rand.Rand) error { return w.become(ctx, organizations.Suspended) },
	"the organization closes":  func(ctx context.Context, w *World, _ *rand.Rand) error { return w.become(ctx, organizations.Closing) },
	"the organization is back": func(ctx context.Context, w *World, _ *rand.Rand) error { return w.become(ctx, organizations.Active) },
}

// eventNames are drawn from; after what stops everything it is likely that all goes on.
var eventNames = append(slices.Sorted(maps.Keys(events)), "the organization is back", "the organization is back")

// workJobs is the event that the jobs that wait are worked.
const workJobs = "jobs are worked"

func (w *World) become(ctx context.Context, s organizations.Status) error {
	return w.Exec(ctx, fmt.Sprintf("UPDATE organizations SET status = '%s' WHERE CAST(id AS text) = $1", s), w.A.ID.String())
}

// byOwner does something in A, as its owner; what the verb refuses is left undone.
func byOwner(do func(context.Context, *store.Tx, *World, *rand.Rand) error) func(context.Context, *World, *rand.Rand) error {
	return func(ctx context.Context, w *World, source *rand.Rand) error {
		_, scope, err := w.openA(ctx)
		if err == nil {
			err = w.store.Update(ctx, scope, func(tx *store.Tx) error { return do(ctx, tx, w, source) })
		}
		return unlessRefused(err)
	}
}

func unlessRefused(err error) error {
	if fault.KindOf(err) != fault.KindInternal {
		return nil
	}
	return err
}

// openA opens A for its owner.
func (w *World) openA(ctx context.Context) (organizations.Organization, store.Scope, error) {
	slug, err := w.slug(ctx, w.A)
	if err != nil {
		return organizations.Organization{}, store.Scope{}, err
	}
	m, scope, err := organizations.Resolve(ctx, w.store, slug, w.Actors[Owner].User)
	return m.Organization, scope, err
}

// slug is what an organization holds now.
func (w *World) slug(ctx context.Context, of Workshop) (string, error) {
	found, err := w.Column(ctx, "SELECT slug FROM organizations WHERE CAST(id AS text) = $1", of.ID.String())
	if err != nil || len(found) == 0 {
		return of.Slug, err
	}
	return found[0], nil
}

func someone(do func(context.Context, *store.Tx, id.ID) error) func(context.Context, *store.Tx, *World, *rand.Rand) error {
	return func(ctx context.Context, tx *store.Tx, w *World, source *rand.Rand) error {
		who := []string{Admin, Staff, Viewer, Guest, Paused}[source.IntN(5)]
		return do(ctx, tx, w.Actors[who].User)
	}
}

func demote(ctx context.Context, tx *store.Tx, user id.ID) error {
	return organizations.ChangeRole(ctx, tx, user, authz.Viewer)
}

func revoke(ctx context.Context, tx *store.Tx, _ *World, source *rand.Rand) error {
	keys, _, err := apikeys.List(ctx, tx, 10, 0)
	if err != nil || len(keys) == 0 {
		return err
	}
	slices.SortFunc(keys, func(a, b apikeys.Listed) int { return slices.Compare(a.ID.UUID[:], b.ID.UUID[:]) })
	return apikeys.Revoke(ctx, tx, keys[source.IntN(len(keys))].ID)
}

func rename(ctx context.Context, w *World, source *rand.Rand) error {
	o, scope, err := w.openA(ctx)
	if err == nil {
		err = organizations.Change(ctx, w.store, scope, o, organizations.Profile{Name: o.Name, Slug: fmt.Sprintf("alder-%d", source.IntN(3)), TimeZone: o.TimeZone, Locale: o.Locale, BrandColor: o.BrandColor})
	}
	return unlessRefused(err)
}

// work works the jobs that wait, and returns the mails that are kept for people who are not B's.
func (w *World) work(ctx context.Context, b Workshop) (mails []string, err error) {
	stop, err := w.program.Work(ctx)
	if err != nil {
		return nil, err
	}
	err = errors.Join(w.idle(ctx), stop(ctx))
	if err != nil {
		return nil, err
	}
	kept, err := mail.Mailbox(ctx, w.store)
	for _, m := range kept {
		if m.Organization != b.Name && !strings.HasSuffix(m.To, "@"+b.Domain) {
			mails = append(mails, fmt.Sprintf("%s to %s: %s\n%s\n%s", m.From, m.To, m.Subject, m.Text, m.HTML))
		}
	}
	return mails, err
}

// idle waits until no job waits.
func (w *World) idle(ctx context.Context) error {
	for range 3000 {
		waiting, err := w.Column(ctx, "SELECT id FROM river_job WHERE state IN ('available', 'running', 'retryable')")
		if err != nil || len(waiting) == 0 {
			return err
		}
		time.Sleep(5 * time.Millisecond)
	}
	return errors.New("jobs were not worked within a quarter of a minute")
}
