package isolation

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// beside is what is served outside of a table, with the reason.
var beside = map[string]string{
	`route.Method + " " + route.Pattern`: "the table itself",
	`"GET " + assets.Prefix`:             "style sheets and scripts, the same for all",
	`"GET /healthz"`:                     "whether the program runs",
	`"GET /readyz"`:                      "whether the database answers",
	`"/"`:                                "what is not in the table: the page that says so",
}

// apart are packages that answer at an address of their own, with the reason why nothing of an organization is asked for there.
var apart = map[string]string{
	"telemetry": "the host's own address: figures and profiles of the whole program; the pages do not answer it (TestPagesDoNotTell)",
}

// harness are packages that answer requests in tests and benchmarks alone.
var harness = []string{"apptest", "bench"}

// served finds in the sources what packages answer: the first argument of every Handle and HandleFunc, by package.
func served(t *testing.T, root string) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil || !slices.ContainsFunc(file.Imports, func(i *ast.ImportSpec) bool { return i.Path.Value == `"net/http"` }) {
			return err
		}
		pkg, err := filepath.Rel(root, filepath.Dir(path))
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && len(call.Args) == 2 {
				if f, ok := call.Fun.(*ast.SelectorExpr); ok && (f.Sel.Name == "Handle" || f.Sel.Name == "HandleFunc") {
					found[pkg] = append(found[pkg], types.ExprString(call.Args[0]))
				}
			}
			if s, ok := n.(*ast.SelectorExpr); ok && (s.Sel.Name == "NewServeMux" || s.Sel.Name == "ListenAndServe") && found[pkg] == nil {
				found[pkg] = []string{}
			}
			return true
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// unlisted are packages that answer requests without a table, and patterns that are in none.
func unlisted(found map[string][]string) (wrong []string) {
	for pkg, patterns := range found {
		if slices.ContainsFunc(harness, func(h string) bool { return strings.HasPrefix(pkg, h) }) || apart[pkg] != "" {
			continue
		}
		if !slices.ContainsFunc(Transports, func(t Transport) bool { return t.Name == pkg }) {
			wrong = append(wrong, "package "+pkg+" answers requests: give it a table, and add that to Transports in table.go")
		}
		for _, p := range patterns {
			if beside[p] == "" {
				wrong = append(wrong, "package "+pkg+" serves "+p+", which is in no table: put it there, or say why not in beside")
			}
		}
	}
	return wrong
}

func TestEveryTransportHasATable(t *testing.T) {
	found := served(t, "../..")
	if len(found["web"]) < 4 {
		t.Fatalf("found %v", found)
	}
	for _, wrong := range unlisted(found) {
		t.Error(wrong)
	}
	for _, transport := range Transports {
		if len(transport.Routes()) == 0 {
			t.Errorf("the table of %s is empty", transport.Name)
		}
	}
	planted := map[string][]string{"web": {`"GET /secret"`}, "graph": {}, "apptest/isolation": {`"/x"`}}
	if wrong := unlisted(planted); len(wrong) != 2 {
		t.Errorf("a transport and a route outside of the tables: found %q", wrong)
	}
}

// Every pattern is understood: a path made of it leads back to it.
func TestMatch(t *testing.T) {
	routes := Routes()
	for _, r := range routes {
		values := map[string]string{}
		for _, hole := range r.Holes() {
			values[hole.Name] = "a/b c"
		}
		found, holes, ok := match(routes, r.Method, r.Fill("alder", values))
		delete(holes, organizationHole)
		if !ok || found != r || len(holes) != len(values) {
			t.Errorf("%s: %s leads to %v with %v", r, r.Fill("alder", values), found, holes)
		}
	}
}

func TestUnknownHole(t *testing.T) {
	for _, r := range Routes() {
		for _, hole := range r.Holes() {
			if _, ok := kinds[hole.Kind]; !ok {
				t.Errorf("%s: what does {%s} name? Say so in holeKinds and kinds (kinds.go)", r, hole.Name)
			}
		}
	}
	planted := Route{Pattern: "/{organization}/recipes/{recipe}"}
	if holes := planted.Holes(); len(holes) != 1 || holes[0].Kind != "" {
		t.Errorf("a hole that nobody knows: %v", holes)
	}
}
