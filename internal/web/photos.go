package web

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"craftplan/internal/authz"
	"craftplan/internal/catalog"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/store"
	"craftplan/internal/web/ui"
)

const (
	maxPhoto  = 10 << 20 // bytes of an uploaded photo
	photoRows = "photos"
)

type photosPage struct {
	catalog.Product
	format
	Photos   []catalog.Photo
	MayWrite bool
	At       func(...string) string
	Form     ui.Form // of the order and the texts
	Upload   ui.Form
}

func (q *Request) photosPage() (p photosPage, err error) {
	p = photosPage{format: q.format(), MayWrite: q.Actor().May(authz.CatalogWrite), At: q.Path}
	err = q.View(func(tx *store.Tx) (err error) {
		if p.Product, err = catalog.Get(q.Context(), tx, q.PathValue("sku")); err != nil {
			return err
		}
		p.Photos, err = catalog.Photos(q.Context(), tx, p.ID)
		return err
	})
	return p, err
}

func (q *Request) renderPhotos(status int, p photosPage) error {
	return q.Render(status, "Photos of "+p.Name, "products", photosShow(p))
}

func listPhotos(q *Request) error {
	p, err := q.photosPage()
	if err != nil {
		return err
	}
	return q.renderPhotos(http.StatusOK, p)
}

func addPhoto(q *Request) error {
	data, _, err := q.upload()
	if err == nil {
		err = q.site.oneOfFew(q.Context(), func() error {
			return catalog.AddPhoto(q.Context(), q.site.Files, q.scope, q.PathValue("sku"), data)
		})
	}
	if status, ok := again(err); ok {
		p, e := q.photosPage()
		if e != nil {
			return e
		}
		p.Upload.Problems = fault.FieldsOf(err)
		return q.renderPhotos(status, p)
	}
	if err != nil {
		return err
	}
	return q.Done("The photo was added.", q.Path("products", q.PathValue("sku"), "photos"))
}

// arrangePhotos saves the order and the texts, whichever button was pressed.
func arrangePhotos(q *Request) error {
	photos, pressed := arrangement(q.PostForm)
	err := q.Update(func(tx *store.Tx) error {
		return catalog.ArrangePhotos(q.Context(), tx, q.PathValue("sku"), photos)
	})
	if status, ok := again(err); ok {
		p, e := q.photosPage()
		if e != nil {
			return e
		}
		p.Form = refused(q, err)
		p.keepTyped(photos)
		return q.renderPhotos(status, p)
	}
	if err != nil {
		return err
	}
	target := q.Path("products", q.PathValue("sku"), "photos")
	if pressed != "" {
		target += "#" + photoAnchor(pressed)
	}
	return q.Done("Saved.", target)
}

// keepTyped shows the photos in the order of the form and with its texts; what came meanwhile stands behind them.
func (p *photosPage) keepTyped(typed []catalog.Photo) {
	at := func(f catalog.Photo) int {
		return slices.IndexFunc(typed, func(t catalog.Photo) bool { return t.ID == f.ID })
	}
	slices.SortStableFunc(p.Photos, func(a, b catalog.Photo) int { return cmp.Compare(uint(at(a)), uint(at(b))) }) // -1 is the last
	for i, f := range p.Photos {
		if n := at(f); n >= 0 {
			p.Photos[i].Alt = typed[n].Alt
		}
	}
}

// moves are the buttons of a photo, and how far each moves it. Where the script runs it moves them in the page.
var moves = []struct {
	button string
	by     int
}{{"first", -catalog.MaxPhotos}, {"earlier", -1}, {"later", 1}}

// arrangement reads the photos of a form in their order, and which of them its button moved.
func arrangement(v url.Values) (photos []catalog.Photo, pressed string) {
	for _, n := range rows(v, photoRows, "id") {
		r := row(rowOf(n))
		which, err := id.Parse(v.Get(r.name(photoRows, "id")))
		if err != nil {
			continue // then they are not those of the product
		}
		photos = append(photos, catalog.Photo{ID: which, Alt: v.Get(r.name(photoRows, "alt"))})
	}
	for _, m := range moves {
		at := slices.IndexFunc(photos, func(f catalog.Photo) bool { return f.ID.String() == v.Get(m.button) })
		if at < 0 {
			continue
		}
		f := photos[at]
		photos = slices.Delete(photos, at, at+1)
		return slices.Insert(photos, min(max(at+m.by, 0), len(photos)), f), f.ID.String()
	}
	return photos, ""
}

func removePhoto(q *Request) error {
	which, err := id.Parse(q.PathValue("photo"))
	if err != nil {
		return fault.NotFound("photo")
	}
	err = q.Update(func(tx *store.Tx) error {
		return catalog.RemovePhoto(q.Context(), tx, q.PathValue("sku"), which)
	})
	if err != nil {
		return err
	}
	return q.Done("The photo was removed.", q.Path("products", q.PathValue("sku"), "photos"))
}

func showPhoto(q *Request) error { return q.servePhoto(catalog.Large) }

func showSmallPhoto(q *Request) error { return q.servePhoto(catalog.Small) }

// servePhoto serves a photo to members. What it shows never changes, so that browsers may keep it.
func (q *Request) servePhoto(size catalog.PhotoSize) error {
	which, err := id.Parse(q.PathValue("photo"))
	if err != nil {
		return fault.NotFound("photo")
	}
	f, jpeg, err := catalog.ReadPhoto(q.Context(), q.site.Store, q.scope, q.site.Files, q.PathValue("sku"), which, size)
	if fault.Is(err, fault.KindNotFound) {
		return fault.NotFound("photo")
	}
	if err != nil {
		return err
	}
	q.servePicture(f, "image/jpeg", jpeg, true)
	return nil
}

// photoField has the browser offer pictures, and the script send them one by one.
func photoField() templ.Attributes {
	return templ.Attributes{"accept": "image/jpeg,image/png,image/webp", "data-send": strconv.Itoa(maxPhoto), "data-large": fault.MessageOf(tooLarge(maxPhoto))}
}

// photoWords are what a photo shows, in words.
func photoWords(p catalog.Product, f catalog.Photo) string { return cmp.Or(f.Alt, p.Name) }

func photoAnchor(photo string) string { return "photo-" + photo }

func (p photosPage) full() bool { return len(p.Photos) >= catalog.MaxPhotos }

// altField is the field for what the photo of a row shows.
func altField(i int) ui.Input {
	return ui.Input{Name: row(rowOf(i)).name(photoRows, "alt"), Label: "What it shows", Optional: true, Attrs: templ.Attributes{"maxlength": strconv.Itoa(catalog.MaxAlt)}}
}

// altForm is the form of a row, with what was typed or is known.
func (p photosPage) altForm(i int) ui.Form {
	return ui.Form{Values: url.Values{altField(i).Name: {p.Photos[i].Alt}}, Problems: p.Form.Problems}
}

func photoNumber(i int) string { return fmt.Sprintf("photo %d", i+1) }
