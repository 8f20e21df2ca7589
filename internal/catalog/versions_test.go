package catalog

import (
	"testing"

	"pgregory.net/rapid"

	"craftplan/internal/fault"
	"craftplan/internal/money"
	"craftplan/internal/quantity"
)

func TestDiff(t *testing.T) {
	rate := money.Amount(20 * money.Micro)
	before := &Recipe{Yield: quantity.Of(10), Components: []Component{taken("flour", 1_000, 0), taken("butter", 300, 20_000), taken("salt", 10, 0)}, Steps: []Step{{Name: "Mix", Minutes: 1, UnitsPerRun: 1}, {Name: "Bake", Minutes: 2, UnitsPerRun: 1}}}
	after := &Recipe{Yield: quantity.Of(20), Components: []Component{taken("flour", 2_000, 0), taken("butter", 600, 30_000), taken("eggs", 4, 0)}, Steps: []Step{{Name: "Bake", Minutes: 2, UnitsPerRun: 1, HourlyRate: &rate}, {Name: "Mix", Minutes: 1, UnitsPerRun: 1}, {Name: "Mix", Minutes: 9, UnitsPerRun: 1}}}
	d := Diff(before, after)
	var lines, steps []Change
	for _, l := range d.Lines {
		lines = append(lines, l.Change)
	}
	for _, s := range d.Steps {
		steps = append(steps, s.Change)
	}
	want := [][]Change{{Kept, Altered, Added, Removed}, {Altered, Kept, Added}}
	for i, got := range [][]Change{lines, steps} {
		if len(got) != len(want[i]) {
			t.Fatalf("%v, want %v", got, want[i])
		}
		for n := range got {
			if got[n] != want[i][n] {
				t.Errorf("%v, want %v", got, want[i])
			}
		}
	}
	after.Components[0].Note = "sift it"
	if noted := Diff(before, after).Lines[0]; noted.Change != Altered {
		t.Errorf("a line with another note is %s", noted.Change)
	}
	if d.Lines[3].Before.Name != "salt" || d.Lines[3].After != nil || d.Lines[2].After.Name != "eggs" {
		t.Errorf("%+v", d.Lines)
	}
}

// Whatever the recipe, the batch and the scale: with a line for the rest the weights are exactly what was asked for, and every other
// line is a multiple of what the scale shows.
func TestScaleIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := &Recipe{Yield: quantity.Of(rapid.Int64Range(1, 300).Draw(t, "yield")), Loss: rapid.Int64Range(0, 300_000).Draw(t, "loss")}
		for range rapid.IntRange(1, 8).Draw(t, "lines") {
			c := taken("flour", 1, rapid.Int64Range(0, 200_000).Draw(t, "waste"))
			c.Quantity = quantity.Quantity(rapid.Int64Range(1, 50_000*quantity.Micro).Draw(t, "quantity"))
			r.Components = append(r.Components, c)
		}
		s := Scaling{Weight: quantity.Quantity(rapid.Int64Range(1, 500_000*quantity.Micro).Draw(t, "weight")), Step: quantity.Quantity(rapid.SampledFrom([]int64{0, 100_000, 1_000_000, 5_000_000}).Draw(t, "step")),
			Rest: rapid.IntRange(0, len(r.Components)-1).Draw(t, "rest")}
		lines, pieces, err := r.Scale(s)
		if fault.Is(err, fault.KindInvalid) {
			return // the line for the rest is smaller than the rounding
		}
		if err != nil || pieces.Sign() <= 0 {
			t.Fatalf("%v pieces, %v", pieces, err)
		}
		var sum quantity.Quantity
		for i, l := range lines {
			sum += l.Quantity
			if i != s.Rest && s.Step > 0 && l.Quantity%s.Step != 0 {
				t.Fatalf("line %d is %d at steps of %d", i, l.Quantity, s.Step)
			}
		}
		if sum != s.Weight {
			t.Fatalf("%d together, %d asked for", sum, s.Weight)
		}
	})
}

func TestScale(t *testing.T) {
	r := &Recipe{Yield: quantity.Of(24), Loss: 40_000, Components: []Component{taken("flour", 1_200, 20_000), taken("butter", 905, 0), bread().taken(quantity.Of(3))}}
	lines, _, err := r.Scale(Scaling{Pieces: quantity.Of(60), Step: quantity.Of(5), Rest: 0})
	// 3187.5 of flour and 2356.77 of butter: 5544.27 together, 5545 on the scale, of which butter is 2355.
	if err != nil || lines[0].Quantity != quantity.Of(3_190) || lines[1].Quantity != quantity.Of(2_355) || lines[2].Quantity != 7_812_500 {
		t.Errorf("%+v, %v", lines, err)
	}
	for name, s := range map[string]Scaling{"nothing": {Rest: -1}, "a rest that is not weighed": {Pieces: quantity.Of(1), Rest: 2}, "a rest that is not there": {Pieces: quantity.Of(1), Rest: 9}} {
		if _, _, err := r.Scale(s); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
