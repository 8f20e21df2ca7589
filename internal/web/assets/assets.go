// Package assets has the built style sheet, scripts and icons, and serves them. The sources are in src; npm run build makes
// dist from them, and dist is committed so that the program builds with Go alone.
package assets

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
)

//go:embed dist
var dist embed.FS

// Prefix is the path below which files are served.
const Prefix = "/static/"

type file struct {
	path     string // /static/app.1a2b3c4d.css
	mime     string
	data     []byte
	squeezed []byte
}

var files = sync.OnceValue(func() map[string]*file {
	all := map[string]*file{}
	names, err := fs.Glob(dist, "dist/*")
	if err != nil {
		panic(err)
	}
	for _, name := range names {
		data, err := dist.ReadFile(name)
		if err != nil {
			panic(err)
		}
		sum := sha256.Sum256(data)
		base, ext := strings.TrimSuffix(path.Base(name), path.Ext(name)), path.Ext(name)
		all[path.Base(name)] = &file{Prefix + base + "." + hex.EncodeToString(sum[:6]) + ext, contentType(ext), data, squeeze(data)}
	}
	return all
})

func contentType(ext string) string {
	if ext == ".js" { // the platform's table may say otherwise
		return "text/javascript; charset=utf-8"
	}
	return mime.TypeByExtension(ext)
}

func squeeze(data []byte) []byte {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		panic(err)
	}
	if _, err := w.Write(data); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// Path is where a file of dist is served; it changes with the content. Unknown names panic: they are in the source.
func Path(name string) string {
	f, ok := files()[name]
	if !ok {
		panic("no such asset: " + name)
	}
	return f.path
}

// Handler serves the files, to be kept for good.
func Handler() http.Handler {
	served := map[string]*file{}
	for _, f := range files() {
		served[f.path] = f
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f, ok := served[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		data := f.data
		w.Header().Set("Content-Type", f.mime)
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		w.Header().Set("Vary", "Accept-Encoding")
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			w.Header().Set("Content-Encoding", "gzip")
			data = f.squeezed
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(data)))
		if r.Method != http.MethodHead {
			_, _ = w.Write(data) // the client may have gone
		}
	})
}
