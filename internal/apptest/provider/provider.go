// Package provider is a sign-in provider for tests: a real one, on this machine, over TLS. Its protocol, tokens and keys are
// zitadel/oidc's; its people are the test's.
package provider

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/crypto"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// What the provider calls the program.
const (
	ClientID = "craftplan"
	Secret   = "a secret among two"
)

// Person is somebody with an account at the provider.
type Person struct {
	Subject, Name, Email string
	Unverified           bool // the provider says that it has not made sure of the address
	Silent               bool // the provider does not say whether it has
}

// Provider is the server and its people.
type Provider struct {
	Issuer string
	Roots  *x509.CertPool // trusts its certificate

	t       testing.TB
	server  *httptest.Server
	storage *storage.Storage
	clients map[string]*storage.Client

	mu     sync.Mutex
	people map[string]Person // by what they sign in as
	forge  func(claims map[string]any)
	away   bool
}

// Open starts a provider with nobody in it.
func Open(t testing.TB) *Provider {
	t.Helper()
	p := &Provider{t: t, people: map[string]Person{}, clients: map[string]*storage.Client{}, Roots: x509.NewCertPool()}
	p.storage = storage.NewStorageWithClients(p, p.clients)
	p.server = httptest.NewUnstartedServer(nil)
	p.Issuer = "https://" + p.server.Listener.Addr().String()
	config := &op.Config{CodeMethodS256: true, AuthMethodPost: true}
	_, _ = rand.Read(config.CryptoKey[:])
	endpoints, err := op.NewProvider(config, p.storage, op.StaticIssuer(p.Issuer), op.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	back := op.AuthCallbackURL(endpoints)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /login/username", showSignIn)
	mux.HandleFunc("POST /login/username", func(w http.ResponseWriter, r *http.Request) { p.signIn(w, r, back) })
	mux.HandleFunc("POST /oauth/token", func(w http.ResponseWriter, r *http.Request) { p.token(w, r, endpoints) })
	mux.HandleFunc("GET /userinfo", func(w http.ResponseWriter, r *http.Request) { p.userInfo(w, r, endpoints) })
	mux.Handle("/", endpoints)
	p.server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p.isAway() {
			http.Error(w, "nobody is here", http.StatusServiceUnavailable)
			return
		}
		mux.ServeHTTP(w, r)
	})
	p.server.StartTLS()
	t.Cleanup(p.server.Close)
	p.Roots.AddCert(p.server.Certificate())
	return p
}

// Register lets the program have answers sent to the addresses.
func (p *Provider) Register(redirectURLs ...string) {
	p.clients[ClientID] = storage.WebClient(ClientID, Secret, redirectURLs...)
}

// Set gives somebody an account, or changes what the provider says of it.
func (p *Provider) Set(who string, person Person) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.people[who] = person
}

// Forge changes the claims of ID tokens before they are signed; nil leaves them.
func (p *Provider) Forge(change func(claims map[string]any)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.forge = change
}

// Away lets every request fail.
func (p *Provider) Away(away bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.away = away
}

func (p *Provider) isAway() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.away
}

// GetUserByID is for the storage.
func (p *Provider) GetUserByID(subject string) *storage.User {
	p.mu.Lock()
	defer p.mu.Unlock()
	for who, person := range p.people {
		if person.Subject == subject {
			return user(who, person)
		}
	}
	return nil
}

// GetUserByUsername is for the storage.
func (p *Provider) GetUserByUsername(who string) *storage.User {
	p.mu.Lock()
	defer p.mu.Unlock()
	if person, ok := p.people[who]; ok {
		return user(who, person)
	}
	return nil
}

// ExampleClientID is for the storage.
func (p *Provider) ExampleClientID() string { return storage.ServiceUserID }

const password = "opens everything here"

func user(who string, p Person) *storage.User {
	first, last, _ := strings.Cut(p.Name, " ")
	return &storage.User{ID: p.Subject, Username: who, Password: password, FirstName: first, LastName: last, Email: p.Email, EmailVerified: !p.Unverified && !p.Silent}
}

func showSignIn(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, `<!DOCTYPE html><html lang="en"><title>Provider</title><main><h1>Provider</h1><form method="post"><input type="hidden" name="id" value="%s">
		<label>Who <input name="who"></label> <button name="do" value="in">Sign in</button> <button name="do" value="no">No</button></form></main></html>`, html.EscapeString(r.URL.Query().Get("authRequestID")))
}

func (p *Provider) signIn(w http.ResponseWriter, r *http.Request, back func(context.Context, string) string) {
	id := r.PostFormValue("id")
	if r.PostFormValue("do") == "no" {
		request, err := p.storage.AuthRequestByID(r.Context(), id)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		http.Redirect(w, r, request.GetRedirectURI()+"?"+url.Values{"error": {"access_denied"}, "error_description": {"<b>no</b>"}, "state": {request.GetState()}}.Encode(), http.StatusFound)
		return
	}
	if err := p.storage.CheckUsernamePassword(r.PostFormValue("who"), password, id); err != nil {
		http.Error(w, err.Error(), http.StatusForbidden)
		return
	}
	http.Redirect(w, r, back(op.ContextWithIssuer(r.Context(), p.Issuer), id), http.StatusFound)
}

// token answers with tokens, forged when the test wants it.
func (p *Provider) token(w http.ResponseWriter, r *http.Request, endpoints http.Handler) {
	p.mu.Lock()
	forge := p.forge
	p.mu.Unlock()
	if forge == nil {
		endpoints.ServeHTTP(w, r)
		return
	}
	answer := httptest.NewRecorder()
	endpoints.ServeHTTP(answer, r)
	var tokens map[string]any
	err := json.Unmarshal(answer.Body.Bytes(), &tokens)
	if err == nil && answer.Code == http.StatusOK {
		tokens["id_token"], err = p.sign(r.Context(), tokens["id_token"].(string), forge)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(answer.Code)
	_ = json.NewEncoder(w).Encode(tokens)
}

// userInfo says that an address is not verified, which the library leaves out.
func (p *Provider) userInfo(w http.ResponseWriter, r *http.Request, endpoints http.Handler) {
	answer := httptest.NewRecorder()
	endpoints.ServeHTTP(answer, r)
	var info map[string]any
	if err := json.Unmarshal(answer.Body.Bytes(), &info); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, person := range p.people {
		if person.Subject == info["sub"] && person.Unverified {
			info["email_verified"] = false
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(answer.Code)
	_ = json.NewEncoder(w).Encode(info)
}

func (p *Provider) sign(ctx context.Context, token string, forge func(map[string]any)) (string, error) {
	parts := strings.Split(token, ".")
	data, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return "", err
	}
	var claims map[string]any
	if err := json.Unmarshal(data, &claims); err != nil {
		return "", err
	}
	forge(claims)
	key, err := p.storage.SigningKey(ctx)
	if err != nil {
		return "", err
	}
	signer, err := op.SignerFromKey(key)
	if err != nil {
		return "", err
	}
	return crypto.Sign(claims, signer)
}

// SignIn is what somebody does in a browser who was sent to the provider: they sign in there, and the address that they are sent back to
// is returned.
func (p *Provider) SignIn(where, who string) (back string) {
	p.t.Helper()
	return p.answer(where, url.Values{"who": {who}, "do": {"in"}})
}

// Refuse is what somebody does who was sent to the provider and does not want to sign in.
func (p *Provider) Refuse(where string) (back string) {
	p.t.Helper()
	return p.answer(where, url.Values{"do": {"no"}})
}

func (p *Provider) answer(where string, form url.Values) string {
	p.t.Helper()
	page := p.follow(http.MethodGet, where, nil) // the sign-in page
	u, err := url.Parse(page)
	if err != nil {
		p.t.Fatal(err)
	}
	form.Set("id", u.Query().Get("authRequestID"))
	back := p.follow(http.MethodPost, page, form)
	for strings.HasPrefix(back, p.Issuer) {
		back = p.follow(http.MethodGet, back, nil)
	}
	return back
}

func (p *Provider) follow(method, where string, form url.Values) string {
	p.t.Helper()
	where, err := resolve(p.Issuer, where)
	if err != nil {
		p.t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(p.t.Context(), method, where, strings.NewReader(form.Encode()))
	if err != nil {
		p.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := p.server.Client().Transport.RoundTrip(request)
	if err != nil {
		p.t.Fatal(err)
	}
	defer answer.Body.Close()
	to := answer.Header.Get("Location")
	if to == "" {
		p.t.Fatalf("the provider answers %s to %s", answer.Status, where)
	}
	if to, err = resolve(p.Issuer, to); err != nil {
		p.t.Fatal(err)
	}
	return to
}

func resolve(base, reference string) (string, error) {
	u, err := url.Parse(base)
	if err != nil {
		return "", err
	}
	to, err := u.Parse(reference)
	if err != nil {
		return "", err
	}
	return to.String(), nil
}
