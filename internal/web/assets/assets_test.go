package assets

import (
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
)

// What a first visit loads stays small: 30 KB of style and 60 KB of scripts, compressed.
func TestBudget(t *testing.T) {
	sizes := map[string]int{}
	for name, f := range files() {
		sizes[name[strings.LastIndex(name, "."):]] += len(f.squeezed)
	}
	if css, js := sizes[".css"], sizes[".js"]; css > 30_000 || js > 60_000 || css == 0 || js == 0 {
		t.Errorf("%d bytes of style, %d of scripts", css, js)
	}
}

func TestServing(t *testing.T) {
	get := func(path, encoding string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Header.Set("Accept-Encoding", encoding)
		w := httptest.NewRecorder()
		Handler().ServeHTTP(w, r)
		return w
	}
	w := get(Path("app.css"), "gzip, br")
	if w.Code != http.StatusOK || w.Header().Get("Content-Encoding") != "gzip" || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
		t.Errorf("%d, %v", w.Code, w.Header())
	}
	if w := get(Path("app.js"), ""); w.Code != http.StatusOK || w.Header().Get("Content-Encoding") != "" || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/javascript") {
		t.Errorf("%d, %v", w.Code, w.Header())
	}
	for _, path := range []string{"/static/", "/static/app.css", "/static/../assets.go", "/static/app.000000000000.css"} {
		if w := get(path, ""); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

// Every icon the pages name is in the sprite.
func TestIcons(t *testing.T) {
	sprite := string(files()["icons.svg"].data)
	used := regexp.MustCompile(`@(?:ui\.)?Icon(?:Tone)?\("([a-z0-9-]+)"`)
	for _, dir := range []string{"..", "../ui"} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if !strings.HasSuffix(e.Name(), ".templ") {
				continue
			}
			data, err := os.ReadFile(dir + "/" + e.Name())
			if err != nil {
				t.Fatal(err)
			}
			for _, icon := range used.FindAllStringSubmatch(string(data), -1) {
				if !strings.Contains(sprite, `id="i-`+icon[1]+`"`) {
					t.Errorf("%s: no icon %s: add it to src/icons.txt", e.Name(), icon[1])
				}
			}
		}
	}
}
