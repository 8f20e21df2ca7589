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

// AlwaysSeesCosts tells whether what things cost cannot be hidden from the role.
func (r Role) AlwaysSeesCosts() bool { return r.Covers(Admin) }

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
	CostsRead           Permission = "costs:read" // what things cost: purchase prices, costs of pieces and batches, margins, rates
	MembersWrite        Permission = "members:write"
	KeysWrite           Permission = "keys:write" // API keys
	AuditRead           Permission = "audit:read" // who changed what
	Archive             Permission = "archive"    // delete and archive
	Import              Permission = "import"     // take in files, and undo that
	Takeout             Permission = "takeout"    // carry all of the organization away
	OrganizationControl Permission = "organization:control"
)

var (
	reading = []Permission{CustomersRead, InventoryRead, CatalogRead, OrdersRead, ProductionRead, SettingsRead, CostsRead}
	writing = []Permission{CustomersWrite, InventoryWrite, CatalogWrite, OrdersWrite, ProductionWrite}
	ruling  = []Permission{SettingsWrite, MembersWrite, KeysWrite, AuditRead, Archive, Import}
	owning  = []Permission{OrganizationControl, Takeout}

	// resting are what may be done, by who may at all, while an organization is suspended or closing.
	resting = set(reading, []Permission{Takeout})

	granted = map[Role]map[Permission]bool{
		Viewer: set(reading),
		Staff:  set(reading, writing),
		Admin:  set(reading, writing, ruling),
		Owner:  set(reading, writing, ruling, owning),
	}
)

// Scopes are the permissions that an API key can be given: nothing about people and keys, and nothing that cannot be undone.
var Scopes = []Permission{CustomersRead, CustomersWrite, InventoryRead, InventoryWrite, CatalogRead, CatalogWrite, OrdersRead, OrdersWrite,
	ProductionRead, ProductionWrite, SettingsRead, SettingsWrite, CostsRead}

func set(groups ...[]Permission) map[Permission]bool {
	all := map[Permission]bool{}
	for _, group := range groups {
		for _, p := range group {
			all[p] = true
		}
	}
	return all
}

// Actor is a member, or somebody of the support, acting in one organization.
type Actor struct {
	UserID id.ID
	Role   Role
	// CostsHidden takes CostsRead away from what the role grants.
	CostsHidden bool
	// Support is who belongs to the installation's support, and is let in for a while.
	Support bool

	scopes  map[Permission]bool // of the API key they act through; nil in person
	resting bool
}

// Resting is the actor in an organization that is suspended or closing: everybody reads and nobody writes, and who may carry all of it
// away still may.
func (a Actor) Resting() Actor {
	a.resting = true
	return a
}

// Through is the actor by way of an API key with the scopes: what they may do themselves, and of that no more than those.
func (a Actor) Through(scopes []Permission) Actor {
	let := map[Permission]bool{}
	for _, s := range scopes {
		let[s] = a.scopes == nil || a.scopes[s]
	}
	a.scopes = let
	return a
}

// Require returns a Forbidden fault unless the actor's role grants the permission. The zero actor may do nothing.
func (a Actor) Require(p Permission) error {
	switch {
	case !granted[a.Role][p], a.resting && !resting[p]:
		return fault.Forbidden("Your role does not allow this.")
	case p == CostsRead && a.CostsHidden:
		return fault.Forbidden("What things cost is not shown to you.")
	case a.scopes != nil && !a.scopes[p]:
		return fault.Forbidden("The key does not have the scope " + string(p) + ".")
	}
	return nil
}

// May is Require for what a page shows or hides; a decision to act uses Require.
func (a Actor) May(p Permission) bool { return a.Require(p) == nil }
