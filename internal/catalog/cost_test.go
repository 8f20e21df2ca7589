package catalog

import (
	"testing"

	"craftplan/internal/id"
	"craftplan/internal/inventory"
	"craftplan/internal/money"
	"craftplan/internal/quantity"
)

// shelf is what a bakery buys, by the price of one stock unit.
var shelf = map[string]money.Amount{"flour": 2_000, "whole wheat": 3_000, "rye": 4_000, "gluten-free mix": 5_000, "oats": 2_500, "almonds": 20_000, "eggs": 150_000, "milk": 3_000, "butter": 10_000,
	"cream cheese": 15_000, "sugar": 3_000, "brown sugar": 4_000, "chocolate": 20_000, "vanilla": 150_000, "cinnamon": 6_000, "yeast": 50_000, "salt": 1_000, "blueberries": 10_000}

var shelfIDs = func() map[string]id.ID {
	ids := map[string]id.ID{}
	for name := range shelf {
		ids[name] = id.New()
	}
	return ids
}()

// taken is a component of one piece: of material, or of a product.
func taken(name string, units int64, waste int64) Component {
	return Component{Option: inventory.Option{ID: shelfIDs[name], Name: name, Unit: quantity.Gram, Price: shelf[name]}, Quantity: quantity.Of(units), Waste: waste}
}

func (r *Recipe) taken(q quantity.Quantity) Component {
	return Component{Option: inventory.Option{ID: r.Product.ID, Name: r.Product.Name, Unit: quantity.Piece}, Nested: true, Quantity: q}
}

func step(minutes, units int64, rate money.Amount) Step {
	s := Step{Minutes: quantity.Of(minutes), UnitsPerRun: quantity.Of(units)}
	if rate > 0 {
		s.HourlyRate = &rate
	}
	return s
}

// made is a recipe of one piece.
func made(name string, components []Component, steps ...Step) *Recipe {
	return &Recipe{Product: Ref{ID: id.New(), Name: name}, Yield: piece, Components: components, Steps: steps}
}

func bookWith(recipes ...*Recipe) book {
	b := book{}
	for _, r := range recipes {
		b[r.Product.ID] = r
	}
	return b
}

func four(a money.Amount) string {
	return quantity.FormatNumber(int64(a), money.Micro, 4, "en")
}

func (c Cost) fours() [4]string {
	return [4]string{four(c.Material), four(c.Labor), four(c.Overhead), four(c.Total)}
}

var bakeryRates = Rates{Hourly: 18_500_000, Overhead: 150_000}

func bread() *Recipe {
	return made("Artisan Bread", []Component{taken("flour", 500, 50_000), taken("yeast", 7, 0), taken("salt", 10, 0)}, step(15, 12, 0), step(60, 1, 18_000_000), step(35, 12, 0))
}

func almondCookies() *Recipe {
	return made("Almond Cookies", []Component{taken("flour", 50, 0), taken("almonds", 25, 0), taken("sugar", 30, 0), taken("butter", 25, 30_000), taken("eggs", 1, 0)}, step(10, 48, 0), step(8, 48, 0), step(12, 48, 25_000_000))
}

// What one piece costs a bakery at 18.50 an hour and 15 % overhead: material, labor, overhead, total; to four decimals.
func TestCostOfOnePiece(t *testing.T) {
	for _, c := range []struct {
		recipe *Recipe
		want   [4]string
	}{
		{almondCookies(), [4]string{"1.0975", "0.2198", "0.1976", "1.5149"}},
		{made("Chocolate Cake", []Component{taken("flour", 220, 0), taken("sugar", 180, 0), taken("eggs", 4, 0), taken("butter", 90, 0), taken("chocolate", 120, 0), taken("milk", 140, 0)}, step(15, 1, 0), step(40, 1, 0), step(12, 1, 0)),
			[4]string{"5.3", "20.6583", "3.8938", "29.8521"}},
		{bread(), [4]string{"1.41", "19.2847", "3.1042", "23.7989"}},
		{made("Blueberry Muffins", []Component{taken("flour", 120, 0), taken("sugar", 80, 0), taken("butter", 60, 0), taken("eggs", 2, 0), taken("milk", 100, 0), taken("blueberries", 90, 0)}, step(8, 24, 0), step(4, 24, 0), step(18, 24, 0)),
			[4]string{"2.58", "0.3854", "0.4448", "3.4102"}},
		{made("Butter Croissants", []Component{taken("flour", 300, 0), taken("butter", 200, 80_000), taken("yeast", 5, 0), taken("milk", 100, 0)}, step(45, 20, 0), step(90, 20, 0), step(20, 12, 0)),
			[4]string{"3.31", "2.5951", "0.8858", "6.7909"}},
		{made("Cupcakes", []Component{taken("gluten-free mix", 140, 0), taken("sugar", 90, 0), taken("eggs", 2, 0), taken("butter", 60, 0), taken("vanilla", 8, 0)}, step(9, 12, 0), step(5, 12, 0), step(20, 20, 0)),
			[4]string{"3.07", "0.6681", "0.5607", "4.2988"}},
		{made("Rye Loaf", []Component{taken("rye", 350, 0), taken("whole wheat", 150, 0), taken("yeast", 6, 0), taken("salt", 9, 0)}, step(14, 8, 0), step(55, 8, 0), step(38, 8, 0)),
			[4]string{"2.159", "4.124", "0.9424", "7.2254"}},
		{made("Oatmeal Cookies", []Component{taken("oats", 120, 0), taken("flour", 80, 0), taken("brown sugar", 70, 0), taken("butter", 60, 0), taken("eggs", 1, 0), taken("cinnamon", 4, 0)}, step(6, 48, 0), step(5, 48, 0), step(16, 48, 0)),
			[4]string{"1.514", "0.1734", "0.2531", "1.9406"}},
		{made("Cheese Danish", []Component{taken("flour", 220, 0), taken("butter", 160, 0), taken("cream cheese", 100, 0), taken("sugar", 60, 0), taken("eggs", 1, 0)}, step(35, 24, 0), step(8, 24, 0), step(18, 24, 0)),
			[4]string{"3.87", "0.7837", "0.6981", "5.3517"}},
	} {
		if err := c.recipe.reckon(nil, bakeryRates); err != nil || c.recipe.Cost.fours() != c.want {
			t.Errorf("%s: %v, %v; want %v", c.recipe.Product.Name, c.recipe.Cost.fours(), err, c.want)
		}
	}
}

func TestCostOfABatch(t *testing.T) {
	flat, err := book{}.flatten(bread())
	if err != nil {
		t.Fatal(err)
	}
	c, err := flat.Cost(quantity.Of(15), bakeryRates)
	if err != nil || c.Material != 21_150_000 || c.Labor != 289_270_833 || c.Overhead != 46_563_125 || c.Total != 356_983_958 {
		t.Errorf("15 breads: %+v, %v", c.Cost, err)
	}
}

// A cake with a fifth of an almond cookie in it. Overhead is charged once: 15 % of the material and labor of both. Charged on the
// cookie first and on the cake with the cookie's total in it again, the cake would be 0.2 x 0.1976 x 1.15 = 0.0454 dearer: 27.1683.
func TestOverheadIsChargedOnce(t *testing.T) {
	cookies := almondCookies()
	cake := made("Carrot Cake", []Component{taken("flour", 200, 0), taken("sugar", 150, 0), taken("eggs", 3, 0), taken("butter", 75, 0), taken("cinnamon", 5, 0), cookies.taken(200_000)},
		step(12, 1, 0), step(45, 1, 0), step(10, 1, 22_000_000))
	if err := cake.reckon(bookWith(cookies), bakeryRates); err != nil || cake.Cost.fours() != [4]string{"2.2995", "21.2856", "3.5378", "27.1229"} {
		t.Errorf("%v, %v", cake.Cost.fours(), err)
	}
	var sum money.Amount
	for _, c := range cake.Components {
		sum += c.Cost
	}
	if cookie := cake.Components[5].Cost; sum != cake.Cost.Material || cookie != 219_500 {
		t.Errorf("the components cost %d of %d, the cookie %d", sum, cake.Cost.Material, cookie)
	}
	if err := cookies.reckon(nil, bakeryRates); err != nil {
		t.Fatal(err)
	}
	again, err := cookies.Cost.Overhead.Share(230, 1000) // 0.2 x 1.15
	if err != nil || four(cake.Cost.Total+again) != "27.1683" {
		t.Errorf("with overhead on overhead: %s, %v", four(cake.Cost.Total+again), err)
	}
}
