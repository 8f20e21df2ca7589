package isolation

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"craftplan/internal/store"
)

func TestStorm(t *testing.T) {
	each(t, func(t *testing.T, engine store.Engine) {
		w := world(t, engine, Options{Store: store.Options{Connections: connections}})
		report, err := Storm(t.Context(), w, Storms{People: 6, Requests: 40})
		if err != nil {
			t.Fatal(err)
		}
		if err := report.Record(); err != nil {
			t.Error(err)
		}
		f := report.Figures
		t.Logf("proved: %d answers in a storm on %s", f["answers"], engine)
		t.Logf("%d pages; %d hung up; %d things written", f["pages"], f["hung up"], f["written"])
		if f["hung up"] < 50 || f["written"] < 20 {
			t.Errorf("that was no storm: %v", f)
		}
		for _, finding := range report.Findings {
			t.Error(finding)
		}
		if len(report.Findings) > 0 {
			t.Logf("the program says:\n%s", strings.Join(w.failed.last(20), "\n"))
		}
		if engine == store.Postgres {
			unbound(t, w)
		}
	})
}

// unbound looks at every connection of the pool: none is still set to an organization, and no transaction was left open.
func unbound(t *testing.T, w *World) {
	t.Helper()
	var all, together sync.WaitGroup
	together.Add(connections)
	for range connections {
		all.Go(func() {
			err := w.store.SystemView(t.Context(), "test: what a connection is set to", func(tx *store.SystemTx) error {
				together.Done()
				together.Wait() // so that each has another
				var left string
				err := tx.DB().QueryRowContext(t.Context(), "SELECT COALESCE(current_setting('app.organization_id', true), '')").Scan(&left)
				if left != "" {
					t.Errorf("a connection is still set to %s", left)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	open, err := w.Column(context.WithoutCancel(t.Context()), "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%' AND state_change < now() - interval '1 second'")
	if err != nil || len(open) > 0 {
		t.Errorf("left open: %q, %v", open, err)
	}
}

// The attack: a buffer that requests share, so that one is answered with what another was asked.
func TestStormFindsPlants(t *testing.T) {
	var mu sync.Mutex
	var shared string
	shares := plant{spoil: func(_ *World, r *http.Request, a *httptest.ResponseRecorder) bool {
		if r.Method != http.MethodGet || a.Code != http.StatusOK {
			return false
		}
		mu.Lock()
		shared = a.Body.String()
		mu.Unlock()
		time.Sleep(time.Millisecond)
		mu.Lock()
		defer mu.Unlock()
		return rewrite(a, a.Code, shared)
	}}
	w := world(t, store.SQLite, Options{Store: store.Options{Connections: connections}, Faulty: shares.spoiled})
	report, err := Storm(t.Context(), w, Storms{People: 4, Requests: 20})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(strings.Join(report.Findings, "\n"), "in the storm the answer is another") {
		t.Errorf("not found; the gate says %q", report.Findings)
	}
}

func TestQuiet(t *testing.T) {
	var done atomic.Bool
	slow := func(_ *World, program http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/slow" {
				program.ServeHTTP(rw, r)
				return
			}
			<-r.Context().Done()
			time.Sleep(100 * time.Millisecond)
			done.Store(true)
		})
	}
	w := world(t, store.SQLite, Options{Faulty: slow})
	ctx, hangUp := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, hangUp)
	if _, err := w.Do(ctx, Ask{Method: http.MethodGet, Path: "/slow"}); err == nil {
		t.Fatal("it was answered")
	}
	if err := w.Quiet(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !done.Load() {
		t.Error("something is still worked on")
	}
}
