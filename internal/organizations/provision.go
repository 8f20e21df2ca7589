package organizations

import (
	"context"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/language"

	"craftplan/internal/accounts"
	"craftplan/internal/audit"
	"craftplan/internal/authz"
	"craftplan/internal/brand"
	"craftplan/internal/calendar"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/money"
	"craftplan/internal/organizations/internal/db"
	"craftplan/internal/store"
)

// NewOrganization is what it takes to make one. Empty fields get defaults: the slug from the name, the plan starter, UTC,
// en-US, USD. Field names in errors are organization, slug, plan, time_zone, locale, currency and brand_color.
type NewOrganization struct {
	Name, Slug, Plan, TimeZone, Locale, Currency, BrandColor string
}

// Step gives a new organization what a domain keeps for every organization, in the transaction that makes it.
type Step func(context.Context, *store.Tx) error

// DefaultBrandColor is the accent of an organization that chose none.
const DefaultBrandColor = "#B45309"

const minName, maxName = 2, 80

// Validate tells what is wrong with the fields and returns them complete.
func (n NewOrganization) Validate() (NewOrganization, error) {
	var p fault.Problems
	n.Name = strings.Join(strings.Fields(n.Name), " ")
	n.Slug = strings.ToLower(strings.TrimSpace(n.Slug))
	if length := utf8.RuneCountInString(n.Name); length < minName || length > maxName {
		p.Addf("organization", "Enter a name of %d to %d characters.", minName, maxName)
	}
	if n.Slug == "" {
		n.Slug = DeriveSlug(n.Name)
	}
	if err := CheckSlug(n.Slug); err != nil && !p.Has("organization") {
		_ = p.Merge(err)
	}
	defaults := []struct {
		field    *string
		fallback string
	}{{&n.Plan, "starter"}, {&n.TimeZone, "UTC"}, {&n.Locale, "en-US"}, {&n.Currency, "USD"}, {&n.BrandColor, DefaultBrandColor}}
	for _, d := range defaults {
		if *d.field = strings.TrimSpace(*d.field); *d.field == "" {
			*d.field = d.fallback
		}
	}
	n.validateChoices(&p)
	return n, p.Err()
}

func (n NewOrganization) validateChoices(p *fault.Problems) {
	if !slices.Contains(Plans, n.Plan) {
		p.Addf("plan", "Choose one of %s.", strings.Join(Plans, ", "))
	}
	if _, err := calendar.Zone(n.TimeZone); err != nil {
		p.Add("time_zone", "Enter a time zone by its IANA name, such as America/Chicago.")
	}
	if _, err := language.Parse(n.Locale); err != nil {
		p.Add("locale", "Enter a locale, such as en-US or de-DE.")
	}
	if !money.ValidCurrency(n.Currency) {
		p.Add("currency", "Enter a currency by its ISO 4217 code, such as USD.")
	}
	if !brand.Valid(n.BrandColor) {
		p.Add("brand_color", "Enter a colour, such as #B45309.")
	}
}

// Owner is the first owner of a new organization: a user who exists, or one to be made.
type Owner struct {
	Existing accounts.User
	New      *accounts.Prepared
}

func (o Owner) id() id.ID {
	if o.New != nil {
		return o.New.ID
	}
	return o.Existing.ID
}

// Provision makes an organization with its owner and what the steps add: all of it or nothing. after runs last, in the same
// transaction; it may be nil.
func Provision(ctx context.Context, st *store.Store, in NewOrganization, owner Owner, steps []Step, after func(*store.SystemTx) error) (Organization, error) {
	in, err := in.Validate()
	if err != nil {
		return Organization{}, err
	}
	o := Organization{ID: id.NewOrganization(), Name: in.Name, Slug: in.Slug, Status: Active, BillingPlan: in.Plan, TimeZone: in.TimeZone, Locale: in.Locale, Currency: in.Currency, BrandColor: strings.ToUpper(in.BrandColor)}
	scope, err := o.Context()
	if err != nil {
		return Organization{}, err
	}
	actor := authz.Actor{UserID: owner.id(), Role: authz.Owner}
	err = st.Provision(ctx, o.ID, actor, scope, func(system *store.SystemTx, tx *store.Tx) error {
		if err := create(ctx, system, tx, o, owner); err != nil {
			return err
		}
		for _, step := range steps {
			if err := step(ctx, tx); err != nil {
				return err
			}
		}
		if after == nil {
			return nil
		}
		return after(system)
	})
	return o, err
}

func create(ctx context.Context, system *store.SystemTx, tx *store.Tx, o Organization, owner Owner) error {
	if owner.New != nil {
		if err := accounts.Create(ctx, system, *owner.New); err != nil {
			return err
		}
	}
	directory := db.ForSystem(system)
	err := directory.CreateOrganization(ctx, db.CreateOrganizationParams{ID: o.ID, Name: o.Name, Slug: o.Slug, BillingPlan: o.BillingPlan, TimeZone: o.TimeZone, Locale: o.Locale, Currency: o.Currency, BrandColor: o.BrandColor, CreatedAt: tx.Now()})
	if err = store.Translate(err); errors.Is(err, store.ErrUnique) {
		return taken()
	}
	if err != nil {
		return err
	}
	if err := takeSlug(ctx, system, o.ID, o.Slug); err != nil {
		return err
	}
	if err := o.recordAdded(ctx, tx); err != nil {
		return err
	}
	return AddMember(ctx, tx, owner.id(), authz.Owner)
}

func (o *Organization) recordAdded(ctx context.Context, tx *store.Tx) error {
	profile := o.profile().fields()
	profile["Currency"], profile["Plan"] = o.Currency, o.BillingPlan
	return record(ctx, tx, audit.Added, nil, profile)
}

// AddMember makes a user a member of the transaction's organization.
func AddMember(ctx context.Context, tx *store.Tx, user id.ID, role authz.Role) error {
	if err := tx.Require(authz.SettingsWrite); err != nil {
		return err
	}
	return join(ctx, tx, authz.Actor{UserID: user, Role: role})
}
