package store_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"craftplan/internal/crm"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/settings"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
	"craftplan/internal/store/storetest/cluster"
)

func add(ctx context.Context, tx *store.Tx, name string) error {
	_, err := crm.Create(ctx, tx, crm.Details{Kind: crm.Company, Name: name})
	return err
}

func customers(t *testing.T, db *storetest.DB, scope store.Scope) (total int64) {
	t.Helper()
	err := db.View(t.Context(), scope, func(tx *store.Tx) (err error) {
		_, total, err = crm.List(t.Context(), tx, crm.Filter{Limit: 10})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return total
}

// All of a transaction happens or nothing: after an error, and after a panic.
func TestUpdateIsAtomic(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		scope := db.Organization("Sunrise")
		broken := errors.New("broken")
		after := 0
		err := db.Update(t.Context(), scope, func(tx *store.Tx) error {
			tx.AfterCommit(func() { after++ })
			return errors.Join(add(t.Context(), tx, "Half"), broken)
		})
		if !errors.Is(err, broken) {
			t.Error(err)
		}
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic was swallowed")
				}
			}()
			_ = db.Update(t.Context(), scope, func(tx *store.Tx) error {
				_ = add(t.Context(), tx, "Half")
				panic("broken")
			})
		}()
		if n := customers(t, db, scope); n != 0 || after != 0 {
			t.Errorf("%d customers, %d after the commit that never was", n, after)
		}
		if err := db.Update(t.Context(), scope, func(tx *store.Tx) error {
			tx.AfterCommit(func() { after++ })
			return add(t.Context(), tx, "Whole")
		}); err != nil || after != 1 || customers(t, db, scope) != 1 {
			t.Errorf("%v, %d after", err, after)
		}
	})
}

func TestViewCannotWrite(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		scope := db.Organization("Sunrise")
		if err := db.View(t.Context(), scope, func(tx *store.Tx) error { return add(t.Context(), tx, "Sneaky") }); err == nil {
			t.Error("a view wrote")
		}
		if customers(t, db, scope) != 0 {
			t.Error("and it stayed")
		}
	})
}

func TestNoScopeOpensNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		ran := false
		if err := db.View(t.Context(), store.Scope{}, func(*store.Tx) error { ran = true; return nil }); err == nil || ran {
			t.Errorf("without an organization: %v, ran %t", err, ran)
		}
		whole := db.Organization("Sunrise")
		for what, scope := range map[string]store.Scope{
			"no organization": store.NewScope(id.Organization{}, whole.Actor(), whole.Context()),
			"no time zone":    store.NewScope(whole.Organization(), whole.Actor(), store.Context{}),
		} {
			if err := db.View(t.Context(), scope, func(*store.Tx) error { ran = true; return nil }); err == nil || ran {
				t.Errorf("%s: %v, ran %t", what, err, ran)
			}
		}
	})
}

// The attack: a statement for another organization, or for none, in an organization's transaction.
func TestTheGuard(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		sunrise, bluebird := db.Organization("Sunrise"), db.Organization("Bluebird")
		for name, args := range map[string][]any{
			"another organization": {bluebird.Organization()}, "none": nil, "its text": {sunrise.Organization().String()}, "an id": {id.New()}, "a second argument": {1, sunrise.Organization()},
		} {
			_ = db.View(t.Context(), sunrise, func(tx *store.Tx) error { // its end may fail: a query was cancelled
				const query = "SELECT COUNT(*) FROM customers WHERE organization_id = $1"
				if _, err := tx.DB().ExecContext(t.Context(), query, args...); !errors.Is(err, store.ErrWrongOrganization) {
					t.Errorf("%s: exec: %v", name, err)
				}
				if rows, err := tx.DB().QueryContext(t.Context(), query, args...); !errors.Is(err, store.ErrWrongOrganization) {
					t.Errorf("%s: query: %v", name, err)
					rows.Close()
				}
				if _, err := tx.DB().PrepareContext(t.Context(), query); !errors.Is(err, store.ErrWrongOrganization) {
					t.Errorf("%s: prepare: %v", name, err)
				}
				var n int
				if err := tx.DB().QueryRowContext(t.Context(), query, args...).Scan(&n); err == nil {
					t.Errorf("%s: a row", name)
				}
				return nil
			})
		}
	})
}

// Past the guard, PostgreSQL itself shows and takes nothing of another organization.
func TestRowLevelSecurity(t *testing.T) {
	db := storetest.New(t, store.Postgres)
	sunrise, bluebird := db.Organization("Sunrise"), db.Organization("Bluebird")
	db.Do(t, bluebird, func(ctx context.Context, tx *store.Tx) error { return add(ctx, tx, "Secret") })
	raw, err := sql.Open("pgx", db.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	var n int
	if err := raw.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM customers").Scan(&n); err == nil {
		t.Errorf("without an organization %d customers show", n)
	}
	tx, err := raw.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }() // nothing of it shall stay
	count := func(want int) {
		t.Helper()
		var n int
		if err := tx.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM customers").Scan(&n); err != nil || n != want {
			t.Errorf("%d customers, %v; want %d", n, err, want)
		}
	}
	if _, err := tx.ExecContext(t.Context(), "SELECT use_organization($1)", sunrise.Organization()); err != nil {
		t.Fatal(err)
	}
	count(0)
	if result, err := tx.ExecContext(t.Context(), "UPDATE customers SET name = 'mine' WHERE organization_id = $1", bluebird.Organization()); err != nil {
		t.Error(err)
	} else if n, _ := result.RowsAffected(); n != 0 {
		t.Errorf("%d rows of another organization changed", n)
	}
	if _, err := tx.ExecContext(t.Context(), "INSERT INTO sequences (organization_id, name, year, next_value) VALUES ($1, 'X', 0, 1)", bluebird.Organization()); err == nil {
		t.Error("a row was written into another organization")
	}
}

// The attack: statements that name the right organization first, as the guard wants, and write the rows of another. The
// database refuses them, or finds nothing to write.
func TestWritesForAnotherOrganization(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		sunrise, bluebird := db.Organization("Sunrise"), db.Organization("Bluebird")
		db.Do(t, bluebird, func(ctx context.Context, tx *store.Tx) error { return add(ctx, tx, "Theirs") })
		db.Do(t, sunrise, func(ctx context.Context, tx *store.Tx) error { return add(ctx, tx, "Ours") })
		for _, attack := range []struct {
			statement string
			silent    bool // on PostgreSQL, whose policy hides the rows
		}{
			{"INSERT INTO sequences (organization_id, name, year, next_value) SELECT CAST($2 AS org_text), 'X', 0, 1 WHERE CAST($1 AS text) <> ''", false},
			{"INSERT INTO sequences (organization_id, name, year, next_value) SELECT CAST($2 AS org_text), name, year, 1 FROM sequences WHERE organization_id = $1 ON CONFLICT (organization_id, name, year) DO UPDATE SET next_value = 9000", false},
			{"UPDATE customers SET name = 'mine' WHERE organization_id <> $1 AND organization_id = $2", true},
			{"UPDATE customers SET organization_id = $2 WHERE organization_id = $1", false},
			{"DELETE FROM customers WHERE organization_id <> $1 AND organization_id = $2", true},
		} {
			err := db.Update(t.Context(), sunrise, func(tx *store.Tx) error {
				result, err := tx.DB().ExecContext(t.Context(), attack.statement, sunrise.Organization(), bluebird.Organization())
				if err != nil {
					return err
				}
				if n, err := result.RowsAffected(); err != nil || n != 0 {
					t.Errorf("%d rows written, %v: %s", n, err, attack.statement)
				}
				return nil
			})
			if silent := attack.silent && db.Engine() == store.Postgres; silent != (err == nil) {
				t.Errorf("%v: %s", err, attack.statement)
			}
			if db.Engine() == store.SQLite && !errors.Is(err, store.ErrWrongOrganization) {
				t.Errorf("%v: %s", err, attack.statement)
			}
		}
		if n := customers(t, db, bluebird); n != 1 {
			t.Errorf("the other has %d customers", n)
		}
		undone := errors.New("undone")
		for before, end := range map[string]error{"a change": nil, "a change that was rolled back": undone} { // of the connection's former organization nothing is left
			if err := db.Update(t.Context(), sunrise, func(tx *store.Tx) error { return errors.Join(add(t.Context(), tx, "Ours"), end) }); !errors.Is(err, end) {
				t.Fatal(err)
			}
			err := db.System(t.Context(), "test: an organization's table outside any", func(tx *store.SystemTx) error {
				_, err := tx.DB().ExecContext(t.Context(), "DELETE FROM customers WHERE name = 'Ours'")
				return err
			})
			if err == nil {
				t.Errorf("after %s a system transaction wrote an organization's table", before)
			}
		}
		db.Do(t, sunrise, func(ctx context.Context, tx *store.Tx) error { return add(ctx, tx, "After all that") })
	})
}

// A table joins by being there: SQLite's triggers are made from the catalog.
func TestTriggersOfEveryTable(t *testing.T) {
	db := storetest.New(t, store.SQLite)
	if _, err := db.Raw().ExecContext(t.Context(), "CREATE TABLE later (organization_id org_text NOT NULL PRIMARY KEY REFERENCES organizations (id))"); err != nil {
		t.Fatal(err)
	}
	again, err := store.Open(t.Context(), db.URL, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	err = again.Update(t.Context(), db.Organization("Sunrise"), func(tx *store.Tx) error {
		const tables = `SELECT t.name, (SELECT COUNT(*) FROM sqlite_temp_master AS g WHERE g.type = 'trigger' AND g.tbl_name = t.name) FROM sqlite_master AS t
			WHERE t.type = 'table' AND CAST($1 AS text) <> '' AND (t.name = 'organizations' OR EXISTS (SELECT 1 FROM pragma_table_info(t.name) AS c WHERE c.name = 'organization_id'))`
		rows, err := tx.DB().QueryContext(t.Context(), tables, tx.Organization())
		if err != nil {
			return err
		}
		defer rows.Close()
		seen := map[string]bool{}
		for rows.Next() {
			var table string
			var triggers int
			if err := rows.Scan(&table, &triggers); err != nil {
				return err
			}
			seen[table] = true
			want := 4
			if table == "audit_entries" {
				want = 6 // nothing changes or removes its rows
			}
			if triggers != want {
				t.Errorf("%s has %d triggers", table, triggers)
			}
		}
		if len(seen) < 20 || !seen["later"] || !seen["memberships"] || !seen["organizations"] {
			t.Errorf("looked at %v", seen)
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A server refuses a role that row-level security would not bind.
func TestRolesThatCouldBypass(t *testing.T) {
	db := storetest.New(t, store.Postgres)
	name := db.URL[strings.LastIndex(db.URL, "/")+1:]
	name, _, _ = strings.Cut(name, "?")
	for role, reason := range map[string]string{"postgres": "is a superuser", "craftplan_bypass": "has BYPASSRLS", "craftplan_owner": "owns the tables"} {
		st, err := store.Open(t.Context(), cluster.As(db.URL, role, name), store.Options{})
		if err == nil {
			st.Close()
			t.Errorf("%s may serve", role)
		} else if !strings.Contains(err.Error(), reason) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", role, err)
		}
	}
}

// Many transactions at once that read, then write what they read: each counts once, none is lost.
func TestConcurrentUpdates(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		scope := db.Organization("Sunrise")
		const workers, each = 8, 10
		var all sync.WaitGroup
		for range workers {
			all.Go(func() {
				for range each {
					if err := db.Update(t.Context(), scope, func(tx *store.Tx) error {
						_, err := settings.NextNumber(t.Context(), tx, "TEST", 0)
						return err
					}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		db.Do(t, scope, func(ctx context.Context, tx *store.Tx) error {
			n, err := settings.NextNumber(ctx, tx, "TEST", 0)
			if n != workers*each+1 {
				t.Errorf("after %d numbers comes %d", workers*each, n)
			}
			return err
		})
	})
}

// Those who lock the same name follow one another.
func TestLock(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		scope := db.Organization("Sunrise")
		var mu sync.Mutex
		inside, most := 0, 0
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				err := db.Update(t.Context(), scope, func(tx *store.Tx) error {
					if err := tx.Lock(t.Context(), "the oven"); err != nil {
						return err
					}
					mu.Lock()
					inside++
					most = max(most, inside)
					mu.Unlock()
					time.Sleep(5 * time.Millisecond)
					mu.Lock()
					inside--
					mu.Unlock()
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if most != 1 {
			t.Errorf("%d at once", most)
		}
	})
}

// Two transactions that wait for each other: the database ends one of them, and it is run again.
func TestDeadlockIsRunAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		scope := db.Organization("Sunrise")
		var all, both sync.WaitGroup
		both.Add(2)
		var mu sync.Mutex
		runs := 0
		for _, order := range [][2]string{{"oven", "mixer"}, {"mixer", "oven"}} {
			all.Go(func() {
				first := true
				err := db.Update(t.Context(), scope, func(tx *store.Tx) error {
					mu.Lock()
					runs++
					mu.Unlock()
					if err := tx.Lock(t.Context(), order[0]); err != nil {
						return err
					}
					if first && db.Engine() == store.Postgres { // on SQLite the second waits for the first to end
						first = false
						both.Done()
						both.Wait()
					}
					return tx.Lock(t.Context(), order[1])
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if want := 2; db.Engine() == store.Postgres && runs <= want || db.Engine() == store.SQLite && runs != want {
			t.Errorf("%d runs of two transactions", runs)
		}
	})
}

// The words of a driver never reach people, and a key that is taken is a conflict.
func TestTranslate(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		raw := db.Raw()
		scope := db.Organization("Sunrise")
		if db.Engine() == store.SQLite {
			raw.SetMaxOpenConns(1)
			if _, err := raw.ExecContext(t.Context(), "PRAGMA foreign_keys = ON"); err != nil {
				t.Fatal(err)
			}
		}
		_, err := raw.ExecContext(t.Context(), "INSERT INTO slugs (slug, organization_id, created_at) VALUES ('sunrise', $1, '2026-01-01T00:00:00.000000Z')", scope.Organization())
		if err = store.Translate(err); !errors.Is(err, store.ErrUnique) || !fault.Is(err, fault.KindConflict) {
			t.Errorf("a key twice: %v", err)
		}
		_, err = raw.ExecContext(t.Context(), "INSERT INTO slugs (slug, organization_id, created_at) VALUES ('lost', $1, '2026-01-01T00:00:00.000000Z')", id.NewOrganization())
		if err = store.Translate(err); !errors.Is(err, store.ErrReference) || !fault.Is(err, fault.KindConflict) {
			t.Errorf("a reference to nothing: %v", err)
		}
		for _, word := range []string{"UNIQUE", "SQLSTATE", "constraint", "slugs"} {
			if strings.Contains(fault.MessageOf(err), word) {
				t.Errorf("people would read %q", fault.MessageOf(err))
			}
		}
	})
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "notes.txt")
	if err := os.WriteFile(text, []byte(strings.Repeat("not a database\n", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ database, says string }{
		"another scheme": {"mysql://localhost/craftplan", "use a file path or a postgres:// URL"}, "a bad URL": {"postgres://[::1", "not a valid postgres:// URL"}, "nobody there": {"postgres://u:secret@127.0.0.1:1/x", "does not answer"},
		"not a database": {text, "not a database"}, "a folder": {dir, "cannot be opened for writing"}, "below a file": {filepath.Join(text, "x.db"), "cannot make its folder"}, "never migrated": {filepath.Join(dir, "new.db"), "run craftplan migrate first"},
	} {
		st, err := store.Open(t.Context(), c.database, store.Options{})
		if err == nil {
			st.Close()
			t.Errorf("%s: opened", name)
			continue
		}
		if !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A new file, and what SQLite puts beside it, is for its owner's eyes alone, whatever the process gives other files.
func TestNewFileIsPrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new.db")
	if _, err := store.Migrate(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	st, err := store.Open(t.Context(), path, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		about, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if rights := about.Mode().Perm(); rights&0o077 != 0 {
			t.Errorf("%s has the rights %o", filepath.Base(name), rights)
		}
	}
}

// A database of a newer program is left alone, by the server and by migrate.
func TestNewerDatabase(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		if _, err := db.Raw().ExecContext(t.Context(), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)"); err != nil {
			t.Fatal(err)
		}
		st, err := store.Open(t.Context(), db.URL, store.Options{})
		if err == nil {
			st.Close()
		}
		_, migrated := store.Migrate(t.Context(), db.Owner)
		for _, err := range []error{err, migrated} {
			if err == nil || !strings.Contains(err.Error(), "newer version of craftplan") {
				t.Errorf("%v", err)
			}
		}
	})
}

// What one organization sealed, another cannot open, though both use the same key.
func TestSealing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		a, b := db.Organization("Sunrise"), db.Organization("Bluebird")
		var sealed string
		err := db.View(t.Context(), a, func(tx *store.Tx) (err error) {
			sealed, err = tx.Seal("hunter2", "smtp")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		open := func(scope store.Scope, purpose string) (plain string, err error) {
			err = db.View(t.Context(), scope, func(tx *store.Tx) (err error) {
				plain, err = tx.Open(sealed, purpose)
				return err
			})
			return plain, err
		}
		if plain, err := open(a, "smtp"); err != nil || plain != "hunter2" {
			t.Errorf("its own: %q, %v", plain, err)
		}
		if _, err := open(a, "oidc"); err == nil {
			t.Error("opens for another purpose")
		}
		if _, err := open(b, "smtp"); err == nil {
			t.Error("opens in another organization")
		}
		mine, theirs := id.New(), id.New()
		err = db.SystemView(t.Context(), "test", func(tx *store.SystemTx) error {
			sealed, err := tx.Seal("hunter2", "factor", mine)
			if err != nil {
				return err
			}
			if plain, err := tx.Open(sealed, "factor", mine); err != nil || plain != "hunter2" {
				t.Errorf("a person's own: %q, %v", plain, err)
			}
			if _, err := tx.Open(sealed, "factor", theirs); err == nil {
				t.Error("opens for another person")
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// A whole organization is read in the order of its keys as they are: what is sorted first is in memory first, all of it.
func TestNoTableIsSorted(t *testing.T) {
	db := storetest.New(t, store.SQLite)
	tables, err := db.Tables(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range tables {
		for _, query := range table.Selections() {
			rows, err := db.Raw().QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+query, "")
			if err != nil {
				t.Fatal(err)
			}
			for rows.Next() {
				var step, parent, unused int
				var detail string
				if err := rows.Scan(&step, &parent, &unused, &detail); err != nil {
					t.Fatal(err)
				}
				if strings.Contains(detail, "TEMP B-TREE") {
					t.Errorf("%s: %s", query, detail)
				}
			}
			if err := errors.Join(rows.Err(), rows.Close()); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(tables) < 40 {
		t.Errorf("only %d tables", len(tables))
	}
}

// PostgreSQL has tools of its own for copies.
func TestCopyIsForSQLite(t *testing.T) {
	db := storetest.New(t, store.Postgres)
	if err := db.CopyTo(t.Context(), filepath.Join(t.TempDir(), "copy.db")); !errors.Is(err, store.ErrNotSQLite) {
		t.Errorf("copied: %v", err)
	}
}

// PostgreSQL knows nothing yet of a table that an import has just filled. What is removed of it is looked for by index all the same, not by
// comparing every row with every other.
func TestRemovalIsPlannedWithoutStatistics(t *testing.T) {
	db := storetest.New(t, store.Postgres)
	organization := db.Organization("Sunrise").Organization().String()
	tables, err := db.Tables(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	raw, err := db.Raw().Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	if _, err := raw.ExecContext(t.Context(), "SELECT set_config('app.organization_id', $1, false)", organization); err != nil {
		t.Fatal(err)
	}
	looked := 0
	for _, table := range tables {
		for _, column := range table.Refers() {
			looked++
			rows, err := raw.QueryContext(t.Context(), "EXPLAIN "+strings.ReplaceAll(table.Deletion(), "$1", "'"+organization+"'"))
			if err != nil {
				t.Fatal(err)
			}
			plan := ""
			for rows.Next() {
				var line string
				if err := rows.Scan(&line); err != nil {
					t.Fatal(err)
				}
				plan += line + "\n"
			}
			if err := errors.Join(rows.Err(), rows.Close()); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(plan, "AND ("+column+" >= ") {
				t.Errorf("%s:\n%s", table.Name, plan)
			}
		}
	}
	if looked == 0 {
		t.Error("no table refers to itself")
	}
}

// A transaction whose connection was closed from the other side before a statement was sent runs again, on another one.
func TestBrokenConnectionsAreReplaced(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		scope := db.Organization("Sunrise")
		tries := 0
		err := db.Update(t.Context(), scope, func(*store.Tx) error {
			if tries++; tries == 1 {
				return fmt.Errorf("read something: %w", driver.ErrBadConn)
			}
			return nil
		})
		if err != nil || tries != 2 {
			t.Errorf("%d tries, %v", tries, err)
		}
	})
}

// Whoever hangs up takes a connection with them. Nobody who waits is given it, also where many wait for few.
func TestOthersHangUp(t *testing.T) {
	nothing := func(context.Context, *store.Store) error { return nil }
	db := storetest.Filled(nothing).NewWith(t, store.Postgres, store.Options{Connections: 1})
	ask := func(ctx context.Context, question string) error {
		return db.SystemView(ctx, "test: a question", func(tx *store.SystemTx) error {
			var answer string
			return tx.DB().QueryRowContext(ctx, question).Scan(&answer)
		})
	}
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			for range 50 {
				hurried, hangUp := context.WithTimeout(t.Context(), time.Duration(rand.IntN(60))*time.Millisecond)
				if err := ask(hurried, "SELECT CAST(pg_sleep(1) AS text)"); err == nil {
					t.Error("it was answered")
				}
				hangUp()
			}
		})
	}
	for range 3 {
		all.Go(func() {
			for range 100 {
				if err := ask(t.Context(), "SELECT 'yes'"); err != nil {
					t.Errorf("who waits gets: %v", err)
				}
			}
		})
	}
	all.Wait()
}

func TestDatabaseThatDoesNotAnswer(t *testing.T) {
	_, err := pgx.Connect(t.Context(), "postgres://u:secret@127.0.0.1:1/x")
	if err = store.Translate(err); !fault.Is(err, fault.KindUnavailable) || strings.Contains(fault.MessageOf(err), "127.0.0.1") {
		t.Errorf("nobody there: %v", err)
	}
}
