package catalog_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"craftplan/internal/authz"
	"craftplan/internal/catalog"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory"
	"craftplan/internal/money"
	"craftplan/internal/quantity"
	"craftplan/internal/settings"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

// bench is a workshop with flour at 2.00 and butter at 10.00 per kg, 20.00 an hour and 10 % overhead.
type bench struct {
	t             *testing.T
	db            *storetest.DB
	scope         store.Scope
	flour, butter inventory.Material
}

func newBench(t *testing.T, db *storetest.DB) *bench {
	b := &bench{t: t, db: db, scope: db.Organization("Sunrise")}
	b.do(func(ctx context.Context, tx *store.Tx) (err error) {
		if err = settings.Update(ctx, tx, settings.Settings{TaxMode: settings.Exclusive, LaborHourlyRate: 20 * money.Micro, OverheadRate: 100_000}); err != nil {
			return err
		}
		if b.flour, err = inventory.Create(ctx, tx, inventory.Details{Name: "Flour", SKU: "FLOUR", Unit: quantity.Gram, Price: 2_000}, nil); err != nil {
			return err
		}
		b.butter, err = inventory.Create(ctx, tx, inventory.Details{Name: "Butter", SKU: "BUTTER", Unit: quantity.Gram, Price: 10_000}, nil)
		return err
	})
	return b
}

func (b *bench) do(fn func(context.Context, *store.Tx) error) {
	b.t.Helper()
	b.db.Do(b.t, b.scope, fn)
}

func (b *bench) try(fn func(context.Context, *store.Tx) error) error {
	return b.db.Update(b.t.Context(), b.scope, func(tx *store.Tx) error { return fn(b.t.Context(), tx) })
}

func (b *bench) product(name string) (p catalog.Product) {
	b.t.Helper()
	b.do(func(ctx context.Context, tx *store.Tx) (err error) {
		p, err = catalog.Create(ctx, tx, catalog.Details{Name: name, SKU: strings.ToUpper(name), Status: "active", Price: 5 * money.Micro})
		return err
	})
	return p
}

func (b *bench) publish(p catalog.Product, in catalog.Input) (r catalog.Recipe, err error) {
	err = b.try(func(ctx context.Context, tx *store.Tx) (err error) {
		r, err = catalog.Publish(ctx, tx, p.ID, in)
		return err
	})
	return r, err
}

func (b *bench) published(p catalog.Product, in catalog.Input) (r catalog.Recipe) {
	b.t.Helper()
	r, err := b.publish(p, in)
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}

// of is a recipe of ten pieces: grams of a material, products by pieces, and an hour of work.
func of(material inventory.Material, grams int64, products ...catalog.ComponentInput) catalog.Input {
	in := catalog.Input{Yield: quantity.Of(10), Components: []catalog.ComponentInput{{MaterialID: material.ID, Quantity: quantity.Of(grams)}}}
	for i, p := range products {
		p.Row = i + 1
		in.Components = append(in.Components, p)
	}
	in.Steps = []catalog.StepInput{{Name: "Make", Minutes: quantity.Of(60), UnitsPerRun: quantity.Of(10)}}
	return in
}

func pieces(p catalog.Product, n int64) catalog.ComponentInput {
	return catalog.ComponentInput{ProductID: p.ID, Quantity: quantity.Of(n)}
}

// stored is the cost of one piece as the list has it.
func (b *bench) stored(p catalog.Product) (cost money.Amount) {
	b.t.Helper()
	b.do(func(ctx context.Context, tx *store.Tx) error {
		list, _, err := catalog.List(ctx, tx, catalog.Filter{Limit: 100})
		for _, l := range list {
			if l.ID == p.ID {
				cost = l.UnitCost
			}
		}
		return err
	})
	return cost
}

func (b *bench) recipe(p catalog.Product, version int64) (r *catalog.Recipe) {
	b.t.Helper()
	b.do(func(ctx context.Context, tx *store.Tx) (err error) {
		r, err = catalog.GetRecipe(ctx, tx, p.ID, version)
		return err
	})
	return r
}

// Levain is in dough, dough in bread. What changes below reaches the top, and replaced versions keep their cost.
func TestCostsReachTheTop(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		b := newBench(t, db)
		levain, dough, bread := b.product("Levain"), b.product("Dough"), b.product("Bread")
		b.published(levain, of(b.flour, 1_000))                        // 0.20 of flour, 2.00 of work: 2.42 with overhead
		b.published(dough, of(b.butter, 100, pieces(levain, 5)))       // 0.10 of butter, half a levain
		top := b.published(bread, of(b.flour, 500, pieces(dough, 10))) // 0.10 of flour, one dough
		if top.Cost != (catalog.Cost{Material: 300_000, Labor: 5_000_000, Overhead: 530_000, Total: 5_830_000}) {
			t.Fatalf("bread %+v", top.Cost)
		}
		if flat := top.Flat; len(flat.Parts) != 3 || len(flat.Parts[2].Path) != 2 || flat.Parts[2].Path[1].Name != "Levain" || len(flat.Tasks) != 3 {
			t.Errorf("bread goes down to %+v", flat)
		}
		err := db.View(t.Context(), b.scope, func(tx *store.Tx) error {
			_, err := catalog.GetRecipe(t.Context(), tx, bread.ID, 99)
			return err
		})
		if !fault.Is(err, fault.KindNotFound) {
			t.Errorf("a version that there is not: %v", err)
		}

		b.published(levain, of(b.flour, 2_000)) // 0.10 more in a dough, and so in a bread
		if got := b.stored(bread); got != 5_940_000 {
			t.Errorf("a levain of more flour: bread %d", got)
		}
		if r := b.recipe(bread, 0); r.Cost.Total != 5_940_000 || r.Components[1].Cost != 300_000 {
			t.Errorf("read: %+v, the dough %d", r.Cost, r.Components[1].Cost)
		}
		b.do(func(ctx context.Context, tx *store.Tx) error {
			d := b.butter.Details
			d.Price = 20_000
			if _, err := inventory.Update(ctx, tx, "BUTTER", d); err != nil {
				return err
			}
			return catalog.MaterialsChanged(ctx, tx, inventory.CostsChanged{Materials: []id.ID{b.butter.ID}})
		})
		if got := b.stored(bread); got != 6_050_000 {
			t.Errorf("dearer butter: bread %d", got)
		}
		if got := b.stored(levain); got != 2_640_000 {
			t.Errorf("dearer butter, which is not in it: levain %d", got)
		}
		if old := b.recipe(levain, 1); old.Cost.Total != 2_420_000 || old.Status != "archived" {
			t.Errorf("the replaced version: %+v, %s", old.Cost, old.Status)
		}
	})
}

func TestCirclesAreRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		b := newBench(t, db)
		levain, dough, bread := b.product("Levain"), b.product("Dough"), b.product("Bread")
		b.published(levain, of(b.flour, 1_000))
		b.published(dough, of(b.butter, 100, pieces(levain, 5)))
		b.published(bread, of(b.flour, 500, pieces(dough, 10)))
		for name, c := range map[string]struct {
			of   catalog.Product
			in   catalog.Input
			want string
		}{
			"through two others": {levain, of(b.flour, 1, pieces(bread, 1)), "Levain > Bread > Dough > Levain: a product cannot be part of itself."},
			"itself":             {levain, of(b.flour, 1, pieces(levain, 1)), "Levain > Levain: a product cannot be part of itself."},
		} {
			_, err := b.publish(c.of, c.in)
			if fields := fault.FieldsOf(err); len(fields) != 1 || fields[0].Name != "components.1.item" || fields[0].Message != c.want {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := b.publish(b.product("Cake"), of(b.flour, 1, pieces(b.product("Glaze"), 1))); !strings.HasPrefix(fault.MessageOf(err), "Glaze has no published recipe yet") {
			t.Errorf("a product without recipe: %v", err)
		}
	})
}

// Two people each put the other's product into theirs at the same moment: one of them closes the circle, and is refused.
func TestCirclesAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		b := newBench(t, db)
		for n := range 5 {
			one, other := b.product(fmt.Sprint("One", n)), b.product(fmt.Sprint("Other", n))
			b.published(one, of(b.flour, 1))
			b.published(other, of(b.flour, 1))
			var all sync.WaitGroup
			refused := make(chan error, 2)
			for _, pair := range [][2]catalog.Product{{one, other}, {other, one}} {
				all.Go(func() {
					_, err := b.publish(pair[0], of(b.flour, 1, pieces(pair[1], 1)))
					refused <- err
				})
			}
			all.Wait()
			first, second := <-refused, <-refused
			if (first == nil) == (second == nil) || !fault.Is(first, fault.KindInvalid) && !fault.Is(second, fault.KindInvalid) {
				t.Fatalf("%v and %v", first, second)
			}
		}
	})
}

// Many publish at once: each has a version of its own, and one is active.
func TestPublishAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		b := newBench(t, db)
		bread := b.product("Bread")
		var all sync.WaitGroup
		for n := range 6 {
			all.Go(func() {
				if _, err := b.publish(bread, of(b.flour, int64(100+n))); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		b.do(func(ctx context.Context, tx *store.Tx) error {
			versions, err := catalog.Versions(ctx, tx, bread.ID)
			for i, v := range versions {
				if v.Version != int64(6-i) || (v.Status == "active") != (i == 0) {
					t.Errorf("version %d is %s", v.Version, v.Status)
				}
			}
			if len(versions) != 6 {
				t.Errorf("%d versions", len(versions))
			}
			return err
		})
	})
}

func TestViewersPublishNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		b := newBench(t, db)
		bread := b.product("Bread")
		b.published(bread, of(b.flour, 100))
		b.scope = db.Member(b.scope, authz.Viewer)
		if _, err := b.publish(bread, of(b.flour, 200)); !fault.Is(err, fault.KindForbidden) {
			t.Errorf("a viewer publishes: %v", err)
		}
		err := b.try(func(ctx context.Context, tx *store.Tx) error {
			flat, err := catalog.Flatten(ctx, tx, bread.ID)
			if len(flat.Parts) != 1 {
				t.Errorf("a viewer sees %+v", flat)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// Each change of a cost is noted with its reason; what a replaced version cost, and why, stays what it was.
func TestCostHistory(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		b := newBench(t, db)
		dough, bread := b.product("Dough"), b.product("Bread")
		b.published(dough, of(b.butter, 100))
		b.published(bread, of(b.flour, 500, pieces(dough, 10)))
		b.do(func(ctx context.Context, tx *store.Tx) error {
			d := b.butter.Details
			d.Price = 20_000
			if _, err := inventory.Update(ctx, tx, "BUTTER", d); err != nil {
				return err
			}
			return catalog.MaterialsChanged(ctx, tx, inventory.CostsChanged{Materials: []id.ID{b.flour.ID, b.butter.ID}})
		})
		b.do(func(ctx context.Context, tx *store.Tx) error {
			if err := settings.Change(ctx, tx, func(s *settings.Settings) { s.OverheadRate = 200_000 }); err != nil {
				return err
			}
			return catalog.RatesChanged(ctx, tx, settings.RatesChanged{})
		})
		b.published(dough, of(b.butter, 200))
		b.do(func(ctx context.Context, tx *store.Tx) error { // nothing changes, and nothing is noted
			return catalog.MaterialsChanged(ctx, tx, inventory.CostsChanged{Materials: []id.ID{b.flour.ID, b.butter.ID}})
		})
		b.do(func(ctx context.Context, tx *store.Tx) error {
			changes, err := catalog.CostHistory(ctx, tx, bread.ID, 10)
			var got []string
			for _, c := range changes {
				got = append(got, fmt.Sprintf("%s %q %d", c.Reason, c.Cause, c.Cost.Total))
			}
			// 0.10 of flour, 0.10 of butter and 4.00 of work; butter twice as dear; 20 % overhead; twice the butter.
			want := []string{`component "Dough" 5400000`, `rates "" 5160000`, `materials "Flour, Butter" 4730000`, `published "" 4620000`}
			if !slices.Equal(got, want) {
				t.Errorf("%q", got)
			}
			return err
		})
		old := b.recipe(dough, 1)
		if old.Cost.Total != 2_640_000 || !old.Adds() || old.Flat.Parts[0].Price != 20_000 || old.Rates.Overhead != 200_000 || old.Components[0].Cost != 200_000 {
			t.Errorf("the replaced version: %+v", old)
		}
		b.do(func(ctx context.Context, tx *store.Tx) error {
			d := b.butter.Details
			d.Price, d.Name = 1_000, "Margarine"
			_, err := inventory.Update(ctx, tx, "BUTTER", d)
			return err
		})
		if again := b.recipe(dough, 1); again.Cost != old.Cost || again.Flat.Parts[0].Name != "Butter" || again.Costing.Parts[0] != 200_000 {
			t.Errorf("the replaced version, later: %+v", again.Arithmetic)
		}
	})
}

func TestMargins(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		b := newBench(t, db)
		for name, price := range map[string]money.Amount{"Dear": 10 * money.Micro, "Cheap": 2 * money.Micro, "Given": 0, "Fair": 3_360_000} {
			p := b.product(name)
			b.published(p, of(b.flour, 1_000)) // 0.20 of flour, 2.00 of work, 10 % overhead: 2.42
			b.do(func(ctx context.Context, tx *store.Tx) error {
				_, err := catalog.Reprice(ctx, tx, p.SKU, 5*money.Micro, price)
				return err
			})
		}
		b.product("Unmade")
		b.do(func(ctx context.Context, tx *store.Tx) error {
			return settings.Change(ctx, tx, func(s *settings.Settings) {
				s.TaxMode, s.TaxRate, s.Retail = settings.Inclusive, 200_000, settings.Markup{Mode: settings.Percent, Value: 150_000, Ending: settings.Fives}
			})
		})
		for name, c := range map[string]struct {
			filter catalog.MarginFilter
			want   []string
		}{
			"worst first":             {catalog.MarginFilter{}, []string{"Given", "Cheap", "Fair", "Dear"}},
			"best first":              {catalog.MarginFilter{Down: true}, []string{"Dear", "Fair", "Cheap", "Given"}},
			"by name":                 {catalog.MarginFilter{Sort: "name"}, []string{"Cheap", "Dear", "Fair", "Given"}},
			"below cost":              {catalog.MarginFilter{Only: "loss"}, []string{"Given", "Cheap"}},
			"below the suggested one": {catalog.MarginFilter{Only: "below", Sort: "price"}, []string{"Given", "Cheap"}}, // 2.42 x 1.15 x 1.20 = 3.3396, so 3.35
			"searched":                {catalog.MarginFilter{Query: "ea"}, []string{"Cheap", "Dear"}},
		} {
			b.do(func(ctx context.Context, tx *store.Tx) error {
				all, err := catalog.Margins(ctx, tx, c.filter)
				var got []string
				for _, m := range all {
					got = append(got, m.Name)
					if share, _ := m.Margin(); m.Name == "Fair" && (m.Tax != 560_000 || m.Profit != 380_000 || share != 135_714 || m.Suggested != 3_350_000) {
						t.Errorf("fair: %+v, %d", m, share)
					}
				}
				if !slices.Equal(got, c.want) {
					t.Errorf("%s: %v", name, got)
				}
				return err
			})
		}
	})
}

// Somebody looks at a price and sets another; meanwhile a third was set.
func TestRepriceMeanwhile(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		b := newBench(t, db)
		p := b.product("Bread")
		set := func(was, price money.Amount) error {
			return b.try(func(ctx context.Context, tx *store.Tx) error {
				_, err := catalog.Reprice(ctx, tx, "BREAD", was, price)
				return err
			})
		}
		if err := set(p.Price, 6*money.Micro); err != nil {
			t.Fatal(err)
		}
		if err := set(p.Price, 7*money.Micro); !fault.Is(err, fault.KindConflict) {
			t.Errorf("a price that was looked at too early: %v", err)
		}
		if err := set(6*money.Micro, -1); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("a negative price: %v", err)
		}
	})
}
