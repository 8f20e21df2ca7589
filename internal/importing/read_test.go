package importing

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"craftplan/internal/quantity"
)

func TestPlain(t *testing.T) {
	for _, c := range []struct{ text, point, want string }{
		{"2.4", ".", "2.4"}, {"2,4", ",", "2.4"}, {"2,4", ".", "2.4"}, {"2.4", ",", "2.4"}, {"1,234", ".", "1234"}, {"1.234", ",", "1234"}, {"1,234", ",", "1.234"}, {"1.234", ".", "1.234"},
		{"1,234,567.8", ".", "1234567.8"}, {"1.234.567,8", ",", "1234567.8"}, {"1 234,5", ",", "1234.5"}, {"1'234.50", ".", "1234.50"}, {"−3", ".", "-3"}, {"12,34,5", ".", ""}, {"1.2.3", ",", ""}, {"2,4x", ",", ""},
		{"", ".", ""}, {".", ".", ""}, {"1e3", ".", ""}, {"0.5", ".", "0.5"}, {".5", ".", ""},
	} {
		if got := plain(c.text, c.point); got != c.want {
			t.Errorf("plain(%q, %q) = %q, want %q", c.text, c.point, got, c.want)
		}
	}
}

// What a locale writes is read again as it was.
func TestPlainReadsLocales(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(0, 1<<50).Draw(t, "n")
		locale := rapid.SampledFrom([]string{"en-US", "de-DE", "fr-FR", "de-CH"}).Draw(t, "locale")
		point := quantity.Point(locale)
		text := quantity.FormatNumber(n, quantity.Micro, 6, locale)
		got, err := quantity.ParseNumber(plain(text, point))
		if err != nil || got != n {
			t.Fatalf("%q is read as %d, %v, not %d", text, got, err, n)
		}
	})
}

func FuzzPlain(f *testing.F) {
	for _, s := range []string{"1,5", "1.234,5", "-0", "x", "1,,2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, point := range []string{".", ","} {
			if got := plain(s, point); got != "" && strings.Trim(got, "-0123456789.") != "" {
				t.Errorf("plain(%q) = %q", s, got)
			}
		}
	})
}

// Every file that is a template is understood as one.
func TestTemplates(t *testing.T) {
	for _, k := range Kinds() {
		names, rows := k.Template()
		found := k.Guess(names, nil)
		if len(found) != len(k.Fields) || len(rows[0]) != len(names) {
			t.Errorf("%s: %v of %q", k.Name, found, names)
		}
		for i, f := range k.Fields {
			if found[f.Name] != i {
				t.Errorf("%s: %s is column %d, not %d", k.Name, f.Name, found[f.Name], i)
			}
			for _, also := range f.Also {
				if got := k.Guess([]string{strings.ToUpper(also)}, nil); len(got) != 1 || also != head(also) {
					t.Errorf("%s: %q means %v", k.Name, also, got)
				}
			}
		}
	}
}
