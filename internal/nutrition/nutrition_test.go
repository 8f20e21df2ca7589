package nutrition

import (
	"math/big"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"craftplan/internal/calendar"
)

var today = calendar.New(2026, time.November, 24)

func rat(text string) *big.Rat {
	x, ok := new(big.Rat).SetString(text)
	if !ok {
		panic(text)
	}
	return x
}

func lineOf(t testing.TB, law Law, code string) Line {
	t.Helper()
	for _, l := range On(law, today).Lines {
		if l.Code == code {
			return l
		}
	}
	t.Fatalf("no line %s of %s", code, law)
	return Line{}
}

// Each bound of each table, at it and a millionth to either side, and half-way between two steps.
func TestBounds(t *testing.T) {
	for _, c := range []struct {
		law         Law
		code        string
		amount, out string
	}{
		{EU, EnergyKJ, "0", "0 kJ"}, {EU, EnergyKJ, "0.499999", "0 kJ"}, {EU, EnergyKJ, "1039.5", "1,040 kJ"}, {EU, EnergyKcal, "249.499999", "249 kcal"},
		{EU, Fat, "0", "0 g"}, {EU, Fat, "0.000001", "<0.5 g"}, {EU, Fat, "0.5", "<0.5 g"}, {EU, Fat, "0.500001", "0.5 g"}, {EU, Fat, "0.549999", "0.5 g"}, {EU, Fat, "0.55", "0.6 g"}, {EU, Fat, "3", "3.0 g"},
		{EU, Fat, "9.949999", "9.9 g"}, {EU, Fat, "9.95", "10 g"}, {EU, Fat, "9.999999", "10 g"}, {EU, Fat, "10", "10 g"}, {EU, Fat, "10.499999", "10 g"}, {EU, Fat, "10.5", "11 g"}, {EU, Fat, "100", "100 g"},
		{EU, Carbohydrate, "0.5", "<0.5 g"}, {EU, Sugars, "9.95", "10 g"}, {EU, Protein, "0.500001", "0.5 g"}, {EU, Fibre, "10.5", "11 g"}, {EU, Polyols, "0.5", "<0.5 g"}, {EU, Starch, "0.5", "<0.5 g"},
		{EU, Saturates, "0", "0 g"}, {EU, Saturates, "0.1", "<0.1 g"}, {EU, Saturates, "0.100001", "0.1 g"}, {EU, Saturates, "0.15", "0.2 g"}, {EU, Saturates, "9.95", "10 g"}, {EU, Saturates, "10.5", "11 g"},
		{EU, Monounsaturates, "0.1", "<0.1 g"}, {EU, Polyunsaturates, "0.100001", "0.1 g"},
		{EU, Salt, "0", "0 g"}, {EU, Salt, "0.0125", "<0.01 g"}, {EU, Salt, "0.012501", "0.01 g"}, {EU, Salt, "0.015", "0.02 g"}, {EU, Salt, "0.994999", "0.99 g"}, {EU, Salt, "0.995", "1.0 g"}, {EU, Salt, "1", "1.0 g"}, {EU, Salt, "1.05", "1.1 g"}, {EU, Salt, "12.34", "12.3 g"},

		{US, EnergyKcal, "4.999999", "0"}, {US, EnergyKcal, "5", "5"}, {US, EnergyKcal, "7.5", "10"}, {US, EnergyKcal, "47.499999", "45"}, {US, EnergyKcal, "50", "50"}, {US, EnergyKcal, "50.000001", "50"}, {US, EnergyKcal, "55", "60"}, {US, EnergyKcal, "234.9", "230"},
		{US, Fat, "0.499999", "0 g"}, {US, Fat, "0.5", "0.5 g"}, {US, Fat, "0.75", "1 g"}, {US, Fat, "1.249999", "1 g"}, {US, Fat, "4.749999", "4.5 g"}, {US, Fat, "4.75", "5 g"}, {US, Fat, "5", "5 g"}, {US, Fat, "5.499999", "5 g"}, {US, Fat, "5.5", "6 g"},
		{US, Saturates, "0.5", "0.5 g"}, {US, TransFat, "0.499999", "0 g"},
		{US, Cholesterol, "1.999999", "0 mg"}, {US, Cholesterol, "2", "less than 5 mg"}, {US, Cholesterol, "5", "less than 5 mg"}, {US, Cholesterol, "5.000001", "5 mg"}, {US, Cholesterol, "7.5", "10 mg"}, {US, Cholesterol, "32.4", "30 mg"},
		{US, Sodium, "4.999999", "0 mg"}, {US, Sodium, "5", "5 mg"}, {US, Sodium, "137.5", "140 mg"}, {US, Sodium, "140", "140 mg"}, {US, Sodium, "140.000001", "140 mg"}, {US, Sodium, "145", "150 mg"}, {US, Sodium, "144.999999", "140 mg"},
		{US, TotalCarbohydrates, "0.499999", "0 g"}, {US, TotalCarbohydrates, "0.5", "less than 1 g"}, {US, TotalCarbohydrates, "0.999999", "less than 1 g"}, {US, TotalCarbohydrates, "1", "1 g"}, {US, Fibre, "1.5", "2 g"}, {US, Sugars, "0.5", "less than 1 g"}, {US, AddedSugars, "11.5", "12 g"}, {US, Protein, "2.499999", "2 g"},
		{US, VitaminD, "0.399999", "0 mcg"}, {US, VitaminD, "0.4", "0.4 mcg"}, {US, VitaminD, "2.04", "2 mcg"}, {US, Iron, "0.359999", "0 mg"}, {US, Iron, "0.36", "0.4 mg"}, {US, Iron, "7.96", "8 mg"},
		{US, Calcium, "25.999999", "0 mg"}, {US, Calcium, "26", "30 mg"}, {US, Calcium, "255", "260 mg"}, {US, Potassium, "93.999999", "0 mg"}, {US, Potassium, "94", "90 mg"}, {US, Potassium, "235", "240 mg"},
	} {
		got := strings.TrimRight(strings.ReplaceAll(lineOf(t, c.law, c.code).Text(rat(c.amount), "en-US"), "\u00a0", " "), " ")
		if got != c.out {
			t.Errorf("%s %s of %s is %q, want %q", c.law, c.code, c.amount, got, c.out)
		}
	}
}

// The label that 21 CFR 101.9(d)(12) and the FDA show as their example: what it declares has the daily values that it declares.
func TestExampleOfTheFDA(t *testing.T) {
	declared := Amounts{EnergyKcal: rat("230"), Fat: rat("8"), Saturates: rat("1"), TransFat: rat("0"), Cholesterol: rat("0"), Salt: rat("0.4"), Carbohydrate: rat("33"), Fibre: rat("4"), Sugars: rat("12"), AddedSugars: rat("10"),
		Protein: rat("3"), VitaminD: rat("2"), Calcium: rat("260"), Iron: rat("8"), Potassium: rat("240")}
	want := []string{"Calories 230 ", "Total Fat 8 g 10%", "Saturated Fat 1 g 5%", "Trans Fat 0 g ", "Cholesterol 0 mg 0%", "Sodium 160 mg 7%", "Total Carbohydrate 37 g 13%", "Dietary Fiber 4 g 14%", "Total Sugars 12 g ", "Added Sugars 10 g 20%",
		"Protein 3 g ", "Vitamin D 2 mcg 10%", "Calcium 260 mg 20%", "Iron 8 mg 45%", "Potassium 240 mg 6%"}
	lines := On(US, today).Declare(declared, "en-US", big.NewRat(1, 1))
	if len(lines) != len(want) || !Complete(lines) {
		t.Fatalf("%d lines", len(lines))
	}
	for i, d := range lines {
		if got := d.Name + " " + strings.TrimSpace(strings.ReplaceAll(d.Of[0], "\u00a0", " ")) + " " + d.Percent; got != want[i] {
			t.Errorf("%q, want %q", got, want[i])
		}
	}
}

func TestPercentOfMinerals(t *testing.T) {
	iron := lineOf(t, US, Iron)
	for share, want := range map[string]string{"1.999999": "0%", "2": "2%", "3": "4%", "9": "10%", "10": "10%", "10.000001": "10%", "12.5": "15%", "50": "50%", "50.000001": "50%", "55": "60%", "104": "100%"} {
		if got := iron.Percent(new(big.Rat).Mul(rat(share), big.NewRat(18, 100))); got != want {
			t.Errorf("%s percent is declared as %s, want %s", share, got, want)
		}
	}
}

// Kilojoules and kilocalories come each from their own factors: here 1 kcal is 4.1 and 4.25 kJ, not 4.184.
func TestFactors(t *testing.T) {
	for name, c := range map[string]struct {
		amounts  Amounts
		kJ, kcal string
		left     int
	}{
		"fat":          {Amounts{Fat: rat("100"), Carbohydrate: rat("0"), Protein: rat("0")}, "3700", "900", 4},
		"bread":        {Amounts{Fat: rat("1"), Carbohydrate: rat("50"), Protein: rat("8"), Fibre: rat("3")}, "1047", "247", 3},
		"polyols":      {Amounts{Fat: rat("0"), Carbohydrate: rat("95"), Polyols: rat("90"), Protein: rat("0")}, "985", "236", 3},
		"liqueur":      {Amounts{Fat: rat("0"), Carbohydrate: rat("30"), Protein: rat("0"), Alcohol: rat("20")}, "1090", "260", 3},
		"no carbs yet": {Amounts{Fat: rat("1"), Protein: rat("8"), EnergyKJ: rat("5")}, "", "", 0},
	} {
		got, left := c.amounts.FromFactors(EU)
		kJ, kcal := got[EnergyKJ], got[EnergyKcal]
		if c.kJ == "" {
			if kJ != nil || kcal != nil {
				t.Errorf("%s: energy without carbohydrate: %s kJ, %s kcal", name, kJ, kcal)
			}
			continue
		}
		if kJ.Cmp(rat(c.kJ)) != 0 || kcal.Cmp(rat(c.kcal)) != 0 || len(left) != c.left {
			t.Errorf("%s: %s kJ, %s kcal, without %v", name, kJ.FloatString(2), kcal.FloatString(2), left)
		}
	}
	general, _ := Amounts{Fat: rat("8"), Carbohydrate: rat("33"), Fibre: rat("4"), Protein: rat("3")}.FromFactors(US)
	if general[EnergyKcal].Cmp(rat("232")) != 0 || general[EnergyKJ] != nil {
		t.Errorf("general factors: %v", general)
	}
}

func TestDeclare(t *testing.T) {
	lines := On(EU, today).Declare(Amounts{EnergyKJ: rat("1047"), Fat: rat("1"), Fibre: rat("3")}, "de-DE", big.NewRat(1, 1), big.NewRat(1, 2))
	if Complete(lines) || len(lines) != 9 { // eight, and fibre
		t.Errorf("%d lines, complete: %t", len(lines), Complete(lines))
	}
	for _, d := range lines {
		switch d.Code {
		case EnergyKJ:
			if d.Of[0] != "1.047\u00a0kJ" || d.Of[1] != "524\u00a0kJ" {
				t.Errorf("energy %q", d.Of)
			}
		case Protein:
			if d.Known || d.Of[0] != "" {
				t.Errorf("protein is not known and shown as %q", d.Of)
			}
		}
	}
}

func TestOn(t *testing.T) {
	if r := On(EU, calendar.New(2000, time.January, 1)); r.Law != EU {
		t.Errorf("before the first: %+v", r)
	}
	for _, law := range Laws {
		last := calendar.Date{}
		for _, r := range RuleSets() {
			if r.Law != law {
				continue
			}
			if !r.From.After(last) || r.Source == "" || len(r.Lines) == 0 || On(law, r.From).Name != r.Name {
				t.Errorf("%s from %s does not follow %s, or says too little", r.Name, r.From, last)
			}
			last = r.From
		}
		for _, l := range On(law, today).Lines {
			for i, b := range l.Bands {
				if i > 0 && l.Bands[i-1].From <= b.From || i == len(l.Bands)-1 && b.From != 0 {
					t.Errorf("%s, %s: band %d does not follow", law, l.Code, i)
				}
			}
		}
	}
}

// What is shown is off by at most half a step, never smaller for more, and zero only where the band says so.
func TestRound(t *testing.T) {
	var all []Line
	for _, r := range RuleSets() {
		all = append(all, r.Lines...)
	}
	rapid.Check(t, func(t *rapid.T) {
		l := rapid.SampledFrom(all).Draw(t, "line")
		x := big.NewRat(rapid.Int64Range(0, 2_000*micro).Draw(t, "a"), rapid.Int64Range(1, micro).Draw(t, "b"))
		n, b, err := round(x, l.Bands)
		if err != nil {
			t.Fatal(err)
		}
		if b.Step == 0 {
			if last := len(l.Bands) - 1; l.Bands[max(last-1, 0)].Step > 0 && l.Bands[max(last-1, 0)].over(x) {
				t.Fatalf("%s of %s is shown as %q", x, l.Code, b.Text)
			}
			return
		}
		off := new(big.Rat).Sub(big.NewRat(n, micro), x)
		if off.Abs(off).Cmp(big.NewRat(b.Step, 2*micro)) > 0 || n%b.Step != 0 {
			t.Fatalf("%s of %s is rounded to %d by %d", x, l.Code, n, b.Step)
		}
		more, _, err := round(new(big.Rat).Add(x, big.NewRat(rapid.Int64Range(0, micro).Draw(t, "more"), micro)), l.Bands)
		if err != nil || more < n {
			t.Fatalf("more than %s of %s is shown as less, %d", x, l.Code, more)
		}
	})
}
