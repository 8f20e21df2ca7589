package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/riverqueue/river"

	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/money"
	"craftplan/internal/secret"
)

// Tx is a transaction of one organization by one actor at one moment.
type Tx struct {
	scope       Scope
	now         calendar.Instant
	db          guard
	engine      Engine
	keys        secret.Keys
	queue       *river.Client[*sql.Tx]
	sql         *sql.Tx
	afterCommit *[]func()
	reckoning   bool
}

// Organization is the organization whose data the transaction sees.
func (tx *Tx) Organization() id.Organization { return tx.scope.organization }

// Actor is who acts.
func (tx *Tx) Actor() authz.Actor { return tx.scope.actor }

// Context is the organization's zone, locale and currency.
func (tx *Tx) Context() Context { return tx.scope.context }

// Now is the moment of the transaction: the same for all it writes.
func (tx *Tx) Now() calendar.Instant { return tx.now }

// Today is the current day in the organization's time zone.
func (tx *Tx) Today() calendar.Date { return tx.Day(tx.now) }

// Day is the business day of an instant, in the organization's time zone.
func (tx *Tx) Day(at calendar.Instant) calendar.Date {
	return calendar.Of(at.Time(), tx.scope.context.Zone)
}

// Require returns a Forbidden fault unless the actor has all the permissions.
func (tx *Tx) Require(all ...authz.Permission) error {
	for _, p := range all {
		if p == authz.CostsRead && tx.reckoning {
			continue
		}
		if err := tx.scope.actor.Require(p); err != nil {
			return err
		}
	}
	return nil
}

// SeesCosts tells whether what things cost may be read in the transaction.
func (tx *Tx) SeesCosts() bool { return tx.reckoning || tx.scope.actor.May(authz.CostsRead) }

// Cost is what something costs as the transaction may know it: the amount, or money.Withheld.
func (tx *Tx) Cost(a money.Amount) money.Amount {
	if tx.SeesCosts() {
		return a
	}
	return money.Withheld
}

// Reckoning is the same transaction with no cost withheld: who sees no costs still completes a batch, and what it cost must be right.
// What is read with it is reckoned with and written, never returned; every call site is on the reviewed list of the house rules.
func (tx *Tx) Reckoning() *Tx {
	knowing := *tx
	knowing.reckoning = true
	return &knowing
}

// AfterCommit runs f once the transaction is committed; never when it is not.
func (tx *Tx) AfterCommit(f func()) { *tx.afterCommit = append(*tx.afterCommit, f) }

// Lock makes transactions of the organization that lock the same name follow one another until they end, where a check of
// several rows must still hold at the write. On SQLite there is one writer, and nothing to do.
func (tx *Tx) Lock(ctx context.Context, name string) error {
	if tx.engine != Postgres {
		return nil
	}
	_, err := tx.db.ExecContext(ctx, `SELECT pg_advisory_xact_lock(hashtextextended(CAST($1 AS text) || ' ' || CAST($2 AS text), 0))`, tx.scope.organization, name)
	return err
}

// Seal encrypts a text that must be read again, for the purpose and this organization alone.
func (tx *Tx) Seal(plain, purpose string) (string, error) {
	return tx.keys.Seal(plain, purpose, tx.scope.organization.String())
}

// Open decrypts what Seal made for the same purpose in the same organization.
func (tx *Tx) Open(sealed, purpose string) (string, error) {
	return tx.keys.Open(sealed, purpose, tx.scope.organization.String())
}

// DB is for generated queries only.
func (tx *Tx) DB() DBTX { return tx.db }

// SystemTx reads and writes the directory tables, outside any organization.
type SystemTx struct {
	now   calendar.Instant
	db    DBTX
	keys  secret.Keys
	queue *river.Client[*sql.Tx]
	sql   *sql.Tx // nil when there is no transaction
}

// Now is the moment of the transaction.
func (tx *SystemTx) Now() calendar.Instant { return tx.now }

// Seal encrypts a text that must be read again, for the purpose and the owner alone.
func (tx *SystemTx) Seal(plain, purpose string, owner id.ID) (string, error) {
	return tx.keys.Seal(plain, purpose, owner.String())
}

// Open decrypts what Seal made for the same purpose and owner.
func (tx *SystemTx) Open(sealed, purpose string, owner id.ID) (string, error) {
	return tx.keys.Open(sealed, purpose, owner.String())
}

// DB is for generated queries only.
func (tx *SystemTx) DB() DBTX { return tx.db }

// View runs fn in a read-only transaction of the scope's organization.
func (s *Store) View(ctx context.Context, scope Scope, fn func(*Tx) error) error {
	return s.run(ctx, scope, s.read, true, fn)
}

// Snapshot is View for what takes many statements: all of them see the organization at one moment, however long it takes.
func (s *Store) Snapshot(ctx context.Context, scope Scope, fn func(*Tx) error) error {
	return s.run(context.WithValue(ctx, snapshotKey{}, true), scope, s.read, true, fn)
}

// Update runs fn in a transaction of the scope's organization: all of it happens, or nothing. It may run more than once
// when another transaction got in its way, so fn must not touch anything outside but through AfterCommit.
func (s *Store) Update(ctx context.Context, scope Scope, fn func(*Tx) error) error {
	return s.run(ctx, scope, s.write, false, fn)
}

func (s *Store) run(ctx context.Context, scope Scope, db *sql.DB, readOnly bool, fn func(*Tx) error) error {
	if err := scope.check(); err != nil {
		return err
	}
	var afterCommit []func()
	err := retry(ctx, func() error {
		return transact(withOrganization(ctx, scope.organization), db, readOnly, func(t *sql.Tx) error {
			afterCommit = nil
			tx := &Tx{scope: scope, now: calendar.At(s.now()), engine: s.engine, keys: s.keys, queue: s.queue, sql: t, afterCommit: &afterCommit}
			tx.db = guard{db: t, organization: scope.organization}
			return fn(tx)
		})
	})
	if err != nil {
		return err
	}
	for _, f := range afterCommit {
		f()
	}
	return nil
}

// System runs fn over the directory tables. The reason is for the reader; every call site is on the reviewed list of the
// house rules.
func (s *Store) System(ctx context.Context, reason string, fn func(*SystemTx) error) error {
	return because(reason, retry(ctx, func() error {
		return transact(ctx, s.write, false, func(t *sql.Tx) error {
			return fn(&SystemTx{now: calendar.At(s.now()), db: t, keys: s.keys, queue: s.queue, sql: t})
		})
	}))
}

// SystemView is System for reading alone, and without a transaction: each query stands for itself, which saves two trips to
// the database for the questions that every request asks. It may run fn more than once, as System does.
func (s *Store) SystemView(ctx context.Context, reason string, fn func(*SystemTx) error) error {
	return because(reason, retry(ctx, func() error {
		return Translate(fn(&SystemTx{now: calendar.At(s.now()), db: s.read, keys: s.keys}))
	}))
}

// because names the reason of an unexpected error, for the log.
func because(reason string, err error) error {
	if err != nil && fault.KindOf(err) == fault.KindInternal {
		return fmt.Errorf("%s: %w", reason, err)
	}
	return err
}

// Provision runs fn over the directory and, in the same transaction, over the organization that fn makes: sign-up makes
// both or neither.
func (s *Store) Provision(ctx context.Context, organization id.Organization, actor authz.Actor, context Context, fn func(*SystemTx, *Tx) error) error {
	scope := NewScope(organization, actor, context)
	return s.run(ctx, scope, s.write, false, func(tx *Tx) error {
		return fn(&SystemTx{now: tx.now, db: tx.sql, keys: s.keys, queue: s.queue, sql: tx.sql}, tx)
	})
}

// transact runs fn in one database transaction; an error or a panic rolls it back.
func transact(ctx context.Context, db *sql.DB, readOnly bool, fn func(*sql.Tx) error) (err error) {
	t, err := db.BeginTx(ctx, &sql.TxOptions{ReadOnly: readOnly})
	if err != nil {
		return Translate(err)
	}
	done := false
	defer func() {
		if !done {
			if e := t.Rollback(); e != nil && !errors.Is(e, sql.ErrTxDone) && err != nil {
				err = fmt.Errorf("%w (rollback: %w)", err, e)
			}
		}
	}()
	if err := fn(t); err != nil {
		return Translate(err)
	}
	done = true
	return Translate(t.Commit())
}

const attempts = 5

// retry runs fn again when the database asks for it: a serialization failure, a deadlock, a busy database.
func retry(ctx context.Context, fn func() error) error {
	for attempt := 1; ; attempt++ {
		err := fn()
		var busy *busyError
		if err == nil || !errors.As(err, &busy) {
			return err
		}
		if attempt == attempts {
			return fault.Unavailable("The database is busy. Try again in a moment.", busy.cause)
		}
		pause := time.Duration(attempt*attempt) * time.Duration(2+rand.IntN(8)) * time.Millisecond
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}
