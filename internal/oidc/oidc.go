// Package oidc asks sign-in providers who somebody is: OpenID Connect's code flow, with PKCE. It decides nothing: whom an answer
// lets in is the caller's say.
package oidc

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"craftplan/internal/id"
)

// Registration is how a provider knows an organization of this installation.
type Registration struct {
	Issuer           string // exactly as the provider writes it
	ClientID, Secret string // a client without a secret proves itself by PKCE alone
	RedirectURL      string
}

// Client asks providers. Requests are made by the HTTP client it is given, whose reach is not its concern.
type Client struct {
	http  *http.Client
	mu    sync.Mutex
	known map[key]known
}

// New makes a client.
func New(c *http.Client) *Client { return &Client{http: c, known: map[key]known{}} }

// A description that was read is kept for a while, for the organization that named the issuer and for nobody else.
type key struct {
	organization id.Organization
	issuer       string
}

type known struct {
	description
	until time.Time
}

const (
	keep     = 5 * time.Minute
	keepMost = 1000 // descriptions
)

// description is what a provider says of itself.
type description struct {
	provider *oidc.Provider
	more     struct {
		Keys        string   `json:"jwks_uri"`
		AuthMethods []string `json:"token_endpoint_auth_methods_supported"`
		NamesIssuer bool     `json:"authorization_response_iss_parameter_supported"` // RFC 9207
	}
}

// Provider is one that was found.
type Provider struct {
	description
	registration Registration
	config       oauth2.Config
	client       *Client
}

// Find finds the provider of an organization's registration, or knows it still.
func (c *Client) Find(ctx context.Context, organization id.Organization, r Registration) (*Provider, error) {
	c.mu.Lock()
	k, found := c.known[key{organization, r.Issuer}]
	c.mu.Unlock()
	if found && time.Now().Before(k.until) {
		return c.provider(k.description, r), nil
	}
	return c.discover(ctx, organization, r)
}

var errIncomplete = errors.New("the provider's description lacks an address, or one of them is not https")

func (c *Client) discover(ctx context.Context, organization id.Organization, r Registration) (*Provider, error) {
	found, err := oidc.NewProvider(c.context(ctx), r.Issuer)
	if err != nil {
		return nil, err
	}
	d := description{provider: found}
	if err := found.Claims(&d.more); err != nil {
		return nil, err
	}
	for _, address := range []string{found.Endpoint().AuthURL, found.Endpoint().TokenURL, d.more.Keys} {
		if u, err := url.Parse(address); err != nil || u.Scheme != "https" || u.Host == "" {
			return nil, errIncomplete
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.known) >= keepMost {
		clear(c.known)
	}
	c.known[key{organization, r.Issuer}] = known{d, time.Now().Add(keep)}
	return c.provider(d, r), nil
}

func (c *Client) provider(d description, r Registration) *Provider {
	endpoint := d.provider.Endpoint()
	endpoint.AuthStyle = oauth2.AuthStyleInHeader // what holds when the provider does not say
	if r.Secret == "" || len(d.more.AuthMethods) > 0 && !slices.Contains(d.more.AuthMethods, "client_secret_basic") {
		endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	scopes := []string{oidc.ScopeOpenID, oidc.ScopeEmail, oidc.ScopeProfile}
	return &Provider{d, r, oauth2.Config{ClientID: r.ClientID, ClientSecret: r.Secret, Endpoint: endpoint, RedirectURL: r.RedirectURL, Scopes: scopes}, c}
}

// context makes both libraries use our HTTP client.
func (c *Client) context(ctx context.Context) context.Context { return oidc.ClientContext(ctx, c.http) }
