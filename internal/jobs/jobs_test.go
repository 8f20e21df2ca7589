package jobs_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"craftplan/internal/id"
	"craftplan/internal/jobs"
	"craftplan/internal/organizations"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

type bake struct {
	Loaf string `json:"loaf"`
}

func (bake) Kind() string { return "test_bake" }

type tidy struct{ bake }

func (tidy) Kind() string { return "test_tidy" }

type sweep struct{}

func (sweep) Kind() string { return "test_sweep" }

// oven notes what was worked, and for whom.
type oven struct {
	mu     sync.Mutex
	loaves map[string]id.Organization
	swept  int
	fail   map[string]int // how often a loaf fails first
	done   chan struct{}
}

func (o *oven) wait(t *testing.T, times int) {
	t.Helper()
	for range times {
		select {
		case <-o.done:
		case <-time.After(30 * time.Second):
			t.Fatal("no job was worked")
		}
	}
}

func work(t *testing.T, db *storetest.DB) *oven { return workAt(t, db, time.Now) }

func workAt(t *testing.T, db *storetest.DB, now func() time.Time) *oven {
	t.Helper()
	o := &oven{loaves: map[string]id.Organization{}, fail: map[string]int{}, done: make(chan struct{}, 100)}
	workers := jobs.New(db.At(now), jobs.Watch{Log: slog.New(slog.DiscardHandler)})
	jobs.ForOrganization(workers, func(ctx context.Context, organization jobs.Organization, try jobs.Try[bake]) error {
		o.mu.Lock()
		defer o.mu.Unlock()
		if o.fail[try.Args.Loaf] >= try.Number {
			return errors.New("the oven is cold")
		}
		err := db.View(ctx, organization.Scope, func(tx *store.Tx) error {
			o.loaves[try.Args.Loaf] = tx.Organization()
			return nil
		})
		o.done <- struct{}{}
		return err
	})
	jobs.EvenAtRest(workers, func(_ context.Context, organization jobs.Organization, try jobs.Try[tidy]) error {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.loaves[try.Args.Loaf] = organization.Scope.Organization()
		o.done <- struct{}{}
		return nil
	})
	jobs.ForNobody(workers, func(context.Context, jobs.Try[sweep]) error {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.swept++
		o.done <- struct{}{}
		return nil
	})
	stop, err := db.Work(t.Context(), workers.River(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	return o
}

func leave(t *testing.T, db *storetest.DB, scope store.Scope, loaf string, problem error) {
	t.Helper()
	err := db.Update(t.Context(), scope, func(tx *store.Tx) error {
		return errors.Join(tx.Enqueue(t.Context(), bake{loaf}), problem)
	})
	if problem == nil && err != nil {
		t.Fatal(err)
	}
}

// A job is worked for the organization whose transaction left it, and only when that was committed.
func TestJobs(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		a, b := db.Organization("Sunrise"), db.Organization("Bluebird")
		leave(t, db, a, "rye", nil)
		leave(t, db, b, "oat", nil)
		leave(t, db, a, "burnt", errors.New("rolled back"))
		if err := db.System(t.Context(), "test", func(tx *store.SystemTx) error { return tx.Enqueue(t.Context(), sweep{}) }); err != nil {
			t.Fatal(err)
		}
		o := work(t, db)
		o.wait(t, 3)
		o.mu.Lock()
		defer o.mu.Unlock()
		if len(o.loaves) != 2 || o.loaves["rye"] != a.Organization() || o.loaves["oat"] != b.Organization() || o.swept != 1 {
			t.Errorf("%v, %d", o.loaves, o.swept)
		}
	})
}

func TestFailedJobsAreTriedAgain(t *testing.T) {
	db := storetest.New(t, store.SQLite)
	o := work(t, db)
	o.fail["rye"] = 1
	leave(t, db, db.Organization("Sunrise"), "rye", nil)
	o.wait(t, 1)
}

// A suspended organization's jobs wait; a closing one's end.
func TestJobsRest(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		suspended, closing, active := db.Organization("Sunrise"), db.Organization("Bluebird"), db.Organization("Northstar")
		for status, scope := range map[string]store.Scope{"suspended": suspended, "closing": closing} {
			if _, err := db.Raw().ExecContext(t.Context(), "UPDATE organizations SET status = $1 WHERE id = $2", status, scope.Organization()); err != nil {
				t.Fatal(err)
			}
			leave(t, db, scope, status, nil)
		}
		leave(t, db, active, "rye", nil)
		o := work(t, db)
		o.wait(t, 1)
		for _, want := range []string{"scheduled", "cancelled"} {
			deadline := time.Now().Add(20 * time.Second)
			for n := 0; n == 0; time.Sleep(20 * time.Millisecond) {
				if err := db.Raw().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM river_job WHERE state = '"+want+"'").Scan(&n); err != nil {
					t.Fatal(err)
				}
				if time.Now().After(deadline) {
					t.Fatalf("no job is %s", want)
				}
			}
		}
		if o.mu.Lock(); len(o.loaves) != 1 {
			t.Errorf("worked %v", o.loaves)
		}
		o.mu.Unlock()
	})
}

// What goes on while an organization is closing ends when it is gone.
func TestJobsOfTheGone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		a := db.Organization("Sunrise")
		var slug string
		if err := db.Unbound().QueryRowContext(t.Context(), "SELECT slug FROM organizations WHERE id = $1", a.Organization()).Scan(&slug); err != nil {
			t.Fatal(err)
		}
		if err := db.Update(t.Context(), a, func(tx *store.Tx) error { return tx.Enqueue(t.Context(), tidy{bake{"shelf"}}) }); err != nil {
			t.Fatal(err)
		}
		if _, err := organizations.CloseByOperator(t.Context(), db.Store, slug, "It moves", false); err != nil {
			t.Fatal(err)
		}
		o := workAt(t, db, func() time.Time { return time.Now().AddDate(0, 2, 0) })
		deadline := time.Now().Add(20 * time.Second)
		for n := 0; n == 0; time.Sleep(20 * time.Millisecond) {
			if err := db.Unbound().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM river_job WHERE kind = 'test_tidy' AND state = 'cancelled'").Scan(&n); err != nil {
				t.Fatal(err)
			}
			if time.Now().After(deadline) {
				t.Fatal("the job is not cancelled")
			}
		}
		if o.mu.Lock(); len(o.loaves) != 0 {
			t.Errorf("worked %v", o.loaves)
		}
		o.mu.Unlock()
	})
}

// Whatever a job's own fields say, it is worked for the organization that left it; one kind cannot pass for the other.
func TestJobsOfNobody(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		if err := db.System(t.Context(), "test", func(tx *store.SystemTx) error { return tx.Enqueue(t.Context(), bake{"stray"}) }); err != nil {
			t.Fatal(err)
		}
		a := db.Organization("Sunrise")
		if err := db.Update(t.Context(), a, func(tx *store.Tx) error { return tx.Enqueue(t.Context(), sweep{}) }); err != nil {
			t.Fatal(err)
		}
		leave(t, db, a, "rye", nil)
		o := work(t, db)
		o.wait(t, 1)
		deadline := time.Now().Add(20 * time.Second)
		for n := 0; n < 2; time.Sleep(20 * time.Millisecond) {
			if err := db.Raw().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM river_job WHERE state = 'cancelled'").Scan(&n); err != nil {
				t.Fatal(err)
			}
			if time.Now().After(deadline) {
				t.Fatalf("%d are cancelled", n)
			}
		}
		if o.mu.Lock(); len(o.loaves) != 1 || o.swept != 0 {
			t.Errorf("worked %v, %d", o.loaves, o.swept)
		}
		o.mu.Unlock()
	})
}

type later struct{}

func (later) Kind() string { return "test_later" }

// A job for later is stamped like one for now, and none is left where there is no transaction.
func TestJobsForLater(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		a := db.Organization("Sunrise")
		db.Do(t, a, func(ctx context.Context, tx *store.Tx) error { return tx.EnqueueIn(ctx, later{}, time.Hour) })
		column := "metadata"
		if db.Engine() == store.SQLite {
			column = "json(metadata)"
		}
		var metadata string
		if err := db.Raw().QueryRowContext(t.Context(), "SELECT "+column+" FROM river_job WHERE kind = 'test_later' AND state = 'scheduled'").Scan(&metadata); err != nil {
			t.Fatal(err)
		}
		if whose, ok, err := store.OrganizationOf([]byte(metadata)); whose != a.Organization() || !ok || err != nil {
			t.Errorf("left for %s, %t, %v", whose, ok, err)
		}
		err := db.SystemView(t.Context(), "test", func(tx *store.SystemTx) error { return tx.Enqueue(t.Context(), sweep{}) })
		if err == nil || !strings.Contains(err.Error(), "a job needs a transaction") {
			t.Errorf("without a transaction: %v", err)
		}
	})
}
