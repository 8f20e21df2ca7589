package takeout_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"craftplan/internal/fault"
	"craftplan/internal/files"
	"craftplan/internal/id"
	"craftplan/internal/inventory"
	"craftplan/internal/organizations"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
	"craftplan/internal/takeout"
)

// backup writes a backup of an installation, as another process would: over connections of its own.
func (p place) backup(t *testing.T) (file string, m takeout.Installation) {
	t.Helper()
	st, err := store.Open(t.Context(), p.URL, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	contents, err := files.OpenDirectory(p.folder)
	if err != nil {
		t.Fatal(err)
	}
	defer contents.Close()
	folder := t.TempDir()
	key := filepath.Join(folder, "key")
	if err := os.WriteFile(key, []byte("a key"), 0o600); err != nil {
		t.Fatal(err)
	}
	to, err := os.Create(filepath.Join(folder, "backup.zip"))
	if err != nil {
		t.Fatal(err)
	}
	m, err = takeout.Backup{Store: st, Contents: contents, KeyFile: key}.Write(t.Context(), to)
	if err != nil {
		t.Fatal(err)
	}
	if left, err := filepath.Glob(to.Name() + ".db-*"); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
	return to.Name(), m
}

func restore(t *testing.T, folder string, archive []byte) (takeout.Restore, error) {
	t.Helper()
	r := takeout.Restore{Database: filepath.Join(folder, "craftplan.db"), KeyFile: filepath.Join(folder, "key"), FilesDir: filepath.Join(folder, "files")}
	_, err := r.From(t.Context(), bytes.NewReader(archive), int64(len(archive)))
	return r, err
}

// While several people write, an installation is backed up and made again elsewhere: whatever was acknowledged before the backup began is
// there, and every sum is what it is a sum of.
func TestBackupWhileOthersWrite(t *testing.T) {
	p := sunrise(t, store.SQLite)
	_, scope, err := organizations.Resolve(t.Context(), p.Store, "sunrise", p.user(t, owner).ID)
	if err != nil {
		t.Fatal(err)
	}
	var flour inventory.Listed
	p.Do(t, scope, func(ctx context.Context, tx *store.Tx) error {
		all, _, err := inventory.List(ctx, tx, inventory.Filter{Limit: 1})
		flour = all[0]
		return err
	})
	var writers sync.WaitGroup
	var mu sync.Mutex
	var acknowledged []string
	enough, ended := make(chan struct{}), make(chan struct{})
	for writer := range 4 {
		writers.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-ended:
					return
				default:
				}
				code := fmt.Sprintf("W%d-%d", writer, n)
				err := p.Update(context.WithoutCancel(t.Context()), scope, func(tx *store.Tx) error {
					_, err := inventory.Receive(t.Context(), tx, inventory.Receipt{ItemID: flour.ID, Kind: inventory.Received, Quantity: quantity.Of(1), LotCode: code})
					return err
				})
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				if acknowledged = append(acknowledged, code); len(acknowledged) == 40 {
					close(enough)
				}
				mu.Unlock()
			}
		})
	}
	<-enough
	mu.Lock()
	before := append([]string{}, acknowledged...)
	mu.Unlock()
	file, m := p.backup(t)
	close(ended)
	writers.Wait()
	if len(m.Files) == 0 || len(m.Damaged)+len(m.Removed) > 0 || m.Key == nil {
		t.Errorf("%+v", m)
	}
	if about, err := os.Stat(file); err != nil || about.Size() == 0 {
		t.Fatal(err)
	}
	archive, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	r, err := restore(t, t.TempDir(), archive)
	if err != nil {
		t.Fatal(err)
	}
	for name, mode := range map[string]os.FileMode{r.Database: 0o600, r.KeyFile: 0o600, r.FilesDir: 0o700 | os.ModeDir} {
		if about, err := os.Stat(name); err != nil || about.Mode() != mode {
			t.Errorf("%s: %v %v", name, about.Mode(), err)
		}
	}
	st, err := store.Open(t.Context(), r.Database, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	again := place{folder: r.FilesDir}
	err = st.View(t.Context(), scope, func(tx *store.Tx) error {
		there := map[string]bool{}
		for skip := int64(0); ; skip += 100 {
			lots, _, err := inventory.ListLots(t.Context(), tx, inventory.LotFilter{Limit: 100, Offset: skip})
			if err != nil {
				return err
			}
			if len(lots) == 0 {
				break
			}
			for _, l := range lots {
				there[l.Code] = true
			}
		}
		for _, code := range before {
			if !there[code] {
				t.Errorf("%s was acknowledged and is lost", code)
			}
		}
		if wrong, err := inventory.Balanced(t.Context(), tx); err != nil || wrong > 0 {
			t.Errorf("%d sums differ: %v", wrong, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range m.Files {
		if _, err := os.Stat(filepath.Join(again.folder, f.Organization.String(), f.ID.String())); err != nil {
			t.Error(err)
		}
	}
	if _, err := restore(t, filepath.Dir(r.Database), archive); !fault.Is(err, fault.KindConflict) {
		t.Errorf("over an installation: %v", err)
	}
}

// What is wrong with a backup is found before anything has its name, and nothing is left.
func TestDamagedBackupIsRefused(t *testing.T) {
	p := sunrise(t, store.SQLite)
	file, m := p.backup(t)
	archive, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	whole := unzip(t, archive)
	logo := "files/" + m.Files[0].Organization.String() + "/" + m.Files[0].ID.String()
	change := func(to func(*takeout.Installation)) func(map[string][]byte) {
		return func(entries map[string][]byte) {
			var other takeout.Installation
			if err := json.Unmarshal(entries["installation.json"], &other); err != nil {
				t.Fatal(err)
			}
			to(&other)
			entries["installation.json"], _ = json.Marshal(other)
		}
	}
	for name, c := range map[string]struct {
		spoil func(map[string][]byte)
		say   string
	}{
		"a byte of the database":   {func(e map[string][]byte) { e["craftplan.db"][5000] ^= 1 }, "is not what its manifest says"},
		"a byte of a file":         {func(e map[string][]byte) { e[logo][8] ^= 1 }, "is not what its manifest says"},
		"a byte of the key":        {func(e map[string][]byte) { e["secret.key"][0] ^= 1 }, "is not what its manifest says"},
		"a file is missing":        {func(e map[string][]byte) { delete(e, logo) }, "is missing"},
		"a file nobody named":      {func(e map[string][]byte) { e["files/../../etc/passwd"] = []byte("x") }, "does not name"},
		"no manifest":              {func(e map[string][]byte) { delete(e, "installation.json") }, "no manifest"},
		"one organization":         {func(e map[string][]byte) { e["manifest.json"] = []byte("{}") }, "organizations import"},
		"a newer program":          {change(func(m *takeout.Installation) { m.Schema = 99999 }), "newer version"},
		"another version":          {change(func(m *takeout.Installation) { m.Schema-- }), "is of version"},
		"a newer format":           {change(func(m *takeout.Installation) { m.Format = 2 }), "newer version"},
		"no format":                {change(func(m *takeout.Installation) { m.Format = 0 }), "makes no sense"},
		"a file twice":             {change(func(m *takeout.Installation) { m.Files = append(m.Files, m.Files[0]) }), "makes no sense"},
		"a file without a name":    {change(func(m *takeout.Installation) { m.Files[0].ID = id.ID{} }), ""},
		"a file left out of it":    {change(func(m *takeout.Installation) { m.Files = nil }), "does not name"},
		"a size below zero":        {change(func(m *takeout.Installation) { m.Database.Size = -1 }), ""},
		"a file left out of both":  {func(e map[string][]byte) { change(func(m *takeout.Installation) { m.Files = nil })(e); delete(e, logo) }, "are missing"},
		"a file that is another's": {func(e map[string][]byte) { swap(e, change, logo) }, "is not what its row says"},
		"a database that is none": {func(e map[string][]byte) {
			e["craftplan.db"] = []byte("no database")
			change(func(m *takeout.Installation) { m.Database = part(e["craftplan.db"]) })(e)
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			entries := map[string][]byte{}
			for n, content := range whole {
				entries[n] = bytes.Clone(content)
			}
			c.spoil(entries)
			folder := t.TempDir()
			_, err := restore(t, folder, rezip(t, entries))
			if err == nil || !strings.Contains(err.Error(), c.say) {
				t.Errorf("%v", err)
			}
			if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
				t.Errorf("left behind: %v %v", left, err)
			}
		})
	}
}

// A content that is not what the database says is in the backup, and named.
func TestBackupNamesDamagedFiles(t *testing.T) {
	p := sunrise(t, store.SQLite)
	_, m := p.backup(t)
	f := m.Files[0]
	content := filepath.Join(p.folder, f.Organization.String(), f.ID.String())
	if err := os.WriteFile(content, []byte("something else"), 0o600); err != nil {
		t.Fatal(err)
	}
	file, m := p.backup(t)
	if len(m.Damaged) != 1 || m.Damaged[0] != f.FileName || len(m.Files) != 1 {
		t.Errorf("%+v", m)
	}
	archive, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := restore(t, t.TempDir(), archive); err != nil {
		t.Error(err)
	}
	if err := os.Remove(content); err != nil {
		t.Fatal(err)
	}
	if _, m = p.backup(t); len(m.Damaged) != 1 || len(m.Files) != 0 || len(m.Removed) != 0 {
		t.Errorf("%+v", m)
	}
}

func swap(entries map[string][]byte, change func(func(*takeout.Installation)) func(map[string][]byte), logo string) {
	entries[logo] = []byte("another picture")
	change(func(m *takeout.Installation) { m.Files[0].Part = part(entries[logo]) })(entries)
}

func part(content []byte) takeout.Part {
	sum := sha256.Sum256(content)
	return takeout.Part{Size: int64(len(content)), SHA256: hex.EncodeToString(sum[:])}
}

func unzip(t *testing.T, archive []byte) map[string][]byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
	entries := map[string][]byte{}
	for _, f := range z.File {
		content, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if entries[f.Name], err = io.ReadAll(content); err != nil {
			t.Fatal(err)
		}
	}
	return entries
}

func rezip(t *testing.T, entries map[string][]byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for name, content := range entries {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write(content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
