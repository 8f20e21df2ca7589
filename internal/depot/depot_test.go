package depot_test

import (
	"bytes"
	"errors"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"craftplan/internal/depot"
)

// bucket is a server on this machine, and what it holds.
func bucket(t *testing.T, prefix string) (*depot.S3, *s3mem.Backend) {
	t.Helper()
	held := s3mem.New()
	if err := held.CreateBucket("archives"); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(gofakes3.New(held).Server())
	t.Cleanup(server.Close)
	s, err := depot.OpenS3(server.URL+"/archives"+prefix, depot.Keys{Access: "access", Secret: "secret", Region: "eu-central-1"})
	if err != nil {
		t.Fatal(err)
	}
	return s, held
}

func each(t *testing.T, test func(t *testing.T, d depot.Depot)) {
	t.Run("directory", func(t *testing.T) { test(t, depot.Directory(filepath.Join(t.TempDir(), "made", "when needed"))) })
	t.Run("s3", func(t *testing.T) {
		s, _ := bucket(t, "")
		test(t, s)
	})
	t.Run("s3 below a prefix", func(t *testing.T) {
		s, _ := bucket(t, "/erp/")
		test(t, s)
	})
}

func TestDepot(t *testing.T) {
	each(t, func(t *testing.T, d depot.Depot) {
		ctx := t.Context()
		if names, err := d.Names(ctx, "alder"); err != nil || len(names) != 0 {
			t.Errorf("nothing yet: %q, %v", names, err)
		}
		for _, name := range []string{"b.zip", "a.zip", "c.zip"} {
			if err := d.Put(ctx, "alder", name, strings.NewReader(name)); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.Put(ctx, "alderwood", "other.zip", strings.NewReader("x")); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := d.Remove(ctx, "alder", "b.zip"); err != nil {
				t.Error(err)
			}
		}
		if names, err := d.Names(ctx, "alder"); err != nil || strings.Join(names, " ") != "a.zip c.zip" {
			t.Errorf("%q, %v", names, err)
		}
	})
}

// What breaks off leaves nothing that could be taken for the whole, small or in parts.
func TestBrokenOff(t *testing.T) {
	each(t, func(t *testing.T, d depot.Depot) {
		broken := errors.New("the database went away")
		for _, size := range []int{10, 40 << 20} {
			content := io.MultiReader(bytes.NewReader(make([]byte, size)), iotest.ErrReader(broken))
			if err := d.Put(t.Context(), "alder", "a.zip", content); !errors.Is(err, broken) {
				t.Errorf("%d bytes: %v", size, err)
			}
			if names, err := d.Names(t.Context(), "alder"); err != nil || len(names) != 0 {
				t.Errorf("%d bytes: %q, %v", size, names, err)
			}
		}
	})
}

// A file of several parts arrives whole.
func TestLargeObject(t *testing.T) {
	s, held := bucket(t, "/erp")
	content := bytes.Repeat([]byte("0123456789abcdef"), 40<<16) // 40 MB
	if err := s.Put(t.Context(), "alder", "a.zip", bytes.NewReader(content)); err != nil {
		t.Fatal(err)
	}
	object, err := held.GetObject("archives", "erp/alder/a.zip", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer object.Contents.Close()
	if got, err := io.ReadAll(object.Contents); err != nil || !bytes.Equal(got, content) {
		t.Errorf("%d bytes of %d, %v", len(got), len(content), err)
	}
}

// Nobody else reads what is kept in a directory.
func TestRights(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "archives")
	if err := depot.Directory(folder).Put(t.Context(), "alder", "a.zip", strings.NewReader("x")); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]os.FileMode{"": 0o700, "alder": 0o700, "alder/a.zip": 0o600} {
		if about, err := os.Stat(filepath.Join(folder, path)); err != nil || about.Mode().Perm() != want {
			t.Errorf("%q: %v, %v", path, about.Mode(), err)
		}
	}
}

func TestAddresses(t *testing.T) {
	keys := depot.Keys{Access: "access", Secret: "secret"}
	for _, good := range []string{"https://s3.example/archives", "https://s3.example:9000/archives/erp/", "http://127.0.0.1:9000/archives", "http://localhost/archives", "http://[::1]:9000/archives"} {
		if _, err := depot.OpenS3(good, keys); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{"", "archives", "s3://archives", "https://s3.example", "https://s3.example/", "https://access:secret@s3.example/archives", "https://s3.example/archives?x=1", "http://s3.example/archives", "http://10.0.0.1/archives", "https:///archives", "ftp://localhost/archives"} {
		if _, err := depot.OpenS3(bad, keys); err == nil {
			t.Errorf("%s is an address", bad)
		}
	}
}
