package catalog

import (
	"testing"

	"pgregory.net/rapid"

	"craftplan/internal/money"
	"craftplan/internal/settings"
)

func TestSuggest(t *testing.T) {
	const cost = 5_641_234 // 5.641234
	percent, fixed := settings.Markup{Mode: settings.Percent, Value: 350_000, Ending: settings.AnyEnding}, settings.Markup{Mode: settings.Fixed, Value: 2_000_000, Ending: settings.AnyEnding}
	with := func(m settings.Markup, e settings.Ending) settings.Markup { m.Ending = e; return m }
	added, contained := settings.Settings{TaxMode: settings.Exclusive, TaxRate: 190_000}, settings.Settings{TaxMode: settings.Inclusive, TaxRate: 190_000}
	for name, c := range map[string]struct {
		cost     money.Amount
		markup   settings.Markup
		settings settings.Settings
		currency string
		want     money.Amount
	}{
		"35 percent":                     {cost, percent, added, "USD", 7_620_000},
		"2.00":                           {cost, fixed, added, "USD", 7_640_000},
		"35 percent, the price with tax": {cost, percent, contained, "EUR", 9_060_000}, // 7.615666 x 1.19 = 9.062643
		"2.00, the price with tax":       {cost, fixed, contained, "EUR", 9_090_000},   // 7.641234 x 1.19 = 9.093068
		"to .05":                         {cost, with(percent, settings.Fives), added, "USD", 7_650_000},
		"to .50":                         {cost, with(percent, settings.Halves), added, "USD", 8_000_000},
		"to .99":                         {cost, with(percent, settings.Nines), added, "USD", 7_990_000},
		".99 stays .99":                  {5_990_000, with(settings.Markup{Mode: settings.Fixed, Value: 1_000_000}, settings.Nines), added, "USD", 6_990_000},
		"just above .99":                 {5_990_001, with(settings.Markup{Mode: settings.Fixed, Value: 1_000_000}, settings.Nines), added, "USD", 7_990_000},
		"8.00 stays 8.00":                {6_000_000, with(fixed, settings.Halves), added, "USD", 8_000_000},
		"a currency without hundredths":  {564_123_400, with(percent, settings.Nines), added, "JPY", 762_000_000},
		"three digits":                   {cost, with(percent, settings.Nines), added, "KWD", 7_990_000},
	} {
		if got, ok := Suggest(c.cost, c.markup, c.settings, c.currency); got != c.want || !ok {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
	if _, ok := Suggest(cost, settings.Markup{Mode: settings.Percent}, added, "USD"); ok {
		t.Error("a markup of nothing suggests a price")
	}
}

// A price with an ending is the smallest of its kind that leaves the markup, and no less than one without.
func TestSuggestLeavesTheMarkup(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cost := money.Amount(rapid.Int64Range(0, 1e12).Draw(t, "cost"))
		m := settings.Markup{Mode: settings.Fixed, Value: rapid.Int64Range(1, 1e9).Draw(t, "markup"), Ending: rapid.SampledFrom(settings.Endings[1:]).Draw(t, "ending")}
		price, ok := Suggest(cost, m, settings.Settings{TaxMode: settings.Exclusive}, "USD")
		step := map[settings.Ending]money.Amount{settings.Fives: 50_000, settings.Halves: 500_000, settings.Nines: money.Micro}[m.Ending]
		if least := cost + money.Amount(m.Value); !ok || price < least || price-step >= least {
			t.Fatalf("%d for at least %d", price, least)
		}
		if rest := price % step; m.Ending != settings.Nines && rest != 0 || m.Ending == settings.Nines && rest != 990_000 {
			t.Fatalf("%d ends in %d", price, rest)
		}
	})
}

func TestEarn(t *testing.T) {
	added, contained := settings.Settings{TaxMode: settings.Exclusive, TaxRate: 190_000}, settings.Settings{TaxMode: settings.Inclusive, TaxRate: 190_000}
	if e := Earn(12_990_000, 5_640_000, added); e.Tax != 0 || e.Profit != 7_350_000 {
		t.Errorf("tax added: %+v", e)
	}
	e := Earn(11_900_000, 6_000_000, contained)
	if share, ok := e.Margin(); e.Tax != 1_900_000 || e.Profit != 4_000_000 || share != 400_000 || !ok {
		t.Errorf("tax contained: %+v, %d", e, share)
	}
	if _, ok := Earn(0, 1, added).Margin(); ok {
		t.Error("a price of nothing has a margin")
	}
	if share, _ := Earn(2_500_000, 6_790_900, added).Margin(); share != -1_716_360 {
		t.Errorf("below cost: %d", share)
	}
}
