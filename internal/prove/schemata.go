package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// schemata are changes of the program's sources that hold every mutant at once, each with a switch. They are given to the
// compiler as an overlay; the sources themselves stay as they are.
type schemata struct {
	files   map[string]*rewritten // by path below the module
	added   map[string]string     // files that are not there
	mutants []mutation            // the number of one is its place plus one
}

// mutation is one mutant.
type mutation struct {
	where string // file: function
	what  string // the expression, and what becomes of it
}

func (m mutation) String() string { return m.where + ": " + m.what }

// rewritten is a source file with changes.
type rewritten struct {
	path  string
	text  []byte
	set   *token.FileSet
	file  *ast.File
	edits []edit
}

type edit struct {
	from, to int // offsets
	text     string
}

func newSchemata() *schemata {
	return &schemata{files: map[string]*rewritten{}, added: map[string]string{}}
}

func (s *schemata) open(path string) (*rewritten, error) {
	if f := s.files[path]; f != nil {
		return f, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	f := &rewritten{path: path, text: text, set: token.NewFileSet()}
	if f.file, err = parser.ParseFile(f.set, path, text, parser.ParseComments); err != nil {
		return nil, err
	}
	s.files[path] = f
	return f, nil
}

// number is that of a new mutant.
func (s *schemata) number(where, format string, args ...any) int {
	s.mutants = append(s.mutants, mutation{where, fmt.Sprintf(format, args...)})
	return len(s.mutants)
}

func (f *rewritten) offset(p token.Pos) int { return f.set.Position(p).Offset }

// wrap puts text around an expression.
func (f *rewritten) wrap(n ast.Node, before, after string) {
	f.edits = append(f.edits, edit{f.offset(n.Pos()), f.offset(n.Pos()), before}, edit{f.offset(n.End()), f.offset(n.End()), after})
}

func (f *rewritten) insert(at token.Pos, text string) {
	f.edits = append(f.edits, edit{f.offset(at), f.offset(at), text})
}

// source is the file with all its changes; those at one place are in the order in which they were made, the later outside.
func (f *rewritten) source() string {
	if len(f.edits) == 0 {
		return string(f.text)
	}
	text := f.edited()
	const imported = `; import mutant "craftplan/internal/prove/mutant"`
	at := f.offset(f.file.Name.End())
	return text[:at] + imported + text[at:]
}

func (f *rewritten) edited() string {
	edits := slices.Clone(f.edits)
	slices.SortStableFunc(edits, func(a, b edit) int { return cmp.Compare(a.from, b.from) })
	var b strings.Builder
	last := 0
	for _, e := range edits {
		b.Write(f.text[last:e.from])
		b.WriteString(e.text)
		last = e.to
	}
	b.Write(f.text[last:])
	return b.String()
}

// text is an expression in one line.
func (f *rewritten) line(n ast.Node) string {
	var b bytes.Buffer
	if err := printer.Fprint(&b, f.set, n); err != nil {
		return err.Error()
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// overlay writes the changed files into a folder, and returns the path of what to tell the compiler of them.
func (s *schemata) overlay(folder string) (string, error) {
	root, err := filepath.Abs(".")
	if err != nil {
		return "", err
	}
	texts := map[string]string{}
	for path, f := range s.files {
		if len(f.edits) > 0 {
			texts[path] = f.source()
		}
	}
	for path, text := range s.added {
		texts[path] = text
	}
	replace := map[string]string{}
	for path, text := range texts {
		file := filepath.Join(folder, strings.ReplaceAll(path, "/", "-"))
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			return "", err
		}
		replace[filepath.Join(root, filepath.FromSlash(path))] = file
	}
	data, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	file := filepath.Join(folder, "overlay.json")
	return file, os.WriteFile(file, data, 0o600)
}

// functionName is a function as it is called in reports: Type.Method for a method.
func functionName(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return f.Name.Name
	}
	t := f.Recv.List[0].Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	if index, ok := t.(*ast.IndexExpr); ok {
		t = index.X
	}
	name, _ := t.(*ast.Ident)
	return name.Name + "." + f.Name.Name
}
