package houserules

import (
	"go/ast"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	pg "github.com/pganalyze/pg_query_go/v6"
	parser "github.com/wasilibs/go-pgquery"

	"craftplan/internal/houserules/sqlproof"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

// directory are the global tables that hold an organization's id. A statement of one organization ties them as it does its
// own tables: no row-level security would catch it if it did not.
var directory = map[string]string{"memberships": "organization_id", "slugs": "organization_id", "organizations": "id"}

// catalogs are the server's own and the queue's tables, which the store asks before it serves.
var catalogs = []string{"pg_class", "pg_namespace", "pg_roles", "river_migration", "river_job"}

// provable is the migrated schema.
func provable(t *testing.T) sqlproof.Schema {
	t.Helper()
	s := sqlproof.Schema{Directory: directory, Global: slices.Clone(catalogs)}
	for _, table := range tables(t, storetest.New(t, store.SQLite)) {
		if _, outside := global[table]; !outside {
			s.Tenant = append(s.Tenant, table)
		} else if directory[table] == "" {
			s.Global = append(s.Global, table)
		}
	}
	if len(s.Tenant) < 20 {
		t.Fatalf("only the tables %v", s.Tenant)
	}
	return s
}

// statement is a generated query: what really runs.
type statement struct {
	domain, name, sql string
	organization      bool // its first argument is the organization
}

var statementStart = regexp.MustCompile(`(?m)^-- name: (\w+) :\w+$`)

func statements(t *testing.T) []statement {
	t.Helper()
	var all []statement
	for _, s := range sources(t) {
		if strings.HasSuffix(s.pkg, "/internal/db") && strings.HasSuffix(s.path, ".sql.go") {
			all = append(all, generated(t, s)...)
		}
	}
	if len(all) < 100 {
		t.Fatalf("found %d statements", len(all))
	}
	return all
}

// generated reads a file of sqlc's: constants, each run by one method with the fields of its parameters.
func generated(t *testing.T, s source) (all []statement) {
	t.Helper()
	texts, fields := map[string]string{}, map[string]string{}
	ast.Inspect(s.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ValueSpec:
			if text := constant(n.Values); statementStart.MatchString(text) {
				texts[n.Names[0].Name] = text
			}
		case *ast.TypeSpec:
			if f, ok := n.Type.(*ast.StructType); ok && len(f.Fields.List) > 0 {
				fields[n.Name.Name] = printed(f.Fields.List[0].Names[0]) + " " + printed(f.Fields.List[0].Type)
			}
		}
		return true
	})
	ast.Inspect(s.file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || !strings.HasPrefix(printed(call.Fun), "q.db.") {
			return true
		}
		text := texts[printed(call.Args[1])]
		match := statementStart.FindStringSubmatch(text)
		if match == nil {
			t.Errorf("%s runs what is no constant of a query file: %s", s.path, printed(call.Args[1]))
			return true
		}
		one := statement{domain: strings.Split(s.pkg, "/")[0], name: match[1], sql: text}
		one.organization = len(call.Args) > 2 && printed(call.Args[2]) == "arg.OrganizationID" && fields[match[1]+"Params"] == "OrganizationID id.Organization"
		all = append(all, one)
		delete(texts, printed(call.Args[1]))
		return true
	})
	for name := range texts {
		t.Errorf("%s: the constant %s is run by no method", s.path, name)
	}
	return all
}

func TestStatementsPrepareOnBothEngines(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		raw := db.Raw()
		for _, s := range statements(t) {
			prepared, err := raw.PrepareContext(t.Context(), s.sql)
			if err != nil {
				t.Errorf("%s.%s: %v", s.domain, s.name, err)
				continue
			}
			defer prepared.Close()
		}
	})
}

// TestStatementsAreProved: every table of an organization that a statement names is tied to the organization, which is its
// first argument.
func TestStatementsAreProved(t *testing.T) {
	schema := provable(t)
	ofOne, ofNone := 0, 0
	for _, s := range statements(t) {
		prove := schema.ForSystem
		if s.organization {
			prove = schema.ForOrganization
			ofOne++
		} else {
			ofNone++
		}
		if err := prove(s.sql); err != nil {
			t.Errorf("%s.%s: %v\n%s", s.domain, s.name, err, s.sql)
		}
	}
	t.Logf("proved: %d statements of one organization", ofOne)
	t.Logf("proved: %d statements of the directory", ofNone)
}

// A statement that was a system query may not name an organization's table, whatever its condition: nothing checks who asks.
func TestWithoutTheOrganizationFirstNothingIsProved(t *testing.T) {
	schema, tried := provable(t), 0
	for _, s := range statements(t) {
		if !s.organization || !slices.ContainsFunc(schema.Tenant, func(table string) bool { return regexp.MustCompile(`\b` + table + `\b`).MatchString(s.sql) }) {
			continue
		}
		tried++
		if schema.ForSystem(s.sql) == nil {
			t.Errorf("%s.%s is proved without an organization:\n%s", s.domain, s.name, s.sql)
		}
		if moved := strings.NewReplacer("$1,", "$2,", "$1 ", "$2 ", "$1)", "$2)", "$1\n", "$2\n").Replace(s.sql); schema.ForOrganization(moved) == nil {
			t.Errorf("%s.%s is proved with the organization in second place:\n%s", s.domain, s.name, moved)
		}
	}
	if tried < 80 {
		t.Errorf("tried only %d statements", tried)
	}
}

// TestQueryFilesAreWhatRuns: the generated constants say letter for letter what the query files say, but for the names of
// parameters, each of which is one number throughout.
func TestQueryFilesAreWhatRuns(t *testing.T) {
	runs := map[string]string{}
	for _, s := range statements(t) {
		runs[s.domain+"."+s.name] = s.sql
	}
	for _, path := range queryFiles(t) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		parts := statementStart.FindAllStringSubmatchIndex(string(data), -1)
		for i, at := range parts {
			end := len(data)
			if i+1 < len(parts) {
				end = parts[i+1][0]
			}
			name := strings.TrimSuffix(filepath.Base(path), ".sql") + "." + string(data[at[2]:at[3]])
			if problem := differ(string(data[at[1]:end]), runs[name]); problem != "" {
				t.Errorf("%s: %s: make generate", name, problem)
			}
			delete(runs, name)
		}
	}
	for name := range runs {
		t.Errorf("%s runs and is in no query file", name)
	}
}

var (
	lineComment = regexp.MustCompile(`(?m)^--.*$`)
	embedded    = regexp.MustCompile(`sqlc\.embed\((\w+)\)`)
	parameter   = regexp.MustCompile(`sqlc\.n?arg\(\w+\)|\$\d+`)
)

func differ(file, runs string) string {
	plain := func(text string) string {
		return strings.TrimSuffix(strings.Join(strings.Fields(lineComment.ReplaceAllString(text, "")), " "), ";")
	}
	file, runs = plain(file), plain(runs)
	for _, whole := range embedded.FindAllStringSubmatch(file, -1) { // all columns of a table
		columns := regexp.MustCompile(`\b` + whole[1] + `\.\w+(?:, ` + whole[1] + `\.\w+)*`)
		if at := columns.FindStringIndex(runs); at != nil {
			runs = runs[:at[0]] + whole[0] + runs[at[1]:]
		}
	}
	if parameter.ReplaceAllString(file, "?") != parameter.ReplaceAllString(runs, "?") {
		return "the query file and what runs differ"
	}
	numbers, names := map[string]string{}, map[string]string{}
	inFile, inRuns := parameter.FindAllString(file, -1), parameter.FindAllString(runs, -1)
	for i, name := range inFile {
		number := inRuns[i]
		if strings.HasPrefix(name, "sqlc.narg(") {
			name = "sqlc.arg(" + strings.TrimPrefix(name, "sqlc.narg(")
		}
		if numbers[name] != "" && numbers[name] != number || names[number] != "" && names[number] != name {
			return name + " is not one parameter throughout"
		}
		numbers[name], names[number] = number, name
	}
	return ""
}

// queryFiles are all SQL files that are no migrations: one for a domain.
func queryFiles(t *testing.T) (all []string) {
	t.Helper()
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && (d.Name() == "node_modules" || d.Name() == "migrations") {
			return filepath.SkipDir
		}
		if strings.HasSuffix(path, ".sql") {
			all = append(all, path)
			if domain := filepath.Base(filepath.Dir(path)); filepath.Base(path) != domain+".sql" {
				t.Errorf("%s is neither a domain's queries nor a migration", path)
			}
		}
		return err
	})
	if err != nil || len(all) < 5 {
		t.Fatalf("%d query files: %v", len(all), err)
	}
	return all
}

// migrationData are the migrations that write rows or run code, each with the reason: they run as the owner and over all
// organizations at once, so that no proof can speak for them.
var migrationData = map[string]string{
	"0001_domains.sql":        "makes the server's role where there is none, and lets it use the schema",
	"0018_factors.sql":        "moves what waits in tokens, which are no organization's, into a table without a list of purposes",
	"0031_ledger.sql":         "moves the old ledger into the new one; every row keeps its organization, and internal/store tests it on old data",
	"0051_materials.sql":      "notes which materials recipes count in; both tables are tied by the organization",
	"0054_material_costs.sql": "keeps each material's price as the one that was typed",
}

// TestMigrationsMakeTablesOnly: what else they do was reviewed.
func TestMigrationsMakeTablesOnly(t *testing.T) {
	protect := regexp.MustCompile(`^SELECT (protect\('\w+'\)|1)$`)
	for _, engine := range []string{"common", "postgres"} {
		names, err := filepath.Glob("../store/migrations/" + engine + "/*.sql")
		if err != nil || len(names) < 5 {
			t.Fatalf("%d migrations: %v", len(names), err)
		}
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			tree, err := parser.Parse(string(data))
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			for _, s := range tree.Stmts {
				text := strings.TrimSpace(lineComment.ReplaceAllString(string(data[s.StmtLocation:s.StmtLocation+s.StmtLen]), ""))
				switch s.Stmt.Node.(type) {
				case *pg.Node_SelectStmt, *pg.Node_InsertStmt, *pg.Node_UpdateStmt, *pg.Node_DeleteStmt, *pg.Node_MergeStmt, *pg.Node_TruncateStmt, *pg.Node_CopyStmt, *pg.Node_DoStmt, *pg.Node_CallStmt:
					if !protect.MatchString(text) && migrationData[filepath.Base(name)] == "" {
						t.Errorf("%s does more than make tables; review it and add it to the list: %s", filepath.Base(name), text)
					}
				}
			}
		}
	}
}
