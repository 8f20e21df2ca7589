package quantity_test

import (
	"testing"

	"pgregory.net/rapid"

	"craftplan/internal/quantity"
)

func TestMeasure(t *testing.T) {
	flour := quantity.Measure{Unit: quantity.Gram, Packs: []quantity.Pack{{Name: "sack", Quantity: quantity.Of(25_000)}, {Name: "big bag", Quantity: quantity.Of(500_000)}, {Name: "box", Quantity: quantity.Of(1_000)}, {Name: "Kübel", Quantity: quantity.Of(10)}}}
	oil := quantity.Measure{Unit: quantity.Gram, Density: 920_000}
	milk := quantity.Measure{Unit: quantity.Millilitre, Density: 1_030_000}
	for _, c := range []struct {
		m    quantity.Measure
		text string
		want quantity.Quantity
	}{
		{flour, "2 sacks", quantity.Of(50_000)}, {flour, "1,5 sack", quantity.Of(37_500)}, {flour, "sack", quantity.Of(25_000)}, {flour, "2 Big Bags", quantity.Of(1_000_000)}, {flour, "3 boxes", quantity.Of(3_000)},
		{flour, "2 kübel", quantity.Of(20)}, {flour, "2 kg", quantity.Of(2_000)}, {flour, "7", quantity.Of(7)},
		{oil, "1 l", quantity.Of(920)}, {oil, "1 kg", quantity.Of(1_000)}, {milk, "1.03 kg", quantity.Of(1_000)}, {milk, "1 g", 970_874}, {milk, "2 l", quantity.Of(2_000)},
	} {
		if got, err := c.m.Parse(c.text); err != nil || got != c.want {
			t.Errorf("%q is %d, %v; want %d", c.text, got, err, c.want)
		}
	}
	for text, m := range map[string]quantity.Measure{"2 barrels": flour, "1 l": flour, "2 pcs": oil, "-1 sack": flour, "1,234 sacks": flour, "9000000000 sacks": flour, "1 g": {Unit: quantity.Piece, Density: 1}} {
		if got, err := m.Parse(text); err == nil {
			t.Errorf("%q is %d", text, got)
		}
	}
}

func TestPackNames(t *testing.T) {
	for _, name := range []string{"sack", "Big bag", "Kübel"} {
		if err := quantity.CheckPackName(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range []string{"", " ", "25 kg sack", "kg", "Piece", "pieces", "litre", "a pack with a name that never ends"} {
		if quantity.CheckPackName(name) == nil {
			t.Errorf("%q may be a pack", name)
		}
	}
}

// There and back by density differs by no more than the rounding.
func TestDensityThereAndBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		density := rapid.Int64Range(100_000, 20_000_000).Draw(t, "density")
		grams := quantity.Quantity(rapid.Int64Range(0, 1_000_000*quantity.Micro).Draw(t, "grams"))
		volume, err := quantity.Measure{Unit: quantity.Millilitre, Density: density}.Parse(quantity.Decimal(grams) + " g")
		if err != nil {
			t.Fatal(err)
		}
		back, err := quantity.Measure{Unit: quantity.Gram, Density: density}.Parse(quantity.Decimal(volume) + " ml")
		if err != nil {
			t.Fatal(err)
		}
		if off := max(back-grams, grams-back); int64(off) > density/quantity.Micro+1 {
			t.Errorf("%d g at %d are %d ml and %d g again", grams, density, volume, back)
		}
	})
}
