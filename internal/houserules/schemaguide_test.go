package houserules

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"craftplan/internal/houserules/sqlproof"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

const schemaGuide = "../../guides/schema.md"

// writeGuides makes the test write the guide instead of comparing it.
const writeGuides = "CRAFTPLAN_WRITE_GUIDES"

// The guide of the schema is what a freshly migrated database says of itself.
func TestSchemaGuide(t *testing.T) {
	db := storetest.New(t, store.Postgres)
	var b strings.Builder
	b.WriteString("# The schema\n\nEvery table, by the domain that writes it, as a freshly migrated PostgreSQL database describes itself; on SQLite tables and keys are the\n" +
		"same, and triggers take the place of policies. Made by `make schema`, and compared by every test run.\n\n" +
		"*One organization's* are tables whose rows each belong to one organization: row-level security is on and forced, and the one policy is\n" +
		"`organization_id = current_setting('app.organization_id')::uuid`. Other tables have the reason why they belong to none.\n")
	owners := owners(t)
	for _, domain := range slices.Sorted(maps.Keys(owners)) {
		fmt.Fprintf(&b, "\n## %s\n", domain)
		for _, table := range owners[domain] {
			b.WriteString(describe(t, db, table))
		}
	}
	if os.Getenv(writeGuides) != "" {
		if err := os.WriteFile(schemaGuide, []byte(b.String()), 0o644); err != nil { //nolint:gosec // a guide is for everybody
			t.Fatal(err)
		}
	}
	written, err := os.ReadFile(schemaGuide)
	if err != nil || string(written) != b.String() {
		t.Errorf("guides/schema.md is not up to date: run make schema (%v)", err)
	}
}

// owners are the tables of each domain: those that its statements insert into. No table has two.
func owners(t *testing.T) map[string][]string {
	t.Helper()
	owner := map[string]string{"goose_db_version": "store"}
	for _, s := range statements(t) {
		uses, err := sqlproof.Uses(s.sql)
		if err != nil {
			t.Fatal(err)
		}
		for table, rights := range uses {
			if !rights["INSERT"] {
				continue
			}
			if other := owner[table]; other != "" && other != s.domain {
				t.Errorf("%s: rows are added by %s and by %s", table, other, s.domain)
			}
			owner[table] = s.domain
		}
	}
	domains := map[string][]string{}
	for _, table := range slices.Sorted(maps.Keys(owner)) {
		domains[owner[table]] = append(domains[owner[table]], table)
	}
	return domains
}

func describe(t *testing.T, db *storetest.DB, table string) string {
	t.Helper()
	raw := db.Raw()
	var b strings.Builder
	fmt.Fprintf(&b, "\n### %s\n\n", table)
	about := "One organization's."
	if g, is := global[table]; is {
		about = "Nobody's: " + g.Reason + "."
	}
	rights := column(t, raw, `SELECT privilege_type FROM information_schema.role_table_grants WHERE table_name = $1 AND grantee = 'craftplan_app' ORDER BY privilege_type`, table)
	policies := column(t, raw, `SELECT polname FROM pg_policy WHERE polrelid = $1::regclass ORDER BY polname`, table)
	fmt.Fprintf(&b, "%s Policy: %s. The server may %s.\n\n", about, cmp.Or(strings.Join(policies, ", "), "none"), cmp.Or(strings.ToLower(strings.Join(rights, ", ")), "nothing"))
	b.WriteString("| column | type | |\n|---|---|---|\n")
	for _, line := range column(t, raw, `SELECT '| ' || a.attname || ' | ' || COALESCE(t.typname, '') || ' | ' ||
		CASE WHEN a.attnotnull THEN '' ELSE 'may be null' END || ' |'
		FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = a.atttypid WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`, table) {
		b.WriteString(line + "\n")
	}
	b.WriteString("\n")
	for _, line := range column(t, raw, `SELECT CASE contype WHEN 'p' THEN '1' WHEN 'u' THEN '2' WHEN 'f' THEN '3' ELSE '4' END || pg_get_constraintdef(oid)
		FROM pg_constraint WHERE conrelid = $1::regclass AND contype IN ('p', 'u', 'f') ORDER BY 1`, table) {
		fmt.Fprintf(&b, "- %s\n", line[1:])
	}
	for _, line := range column(t, raw, `SELECT indexdef FROM pg_indexes WHERE tablename = $1 AND schemaname = current_schema() AND indexdef LIKE 'CREATE UNIQUE INDEX%'
		AND indexname NOT IN (SELECT conname FROM pg_constraint) ORDER BY 1`, table) {
		_, keys, _ := strings.Cut(line, " USING btree ")
		fmt.Fprintf(&b, "- UNIQUE %s\n", keys)
	}
	return b.String()
}
