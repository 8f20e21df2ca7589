package nutrition

import (
	"math/big"
	"strings"

	"craftplan/internal/calendar"
	"craftplan/internal/exact"
	"craftplan/internal/quantity"
)

// Law is whose rules a declaration follows.
type Law string

// The laws.
const (
	EU Law = "eu"
	US Law = "us"
)

// Laws are all of them, in the order forms offer them.
var Laws = []Law{EU, US}

// Rules are how one law has nutrition declared, from a day on.
type Rules struct {
	Law
	Name   string
	Source string
	From   calendar.Date
	Lines  []Line
}

// Line is what a declaration lists.
type Line struct {
	Code       string
	Name       string
	Unit       string
	Depth      int  // 1 is a part of the line before it that has 0, 2 a part of a part
	May        bool // is listed only where it is known
	Bands      []Band
	Daily      int64  // millionths of what a day should bring; 0 is not compared
	DailyBands []Band // how that percentage is rounded, in millionths of a percent
	Short      bool   // zeros after the point are left out
}

// Band is how amounts from a bound on are rounded, half up. Bands are in order from the largest; the last has no bound.
type Band struct {
	From  int64 // millionths of the unit
	Above bool  // the bound itself belongs to the next band
	Step  int64 // millionths; 0 shows the text
	Text  string
}

// over tells whether an amount belongs to the band.
func (b Band) over(x *big.Rat) bool {
	c := x.Cmp(exact.Fraction(b.From, micro))
	return c > 0 || c == 0 && !b.Above
}

// round finds the band of an amount and rounds by it. What is rounded up to the bound of the band above is shown as that shows it.
func round(x *big.Rat, bands []Band) (n int64, b Band, err error) {
	for i, b := range bands {
		if i < len(bands)-1 && !b.over(x) {
			continue
		}
		if b.Step == 0 {
			return 0, b, nil
		}
		steps, err := exact.Times(micro, new(big.Rat).Quo(x, exact.Fraction(b.Step, 1)), exact.HalfUp)
		if err != nil {
			return 0, b, err
		}
		n = steps * b.Step
		if i > 0 && n >= bands[i-1].From && bands[i-1].Step > 0 {
			b = bands[i-1]
		}
		return n, b, nil
	}
	return 0, Band{}, nil
}

// Text is an amount as the line shows it, with its unit.
func (l Line) Text(x *big.Rat, locale string) string {
	n, b, err := round(x, l.Bands)
	if err != nil {
		return "?"
	}
	words, number := "", decimals(n, b.Step, l.Short)
	if b.Step == 0 {
		at := strings.LastIndexAny(b.Text, " <") + 1
		words, number = b.Text[:at], b.Text[at:]
		if x.Sign() == 0 || number == "" {
			words, number = "", "0"
		}
	}
	return strings.TrimSuffix(words+quantity.Localize(number, locale)+"\u00a0"+l.Unit, "\u00a0")
}

// decimals writes millionths with as many decimals as the step has.
func decimals(n, step int64, short bool) string {
	text := quantity.Decimal(quantity.Quantity(n))
	if short || step == 0 {
		return text
	}
	places := 0
	for s := step; s%micro != 0; s *= 10 {
		places++
	}
	whole, fraction, _ := strings.Cut(text, ".")
	if places == 0 {
		return whole
	}
	return whole + "." + fraction + strings.Repeat("0", places-len(fraction))
}

// Percent is the share of what a day should bring, "" where that is not compared.
func (l Line) Percent(x *big.Rat) string {
	if l.Daily == 0 {
		return ""
	}
	share := new(big.Rat).Mul(x, exact.Fraction(100*micro, l.Daily))
	n, _, err := round(share, l.DailyBands)
	if err != nil {
		return "?"
	}
	return quantity.Decimal(quantity.Quantity(n)) + "%"
}

// Declared is a line with its amounts.
type Declared struct {
	Line
	Known bool
	// Of are the amounts of each column, as texts with units; "" when it is not known.
	Of      []string
	Percent string // of the last column
}

// Declare lists the amounts by the rules, one column for each share of the food. What must be listed and is not known is listed
// without an amount.
func (r Rules) Declare(a Amounts, locale string, columns ...*big.Rat) []Declared {
	known := a.derived()
	var all []Declared
	for _, l := range r.Lines {
		x, ok := known[l.Code]
		if !ok && l.May {
			continue
		}
		d := Declared{Line: l, Known: ok}
		for _, c := range columns {
			text := ""
			if ok {
				of := new(big.Rat).Mul(x, c)
				text, d.Percent = l.Text(of, locale), l.Percent(of)
			}
			d.Of = append(d.Of, text)
		}
		all = append(all, d)
	}
	return all
}

// Complete tells whether everything that must be listed is known.
func Complete(lines []Declared) bool {
	for _, d := range lines {
		if !d.Known {
			return false
		}
	}
	return true
}

// On are the rules of a law that apply on a day; before the first, the first.
func On(law Law, day calendar.Date) Rules {
	var found Rules
	for _, r := range ruleSets {
		if r.Law == law && (found.Name == "" || day.Sub(r.From) >= 0) {
			found = r
		}
	}
	return found
}

// RuleSets are all of them, in the order of their days.
func RuleSets() []Rules { return ruleSets }
