package certificate

import (
	"bytes"
	"crypto/x509"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"craftplan/internal/apptest/authority"
)

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// serve answers at a listener until the test ends.
func serve(t *testing.T, k *Keeper, listener, plain net.Listener) {
	t.Helper()
	quiet := log.New(io.Discard, "", 0)
	page := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Proto) })
	server := &http.Server{TLSConfig: k.TLS(), Handler: page, ErrorLog: quiet, ReadHeaderTimeout: time.Minute}
	go func() { _ = server.ServeTLS(listener, "", "") }()
	t.Cleanup(func() { server.Close() })
	if plain != nil {
		other := &http.Server{Handler: k.Plain(), ReadHeaderTimeout: time.Minute}
		go func() { _ = other.Serve(plain) }()
		t.Cleanup(func() { other.Close() })
	}
}

// A browser that trusts the authority gets an answer, once the authority has asked back by TLS alone, or on the port without it. Who
// starts again has the certificate, and does not ask for another.
func TestKeep(t *testing.T) {
	for _, way := range []string{"by TLS alone", "and without"} {
		t.Run(way, func(t *testing.T) {
			listener, folder := listen(t), t.TempDir()
			plain := listen(t)
			a := authority.New(t, port(plain), port(listener))
			trust := x509.NewCertPool()
			trust.AddCert(a.Certificate())
			o := Options{Host: strings.Replace(listener.Addr().String(), "127.0.0.1", "localhost", 1), Email: "host@erp.example", Directory: a.Directory(), Roots: trust, Folder: folder,
				Log: slog.New(slog.DiscardHandler), Listener: listener}
			if way == "and without" {
				o.Plain = plain
			}
			k, err := Keep(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			defer k.Close()
			serve(t, k, listener, o.Plain)
			if got := ask(t, a.Browser(), "https://"+o.Host); got != "HTTP/2.0" {
				t.Errorf("answered by %q", got)
			}
			if o.Plain != nil {
				sentOver(t, plain.Addr().String(), o.Host)
			}

			asked := a.Orders()
			o.Listener, o.Plain = listen(t), nil
			again, err := Keep(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			defer again.Close()
			serve(t, again, o.Listener, nil)
			ask(t, a.Browser(), "https://localhost:"+strings.TrimPrefix(o.Listener.Addr().String(), "127.0.0.1:"))
			if n := a.Orders(); n != asked || n == 0 {
				t.Errorf("%d certificates were asked for, and then %d", asked, n-asked)
			}
		})
	}
}

// ask asks until the certificate is there.
func ask(t *testing.T, browser *http.Client, url string) string {
	t.Helper()
	var last error
	for range 600 {
		response, err := browser.Get(url)
		if last = err; err != nil {
			time.Sleep(50 * time.Millisecond)
			continue
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(body)
	}
	t.Fatal(last)
	return ""
}

// sentOver looks where people without TLS are sent.
func sentOver(t *testing.T, plain, host string) {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Get("http://" + plain + "/sunrise/orders?q=rye")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if to := response.Header.Get("Location"); response.StatusCode != http.StatusPermanentRedirect || to != "https://"+host+"/sunrise/orders?q=rye" {
		t.Errorf("sent to %q (%d)", to, response.StatusCode)
	}
}

// An authority that gives nothing is in the log; the installation runs on, and answers nobody without a certificate.
func TestRefused(t *testing.T) {
	listener := listen(t)
	refuses := httptest.NewServer(http.NotFoundHandler())
	defer refuses.Close()
	told := &journal{}
	k, err := Keep(t.Context(), Options{Host: "localhost", Email: "host@erp.example", Directory: refuses.URL, Folder: t.TempDir(), Log: slog.New(slog.NewTextHandler(told, nil)), Listener: listener})
	if err != nil {
		t.Fatal(err)
	}
	defer k.Close()
	for range 600 {
		if text := told.String(); strings.Contains(text, "did not give the certificate") && strings.Contains(text, "host=localhost") && strings.Contains(text, "404") {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Errorf("the log says %s", told.String())
}

// journal is a log that others write to.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}
