package catalog

import (
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"craftplan/internal/id"
	"craftplan/internal/inventory"
	"craftplan/internal/nutrition"
	"craftplan/internal/quantity"
)

// pantry are materials by name, with what labels say about them.
type pantry struct {
	ids   map[string]id.ID
	foods map[id.ID]inventory.Food
}

func newPantry() pantry { return pantry{map[string]id.ID{}, map[id.ID]inventory.Food{}} }

// keep puts a material counted in grams on the shelf, with allergens as "gluten:wheat" and, after a question mark, those that it may contain.
func (p pantry) keep(name string, d inventory.Declaration, allergens ...string) {
	which := id.New()
	d.Checked, d.Basis = true, quantity.Gram
	for _, text := range allergens {
		text, traces := strings.CutPrefix(text, "?")
		code, called, _ := strings.Cut(text, ":")
		d.Allergens = append(d.Allergens, inventory.Present{Allergen: inventory.Allergen{ID: allergenID(code), Code: code, Name: code}, Traces: traces, Called: called})
	}
	p.ids[name], p.foods[which] = which, inventory.Food{Said: true, Declaration: d, Unit: quantity.Gram}
}

var allergenIDs = map[string]id.ID{}

func allergenID(code string) id.ID {
	if allergenIDs[code].IsZero() {
		allergenIDs[code] = id.New()
	}
	return allergenIDs[code]
}

// takes is a line of so many grams.
func (p pantry) takes(name string, grams int64) Component {
	return Component{Option: inventory.Option{ID: p.ids[name], Name: name, Unit: quantity.Gram}, Quantity: quantity.Of(grams)}
}

// food is a recipe as food.
func (p pantry) food(t testing.TB, r *Recipe, d Declaration, within map[id.ID]Declaration, more ...*Recipe) Food {
	t.Helper()
	b := bookWith(more...)
	flat, err := b.flatten(r)
	if err != nil {
		t.Fatal(err)
	}
	if d.Unit == "" {
		d.Unit = quantity.Gram
	}
	return Food{Declaration: d, Flat: flat, recipe: r, book: b, Foods: p.foods, within: within}
}

// written is a list with its emphasised words between asterisks.
func written(in Ingredients) string {
	var b strings.Builder
	for _, r := range in.Runs() {
		if r.Strong {
			r.Text = "*" + r.Text + "*"
		}
		b.WriteString(r.Text)
	}
	return b.String()
}

func TestIngredients(t *testing.T) {
	p := newPantry()
	p.keep("flour", inventory.Declaration{Name: "Wheat flour"}, "gluten:wheat")
	p.keep("butter", inventory.Declaration{}, "milk")
	p.keep("chocolate", inventory.Declaration{Name: "dark chocolate", Ingredients: "cocoa mass, sugar, emulsifier: soya lecithin"}, "soybeans:soya", "?nuts:hazelnuts")
	p.keep("sugar", inventory.Declaration{})
	p.keep("almonds", inventory.Declaration{}, "nuts:almonds")
	p.keep("spelt mix", inventory.Declaration{Name: "flour mix"}, "gluten:spelt, rye")
	cookie := &Recipe{Product: Ref{ID: id.New(), Name: "Almond cookies"}, Yield: quantity.Of(10), Components: []Component{p.takes("almonds", 100), p.takes("flour", 200), p.takes("sugar", 50)}}
	cake := &Recipe{Product: Ref{ID: id.New(), Name: "Cake"}, Yield: quantity.Of(1), Components: []Component{p.takes("butter", 150), p.takes("flour", 100), p.takes("chocolate", 120), cookie.taken(quantity.Of(10)), p.takes("spelt mix", 5)}}

	for name, c := range map[string]struct {
		own  Declaration
		sub  Declaration
		want string
	}{
		"named, by what goes in": {Declaration{}, Declaration{}, "Almond cookies (*Wheat* flour, *almonds*, sugar), butter (*milk*), dark chocolate (cocoa mass, sugar, emulsifier: *soya* lecithin), *Wheat* flour, flour mix (*spelt*, *rye*)"},
		"named, baked dry":       {Declaration{}, Declaration{Net: quantity.Of(11), Unit: "g", FoodName: "biscuits"}, "butter (*milk*), dark chocolate (cocoa mass, sugar, emulsifier: *soya* lecithin), biscuits (*Wheat* flour, *almonds*, sugar), *Wheat* flour, flour mix (*spelt*, *rye*)"},
		"merged":                 {Declaration{}, Declaration{Merged: true}, "*Wheat* flour, butter (*milk*), dark chocolate (cocoa mass, sugar, emulsifier: *soya* lecithin), *almonds*, sugar, flour mix (*spelt*, *rye*)"},
		"shares of the finished": {Declaration{Net: quantity.Of(500), Highlighted: []id.ID{p.ids["butter"], p.ids["spelt mix"]}}, Declaration{Merged: true}, "*Wheat* flour, butter 30% (*milk*), dark chocolate (cocoa mass, sugar, emulsifier: *soya* lecithin), *almonds*, sugar, flour mix 1% (*spelt*, *rye*)"},
		"shares of what goes in": {Declaration{Net: quantity.Of(900), Highlighted: []id.ID{p.ids["butter"]}}, Declaration{Merged: true}, "*Wheat* flour, butter 21% (*milk*), dark chocolate (cocoa mass, sugar, emulsifier: *soya* lecithin), *almonds*, sugar, flour mix (*spelt*, *rye*)"},
		"more than the whole":    {Declaration{Net: quantity.Of(100), Highlighted: []id.ID{p.ids["butter"]}}, Declaration{Merged: true}, "*Wheat* flour, butter 150 g per 100 g (*milk*), dark chocolate (cocoa mass, sugar, emulsifier: *soya* lecithin), *almonds*, sugar, flour mix (*spelt*, *rye*)"},
	} {
		f := p.food(t, cake, c.own, map[id.ID]Declaration{cookie.Product.ID: c.sub}, cookie)
		if got := written(f.Ingredients()); got != c.want {
			t.Errorf("%s: %s\nwant %s", name, got, c.want)
		}
	}
	plain := p.food(t, cookie, Declaration{}, nil).Ingredients().Plain()
	if plain != "WHEAT flour, ALMONDS, sugar" {
		t.Errorf("plain: %s", plain)
	}
}

// Of added water counts what is left; up to a twentieth of the product it is not listed.
func TestWater(t *testing.T) {
	p := newPantry()
	p.keep("flour", inventory.Declaration{}, "gluten:wheat")
	p.keep("water", inventory.Declaration{Water: true})
	p.keep("salt", inventory.Declaration{})
	bread := &Recipe{Product: Ref{ID: id.New(), Name: "Bread"}, Yield: quantity.Of(1), Components: []Component{p.takes("water", 600), p.takes("flour", 500), p.takes("salt", 10)}}
	for net, want := range map[int64]string{
		0:   "water, flour (*wheat*), salt", // the finished weight is not known
		900: "flour (*wheat*), water, salt", // 390 g are left
		520: "flour (*wheat*), salt",        // 10 g are
		537: "flour (*wheat*), water, salt", // 27 g, which is more than a twentieth
		536: "flour (*wheat*), salt",        // 26 g, which is less
		400: "flour (*wheat*), salt",        // flour lost some too
	} {
		in := p.food(t, bread, Declaration{Net: quantity.Of(net)}, nil).Ingredients()
		if got := written(in); got != want {
			t.Errorf("of %d g: %s, want %s", net, got, want)
		}
		if (in.Water != nil) != !strings.Contains(want, "water") {
			t.Errorf("of %d g: %v g of water are left out", net, in.Water)
		}
	}
}

// Two materials that labels call the same are one ingredient, with the allergens of both.
func TestCalledTheSame(t *testing.T) {
	p := newPantry()
	p.keep("T45", inventory.Declaration{Name: "Flour"}, "gluten:wheat")
	p.keep("T150", inventory.Declaration{Name: "flour"}, "gluten:rye", "lupin")
	p.keep("sugar", inventory.Declaration{})
	in := p.food(t, &Recipe{Product: Ref{ID: id.New()}, Yield: quantity.Of(1), Components: []Component{p.takes("sugar", 100), p.takes("T45", 60), p.takes("T150", 60)}}, Declaration{}, nil).Ingredients()
	if written(in) != "Flour (*wheat*, *rye*, *lupin*), sugar" {
		t.Errorf("%s", written(in))
	}
}

func TestUnweighed(t *testing.T) {
	p := newPantry()
	p.keep("flour", inventory.Declaration{})
	p.keep("eggs", inventory.Declaration{}, "eggs")
	egg := p.foods[p.ids["eggs"]]
	egg.Unit = quantity.Piece
	p.foods[p.ids["eggs"]] = egg
	r := &Recipe{Product: Ref{ID: id.New()}, Yield: quantity.Of(1), Components: []Component{p.takes("eggs", 3), p.takes("flour", 1)}}
	f := p.food(t, r, Declaration{}, nil)
	in := f.Ingredients()
	if written(in) != "flour, *eggs*" || len(in.Unweighed) != 1 {
		t.Errorf("%s, %d unweighed", written(in), len(in.Unweighed))
	}
	if grams, which := f.GoesIn(); grams != nil || len(which) != 1 {
		t.Errorf("weighs %v, but for %v", grams, which)
	}
	egg.PieceWeight = quantity.Of(50)
	p.foods[p.ids["eggs"]] = egg
	if in := f.Ingredients(); written(in) != "*eggs*, flour" {
		t.Errorf("weighed: %s", written(in))
	}
}

func TestFind(t *testing.T) {
	for _, c := range []struct{ text, term, found string }{
		{"Whole WHEAT flour", "wheat", "WHEAT"}, {"buckwheat", "wheat", ""}, {"Eggs", "egg", "Eggs"}, {"egg white", "eggs", "egg"}, {"eggplant", "egg", ""}, {"peanut butter", "peanuts", "peanut"}, {"peanut", "nuts", ""},
		{"Weizenmehl", "Weizen", "Weizen"}, {"oatmeal", "oats", ""}, {"rolled oats", "oats", "oats"}, {"buttermilk powder, milk", "milk", "milk"}, {"milkshake", "milk", "milk"}, {"", "milk", ""}, {"milk", "", ""}, {"radishes", "radish", "radishes"},
		{"İstanbul milk", "milk", "milk"}, {"Müsli mit Milch", "Milch", "Milch"}, {"crème brûlée aux œufs", "œufs", "œufs"},
	} {
		from, to := find(c.text, c.term)
		if got := c.text[max(from, 0):max(to, 0)]; got != c.found || (from < 0) != (c.found == "") {
			t.Errorf("%q in %q is %q", c.term, c.text, got)
		}
	}
}

func TestAllergens(t *testing.T) {
	p := newPantry()
	p.keep("flour", inventory.Declaration{}, "gluten:wheat", "?soybeans")
	p.keep("rye", inventory.Declaration{}, "gluten:rye", "?gluten:wheat")
	p.keep("almonds", inventory.Declaration{}, "nuts:almonds", "?nuts:hazelnuts", "?milk")
	p.keep("butter", inventory.Declaration{}, "milk")
	p.foods[p.ids["butter"]] = unchecked(p.foods[p.ids["butter"]])
	dough := &Recipe{Product: Ref{ID: id.New(), Name: "Dough"}, Yield: quantity.Of(10), Components: []Component{p.takes("rye", 100), p.takes("butter", 100)}}
	tart := &Recipe{Product: Ref{ID: id.New(), Name: "Tart"}, Yield: quantity.Of(1), Components: []Component{p.takes("almonds", 1), p.takes("flour", 1), dough.taken(quantity.Of(1))}}
	contains, may, open := p.food(t, tart, Declaration{}, nil, dough).Allergens()
	if got := called(contains); got != "rye wheat milk almonds" {
		t.Errorf("contains %s", got)
	}
	if got := called(may); got != "soya hazelnuts" { // milk and wheat are in it
		t.Errorf("may contain %s", got)
	}
	if len(open) != 1 || open[0].Name != "butter" {
		t.Errorf("unchecked: %v", open)
	}
	for _, c := range contains {
		if c.Called == "milk" && (len(c.From) != 1 || c.From[0].Name != "butter") {
			t.Errorf("milk comes from %v", c.From)
		}
	}
}

func unchecked(f inventory.Food) inventory.Food {
	f.Checked = false
	return f
}

func called(list []InFood) string {
	var all []string
	for _, a := range list {
		all = append(all, a.Called)
	}
	return strings.Join(all, " ")
}

// Packaging is no part of the food: it is in no list, has no weight in it, and nothing of it must be known.
func TestPackaging(t *testing.T) {
	p, fat := newPantry(), inventory.Nutrient{ID: id.New(), Code: nutrition.Fat, Name: "Fat", Unit: "g"}
	p.keep("coffee", inventory.Declaration{Amounts: inventory.Amounts{fat.ID: 0}})
	p.keep("bag", inventory.Declaration{Packaging: true})
	bag := p.foods[p.ids["bag"]]
	bag.Unit, bag.Checked = quantity.Piece, false
	p.foods[p.ids["bag"]] = bag
	f := p.food(t, &Recipe{Product: Ref{ID: id.New()}, Yield: quantity.Of(1), Components: []Component{p.takes("bag", 1), p.takes("coffee", 340)}}, Declaration{}, nil)
	f.Nutrients = []inventory.Nutrient{fat}
	amounts, _ := f.Amounts(nutrition.EU)
	_, _, open := f.Allergens()
	grams, unweighed := f.GoesIn()
	if in := f.Ingredients(); written(in) != "coffee" || len(in.Unweighed)+len(open)+len(unweighed) != 0 || amounts[nutrition.Fat] == nil || grams.Cmp(big.NewRat(340, 1)) != 0 {
		t.Errorf("%s, unweighed %v, not checked %v, %v g", written(in), unweighed, open, grams)
	}
}

// The reference of the domain's description: 50 g with 10 g of fat in 100 g are 5 g, in 100 g of a piece of 200 g 2.5 g.
func TestAmounts(t *testing.T) {
	p := newPantry()
	fat, protein := inventory.Nutrient{ID: id.New(), Code: nutrition.Fat, Name: "Fat", Unit: "g"}, inventory.Nutrient{ID: id.New(), Code: nutrition.Protein, Name: "Protein", Unit: "g"}
	p.keep("cream", inventory.Declaration{Amounts: inventory.Amounts{fat.ID: quantity.Of(10)}})
	p.keep("sugar", inventory.Declaration{Amounts: inventory.Amounts{fat.ID: 0, protein.ID: 0}})
	r := &Recipe{Product: Ref{ID: id.New()}, Yield: quantity.Of(2), Components: []Component{p.takes("cream", 100), p.takes("sugar", 300)}}
	f := p.food(t, r, Declaration{Net: quantity.Of(200)}, nil)
	f.Nutrients = []inventory.Nutrient{fat, protein}
	amounts, _ := f.Amounts(nutrition.EU)
	hundred, portion := f.Columns()
	if got := amounts[nutrition.Fat]; got.Cmp(big.NewRat(5, 1)) != 0 || new(big.Rat).Mul(got, hundred).Cmp(big.NewRat(5, 2)) != 0 || portion.Cmp(big.NewRat(1, 1)) != 0 {
		t.Errorf("%s g of fat in a piece", got)
	}
	if _, known := amounts[nutrition.Protein]; known {
		t.Error("what nobody entered of the cream is known")
	}
	for _, s := range f.Sums() {
		if s.Code == nutrition.Protein && (s.Amount != nil || s.From[0].Why != "not entered" || s.From[1].Amount.Sign() != 0) {
			t.Errorf("protein: %+v", s)
		}
	}
}

// However a recipe is split into products within, as long as nothing is lost it contains the same, and its ingredients weigh the same.
func TestNestingChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, fat := newPantry(), inventory.Nutrient{ID: id.New(), Code: nutrition.Fat}
		var all, inner, outer []Component
		for _, name := range []string{"a", "b", "c", "d", "e"} {
			p.keep(name, inventory.Declaration{Amounts: inventory.Amounts{fat.ID: quantity.Quantity(rapid.Int64Range(0, 100*quantity.Micro).Draw(t, "fat"))}})
			c := p.takes(name, rapid.Int64Range(1, 900).Draw(t, name))
			all = append(all, c)
			if rapid.Bool().Draw(t, "inner") {
				inner = append(inner, c)
			} else {
				outer = append(outer, c)
			}
		}
		yield := quantity.Quantity(rapid.Int64Range(1, 40*quantity.Micro).Draw(t, "yield"))
		whole := &Recipe{Product: Ref{ID: id.New()}, Yield: yield, Components: all}
		part := &Recipe{Product: Ref{ID: id.New()}, Yield: yield, Components: inner}
		nested := &Recipe{Product: Ref{ID: id.New()}, Yield: yield, Components: outer}
		more := []*Recipe{}
		if len(inner) > 0 {
			nested.Components = append(nested.Components, part.taken(yield))
			more = append(more, part)
		}
		flat, b := bookWith(more...).flatten(nested)
		if b != nil {
			t.Fatal(b)
		}
		one := Food{Flat: must(bookWith().flatten(whole)), recipe: whole, book: bookWith(), Foods: p.foods, Nutrients: []inventory.Nutrient{fat}}
		two := Food{Flat: flat, recipe: nested, book: bookWith(more...), Foods: p.foods, Nutrients: one.Nutrients, within: map[id.ID]Declaration{part.Product.ID: {Merged: true}}}
		if one.sum(fat, one.inFood()).Amount.Cmp(two.sum(fat, two.inFood()).Amount) != 0 {
			t.Fatalf("%s g of fat, nested %s", one.sum(fat, one.inFood()).Amount, two.sum(fat, two.inFood()).Amount)
		}
		x, y := one.Ingredients().List, two.Ingredients().List
		for i := range x {
			if i > 0 && x[i-1].Grams.Cmp(x[i].Grams) < 0 {
				t.Fatalf("%s g stand before %s g", x[i-1].Grams, x[i].Grams)
			}
			if len(x) != len(y) || x[i].Grams.Cmp(y[i].Grams) != 0 {
				t.Fatalf("%d ingredients, nested %d", len(x), len(y))
			}
		}
	})
}

func must(f Flat, err error) Flat {
	if err != nil {
		panic(err)
	}
	return f
}
