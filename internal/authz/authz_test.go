package authz_test

import (
	"testing"

	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/id"
)

// Each role may all that a lesser one may, and the zero actor nothing.
func TestRoles(t *testing.T) {
	all := []authz.Permission{authz.CustomersRead, authz.CustomersWrite, authz.InventoryRead, authz.InventoryWrite, authz.CatalogRead, authz.CatalogWrite, authz.OrdersRead, authz.OrdersWrite,
		authz.ProductionRead, authz.ProductionWrite, authz.SettingsRead, authz.SettingsWrite, authz.CostsRead, authz.MembersWrite, authz.KeysWrite, authz.Archive, authz.Import, authz.Takeout, authz.OrganizationControl}
	roles := []authz.Role{"", authz.Viewer, authz.Staff, authz.Admin, authz.Owner}
	for _, p := range all {
		before := false
		for _, r := range roles {
			may := authz.Actor{Role: r}.May(p)
			if before && !may || r == "" && may || r == authz.Owner && !may {
				t.Errorf("%q may %s: %t", r, p, may)
			}
			before = may
		}
	}
}

// What things cost is taken away by itself, and nothing else with it.
func TestCostsHidden(t *testing.T) {
	staff := authz.Actor{UserID: id.New(), Role: authz.Staff}
	if err := staff.Require(authz.CostsRead); err != nil {
		t.Errorf("staff: %v", err)
	}
	staff.CostsHidden = true
	if err := staff.Require(authz.CostsRead); !fault.Is(err, fault.KindForbidden) {
		t.Errorf("staff without costs: %v", err)
	}
	if err := staff.Require(authz.InventoryWrite); err != nil {
		t.Errorf("and their work: %v", err)
	}
}

// A key lets through what both its scopes and its maker's role grant, and keys and people never.
func TestThrough(t *testing.T) {
	for _, role := range []authz.Role{authz.Viewer, authz.Staff, authz.Admin, authz.Owner} {
		person := authz.Actor{UserID: id.New(), Role: role}
		for _, scope := range authz.Scopes {
			key := person.Through([]authz.Permission{scope})
			for _, p := range append(authz.Scopes, authz.MembersWrite, authz.KeysWrite, authz.Archive, authz.OrganizationControl) {
				if want := p == scope && person.May(p); key.May(p) != want {
					t.Errorf("%s through %s may %s: %t", role, scope, p, !want)
				}
			}
			if key.Through(authz.Scopes).May(authz.OrdersRead) != (scope == authz.OrdersRead) {
				t.Errorf("%s through %s and then more is not the same", role, scope)
			}
		}
		if person.Through(nil).May(authz.OrdersRead) {
			t.Error("a key without scopes opens something")
		}
		hidden := person
		hidden.CostsHidden = true
		if hidden.Through(authz.Scopes).May(authz.CostsRead) {
			t.Error("a key shows costs to who does not see them")
		}
	}
}

// A role covers itself and those below, and one that there is not covers nothing and is covered by none.
func TestCovers(t *testing.T) {
	order := []authz.Role{authz.Viewer, authz.Staff, authz.Admin, authz.Owner}
	for i, r := range order {
		for j, other := range order {
			if r.Covers(other) != (i >= j) {
				t.Errorf("%s covers %s: %t", r, other, i < j)
			}
		}
		if r.Covers("boss") || authz.Role("boss").Covers(r) {
			t.Errorf("%s and a role that there is not", r)
		}
		if r.AlwaysSeesCosts() != (i >= 2) {
			t.Errorf("%s always sees costs: %t", r, i < 2)
		}
	}
}

// Where an organization rests everybody reads, nobody writes, and an owner may carry it away.
func TestResting(t *testing.T) {
	for _, role := range []authz.Role{"", authz.Viewer, authz.Staff, authz.Admin, authz.Owner} {
		at := authz.Actor{Role: role}
		reads := map[authz.Permission]bool{authz.CustomersRead: true, authz.InventoryRead: true, authz.CatalogRead: true, authz.OrdersRead: true, authz.ProductionRead: true, authz.SettingsRead: true, authz.CostsRead: true}
		for _, p := range append(authz.Scopes, authz.MembersWrite, authz.KeysWrite, authz.AuditRead, authz.Archive, authz.Import, authz.OrganizationControl) {
			if want := reads[p] && role != ""; at.Resting().May(p) != want {
				t.Errorf("%q at rest may %s: %t", role, p, !want)
			}
		}
		if at.Resting().May(authz.Takeout) != (role == authz.Owner) {
			t.Errorf("%q at rest carries away: %t", role, role != authz.Owner)
		}
	}
	if blind := (authz.Actor{Role: authz.Staff, CostsHidden: true}); blind.Resting().May(authz.CostsRead) {
		t.Error("an organization at rest shows costs to who does not see them")
	}
}
