package organizations

import (
	"context"
	"errors"

	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/organizations/internal/db"
	"craftplan/internal/store"
)

// How somebody whose address is proven becomes a member without the link of an invitation.

// OpenBySlug opens an organization by its address, or by a former one, whatever its status, for who is about to sign in. The actor may
// do nothing that needs a permission.
func OpenBySlug(ctx context.Context, st *store.Store, slug string) (Organization, store.Scope, error) {
	var row db.OrganizationBySlugRow
	err := st.SystemView(ctx, "find an organization by its slug", func(tx *store.SystemTx) (err error) {
		row, err = db.ForSystem(tx).OrganizationBySlug(ctx, db.OrganizationBySlugParams{Slug: slug})
		return err
	})
	if fault.Is(err, fault.KindNotFound) {
		return Organization{}, store.Scope{}, fault.NotFound("organization")
	}
	if err != nil {
		return Organization{}, store.Scope{}, err
	}
	o := organization(row.Organization)
	where, err := o.Context()
	return o, store.NewScope(o.ID, authz.Actor{}, where), err
}

// InvitationOf finds the invitation that waits for an address; none, and one that has expired, are a NotFound fault.
func InvitationOf(ctx context.Context, st *store.Store, o Organization, scope store.Scope, email string) (Invited, error) {
	in := Invited{Organization: o, scope: scope}
	return in, st.View(ctx, scope, func(tx *store.Tx) error {
		row, err := db.For(tx).InvitationTo(ctx, db.InvitationToIn{Email: email})
		if err = store.Translate(err); fault.Is(err, fault.KindNotFound) || err == nil && row.ExpiresAt.Before(tx.Now()) {
			return errLink()
		}
		in.Invitation = Invitation{row.ID, email, place(row.Role, row.Costs), row.InvitedBy, row.ExpiresAt}
		return err
	})
}

// Join makes the transaction's actor a member by the invitation, and ends it.
func (in Invited) Join(ctx context.Context, tx *store.Tx) error {
	if err := in.end(ctx, tx, "accepted"); err != nil {
		return err
	}
	return join(ctx, tx, in.actor(tx.Actor().UserID))
}

// Admit makes the transaction's actor a member, with the role they act with, as long as the plan has room. That they may join is
// decided before. Who was a member once is not admitted again: that takes an invitation.
func Admit(ctx context.Context, tx *store.Tx) error {
	if err := tx.Lock(ctx, ownerLock); err != nil {
		return err
	}
	actor := tx.Actor()
	err := db.For(tx).CreateMembership(ctx, db.CreateMembershipIn{UserID: actor.UserID, Role: string(actor.Role), Costs: !actor.CostsHidden, CreatedAt: tx.Now()})
	if err = store.Translate(err); errors.Is(err, store.ErrUnique) {
		return fault.Conflict("You were a member before. Ask for an invitation.")
	}
	if err != nil {
		return err
	}
	if err := room(ctx, tx); fault.Is(err, fault.KindInvalid) {
		return fault.Conflict("The plan of this organization has no room for another person. Ask one of its owners.")
	} else if err != nil {
		return err
	}
	return recordJoined(ctx, tx, actor)
}
