package sheet

import (
	"encoding/csv"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// Style is how a file is written.
type Style struct {
	Format Format
	Name   string // of the table
	Point  string // the decimal sign of the locale, for CSV
}

// Writer writes a table row by row, without keeping the rows. The file is whole after Close.
type Writer interface {
	Row(cells []Cell) error
	Close() error
}

// NewWriter begins a file with the names of its columns.
func NewWriter(w io.Writer, s Style, names []string) (Writer, error) {
	if s.Format == XLSX {
		return newBook(w, s, names)
	}
	if _, err := io.WriteString(w, bom); err != nil {
		return nil, err
	}
	c := &csvWriter{csv.NewWriter(w), s.Point}
	c.csv.UseCRLF = true
	if s.Point == "," {
		c.csv.Comma = ';'
	}
	return c, c.Row(texts(names))
}

// bom tells spreadsheets that a CSV file is UTF-8.
const bom = "\ufeff"

func texts(names []string) []Cell {
	cells := make([]Cell, len(names))
	for i, n := range names {
		cells[i] = Text(n)
	}
	return cells
}

type csvWriter struct {
	csv   *csv.Writer
	point string
}

func (c *csvWriter) Row(cells []Cell) error {
	record := make([]string, len(cells))
	for i, cell := range cells {
		switch cell.kind {
		case text:
			record[i] = Escape(cell.text)
		case number:
			record[i] = strings.Replace(cell.text, ".", c.point, 1)
		default:
			record[i] = cell.text
		}
	}
	return c.csv.Write(record)
}

func (c *csvWriter) Close() error {
	c.csv.Flush()
	return c.csv.Error()
}

// book writes a workbook with one sheet. Its texts are cells of text, which are no formulas whatever they begin with, so nothing is
// put before them.
type book struct {
	to          io.Writer
	file        *excelize.File
	stream      *excelize.StreamWriter
	rows        int
	day, moment int // styles
}

const sheetName = 31 // characters at most

func newBook(w io.Writer, s Style, names []string) (b *book, err error) {
	b = &book{to: w, file: excelize.NewFile()}
	defer func() {
		if err != nil {
			err = errors.Join(err, b.file.Close())
		}
	}()
	name := s.Name[:min(len(s.Name), sheetName)]
	if err := b.file.SetSheetName("Sheet1", name); err != nil {
		return nil, err
	}
	if b.day, err = b.file.NewStyle(&excelize.Style{CustomNumFmt: new("yyyy-mm-dd")}); err != nil {
		return nil, err
	}
	if b.moment, err = b.file.NewStyle(&excelize.Style{CustomNumFmt: new("yyyy-mm-dd hh:mm")}); err != nil {
		return nil, err
	}
	head, err := b.file.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return nil, err
	}
	if b.stream, err = b.file.NewStreamWriter(name); err != nil {
		return nil, err
	}
	for i, n := range names {
		if err := b.stream.SetColWidth(i+1, i+1, float64(max(utf8.RuneCountInString(n)+4, 14))); err != nil {
			return nil, err
		}
	}
	if err := b.stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return nil, err
	}
	return b, b.write(texts(names), excelize.RowOpts{StyleID: head})
}

func (b *book) Row(cells []Cell) error { return b.write(cells) }

func (b *book) write(cells []Cell, opts ...excelize.RowOpts) error {
	b.rows++
	values := make([]any, len(cells))
	for i, c := range cells {
		v, err := b.value(c)
		if err != nil {
			return err
		}
		values[i] = v
	}
	return b.stream.SetRow("A"+strconv.Itoa(b.rows), values, opts...)
}

// value is what the library takes. A workbook keeps numbers as floating point, to 15 digits; nothing is reckoned with them here.
func (b *book) value(c Cell) (any, error) {
	switch {
	case c.text == "":
		return nil, nil //nolint:nilnil // an empty cell
	case c.kind == number:
		return strconv.ParseFloat(c.text, 64)
	case c.kind == day:
		return excelize.Cell{StyleID: b.day, Value: c.at}, nil
	case c.kind == moment:
		return excelize.Cell{StyleID: b.moment, Value: c.at}, nil
	}
	return c.text, nil
}

func (b *book) Close() error {
	err := b.stream.Flush()
	if err == nil {
		err = b.file.Write(b.to)
	}
	return errors.Join(err, b.file.Close())
}
