package web_test

import (
	"image/jpeg"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"

	"craftplan/internal/apptest"
	"craftplan/internal/store"
)

const photos = "/sunrise/products/BREAD-001/photos"

// photoIDs are the photos on the page of a product, in their order.
func photoIDs(p *apptest.Page) (ids []string) {
	for _, field := range p.Find(`#photos [name$=".id"]`).EachIter() {
		ids = append(ids, field.AttrOr("value", ""))
	}
	return ids
}

// shoot adds a photo of a width.
func shoot(t *testing.T, c *apptest.Client, width int) {
	t.Helper()
	if p := c.Upload(photos, "whatever.txt", pictureOf(t, width, width/2)); p.Location != photos {
		t.Fatalf("upload: %d, %q", p.Status, p.Text("#f-file-e"))
	}
}

// arranged is the form of the page, with texts and a button that is pressed.
func arranged(ids []string, alt func(i int) string, button, photo string) url.Values {
	form := url.Values{}
	for i, id := range ids {
		at := "photos." + strconv.Itoa(i) + "."
		form.Set(at+"id", id)
		form.Set(at+"at", strconv.Itoa(i))
		form.Set(at+"alt", alt(i))
	}
	if button != "" {
		form.Set(button, photo)
	}
	return form
}

// A product gets photos, which are described, put in order and removed, without any script; the first stands for it.
func TestPhotos(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		c, viewer, neighbour := a.As(t, maya), a.As(t, vera), a.As(t, jonas)
		if p := c.Get(photos); p.Text("#photos h2") != "There are no photos yet" || c.Get("/sunrise/products").Find("img.photo").Length() != 0 {
			t.Errorf("before: %q", p.Text("#photos h2"))
		}
		for _, width := range []int{2000, 600, 100} {
			shoot(t, c, width)
		}
		page := c.Get(photos)
		ids := photoIDs(page)
		if len(ids) != 3 || page.Text(".flash p") != "The photo was added." {
			t.Fatalf("%v, %q", ids, page.Text(".flash p"))
		}
		words := func(i int) string { return []string{"A loaf", "Its crumb", "The oven"}[i] }
		for _, move := range []struct{ button, photo, order string }{{"", "", "0 1 2"}, {"later", ids[0], "1 0 2"}, {"earlier", ids[0], "0 1 2"}, {"earlier", ids[0], "0 1 2"}, {"first", ids[2], "2 0 1"}, {"later", ids[1], "2 0 1"}} {
			now := photoIDs(c.Get(photos))
			p := c.Post(photos+"/arrangement", arranged(now, func(i int) string { return words(number(ids, now[i])) }, move.button, move.photo))
			if want := photos + "#photo-" + move.photo; p.Location != want && (move.photo != "" || p.Location != photos) {
				t.Errorf("%s leads to %s", move.button, p.Location)
			}
			var order []string
			for _, id := range photoIDs(c.Get(photos)) {
				order = append(order, strconv.Itoa(number(ids, id)))
			}
			if got := strings.Join(order, " "); got != move.order {
				t.Errorf("%s: %s, want %s", move.button, got, move.order)
			}
		}
		product, list := c.Get("/sunrise/products/BREAD-001"), c.Get("/sunrise/products?q=BREAD-001")
		small := photos + "/" + ids[2] + "/small"
		if img := product.Find("img.photo-head"); img.AttrOr("src", "") != small || img.AttrOr("alt", "") != "The oven" {
			t.Errorf("the page shows %q, %q", img.AttrOr("src", ""), img.AttrOr("alt", ""))
		}
		if img := list.Find("tbody img.photo-row"); img.Length() != 1 || img.AttrOr("src", "") != small || img.AttrOr("alt", "-") != "" {
			t.Errorf("the list shows %q", img.AttrOr("src", ""))
		}
		if p := viewer.Get(photos); p.Find("form[method=post] [name]").Length() != 0 || p.Find("#photos img[alt='Its crumb']").AttrOr("src", "") != photos+"/"+ids[1] {
			t.Errorf("a viewer may change them: %s", p.Text("main"))
		}

		for path, width := range map[string]int{photos + "/" + ids[0]: 1280, small: 100, photos + "/" + ids[1] + "/small": 192} {
			got := viewer.Get(path)
			m, err := jpeg.DecodeConfig(strings.NewReader(got.Body))
			if got.Status != http.StatusOK || err != nil || m.Width != width || got.Header.Get("Content-Type") != "image/jpeg" || got.Header.Get("X-Content-Type-Options") != "nosniff" || got.Header.Get("Cache-Control") != "private, max-age=31536000, immutable" {
				t.Errorf("%s: %d, %+v, %v, %v", path, got.Status, m, err, got.Header)
			}
			if p := viewer.GetWith(path, http.Header{"If-None-Match": {got.Header.Get("ETag")}}); p.Status != http.StatusNotModified {
				t.Errorf("asked again: %d", p.Status)
			}
			foreign, unknown := neighbour.Get(path), neighbour.Get("/nobody-here/products/BREAD-001/photos/"+ids[0])
			if foreign.Status != http.StatusNotFound || foreign.Body != unknown.Body {
				t.Errorf("another organization gets %d", foreign.Status)
			}
			if p := neighbour.Get(strings.Replace(path, "/sunrise/", "/bluebird/", 1)); p.Status != http.StatusNotFound {
				t.Errorf("under another organization's address: %d", p.Status)
			}
			if p := c.Get(strings.Replace(path, "BREAD-001", "COOK-001", 1)); p.Status != http.StatusNotFound {
				t.Errorf("under another product's address: %d", p.Status)
			}
			if p := a.Anonymous(t).Get(path); p.Status != http.StatusSeeOther {
				t.Errorf("anonymous gets %d", p.Status)
			}
		}

		if page := c.Get(photos); page.Find("#remove-"+ids[2]+" form[action='"+photos+"/"+ids[2]+"/removal']").Length() != 1 {
			t.Error("nobody is asked before a photo is removed")
		}
		if p := c.Post(photos+"/"+ids[2]+"/removal", nil); p.Location != photos {
			t.Errorf("removal: %d", p.Status)
		}
		if got := photoIDs(c.Get(photos)); len(got) != 2 || got[0] != ids[0] || c.Get(small).Status != http.StatusNotFound {
			t.Errorf("after the removal: %v", got)
		}
		if p := c.Post(photos+"/"+ids[2]+"/removal", nil); p.Status != http.StatusNotFound {
			t.Errorf("removed twice: %d", p.Status)
		}
	})
}

func number(ids []string, id string) int {
	for i := range ids {
		if ids[i] == id {
			return i
		}
	}
	return -1
}

// What is wrong is said beside its field, what was typed stays, and no file is left.
func TestPhotosRefused(t *testing.T) {
	a := apptest.New(t, store.SQLite)
	c := a.As(t, maya)
	for name, u := range map[string]struct {
		content []byte
		says    string
	}{
		"nothing":        {nil, "Choose a file first."},
		"too large":      {append(pictureOf(t, 8, 8), make([]byte, 10<<20)...), "The file is larger than 10 MB."},
		"a text":         {[]byte("flour, water, salt"), "This is no picture in PNG, JPEG, GIF or WebP."},
		"a bomb":         {[]byte("GIF89a\xff\xff\xff\xff\x00\x00\x00"), "The picture has 65535 × 65535 pixels. Use one of at most 25 million in all."},
		"half a picture": {pictureOf(t, 8, 8)[:40], "The picture is damaged and cannot be read."},
	} {
		p := c.Upload(photos, "photo.png", u.content)
		if p.Status != http.StatusUnprocessableEntity || p.Text("#f-file-e") != u.says || p.Find("[name=file]").AttrOr("aria-invalid", "") != "true" {
			t.Errorf("%s: %d, %q", name, p.Status, p.Text("#f-file-e"))
		}
	}
	if p := c.Upload("/sunrise/products/NOBODYS/photos", "photo.png", pictureOf(t, 8, 8)); p.Status != http.StatusNotFound {
		t.Errorf("of no product: %d", p.Status)
	}
	if left, err := fs.Glob(os.DirFS(a.Files), "*/*"); err != nil || len(left) != 0 {
		t.Errorf("left: %v, %v", left, err)
	}
	shoot(t, c, 8)
	shoot(t, c, 8)
	ids := photoIDs(c.Get(photos))
	long := func(i int) string { return []string{"Short", strings.Repeat("long ", 60)}[i] }
	p := c.Post(photos+"/arrangement", arranged([]string{ids[1], ids[0]}, long, "", ""))
	if p.Status != http.StatusUnprocessableEntity || p.Text("#f-photos-1-alt-e") != "Use at most 250 characters." || p.Find("#f-photos-0-alt").AttrOr("value", "") != "Short" || photoIDs(p)[0] != ids[1] {
		t.Errorf("%d, %q, %v", p.Status, p.Text("#f-photos-1-alt-e"), photoIDs(p))
	}
	shoot(t, c, 8)
	p = c.Post(photos+"/arrangement", arranged([]string{ids[1], ids[0]}, func(i int) string { return []string{"Second", "First"}[i] }, "", ""))
	if p.Status != http.StatusConflict || !strings.Contains(p.Text("[data-errors]"), "meanwhile") || p.Find("#f-photos-0-alt").AttrOr("value", "") != "Second" || len(photoIDs(p)) != 3 {
		t.Errorf("somebody was quicker: %d, %q, %v", p.Status, p.Text("[data-errors]"), photoIDs(p))
	}
	for range 7 {
		shoot(t, c, 8)
	}
	if p := c.Get(photos); !strings.Contains(p.Text("#photos .note"), "10 photos are kept") {
		t.Errorf("ten photos: %q", p.Text("#photos .note"))
	}
	if p := c.Upload(photos, "photo.png", pictureOf(t, 8, 8)); p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Text("#f-file-e"), "has 10 photos") {
		t.Errorf("an eleventh: %d, %q", p.Status, p.Text("#f-file-e"))
	}
	if _, err := a.DB.Raw().ExecContext(t.Context(), "UPDATE organizations SET billing_plan = 'starter' WHERE slug = 'sunrise'"); err != nil {
		t.Fatal(err)
	}
	c.Post(photos+"/"+ids[0]+"/removal", nil)
	if _, err := a.DB.Raw().ExecContext(t.Context(), "UPDATE files SET size = $1", 1<<29); err != nil {
		t.Fatal(err)
	}
	if p := c.Upload(photos, "photo.png", pictureOf(t, 8, 8)); p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Text("#f-file-e"), "no room") {
		t.Errorf("without room: %d, %q", p.Status, p.Text("#f-file-e"))
	}
}
