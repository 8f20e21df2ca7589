package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"strings"

	"github.com/XSAM/otelsql"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
)

// openPool is a pool of connections, whose statements are traced when the operator asks for it: the text of a statement, which holds
// no value, and nothing of what a database answers or complains of.
func openPool(engine Engine, connector driver.Connector, options Options) *sql.DB {
	if !options.Traced {
		return sql.OpenDB(connector)
	}
	system := "sqlite"
	if engine == Postgres {
		system = "postgresql"
	}
	return sql.OpenDB(sampling{connector, []otelsql.Option{otelsql.WithAttributes(attribute.String("db.system.name", system)), otelsql.WithSpanNameFormatter(statementName),
		otelsql.WithSpanOptions(otelsql.SpanOptions{OmitConnResetSession: true, OmitConnPrepare: true, OmitRows: true, OmitConnectorConnect: true, DisableErrSkip: true,
			RecordError: func(error) bool { return false },
			SpanFilter:  func(ctx context.Context, _ otelsql.Method, _ string, _ []driver.NamedValue) bool { return sampled(ctx) }})}})
}

// sampled tells whether a span is to be made: the queue asks for work all the time, and most traces are not taken.
func sampled(ctx context.Context) bool { return trace.SpanContextFromContext(ctx).IsSampled() }

// sampling makes connections that are instrumented for what is sampled. The instrumentation reckons for each statement, also where it
// makes no span, which would cost a page more than all else that tracing does.
type sampling struct {
	driver.Connector
	options []otelsql.Option
}

// Connect opens a connection, and instruments it beside.
func (s sampling) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := s.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	plain, ok := conn.(plainConn)
	if !ok {
		return nil, errors.New("unexpected driver")
	}
	traced, err := otelsql.WrapDriver(opened{conn}, s.options...).Open("")
	if err != nil {
		return nil, err
	}
	instrumented, ok := traced.(tracedConn)
	if !ok {
		return nil, errors.New("unexpected instrumentation")
	}
	return &sampledConn{instrumented, plain}, nil
}

// opened is a driver that gives the connection that is open already.
type opened struct{ conn driver.Conn }

func (o opened) Open(string) (driver.Conn, error) { return o.conn, nil }

type plainConn interface {
	driver.ConnBeginTx
	driver.ExecerContext
	driver.QueryerContext
	driver.SessionResetter
}

type tracedConn interface {
	plainConn
	driver.Conn
	driver.ConnPrepareContext
	driver.NamedValueChecker
	driver.Pinger
	driver.Validator
}

type sampledConn struct {
	tracedConn
	plain plainConn
}

func (c *sampledConn) of(ctx context.Context) plainConn {
	if sampled(ctx) {
		return c.tracedConn
	}
	return c.plain
}

func (c *sampledConn) BeginTx(ctx context.Context, options driver.TxOptions) (driver.Tx, error) {
	return c.of(ctx).BeginTx(ctx, options)
}

func (c *sampledConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	return c.of(ctx).ExecContext(ctx, query, args)
}

func (c *sampledConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	return c.of(ctx).QueryContext(ctx, query, args)
}

func (c *sampledConn) ResetSession(ctx context.Context) error { return c.plain.ResetSession(ctx) }

// statementName is the name that a query file gives a statement, or what is done with the connection.
func statementName(_ context.Context, method otelsql.Method, query string) string {
	if name, ok := strings.CutPrefix(query, "-- name: "); ok {
		name, _, _ = strings.Cut(name, " ")
		return name
	}
	return string(method)
}
