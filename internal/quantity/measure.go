package quantity

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"craftplan/internal/exact"
)

// Pack is what a thing is bought in: a sack of 25 kg.
type Pack struct {
	Name     string
	Quantity Quantity
}

// Measure is how amounts of one thing are written: in its stock unit, in packs, and where its density is known, by weight for what is
// counted by volume, and the other way round.
type Measure struct {
	Unit    Unit
	Density int64 // millionths of a gram per millilitre; 0 is not known
	Packs   []Pack
}

// Parse is the package's Parse that also understands "2 sacks" and, by density, the other of weight and volume. Converted by density
// the quantity is rounded half up to millionths.
func (m Measure) Parse(text string) (Quantity, error) {
	number, unit := split(text)
	for _, p := range m.Packs {
		if p.named(unit) {
			return p.times(number)
		}
	}
	in, known := inputUnits[unit]
	if !known || in.stock == m.Unit || m.Density == 0 || in.stock == Piece || m.Unit == Piece {
		return m.plain(text)
	}
	q, err := Parse(text, in.stock)
	if err != nil {
		return 0, err
	}
	return m.convert(q)
}

// plain parses without packs and density, and names them where the text is not understood.
func (m Measure) plain(text string) (Quantity, error) {
	q, err := Parse(text, m.Unit)
	if err != nil && len(m.Packs) > 0 {
		err = fmt.Errorf("%s Or use packs, such as 2 %s.", err.Error(), m.Packs[0].Name)
	}
	return q, err
}

// OfWeight is what weighs so many grams, rounded half up to millionths, of what is weighed or has a density.
func (m Measure) OfWeight(grams Quantity) (Quantity, error) {
	switch {
	case m.Unit == Gram:
		return grams, nil
	case m.Unit == Piece || m.Density == 0:
		return 0, errNotWeighed
	}
	return m.convert(grams)
}

var errNotWeighed = errors.New("Percentages are for what is weighed, or has a density.")

// convert turns grams into millilitres or millilitres into grams.
func (m Measure) convert(q Quantity) (Quantity, error) {
	n, d := int64(Micro), m.Density
	if m.Unit == Gram {
		n, d = d, n
	}
	v, err := exact.MulDiv(int64(q), n, d, exact.HalfUp)
	if err != nil || Quantity(v) > Max {
		return 0, errTooMuch
	}
	return Quantity(v), nil
}

var errTooMuch = errors.New("That is more than can be kept. Enter a smaller quantity.")

// folded is a pack's name as split leaves it: lower case, without spaces.
func (p Pack) folded() string { return strings.ToLower(strings.Join(strings.Fields(p.Name), "")) }

// named tells whether somebody means the pack, in the singular or the plural.
func (p Pack) named(unit string) bool {
	name := p.folded()
	return unit != "" && (unit == name || unit == name+"s" || unit == name+"es")
}

func (p Pack) times(number string) (Quantity, error) {
	if number == "" {
		number = "1"
	}
	n, err := ParseNumber(number)
	if err != nil {
		return 0, err
	}
	v, err := exact.MulDiv(n, int64(p.Quantity), Micro, exact.HalfUp)
	if err != nil || Quantity(v) > Max {
		return 0, errTooMuch
	}
	return Quantity(v), nil
}

const maxPackName = 30

// CheckPackName tells in words for the field whether a pack may be called so: it is written behind a number, so it is letters, and no
// unit's name.
func CheckPackName(name string) error {
	switch folded := (Pack{Name: name}).folded(); {
	case folded == "" || len(name) > maxPackName:
		return fmt.Errorf("Name the pack in at most %d letters, such as sack.", maxPackName)
	case strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && r != ' ' }):
		return errors.New("Use letters only: the quantity says how much it holds.")
	case slices.ContainsFunc([]string{folded, strings.TrimSuffix(folded, "s"), folded + "s"}, func(s string) bool { _, known := inputUnits[s]; return known }):
		return fmt.Errorf("%s is a unit already. Choose another name.", name)
	}
	return nil
}
