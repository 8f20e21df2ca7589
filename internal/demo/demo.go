// Package demo makes the organizations, people and data of the demo, through the same calls people's forms make.
package demo

import (
	"context"

	"craftplan/internal/accounts"
	"craftplan/internal/app"
	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/organizations"
	"craftplan/internal/store"
)

// Password is everybody's in the demo.
const Password = "craftplan-demo"

// User is a person of the demo.
type User struct{ Name, Email, About string }

// Users are the people of the demo.
func Users() []User {
	return []User{
		{"Maya Lindqvist", "maya@sunrise.example", "owner of Sunrise Bakery, staff of Bluebird Soap"},
		{"Sam Okafor", "sam@sunrise.example", "staff of Sunrise Bakery"},
		{"Vera Costa", "vera@sunrise.example", "viewer of Sunrise Bakery"},
		{"Jonas Weber", "jonas@bluebird.example", "owner of Bluebird Soap"},
		{"Noor Haddad", "noor@northstar.example", "owner of Northstar Roasters"},
	}
}

type workshop struct {
	organizations.NewOrganization
	owner   string
	members map[string]authz.Role
	shop    shop
}

func workshops() []workshop {
	return []workshop{
		{organizations.NewOrganization{Name: "Sunrise Bakery", Slug: "sunrise", TimeZone: "America/Chicago", Locale: "en-US", Currency: "USD", BrandColor: "#F59E0B", Plan: "growth"},
			"maya@sunrise.example", map[string]authz.Role{"sam@sunrise.example": authz.Staff, "vera@sunrise.example": authz.Viewer}, bakery()},
		{organizations.NewOrganization{Name: "Bluebird Soap", Slug: "bluebird", TimeZone: "Europe/Berlin", Locale: "en-DE", Currency: "EUR", BrandColor: "#3B82F6"},
			"jonas@bluebird.example", map[string]authz.Role{"maya@sunrise.example": authz.Staff}, soapery()},
		{organizations.NewOrganization{Name: "Northstar Roasters", Slug: "northstar", TimeZone: "America/Los_Angeles", Locale: "en-US", Currency: "USD", BrandColor: "#0D9488"},
			"noor@northstar.example", nil, roastery()},
	}
}

// Seed makes what is missing of the demo: on a database that has it, nothing.
func Seed(ctx context.Context, st *store.Store) error {
	existing, err := organizations.List(ctx, st)
	if err != nil {
		return err
	}
	have := map[string]bool{}
	for _, o := range existing {
		have[o.Slug] = true
	}
	people, err := seedUsers(ctx, st)
	if err != nil {
		return err
	}
	for _, w := range workshops() {
		if have[w.Slug] {
			continue
		}
		if err := w.seed(ctx, st, people); err != nil {
			return err
		}
	}
	return nil
}

func seedUsers(ctx context.Context, st *store.Store) (map[string]accounts.User, error) {
	anybody, err := accounts.Prepare(accounts.NewUser{Name: "Anybody", Email: "anybody@craftplan.example", Password: Password}) // one slow hash for all
	if err != nil {
		return nil, err
	}
	people := map[string]accounts.User{}
	for _, u := range Users() {
		anybody.User = accounts.User{ID: id.New(), Email: u.Email, Name: u.Name}
		if people[u.Email], err = seedUser(ctx, st, anybody); err != nil {
			return nil, err
		}
	}
	return people, nil
}

func seedUser(ctx context.Context, st *store.Store, u accounts.Prepared) (user accounts.User, err error) {
	err = st.SystemView(ctx, "demo: find a user", func(tx *store.SystemTx) error {
		user, err = accounts.ByEmail(ctx, tx, u.Email)
		return err
	})
	if !fault.Is(err, fault.KindNotFound) {
		return user, err
	}
	return u.User, st.System(ctx, "demo: create a user", func(tx *store.SystemTx) error { return accounts.Create(ctx, tx, u) })
}

func (w workshop) seed(ctx context.Context, st *store.Store, people map[string]accounts.User) error {
	made, err := organizations.Provision(ctx, st, w.NewOrganization, organizations.Owner{Existing: people[w.owner]}, app.Bootstrap(), nil)
	if err != nil {
		return err
	}
	_, scope, err := organizations.Resolve(ctx, st, made.Slug, people[w.owner].ID)
	if err != nil {
		return err
	}
	err = st.Update(ctx, scope, func(tx *store.Tx) error {
		for email, role := range w.members {
			if err := organizations.AddMember(ctx, tx, people[email].ID, role); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return fill(ctx, st, scope, w.shop)
}
