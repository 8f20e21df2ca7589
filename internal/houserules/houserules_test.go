package houserules

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

const module = "craftplan/"

// domains in the order in which they may import each other: only leftwards.
var domains = []string{"audit", "mail", "accounts", "organizations", "sso", "apikeys", "files", "logo", "settings", "inventory", "stocktake", "digest", "catalog", "crm", "pricing", "purchasing", "orders", "production", "importing", "forecast", "reports", "takeout"}

var leaves = []string{"fault", "id", "exact", "quantity", "money", "calendar", "search", "secret", "brand", "picture", "outbound", "nutrition", "label", "sheet", "origin", "depot"}

type source struct {
	path, pkg string // pkg is below internal/, such as crm/internal/db
	file      *ast.File
	test      bool
}

func sources(t *testing.T) []source {
	t.Helper()
	all, err := parsed()
	if err != nil || len(all) < 30 {
		t.Fatalf("found %d files: %v", len(all), err)
	}
	return all
}

// parsed reads the sources once for all rules.
var parsed = sync.OnceValues(func() (all []source, err error) {
	root := "../.."
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || strings.HasPrefix(d.Name(), ".") && d.Name() != "..") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		all = append(all, source{rel, strings.TrimPrefix(filepath.ToSlash(filepath.Dir(rel)), "internal/"), file, strings.HasSuffix(rel, "_test.go")})
		return nil
	})
	return all, err
})

func imports(s source) []string {
	var paths []string
	for _, i := range s.file.Imports {
		paths = append(paths, strings.Trim(i.Path.Value, `"`))
	}
	return paths
}

// Each rule has the reason that its violation prints.
var importRules = []struct {
	reason string
	broken func(pkg, imported string) bool
}{
	{"a leaf knows nothing but other leaves", func(pkg, imported string) bool {
		return slices.Contains(leaves, pkg) && strings.HasPrefix(imported, module) && !slices.Contains(leaves, strings.TrimPrefix(imported, module+"internal/"))
	}},
	{"domains import only leftwards; the higher one orchestrates", func(pkg, imported string) bool {
		from, to := slices.Index(domains, pkg), slices.Index(domains, strings.TrimPrefix(imported, module+"internal/"))
		return from >= 0 && to >= from
	}},
	{"a domain knows nothing of HTTP, pages or the command line", func(pkg, imported string) bool {
		front := []string{module + "internal/web", module + "internal/httpkit", module + "internal/app", module + "internal/cli", module + "internal/config"}
		return (slices.Contains(domains, pkg) || pkg == "store" || slices.Contains(leaves, pkg)) && slices.Contains(front, imported)
	}},
	{"only the store and generated queries speak database/sql", func(pkg, imported string) bool {
		return imported == "database/sql" && pkg != "store" && !strings.HasSuffix(pkg, "/internal/db") && !strings.HasPrefix(pkg, "store/storetest") && !strings.HasPrefix(pkg, "houserules") && pkg != "bench"
	}},
	{"only the store imports database drivers", func(pkg, imported string) bool {
		driver := strings.HasPrefix(imported, "modernc.org/sqlite") || strings.HasPrefix(imported, "github.com/jackc/pgx")
		return driver && pkg != "store" && !strings.HasPrefix(pkg, "store/storetest") && pkg != "bench"
	}},
	{"the parser is for tests", func(pkg, imported string) bool {
		prover := strings.Contains(imported, "pgquery") || strings.Contains(imported, "pg_query") || strings.HasSuffix(imported, "/sqlproof")
		return prover && !strings.HasPrefix(pkg, "houserules")
	}},
	{"the authority is for tests", func(pkg, imported string) bool {
		return strings.HasPrefix(imported, "github.com/letsencrypt/pebble") && !strings.HasPrefix(pkg, "apptest")
	}},
	{"only the fronts speak HTTP, and what asks outside services, each a package of its own", func(pkg, imported string) bool {
		allowed := pkg == "outbound" || pkg == "oidc" || pkg == "certificate" || pkg == "web" || strings.HasPrefix(pkg, "web/") || pkg == "api" || pkg == "httpkit" || pkg == "app" || pkg == "telemetry" || strings.HasPrefix(pkg, "apptest") || pkg == "bench"
		return imported == "net/http" && !allowed
	}},
	{"only the command line and the test harness start the whole program", func(pkg, imported string) bool {
		allowed := pkg == "cli" || strings.HasPrefix(pkg, "apptest") || pkg == "demo" || pkg == "generate" || pkg == "bench"
		return imported == module+"internal/app" && !allowed
	}},
}

func TestImports(t *testing.T) {
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		for _, imported := range imports(s) {
			for _, rule := range importRules {
				if rule.broken(s.pkg, imported) {
					t.Errorf("%s imports %s: %s", s.path, imported, rule.reason)
				}
			}
		}
	}
}

func TestPackageNames(t *testing.T) {
	banned := []string{"util", "utils", "common", "helpers", "models", "types", "base", "manager", "service", "services"}
	for _, s := range sources(t) {
		if slices.Contains(banned, s.file.Name.Name) {
			t.Errorf("%s: a package named %s says nothing", s.path, s.file.Name.Name)
		}
	}
}

func TestPackageComments(t *testing.T) {
	commented, seen := map[string]bool{}, map[string]bool{}
	for _, s := range sources(t) {
		if s.test || strings.HasSuffix(s.pkg, "/internal/db") {
			continue
		}
		seen[s.pkg] = true
		commented[s.pkg] = commented[s.pkg] || s.file.Doc != nil
	}
	for pkg := range seen {
		if !commented[pkg] && pkg != "houserules" {
			t.Errorf("package %s has no package comment", pkg)
		}
	}
}

// scopeMakers are the reviewed call sites that may make a right to an organization's data, look past organizations, or hash passwords
// for tests.
var scopeMakers = map[string][]string{
	"AllRows": {
		"internal/takeout/export.go",
	},
	"InsertRows": {
		"internal/takeout/import.go",
	},
	"CopyTo": {
		"internal/takeout/backup.go",
	},
	"HashQuickly": {
		"internal/apptest/isolation/fixture.go",
	},
	"NewScope": {
		"internal/organizations/joining.go",
		"internal/organizations/organization.go",
		"internal/store/storetest/storetest.go",
		"internal/store/tx.go",
	},
	"OpenByID": {
		"internal/cli/organizations.go",
		"internal/digest/link.go",
		"internal/jobs/jobs.go",
		"internal/organizations/adopt.go",
		"internal/organizations/invitation.go",
		"internal/organizations/joining.go",
		"internal/organizations/removal.go",
		"internal/sso/connect.go",
		"internal/sso/signin.go",
	},
	"OpenBySlug": {
		"internal/apikeys/authenticate.go",
		"internal/organizations/operator.go",
		"internal/sso/signin.go",
	},
	"AtSlug": {
		"internal/cli/takeout.go",
		"internal/organizations/figures.go",
		"internal/organizations/grant.go",
		"internal/organizations/operator.go",
	},
	"Provision": {
		"internal/apptest/isolation/fixture.go",
		"internal/bench/people.go",
		"internal/cli/organizations.go",
		"internal/demo/demo.go",
		"internal/digest/sweep.go",
		"internal/generate/generate.go",
		"internal/organizations/adopt.go",
		"internal/organizations/closing.go",
		"internal/organizations/invitation.go",
		"internal/organizations/operator.go",
		"internal/organizations/profile.go",
		"internal/organizations/provision.go",
		"internal/organizations/removal.go",
		"internal/organizations/support.go",
		"internal/sso/connect.go",
		"internal/sso/identity.go",
		"internal/sso/provider.go",
		"internal/sso/signin.go",
		"internal/store/storetest/storetest.go",
		"internal/web/signup.go",
		"internal/takeout/schedule.go",
	},
	"Reckoning": {
		"internal/catalog/publish.go",
		"internal/catalog/recipe.go",
		"internal/catalog/withdraw.go",
		"internal/inventory/material.go",
		"internal/production/complete.go",
		"internal/production/start.go",
		"internal/production/stock.go",
		"internal/settings/settings.go",
	},
	"System": {
		"internal/apptest/isolation/fixture.go",
		"internal/accounts/authenticator.go",
		"internal/accounts/disabled.go",
		"internal/accounts/email.go",
		"internal/accounts/factor.go",
		"internal/accounts/passkey.go",
		"internal/accounts/passkey_entry.go",
		"internal/accounts/password_reset.go",
		"internal/accounts/profile.go",
		"internal/accounts/recovery.go",
		"internal/accounts/second.go",
		"internal/accounts/session.go",
		"internal/accounts/signup.go",
		"internal/apptest/apptest.go",
		"internal/cli/organizations.go",
		"internal/cli/users.go",
		"internal/demo/demo.go",
		"internal/mail/mailbox.go",
		"internal/sso/signin.go",
		"internal/sso/stranger.go",
		"internal/organizations/closing.go",
		"internal/organizations/support.go",
		"internal/store/storetest/storetest.go",
		"internal/takeout/schedule.go",
	},
	"SystemView": {
		"internal/accounts/authenticator.go",
		"internal/accounts/email.go",
		"internal/accounts/factor.go",
		"internal/accounts/passkey.go",
		"internal/accounts/password_reset.go",
		"internal/accounts/profile.go",
		"internal/accounts/second.go",
		"internal/accounts/session.go",
		"internal/accounts/signup.go",
		"internal/bench/visitor.go",
		"internal/cli/organizations.go",
		"internal/demo/demo.go",
		"internal/digest/sweep.go",
		"internal/mail/mailbox.go",
		"internal/mail/mailer.go",
		"internal/organizations/figures.go",
		"internal/organizations/grant.go",
		"internal/organizations/joining.go",
		"internal/organizations/operator.go",
		"internal/organizations/organization.go",
		"internal/organizations/profile.go",
		"internal/organizations/removal.go",
		"internal/organizations/support.go",
		"internal/sso/connect.go",
		"internal/sso/stranger.go",
		"internal/web/members.go",
		"internal/web/signup.go",
		"internal/store/storetest/letters.go",
		"internal/takeout/schedule.go",
	},
}

func TestScopesAreMadeInFewPlaces(t *testing.T) {
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			name := ""
			switch f := call.Fun.(type) {
			case *ast.SelectorExpr:
				name = f.Sel.Name
			case *ast.Ident:
				name = f.Name
			}
			if reviewed, ok := scopeMakers[name]; ok && !slices.Contains(reviewed, s.path) {
				t.Errorf("%s calls %s: review it and add it to the list", s.path, name)
			}
			return true
		})
	}
}

// openers are the places that may open a database without a check, each with the reason.
var openers = map[string]string{
	"SkipChecks internal/store/migrate.go":             "migrates what has no version yet, as the owner",
	"SkipChecks internal/store/triggers_bench_test.go": "measures what the triggers cost",
	"SkipChecks internal/cli/script_test.go":           "makes a database that a newer program wrote",
	"AnyRole internal/store/storetest/storetest.go":    "compares with row-level security and without",
}

func TestChecksAreSkippedInFewPlaces(t *testing.T) {
	for _, s := range sources(t) {
		ast.Inspect(s.file, func(n ast.Node) bool {
			name := ""
			switch n := n.(type) {
			case *ast.KeyValueExpr:
				name = printed(n.Key)
			case *ast.AssignStmt:
				if sel, ok := n.Lhs[0].(*ast.SelectorExpr); ok {
					name = sel.Sel.Name
				}
			}
			if (name == "SkipChecks" || name == "AnyRole") && openers[name+" "+s.path] == "" {
				t.Errorf("%s sets %s: review it and add it to the list", s.path, name)
			}
			return true
		})
	}
}

// TestDatabaseHandles finds code that would reach past the generated queries.
func TestDatabaseHandles(t *testing.T) {
	for _, s := range sources(t) {
		if s.test || s.pkg == "store" || strings.HasSuffix(s.pkg, "/internal/db") {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if f, ok := call.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "DB" && len(call.Args) == 0 {
				t.Errorf("%s takes the bare handle of a transaction: use a generated query", s.path)
			}
			return true
		})
	}
}

// TestVerbsAskForPermission: an exported function of a domain that is given an organization's transaction asks what its
// actor may do, itself or through a verb that does.
func TestVerbsAskForPermission(t *testing.T) {
	exempt := map[string]string{
		"inventory.Bootstrap":      "runs while the organization is made",
		"inventory.FixUnits":       "the verb asked that writes the recipe",
		"inventory.Keep":           "who adds or changes a material or product asked",
		"inventory.ReadSettings":   "everybody's work with stock depends on them",
		"audit.Record":             "the verb asked that makes the change",
		"files.All":                "the operator carries a whole organization",
		"organizations.Everybody":  "the operator carries a whole organization",
		"files.Newest":             "the domain that keeps a file says who may see it",
		"files.Replace":            "the verb asked that keeps the file in its place",
		"files.Remove":             "the verb asked that takes away what the file is for",
		"inventory.AddStandards":   "runs while the organization is made, or for the operator",
		"mail.Send":                "who asked for the change that it is about",
		"organizations.Admit":      "who may join is decided by sso, before there is a member to ask",
		"organizations.LimitsNow":  "every verb that adds something limited asks them",
		"settings.Bootstrap":       "runs while the organization is made",
		"settings.GetLabels":       "every label depends on it",
		"settings.Get":             "every member's work depends on it",
		"settings.NextReference":   "numbers are taken by verbs that asked",
		"settings.NextNumber":      "numbers are taken by verbs that asked",
		"catalog.MaterialsChanged": "a job works it, which nobody asks for",
		"catalog.RatesChanged":     "a job works it, which nobody asks for",
	}
	for _, s := range sources(t) {
		if s.test || !slices.Contains(domains, s.pkg) {
			continue
		}
		for _, decl := range s.file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || f.Recv != nil || !f.Name.IsExported() || !takesTx(f) || exempt[s.pkg+"."+f.Name.Name] != "" {
				continue
			}
			if !requires(f) {
				t.Errorf("%s: %s does not call tx.Require", s.path, f.Name.Name)
			}
		}
	}
}

func takesTx(f *ast.FuncDecl) bool {
	for _, p := range f.Type.Params.List {
		star, ok := p.Type.(*ast.StarExpr)
		if !ok {
			continue
		}
		if sel, ok := star.X.(*ast.SelectorExpr); ok && sel.Sel.Name == "Tx" {
			return true
		}
	}
	return false
}

func requires(f *ast.FuncDecl) bool {
	found := false
	ast.Inspect(f, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok && sel.Sel.Name == "Require" {
			found = true
		}
		return !found
	})
	return found
}

// TestOneClock: what people read and what is written tell the time by the store's clock, which tests can set.
func TestOneClock(t *testing.T) {
	for _, s := range sources(t) {
		if s.test || !slices.Contains(domains, s.pkg) && s.pkg != "web" && s.pkg != "api" {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok && (sel.Sel.Name == "Now" || sel.Sel.Name == "Since") {
				if pkg, ok := sel.X.(*ast.Ident); ok && pkg.Name == "time" {
					t.Errorf("%s calls time.%s: ask the transaction, or the store", s.path, sel.Sel.Name)
				}
			}
			return true
		})
	}
}

func TestSourcesSpeakOfTheProjectAlone(t *testing.T) {
	for _, s := range sources(t) {
		data, err := os.ReadFile(filepath.Join("../..", s.path))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(data), "/work/") && !strings.HasSuffix(s.path, "houserules_test.go") {
			t.Errorf("%s names a path of one machine", s.path)
		}
	}
}
