package catalog_test

import (
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"craftplan/internal/catalog"
	"craftplan/internal/fault"
	"craftplan/internal/quantity"
)

func TestDivide(t *testing.T) {
	percent := func(n int64) catalog.Portion { return catalog.Portion{Percent: n * 10_000} }
	rest := catalog.Portion{Rest: true}
	for name, c := range map[string]struct {
		weight   quantity.Quantity
		portions []catalog.Portion
		want     []quantity.Quantity // nil is refused
	}{
		"bakers count on flour":         {quantity.Of(1670), []catalog.Portion{percent(100), percent(65), percent(2)}, []quantity.Quantity{quantity.Of(1000), quantity.Of(650), quantity.Of(20)}},
		"of the total, oil is the rest": {quantity.Of(2000), []catalog.Portion{percent(30), rest, percent(5)}, []quantity.Quantity{quantity.Of(600), quantity.Of(1300), quantity.Of(100)}},
		"thirds add up":                 {quantity.Of(1), []catalog.Portion{percent(1), percent(1), percent(1)}, []quantity.Quantity{333_334, 333_333, 333_333}},
		"the rest is nothing":           {quantity.Of(10), []catalog.Portion{percent(100), rest}, []quantity.Quantity{quantity.Of(10), 0}},
		"no weight":                     {0, []catalog.Portion{percent(1)}, nil},
		"more than there is":            {quantity.Of(10), []catalog.Portion{percent(101), rest}, nil},
		"two rests":                     {quantity.Of(10), []catalog.Portion{rest, rest}, nil},
		"nothing at all":                {quantity.Of(10), []catalog.Portion{percent(0)}, nil},
		"less than nothing":             {quantity.Of(10), []catalog.Portion{percent(-1), percent(5)}, nil},
	} {
		got, err := catalog.Divide(c.weight, c.portions)
		if !slices.Equal(got, c.want) || (err != nil) != (c.want == nil) || err != nil && fault.FieldsOf(err)[0].Name != "together" {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

// Whatever the percentages, the parts are the weight together, and all but the one that takes the rounding are the nearest millionth.
func TestDivideExactly(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		weight := quantity.Quantity(rapid.Int64Range(1, int64(quantity.Max)).Draw(r, "weight"))
		percents := rapid.SliceOfN(rapid.Int64Range(1, 100_000_000), 1, 40).Draw(r, "percents")
		var portions []catalog.Portion
		var whole int64
		for _, p := range percents {
			portions = append(portions, catalog.Portion{Percent: p})
			whole += p
		}
		parts, err := catalog.Divide(weight, portions)
		if err != nil {
			r.Fatal(err)
		}
		var sum quantity.Quantity
		off := 0
		for i, p := range parts {
			sum += p
			share := new(big.Rat).Mul(big.NewRat(int64(weight), 1), big.NewRat(percents[i], whole))
			if d := new(big.Rat).Sub(big.NewRat(int64(p), 1), share); d.Abs(d).Cmp(big.NewRat(1, 2)) > 0 {
				off++
			}
		}
		if sum != weight || off > 1 {
			r.Fatalf("%d of %d, %d parts are not the nearest", sum, weight, off)
		}
	})
}
