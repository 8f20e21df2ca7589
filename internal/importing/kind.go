package importing

import (
	"context"
	"strings"

	"craftplan/internal/id"
	"craftplan/internal/sheet"
	"craftplan/internal/store"
)

// Kind is what the rows of a file are.
type Kind struct {
	Name  string // in addresses: materials
	Label string
	About string // one sentence for who chooses
	Whole int    // the most rows that are taken in at once, all or none
	Limit int    // the most rows of a file
	// Fields are the columns that are understood, in the order of the template.
	Fields []Field

	// together is whether all rows are taken at once: what one means depends on others. Trying them writes, and is rolled back.
	together bool
	// own are the fields in which no two rows of a file may say the same.
	own []string
	// take tells what each row of a batch does, and does it when the batch is written.
	take func(context.Context, *store.Tx, *batch) ([]Outcome, error)
	// undo takes back what some rows did, and says for each in words why it cannot; "" is done.
	undo func(context.Context, *store.Tx, []deed) (reasons []string, err error)
}

// Most is the largest number of rows in a file of any kind.
const Most = 50_000

// Field is a column that is understood.
type Field struct {
	Name, Label string
	Needed      bool     // every file has it
	Also        []string // what the column is called elsewhere, in lower case
	Hint        string
	Examples    [2]string // in the template
}

// Kinds are all that can be imported, in the order pages offer them.
func Kinds() []*Kind { return []*Kind{materials, products, recipes, stock} }

// KindOf is the kind with a name; nil is none.
func KindOf(name string) *Kind {
	for _, k := range Kinds() {
		if k.Name == name {
			return k
		}
	}
	return nil
}

// Field is the field with a name.
func (k *Kind) Field(name string) Field {
	for _, f := range k.Fields {
		if f.Name == name {
			return f
		}
	}
	return Field{Name: name, Label: name}
}

// Action is what a row does.
type Action string

// The actions.
const (
	Created   Action = "created"
	Updated   Action = "updated"
	Unchanged Action = "unchanged" // it says what is known already
	Refused   Action = "refused"
)

// Problem is what is wrong with a row.
type Problem struct {
	Row     int    `json:"-"`
	Field   string `json:"field"` // the field's label; "" is the whole row
	Message string `json:"message"`
}

// Outcome is what a row did, or would.
type Outcome struct {
	Row      int
	Action   Action
	Problems []Problem
	deed     deed
}

// deed is what must be known to undo a row.
type deed struct {
	Action Action `json:"action"`
	ID     id.ID  `json:"id"`
	SKU    string `json:"sku"`
	Name   string `json:"name"`
	Was    string `json:"was,omitempty"` // before and after, where something was changed
	Is     string `json:"is,omitempty"`
	Rows   int64  `json:"rows,omitempty"` // that did it together; 0 is one
}

// head is a column's name as it is compared: in lower case, without what stands in brackets and without marks of what is needed.
func head(name string) string {
	name, _, _ = strings.Cut(strings.ToLower(name), "(")
	return strings.Join(strings.FieldsFunc(name, func(r rune) bool { return strings.ContainsRune(" _-*.:", r) }), " ")
}

// Columns say in which column each field is, counted from 0.
type Columns map[string]int

// Guess finds the columns of a file: by what the heads meant in earlier files, by the template, by other words for the same.
func (k *Kind) Guess(header []string, earlier map[string]string) Columns {
	found := Columns{}
	taken := map[int]bool{}
	match := func(means func(f Field, head string) bool) {
		for i, h := range header {
			for _, f := range k.Fields {
				if _, has := found[f.Name]; !has && !taken[i] && means(f, head(h)) {
					found[f.Name], taken[i] = i, true
				}
			}
		}
	}
	match(func(f Field, h string) bool { return earlier[h] == f.Name })
	for i, h := range header {
		if field, known := earlier[head(h)]; known && field == "" {
			taken[i] = true // it was left out before
		}
	}
	match(func(f Field, h string) bool { return h == head(f.Label) || h == head(f.Name) })
	match(func(f Field, h string) bool {
		for _, also := range f.Also {
			if h == also {
				return true
			}
		}
		return false
	})
	return found
}

// Template is a file to fill in: the names of all columns and two rows of examples.
func (k *Kind) Template() (names []string, rows [2][]sheet.Cell) {
	for _, f := range k.Fields {
		names = append(names, f.Label)
		for i, example := range f.Examples {
			cell := sheet.Text(example)
			if plain(example, ".") == example && example != "" {
				cell = sheet.Number(example)
			}
			rows[i] = append(rows[i], cell)
		}
	}
	return names, rows
}
