package isolation

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"image"
	"image/png"
	"io"
	"maps"
	"slices"
	"sync"

	"craftplan/internal/fault"
	"craftplan/internal/files"
	"craftplan/internal/id"
	"craftplan/internal/store/storetest/census"
)

// shelf keeps the contents of files in memory, and counts them like rows.
type shelf struct {
	mu       sync.Mutex
	contents map[files.Key][]byte
	settled  map[files.Key][]byte
}

func newShelf(contents map[files.Key][]byte) *shelf {
	s := &shelf{contents: map[files.Key][]byte{}, settled: contents}
	maps.Copy(s.contents, contents)
	return s
}

// Put keeps a content.
func (s *shelf) Put(_ context.Context, key files.Key, content io.Reader) error {
	data, err := io.ReadAll(content)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		s.contents[key] = data
	}
	return err
}

// Get opens a content.
func (s *shelf) Get(_ context.Context, key files.Key) (io.ReadCloser, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	data, ok := s.contents[key]
	if !ok {
		return nil, fault.NotFound("file")
	}
	return io.NopCloser(bytes.NewReader(data)), nil
}

// DeleteAll removes all of one organization.
func (s *shelf) DeleteAll(_ context.Context, organization id.Organization) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.contents, func(key files.Key, _ []byte) bool { return key.Organization == organization })
	return nil
}

// Delete removes a content.
func (s *shelf) Delete(_ context.Context, key files.Key) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.contents, key)
	return nil
}

// shelved is the table that contents are counted in: which, the digest of its bytes, and that of what they say, which is the same for
// archives that differ in ids that were drawn.
const shelved = "contents of files"

func digestOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:8])
}

func told(data []byte) []byte {
	if !bytes.HasPrefix(data, []byte("PK")) {
		return data
	}
	return drawn.ReplaceAll([]byte(unpacked(string(data))), nil)
}

// digests are those of each content, by where it lies: contents never change, and are looked at after every request.
var digests sync.Map // *byte -> string

func digestsOf(data []byte) string {
	if len(data) == 0 {
		return digestOf(nil) + " " + digestOf(nil)
	}
	known, ok := digests.Load(&data[0])
	if !ok {
		known = digestOf(data) + " " + digestOf(told(data))
		digests.Store(&data[0], known)
	}
	return known.(string)
}

func (s *shelf) rows() (rows census.Census) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, data := range s.contents {
		rows = append(rows, census.Row{Table: shelved, Owner: key.Organization.String(), JSON: key.File.String() + " " + digestsOf(data)})
	}
	return rows
}

func (s *shelf) restore() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.contents)
	maps.Copy(s.contents, s.settled)
}

// Take is the census of rows and contents.
func (w *World) Take(ctx context.Context) (census.Census, error) {
	rows, err := w.Taker.Take(ctx)
	return rows.With(w.shelf.rows()), err
}

// Closure lists the rows that refer to another organization's.
func (w *World) Closure(all census.Census) ([]string, error) {
	return w.Taker.Closure(slices.DeleteFunc(slices.Clone(all), func(r census.Row) bool { return r.Table == shelved }))
}

// Settled is what the world is brought back to.
func (w *World) Settled() census.Census {
	s := shelf{contents: w.shelf.settled}
	return w.Taker.Settled().With(s.rows())
}

// Settle makes what there is now what the world is brought back to.
func (w *World) Settle(ctx context.Context) error {
	w.shelf.settled = maps.Clone(w.shelf.contents)
	return w.Taker.Settle(ctx)
}

// Restore brings the world back.
func (w *World) Restore(ctx context.Context) error {
	w.shelf.restore()
	return w.Taker.Restore(ctx)
}

// Undo is Restore when it is known what changed.
func (w *World) Undo(ctx context.Context, changes []census.Change) error {
	w.shelf.restore()
	return w.Taker.Undo(ctx, slices.DeleteFunc(changes, func(c census.Change) bool { return c.Table == shelved }))
}

// picture is one that every upload takes: a PNG of one point.
var picture = func() []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 1, 1))); err != nil {
		panic(err)
	}
	return b.Bytes()
}()
