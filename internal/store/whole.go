package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"unicode/utf8"

	"craftplan/internal/calendar"
	"craftplan/internal/id"
)

// Table is a table of organizations' rows as the database's own catalog describes it: a new one joins what goes over whole
// organizations by itself.
type Table struct {
	Name    string
	Columns []Column // all but organization_id
	key     []string
	refers  []string // tables its rows refer to
	self    string   // a column that refers to another row of the table; "" is none
}

// Column is a column of a Table.
type Column struct {
	Name   string
	Person bool // refers to a member
	domain string
}

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

// columnsOf and referencesOf ask either catalog for the tables whose primary key holds the organization: each column, whether the key
// holds it, and what rows refer to.
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
	SQLite: `SELECT t.name, f."from", f."table" FROM sqlite_master AS t JOIN pragma_foreign_key_list(t.name) AS f
		WHERE t.type = 'table' ORDER BY t.name, f.id, f.seq`,
	Postgres: `SELECT c.relname, a.attname, f.relname
		FROM pg_constraint AS k JOIN pg_class AS c ON c.oid = k.conrelid JOIN pg_class AS f ON f.oid = k.confrelid
		JOIN pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname = current_schema()
		JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = ANY (k.conkey)
		WHERE k.contype = 'f' ORDER BY c.relname, k.oid, a.attnum`,
}

// Tables are all tables of organizations' rows, each after those that its rows refer to.
func (s *Store) Tables(ctx context.Context) ([]Table, error) {
	tables := map[string]*Table{}
	err := s.catalog(ctx, columnsOf[s.engine], func(rows *sql.Rows) error {
		var table, name, domain string
		var inKey int
		if err := rows.Scan(&table, &name, &domain, &inKey); err != nil {
			return err
		}
		t := tables[table]
		if t == nil {
			t = &Table{Name: table}
			tables[table] = t
		}
		if name == organizationColumn {
			return nil
		}
		t.Columns = append(t.Columns, Column{Name: name, domain: domain})
		if inKey > 0 {
			t.key = append(t.key, name)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = s.catalog(ctx, referencesOf[s.engine], func(rows *sql.Rows) error {
		var table, column, to string
		if err := rows.Scan(&table, &column, &to); err != nil {
			return err
		}
		if t := tables[table]; t != nil && column != organizationColumn {
			t.refer(column, to)
		}
		return nil
	})
	return inOrder(tables), err
}

const organizationColumn = "organization_id"

func (s *Store) catalog(ctx context.Context, query string, each func(*sql.Rows) error) (err error) {
	rows, err := s.read.QueryContext(ctx, query)
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

func (t *Table) refer(column, to string) {
	if to == t.Name {
		t.self = column
		return
	}
	t.refers = append(t.refers, to)
	if i := slices.IndexFunc(t.Columns, func(c Column) bool { return c.Name == column }); to == "memberships" || to == "users" {
		t.Columns[i].Person = true
	}
}

// inOrder puts each table after those that it refers to; the same whenever the catalog is the same.
func inOrder(tables map[string]*Table) (all []Table) {
	names := make([]string, 0, len(tables))
	for name := range tables {
		names = append(names, name)
	}
	slices.Sort(names)
	placed := map[string]bool{}
	var place func(name string)
	place = func(name string) {
		t := tables[name]
		if t == nil || placed[name] {
			return
		}
		placed[name] = true
		for _, other := range t.refers {
			place(other)
		}
		all = append(all, *t)
	}
	for _, name := range names {
		place(name)
	}
	return all
}

// AllRows are all rows of the organization in a table, in the order of their key, one after the other: a row is gone when the next is
// asked for. What refers to another row of the table comes after those that do not. The values are nil, int64, bool, string,
// calendar.Date and calendar.Instant, the same on both engines. Whoever calls it is on the reviewed list of the house rules.
func (tx *Tx) AllRows(ctx context.Context, t Table) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		rows, err := tx.db.QueryContext(ctx, t.selection(), tx.scope.organization)
		if err != nil {
			yield(nil, err)
			return
		}
		defer rows.Close()
		cells, into := t.cells()
		for rows.Next() {
			if err := rows.Scan(into...); err != nil {
				yield(nil, err)
				return
			}
			row := make([]any, len(cells))
			for i, c := range cells {
				row[i] = c.value()
			}
			if !yield(row, nil) {
				return
			}
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			yield(nil, err)
		}
	}
}

func (t Table) selection() string {
	var b strings.Builder
	b.WriteString("SELECT ")
	t.names(&b)
	fmt.Fprintf(&b, " FROM %q WHERE organization_id = $1", t.Name)
	order := " ORDER BY "
	if t.self != "" {
		fmt.Fprintf(&b, "%s%q IS NOT NULL", order, t.self)
		order = ", "
	}
	for _, name := range t.key {
		fmt.Fprintf(&b, "%s%q", order, name)
		order = ", "
	}
	return b.String()
}

func (t Table) names(b *strings.Builder) {
	for i, c := range t.Columns {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(b, "%q", c.Name)
	}
}

// RowsAtOnce is how many rows InsertRows takes at most: the engines bound the parameters of a statement.
const RowsAtOnce = 100

// InsertRows adds rows as AllRows gives them, which become the organization's own. Keys, references and checks of the database hold;
// the rules of the domains are not asked. Whoever calls it is on the reviewed list of the house rules.
func (tx *Tx) InsertRows(ctx context.Context, t Table, rows [][]any) error {
	args := make([]any, 1, 1+len(rows)*len(t.Columns))
	args[0] = tx.scope.organization
	for _, row := range rows {
		args = append(args, row...)
	}
	_, err := tx.db.ExecContext(ctx, t.insertion(len(rows)), args...)
	return Translate(err)
}

func (t Table) insertion(rows int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "INSERT INTO %q (organization_id, ", t.Name)
	t.names(&b)
	b.WriteString(") VALUES ")
	n := 1
	for i := range rows {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("($1")
		for range t.Columns {
			n++
			fmt.Fprintf(&b, ", $%d", n)
		}
		b.WriteString(")")
	}
	return b.String()
}

// cell reads one column.
type cell interface{ value() any }

type cellOf[T any] struct{ sql.Null[T] }

func (c *cellOf[T]) value() any {
	if !c.Valid {
		return nil
	}
	return c.V
}

func (t Table) cells() (cells []cell, into []any) {
	for _, column := range t.Columns {
		var c cell
		switch column.kind() {
		case instant:
			c = &cellOf[calendar.Instant]{}
		case day:
			c = &cellOf[calendar.Date]{}
		case wholeNumber:
			c = &cellOf[int64]{}
		case truth:
			c = &cellOf[bool]{}
		case plainText, identifier:
			c = &cellOf[string]{}
		}
		cells, into = append(cells, c), append(into, c)
	}
	return cells, into
}

// Only is the table with some of its columns, in another order. The others get their defaults. The error names a column that is not
// there.
func (t Table) Only(names []string) (Table, error) {
	columns := make([]Column, len(names))
	for i, name := range names {
		at := slices.IndexFunc(t.Columns, func(c Column) bool { return c.Name == name })
		if at < 0 || slices.Contains(names[:i], name) {
			return Table{}, fmt.Errorf("table %s has no column %.40q, or it is named twice", t.Name, name)
		}
		columns[i] = t.Columns[at]
	}
	t.Columns = columns
	return t, nil
}

// Read reads a value as JSON writes what AllRows gives: dates and instants are texts.
func (c Column) Read(value any) (any, error) {
	switch v := value.(type) {
	case nil:
		return nil, nil //nolint:nilnil // no value is one
	case json.Number:
		if c.kind() == wholeNumber {
			return v.Int64()
		}
	case bool:
		if c.kind() == truth {
			return v, nil
		}
	case string:
		return c.readText(v)
	}
	return nil, fmt.Errorf("column %s takes no %T", c.Name, value)
}

func (c Column) readText(text string) (any, error) {
	switch c.kind() {
	case instant:
		var at calendar.Instant
		err := at.Scan(text)
		return at, err
	case day:
		return calendar.Parse(text)
	case identifier:
		which, err := id.Parse(text)
		return which.String(), err
	case plainText:
		if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
			return nil, fmt.Errorf("column %s holds what no database can keep", c.Name)
		}
		return text, nil
	}
	return nil, fmt.Errorf("column %s takes no text", c.Name)
}
