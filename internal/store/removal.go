package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// What removes an organization: its rows, table by table in the order that the foreign keys allow, and its jobs. The tables and the
// order are read from the catalog, so that a new table is removed too and no list can forget one. Each is told to no more than the
// organization of the transaction, by the guard, by row-level security and by SQLite's triggers, as everything else is.

// lasting are the tables of an organization that are left to the end: memberships, which nearly every row refers to, and the audit log,
// whose rows the organization's own row takes with it.
var lasting = []string{auditTable, "memberships"}

// Removed is how many rows went, in all and of one table.
type Removed map[string]int64

// Rows is how many went in all.
func (r Removed) Rows() (total int64) {
	for _, n := range r {
		total += n
	}
	return total
}

// RemoveSome deletes at most so many rows of the organization, those first that no other needs. When it deletes none, none is left but
// in the tables that last.
func (tx *Tx) RemoveSome(ctx context.Context, most int64) (Removed, error) {
	tables, err := removable(ctx, tx.sql, tx.engine)
	if err != nil {
		return nil, err
	}
	removed := Removed{}
	for _, t := range tables {
		for {
			n, err := t.deleteSome(ctx, tx.db, tx, most-removed.Rows())
			if err != nil {
				return nil, fmt.Errorf("%s: %w", t.name, err)
			}
			removed[t.name] += n
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

// removableTable is a table of organizations as the catalog describes it.
type removableTable struct {
	name    string
	key     []string               // the primary key without the organization
	parents []string               // tables that it refers to
	self    map[string][][2]string // foreign keys to the table itself: column and the one it refers to
}

func (t removableTable) deleteSome(ctx context.Context, db DBTX, tx *Tx, most int64) (int64, error) {
	result, err := db.ExecContext(ctx, t.deletion(most), tx.scope.organization)
	if err != nil {
		return 0, Translate(err)
	}
	return result.RowsAffected()
}

// deletion deletes rows that no row of the table refers to.
func (t removableTable) deletion(most int64) string {
	if len(t.key) == 0 {
		return fmt.Sprintf(`DELETE FROM %q WHERE organization_id = $1`, t.name)
	}
	key, free := quoted("", t.key), ""
	for _, columns := range t.self {
		var same []string
		for _, c := range columns {
			same = append(same, fmt.Sprintf("r.%q = x.%q", c[0], c[1]))
		}
		free += fmt.Sprintf(` AND NOT EXISTS (SELECT 1 FROM %q AS r WHERE r.organization_id = $1 AND %s)`, t.name, strings.Join(same, " AND "))
	}
	return fmt.Sprintf(`DELETE FROM %q WHERE organization_id = $1 AND (%s) IN (SELECT %s FROM %q AS x WHERE x.organization_id = $1%s LIMIT %d)`, t.name, key, quoted("x.", t.key), t.name, free, most)
}

func quoted(prefix string, columns []string) string {
	all := make([]string, len(columns))
	for i, c := range columns {
		all[i] = fmt.Sprintf("%s%q", prefix, c)
	}
	return strings.Join(all, ", ")
}

// The catalogs say the same of both engines: the columns of primary keys, and those of foreign keys with what they refer to.
const (
	keysOnPostgres = `SELECT c.relname, a.attname FROM pg_class AS c JOIN pg_index AS i ON i.indrelid = c.oid AND i.indisprimary
		CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k(attnum, place) JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = k.attnum
		WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') ORDER BY c.relname, k.place`
	keysOnSQLite      = `SELECT m.name, p.name FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS p WHERE m.type = 'table' AND p.pk > 0 ORDER BY m.name, p.pk`
	foreignOnPostgres = `SELECT c.relname, f.conname, p.relname, a.attname, b.attname FROM pg_constraint AS f JOIN pg_class AS c ON c.oid = f.conrelid JOIN pg_class AS p ON p.oid = f.confrelid
		CROSS JOIN LATERAL unnest(f.conkey, f.confkey) AS k(here, there) JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = k.here JOIN pg_attribute AS b ON b.attrelid = p.oid AND b.attnum = k.there
		WHERE f.contype = 'f' AND c.relnamespace = current_schema()::regnamespace`
	foreignOnSQLite = `SELECT m.name, f.id, f."table", f."from", f."to" FROM sqlite_master AS m JOIN pragma_foreign_key_list(m.name) AS f WHERE m.type = 'table'`
)

// removable are the tables whose primary key begins with the organization, those first that no other refers to.
func removable(ctx context.Context, db *sql.Tx, engine Engine) ([]removableTable, error) {
	keys, foreign := keysOnSQLite, foreignOnSQLite
	if engine == Postgres {
		keys, foreign = keysOnPostgres, foreignOnPostgres
	}
	tables := map[string]*removableTable{}
	var names []string
	err := catalogRows(ctx, db, keys, 2, func(row []string) {
		name, column := row[0], row[1]
		if t := tables[name]; t != nil {
			t.key = append(t.key, column)
		} else if column == "organization_id" && !slices.Contains(lasting, name) && !slices.Contains(names, name) {
			tables[name] = &removableTable{name: name, self: map[string][][2]string{}}
		}
		names = append(names, name)
	})
	if err != nil {
		return nil, err
	}
	err = catalogRows(ctx, db, foreign, 5, func(row []string) {
		t := tables[row[0]]
		switch {
		case t == nil || tables[row[2]] == nil:
		case row[0] == row[2] && row[3] == "organization_id":
		case row[0] == row[2]:
			t.self[row[1]] = append(t.self[row[1]], [2]string{row[3], row[4]})
		default:
			t.parents = append(t.parents, row[2])
		}
	})
	if err != nil {
		return nil, err
	}
	return childrenFirst(tables)
}

func catalogRows(ctx context.Context, db *sql.Tx, query string, columns int, scan func(row []string)) error {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		row, into := make([]string, columns), make([]any, columns)
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		scan(row)
	}
	return rows.Err()
}

// childrenFirst orders tables so that none comes before one that refers to it.
func childrenFirst(tables map[string]*removableTable) (ordered []removableTable, err error) {
	for len(tables) > 0 {
		needed := map[string]bool{}
		for _, t := range tables {
			for _, parent := range t.parents {
				needed[parent] = true
			}
		}
		var free []string
		for name := range tables {
			if !needed[name] {
				free = append(free, name)
			}
		}
		if len(free) == 0 {
			return nil, fmt.Errorf("tables refer to each other in a circle: %v", needed)
		}
		slices.Sort(free)
		for _, name := range free {
			ordered = append(ordered, *tables[name])
			delete(tables, name)
		}
	}
	return ordered, nil
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
