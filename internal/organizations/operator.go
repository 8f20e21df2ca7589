package organizations

import (
	"context"
	"slices"
	"strings"

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
