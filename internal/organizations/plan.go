package organizations

import (
	"context"
	"fmt"

	"craftplan/internal/fault"
	"craftplan/internal/organizations/internal/db"
	"craftplan/internal/store"
)

// Limit is how much of something a plan allows; zero is without limit.
type Limit int64

// Covers tells whether that much fits. What adds something asks with what there would be afterwards, and takes a lock first, so
// that two who add at once do not both fit.
func (l Limit) Covers(used int64) bool { return l == 0 || used <= int64(l) }

// Limits are what a billing plan allows. Going over, as after a change to a smaller plan, takes nothing away; it stops what would
// add more.
type Limits struct {
	Members Limit // people who belong to the organization, and invitations that wait
	Storage Limit // bytes of files
	Keys    Limit // API keys that work
}

const gigabyte = 1 << 30

// limits are data: a host may want others.
var limits = map[string]Limits{
	"starter":    {Members: 10, Storage: 1 * gigabyte, Keys: 5},
	"growth":     {Members: 50, Storage: 20 * gigabyte, Keys: 20},
	"enterprise": {},
}

// LimitsOf are those of a plan.
func LimitsOf(plan string) Limits { return limits[plan] }

// LimitsNow are those of the plan that the transaction's organization has. Every verb that adds something limited asks them, so they
// ask for no permission.
func LimitsNow(ctx context.Context, tx *store.Tx) (Limits, error) {
	plan, err := db.For(tx).PlanNow(ctx)
	return LimitsOf(plan), err
}

// room refuses when there are more people than the plan has places for.
func room(ctx context.Context, tx *store.Tx) error {
	used, err := db.For(tx).PeopleCounted(ctx)
	if err != nil {
		return err
	}
	if limit := LimitsOf(used.BillingPlan).Members; !limit.Covers(used.Members + used.Invited) {
		return fault.Invalid("emails", fmt.Sprintf("The %s plan is for %d people, members and invited.", used.BillingPlan, limit))
	}
	return nil
}
