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

// AllRows are all rows of the organization in a table, in the order of their key, one after the other: a row is gone when the next is
// asked for. What refers to another row of the table comes after those that do not. The values are nil, int64, bool, string,
// calendar.Date and calendar.Instant, the same on both engines. Whoever calls it is on the reviewed list of the house rules.
func (tx *Tx) AllRows(ctx context.Context, t Table) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for _, which := range t.waves() {
			more, err := tx.rowsOf(ctx, t, which, yield)
			if err != nil {
				yield(nil, err)
			}
			if err != nil || !more {
				return
			}
		}
	}
}

// rowsOf are the rows of a wave; more is false when no others are wanted.
func (tx *Tx) rowsOf(ctx context.Context, t Table, which string, yield func([]any, error) bool) (more bool, err error) {
	rows, err := tx.db.QueryContext(ctx, t.selection(which), tx.scope.organization)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	cells, into := t.cells()
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return false, err
		}
		row := make([]any, len(cells))
		for i, c := range cells {
			row[i] = c.value()
		}
		if !yield(row, nil) {
			return false, nil
		}
	}
	return true, errors.Join(rows.Err(), rows.Close())
}

// CountRows is how many rows of the organization there are in each table.
func (tx *Tx) CountRows(ctx context.Context) (Counted, error) {
	tables, err := tablesOf(ctx, tx.sql, tx.engine)
	if err != nil {
		return nil, err
	}
	counted := Counted{}
	for _, t := range tables {
		var n int64
		if err := tx.db.QueryRowContext(ctx, fmt.Sprintf("SELECT COUNT(*) FROM %q WHERE organization_id = $1", t.Name), tx.scope.organization).Scan(&n); err != nil {
			return nil, fmt.Errorf("%s: %w", t.Name, err)
		}
		counted[t.Name] = n
	}
	return counted, nil
}

// waves are conditions that part the rows by whether they refer to others of the table: those that do not come first. One query sorted
// by that would keep all rows in memory; each of these is read in the order of the key as it is. They are so written that no index can
// answer them: with one of its own SQLite would find the rows, and then sort them in memory.
func (t Table) waves() []string {
	waves := []string{""}
	for _, r := range t.self {
		var next []string
		for _, w := range waves {
			refers := fmt.Sprintf("CASE WHEN %q IS NULL THEN 0 ELSE 1 END", r.from[0])
			next = append(next, w+" AND "+refers+" = 0", w+" AND "+refers+" = 1")
		}
		waves = next
	}
	return waves
}

func (t Table) selection(which string) string {
	text := fmt.Sprintf("SELECT %s FROM %q WHERE organization_id = $1%s", quoted("", t.names()), t.Name, which)
	if len(t.key) > 0 {
		text += " ORDER BY " + quoted("", t.key)
	}
	return text
}

func (t Table) names() []string {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	return names
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
	fmt.Fprintf(&b, "INSERT INTO %q (organization_id, %s) VALUES ", t.Name, quoted("", t.names()))
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
