package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/importing"
	"craftplan/internal/quantity"
	"craftplan/internal/sheet"
	"craftplan/internal/store"
	"craftplan/internal/web/ui"
)

// Files that are taken in: chosen, understood, tried, imported and undone.

const (
	maxImport     = 10 << 20 // bytes of a file
	shownProblems = 50
	previewRows   = 5
)

// importKinds are the routes of each kind that can be imported: where a file is chosen, and what it should look like.
func importKinds() (routes []Route) {
	for _, k := range importing.Kinds() {
		routes = append(routes, get("/imports/"+k.Name, authz.Import, func(q *Request) error { return q.renderNewImport(http.StatusOK, k, ui.Form{}) }),
			upload("/imports/"+k.Name, authz.Import, maxImport, func(q *Request) error { return createImport(q, k) }))
		for _, f := range sheet.Formats {
			routes = append(routes, get("/imports/"+k.Name+"/template."+string(f), authz.Import, func(q *Request) error { return q.sendTemplate(k, f) }))
		}
	}
	return routes
}

type importList struct {
	list
	format
	tabs
	Rows  []importing.Import
	Total int64
	At    func(...string) string
}

func listImports(q *Request) error {
	l := importList{list: q.list(), format: q.format(), tabs: q.tabs(), At: q.Path}
	err := q.View(func(tx *store.Tx) (err error) {
		l.Rows, l.Total, err = importing.List(q.Context(), tx, pageSize, l.offset())
		return err
	})
	if err != nil {
		return err
	}
	return q.Render(http.StatusOK, "Imports", "settings", importsPage(l))
}

type importNew struct {
	format
	Kind *importing.Kind
	Form ui.Form
	At   func(...string) string
}

func (q *Request) renderNewImport(status int, k *importing.Kind, form ui.Form) error {
	return q.Render(status, "Import "+strings.ToLower(k.Label), "settings", importForm(importNew{q.format(), k, form, q.Path}))
}

func (q *Request) sendTemplate(k *importing.Kind, f sheet.Format) error {
	names, rows := k.Template()
	return q.sendSheet(f, k.Name+"-template", names, func(w sheet.Writer) error {
		for _, r := range rows {
			if err := w.Row(r); err != nil {
				return err
			}
		}
		return nil
	})
}

func createImport(q *Request, k *importing.Kind) error {
	data, name, err := q.upload()
	var made importing.Import
	if err == nil {
		err = q.site.oneOfFew(q.Context(), func() (err error) {
			made, err = q.site.Imports.Upload(q.Context(), q.scope, k, name, data)
			return err
		})
	}
	if status, ok := again(err); ok {
		return q.renderNewImport(status, k, ui.Form{Problems: fault.FieldsOf(err)})
	}
	if err != nil {
		return err
	}
	q.Redirect(q.Path("imports", made.ID.String()))
	return nil
}

type importPage struct {
	importing.Import
	format
	Form     ui.Form // the meaning of the columns
	Table    sheet.Table
	Gone     bool // the file is not kept any more
	Problems []importing.Problem
	Undoable bool
	At       func(...string) string
}

func importID(q *Request) (id.ID, error) {
	which, err := id.Parse(q.PathValue("import"))
	if err != nil {
		return which, fault.NotFound("import")
	}
	return which, nil
}

func (q *Request) renderImport(status int, form *ui.Form) error {
	which, err := importID(q)
	if err != nil {
		return err
	}
	p := importPage{format: q.format(), At: q.Path}
	err = q.View(func(tx *store.Tx) (err error) {
		if p.Import, err = importing.Get(q.Context(), tx, which); err != nil {
			return err
		}
		if p.Undoable, err = importing.Undoable(q.Context(), tx, p.Import); err != nil {
			return err
		}
		p.Problems, err = importing.Problems(q.Context(), tx, which, shownProblems)
		return err
	})
	if err != nil {
		return err
	}
	if p.Status == importing.Mapping || p.Status == importing.Checked {
		err = q.site.oneOfFew(q.Context(), func() (err error) {
			p.Table, err = q.site.Imports.Table(q.Context(), q.scope, p.Import)
			return err
		})
		if p.Gone = fault.Is(err, fault.KindConflict); err != nil && !p.Gone {
			return err
		}
		if p.Form.Values = p.meaning(); form != nil {
			p.Form = *form
		}
	}
	return q.Render(status, p.FileName, "settings", importShow(p))
}

func showImport(q *Request) error { return q.renderImport(http.StatusOK, nil) }

// meaning are the columns as the form has them.
func (p importPage) meaning() url.Values {
	v := url.Values{}
	for field, column := range p.Columns {
		v.Set(field, strconv.Itoa(column))
	}
	return v
}

// choices are the columns of the file, each with what its first row says.
func (p importPage) choices() []ui.Choice {
	choices := []ui.Choice{{Value: "", Label: "Not in this file"}}
	for i, h := range p.Table.Header {
		label := h
		if h == "" {
			label = "Column " + strconv.Itoa(i+1)
		}
		for _, r := range p.Table.Rows[:min(len(p.Table.Rows), previewRows)] {
			if example := r.Cell(i); example != "" {
				label += ": " + clipped(example)
				break
			}
		}
		choices = append(choices, ui.Choice{Value: strconv.Itoa(i), Label: label})
	}
	return choices
}

// clipped is the beginning of a long text.
func clipped(text string) string {
	if letters := []rune(text); len(letters) > 40 {
		return string(letters[:39]) + "…"
	}
	return text
}

// means is the field that a column is; "" is none.
func (p importPage) means(column int) string {
	for _, f := range p.Kind.Fields {
		if p.Form.Value(f.Name) == strconv.Itoa(column) {
			return f.Label
		}
	}
	return ""
}

// mapImport gives the columns their meaning and tries all rows.
func mapImport(q *Request) error {
	which, err := importID(q)
	if err != nil {
		return err
	}
	var i importing.Import
	err = q.View(func(tx *store.Tx) (err error) {
		i, err = importing.Get(q.Context(), tx, which)
		return err
	})
	if err != nil {
		return err
	}
	columns := importing.Columns{}
	for _, f := range i.Kind.Fields {
		if text := q.PostFormValue(f.Name); text != "" {
			n, err := strconv.Atoi(text)
			if err != nil {
				n = -1 // no column
			}
			columns[f.Name] = n
		}
	}
	err = q.site.oneOfFew(q.Context(), func() error { return q.site.Imports.Check(q.Context(), q.scope, which, columns) })
	if status, ok := again(err); ok {
		return q.renderImport(status, new(refused(q, err)))
	}
	if err != nil {
		return err
	}
	q.Redirect(q.Path("imports", which.String()) + "#result")
	return nil
}

// changeImport does something to the import of the address and shows it.
func (q *Request) changeImport(change func(*store.Tx, id.ID) error) error {
	which, err := importID(q)
	if err != nil {
		return err
	}
	err = q.Update(func(tx *store.Tx) error { return change(tx, which) })
	if fault.Is(err, fault.KindConflict) {
		return q.Refused(err, q.Path("imports", which.String()))
	}
	if err != nil {
		return err
	}
	q.Redirect(q.Path("imports", which.String()))
	return nil
}

func startImport(q *Request) error {
	return q.changeImport(func(tx *store.Tx, which id.ID) error {
		return importing.Start(q.Context(), tx, which, q.PostFormValue("rows") == "all")
	})
}

func undoImport(q *Request) error {
	return q.changeImport(func(tx *store.Tx, which id.ID) error { return importing.Undo(q.Context(), tx, which) })
}

func discardImport(q *Request) error {
	which, err := importID(q)
	if err != nil {
		return err
	}
	err = q.Update(func(tx *store.Tx) error { return importing.Discard(q.Context(), tx, which) })
	if fault.Is(err, fault.KindConflict) {
		return q.Refused(err, q.Path("imports", which.String()))
	}
	if err != nil {
		return err
	}
	return q.Done("The file was removed. Nothing was imported.", q.Path("imports"))
}

// exportProblems is what is wrong with rows, as a file.
func exportProblems(q *Request) error {
	which, err := importID(q)
	if err != nil {
		return err
	}
	var problems []importing.Problem
	err = q.View(func(tx *store.Tx) error {
		if _, err := importing.Get(q.Context(), tx, which); err != nil {
			return err
		}
		problems, err = importing.Problems(q.Context(), tx, which, 10*importing.Most)
		return err
	})
	if err != nil {
		return err
	}
	return q.sendSheet(sheet.CSV, "import-problems", []string{"Row", "Column", "What is wrong"}, func(w sheet.Writer) error {
		for _, p := range problems {
			if err := w.Row([]sheet.Cell{sheet.Number(strconv.Itoa(p.Row)), sheet.Text(p.Field), sheet.Text(p.Message)}); err != nil {
				return err
			}
		}
		return nil
	})
}

// Words.

var importStates = map[importing.Status]string{importing.Mapping: "Not started", importing.Checked: "Not started", importing.Running: "Under way", importing.Done: "Imported", importing.Failed: "Failed", importing.Undoing: "Being undone", importing.Undone: "Undone"}

var importTones = map[importing.Status]string{importing.Done: "badge-soft badge-success", importing.Failed: "badge-soft badge-error", importing.Running: "badge-soft badge-info", importing.Undoing: "badge-soft badge-info"}

func importTone(s importing.Status) string {
	if tone := importTones[s]; tone != "" {
		return tone
	}
	return "badge-mute"
}

// number is a whole number with the locale's thousands signs.
func (f format) number(n int64) string { return quantity.FormatNumber(n, 1, 0, f.locale) }

func (f format) rowsOf(n int64) string {
	if n == 1 {
		return "1 row"
	}
	return f.number(n) + " rows"
}

// cameOf is what came of an import, in a few words.
func (f format) cameOf(i importing.Import) string {
	var parts []string
	if i.StartedAt == nil {
		return "nothing yet"
	}
	for _, p := range []struct {
		n    int64
		word string
	}{{i.Created, "created"}, {i.Updated, "updated"}, {i.Unchanged, "unchanged"}, {i.Refused, "wrong"}} {
		if p.n > 0 {
			parts = append(parts, f.number(p.n)+" "+p.word)
		}
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, ", ")
}

// readAs says how the file was understood.
func (p importPage) readAs() string {
	if p.Table.Format == sheet.XLSX {
		return "the first sheet of a workbook"
	}
	return "CSV in " + p.Table.Encoding + ", parted by " + map[rune]string{',': "commas", ';': "semicolons", '\t': "tabs", '|': "bars"}[p.Table.Delimiter]
}

// where is the place of a problem: its row, and its column when it has one.
func (f format) where(p importing.Problem) string {
	text := "Row " + f.number(int64(p.Row))
	if p.Field != "" {
		text += ", " + p.Field
	}
	return text
}

// percentDone is how far a job is.
func (p importPage) percentDone() string {
	return strconv.FormatInt(p.Done*100/max(p.total(), 1), 10)
}

// total is how many rows the job has to do.
func (p importPage) total() int64 {
	if p.Status == importing.Undoing {
		return p.Changes()
	}
	return p.Rows
}

// doing says what the job does now.
func (p importPage) doing() string {
	switch {
	case p.Status == importing.Undoing:
		return "Undoing: " + p.number(p.Done) + " of " + p.rowsOf(p.total())
	case p.Whole && p.Done >= p.Rows:
		return "All rows were looked at. Writing them at once"
	case p.Whole:
		return "Looking at " + p.number(p.Done) + " of " + p.rowsOf(p.total())
	}
	return p.number(p.Done) + " of " + p.rowsOf(p.total())
}

// wholeNote says why "all or nothing" is not offered; "" when it is.
func (p importPage) wholeNote() string {
	switch {
	case p.Refused > 0:
		return "All or nothing needs a file without wrong rows: mend it and upload it once more, or import only the good rows."
	case p.Rows > int64(p.Kind.Whole):
		return "All or nothing is for files of at most " + p.rowsOf(int64(p.Kind.Whole)) + " of this kind."
	}
	return ""
}

// target is the list of what was imported.
func (p importPage) target() string {
	if p.Kind.Name == "stock" {
		return p.At("lots")
	}
	return p.At(p.Kind.Name)
}

// consequence says what undoing does, and what it cannot do.
func (p importPage) consequence() string {
	if p.Kind.Name == "stock" {
		return "The lots are taken back by movements of their own, which stay readable. A lot from which something was taken since stays as it is. This cannot be done twice."
	}
	return "What was created is removed unless it was used since, and what was changed gets its former values back unless somebody changed it since. What stays is listed. This cannot be done twice."
}
