// Package schemalint reads the catalog of a live database and says what in it could let a row of one organization reach
// another: a key that does not begin with the organization, a table without row-level security, a right too many. It is for
// tests.
package schemalint

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Column is how a row of an organization says whose it is.
const Column = "organization_id"

// Global is a table outside any organization.
type Global struct {
	Rights string // of the server's role, such as "SELECT INSERT": no more than its statements use
	Reason string
}

// Rules are what a schema is held against. A table in no list is an organization's.
type Rules struct {
	Role      string // the server's
	Global    map[string]Global
	Functions map[string]string // that the server may execute, with the reason
	Sequences map[string]string // that the server may use, with the reason
	// AppendOnly are the organizations' tables whose rows the server adds and reads and nothing else, with the reason.
	AppendOnly map[string]string
	// Loose are the columns of an id that no foreign key ties, as table.column, with the reason.
	Loose map[string]string
}

// Querier is a database, or a transaction of one.
type Querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// tenantRights are the same for every organization's table: row-level security says which rows.
const tenantRights = "SELECT INSERT UPDATE DELETE"

// appendOnlyRights are those of tables whose rows stay as they are.
const appendOnlyRights = "SELECT INSERT"

// A table as either engine's catalog describes it.
type table struct {
	name    string
	columns map[string]column
	key     []string // the primary key
	indexes []index
	foreign []foreignKey
}

type column struct {
	typ     string
	notNull bool
}

type index struct {
	name, first string // first is empty for an expression
}

type foreignKey struct {
	from, to           []string
	table              string
	onDelete, onUpdate string
	deferrable         bool
}

type findings []string

func (f *findings) add(format string, args ...any) { *f = append(*f, fmt.Sprintf(format, args...)) }

// tenant are the tables of organizations.
func (r Rules) tenant(all map[string]table) (names []string) {
	for name := range all {
		if _, global := r.Global[name]; !global {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// keys holds the tables against what is the same on both engines.
func (r Rules) keys(all map[string]table) (f findings) {
	anchored := anchors(all)
	for _, name := range r.tenant(all) {
		t := all[name]
		if c, ok := t.columns[Column]; !ok || !c.notNull || c.typ != "org_text" {
			f.add("%s: %s is not of type org_text NOT NULL", name, Column)
		}
		if len(t.key) == 0 || t.key[0] != Column {
			f.add("%s: the primary key (%s) is not led by %s", name, strings.Join(t.key, ", "), Column)
		}
		for _, i := range t.indexes {
			if i.first != Column {
				f.add("%s: the index %s is not led by %s", name, i.name, Column)
			}
		}
		for _, k := range t.foreign {
			f = append(f, r.foreign(name, k)...)
		}
		f = append(f, r.loose(t)...)
		if !anchored[name] {
			f.add("%s: no foreign key leads to organizations, itself or through a parent, by columns that are all NOT NULL", name)
		}
	}
	return f
}

// loose refuses an id of something else that no foreign key holds to the same organization.
func (r Rules) loose(t table) (f findings) {
	tied := map[string]bool{"id": true}
	for _, k := range t.foreign {
		for _, c := range k.from {
			tied[c] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(t.columns)) {
		if t.columns[name].typ == "uuid_text" && !tied[name] && r.Loose[t.name+"."+name] == "" {
			f.add("%s: %s is an id in no foreign key", t.name, name)
		}
	}
	return f
}

// foreign refuses a key that could lead to another organization's row, or whose actions a distributed database does not have.
func (r Rules) foreign(name string, k foreignKey) (f findings) {
	key := fmt.Sprintf("%s: the foreign key (%s) to %s (%s)", name, strings.Join(k.from, ", "), k.table, strings.Join(k.to, ", "))
	toItself := k.table == "organizations" && slices.Equal(k.from, []string{Column}) && slices.Equal(k.to, []string{"id"})
	if !toItself && (k.from[0] != Column || k.to[0] != Column) {
		f.add("%s is not led by %s on both sides", key, Column)
	}
	if !slices.Contains([]string{"CASCADE", "RESTRICT", "NO ACTION"}, k.onDelete) {
		f.add("%s does %s ON DELETE", key, k.onDelete)
	}
	if k.onUpdate != "NO ACTION" {
		f.add("%s does %s ON UPDATE", key, k.onUpdate)
	}
	if k.deferrable {
		f.add("%s is DEFERRABLE", key)
	}
	return f
}

// anchors are the tables whose every row belongs to an organization that exists.
func anchors(all map[string]table) map[string]bool {
	anchored := map[string]bool{"organizations": true}
	for grown := true; grown; {
		grown = false
		for name, t := range all {
			for _, k := range t.foreign {
				firm := k.from[0] == Column && !slices.ContainsFunc(k.from, func(c string) bool { return !t.columns[c].notNull })
				if firm && anchored[k.table] && !anchored[name] {
					anchored[name], grown = true, true
				}
			}
		}
	}
	return anchored
}

// each reads rows; scan is given the columns as text, NULL as "".
func each(ctx context.Context, db Querier, query string, scan func(row []string), args ...any) error {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("%w in %s", err, query)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return err
	}
	for rows.Next() {
		values, into := make([]sql.NullString, len(names)), make([]any, len(names))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		row := make([]string, len(names))
		for i, v := range values {
			row[i] = v.String
		}
		scan(row)
	}
	return rows.Err()
}
