package houserules

import (
	"bytes"
	"go/ast"
	"go/format"
	goparser "go/parser"
	"go/token"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	pg "github.com/pganalyze/pg_query_go/v6"
	parser "github.com/wasilibs/go-pgquery"
)

// rawSQL are the files outside query files, migrations and generated code that may hold SQL, each with the reason.
var rawSQL = reasons(`
internal/accounts/accounts_test.go: what is kept of secrets is read past the store
internal/accounts/disabled_test.go: somebody is disabled past the verb
internal/accounts/factor_test.go: what is kept of secrets is read past the store
internal/accounts/links_test.go: a token is looked for past the store
internal/api/api_test.go: an organization is suspended by the operator, a former address is written
internal/apikeys/apikeys_test.go: what is kept of secrets is read past the store
internal/apptest/isolation/events.go: an organization is suspended by the operator, and its address and jobs are looked at past the program
internal/apptest/isolation/expect.go: what people are to an organization is read past the program that is asked
internal/apptest/isolation/kinds.go: what there is to ask for is read past the program
internal/apptest/isolation/matrix.go: an organization is suspended by the operator
internal/apptest/isolation/noninterference_test.go: faults are planted past the store
internal/apptest/isolation/plant_test.go: faults are planted past the store
internal/apptest/isolation/rows_test.go: faults are planted past the store
internal/apptest/isolation/storm_test.go: what a connection is set to is asked of the database itself
internal/audit/audit_test.go: entries are attacked from below
internal/bench/engine.go: databases are made, and a list is read without the store to know the floor under it
internal/bench/kills.go: SQLite is asked to check a file
internal/cli/processes_test.go: what processes left in the queue is counted
internal/cli/script_test.go: a newer program's version is written
internal/digest/digest_test.go: jobs are counted, a time zone is lost
internal/files/files_test.go: a plan's storage is filled without writing it, jobs are counted
internal/houserules/rawsql_test.go: says what SQL looks like
internal/houserules/schema_test.go: the catalog is read
internal/houserules/schemabad_test.go: tables are made wrong in every way
internal/houserules/schemaguide_test.go: the catalog is read
internal/houserules/schemamutants_test.go: the schema is altered in every way, in transactions that are rolled back
internal/houserules/schemalint/postgres.go: the catalog is read
internal/houserules/schemalint/rights.go: the catalog is read
internal/houserules/schemalint/schemalint.go: names rights
internal/houserules/schemalint/sqlite.go: the catalog is read
internal/jobs/jobs_test.go: jobs are counted, organizations suspended by the operator
internal/mail/mail_test.go: what is kept of mails and secrets is read past the store
internal/organizations/adopt_test.go: an organization is opened past the operator while it is removed
internal/organizations/atomic_test.go: tables are made to refuse writes, and counted
internal/organizations/attacks_test.go: factors are written, answers of invitations counted
internal/organizations/closing_test.go: jobs are counted, mails among them
internal/organizations/membership_test.go: an organization is suspended by the operator
internal/organizations/plan_test.go: a plan is changed by the operator
internal/prove/differential.go: a database is made
internal/prove/prove_test.go: the twin is looked at, and attacked
internal/prove/twin.go: makes the twin
internal/sso/sso_test.go: a sealed secret is moved past the store
internal/takeout/arrival_test.go: what is on its way is found past the store
internal/takeout/malicious_test.go: a customer of another organization is found past the store
internal/store/ledger_migration_test.go: rows are written as they were before the ledger
internal/store/store_test.go: the store is attacked from below
internal/store/storetest/census/catalog.go: the catalog is read, and every row
internal/store/storetest/census/census.go: rows are read, and brought back, past every layer
internal/store/storetest/cluster/cluster.go: roles are made
internal/prove/schemata_test.go: the conditions of a statement are found in a text; nothing runs it
internal/store/pooler_test.go: the setting of a connection is read past the store
internal/store/trips_test.go: a statement of the directory is counted on the wire
internal/store/storetest/letters.go: mails that wait are read past the queue
internal/store/storetest/storetest.go: databases are made and dropped
internal/web/logo_test.go: an organization is suspended and its plan changed by the operator; a file is made large without writing it
internal/web/photos_test.go: a full plan
internal/web/sso_attack_test.go: an attempt is made to be old, an id is read past the store
internal/web/sso_test.go: a plan is changed, rows are counted past the store
internal/web/costs_test.go: costs are changed past the store, to see who can tell
internal/web/signup_test.go: rows are counted past the store
internal/web/site_test.go: a former address is written
`)

// storeSQL are the functions of the store whose SQL cannot be proved, or that run a text they do not hold, each with the
// reason. What else the store says is proved.
var storeSQL = map[string]string{
	"guard.ExecContext":        "passes a statement on whose first argument it checked",
	"guard.QueryContext":       "passes a statement on whose first argument it checked",
	"guard.QueryRowContext":    "passes a statement on whose first argument it checked",
	"cachingConn.cached":       "prepares what the driver was given",
	"cachingConn.ExecContext":  "passes on what the driver was given",
	"cachingConn.QueryContext": "passes on what the driver was given",
	"sampledConn.ExecContext":  "passes on what the driver was given",
	"sampledConn.QueryContext": "passes on what the driver was given",
	"organizationConn.BeginTx": "binds the transaction in the message that begins it, where there are no parameters; an id's type renders it as hexadecimal digits and hyphens",
	"organizationTx.end":       "is given commit or rollback",
	"organizationTables":       "asks SQLite's catalog for the tables that the triggers are made for",
	"appendOnly":               "is triggers, which SQLite alone has",
	"triggersOf":               "makes triggers; the names come from the catalog and are quoted by %q",
	"makeTriggers":             "runs what triggersOf made",
	"columnsOf":                "asks the catalog for the tables of organizations",
	"referencesOf":             "asks the catalog what their rows refer to",
	"askCatalog":               "is given one of the two",
	"Tx.rowsOf":                "runs what Table.selection made, through the guard",
	"Copy.Check":               "asks SQLite to check a copy",
	"Copy.Files":               "reads the names of all files in a copy of a whole installation, for the operator",
	"Store.NamesFile":          "asks for one file of one organization, for the operator's backup",
	"Tx.CountRows":             "counts the rows of an organization, through the guard; the names come from the catalog and are quoted by %q",
	"Tx.InsertRows":            "runs what Table.insertion made, through the guard",
	"Table.selection":          "reads rows of an organization, a wave of them; the names come from the catalog and are quoted by %q",
	"Table.insertion":          "adds rows of an organization; the names come from the catalog and are quoted by %q",
	"grantQueue":               "is run by the owner while migrating; the names come from the catalog and are quoted by %I",
	"Table.deletion":           "deletes rows of the transaction's organization, which the guard checks; the names come from the catalog and are quoted by %q",
	"Table.deleteSome":         "runs what Table.deletion made",
	"removeJobsOnPostgres":     "deletes jobs by the organization that the store stamped on them",
	"removeJobsOnSQLite":       "deletes jobs by the organization that the store stamped on them",
	"countJobsOnPostgres":      "counts jobs by the organization that the store stamped on them",
	"countJobsOnSQLite":        "counts jobs by the organization that the store stamped on them",
	"Tx.RemoveJobs":            "runs one of the four before",
}

// reasons reads a list of a thing and its reason on each line, which two people can add to without meeting.
func reasons(lines string) map[string]string {
	all := map[string]string{}
	for line := range strings.Lines(strings.TrimSpace(lines)) {
		thing, reason, _ := strings.Cut(strings.TrimSpace(line), ": ")
		all[thing] = reason
	}
	return all
}

// sqlText is a string in the source that reads like SQL, with the function it stands in.
type sqlText struct {
	text, function string
	built          bool // from parts of which some are no constants; those read x here
}

func TestSQLIsWrittenInFewPlaces(t *testing.T) {
	unused := maps.Clone(rawSQL)
	for _, s := range sources(t) {
		if strings.HasSuffix(s.pkg, "/internal/db") || s.pkg == "store" && !s.test || strings.HasSuffix(s.pkg, "sqlproof") {
			continue
		}
		for _, found := range sqlTexts(s.file) {
			delete(unused, s.path)
			if rawSQL[s.path] == "" {
				t.Errorf("%s: %s holds SQL; write it into a query file, or add the file to the list with the reason: %s", s.path, found.function, found.text)
			}
		}
	}
	for path := range unused {
		t.Errorf("%s holds no SQL any more: take it off the list", path)
	}
}

// TestTheStoreRunsConstants: what the store says itself names no organization's table, and it runs no text that was put
// together.
func TestTheStoreRunsConstants(t *testing.T) {
	schema, unused, proved := provable(t), maps.Clone(storeSQL), 0
	reviewed := func(name string) bool { delete(unused, name); return storeSQL[name] != "" }
	for _, s := range sources(t) {
		if s.pkg != "store" || s.test {
			continue
		}
		for _, found := range sqlTexts(s.file) {
			if reviewed(found.function) {
				continue
			}
			proved++
			if found.built {
				t.Errorf("%s: %s puts SQL together: %s", s.path, found.function, found.text)
			} else if err := schema.ForSystem(found.text); err != nil {
				t.Errorf("%s: %s: %v\n%s", s.path, found.function, err, found.text)
			}
		}
		for _, call := range runners(s.file) {
			if !reviewed(call.function) {
				t.Errorf("%s: %s runs %s, which is no constant", s.path, call.function, call.text)
			}
		}
	}
	for name := range unused {
		t.Errorf("%s needs no review any more: take it off the list", name)
	}
	t.Logf("proved: %d statements of the store", proved)
}

// TestSQLIsFound shows the forms in which SQL could be hidden in the source, and words that are none.
func TestSQLIsFound(t *testing.T) {
	for code, want := range map[string]string{
		`tx.Exec("SELECT 1 FROM lots")`:                              "SELECT 1 FROM lots",
		"tx.Exec(`\n\tupdate lots set on_hand = 0`)":                 "\n\tupdate lots set on_hand = 0",
		`tx.Exec("-- a comment\ndelete from lots")`:                  "-- a comment\ndelete from lots",
		`tx.Exec("SELECT id FROM " + table)`:                         "built: SELECT id FROM x",
		`tx.Exec("select " + columns + " from lots")`:                "built: select x from lots",
		`tx.Exec(fmt.Sprintf("DELETE FROM %s WHERE id = %d", a, b))`: "built: DELETE FROM x WHERE id = x",
		`strings.Replace("SELECT id FROM ?", "?", table, 1)`:         "SELECT id FROM ?",
		`b.WriteString("SELECT id FROM ")`:                           "SELECT id FROM ",
		`f("a " + g("TRUNCATE lots"))`:                               "TRUNCATE lots",
		`x = q{sql: "with few as (select 1) select * from few"}`:     "with few as (select 1) select * from few",
		`x = "; select use_organization('" + id + "')"`:              "built: ; select use_organization('x')",
		`f("Select a customer")`:                                     "",
		`f("Create an organization with its owner.")`:                "",
		`f("DELETE")`:                     "",
		`f("with a mail server: %d")`:     "",
		`f("Update the address " + name)`: "",
	} {
		file, err := goparser.ParseFile(token.NewFileSet(), "f.go", "package p\nfunc f() { "+code+" }", 0)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, found := range sqlTexts(file) {
			if found.built {
				got += "built: "
			}
			got += found.text
		}
		if got != want {
			t.Errorf("in %s: %q, want %q", code, got, want)
		}
	}
}

// sqlTexts finds SQL in literals, in strings put together with + and in formats.
func sqlTexts(file *ast.File) (all []sqlText) {
	var look func(name string, n ast.Node) bool
	look = func(name string, n ast.Node) bool {
		text, built, ok := folded(n)
		if !ok {
			return true
		}
		if looksLikeSQL(text) {
			all = append(all, sqlText{text, name, built})
		}
		if sum, is := n.(*ast.BinaryExpr); is {
			for _, part := range operands(sum) {
				if _, literal := part.(*ast.BasicLit); !literal {
					ast.Inspect(part, func(n ast.Node) bool { return n == nil || look(name, n) })
				}
			}
		}
		return false
	}
	functions(file, look)
	return all
}

// functions visits every node below a file with the name of the function or declaration it is in.
func functions(file *ast.File, visit func(name string, n ast.Node) bool) {
	below := func(name string, n ast.Node) {
		ast.Inspect(n, func(n ast.Node) bool { return n == nil || visit(name, n) })
	}
	for _, decl := range file.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			name := d.Name.Name
			if d.Recv != nil {
				name = strings.TrimPrefix(printed(d.Recv.List[0].Type), "*") + "." + name
			}
			below(name, d)
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				if v, ok := spec.(*ast.ValueSpec); ok {
					below(v.Names[0].Name, v)
				}
			}
		}
	}
}

var verb = regexp.MustCompile(`%[-+# 0-9.]*[a-zA-Z]`)

// folded is the text of a literal, of a sum of strings, or of a format.
func folded(n ast.Node) (text string, built, ok bool) {
	switch n := n.(type) {
	case *ast.BasicLit:
		return constant([]ast.Expr{n}), false, n.Kind == token.STRING
	case *ast.CallExpr:
		if f := printed(n.Fun); f == "fmt.Sprintf" || f == "fmt.Fprintf" || f == "fmt.Appendf" {
			for _, arg := range n.Args {
				if text := constant([]ast.Expr{arg}); text != "" {
					return verb.ReplaceAllString(text, "x"), true, true
				}
			}
		}
	case *ast.BinaryExpr:
		if n.Op != token.ADD {
			return "", false, false
		}
		var b strings.Builder
		for _, part := range operands(n) {
			if one := constant([]ast.Expr{part}); one != "" {
				b.WriteString(one)
				ok = true
			} else {
				b.WriteString("x")
				built = true
			}
		}
		return b.String(), built, ok
	}
	return "", false, false
}

func operands(e ast.Expr) []ast.Expr {
	if sum, ok := e.(*ast.BinaryExpr); ok && sum.Op == token.ADD {
		return append(operands(sum.X), operands(sum.Y)...)
	}
	return []ast.Expr{e}
}

var sqlWords = regexp.MustCompile(`(?i)^[\s(;]*(?:--.*\n\s*)*(SELECT|INSERT|UPDATE|DELETE|WITH|VALUES|MERGE|TRUNCATE|COPY|CREATE|ALTER|DROP|GRANT|REVOKE|DO|CALL|PRAGMA|ATTACH|SET|RESET|LOCK|EXPLAIN|EXECUTE|PREPARE|BEGIN)[\s;(]+\S`)

// looksLikeSQL takes what begins with a word of SQL in capitals, whole or not, and else what PostgreSQL's parser takes and
// reads or writes something.
func looksLikeSQL(text string) bool {
	match := sqlWords.FindStringSubmatch(text)
	if match == nil {
		return false
	}
	if match[1] == strings.ToUpper(match[1]) {
		return true
	}
	tree, err := parser.Parse(text)
	return err == nil && slices.ContainsFunc(tree.Stmts, func(s *pg.RawStmt) bool {
		query := s.Stmt.GetSelectStmt()
		return query == nil || len(query.FromClause) > 0 || strings.ContainsAny(text, "($")
	})
}

// runners are calls that run SQL which is no constant.
func runners(file *ast.File) (all []sqlText) {
	runs := regexp.MustCompile(`^(Exec|Query|QueryRow|Prepare)(Context)?$`)
	functions(file, func(name string, n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		f, ok := call.Fun.(*ast.SelectorExpr)
		if !ok || !runs.MatchString(f.Sel.Name) || len(call.Args) == 0 {
			return true
		}
		query := call.Args[min(1, len(call.Args)-1)]
		if constant([]ast.Expr{query}) == "" && !declaredConstant(file, query) {
			all = append(all, sqlText{text: printed(query), function: name})
		}
		return true
	})
	return all
}

// declaredConstant tells whether an expression names a constant of the file.
func declaredConstant(file *ast.File, e ast.Expr) (found bool) {
	name, ok := e.(*ast.Ident)
	if !ok {
		return false
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if d, ok := n.(*ast.GenDecl); ok && d.Tok == token.CONST {
			for _, spec := range d.Specs {
				found = found || spec.(*ast.ValueSpec).Names[0].Name == name.Name
			}
		}
		return true
	})
	return found
}

func printed(n ast.Node) string {
	var b bytes.Buffer
	if err := format.Node(&b, token.NewFileSet(), n); err != nil {
		panic(err) // it was parsed
	}
	return b.String()
}

// constant is the text of a single string literal.
func constant(values []ast.Expr) string {
	if len(values) != 1 {
		return ""
	}
	lit, ok := values[0].(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return ""
	}
	text, err := strconv.Unquote(lit.Value)
	if err != nil {
		panic(err)
	}
	return text
}
