package organizations

import (
	"context"

	"craftplan/internal/audit"
	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/organizations/internal/db"
	"craftplan/internal/store"
)

// Standing is whether a member may open the organization.
type Standing string

// The standings. A removed member stays on record, because what they did refers to them.
const (
	Working   Standing = "active"
	Paused    Standing = "suspended"
	NoLonger  Standing = "removed"
	ownerLock          = "active owners"
)

// Place is what somebody is in an organization, or is invited to be.
type Place struct {
	Role        authz.Role
	CostsHidden bool // they do not see what things cost; never of owners and admins
}

func place(role string, costs bool) Place {
	r := authz.Role(role)
	return Place{r, !costs && !r.AlwaysSeesCosts()}
}

func (p Place) actor(user id.ID) authz.Actor {
	return authz.Actor{UserID: user, Role: p.Role, CostsHidden: p.CostsHidden}
}

// Member is a person of the organization.
type Member struct {
	UserID      id.ID
	Name, Email string
	Place
	Standing Standing
	Since    calendar.Instant
	// SecondFactor tells whether the person has one, whether or not the organization asks for it.
	SecondFactor bool
}

// Members are all who belong to the organization, by name.
func Members(ctx context.Context, tx *store.Tx) ([]Member, error) {
	if err := tx.Require(authz.MembersWrite); err != nil {
		return nil, err
	}
	rows, err := db.For(tx).Members(ctx)
	members := make([]Member, len(rows))
	for i, r := range rows {
		members[i] = Member{r.UserID, r.Name, r.Email, place(r.Role, r.Costs), Standing(r.Status), r.CreatedAt, r.SecondFactor}
	}
	return members, err
}

// ChangeRole gives a member another role. Nobody grants more than they have, or changes somebody who has more.
func ChangeRole(ctx context.Context, tx *store.Tx, user id.ID, role authz.Role) error {
	if err := tx.Require(authz.MembersWrite); err != nil {
		return err
	}
	if !tx.Actor().Role.Covers(role) {
		return fault.Forbidden("You cannot make somebody more than you are.")
	}
	return change(ctx, tx, user, audit.Changed, func(m *Member) { m.Role = role })
}

// HideCosts keeps from a member of staff or a viewer what things cost.
func HideCosts(ctx context.Context, tx *store.Tx, user id.ID) error {
	if err := tx.Require(authz.MembersWrite); err != nil {
		return err
	}
	var role authz.Role
	err := change(ctx, tx, user, audit.Changed, func(m *Member) { role, m.CostsHidden = m.Role, true })
	if err == nil && role.AlwaysSeesCosts() {
		err = fault.Conflict("Owners and admins always see what things cost.")
	}
	return err
}

// ShowCosts lets a member see what things cost.
func ShowCosts(ctx context.Context, tx *store.Tx, user id.ID) error {
	if err := tx.Require(authz.MembersWrite); err != nil {
		return err
	}
	if err := tx.Require(authz.CostsRead); err != nil { // nobody gives more than they have
		return err
	}
	return change(ctx, tx, user, audit.Changed, func(m *Member) { m.CostsHidden = false })
}

// Suspend keeps a member out until they are reinstated.
func Suspend(ctx context.Context, tx *store.Tx, user id.ID) error {
	if err := tx.Require(authz.MembersWrite); err != nil {
		return err
	}
	return change(ctx, tx, user, audit.Suspended, func(m *Member) { m.Standing = Paused })
}

// Reinstate lets a suspended member in again.
func Reinstate(ctx context.Context, tx *store.Tx, user id.ID) error {
	if err := tx.Require(authz.MembersWrite); err != nil {
		return err
	}
	return change(ctx, tx, user, audit.Resumed, func(m *Member) { m.Standing = Working })
}

// Remove ends a membership; the person may be invited again.
func Remove(ctx context.Context, tx *store.Tx, user id.ID) error {
	if err := tx.Require(authz.MembersWrite); err != nil {
		return err
	}
	return change(ctx, tx, user, audit.Removed, func(m *Member) { m.Standing = NoLonger })
}

// Leave ends the actor's own membership.
func Leave(ctx context.Context, tx *store.Tx) error {
	if err := tx.Require(authz.OrdersRead); err != nil { // every member may
		return err
	}
	if tx.Actor().Support {
		return fault.Conflict("You are here as support, until an owner or the hours end that.")
	}
	return change(ctx, tx, tx.Actor().UserID, audit.Left, func(m *Member) { m.Standing = NoLonger })
}

// TransferOwnership makes another active member owner, and the actor an admin.
func TransferOwnership(ctx context.Context, tx *store.Tx, to id.ID) error {
	if err := tx.Require(authz.OrganizationControl); err != nil {
		return err
	}
	if to == tx.Actor().UserID {
		return fault.Conflict("You are the owner already.")
	}
	if err := change(ctx, tx, to, audit.Changed, func(m *Member) { m.Role = authz.Owner }); err != nil {
		return err
	}
	return change(ctx, tx, tx.Actor().UserID, audit.Changed, func(m *Member) { m.Role = authz.Admin })
}

// fields are what the audit log tells of a member.
func (m Member) fields() audit.Fields {
	return audit.Fields{"Role": m.Role.Label(), "Sees costs": !m.CostsHidden, "Standing": string(m.Standing)}
}

// change reads a member, lets fn change it, and writes it, while no other change of members runs: there is always an active
// owner.
func change(ctx context.Context, tx *store.Tx, user id.ID, action audit.Action, fn func(*Member)) error {
	if err := tx.Lock(ctx, ownerLock); err != nil {
		return err
	}
	queries := db.For(tx)
	row, err := queries.Membership(ctx, db.MembershipIn{UserID: user})
	if err = store.Translate(err); fault.Is(err, fault.KindNotFound) || err == nil && Standing(row.Status) == NoLonger {
		return fault.NotFound("member")
	}
	if err != nil {
		return err
	}
	m := Member{UserID: user, Name: row.Name, Place: place(row.Role, row.Costs), Standing: Standing(row.Status)}
	was := m.fields()
	if user != tx.Actor().UserID && !tx.Actor().Role.Covers(m.Role) {
		return fault.Forbidden("You cannot change somebody who is more than you are.")
	}
	fn(&m)
	if _, err := queries.SetMembership(ctx, db.SetMembershipIn{UserID: user, Role: string(m.Role), Costs: !m.CostsHidden, Status: string(m.Standing), UpdatedAt: tx.Now()}); err != nil {
		return err
	}
	owners, err := queries.ActiveOwners(ctx)
	if err != nil {
		return err
	}
	if owners == 0 {
		return fault.Conflict("An organization needs an active owner. Make somebody else the owner first.")
	}
	return audit.Record(ctx, tx, audit.Change{Action: action, Kind: audit.Member, Record: m.Name, Was: was, Became: m.fields()})
}
