package store

import (
	"context"
	"fmt"
	"slices"
)

// What removes an organization: its rows, table by table in the order that the foreign keys allow, and its jobs. The tables and the
// order are read from the catalog, so that a new table is removed too and no list can forget one. Each is told to no more than the
// organization of the transaction, by the guard, by row-level security and by SQLite's triggers, as everything else is.

// lasting are the tables of an organization that are left to the end: memberships, which nearly every row refers to, and the audit log,
// whose rows the organization's own row takes with it.
var lasting = []string{auditTable, "memberships"}

// Counted is a number of rows of each table.
type Counted map[string]int64

// Rows is how many there are in all.
func (r Counted) Rows() (total int64) {
	for _, n := range r {
		total += n
	}
	return total
}

// RemoveSome deletes at most so many rows of the organization, those first that no other needs. When it deletes none, none is left but
// in the tables that last.
func (tx *Tx) RemoveSome(ctx context.Context, most int64) (Counted, error) {
	tables, err := tablesOf(ctx, tx.sql, tx.engine)
	if err != nil {
		return nil, err
	}
	removed := Counted{}
	for _, t := range slices.Backward(tables) { // those first that no other refers to
		if slices.Contains(lasting, t.Name) {
			continue
		}
		for {
			n, err := t.deleteSome(ctx, tx, most-removed.Rows())
			if err != nil {
				return nil, fmt.Errorf("%s: %w", t.Name, err)
			}
			removed[t.Name] += n
			if removed.Rows() >= most {
				return removed, nil
			}
			if n == 0 || len(t.self) == 0 {
				break // rows of one table that refer to each other go in turns
			}
		}
	}
	return removed, nil
}

func (t Table) deleteSome(ctx context.Context, tx *Tx, most int64) (int64, error) {
	result, err := tx.db.ExecContext(ctx, t.deletion(most), tx.scope.organization)
	if err != nil {
		return 0, Translate(err)
	}
	return result.RowsAffected()
}

// deletion deletes rows that no row of the table refers to. It is so written that PostgreSQL looks for those once, and for each of them
// into the index of what refers to it, also when it knows nothing yet of a table that has just been filled: what it may join as it
// likes it then joins row by row. The first reference that is not before a row's key is its own, or nothing refers to it; only that index
// has them in this order.
func (t Table) deletion(most int64) string {
	if len(t.key) == 0 {
		return fmt.Sprintf(`DELETE FROM %q WHERE organization_id = $1`, t.Name)
	}
	key, free := quoted("", t.key), ""
	for _, reference := range t.self {
		from, to := quoted("r.", reference.from), quoted("x.", reference.to)
		free += fmt.Sprintf(` AND NOT COALESCE((SELECT (%[1]s) = (%[2]s) FROM %[3]q AS r WHERE r.organization_id = $1 AND (%[1]s) >= (%[2]s) ORDER BY %[1]s LIMIT 1), FALSE)`, from, to, t.Name)
	}
	return fmt.Sprintf(`WITH free AS MATERIALIZED (SELECT %s FROM %q AS x WHERE x.organization_id = $1%s LIMIT %d)
DELETE FROM %[2]q WHERE organization_id = $1 AND (%[5]s) IN (SELECT %[5]s FROM free)`, quoted("x.", t.key), t.Name, free, most, key)
}

const (
	removeJobsOnPostgres = `DELETE FROM river_job WHERE metadata->>'organization' = $1 AND state <> 'running'`
	removeJobsOnSQLite   = `DELETE FROM river_job WHERE json_extract(metadata, '$.organization') = $1 AND state <> 'running'`
	countJobsOnPostgres  = `SELECT COUNT(*) FROM river_job WHERE metadata->>'organization' = $1`
	countJobsOnSQLite    = `SELECT COUNT(*) FROM river_job WHERE json_extract(metadata, '$.organization') = $1`
)

// RemoveJobs deletes the jobs that the organization left, and tells how many run and stay.
func (tx *Tx) RemoveJobs(ctx context.Context) (running int64, err error) {
	remove, count := removeJobsOnSQLite, countJobsOnSQLite
	if tx.engine == Postgres {
		remove, count = removeJobsOnPostgres, countJobsOnPostgres
	}
	organization := tx.scope.organization.String()
	if _, err := tx.sql.ExecContext(ctx, remove, organization); err != nil {
		return 0, Translate(err)
	}
	return running, Translate(tx.sql.QueryRowContext(ctx, count, organization).Scan(&running))
}
