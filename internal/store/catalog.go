package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Table is a table of organizations' rows as the database's own catalog describes it: a new one joins what goes over whole
// organizations by itself.
type Table struct {
	Name    string
	Columns []Column // all but organization_id
	key     []string // of the primary key, without organization_id
	refers  []string // other tables that its rows refer to
	self    []selfReference
}

// Column is a column of a Table.
type Column struct {
	Name   string
	Person bool // refers to a member
	domain string
}

// selfReference is a foreign key to another row of the same table: its columns without organization_id, and what each refers to.
type selfReference struct{ from, to []string }

type kind int

const (
	plainText kind = iota
	identifier
	wholeNumber
	truth
	day
	instant
)

// kind is what the column holds, by the names that both engines' catalogs give: of a domain, or of a type.
func (c Column) kind() kind {
	switch c.domain {
	case "ts_text":
		return instant
	case "date_text":
		return day
	case "bigint", "int8", "money_int", "qty_int":
		return wholeNumber
	case "boolean", "bool":
		return truth
	case "uuid_text", "org_text", "uuid":
		return identifier
	}
	return plainText
}

const organizationColumn = "organization_id"

// columnsOf and referencesOf ask either catalog for the tables whose primary key holds the organization: each column and whether the
// key holds it; and for the foreign keys of all tables, column by column.
var columnsOf = map[Engine]string{
	SQLite: `SELECT t.name, c.name, lower(c.type), c.pk FROM sqlite_master AS t JOIN pragma_table_info(t.name) AS c
		WHERE t.type = 'table' AND EXISTS (SELECT 1 FROM pragma_table_info(t.name) AS o WHERE o.name = 'organization_id' AND o.pk > 0) ORDER BY t.name, c.cid`,
	Postgres: `SELECT c.relname, a.attname, t.typname, COALESCE(array_position(i.indkey::int2[], a.attnum), -1) + 1
		FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname = current_schema()
		JOIN pg_index AS i ON i.indrelid = c.oid AND i.indisprimary
		JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
		JOIN pg_type AS t ON t.oid = a.atttypid
		WHERE EXISTS (SELECT 1 FROM pg_attribute AS o WHERE o.attrelid = c.oid AND o.attname = 'organization_id' AND o.attnum = ANY (i.indkey::int2[]))
		ORDER BY c.relname, a.attnum`,
}

var referencesOf = map[Engine]string{
	SQLite: `SELECT t.name, f.id, f."table", f."from", f."to" FROM sqlite_master AS t JOIN pragma_foreign_key_list(t.name) AS f
		WHERE t.type = 'table' ORDER BY t.name, f.id, f.seq`,
	Postgres: `SELECT c.relname, f.conname, p.relname, a.attname, b.attname
		FROM pg_constraint AS f JOIN pg_class AS c ON c.oid = f.conrelid JOIN pg_class AS p ON p.oid = f.confrelid
		CROSS JOIN LATERAL unnest(f.conkey, f.confkey) WITH ORDINALITY AS k(here, there, place)
		JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = k.here JOIN pg_attribute AS b ON b.attrelid = p.oid AND b.attnum = k.there
		WHERE f.contype = 'f' AND c.relnamespace = current_schema()::regnamespace ORDER BY c.relname, f.conname, k.place`,
}

// asker is a connection or a transaction.
type asker interface {
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
}

// Tables are all tables of organizations' rows, each after those that its rows refer to.
func (s *Store) Tables(ctx context.Context) ([]Table, error) { return tablesOf(ctx, s.read, s.engine) }

func tablesOf(ctx context.Context, db asker, engine Engine) ([]Table, error) {
	tables := map[string]*Table{}
	err := askCatalog(ctx, db, columnsOf[engine], func(rows *sql.Rows) error {
		var table string
		var column Column
		var inKey int
		if err := rows.Scan(&table, &column.Name, &column.domain, &inKey); err != nil {
			return err
		}
		if tables[table] == nil {
			tables[table] = &Table{Name: table}
		}
		tables[table].add(column, inKey > 0)
		return nil
	})
	if err != nil {
		return nil, err
	}
	last := ""
	err = askCatalog(ctx, db, referencesOf[engine], func(rows *sql.Rows) error {
		var table, constraint, to, column, target string
		if err := rows.Scan(&table, &constraint, &to, &column, &target); err != nil {
			return err
		}
		if t := tables[table]; t != nil {
			t.refer(to, column, target, table+" "+constraint != last)
		}
		last = table + " " + constraint
		return nil
	})
	if err != nil {
		return nil, err
	}
	return inOrder(tables)
}

func askCatalog(ctx context.Context, db asker, query string, each func(*sql.Rows) error) (err error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := each(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (t *Table) add(column Column, inKey bool) {
	if column.Name == organizationColumn {
		return
	}
	t.Columns = append(t.Columns, column)
	if inKey {
		t.key = append(t.key, column.Name)
	}
}

// refer notes one column of a foreign key, of which it may be the first.
func (t *Table) refer(to, column, target string, first bool) {
	if to != t.Name {
		t.refers = append(t.refers, to)
		if i := slices.IndexFunc(t.Columns, func(c Column) bool { return c.Name == column }); i >= 0 && (to == "memberships" || to == "users") {
			t.Columns[i].Person = true
		}
		return
	}
	if first {
		t.self = append(t.self, selfReference{})
	}
	if r := &t.self[len(t.self)-1]; column != organizationColumn {
		r.from, r.to = append(r.from, column), append(r.to, target)
	}
}

// inOrder puts each table after those that it refers to; the same whenever the catalog is the same.
func inOrder(tables map[string]*Table) (all []Table, err error) {
	const placing, placed = 1, 2
	state := map[string]int{}
	var place func(name string) error
	place = func(name string) error {
		t := tables[name]
		switch {
		case t == nil || state[name] == placed:
			return nil
		case state[name] == placing:
			return fmt.Errorf("tables refer to each other in a circle: %s", name)
		}
		state[name] = placing
		for _, other := range t.refers {
			if err := place(other); err != nil {
				return err
			}
		}
		state[name] = placed
		all = append(all, *t)
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		if err := place(name); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// quoted are names of columns from the catalog as SQL writes them in a list.
func quoted(prefix string, columns []string) string {
	all := make([]string, len(columns))
	for i, c := range columns {
		all[i] = fmt.Sprintf("%s%q", prefix, c)
	}
	return strings.Join(all, ", ")
}
