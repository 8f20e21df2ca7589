package inventory

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/inventory/internal/db"
	"craftplan/internal/store"
)

// Tags are free words that materials are found by. They are kept in lower case, each between commas, so that one is found by a LIKE.

const (
	maxTags = 20
	maxTag  = 40 // characters
)

// ParseTags reads words between commas: in lower case, sorted, each once. None is nil.
func ParseTags(text string) []string {
	var tags []string
	for word := range strings.SplitSeq(text, ",") {
		if word = strings.ToLower(strings.Join(strings.Fields(word), " ")); word != "" {
			tags = append(tags, word)
		}
	}
	slices.Sort(tags)
	return slices.Compact(tags)
}

// checkTags tells what is wrong with the tags, and puts them in order.
func (d *Details) checkTags(p *fault.Problems) {
	d.Tags = ParseTags(strings.Join(d.Tags, ","))
	if len(d.Tags) > maxTags {
		p.Addf("tags", "Use at most %d tags.", maxTags)
	}
	for _, t := range d.Tags {
		if utf8.RuneCountInString(t) > maxTag || strings.ContainsFunc(t, func(r rune) bool { return !unicode.IsPrint(r) }) {
			p.Addf("tags", "Use words of at most %d printable characters, with commas between them.", maxTag)
			break
		}
	}
}

func joinTags(tags []string) string {
	if len(tags) == 0 {
		return ""
	}
	return "," + strings.Join(tags, ",") + ","
}

func splitTags(kept string) []string { return ParseTags(kept) }

// likeSigns mean themselves in a pattern after a backslash.
var likeSigns = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// tagPattern finds the materials that have a tag; "" finds all.
func tagPattern(tag string) string {
	if tag == "" {
		return ""
	}
	return "%," + likeSigns.Replace(strings.ToLower(tag)) + ",%"
}

// Tags are those of the materials that are not archived, in order.
func Tags(ctx context.Context, tx *store.Tx) ([]string, error) {
	if err := tx.Require(authz.InventoryRead); err != nil {
		return nil, err
	}
	rows, err := db.For(tx).Tags(ctx)
	return ParseTags(strings.Join(rows, ",")), err
}
