package takeout

import (
	"archive/zip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"craftplan/internal/fault"
	"craftplan/internal/files"
	"craftplan/internal/id"
	"craftplan/internal/store"
)

// What a backup of a whole installation is made of, beside files/ORGANIZATION/FILE.
const (
	installationName = "installation.json"
	databaseName     = "craftplan.db"
	keyName          = "secret.key"
)

// Installation says what is in a backup of a whole installation.
type Installation struct {
	Format        int             `json:"format"`
	Schema        int64           `json:"schema"` // version of the database
	WrittenAt     time.Time       `json:"written_at"`
	Organizations int64           `json:"organizations"`
	Database      Part            `json:"database"`
	Key           *Part           `json:"key,omitempty"` // of the key that seals secrets
	Files         []InstalledFile `json:"files"`
	// Removed are files that were removed between the copy of the database and theirs; Damaged those that are not what the database
	// says, or not there.
	Removed []FileName `json:"removed,omitempty"`
	Damaged []FileName `json:"damaged,omitempty"`
}

// FileName names a file of an installation.
type FileName struct {
	Organization id.Organization `json:"organization"`
	ID           id.ID           `json:"id"`
}

func (f FileName) entry() string { return filesFolder + f.Organization.String() + "/" + f.ID.String() }

// InstalledFile is the content of a file in a backup.
type InstalledFile struct {
	FileName
	Part
}

// promised are all parts of the backup by their names.
func (m Installation) promised() map[string]Part {
	all := map[string]Part{databaseName: m.Database}
	if m.Key != nil {
		all[keyName] = *m.Key
	}
	for _, f := range m.Files {
		all[f.entry()] = f.Part
	}
	return all
}

// Backup copies a whole installation on SQLite while it works.
type Backup struct {
	Store    *store.Store
	Contents files.Contents
	KeyFile  string // with the key that seals secrets; "" leaves it out
	// Progress is told what is done; nil is told nothing.
	Progress func(format string, args ...any)
}

func (b Backup) progress(format string, args ...any) {
	if b.Progress != nil {
		b.Progress(format, args...)
	}
}

// Write writes a backup and reads it again. Everything that was committed before it began is in it. It needs room for a second copy of
// the database beside the file, and as much memory as the names of all files.
func (b Backup) Write(ctx context.Context, to *os.File) (m Installation, err error) {
	scratch, err := os.CreateTemp(filepath.Dir(to.Name()), filepath.Base(to.Name())+".db-*") // for its owner's eyes alone
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, scratch.Close(), os.Remove(scratch.Name())) }()
	m = Installation{Format: Format, WrittenAt: b.Store.Now().UTC(), Files: []InstalledFile{}}
	if err := b.Store.CopyTo(ctx, scratch.Name()); err != nil {
		return m, err
	}
	named, err := look(ctx, scratch.Name(), &m)
	if err != nil {
		return m, err
	}
	b.progress("the database is copied and checked: %d organizations", m.Organizations)
	w := &writer{zip: zip.NewWriter(to)}
	if m.Database, err = w.copy(databaseName, scratch); err != nil {
		return m, err
	}
	if err := b.key(w, &m); err != nil {
		return m, err
	}
	for i, f := range named {
		if err := b.file(ctx, w, f, &m); err != nil {
			return m, fmt.Errorf("file %s: %w", f.ID, err)
		}
		if (i+1)%reportFiles == 0 {
			b.progress("%d of %d files", i+1, len(named))
		}
	}
	if err := w.endInstallation(m); err != nil {
		return m, err
	}
	return m, b.again(to, m)
}

const reportFiles = 1000

// look checks a copy of a database, and notes what it is.
func look(ctx context.Context, database string, m *Installation) (named []store.NamedFile, err error) {
	c, err := store.OpenCopy(database)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	if err := c.Check(ctx); err != nil {
		return nil, err
	}
	if m.Schema, err = c.Version(ctx); err != nil {
		return nil, err
	}
	if m.Organizations, err = c.Organizations(ctx); err != nil {
		return nil, err
	}
	return c.Files(ctx)
}

func (w *writer) copy(name string, from io.Reader) (part Part, err error) {
	entry, err := w.entry(name)
	if err != nil {
		return part, err
	}
	if _, err := io.Copy(entry.buffered, from); err != nil {
		return part, err
	}
	return entry.end()
}

func (b Backup) key(w *writer, m *Installation) error {
	if b.KeyFile == "" {
		return nil
	}
	key, err := os.Open(b.KeyFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // nothing was ever sealed
	}
	if err != nil {
		return err
	}
	defer key.Close()
	part, err := w.copy(keyName, key)
	m.Key = &part
	return err
}

// file copies a content. One that is gone is missing only while the database still names it.
func (b Backup) file(ctx context.Context, w *writer, f store.NamedFile, m *Installation) error {
	name := FileName{f.Organization, f.ID}
	content, err := b.Contents.Get(ctx, files.Key{Organization: f.Organization, File: f.ID})
	if fault.Is(err, fault.KindNotFound) {
		still, err := b.Store.NamesFile(ctx, f.Organization, f.ID)
		if still {
			m.Damaged = append(m.Damaged, name)
		} else {
			m.Removed = append(m.Removed, name)
		}
		return err
	}
	if err != nil {
		return err
	}
	defer content.Close()
	part, err := w.copy(name.entry(), content)
	if err != nil {
		return err
	}
	m.Files = append(m.Files, InstalledFile{name, part})
	if part.Size != f.Size || part.SHA256 != strings.ToLower(f.SHA256) {
		m.Damaged = append(m.Damaged, name)
	}
	return nil
}

func (w *writer) endInstallation(m Installation) error {
	readme, err := w.zip.Create(readmeName)
	if err == nil {
		_, err = fmt.Fprintf(readme, backupReadme, m.WrittenAt.Format(time.DateTime))
	}
	if err != nil {
		return err
	}
	entry, err := w.zip.Create(installationName)
	if err != nil {
		return err
	}
	if err := json.NewEncoder(entry).Encode(m); err != nil {
		return err
	}
	return w.zip.Close()
}

// again reads what was written, every byte.
func (b Backup) again(written *os.File, m Installation) error {
	if err := written.Sync(); err != nil {
		return err
	}
	about, err := written.Stat()
	if err != nil {
		return err
	}
	p, err := openParts(written, about.Size())
	if err != nil {
		return err
	}
	delete(p.entries, installationName)
	if err := p.verify(m.promised(), m.Size()); err != nil {
		return err
	}
	b.progress("read again and compared: %d bytes", about.Size())
	return nil
}

// Size is how many bytes the backup unpacks to.
func (m Installation) Size() (n int64) {
	for _, part := range m.promised() {
		n += part.Size
	}
	return n
}

const backupReadme = `A whole installation of Craftplan, as it was on %s (UTC). It opens everything: keep it like a password.

craftplan.db       the SQLite database: all organizations, people, jobs and mails that wait
secret.key         the key that opens what is sealed in it, unless it was left out
files/             what was uploaded, by organization and id
installation.json  versions, and a digest of each part

To make an installation of it: craftplan restore FILE --database craftplan.db
`
