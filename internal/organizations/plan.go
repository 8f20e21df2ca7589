package organizations

import (
	"context"
	"fmt"
	"strconv"

	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/organizations/internal/db"
	"craftplan/internal/store"
)

// Limit is how much of something a plan allows; zero is without limit.
type Limit int64

// Covers tells whether that much fits. What adds something asks with what there would be afterwards, and takes a lock first, so
// that two who add at once do not both fit.
func (l Limit) Covers(used int64) bool { return l == 0 || used <= int64(l) }

// String is the limit in words.
func (l Limit) String() string {
	if l == 0 {
		return "without limit"
	}
	return strconv.FormatInt(int64(l), 10)
}

// Bytes is a limit of bytes in words.
func (l Limit) Bytes() string {
	if l == 0 {
		return l.String()
	}
	return Bytes(int64(l))
}

// Bytes is a size as people read it: 12 MB, 1.5 GB.
func Bytes(n int64) string {
	units := []string{"bytes", "KB", "MB", "GB", "TB"}
	size, at := int64(1), 0
	for n/size >= 1024 && at < len(units)-1 {
		size, at = size*1024, at+1
	}
	whole, tenths := n/size, n%size*10/size
	if whole < 10 && tenths > 0 {
		return fmt.Sprintf("%d.%d %s", whole, tenths, units[at])
	}
	return fmt.Sprintf("%d %s", whole, units[at])
}

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

// PeopleUsed is how many of the plan's places for people are taken.
func PeopleUsed(ctx context.Context, tx *store.Tx) (int64, error) {
	if err := tx.Require(authz.MembersWrite); err != nil {
		return 0, err
	}
	used, err := db.For(tx).PeopleCounted(ctx)
	return used.Members + used.Invited, err
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
