package organizations

import (
	"context"
	"errors"
	"strings"

	"craftplan/internal/accounts"
	"craftplan/internal/audit"
	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/organizations/internal/db"
	"craftplan/internal/store"
)

// Profile is what an owner may change of an organization. The currency stays: every amount is in it. Field names in errors are
// those of NewOrganization.
type Profile struct{ Name, Slug, TimeZone, Locale, BrandColor string }

// Change writes the profile. A new slug must be free, or one that this organization held before; the former one leads on to it
// and is never given to another organization.
func Change(ctx context.Context, st *store.Store, scope store.Scope, o Organization, p Profile) error {
	if err := scope.Actor().Require(authz.OrganizationControl); err != nil {
		return err
	}
	if _, err := p.validate(o); err != nil {
		return err
	}
	return st.Provision(ctx, o.ID, scope.Actor(), scope.Context(), func(system *store.SystemTx, tx *store.Tx) error {
		return o.rewrite(ctx, system, tx, p)
	})
}

// rewrite writes another profile of the organization, and holds its slug.
func (o *Organization) rewrite(ctx context.Context, system *store.SystemTx, tx *store.Tx, p Profile) error {
	in, err := p.validate(*o)
	if err != nil {
		return err
	}
	if err := hold(ctx, system, tx, in.Slug); err != nil {
		return err
	}
	was, became := o.profile(), Profile{in.Name, in.Slug, in.TimeZone, in.Locale, strings.ToUpper(in.BrandColor)}
	_, err = db.ForSystem(system).ChangeOrganization(ctx, db.ChangeOrganizationParams{Organization: o.ID, Name: became.Name, Slug: became.Slug, TimeZone: became.TimeZone, Locale: became.Locale, BrandColor: became.BrandColor, UpdatedAt: tx.Now()})
	if err != nil {
		return err
	}
	o.Name, o.Slug, o.TimeZone, o.Locale, o.BrandColor = became.Name, became.Slug, became.TimeZone, became.Locale, became.BrandColor
	return record(ctx, tx, audit.Changed, was.fields(), became.fields())
}

func (o *Organization) profile() Profile {
	return Profile{o.Name, o.Slug, o.TimeZone, o.Locale, o.BrandColor}
}

// fields are what the audit log tells of the profile.
func (p Profile) fields() audit.Fields {
	return audit.Fields{"Name": p.Name, "Address": p.Slug, "Time zone": p.TimeZone, "Locale": p.Locale, "Colour": p.BrandColor}
}

// record keeps a change of the organization itself.
func record(ctx context.Context, tx *store.Tx, action audit.Action, was, became audit.Fields) error {
	return audit.Record(ctx, tx, audit.Change{Action: action, Kind: audit.Organization, Was: was, Became: became})
}

// validate tells what is wrong with the fields, and returns all of the organization as it would be.
func (p Profile) validate(o Organization) (NewOrganization, error) {
	if strings.TrimSpace(p.Slug) == "" {
		return NewOrganization{}, fault.Invalid("slug", "Use 3 to 63 characters.")
	}
	return NewOrganization{Name: p.Name, Slug: p.Slug, Plan: o.BillingPlan, TimeZone: p.TimeZone, Locale: p.Locale, Currency: o.Currency, BrandColor: p.BrandColor}.Validate()
}

// Address is what a slug would be to an organization.
type Address struct {
	Slug   string
	Former bool // it was the organization's before
}

// Preview tells what address a profile would give the organization, and what is wrong with the profile, changing nothing.
func Preview(ctx context.Context, st *store.Store, scope store.Scope, o Organization, p Profile) (Address, error) {
	if err := scope.Actor().Require(authz.OrganizationControl); err != nil {
		return Address{}, err
	}
	in, err := p.validate(o)
	if err != nil || in.Slug == o.Slug {
		return Address{Slug: in.Slug}, err
	}
	a := Address{Slug: in.Slug}
	err = st.SystemView(ctx, "is an address free", func(tx *store.SystemTx) error {
		holder, err := db.ForSystem(tx).SlugHolder(ctx, db.SlugHolderParams{Slug: in.Slug})
		if err = store.Translate(err); fault.Is(err, fault.KindNotFound) {
			return notRetired(ctx, tx, in.Slug)
		}
		if err == nil && holder != scope.Organization() {
			return taken()
		}
		a.Former = true
		return err
	})
	return a, err
}

func taken() error { return fault.Invalid("slug", "This address is taken. Choose another.") }

// SetLogo notes which logo the organization has, by the SHA-256 of its content; "" is none.
func SetLogo(ctx context.Context, tx *store.Tx, sum string) error {
	if err := tx.Require(authz.OrganizationControl); err != nil {
		return err
	}
	if _, err := db.For(tx).SetLogo(ctx, db.SetLogoIn{UserID: tx.Actor().UserID, Logo: sum, UpdatedAt: tx.Now()}); err != nil {
		return err
	}
	if sum == "" {
		return record(ctx, tx, audit.Changed, audit.Fields{"Logo": "a picture"}, nil)
	}
	return record(ctx, tx, audit.Changed, nil, audit.Fields{"Logo": "a new picture"})
}

// RequireSecondFactor opens the organization from now on only to sessions that began with a second factor, or ends that. By is the
// owner's session: it must open the organization afterwards too.
func RequireSecondFactor(ctx context.Context, st *store.Store, scope store.Scope, by accounts.SignedIn, required bool) error {
	if err := scope.Actor().Require(authz.OrganizationControl); err != nil {
		return err
	}
	if required && !by.Enough(scope.Organization()) {
		return fault.Conflict("Add a second step to your own account first, and sign in with it: the organization would close behind you.")
	}
	return st.Provision(ctx, scope.Organization(), scope.Actor(), scope.Context(), func(system *store.SystemTx, tx *store.Tx) error {
		directory := db.ForSystem(system)
		row, err := directory.OrganizationByID(ctx, db.OrganizationByIDParams{Organization: tx.Organization()})
		if err != nil {
			return err
		}
		if _, err := directory.RequireSecondFactor(ctx, db.RequireSecondFactorParams{Organization: tx.Organization(), SecondFactor: required, UpdatedAt: tx.Now()}); err != nil {
			return err
		}
		return record(ctx, tx, audit.Changed, audit.Fields{"Second step required": row.Organization.SecondFactor}, audit.Fields{"Second step required": required})
	})
}

// hold makes a slug this organization's own, if nobody else ever held it.
func hold(ctx context.Context, system *store.SystemTx, tx *store.Tx, slug string) error {
	directory := db.ForSystem(system)
	holder, err := directory.SlugHolder(ctx, db.SlugHolderParams{Slug: slug})
	if err = store.Translate(err); err == nil {
		if holder == tx.Organization() {
			return nil
		}
		return taken()
	}
	if !fault.Is(err, fault.KindNotFound) {
		return err
	}
	return takeSlug(ctx, system, tx.Organization(), slug)
}

// takeSlug gives an organization a slug that nobody ever held.
func takeSlug(ctx context.Context, system *store.SystemTx, holder id.Organization, slug string) error {
	err := db.ForSystem(system).CreateSlug(ctx, db.CreateSlugParams{Slug: slug, Holder: holder, CreatedAt: system.Now()})
	if err = store.Translate(err); errors.Is(err, store.ErrUnique) {
		return taken()
	}
	if err != nil {
		return err
	}
	return notRetired(ctx, system, slug) // asked last: whoever waited for a removal sees what it left
}

// notRetired refuses a slug that an organization held that is gone.
func notRetired(ctx context.Context, system *store.SystemTx, slug string) error {
	retired, err := db.ForSystem(system).SlugRetired(ctx, db.SlugRetiredParams{Slug: slug})
	if err == nil && retired {
		err = taken()
	}
	return err
}
