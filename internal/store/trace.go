package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
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
	return otelsql.OpenDB(connector, otelsql.WithAttributes(attribute.String("db.system.name", system)), otelsql.WithSpanNameFormatter(statementName),
		otelsql.WithSpanOptions(otelsql.SpanOptions{OmitConnResetSession: true, OmitConnPrepare: true, OmitRows: true, OmitConnectorConnect: true, DisableErrSkip: true,
			RecordError: func(error) bool { return false },
			SpanFilter: func(ctx context.Context, _ otelsql.Method, _ string, _ []driver.NamedValue) bool { // the queue asks for work all the time, and of a trace that is not taken no span is made
				return trace.SpanContextFromContext(ctx).IsSampled()
			}}))
}

// statementName is the name that a query file gives a statement, or what is done with the connection.
func statementName(_ context.Context, method otelsql.Method, query string) string {
	if name, ok := strings.CutPrefix(query, "-- name: "); ok {
		name, _, _ = strings.Cut(name, " ")
		return name
	}
	return string(method)
}
