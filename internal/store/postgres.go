package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"craftplan/internal/id"
)

func openPostgres(ctx context.Context, database string, options Options) (*Store, error) {
	config, err := pgx.ParseConfig(database)
	if err != nil {
		return nil, errors.New("is not a valid postgres:// URL")
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = 10 * time.Second
	}
	config.RuntimeParams["application_name"] = "craftplan"
	connections := options.Connections
	if connections <= 0 {
		connections = 16
	}
	db := openPool(Postgres, organizationConnector{stdlib.GetConnector(*config)}, options)
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	if err := db.PingContext(ctx); err != nil {
		db.Close()
		return nil, fmt.Errorf("does not answer: %w", err)
	}
	return &Store{engine: Postgres, write: db, read: db}, nil
}

// checkRole refuses a role that row-level security does not bind.
func (s *Store) checkRole(ctx context.Context) error {
	const query = `SELECT current_user, r.rolsuper, r.rolbypassrls,
		EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
			WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND pg_has_role(current_user, c.relowner, 'MEMBER'))
		FROM pg_roles r WHERE r.rolname = current_user`
	var role string
	var super, bypass, owner bool
	if err := s.read.QueryRowContext(ctx, query).Scan(&role, &super, &bypass, &owner); err != nil {
		return err
	}
	reason := ""
	switch {
	case super:
		reason = "is a superuser"
	case bypass:
		reason = "has BYPASSRLS"
	case owner:
		reason = "owns the tables"
	}
	if reason != "" {
		return fmt.Errorf("role %s %s, so row-level security would not bind it: connect as a login role that is only a member of craftplan_app", role, reason)
	}
	return nil
}

type organizationKey struct{}

// snapshotKey marks a transaction that sees one moment; on SQLite all do.
type snapshotKey struct{}

// withOrganization tells the connector below which organization the next transaction is for. database/sql offers no other
// way to hand a value to BeginTx.
func withOrganization(ctx context.Context, organization id.Organization) context.Context {
	return context.WithValue(ctx, organizationKey{}, organization)
}

// organizationConnector begins a transaction and binds it to its organization in one message to the server.
type organizationConnector struct{ driver.Connector }

func (c organizationConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	inner, ok := conn.(*stdlib.Conn)
	if !ok {
		return nil, errors.New("unexpected PostgreSQL driver")
	}
	return organizationConn{inner}, nil
}

type organizationConn struct{ *stdlib.Conn }

// IsValid keeps out of the pool a connection that whoever hung up took with them, or left amid a transaction. The driver below would
// tell only the next who is given it; and database/sql asks for another one three times at most.
func (c organizationConn) IsValid() bool {
	return !c.Conn.Conn().IsClosed() && c.Conn.Conn().PgConn().TxStatus() == 'I'
}

func (c organizationConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	begin := "begin"
	switch snapshot, _ := ctx.Value(snapshotKey{}).(bool); {
	case snapshot:
		begin = "begin isolation level repeatable read, read only"
	case opts.ReadOnly:
		begin = "begin read only"
	}
	if organization, ok := ctx.Value(organizationKey{}).(id.Organization); ok {
		// The id is rendered by its type: 36 characters, hexadecimal digits and hyphens.
		begin += "; select use_organization('" + organization.String() + "')"
	}
	if err := c.Conn.Conn().PgConn().Exec(ctx, begin).Close(); err != nil {
		return nil, err
	}
	return organizationTx{c.Conn.Conn(), ctx}, nil
}

type organizationTx struct {
	conn *pgx.Conn
	ctx  context.Context
}

func (t organizationTx) Commit() error { return t.end(t.ctx, "commit") }

func (t organizationTx) Rollback() error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.ctx), 5*time.Second)
	defer cancel()
	return t.end(ctx, "rollback")
}

func (t organizationTx) end(ctx context.Context, statement string) error {
	if t.conn.IsClosed() {
		return driver.ErrBadConn
	}
	results, err := t.conn.PgConn().Exec(ctx, statement).ReadAll()
	if err != nil {
		return err
	}
	if statement == "commit" && len(results) > 0 && results[0].CommandTag.String() == "ROLLBACK" {
		return pgx.ErrTxCommitRollback
	}
	return nil
}
