package organizations

import (
	"context"
	"fmt"
	"strings"

	"craftplan/internal/accounts"
	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/organizations/internal/db"
	"craftplan/internal/store"
)

// Everybody are all who belong or belonged to the organization, in the order in which they came. Whoever calls it has asked whether the
// organization may be carried away.
func Everybody(ctx context.Context, tx *store.Tx) ([]Member, error) {
	rows, err := db.For(tx).Everybody(ctx)
	members := make([]Member, len(rows))
	for i, r := range rows {
		members[i] = Member{UserID: r.UserID, Name: r.Name, Email: r.Email, Place: place(r.Role, r.Costs), Standing: Standing(r.Status), Since: r.CreatedAt}
	}
	return members, err
}

// Adopted is an organization that another installation tells of.
type Adopted struct {
	ID id.Organization // of the new one
	NewOrganization
	Logo         string // SHA-256 of the picture; "" is none
	SecondFactor bool
	People       []Member
	// Reconnect makes members of the people, by their addresses and as what they were. Else they are on record as who was there once,
	// under their names: nobody is let in but the owner.
	Reconnect bool
}

// Adopt makes the organization with its owner and lets bring fill it, in one transaction: all of it or nothing. bring is told which
// user stands for whom; it may be run more than once. For the operator: field names in errors are those of NewOrganization.
func Adopt(ctx context.Context, st *store.Store, a Adopted, owner Owner, bring func(tx *store.Tx, people map[id.ID]id.ID) error) (Organization, error) {
	in, err := a.Validate()
	if err != nil {
		return Organization{}, err
	}
	o := Organization{ID: a.ID, Name: in.Name, Slug: in.Slug, Status: Active, BillingPlan: in.Plan, TimeZone: in.TimeZone, Locale: in.Locale, Currency: in.Currency, BrandColor: strings.ToUpper(in.BrandColor), Logo: a.Logo, SecondFactor: a.SecondFactor}
	where, err := o.Context()
	if err != nil {
		return Organization{}, err
	}
	err = st.Provision(ctx, o.ID, authz.Actor{UserID: owner.id(), Role: authz.Owner}, where, func(system *store.SystemTx, tx *store.Tx) error {
		if err := create(ctx, system, tx, o, owner); err != nil {
			return err
		}
		if _, err := db.ForSystem(system).AdoptOrganization(ctx, db.AdoptOrganizationParams{Organization: o.ID, Logo: o.Logo, SecondFactor: o.SecondFactor, UpdatedAt: tx.Now()}); err != nil {
			return err
		}
		people, err := a.settle(ctx, system, tx, owner)
		if err != nil {
			return err
		}
		return bring(tx, people)
	})
	return o, err
}

// settle gives each person of the archive a user who stands for them here.
func (a Adopted) settle(ctx context.Context, system *store.SystemTx, tx *store.Tx, owner Owner) (map[id.ID]id.ID, error) {
	address := owner.Existing.Email
	if owner.New != nil {
		address = owner.New.Email
	}
	people := map[id.ID]id.ID{}
	for _, p := range a.People {
		if accounts.NormalizeEmail(p.Email) == address {
			people[p.UserID] = owner.id()
			continue
		}
		user, err := a.user(ctx, system, p)
		if err != nil {
			return nil, err
		}
		people[p.UserID] = user
		standing := NoLonger
		if a.Reconnect {
			standing = p.Standing
		}
		err = db.For(tx).AdoptMembership(ctx, db.AdoptMembershipIn{UserID: user, Role: string(p.Role), Costs: !p.CostsHidden, Status: string(standing), CreatedAt: tx.Now()})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.Email, err)
		}
	}
	return people, nil
}

func (a Adopted) user(ctx context.Context, system *store.SystemTx, p Member) (id.ID, error) {
	if !a.Reconnect {
		return accounts.CreateFormer(ctx, system, p.Name)
	}
	user, err := accounts.ByEmail(ctx, system, p.Email)
	if !fault.Is(err, fault.KindNotFound) {
		return user.ID, err
	}
	prepared, err := accounts.PrepareWithoutPassword(p.Name, p.Email)
	if err != nil {
		return id.ID{}, err
	}
	return prepared.ID, accounts.Create(ctx, system, prepared)
}
