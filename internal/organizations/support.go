package organizations

import (
	"context"
	"fmt"
	"slices"
	"time"

	"craftplan/internal/accounts"
	"craftplan/internal/audit"
	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/mail"
	"craftplan/internal/organizations/internal/db"
	"craftplan/internal/store"
)

// Support is what an organization lets the installation's support do: to read as a viewer does, or to work as staff do, for some
// hours. Nobody of the support is in before they say that they go in, which both audit logs tell.
type Support struct {
	Since, Until calendar.Instant
	By           id.ID // the owner who granted it
	Writes       bool
	Reason       string
}

// SupportHours are for how long an owner can let support in.
var SupportHours = []int{1, 4, 24, 72}

// Helped is the support that the organization lets in at a moment; nil is none. One that is suspended or closing lets nobody in.
func (o Organization) Helped(now calendar.Instant) *Support {
	if o.support == nil || o.Status != Active || !now.Before(o.support.Until) {
		return nil
	}
	return o.support
}

func supportOf(row db.Organization) *Support {
	if row.SupportSince == nil || row.SupportUntil == nil || row.SupportBy == nil {
		return nil
	}
	return &Support{*row.SupportSince, *row.SupportUntil, *row.SupportBy, row.SupportWrites, row.SupportReason}
}

// role is what somebody of the support is while they are in.
func (s Support) role() authz.Role {
	if s.Writes {
		return authz.Staff
	}
	return authz.Viewer
}

// SupportGrant is what an owner lets support do. Field names in errors are reason and hours.
type SupportGrant struct {
	Reason string
	Hours  int
	Writes bool
}

func (g *SupportGrant) validate() error {
	var p fault.Problems
	var ok bool
	if g.Reason, ok = accounts.Reason(g.Reason); !ok {
		p.Addf("reason", "Say in 1 to %d characters what you need help with.", accounts.MostReason)
	}
	if !slices.Contains(SupportHours, g.Hours) {
		p.Add("hours", "Choose for how long.")
	}
	return p.Err()
}

// GrantSupport lets the installation's support in, by an owner, and mails them. It takes the place of a grant that holds, and whoever
// was in by that has to come in anew.
func GrantSupport(ctx context.Context, st *store.Store, scope store.Scope, o Organization, g SupportGrant) error {
	if err := scope.Actor().Require(authz.OrganizationControl); err != nil {
		return err
	}
	if err := g.validate(); err != nil {
		return err
	}
	return st.Provision(ctx, o.ID, scope.Actor(), scope.Context(), func(system *store.SystemTx, tx *store.Tx) error {
		s := Support{tx.Now(), tx.Now().Add(time.Duration(g.Hours) * time.Hour), tx.Actor().UserID, g.Writes, g.Reason}
		if _, err := db.ForSystem(system).GrantSupport(ctx, db.GrantSupportParams{Organization: o.ID, Since: &s.Since, Until: &s.Until, By: &s.By, Writes: s.Writes, Reason: s.Reason}); err != nil {
			return err
		}
		if err := s.note(ctx, system, tx, o, granting); err != nil {
			return err
		}
		return s.tell(ctx, system, o)
	})
}

// EndSupport shuts support out at once, by an owner.
func EndSupport(ctx context.Context, st *store.Store, scope store.Scope, o Organization) error {
	if err := scope.Actor().Require(authz.OrganizationControl); err != nil {
		return err
	}
	return st.Provision(ctx, o.ID, scope.Actor(), scope.Context(), func(system *store.SystemTx, tx *store.Tx) error {
		ended, err := db.ForSystem(system).EndSupport(ctx, db.EndSupportParams{Organization: o.ID, Moment: new(tx.Now())})
		if err == nil && ended == 0 {
			err = fault.Conflict("Support is not let in.")
		}
		if err != nil || o.support == nil {
			return err
		}
		s := *o.support
		s.Until = tx.Now()
		return s.note(ctx, system, tx, o, ending)
	})
}

// EnterSupport takes somebody of the support into an organization that lets them in, and keeps that in both audit logs. Whoever is no
// supporter, or is not let in, finds nothing.
func EnterSupport(ctx context.Context, st *store.Store, slug string, user accounts.User) (Organization, error) {
	helps, err := OpenToSupport(ctx, st, user.ID)
	if err != nil {
		return Organization{}, err
	}
	for _, h := range helps {
		if h.Organization.Slug == slug {
			return h.Organization, h.enter(ctx, st, user)
		}
	}
	return Organization{}, fault.NotFound("page")
}

func (h Help) enter(ctx context.Context, st *store.Store, user accounts.User) error {
	o := h.Organization
	where, err := o.Context()
	if err != nil || h.Entered {
		return err
	}
	actor := authz.Actor{UserID: user.ID, Support: true} // who may nothing yet
	return st.Provision(ctx, o.ID, actor, where, func(system *store.SystemTx, tx *store.Tx) error {
		if err := db.For(tx).StandIn(ctx, db.StandInIn{UserID: user.ID, CreatedAt: tx.Now()}); err != nil {
			return err
		}
		m, err := db.For(tx).Membership(ctx, db.MembershipIn{UserID: user.ID})
		if err != nil {
			return err
		}
		if Standing(m.Status) != NoLonger {
			return fault.Conflict("You belong to " + o.Name + " yourself.")
		}
		return h.Support.note(ctx, system, tx, o, entering)
	})
}

// supportEvent is what happened to a grant, in the words of both logs.
type supportEvent struct {
	event  string
	action audit.Action
}

var (
	granting = supportEvent{"granted", audit.Granted}
	entering = supportEvent{"entered", audit.Entered}
	ending   = supportEvent{"ended", audit.Revoked}
)

// note keeps an event in the organization's audit log and in the host's.
func (s Support) note(ctx context.Context, system *store.SystemTx, tx *store.Tx, o Organization, e supportEvent) error {
	err := db.ForSystem(system).NoteSupport(ctx, db.NoteSupportParams{ID: id.New(), At: tx.Now(), Organization: id.ID{UUID: o.ID.UUID}, Slug: o.Slug, Person: tx.Actor().UserID, Event: e.event, Reason: s.Reason, Writes: s.Writes, Until: s.Until})
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Change{Action: e.action, Kind: audit.SupportAccess, Became: audit.Fields{"Reason": s.Reason, "May change": s.Writes, "Until": o.moment(s.Until)}})
}

// moment is a time of day where the organization is.
func (o Organization) moment(at calendar.Instant) string {
	zone := time.UTC
	if where, err := o.Context(); err == nil {
		zone = where.Zone
	}
	return at.Time().In(zone).Format("January 2, 2006, 15:04 MST")
}

// tell mails everybody of the support that an organization asks for help.
func (s Support) tell(ctx context.Context, system *store.SystemTx, o Organization) error {
	people, err := db.ForSystem(system).Supporters(ctx)
	if err != nil {
		return err
	}
	for _, p := range people {
		m := mail.Message{Subject: o.Name + " asks for help", Lines: []string{"Hello " + p.Name + ",", fmt.Sprintf("%s lets support in: %s", o.Name, s.Reason)},
			Action: mail.Action{Label: "See who asks for help", Path: "/support"}}
		if err := mail.SendToPerson(ctx, system, p.Email, m); err != nil {
			return err
		}
	}
	return nil
}

// resolveSupport is Resolve for who is no member: whoever is in as support reads, or works, until the grant ends.
func resolveSupport(ctx context.Context, st *store.Store, slug string, user id.ID) (Membership, store.Scope, error) {
	now := calendar.At(st.Now())
	var row db.ResolveSupportRow
	err := st.SystemView(ctx, "resolve an organization for support", func(tx *store.SystemTx) (err error) {
		row, err = db.ForSystem(tx).ResolveSupport(ctx, db.ResolveSupportParams{Slug: slug, UserID: user, Moment: &now})
		return err
	})
	if fault.Is(err, fault.KindNotFound) {
		return Membership{}, store.Scope{}, fault.NotFound("page")
	}
	if err != nil {
		return Membership{}, store.Scope{}, err
	}
	o := organization(row.Organization)
	return Membership{o, Place{Role: o.support.role()}, true}.open(st, user)
}

// Help is an organization that lets support in.
type Help struct {
	Organization Organization
	Support      Support
	Entered      bool // the person is in
}

// OpenToSupport are the organizations that let support in now, by name, for somebody of the support. For anybody else it is a NotFound
// fault.
func OpenToSupport(ctx context.Context, st *store.Store, user id.ID) (helps []Help, err error) {
	now := calendar.At(st.Now())
	err = st.SystemView(ctx, "support: organizations that let it in", func(tx *store.SystemTx) error {
		is, err := db.ForSystem(tx).IsSupporter(ctx, db.IsSupporterParams{ID: user})
		if err != nil {
			return err
		}
		if !is {
			return fault.NotFound("page")
		}
		rows, err := db.ForSystem(tx).OpenToSupport(ctx, db.OpenToSupportParams{UserID: user, Moment: &now})
		for _, row := range rows {
			o := organization(row.Organization)
			helps = append(helps, Help{o, *o.support, row.Entered})
		}
		return err
	})
	return helps, err
}

// SetSupporter makes somebody one of the installation's support, or no longer, for the operator. The error's field is email.
func SetSupporter(ctx context.Context, st *store.Store, email string, is bool) error {
	return st.System(ctx, "operator: who belongs to the support", func(tx *store.SystemTx) error {
		changed, err := db.ForSystem(tx).SetSupporter(ctx, db.SetSupporterParams{Email: accounts.NormalizeEmail(email), Support: is, UpdatedAt: tx.Now()})
		if err == nil && changed == 0 {
			err = fault.Invalid("email", "Nobody has the address "+email+".")
		}
		return err
	})
}

// Supporter is somebody of the installation's support.
type Supporter struct{ Name, Email string }

// Supporters are all of them, by address, for the operator.
func Supporters(ctx context.Context, st *store.Store) (people []Supporter, err error) {
	err = st.SystemView(ctx, "operator: list the support", func(tx *store.SystemTx) error {
		rows, err := db.ForSystem(tx).Supporters(ctx)
		for _, r := range rows {
			people = append(people, Supporter{r.Name, r.Email})
		}
		return err
	})
	return people, err
}

// SupportEvent is a line of the host's own record of support.
type SupportEvent struct {
	At           calendar.Instant
	Organization string // its slug, as it was then
	Event        string // granted, entered or ended
	Name, Email  string // the owner who granted or ended it, or who of the support came in
	Reason       string
	Writes       bool
	Until        calendar.Instant
}

// SupportEvents are the latest of all organizations, also of those that are gone, for the operator.
func SupportEvents(ctx context.Context, st *store.Store, limit int) (events []SupportEvent, err error) {
	err = st.SystemView(ctx, "operator: the record of support", func(tx *store.SystemTx) error {
		rows, err := db.ForSystem(tx).SupportEvents(ctx, db.SupportEventsParams{CountOf: int32(limit)})
		for _, r := range rows {
			events = append(events, SupportEvent{r.At, r.Slug, r.Event, r.Name, r.Email, r.Reason, r.Writes, r.Until})
		}
		return err
	})
	return events, err
}
