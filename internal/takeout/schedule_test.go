package takeout_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"craftplan/internal/depot"
	"craftplan/internal/jobs"
	"craftplan/internal/organizations"
	"craftplan/internal/store"
	"craftplan/internal/takeout"
)

// host is an installation that writes archives of its organizations.
type host struct {
	place
	t    *testing.T
	plan takeout.Schedule
}

func newHost(t *testing.T, engine store.Engine, usual organizations.Schedule) *host {
	t.Helper()
	p := sunrise(t, engine)
	return &host{p, t, takeout.Schedule{Store: p.Store, Files: p.library, To: depot.Directory(t.TempDir()), Usual: usual, Most: 2, Log: slog.New(slog.DiscardHandler)}}
}

// on sets the clock.
func (h *host) on(at time.Time) { h.plan.Store = h.At(func() time.Time { return at }) }

// leave looks who is due, and tells how many are without their archive then.
func (h *host) leave() int64 {
	h.t.Helper()
	if err := h.plan.Leave(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
	return h.missing()
}

func (h *host) missing() int64 {
	h.t.Helper()
	n, err := takeout.CountMissing(h.t.Context(), h.Store)
	if err != nil {
		h.t.Fatal(err)
	}
	return n
}

// write does the job of an organization.
func (h *host) write(slug string) error {
	o, scope := h.open(h.t, slug)
	return h.plan.Carry(h.t.Context(), o, scope)
}

func (h *host) archives(slug string) []string {
	h.t.Helper()
	o, _ := h.open(h.t, slug)
	names, err := h.plan.To.Names(h.t.Context(), o.ID.String())
	if err != nil {
		h.t.Fatal(err)
	}
	return names
}

var wednesday = time.Date(2026, 3, 11, 0, 5, 0, 0, time.UTC)

// Each active organization is left one job a day, or a week, as its schedule says; who rests is left none.
func TestWhoIsDue(t *testing.T) {
	eachEngine(t, func(t *testing.T, engine store.Engine) {
		h := newHost(t, engine, organizations.Daily)
		all, err := organizations.List(t.Context(), h.Store)
		if err != nil {
			t.Fatal(err)
		}
		others := int64(len(all)) - 1
		for _, o := range all {
			if o.Slug != "sunrise" {
				if _, err := organizations.ScheduleExport(t.Context(), h.Store, o.Slug, organizations.Never); err != nil {
					t.Fatal(err)
				}
			}
		}
		if others == 0 {
			t.Fatal("there are no others")
		}
		days := func(s organizations.Schedule, first, days int) (due int) {
			if _, err := organizations.ScheduleExport(t.Context(), h.Store, "sunrise", s); err != nil {
				t.Fatal(err)
			}
			for day := range days {
				h.on(wednesday.AddDate(0, 0, first+day))
				if h.leave() == 1 {
					due++
					if err := h.write("sunrise"); err != nil {
						t.Fatal(err)
					}
				}
				if n := h.leave(); n != 0 {
					t.Errorf("%s, day %d: %d are missing once it is done", s, day, n)
				}
			}
			return due
		}
		if n := days(organizations.Usual, 0, 3); n != 3 {
			t.Errorf("as usual: %d of 3 days", n)
		}
		if n := days(organizations.Weekly, 3, 14); n != 2 { // from Saturday on
			t.Errorf("weekly: %d in two weeks", n)
		}
		if n := days(organizations.Never, 30, 3); n != 0 {
			t.Errorf("never: %d", n)
		}
		if _, err := organizations.ScheduleExport(t.Context(), h.Store, "sunrise", "hourly"); !about(err, "schedule") {
			t.Errorf("an unknown schedule: %v", err)
		}
		if _, err := organizations.ScheduleExport(t.Context(), h.Store, "sunrise", organizations.Daily); err != nil {
			t.Fatal(err)
		}
		if _, err := organizations.SuspendOrganization(t.Context(), h.Store, "sunrise", "Unpaid."); err != nil {
			t.Fatal(err)
		}
		h.on(wednesday.AddDate(0, 0, 40))
		if n := h.leave(); n != 0 {
			t.Errorf("suspended: %d", n)
		}
	})
}

// The last archives are kept, whatever the address was; what has another name is left alone, and what a killed process left is not.
func TestArchivesAreKept(t *testing.T) {
	h := newHost(t, store.SQLite, organizations.Daily)
	o, _ := h.open(t, "sunrise")
	folder := filepath.Join(string(h.plan.To.(depot.Directory)), o.ID.String())
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"mine.zip", "sunrise-20260310T000000Z.zip.part-17", "sunrise-20260313T000500Z.zip.part-18"} {
		if err := os.WriteFile(filepath.Join(folder, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	slug := "sunrise"
	for day := range 3 {
		if day == 2 {
			if _, err := organizations.Rename(t.Context(), h.Store, "sunrise", "above-all", ""); err != nil {
				t.Fatal(err)
			}
			slug = "above-all"
		}
		h.on(wednesday.AddDate(0, 0, day))
		h.leave()
		for range 2 { // a job may run again
			if err := h.write(slug); err != nil {
				t.Fatal(err)
			}
		}
	}
	want := "above-all-20260313T000500Z.zip mine.zip sunrise-20260312T000500Z.zip sunrise-20260313T000500Z.zip.part-18"
	if got := strings.Join(h.archives(slug), " "); got != want {
		t.Errorf("%s\nnot %s", got, want)
	}
}

// flooded is a depot that takes nothing.
type flooded struct{ depot.Depot }

func (flooded) Put(_ context.Context, _, _ string, content io.Reader) error {
	_, _ = io.CopyN(io.Discard, content, 100)
	return errors.New("there is no room")
}

// What fails is an error, is counted as missing, and is made up for by the next try.
func TestScheduleFails(t *testing.T) {
	eachEngine(t, func(t *testing.T, engine store.Engine) {
		h := newHost(t, engine, organizations.Weekly)
		h.on(wednesday)
		due, good := h.leave(), h.plan.To
		h.plan.To = flooded{good}
		if err := h.write("sunrise"); err == nil || !strings.Contains(err.Error(), "there is no room") || h.missing() != due {
			t.Errorf("%v, %d of %d missing", err, h.missing(), due)
		}
		h.plan.To = good
		if err := h.write("sunrise"); err != nil || h.missing() != due-1 || len(h.archives("sunrise")) != 1 {
			t.Errorf("%v, %d of %d missing, %q", err, h.missing(), due, h.archives("sunrise"))
		}
	})
}

// Several processes look and work at once: each organization is written once, into a bucket, as an archive of itself alone that can be
// brought into an installation.
func TestScheduleIntoABucket(t *testing.T) {
	eachEngine(t, func(t *testing.T, engine store.Engine) {
		held := s3mem.New()
		if err := held.CreateBucket("archives"); err != nil {
			t.Fatal(err)
		}
		server := httptest.NewServer(gofakes3.New(held).Server())
		defer server.Close()
		to, err := depot.OpenS3(server.URL+"/archives/erp", depot.Keys{Access: "access", Secret: "secret", Region: "eu-central-1"})
		if err != nil {
			t.Fatal(err)
		}
		h := newHost(t, engine, organizations.Daily)
		h.plan.To = to
		var looking sync.WaitGroup
		for range 4 {
			looking.Go(func() {
				if err := h.plan.Leave(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		looking.Wait()
		all, err := organizations.List(t.Context(), h.Store)
		if err != nil || h.missing() != int64(len(all)) || len(all) < 2 {
			t.Fatalf("%d missing of %d: %v", h.missing(), len(all), err)
		}
		for range 2 {
			h.work()
		}
		for range 1000 {
			if h.missing() == 0 {
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
		for _, o := range all {
			names := h.archives(o.Slug)
			if len(names) != 1 || !strings.HasPrefix(names[0], o.Slug+"-2") {
				t.Errorf("%s: %q", o.Slug, names)
				continue
			}
			object, err := held.GetObject("archives", "erp/"+o.ID.String()+"/"+names[0], nil)
			if err != nil {
				t.Fatal(err)
			}
			archive, err := io.ReadAll(object.Contents)
			if err != nil {
				t.Fatal(err)
			}
			parts := unzip(t, archive)
			for _, other := range all {
				for name, content := range parts {
					if other.ID != o.ID && bytes.Contains(content, []byte(other.ID.String())) {
						t.Errorf("%s of %s names %s", name, o.Slug, other.Slug)
					}
				}
			}
			if _, err := h.bring(t, archive, takeout.As{Slug: "again-" + o.Slug, Owner: organizations.Owner{Existing: h.user(t, owner)}}); err != nil {
				t.Errorf("%s: %v", o.Slug, err)
			}
		}
	})
}

// work works jobs as one process does.
func (h *host) work() {
	h.t.Helper()
	workers := jobs.New(h.Store, jobs.Watch{Log: slog.New(slog.DiscardHandler)})
	jobs.ForOrganization(workers, func(ctx context.Context, o jobs.Organization, _ jobs.Try[takeout.Scheduled]) error {
		return h.plan.Carry(ctx, o.Organization, o.Scope)
	})
	stop, err := h.Store.Work(h.t.Context(), workers.River(), slog.New(slog.DiscardHandler))
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = stop(context.WithoutCancel(h.t.Context())) })
}
