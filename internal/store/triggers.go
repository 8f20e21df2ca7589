package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"

	"modernc.org/sqlite"

	"craftplan/internal/id"
)

// triggered opens SQLite's writing connection with triggers that refuse a row of another organization than the
// transaction's, whatever statement writes it: what row-level security does on PostgreSQL, for writes. Nothing can be told to
// a trigger about reads.
//
// The triggers are the connection's own (TEMP) and are made from the catalog whenever it is opened, so that a new table
// joins by itself, and no rebuilding of a table can lose them. They ask a function that only this pool's one connection has.
type triggered struct {
	driver *sqlite.Driver
	dsn    string
	bound  *bound
}

// boundFunction is what the triggers ask: the organization of the transaction, or NULL.
const boundFunction = "transaction_organization"

// bound is the organization of the connection's transaction. A connection is used by one goroutine at a time.
type bound struct{ organization driver.Value }

func newTriggered(dsn string) (triggered, error) {
	c := triggered{driver: &sqlite.Driver{}, dsn: dsn, bound: &bound{}}
	return c, c.driver.RegisterScalarFunction(boundFunction, 0, func(*sqlite.FunctionContext, []driver.Value) (driver.Value, error) {
		return c.bound.organization, nil
	})
}

func (c triggered) Driver() driver.Driver { return c.driver }

func (c triggered) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.driver.Open(c.dsn)
	if err != nil {
		return nil, err
	}
	inner, ok := conn.(sqliteConn)
	if !ok {
		return nil, errors.New("unexpected SQLite driver")
	}
	if err := makeTriggers(ctx, inner); err != nil {
		return nil, errors.Join(err, inner.Close())
	}
	c.bound.organization = nil
	return boundConn{inner, c.bound}, nil
}

// boundConn tells the triggers which organization a transaction is for, from its begin to its end.
type boundConn struct {
	sqliteConn
	bound *bound
}

func (c boundConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	tx, err := c.sqliteConn.BeginTx(ctx, opts)
	if err != nil {
		return nil, err
	}
	if organization, ok := ctx.Value(organizationKey{}).(id.Organization); ok {
		c.bound.organization = organization.String()
	}
	return boundTx{tx, c.bound}, nil
}

type boundTx struct {
	driver.Tx
	bound *bound
}

func (t boundTx) Commit() error {
	t.bound.organization = nil
	return t.Tx.Commit()
}

func (t boundTx) Rollback() error {
	t.bound.organization = nil
	return t.Tx.Rollback()
}

// organizationTables are the tables whose rows say whose they are, with the column that does, and whether the primary key
// begins with it.
const organizationTables = `SELECT t.name, c.name, c.pk = 1 AND c.name = 'organization_id' FROM sqlite_master AS t JOIN pragma_table_info(t.name) AS c
	WHERE t.type = 'table' AND c.type = 'org_text' AND c.name IN ('organization_id', 'id')`

func makeTriggers(ctx context.Context, conn sqliteConn) error {
	script, err := allTriggers(ctx, conn)
	if err != nil {
		return err
	}
	_, err = conn.ExecContext(ctx, script, nil)
	return err
}

func allTriggers(ctx context.Context, conn sqliteConn) (script string, err error) {
	rows, err := conn.QueryContext(ctx, organizationTables, nil)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	row := make([]driver.Value, 3)
	for {
		if err := rows.Next(row); errors.Is(err, io.EOF) {
			return script, nil
		} else if err != nil {
			return "", err
		}
		table, column, own := row[0].(string), row[1].(string), row[2].(int64) == 1
		script += triggersOf(table, column, own)
		if table == auditTable {
			script += appendOnly
		}
	}
}

const auditTable = "audit_entries"

// appendOnly keeps the audit log as it was written. The rows go with their organization's: when its row is gone, its foreign key
// deletes them, and nothing else can.
const appendOnly = `CREATE TEMP TRIGGER "audit_entries kept" BEFORE UPDATE ON main.audit_entries BEGIN SELECT RAISE(ABORT, 'the audit log is not changed'); END;
CREATE TEMP TRIGGER "audit_entries there" BEFORE DELETE ON main.audit_entries WHEN EXISTS (SELECT 1 FROM main.organizations WHERE id = OLD.organization_id) BEGIN SELECT RAISE(ABORT, 'the audit log is not changed'); END;`

// triggersOf are a table's triggers. The rows of a table of the directory, whose key is not led by the organization, may be
// written outside any organization too.
func triggersOf(table, column string, own bool) string {
	foreign := func(row string) string {
		condition := fmt.Sprintf(`%s.%q IS NOT %s()`, row, column, boundFunction)
		if !own {
			condition += " AND " + boundFunction + "() IS NOT NULL"
		}
		return condition
	}
	const trigger = `CREATE TEMP TRIGGER "%s %s" BEFORE %s ON main.%q WHEN %s BEGIN SELECT RAISE(ABORT, 'another organization'); END;`
	return fmt.Sprintf(trigger, table, "insert", "INSERT", table, foreign("NEW")) +
		fmt.Sprintf(trigger, table, "update", "UPDATE", table, foreign("OLD")) +
		fmt.Sprintf(trigger, table, "delete", "DELETE", table, foreign("OLD")) +
		fmt.Sprintf(trigger, table, "move", fmt.Sprintf("UPDATE OF %q", column), table, "TRUE")
}
