package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"craftplan/internal/config"
	"craftplan/internal/depot"
	"craftplan/internal/store"
	"craftplan/internal/takeout"
)

// errPostgres says what to do where the database has tools of its own.
var errPostgres = misuse{errors.New("backup and restore are for SQLite: on PostgreSQL use pg_dump and pg_restore, or pg_basebackup, and copy the folder of files and the secret key after the database (guides/operations.md)")}

type backupCommand struct {
	config.Config
	File       string `arg:"" help:"The backup. What is there is not written over." placeholder:"FILE"`
	WithoutKey bool   `help:"Leave out the key that seals secrets, to keep it elsewhere."`
}

// backedUp is the result of a backup or a restore.
type backedUp struct {
	File          string    `json:"file"`
	Database      string    `json:"database"`
	WrittenAt     time.Time `json:"written_at"`
	Schema        int64     `json:"schema"`
	Organizations int64     `json:"organizations"`
	Files         int       `json:"files"`
	Bytes         int64     `json:"bytes"` // unpacked
	Key           bool      `json:"key"`   // whether the key that seals secrets is in it
	Damaged       int       `json:"damaged_files"`
}

func summary(file, database string, m takeout.Installation) backedUp {
	return backedUp{file, database, m.WrittenAt, m.Schema, m.Organizations, len(m.Files), m.Size(), m.Key != nil, len(m.Damaged)}
}

// Run writes the backup. A file is whole and was read again, or is not there.
func (c backupCommand) Run(ctx context.Context, s streams) error {
	if store.EngineOf(c.Database) == store.Postgres {
		return errPostgres
	}
	if _, err := os.Stat(c.Database); err != nil { // opening it would make it
		return err
	}
	st, err := open(ctx, c.Config)
	if err != nil {
		return err
	}
	defer st.Close()
	contents, err := c.Files()
	if err != nil {
		return err
	}
	defer contents.Close()
	b := takeout.Backup{Store: st, Contents: contents, KeyFile: c.KeyFile(), Progress: s.progress}
	if c.WithoutKey {
		b.KeyFile = ""
	}
	var m takeout.Installation
	err = depot.Whole(c.File, func(to *os.File) error {
		m, err = b.Write(ctx, to)
		return err
	})
	if err != nil {
		return err
	}
	r := summary(c.File, c.Database, m)
	key := "with the secret key"
	if !r.Key {
		key = "without the secret key"
	}
	err = s.tell(r, "%s: %d organizations, %d files, %s", r.File, r.Organizations, r.Files, key)
	if err == nil && r.Damaged > 0 {
		err = fmt.Errorf("the backup is written, but %d files are not what the database says of them; they are named in its installation.json", r.Damaged)
	}
	return err
}

type restoreCommand struct {
	config.Config
	File string `arg:"" help:"What backup wrote." placeholder:"FILE"`
}

// Run makes the installation.
func (c restoreCommand) Run(ctx context.Context, s streams) error {
	if store.EngineOf(c.Database) == store.Postgres {
		return errPostgres
	}
	archive, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer archive.Close()
	about, err := archive.Stat()
	if err != nil {
		return err
	}
	r := takeout.Restore{Database: c.Database, KeyFile: c.KeyFile(), FilesDir: c.Folder(), Progress: s.progress}
	m, err := r.From(ctx, archive, about.Size())
	if err != nil {
		return err
	}
	sentence := fmt.Sprintf("%s is as it was on %s (UTC): %d organizations, %d files", c.Database, m.WrittenAt.Format(time.DateTime), m.Organizations, len(m.Files))
	if m.Key == nil {
		sentence += "\nThe backup has no secret key: put it at " + c.KeyFile() + " before you serve"
	}
	return s.tell(summary(c.File, c.Database, m), "%s", sentence)
}
