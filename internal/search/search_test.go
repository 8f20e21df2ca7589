package search

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestFold(t *testing.T) {
	for text, want := range map[string]string{"Crème  Brûlée": "creme brulee", "Straße": "strasse", "ŁÓDŹ": "lodz", "smørrebrød": "smorrebrod", "ﬁne": "fine", " a\tb ": "a b", "日本": "日本"} {
		if got := Fold(text); got != want {
			t.Errorf("%q folds to %q, want %q", text, got, want)
		}
	}
}

func TestPattern(t *testing.T) {
	for query, want := range map[string]string{"": "%", "  ": "%", "Rye 50%": `%rye%50\%%`, "a_b": `%a\_b%`, `c\d`: `%c\\d%`} {
		if got := Pattern(query); got != want {
			t.Errorf("%q is %q, want %q", query, got, want)
		}
	}
}

func TestFoldingTwiceIsFoldingOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		once := Fold(rapid.String().Draw(t, "text"))
		if twice := Fold(once); twice != once || strings.Contains(once, "  ") {
			t.Fatalf("%q, then %q", once, twice)
		}
	})
}
