package census

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"craftplan/internal/store"
)

// table is a table of the catalog, and what was last read of it.
type table struct {
	name     string
	columns  []column
	question *sql.Stmt // for its rows

	version, read version // now, and when rows were read; PostgreSQL
	rows          []Row
}

// version is another after every change that was committed: a row that comes, or becomes another, has the number of a later
// transaction, and with one that goes there are fewer.
type version struct{ rows, writer int64 }

// The queue's table of jobs: its library's, and ours only in what is inside of two of its columns.
const jobs, jobArguments = "river_job", "args"

// column has the type of the migrations, which both engines keep: uuid_text, org_text, text.
type column struct{ name, kind string }

func (t *table) has(name string) bool {
	return slices.ContainsFunc(t.columns, func(c column) bool { return c.name == name })
}

// tenant tells whether the rows are an organization's.
func (t *table) tenant() bool { return t.has("organization_id") }

// owner is an expression for whose a row is.
func (t *table) owner(engine store.Engine) (string, error) {
	switch {
	case t.tenant():
		return "organization_id", nil
	case t.name == "organizations" || t.name == "users":
		return "id", nil
	case t.has("user_id"):
		return "user_id", nil
	case t.name == jobs && engine == store.Postgres:
		return "metadata->>'organization'", nil
	case t.name == jobs:
		return "json_extract(metadata, '$.organization')", nil
	case nobodys[t.name] != "":
		return "''", nil
	}
	return "", fmt.Errorf("whose are the rows of table %s? It has no organization_id and no user_id: give it one, or say in census.nobodys why its rows are nobody's", t.name)
}

// learn reads the catalog and makes the one question that reads all rows.
func (t *Taker) learn(ctx context.Context) error {
	query := `SELECT m.name, c.name, c.type FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' ORDER BY m.name, c.cid`
	if t.engine == store.Postgres {
		query = `SELECT table_name, column_name, COALESCE(domain_name, data_type) FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
			WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' ORDER BY table_name, ordinal_position`
	}
	rows, err := t.conn.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		var c column
		if err := rows.Scan(&name, &c.name, &c.kind); err != nil {
			return err
		}
		if apart(name) {
			continue
		}
		if n := len(t.tables); n == 0 || t.tables[n-1].name != name {
			t.tables = append(t.tables, &table{name: name, read: version{rows: -1}})
		}
		last := t.tables[len(t.tables)-1]
		last.columns = append(last.columns, c)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	slices.SortFunc(t.tables, func(a, b *table) int { return strings.Compare(a.name, b.name) })
	return t.prepare(ctx)
}

// prepare makes the questions for the rows of each table, and on PostgreSQL the one for all versions.
func (t *Taker) prepare(ctx context.Context) error {
	var versions []string
	for i, table := range t.tables {
		question, err := table.ask(t.engine)
		if err != nil {
			return err
		}
		if table.question, err = t.conn.PrepareContext(ctx, question); err != nil {
			return err
		}
		versions = append(versions, fmt.Sprintf("SELECT %d, COUNT(*), COALESCE(MAX(CAST(CAST(xmin AS text) AS bigint)), 0) FROM %s", i, table.name))
	}
	if t.engine == store.SQLite {
		return nil
	}
	var err error
	t.versions, err = t.conn.PrepareContext(ctx, strings.Join(versions, "\nUNION ALL "))
	return err
}

func (t *table) ask(engine store.Engine) (string, error) {
	owner, err := t.owner(engine)
	if err != nil {
		return "", err
	}
	row := "CAST(row_to_json(t) AS text)"
	if engine == store.SQLite {
		pairs := make([]string, len(t.columns))
		for i, c := range t.columns {
			value := fmt.Sprintf("CASE typeof(%s) WHEN 'blob' THEN hex(%[1]s) ELSE %[1]s END", c.name)
			if c.name == jobArguments && t.name == jobs {
				value = "json(" + c.name + ")"
			}
			pairs[i] = literal(c.name) + ", " + value
		}
		row = "json_object(" + strings.Join(pairs, ", ") + ")"
	}
	return fmt.Sprintf("SELECT COALESCE(CAST(%s AS text), ''), %s FROM %s t", owner, row, t.name), nil
}

// Tables are the names of the tables whose rows are an organization's.
func (t *Taker) Tables() (names []string) {
	for _, table := range t.tables {
		if table.tenant() {
			names = append(names, table.name)
		}
	}
	return names
}
