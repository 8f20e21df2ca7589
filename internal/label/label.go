// Package label puts a label on paper: as a PDF of one label a page, for label printers, or of sheets of labels. It knows what a label
// looks like and nothing of where its words come from.
package label

import (
	"errors"
	"time"
)

// Label is what one label says. What is empty is left out.
type Label struct {
	Name        string
	Food        string // what the food is
	Ingredients []Run
	Statements  []string // such as what it may contain
	Facts       *Facts
	Net         string
	Dates       []string // such as best before, and the lot
	Storage     string
	Producer    string
	Address     string // in lines
	Price       string
	Code        Code
	Logo        []byte // a PNG
	Accent      string // a colour, #RRGGBB, of the bar on top
}

// Run is a piece of text that is emphasised, or is not.
type Run struct {
	Text   string
	Strong bool
}

// Facts are a nutrition declaration.
type Facts struct {
	Title    string
	Above    []string // lines between the title and the table, such as the serving size
	Columns  []string
	Lines    []Fact
	Percents string // the head of the column of percentages; "" is none
	Below    string
}

// Fact is a line of a declaration.
type Fact struct {
	Name    string
	Depth   int
	Of      []string
	Percent string
	Large   bool // stands out
}

// Code is what is drawn for machines.
type Code struct {
	Kind CodeKind
	Text string // what it encodes
	Sign string // what stands below it for people
}

// CodeKind is how a code is drawn.
type CodeKind string

// The kinds.
const (
	NoCode  CodeKind = ""
	EAN     CodeKind = "ean" // 8, 12 or 13 digits
	GS1     CodeKind = "gs1" // a GS1-128, of element strings each begun by FNC1 where it must be
	QR      CodeKind = "qr"
	quietMM          = 2.5 // at either side
)

// Sheet is paper and the labels on it, in millimetres.
type Sheet struct {
	ID, Paper      string
	Width, Height  float64 // of the paper
	LabelW, LabelH float64
	Columns, Rows  int
	Left, Top      float64 // of the first label
	AcrossX, DownY float64 // from one label to the next
}

// PerPage is how many labels a page has.
func (s Sheet) PerPage() int { return s.Columns * s.Rows }

// roll is one label a page.
func roll(id, name string, w, h float64) Sheet {
	return Sheet{id, name, w, h, w, h, 1, 1, 0, 0, w, h}
}

// Sheets are all of them, in the order forms offer them. The sheets are cut as those of Avery are, whose numbers they carry.
var Sheets = []Sheet{
	roll("62x100", "Label printer, 62 × 100 mm", 62, 100),
	roll("100x150", "Label printer, 100 × 150 mm", 100, 150),
	roll("4x6", "Label printer, 4 × 6 in", 101.6, 152.4),
	roll("57x32", "Label printer, 57 × 32 mm", 57, 32),
	{"a4-4", "A4, 4 labels of 99 × 139 mm (L7169)", 210, 297, 99.1, 139, 2, 2, 4.65, 9.5, 101.6, 139},
	{"a4-8", "A4, 8 labels of 99 × 68 mm (L7165)", 210, 297, 99.1, 67.7, 2, 4, 4.65, 13.1, 101.6, 67.7},
	{"a4-21", "A4, 21 labels of 64 × 38 mm (L7160)", 210, 297, 63.5, 38.1, 3, 7, 7.2, 15.15, 66.04, 38.1},
	{"letter-4", "Letter, 4 labels of 3½ × 5 in (5168)", 215.9, 279.4, 88.9, 127, 2, 2, 12.7, 12.7, 101.6, 127},
	{"letter-6", "Letter, 6 labels of 4 × 3⅓ in (5164)", 215.9, 279.4, 101.6, 84.67, 2, 3, 3.97, 12.7, 106.36, 84.67},
	{"letter-10", "Letter, 10 labels of 4 × 2 in (5163)", 215.9, 279.4, 101.6, 50.8, 2, 5, 3.97, 12.7, 106.36, 50.8},
	{"letter-30", "Letter, 30 labels of 2⅝ × 1 in (5160)", 215.9, 279.4, 66.68, 25.4, 3, 10, 4.76, 12.7, 69.85, 25.4},
}

// SheetOf is the sheet with an id.
func SheetOf(id string) (Sheet, bool) {
	for _, s := range Sheets {
		if s.ID == id {
			return s, true
		}
	}
	return Sheet{}, false
}

// ErrTooMuch is a label that holds more than fits, in letters that people can read.
var ErrTooMuch = errors.New("more than fits on the label")

// Job is how many labels to make on which paper.
type Job struct {
	Label
	Sheet
	Count int
	Skip  int // labels of the first sheet that are used already
	Title string
	At    time.Time // when it is made, for the PDF to say
}
