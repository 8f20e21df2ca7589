package authz

import (
	"slices"
	"testing"

	"craftplan/internal/fault"
)

// Each role may what the one below may, and more; a viewer only reads.
func TestRoles(t *testing.T) {
	all := slices.Concat(reading, writing, ruling, owning)
	roles := []Role{Viewer, Staff, Admin, Owner}
	counts := make([]int, len(roles))
	for i, role := range roles {
		for _, p := range all {
			may := Actor{Role: role}.May(p)
			if may {
				counts[i]++
			}
			if i > 0 && !may && (Actor{Role: roles[i-1]}).May(p) {
				t.Errorf("%s may not %s, but %s may", role, p, roles[i-1])
			}
		}
		if i > 0 && counts[i] <= counts[i-1] {
			t.Errorf("%s may no more than %s", role, roles[i-1])
		}
	}
	if counts[0] != len(reading) || counts[3] != len(all) {
		t.Errorf("counts %v", counts)
	}
}

func TestNobodyMayNothing(t *testing.T) {
	for _, actor := range []Actor{{}, {Role: "boss"}} {
		if err := actor.Require(OrdersRead); !fault.Is(err, fault.KindForbidden) {
			t.Errorf("%+v: %v", actor, err)
		}
	}
	if err := (Actor{Role: Owner}).Require("orders:eat"); !fault.Is(err, fault.KindForbidden) {
		t.Errorf("an unknown permission: %v", err)
	}
	if _, err := ParseRole("boss"); err == nil {
		t.Error("an unknown role is read")
	}
}

func TestCovers(t *testing.T) {
	roles := []Role{Viewer, Staff, Admin, Owner}
	for i, a := range roles {
		for j, b := range roles {
			if a.Covers(b) != (i >= j) {
				t.Errorf("%s covers %s: %t", a, b, a.Covers(b))
			}
		}
		if a.Covers("boss") || Role("boss").Covers(a) {
			t.Errorf("an unknown role beside %s", a)
		}
	}
}
