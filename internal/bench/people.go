package main

import (
	"errors"
	"fmt"
	"sync/atomic"

	"craftplan/internal/accounts"
	"craftplan/internal/app"
	"craftplan/internal/generate"
	"craftplan/internal/id"
	"craftplan/internal/organizations"
	"craftplan/internal/store"
)

// people measures what stands before every page, and what makes an organization.
func (b *bench) people(engine store.Engine, i *installation) error {
	m, err := load(1, b.each, func() error {
		_, _, err := organizations.Resolve(b.ctx, i.Store, generate.Slug(1), i.scope.Actor().UserID)
		return err
	})
	if err != nil {
		return err
	}
	if err := b.ratio(string(engine), "resolver, median", float64(m.at(50).Nanoseconds())/1000, "µs"); err != nil {
		return err
	}
	if m, err = load(1, b.each, b.signUp(i)); err != nil {
		return err
	}
	return b.report(string(engine), "sign-up without the password's hash", 1, m)
}

var newcomers atomic.Int64

// signUp makes an organization with its owner, whose password was hashed before.
func (b *bench) signUp(i *installation) func() error {
	person, failed := accounts.Prepare(accounts.NewUser{Name: "Rosa", Email: "rosa@bench.example", Password: "a quiet oven at four"})
	return func() error {
		n := newcomers.Add(1)
		newcomer := person
		newcomer.User = accounts.User{ID: id.New(), Name: "Rosa", Email: fmt.Sprintf("rosa-%d@bench.example", n)}
		_, err := organizations.Provision(b.ctx, i.Store, organizations.NewOrganization{Name: fmt.Sprintf("Bench %d", n), Slug: fmt.Sprintf("bench-%d", n)}, organizations.Owner{New: &newcomer}, app.Bootstrap(), nil)
		return errors.Join(failed, err)
	}
}

// password measures what a sign-in spends on its hash, known address or not.
func (b *bench) password(i *installation) error {
	m, err := load(1, b.each, func() error {
		_, err := accounts.SignIn(b.ctx, i.Store, "nobody@bench.example", "a quiet oven at four", "bench")
		if err == nil {
			return errors.New("nobody signed in")
		}
		return nil
	})
	if err != nil {
		return err
	}
	return b.report("", "sign-in's password hash", 1, m)
}
