package organizations

import (
	"context"
	"fmt"

	"craftplan/internal/fault"
	"craftplan/internal/organizations/internal/db"
	"craftplan/internal/store"
)

// Limits are what a billing plan allows. Zero is without limit. Going over, as after a change to a smaller plan, takes nothing
// away; it stops what would add more.
type Limits struct {
	Members int64 // people who belong to the organization, and invitations that wait
}

// limits are data: a host may want others.
var limits = map[string]Limits{"starter": {Members: 10}, "growth": {Members: 50}, "enterprise": {}}

// LimitsOf are those of a plan.
func LimitsOf(plan string) Limits { return limits[plan] }

// room refuses when there are more people than the plan has places for.
func room(ctx context.Context, tx *store.Tx) error {
	used, err := db.For(tx).PeopleCounted(ctx)
	if err != nil {
		return err
	}
	limit := LimitsOf(used.BillingPlan).Members
	if limit > 0 && used.Members+used.Invited > limit {
		return fault.Invalid("emails", fmt.Sprintf("The %s plan is for %d people, members and invited.", used.BillingPlan, limit))
	}
	return nil
}
