package e2e

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"craftplan/internal/apptest"
	"craftplan/internal/apptest/browser"
	"craftplan/internal/demo"
	"craftplan/internal/store"
)

// shots are files to choose from: two photos, one of them of many bytes, a text that calls itself one, and what is too large.
func shots(t *testing.T) (plain, rich, text, huge string) {
	t.Helper()
	folder := t.TempDir()
	write := func(name string, content []byte) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	picture := func(m *image.RGBA) []byte {
		var b bytes.Buffer
		if err := png.Encode(&b, m); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	flat, noisy := image.NewRGBA(image.Rect(0, 0, 900, 600)), image.NewRGBA(image.Rect(0, 0, 1000, 600))
	source := rand.New(rand.NewPCG(1, 2))
	for i := range noisy.Pix {
		noisy.Pix[i] = uint8(source.Uint32()) | 1
	}
	return write("front.png", picture(flat)), write("crumb.png", picture(noisy)), write("notes.jpg", []byte("flour, water, salt")), write("scan.png", make([]byte, 11<<20))
}

// Photos are chosen or dropped, several at once, sent with their progress, described, moved with the keyboard and removed.
func TestPhotos(t *testing.T) {
	a := apptest.New(t, store.SQLite)
	plain, rich, text, huge := shots(t)
	p := browser.Open(t, a.URL)
	p.Look(1440, false)
	p.SignIn(maya, demo.Password)
	p.Go("/sunrise/products/BREAD-001/photos")
	fine := func(when string) {
		t.Helper()
		if found := p.Violations(); len(found) > 0 {
			t.Errorf("%s: %s", when, strings.Join(found, "\n"))
		}
		if over := p.Wide(); over > 0 {
			t.Errorf("%s: %d pixels too wide", when, over)
		}
	}
	there := func(n int) {
		t.Helper()
		p.WaitFor(fmt.Sprintf(`[...document.querySelectorAll("#photos [data-form-row] img")].filter(i => i.naturalWidth === 192).length === %d`, n))
	}
	fine("no photos")
	p.Attach("#f-file", plain, text, huge, rich)
	p.WaitForText("#toasts", "2 photos were added.")
	there(2)
	for _, wrong := range []string{"notes.jpg This is no picture in PNG, JPEG, GIF or WebP.", "scan.png The file is larger than 10 MB."} {
		p.WaitForText("#sending", wrong[:strings.Index(wrong, " ")])
		p.WaitForText("#sending", wrong[strings.Index(wrong, " ")+1:])
	}
	fine("some refused")

	p.Fill("[name='photos.0.alt']", "The whole loaf")
	p.Do(`{ const f = new File([Uint8Array.from(atob("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="), c => c.charCodeAt(0))], "dropped.png");
		const d = new DataTransfer(); d.items.add(f); document.querySelector("[data-drop]").dispatchEvent(new DragEvent("drop", {dataTransfer: d, bubbles: true, cancelable: true})) }`)
	p.WaitFor(`document.querySelectorAll("#photos [data-form-row]").length === 3`)
	p.WaitFor(`document.querySelector("[name='photos.0.alt']").value === "The whole loaf" && !document.querySelector("#sending").children.length`)

	p.Slow(500 * time.Millisecond)
	p.Attach("#f-file", rich)
	p.WaitFor(`document.querySelector("#sending progress")?.getAttribute("aria-label") === "crumb.png"`)
	p.Slow(0)
	p.WaitFor(`document.querySelectorAll("#photos [data-form-row]").length === 4`)
	p.Offline(true)
	p.Attach("#f-file", plain)
	p.WaitForText("#sending", "The server does not answer")
	p.Offline(false)

	const order = `[...document.querySelectorAll("#photos [data-form-row] img")].map(i => i.src).join()`
	p.Do(`window.was = ` + order)
	p.Key("[data-form-row]:first-child [data-move-by='1']", "\r")
	p.WaitFor(order + ` !== window.was && document.activeElement.closest("[data-form-row]") === document.querySelectorAll("[data-form-row]")[1]`)
	p.Key("[data-form-row]:nth-child(2) [data-move-by='-1']", " ")
	p.WaitFor(order + ` === window.was`)
	p.Key("[data-form-row]:nth-child(2) [data-move-by='first']", "\r")
	p.WaitFor(order + ` !== window.was && document.querySelector("[data-form-row]:first-child .badge").checkVisibility() && !document.querySelector("[data-form-row]:nth-child(2) .badge").checkVisibility()`)
	p.Fill("[data-form-row]:first-child [name$='.alt']", "Cut open")
	p.Leave(func() { p.Key("[data-form-row]:first-child [name$='.alt']", "\r") })
	p.WaitForText("#toasts", "Saved.")
	if got := p.Value("[name='photos.0.alt']") + ", " + p.Value("[name='photos.1.alt']"); got != "Cut open, The whole loaf" {
		t.Errorf("saved as %q", got)
	}

	p.Go("/sunrise/products?q=BREAD-001")
	p.WaitFor(`document.querySelector("tbody img.photo-row").naturalWidth === 192`)
	fine("the list")
	p.Go("/sunrise/products/BREAD-001")
	p.WaitFor(`document.querySelector("img.photo-head").naturalWidth === 192`)
	fine("the product")

	p.Look(390, true)
	p.Go("/sunrise/products/BREAD-001/photos")
	fine("on a phone")
	p.Click("[data-form-row]:first-child [data-dialog]")
	p.WaitFor(`document.querySelector("dialog[open]").textContent.includes("Remove photo 1?")`)
	fine("asked")
	p.Leave(func() { p.Click("dialog[open] .btn-error") })
	p.WaitFor(`document.querySelectorAll("#photos [data-form-row]").length === 3 && document.querySelector("[name='photos.0.alt']").value === "The whole loaf"`)
	p.Look(390, false)
	p.Go("/sunrise/products")
	fine("the list on a phone")

	viewer := browser.Open(t, a.URL)
	viewer.Look(1440, true)
	viewer.SignIn(vera, demo.Password)
	viewer.Go("/sunrise/products/BREAD-001/photos")
	viewer.WaitFor(`document.querySelector("#photos img[alt='The whole loaf']").naturalWidth === 900 && !document.querySelector("#photos form, #f-file")`)
	if found := viewer.Violations(); len(found) > 0 {
		t.Errorf("to a viewer: %s", strings.Join(found, "\n"))
	}
}
