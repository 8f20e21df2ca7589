package money

import (
	"errors"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]Amount{
		"18.50": 18_500_000, "18,50": 18_500_000, "1,234.50": 1_234_500_000, "1.234,50": 1_234_500_000, "€ 3,20": 3_200_000, "$5": 5_000_000, "0.000001": 1, " 7 USD ": 7_000_000, "1'000": 1_000_000_000,
	} {
		if got, err := Parse(text, "en-US"); err != nil || got != want {
			t.Errorf("%q is %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "cheap", "-3", "1.2.3.4", "0.0000001", "9999999999999", "1,23,4"} {
		if got, err := Parse(text, "en-US"); err == nil {
			t.Errorf("%q is %d", text, got)
		}
	}
	// One sign and three digits after it: the locale says which sign it is.
	for locale, want := range map[string]Amount{"en-US": 1_234_000_000, "de-DE": 1_234_000} {
		if got, err := Parse("1,234", locale); err != nil || got != want {
			t.Errorf("1,234 in %s is %d, %v; want %d", locale, got, err, want)
		}
	}
}

// What is withheld is shown as such, and is never taken for a number.
func TestWithheld(t *testing.T) {
	if got := Format(Withheld, "USD", "en-US") + Input(Withheld, "USD"); got != "withheld" {
		t.Errorf("shown as %q", got)
	}
	_, quantities := Withheld.ForQuantity(1)
	_, shares := Withheld.Share(1, 2)
	_, percents := Withheld.Percent(0)
	_, times := Withheld.Times(big.NewRat(1, 2))
	_, plus := Amount(1).Plus(Withheld)
	_, written := Withheld.Value()
	for name, err := range map[string]error{"times a quantity": quantities, "a share": shares, "percent": percents, "times a fraction": times, "a sum": plus, "written": written} {
		if !errors.Is(err, ErrWithheld) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFormat(t *testing.T) {
	for _, c := range []struct {
		a            Amount
		code, locale string
		want         string
	}{
		{1_234_500_000, "USD", "en-US", "$1,234.50"}, {1_234_500_000, "EUR", "de-DE", "1.234,50\u00a0€"}, {-35_130_000, "USD", "en-US", "−$35.13"},
		{5_000, "USD", "en-US", "$0.01"}, {4_999, "USD", "en-US", "$0.00"}, {1_500_000, "JPY", "en-US", "¥2"}, {1_234_500_000, "EUR", "es-ES", "1234,50\u00a0€"},
	} {
		if got := Format(c.a, c.code, c.locale); got != c.want {
			t.Errorf("%d %s in %s is %q, want %q", c.a, c.code, c.locale, got, c.want)
		}
	}
	if got := FormatUnit(2_490_833, "USD", "en-US", 4, 4); got != "$2.4908" {
		t.Errorf("four decimals: %q", got)
	}
	if got := FormatUnit(2_000_000, "USD", "en-US", 2, 4); got != "$2.00" {
		t.Errorf("two to four decimals: %q", got)
	}
}

// The short way writes what the library writes.
func TestFrameIsTheLibrarys(t *testing.T) {
	framed := 0
	for _, locale := range []string{"en-US", "en-GB", "en-DE", "en-IN", "de-DE", "de-CH", "de-AT", "fr-FR", "fr-CH", "es-ES", "es-MX", "it-IT", "nl-NL", "pl-PL", "pt-PT", "pt-BR", "sv-SE", "da-DK", "nb-NO", "fi-FI", "cs-CZ", "ja-JP", "ar-EG", "fa-IR", "hi-IN", "nonsense"} {
		for _, code := range []string{"USD", "EUR", "JPY", "INR", "CHF"} {
			if frameOf(code, locale) != nil {
				framed++
			}
			rapid.Check(t, func(t *rapid.T) {
				a := Amount(rapid.Int64Range(0, int64(Max)).Draw(t, "amount"))
				low := rapid.IntRange(0, 4).Draw(t, "min")
				high := rapid.IntRange(low, 6).Draw(t, "max")
				if got, want := FormatUnit(a, code, locale, low, high), library(a, code, locale, low, high); got != want {
					t.Fatalf("%s %s: %q, the library writes %q", code, locale, got, want)
				}
			})
		}
	}
	if framed < 50 {
		t.Errorf("only %d pairs take the short way", framed)
	}
}

func TestArithmetic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := Amount(rapid.Int64Range(-1e15, 1e15).Draw(t, "amount"))
		code := rapid.SampledFrom([]string{"USD", "JPY", "KWD"}).Draw(t, "code")
		rounded := Round(a, code)
		if Round(rounded, code) != rounded {
			t.Fatalf("rounding %d twice differs", a)
		}
		size := Amount(Micro)
		for range Digits(code) {
			size /= 10
		}
		if off := rounded - a; off > size/2 || off < -size/2 || rounded%size != 0 {
			t.Fatalf("%d rounds to %d", a, rounded)
		}
		if a >= 0 {
			if back, err := Parse(Input(a, code), "en-US"); a <= Max && (err != nil || back != a) {
				t.Fatalf("%q reads back as %d, %v", Input(a, code), back, err)
			}
		}
		d := rapid.Int64Range(1, 1e6).Draw(t, "d")
		if whole, err := a.Share(d, d); err != nil || whole != a {
			t.Fatalf("%d of %d of %d is %d", d, d, a, whole)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{"18.50", "1.234,50", "€", "-1", "1e9", "٣"} {
		f.Add(text, "en-US")
	}
	f.Fuzz(func(t *testing.T, text, locale string) {
		if a, err := Parse(text, locale); err == nil && (a < 0 || a > Max) {
			t.Errorf("%q in %q is %d", text, locale, a)
		}
	})
}
