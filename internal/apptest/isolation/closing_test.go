package isolation

import (
	"context"
	"errors"
	"testing"
	"time"

	"craftplan/internal/files"
	"craftplan/internal/id"
	"craftplan/internal/organizations"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest/census"
)

// An organization that is closed leaves nothing behind, in no table, job or file, and nobody else loses a row: with two others beside
// it, in small steps, broken off in between, on the catalog as it is.
func TestRemovalTakesOneOrganization(t *testing.T) {
	each(t, func(t *testing.T, engine store.Engine) {
		f, db, taker := rows(t, engine)
		third := db.Organization("Third")
		shelf := newShelf(f.Contents)
		before := take(t, taker)
		a, others := f.A.ID.String(), []string{f.B.ID.String(), third.Organization().String()}
		if len(before.Of(a)) < 200 {
			t.Fatalf("only %d rows to remove", len(before.Of(a)))
		}
		o, err := organizations.CloseByOperator(t.Context(), db.Store, f.A.Slug, "It moves", false)
		if err != nil {
			t.Fatal(err)
		}
		remover := organizations.Remover{Store: db.Store, Contents: shelf.DeleteAll, Batch: 7}
		if err := remover.Remove(t.Context(), f.A.ID); err != nil || len(take(t, taker).Of(a)) < len(before.Of(a)) {
			t.Fatalf("removed before its time: %v", err)
		}
		later := db.At(func() time.Time { return o.Closing.RemoveAt.Time().Add(time.Second) })
		remover.Store = later
		broken := errors.New("the power went")
		remover.Contents = func(context.Context, id.Organization) error { return broken }
		if err := finish(t, remover, f.A.ID); !errors.Is(err, broken) {
			t.Fatalf("broken off: %v", err)
		}
		remover.Contents = shelf.DeleteAll
		if err := finish(t, remover, f.A.ID); err != nil {
			t.Fatal(err)
		}
		after := take(t, taker)
		for _, row := range after.Of(a) {
			t.Errorf("left behind: a row of %s", row.Table)
		}
		for _, owner := range others {
			if before.Of(owner).Digest() != after.Of(owner).Digest() {
				t.Errorf("rows of %s changed: %v", owner, census.Compare(before.Of(owner), after.Of(owner)))
			}
		}
		if broken, err := taker.Closure(after); err != nil || len(broken) > 0 {
			t.Errorf("what refers to what is gone: %v, %v", broken, err)
		}
		for key := range shelf.contents {
			if key.Organization == f.A.ID {
				t.Errorf("the file %s is left", key.File)
			}
		}
		if len(shelf.contents) == 0 || len(shelf.contents) == len(f.Contents) {
			t.Errorf("%d files of %d are left", len(shelf.contents), len(f.Contents))
		}
		summary(t, later, f, before.Of(a))
		if err := remover.Remove(t.Context(), f.A.ID); err != nil {
			t.Errorf("once more: %v", err)
		}
	})
}

var _ files.Contents = (*shelf)(nil)

// finish goes on as the job does.
func finish(t *testing.T, r organizations.Remover, which id.Organization) (err error) {
	t.Helper()
	for range 100 {
		if err = r.Remove(t.Context(), which); !errors.Is(err, organizations.ErrUnfinished) {
			return err
		}
	}
	return err
}

// summary looks at what is kept: as many rows as there were, but for those of the directory and the jobs.
func summary(t *testing.T, st *store.Store, f Fixture, had census.Census) {
	t.Helper()
	closed, err := organizations.ListClosed(t.Context(), st)
	if err != nil || len(closed) != 1 {
		t.Fatalf("summaries %v, %v", closed, err)
	}
	rows, contents := int64(1), int64(0) // and the closing itself was recorded
	for _, r := range had {
		switch r.Table {
		case "organizations", "slugs", "river_job", "sessions", "tokens":
		case "files":
			contents++
			rows++
		default:
			rows++
		}
	}
	c := closed[0]
	if c.Slug != f.A.Slug || c.Reason != "It moves" || c.RemovedAt == nil || c.ClosedBy != nil || c.Rows != rows || c.Files != contents || contents == 0 {
		t.Errorf("the summary is %+v; there were %d rows and %d files", c, rows, contents)
	}
}
