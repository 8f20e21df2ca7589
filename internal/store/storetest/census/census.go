// Package census counts a database's rows past the store: every row of every table, and whose it is. It is generated from the
// database's own catalog, so that a new table takes part without a word here.
package census

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "modernc.org/sqlite"             // the driver "sqlite"

	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

// Taker takes the census of one database, and can bring its rows back to what they were.
type Taker struct {
	engine   store.Engine
	db       *sql.DB
	mu       sync.Mutex // of Exec and Column, which may be asked from several sides
	conn     *sql.Conn  // the one that all is asked on
	tables   []table
	question *sql.Stmt // for all rows of all tables

	version int64  // of the file, when last was taken; SQLite
	last    Census // nil when it must be taken anew
	settled Census
}

// Row is one row of a table.
type Row struct {
	Table string
	Owner string // the organization's id, else that of the person, else ""
	JSON  string // the columns by name, in their order
}

// Census is all rows, in the order of their text.
type Census []Row

// nobodys are the tables whose rows are nobody's, each with the reason.
var nobodys = map[string]string{
	"mailbox":              "what is in it is sealed, and it is the operator's",
	"closed_organizations": "a summary of who is gone, for the operator",
	"retired_slugs":        "addresses of who is gone",
	"support_events":       "the host's own record of support",
}

// apart are the tables that no request writes.
func apart(name string) bool {
	return name == "goose_db_version" || strings.HasPrefix(name, "sqlite_") || strings.HasPrefix(name, "river_") && name != jobs
}

// Open looks at the database, as somebody whom no policy binds.
func Open(ctx context.Context, db *storetest.DB) (*Taker, error) {
	t := &Taker{engine: db.Engine()}
	driver, source := "pgx", db.Super
	if t.engine == store.SQLite {
		driver, source = "sqlite", "file:"+db.Super+"?_pragma=busy_timeout(10000)&_pragma=foreign_keys(0)"
	}
	var err error
	if t.db, err = sql.Open(driver, source); err != nil {
		return nil, err
	}
	if t.conn, err = t.db.Conn(ctx); err != nil {
		return nil, errors.Join(err, t.db.Close())
	}
	if err := t.learn(ctx); err != nil {
		return nil, errors.Join(err, t.Close())
	}
	if t.engine == store.SQLite {
		err = errors.Join(t.Exec(ctx, "VACUUM INTO ?", db.Super+former), t.Exec(ctx, "ATTACH ? AS former", db.Super+former))
	}
	if err == nil {
		t.settled, err = t.Take(ctx)
	}
	if err != nil {
		err = errors.Join(err, t.Close())
	}
	return t, err
}

// former is what a copy of the file is called, from which Restore copies back.
const former = ".former"

// Close lets go of the database.
func (t *Taker) Close() error { return errors.Join(t.conn.Close(), t.db.Close()) }

// Exec runs a statement past the store, as nobody's rights: to plant what the program would never write.
func (t *Taker) Exec(ctx context.Context, statement string, args ...any) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = nil // a change of our own does not move the version
	_, err := t.conn.ExecContext(ctx, statement, args...)
	return err
}

// Column reads the first column of a query, as text.
func (t *Taker) Column(ctx context.Context, query string, args ...any) (all []string, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	rows, err := t.conn.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var text sql.NullString
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		all = append(all, text.String)
	}
	return all, rows.Err()
}

// Take reads every row.
func (t *Taker) Take(ctx context.Context) (Census, error) {
	if t.engine == store.SQLite {
		same, err := t.unchanged(ctx)
		if err != nil || same {
			return t.last, err
		}
	}
	rows, err := t.question.QueryContext(ctx)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all Census
	for rows.Next() {
		var r Row
		if err := rows.Scan(&r.Table, &r.Owner, &r.JSON); err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	slices.SortFunc(all, Row.compare)
	t.last = all
	return all, nil
}

func (r Row) compare(other Row) int {
	if c := strings.Compare(r.Table, other.Table); c != 0 {
		return c
	}
	return strings.Compare(r.JSON, other.JSON)
}

// unchanged tells whether nobody else wrote to the file since the last census.
func (t *Taker) unchanged(ctx context.Context) (bool, error) {
	former := t.version
	err := t.conn.QueryRowContext(ctx, "PRAGMA main.data_version").Scan(&t.version)
	return err == nil && former == t.version && t.last != nil, err
}

// Engine is what the database runs on.
func (t *Taker) Engine() store.Engine { return t.engine }

// Change is a row that came, went, or became another.
type Change struct {
	Row
	Gone bool
}

func (c Change) String() string {
	if c.Gone {
		return "- " + c.Table + " " + c.JSON
	}
	return "+ " + c.Table + " " + c.JSON
}

// Compare lists what differs between two censuses.
func Compare(before, after Census) (changes []Change) {
	i, j := 0, 0
	for i < len(before) || j < len(after) {
		order := 1 // a row that came
		switch {
		case j == len(after):
			order = -1
		case i < len(before):
			order = before[i].compare(after[j])
		}
		switch {
		case order < 0:
			changes = append(changes, Change{before[i], true})
			i++
		case order > 0:
			changes = append(changes, Change{after[j], false})
			j++
		default:
			i, j = i+1, j+1
		}
	}
	return changes
}

// With is the census with more rows.
func (c Census) With(more Census) Census {
	all := slices.Concat(c, more)
	slices.SortFunc(all, Row.compare)
	return all
}

// Of are the rows of some owners.
func (c Census) Of(owners ...string) (kept Census) {
	for _, r := range c {
		if slices.Contains(owners, r.Owner) {
			kept = append(kept, r)
		}
	}
	return kept
}

// Settled is the census that Restore goes back to: what there was when the taker was opened, or last settled.
func (t *Taker) Settled() Census { return t.settled }

// Settle makes what is there now what Restore goes back to.
func (t *Taker) Settle(ctx context.Context) (err error) {
	if t.settled, err = t.Take(ctx); err != nil || t.engine != store.SQLite {
		return err
	}
	var names []string
	for _, table := range t.tables {
		names = append(names, table.name)
	}
	return t.copy(ctx, names, "main", "former")
}

// Restore undoes all that changed since.
func (t *Taker) Restore(ctx context.Context) error {
	now, err := t.Take(ctx)
	if err != nil {
		return err
	}
	return t.Undo(ctx, Compare(t.settled, now))
}

// Undo is Restore when it is known already what changed.
func (t *Taker) Undo(ctx context.Context, changes []Change) error {
	var touched []string
	for _, c := range changes {
		if !slices.Contains(touched, c.Table) {
			touched = append(touched, c.Table)
		}
	}
	switch {
	case len(touched) == 0:
		return nil
	case t.engine == store.SQLite:
		return t.copy(ctx, touched, "former", "main")
	}
	return t.rewrite(ctx, touched)
}

// copy makes tables of one file those of the other.
func (t *Taker) copy(ctx context.Context, tables []string, from, to string) error {
	script := "BEGIN IMMEDIATE;"
	for _, name := range tables {
		script += fmt.Sprintf("DELETE FROM %s.%s; INSERT INTO %[1]s.%[2]s SELECT * FROM %s.%[2]s;", to, name, from)
	}
	return t.Exec(ctx, script+"COMMIT")
}

// rewrite writes tables anew, with no trigger and no foreign key asking in between.
func (t *Taker) rewrite(ctx context.Context, tables []string) error {
	t.last = nil
	tx, err := t.conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to roll back
	if _, err := tx.ExecContext(ctx, "SET LOCAL session_replication_role = replica"); err != nil {
		return err
	}
	for _, name := range tables {
		var rows []string
		for _, r := range t.settled {
			if r.Table == name {
				rows = append(rows, r.JSON)
			}
		}
		statement := fmt.Sprintf("INSERT INTO %s SELECT * FROM json_populate_recordset(NULL::%[1]s, $1::json)", name)
		if _, err := tx.ExecContext(ctx, "DELETE FROM "+name); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, statement, "["+strings.Join(rows, ",")+"]"); err != nil {
			return fmt.Errorf("restore %s: %w", name, err)
		}
	}
	return tx.Commit()
}

// literal is a text in SQL.
func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// Digest is one hash of a census.
func (c Census) Digest() string {
	sum := sha256.New()
	for _, r := range c {
		sum.Write([]byte(r.Table + "\x00" + r.JSON + "\x00"))
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
}
