package importing

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"craftplan/internal/calendar"
	"craftplan/internal/exact"
	"craftplan/internal/fault"
	"craftplan/internal/money"
	"craftplan/internal/quantity"
	"craftplan/internal/sheet"
)

// batch is some rows of a file, with what is needed to understand them.
type batch struct {
	*reading
	rows  []sheet.Row
	write bool
}

// reading is how the rows of a file are understood.
type reading struct {
	kind    *Kind
	columns Columns
	header  []string
	point   string                 // the decimal sign
	twice   map[int]map[string]int // by row and field: the earlier row that says the same
}

// line is one row while it is read; what is wrong with it is collected.
type line struct {
	*batch
	sheet.Row
	problems []Problem
}

func (b *batch) lines() []*line {
	lines := make([]*line, len(b.rows))
	for i, r := range b.rows {
		lines[i] = &line{batch: b, Row: r}
		for field, earlier := range b.twice[r.Number] {
			lines[i].wrong(field, fmt.Sprintf("Row %d says “%s” already.", earlier, lines[i].text(field)))
		}
	}
	return lines
}

// wrong notes what is wrong with a field.
func (l *line) wrong(field, message string) {
	label := ""
	if field != "" {
		label = l.kind.Field(field).Label
	}
	l.problems = append(l.problems, Problem{l.Number, label, message})
}

// faulty notes what a domain found wrong, and gives back what is no fault of the row. A field that the file does not know by the domain's
// name is named in names.
func (l *line) faulty(err error, names map[string]string) error {
	switch {
	case fault.Is(err, fault.KindInvalid):
		for _, f := range fault.FieldsOf(err) {
			name := f.Name
			if ours, ok := names[name]; ok {
				name = ours
			}
			l.wrong(name, f.Message)
		}
		return nil
	case fault.Is(err, fault.KindConflict), fault.Is(err, fault.KindNotFound):
		l.wrong("", fault.MessageOf(err))
		return nil
	}
	return err
}

func (l *line) refused() Outcome {
	return Outcome{Row: l.Number, Action: Refused, Problems: l.problems}
}

func (l *line) text(field string) string {
	if column, ok := l.columns[field]; ok {
		return l.Cell(column)
	}
	return ""
}

// said tells whether the row says something in the field.
func (l *line) said(field string) bool { return l.text(field) != "" }

// spaces and signs that people write into numbers.
var dress = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", "'", "", "’", "", "−", "-")

var (
	grouped  = map[string]*regexp.Regexp{".": regexp.MustCompile(`^-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?$`), ",": regexp.MustCompile(`^-?[0-9]{1,3}(\.[0-9]{3})+(,[0-9]+)?$`)}
	straight = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)
)

// plain is a number with a point for its decimals and nothing else; "" when it is none. The locale's decimal sign is one wherever it
// stands alone; the other sign parts thousands where only thousands are parted, and is a decimal sign else.
func plain(text, point string) string {
	text = dress.Replace(strings.TrimSpace(text))
	other := map[string]string{".": ",", ",": "."}[point]
	switch {
	case grouped[point].MatchString(text):
		text = strings.ReplaceAll(text, other, "")
	case strings.Count(text, other) == 1 && !strings.Contains(text, point):
		text = strings.Replace(text, other, ".", 1)
	}
	text = strings.Replace(text, point, ".", 1)
	if !straight.MatchString(text) {
		return ""
	}
	return text
}

// number reads a number that is not negative, in millionths.
func (l *line) number(field string) (int64, bool) { return l.numberOf(field, l.text(field)) }

func (l *line) numberOf(field, written string) (int64, bool) {
	text := plain(written, l.point)
	if text == "" {
		l.wrong(field, fmt.Sprintf("“%s” is not a number.", l.text(field)))
		return 0, false
	}
	n, err := quantity.ParseNumber(text)
	if err != nil {
		l.wrong(field, err.Error())
		return 0, false
	}
	return n, true
}

// whole reads a whole number.
func (l *line) whole(field string) (int64, bool) {
	n, ok := l.number(field)
	if ok && n%quantity.Micro != 0 {
		l.wrong(field, fmt.Sprintf("“%s” is not a whole number.", l.text(field)))
		return 0, false
	}
	return n / quantity.Micro, ok
}

// currency signs and codes before or behind an amount.
var moneySigns = regexp.MustCompile(`^\s*(\p{Sc}|[A-Z]{2,3}\p{Sc}?|kr|Fr\.?)\s*|\s*(\p{Sc}|[A-Z]{3}|kr|Fr\.?)\s*$`)

func (l *line) amount(field string) (money.Amount, bool) { return l.amountOf(field, l.text(field)) }

func (l *line) amountOf(field, written string) (money.Amount, bool) {
	text := plain(moneySigns.ReplaceAllString(written, ""), l.point)
	if text == "" {
		l.wrong(field, fmt.Sprintf("“%s” is not an amount of money.", written))
		return 0, false
	}
	a, err := quantity.ParseNumber(text)
	if err != nil {
		l.wrong(field, err.Error())
		return 0, false
	}
	return money.Amount(a), true
}

// parted is a number and what is written behind it.
var parted = regexp.MustCompile(`^([-−0-9.,'’\s\x{a0}\x{202f}]+)(.*)$`)

// unitOf is the unit that goes for a field of the row, in this order: what is written in the cell, what stands in brackets behind the
// column's name, what the column Unit says; "" is none of them.
func (l *line) unitOf(field, written string) string {
	if written != "" {
		return written
	}
	if column, ok := l.columns[field]; ok && column < len(l.header) {
		if _, after, found := strings.Cut(l.header[column], "("); found {
			said, _, _ := strings.Cut(after, ")")
			return strings.TrimSpace(strings.TrimPrefix(strings.ToLower(said), "per "))
		}
	}
	return l.text("unit")
}

const noUnit = "Say the unit: write it behind the number, such as 4 kg, into the column's name, such as “Minimum (kg)”, or into a column Unit."

// quantity reads an amount of what is measured so. A number alone means nothing: its unit must be said.
func (l *line) quantity(field string, m quantity.Measure) (quantity.Quantity, bool) {
	match := parted.FindStringSubmatch(l.text(field))
	if match == nil || plain(match[1], l.point) == "" {
		l.wrong(field, fmt.Sprintf("“%s” is not a quantity.", l.text(field)))
		return 0, false
	}
	unit := l.unitOf(field, strings.TrimSpace(match[2]))
	if unit == "" {
		l.wrong(field, noUnit)
		return 0, false
	}
	q, err := m.Parse(plain(match[1], l.point) + " " + unit)
	if err != nil {
		l.wrong(field, fmt.Sprintf("“%s %s”: %s", strings.TrimSpace(match[1]), unit, err.Error()))
		return 0, false
	}
	return q, true
}

// perUnit reads the price of a kg, litre or piece as that of one stock unit; it must come out even.
func (l *line) perUnit(field string, stock quantity.Unit) (money.Amount, bool) {
	text, unit, _ := strings.Cut(l.text(field), "/")
	unit = l.unitOf(field, strings.TrimSpace(unit))
	if unit == "" {
		l.wrong(field, "Say what the price is for: per kg, l or pcs, in a column Unit or in the column's name, such as “Price (per kg)”.")
		return 0, false
	}
	a, ok := l.amountOf(field, text)
	if !ok {
		return 0, false
	}
	of, factor, per, known := quantity.InUnit(unit)
	if !known || of != stock {
		l.wrong(field, fmt.Sprintf("“%s” is no unit of what is counted in %s.", unit, stock.Large()))
		return 0, false
	}
	one, err := exact.MulDiv(int64(a), per, factor, exact.HalfUp)
	if err == nil {
		var back int64
		if back, err = exact.MulDiv(one, factor, per, exact.HalfUp); err == nil && back != int64(a) {
			l.wrong(field, fmt.Sprintf("A price per %s with so many decimals does not come out even. Use fewer, or the price per %s.", unit, stock.Large()))
			return 0, false
		}
	}
	if err != nil {
		l.wrong(field, "That is more than can be kept.")
	}
	return money.Amount(one), err == nil
}

// days as people write them, by the order that their separators stand for.
var dayLayouts = []string{"2006-01-02", "2006/01/02", "02.01.2006", "2.1.2006", "2006-01-02 15:04", "2006-01-02T15:04"}

// day reads a date: year first, with points as in Europe, or as a workbook keeps it. With slashes it could be two days.
func (l *line) day(field string) *calendar.Date {
	text := l.text(field)
	if text == "" {
		return nil
	}
	for _, layout := range dayLayouts {
		if t, err := time.Parse(layout, text); err == nil {
			return new(calendar.New(t.Year(), t.Month(), t.Day()))
		}
	}
	if y, m, d, ok := sheet.DayOf(text); ok {
		return new(calendar.New(y, time.Month(m), d))
	}
	l.wrong(field, fmt.Sprintf("“%s” is not a day. Write it year first, such as 2026-03-31.", text))
	return nil
}
