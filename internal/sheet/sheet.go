// Package sheet reads and writes tables the way people's spreadsheets have them: as CSV and as XLSX.
//
// What is written is for machines too: numbers have no thousands signs and no units, days are written year first. A CSV file follows the
// locale as its spreadsheets expect it: where a comma is the decimal sign, columns are parted by semicolons.
package sheet

import (
	"regexp"
	"strings"
	"time"

	"craftplan/internal/calendar"
)

// Format is a kind of file.
type Format string

// The formats.
const (
	CSV  Format = "csv"
	XLSX Format = "xlsx"
)

// Formats are all formats, in the order pages offer them.
var Formats = []Format{CSV, XLSX}

// MediaType is what the format is called in HTTP.
func (f Format) MediaType() string {
	if f == CSV {
		return "text/csv; charset=utf-8"
	}
	return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
}

// Label is the format's name as people know it.
func (f Format) Label() string {
	if f == CSV {
		return "CSV"
	}
	return "Excel"
}

type kind int

const (
	text kind = iota
	number
	day
	moment
)

// Cell is one value of a table. The zero Cell is empty.
type Cell struct {
	kind kind
	text string
	at   time.Time // of a day or a moment, as the clock on the wall says
}

// Text is a cell of text.
func Text(s string) Cell { return Cell{kind: text, text: s} }

// Number is a cell with a number: digits with a point, such as quantity.Decimal writes.
func Number(decimal string) Cell { return Cell{kind: number, text: decimal} }

// Day is a cell with a date; nil is empty.
func Day(d *calendar.Date) Cell {
	if d == nil {
		return Cell{}
	}
	return Cell{kind: day, text: d.String(), at: d.At(0, 0, time.UTC).Time()}
}

// Moment is a cell with a date and a time of the day in a time zone, to the minute; nil is empty.
func Moment(i *calendar.Instant, zone *time.Location) Cell {
	if i == nil {
		return Cell{}
	}
	t := i.In(zone)
	wall := time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), 0, 0, time.UTC)
	return Cell{kind: moment, text: wall.Format("2006-01-02 15:04"), at: wall}
}

// A spreadsheet takes a cell of a CSV file that begins with one of these for a formula, and may run it.
const formulaic = "=+-@\t\r\n"

var plainNumber = regexp.MustCompile(`^[+-]?[0-9]+([.,][0-9]+)?$`)

// Escape makes a text one that no spreadsheet runs as a formula: with an apostrophe before it, which spreadsheets read as "this is text".
// Numbers stay as they are. Unescape is its inverse.
func Escape(s string) string {
	if formula(s) && !plainNumber.MatchString(s) || apostrophed(s) {
		return "'" + s
	}
	return s
}

// Unescape takes off what Escape put before a text.
func Unescape(s string) string {
	if apostrophed(s) {
		return s[1:]
	}
	return s
}

func formula(s string) bool { return s != "" && strings.IndexByte(formulaic, s[0]) >= 0 }

// apostrophed tells whether apostrophes stand before what may be a formula, so that one more or less makes the difference.
func apostrophed(s string) bool {
	return strings.HasPrefix(s, "'") && formula(strings.TrimLeft(s, "'"))
}
