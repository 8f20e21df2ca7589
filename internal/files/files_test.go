package files_test

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"craftplan/internal/authz"
	"craftplan/internal/fault"
	. "craftplan/internal/files"
	"craftplan/internal/id"
	"craftplan/internal/jobs"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

// shelf is a library in a folder of its own.
type shelf struct {
	*Library
	*Directory
	folder string
	t      *testing.T
	db     *storetest.DB
}

func newShelf(t *testing.T, db *storetest.DB) shelf {
	t.Helper()
	folder := t.TempDir()
	contents, err := OpenDirectory(folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { contents.Close() })
	return shelf{New(db.Store, contents), contents, folder, t, db}
}

// there are the contents, by their path below the folder.
func (s shelf) there() []string {
	s.t.Helper()
	var all []string
	err := filepath.WalkDir(s.folder, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			all = append(all, strings.TrimPrefix(path, s.folder+"/"))
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

func (s shelf) put(scope store.Scope, content string, change func(*store.Tx, File) error) (f File, err error) {
	err = s.Library.Put(s.t.Context(), scope, Draft{"note", "text/plain", []byte(content)}, func(tx *store.Tx, made File) error {
		f = made
		if change == nil {
			return nil
		}
		return change(tx, made)
	})
	return f, err
}

func (s shelf) newest(scope store.Scope) (f File, err error) {
	err = s.db.View(s.t.Context(), scope, func(tx *store.Tx) (err error) {
		f, err = Newest(s.t.Context(), tx, "note")
		return err
	})
	return f, err
}

func (s shelf) used(scope store.Scope) (n int64) {
	s.t.Helper()
	err := s.db.View(s.t.Context(), scope, func(tx *store.Tx) (err error) {
		n, err = Used(s.t.Context(), tx)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

func TestPut(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		s, sunrise, bluebird := newShelf(t, db), db.Organization("Sunrise"), db.Organization("Bluebird")
		f, err := s.put(sunrise, "flour, water, salt", nil)
		if err != nil {
			t.Fatal(err)
		}
		if there := s.there(); len(there) != 1 || there[0] != sunrise.Organization().String()+"/"+f.ID.String() {
			t.Errorf("on the disk: %v", there)
		}
		got, err := s.newest(sunrise)
		if err != nil || got.ID != f.ID || got.Size != 18 || got.MediaType != "text/plain" || got.SHA256 != "2882a83059bac65a83367eacdd70ccbd3475a6f58792bf8a6d914c27becd9f20" {
			t.Errorf("%+v, %v", got, err)
		}
		if _, content, err := s.Newest(t.Context(), sunrise, "note"); err != nil || string(content) != "flour, water, salt" {
			t.Errorf("%q, %v", content, err)
		}
		if _, err := s.newest(bluebird); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("another organization finds it: %v", err)
		}
		if _, err := s.Get(t.Context(), Key{bluebird.Organization(), f.ID}); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("another organization has it: %v", err)
		}
		if a, b := s.used(sunrise), s.used(bluebird); a != 18 || b != 0 {
			t.Errorf("%d and %d bytes used", a, b)
		}
	})
}

// What fails leaves neither row nor content, whichever part of it fails.
func TestPutUndone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		s, scope := newShelf(t, db), db.Organization("Sunrise")
		_, err := s.put(scope, "x", func(*store.Tx, File) error { return fault.Conflict("no") })
		if !fault.Is(err, fault.KindConflict) {
			t.Errorf("the change's own reason is lost: %v", err)
		}
		if there := s.there(); len(there) != 0 || s.used(scope) != 0 {
			t.Errorf("left: %v, %d bytes", there, s.used(scope))
		}

		key := Key{scope.Organization(), id.New()}
		broken := errors.New("the network is cut")
		if err := s.Directory.Put(t.Context(), key, iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader("half of it")))); err == nil {
			t.Error("a content that breaks off is kept")
		}
		if err := s.Directory.Put(t.Context(), key, iotest.ErrReader(broken)); !errors.Is(err, broken) || fault.KindOf(err) != fault.KindInternal {
			t.Errorf("the reader's own error is lost: %v", err)
		}
		if there := s.there(); len(there) != 0 {
			t.Errorf("half of a content is left: %v", there)
		}

		if err := os.Chmod(s.folder, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.RemoveAll(s.folder); err != nil {
			t.Fatal(err)
		}
		if _, err := s.put(scope, "x", nil); !fault.Is(err, fault.KindUnavailable) || s.used(scope) != 0 {
			t.Errorf("a disk that fails: %v, %d bytes", err, s.used(scope))
		}
	})
}

// Files that belong together are kept together or not at all, whichever of them fails, and whatever is wrong with all of them.
func TestPutAll(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		s, scope := newShelf(t, db), db.Organization("Sunrise")
		drafts := []Draft{{"note", "text/plain", []byte("flour")}, {"note", "text/plain", []byte("water and salt")}}
		var kept []File
		err := s.PutAll(t.Context(), scope, drafts, func(_ *store.Tx, all []File) error {
			kept = all
			return nil
		})
		if err != nil || len(kept) != 2 || len(s.there()) != 2 || s.used(scope) != 19 {
			t.Fatalf("%v, %v, %d bytes, %v", kept, s.there(), s.used(scope), err)
		}
		for i, f := range kept {
			if _, content, err := s.Read(t.Context(), scope, f.ID); err != nil || string(content) != string(drafts[i].Content) {
				t.Errorf("%q, %v", content, err)
			}
		}
		err = s.PutAll(t.Context(), scope, drafts, func(*store.Tx, []File) error { return fault.Conflict("no") })
		if !fault.Is(err, fault.KindConflict) || len(s.there()) != 2 || s.used(scope) != 19 {
			t.Errorf("undone, and yet there: %v, %v", s.there(), err)
		}
		large := Draft{"note", "text/plain", make([]byte, 600)}
		db.Do(t, scope, func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.DB().ExecContext(ctx, "UPDATE files SET size = $3 WHERE organization_id = $1 AND id = $2", tx.Organization(), kept[0].ID, int64(1<<30-1000))
			return err
		})
		err = s.PutAll(t.Context(), scope, []Draft{large, large}, func(*store.Tx, []File) error { return nil })
		if !fault.Is(err, fault.KindInvalid) || len(s.there()) != 2 {
			t.Errorf("there was room for one of two: %v, %v", s.there(), err)
		}
	})
}

// What lies there without a row, whole or half written, is swept away; what has one stays.
func TestSweep(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		s, scope := newShelf(t, db), db.Organization("Sunrise")
		kept, err := s.put(scope, "kept", nil)
		if err != nil {
			t.Fatal(err)
		}
		crashed := Key{scope.Organization(), id.New()}
		if err := s.Directory.Put(t.Context(), crashed, strings.NewReader("crashed")); err != nil {
			t.Fatal(err)
		}
		part := filepath.Join(s.folder, scope.Organization().String(), id.New().String())
		if err := os.WriteFile(part+".part", []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
		half, err := id.Parse(filepath.Base(part))
		if err != nil {
			t.Fatal(err)
		}
		if n := len(s.there()); n != 3 {
			t.Fatalf("%d contents", n)
		}
		for range 2 { // a job may run again
			for _, file := range []id.ID{kept.ID, crashed.File, half} {
				if err := s.Sweep(t.Context(), scope, Sweep{file}); err != nil {
					t.Error(err)
				}
			}
		}
		if there := s.there(); len(there) != 1 || !strings.HasSuffix(there[0], kept.ID.String()) {
			t.Errorf("afterwards: %v", there)
		}
		if err := s.Sweep(t.Context(), db.Organization("Bluebird"), Sweep{kept.ID}); err != nil || len(s.there()) != 1 {
			t.Errorf("another organization sweeps it away: %v, %v", err, s.there())
		}
	})
}

// Before anything is written somebody is asked to look again, so that a crash leaves nothing for good.
func TestPutLeavesASweep(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		s, scope := newShelf(t, db), db.Organization("Sunrise")
		if _, err := s.put(scope, "x", func(*store.Tx, File) error { return errors.New("the program ends") }); err == nil {
			t.Fatal("no error")
		}
		var n int
		if err := db.Raw().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM river_job WHERE kind = 'file_sweep' AND state = 'scheduled'").Scan(&n); err != nil || n != 1 {
			t.Errorf("%d sweeps wait, %v", n, err)
		}
	})
}

// A removed file is gone at once, and its content once the job has run.
func TestRemove(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		s, scope := newShelf(t, db), db.Organization("Sunrise")
		first, err := s.put(scope, "first", nil)
		if err != nil {
			t.Fatal(err)
		}
		swept := make(chan error, 10)
		workers := jobs.New(db.Store, jobs.Watch{Log: slog.New(slog.DiscardHandler)})
		jobs.ForOrganization(workers, func(ctx context.Context, o jobs.Organization, try jobs.Try[Sweep]) error {
			err := s.Sweep(ctx, o.Scope, try.Args)
			swept <- err
			return err
		})
		stop, err := db.Work(t.Context(), workers.River(), slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = stop(context.WithoutCancel(t.Context())) })
		err = db.Update(t.Context(), scope, func(tx *store.Tx) error {
			if err := Remove(t.Context(), tx, first.ID); err != nil {
				return err
			}
			return errors.New("undone")
		})
		if _, found := s.newest(scope); err == nil || found != nil || len(s.there()) != 1 {
			t.Errorf("undone, and yet: %v, %v", found, s.there())
		}
		second, err := s.put(scope, "second", func(tx *store.Tx, f File) error { return Replace(t.Context(), tx, f) })
		if err != nil {
			t.Fatal(err)
		}
		if err := <-swept; err != nil {
			t.Fatal(err)
		}
		if there := s.there(); len(there) != 1 || !strings.HasSuffix(there[0], second.ID.String()) || s.used(scope) != 6 {
			t.Errorf("replaced: %v, %d bytes", there, s.used(scope))
		}
		db.Do(t, db.Organization("Bluebird"), func(ctx context.Context, tx *store.Tx) error { return Remove(ctx, tx, second.ID) })
		if _, err := s.newest(scope); err != nil {
			t.Errorf("another organization removes it: %v", err)
		}
	})
}

// The plan's storage is never exceeded: not by what replaces something, nor by two at once.
func TestStorageIsLimited(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		s, scope := newShelf(t, db), db.Organization("Sunrise")
		big := id.New()
		db.Do(t, scope, func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.DB().ExecContext(ctx, "INSERT INTO files (organization_id, id, purpose, media_type, size, sha256, created_at, created_by) VALUES ($1, $2, 'note', 'text/plain', $3, '', $4, $5)",
				tx.Organization(), big, int64(1<<30-10), tx.Now(), tx.Actor().UserID)
			return err
		})
		if _, err := s.put(scope, "eleven byte", nil); !fault.Is(err, fault.KindInvalid) || fault.FieldsOf(err)[0].Name != "file" {
			t.Errorf("one byte too many: %v", err)
		}
		if there := s.there(); len(there) != 0 {
			t.Errorf("refused, and yet there: %v", there)
		}
		results := make(chan error, 4)
		for range cap(results) {
			go func() {
				_, err := s.put(scope, "six by", nil)
				results <- err
			}()
		}
		fitted := 0
		for range cap(results) {
			if err := <-results; err == nil {
				fitted++
			} else if !fault.Is(err, fault.KindInvalid) {
				t.Error(err)
			}
		}
		if fitted != 1 || len(s.there()) != 1 || s.used(scope) != 1<<30-4 {
			t.Errorf("%d fitted, %v, %d bytes", fitted, s.there(), s.used(scope))
		}
		if _, err := s.put(scope, "eleven byte", func(tx *store.Tx, _ File) error { return Remove(t.Context(), tx, big) }); err != nil {
			t.Errorf("what takes the place of something bigger: %v", err)
		}
		viewer := db.Member(scope, authz.Viewer)
		if n := s.used(viewer); n != 17 {
			t.Errorf("a viewer reads %d bytes", n)
		}
	})
}

// The attack: a folder of an organization that is a link to elsewhere, and ids that are no ids.
func TestNothingLeadsElsewhere(t *testing.T) {
	outside, folder := t.TempDir(), t.TempDir()
	secret := filepath.Join(outside, id.New().String())
	if err := os.WriteFile(secret, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	organization := id.NewOrganization()
	if err := os.Symlink(outside, filepath.Join(folder, organization.String())); err != nil {
		t.Fatal(err)
	}
	d, err := OpenDirectory(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	file, err := id.Parse(filepath.Base(secret))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Get(t.Context(), Key{organization, file}); err == nil {
		t.Error("a content is read elsewhere")
	}
	if err := d.Put(t.Context(), Key{organization, id.New()}, strings.NewReader("x")); err == nil {
		t.Error("a content is kept elsewhere")
	}
	if err := d.Delete(t.Context(), Key{organization, file}); err == nil {
		t.Error("a content is removed elsewhere")
	}
	for _, key := range []Key{{}, {Organization: organization}, {Organization: id.NewOrganization()}, {File: file}} {
		_, err := d.Get(t.Context(), key)
		if err == nil || d.Put(t.Context(), key, strings.NewReader("x")) == nil || d.Delete(t.Context(), key) == nil {
			t.Errorf("%v is a key", key)
		}
	}
	for _, text := range []string{"..", "../../etc/passwd", "/etc/passwd", strings.Repeat("../", 12), "0193-../../../../../../../../../../xx"} {
		if _, err := id.Parse(text); err == nil {
			t.Errorf("%q is an id", text)
		}
		if _, err := id.ParseOrganization(text); err == nil {
			t.Errorf("%q is an organization's id", text)
		}
	}
	if left, err := os.ReadDir(outside); err != nil || len(left) != 1 {
		t.Errorf("outside: %v, %v", left, err)
	}
}

func TestOpenDirectory(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "craftplan.db.files")
	d, err := OpenDirectory(folder)
	if err != nil {
		t.Fatal(err)
	}
	d.Close()
	if info, err := os.Stat(folder); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	file := filepath.Join(folder, "x")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenDirectory(file); err == nil || !strings.Contains(err.Error(), "not a directory") {
		t.Errorf("a file: %v", err)
	}
}
