package digest

import (
	"testing"
	"time"

	"craftplan/internal/authz"
	"craftplan/internal/inventory"
	"craftplan/internal/organizations"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

// Who lost the right to read the stock is not mailed, and their morning stays as it is for when they have it again.
func TestWhoMayNotRead(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		scope := db.Organization("Sunrise")
		noon := time.Date(2026, 3, 9, 17, 0, 0, 0, time.UTC)
		yesterday, today := db.At(func() time.Time { return noon.AddDate(0, 0, -1) }), db.At(func() time.Time { return noon })
		err := yesterday.Update(t.Context(), scope, func(tx *store.Tx) error {
			minimum := quantity.Of(5)
			if _, err := inventory.Create(t.Context(), tx, inventory.Details{Name: "Salt", SKU: "SALT", Unit: quantity.Gram, Minimum: &minimum}, nil); err != nil {
				return err
			}
			return Choose(t.Context(), tx, Daily)
		})
		if err != nil {
			t.Fatal(err)
		}
		o, _, err := organizations.OpenByID(t.Context(), db.Store, scope.Organization())
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			right []authz.Permission
			want  int
		}{{[]authz.Permission{authz.OrdersRead}, 0}, {[]authz.Permission{authz.InventoryRead}, 1}} {
			if err := mailTo(t.Context(), today, o, scope.Through(c.right)); err != nil || len(db.Letters(scope)) != c.want {
				t.Errorf("with %v: %d mails, %v", c.right, len(db.Letters(scope)), err)
			}
		}
	})
}
