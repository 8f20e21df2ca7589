package store

import (
	"errors"
	"time"

	"craftplan/internal/authz"
	"craftplan/internal/id"
)

// Scope is the right to one organization's data for one actor, with the context that dates and money need. Only the
// resolver of a request, a job's runner and provisioning make one; the zero value opens nothing.
type Scope struct {
	organization id.Organization
	actor        authz.Actor
	context      Context
}

// Context is what an organization's dates, money and numbers are shown and reckoned in.
type Context struct {
	Zone     *time.Location
	Locale   string // BCP 47
	Currency string // ISO 4217
}

// NewScope makes a scope. Every call site is on the reviewed list of the house rules.
func NewScope(organization id.Organization, actor authz.Actor, context Context) Scope {
	return Scope{organization: organization, actor: actor, context: context}
}

// Through is the scope by way of an API key: with it the actor may do no more than the permissions.
func (s Scope) Through(scopes []authz.Permission) Scope {
	s.actor = s.actor.Through(scopes)
	return s
}

// Organization is the organization the scope opens.
func (s Scope) Organization() id.Organization { return s.organization }

// Actor is who acts.
func (s Scope) Actor() authz.Actor { return s.actor }

// Context is the organization's zone, locale and currency.
func (s Scope) Context() Context { return s.context }

var errNoScope = errors.New("no organization in this scope")

func (s Scope) check() error {
	if s.organization.IsZero() || s.context.Zone == nil {
		return errNoScope
	}
	return nil
}
