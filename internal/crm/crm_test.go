package crm_test

import (
	"context"
	"testing"

	"craftplan/internal/authz"
	"craftplan/internal/crm"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

func details(name string) crm.Details {
	return crm.Details{Kind: crm.Company, Name: name, Billing: crm.Address{Street: "1 Main St", City: "Chicago"}}
}

func TestCustomer(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		scope := db.Organization("Sunrise")
		db.Do(t, scope, func(ctx context.Context, tx *store.Tx) error {
			for _, name := range []string{"Crème & Co.", "O'Brien's, 50% rye", "Zed"} {
				if _, err := crm.Create(ctx, tx, details(name)); err != nil {
					return err
				}
			}
			changed := details("Crème & Cie")
			changed.Billing, changed.Shipping = crm.Address{}, crm.Address{City: "Paris"}
			_, err := crm.Update(ctx, tx, "CU-0001", changed)
			return err
		})
		db.Do(t, scope, func(ctx context.Context, tx *store.Tx) error {
			c, err := crm.Get(ctx, tx, "CU-0001")
			if err != nil {
				return err
			}
			if c.Name != "Crème & Cie" || !c.Billing.IsEmpty() || c.Shipping.City != "Paris" {
				t.Errorf("customer = %+v", c)
			}
			return crm.Archive(ctx, tx, "CU-0003")
		})
		for query, want := range map[string]string{"creme": "CU-0001", "50%": "CU-0002", "brien rye": "CU-0002", "cu-0002": "CU-0002"} {
			rows := find(t, db, scope, crm.Filter{Query: query})
			if len(rows) != 1 || rows[0].Reference != want {
				t.Errorf("search %q = %+v, want %s", query, rows, want)
			}
		}
		if rows := find(t, db, scope, crm.Filter{Sort: crm.ByNameDown}); len(rows) != 2 || rows[0].Reference != "CU-0002" {
			t.Errorf("by name, down = %+v", rows)
		}
		if rows := find(t, db, scope, crm.Filter{Archived: true}); len(rows) != 1 || rows[0].Reference != "CU-0003" {
			t.Errorf("archived = %+v", rows)
		}
	})
}

func find(t *testing.T, db *storetest.DB, scope store.Scope, f crm.Filter) (rows []crm.Listed) {
	t.Helper()
	f.Limit = 50
	err := db.View(t.Context(), scope, func(tx *store.Tx) (err error) {
		rows, _, err = crm.List(t.Context(), tx, f)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestCustomerOfAnotherOrganization(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		a, b := db.Organization("Sunrise"), db.Organization("Bluebird")
		db.Do(t, a, func(ctx context.Context, tx *store.Tx) error {
			_, err := crm.Create(ctx, tx, details("Only A's"))
			return err
		})
		if rows := find(t, db, b, crm.Filter{}); len(rows) != 0 {
			t.Errorf("B sees %+v", rows)
		}
		err := db.View(t.Context(), b, func(tx *store.Tx) error {
			_, err := crm.Get(t.Context(), tx, "CU-0001")
			return err
		})
		if !fault.Is(err, fault.KindNotFound) {
			t.Errorf("B reads A's customer: %v", err)
		}
		db.Do(t, b, func(ctx context.Context, tx *store.Tx) error { // numbers tell nothing of A
			c, err := crm.Create(ctx, tx, details("B's first"))
			if c.Reference != "CU-0001" {
				t.Errorf("B's first customer is %s", c.Reference)
			}
			return err
		})
	})
}

func TestCustomerPermissions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		scope := db.Organization("Sunrise")
		db.Do(t, scope, func(ctx context.Context, tx *store.Tx) error {
			_, err := crm.Create(ctx, tx, details("One"))
			return err
		})
		verbs := map[string]func(context.Context, *store.Tx) error{
			"create": func(ctx context.Context, tx *store.Tx) error {
				_, err := crm.Create(ctx, tx, details("Two"))
				return err
			},
			"update": func(ctx context.Context, tx *store.Tx) error {
				_, err := crm.Update(ctx, tx, "CU-0001", details("Three"))
				return err
			},
			"archive": func(ctx context.Context, tx *store.Tx) error { return crm.Archive(ctx, tx, "CU-0001") },
			"restore": func(ctx context.Context, tx *store.Tx) error { return crm.Restore(ctx, tx, "CU-0001") },
		}
		viewer := db.Member(scope, authz.Viewer)
		for name, verb := range verbs {
			err := db.Update(t.Context(), viewer, func(tx *store.Tx) error { return verb(t.Context(), tx) })
			if !fault.Is(err, fault.KindForbidden) {
				t.Errorf("viewer may %s: %v", name, err)
			}
		}
		if rows := find(t, db, viewer, crm.Filter{}); len(rows) != 1 || rows[0].Name != "One" {
			t.Errorf("viewer sees %+v", rows)
		}
	})
}

func TestValidate(t *testing.T) {
	for name, c := range map[string]struct {
		details crm.Details
		field   string
	}{
		"no kind":          {crm.Details{Name: "x"}, "kind"},
		"no name":          {crm.Details{Kind: crm.Individual, Name: " \t"}, "name"},
		"control":          {crm.Details{Kind: crm.Individual, Name: "a\x00b"}, "name"},
		"bad email":        {crm.Details{Kind: crm.Individual, Name: "x", Email: "nope"}, "email"},
		"address of a zip": {crm.Details{Kind: crm.Individual, Name: "x", Billing: crm.Address{PostalCode: "60611"}}, "billing_street"},
	} {
		_, err := c.details.Validate()
		fields := fault.FieldsOf(err)
		if len(fields) != 1 || fields[0].Name != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A group that is not there is not renamed.
func TestRenameGroup(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		scope := db.Organization("Sunrise")
		db.Do(t, scope, func(ctx context.Context, tx *store.Tx) error {
			g, err := crm.AddGroup(ctx, tx, "Cafés")
			if err != nil {
				return err
			}
			return crm.RenameGroup(ctx, tx, g.ID, "Coffee houses")
		})
		err := db.Update(t.Context(), scope, func(tx *store.Tx) error { return crm.RenameGroup(t.Context(), tx, id.New(), "Shops") })
		if !fault.Is(err, fault.KindNotFound) {
			t.Errorf("one that is not there: %v", err)
		}
		db.Do(t, scope, func(ctx context.Context, tx *store.Tx) error {
			groups, err := crm.Groups(ctx, tx)
			if len(groups) != 1 || groups[0].Name != "Coffee houses" {
				t.Errorf("groups: %+v", groups)
			}
			return err
		})
	})
}
