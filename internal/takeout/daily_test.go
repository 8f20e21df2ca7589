package takeout_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"craftplan/internal/files"
	"craftplan/internal/store"
	"craftplan/internal/takeout"
)

// backups are those of a few days.
type backups struct {
	place
	t      *testing.T
	daily  takeout.Daily
	newest time.Time
}

func newBackups(t *testing.T, most int) *backups {
	t.Helper()
	p := sunrise(t, store.SQLite)
	contents, err := files.OpenDirectory(p.folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { contents.Close() })
	b := &backups{place: p, t: t}
	b.daily = takeout.Daily{Backup: takeout.Backup{Contents: contents}, Folder: filepath.Join(t.TempDir(), "backups"), Most: most, Log: slog.New(slog.DiscardHandler), Newest: func(at time.Time) { b.newest = at }}
	return b
}

func (b *backups) look(at time.Time) error {
	b.daily.Store = b.At(func() time.Time { return at })
	return b.daily.Look(b.t.Context())
}

func (b *backups) names() (names []string) {
	b.t.Helper()
	all, err := os.ReadDir(b.daily.Folder)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, e := range all {
		names = append(names, e.Name())
	}
	return names
}

var firstDay = time.Date(2026, 3, 8, 0, 10, 0, 0, time.UTC)

// One is written each day, the last of them are kept, and each makes an installation. What else lies in the folder is left alone.
func TestDailyBackups(t *testing.T) {
	b := newBackups(t, 2)
	for day := range 4 {
		for hour := range 3 {
			if err := b.look(firstDay.AddDate(0, 0, day).Add(time.Duration(hour) * time.Hour)); err != nil {
				t.Fatal(err)
			}
		}
		if day == 0 {
			if err := os.WriteFile(filepath.Join(b.daily.Folder, "craftplan-mine.zip"), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got := strings.Join(b.names(), " "); got != "craftplan-2026-03-10.zip craftplan-2026-03-11.zip craftplan-mine.zip" {
		t.Fatal(got)
	}
	if time.Since(b.newest) > time.Hour {
		t.Errorf("the newest is of %v", b.newest)
	}
	archive, err := os.ReadFile(filepath.Join(b.daily.Folder, "craftplan-2026-03-11.zip"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := restore(t, t.TempDir(), archive); err != nil {
		t.Error(err)
	}
	if about, err := os.Stat(b.daily.Folder); err != nil || about.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", about.Mode(), err)
	}
}

// What a killed process left is removed once nobody can be writing it, and a backup that is there is not written again.
func TestDailyBackupTidies(t *testing.T) {
	b := newBackups(t, 2)
	if err := b.look(firstDay); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	for name, age := range map[string]time.Duration{"craftplan-2026-03-01.zip.part-17": 4 * time.Hour, "craftplan-2026-03-01.zip.part-17.db-3": 4 * time.Hour, "craftplan-2026-03-08.zip.part-18": time.Hour, "mine.zip.part-1": 4 * time.Hour} {
		name = filepath.Join(b.daily.Folder, name)
		if err := os.WriteFile(name, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(name, now.Add(-age), now.Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.look(now); err != nil {
		t.Fatal(err)
	}
	names := b.names()
	if len(names) != 4 || slices.ContainsFunc(names, func(name string) bool { return strings.Contains(name, "part-17") }) {
		t.Error(names)
	}
}

// A folder that cannot be written to is an error, and leaves nothing; files that are not what they should be are one too, once, and the
// backup is there.
func TestDailyBackupFails(t *testing.T) {
	b := newBackups(t, 2)
	if err := os.WriteFile(b.daily.Folder, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := b.look(firstDay); err == nil {
		t.Error("backups are written into a file")
	}
	if err := os.Remove(b.daily.Folder); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(b.folder); err != nil {
		t.Fatal(err)
	}
	if err := b.look(firstDay); err == nil || !strings.Contains(err.Error(), "not what the database says") {
		t.Errorf("a file is gone: %v", err)
	}
	if err := b.look(firstDay.Add(time.Hour)); err != nil || len(b.names()) != 1 {
		t.Errorf("%v, %v", err, b.names())
	}
}
