package takeout_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"craftplan/internal/accounts"
	"craftplan/internal/calendar"
	"craftplan/internal/crm"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/organizations"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
	"craftplan/internal/store/storetest/census"
	"craftplan/internal/takeout"
)

const (
	few   = 200 // rows go in a transaction, so that the demo takes some
	demos = 3   // organizations
)

// slowly imports the archive in small transactions; between is called after each.
func (p place) slowly(ctx context.Context, archive []byte, as takeout.As, between func(rows int64)) error {
	if as.Owner == (organizations.Owner{}) {
		prepared, err := accounts.PrepareWithoutPassword("Nell", "nell@"+as.Slug+".example")
		if err != nil {
			return err
		}
		as.Owner.New = &prepared
	}
	_, _, err := takeout.Importer{Store: p.Store, Files: p.library, Batch: few, Progress: between}.Import(ctx, bytes.NewReader(archive), int64(len(archive)), as)
	return err
}

// all is every row of the installation, and the name of every content.
type all struct {
	rows     census.Census
	contents []string
}

// survey takes the census of a place again and again.
func (p place) survey(t *testing.T) func() all {
	t.Helper()
	taker, err := census.Open(t.Context(), p.DB)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { taker.Close() })
	return func() all {
		t.Helper()
		rows, err := taker.Take(t.Context())
		contents, err2 := filepath.Glob(filepath.Join(p.folder, "*")) // folders
		more, err3 := filepath.Glob(filepath.Join(p.folder, "*", "*"))
		if err = errors.Join(err, err2, err3); err != nil {
			t.Fatal(err)
		}
		return all{rows, append(contents, more...)}
	}
}

// differs tells what came or went, but for jobs.
func (before all) differs(after all) (what []string) {
	for _, c := range census.Compare(before.rows, after.rows) {
		if c.Table != "river_job" {
			what = append(what, c.String())
		}
	}
	if !slices.Equal(before.contents, after.contents) {
		what = append(what, "files "+strings.Join(after.contents, " "))
	}
	return what
}

// crashed runs an import that ends half-way as a killed process does: nothing is cleaned up.
func (p place) crashed(t *testing.T, archive []byte, as takeout.As, after int64) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Fatal("it did not get so far")
		}
	}()
	err := p.slowly(t.Context(), archive, as, func(rows int64) {
		if rows >= after {
			panic("the power went")
		}
	})
	t.Fatal("it came to its end", err)
}

// nobodySees makes sure that an organization on its way is nowhere to be found, by its owner neither.
func (p place) nobodySees(t *testing.T, slug string, people ...id.ID) {
	t.Helper()
	ctx := t.Context()
	listed, err := organizations.List(ctx, p.Store)
	if err != nil || len(listed) != demos {
		t.Errorf("%d organizations are listed, %v", len(listed), err)
	}
	counted, err := organizations.CountByStatus(ctx, p.Store)
	if err != nil || counted[organizations.Active] != demos || counted[organizations.Closing] != 0 {
		t.Errorf("%v organizations are counted, %v", counted, err)
	}
	addresses, err := p.column(ctx, "SELECT slug FROM organizations WHERE arriving")
	if err != nil || len(addresses) != 1 {
		t.Fatalf("%v are on their way, %v", addresses, err)
	}
	for _, address := range append(addresses, slug) {
		if _, _, err := organizations.AtSlug(ctx, p.Store, address); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("the operator finds it at %s: %v", address, err)
		}
		for _, person := range people {
			if _, _, err := organizations.Resolve(ctx, p.Store, address, person); !fault.Is(err, fault.KindNotFound) {
				t.Errorf("somebody opens it at %s: %v", address, err)
			}
		}
	}
	for _, person := range people {
		of, err := organizations.OfUser(ctx, p.Store, person)
		if err != nil || slices.ContainsFunc(of, func(m organizations.Membership) bool { return m.Organization.Status != organizations.Active }) {
			t.Errorf("somebody belongs to it: %v, %v", of, err)
		}
	}
}

func (p place) column(ctx context.Context, query string, args ...any) (texts []string, err error) {
	rows, err := p.Unbound().QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		texts = append(texts, text)
	}
	return texts, rows.Err()
}

// An import that is killed half-way is seen by nobody, and the removal of organizations takes all of it away once it has rested for too
// long, and nothing of anybody else.
func TestKilledImport(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		p := sunrise(t, db.Engine())
		archive, m := p.export(t, "sunrise")
		survey := p.survey(t)
		before := survey()
		maya := p.user(t, owner)
		p.crashed(t, archive, takeout.As{Slug: "again", Owner: organizations.Owner{Existing: maya}, Reconnect: true}, m.Rows()/2)
		left := survey()
		if n := len(left.rows) - len(before.rows); n < int(m.Rows()/2) || len(left.contents) != len(before.contents)+2 {
			t.Fatalf("a killed import leaves %d rows and %v", n, left.contents)
		}
		p.nobodySees(t, "again", maya.ID, p.user(t, "vera@sunrise.example").ID)
		which, err := p.column(t.Context(), "SELECT id FROM organizations WHERE arriving")
		if err != nil {
			t.Fatal(err)
		}
		org, err := id.ParseOrganization(which[0])
		if err != nil {
			t.Fatal(err)
		}
		remover := organizations.Remover{Store: p.Store, Contents: p.library.DeleteAll, Batch: 50}
		if err := errors.Join(organizations.CheckClosing(t.Context(), p.Store), remover.Remove(t.Context(), org)); err != nil {
			t.Fatal(err)
		}
		if now := survey(); len(left.differs(now)) > 0 || len(removals(t, p)) > 0 {
			t.Fatalf("it is removed while it may go on: %v", left.differs(now))
		}
		remover.Store = p.At(func() time.Time { return time.Now().Add(2 * time.Hour) })
		if err := organizations.CheckClosing(t.Context(), remover.Store); err != nil {
			t.Fatal(err)
		}
		if jobs := removals(t, p); len(jobs) != 1 || !strings.Contains(jobs[0], org.String()) {
			t.Fatalf("removals to come: %v", jobs)
		}
		for err = organizations.ErrUnfinished; errors.Is(err, organizations.ErrUnfinished); {
			err = remover.Remove(t.Context(), org)
		}
		if err != nil {
			t.Fatal(err)
		}
		if now := survey(); len(before.differs(now)) > 0 {
			t.Errorf("after the removal: %v", before.differs(now))
		}
	})
}

func removals(t *testing.T, p place) []string {
	t.Helper()
	jobs, err := p.column(t.Context(), "SELECT CAST(args AS text) FROM river_job WHERE kind = 'organization_removal'")
	if err != nil {
		t.Fatal(err)
	}
	return jobs
}

// Whatever ends an import leaves nothing of it: somebody breaks it off, its address or that of somebody in it is taken meanwhile, its
// time is over.
func TestImportThatEnds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		p := sunrise(t, db.Engine())
		archive, m := p.export(t, "sunrise")
		other := at(t, db) // where nobody of the archive has an account
		stranger := other.Organization("Bluebird")
		survey := other.survey(t)
		for name, c := range map[string]struct {
			as   takeout.As
			meet func(stop func()) error
			want func(error) bool
		}{
			"broken off": {takeout.As{Slug: "broken"}, func(stop func()) error { stop(); return nil }, func(err error) bool { return errors.Is(err, context.Canceled) }},
			"the address is taken": {takeout.As{Slug: "taken"}, func(func()) error {
				_, err := organizations.Rename(t.Context(), other.Store, "bluebird", "taken", "")
				return err
			}, func(err error) bool { return about(err, "slug") }},
			"somebody has an account": {takeout.As{Slug: "people", Reconnect: true}, func(func()) error {
				vera, err := accounts.PrepareWithoutPassword("Vera", "vera@sunrise.example")
				if err != nil {
					return err
				}
				return other.System(t.Context(), "test", func(tx *store.SystemTx) error { return accounts.Create(t.Context(), tx, vera) })
			}, func(err error) bool { return about(err, "email") }},
			"a row is lost": {takeout.As{Slug: "lost"}, func(func()) error {
				lost, err := other.Unbound().ExecContext(t.Context(), "DELETE FROM audit_entries WHERE organization_id IN (SELECT id FROM organizations WHERE arriving)")
				if err != nil {
					return err
				}
				if n, err := lost.RowsAffected(); err != nil || n == 0 {
					t.Errorf("%d rows are lost, %v", n, err)
				}
				return nil
			}, func(err error) bool { return about(err, "archive") }},
			"its time is over": {takeout.As{Slug: "late"}, func(func()) error {
				which, err := other.column(t.Context(), "SELECT id FROM organizations WHERE arriving")
				if err != nil {
					return err
				}
				org, err := id.ParseOrganization(which[0])
				if err != nil {
					return err
				}
				later := other.At(func() time.Time { return time.Now().Add(2 * time.Hour) })
				return organizations.Remover{Store: later, Contents: other.library.DeleteAll}.Remove(t.Context(), org)
			}, func(err error) bool { return fault.Is(err, fault.KindUnavailable) }},
		} {
			ctx, stop := context.WithCancel(t.Context())
			var before all
			met := false
			err := other.slowly(ctx, archive, c.as, func(rows int64) {
				if met || rows < m.Rows()/2 {
					return
				}
				met = true
				if err := c.meet(stop); err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				before = survey()
			})
			stop()
			if !met || !c.want(err) {
				t.Errorf("%s: %v", name, err)
			}
			arriving, err := other.column(t.Context(), "SELECT id FROM organizations WHERE arriving")
			after := survey()
			if err != nil || len(arriving) > 0 || len(after.contents) > 0 {
				t.Errorf("%s: %v and %v are left, %v", name, arriving, after.contents, err)
			}
			// What is not the import's is as it was in its midst, and whoever stood for somebody is gone.
			for _, r := range after.rows {
				if strings.Contains(r.JSON, "@former.invalid") {
					t.Errorf("%s: left %s", name, r.JSON)
				}
			}
			for _, change := range census.Compare(before.rows.Of(stranger.Organization().String()), after.rows.Of(stranger.Organization().String())) {
				t.Errorf("%s: of somebody else: %s", name, change)
			}
			if counts := kinds(after.rows); counts["organizations"] != 1 || counts["memberships"] != 1 || counts["closed_organizations"]+counts["retired_slugs"] > 0 || counts["movements"] > 0 {
				t.Errorf("%s: %v are left", name, counts)
			}
		}
	})
}

// about tells whether the error is about one field.
func about(err error, field string) bool {
	fields := fault.FieldsOf(err)
	return len(fields) == 1 && fields[0].Name == field
}

func kinds(rows census.Census) map[string]int {
	counts := map[string]int{}
	for _, r := range rows {
		counts[r.Table]++
	}
	return counts
}

// Two imports at once become two organizations, or one where both want one address.
func TestTwoImportsAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		archive, _ := sunrise(t, db.Engine()).export(t, "sunrise")
		p := at(t, db)
		for _, c := range []struct {
			slugs  [2]string
			failed int
		}{{[2]string{"first", "second"}, 0}, {[2]string{"one", "one"}, 1}} {
			ended := make(chan error, len(c.slugs))
			for n, slug := range c.slugs {
				prepared, err := accounts.PrepareWithoutPassword("Nell", slug+string(rune('a'+n))+"@oven.example")
				if err != nil {
					t.Fatal(err)
				}
				go func() {
					ended <- p.slowly(t.Context(), archive, takeout.As{Slug: slug, Owner: organizations.Owner{New: &prepared}}, nil)
				}()
			}
			failed := 0
			for range c.slugs {
				if err := <-ended; err != nil {
					failed++
					if !about(err, "slug") {
						t.Error(err)
					}
				}
			}
			if failed != c.failed {
				t.Errorf("%v: %d failed", c.slugs, failed)
			}
		}
		want := p.contents(t, "first")
		for _, slug := range []string{"second", "one"} {
			for table, rows := range p.contents(t, slug) {
				if len(rows) != len(want[table]) {
					t.Errorf("%s has %d rows of %s, first has %d", slug, len(rows), table, len(want[table]))
				}
			}
		}
		if n := kinds(p.survey(t)().rows)["organizations"]; n != 3 {
			t.Errorf("there are %d organizations", n)
		}
	})
}

// While an import runs, another process writes for another organization, between any two of its transactions.
func TestOthersWriteWhileAnImportRuns(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		p := sunrise(t, db.Engine())
		archive, m := p.export(t, "sunrise")
		process, err := store.Open(t.Context(), p.URL, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer process.Close()
		_, scope, err := organizations.Resolve(t.Context(), process, "bluebird", p.user(t, "jonas@bluebird.example").ID)
		if err != nil {
			t.Fatal(err)
		}
		var took []time.Duration
		err = p.slowly(t.Context(), archive, takeout.As{Slug: "again"}, func(int64) {
			begin := calendar.At(time.Now())
			err := process.Update(t.Context(), scope, func(tx *store.Tx) error {
				_, err := crm.Create(t.Context(), tx, crm.Details{Kind: "company", Name: "Corner shop " + begin.String()})
				return err
			})
			if err != nil {
				t.Error(err)
			}
			took = append(took, time.Since(begin.Time()))
		})
		if err != nil || int64(len(took)) != m.Rows()/few {
			t.Errorf("%d changes by others while %d rows were brought, %v", len(took), m.Rows(), err)
		}
		if most := slices.Max(took); most > 5*time.Second {
			t.Errorf("one of them waited for %s", most)
		}
		if folders, err := os.ReadDir(p.folder); err != nil || len(folders) != 2 {
			t.Errorf("folders of files: %v, %v", folders, err)
		}
	})
}
