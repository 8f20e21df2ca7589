package organizations

import (
	"context"
	"slices"

	"craftplan/internal/accounts"
	"craftplan/internal/audit"
	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/organizations/internal/db"
	"craftplan/internal/store"
)

// Grant makes the user of an address a member with a role, or gives the member they are another one and lets them in again, for the
// operator. The plan's room and the last active owner are heeded. The error's fields are slug and role.
func Grant(ctx context.Context, st *store.Store, email, slug, role string) (Organization, error) {
	wanted, err := authz.ParseRole(role)
	if err != nil {
		return Organization{}, fault.Invalid("role", "Choose one of owner, admin, staff, viewer.")
	}
	return operate(ctx, st, slug, func(system *store.SystemTx, tx *store.Tx, o *Organization) error {
		if o.Status == Closing {
			return fault.Conflict("The organization at " + o.Slug + " is closing.")
		}
		user, err := accounts.ByEmail(ctx, system, email)
		if err != nil {
			return err
		}
		return grant(ctx, tx, user.ID, wanted)
	})
}

func grant(ctx context.Context, tx *store.Tx, user id.ID, role authz.Role) error {
	err := change(ctx, tx, user, audit.Changed, func(m *Member) { m.Role, m.Standing = role, Working })
	if !fault.Is(err, fault.KindNotFound) {
		return err
	}
	if err := join(ctx, tx, authz.Actor{UserID: user, Role: role}); err != nil {
		return err
	}
	if err = room(ctx, tx); fault.Is(err, fault.KindInvalid) {
		err = fault.Conflict(fault.MessageOf(err))
	}
	return err
}

// Person is somebody with an account, and where they belong.
type Person struct {
	accounts.User
	accounts.State
	Places []PersonPlace
}

// PersonPlace is what somebody is in an organization.
type PersonPlace struct {
	Slug     string
	Role     authz.Role
	Standing Standing
}

// People is everybody with an account, by address, for the operator: those of the organization that holds the slug, or all when it is
// empty. Who is only on record, because an archive told of them, has none.
func People(ctx context.Context, st *store.Store, slug string) ([]Person, error) {
	if slug != "" {
		o, _, err := AtSlug(ctx, st, slug)
		if err != nil {
			return nil, err
		}
		slug = o.Slug
	}
	var rows []db.PeopleRow
	err := st.SystemView(ctx, "operator: list people", func(tx *store.SystemTx) (err error) {
		rows, err = db.ForSystem(tx).People(ctx)
		return err
	})
	var people []Person
	for _, r := range rows {
		if accounts.Former(r.Email) {
			continue
		}
		if last := len(people) - 1; last < 0 || people[last].ID != r.ID {
			people = append(people, Person{User: accounts.User{ID: r.ID, Email: r.Email, Name: r.Name}, State: accounts.State{Since: r.CreatedAt, DisabledAt: r.DisabledAt, Reason: r.DisabledReason}})
		}
		if p := &people[len(people)-1]; r.Slug != "" {
			p.Places = append(p.Places, PersonPlace{r.Slug, authz.Role(r.Role), Standing(r.Standing)})
		}
	}
	if slug != "" {
		people = slices.DeleteFunc(people, func(p Person) bool {
			return !slices.ContainsFunc(p.Places, func(place PersonPlace) bool { return place.Slug == slug })
		})
	}
	return people, err
}
