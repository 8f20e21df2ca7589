package catalog_test

import (
	"context"
	"strings"
	"testing"

	"craftplan/internal/authz"
	"craftplan/internal/catalog"
	"craftplan/internal/fault"
	"craftplan/internal/money"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

// The first variant of a product makes it one of a family, and those after it join.
func TestVariants(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		b := newBench(t, db)
		loaf := b.product("Loaf")
		add := func(sku string, d catalog.Details) (made catalog.Product) {
			t.Helper()
			b.do(func(ctx context.Context, tx *store.Tx) (err error) {
				made, err = catalog.AddVariant(ctx, tx, sku, d)
				return err
			})
			return made
		}
		large := add("LOAF", catalog.Details{Variant: " large ", SKU: "LOAF-L", Status: "active", Price: 9 * money.Micro})
		seeded := add("LOAF-L", catalog.Details{Name: "Seeded loaf", Variant: "Seeded", SKU: "LOAF-S", Status: "draft"})
		if large.Name != "Loaf, large" || large.Family != "Loaf" || large.Variant != "large" || seeded.Family != "Loaf" {
			t.Errorf("%+v, %+v", large, seeded)
		}
		b.do(func(ctx context.Context, tx *store.Tx) error {
			loaf, err := catalog.Get(ctx, tx, "LOAF")
			if err != nil || loaf.Family != "Loaf" || loaf.Variant != "" || loaf.Price != 5*money.Micro {
				t.Errorf("the first one is now %+v, %v", loaf, err)
			}
			for _, p := range []catalog.Product{loaf, large, seeded} {
				others, err := catalog.Variants(ctx, tx, p)
				var names []string
				for _, o := range others {
					names = append(names, o.Name)
				}
				want := strings.ReplaceAll(strings.ReplaceAll("Loaf|Loaf, large|Seeded loaf|", p.Name+"|", ""), "|", "; ")
				if got := strings.Join(names, "; ") + "; "; err != nil || got != want {
					t.Errorf("beside %s: %s, want %s, %v", p.Name, got, want, err)
				}
			}
			list, total, err := catalog.List(ctx, tx, catalog.Filter{Query: "loaf", Limit: 10})
			if err != nil || total != 3 || list[1].Variant != "large" || list[1].Family != "Loaf" {
				t.Errorf("the list: %+v, %v", list, err)
			}
			return nil
		})
		roll := b.product("Roll")
		b.do(func(ctx context.Context, tx *store.Tx) error {
			others, err := catalog.Variants(ctx, tx, roll)
			if len(others) != 0 {
				t.Errorf("of no family, and yet beside %v", others)
			}
			seeded.Family, seeded.Variant = "", ""
			if _, err := catalog.Update(ctx, tx, "LOAF-S", seeded.Details); err != nil {
				return err
			}
			left, _ := catalog.Variants(ctx, tx, large)
			if len(left) != 1 || left[0].ID != loaf.ID {
				t.Errorf("one left the family: %v", left)
			}
			return err
		})
	})
}

func TestVariantsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		b := newBench(t, db)
		b.product("Loaf")
		try := func(sku string, d catalog.Details) error {
			return b.try(func(ctx context.Context, tx *store.Tx) error {
				_, err := catalog.AddVariant(ctx, tx, sku, d)
				return err
			})
		}
		for field, d := range map[string]catalog.Details{
			"variant": {Name: "Loaf two", SKU: "LOAF-2", Status: "active"},
			"name":    {Name: "Loaf two", Variant: "large", SKU: "LOAF-2", Status: "active"},
			"sku":     {Variant: "large", SKU: "LOAF", Status: "active"},
			"status":  {Variant: "large", SKU: "LOAF-2"},
		} {
			if err := try("LOAF", d); !fault.Is(err, fault.KindInvalid) || fault.FieldsOf(err)[0].Name != field {
				t.Errorf("%s: %v", field, err)
			}
		}
		good := catalog.Details{Variant: "large", SKU: "LOAF-2", Status: "active"}
		if err := try("NOBODYS", good); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("of no product: %v", err)
		}
		b.do(func(ctx context.Context, tx *store.Tx) error {
			p, err := catalog.Get(ctx, tx, "LOAF")
			if p.Family != "" {
				t.Errorf("refused, and the product has a family: %q", p.Family)
			}
			return err
		})
		if _, err := (catalog.Details{Name: "Loaf, large", SKU: "L", Status: "active", Variant: "large"}).Validate(); !fault.Is(err, fault.KindInvalid) || fault.FieldsOf(err)[0].Name != "family" {
			t.Errorf("a variant of nothing: %v", err)
		}
		err := db.Update(t.Context(), db.Member(b.scope, authz.Viewer), func(tx *store.Tx) error {
			_, err := catalog.AddVariant(t.Context(), tx, "LOAF", good)
			return err
		})
		if !fault.Is(err, fault.KindForbidden) {
			t.Errorf("a viewer adds one: %v", err)
		}
	})
}
