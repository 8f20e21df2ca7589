package quantity

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		text string
		unit Unit
		want Quantity
	}{
		{"1.5 kg", Gram, Of(1500)}, {"1,5 kg", Gram, Of(1500)}, {"1500", Gram, Of(1500)}, {"1500 g", Gram, Of(1500)}, {"500mg", Gram, 500_000}, {"1 lb", Gram, 453_592_370}, {"2 LBS", Gram, 907_184_740},
		{"1 oz", Gram, 28_349_523}, {"1 000,5 g", Gram, 1_000_500_000}, {"1.234,5 g", Gram, 1_234_500_000}, {"1,234.5 g", Gram, 1_234_500_000}, {"0,125 kg", Gram, Of(125)},
		{"1 l", Millilitre, Of(1000)}, {"25 cl", Millilitre, Of(250)}, {"1 fl oz", Millilitre, 29_573_530}, {"0.5 litres", Millilitre, Of(500)}, {"3 dozen", Piece, Of(36)}, {"12", Piece, Of(12)}, {"7 pcs", Piece, Of(7)}, {" 2 each ", Piece, Of(2)}, {"0", Piece, 0},
	} {
		if got, err := Parse(c.text, c.unit); err != nil || got != c.want {
			t.Errorf("%q in %s is %d, %v; want %d", c.text, c.unit, got, err, c.want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct {
		text string
		unit Unit
		says string
	}{
		{"", Gram, "such as 500 g"}, {"some", Gram, "such as 500 g"}, {"1 l", Gram, "Enter a weight"}, {"5 g", Millilitre, "Enter a volume"}, {"1 kg", Piece, "Enter a count"}, {"-1 g", Gram, "not negative"}, {"−1 g", Gram, "not negative"},
		{"1,234", Gram, "thousands comma"}, {"1.2.3 g", Gram, "number"}, {"1.0000001 g", Gram, "six decimals"}, {"99999999999999 kg", Gram, "too large"}, {"9000000000 kg", Gram, "more than can be kept"}, {"1e9", Gram, "weight"}, {"3 buckets", Piece, "Enter a count"},
	} {
		got, err := Parse(c.text, c.unit)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q in %s is %d, %v; want an error that says %q", c.text, c.unit, got, err, c.says)
		}
	}
}

func TestFormat(t *testing.T) {
	for _, c := range []struct {
		q      Quantity
		unit   Unit
		locale string
		want   string
	}{
		{Of(33_100), Gram, "en-US", "33.1 kg"}, {Of(808), Gram, "en-US", "808 g"}, {808_260_000, Gram, "en-US", "808.3 g"}, {Of(412), Piece, "en-US", "412 pcs"}, {Of(1234567), Gram, "de-DE", "1.234,57 kg"},
		{-Of(1500), Millilitre, "en-US", "−1.5 l"}, {500_000, Gram, "en-US", "500 mg"}, {0, Gram, "en-US", "0 g"}, {Of(1000), Millilitre, "en-US", "1 l"},
	} {
		number, symbol := Format(c.q, c.unit, 2, c.locale)
		if got := number + " " + symbol; got != c.want {
			t.Errorf("%d %s in %s is %q, want %q", c.q, c.unit, c.locale, got, c.want)
		}
	}
}

func TestFormatAs(t *testing.T) {
	for _, c := range []struct {
		q    Quantity
		unit Unit
		as   string
		want string
	}{
		{453_592_370, Gram, "lb", "1"}, {Of(1000), Gram, "lb", "2.205"}, {Of(100), Gram, "oz", "3.527"}, {Of(1500), Gram, "kg", "1.5"}, {1_500, Gram, "mg", "1.5"}, {29_573_530, Millilitre, "floz", "1"}, {Of(250), Millilitre, "cl", "25"},
		{Of(1500), Millilitre, "l", "1.5"}, {Of(30), Piece, "dozen", "2.5"}, {-Of(907), Gram, "lb", "−2"},
	} {
		if got, err := FormatAs(c.q, c.unit, c.as, 3, "en-US"); err != nil || got != c.want {
			t.Errorf("%d %s as %s is %q, %v; want %q", c.q, c.unit, c.as, got, err, c.want)
		}
	}
	for _, c := range [][2]string{{"g", "l"}, {"ml", "lb"}, {"pcs", "kg"}, {"g", "stone"}} {
		if got, err := FormatAs(Of(1), Unit(c[0]), c[1], 2, "en-US"); err == nil {
			t.Errorf("%s as %s is %q", c[0], c[1], got)
		}
	}
	for want, q := range map[string]Quantity{"1\u202flb": 453_592_370, "16\u202foz": 453_592_369, "10.81\u202flb": Of(4902)} {
		if got := Customary(q, Gram, "en-US"); got != want {
			t.Errorf("%d g is %q, want %q", q, got, want)
		}
	}
}

// Whatever unit a quantity is typed in, it is shown in that unit as it was typed.
func TestUnitsGoBothWays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		unit := rapid.SampledFrom([]string{"mg", "g", "kg", "oz", "lb", "ml", "cl", "l", "floz", "pcs", "dozen"}).Draw(t, "unit")
		stock := inputUnits[unit].stock
		typed := Decimal(Quantity(rapid.Int64Range(0, 1e6).Draw(t, "hundredths") * Micro / 100))
		q, err := Parse(typed+" "+unit, stock)
		if err != nil {
			t.Fatal(err)
		}
		if shown, err := FormatAs(q, stock, unit, 2, "en-US"); err != nil || strings.ReplaceAll(shown, ",", "") != typed {
			t.Fatalf("%s %s is %d, shown as %q, %v", typed, unit, q, shown, err)
		}
	})
}

// What a form shows is read back as the same quantity.
func TestInputIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := Quantity(rapid.Int64Range(0, int64(Max)).Draw(t, "quantity"))
		unit := rapid.SampledFrom(Units).Draw(t, "unit")
		if back, err := Parse(Input(q, unit), unit); err != nil || back != q {
			t.Fatalf("%q in %s is %d, %v; want %d", Input(q, unit), unit, back, err, q)
		}
	})
}

// Both decimal signs mean the same.
func TestDecimalSigns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := Decimal(Quantity(rapid.Int64Range(0, 1e15).Draw(t, "quantity")))
		point, err := ParseNumber(text)
		if err != nil {
			t.Fatal(err)
		}
		comma, err := ParseNumber(strings.Replace(text, ".", ",", 1))
		_, fraction, _ := strings.Cut(text, ".")
		if err == nil && comma != point || err != nil && len(fraction) != 3 {
			t.Fatalf("%q: %d with a point, %d, %v with a comma", text, point, comma, err)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{"1.5 kg", "1,5", "3 dozen", "fl oz", "1.234,5 g", "٣ kg", "1 "} {
		f.Add(text, "g")
	}
	f.Fuzz(func(t *testing.T, text, unit string) {
		u, err := ParseUnit(unit)
		if err != nil {
			u = Gram
		}
		if q, err := Parse(text, u); err == nil && (q < 0 || q > Max) {
			t.Errorf("%q in %s is %d", text, u, q)
		} else if err != nil && err.Error() == "" {
			t.Errorf("%q in %s: an error without words", text, u)
		}
	})
}
