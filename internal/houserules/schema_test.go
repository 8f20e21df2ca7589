package houserules

import (
	"database/sql"
	"regexp"
	"slices"
	"strings"
	"testing"

	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

// global are the tables without row-level security, each with the reason.
var global = map[string]string{
	"users":            "a person is one identity for all organizations",
	"sessions":         "a session holds the person alone and is looked up before any organization is known",
	"organizations":    "the directory of organizations",
	"slugs":            "which organization holds a slug, asked before one is known",
	"memberships":      "who belongs where, asked before an organization is opened and across organizations by the switcher",
	"tokens":           "links that were mailed to people about their accounts, outside any organization",
	"mailbox":          "mails kept for the operator while there is no mail server; sealed, and read by nobody else",
	"goose_db_version": "the version of the schema",
	"sqlite_sequence":  "SQLite's own",
}

// The queue's tables are its library's. Jobs say whose they are, and whoever works them opens that organization.
var queue = regexp.MustCompile(`^river_`)

func tables(t *testing.T, db *storetest.DB) []string {
	t.Helper()
	query := `SELECT name FROM sqlite_master WHERE type = 'table'`
	if db.Engine() == store.Postgres {
		query = `SELECT tablename FROM pg_tables WHERE schemaname = 'public'`
	}
	return slices.DeleteFunc(column(t, db.Raw(), query), queue.MatchString)
}

func column(t *testing.T, raw *sql.DB, query string, args ...any) []string {
	t.Helper()
	rows, err := raw.QueryContext(t.Context(), query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestTenantTablesOnPostgreSQL(t *testing.T) {
	db := storetest.New(t, store.Postgres)
	raw := db.Raw()
	checked := 0
	for _, table := range tables(t, db) {
		if global[table] != "" {
			continue
		}
		checked++
		var enabled, forced bool
		if err := raw.QueryRowContext(t.Context(), `SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = $1::regclass`, table).Scan(&enabled, &forced); err != nil {
			t.Fatal(err)
		}
		if !enabled || !forced {
			t.Errorf("%s: row-level security enabled %t, forced %t", table, enabled, forced)
		}
		policies := column(t, raw, `SELECT permissive || ' ' || cmd || ' ' || COALESCE(qual, '') || COALESCE(' ' || with_check, '') FROM pg_policies WHERE tablename = $1`, table)
		want := []string{"PERMISSIVE ALL ((organization_id)::uuid = (current_setting('app.organization_id'::text))::uuid)"}
		if !slices.Equal(policies, want) {
			t.Errorf("%s: policies %q", table, policies)
		}
		for _, index := range column(t, raw, `SELECT indexdef FROM pg_indexes WHERE tablename = $1`, table) {
			if !strings.Contains(index, "(organization_id") {
				t.Errorf("%s: an index is not led by the organization: %s", table, index)
			}
		}
		for _, key := range column(t, raw, `SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f' AND conrelid = $1::regclass`, table) {
			if !regexp.MustCompile(`^FOREIGN KEY \(organization_id\b.*REFERENCES \w+\((organization_)?id\b`).MatchString(key) || strings.Contains(key, "SET NULL") || strings.Contains(key, "DEFERRABLE") {
				t.Errorf("%s: foreign key %s", table, key)
			}
		}
		rights := column(t, raw, `SELECT privilege_type FROM information_schema.role_table_grants WHERE grantee = 'craftplan_app' AND table_name = $1 ORDER BY 1`, table)
		if !slices.Equal(rights, []string{"DELETE", "INSERT", "SELECT", "UPDATE"}) {
			t.Errorf("%s: the server's rights are %v", table, rights)
		}
	}
	if checked < 15 {
		t.Errorf("only %d tables checked", checked)
	}
}

func TestTenantTablesOnSQLite(t *testing.T) {
	db := storetest.New(t, store.SQLite)
	raw := db.Raw()
	for _, table := range tables(t, db) {
		if global[table] != "" {
			continue
		}
		key := column(t, raw, `SELECT name FROM pragma_table_info(?) WHERE pk = 1`, table)
		if !slices.Equal(key, []string{"organization_id"}) {
			t.Errorf("%s: the primary key is led by %v", table, key)
		}
		for _, index := range column(t, raw, `SELECT name FROM pragma_index_list(?)`, table) {
			first := column(t, raw, `SELECT name FROM pragma_index_info(?) WHERE seqno = 0`, index)
			if !slices.Equal(first, []string{"organization_id"}) {
				t.Errorf("%s: index %s is led by %v", table, index, first)
			}
		}
	}
}

func TestBothEnginesHaveTheSameTables(t *testing.T) {
	lite, pg := tables(t, storetest.New(t, store.SQLite)), tables(t, storetest.New(t, store.Postgres))
	lite = slices.DeleteFunc(lite, func(s string) bool { return s == "sqlite_sequence" })
	slices.Sort(lite)
	slices.Sort(pg)
	if !slices.Equal(lite, pg) {
		t.Errorf("SQLite has %v\nPostgreSQL has %v", lite, pg)
	}
}
