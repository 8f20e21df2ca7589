package sso

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"

	"craftplan/internal/accounts"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/oidc"
	"craftplan/internal/organizations"
	"craftplan/internal/sso/internal/db"
	"craftplan/internal/store"
)

// Desk is where people arrive who sign in by a provider.
type Desk struct {
	store  *store.Store
	client *oidc.Client
	base   string
}

// New makes a desk. Base is the address people reach the installation by, such as https://erp.example.com.
func New(st *store.Store, client *oidc.Client, base string) *Desk { return &Desk{st, client, base} }

// RedirectURL is where an organization's provider sends people back to. Each organization has its own: an answer that another one's
// provider tricked somebody into bringing arrives at the wrong door. (RFC 9700, 4.4.2)
func (d *Desk) RedirectURL(organization id.Organization) string {
	return d.base + "/login/sso/callback/" + organization.String()
}

func (d *Desk) registration(organization id.Organization, p Provider) oidc.Registration {
	return oidc.Registration{Issuer: p.Issuer, ClientID: p.ClientID, Secret: p.Secret, RedirectURL: d.RedirectURL(organization)}
}

// Going is somebody on the way to a provider.
type Going struct {
	URL      string
	Browser  string // for a cookie: only the browser that has it may come back
	Provider string
}

// attempt is a sign-in that has not come back.
type attempt struct {
	Organization     id.Organization
	Issuer, ClientID string
	Browser          string // hashed
	Secrets          oidc.Secrets
	Next             string // path to go on to
}

// errNowhere is every reason why there is no provider to go to, in one answer.
func errNowhere() error {
	return fault.NotFound("organization with a sign-in of its own")
}

// Begin sends somebody to the provider of the organization with the address. An unknown address, none, and one that is switched off
// are the same NotFound fault. A suspended organization has its members come to read.
func (d *Desk) Begin(ctx context.Context, slug, next string) (Going, error) {
	o, scope, err := organizations.OpenBySlug(ctx, d.store, slug)
	if fault.Is(err, fault.KindNotFound) {
		return Going{}, errNowhere()
	}
	if err != nil {
		return Going{}, err
	}
	p, err := d.enabled(ctx, scope)
	if err != nil {
		return Going{}, err
	}
	found, err := d.client.Find(ctx, o.ID, d.registration(o.ID, p))
	if err != nil {
		return Going{}, errAway(err)
	}
	browser := rand.Text() + rand.Text()
	a := attempt{o.ID, p.Issuer, p.ClientID, hash(browser), oidc.NewSecrets(), next}
	var state string
	err = d.store.System(ctx, "sign in by a provider: begin", func(tx *store.SystemTx) (err error) {
		state, err = accounts.NewAttempt(ctx, tx, a)
		return err
	})
	return Going{found.URL(state, a.Secrets), browser, p.Name}, err
}

// enabled reads the provider that people of an organization may sign in by.
func (d *Desk) enabled(ctx context.Context, scope store.Scope) (p Provider, err error) {
	err = d.store.View(ctx, scope, func(tx *store.Tx) error {
		p, err = read(ctx, tx)
		return err
	})
	if err == nil && (p.Issuer == "" || !p.Enabled) {
		err = errNowhere()
	}
	return p, err
}

// errAway is a provider that does not do its part.
func errAway(cause error) error {
	return fault.Unavailable("The sign-in of your organization does not answer as it should. Try again in a moment, or ask an owner to test it in the settings.", cause)
}

func hash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// same tells whether a secret is the one that was hashed.
func same(secret, hashed string) bool {
	return subtle.ConstantTimeCompare([]byte(hash(secret)), []byte(hashed)) == 1
}

// Answer is what a browser brings back from a provider, and the secret of its cookie.
type Answer struct {
	Organization   id.Organization // of the address it came to
	State, Browser string
	Failure        string // the provider's error code
	oidc.Answer
	Here   *accounts.User // who is signed in already, to all that is theirs
	Device string
}

// Arrival is how a sign-in ended: with a session, or with somebody whom nobody knows yet.
type Arrival struct {
	Organization organizations.Organization
	Token        string // of the session; "" for who is signed in already
	Next         string
	Stranger     *Stranger
}

// errAgain is every reason why an answer is worth nothing, in one sentence.
func errAgain() error {
	return fault.Unauthenticated("This sign-in was used already, took too long, or began in another browser. Begin again.")
}

// Arrive takes a provider's answer. Somebody whose subject is a member's gets a session for the organization alone. Of a stranger
// no more is known than what the provider says.
func (d *Desk) Arrive(ctx context.Context, in Answer) (Arrival, error) {
	a, err := d.take(ctx, in)
	if err != nil {
		return Arrival{}, err
	}
	switch in.Failure {
	case "":
	case "access_denied":
		return Arrival{}, fault.Unauthenticated("You did not finish signing in with your organization.")
	default:
		return Arrival{}, fault.Unauthenticated("Your organization's sign-in refused you. Ask one of its owners.")
	}
	o, scope, err := organizations.OpenByID(ctx, d.store, a.Organization)
	if err != nil {
		return Arrival{}, err
	}
	p, err := d.enabled(ctx, scope)
	if fault.Is(err, fault.KindNotFound) || err == nil && (p.Issuer != a.Issuer || p.ClientID != a.ClientID) {
		return Arrival{}, errAgain() // changed while they were away
	}
	if err != nil {
		return Arrival{}, err
	}
	person, err := d.ask(ctx, o.ID, p, a.Secrets, in.Answer)
	if err != nil {
		return Arrival{}, err
	}
	token, known, err := d.recognize(ctx, Stranger{o, scope, p, person, a.Browser}, in)
	arrival := Arrival{Organization: o, Token: token, Next: a.Next}
	if !known {
		arrival.Stranger = &Stranger{o, scope, p, person, a.Browser}
	}
	return arrival, err
}

// take reads the attempt that an answer belongs to, and ends it: an answer counts once.
func (d *Desk) take(ctx context.Context, in Answer) (a attempt, err error) {
	err = d.store.System(ctx, "sign in by a provider: come back", func(tx *store.SystemTx) error {
		ticket, err := accounts.Attempt(ctx, tx, in.State, &a)
		if err != nil {
			return err
		}
		if a.Organization != in.Organization || !same(in.Browser, a.Browser) {
			return errAgain()
		}
		return ticket.Use(ctx, tx)
	})
	if fault.Is(err, fault.KindNotFound) {
		err = errAgain()
	}
	return a, err
}

func (d *Desk) ask(ctx context.Context, organization id.Organization, p Provider, s oidc.Secrets, a oidc.Answer) (oidc.Person, error) {
	found, err := d.client.Find(ctx, organization, d.registration(organization, p))
	if err != nil {
		return oidc.Person{}, errAway(err)
	}
	person, err := found.Person(ctx, s, a)
	if errors.Is(err, oidc.ErrClient) {
		return person, fault.Unavailable("Your organization's sign-in does not know the client ID and secret that it is asked with. Ask an owner to enter them again.", err)
	}
	if errors.Is(err, oidc.ErrAnswer) {
		return person, &fault.Error{Kind: fault.KindUnauthenticated, Message: "The answer of your organization's sign-in was not for this attempt. Begin again.", Cause: err}
	}
	if err != nil {
		return person, errAway(err)
	}
	return person, nil
}

// recognize starts a session for who is known by their subject.
func (d *Desk) recognize(ctx context.Context, s Stranger, in Answer) (token string, known bool, err error) {
	err = d.store.Provision(ctx, s.Organization.ID, s.scope.Actor(), s.scope.Context(), func(system *store.SystemTx, tx *store.Tx) error {
		token, known = "", false // it may run more than once
		if still, err := s.provider.still(ctx, tx); err != nil {
			return err
		} else if !still {
			return errAgain()
		}
		row, err := db.For(tx).Identity(ctx, db.IdentityIn{Issuer: s.provider.Issuer, Subject: s.person.Subject})
		if err = store.Translate(err); fault.Is(err, fault.KindNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if organizations.Standing(row.Status) != organizations.Working {
			return fault.Forbidden("You cannot open " + s.Organization.Name + " any more. Ask one of its owners.")
		}
		known = true
		if _, err := db.For(tx).UseIdentity(ctx, db.UseIdentityIn{Issuer: s.provider.Issuer, Subject: s.person.Subject, LastUsedAt: tx.Now()}); err != nil {
			return err
		}
		if in.Here != nil && in.Here.ID == row.UserID {
			return nil
		}
		token, err = accounts.StartSession(ctx, system, row.UserID, accounts.Start{Device: in.Device, Only: &s.Organization.ID})
		return err
	})
	return token, known, err
}
