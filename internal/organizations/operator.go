package organizations

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"craftplan/internal/fault"
	"craftplan/internal/organizations/internal/db"
	"craftplan/internal/store"
)

// SetPlan puts the organization that holds the slug on another plan, for the operator. What is beyond a smaller one stays; the error's
// field is plan.
func SetPlan(ctx context.Context, st *store.Store, slug, plan string) (Organization, error) {
	if !slices.Contains(Plans, plan) {
		return Organization{}, fault.Invalid("plan", "Choose one of "+strings.Join(Plans, ", ")+".")
	}
	return operate(ctx, st, slug, "operator: change the plan", func(tx *store.SystemTx, o *Organization) error {
		o.BillingPlan = plan
		_, err := db.ForSystem(tx).SetPlan(ctx, db.SetPlanParams{Organization: o.ID, BillingPlan: plan, UpdatedAt: tx.Now()})
		return err
	})
}

// SetFeature opens or closes a feature for the organization that holds the slug, for the operator. The error's field is feature.
func SetFeature(ctx context.Context, st *store.Store, slug string, f Feature, on bool) (Organization, error) {
	if _, known := features[f]; !known {
		return Organization{}, fault.Invalid("feature", "Choose one of "+strings.Join(FeatureNames(), ", ")+".")
	}
	return operate(ctx, st, slug, "operator: change a feature", func(tx *store.SystemTx, o *Organization) error {
		o.Features[f] = on
		_, err := db.ForSystem(tx).SetFeatures(ctx, db.SetFeaturesParams{Organization: o.ID, Features: o.Features.text(), UpdatedAt: tx.Now()})
		return err
	})
}

const maxReason = 300

// SuspendOrganization lets the organization that holds the slug be read and not changed, until it is resumed: its members are told why,
// its jobs and mails wait, and its keys open nothing. The error's fields are slug and reason.
func SuspendOrganization(ctx context.Context, st *store.Store, slug, why string) (Organization, error) {
	why = strings.Join(strings.Fields(why), " ")
	if why == "" || utf8.RuneCountInString(why) > maxReason {
		return Organization{}, fault.Invalid("reason", "Say why in 1 to 300 characters; its members read it.")
	}
	return operate(ctx, st, slug, "operator: suspend an organization", func(tx *store.SystemTx, o *Organization) error {
		return o.become(ctx, tx, Active, Suspended, why)
	})
}

// Resume ends a suspension.
func Resume(ctx context.Context, st *store.Store, slug string) (Organization, error) {
	return operate(ctx, st, slug, "operator: resume an organization", func(tx *store.SystemTx, o *Organization) error {
		return o.become(ctx, tx, Suspended, Active, "")
	})
}

func (o *Organization) become(ctx context.Context, tx *store.SystemTx, from, to Status, why string) error {
	changed, err := db.ForSystem(tx).SetStatus(ctx, db.SetStatusParams{Organization: o.ID, Former: string(from), Status: string(to), StatusReason: why, UpdatedAt: tx.Now()})
	if err == nil && changed == 0 {
		return fault.Invalid("slug", "The organization at "+o.Slug+" is "+string(o.Status)+".")
	}
	o.Status, o.Why = to, why
	return err
}

func operate(ctx context.Context, st *store.Store, slug, reason string, change func(*store.SystemTx, *Organization) error) (o Organization, err error) {
	err = st.System(ctx, reason, func(tx *store.SystemTx) error {
		row, err := db.ForSystem(tx).OrganizationBySlug(ctx, db.OrganizationBySlugParams{Slug: slug})
		if err = store.Translate(err); fault.Is(err, fault.KindNotFound) {
			return fault.Invalid("slug", "No organization is at "+slug+".")
		}
		if err != nil {
			return err
		}
		o = organization(row.Organization)
		return change(tx, &o)
	})
	return o, err
}
