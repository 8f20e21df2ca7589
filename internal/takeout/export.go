package takeout

import (
	"archive/zip"
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"slices"
	"time"

	"craftplan/internal/audit"
	"craftplan/internal/fault"
	"craftplan/internal/files"
	"craftplan/internal/id"
	"craftplan/internal/organizations"
	"craftplan/internal/store"
)

// Exporter writes archives.
type Exporter struct {
	Store *store.Store
	Files *files.Library
	// Progress is told how many rows were written; nil is told nothing.
	Progress func(rows int64)
}

// Export writes an organization as it is at one moment, while others work, and itself too. It needs as much memory as one row. What is
// written after an error is no archive. Before the first row is read the audit log keeps that all was carried away, and by whom.
func (e Exporter) Export(ctx context.Context, o organizations.Organization, scope store.Scope, to io.Writer) (m Manifest, err error) {
	err = e.Store.Update(ctx, scope, func(tx *store.Tx) error {
		return audit.Record(ctx, tx, audit.Change{Action: audit.Exported, Kind: audit.Organization, Became: audit.Fields{"Carried away": "all data and files"}})
	})
	if err != nil {
		return m, err
	}
	return e.write(ctx, o, scope, to)
}

// write is Export of what the audit log has already.
func (e Exporter) write(ctx context.Context, o organizations.Organization, scope store.Scope, to io.Writer) (m Manifest, err error) {
	tables, err := e.Store.Tables(ctx)
	if err != nil {
		return m, err
	}
	schema, err := schemaVersion()
	if err != nil {
		return m, err
	}
	m = Manifest{Format: Format, Schema: schema, Organization: Organization{o.Name, o.Slug, o.BillingPlan, o.TimeZone, o.Locale, o.Currency, o.BrandColor, o.Logo, o.SecondFactor, o.CreatedAt.Time()}}
	w := &writer{zip: zip.NewWriter(to), progress: e.Progress}
	err = e.Store.Snapshot(ctx, scope, func(tx *store.Tx) error {
		m.WrittenAt = tx.Now().Time()
		if err := w.people(ctx, tx, &m); err != nil {
			return err
		}
		for _, t := range tables {
			if stays[t.Name] != "" {
				m.StaysBehind = append(m.StaysBehind, t.Name)
				continue
			}
			part, err := w.table(ctx, tx, t)
			if err != nil {
				return fmt.Errorf("table %s: %w", t.Name, err)
			}
			m.Tables = append(m.Tables, part)
		}
		return w.files(ctx, tx, e.Files, &m)
	})
	if err == nil {
		err = w.end(m)
	}
	return m, err
}

type writer struct {
	zip      *zip.Writer
	progress func(int64)
	rows     int64
}

func (w *writer) people(ctx context.Context, tx *store.Tx, m *Manifest) error {
	everybody, err := organizations.Everybody(ctx, tx)
	for _, p := range everybody {
		m.People = append(m.People, Person{p.UserID, p.Name, p.Email, p.Role, p.CostsHidden, p.Standing})
	}
	return err
}

// table writes the rows of a table, a JSON array on each line.
func (w *writer) table(ctx context.Context, tx *store.Tx, t store.Table) (part TablePart, err error) {
	part = TablePart{Table: t.Name}
	for _, c := range t.Columns {
		part.Columns = append(part.Columns, c.Name)
	}
	entry, err := w.entry(dataFolder + t.Name + rowsSuffix)
	if err != nil {
		return part, err
	}
	lines := json.NewEncoder(entry.buffered)
	lines.SetEscapeHTML(false)
	for row, err := range tx.AllRows(ctx, t) {
		if err != nil {
			return part, err
		}
		for i, v := range row {
			if said, ok := v.(fmt.Stringer); ok { // a date or an instant
				row[i] = said.String()
			}
		}
		if err := lines.Encode(row); err != nil {
			return part, err
		}
		part.Rows++
		if w.rows++; w.progress != nil && w.rows%reportEvery == 0 {
			w.progress(w.rows)
		}
	}
	part.Part, err = entry.end()
	return part, err
}

// schemaVersion is that of this program, on whichever engine: some migrations are for one of them.
func schemaVersion() (int64, error) {
	lite, err := store.Latest(store.SQLite)
	if err != nil {
		return 0, err
	}
	postgres, err := store.Latest(store.Postgres)
	return max(lite, postgres), err
}

const reportEvery = 10_000

// files writes what was uploaded. A content that was removed since the snapshot is named as missing.
func (w *writer) files(ctx context.Context, tx *store.Tx, library *files.Library, m *Manifest) error {
	all, err := files.All(ctx, tx)
	if err != nil {
		return err
	}
	for _, f := range all {
		part, err := w.file(ctx, tx, library, f.ID)
		if fault.Is(err, fault.KindNotFound) {
			m.Missing = append(m.Missing, f.ID)
			continue
		}
		if err != nil {
			return fmt.Errorf("file %s: %w", f.ID, err)
		}
		m.Files = append(m.Files, part)
	}
	return nil
}

func (w *writer) file(ctx context.Context, tx *store.Tx, library *files.Library, which id.ID) (part FilePart, err error) {
	content, err := library.Content(ctx, tx, which)
	if err != nil {
		return part, err
	}
	defer content.Close()
	entry, err := w.entry(filesFolder + which.String())
	if err != nil {
		return part, err
	}
	if _, err := io.Copy(entry.buffered, content); err != nil {
		return part, err
	}
	part.ID = which
	part.Part, err = entry.end()
	return part, err
}

func (w *writer) end(m Manifest) error {
	slices.Sort(m.StaysBehind)
	readme, err := w.zip.Create(readmeName)
	if err == nil {
		_, err = fmt.Fprintf(readme, readmeText, m.Organization.Name, m.WrittenAt.Format(time.DateTime))
	}
	if err != nil {
		return err
	}
	entry, err := w.zip.Create(manifestName)
	if err != nil {
		return err
	}
	lines := json.NewEncoder(entry)
	lines.SetIndent("", "  ")
	if err := lines.Encode(m); err != nil {
		return err
	}
	return w.zip.Close()
}

const readmeText = `%s, as it was on %s (UTC).

manifest.json  what is here, and who belonged to the organization
data/          a file for each table; its columns are in manifest.json, each line is a row, as JSON
files/         what was uploaded, by its id

Quantities and money are whole numbers of millionths. To bring it into an installation of Craftplan:
craftplan organizations import FILE --owner ADDRESS
`

// digester counts and digests what is written through it.
type digester struct {
	to   io.Writer
	sum  hash.Hash
	size int64
}

func (d *digester) Write(p []byte) (int, error) {
	n, err := d.to.Write(p)
	d.sum.Write(p[:n])
	d.size += int64(n)
	return n, err
}

type entry struct {
	digester *digester
	buffered *bufio.Writer
}

func (w *writer) entry(name string) (entry, error) {
	to, err := w.zip.Create(name)
	d := &digester{to: to, sum: sha256.New()}
	return entry{d, bufio.NewWriter(d)}, err
}

func (e entry) end() (Part, error) {
	err := e.buffered.Flush()
	return Part{e.digester.size, hex.EncodeToString(e.digester.sum.Sum(nil))}, err
}
