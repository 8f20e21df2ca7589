package demo

import (
	"testing"

	"craftplan/internal/accounts"
	"craftplan/internal/authz"
	"craftplan/internal/catalog"
	"craftplan/internal/inventory"
	"craftplan/internal/money"
	"craftplan/internal/orders"
	"craftplan/internal/organizations"
	"craftplan/internal/production"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

var seeded = storetest.Filled(Seed)

func resolve(t *testing.T, db *storetest.DB, slug, email string) (organizations.Membership, store.Scope) {
	t.Helper()
	entry, err := accounts.SignIn(t.Context(), db.Store, email, Password, "a browser")
	if err != nil {
		t.Fatal(err)
	}
	user, err := accounts.Authenticate(t.Context(), db.Store, entry.Session)
	if err != nil {
		t.Fatal(err)
	}
	m, scope, err := organizations.Resolve(t.Context(), db.Store, slug, user.ID)
	if err != nil {
		t.Fatal(err)
	}
	return m, scope
}

func each(t *testing.T, test func(*testing.T, *storetest.DB)) {
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		t.Run(string(engine), func(t *testing.T) { test(t, seeded.New(t, engine)) })
	}
}

// The numbers of the demo hang together: stock is the sum of its movements, every product earns money, what was sold in the past
// brought more than it cost, and today something is made, something is to be made, and something is missing.
func TestTheDemoIsCoherent(t *testing.T) {
	each(t, func(t *testing.T, db *storetest.DB) {
		for _, w := range workshops() {
			_, scope := resolve(t, db, w.Slug, w.owner)
			err := db.View(t.Context(), scope, func(tx *store.Tx) error {
				if n, err := inventory.Balanced(t.Context(), tx); n != 0 || err != nil {
					t.Errorf("%s: %d lots differ from their movements, %v", w.Slug, n, err)
				}
				profitable(t, tx, w.Slug)
				day, err := production.DayOf(t.Context(), tx, tx.Today())
				if len(day.Orders) == 0 || len(day.ToMake) == 0 || len(day.Shortages) == 0 {
					t.Errorf("%s: today there are %d orders, %d things to make, %d shortages", w.Slug, len(day.Orders), len(day.ToMake), len(day.Shortages))
				}
				if w.shop.stall != "" {
					supplied(t, tx, w.Slug)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		}
	})
}

// supplied expects one transfer to the stall that arrived, and another that is on its way.
func supplied(t *testing.T, tx *store.Tx, slug string) {
	t.Helper()
	all, _, err := inventory.Transfers(t.Context(), tx, true, 10, 0)
	if err != nil || len(all) != 2 || all[0].Status != inventory.OnWay || all[0].Late(tx.Today()) || all[1].Status != inventory.Arrived {
		t.Errorf("%s: transfers %+v, %v", slug, all, err)
	}
}

func profitable(t *testing.T, tx *store.Tx, slug string) {
	t.Helper()
	products, _, err := catalog.List(t.Context(), tx, catalog.Filter{Limit: 100})
	if err != nil {
		t.Error(err)
	}
	for _, p := range products {
		if p.UnitCost <= 0 || p.UnitCost > p.Price*7/10 {
			t.Errorf("%s: one %s costs %s and sells for %s", slug, p.Name, money.Format(p.UnitCost, "USD", "en"), money.Format(p.Price, "USD", "en"))
		}
	}
	sold, _, err := orders.List(t.Context(), tx, orders.Filter{Status: orders.Delivered, Limit: 1000})
	if err != nil || len(sold) < 10 {
		t.Errorf("%s: %d orders were delivered, %v", slug, len(sold), err)
	}
	var revenue, cost money.Amount
	for _, s := range sold {
		o, err := orders.Get(t.Context(), tx, s.Reference)
		if err != nil {
			t.Error(err)
		}
		revenue += o.Totals.Subtotal - o.Totals.Discount
		for _, l := range o.Lines {
			cost += l.Material + l.Labor + l.Overhead
			if l.Produced < l.Quantity || l.Material == 0 {
				t.Errorf("%s: %s was delivered without %s", slug, o.Reference, l.Name)
			}
		}
	}
	if cost <= 0 || cost >= revenue {
		t.Errorf("%s: what sold for %d cost %d", slug, revenue, cost)
	}
}

func TestPeople(t *testing.T) {
	each(t, func(t *testing.T, db *storetest.DB) {
		for _, c := range []struct {
			email, slug string
			role        authz.Role
		}{
			{"maya@sunrise.example", "sunrise", authz.Owner}, {"maya@sunrise.example", "bluebird", authz.Staff}, {"sam@sunrise.example", "sunrise", authz.Staff}, {"vera@sunrise.example", "sunrise", authz.Viewer},
			{"jonas@bluebird.example", "bluebird", authz.Owner}, {"noor@northstar.example", "northstar", authz.Owner},
		} {
			if m, _ := resolve(t, db, c.slug, c.email); m.Role != c.role {
				t.Errorf("%s is %s of %s", c.email, m.Role, c.slug)
			}
		}
		if err := Seed(t.Context(), db.Store); err != nil {
			t.Errorf("seeding again: %v", err)
		}
		if list, err := organizations.List(t.Context(), db.Store); err != nil || len(list) != 3 {
			t.Errorf("%d organizations, %v", len(list), err)
		}
	})
}
