package takeout

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"craftplan/internal/fault"
	"craftplan/internal/files"
	"craftplan/internal/id"
	"craftplan/internal/organizations"
	"craftplan/internal/store"
)

// Importer reads archives.
type Importer struct {
	Store *store.Store
	Files *files.Library
	// Most is how many bytes an archive may unpack to; 0 means 10 GB.
	Most int64
	// Progress is told how many rows were brought, after each transaction that is full; nil is told nothing.
	Progress func(rows int64)
	// Undoing is told that what was brought is removed, which may take as long as bringing it did; nil is told nothing.
	Undoing func()
	Batch   int // rows of a transaction; 0 is the usual
}

// As is what the new organization shall be. Empty fields are as the archive has them.
type As struct {
	Name, Slug, Plan string
	Owner            organizations.Owner
	// Reconnect makes members of the people of the archive, by their addresses.
	Reconnect bool
}

const defaultMost = 10 << 30

// Rows go in transactions of so many, and of so many bytes of the archive at most: nobody else waits long for one.
const (
	rowsInBatch  = 3000
	bytesInBatch = 4 << 20
)

// Import makes a new organization of an archive: all of it or nothing. It takes many transactions, and until the last one nobody can see
// or open it; what cannot be brought to its end is removed, here or by the job that removes organizations. An Invalid fault says what is wrong with the archive, at the field
// archive, or with what the organization shall be.
func (in Importer) Import(ctx context.Context, archive io.ReaderAt, size int64, as As) (organizations.Organization, Manifest, error) {
	if in.Most == 0 {
		in.Most = defaultMost
	}
	if in.Batch == 0 {
		in.Batch = rowsInBatch
	}
	r, err := in.open(ctx, archive, size)
	if err != nil {
		return organizations.Organization{}, Manifest{}, err
	}
	o, err := in.bring(ctx, r, as)
	return o, r.manifest, err
}

// reader is an archive of which everything was looked at once.
type reader struct {
	parts
	manifest Manifest
	tables   []store.Table // those of the archive, with its columns
}

// part is what the manifest says of a table; nothing of one that the archive has not.
func (r *reader) part(table string) TablePart {
	at := slices.IndexFunc(r.manifest.Tables, func(p TablePart) bool { return p.Table == table })
	if at < 0 {
		return TablePart{}
	}
	return r.manifest.Tables[at]
}

func (in Importer) open(ctx context.Context, archive io.ReaderAt, size int64) (*reader, error) {
	p, err := openParts(archive, size)
	if err != nil {
		return nil, err
	}
	r := &reader{parts: p}
	if err := p.readJSON(manifestName, maxManifest, &r.manifest); err != nil {
		return nil, err
	}
	if err := in.matchTables(ctx, r); err != nil {
		return nil, err
	}
	return r, r.verify(in.Most)
}

// matchTables finds the tables of the archive in this installation.
func (in Importer) matchTables(ctx context.Context, r *reader) error {
	latest, err := schemaVersion()
	if err != nil {
		return err
	}
	switch m := r.manifest; {
	case m.Format > Format || m.Schema > latest:
		return fault.Invalid("archive", "The archive was written by a newer version of Craftplan. Upgrade this installation first.")
	case m.Format < 1 || m.Schema < Oldest:
		return fault.Invalid("archive", "The archive was written by an older version of Craftplan. Bring it into an installation of that version, upgrade that, and export it again.")
	}
	known, err := in.Store.Tables(ctx)
	if err != nil {
		return err
	}
	parts := map[string][]string{}
	for _, part := range r.manifest.Tables {
		if _, twice := parts[part.Table]; twice {
			return damaged("table %.40q is there twice", part.Table)
		}
		parts[part.Table] = part.Columns
	}
	for _, t := range known {
		columns, there := parts[t.Name]
		if !there || stays[t.Name] != "" {
			continue
		}
		delete(parts, t.Name)
		mine, err := t.Only(columns)
		if err != nil {
			return damaged("%v", err)
		}
		r.tables = append(r.tables, mine)
	}
	for name := range parts {
		return damaged("this version knows no table %.40q", name)
	}
	return nil
}

// verify looks at each part.
func (r *reader) verify(most int64) error {
	promised := map[string]Part{}
	for _, t := range r.manifest.Tables {
		promised[dataFolder+t.Table+rowsSuffix] = t.Part
	}
	for _, f := range r.manifest.Files {
		promised[filesFolder+f.ID.String()] = f.Part
	}
	if len(promised) != len(r.manifest.Tables)+len(r.manifest.Files) {
		return damaged("a file is there twice")
	}
	return r.parts.verify(promised, most)
}

// bring makes the organization: first itself, so that what a killed process leaves is removed with it, then contents and rows, and at
// last what lets people in.
func (in Importer) bring(ctx context.Context, r *reader, as As) (o organizations.Organization, err error) {
	m := r.manifest.Organization
	adopted := organizations.Adopted{Logo: m.Logo, SecondFactor: m.SecondFactor, Reconnect: as.Reconnect, NewOrganization: organizations.NewOrganization{
		Name: cmp.Or(as.Name, m.Name), Slug: cmp.Or(as.Slug, m.Slug), Plan: cmp.Or(as.Plan, m.Plan), TimeZone: m.TimeZone, Locale: m.Locale, Currency: m.Currency, BrandColor: m.BrandColor}}
	for _, p := range r.manifest.People {
		if p.ID.IsZero() {
			return o, damaged("somebody in it has no id")
		}
		adopted.People = append(adopted.People, organizations.Member{UserID: p.ID, Name: p.Name, Email: p.Email, Place: organizations.Place{Role: p.Role, CostsHidden: p.CostsHidden}, Standing: p.Standing})
	}
	arrival, err := organizations.Adopt(ctx, in.Store, adopted, as.Owner)
	if err != nil {
		return o, explain(err)
	}
	b := bringing{Importer: in, r: r, arrival: arrival}
	if err = explain(b.all(ctx)); err == nil {
		o, err = arrival.Settle(ctx, func(tx *store.Tx) error { return b.compareFiles(ctx, tx) })
	}
	if err != nil {
		if in.Undoing != nil {
			in.Undoing()
		}
		err = errors.Join(err, arrival.TurnBack(context.WithoutCancel(ctx), in.Files.DeleteAll))
	}
	return o, err
}

// explain says that it is the archive when the database refuses a row of it.
func explain(err error) error {
	if errors.Is(err, store.ErrUnique) || fault.Is(err, fault.KindConflict) || fault.Is(err, fault.KindNotFound) || errors.Is(err, store.ErrCheck) {
		return damaged("its rows contradict each other")
	}
	return err
}

// bringing is an import under way.
type bringing struct {
	Importer
	r       *reader
	arrival *organizations.Arrival
	waiting []some // for the next transaction
	count   int    // of the rows that wait
	bytes   int64  // of the archive, which they were read from
	brought int64
}

// some are rows of a table, no more than are written at once.
type some struct {
	table store.Table
	rows  [][]any
}

// all brings everything, and makes sure that it is there.
func (b *bringing) all(ctx context.Context) error {
	if err := b.files(ctx); err != nil {
		return err
	}
	if err := b.rows(ctx); err != nil {
		return err
	}
	return b.whole(ctx)
}

// files brings the contents of files.
func (b *bringing) files(ctx context.Context) error {
	for _, f := range b.r.manifest.Files {
		if err := b.arrival.Bring(ctx, nil); err != nil {
			return err
		}
		content, err := b.r.content(filesFolder+f.ID.String(), f.Part)
		if err != nil {
			return err
		}
		if err := errors.Join(b.Files.Bring(ctx, b.arrival.ID(), f.ID, content), content.whole(), content.Close()); err != nil {
			return err
		}
	}
	return nil
}

// rows brings the rows, each table after those that its rows refer to.
func (b *bringing) rows(ctx context.Context) error {
	for _, t := range b.r.tables {
		if err := b.table(ctx, t); err != nil {
			return err
		}
	}
	return b.flush(ctx)
}

func (b *bringing) table(ctx context.Context, t store.Table) error {
	part := b.r.part(t.Name)
	content, err := b.r.content(dataFolder+t.Name+rowsSuffix, part.Part)
	if err != nil {
		return err
	}
	defer content.Close()
	lines := json.NewDecoder(content)
	lines.UseNumber()
	for n := int64(0); ; n++ {
		var line []any
		before := lines.InputOffset()
		err := lines.Decode(&line)
		if errors.Is(err, io.EOF) {
			if n != part.Rows {
				return damaged("table %s has %d rows and not %d", t.Name, n, part.Rows)
			}
			return content.whole()
		}
		if err != nil {
			return damaged("row %d of table %s cannot be read", n+1, t.Name)
		}
		row, err := b.row(t, line)
		if err != nil {
			return damaged("row %d of table %s: %v", n+1, t.Name, err)
		}
		b.wait(t, row, lines.InputOffset()-before)
		if !b.full() {
			continue
		}
		if err := b.flush(ctx); err != nil {
			return err
		}
	}
}

func (b *bringing) full() bool { return b.count >= b.Batch || b.bytes >= bytesInBatch }

// wait lets a row wait for the next transaction.
func (b *bringing) wait(t store.Table, row []any, bytes int64) {
	if last := len(b.waiting) - 1; last < 0 || b.waiting[last].table.Name != t.Name || len(b.waiting[last].rows) == store.RowsAtOnce {
		b.waiting = append(b.waiting, some{t, make([][]any, 0, store.RowsAtOnce)})
	}
	last := &b.waiting[len(b.waiting)-1]
	last.rows = append(last.rows, row)
	b.count++
	b.bytes += bytes
}

// flush writes what waits, in one transaction.
func (b *bringing) flush(ctx context.Context) error {
	err := b.arrival.Bring(ctx, func(tx *store.Tx) error {
		for _, s := range b.waiting {
			if err := s.insert(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	b.brought += int64(b.count)
	full := b.full()
	b.waiting, b.count, b.bytes = b.waiting[:0], 0, 0
	if !full {
		return nil
	}
	if b.Progress != nil {
		b.Progress(b.brought)
	}
	return b.Store.Rest(ctx)
}

// insert writes as many rows at once as the store takes, and what is left over one by one: two statements for each table.
func (s some) insert(ctx context.Context, tx *store.Tx) error {
	if len(s.rows) == store.RowsAtOnce {
		return tx.InsertRows(ctx, s.table, s.rows)
	}
	for _, row := range s.rows {
		if err := tx.InsertRows(ctx, s.table, [][]any{row}); err != nil {
			return err
		}
	}
	return nil
}

// row reads a row; where it refers to a person it gets who stands for them here.
func (b *bringing) row(t store.Table, line []any) ([]any, error) {
	if len(line) != len(t.Columns) {
		return nil, fmt.Errorf("%d values for %d columns", len(line), len(t.Columns))
	}
	row := make([]any, len(line))
	for i, column := range t.Columns {
		value, err := column.Read(line[i])
		if err != nil {
			return nil, err
		}
		if column.Person && value != nil {
			text, _ := value.(string)
			who, err := id.Parse(text)
			here, known := b.arrival.Person(who)
			if err != nil || !known {
				return nil, fmt.Errorf("column %s names nobody of the archive", column.Name)
			}
			value = here
		}
		row[i] = value
	}
	return row, nil
}

// whole makes sure that all rows are there that the manifest promises, and no others.
func (b *bringing) whole(ctx context.Context) error {
	counted, err := b.arrival.Count(ctx)
	if err != nil {
		return err
	}
	for table, rows := range counted {
		if stays[table] == "" && rows != b.r.part(table).Rows {
			return damaged("table %s has %d rows here and not %d", table, rows, b.r.part(table).Rows)
		}
	}
	return nil
}

// compareFiles makes sure that the rows and the contents of files are the same files.
func (b *bringing) compareFiles(ctx context.Context, tx *store.Tx) error {
	parts := map[id.ID]Part{}
	for _, f := range b.r.manifest.Files {
		parts[f.ID] = f.Part
	}
	rows, err := files.All(ctx, tx)
	if err != nil {
		return err
	}
	for _, f := range rows {
		part, there := parts[f.ID]
		if there && (part.Size != f.Size || part.SHA256 != strings.ToLower(f.SHA256)) || !there && !slices.Contains(b.r.manifest.Missing, f.ID) {
			return damaged("file %s is not what its row says", f.ID)
		}
		delete(parts, f.ID)
	}
	if len(parts) > 0 {
		return damaged("a file has no row")
	}
	return nil
}
