package oidc

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"craftplan/internal/id"
	"craftplan/internal/outbound"
)

// A server that means no good, or was set up wrong, as an organization may name one. Tests against a real provider are in web.
type server struct {
	url, description, keys string
	token                  http.HandlerFunc
	asked                  int // for the description
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		s.asked++
		fmt.Fprint(w, strings.ReplaceAll(s.description, "HERE", s.url))
	case "/keys":
		fmt.Fprint(w, s.keys)
	case "/token":
		s.token(w, r)
	}
}

func refuse(status int, code string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"error": %q, "error_description": "never shown"}`, code)
	}
}

const described = `{"issuer": "HERE", "authorization_endpoint": "HERE/authorize", "token_endpoint": "HERE/token", "jwks_uri": "HERE/keys"}`

func open(t *testing.T, change func(*server)) (*server, *Client) {
	t.Helper()
	s := &server{description: described, keys: `{"keys": [{"kty": "RSA"}]}`, token: refuse(http.StatusBadRequest, "invalid_grant")}
	listening := httptest.NewTLSServer(s)
	t.Cleanup(listening.Close)
	s.url = listening.URL
	change(s)
	roots := x509.NewCertPool()
	roots.AddCert(listening.Certificate())
	return s, New(outbound.Reach{Private: true, Roots: roots}.Client())
}

func TestProblems(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*server)
		want   string
	}{
		"as it should be": {func(*server) {}, ""},
		"another issuer":  {func(s *server) { s.description = strings.Replace(described, "HERE", "HERE/", 1) }, "The provider calls itself"},
		"no JSON":         {func(s *server) { s.description = "<html>" }, "No OpenID Connect provider answers"},
		"no sign-in page": {func(s *server) { s.description = strings.Replace(described, "HERE/authorize", "", 1) }, "lacks an address"},
		"a script": {func(s *server) {
			s.description = strings.Replace(described, "HERE/authorize", "javascript:alert(1)", 1)
		}, "lacks an address"},
		"plain tokens": {func(s *server) {
			s.description = strings.Replace(described, "HERE/token", "http://id.example/token", 1)
		}, "does not begin with https"},
		"keys on a disk":    {func(s *server) { s.description = strings.Replace(described, "HERE/keys", "file:///etc/passwd", 1) }, "does not begin with https"},
		"no keys":           {func(s *server) { s.keys = `{"keys": []}` }, "keys cannot be read"},
		"without end":       {func(s *server) { s.description = strings.Repeat(" ", 2<<20) }, "too large"},
		"an unknown client": {func(s *server) { s.token = refuse(http.StatusUnauthorized, "invalid_client") }, "does not take the client ID"},
		"a client in a 400": {func(s *server) { s.token = refuse(http.StatusBadRequest, "invalid_client") }, "does not take the client ID"},
		"keys lead inside": {func(s *server) {
			s.description = strings.Replace(described, "HERE/keys", "https://127.0.0.1:1/keys", 1)
		}, "cannot be reached"},
		"tokens for the ask": {func(s *server) { s.token = func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{}`) } }, "No OpenID Connect provider answers"},
	} {
		t.Run(name, func(t *testing.T) {
			s, client := open(t, c.change)
			err := client.Test(t.Context(), id.NewOrganization(), Registration{Issuer: s.url, ClientID: "craftplan", Secret: "a secret"})
			if c.want == "" && err == nil {
				return
			}
			if said := Problem(err); err == nil || c.want == "" || !strings.Contains(said, c.want) || strings.Contains(said, "never shown") {
				t.Errorf("%q, %v", said, err)
			}
		})
	}
}

// What one organization's provider says of itself is kept for a while, and for nobody else.
func TestDescriptionsAreKeptApart(t *testing.T) {
	s, client := open(t, func(*server) {})
	ours, theirs := id.NewOrganization(), id.NewOrganization()
	r := Registration{Issuer: s.url, ClientID: "craftplan"}
	for _, organization := range []id.Organization{ours, ours, theirs} {
		if _, err := client.Find(t.Context(), organization, r); err != nil {
			t.Fatal(err)
		}
	}
	if s.asked != 2 {
		t.Errorf("asked %d times", s.asked)
	}
}

func TestURL(t *testing.T) {
	s, client := open(t, func(*server) {})
	p, err := client.Find(t.Context(), id.NewOrganization(), Registration{Issuer: s.url, ClientID: "craftplan", Secret: "a secret", RedirectURL: "https://erp.example/back"})
	if err != nil {
		t.Fatal(err)
	}
	secrets := NewSecrets()
	u, err := url.Parse(p.URL("the state", secrets))
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	if q.Get("state") != "the state" || q.Get("nonce") != secrets.Nonce || q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" || q.Get("redirect_uri") != "https://erp.example/back" ||
		len(q.Get("code_challenge")) != 43 || strings.Contains(u.String(), secrets.Verifier) || strings.Contains(u.String(), "secret") {
		t.Errorf("%s", u)
	}
	if another := NewSecrets(); another.Nonce == secrets.Nonce || another.Verifier == secrets.Verifier {
		t.Error("secrets repeat")
	}
}

// A provider that says that it names itself in its answers has to.
func TestIssuerOfAnAnswer(t *testing.T) {
	for names, wrong := range map[string][]string{"true": {"", "https://another.example"}, "false": {"https://another.example"}} {
		s, client := open(t, func(s *server) {
			s.description = strings.Replace(described, "{", `{"authorization_response_iss_parameter_supported": `+names+`, `, 1)
			s.token = func(http.ResponseWriter, *http.Request) { t.Error("the code was passed on") }
		})
		p, err := client.Find(t.Context(), id.NewOrganization(), Registration{Issuer: s.url, ClientID: "craftplan"})
		if err != nil {
			t.Fatal(err)
		}
		for _, issuer := range wrong {
			if _, err := p.Person(t.Context(), NewSecrets(), Answer{"a code", issuer}); !errors.Is(err, ErrAnswer) {
				t.Errorf("%s, %q: %v", names, issuer, err)
			}
		}
	}
}
