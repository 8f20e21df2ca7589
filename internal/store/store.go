package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"craftplan/internal/secret"
)

// Engine names a database engine.
type Engine string

// The engines.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// Options are the choices an operator has.
type Options struct {
	// Relaxed trades the durability of the last commits on SQLite at a power failure for speed (synchronous=NORMAL).
	Relaxed bool
	// Connections is the size of the PostgreSQL pool; 0 means 16.
	Connections int
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Keys seal what is secret at rest; without them nothing can be sealed or opened.
	Keys secret.Keys
	// Traced makes a span of every statement and job that belongs to a trace.
	Traced bool
	// SkipChecks opens the database without looking at its version and role: for migrating.
	SkipChecks bool
	// AnyRole serves as a role that row-level security does not bind: for the tests that compare both.
	AnyRole bool
}

// Store is an open database. It is safe for concurrent use.
type Store struct {
	engine Engine
	write  *sql.DB // on SQLite a single connection; on PostgreSQL the same pool as read
	read   *sql.DB
	now    func() time.Time
	keys   secret.Keys
	queue  *river.Client[*sql.Tx]
	watch  []rivertype.Middleware // of the queue
}

// EngineOf tells which engine a --database value names: a postgres:// URL, or anything else as a SQLite file.
func EngineOf(database string) Engine {
	if strings.HasPrefix(database, "postgres://") || strings.HasPrefix(database, "postgresql://") {
		return Postgres
	}
	return SQLite
}

// Redact hides the password of a database URL.
func Redact(database string) string {
	if EngineOf(database) == SQLite {
		return database
	}
	u, err := url.Parse(database)
	if err != nil {
		return "postgres://(hidden)"
	}
	return u.Redacted()
}

// Open opens a database that is ready to serve: migrated to this program's version, and on PostgreSQL through a role that
// row-level security binds. The error says what to do otherwise.
func Open(ctx context.Context, database string, options Options) (*Store, error) {
	if strings.Contains(database, "://") && EngineOf(database) != Postgres {
		return nil, fmt.Errorf("database %q: use a file path or a postgres:// URL", Redact(database))
	}
	open := openSQLite
	if EngineOf(database) == Postgres {
		open = openPostgres
	}
	s, err := open(ctx, database, options)
	if err != nil {
		return nil, fmt.Errorf("database %s: %w", Redact(database), err)
	}
	s.now, s.keys = options.Now, options.Keys
	if s.now == nil {
		s.now = time.Now
	}
	if err := s.openQueue(options.Traced); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if !options.SkipChecks {
		if err := s.check(ctx, options); err != nil {
			s.Close()
			return nil, fmt.Errorf("database %s: %w", Redact(database), err)
		}
	}
	return s, nil
}

func (s *Store) check(ctx context.Context, options Options) error {
	if err := s.checkVersion(ctx); err != nil {
		return err
	}
	if err := s.checkQueue(ctx); err != nil {
		return err
	}
	if s.engine == Postgres && !options.AnyRole {
		return s.checkRole(ctx)
	}
	return nil
}

// At is the same database with another clock: for data that lies in the past or the future.
func (s *Store) At(now func() time.Time) *Store {
	other := *s
	other.now = now
	return &other
}

// Now is the clock's moment, for pages that show how things stand.
func (s *Store) Now() time.Time { return s.now() }

// Derive is a key of the operator's for one purpose, made of the key that seals secrets.
func (s *Store) Derive(purpose string) (string, error) { return s.keys.Derive(purpose) }

// Engine tells which engine the store runs on.
func (s *Store) Engine() Engine { return s.engine }

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error { return s.read.PingContext(ctx) }

// Close closes all connections.
func (s *Store) Close() error {
	err := s.read.Close()
	if s.write != s.read {
		if e := s.write.Close(); err == nil {
			err = e
		}
	}
	return err
}

// looksAgain is how long a writer of another process waits at most until it looks again whether a SQLite file is free.
const looksAgain = 100 * time.Millisecond

// Rest lets other processes write between two transactions of something long: on SQLite they would seldom find the file free if the next
// one began at once. On PostgreSQL nobody waits.
func (s *Store) Rest(ctx context.Context) error {
	if s.engine == Postgres {
		return ctx.Err()
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(looksAgain + looksAgain/10):
		return nil
	}
}

// Pool is how busy connections to the database are.
type Pool struct {
	Name        string // read or write; on PostgreSQL they are one
	InUse, Idle int
	Waits       int64 // how often a connection had to be waited for
	Waited      time.Duration
}

// Pools are the connections as they are now.
func (s *Store) Pools() []Pool {
	pools := []Pool{poolOf("read", s.read)}
	if s.write != s.read {
		pools = append(pools, poolOf("write", s.write))
	}
	return pools
}

func poolOf(name string, db *sql.DB) Pool {
	stats := db.Stats()
	return Pool{name, stats.InUse, stats.Idle, stats.WaitCount, stats.WaitDuration}
}
