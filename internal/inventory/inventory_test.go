package inventory_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory"
	"craftplan/internal/money"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

func flour(name, sku string) inventory.Details {
	return inventory.Details{Name: name, SKU: sku, Unit: quantity.Gram, Price: 2_000}
}

func create(t *testing.T, db *storetest.DB, scope store.Scope, d inventory.Details, opening quantity.Quantity) (m inventory.Material) {
	t.Helper()
	db.Do(t, scope, func(ctx context.Context, tx *store.Tx) (err error) {
		m, err = inventory.Create(ctx, tx, d, &inventory.Receipt{Quantity: opening, UnitCost: d.Price})
		return err
	})
	return m
}

func receive(t *testing.T, db *storetest.DB, scope store.Scope, m inventory.Material, grams int64, cost money.Amount, expiresIn int) (l inventory.Lot) {
	t.Helper()
	db.Do(t, scope, func(ctx context.Context, tx *store.Tx) (err error) {
		expires := tx.Today().AddDays(expiresIn)
		l, err = inventory.Receive(ctx, tx, inventory.Receipt{ItemID: m.ID, Kind: inventory.Received, Quantity: quantity.Of(grams), UnitCost: cost, ExpiresOn: &expires})
		return err
	})
	return l
}

func take(t *testing.T, db *storetest.DB, scope store.Scope, is inventory.Issue) (issued inventory.Issued, err error) {
	t.Helper()
	if is.Kind == "" {
		is.Kind = inventory.Consumption
	}
	err = db.Update(t.Context(), scope, func(tx *store.Tx) (err error) {
		issued, err = inventory.Take(t.Context(), tx, is)
		return err
	})
	return issued, err
}

func needs(m inventory.Material, grams int64) []inventory.Need {
	return []inventory.Need{{ItemID: m.ID, Quantity: quantity.Of(grams)}}
}

func consume(t *testing.T, db *storetest.DB, scope store.Scope, m inventory.Material, grams int64) ([]inventory.Usage, error) {
	t.Helper()
	issued, err := take(t, db, scope, inventory.Issue{Needs: needs(m, grams), Reason: "test"})
	return issued.Usages, err
}

func balanced(t *testing.T, db *storetest.DB, scope store.Scope) {
	t.Helper()
	db.Do(t, scope, func(ctx context.Context, tx *store.Tx) error {
		n, err := inventory.Balanced(ctx, tx)
		if n != 0 {
			t.Errorf("%d sums differ from what they are sums of", n)
		}
		return err
	})
}

func TestFirstExpiredFirstOut(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		scope := db.Organization("Sunrise")
		m := create(t, db, scope, flour("Flour", "FLOUR"), quantity.Of(3000)) // without expiry: last
		receive(t, db, scope, m, 10_000, 2_500, 60)
		receive(t, db, scope, m, 5_000, 1_800, 7)
		receive(t, db, scope, m, 9_000, 9_000, -1) // expired: never
		usages, err := consume(t, db, scope, m, 7_500)
		if err != nil {
			t.Fatal(err)
		}
		if len(usages) != 2 || usages[0].Quantity != quantity.Of(5000) || usages[0].Cost != 9_000_000 || usages[1].Quantity != quantity.Of(2500) || usages[1].Cost != 6_250_000 {
			t.Errorf("usages %+v", usages)
		}
		_, err = consume(t, db, scope, m, 10_501)
		var short *inventory.Short
		if !errors.As(err, &short) || len(short.Shortages) != 1 || short.Shortages[0].Missing() != quantity.Of(1) || !fault.Is(err, fault.KindConflict) {
			t.Errorf("one gram too much: %v", err)
		}
		if _, err = consume(t, db, scope, m, 10_500); err != nil {
			t.Errorf("exactly what is there: %v", err)
		}
		balanced(t, db, scope)
	})
}

// Many at once want the same stock: what is handed out is never more than there was.
func TestConsumeAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		scope := db.Organization("Sunrise")
		m := create(t, db, scope, flour("Flour", "FLOUR"), quantity.Of(1000))
		var won int
		var mu sync.Mutex
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				_, err := consume(t, db, scope, m, 300)
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					won++
				} else if !fault.Is(err, fault.KindConflict) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if won != 3 {
			t.Errorf("%d of 8 got 300 g of 1000 g", won)
		}
		balanced(t, db, scope)
	})
}

func TestMaterial(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		scope, other := db.Organization("Sunrise"), db.Organization("Bluebird")
		create(t, db, scope, flour("Rye, 50% fine", "RYE-1"), quantity.Of(1))
		create(t, db, other, flour("Rye, 50% fine", "RYE-1"), quantity.Of(1)) // names are an organization's own
		for name, c := range map[string]struct {
			change func(*inventory.Details)
			field  string
		}{
			"same sku":  {func(d *inventory.Details) { d.Name = "Other" }, "sku"},
			"same name": {func(d *inventory.Details) { d.SKU = "OTHER" }, "name"},
			"bad sku":   {func(d *inventory.Details) { d.Name, d.SKU = "Other", "a/b" }, "sku"},
			"max < min": {func(d *inventory.Details) {
				d.Name, d.SKU = "Other", "OTHER"
				low, high := quantity.Of(5), quantity.Of(4)
				d.Minimum, d.Maximum = &low, &high
			}, "maximum"},
		} {
			d := flour("Rye, 50% fine", "RYE-1")
			c.change(&d)
			err := db.Update(t.Context(), scope, func(tx *store.Tx) error {
				_, err := inventory.Create(t.Context(), tx, d, nil)
				return err
			})
			if fields := fault.FieldsOf(err); len(fields) != 1 || fields[0].Name != c.field {
				t.Errorf("%s: %v", name, err)
			}
		}
		err := db.Update(t.Context(), scope, func(tx *store.Tx) error {
			d := flour("Rye", "RYE-1")
			d.Unit = quantity.Piece
			_, err := inventory.Update(t.Context(), tx, "RYE-1", d)
			return err
		})
		if fields := fault.FieldsOf(err); len(fields) != 1 || fields[0].Name != "unit" {
			t.Errorf("unit with stock: %v", err)
		}
		viewer := db.Member(scope, authz.Viewer)
		err = db.Update(t.Context(), viewer, func(tx *store.Tx) error {
			_, err := inventory.Create(t.Context(), tx, flour("x", "X"), nil)
			return err
		})
		if !fault.Is(err, fault.KindForbidden) {
			t.Errorf("viewer creates: %v", err)
		}
		db.Do(t, scope, func(ctx context.Context, tx *store.Tx) error {
			rows, total, err := inventory.List(ctx, tx, inventory.Filter{Query: "rye", Limit: 10})
			if total != 1 || len(rows) != 1 || rows[0].OnHand != quantity.Of(1) || rows[0].NextExpiry != nil {
				t.Errorf("list %+v", rows)
			}
			return err
		})
	})
}

// What is known of a material beside its stock is kept; its packs are what amounts may be written in; its unit stays once a recipe
// counts in it, and it is deleted only while it was never used.
func TestMaterialFacts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		scope := db.Organization("Sunrise")
		days := int64(3)
		d := flour("Flour", "FLOUR")
		d.Category, d.Density, d.Supplier, d.SupplierCode, d.LeadDays = "Flours", 590_000, "Miller & Co.", "M-405", &days
		d.Packs = []quantity.Pack{{Name: "sack", Quantity: quantity.Of(25_000)}, {Name: "bag", Quantity: quantity.Of(1_000)}}
		var m inventory.Material
		db.Do(t, scope, func(ctx context.Context, tx *store.Tx) (err error) {
			if m, err = inventory.Create(ctx, tx, d, nil); err != nil {
				return err
			}
			m, err = inventory.Get(ctx, tx, "FLOUR")
			return err
		})
		if m.Category != "Flours" || m.Density != 590_000 || m.Supplier != "Miller & Co." || m.SupplierCode != "M-405" || *m.LeadDays != 3 || len(m.Packs) != 2 || m.Packs[0].Name != "sack" {
			t.Errorf("kept %+v", m.Details)
		}
		if q, err := m.Measure().Parse("2 sacks"); err != nil || q != quantity.Of(50_000) {
			t.Errorf("two sacks are %d, %v", q, err)
		}
		update := func(change func(*inventory.Details)) error {
			d := m.Details
			change(&d)
			return db.Update(t.Context(), scope, func(tx *store.Tx) error {
				_, err := inventory.Update(t.Context(), tx, "FLOUR", d)
				return err
			})
		}
		for name, change := range map[string]func(*inventory.Details){
			"packs.1.name":     func(d *inventory.Details) { d.Packs = []quantity.Pack{d.Packs[0], d.Packs[0]} },
			"packs.0.name":     func(d *inventory.Details) { d.Packs = []quantity.Pack{{Name: "kg", Quantity: 1}} },
			"packs.0.quantity": func(d *inventory.Details) { d.Packs = []quantity.Pack{{Name: "tin"}} },
			"density":          func(d *inventory.Details) { d.Density = -1 },
			"lead_days":        func(d *inventory.Details) { n := int64(-1); d.LeadDays = &n },
			"category":         func(d *inventory.Details) { d.Category = strings.Repeat("x", 121) },
		} {
			if fields := fault.FieldsOf(update(change)); len(fields) != 1 || fields[0].Name != name {
				t.Errorf("%s: %v", name, fields)
			}
		}
		if err := update(func(d *inventory.Details) { d.Packs = d.Packs[1:]; d.Unit = quantity.Millilitre }); err != nil {
			t.Errorf("the unit of what was never used: %v", err)
		}
		db.Do(t, scope, func(ctx context.Context, tx *store.Tx) error { return inventory.FixUnits(ctx, tx, []id.ID{m.ID}) })
		if fields := fault.FieldsOf(update(func(d *inventory.Details) { d.Unit = quantity.Gram })); len(fields) != 1 || fields[0].Name != "unit" {
			t.Errorf("the unit a recipe counts in: %v", fields)
		}
		used := create(t, db, scope, flour("Rye", "RYE"), quantity.Of(1))
		remove := func(sku string) error {
			return db.Update(t.Context(), scope, func(tx *store.Tx) error { return inventory.Delete(t.Context(), tx, sku) })
		}
		if err := remove(used.SKU); !fault.Is(err, fault.KindConflict) {
			t.Errorf("deleting what has a history: %v", err)
		}
		if err := remove("FLOUR"); err != nil {
			t.Errorf("deleting what was never used: %v", err)
		}
		if err := remove("FLOUR"); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("deleting twice: %v", err)
		}
	})
}

// The list finds what is low, counting what can be used alone, what expires, and what is in a category.
func TestMaterialFilters(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		scope := db.Organization("Sunrise")
		minimum := quantity.Of(100)
		add := func(name, category string, grams int64) inventory.Material {
			d := flour(name, name)
			d.Category, d.Minimum = category, &minimum
			return create(t, db, scope, d, quantity.Of(grams))
		}
		add("Enough", "Flours", 100)
		add("Little", "Flours", 99)
		held, expired := add("Held", "Sugars", 60), add("Expired", "Sugars", 60)
		l := receive(t, db, scope, held, 60, 1, 90)
		receive(t, db, scope, expired, 60, 1, -1)
		soon := add("Soon", "", 60)
		receive(t, db, scope, soon, 60, 1, 5)
		db.Do(t, scope, func(ctx context.Context, tx *store.Tx) error {
			return inventory.SetStatus(ctx, tx, l.Code, inventory.Blocked, "torn")
		})
		for name, c := range map[string]struct {
			filter inventory.Filter
			want   string
		}{
			"all":                  {inventory.Filter{}, "Enough Expired Held Little Soon"},
			"low":                  {inventory.Filter{Low: true}, "Expired Held Little"},
			"low, of a category":   {inventory.Filter{Low: true, Category: "Sugars"}, "Expired Held"},
			"expiring":             {inventory.Filter{Expiring: true}, "Expired Soon"},
			"category":             {inventory.Filter{Category: "Flours"}, "Enough Little"},
			"by expiry":            {inventory.Filter{ByExpiry: true}, "Expired Soon Held Enough Little"},
			"down":                 {inventory.Filter{Down: true, Category: "Flours"}, "Little Enough"},
			"found":                {inventory.Filter{Query: "soo"}, "Soon"},
			"expiring and not low": {inventory.Filter{Expiring: true, Query: "soon"}, "Soon"},
		} {
			db.Do(t, scope, func(ctx context.Context, tx *store.Tx) error {
				c.filter.Limit = 10
				rows, total, err := inventory.List(ctx, tx, c.filter)
				var names []string
				for _, r := range rows {
					names = append(names, r.Name)
				}
				if got := strings.Join(names, " "); got != c.want || int(total) != len(rows) {
					t.Errorf("%s: %d, %s", name, total, got)
				}
				return err
			})
		}
	})
}
