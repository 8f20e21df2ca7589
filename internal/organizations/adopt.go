package organizations

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

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
	NewOrganization
	Logo         string // SHA-256 of the picture; "" is none
	SecondFactor bool
	People       []Member
	// Reconnect makes members of the people, by their addresses and as what they were. Else they are on record as who was there once,
	// under their names: nobody is let in but the owner.
	Reconnect bool
}

// patience is how long an organization on its way in may rest between two transactions; then it is removed. It is longer than any of
// them takes, or the content of a file.
const patience = time.Hour

// Arrival is an organization on its way in, which takes many transactions. Until it has arrived nobody is let in, no list names it and
// no address leads to it: it is closing, under no slug, and its people are former members. Whoever brings it puts its removal off with
// every transaction, so that what a killed process leaves is removed as any other organization is whose time has come.
type Arrival struct {
	store     *store.Store
	becomes   Organization
	adopted   Adopted
	owner     Owner
	where     store.Context
	people    map[id.ID]id.ID     // who stands here for whom
	newcomers []accounts.Prepared // who gets an account at last; until then somebody stands for them
}

// Adopt begins to bring an organization in: for the operator. Field names in errors are those of NewOrganization.
func Adopt(ctx context.Context, st *store.Store, a Adopted, owner Owner) (*Arrival, error) {
	in, err := a.Validate()
	if err != nil {
		return nil, err
	}
	o := Organization{ID: id.NewOrganization(), Name: in.Name, Slug: in.Slug, Status: Active, BillingPlan: in.Plan, TimeZone: in.TimeZone, Locale: in.Locale, Currency: in.Currency, BrandColor: strings.ToUpper(in.BrandColor), Logo: a.Logo, SecondFactor: a.SecondFactor}
	where, err := o.Context()
	if err != nil {
		return nil, err
	}
	arrival := &Arrival{store: st, becomes: o, adopted: a, owner: owner, where: where}
	return arrival, arrival.provision(ctx, func(system *store.SystemTx, tx *store.Tx) error {
		if err := SlugFree(ctx, system, o.Slug); err != nil { // asked again at last; who would wait in vain is told now
			return err
		}
		err := db.ForSystem(system).CreateArriving(ctx, db.CreateArrivingParams{ID: o.ID, Name: o.Name, Slug: "arriving:" + o.ID.String(), BillingPlan: o.BillingPlan, TimeZone: o.TimeZone, Locale: o.Locale, Currency: o.Currency, BrandColor: o.BrandColor,
			CreatedAt: tx.Now(), RemoveAt: new(tx.Now().Add(patience))})
		if err != nil {
			return err
		}
		return arrival.stand(ctx, system, tx)
	})
}

func (a *Arrival) provision(ctx context.Context, fn func(*store.SystemTx, *store.Tx) error) error {
	return a.store.Provision(ctx, a.becomes.ID, authz.Actor{UserID: a.owner.id(), Role: authz.Owner}, a.where, fn)
}

// ID is the new organization's.
func (a *Arrival) ID() id.Organization { return a.becomes.ID }

// Person is who stands here for somebody of the archive.
func (a *Arrival) Person(of id.ID) (here id.ID, known bool) {
	here, known = a.people[of]
	return here, known
}

// Bring runs fn in a transaction of the organization on its way, and puts its removal off. fn may run more than once; nil only puts
// it off.
func (a *Arrival) Bring(ctx context.Context, fn func(*store.Tx) error) error {
	return a.provision(ctx, func(system *store.SystemTx, tx *store.Tx) error {
		on, err := db.ForSystem(system).GoOnArriving(ctx, db.GoOnArrivingParams{Organization: a.becomes.ID, RemoveAt: new(tx.Now().Add(patience)), Moment: tx.Now()})
		if err == nil && on == 0 {
			err = errTurnedBack()
		}
		if err != nil || fn == nil {
			return err
		}
		return fn(tx)
	})
}

func errTurnedBack() error {
	return fault.Unavailable("The import rested for too long, and what it had brought was removed. Begin it again.", nil)
}

// Count is how many rows there are of the organization in each table, read while others write. Nobody but the removal changes them any
// more, and whoever settles after that is refused.
func (a *Arrival) Count(ctx context.Context) (counted store.Counted, err error) {
	_, scope, err := OpenByID(ctx, a.store, a.becomes.ID)
	if err != nil {
		return nil, err
	}
	return counted, a.store.View(ctx, scope, func(tx *store.Tx) error {
		counted, err = tx.CountRows(ctx)
		return err
	})
}

// Settle gives the organization its slug and its members in one transaction, unless whole finds that something lacks. From then on it
// is one like any other. whole may run more than once.
func (a *Arrival) Settle(ctx context.Context, whole func(*store.Tx) error) (Organization, error) {
	o := a.becomes
	return o, a.provision(ctx, func(system *store.SystemTx, tx *store.Tx) error {
		arrived, err := db.ForSystem(system).Arrive(ctx, db.ArriveParams{Organization: o.ID, Slug: o.Slug, Logo: o.Logo, SecondFactor: o.SecondFactor, Moment: tx.Now()})
		if err = store.Translate(err); errors.Is(err, store.ErrUnique) {
			return taken()
		}
		if err == nil && arrived == 0 {
			err = errTurnedBack()
		}
		if err != nil {
			return err
		}
		if err := whole(tx); err != nil {
			return err
		}
		if err := takeSlug(ctx, system, o.ID, o.Slug); err != nil {
			return err
		}
		for _, newcomer := range a.newcomers {
			if err := accounts.Identify(ctx, system, newcomer); err != nil {
				return err
			}
		}
		return a.admit(ctx, tx)
	})
}

// admit makes members of who shall be, and records it, and how the organization came to be.
func (a *Arrival) admit(ctx context.Context, tx *store.Tx) error {
	if err := a.becomes.recordAdded(ctx, tx); err != nil {
		return err
	}
	if err := AddMember(ctx, tx, a.owner.id(), authz.Owner); err != nil {
		return err
	}
	for _, p := range a.adopted.People {
		here := a.people[p.UserID]
		if !a.adopted.Reconnect || here == a.owner.id() {
			continue
		}
		if _, err := db.For(tx).SetMembership(ctx, db.SetMembershipIn{UserID: here, Role: string(p.Role), Costs: !p.CostsHidden, Status: string(p.Standing), UpdatedAt: tx.Now()}); err != nil {
			return fmt.Errorf("%s: %w", p.Email, err)
		}
	}
	return nil
}

// TurnBack removes all that was brought; contents removes all contents of an organization's files. One that has arrived it leaves as it is.
func (a *Arrival) TurnBack(ctx context.Context, contents func(context.Context, id.Organization) error) error {
	err := a.provision(ctx, func(system *store.SystemTx, _ *store.Tx) error {
		return db.ForSystem(system).TurnBack(ctx, db.TurnBackParams{Organization: a.becomes.ID})
	})
	if err != nil {
		return err
	}
	r := Remover{Store: a.store, Contents: contents, Rest: a.store.Rest}
	for err = r.Remove(ctx, a.becomes.ID); errors.Is(err, ErrUnfinished); {
		err = r.Remove(ctx, a.becomes.ID)
	}
	return err
}

// stand gives each person of the archive, and the owner, a former member who stands for them here.
func (a *Arrival) stand(ctx context.Context, system *store.SystemTx, tx *store.Tx) error {
	a.people, a.newcomers = map[id.ID]id.ID{}, nil
	address := a.owner.Existing.Email
	if a.owner.New != nil {
		address = a.owner.New.Email
		if err := a.expect(ctx, system, *a.owner.New); err != nil {
			return err
		}
	}
	if err := a.record(ctx, tx, Member{UserID: a.owner.id(), Place: Place{Role: authz.Owner}}); err != nil {
		return err
	}
	for _, p := range a.adopted.People {
		if accounts.NormalizeEmail(p.Email) == address {
			a.people[p.UserID] = a.owner.id()
			continue
		}
		user, err := a.user(ctx, system, p)
		if err != nil {
			return err
		}
		a.people[p.UserID], p.UserID = user, user
		if err := a.record(ctx, tx, p); err != nil {
			return fmt.Errorf("%s: %w", p.Email, err)
		}
	}
	return nil
}

// record makes a former member of a user.
func (a *Arrival) record(ctx context.Context, tx *store.Tx, m Member) error {
	return db.For(tx).AdoptMembership(ctx, db.AdoptMembershipIn{UserID: m.UserID, Role: string(m.Role), Costs: !m.CostsHidden, Status: string(NoLonger), CreatedAt: tx.Now()})
}

// expect lets somebody stand for who gets an account when the organization has arrived.
func (a *Arrival) expect(ctx context.Context, system *store.SystemTx, newcomer accounts.Prepared) error {
	if slices.ContainsFunc(a.newcomers, func(p accounts.Prepared) bool { return p.Email == newcomer.Email }) {
		return fault.Conflict("Two people have the address " + newcomer.Email + ".")
	}
	a.newcomers = append(a.newcomers, newcomer)
	return accounts.CreateFormer(ctx, system, newcomer.ID, newcomer.Name)
}

func (a *Arrival) user(ctx context.Context, system *store.SystemTx, p Member) (id.ID, error) {
	if !a.adopted.Reconnect {
		former := id.New()
		return former, accounts.CreateFormer(ctx, system, former, p.Name)
	}
	user, err := accounts.ByEmail(ctx, system, p.Email)
	if !fault.Is(err, fault.KindNotFound) {
		return user.ID, err
	}
	prepared, err := accounts.PrepareWithoutPassword(p.Name, p.Email)
	if err != nil {
		return id.ID{}, err
	}
	return prepared.ID, a.expect(ctx, system, prepared)
}
