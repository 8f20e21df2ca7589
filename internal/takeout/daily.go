package takeout

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"craftplan/internal/calendar"
	"craftplan/internal/depot"
	"craftplan/internal/store"
)

// Daily keeps backups of a whole installation in a folder, one of each day.
type Daily struct {
	Backup
	Folder string
	Most   int // backups that are kept
	Log    *slog.Logger
	// Newest is told when the newest backup was written, whenever somebody looked; nil is told nothing.
	Newest func(time.Time)
}

// DailyBackup is the job that looks whether there is a backup of this day. It is left every hour, so it is not tried again by itself.
type DailyBackup struct{ store.SlowOnce }

// Kind names the job.
func (DailyBackup) Kind() string { return "installation_backup" }

// Look writes the backup of this day (UTC), unless it is there, and removes those beyond the number that is kept. Files that are not what
// the database says are an error; the backup is there all the same.
func (d Daily) Look(ctx context.Context) error {
	if err := os.MkdirAll(d.Folder, 0o700); err != nil {
		return err
	}
	if err := d.tidy(); err != nil {
		return err
	}
	err := d.write(ctx)
	return errors.Join(err, d.prune())
}

func (d Daily) write(ctx context.Context) error {
	name := filepath.Join(d.Folder, backupOf(calendar.Of(d.Store.Now(), time.UTC)))
	if _, err := os.Lstat(name); err == nil {
		return nil
	}
	var m Installation
	err := depot.Whole(name, func(to *os.File) (err error) {
		m, err = d.Write(ctx, to)
		return err
	})
	if err != nil {
		return err
	}
	d.Log.InfoContext(ctx, "a backup was written", "file", name, "organizations", m.Organizations, "files", len(m.Files), "bytes", m.Size())
	if len(m.Damaged) > 0 {
		return fmt.Errorf("%s is written, but %d files are not what the database says of them; they are named in its %s", name, len(m.Damaged), installationName)
	}
	return nil
}

const backupPrefix, backupSuffix = "craftplan-", ".zip"

// backupOf names the backup of a day, so that names sort as days do.
func backupOf(day calendar.Date) string { return backupPrefix + day.String() + backupSuffix }

var backupNamed = regexp.MustCompile(`^` + backupPrefix + `\d{4}-\d\d-\d\d` + regexp.QuoteMeta(backupSuffix) + `$`)

// prune removes the oldest backups. What has another name is not touched.
func (d Daily) prune() error {
	all, err := os.ReadDir(d.Folder) // sorted
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(e fs.DirEntry) bool { return !backupNamed.MatchString(e.Name()) })
	if len(all) == 0 {
		return nil
	}
	for _, old := range all[:max(0, len(all)-d.Most)] {
		err = errors.Join(err, os.Remove(filepath.Join(d.Folder, old.Name())))
	}
	about, e := all[len(all)-1].Info()
	if e == nil && d.Newest != nil {
		d.Newest(about.ModTime())
	}
	return errors.Join(err, e)
}

// abandoned is after how long nobody writes a file any more that is not whole: longer than a job takes.
const abandoned = 3 * time.Hour

// tidy removes what a process left that was killed while it wrote.
func (d Daily) tidy() error {
	all, err := os.ReadDir(d.Folder)
	if err != nil {
		return err
	}
	for _, e := range all {
		name, rest, _ := strings.Cut(e.Name(), depot.Part)
		if about, gone := e.Info(); rest != "" && backupNamed.MatchString(name) && gone == nil && d.Store.Now().Sub(about.ModTime()) > abandoned {
			err = errors.Join(err, os.Remove(filepath.Join(d.Folder, e.Name())))
		}
	}
	return err
}
