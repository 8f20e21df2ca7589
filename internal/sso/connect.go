package sso

import (
	"context"
	"errors"

	"craftplan/internal/accounts"
	"craftplan/internal/audit"
	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/organizations"
	"craftplan/internal/sso/internal/db"
	"craftplan/internal/store"
)

// Pending is a stranger who showed whose the address is: they opened the link that was mailed to it, or are signed in.
type Pending struct {
	Stranger
	Provider string // its name
	Name     string // what the person is called
	How      How
	Role     authz.Role
	Known    bool // the address has an account
	Present  bool // they are signed in as the member

	way    way
	ticket accounts.Ticket
	stays  bool // signed in already, to all that is theirs
}

// ErrElsewhere is a link that is opened in another browser than the one where the sign-in began. Whoever only has the mailbox, or was
// only sent the link, must not become somebody.
var ErrElsewhere = errors.New("the link belongs to another browser")

// errLink is every reason why a link opens nothing, in one answer.
func errLink() error { return fault.NotFound("link") }

// Look reads what a link, or the page that asks who is signed in, would connect. Here is who is signed in, if anybody.
func (d *Desk) Look(ctx context.Context, text, browser string, here *accounts.User) (p Pending, err error) {
	var c connection
	err = d.store.SystemView(ctx, "sign in by a provider: look at a link", func(tx *store.SystemTx) error {
		p.ticket, err = accounts.Connection(ctx, tx, text, &c)
		return err
	})
	if err != nil {
		return p, err
	}
	if !same(browser, c.Browser) {
		return p, ErrElsewhere
	}
	p.Present = p.ticket.User != nil
	if p.Present && (here == nil || here.ID != *p.ticket.User) {
		return p, errLink()
	}
	if err := d.reopen(ctx, &p, c); err != nil {
		return p, err
	}
	if p.way, err = d.find(ctx, p.Stranger); err != nil {
		return p, err
	}
	p.How, p.Role, p.Known, p.Name = p.way.how, p.way.role, !p.way.user.ID.IsZero(), p.way.user.Name
	p.stays = here != nil && here.ID == p.way.user.ID
	if !p.Known {
		p.Name = c.Person.Name
	}
	if p.How == None || p.How == Taken || p.Present && p.How != Member {
		return p, errLink() // not any more
	}
	return p, nil
}

// reopen finds the organization and its provider as they are now.
func (d *Desk) reopen(ctx context.Context, p *Pending, c connection) error {
	o, scope, err := organizations.OpenByID(ctx, d.store, c.Organization)
	if err != nil {
		return err
	}
	provider, err := d.enabled(ctx, scope)
	if fault.Is(err, fault.KindNotFound) || err == nil && (provider.Issuer != c.Issuer || provider.ClientID != c.ClientID) {
		return errLink()
	}
	if err != nil {
		return err
	}
	p.Stranger, p.Provider = Stranger{o, scope, provider, c.Person, c.Browser}, provider.Name
	return p.Check()
}

// Connect makes the stranger who they said they are: a member as before, by their invitation, or a new one by their domain, and from
// now on the provider signs them in. Name is what somebody without an account wants to be called. The token is of a session for
// the organization alone; who was signed in before stays so, and gets none. Field names in errors are name.
func (d *Desk) Connect(ctx context.Context, p Pending, name, device string) (token string, err error) {
	user := p.way.user
	var made *accounts.Prepared
	if !p.Known {
		prepared, err := accounts.PrepareWithoutPassword(name, p.Email())
		if err != nil {
			return "", err
		}
		made, user = &prepared, prepared.User
	}
	actor := authz.Actor{UserID: user.ID, Role: p.Role}
	err = d.store.Provision(ctx, p.Organization.ID, actor, p.scope.Context(), func(system *store.SystemTx, tx *store.Tx) error {
		if still, err := p.provider.still(ctx, tx); err != nil {
			return err
		} else if !still {
			return errLink()
		}
		if err := p.ticket.Use(ctx, system); err != nil {
			return err
		}
		if made != nil {
			if err := accounts.Create(ctx, system, *made); err != nil {
				return err
			}
		}
		if err := p.enter(ctx, tx); err != nil {
			return err
		}
		if err := p.connect(ctx, tx, user.ID); err != nil {
			return err
		}
		if p.Present {
			return p.tell(ctx, system, user)
		}
		if p.stays {
			return nil
		}
		token, err = accounts.StartSession(ctx, system, user.ID, accounts.Start{Device: device, Only: &p.Organization.ID})
		return err
	})
	return token, err
}

// enter makes the actor a member, or makes sure that they still are.
func (p Pending) enter(ctx context.Context, tx *store.Tx) error {
	switch p.How {
	case Invited:
		return p.way.invitation.Join(ctx, tx)
	case Joining:
		return organizations.Admit(ctx, tx)
	}
	row, err := db.For(tx).Bearer(ctx, db.BearerIn{Email: p.Email()})
	if err = store.Translate(err); fault.Is(err, fault.KindNotFound) || err == nil && (row.UserID != tx.Actor().UserID || organizations.Standing(row.Status) != organizations.Working) {
		return errLink()
	}
	return err
}

func (p Pending) connect(ctx context.Context, tx *store.Tx, user id.ID) error {
	err := db.For(tx).CreateIdentity(ctx, db.CreateIdentityIn{Issuer: p.provider.Issuer, Subject: p.person.Subject, UserID: user, CreatedAt: tx.Now()})
	if err = store.Translate(err); errors.Is(err, store.ErrUnique) {
		return fault.Conflict("You, or somebody in your place, were connected meanwhile. Sign in again.")
	}
	if err != nil {
		return err
	}
	return record(ctx, tx, audit.Connected, user)
}
