package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"craftplan/internal/id"
)

// DBTX is what generated queries run on.
type DBTX interface {
	ExecContext(context.Context, string, ...any) (sql.Result, error)
	PrepareContext(context.Context, string) (*sql.Stmt, error)
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
	QueryRowContext(context.Context, string, ...any) *sql.Row
}

// ErrWrongOrganization is a bug in this program: a statement was about to run for another organization than the handle's.
var ErrWrongOrganization = errors.New("statement is not for the organization of its transaction")

// guard lets a statement pass only when its first argument is the organization of the transaction.
type guard struct {
	db           *sql.Tx
	organization id.Organization
}

func (g guard) check(args []any) error {
	if len(args) > 0 {
		if organization, ok := args[0].(id.Organization); ok && organization == g.organization {
			return nil
		}
	}
	return ErrWrongOrganization
}

func (g guard) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := g.check(args); err != nil {
		return nil, err
	}
	return g.db.ExecContext(ctx, query, args...)
}

func (g guard) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := g.check(args); err != nil {
		return nil, err
	}
	return g.db.QueryContext(ctx, query, args...)
}

// QueryRowContext cannot return an error of its own but by way of a row, so it runs the query under a cancelled context.
func (g guard) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if err := g.check(args); err != nil {
		refused, cancel := context.WithCancelCause(ctx)
		cancel(err)
		return g.db.QueryRowContext(refused, "SELECT 1")
	}
	return g.db.QueryRowContext(ctx, query, args...)
}

// PrepareContext is refused: a prepared statement would carry its arguments past the guard.
func (g guard) PrepareContext(context.Context, string) (*sql.Stmt, error) {
	return nil, fmt.Errorf("prepare: %w", ErrWrongOrganization)
}
