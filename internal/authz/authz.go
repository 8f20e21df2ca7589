// Package authz says who may do what inside an organization. It is data and one question, which answers with an error:
// an answer that is forgotten must not open anything.
package authz

import (
	"fmt"

	"craftplan/internal/fault"
	"craftplan/internal/id"
)

// Role is what a member is in one organization.
type Role string

// The roles, from most to least.
const (
	Owner  Role = "owner"
	Admin  Role = "admin"
	Staff  Role = "staff"
	Viewer Role = "viewer"
)

// ParseRole reads a stored role.
func ParseRole(text string) (Role, error) {
	switch r := Role(text); r {
	case Owner, Admin, Staff, Viewer:
		return r, nil
	}
	return "", fmt.Errorf("unknown role %q", text)
}

// Label is how the role is shown.
func (r Role) Label() string {
	return map[Role]string{Owner: "Owner", Admin: "Admin", Staff: "Staff", Viewer: "Viewer"}[r]
}

var ranks = map[Role]int{Viewer: 1, Staff: 2, Admin: 3, Owner: 4}

// Covers tells whether the role is at least another: nobody grants, changes or takes away more than they have.
func (r Role) Covers(other Role) bool { return ranks[other] > 0 && ranks[r] >= ranks[other] }

// Permission is one thing a member may be allowed to do.
type Permission string

// The permissions.
const (
	CustomersRead       Permission = "customers:read"
	CustomersWrite      Permission = "customers:write"
	InventoryRead       Permission = "inventory:read"
	InventoryWrite      Permission = "inventory:write"
	CatalogRead         Permission = "catalog:read"
	CatalogWrite        Permission = "catalog:write"
	OrdersRead          Permission = "orders:read"
	OrdersWrite         Permission = "orders:write"
	ProductionRead      Permission = "production:read"
	ProductionWrite     Permission = "production:write"
	SettingsRead        Permission = "settings:read"
	SettingsWrite       Permission = "settings:write"
	MembersWrite        Permission = "members:write"
	Archive             Permission = "archive" // delete and archive
	OrganizationControl Permission = "organization:control"
)

var (
	reading = []Permission{CustomersRead, InventoryRead, CatalogRead, OrdersRead, ProductionRead, SettingsRead}
	writing = []Permission{CustomersWrite, InventoryWrite, CatalogWrite, OrdersWrite, ProductionWrite}
	ruling  = []Permission{SettingsWrite, MembersWrite, Archive}
	owning  = []Permission{OrganizationControl}

	granted = map[Role]map[Permission]bool{
		Viewer: set(reading),
		Staff:  set(reading, writing),
		Admin:  set(reading, writing, ruling),
		Owner:  set(reading, writing, ruling, owning),
	}
)

func set(groups ...[]Permission) map[Permission]bool {
	all := map[Permission]bool{}
	for _, group := range groups {
		for _, p := range group {
			all[p] = true
		}
	}
	return all
}

// Actor is a member acting in one organization.
type Actor struct {
	UserID id.ID
	Role   Role
}

// Require returns a Forbidden fault unless the actor's role grants the permission. The zero actor may do nothing.
func (a Actor) Require(p Permission) error {
	if granted[a.Role][p] {
		return nil
	}
	return fault.Forbidden("Your role does not allow this.")
}

// May is Require for what a page shows or hides; a decision to act uses Require.
func (a Actor) May(p Permission) bool { return a.Require(p) == nil }
