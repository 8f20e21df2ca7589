package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"craftplan/internal/prove/leaks"
)

// plant adds a leak to the schemata, switched off, and returns its number; 0 when it is in the schema alone.
func (s *schemata) plant(l leaks.Leak) (int, error) {
	if len(l.SQL)+len(l.Files) == 0 {
		return 0, nil
	}
	number := s.number("leak", "%s", l.Name)
	for _, name := range slices.Sorted(maps.Keys(l.SQL)) {
		if err := s.plantStatement(number, name, l.SQL[name]); err != nil {
			return 0, fmt.Errorf("leak %s: %w", l.Name, err)
		}
	}
	for _, file := range slices.Sorted(maps.Keys(l.Files)) {
		if err := s.plantFile(number, file, l.Files[file]); err != nil {
			return 0, fmt.Errorf("leak %s: %w", l.Name, err)
		}
	}
	return number, nil
}

// plantStatement gives a query another text.
func (s *schemata) plantStatement(number int, name, text string) error {
	domain, query, _ := strings.Cut(name, ".")
	f, err := s.open(path.Join("internal", domain, "internal/db", domain+".sql.go"))
	if err != nil {
		return err
	}
	constant, planted := strings.ToLower(query[:1])+query[1:], 0
	ast.Inspect(f.file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if ok && strings.HasPrefix(f.line(call.Fun), "q.db.") && f.line(call.Args[1]) == constant {
			f.wrap(call.Args[1], "mutant.SQL(", fmt.Sprintf(", mutant.Statement{N: %d, SQL: %s})", number, "`"+text+"`"))
			planted++
		}
		return true
	})
	if planted != 1 {
		return fmt.Errorf("the query %s is run %d times", name, planted)
	}
	return nil
}

// plantFile adds a file. A function of it that its package has already is called in place of that one while the leak is on.
func (s *schemata) plantFile(number int, file, text string) error {
	added := &rewritten{path: file, text: []byte(text), set: token.NewFileSet()}
	var err error
	if added.file, err = parser.ParseFile(added.set, file, text, parser.ParseComments); err != nil {
		return err
	}
	replaced := 0
	for _, decl := range added.file.Decls {
		function, ok := decl.(*ast.FuncDecl)
		if !ok {
			continue
		}
		f, original, err := s.find(path.Dir(file), functionName(function))
		if err != nil {
			return err
		}
		if original == nil {
			continue
		}
		name := fmt.Sprintf("%sLeak%d", function.Name.Name, number)
		added.edits = append(added.edits, edit{added.offset(function.Name.Pos()), added.offset(function.Name.End()), name})
		call, err := callOf(f, original, name)
		if err != nil {
			return err
		}
		f.insert(original.Body.Lbrace+1, fmt.Sprintf(" if mutant.On(%d) { %s }; ", number, call))
		replaced++
	}
	if replaced == 0 {
		return fmt.Errorf("%s replaces nothing", file)
	}
	s.added[path.Join(path.Dir(file), fmt.Sprintf("leak%d_prove.go", number))] = added.edited()
	return nil
}

// find is the function of a package; nil when it has none of that name.
func (s *schemata) find(folder, name string) (*rewritten, *ast.FuncDecl, error) {
	files, err := filepath.Glob(folder + "/*.go")
	if err != nil {
		return nil, nil, err
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := s.open(filepath.ToSlash(file))
		if err != nil {
			return nil, nil, err
		}
		for _, decl := range f.file.Decls {
			if function, ok := decl.(*ast.FuncDecl); ok && functionName(function) == name {
				return f, function, nil
			}
		}
	}
	return nil, nil, nil
}

// callOf passes a function's arguments on to another one of the same kind.
func callOf(f *rewritten, function *ast.FuncDecl, name string) (string, error) {
	var args []string
	for _, field := range function.Type.Params.List {
		for _, parameter := range field.Names {
			if parameter.Name == "_" {
				return "", fmt.Errorf("%s has a parameter without a name", functionName(function))
			}
			arg := parameter.Name
			if _, many := field.Type.(*ast.Ellipsis); many {
				arg += "..."
			}
			args = append(args, arg)
		}
	}
	call := name + "(" + strings.Join(args, ", ") + ")"
	if function.Recv != nil {
		call = function.Recv.List[0].Names[0].Name + "." + call
	}
	if function.Type.Results == nil {
		return call + "; return", nil
	}
	return "return " + call, nil
}
