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
	"maps"
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
	engine store.Engine
	db     *sql.DB
	mu     sync.Mutex // of Exec and Column, which may be asked from several sides
	conn   *sql.Conn  // the one that all is asked on
	tables []*table   // in the order of their names

	version  int64     // of the file, when last was taken; SQLite
	versions *sql.Stmt // for those of all tables; PostgreSQL
	last     Census    // nil when it must be taken anew
	settled  Census
	ids      map[Row]ids // of rows that Closure read before
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

// Take reads every row, those of tables that nobody wrote to since the last time from memory.
func (t *Taker) Take(ctx context.Context) (Census, error) {
	if t.engine == store.SQLite {
		same, err := t.unchanged(ctx)
		if err != nil || same {
			return t.last, err
		}
	} else if err := t.look(ctx); err != nil {
		return nil, err
	}
	var all Census
	for _, table := range t.tables {
		if t.engine == store.SQLite || table.version != table.read {
			if err := table.take(ctx); err != nil {
				return nil, fmt.Errorf("census of %s: %w", table.name, err)
			}
		}
		all = append(all, table.rows...)
	}
	t.last = all
	return all, nil
}

// take reads the rows of a table.
func (t *table) take(ctx context.Context) error {
	rows, err := t.question.QueryContext(ctx)
	if err != nil {
		return err
	}
	defer rows.Close()
	all := make([]Row, 0, len(t.rows))
	for rows.Next() {
		r := Row{Table: t.name}
		if err := rows.Scan(&r.Owner, &r.JSON); err != nil {
			return err
		}
		all = append(all, r)
	}
	slices.SortFunc(all, Row.compare)
	t.rows, t.read = all, t.version
	return rows.Err()
}

// look asks for the version of every table.
func (t *Taker) look(ctx context.Context) error {
	rows, err := t.versions.QueryContext(ctx)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var at int
		var v version
		if err := rows.Scan(&at, &v.rows, &v.writer); err != nil {
			return err
		}
		t.tables[at].version = v
	}
	return rows.Err()
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
	touched := map[string]*undoing{}
	for _, c := range changes {
		if touched[c.Table] == nil {
			touched[c.Table] = &undoing{}
		}
		u := touched[c.Table]
		if c.Gone {
			u.gone = append(u.gone, c.JSON)
		} else {
			u.came = append(u.came, c.JSON)
		}
	}
	switch {
	case len(touched) == 0:
		return nil
	case t.engine == store.SQLite:
		return t.copy(ctx, slices.Sorted(maps.Keys(touched)), "former", "main")
	}
	return t.rewrite(ctx, touched)
}

// undoing are the rows of a table that came and went.
type undoing struct{ came, gone []string }

// copy makes tables of one file those of the other.
func (t *Taker) copy(ctx context.Context, tables []string, from, to string) error {
	script := "BEGIN IMMEDIATE;"
	for _, name := range tables {
		script += fmt.Sprintf("DELETE FROM %s.%s; INSERT INTO %[1]s.%[2]s SELECT * FROM %s.%[2]s;", to, name, from)
	}
	return t.Exec(ctx, script+"COMMIT")
}

// rewrite deletes the rows that came and writes those that went, with no trigger and no foreign key asking in between. It leaves the
// others alone: a table that is written anew each time fills with what it held before, which every census then wades through.
func (t *Taker) rewrite(ctx context.Context, touched map[string]*undoing) error {
	tx, err := t.conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to roll back
	if _, err := tx.ExecContext(ctx, "SET LOCAL session_replication_role = replica"); err != nil {
		return err
	}
	for name, u := range touched {
		if err := u.rewrite(ctx, tx, name); err != nil {
			return fmt.Errorf("restore %s: %w", name, err)
		}
	}
	return tx.Commit()
}

func (u *undoing) rewrite(ctx context.Context, tx *sql.Tx, name string) error {
	deletion := fmt.Sprintf("DELETE FROM %s t WHERE CAST(row_to_json(t) AS text) = ANY($1)", name)
	deleted, err := tx.ExecContext(ctx, deletion, u.came)
	if err != nil {
		return err
	}
	if n, err := deleted.RowsAffected(); err != nil || n != int64(len(u.came)) {
		return errors.Join(err, fmt.Errorf("%d rows came, and %d are there", len(u.came), n))
	}
	if len(u.gone) == 0 {
		return nil
	}
	insertion := fmt.Sprintf("INSERT INTO %s SELECT * FROM json_populate_recordset(NULL::%[1]s, $1::json)", name)
	_, err = tx.ExecContext(ctx, insertion, "["+strings.Join(u.gone, ",")+"]")
	return err
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
