package httpkit

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// Who asks through a trusted proxy is who the proxy says; who claims to be a proxy is who is connected.
func TestBehind(t *testing.T) {
	proxies, err := ParseProxies([]string{"10.0.0.0/8", "127.0.0.1", "::1"})
	if err != nil {
		t.Fatal(err)
	}
	var asked string
	handler, err := Behind(proxies, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { asked = ClientAddress(r) }))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		from      string
		forwarded []string
		want      string
	}{
		{"127.0.0.1:999", []string{"203.0.113.9"}, "203.0.113.9"},
		{"[::1]:999", []string{"2001:db8::7"}, "2001:db8::7"},
		{"127.0.0.1:999", []string{"198.51.100.1, 203.0.113.9, 10.1.2.3"}, "203.0.113.9"}, // what the stranger wrote is left of what was seen
		{"127.0.0.1:999", []string{"198.51.100.1", "203.0.113.9"}, "203.0.113.9"},         // and so is another header
		{"127.0.0.1:999", []string{"203.0.113.9, nonsense"}, "127.0.0.1"},                 // a proxy that writes nonsense
		{"127.0.0.1:999", nil, "127.0.0.1"},                                               // somebody on this machine
		{"192.0.2.5:999", []string{"203.0.113.9"}, "192.0.2.5"},                           // no proxy of ours
		{"127.0.0.1:999", []string{"10.1.2.3"}, "127.0.0.1"},                              // nobody but proxies
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr, r.Header["X-Forwarded-For"] = c.from, c.forwarded
		handler.ServeHTTP(httptest.NewRecorder(), r)
		if asked != c.want {
			t.Errorf("from %s, forwarded for %q: %s, want %s", c.from, c.forwarded, asked, c.want)
		}
	}
	if _, err := ParseProxies([]string{"everybody"}); err == nil {
		t.Error("everybody is a network")
	}
}
