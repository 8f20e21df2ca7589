// Package search folds text so that people find "Crème brûlée" by typing "creme": lower case, no accents, single spaces.
package search

import (
	"strings"
	"unicode"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// Letters that have no decomposition into a base letter and a mark.
var special = strings.NewReplacer("ß", "ss", "ł", "l", "ø", "o", "đ", "d", "æ", "ae", "œ", "oe", "þ", "th", "ı", "i")

// Fold joins the texts and folds them.
func Fold(texts ...string) string {
	joined := special.Replace(strings.ToLower(strings.Join(texts, " ")))
	folded, _, err := transform.String(transform.Chain(norm.NFKD, runes.Remove(runes.In(unicode.Mn))), joined)
	if err != nil {
		folded = joined
	}
	return strings.Join(strings.Fields(special.Replace(strings.ToLower(folded))), " ") // ℂ is a capital only once it is a C
}

// Pattern is the LIKE pattern, with the escape character \, of folded texts that contain the words of the query in order.
// An empty query matches everything.
func Pattern(query string) string {
	words := strings.Fields(Fold(query))
	if len(words) == 0 {
		return "%"
	}
	for i, w := range words {
		words[i] = strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(w)
	}
	return "%" + strings.Join(words, "%") + "%"
}
