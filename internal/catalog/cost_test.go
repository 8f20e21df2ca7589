package catalog

import (
	"testing"

	"pgregory.net/rapid"

	"craftplan/internal/money"
	"craftplan/internal/quantity"
)

func work(minutes, units int64, rate money.Amount) Work {
	w := Work{Minutes: quantity.Of(minutes), UnitsPerRun: quantity.Of(units)}
	if rate > 0 {
		w.HourlyRate = &rate
	}
	return w
}

func grams(n int64, price money.Amount, waste int64) Line { return Line{quantity.Of(n), waste, price} }

// What one piece costs a bakery at 18.50 an hour and 15 % overhead.
func TestCostOf(t *testing.T) {
	rates := Rates{Hourly: 18_500_000, Overhead: 150_000}
	const flour, almonds, sugar, butter, egg, yeast, salt, rye, wheat = 2_000, 20_000, 3_000, 10_000, 150_000, 50_000, 1_000, 4_000, 3_000
	bread := []Line{grams(500, flour, 50_000), grams(7, yeast, 0), grams(10, salt, 0)}
	baking := []Work{work(15, 12, 0), work(60, 1, 18_000_000), work(35, 12, 0)}
	for name, c := range map[string]struct {
		lines []Line
		work  []Work
		want  [4]string // material, labor, overhead, total; to four decimals
	}{
		"almond cookies": {[]Line{grams(50, flour, 0), grams(25, almonds, 0), grams(30, sugar, 0), grams(25, butter, 30_000), grams(1, egg, 0)}, []Work{work(10, 48, 0), work(8, 48, 0), work(12, 48, 25_000_000)},
			[4]string{"1.0975", "0.2198", "0.1976", "1.5149"}},
		"artisan bread": {bread, baking, [4]string{"1.41", "19.2847", "3.1042", "23.7989"}},
		"rye loaf": {[]Line{grams(350, rye, 0), grams(150, wheat, 0), grams(6, yeast, 0), grams(9, salt, 0)}, []Work{work(14, 8, 0), work(55, 8, 0), work(38, 8, 0)},
			[4]string{"2.159", "4.124", "0.9424", "7.2254"}},
	} {
		got, err := CostOf(piece, piece, c.lines, c.work, rates)
		if err != nil {
			t.Fatal(err)
		}
		for i, a := range []money.Amount{got.Material, got.Labor, got.Overhead, got.Total} {
			if text := quantity.FormatNumber(int64(a), money.Micro, 4, "en"); text != c.want[i] {
				t.Errorf("%s: part %d is %s, want %s", name, i, text, c.want[i])
			}
		}
	}
	batch, err := CostOf(quantity.Of(15), piece, bread, baking, rates)
	if err != nil || batch.Material != 21_150_000 || quantity.FormatNumber(int64(batch.Labor), money.Micro, 4, "en") != "289.2708" {
		t.Errorf("15 breads: %+v, %v", batch, err)
	}
}

func TestCostProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		yield := quantity.Of(rapid.Int64Range(1, 500).Draw(t, "yield"))
		l := Line{quantity.Quantity(rapid.Int64Range(1, 1e12).Draw(t, "quantity")), rapid.Int64Range(0, 1_000_000).Draw(t, "waste"), money.Amount(rapid.Int64Range(0, 1_000_000).Draw(t, "price"))}
		cost, err := l.Cost(yield, yield)
		if err != nil {
			t.Fatal(err)
		}
		wasteful := l
		wasteful.Waste += 10_000
		if more, err := wasteful.Cost(yield, yield); err != nil || more < cost {
			t.Fatalf("more waste costs less: %d, then %d (%v)", cost, more, err)
		}
		if twice, err := l.Cost(yield*2, yield); err != nil || twice != cost*2 {
			t.Fatalf("twice the pieces cost %d, once %d (%v)", twice, cost, err)
		}
	})
}
