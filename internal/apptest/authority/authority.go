// Package authority is a certificate authority for tests: Let's Encrypt's own small server, which asks back as the real one does.
package authority

import (
	"crypto/x509"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/letsencrypt/pebble/v2/ca"
	"github.com/letsencrypt/pebble/v2/db"
	"github.com/letsencrypt/pebble/v2/va"
	"github.com/letsencrypt/pebble/v2/wfe"
)

// Authority gives certificates to who answers at a port of this machine.
type Authority struct {
	*httptest.Server
	Roots  *x509.CertPool // of the certificates that it gives
	orders atomic.Int64
}

// New is an authority that asks back on two ports, for lack of 80 and 443.
func New(t *testing.T, plain, secure int) *Authority {
	t.Helper()
	t.Setenv("PEBBLE_VA_NOSLEEP", "1")
	quiet, memory := log.New(io.Discard, "", 0), db.NewMemoryStore()
	gives := ca.New(quiet, memory, "", "ecdsa", 0, 1, map[string]ca.Profile{"default": {Description: "the only one"}})
	asks := va.New(quiet, plain, secure, true, "", memory)
	front := wfe.New(quiet, memory, asks, gives, []string{"authority.test"}, true, false, 1, 1)
	handler := front.Handler()
	a := &Authority{Roots: x509.NewCertPool()}
	a.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/order-plz") {
			a.orders.Add(1)
		}
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(a.Close)
	root := httptest.NewRecorder()
	front.ManagementHandler().ServeHTTP(root, httptest.NewRequestWithContext(t.Context(), http.MethodGet, wfe.RootCertPath+"0", nil))
	if !a.Roots.AppendCertsFromPEM(root.Body.Bytes()) {
		t.Fatalf("no root: %d %s", root.Code, root.Body)
	}
	return a
}

// Directory is where it is asked.
func (a *Authority) Directory() string { return a.URL + wfe.DirectoryPath }

// Orders is how many certificates it was asked for.
func (a *Authority) Orders() int { return int(a.orders.Load()) }

// Browser is a client that trusts what the authority gives.
func (a *Authority) Browser() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig.RootCAs = a.Roots
	return &http.Client{Transport: transport}
}
