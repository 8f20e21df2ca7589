// Package leaks is leaks as they happen in the field, planted in this program one at a time to see whether the gates of isolation
// notice: each is a file that says what it imitates, and what becomes of a statement, of the schema or of a function.
package leaks

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"
)

//go:embed *.txt
var texts embed.FS

// Leak is one of them.
type Leak struct {
	Name, What string
	SQL        map[string]string // what becomes of a statement, by domain and name: crm.GetCustomer
	Schema     map[string]string // what is done to the schema, by the object that the lint must name
	Files      map[string]string // files to add, by their path; a function that is there already is replaced
}

// All are the leaks, by name.
func All() (all []Leak, err error) {
	names, err := fs.Glob(texts, "*.txt")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		data, err := texts.ReadFile(name)
		if err != nil {
			return nil, err
		}
		l, err := parse(strings.TrimSuffix(name, ".txt"), data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, l)
	}
	return all, nil
}

func parse(name string, data []byte) (Leak, error) {
	archive := txtar.Parse(data)
	l := Leak{Name: name, What: strings.TrimSpace(string(archive.Comment)), SQL: map[string]string{}, Schema: map[string]string{}, Files: map[string]string{}}
	if l.What == "" || len(archive.Files) == 0 {
		return l, errors.New("a leak says what it imitates, and what it changes")
	}
	for _, f := range archive.Files {
		kind, of, _ := strings.Cut(f.Name, " ")
		switch {
		case kind == "sql":
			l.SQL[of] = string(f.Data)
		case kind == "schema":
			l.Schema[of] = string(f.Data)
		case strings.HasPrefix(f.Name, "internal/"):
			l.Files[f.Name] = string(f.Data)
		default:
			return l, fmt.Errorf("%q is no statement, no schema and no file", f.Name)
		}
	}
	return l, nil
}
