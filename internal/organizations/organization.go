package organizations

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"unicode"

	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/organizations/internal/db"
	"craftplan/internal/store"
)

// Organization is a maker's workshop, and what its pages, its API, its jobs and its mails are made with: place, plan, look and features.
// It is read whole or not at all.
type Organization struct {
	ID     id.Organization
	Name   string
	Slug   string
	Status Status
	// Why is the reason of a suspension, for members to read.
	Why         string
	BillingPlan string
	TimeZone    string // IANA name
	Locale      string // BCP 47
	Currency    string // ISO 4217
	BrandColor  string // #RRGGBB
	Logo        string // SHA-256 of the picture, hexadecimal; "" is none
	Features    Features
	// SecondFactor closes it to members whose session began with their password alone.
	SecondFactor bool
	CreatedAt    calendar.Instant
	// Exports is how often the host writes it into an archive. ExportDue is the last day for which one should be, ExportedOn that for which
	// one is; nil is none.
	Exports               Schedule
	ExportDue, ExportedOn *calendar.Date
	// Closing is what is known of an organization that is closing; nil of any other.
	Closing *Closure

	support  *Support // the last grant, which may be over
	arriving bool
}

// Closure is an organization's end to come.
type Closure struct {
	Since    calendar.Instant
	By       *id.ID           // nil is the operator
	RemoveAt calendar.Instant // from then on it is gone
}

func organization(row db.Organization) Organization {
	o := Organization{row.ID, row.Name, row.Slug, Status(row.Status), row.StatusReason, row.BillingPlan, row.TimeZone, row.Locale, row.Currency, row.BrandColor, row.Logo, parseFeatures(row.Features), row.SecondFactor, row.CreatedAt, Schedule(row.ExportSchedule), row.ExportTakenOn, row.ExportedOn, nil, supportOf(row), row.Arriving}
	if row.ClosingAt != nil && row.RemoveAt != nil {
		o.Closing = &Closure{*row.ClosingAt, row.ClosingBy, *row.RemoveAt}
	}
	return o
}

// Gone tells whether the organization is to be removed: its grace is over, and nobody opens it any more.
func (o Organization) Gone(now calendar.Instant) bool {
	return o.Closing != nil && !now.Before(o.Closing.RemoveAt)
}

// Status is whether an organization works.
type Status string

// The statuses.
const (
	Active    Status = "active"
	Suspended Status = "suspended"
	Closing   Status = "closing"
)

// Plans are the billing plans.
var Plans = []string{"starter", "growth", "enterprise"}

// Monogram is one or two letters that stand for the organization.
func (o Organization) Monogram() string { return Monogram(o.Name) }

// Monogram is the initials of the first two words of a name.
func Monogram(name string) string {
	letters := ""
	for _, word := range strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		letters += strings.ToUpper(string([]rune(word)[:1]))
		if len([]rune(letters)) == 2 {
			break
		}
	}
	return letters
}

// Context is what the organization's dates and money are shown in.
func (o Organization) Context() (store.Context, error) {
	zone, err := calendar.Zone(o.TimeZone)
	if err != nil {
		return store.Context{}, fmt.Errorf("organization %s: %w", o.Slug, err)
	}
	return store.Context{Zone: zone, Locale: o.Locale, Currency: o.Currency}, nil
}

// Membership is what one user is in one organization.
type Membership struct {
	Organization Organization
	Place
	AsSupport bool // they belong to the installation's support, and are let in for a while
}

// Resolve answers what a request may open: the organization that holds the slug, and the user's membership in it, or what support
// that it lets in may do. An organization that is suspended or closing is opened for reading, whatever the role, and for its owners to
// carry away. An unknown slug and an organization the user does not belong to are the same NotFound fault.
func Resolve(ctx context.Context, st *store.Store, slug string, user id.ID) (Membership, store.Scope, error) {
	var row db.ResolveRow
	err := st.SystemView(ctx, "resolve an organization", func(tx *store.SystemTx) (err error) {
		row, err = db.ForSystem(tx).Resolve(ctx, db.ResolveParams{Slug: slug, UserID: user})
		return err
	})
	if fault.Is(err, fault.KindNotFound) {
		return resolveSupport(ctx, st, slug, user)
	}
	if err != nil {
		return Membership{}, store.Scope{}, err
	}
	if _, err := authz.ParseRole(row.Role); err != nil {
		return Membership{}, store.Scope{}, err
	}
	return Membership{Organization: organization(row.Organization), Place: place(row.Role, row.Costs)}.open(st, user)
}

// open is the right to what somebody may do in the organization.
func (m Membership) open(st *store.Store, user id.ID) (Membership, store.Scope, error) {
	if m.Organization.Gone(calendar.At(st.Now())) {
		return Membership{}, store.Scope{}, fault.NotFound("page")
	}
	context, err := m.Organization.Context()
	if err != nil {
		return Membership{}, store.Scope{}, err
	}
	actor := m.actor(user)
	actor.Support = m.AsSupport
	if m.Organization.Status != Active {
		actor = actor.Resting()
	}
	return m, store.NewScope(m.Organization.ID, actor, context), nil
}

// OpenByID opens an organization, whatever its status, for what no member asks for: work that it left behind, the link of an
// invitation. The actor may do nothing that needs a permission.
func OpenByID(ctx context.Context, st *store.Store, which id.Organization) (Organization, store.Scope, error) {
	o, err := byID(ctx, st, which)
	if err != nil {
		return Organization{}, store.Scope{}, err
	}
	where, err := o.Context()
	return o, store.NewScope(o.ID, authz.Actor{}, where), err
}

func byID(ctx context.Context, st *store.Store, which id.Organization) (Organization, error) {
	var row db.OrganizationByIDRow
	err := st.SystemView(ctx, "find an organization by its id", func(tx *store.SystemTx) (err error) {
		row, err = db.ForSystem(tx).OrganizationByID(ctx, db.OrganizationByIDParams{Organization: which})
		return err
	})
	if fault.Is(err, fault.KindNotFound) {
		return Organization{}, fault.NotFound("organization")
	}
	return organization(row.Organization), err
}

// OfUser lists the organizations a user belongs to, by name.
func OfUser(ctx context.Context, st *store.Store, user id.ID) ([]Membership, error) {
	var rows []db.OrganizationsOfUserRow
	err := st.SystemView(ctx, "switcher: the user's organizations", func(tx *store.SystemTx) (err error) {
		rows, err = db.ForSystem(tx).OrganizationsOfUser(ctx, db.OrganizationsOfUserParams{UserID: user})
		return err
	})
	memberships := make([]Membership, 0, len(rows))
	for _, row := range rows {
		if o := organization(row.Organization); !o.Gone(calendar.At(st.Now())) {
			memberships = append(memberships, Membership{Organization: o, Place: place(row.Role, row.Costs)})
		}
	}
	return memberships, err
}

// List is all organizations of the installation, by slug: for its operator.
func List(ctx context.Context, st *store.Store) ([]Organization, error) {
	var rows []db.ListOrganizationsRow
	err := st.SystemView(ctx, "operator: list organizations", func(tx *store.SystemTx) (err error) {
		rows, err = db.ForSystem(tx).ListOrganizations(ctx)
		return err
	})
	list := make([]Organization, len(rows))
	for i, row := range rows {
		list[i] = organization(row.Organization)
	}
	return list, err
}

// Path is an address below the organization that holds a slug, or its first page; each segment is escaped.
func Path(slug string, segments ...string) string {
	var b strings.Builder
	b.WriteString("/" + url.PathEscape(slug))
	for _, s := range segments {
		b.WriteString("/" + url.PathEscape(s))
	}
	if len(segments) == 0 {
		b.WriteString("/")
	}
	return b.String()
}
