package web_test

import (
	"bytes"
	"image"
	"image/png"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"craftplan/internal/apptest"
	"craftplan/internal/store"
)

const logoForm = "/sunrise/settings/organization/logo"

// pictureOf is a PNG of a size.
func pictureOf(t *testing.T, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, w, h))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func suspend(t *testing.T, a *apptest.App, slug string) {
	t.Helper()
	if _, err := a.DB.Raw().ExecContext(t.Context(), "UPDATE organizations SET status = 'suspended' WHERE slug = $1", slug); err != nil {
		t.Fatal(err)
	}
}

// logoAddress is where the sidebar has the logo, "" when it has letters.
func logoAddress(p *apptest.Page) string { return p.Find(".side .org .tile img").AttrOr("src", "") }

func TestLogo(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		owner, colleague, neighbour := a.As(t, maya), a.As(t, vera), a.As(t, jonas)
		if p := owner.Get("/sunrise/settings/organization"); logoAddress(p) != "" || p.Text(".side .tile") != "SB" || p.Find("#remove-logo").Length() != 0 {
			t.Errorf("before: %q", p.Text(".side .tile"))
		}
		if p := owner.Upload(logoForm, "whatever.txt", pictureOf(t, 800, 400)); p.Location != "/sunrise/settings/organization" {
			t.Fatalf("upload: %d, %s", p.Status, p.Text(".field-error"))
		}
		p := owner.Get("/sunrise/")
		address := logoAddress(p)
		if !strings.HasPrefix(address, "/sunrise/logo?v=") || p.Find(`.topbar img[src="`+address+`"]`).Length() != 1 || p.Find(`#orgs a[href="/sunrise/"] img[src="`+address+`"]`).Length() != 1 || p.Find(`.print-only img[src="`+address+`"]`).Length() != 1 {
			t.Errorf("shown at %q", address)
		}
		if p := owner.Get("/bluebird/"); p.Find(`#orgs img[src="`+address+`"]`).Length() != 1 || p.Text(".side .tile") != "BS" {
			t.Error("not in the switcher of another organization")
		}
		got := colleague.Get(address)
		c, err := png.DecodeConfig(strings.NewReader(got.Body))
		if got.Status != http.StatusOK || err != nil || c.Width != 512 || c.Height != 256 {
			t.Errorf("a viewer gets %d, %v, %v", got.Status, c, err)
		}
		for name, want := range map[string]string{"Content-Type": "image/png", "X-Content-Type-Options": "nosniff", "Cache-Control": "private, max-age=31536000, immutable"} {
			if got.Header.Get(name) != want {
				t.Errorf("%s: %q", name, got.Header.Get(name))
			}
		}
		tag := got.Header.Get("ETag")
		if p := colleague.GetWith("/sunrise/logo", http.Header{"If-None-Match": {tag}}); p.Status != http.StatusNotModified || p.Header.Get("Cache-Control") != "private, no-cache" {
			t.Errorf("asked again: %d, %s", p.Status, p.Header.Get("Cache-Control"))
		}
		foreign, unknown := neighbour.Get(address), neighbour.Get("/nobody-here/logo")
		if foreign.Status != http.StatusNotFound || foreign.Body != unknown.Body {
			t.Errorf("another organization gets %d", foreign.Status)
		}
		if p := a.Anonymous(t).Get(address); p.Status != http.StatusSeeOther {
			t.Errorf("anonymous gets %d", p.Status)
		}

		if p := owner.Upload(logoForm, "logo.png", pictureOf(t, 64, 64)); p.Status != http.StatusSeeOther {
			t.Fatalf("replace: %d", p.Status)
		}
		if p := owner.Get("/sunrise/settings/organization"); p.Text(".flash p") != "The logo was changed." || p.Find("#remove-logo form[action='"+logoForm+"/removal']").Length() != 1 {
			t.Errorf("the page: %q", p.Text(".flash p"))
		}
		next := logoAddress(owner.Get("/sunrise/"))
		if next == address || next == "" {
			t.Errorf("replaced, and at %q", next)
		}
		if p := owner.Get(address); p.Header.Get("ETag") == tag || p.Header.Get("Cache-Control") != "private, no-cache" {
			t.Errorf("the former address: %v", p.Header)
		}
		if p := owner.Post(logoForm+"/removal", nil); p.Location != "/sunrise/settings/organization" {
			t.Errorf("removal: %d", p.Status)
		}
		if p := owner.Get("/sunrise/"); logoAddress(p) != "" || owner.Get("/sunrise/logo").Status != http.StatusNotFound {
			t.Error("removed, and still there")
		}
	})
}

// What is no logo is refused beside the field, and nothing is kept of it.
func TestLogoRefused(t *testing.T) {
	a := apptest.New(t, store.SQLite)
	c := a.As(t, maya)
	huge := append(pictureOf(t, 8, 8), make([]byte, 5<<20)...)
	for name, u := range map[string]struct {
		content []byte
		says    string
	}{
		"nothing":        {nil, "Choose a file first."},
		"too large":      {huge, "The file is larger than 5 MB."},
		"far too large":  {bytes.Repeat(huge, 4), "The file is larger than 5 MB."},
		"a text":         {[]byte("flour, water, salt"), "This is no picture in PNG, JPEG, GIF or WebP."},
		"SVG":            {[]byte("<svg xmlns='http://www.w3.org/2000/svg'/>"), "SVG is not taken, because it can contain programs. Save the picture as PNG."},
		"a bomb":         {[]byte("GIF89a\xff\xff\xff\xff\x00\x00\x00"), "The picture has 65535 × 65535 pixels. Use one of at most 25 million in all."},
		"half a picture": {pictureOf(t, 8, 8)[:40], "The picture is damaged and cannot be read."},
	} {
		p := c.Upload(logoForm, "logo.png", u.content)
		if p.Status != http.StatusUnprocessableEntity || p.Text("#f-file-e") != u.says || p.Find("[name=file]").AttrOr("aria-invalid", "") != "true" || p.Find("[name=organization]").AttrOr("value", "") != "Sunrise Bakery" {
			t.Errorf("%s: %d, %q", name, p.Status, p.Text("#f-file-e"))
		}
	}
	if p := c.Post(logoForm, nil); p.Text("#f-file-e") != "Choose a file first." {
		t.Errorf("no file at all: %d, %q", p.Status, p.Text("#f-file-e"))
	}
	if left, err := os.ReadDir(a.Files); err != nil || len(left) != 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

// The network is cut while a file is sent.
func TestLogoBrokenOff(t *testing.T) {
	a := apptest.New(t, store.SQLite)
	c := a.As(t, maya)
	body, half := io.Pipe()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, a.URL+logoForm, body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "multipart/form-data; boundary=edge")
	r.AddCookie(&http.Cookie{Name: "session", Value: c.Cookie("session")})
	go func() {
		_, _ = io.WriteString(half, "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"logo.png\"\r\n\r\n")
		_, _ = half.Write(pictureOf(t, 64, 64)[:50])
		_ = half.CloseWithError(io.ErrUnexpectedEOF)
	}()
	if response, err := http.DefaultClient.Do(r); err == nil {
		response.Body.Close()
		t.Errorf("answered with %d", response.StatusCode)
	}
	if left, err := os.ReadDir(a.Files); err != nil || len(left) != 0 || logoAddress(c.Get("/sunrise/")) != "" {
		t.Errorf("left: %v, %v", left, err)
	}
}

// Two owners, or one with two windows, send a logo at once.
func TestLogosAtOnce(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		c := a.As(t, maya)
		statuses := make(chan int)
		for i := range 4 {
			client, picture := a.As(t, maya), pictureOf(t, 64, 10+i)
			go func() { statuses <- client.Upload(logoForm, "logo.png", picture).Status }()
		}
		for range 4 {
			if status := <-statuses; status != http.StatusSeeOther {
				t.Errorf("%d", status)
			}
		}
		address := logoAddress(c.Get("/sunrise/"))
		if p := c.Get(address); p.Status != http.StatusOK || !strings.Contains(p.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d, %s", address, p.Status, p.Header.Get("Cache-Control"))
		}
	})
}

// A suspended organization keeps its logo, and nobody changes it.
func TestLogoOfASuspended(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		c := a.As(t, maya)
		c.Upload(logoForm, "logo.png", pictureOf(t, 64, 64))
		suspend(t, a, "sunrise")
		address := logoAddress(c.Get("/sunrise/"))
		if p := c.Get(address); p.Status != http.StatusOK {
			t.Errorf("read: %d", p.Status)
		}
		if p := c.Upload(logoForm, "logo.png", pictureOf(t, 64, 32)); p.Status != http.StatusForbidden || !strings.Contains(p.Text("main"), "suspended") {
			t.Errorf("change: %d, %q", p.Status, p.Text("main"))
		}
		if p := c.Post(logoForm+"/removal", nil); p.Status != http.StatusForbidden {
			t.Errorf("removal: %d", p.Status)
		}
		if logoAddress(c.Get("/sunrise/")) != address {
			t.Error("it changed")
		}
	})
}

// The plan's storage is told beside the field.
func TestLogoWithoutRoom(t *testing.T) {
	a := apptest.New(t, store.SQLite)
	c := a.As(t, maya)
	c.Upload(logoForm, "logo.png", pictureOf(t, 64, 64))
	if _, err := a.DB.Raw().ExecContext(t.Context(), "UPDATE organizations SET billing_plan = 'starter' WHERE slug = 'sunrise'"); err != nil {
		t.Fatal(err)
	}
	if _, err := a.DB.Raw().ExecContext(t.Context(), "UPDATE files SET purpose = 'photo', size = $1", 1<<30); err != nil {
		t.Fatal(err)
	}
	if p := c.Upload(logoForm, "logo.png", pictureOf(t, 64, 32)); p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Text("#f-file-e"), "no room") {
		t.Errorf("%d, %q", p.Status, p.Text("#f-file-e"))
	}
}
