package takeout

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"craftplan/internal/fault"
	"craftplan/internal/store"
)

// Restore makes an installation on SQLite of a backup.
type Restore struct {
	Database, KeyFile, FilesDir string
	// Progress is told what is done; nil is told nothing.
	Progress func(format string, args ...any)
}

const maxInstallation = 1 << 30 // bytes of the manifest

// From makes the installation: all of it or nothing. It refuses when anything of an installation is there already, and a backup that is
// damaged or of a newer program; an older one is brought up to date when it is served or migrated. The field name in errors is archive.
func (r Restore) From(ctx context.Context, archive io.ReaderAt, size int64) (m Installation, err error) {
	p, err := openParts(archive, size)
	if err != nil {
		return m, err
	}
	if p.entries[manifestName] != nil {
		return m, fault.Invalid("archive", "This is an archive of one organization. Bring it with organizations import.")
	}
	if err := p.readJSON(installationName, maxInstallation, &m); err != nil {
		return m, err
	}
	delete(p.entries, installationName)
	if err := r.acceptable(m); err != nil {
		return m, err
	}
	if err := p.verify(m.promised(), m.Size()); err != nil {
		return m, err
	}
	if err := r.vacant(m); err != nil {
		return m, err
	}
	r.progress("the backup is whole: %d bytes", m.Size())
	parts := restoring{Restore: r, parts: p, m: m}
	defer func() { err = errors.Join(err, parts.clear()) }()
	if err := parts.unpack(ctx); err != nil {
		return m, err
	}
	return m, parts.settle()
}

func (r Restore) progress(format string, args ...any) {
	if r.Progress != nil {
		r.Progress(format, args...)
	}
}

func (r Restore) acceptable(m Installation) error {
	latest, err := store.Latest(store.SQLite)
	if err != nil {
		return err
	}
	if m.Format > Format || m.Schema > latest {
		return fault.Invalid("archive", fmt.Sprintf("The backup was written by a newer version of Craftplan (version %d, this program knows %d). Use the newer program.", m.Schema, latest))
	}
	if m.Format < 1 || len(m.promised()) != len(m.Files)+1+keys(m) {
		return damaged("its manifest makes no sense")
	}
	for _, f := range m.Files {
		if f.Organization.IsZero() || f.ID.IsZero() {
			return damaged("a file has no name")
		}
	}
	return nil
}

func keys(m Installation) int {
	if m.Key != nil {
		return 1
	}
	return 0
}

// vacant makes sure that nothing is written over.
func (r Restore) vacant(m Installation) error {
	there := []string{r.Database, r.Database + "-wal", r.Database + "-shm", r.Database + "-journal"}
	if m.Key != nil {
		there = append(there, r.KeyFile)
	}
	for _, name := range there {
		if _, err := os.Lstat(name); err == nil {
			return fault.Conflict(name + " is there already: restore where no installation is, or move it away.")
		} else if ignoreAbsent(err) != nil {
			return err
		}
	}
	entries, err := os.ReadDir(r.FilesDir)
	if err == nil && len(entries) > 0 {
		return fault.Conflict(r.FilesDir + " is not empty: restore where no installation is, or move it away.")
	}
	return ignoreAbsent(err)
}

// restoring is what is unpacked beside where it shall be.
type restoring struct {
	Restore
	parts
	m Installation
}

const restoringSuffix = ".restoring"

func (r restoring) unpack(ctx context.Context) error {
	for _, target := range []string{r.Database, r.KeyFile, r.FilesDir} {
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
	}
	if err := r.clear(); err != nil { // what was cut short before
		return err
	}
	if err := r.write(r.Database+restoringSuffix, databaseName, r.m.Database); err != nil {
		return err
	}
	found := Installation{}
	named, err := look(ctx, r.Database+restoringSuffix, &found)
	if err != nil {
		return err
	}
	if found.Schema != r.m.Schema {
		return damaged("its database is of version %d and not %d", found.Schema, r.m.Schema)
	}
	r.progress("the database is unpacked and checked: %d organizations", found.Organizations)
	if r.m.Key != nil {
		if err := r.write(r.KeyFile+restoringSuffix, keyName, *r.m.Key); err != nil {
			return err
		}
	}
	return r.files(ctx, named)
}

// files unpacks all contents. Each has a row, and what its row says is what it is, but for what the backup says is damaged.
func (r restoring) files(ctx context.Context, named []store.NamedFile) error {
	if err := os.MkdirAll(r.FilesDir+restoringSuffix, 0o700); err != nil {
		return err
	}
	rows := map[FileName]Part{}
	for _, f := range named {
		rows[FileName{f.Organization, f.ID}] = Part{f.Size, strings.ToLower(f.SHA256)}
	}
	for _, name := range r.m.Damaged {
		delete(rows, name)
	}
	for i, f := range r.m.Files {
		if err := ctx.Err(); err != nil {
			return err
		}
		if row, there := rows[f.FileName]; there && row != f.Part {
			return damaged("file %s is not what its row says", f.ID)
		}
		delete(rows, f.FileName)
		folder := filepath.Join(r.FilesDir+restoringSuffix, f.Organization.String())
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return err
		}
		if err := r.write(filepath.Join(folder, f.ID.String()), f.entry(), f.Part); err != nil {
			return err
		}
		if (i+1)%reportFiles == 0 {
			r.progress("%d of %d files", i+1, len(r.m.Files))
		}
	}
	for _, name := range r.m.Removed {
		delete(rows, name)
	}
	if len(rows) > 0 {
		return damaged("%d files are missing", len(rows))
	}
	return nil
}

// write unpacks a part into a new file, for its owner's eyes alone.
func (r restoring) write(to, name string, part Part) (err error) {
	content, err := r.content(name, part)
	if err != nil {
		return err
	}
	defer content.Close()
	f, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	n, err := io.Copy(f, content)
	if err == nil && n != part.Size {
		err = damaged("%.80s is not what its manifest says", name)
	}
	return errors.Join(err, f.Sync(), f.Close())
}

// settle gives everything its name, the database last: without it there is no installation.
func (r restoring) settle() error {
	targets := []string{r.FilesDir, r.Database}
	if r.m.Key != nil {
		targets = []string{r.FilesDir, r.KeyFile, r.Database}
	}
	for i, target := range targets {
		if err := os.Rename(target+restoringSuffix, target); err != nil {
			for _, done := range targets[:i] {
				err = errors.Join(err, os.Rename(done, done+restoringSuffix))
			}
			return err
		}
	}
	return syncFolder(filepath.Dir(r.Database))
}

// clear removes what did not get its name.
func (r restoring) clear() error {
	return errors.Join(ignoreAbsent(os.Remove(r.Database+restoringSuffix)), ignoreAbsent(os.Remove(r.KeyFile+restoringSuffix)), os.RemoveAll(r.FilesDir+restoringSuffix))
}

func syncFolder(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func ignoreAbsent(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
