package catalog

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"craftplan/internal/exact"
	"craftplan/internal/id"
	"craftplan/internal/inventory"
	"craftplan/internal/money"
	"craftplan/internal/quantity"
)

// Dough makes 10 with 4 % loss; 24 croissants take 2 of it with 5 % waste, and butter.
func TestFlatten(t *testing.T) {
	dough := &Recipe{Product: Ref{ID: id.New(), Name: "Dough"}, Yield: quantity.Of(10), Loss: 40_000, Components: []Component{taken("flour", 6_000, 20_000), taken("butter", 480, 0)},
		Steps: []Step{{Name: "Knead", Minutes: quantity.Of(20), UnitsPerRun: quantity.Of(10)}}}
	piece := dough.taken(quantity.Of(2))
	piece.Waste = 50_000
	croissant := &Recipe{Product: Ref{ID: id.New(), Name: "Croissant"}, Yield: quantity.Of(24), Components: []Component{taken("butter", 1_200, 0), piece}, Steps: []Step{{Name: "Shape", Minutes: quantity.Of(30), UnitsPerRun: quantity.Of(24)}}}
	flat, err := bookWith(dough).flatten(croissant)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct {
		name       string
		line       int
		depth      int
		gross, net *big.Rat
	}{
		{"butter", 0, 0, big.NewRat(50, 1), big.NewRat(50, 1)},
		{"flour", 1, 1, big.NewRat(2*105*6000*102, 24*100*10*96), big.NewRat(50, 1)}, // 2 x 1.05 / 24 of 6000 x 1.02 / (10 x 0.96)
		{"butter", 1, 1, big.NewRat(2*105*480, 24*10*96), big.NewRat(4, 1)},
	} {
		p := flat.Parts[i]
		if p.Name != want.name || p.Line != want.line || len(p.Path) != want.depth || p.Gross.Cmp(want.gross) != 0 || p.Net.Cmp(want.net) != 0 {
			t.Errorf("part %d: %s of line %d, %d deep, %s gross and %s net; want %+v", i, p.Name, p.Line, len(p.Path), p.Gross, p.Net, want)
		}
	}
	if knead := flat.Tasks[0]; knead.Name != "Knead" || knead.Line != 1 || knead.Path[0].Name != "Dough" || knead.Minutes.Cmp(big.NewRat(2*105*20, 24*10*96)) != 0 {
		t.Errorf("the dough's work: %+v", knead)
	}
	if shape := flat.Tasks[1]; shape.Name != "Shape" || shape.Line != -1 || shape.Minutes.Cmp(big.NewRat(30, 24)) != 0 {
		t.Errorf("its own work: %+v", shape)
	}
	totals := flat.Materials()
	if len(totals) != 2 || totals[0].Name != "butter" || totals[0].Gross.Cmp(new(big.Rat).Add(flat.Parts[0].Gross, flat.Parts[2].Gross)) != 0 {
		t.Errorf("totals %+v", totals)
	}
}

func TestFlattenRefusesCircles(t *testing.T) {
	a, b, c := made("Croissant", nil), made("Dough", nil), made("Levain", nil)
	a.Components = []Component{taken("flour", 1, 0), b.taken(piece)}
	b.Components = []Component{c.taken(piece)}
	c.Components = []Component{a.taken(piece)}
	_, err := bookWith(a, b, c).flatten(a)
	var cycle *Cycle
	if !errors.As(err, &cycle) || cycle.Line != 1 || cycle.Error() != "Croissant > Dough > Levain > Croissant: a product cannot be part of itself." {
		t.Errorf("%v", err)
	}
	own := made("Croissant", nil)
	own.Components = []Component{own.taken(piece)}
	if _, err := bookWith().flatten(own); !errors.As(err, &cycle) || cycle.Error() != "Croissant > Croissant: a product cannot be part of itself." {
		t.Errorf("%v", err)
	}
}

// Thirty levels that each take the one below twice would be a thousand million lines.
func TestFlattenEnds(t *testing.T) {
	b := book{}
	last := made("0", []Component{taken("flour", 1, 0)})
	for level := range 30 {
		left, right := made(fmt.Sprint(level, "a"), []Component{last.taken(piece)}), made(fmt.Sprint(level, "b"), []Component{last.taken(piece)})
		next := made(fmt.Sprint(level), []Component{left.taken(piece), right.taken(piece)})
		b[last.Product.ID], b[left.Product.ID], b[right.Product.ID] = last, left, right
		last = next
	}
	if _, err := b.flatten(last); !errors.Is(err, errTooLarge) {
		t.Errorf("%v", err)
	}
}

// kitchen is a random set of recipes, each of which takes materials and products further down; the first is the top.
func kitchen(t *rapid.T) (book, *Recipe) {
	b := book{}
	var below []*Recipe
	for n := range rapid.IntRange(1, 6).Draw(t, "recipes") {
		r := &Recipe{Product: Ref{ID: id.New(), Name: fmt.Sprint("P", n)}, Yield: quantity.Quantity(rapid.Int64Range(1, 500*quantity.Micro).Draw(t, "yield")), Loss: rapid.Int64Range(0, 500_000).Draw(t, "loss")}
		for range rapid.IntRange(1, 4).Draw(t, "lines") {
			amount := quantity.Quantity(rapid.Int64Range(1, 5_000*quantity.Micro).Draw(t, "quantity"))
			c := Component{Option: inventory.Option{ID: rapid.SampledFrom(kitchenIDs).Draw(t, "material"), Price: money.Amount(rapid.Int64Range(0, 200_000).Draw(t, "price"))}, Quantity: amount, Waste: rapid.Int64Range(0, 500_000).Draw(t, "waste")}
			if len(below) > 0 && rapid.Bool().Draw(t, "nested") {
				waste := c.Waste
				c = rapid.SampledFrom(below).Draw(t, "product").taken(min(amount, quantity.Of(3)))
				c.Waste = waste
			}
			r.Components = append(r.Components, c)
		}
		for range rapid.IntRange(0, 2).Draw(t, "steps") {
			r.Steps = append(r.Steps, Step{Minutes: quantity.Quantity(rapid.Int64Range(0, 90*quantity.Micro).Draw(t, "minutes")), UnitsPerRun: quantity.Quantity(rapid.Int64Range(quantity.Micro, 100*quantity.Micro).Draw(t, "units"))})
		}
		below = append(below, r)
		b[r.Product.ID] = r
	}
	return b, below[len(below)-1]
}

var kitchenIDs = []id.ID{id.New(), id.New(), id.New(), id.New()}

// recursive is what one piece costs by definition, level by level and without any rounding: material, and labor.
func (b book) recursive(r *Recipe, rates Rates) (material, labor *big.Rat) {
	material, labor = new(big.Rat), new(big.Rat)
	for _, c := range r.Components {
		amount := new(big.Rat).Mul(exact.Fraction(int64(c.Quantity), int64(r.Yield)), exact.Fraction(million+c.Waste, million-r.Loss))
		m, l := big.NewRat(int64(c.Price), 1), new(big.Rat)
		if c.Nested {
			m, l = b.recursive(b[c.ID], rates)
		}
		material.Add(material, m.Mul(m, amount))
		labor.Add(labor, l.Mul(l, amount))
	}
	for _, s := range r.Steps {
		cost := new(big.Rat).Mul(exact.Fraction(int64(s.Minutes), int64(s.UnitsPerRun)), exact.Fraction(million, million-r.Loss))
		labor.Add(labor, cost.Mul(cost, big.NewRat(int64(rates.Of(s.HourlyRate)), minutesPerHour)))
	}
	return material, labor
}

// A cost is that of the definition but for half a millionth for each part and task.
func TestFlatCostIsTheRecursiveCost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, top := kitchen(t)
		if err := top.reckon(b, bakeryRates); errors.Is(err, exact.ErrOverflow) {
			t.Skip()
		} else if err != nil {
			t.Fatal(err)
		}
		material, labor := b.recursive(top, bakeryRates)
		within(t, "material", top.Cost.Material, material, len(top.Flat.Parts))
		within(t, "labor", top.Cost.Labor, labor, len(top.Flat.Tasks))
		var parts, tasks money.Amount
		for _, p := range top.Costing.Parts {
			parts += p
		}
		for _, p := range top.Costing.Tasks {
			tasks += p
		}
		if parts != top.Cost.Material || tasks != top.Cost.Labor {
			t.Fatalf("parts add up to %d of %d, tasks to %d of %d", parts, top.Cost.Material, tasks, top.Cost.Labor)
		}
	})
}

func within(t *rapid.T, what string, got money.Amount, want *big.Rat, roundings int) {
	t.Helper()
	off := new(big.Rat).Sub(big.NewRat(int64(got), 1), want)
	if off.Abs(off).Cmp(big.NewRat(int64(roundings), 2)) > 0 {
		t.Fatalf("%s is %d, by definition %s, after %d roundings", what, got, want.FloatString(6), roundings)
	}
}

// Twice of everything in for twice the yield is the same recipe; and no order of lines changes what it takes.
func TestFlattenScales(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, top := kitchen(t)
		flat, err := b.flatten(top)
		if err != nil {
			t.Fatal(err)
		}
		factor := rapid.Int64Range(2, 50).Draw(t, "factor")
		scaled := &Recipe{Product: top.Product, Yield: top.Yield * quantity.Quantity(factor), Loss: top.Loss, Steps: top.Steps}
		for _, c := range top.Components {
			c.Quantity *= quantity.Quantity(factor)
			scaled.Components = append(scaled.Components, c)
		}
		same(t, b, scaled, flat, "scaled")
		turned := &Recipe{Product: top.Product, Yield: top.Yield, Loss: top.Loss, Components: slices.Clone(top.Components), Steps: top.Steps}
		slices.Reverse(turned.Components)
		same(t, b, turned, flat, "turned")
	})
}

func same(t *rapid.T, b book, r *Recipe, want Flat, how string) {
	t.Helper()
	got, err := b.flatten(r)
	if err != nil {
		t.Fatal(err)
	}
	wanted := map[id.ID]Total{}
	for _, m := range want.Materials() {
		wanted[m.ID] = m
	}
	for _, m := range got.Materials() {
		if w := wanted[m.ID]; w.Gross == nil || m.Gross.Cmp(w.Gross) != 0 || m.Net.Cmp(w.Net) != 0 {
			t.Fatalf("%s: %s gross, %s net; want %s and %s", how, m.Gross, m.Net, w.Gross, w.Net)
		}
		if m.Gross.Cmp(m.Net) < 0 {
			t.Fatalf("%s: gross %s is less than net %s", how, m.Gross, m.Net)
		}
	}
	if len(got.Materials()) != len(wanted) {
		t.Fatalf("%s: %d materials, want %d", how, len(got.Materials()), len(wanted))
	}
}

// What a plan keeps is off by no more than a millionth for any batch of up to a million.
func TestKept(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		one := big.NewRat(rapid.Int64Range(1, 1e12).Draw(t, "a"), rapid.Int64Range(1, 1e9).Draw(t, "b"))
		amount, pieces, err := kept(one)
		if err != nil {
			t.Fatal(err)
		}
		batch := quantity.Of(rapid.Int64Range(1, int64(pieces)/quantity.Micro).Draw(t, "batch"))
		got, err := Take{Quantity: amount, Pieces: pieces}.For(batch)
		if err != nil {
			t.Fatal(err)
		}
		off := new(big.Rat).Sub(new(big.Rat).SetInt64(int64(got)), new(big.Rat).Mul(one, new(big.Rat).SetInt64(int64(batch))))
		if off.Abs(off).Cmp(big.NewRat(1, 1)) > 0 {
			t.Fatalf("%d for %d of %s", got, batch, one)
		}
	})
}

func BenchmarkFlattenAndCost(b *testing.B) {
	book, top := tower(6, 200)
	b.ReportAllocs()
	for b.Loop() {
		for _, r := range book {
			r.reckoned = nil
		}
		if err := top.reckon(book, bakeryRates); err != nil {
			b.Fatal(err)
		}
	}
}

// tower is a recipe of some levels and about so many lines: each level takes materials and the level below.
func tower(levels, lines int) (book, *Recipe) {
	b := book{}
	var below *Recipe
	for level := range levels {
		r := &Recipe{Product: Ref{ID: id.New(), Name: fmt.Sprint("Level ", level)}, Yield: quantity.Of(int64(7 + 5*level)), Loss: int64(level) * 13_000, Steps: []Step{step(20, 12, 0)}}
		for n := range lines/levels - 1 {
			r.Components = append(r.Components, Component{Option: inventory.Option{ID: id.New(), Price: money.Amount(1_000 + 37*n)}, Quantity: quantity.Quantity(123_457 * (n + 1)), Waste: int64(n%7) * 11_000})
		}
		if below != nil {
			r.Components = append(r.Components, below.taken(quantity.Of(3)))
		}
		b[r.Product.ID], below = r, r
	}
	return b, below
}
