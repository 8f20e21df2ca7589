package outbound

import (
	"crypto/x509"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// The attack: an organization names a server that is only meant for those inside, by address or by a name that leads there.
func TestPrivateAddressesAreNotDialled(t *testing.T) {
	d := Reach{}.Dialer()
	for _, address := range []string{"nothing.invalid:443", "127.0.0.1:443", "localhost:443", "10.1.2.3:25", "172.16.0.1:443", "192.168.1.1:443", "169.254.169.254:80", "100.64.0.1:443", "0.0.0.0:443",
		"[::1]:443", "[::]:443", "[fe80::1]:443", "[fd00::1]:443", "[::ffff:127.0.0.1]:443", "[64:ff9b::7f00:1]:443", "[2002:7f00:1::]:443", "224.0.0.1:443", "255.255.255.255:443"} {
		conn, err := d.DialContext(t.Context(), "tcp", address)
		if err == nil {
			conn.Close()
			t.Errorf("%s was dialled", address)
		} else if !Hidden(err) {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestPublicAddressesAreAllowed(t *testing.T) {
	allow := Reach{}.Dialer().Control
	for network, address := range map[string]string{"tcp4": "9.9.9.9:8443", "tcp6": "[2620:fe::fe]:587"} {
		if err := allow(network, address, nil); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func serve(t *testing.T, answer http.HandlerFunc) (url string, c *http.Client) {
	t.Helper()
	server := httptest.NewTLSServer(answer)
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	return server.URL, Reach{Private: true, Roots: roots}.Client()
}

func get(t *testing.T, c *http.Client, url string) error {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := c.Do(r)
	if err == nil {
		answer.Body.Close()
	}
	return err
}

func TestClient(t *testing.T) {
	url, c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/elsewhere":
			http.Redirect(w, r, "https://10.0.0.1/secret", http.StatusFound)
		case "/large":
			_, _ = w.Write([]byte(strings.Repeat("a", maxAnswer+1)))
		case "/header":
			w.Header().Set("X-Large", strings.Repeat("a", maxHeader+1))
		}
	})
	for path, want := range map[string]error{"/": nil, "/elsewhere": ErrRedirect, "/large": ErrTooLarge} {
		if err := get(t, c, url+path); !errors.Is(err, want) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if err := get(t, c, url+"/header"); err == nil {
		t.Error("a header without end was taken")
	}
	if err := get(t, c, strings.Replace(url, "https:", "http:", 1)); !errors.Is(err, ErrPlain) {
		t.Errorf("plain: %v", err)
	}
	if err := get(t, Reach{Private: true}.Client(), url); err == nil {
		t.Error("a certificate nobody vouches for was taken")
	}
	if err := get(t, Reach{}.Client(), url); !Hidden(err) {
		t.Errorf("this machine: %v", err)
	}
}
