package organizations

import (
	"context"
	"fmt"
	"strings"
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

// An organization that closes can be read and not changed for thirty days, and its owner can take that back. Then it is removed.
const (
	Grace    = 30 * 24 * time.Hour
	reminder = 7 * 24 * time.Hour // before the removal
)

// Confirmation is what an owner gives to close an organization. Field names in errors are name and current.
type Confirmation struct {
	Name     string // the organization's, as it is
	Password string // their own, as it is now
}

// Close begins the end of an organization, by one of its owners.
func Close(ctx context.Context, st *store.Store, scope store.Scope, o Organization, by accounts.User, c Confirmation) error {
	if err := scope.Actor().Require(authz.OrganizationControl); err != nil {
		return err
	}
	var p fault.Problems
	if strings.Join(strings.Fields(c.Name), " ") != o.Name {
		p.Add("name", "Enter the name as it is: "+o.Name+".")
	}
	if err := p.Merge(accounts.ProveSelf(ctx, st, by, c.Password)); err != nil {
		return err
	}
	if err := p.Err(); err != nil {
		return err
	}
	return st.Provision(ctx, o.ID, scope.Actor(), scope.Context(), func(system *store.SystemTx, tx *store.Tx) error {
		return o.close(ctx, system, tx, &by.ID, "", Grace)
	})
}

// CloseByOperator begins the end of the organization that holds the slug; now removes it at the next look, and hurries one that is
// closing already. The error's fields are slug and reason.
func CloseByOperator(ctx context.Context, st *store.Store, slug, why string, now bool) (Organization, error) {
	why, ok := accounts.Reason(why)
	if !ok {
		return Organization{}, fault.Invalid("reason", "Say why in 1 to 300 characters; its members read it.")
	}
	return operate(ctx, st, slug, func(system *store.SystemTx, tx *store.Tx, o *Organization) error {
		switch {
		case o.Closing != nil && now:
			_, err := db.ForSystem(system).HurryClosing(ctx, db.HurryClosingParams{Organization: o.ID, RemoveAt: new(tx.Now())})
			o.Closing.RemoveAt = tx.Now()
			return err
		case o.Status == Closing:
			return fault.Invalid("slug", "The organization at "+o.Slug+" is closing already.")
		case now:
			return o.close(ctx, system, tx, nil, why, 0)
		}
		return o.close(ctx, system, tx, nil, why, Grace)
	})
}

func (o *Organization) close(ctx context.Context, system *store.SystemTx, tx *store.Tx, by *id.ID, why string, grace time.Duration) error {
	until := tx.Now().Add(grace)
	began, err := db.ForSystem(system).StartClosing(ctx, db.StartClosingParams{Organization: o.ID, Reason: why, ClosingAt: new(tx.Now()), ClosingBy: by, RemoveAt: &until})
	if err == nil && began == 0 {
		err = fault.Conflict("The organization is closing already.")
	}
	if err != nil {
		return err
	}
	o.Status, o.Why, o.Closing = Closing, why, &Closure{tx.Now(), by, until}
	if err := record(ctx, tx, audit.Closing, nil, audit.Fields{"Reason": why, "Removed on": tx.Day(until)}); err != nil {
		return err
	}
	after := []string{"Until then an owner can cancel this on any page of it."}
	if by == nil {
		after = []string{"The operator of this installation closes it: " + why}
	}
	return o.tell(ctx, system, mail.Message{Subject: o.Name + " is closing",
		Lines: []string{fmt.Sprintf("%s is closing. It can be read, not changed, and all that is in it is removed for good on %s.", o.Name, o.removalDay())},
		After: after})
}

// removalDay is when a closing organization is removed, where it is.
func (o *Organization) removalDay() string {
	where, err := o.Context()
	if err != nil {
		where.Zone = time.UTC
	}
	return calendar.Of(o.Closing.RemoveAt.Time(), where.Zone).Long()
}

// tell mails all owners, through the installation's own server: an organization's own may be gone before the mail is.
func (o *Organization) tell(ctx context.Context, system *store.SystemTx, m mail.Message) error {
	owners, err := db.ForSystem(system).OwnersOf(ctx, db.OwnersOfParams{Organization: o.ID})
	if err != nil {
		return err
	}
	for _, owner := range owners {
		own := m
		own.Lines = append([]string{"Hello " + owner.Name + ","}, m.Lines...)
		if err := mail.SendToPerson(ctx, system, owner.Email, own); err != nil {
			return err
		}
	}
	return nil
}

// CancelClosing takes a closing back that an owner began, by an owner. Everybody only reads while an organization is closing, so it asks
// the membership itself.
func CancelClosing(ctx context.Context, st *store.Store, scope store.Scope) error {
	return st.Provision(ctx, scope.Organization(), scope.Actor(), scope.Context(), func(system *store.SystemTx, tx *store.Tx) error {
		m, err := db.For(tx).Membership(ctx, db.MembershipIn{UserID: tx.Actor().UserID})
		if err = store.Translate(err); err != nil && !fault.Is(err, fault.KindNotFound) {
			return err
		}
		if err != nil || authz.Role(m.Role) != authz.Owner || Standing(m.Status) != Working {
			return fault.Forbidden("Only an owner can cancel the closing.")
		}
		row, err := db.ForSystem(system).OrganizationByID(ctx, db.OrganizationByIDParams{Organization: tx.Organization()})
		if err != nil {
			return err
		}
		o := organization(row.Organization)
		switch {
		case o.Closing == nil:
			return fault.Conflict("The organization is not closing.")
		case o.Closing.By == nil:
			return fault.Conflict("The operator of this installation closes it. Ask them.")
		}
		return o.reopen(ctx, system, tx)
	})
}

func (o *Organization) reopen(ctx context.Context, system *store.SystemTx, tx *store.Tx) error {
	ended, err := db.ForSystem(system).EndClosing(ctx, db.EndClosingParams{Organization: o.ID, UpdatedAt: tx.Now()})
	if err == nil && ended == 0 {
		err = fault.Conflict("The organization is being removed.")
	}
	if err != nil {
		return err
	}
	o.Status, o.Why, o.Closing = Active, "", nil
	if err := record(ctx, tx, audit.Reopened, nil, nil); err != nil {
		return err
	}
	return o.tell(ctx, system, mail.Message{Subject: o.Name + " stays", Lines: []string{"The closing of " + o.Name + " was cancelled. It works as before."},
		Action: mail.Action{Label: "Open it", Path: "/" + o.Slug + "/"}})
}

// ClosingCheck is the job that looks now and then which organizations are near their end.
type ClosingCheck struct{}

// Kind names the job.
func (ClosingCheck) Kind() string { return "organizations_closing_check" }

// Removal is the job that removes one organization.
type Removal struct {
	Organization id.Organization `json:"which"`
}

// Kind names the job.
func (Removal) Kind() string { return "organization_removal" }

// CheckClosing reminds owners a week before, and leaves a job for each organization whose grace is over.
func CheckClosing(ctx context.Context, st *store.Store) error {
	return st.System(ctx, "closing: remind and remove", func(tx *store.SystemTx) error {
		directory := db.ForSystem(tx)
		soon, now := tx.Now().Add(reminder), tx.Now()
		rows, err := directory.ToRemind(ctx, db.ToRemindParams{Until: &soon, Since: &now})
		if err != nil {
			return err
		}
		for _, row := range rows {
			o := organization(row.Organization)
			noted, err := directory.NoteReminded(ctx, db.NoteRemindedParams{Organization: o.ID})
			if err != nil {
				return err
			}
			if noted == 0 {
				continue // somebody else was quicker
			}
			err = o.tell(ctx, tx, mail.Message{Subject: o.Name + " is removed in a week",
				Lines: []string{fmt.Sprintf("%s is closing. All that is in it is removed for good on %s.", o.Name, o.removalDay())}, After: []string{"Until then an owner can cancel this on any page of it, unless the operator of this installation closes it."}})
			if err != nil {
				return err
			}
		}
		due, err := directory.DueForRemoval(ctx, db.DueForRemovalParams{Until: &now})
		if err != nil {
			return err
		}
		for _, which := range due {
			if err := tx.Enqueue(ctx, Removal{which}); err != nil {
				return err
			}
		}
		return nil
	})
}
