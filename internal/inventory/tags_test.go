package inventory_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"craftplan/internal/fault"
	. "craftplan/internal/inventory"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

func TestParseTags(t *testing.T) {
	for text, want := range map[string]string{"": "", " , ,": "", "Organic,  local ,organic": "local|organic", "Gluten  Free": "gluten free", "Épice,a_b": "a_b|épice"} {
		if got := strings.Join(ParseTags(text), "|"); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}

// Materials are found by whole tags, whatever is in them, and by what lies above its maximum.
func TestTagsAndMaximum(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		scope := db.Organization("Sunrise")
		most := quantity.Of(10)
		db.Do(t, scope, func(ctx context.Context, tx *store.Tx) error {
			for sku, tags := range map[string][]string{"A": {"Organic", "100%"}, "B": {"organic rye"}, "C": {"1005"}} {
				d := Details{Name: "M " + sku, SKU: sku, Unit: quantity.Gram, Tags: tags, Maximum: &most}
				var opening *Receipt
				if sku == "B" {
					opening = &Receipt{Quantity: quantity.Of(11)}
				}
				if _, err := Create(ctx, tx, d, opening); err != nil {
					return err
				}
			}
			_, err := Create(ctx, tx, Details{Name: "Many", SKU: "D", Unit: quantity.Gram, Tags: strings.Split("a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u", ",")}, nil)
			if fields := fault.FieldsOf(err); len(fields) != 1 || fields[0].Name != "tags" {
				t.Errorf("too many tags: %v", err)
			}
			return nil
		})
		db.Do(t, scope, func(ctx context.Context, tx *store.Tx) error {
			for want, f := range map[string]Filter{"A": {Tag: "organic"}, "B": {Tag: "organic rye"}, "A ": {Tag: "100%"}, "": {Tag: "organic%"}, "B ": {Over: true}} {
				f.Limit = 10
				rows, total, err := List(ctx, tx, f)
				if err != nil {
					return err
				}
				var skus []string
				for _, r := range rows {
					skus = append(skus, r.SKU)
				}
				if got := strings.Join(skus, ","); got != strings.TrimSpace(want) || total != int64(len(rows)) {
					t.Errorf("%+v: %q of %d", f, got, total)
				}
			}
			tags, err := Tags(ctx, tx)
			if !slices.Equal(tags, []string{"100%", "1005", "organic", "organic rye"}) {
				t.Errorf("tags: %v", tags)
			}
			m, e := Get(ctx, tx, "B")
			if !m.Over() || e != nil {
				t.Errorf("11 of 10 are not above: %+v, %v", m, e)
			}
			return err
		})
	})
}
