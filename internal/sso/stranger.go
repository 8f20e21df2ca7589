package sso

import (
	"context"
	"fmt"

	"craftplan/internal/accounts"
	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/mail"
	"craftplan/internal/oidc"
	"craftplan/internal/organizations"
	"craftplan/internal/sso/internal/db"
	"craftplan/internal/store"
)

// Stranger is somebody whom an organization's provider vouches for and whose subject is nobody's yet.
type Stranger struct {
	Organization organizations.Organization
	scope        store.Scope
	provider     Provider
	person       oidc.Person
	browser      string // hashed
}

// Email is the address that the provider tells.
func (s Stranger) Email() string { return s.person.Email }

// Check tells why the address of a stranger is of no use, whoever they are.
func (s Stranger) Check() error {
	switch {
	case !accounts.ValidEmail(s.person.Email):
		return fault.Forbidden(s.provider.Name + " did not tell your e-mail address. Ask an owner of " + s.Organization.Name + " to let it.")
	case s.person.EmailVerified != nil && !*s.person.EmailVerified:
		return fault.Forbidden(s.provider.Name + " has not made sure of your e-mail address yet. Confirm it there first.")
	case !s.provider.allows(s.person.Email):
		return fault.Forbidden("Addresses like yours are not let in by " + s.Organization.Name + ".")
	}
	return nil
}

// How is what becomes of a stranger once it is proven that the address is theirs.
type How string

// The ways. Somebody who has none is told nothing of it.
const (
	None    How = ""
	Member  How = "member"  // they are the member with the address
	Invited How = "invited" // an invitation waits for the address
	Joining How = "joining" // people of its domain may join
	Taken   How = "taken"   // somebody else at the provider is the member with the address already
)

// way is how a stranger comes in, and as whom.
type way struct {
	how        How
	user       accounts.User // zero for who has no account
	role       authz.Role
	invitation organizations.Invited
}

// find looks how an address comes in, now. Nobody new comes into an organization that is suspended.
func (d *Desk) find(ctx context.Context, s Stranger) (w way, err error) {
	if s.Organization.Status != organizations.Active {
		return w, nil
	}
	var row db.BearerRow
	err = d.store.View(ctx, s.scope, func(tx *store.Tx) error {
		row, err = db.For(tx).Bearer(ctx, db.BearerIn{Email: s.person.Email})
		return err
	})
	stranger := fault.Is(err, fault.KindNotFound)
	if err != nil && !stranger {
		return w, err
	}
	switch standing := organizations.Standing(row.Status); {
	case !stranger && standing == organizations.Paused:
		return w, nil
	case !stranger && standing == organizations.Working:
		w = way{how: Member, user: accounts.User{ID: row.UserID, Email: s.person.Email, Name: row.Name}, role: authz.Role(row.Role)}
	default:
		if w, err = d.findDoor(ctx, s, stranger); err != nil {
			return w, err
		}
	}
	if w.how != None && row.Connected > 0 {
		w.how = Taken
	}
	return w, nil
}

// findDoor looks for what makes somebody a member: an invitation, or, for who never was one, their domain.
func (d *Desk) findDoor(ctx context.Context, s Stranger, never bool) (w way, err error) {
	err = d.store.SystemView(ctx, "sign in by a provider: has the address an account", func(tx *store.SystemTx) error {
		w.user, err = accounts.ByEmail(ctx, tx, s.person.Email)
		return err
	})
	if err != nil && !fault.Is(err, fault.KindNotFound) {
		return w, err
	}
	w.invitation, err = organizations.InvitationOf(ctx, d.store, s.Organization, s.scope, s.person.Email)
	switch {
	case err == nil:
		w.how, w.role = Invited, w.invitation.Role
	case !fault.Is(err, fault.KindNotFound):
		return w, err
	case never && s.provider.Join != "":
		w.how, w.role = Joining, s.provider.Join
	}
	return w, nil
}

// connection is what waits until it is proven whose the address is.
type connection struct {
	Organization     id.Organization
	Issuer, ClientID string
	Person           oidc.Person
	Browser          string // hashed
}

// Offer goes on with a stranger. When this browser is signed in as the member with the address, which the provider made sure of, they
// are asked, and ask is the text of the page that does. Otherwise whoever has the mailbox is, by a link for this browser. Who has no way
// in gets no mail; as much is done, and the answer is the same.
func (d *Desk) Offer(ctx context.Context, s Stranger, here *accounts.User) (ask string, err error) {
	w, err := d.find(ctx, s)
	if err != nil {
		return "", err
	}
	sure := s.person.EmailVerified != nil && *s.person.EmailVerified
	present := here != nil && w.how == Member && here.ID == w.user.ID && sure
	c := connection{s.Organization.ID, s.provider.Issuer, s.provider.ClientID, s.person, s.browser}
	err = d.store.System(ctx, "sign in by a provider: ask who somebody is", func(tx *store.SystemTx) error {
		var only *id.ID
		if present {
			only = &here.ID
		}
		text, err := accounts.NewConnection(ctx, tx, only, c)
		if err != nil {
			return err
		}
		if present {
			ask = text
			return nil
		}
		return s.write(ctx, tx, w, text)
	})
	return ask, err
}

// write mails through the installation's own server: an organization's would show the link to whoever runs it.
func (s Stranger) write(ctx context.Context, tx *store.SystemTx, w way, text string) error {
	name, to := s.provider.Name, s.person.Email
	if w.how == None {
		to = ""
	}
	if w.how == Taken {
		return mail.SendToPerson(ctx, tx, to, mail.Message{Subject: "Another account at " + name,
			Lines: []string{"Hello " + w.user.Name + ",", fmt.Sprintf("somebody signed in with %s as %s, to open %s. Your membership there is connected to another account at %s, so nothing was changed.", name, to, s.Organization.Name, name)},
			After: []string{"If it was you, ask an owner of " + s.Organization.Name + " to disconnect the other account, then sign in again. If it was not, do nothing."}})
	}
	return mail.SendToPerson(ctx, tx, to, mail.Message{Subject: "Use " + name + " to sign in to " + s.Organization.Name,
		Lines:  []string{fmt.Sprintf("Somebody, probably you, signed in with %s as %s, to open %s. Open this link to confirm that it was you.", name, to, s.Organization.Name)},
		Action: mail.Action{Label: "It was me", Path: "/login/sso/connection/" + text},
		After:  []string{"Open it in the browser where you signed in. It works once, within an hour. If it was not you, do nothing: nobody can sign in as you."}})
}

// tell mails somebody that they can be signed in by the provider from now on, so that it never happens behind their back.
func (p Pending) tell(ctx context.Context, tx *store.SystemTx, user accounts.User) error {
	return mail.SendToPerson(ctx, tx, user.Email, mail.Message{Subject: p.Provider + " signs you in to " + p.Organization.Name,
		Lines: []string{"Hello " + user.Name + ",", fmt.Sprintf("you can sign in to %s with %s from now on.", p.Organization.Name, p.Provider)},
		After: []string{"If this was not you, choose another password at once on the sign-in page, and ask an owner of " + p.Organization.Name + " to disconnect it."}})
}
