package organizations

import (
	"context"
	"slices"
	"strings"

	"craftplan/internal/accounts"
	"craftplan/internal/audit"
	"craftplan/internal/authz"
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
	return operate(ctx, st, slug, func(system *store.SystemTx, tx *store.Tx, o *Organization) error {
		was := o.BillingPlan
		o.BillingPlan = plan
		if _, err := db.ForSystem(system).SetPlan(ctx, db.SetPlanParams{Organization: o.ID, BillingPlan: plan, UpdatedAt: tx.Now()}); err != nil {
			return err
		}
		return record(ctx, tx, audit.Changed, audit.Fields{"Plan": was}, audit.Fields{"Plan": plan})
	})
}

// SetFeature opens or closes a feature for the organization that holds the slug, for the operator. The error's field is feature.
func SetFeature(ctx context.Context, st *store.Store, slug string, f Feature, on bool) (Organization, error) {
	if _, known := features[f]; !known {
		return Organization{}, fault.Invalid("feature", "Choose one of "+strings.Join(FeatureNames(), ", ")+".")
	}
	return operate(ctx, st, slug, func(system *store.SystemTx, tx *store.Tx, o *Organization) error {
		name, was := "Feature "+string(f), o.Features.On(f)
		o.Features[f] = on
		if _, err := db.ForSystem(system).SetFeatures(ctx, db.SetFeaturesParams{Organization: o.ID, Features: o.Features.text(), UpdatedAt: tx.Now()}); err != nil {
			return err
		}
		return record(ctx, tx, audit.Changed, audit.Fields{name: was}, audit.Fields{name: on})
	})
}

// Schedule is how often the host writes an organization into an archive.
type Schedule string

// The schedules.
const (
	Usual  Schedule = "usual" // as often as others
	Daily  Schedule = "daily"
	Weekly Schedule = "weekly" // for its Mondays
	Never  Schedule = "never"
)

// Schedules are all of them.
var Schedules = []string{string(Usual), string(Daily), string(Weekly), string(Never)}

// ScheduleExport says how often the organization that holds the slug is written into an archive, for the operator. The error's field is
// schedule.
func ScheduleExport(ctx context.Context, st *store.Store, slug string, s Schedule) (Organization, error) {
	if !slices.Contains(Schedules, string(s)) {
		return Organization{}, fault.Invalid("schedule", "Choose one of "+strings.Join(Schedules, ", ")+".")
	}
	return operate(ctx, st, slug, func(system *store.SystemTx, tx *store.Tx, o *Organization) error {
		was := o.Exports
		o.Exports = s
		if _, err := db.ForSystem(system).SetExportSchedule(ctx, db.SetExportScheduleParams{Organization: o.ID, ExportSchedule: string(s), UpdatedAt: tx.Now()}); err != nil {
			return err
		}
		return record(ctx, tx, audit.Changed, audit.Fields{"Scheduled export": string(was)}, audit.Fields{"Scheduled export": string(s)})
	})
}

// SuspendOrganization lets the organization that holds the slug be read and not changed, until it is resumed: its members are told why,
// its jobs and mails wait, and its keys open nothing. The error's fields are slug and reason.
func SuspendOrganization(ctx context.Context, st *store.Store, slug, why string) (Organization, error) {
	why, ok := accounts.Reason(why)
	if !ok {
		return Organization{}, fault.Invalid("reason", "Say why in 1 to 300 characters; its members read it.")
	}
	return operate(ctx, st, slug, func(system *store.SystemTx, tx *store.Tx, o *Organization) error {
		if err := o.become(ctx, system, Active, Suspended, why); err != nil {
			return err
		}
		return record(ctx, tx, audit.Suspended, nil, audit.Fields{"Reason": why})
	})
}

// Resume ends a suspension, or a closing that is not over yet.
func Resume(ctx context.Context, st *store.Store, slug string) (Organization, error) {
	return operate(ctx, st, slug, func(system *store.SystemTx, tx *store.Tx, o *Organization) error {
		if o.Status == Closing {
			return o.reopen(ctx, system, tx)
		}
		if err := o.become(ctx, system, Suspended, Active, ""); err != nil {
			return err
		}
		return record(ctx, tx, audit.Resumed, nil, nil)
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

// operator acts for the host: as nobody of the organization, and over everybody in it.
var operator = authz.Actor{Role: authz.Owner}

// AtSlug opens an organization by its address, or by a former one, for the operator. The actor may do nothing that needs a permission.
// The field name in errors is slug.
func AtSlug(ctx context.Context, st *store.Store, slug string) (Organization, store.Scope, error) {
	o, scope, err := OpenBySlug(ctx, st, slug)
	if fault.Is(err, fault.KindNotFound) {
		message := "No organization is at " + slug + "."
		err = &fault.Error{Kind: fault.KindNotFound, Message: message, Fields: []fault.Field{{Name: "slug", Message: message}}}
	}
	return o, scope, err
}

// operate changes the organization that holds the slug, as nobody of it.
func operate(ctx context.Context, st *store.Store, slug string, change func(*store.SystemTx, *store.Tx, *Organization) error) (Organization, error) {
	o, scope, err := AtSlug(ctx, st, slug)
	if err != nil {
		return o, err
	}
	err = st.Provision(ctx, o.ID, operator, scope.Context(), func(system *store.SystemTx, tx *store.Tx) error {
		row, err := db.ForSystem(system).OrganizationByID(ctx, db.OrganizationByIDParams{Organization: o.ID})
		if err != nil {
			return err
		}
		o = organization(row.Organization)
		return change(system, tx, &o)
	})
	return o, err
}

// CountByStatus is how many organizations there are of each status, for the operator's metrics.
func CountByStatus(ctx context.Context, st *store.Store) (map[Status]int64, error) {
	statuses := map[Status]int64{Active: 0, Suspended: 0, Closing: 0}
	err := st.SystemView(ctx, "metrics: count organizations", func(tx *store.SystemTx) error {
		rows, err := db.ForSystem(tx).CountByStatus(ctx)
		for _, row := range rows {
			statuses[Status(row.Status)] = row.Number
		}
		return err
	})
	return statuses, err
}
