package houserules

import (
	"database/sql"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"craftplan/internal/houserules/schemalint"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

// alteration is a change of the schema that takes away one thing that keeps organizations apart, and what the lint says then
// of the object.
type alteration struct{ object, change, says string }

// TestEveryKeyPolicyAndRightIsNeeded takes away every policy, every key's organization, every reference and every right of the
// schema, one at a time, on live databases, and sees the lint name each.
func TestEveryKeyPolicyAndRightIsNeeded(t *testing.T) {
	t.Run("postgres", func(t *testing.T) {
		raw := storetest.New(t, store.Postgres).Unbound()
		r := rules()
		var all []alteration
		for _, table := range column(t, raw, `SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename`) {
			if g, global := r.Global[table]; global {
				all = append(all, rightsAltered("table", table, g.Rights)...)
				continue
			}
			all = append(all, policyAltered(table)...)
			rights := "SELECT INSERT UPDATE DELETE"
			if r.AppendOnly[table] != "" {
				rights = "SELECT INSERT"
			}
			all = append(all, rightsAltered("table", table, rights)...)
			all = append(all, indexesAltered(t, raw, table)...)
			all = append(all, referencesAltered(t, raw, table)...)
		}
		all = append(all, functionsAltered(t, raw)...)
		alterEach(t, raw, all, func(db schemalint.Querier) ([]string, error) { return schemalint.Postgres(t.Context(), db, r) })
		t.Logf("proved: %d changes of PostgreSQL's schema named", len(all))
	})
	t.Run("sqlite", func(t *testing.T) {
		raw := storetest.New(t, store.SQLite).Raw()
		r := rules()
		r.Global["sqlite_sequence"] = schemalint.Global{Reason: "SQLite's own"}
		var all []alteration
		for _, table := range column(t, raw, `SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name`) {
			if _, global := r.Global[table]; !global {
				all = append(all, tableAltered(t, raw, table)...)
			}
		}
		alterEach(t, raw, all, func(db schemalint.Querier) ([]string, error) { return schemalint.SQLite(t.Context(), db, r) })
		t.Logf("proved: %d changes of SQLite's schema named", len(all))
	})
}

func alterEach(t *testing.T, raw *sql.DB, all []alteration, lint func(schemalint.Querier) ([]string, error)) {
	t.Helper()
	if len(all) < 200 {
		t.Errorf("only %d changes", len(all))
	}
	for _, a := range all {
		finds(t, raw, a, lint)
	}
}

// finds makes a change in a transaction that is rolled back, and tells whether the lint names it.
func finds(t *testing.T, raw *sql.DB, a alteration, lint func(schemalint.Querier) ([]string, error)) bool {
	t.Helper()
	tx, err := raw.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }() // nothing of it shall stay
	if _, err := tx.ExecContext(t.Context(), a.change); err != nil {
		t.Fatalf("%s: %v", a.change, err)
	}
	found, err := lint(tx)
	if err != nil {
		t.Fatalf("%s: %v", a.change, err)
	}
	named := slices.ContainsFunc(found, func(finding string) bool {
		return strings.Contains(finding, a.object+":") && strings.Contains(finding, a.says)
	})
	if !named {
		t.Errorf("after %s the lint does not say of %s that %s: %q", a.change, a.object, a.says, found)
	}
	return named
}

func policyAltered(table string) (all []alteration) {
	const same = "its policies are not the one"
	for _, change := range []string{
		"DROP POLICY organization ON %s",
		"ALTER POLICY organization ON %s USING (true)",
		"ALTER POLICY organization ON %s USING (organization_id = current_setting('app.organization_id', true)::uuid)",
		"ALTER POLICY organization ON %s USING (organization_id = current_setting('app.organization_id')::uuid OR organization_id IS NULL)",
		"ALTER POLICY organization ON %s WITH CHECK (true)",
		"ALTER POLICY organization ON %s TO craftplan_bypass",
		"CREATE POLICY another ON %s USING (true)",
	} {
		all = append(all, alteration{table, fmt.Sprintf(change, table), same})
	}
	return append(all,
		alteration{table, "ALTER TABLE " + table + " DISABLE ROW LEVEL SECURITY", "row-level security is not enabled"},
		alteration{table, "ALTER TABLE " + table + " NO FORCE ROW LEVEL SECURITY", "row-level security is not forced"})
}

// rightsAltered takes away each right that the server has and gives it each that it has not.
func rightsAltered(kind, name, rights string) (all []alteration) {
	for _, right := range strings.Fields("SELECT INSERT UPDATE DELETE TRUNCATE REFERENCES TRIGGER") {
		change := fmt.Sprintf("GRANT %s ON %s %s TO craftplan_app", right, kind, name)
		if slices.Contains(strings.Fields(rights), right) {
			change = fmt.Sprintf("REVOKE %s ON %s %s FROM craftplan_app", right, kind, name)
		}
		all = append(all, alteration{kind + " " + name, change, "the server's rights are"})
	}
	return append(all, alteration{name, fmt.Sprintf("GRANT SELECT ON %s %s TO PUBLIC", kind, name), "PUBLIC has the right to SELECT"})
}

func functionsAltered(t *testing.T, raw *sql.DB) (all []alteration) {
	t.Helper()
	for _, signature := range column(t, raw, `SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace ORDER BY 1`) {
		name, _, _ := strings.Cut(signature, "(")
		all = append(all,
			alteration{name, "ALTER FUNCTION " + signature + " SECURITY DEFINER", "runs as its owner"},
			alteration{name, "GRANT EXECUTE ON FUNCTION " + signature + " TO PUBLIC", "PUBLIC has the right to EXECUTE"})
	}
	return all
}

// indexesAltered takes the organization out of each key and index.
func indexesAltered(t *testing.T, raw *sql.DB, table string) (all []alteration) {
	t.Helper()
	const query = `SELECT i.relname || ' ' || COALESCE(k.contype::text, '-') || ' ' || COALESCE(pg_get_constraintdef(k.oid), pg_get_indexdef(i.oid))
		FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid LEFT JOIN pg_constraint k ON k.conindid = x.indexrelid AND k.contype IN ('p', 'u') WHERE x.indrelid = $1::regclass ORDER BY 1`
	for _, row := range column(t, raw, query, table) {
		index, rest, _ := strings.Cut(row, " ")
		kind, definition, _ := strings.Cut(rest, " ")
		loosened := strings.Replace(definition, "(organization_id, ", "(", 1)
		a := alteration{table, fmt.Sprintf("DROP INDEX %s; %s", index, loosened), "the index " + index + " is not led by"}
		if kind != "-" {
			a.change = fmt.Sprintf("ALTER TABLE %s DROP CONSTRAINT %s CASCADE; ALTER TABLE %s ADD CONSTRAINT %s %s", table, index, table, index, loosened)
		}
		if loosened == definition { // it is the organization alone
			a.change, a.says = fmt.Sprintf("ALTER TABLE %s DROP CONSTRAINT %s CASCADE", table, index), "the primary key () is not led by"
		}
		all = append(all, a)
	}
	return all
}

var composite = regexp.MustCompile(`FOREIGN KEY \(organization_id, ([\w, ]+)\) REFERENCES (\w+)\s*\(organization_id, ([\w, ]+)\)`)

// referencesAltered drops each reference, and takes the organization out of it.
func referencesAltered(t *testing.T, raw *sql.DB, table string) (all []alteration) {
	t.Helper()
	drop := "ALTER TABLE " + table
	for i, row := range column(t, raw, `SELECT conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = $1::regclass AND contype = 'f' ORDER BY 1`, table) {
		name, definition, _ := strings.Cut(row, " ")
		if i > 0 {
			drop += ","
		}
		drop += " DROP CONSTRAINT " + name
		match := composite.FindStringSubmatch(definition)
		if match == nil {
			continue
		}
		from, to, key := match[1], match[2], match[3]
		loosened := composite.ReplaceAllString(definition, "FOREIGN KEY ($1) REFERENCES $2 ($3)")
		all = append(all,
			alteration{table, fmt.Sprintf("ALTER TABLE %s DROP CONSTRAINT %s", table, name), "is an id in no foreign key"},
			alteration{table, fmt.Sprintf("ALTER TABLE %s ADD CONSTRAINT loosened UNIQUE (%s); ALTER TABLE %s DROP CONSTRAINT %s, ADD CONSTRAINT %s %s", to, key, table, name, name, loosened),
				fmt.Sprintf("the foreign key (%s) to %s (%s) is not led by", from, to, key)})
	}
	return append(all, alteration{table, drop, "no foreign key leads to organizations"})
}

var (
	key      = regexp.MustCompile(`(PRIMARY KEY|UNIQUE) \(organization_id, `)
	nullable = strings.NewReplacer("organization_id org_text NOT NULL", "organization_id org_text")
)

// tableAltered is what became of a table of SQLite's if it had been made otherwise.
func tableAltered(t *testing.T, raw *sql.DB, table string) (all []alteration) {
	t.Helper()
	text := column(t, raw, `SELECT sql FROM sqlite_master WHERE type = 'table' AND name = $1`, table)[0]
	add := func(changed, says string) {
		if changed == text {
			t.Fatalf("%s: nothing changed for %q", table, says)
		}
		all = append(all, alteration{table, "DROP TABLE " + table + "; " + changed, says})
	}
	add(nullable.Replace(text), "organization_id is not of type org_text NOT NULL")
	for _, at := range key.FindAllStringIndex(text, -1) {
		found := text[at[0]:at[1]]
		says := "the index sqlite_autoindex_" + table
		if strings.HasPrefix(found, "PRIMARY") {
			says = "the primary key ("
		}
		add(text[:at[0]]+strings.Replace(found, "organization_id, ", "", 1)+text[at[1]:], says)
	}
	for _, at := range composite.FindAllStringSubmatchIndex(text, -1) {
		from, to, key := text[at[2]:at[3]], text[at[4]:at[5]], text[at[6]:at[7]]
		add(text[:at[0]]+fmt.Sprintf("FOREIGN KEY (%s) REFERENCES %s (%s)", from, to, key)+text[at[1]:], fmt.Sprintf("the foreign key (%s) to %s (%s) is not led by", from, to, key))
		end := at[1] + strings.IndexAny(text[at[1]:], ",\n")
		add(text[:at[0]]+"CHECK (TRUE)"+text[end:], "is an id in no foreign key")
	}
	for _, index := range column(t, raw, `SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = $1 AND sql IS NOT NULL`, table) {
		name := regexp.MustCompile(`INDEX (\w+) ON`).FindStringSubmatch(index)[1]
		all = append(all, alteration{table, "DROP INDEX " + name + "; " + strings.Replace(index, "(organization_id, ", "(", 1), "the index " + name + " is not led by"})
	}
	return all
}
