package catalog_test

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"image/png"
	"os"
	"slices"
	"strings"
	"testing"

	"craftplan/internal/audit"
	"craftplan/internal/authz"
	"craftplan/internal/catalog"
	"craftplan/internal/fault"
	"craftplan/internal/files"
	"craftplan/internal/id"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

// album is a bench with a folder for files, and a product to take photos of.
type album struct {
	*bench
	library *files.Library
	folder  string
	sku     string
}

func newAlbum(t *testing.T, db *storetest.DB) album {
	t.Helper()
	folder := t.TempDir()
	contents, err := files.OpenDirectory(folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { contents.Close() })
	b := newBench(t, db)
	return album{b, files.New(db.Store, contents), folder, b.product("Loaf").SKU}
}

// shot is a picture of a width.
func shot(t *testing.T, width int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, width, width/2))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func (a album) add(width int) error {
	return catalog.AddPhoto(a.t.Context(), a.library, a.scope, a.sku, shot(a.t, width))
}

func (a album) photos() (all []catalog.Photo) {
	a.t.Helper()
	a.do(func(ctx context.Context, tx *store.Tx) error {
		p, err := catalog.Get(ctx, tx, a.sku)
		if err != nil {
			return err
		}
		all, err = catalog.Photos(ctx, tx, p.ID)
		return err
	})
	return all
}

// kept is how many contents lie in the organization's folder, and how many rows there are for them.
func (a album) kept() (contents, rows int) {
	a.t.Helper()
	there, err := os.ReadDir(a.folder + "/" + a.scope.Organization().String())
	if err != nil && !os.IsNotExist(err) {
		a.t.Fatal(err)
	}
	a.do(func(ctx context.Context, tx *store.Tx) error {
		all, err := files.All(ctx, tx)
		rows = len(all)
		return err
	})
	return len(there), rows
}

func (a album) read(scope store.Scope, photo id.ID, size catalog.PhotoSize) ([]byte, error) {
	_, content, err := catalog.ReadPhoto(a.t.Context(), a.db.Store, scope, a.library, a.sku, photo, size)
	return content, err
}

// listed is the photo of the only product in the list.
func (a album) listed() (photo *id.ID) {
	a.t.Helper()
	for _, down := range []bool{false, true} {
		a.do(func(ctx context.Context, tx *store.Tx) error {
			list, _, err := catalog.List(ctx, tx, catalog.Filter{Down: down, Limit: 10})
			if err == nil && len(list) != 1 {
				a.t.Errorf("%d rows of one product", len(list))
			}
			photo = list[0].Photo
			return err
		})
	}
	return photo
}

func TestPhotos(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		a := newAlbum(t, db)
		if a.listed() != nil || len(a.photos()) != 0 {
			t.Error("there are photos before there are any")
		}
		for _, width := range []int{3000, 400, 100} {
			if err := a.add(width); err != nil {
				t.Fatal(err)
			}
		}
		all := a.photos()
		if contents, rows := a.kept(); len(all) != 3 || contents != 6 || rows != 6 || *a.listed() != all[0].ID {
			t.Fatalf("%v: %d contents, %d rows", all, contents, rows)
		}
		viewer := db.Member(a.scope, authz.Viewer)
		for i, want := range [][2]int{{1280, 192}, {400, 192}, {100, 100}} {
			for n, size := range []catalog.PhotoSize{catalog.Large, catalog.Small} {
				content, err := a.read(viewer, all[i].ID, size)
				if err != nil {
					t.Fatal(err)
				}
				if c, err := jpeg.DecodeConfig(bytes.NewReader(content)); err != nil || c.Width != want[n] {
					t.Errorf("photo %d, size %d: %+v, %v", i, size, c, err)
				}
			}
		}
		if _, err := a.read(db.Organization("Bluebird"), all[0].ID, catalog.Small); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("another organization reads it: %v", err)
		}

		turned := []catalog.Photo{{ID: all[2].ID, Alt: "  A  crumb "}, {ID: all[0].ID}, {ID: all[1].ID, Alt: "The crust"}}
		a.do(func(ctx context.Context, tx *store.Tx) error { return catalog.ArrangePhotos(ctx, tx, a.sku, turned) })
		turned[0].Alt = "A crumb"
		if got := a.photos(); !slices.Equal(got, turned) || *a.listed() != turned[0].ID {
			t.Errorf("arranged: %v", got)
		}
		a.do(func(ctx context.Context, tx *store.Tx) error {
			return catalog.RemovePhoto(ctx, tx, a.sku, turned[0].ID)
		})
		if got := a.photos(); !slices.Equal(got, turned[1:]) || *a.listed() != turned[1].ID {
			t.Errorf("the first removed: %v", got)
		}
		if _, err := a.read(a.scope, turned[0].ID, catalog.Large); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("removed, and read: %v", err)
		}
		if _, rows := a.kept(); rows != 4 {
			t.Errorf("%d rows of files", rows)
		}
		want := []string{"1 A crumb, 2, 3 The crust -> 2, 3 The crust", "1, 2, 3 -> 3 A crumb, 1, 2 The crust", "1, 2 -> 1, 2, 3", "1 -> 1, 2", "none -> 1"}
		if got := a.told(); !slices.Equal(got, want) {
			t.Errorf("the log tells %q", got)
		}
	})
}

// told are the changes of photos in the log, the latest first.
func (a album) told() (all []string) {
	a.t.Helper()
	words := func(v *audit.Value) string {
		if v == nil {
			return "none"
		}
		return v.Text
	}
	a.do(func(ctx context.Context, tx *store.Tx) error {
		entries, _, err := audit.List(ctx, tx, audit.Filter{Kind: audit.Product, Action: audit.Changed, Record: a.sku, Limit: 10})
		for _, e := range entries {
			for _, f := range e.Fields {
				all = append(all, words(f.Was)+" -> "+words(f.Became))
			}
		}
		return err
	})
	return all
}

// What is no photo, or one too many, leaves nothing behind.
func TestPhotosRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		a := newAlbum(t, db)
		err := catalog.AddPhoto(t.Context(), a.library, a.scope, a.sku, []byte("flour, water, salt"))
		if !fault.Is(err, fault.KindInvalid) {
			t.Errorf("a text: %v", err)
		}
		if err := catalog.AddPhoto(t.Context(), a.library, a.scope, "NOBODYS", shot(t, 10)); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("of no product: %v", err)
		}
		if contents, rows := a.kept(); contents != 0 || rows != 0 {
			t.Errorf("left: %d contents, %d rows", contents, rows)
		}
		results := make(chan error)
		for range catalog.MaxPhotos + 2 {
			go func() { results <- a.add(10) }()
		}
		refused := 0
		for range catalog.MaxPhotos + 2 {
			if err := <-results; fault.Is(err, fault.KindInvalid) {
				refused++
			} else if err != nil {
				t.Error(err)
			}
		}
		if contents, rows := a.kept(); refused != 2 || len(a.photos()) != catalog.MaxPhotos || contents != 2*catalog.MaxPhotos || rows != contents {
			t.Errorf("%d refused, %d photos, %d contents, %d rows", refused, len(a.photos()), contents, rows)
		}
		all := a.photos()
		arrange := func(photos []catalog.Photo) error {
			return a.try(func(ctx context.Context, tx *store.Tx) error { return catalog.ArrangePhotos(ctx, tx, a.sku, photos) })
		}
		for name, photos := range map[string][]catalog.Photo{"one is missing": all[1:], "one is there twice": append(slices.Clone(all[1:]), all[1]), "one is nobody's": append(slices.Clone(all[1:]), catalog.Photo{ID: id.New()})} {
			if err := arrange(photos); !fault.Is(err, fault.KindConflict) {
				t.Errorf("%s: %v", name, err)
			}
		}
		all[1].Alt = strings.Repeat("é", catalog.MaxAlt+1)
		if err := arrange(all); !fault.Is(err, fault.KindInvalid) || fault.FieldsOf(err)[0].Name != "photos.1.alt" {
			t.Errorf("too long: %v", err)
		}
		if err := a.try(func(ctx context.Context, tx *store.Tx) error { return catalog.RemovePhoto(ctx, tx, a.sku, id.New()) }); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("what is not there is removed: %v", err)
		}
	})
}

// Photos go with their product, and stay when it does.
func TestPhotosOfADeletedProduct(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		a := newAlbum(t, db)
		if err := a.add(10); err != nil {
			t.Fatal(err)
		}
		made := a.product("Roll")
		a.published(made, of(a.flour, 100))
		if err := catalog.AddPhoto(t.Context(), a.library, a.scope, made.SKU, shot(t, 10)); err != nil {
			t.Fatal(err)
		}
		if err := a.try(func(ctx context.Context, tx *store.Tx) error { return catalog.Delete(ctx, tx, made.SKU) }); !fault.Is(err, fault.KindConflict) {
			t.Errorf("a product with a recipe: %v", err)
		}
		a.do(func(ctx context.Context, tx *store.Tx) error { return catalog.Delete(ctx, tx, a.sku) })
		if _, rows := a.kept(); rows != 2 {
			t.Errorf("%d rows of files, and not the two of the product that stays", rows)
		}
	})
}

// Viewers see photos and change none.
func TestViewersAndPhotos(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		a := newAlbum(t, db)
		if err := a.add(10); err != nil {
			t.Fatal(err)
		}
		all, viewer := a.photos(), db.Member(a.scope, authz.Viewer)
		if err := catalog.AddPhoto(t.Context(), a.library, viewer, a.sku, shot(t, 10)); !fault.Is(err, fault.KindForbidden) {
			t.Errorf("adds one: %v", err)
		}
		err := db.Update(t.Context(), viewer, func(tx *store.Tx) error { return catalog.RemovePhoto(t.Context(), tx, a.sku, all[0].ID) })
		if !fault.Is(err, fault.KindForbidden) {
			t.Errorf("removes one: %v", err)
		}
		err = db.Update(t.Context(), viewer, func(tx *store.Tx) error { return catalog.ArrangePhotos(t.Context(), tx, a.sku, all) })
		if !fault.Is(err, fault.KindForbidden) {
			t.Errorf("arranges them: %v", err)
		}
	})
}
