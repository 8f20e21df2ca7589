package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"modernc.org/sqlite"
)

const readers = 4

// openSQLite opens a file with one writing connection, whose transactions lock at once, and a few that can only read:
// with more writers SQLite answers "locked" under load, and a deferred transaction cannot wait.
func openSQLite(ctx context.Context, path string, options Options) (*Store, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("cannot make its folder: %w", err)
	}
	// A file that is made is for its owner's eyes alone, and so are those that SQLite puts beside it. What cannot be made is told below.
	if f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600); err == nil {
		f.Close()
	}
	synchronous := "FULL"
	if options.Relaxed {
		synchronous = "NORMAL"
	}
	pragmas := []string{"busy_timeout(10000)", "foreign_keys(1)", "journal_mode(WAL)", "synchronous(" + synchronous + ")", "temp_store(MEMORY)", "cache_size(-16000)"}
	write, err := sqlitePool(path, url.Values{"_pragma": pragmas, "_txlock": {"immediate"}, "_dqs": {"0"}}, 1, !options.SkipChecks, options)
	if err != nil {
		return nil, err
	}
	if err := write.PingContext(ctx); err != nil {
		write.Close()
		return nil, unopenable(path, err)
	}
	read, err := sqlitePool(path, url.Values{"_pragma": append(pragmas, "query_only(1)"), "_txlock": {"deferred"}, "_dqs": {"0"}}, readers, false, options)
	if err != nil {
		write.Close()
		return nil, err
	}
	return &Store{engine: SQLite, write: write, read: read}, nil
}

func sqlitePool(path string, parameters url.Values, connections int, triggers bool, options Options) (*sql.DB, error) {
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + parameters.Encode()
	connector, err := sqlite.NewConnector(dsn)
	if err != nil {
		return nil, err
	}
	if triggers {
		if connector, err = newTriggered(dsn); err != nil {
			return nil, err
		}
	}
	db := openPool(SQLite, statementCache{connector}, options)
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return db, nil
}

func unopenable(path string, err error) error {
	if f, e := os.OpenFile(path, os.O_RDWR, 0); e != nil {
		return fmt.Errorf("cannot be opened for writing (%w): check the folder and its rights", errors.Unwrap(e))
	} else if e := f.Close(); e != nil {
		return e
	}
	return fmt.Errorf("is not a database this program can use: %w", err)
}

// statementCache keeps one prepared statement for each text and connection. Preparing inside database/sql instead would
// wait for a second connection while the only writer is in a transaction.
type statementCache struct{ driver.Connector }

func (c statementCache) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	inner, ok := conn.(sqliteConn)
	if !ok {
		return nil, errors.New("unexpected SQLite driver")
	}
	return &cachingConn{sqliteConn: inner, statements: map[string]*cachedStatement{}}, nil
}

type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

type cachingConn struct {
	sqliteConn
	statements map[string]*cachedStatement
}

type cachedStatement struct {
	statement driver.Stmt
	busy      bool // its rows are being read
}

// maxStatements bounds the cache; the program's own statements are a few hundred.
const maxStatements = 1000

func (c *cachingConn) cached(ctx context.Context, query string) (*cachedStatement, error) {
	if s, ok := c.statements[query]; ok {
		return s, nil
	}
	if len(c.statements) >= maxStatements {
		return nil, nil
	}
	statement, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	s := &cachedStatement{statement: statement}
	c.statements[query] = s
	return s, nil
}

func (c *cachingConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if len(args) == 0 { // may be a script
		return c.sqliteConn.ExecContext(ctx, query, args)
	}
	s, err := c.cached(ctx, query)
	if err != nil {
		return nil, err
	}
	if s == nil || s.busy {
		return c.sqliteConn.ExecContext(ctx, query, args)
	}
	return s.statement.(driver.StmtExecContext).ExecContext(ctx, args)
}

func (c *cachingConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.cached(ctx, query)
	if err != nil {
		return nil, err
	}
	if s == nil || s.busy {
		return c.sqliteConn.QueryContext(ctx, query, args)
	}
	rows, err := s.statement.(driver.StmtQueryContext).QueryContext(ctx, args)
	if err != nil {
		return nil, err
	}
	s.busy = true
	return &cachedRows{Rows: rows, statement: s}, nil
}

// Close closes the statements and the connection.
func (c *cachingConn) Close() error {
	for _, s := range c.statements {
		if err := s.statement.Close(); err != nil {
			return err
		}
	}
	return c.sqliteConn.Close()
}

// Unwrap gives the driver's own connection.
func (c *cachingConn) Unwrap() driver.Conn { return c.sqliteConn }

type cachedRows struct {
	driver.Rows
	statement *cachedStatement
}

func (r *cachedRows) Close() error {
	r.statement.busy = false
	return r.Rows.Close()
}
