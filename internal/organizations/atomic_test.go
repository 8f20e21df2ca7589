package organizations_test

import (
	"database/sql"
	"maps"
	"testing"

	"craftplan/internal/app"
	"craftplan/internal/organizations"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

// Each table that sign-up writes refuses it in turn: nothing is left of the organization, and the slug stays free.
func TestProvisionFailsAtEachTable(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		f := newFaults(t, db)
		provision := func(slug string) error {
			in := organizations.NewOrganization{Name: "Oven", Slug: slug}
			_, err := organizations.Provision(t.Context(), db.Store, in, owner(t, slug+"@oven.example"), app.Bootstrap(), nil)
			return err
		}
		before := f.counts()
		if err := provision("first"); err != nil {
			t.Fatal(err)
		}
		after := f.counts()
		written := 0
		for table, n := range after {
			if n == before[table] {
				continue
			}
			written++
			f.refuse(table)
			if err := provision("second"); err == nil {
				t.Errorf("%s refused, and yet there is an organization", table)
			}
			if now := f.counts(); !maps.Equal(now, after) {
				t.Errorf("%s refused: %v are left, %v were there", table, now, after)
			}
			f.allow(table)
		}
		if written < 5 {
			t.Errorf("sign-up wrote into %d tables", written)
		}
		if err := provision("second"); err != nil {
			t.Errorf("the slug is not free: %v", err)
		}
	})
}

// faults makes tables refuse new rows, and counts the rows of all tables, past every policy.
type faults struct {
	t      *testing.T
	raw    *sql.DB
	engine store.Engine
	tables []string
}

func newFaults(t *testing.T, db *storetest.DB) *faults {
	t.Helper()
	f := &faults{t: t, raw: db.Unbound(), engine: db.Engine()}
	query := "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'goose%'"
	if f.engine == store.Postgres {
		query = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace AND relname NOT LIKE 'goose%'"
		f.do("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$")
	}
	rows, err := f.raw.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		f.tables = append(f.tables, name)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *faults) do(statement string) {
	f.t.Helper()
	if _, err := f.raw.ExecContext(f.t.Context(), statement); err != nil {
		f.t.Fatal(err)
	}
}

func (f *faults) counts() map[string]int {
	f.t.Helper()
	all := map[string]int{}
	for _, table := range f.tables {
		var n int
		if err := f.raw.QueryRowContext(f.t.Context(), "SELECT COUNT(*) FROM "+table).Scan(&n); err != nil {
			f.t.Fatal(err)
		}
		all[table] = n
	}
	return all
}

func (f *faults) refuse(table string) {
	f.t.Helper()
	if f.engine == store.Postgres {
		f.do("CREATE TRIGGER refuse BEFORE INSERT ON " + table + " EXECUTE FUNCTION refuse()")
		return
	}
	f.do("CREATE TRIGGER refuse BEFORE INSERT ON " + table + " BEGIN SELECT RAISE(ABORT, 'refused'); END")
}

func (f *faults) allow(table string) {
	f.t.Helper()
	if f.engine == store.Postgres {
		f.do("DROP TRIGGER refuse ON " + table)
		return
	}
	f.do("DROP TRIGGER refuse")
}
