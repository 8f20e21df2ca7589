package houserules

import (
	"database/sql"
	"slices"
	"strings"
	"testing"

	"craftplan/internal/houserules/schemalint"
	"craftplan/internal/id"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
	"craftplan/internal/store/storetest/cluster"
)

// sound is a table with nothing against it, NAME standing for its name; what follows is made wrong in one place each.
const sound = `CREATE TABLE NAME (organization_id org_text NOT NULL REFERENCES organizations (id), id uuid_text NOT NULL, material_id uuid_text, code text NOT NULL,
	PRIMARY KEY (organization_id, id), UNIQUE (organization_id, code), FOREIGN KEY (organization_id, material_id) REFERENCES materials (organization_id, id));
	CREATE UNIQUE INDEX NAME_partial ON NAME (organization_id, material_id) WHERE code <> ''; CREATE INDEX NAME_folded ON NAME (organization_id, lower(code));`

const protected = sound + ` SELECT protect('NAME');`

// wrong is a change of a sound table, or a table by itself, and what the lint must say of it.
type wrong struct{ sql, says string }

var wrongOnBoth = map[string]wrong{
	"unled_key":        {`CREATE TABLE NAME (organization_id org_text NOT NULL REFERENCES organizations (id), id uuid_text NOT NULL PRIMARY KEY);`, "the primary key (id) is not led"},
	"late_key":         {`CREATE TABLE NAME (organization_id org_text NOT NULL REFERENCES organizations (id), id uuid_text NOT NULL, PRIMARY KEY (id, organization_id));`, "the primary key (id, organization_id) is not led"},
	"no_key":           {`CREATE TABLE NAME (organization_id org_text NOT NULL REFERENCES organizations (id), id uuid_text NOT NULL);`, "the primary key () is not led"},
	"no_organization":  {`CREATE TABLE NAME (id uuid_text NOT NULL PRIMARY KEY);`, "organization_id is not of type org_text NOT NULL"},
	"other_type":       {`CREATE TABLE NAME (organization_id uuid_text NOT NULL REFERENCES organizations (id), id uuid_text NOT NULL, PRIMARY KEY (organization_id, id));`, "organization_id is not of type org_text NOT NULL"},
	"unled_unique":     {sound + `CREATE UNIQUE INDEX NAME_bad ON NAME (code);`, "the index unled_unique_bad is not led"},
	"unled_partial":    {sound + `CREATE UNIQUE INDEX NAME_bad ON NAME (code, organization_id) WHERE code <> '';`, "the index unled_partial_bad is not led"},
	"unled_expression": {sound + `CREATE UNIQUE INDEX NAME_bad ON NAME (lower(code), organization_id);`, "the index unled_expression_bad is not led"},
	"unled_index":      {sound + `CREATE INDEX NAME_bad ON NAME (code);`, "the index unled_index_bad is not led"},
	"crossed_foreign": {`CREATE TABLE NAME (organization_id org_text NOT NULL REFERENCES organizations (id), a uuid_text NOT NULL, PRIMARY KEY (organization_id, a),
		FOREIGN KEY (a, organization_id) REFERENCES materials (organization_id, id));`, "the foreign key (a, organization_id) to materials (organization_id, id) is not led by organization_id on both sides"},
	"foreign_to_person": {`CREATE TABLE NAME (organization_id org_text NOT NULL REFERENCES organizations (id), a uuid_text NOT NULL REFERENCES users (id), PRIMARY KEY (organization_id, a));`, "the foreign key (a) to users (id) is not led"},
	"loose":             {`CREATE TABLE NAME (organization_id org_text NOT NULL REFERENCES organizations (id), a uuid_text NOT NULL, PRIMARY KEY (organization_id, a));`, "a is an id in no foreign key"},
	"set_null": {`CREATE TABLE NAME (organization_id org_text NOT NULL REFERENCES organizations (id), a uuid_text NOT NULL, PRIMARY KEY (organization_id, a),
		FOREIGN KEY (organization_id, a) REFERENCES materials (organization_id, id) ON DELETE SET NULL);`, "does SET NULL ON DELETE"},
	"set_default":   {`CREATE TABLE NAME (organization_id org_text NOT NULL REFERENCES organizations (id) ON DELETE SET DEFAULT, a uuid_text NOT NULL, PRIMARY KEY (organization_id, a));`, "does SET DEFAULT ON DELETE"},
	"moves_along":   {`CREATE TABLE NAME (organization_id org_text NOT NULL REFERENCES organizations (id) ON UPDATE CASCADE, a uuid_text NOT NULL, PRIMARY KEY (organization_id, a));`, "does CASCADE ON UPDATE"},
	"waits":         {`CREATE TABLE NAME (organization_id org_text NOT NULL REFERENCES organizations (id) DEFERRABLE INITIALLY DEFERRED, a uuid_text NOT NULL, PRIMARY KEY (organization_id, a));`, "DEFERRABLE"},
	"of_nobody":     {`CREATE TABLE NAME (organization_id org_text NOT NULL, a uuid_text NOT NULL, PRIMARY KEY (organization_id, a));`, "no foreign key leads to organizations"},
	"perhaps_child": {`CREATE TABLE NAME (organization_id org_text NOT NULL, a uuid_text, PRIMARY KEY (organization_id), FOREIGN KEY (organization_id, a) REFERENCES materials (organization_id, id));`, "no foreign key leads to organizations"},
}

var wrongOnPostgres = map[string]wrong{
	"open_rows":     {sound + `GRANT SELECT, INSERT, UPDATE, DELETE ON NAME TO craftplan_app;`, "row-level security is not enabled"},
	"owner_passes":  {protected + `ALTER TABLE NAME NO FORCE ROW LEVEL SECURITY;`, "row-level security is not forced"},
	"no_policy":     {protected + `DROP POLICY organization ON NAME;`, "its policies are not the one"},
	"second_policy": {protected + `CREATE POLICY more ON NAME USING (true);`, "its policies are not the one"},
	"missing_ok":    {sound + `SELECT protect('NAME'); DROP POLICY organization ON NAME; CREATE POLICY organization ON NAME USING (organization_id = current_setting('app.organization_id', true)::uuid);`, "its policies are not the one"},
	"restrictive":   {protected + `DROP POLICY organization ON NAME; CREATE POLICY organization ON NAME AS RESTRICTIVE USING (organization_id = current_setting('app.organization_id')::uuid);`, "its policies are not the one"},
	"reads_only":    {protected + `DROP POLICY organization ON NAME; CREATE POLICY organization ON NAME FOR SELECT USING (organization_id = current_setting('app.organization_id')::uuid);`, "its policies are not the one"},
	"one_role":      {protected + `DROP POLICY organization ON NAME; CREATE POLICY organization ON NAME TO craftplan_app USING (organization_id = current_setting('app.organization_id')::uuid);`, "its policies are not the one"},
	"open_check":    {protected + `DROP POLICY organization ON NAME; CREATE POLICY organization ON NAME USING (organization_id = current_setting('app.organization_id')::uuid) WITH CHECK (true);`, "its policies are not the one"},
	"truncates":     {protected + `GRANT TRUNCATE ON NAME TO craftplan_app;`, `should be "DELETE INSERT SELECT UPDATE"`},
	"refers":        {protected + `GRANT REFERENCES ON NAME TO craftplan_app;`, `should be "DELETE INSERT SELECT UPDATE"`},
	"hands_on":      {protected + `GRANT SELECT ON NAME TO craftplan_app WITH GRANT OPTION;`, "hand on the right to SELECT"},
	"too_few":       {protected + `REVOKE DELETE ON NAME FROM craftplan_app;`, `"INSERT SELECT UPDATE" and should be`},
	"everybodys":    {protected + `GRANT SELECT ON NAME TO PUBLIC;`, "PUBLIC has the right to SELECT on this table"},
	"somebodys":     {protected + `GRANT SELECT ON NAME TO craftplan_bypass;`, "craftplan_bypass has the right to SELECT"},
	"one_column":    {protected + `GRANT UPDATE (code) ON NAME TO craftplan_app;`, "the server has the right to UPDATE and needs none"},
	"serial":        {protected + `ALTER TABLE NAME ADD COLUMN number bigserial;`, "the column number is an identity, generated or serial"},
	"numbered":      {protected + `ALTER TABLE NAME ADD COLUMN number bigint GENERATED ALWAYS AS IDENTITY;`, "the column number is an identity"},
	"triggered":     {protected + `CREATE FUNCTION NAME_does() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER NAME_does BEFORE INSERT ON NAME EXECUTE FUNCTION NAME_does();`, "has the trigger triggered_does"},
	"ruled":         {protected + `CREATE RULE NAME_also AS ON INSERT TO NAME DO ALSO SELECT 1;`, "has the rule ruled_also"},
	"inherited":     {sound + `CREATE TABLE NAME_child () INHERITS (NAME);`, "inherits"},
	"excludes":      {protected + `ALTER TABLE NAME ADD CONSTRAINT NAME_ex EXCLUDE USING btree (organization_id WITH =);`, "or excludes"},
	"not_valid":     {protected + `ALTER TABLE NAME ADD CONSTRAINT NAME_fk FOREIGN KEY (organization_id, id) REFERENCES materials (organization_id, id) NOT VALID;`, "is NOT VALID"},
	"view_of_all":   {`CREATE VIEW NAME AS SELECT * FROM materials;`, "not security_invoker"},
	"kept_view":     {`CREATE MATERIALIZED VIEW NAME AS SELECT 1 AS one;`, "a materialized view"},
	"definer":       {`CREATE FUNCTION NAME() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT COUNT(*) FROM materials';`, "SECURITY DEFINER"},
	"leakproof":     {`CREATE FUNCTION NAME() RETURNS bigint LANGUAGE sql LEAKPROOF AS 'SELECT 1';`, "LEAKPROOF"},
	"anybody_runs":  {`CREATE FUNCTION NAME() RETURNS bigint LANGUAGE sql AS 'SELECT 1';`, "PUBLIC has the right to EXECUTE"},
	"server_runs":   {`CREATE FUNCTION NAME() RETURNS bigint LANGUAGE sql AS 'SELECT 1'; REVOKE ALL ON FUNCTION NAME() FROM PUBLIC; GRANT EXECUTE ON FUNCTION NAME() TO craftplan_app;`, "the server has the right to EXECUTE and needs none"},
	"counter":       {`CREATE SEQUENCE NAME; GRANT USAGE ON SEQUENCE NAME TO craftplan_app;`, "the server has the right to USAGE and needs none"},
	"elsewhere":     {`CREATE SCHEMA other; CREATE TABLE other.NAME (id uuid_text);`, "is in the schema other"},
	"retired_slugs": {`GRANT DELETE ON NAME TO craftplan_app;`, `table retired_slugs: the server's rights are "DELETE INSERT SELECT" and should be "INSERT SELECT"`},
	"schema public": {`GRANT CREATE ON SCHEMA public TO craftplan_app;`, `the server's rights are "CREATE USAGE"`},
	"public":        {`GRANT CREATE ON SCHEMA public TO PUBLIC;`, "PUBLIC has the right to CREATE on this schema"},
}

var wrongOnSQLite = map[string]wrong{
	"view_of_all": {`CREATE VIEW NAME AS SELECT * FROM materials;`, "a view"},
	"triggered":   {`CREATE TRIGGER NAME BEFORE INSERT ON materials BEGIN SELECT 1; END;`, "a trigger"},
	"virtual":     {`CREATE VIRTUAL TABLE NAME USING fts5 (text);`, "a virtual table"},
}

// TestSchemaLintNamesEachFault makes every fault in one scratch database and sees the lint name each, and a sound table not.
func TestSchemaLintNamesEachFault(t *testing.T) {
	t.Run("postgres", func(t *testing.T) {
		db := storetest.New(t, store.Postgres)
		super, err := sql.Open("pgx", cluster.As(db.Owner, "postgres", db.Owner[strings.LastIndex(db.Owner, "/")+1:strings.Index(db.Owner, "?")]))
		if err != nil {
			t.Fatal(err)
		}
		defer super.Close()
		makeWrong(t, super, "sound_table", protected)
		makeAllWrong(t, super, wrongOnBoth, wrongOnPostgres)
		found, err := schemalint.Postgres(t.Context(), super, rules())
		if err != nil {
			t.Fatal(err)
		}
		names(t, found, wrongOnBoth, wrongOnPostgres)
		t.Logf("proved: %d faults named on PostgreSQL", len(wrongOnBoth)+len(wrongOnPostgres))
	})
	t.Run("sqlite", func(t *testing.T) {
		db := storetest.New(t, store.SQLite)
		raw := db.Raw()
		makeWrong(t, raw, "sound_table", sound)
		makeAllWrong(t, raw, wrongOnBoth, wrongOnSQLite)
		found, err := schemalint.SQLite(t.Context(), raw, rules())
		if err != nil {
			t.Fatal(err)
		}
		names(t, found, wrongOnBoth, wrongOnSQLite)
		t.Logf("proved: %d faults named on SQLite", len(wrongOnBoth)+len(wrongOnSQLite))
	})
}

func makeAllWrong(t *testing.T, db *sql.DB, all ...map[string]wrong) {
	t.Helper()
	for _, some := range all {
		for name, w := range some {
			makeWrong(t, db, name, w.sql)
		}
	}
}

func makeWrong(t *testing.T, db *sql.DB, name, text string) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), strings.ReplaceAll(text, "NAME", name)); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// names checks that each fault is named with its table, and that nothing is said of the table that is sound.
func names(t *testing.T, found []string, all ...map[string]wrong) {
	t.Helper()
	for _, some := range all {
		for name, w := range some {
			if !slices.ContainsFunc(found, func(finding string) bool { return strings.Contains(finding, name) && strings.Contains(finding, w.says) }) {
				t.Errorf("the lint does not say of %s that %s", name, w.says)
			}
		}
	}
	for _, finding := range found {
		if strings.Contains(finding, "sound_table") {
			t.Error(finding)
		}
	}
}

// A server's role with any attribute, membership or possession is named.
func TestRoleLintNamesEachFault(t *testing.T) {
	db := storetest.New(t, store.Postgres)
	super, err := sql.Open("pgx", cluster.As(db.Owner, "postgres", db.Owner[strings.LastIndex(db.Owner, "/")+1:strings.Index(db.Owner, "?")]))
	if err != nil {
		t.Fatal(err)
	}
	defer super.Close()
	role := "bad_" + id.New().String()[24:] // roles are the whole server's
	makeWrong(t, super, role, `CREATE ROLE NAME SUPERUSER BYPASSRLS CREATEROLE CREATEDB REPLICATION LOGIN; GRANT craftplan_bypass TO NAME; CREATE TABLE owned (id uuid_text); ALTER TABLE owned OWNER TO NAME`)
	defer makeWrong(t, super, role, `DROP TABLE owned; DROP ROLE NAME`)
	r := rules()
	r.Role = role
	found, err := schemalint.Postgres(t.Context(), super, r)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"SUPERUSER", "BYPASSRLS", "CREATEROLE", "CREATEDB", "REPLICATION", "LOGIN", "is a member of craftplan_bypass", "owns the relation owned"} {
		if !slices.ContainsFunc(found, func(finding string) bool {
			return strings.HasPrefix(finding, role+": ") && strings.Contains(finding, want)
		}) {
			t.Errorf("the lint does not say of the role: %s", want)
		}
	}
}
