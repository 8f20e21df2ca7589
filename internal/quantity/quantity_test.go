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
