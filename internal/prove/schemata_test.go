package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"craftplan/internal/prove/leaks"
)

// Every leak still finds what it replaces, and all mutants together are Go.
func TestMutantsAndLeaksApply(t *testing.T) {
	t.Chdir("../..")
	s, err := mutate()
	if err != nil {
		t.Fatal(err)
	}
	names, err := leakNames(s)
	if err != nil {
		t.Fatal(err)
	}
	all, err := leaks.All()
	if err != nil || len(all) < 15 || len(names) < 15 {
		t.Errorf("%d leaks, %d in the program, %v", len(all), len(names), err)
	}
	if len(s.mutants) < 300 {
		t.Errorf("only %d mutants", len(s.mutants))
	}
	texts := map[string]string{}
	for path, f := range s.files {
		texts[path] = f.source()
	}
	for path, text := range s.added {
		texts[path] = text
	}
	for path, text := range texts {
		if _, err := parser.ParseFile(token.NewFileSet(), path, text, 0); err != nil {
			t.Error(err)
		}
	}
	for name := range redundant {
		found := false
		for _, m := range s.mutants {
			found = found || m.String() == name
		}
		if !found {
			t.Errorf("%q is no mutant", name)
		}
	}
}

func TestConditions(t *testing.T) {
	const sql = "-- name: Find :one\nSELECT id FROM tokens AS t JOIN users AS u ON u.id = t.user_id\nWHERE t.organization_id = $1 AND t.hash = $2 AND (t.used_at IS NULL OR t.kind = 'x') AND t.ends > $3\n"
	var found []string
	for _, c := range conditions(sql) {
		found = append(found, c.text)
		if !strings.Contains(c.without, "("+c.text+" OR TRUE)") || len(c.without) != len(sql)+len("( OR TRUE)") {
			t.Error(c.without)
		}
	}
	if got := strings.Join(found, "; "); got != "u.id = t.user_id; t.hash = $2; t.used_at IS NULL; t.ends > $3" {
		t.Error(got)
	}
}

// What is put around expressions nests: the outer one stands outside.
func TestMutantsNest(t *testing.T) {
	s := newSchemata()
	f := &rewritten{path: "internal/x/x.go", text: []byte("package x\n\nfunc f(a, b, c bool) error {\n\tif a && b || c {\n\t\treturn errNo()\n\t}\n\treturn nil\n}\n"), set: token.NewFileSet()}
	var err error
	if f.file, err = parser.ParseFile(f.set, f.path, f.text, 0); err != nil {
		t.Fatal(err)
	}
	core[f.path] = []string{"f"}
	defer delete(core, f.path)
	s.function(f, f.file.Decls[0].(*ast.FuncDecl))
	if want := "if mutant.Either(1, 2, mutant.Fails(3, mutant.Holds(4, a) && mutant.Holds(5, b)) || mutant.Fails(6, c)) {"; !strings.Contains(f.source(), want) {
		t.Error(f.source())
	}
}
