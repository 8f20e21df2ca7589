package houserules

import (
	"database/sql"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"craftplan/internal/houserules/schemalint"
	"craftplan/internal/houserules/sqlproof"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

// global are the tables without row-level security, each with what the server may do with it and the reason. The rights are
// those its statements use.
var global = map[string]schemalint.Global{
	"users":                {Rights: "SELECT INSERT UPDATE DELETE", Reason: "a person is one identity for all organizations"},
	"sessions":             {Rights: "SELECT INSERT UPDATE DELETE", Reason: "a session holds the person alone and is looked up before any organization is known"},
	"organizations":        {Rights: "SELECT INSERT UPDATE DELETE", Reason: "the directory of organizations"},
	"slugs":                {Rights: "SELECT INSERT DELETE", Reason: "which organization holds a slug, asked before one is known"},
	"memberships":          {Rights: "SELECT INSERT UPDATE DELETE", Reason: "who belongs where, asked before an organization is opened and across organizations by the switcher"},
	"authenticators":       {Rights: "SELECT INSERT UPDATE DELETE", Reason: "how a person proves themselves, before any organization is known"},
	"recovery_codes":       {Rights: "SELECT INSERT DELETE", Reason: "how a person proves themselves, before any organization is known"},
	"passkeys":             {Rights: "SELECT INSERT UPDATE DELETE", Reason: "how a person proves themselves, before any organization is known"},
	"tokens":               {Rights: "SELECT INSERT UPDATE DELETE", Reason: "what opens something of a person's account once, outside any organization"},
	"mailbox":              {Rights: "SELECT INSERT DELETE", Reason: "mails kept for the operator while there is no mail server; sealed, and read by nobody else"},
	"closed_organizations": {Rights: "SELECT INSERT UPDATE", Reason: "what is kept of an organization that was removed, for the operator"},
	"retired_slugs":        {Rights: "SELECT INSERT", Reason: "slugs of organizations that are gone, so that none is given again"},
	"support_events":       {Rights: "SELECT INSERT", Reason: "the host's own record of the support that organizations let in"},
	"goose_db_version":     {Rights: "SELECT", Reason: "the version of the schema"},
}

// queue are the tables of the job queue's library. Jobs say whose they are, and whoever works them opens that organization.
var queue = map[string]schemalint.Global{
	"river_client":       {Rights: "SELECT INSERT UPDATE DELETE", Reason: "the queue's own"},
	"river_client_queue": {Rights: "SELECT INSERT UPDATE DELETE", Reason: "the queue's own"},
	"river_job":          {Rights: "SELECT INSERT UPDATE DELETE", Reason: "jobs: ids, and what is sealed"},
	"river_leader":       {Rights: "SELECT INSERT UPDATE DELETE", Reason: "the queue's own"},
	"river_notification": {Rights: "SELECT INSERT UPDATE DELETE", Reason: "the queue's own"},
	"river_queue":        {Rights: "SELECT INSERT UPDATE DELETE", Reason: "the queue's own"},
	"river_migration":    {Rights: "SELECT", Reason: "the version of the queue's tables"},
}

func rules() schemalint.Rules {
	r := schemalint.Rules{Role: "craftplan_app", Global: maps.Clone(global), Functions: map[string]string{
		"use_organization":           "binds a transaction to its organization",
		"json_each":                  "reads a list of ids",
		"river_job_state_in_bitmask": "is in an index of the queue's",
	}, Sequences: map[string]string{
		"river_job_id_seq": "numbers jobs",
	}, AppendOnly: map[string]string{
		"audit_entries": "what was done stays told; the rows of a closed organization go by their foreign key",
	}, Loose: map[string]string{
		"audit_entries.user_id": "whoever acted, a member or not; no change of memberships may need the log, nor the log them",
		"movements.source_id":   "the document behind a movement, of one of several kinds; looked up in the same organization",
	}}
	maps.Copy(r.Global, queue)
	return r
}

func TestSchemaOnPostgreSQL(t *testing.T) {
	found, err := schemalint.Postgres(t.Context(), storetest.New(t, store.Postgres).Raw(), rules())
	report(t, found, err)
}

func TestSchemaOnSQLite(t *testing.T) {
	r := rules()
	r.Global["sqlite_sequence"] = schemalint.Global{Reason: "SQLite's own"}
	found, err := schemalint.SQLite(t.Context(), storetest.New(t, store.SQLite).Raw(), r)
	report(t, found, err)
}

func report(t *testing.T, found []string, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	for _, finding := range found {
		t.Error(finding)
	}
}

// TestRightsAreThoseUsed: the server has no right on a global table that none of its statements needs.
func TestRightsAreThoseUsed(t *testing.T) {
	used := map[string]map[string]bool{}
	note := func(sql string) {
		uses, err := sqlproof.Uses(sql)
		if err != nil {
			t.Fatal(err)
		}
		for table, rights := range uses {
			if used[table] == nil {
				used[table] = map[string]bool{}
			}
			maps.Copy(used[table], rights)
		}
	}
	for _, s := range statements(t) {
		note(s.sql)
	}
	for _, s := range sources(t) {
		if s.pkg != "store" || s.test {
			continue
		}
		for _, found := range sqlTexts(s.file) {
			if storeSQL[found.function] == "" {
				note(found.text)
			}
		}
	}
	for name, table := range global {
		have := strings.Fields(table.Rights)
		slices.Sort(have)
		if needs := slices.Sorted(maps.Keys(used[name])); !slices.Equal(have, needs) {
			t.Errorf("%s: the server's rights are %v, its statements need %v", name, have, needs)
		}
	}
}

// tables are those of the program, without the queue's.
func tables(t *testing.T, db *storetest.DB) []string {
	t.Helper()
	query := `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'`
	if db.Engine() == store.Postgres {
		query = `SELECT tablename FROM pg_tables WHERE schemaname = 'public'`
	}
	return slices.DeleteFunc(column(t, db.Raw(), query), func(table string) bool { _, is := queue[table]; return is })
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

// TestBothEnginesHaveTheSameTables: with the same columns, of the same types, that may be NULL or not.
func TestBothEnginesHaveTheSameTables(t *testing.T) {
	lite, pg := storetest.New(t, store.SQLite), storetest.New(t, store.Postgres)
	have := column(t, pg.Raw(), `SELECT c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, NULL) || ' ' || CASE WHEN a.attnotnull THEN 'NOT NULL' ELSE '' END
		FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped`)
	want := column(t, lite.Raw(), `SELECT m.name || '.' || c.name || ' ' || lower(c.type) || ' ' || CASE WHEN c."notnull" THEN 'NOT NULL' ELSE '' END
		FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%'`)
	libraries := regexp.MustCompile(`^(river|goose)_`)
	have, want = slices.DeleteFunc(have, libraries.MatchString), slices.DeleteFunc(want, libraries.MatchString)
	slices.Sort(have)
	slices.Sort(want)
	if !slices.Equal(have, want) {
		t.Errorf("PostgreSQL has %q\nSQLite has %q", have, want)
	}
}
