package organizations

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"craftplan/internal/accounts"
	"craftplan/internal/audit"
	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/organizations/internal/db"
	"craftplan/internal/store"
)

const (
	invitationLife = 7 * 24 * time.Hour
	maxInvitations = 20 // at once
)

// Invitation asks somebody to join. It is for one address, can be used once, and ends after seven days.
type Invitation struct {
	ID    id.ID
	Email string
	Place
	InvitedBy string
	ExpiresAt calendar.Instant
}

// Sent is an invitation with the token of its link, which is told here and never again: only its hash is kept.
type Sent struct {
	Invitation
	Token string
}

// Invite asks people to join, by mail to their addresses. Who was asked before gets a new link, and the old one ends. Field names in
// errors are emails and role.
func Invite(ctx context.Context, tx *store.Tx, emails []string, as Place) ([]Sent, error) {
	if err := tx.Require(authz.MembersWrite); err != nil {
		return nil, err
	}
	if err := checkInvited(tx, emails, as); err != nil {
		return nil, err
	}
	if err := tx.Lock(ctx, ownerLock); err != nil {
		return nil, err
	}
	by, err := db.For(tx).Inviting(ctx, db.InvitingIn{UserID: tx.Actor().UserID})
	if err != nil {
		return nil, err
	}
	sent := make([]Sent, len(emails))
	for i, email := range emails {
		if sent[i], err = invite(ctx, tx, accounts.NormalizeEmail(email), as); err != nil {
			return nil, err
		}
		if err := mailInvitation(ctx, tx, sent[i], by.Organization, by.Inviter); err != nil {
			return nil, err
		}
	}
	return sent, room(ctx, tx)
}

func checkInvited(tx *store.Tx, emails []string, as Place) error {
	var p fault.Problems
	if !authz.Owner.Covers(as.Role) {
		p.Add("role", "Choose a role.")
	} else if !tx.Actor().Role.Covers(as.Role) || !as.CostsHidden && !tx.SeesCosts() {
		p.Add("role", "You cannot make somebody more than you are.")
	}
	if len(emails) == 0 || len(emails) > maxInvitations {
		p.Addf("emails", "Enter 1 to %d addresses.", maxInvitations)
	}
	for _, email := range emails {
		if !accounts.ValidEmail(accounts.NormalizeEmail(email)) {
			p.Addf("emails", "%q is not an e-mail address.", email)
		}
	}
	return p.Err()
}

func invite(ctx context.Context, tx *store.Tx, email string, as Place) (Sent, error) {
	queries := db.For(tx)
	member, err := queries.MemberByEmail(ctx, db.MemberByEmailIn{Email: email})
	if err != nil {
		return Sent{}, err
	}
	if member > 0 {
		return Sent{}, fault.Invalid("emails", email+" belongs to the organization already.")
	}
	if _, err := queries.EndInvitationsTo(ctx, db.EndInvitationsToIn{Email: email}); err != nil {
		return Sent{}, err
	}
	secret := rand.Text()
	i := Invitation{ID: id.New(), Email: email, Place: as, ExpiresAt: tx.Now().Add(invitationLife)}
	err = queries.CreateInvitation(ctx, db.CreateInvitationIn{ID: i.ID, Email: email, Role: string(as.Role), Costs: !as.CostsHidden, TokenHash: hashSecret(secret), ExpiresAt: i.ExpiresAt, CreatedAt: tx.Now(), CreatedBy: tx.Actor().UserID})
	if err != nil {
		return Sent{}, err
	}
	return Sent{i, tx.Organization().String() + "." + secret}, i.record(ctx, tx, audit.Invited)
}

// record keeps what became of the invitation; its secret is nowhere in it.
func (i Invitation) record(ctx context.Context, tx *store.Tx, action audit.Action) error {
	c := audit.Change{Action: action, Kind: audit.Invitation, Record: i.Email}
	if action == audit.Invited {
		c.Became = audit.Fields{"Role": i.Role.Label(), "Sees costs": !i.CostsHidden}
	}
	return audit.Record(ctx, tx, c)
}

func hashSecret(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// Invitations are those that wait for an answer, also when they have expired meanwhile.
func Invitations(ctx context.Context, tx *store.Tx) ([]Invitation, error) {
	if err := tx.Require(authz.MembersWrite); err != nil {
		return nil, err
	}
	rows, err := db.For(tx).Invitations(ctx)
	list := make([]Invitation, len(rows))
	for i, r := range rows {
		list[i] = Invitation{r.ID, r.Email, place(r.Role, r.Costs), r.InvitedBy, r.ExpiresAt}
	}
	return list, err
}

// Resend gives an invitation that waits, expired or not, a new link for seven more days; the former link ends.
func Resend(ctx context.Context, tx *store.Tx, invitation id.ID) (Sent, error) {
	if err := tx.Require(authz.MembersWrite); err != nil {
		return Sent{}, err
	}
	row, err := db.For(tx).PendingInvitation(ctx, db.PendingInvitationIn{ID: invitation})
	if err = store.Translate(err); fault.Is(err, fault.KindNotFound) {
		return Sent{}, notPending(ctx, tx, invitation)
	}
	if err != nil {
		return Sent{}, err
	}
	sent, err := Invite(ctx, tx, []string{row.Email}, place(row.Role, row.Costs))
	if err != nil {
		return Sent{}, err
	}
	return sent[0], nil
}

func errAnswered() error { return fault.Conflict("The invitation was answered or revoked meanwhile.") }

// Revoke ends an invitation before it is answered.
func Revoke(ctx context.Context, tx *store.Tx, invitation id.ID) error {
	if err := tx.Require(authz.MembersWrite); err != nil {
		return err
	}
	row, err := db.For(tx).PendingInvitation(ctx, db.PendingInvitationIn{ID: invitation})
	if err = store.Translate(err); fault.Is(err, fault.KindNotFound) {
		return notPending(ctx, tx, invitation)
	}
	if err != nil {
		return err
	}
	ended, err := db.For(tx).EndInvitation(ctx, db.EndInvitationIn{ID: invitation, Status: "revoked"})
	if err != nil {
		return err
	}
	if ended == 0 {
		return notPending(ctx, tx, invitation)
	}
	return Invitation{Email: row.Email}.record(ctx, tx, audit.Revoked)
}

// notPending says why an invitation waits for no answer: it has one, or there is none of the organization with that id.
func notPending(ctx context.Context, tx *store.Tx, invitation id.ID) error {
	there, err := db.For(tx).InvitationExists(ctx, db.InvitationExistsIn{ID: invitation})
	if err != nil {
		return err
	}
	if !there {
		return fault.NotFound("invitation")
	}
	return errAnswered()
}

// Invited is what a link of an invitation opens: the organization it is for, and what it says.
type Invited struct {
	Organization Organization
	Invitation
	scope store.Scope
}

// errLink is every reason why a link opens nothing, in one answer.
func errLink() error { return fault.NotFound("invitation") }

// ResolveInvitation finds the invitation of a link's token. Unknown, answered, revoked and expired are the same NotFound fault.
func ResolveInvitation(ctx context.Context, st *store.Store, token string) (Invited, error) {
	text, secret, _ := strings.Cut(token, ".")
	organization, err := id.ParseOrganization(text)
	if err != nil || secret == "" {
		return Invited{}, errLink()
	}
	o, scope, err := OpenByID(ctx, st, organization)
	if fault.Is(err, fault.KindNotFound) {
		return Invited{}, errLink()
	}
	if err != nil {
		return Invited{}, err
	}
	in := Invited{Organization: o, scope: scope}
	return in, st.View(ctx, in.scope, func(tx *store.Tx) error { return in.read(ctx, tx, secret) })
}

func (in *Invited) read(ctx context.Context, tx *store.Tx, secret string) error {
	row, err := db.For(tx).InvitationByHash(ctx, db.InvitationByHashIn{TokenHash: hashSecret(secret)})
	if err = store.Translate(err); fault.Is(err, fault.KindNotFound) || err == nil && (row.Status != "pending" || row.ExpiresAt.Before(tx.Now())) {
		return errLink()
	}
	in.Invitation = Invitation{row.ID, row.Email, place(row.Role, row.Costs), row.InvitedBy, row.ExpiresAt}
	return err
}

// Accept makes the person a member and ends the invitation, in one transaction. The person is an existing user with the address
// of the invitation, or one to be made with it. after runs last in it; it may be nil.
func (in Invited) Accept(ctx context.Context, st *store.Store, person Owner, after func(*store.SystemTx) error) error {
	email := person.Existing.Email
	if person.New != nil {
		email = person.New.Email
	}
	if email != in.Email {
		return fault.Forbidden("This invitation is for " + in.Email + ".")
	}
	actor := in.actor(person.id())
	return st.Provision(ctx, in.Organization.ID, actor, in.scope.Context(), func(system *store.SystemTx, tx *store.Tx) error {
		if err := in.end(ctx, tx, "accepted"); err != nil {
			return err
		}
		if person.New != nil {
			if err := accounts.Create(ctx, system, *person.New); err != nil {
				return err
			}
		}
		if err := join(ctx, tx, actor); err != nil {
			return err
		}
		if after == nil {
			return nil
		}
		return after(system)
	})
}

// Decline ends the invitation.
func (in Invited) Decline(ctx context.Context, st *store.Store) error {
	return st.Update(ctx, in.scope, func(tx *store.Tx) error {
		if err := in.end(ctx, tx, "declined"); err != nil {
			return err
		}
		return in.record(ctx, tx, audit.Declined)
	})
}

func (in Invited) end(ctx context.Context, tx *store.Tx, status string) error {
	ended, err := db.For(tx).EndInvitation(ctx, db.EndInvitationIn{ID: in.ID, Status: status})
	if err == nil && ended == 0 {
		err = errAnswered()
	}
	return err
}

// join makes the actor a member, or one again.
func join(ctx context.Context, tx *store.Tx, actor authz.Actor) error {
	again, err := db.For(tx).Rejoin(ctx, db.RejoinIn{UserID: actor.UserID, Role: string(actor.Role), Costs: !actor.CostsHidden, UpdatedAt: tx.Now()})
	if err != nil {
		return err
	}
	if again > 0 {
		return recordJoined(ctx, tx, actor)
	}
	err = db.For(tx).CreateMembership(ctx, db.CreateMembershipIn{UserID: actor.UserID, Role: string(actor.Role), Costs: !actor.CostsHidden, CreatedAt: tx.Now()})
	if err = store.Translate(err); errors.Is(err, store.ErrUnique) {
		return fault.Conflict("This person is a member already.")
	}
	if err != nil {
		return err
	}
	return recordJoined(ctx, tx, actor)
}

func recordJoined(ctx context.Context, tx *store.Tx, actor authz.Actor) error {
	row, err := db.For(tx).Membership(ctx, db.MembershipIn{UserID: actor.UserID})
	if err != nil {
		return err
	}
	m := Member{Place: place(row.Role, row.Costs), Standing: Standing(row.Status)}
	return audit.Record(ctx, tx, audit.Change{Action: audit.Joined, Kind: audit.Member, Record: row.Name, Became: m.fields()})
}
