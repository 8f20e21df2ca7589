package organizations_test

import (
	"context"
	"testing"

	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/organizations"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

// on does something to a member.
func on(do func(context.Context, *store.Tx, id.ID) error, user id.ID) func(context.Context, *store.Tx) error {
	return func(ctx context.Context, tx *store.Tx) error { return do(ctx, tx, user) }
}

// The operator lets people in, up to the plan's room, and there is always an owner who may come in.
func TestGrant(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		ctx := t.Context()
		owner := db.Organization("Sunrise")
		db.Organization("Second")
		people, err := organizations.People(ctx, db.Store, "second")
		if err != nil || len(people) != 1 {
			t.Fatal(people, err)
		}
		rosa := people[0]
		grant := func(role string, want fault.Kind) {
			t.Helper()
			if _, err := organizations.Grant(ctx, db.Store, rosa.Email, "sunrise", role); fault.KindOf(err) != want || (err == nil) != (want == 0) {
				t.Errorf("%s: %v", role, err)
			}
		}
		grant("staff", 0)
		m, _, err := organizations.Resolve(ctx, db.Store, "sunrise", rosa.ID)
		if err != nil || m.Role != authz.Staff {
			t.Errorf("%+v %v", m.Place, err)
		}
		db.Do(t, owner, on(organizations.Suspend, rosa.ID))
		grant("admin", 0) // and in again
		if m, _, err = organizations.Resolve(ctx, db.Store, "sunrise", rosa.ID); err != nil || m.Role != authz.Admin {
			t.Errorf("%+v %v", m.Place, err)
		}
		db.Do(t, owner, on(organizations.Remove, rosa.ID))
		if people, err := organizations.People(ctx, db.Store, "sunrise"); err != nil || len(people) != 1 {
			t.Errorf("with who was removed there are %+v, %v", people, err)
		}
		grant("viewer", 0)
		grant("baker", fault.KindInvalid)
		for range 7 {
			db.Member(owner, authz.Staff)
		}
		db.Do(t, owner, on(organizations.Remove, rosa.ID))
		db.Member(owner, authz.Staff)
		db.Member(owner, authz.Staff)
		grant("staff", fault.KindConflict) // ten people are the plan's
		if _, _, err := organizations.Resolve(ctx, db.Store, "sunrise", rosa.ID); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("the plan had no room: %v", err)
		}
		if _, err := organizations.Grant(ctx, db.Store, rosa.Email, "second", "staff"); !fault.Is(err, fault.KindConflict) {
			t.Errorf("the only owner: %v", err)
		}
		if _, err := organizations.CloseByOperator(ctx, db.Store, "second", "Sold.", false); err != nil {
			t.Fatal(err)
		}
		if _, err := organizations.Grant(ctx, db.Store, rosa.Email, "second", "owner"); !fault.Is(err, fault.KindConflict) {
			t.Errorf("closing: %v", err)
		}
		if _, err := organizations.Rename(ctx, db.Store, "second", "third", ""); !fault.Is(err, fault.KindConflict) {
			t.Errorf("closing: %v", err)
		}
	})
}
