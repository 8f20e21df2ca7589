package catalog

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"craftplan/internal/audit"
	"craftplan/internal/authz"
	"craftplan/internal/catalog/internal/db"
	"craftplan/internal/fault"
	"craftplan/internal/files"
	"craftplan/internal/id"
	"craftplan/internal/picture"
	"craftplan/internal/store"
)

// Photo is a picture of a product. The first of a product's photos stands for it. What a photo shows never changes: another picture is
// another photo.
type Photo struct {
	ID  id.ID
	Alt string // what it shows, for who cannot see it; "" when nobody said
}

// PhotoSize is one of the sizes that a photo is kept in: its longer side at most, in pixels.
type PhotoSize int

// The sizes.
const (
	Large PhotoSize = 1280
	Small PhotoSize = 192 // for lists
)

// What photos are bounded by.
const (
	MaxPhotos = 10  // of a product
	MaxAlt    = 250 // characters
)

// Photos are those of a product, in their order.
func Photos(ctx context.Context, tx *store.Tx, product id.ID) ([]Photo, error) {
	if err := tx.Require(authz.CatalogRead); err != nil {
		return nil, err
	}
	rows, err := db.For(tx).PhotosOf(ctx, db.PhotosOfIn{ProductID: product})
	photos := make([]Photo, len(rows))
	for i, r := range rows {
		photos[i] = Photo{r.ID, r.Alt}
	}
	return photos, err
}

// AddPhoto gives a product one more photo, as its last. The data is a picture as picture.Photo reads it; Invalid faults are about the
// field file.
func AddPhoto(ctx context.Context, library *files.Library, scope store.Scope, sku string, data []byte) error {
	if err := scope.Actor().Require(authz.CatalogWrite); err != nil {
		return err
	}
	sizes, err := picture.Photo(data, int(Large), int(Small))
	if err != nil {
		return err
	}
	drafts := make([]files.Draft, len(sizes))
	for i, content := range sizes {
		drafts[i] = files.Draft{Purpose: files.Photo, MediaType: "image/jpeg", Content: content}
	}
	return library.PutAll(ctx, scope, drafts, func(tx *store.Tx, kept []files.File) error {
		p, was, err := openPhotos(ctx, tx, sku)
		if err != nil {
			return err
		}
		if len(was) >= MaxPhotos {
			return fault.Invalid("file", fmt.Sprintf("%s has %d photos, and more are not kept. Remove one first.", p.Name, len(was)))
		}
		added := Photo{ID: id.New()}
		err = db.For(tx).CreatePhoto(ctx, db.CreatePhotoIn{ID: added.ID, ProductID: p.ID, Position: int64(len(was)), LargeID: kept[0].ID, SmallID: kept[1].ID, CreatedAt: tx.Now(), CreatedBy: tx.Actor().UserID})
		if err != nil {
			return err
		}
		return p.recordPhotos(ctx, tx, was, append(slices.Clone(was), added))
	})
}

// ArrangePhotos puts the photos of a product in another order and says what they show. It is a Conflict when they are not those that
// the product has. The field of a text is such as photos.0.alt.
func ArrangePhotos(ctx context.Context, tx *store.Tx, sku string, photos []Photo) error {
	if err := tx.Require(authz.CatalogWrite); err != nil {
		return err
	}
	var problems fault.Problems
	photos = slices.Clone(photos)
	for i := range photos {
		photos[i].Alt = strings.Join(strings.Fields(photos[i].Alt), " ")
		if utf8.RuneCountInString(photos[i].Alt) > MaxAlt {
			problems.Add(fmt.Sprintf("photos.%d.alt", i), fmt.Sprintf("Use at most %d characters.", MaxAlt))
		}
	}
	if err := problems.Err(); err != nil {
		return err
	}
	p, was, err := openPhotos(ctx, tx, sku)
	if err != nil {
		return err
	}
	if !slices.Equal(sortedIDs(photos), sortedIDs(was)) {
		return fault.Conflict("Somebody added or removed a photo meanwhile. Look at them again, and save.")
	}
	if err := p.place(ctx, tx, photos); err != nil {
		return err
	}
	return p.recordPhotos(ctx, tx, was, photos)
}

// RemovePhoto takes a photo away, and its files.
func RemovePhoto(ctx context.Context, tx *store.Tx, sku string, photo id.ID) error {
	if err := tx.Require(authz.CatalogWrite); err != nil {
		return err
	}
	p, was, err := openPhotos(ctx, tx, sku)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(was, func(f Photo) bool { return f.ID == photo })
	if at < 0 {
		return fault.NotFound("photo")
	}
	if err := was[at].remove(ctx, tx); err != nil {
		return err
	}
	left := slices.Delete(slices.Clone(was), at, at+1)
	if err := p.place(ctx, tx, left); err != nil {
		return err
	}
	return p.recordPhotos(ctx, tx, was, left)
}

// ReadPhoto gives a photo of a product in a size, a JPEG; a NotFound fault when there is none.
func ReadPhoto(ctx context.Context, st *store.Store, scope store.Scope, library *files.Library, sku string, photo id.ID, size PhotoSize) (f files.File, content []byte, err error) {
	if err := scope.Actor().Require(authz.CatalogRead); err != nil {
		return f, nil, err
	}
	var which id.ID
	err = st.View(ctx, scope, func(tx *store.Tx) error {
		r, err := db.For(tx).FilesOfPhoto(ctx, db.FilesOfPhotoIn{Sku: sku, ID: photo})
		if which = r.LargeID; size == Small {
			which = r.SmallID
		}
		return store.Translate(err)
	})
	if err != nil {
		return f, nil, err
	}
	return library.Read(ctx, scope, which)
}

// openPhotos reads a product and its photos, which nobody else changes until the transaction ends.
func openPhotos(ctx context.Context, tx *store.Tx, sku string) (p Product, photos []Photo, err error) {
	if err = tx.Lock(ctx, "photos"); err != nil {
		return p, nil, err
	}
	if p, err = Get(ctx, tx, sku); err != nil {
		return p, nil, err
	}
	photos, err = Photos(ctx, tx, p.ID)
	return p, photos, err
}

// place writes the order and the texts of a product's photos.
func (p Product) place(ctx context.Context, tx *store.Tx, photos []Photo) error {
	if err := db.For(tx).LiftPhotos(ctx, db.LiftPhotosIn{ProductID: p.ID}); err != nil {
		return err
	}
	for i, f := range photos {
		if err := db.For(tx).PlacePhoto(ctx, db.PlacePhotoIn{ID: f.ID, Position: int64(i), Alt: f.Alt}); err != nil {
			return err
		}
	}
	return nil
}

// remove takes a photo away with its files, and leaves its place empty.
func (f Photo) remove(ctx context.Context, tx *store.Tx) error {
	gone, err := db.For(tx).DeletePhoto(ctx, db.DeletePhotoIn{ID: f.ID})
	if err != nil {
		return err
	}
	if err := files.Remove(ctx, tx, gone.LargeID); err != nil {
		return err
	}
	return files.Remove(ctx, tx, gone.SmallID)
}

// recordPhotos keeps which photos there were and are, each by its number before the change and what it shows.
func (p Product) recordPhotos(ctx context.Context, tx *store.Tx, was, became []Photo) error {
	numbers := map[id.ID]int{}
	inWords := func(photos []Photo) string {
		words := make([]string, len(photos))
		for i, f := range photos {
			numbers[f.ID] = cmp.Or(numbers[f.ID], len(numbers)+1)
			words[i] = strings.TrimSpace(strconv.Itoa(numbers[f.ID]) + " " + f.Alt)
		}
		return strings.Join(words, ", ")
	}
	before := inWords(was)
	return audit.Record(ctx, tx, audit.Change{Action: audit.Changed, Kind: audit.Product, Record: p.SKU, Was: audit.Fields{"Photos": before}, Became: audit.Fields{"Photos": inWords(became)}})
}

func sortedIDs(photos []Photo) []string {
	ids := make([]string, len(photos))
	for i, f := range photos {
		ids[i] = f.ID.String()
	}
	slices.Sort(ids)
	return ids
}
