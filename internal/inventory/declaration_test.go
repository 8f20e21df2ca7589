package inventory_test

import (
	"context"
	"math/big"
	"strings"
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

// larder makes a material.
func larder(t *testing.T, db *storetest.DB, scope store.Scope, d inventory.Details) (m inventory.Material) {
	t.Helper()
	d.Price = money.Micro / 1000
	db.Do(t, scope, func(ctx context.Context, tx *store.Tx) (err error) {
		m, err = inventory.Create(ctx, tx, d, nil)
		return err
	})
	return m
}

func foodOf(t *testing.T, db *storetest.DB, scope store.Scope, m inventory.Material) (f inventory.Food) {
	t.Helper()
	db.Do(t, scope, func(ctx context.Context, tx *store.Tx) (err error) {
		f, err = inventory.FoodOf(ctx, tx, m.ID)
		return err
	})
	return f
}

func TestDeclare(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		scope, other := db.Organization("Sunrise"), db.Organization("Bluebird")
		flour := larder(t, db, scope, inventory.Details{Name: "Flour", SKU: "FLOUR", Unit: quantity.Gram})
		facts, allergens := nutrientsOf(t, db, scope), allergensOf(t, db, scope)
		fat, saturates, salt := findNutrient(t, facts, "Fat").ID, findNutrient(t, facts, "Saturates").ID, findNutrient(t, facts, "Salt").ID
		gluten, nuts := findAllergen(t, allergens, "Cereals containing gluten"), findAllergen(t, allergens, "Nuts")
		declare := func(scope store.Scope, d inventory.Declaration) error {
			return db.Update(t.Context(), scope, func(tx *store.Tx) error { return inventory.Declare(t.Context(), tx, "FLOUR", d) })
		}
		if f := foodOf(t, db, scope, flour); f.Said || f.Checked || len(f.Amounts) != 0 || f.Basis != quantity.Gram {
			t.Errorf("before anything is said: %+v", f)
		}
		in := inventory.Declaration{Name: " Wheat  flour ", Checked: true, Basis: quantity.Gram, Amounts: inventory.Amounts{fat: quantity.Of(1), saturates: 0},
			Allergens: []inventory.Present{{Allergen: gluten, Called: " wheat "}, {Allergen: nuts, Traces: true}}}
		for range 2 { // saying it again changes nothing
			if err := declare(scope, in); err != nil {
				t.Fatal(err)
			}
			f := foodOf(t, db, scope, flour)
			if !f.Said || f.Name != "Wheat flour" || !f.Checked || len(f.Allergens) != 2 || f.Allergens[0].Called != "wheat" || f.Allergens[0].Traces || f.Allergens[1].Named() != "nuts" || !f.Allergens[1].Traces {
				t.Errorf("%+v", f)
			}
			none, known := f.Amounts[saturates]
			if _, salty := f.Amounts[salt]; !known || none != 0 || salty || f.Amounts[fat] != quantity.Of(1) {
				t.Errorf("zero, missing and known are not told apart: %v", f.Amounts)
			}
		}
		if err := declare(scope, inventory.Declaration{Basis: quantity.Gram, Checked: true}); err != nil {
			t.Fatal(err)
		}
		if f := foodOf(t, db, scope, flour); len(f.Allergens)+len(f.Amounts) != 0 || !f.Said {
			t.Errorf("what was taken back is still there: %+v", f)
		}
		if err := declare(db.Member(scope, authz.Viewer), in); !fault.Is(err, fault.KindForbidden) {
			t.Errorf("a viewer: %v", err)
		}
		if err := declare(other, in); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("another organization: %v", err)
		}
	})
}

// Each field that cannot be is named, and what is at its very bounds can be.
func TestDeclarationRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		scope, other := db.Organization("Sunrise"), db.Organization("Bluebird")
		larder(t, db, scope, inventory.Details{Name: "Flour", SKU: "FLOUR", Unit: quantity.Gram})
		larder(t, db, scope, inventory.Details{Name: "Egg", SKU: "EGG", Unit: quantity.Piece})
		facts, allergens := nutrientsOf(t, db, scope), allergensOf(t, db, scope)
		one := func(name string) id.ID { return findNutrient(t, facts, name).ID }
		fat, saturates, salt, kJ, kcal := one("Fat"), one("Saturates"), one("Salt"), one("Energy (kJ)"), one("Energy (kcal)")
		gluten := findAllergen(t, allergens, "Cereals containing gluten")
		theirs, theirFat := findAllergen(t, allergensOf(t, db, other), "Milk"), findNutrient(t, nutrientsOf(t, db, other), "Fat").ID
		declare := func(sku string, d inventory.Declaration) error {
			return db.Update(t.Context(), scope, func(tx *store.Tx) error { return inventory.Declare(t.Context(), tx, sku, d) })
		}
		for field, wrong := range map[string]inventory.Declaration{
			"name":                         {Basis: "g", Name: strings.Repeat("x", 201)},
			"ingredients":                  {Basis: "g", Ingredients: "a\x00b"},
			"basis":                        {Basis: "pcs"},
			"piece_weight":                 {Basis: "g", PieceWeight: quantity.Of(5)},
			"called." + gluten.ID.String(): {Basis: "g", Allergens: []inventory.Present{{Allergen: gluten}}},
			"called." + theirs.ID.String(): {Basis: "g", Allergens: []inventory.Present{{Allergen: theirs}}},
			"amount." + theirFat.String():  {Basis: "g", Amounts: inventory.Amounts{theirFat: 1}},
			"amount." + saturates.String(): {Basis: "g", Amounts: inventory.Amounts{fat: quantity.Of(1), saturates: quantity.Of(1) + 1}},
			"amount." + salt.String():      {Basis: "g", Amounts: inventory.Amounts{fat: quantity.Of(40), salt: quantity.Of(60) + 1}},
			"amount." + kJ.String():        {Basis: "g", Amounts: inventory.Amounts{kJ: quantity.Of(100), kcal: quantity.Of(100)}},
		} {
			if err := declare("FLOUR", wrong); !fault.Is(err, fault.KindInvalid) || len(fault.FieldsOf(err)) != 1 || fault.FieldsOf(err)[0].Name != field {
				t.Errorf("%s: %v", field, err)
			}
		}
		for sku, right := range map[string][]inventory.Declaration{
			"FLOUR": {
				{Basis: "g", Amounts: inventory.Amounts{fat: quantity.Of(40), salt: quantity.Of(60)}},
				{Basis: "g", Amounts: inventory.Amounts{fat: quantity.Of(1), saturates: quantity.Of(1)}},
				{Basis: "ml", Amounts: inventory.Amounts{one("Carbohydrate"): quantity.Of(110)}}, // syrup is heavier than water, and its density is not known
				{Basis: "g", Allergens: []inventory.Present{{Allergen: gluten, Traces: true}}},
				{Basis: "g", Amounts: inventory.Amounts{kJ: quantity.Of(1700), kcal: quantity.Of(406)}},
			},
			"EGG": {{Basis: "pcs", PieceWeight: quantity.Of(50), Amounts: inventory.Amounts{fat: quantity.Of(5)}}},
		} {
			for i, d := range right {
				if err := declare(sku, d); err != nil {
					t.Errorf("%s, %d: %v", sku, i, err)
				}
			}
		}
	})
}

// Amounts of nutrients are found by weight, by volume and by piece, and only where the way is known.
func TestBases(t *testing.T) {
	for name, c := range map[string]struct {
		food  inventory.Food
		bases *big.Rat
	}{
		"50 g of 100 g":                   {measured("g", "g", 0, 0), big.NewRat(1, 2)},
		"50 ml of 100 ml":                 {measured("ml", "ml", 0, 0), big.NewRat(1, 2)},
		"50 ml of 100 g by density":       {measured("ml", "g", 1_030_000, 0), big.NewRat(515, 1000)},
		"50 g of 100 ml by density":       {measured("g", "ml", 800_000, 0), big.NewRat(5, 8)},
		"50 pieces of one":                {measured("pcs", "pcs", 0, 0), big.NewRat(50, 1)},
		"50 pieces of 20 g of 100 g":      {measured("pcs", "g", 0, quantity.Of(20)), big.NewRat(10, 1)},
		"50 ml of 100 g without density":  {measured("ml", "g", 0, 0), nil},
		"50 g of 100 ml without density":  {measured("g", "ml", 0, 0), nil},
		"50 pieces of 100 g, not weighed": {measured("pcs", "g", 0, 0), nil},
	} {
		got := c.food.Bases(big.NewRat(50, 1))
		if (got == nil) != (c.bases == nil) || got != nil && got.Cmp(c.bases) != 0 {
			t.Errorf("%s is %v times", name, got)
		}
		if (c.food.Lacks() == "") != (c.bases != nil) {
			t.Errorf("%s lacks %q", name, c.food.Lacks())
		}
	}
}

func measured(unit, basis quantity.Unit, density int64, piece quantity.Quantity) inventory.Food {
	return inventory.Food{Unit: unit, Density: density, Declaration: inventory.Declaration{Basis: basis, PieceWeight: piece}}
}

func TestParseAmount(t *testing.T) {
	grams, salt := inventory.Nutrient{Unit: "g"}, inventory.Nutrient{Code: "salt", Unit: "g"}
	for _, c := range []struct {
		text string
		of   inventory.Nutrient
		want quantity.Quantity // less than zero is refused
	}{
		{"1.5", grams, 1_500_000}, {"0,5 g", grams, 500_000}, {"125 mg", grams, 125_000}, {"0.125 g", inventory.Nutrient{Unit: "mg"}, 125_000_000},
		{"2 µg", inventory.Nutrient{Unit: "µg"}, 2_000_000}, {"2 mcg", inventory.Nutrient{Unit: "µg"}, 2_000_000}, {"0.002 mg", inventory.Nutrient{Unit: "µg"}, 2_000_000},
		{"1040 kJ", inventory.Nutrient{Unit: "kJ"}, 1_040_000_000}, {"1,040 kJ", inventory.Nutrient{Unit: "kJ"}, -1}, {"15%", inventory.Nutrient{Unit: "%"}, 15_000_000},
		{"sodium 400 mg", salt, 1_000_000}, {"0.4 g sodium", salt, 1_000_000}, {"sodium 0.001 mg", salt, 3},
		{"5 kcal", grams, -1}, {"sodium 1 g", inventory.Nutrient{Code: "fat", Unit: "g"}, -1}, {"-1", grams, -1}, {"much", grams, -1}, {"999999999999", grams, -1},
	} {
		got, err := inventory.ParseAmount(c.text, c.of)
		if (err != nil) != (c.want < 0) || err == nil && got != c.want {
			t.Errorf("%q is %d %s, %v", c.text, got, c.of.Unit, err)
		}
	}
}
