package catalog_test

import (
	"context"
	"strings"
	"testing"

	"craftplan/internal/authz"
	"craftplan/internal/catalog"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

func TestDeclareProduct(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		b := newBench(t, db)
		bread := b.product("Bread")
		read := func() (d catalog.Declaration, said bool) {
			b.do(func(ctx context.Context, tx *store.Tx) (err error) {
				d, said, err = catalog.DeclarationOf(ctx, tx, bread.ID)
				return err
			})
			return d, said
		}
		declare := func(scope store.Scope, d catalog.Declaration) error {
			return db.Update(t.Context(), scope, func(tx *store.Tx) error { return catalog.Declare(t.Context(), tx, bread.SKU, d) })
		}
		if d, said := read(); said || d.Net != 0 || d.Unit != quantity.Gram {
			t.Errorf("before anything is said: %+v", d)
		}
		in := catalog.Declaration{FoodName: " Wheat  bread ", Unit: "g", Net: quantity.Of(450), Portion: quantity.Of(50), PortionName: "slice", Storage: "Dry", FromFactors: true, Merged: true, Highlighted: []id.ID{b.flour.ID}}
		if err := declare(b.scope, in); !fault.Is(err, fault.KindInvalid) || fault.FieldsOf(err)[0].Name != "highlighted" {
			t.Errorf("an ingredient of no recipe: %v", err)
		}
		b.do(func(ctx context.Context, tx *store.Tx) error {
			_, err := catalog.Publish(ctx, tx, bread.ID, catalog.Input{Yield: quantity.Of(1), Components: []catalog.ComponentInput{{MaterialID: b.flour.ID, Quantity: quantity.Of(500)}}})
			return err
		})
		for range 2 {
			if err := declare(b.scope, in); err != nil {
				t.Fatal(err)
			}
			if d, said := read(); !said || d.FoodName != "Wheat bread" || d.Net != in.Net || d.Portion != in.Portion || !d.FromFactors || !d.Merged || len(d.Highlighted) != 1 || d.Highlighted[0] != b.flour.ID {
				t.Errorf("%+v", d)
			}
		}
		for field, wrong := range map[string]catalog.Declaration{"unit": {Unit: "pcs"}, "net": {Unit: "g", Net: -1}, "portion": {Unit: "g", Portion: quantity.Max + 1}, "storage": {Unit: "g", Storage: strings.Repeat("x", 301)}, "food_name": {Unit: "g", FoodName: strings.Repeat("x", 201)}} {
			if err := declare(b.scope, wrong); !fault.Is(err, fault.KindInvalid) || fault.FieldsOf(err)[0].Name != field {
				t.Errorf("%s: %v", field, err)
			}
		}
		if err := declare(db.Member(b.scope, authz.Viewer), in); !fault.Is(err, fault.KindForbidden) {
			t.Errorf("a viewer: %v", err)
		}
		if err := declare(db.Organization("Bluebird"), in); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("another organization: %v", err)
		}
	})
}
