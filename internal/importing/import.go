package importing

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/fault"
	"craftplan/internal/files"
	"craftplan/internal/id"
	"craftplan/internal/importing/internal/db"
	"craftplan/internal/quantity"
	"craftplan/internal/sheet"
	"craftplan/internal/store"
)

// Status is how far an import is.
type Status string

// The statuses.
const (
	Mapping Status = "mapping" // the columns are given a meaning
	Checked Status = "checked" // all rows were tried
	Running Status = "running"
	Done    Status = "done"
	Failed  Status = "failed" // nothing was changed, or no more than what it says
	Undoing Status = "undoing"
	Undone  Status = "undone"
)

// Import is a file on its way in.
type Import struct {
	ID       id.ID
	Kind     *Kind
	FileName string
	Status   Status
	Columns  Columns
	Whole    bool // all rows or none
	Rows     int64
	Done     int64 // rows of it, in this step
	Counts
	Undone, Kept int64  // rows that were undone, and that could not be
	Failure      string // why it ended early, in words
	CreatedAt    calendar.Instant
	By           string
	StartedAt    *calendar.Instant
	EndedAt      *calendar.Instant

	file *id.ID
}

// Counts are how many rows do what.
type Counts struct{ Created, Updated, Unchanged, Refused int64 }

func (c *Counts) add(outcomes []Outcome) {
	for _, o := range outcomes {
		*map[Action]*int64{Created: &c.Created, Updated: &c.Updated, Unchanged: &c.Unchanged, Refused: &c.Refused}[o.Action]++
	}
}

// Changes is how many rows change something.
func (c Counts) Changes() int64 { return c.Created + c.Updated }

// Working tells whether a job works on it.
func (i Import) Working() bool { return i.Status == Running || i.Status == Undoing }

// HasFile tells whether the file is still kept.
func (i Import) HasFile() bool { return i.file != nil }

// Desk takes files in.
type Desk struct {
	store *store.Store
	files *files.Library
}

// New is the desk of an installation.
func New(st *store.Store, library *files.Library) *Desk { return &Desk{st, library} }

// keep is how long a file is kept that was uploaded.
const keep = 24 * time.Hour

// Work is the job of taking a file in, or of undoing that, in the name of who asked for it.
type Work struct {
	Import id.ID `json:"import"`
	By     id.ID `json:"by"`
}

// Kind names the job.
func (Work) Kind() string { return "import_work" }

// Expire is the job of removing a file that was uploaded.
type Expire struct {
	Import id.ID `json:"import"`
}

// Kind names the job.
func (Expire) Kind() string { return "import_expire" }

// Upload keeps a file and finds out what its columns are. What is wrong with it is an Invalid fault about the field file.
func (d *Desk) Upload(ctx context.Context, scope store.Scope, k *Kind, name string, data []byte) (made Import, err error) {
	if err := scope.Actor().Require(authz.Import); err != nil {
		return made, err
	}
	table, err := sheet.Read(data, k.Limit)
	if err != nil {
		return made, fault.Invalid("file", err.Error())
	}
	draft := files.Draft{Purpose: files.Import, MediaType: table.Format.MediaType(), Content: data}
	err = d.files.Put(ctx, scope, draft, func(tx *store.Tx, f files.File) error {
		heads, err := db.For(tx).HeadsOf(ctx, db.HeadsOfIn{Kind: k.Name})
		if err != nil {
			return err
		}
		earlier := map[string]string{}
		for _, h := range heads {
			earlier[h.Head] = h.Field
		}
		made = Import{ID: id.New(), Kind: k, FileName: shorten(name), Status: Mapping, Columns: k.Guess(table.Header, earlier), Rows: int64(len(table.Rows)), file: &f.ID}
		columns, err := json.Marshal(made.Columns)
		if err != nil {
			return err
		}
		err = db.For(tx).CreateImport(ctx, db.CreateImportIn{ID: made.ID, Kind: k.Name, FileID: &f.ID, FileName: made.FileName, Columns: string(columns), RowCount: made.Rows, CreatedAt: tx.Now(), CreatedBy: tx.Actor().UserID})
		if err != nil {
			return err
		}
		return tx.EnqueueIn(ctx, Expire{made.ID}, keep)
	})
	return made, err
}

// shorten keeps the end of a long file name, which is its kind.
func shorten(name string) string {
	letters := []rune(strings.Join(strings.Fields(name), " "))
	return string(letters[max(0, len(letters)-100):])
}

// Get reads an import.
func Get(ctx context.Context, tx *store.Tx, which id.ID) (Import, error) {
	if err := tx.Require(authz.Import); err != nil {
		return Import{}, err
	}
	return get(ctx, tx, which)
}

func get(ctx context.Context, tx *store.Tx, which id.ID) (Import, error) {
	r, err := db.For(tx).GetImport(ctx, db.GetImportIn{ID: which})
	if err = store.Translate(err); fault.Is(err, fault.KindNotFound) {
		return Import{}, fault.NotFound("import")
	}
	if err != nil {
		return Import{}, err
	}
	return importOf(db.ListImportsRow(r))
}

func importOf(r db.ListImportsRow) (Import, error) {
	i := Import{ID: r.ID, Kind: KindOf(r.Kind), FileName: r.FileName, Status: Status(r.Status), Whole: r.Whole, Rows: r.RowCount, Done: r.Done, Counts: Counts{r.Created, r.Updated, r.Unchanged, r.Refused}, Undone: r.Undone, Kept: r.Kept,
		Failure: r.Failure, CreatedAt: r.CreatedAt, By: r.Name, StartedAt: r.StartedAt, EndedAt: r.EndedAt, file: r.FileID}
	if i.Kind == nil {
		return i, fmt.Errorf("an import of %q", r.Kind)
	}
	return i, json.Unmarshal([]byte(r.Columns), &i.Columns)
}

// List reads one page of imports, the latest first, and how many there are.
func List(ctx context.Context, tx *store.Tx, limit, offset int64) ([]Import, int64, error) {
	if err := tx.Require(authz.Import); err != nil {
		return nil, 0, err
	}
	total, err := db.For(tx).CountImports(ctx)
	if err != nil {
		return nil, 0, err
	}
	rows, err := db.For(tx).ListImports(ctx, db.ListImportsIn{CountOf: int32(limit), Skip: int32(offset)})
	all := make([]Import, len(rows))
	for n, r := range rows {
		if all[n], err = importOf(r); err != nil {
			return nil, 0, err
		}
	}
	return all, total, err
}

// save writes what changes of an import.
func (i Import) save(ctx context.Context, tx *store.Tx) error {
	columns, err := json.Marshal(i.Columns)
	if err != nil {
		return err
	}
	_, err = db.For(tx).SaveImport(ctx, db.SaveImportIn{ID: i.ID, FileID: i.file, Status: string(i.Status), Columns: string(columns), Whole: i.Whole, Done: i.Done, Created: i.Created, Updated: i.Updated, Unchanged: i.Unchanged, Refused: i.Refused,
		Undone: i.Undone, Kept: i.Kept, Failure: i.Failure, StartedAt: i.StartedAt, EndedAt: i.EndedAt})
	return err
}

// locked reads an import while nothing else changes one.
func locked(ctx context.Context, tx *store.Tx, which id.ID) (Import, error) {
	if err := tx.Lock(ctx, "imports"); err != nil {
		return Import{}, err
	}
	return get(ctx, tx, which)
}

// Discard removes an import that was not started, with its file.
func Discard(ctx context.Context, tx *store.Tx, which id.ID) error {
	if err := tx.Require(authz.Import); err != nil {
		return err
	}
	i, err := locked(ctx, tx, which)
	if err != nil {
		return err
	}
	if i.Status != Mapping && i.Status != Checked {
		return errStarted
	}
	if _, err := db.For(tx).DeleteImport(ctx, db.DeleteImportIn{ID: i.ID}); err != nil || i.file == nil {
		return err
	}
	return files.Remove(ctx, tx, *i.file)
}

var errStarted = fault.Conflict("It was started already.")

// Expire removes the file of an import that is not worked on. What it did stays, and can be undone.
func (d *Desk) Expire(ctx context.Context, scope store.Scope, job Expire) error {
	return d.store.Update(ctx, scope, func(tx *store.Tx) error {
		i, err := locked(ctx, tx, job.Import)
		if fault.Is(err, fault.KindNotFound) {
			return nil // it was discarded
		}
		if err != nil || i.file == nil {
			return err
		}
		if i.Status == Running {
			return tx.EnqueueIn(ctx, job, time.Hour)
		}
		file := *i.file
		i.file = nil
		if err := i.save(ctx, tx); err != nil {
			return err
		}
		return files.Remove(ctx, tx, file)
	})
}

// Problems are the first so many that were found.
func Problems(ctx context.Context, tx *store.Tx, which id.ID, most int) ([]Problem, error) {
	if err := tx.Require(authz.Import); err != nil {
		return nil, err
	}
	rows, err := db.For(tx).ProblemsOf(ctx, db.ProblemsOfIn{ImportID: which, CountOf: int32(most)})
	all := make([]Problem, len(rows))
	for n, r := range rows {
		if err := json.Unmarshal([]byte(r.Told), &all[n]); err != nil {
			return nil, err
		}
		all[n].Row = int(r.Row)
	}
	return all, err
}

// noteProblems keeps what was found, beside what was found before.
func (i Import) noteProblems(ctx context.Context, tx *store.Tx, problems []Problem) error {
	rows := make([]string, len(problems))
	for n, p := range problems {
		text, err := json.Marshal(p)
		if err != nil {
			return err
		}
		rows[n] = fmt.Sprintf("%08d%08d%s", p.Row, n, text)
	}
	if len(rows) == 0 {
		return nil
	}
	return db.For(tx).NoteProblems(ctx, db.NoteProblemsIn{ImportID: i.ID, Problems: store.Texts(rows)})
}

func problemsOf(outcomes []Outcome) (all []Problem) {
	for _, o := range outcomes {
		all = append(all, o.Problems...)
	}
	return all
}

// Table reads the file of an import.
func (d *Desk) Table(ctx context.Context, scope store.Scope, i Import) (sheet.Table, error) {
	if i.file == nil {
		return sheet.Table{}, errExpired
	}
	_, data, err := d.files.Read(ctx, scope, *i.file)
	if fault.Is(err, fault.KindNotFound) {
		return sheet.Table{}, errExpired
	}
	if err != nil {
		return sheet.Table{}, err
	}
	return sheet.Read(data, i.Kind.Limit)
}

var errExpired = fault.Conflict("The file was kept for a day, and is removed. Upload it once more.")

// read is how the rows of an import are understood.
func (i Import) read(t sheet.Table, locale string) *reading {
	r := &reading{kind: i.Kind, columns: i.Columns, header: t.Header, point: quantity.Point(locale), twice: map[int]map[string]int{}}
	if t.Format == sheet.XLSX {
		r.point = "." // as workbooks keep numbers, wherever they are from
	}
	if r.point != "," {
		r.point = "."
	}
	for _, field := range i.Kind.own {
		column, has := i.Columns[field]
		if !has {
			continue
		}
		first := map[string]int{}
		for _, row := range t.Rows {
			text := clean(row.Cell(column))
			if earlier, again := first[text]; again && text != "" {
				if r.twice[row.Number] == nil {
					r.twice[row.Number] = map[string]int{}
				}
				r.twice[row.Number][field] = earlier
				continue
			}
			first[text] = row.Number
		}
	}
	return r
}
