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
	// Progress is told how many rows were brought; nil is told nothing.
	Progress func(rows int64)
}

// As is what the new organization shall be. Empty fields are as the archive has them.
type As struct {
	Name, Slug, Plan string
	Owner            organizations.Owner
	// Reconnect makes members of the people of the archive, by their addresses.
	Reconnect bool
}

const defaultMost = 10 << 30

// Import makes a new organization of an archive: all of it or nothing. An Invalid fault says what is wrong with the archive, at the field
// archive, or with what the organization shall be.
func (in Importer) Import(ctx context.Context, archive io.ReaderAt, size int64, as As) (organizations.Organization, Manifest, error) {
	if in.Most == 0 {
		in.Most = defaultMost
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

// bring makes the organization. The contents of files come first, as nothing names them until the rows are there.
func (in Importer) bring(ctx context.Context, r *reader, as As) (o organizations.Organization, err error) {
	m := r.manifest.Organization
	which := id.NewOrganization()
	adopted := organizations.Adopted{ID: which, Logo: m.Logo, SecondFactor: m.SecondFactor, Reconnect: as.Reconnect, NewOrganization: organizations.NewOrganization{
		Name: cmp.Or(as.Name, m.Name), Slug: cmp.Or(as.Slug, m.Slug), Plan: cmp.Or(as.Plan, m.Plan), TimeZone: m.TimeZone, Locale: m.Locale, Currency: m.Currency, BrandColor: m.BrandColor}}
	for _, p := range r.manifest.People {
		if p.ID.IsZero() {
			return o, damaged("somebody in it has no id")
		}
		adopted.People = append(adopted.People, organizations.Member{UserID: p.ID, Name: p.Name, Email: p.Email, Place: organizations.Place{Role: p.Role, CostsHidden: p.CostsHidden}, Standing: p.Standing})
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, in.dropFiles(context.WithoutCancel(ctx), r, which))
		}
	}()
	if err := in.bringFiles(ctx, r, which); err != nil {
		return o, err
	}
	o, err = organizations.Adopt(ctx, in.Store, adopted, as.Owner, func(tx *store.Tx, people map[id.ID]id.ID) error {
		b := bringing{r: r, people: people, progress: in.Progress}
		for _, t := range r.tables {
			if err := b.table(ctx, tx, t); err != nil {
				return err
			}
		}
		return b.compareFiles(ctx, tx)
	})
	return o, explain(err)
}

// explain says that it is the archive when the database refuses a row of it.
func explain(err error) error {
	if errors.Is(err, store.ErrUnique) || fault.Is(err, fault.KindConflict) || fault.Is(err, fault.KindNotFound) || errors.Is(err, store.ErrCheck) {
		return damaged("its rows contradict each other")
	}
	return err
}

func (in Importer) bringFiles(ctx context.Context, r *reader, which id.Organization) error {
	for _, f := range r.manifest.Files {
		content, err := r.content(filesFolder+f.ID.String(), f.Part)
		if err != nil {
			return err
		}
		if err := errors.Join(in.Files.Bring(ctx, which, f.ID, content), content.Close()); err != nil {
			return err
		}
	}
	return nil
}

func (in Importer) dropFiles(ctx context.Context, r *reader, which id.Organization) (err error) {
	for _, f := range r.manifest.Files {
		err = errors.Join(err, in.Files.Drop(ctx, which, f.ID))
	}
	return err
}

// bringing writes rows.
type bringing struct {
	r        *reader
	people   map[id.ID]id.ID
	progress func(int64)
	rows     int64
}

func (b *bringing) table(ctx context.Context, tx *store.Tx, t store.Table) error {
	at := slices.IndexFunc(b.r.manifest.Tables, func(p TablePart) bool { return p.Table == t.Name })
	part := b.r.manifest.Tables[at]
	content, err := b.r.content(dataFolder+t.Name+rowsSuffix, part.Part)
	if err != nil {
		return err
	}
	defer content.Close()
	lines := json.NewDecoder(content)
	lines.UseNumber()
	rows := make([][]any, 0, store.RowsAtOnce)
	for n := int64(0); ; n++ {
		var line []any
		err := lines.Decode(&line)
		if errors.Is(err, io.EOF) {
			if n != part.Rows {
				return damaged("table %s has %d rows and not %d", t.Name, n, part.Rows)
			}
			return b.insert(ctx, tx, t, rows)
		}
		if err != nil {
			return damaged("row %d of table %s cannot be read", n+1, t.Name)
		}
		row, err := b.row(t, line)
		if err != nil {
			return damaged("row %d of table %s: %v", n+1, t.Name, err)
		}
		if rows = append(rows, row); len(rows) == store.RowsAtOnce {
			if err := b.insert(ctx, tx, t, rows); err != nil {
				return err
			}
			rows = rows[:0]
		}
	}
}

// insert writes as many rows at once as the store takes, and what is left over one by one: two statements for each table.
func (b *bringing) insert(ctx context.Context, tx *store.Tx, t store.Table, rows [][]any) error {
	if len(rows) == store.RowsAtOnce {
		if err := tx.InsertRows(ctx, t, rows); err != nil {
			return err
		}
	} else {
		for _, row := range rows {
			if err := tx.InsertRows(ctx, t, [][]any{row}); err != nil {
				return err
			}
		}
	}
	before := b.rows
	if b.rows += int64(len(rows)); b.progress != nil && before/reportEvery != b.rows/reportEvery {
		b.progress(b.rows)
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
			here, known := b.people[who]
			if err != nil || !known {
				return nil, fmt.Errorf("column %s names nobody of the archive", column.Name)
			}
			value = here
		}
		row[i] = value
	}
	return row, nil
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
