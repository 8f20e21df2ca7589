package sso

import (
	"context"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"craftplan/internal/accounts"
	"craftplan/internal/audit"
	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/oidc"
	"craftplan/internal/sso/internal/db"
	"craftplan/internal/store"
)

// Provider is where the people of an organization sign in. Field names in errors are name, issuer, client_id, client_secret, domains
// and join_role.
type Provider struct {
	Name             string // what people call it
	Issuer           string // exactly as the provider writes it; "" is none
	ClientID, Secret string
	HasSecret        bool       // one is kept; it is never told
	Domains          []string   // of the addresses that are let in; none is any
	Join             authz.Role // of who joins by their address alone; "" lets nobody
	Enabled          bool
}

const secretPurpose = "client secret of a sign-in provider"

// Get reads the organization's provider, without its secret. Without an issuer there is none yet.
func Get(ctx context.Context, tx *store.Tx) (Provider, error) {
	if err := tx.Require(authz.OrganizationControl); err != nil {
		return Provider{}, err
	}
	p, err := read(ctx, tx)
	p.Secret = ""
	return p, err
}

func read(ctx context.Context, tx *store.Tx) (Provider, error) {
	row, err := db.For(tx).Provider(ctx)
	if err = store.Translate(err); fault.Is(err, fault.KindNotFound) {
		return Provider{Enabled: true}, nil
	}
	if err != nil {
		return Provider{}, err
	}
	p := Provider{Name: row.Name, Issuer: row.Issuer, ClientID: row.ClientID, HasSecret: row.ClientSecretSealed != "", Join: authz.Role(row.JoinRole), Enabled: row.Enabled}
	if err := json.Unmarshal([]byte(row.Domains), &p.Domains); err != nil {
		return Provider{}, err
	}
	if p.HasSecret {
		p.Secret, err = tx.Open(row.ClientSecretSealed, secretPurpose)
	}
	return p, err
}

// providerLock makes what ends connections and sessions, and what makes them, follow one another: nobody slips in by a provider that is
// on its way out.
const providerLock = "sign-in provider"

// still makes sure, for the rest of the transaction, that people sign in by this provider.
func (p Provider) still(ctx context.Context, tx *store.Tx) (bool, error) {
	if err := tx.Lock(ctx, providerLock); err != nil {
		return false, err
	}
	now, err := read(ctx, tx)
	return now.Enabled && now.Issuer == p.Issuer && now.ClientID == p.ClientID, err
}

const maxDomains = 20

var domainForm = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$`)

// Validate tells what is wrong with the fields and returns them cleaned.
func (p Provider) Validate() (Provider, error) {
	var found fault.Problems
	p.Name, p.Issuer, p.ClientID, p.Secret = strings.Join(strings.Fields(p.Name), " "), strings.TrimSpace(p.Issuer), strings.TrimSpace(p.ClientID), strings.TrimSpace(p.Secret)
	if n := utf8.RuneCountInString(p.Name); n == 0 || n > 60 {
		found.Add("name", "Enter what your people call it, in at most 60 characters.")
	}
	if u, err := url.Parse(p.Issuer); err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || len(p.Issuer) > 300 {
		found.Add("issuer", "Enter the address that the provider calls its issuer, such as https://id.example.com.")
	}
	if p.ClientID == "" || len(p.ClientID) > 300 {
		found.Add("client_id", "Enter the client ID that the provider gave you.")
	}
	if len(p.Secret) > 500 {
		found.Add("client_secret", "Use at most 500 characters.")
	}
	p.validatePeople(&found)
	return p, found.Err()
}

func (p *Provider) validatePeople(found *fault.Problems) {
	domains := p.Domains
	p.Domains = []string{}
	for _, d := range domains {
		d = strings.ToLower(strings.TrimPrefix(strings.TrimSpace(d), "@"))
		if !domainForm.MatchString(d) || len(d) > 253 {
			found.Addf("domains", "%q is not a domain, such as example.com.", d)
		} else if !slices.Contains(p.Domains, d) {
			p.Domains = append(p.Domains, d)
		}
	}
	if len(p.Domains) > maxDomains {
		found.Addf("domains", "Enter at most %d domains.", maxDomains)
	}
	switch p.Join {
	case "", authz.Viewer, authz.Staff, authz.Admin:
	default:
		found.Add("join_role", "Choose what people join as.")
	}
	if p.Join != "" && len(domains) == 0 {
		found.Add("domains", "Enter the domains whose people may join.")
	}
}

// allows tells whether an address is of a domain that is let in.
func (p Provider) allows(email string) bool {
	_, domain, _ := strings.Cut(email, "@")
	return len(p.Domains) == 0 || slices.Contains(p.Domains, domain)
}

// Change changes the organization's provider. An empty secret keeps the one there is, as long as issuer and client stay the same: it
// must not be sent to where somebody else points. Subjects are the former issuer's, and of some issuers the client's: with another one
// all connections end. Those whom the former one, or one that is switched off, vouched for are signed out.
func Change(ctx context.Context, st *store.Store, scope store.Scope, p Provider) error {
	if err := scope.Actor().Require(authz.OrganizationControl); err != nil {
		return err
	}
	p, err := p.Validate()
	if err != nil {
		return err
	}
	return st.Provision(ctx, scope.Organization(), scope.Actor(), scope.Context(), func(system *store.SystemTx, tx *store.Tx) error {
		if err := tx.Lock(ctx, providerLock); err != nil {
			return err
		}
		former, err := read(ctx, tx)
		if err != nil {
			return err
		}
		another := p.Issuer != former.Issuer || p.ClientID != former.ClientID
		if p.Secret == "" && former.HasSecret {
			if another {
				return fault.Invalid("client_secret", "Enter the secret again: the issuer or the client ID changed.")
			}
			p.Secret = former.Secret
		}
		if another {
			if err := db.For(tx).RemoveIdentities(ctx); err != nil {
				return err
			}
		}
		if another || !p.Enabled {
			if err := accounts.EndSessionsOnly(ctx, system, tx.Organization(), nil); err != nil {
				return err
			}
		}
		if err := p.write(ctx, tx); err != nil {
			return err
		}
		c := audit.Change{Action: audit.Changed, Kind: audit.Provider, Record: p.Name, Was: former.fields(), Became: p.fields()}
		if p.Secret != former.Secret {
			c.Became["Client secret"] = "another one"
		}
		return audit.Record(ctx, tx, c)
	})
}

// fields are what the audit log tells of the provider; its secret is none of it. Where there is none yet, there are none.
func (p Provider) fields() audit.Fields {
	if p.Issuer == "" {
		return audit.Fields{}
	}
	return audit.Fields{"Name": p.Name, "Issuer": p.Issuer, "Client ID": p.ClientID, "Domains": strings.Join(p.Domains, ", "), "Whoever has such an address joins as": p.Join.Label(), "In use": p.Enabled}
}

func (p Provider) write(ctx context.Context, tx *store.Tx) error {
	domains, err := json.Marshal(p.Domains)
	if err != nil {
		return err
	}
	sealed := ""
	if p.Secret != "" {
		if sealed, err = tx.Seal(p.Secret, secretPurpose); err != nil {
			return err
		}
	}
	return db.For(tx).ChangeProvider(ctx, db.ChangeProviderIn{Name: p.Name, Issuer: p.Issuer, ClientID: p.ClientID, ClientSecretSealed: sealed, Domains: string(domains), JoinRole: string(p.Join), Enabled: p.Enabled, UpdatedAt: tx.Now()})
}

// Remove ends signing in by the provider, all connections to it, and the sessions that it vouched for.
func Remove(ctx context.Context, st *store.Store, scope store.Scope) error {
	if err := scope.Actor().Require(authz.OrganizationControl); err != nil {
		return err
	}
	return st.Provision(ctx, scope.Organization(), scope.Actor(), scope.Context(), func(system *store.SystemTx, tx *store.Tx) error {
		if err := tx.Lock(ctx, providerLock); err != nil {
			return err
		}
		former, err := read(ctx, tx)
		if err != nil {
			return err
		}
		removed, err := db.For(tx).RemoveProvider(ctx)
		if err == nil && removed == 0 {
			err = fault.Conflict("There is no provider any more.")
		}
		if err != nil {
			return err
		}
		if err := db.For(tx).RemoveIdentities(ctx); err != nil {
			return err
		}
		if err := accounts.EndSessionsOnly(ctx, system, tx.Organization(), nil); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Change{Action: audit.Removed, Kind: audit.Provider, Record: former.Name, Was: former.fields()})
	})
}

// Test asks the organization's provider for all that a sign-in needs but the person. The sentence says what is wrong; "" is nothing.
func (d *Desk) Test(ctx context.Context, scope store.Scope) (problem string, err error) {
	var p Provider
	err = d.store.View(ctx, scope, func(tx *store.Tx) error {
		if err := tx.Require(authz.OrganizationControl); err != nil {
			return err
		}
		p, err = read(ctx, tx)
		return err
	})
	if err == nil && p.Issuer == "" {
		err = fault.Conflict("There is no provider to test yet.")
	}
	if err != nil {
		return "", err
	}
	if err := d.client.Test(ctx, scope.Organization(), d.registration(scope.Organization(), p)); err != nil {
		return oidc.Problem(err), nil
	}
	return "", nil
}
