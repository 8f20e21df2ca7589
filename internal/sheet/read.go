package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
)

// Table is a file that was read: the names of its columns, and its rows.
type Table struct {
	Format    Format
	Encoding  string // of a CSV file, in words: UTF-8, UTF-16 or Windows-1252
	Delimiter rune   // of a CSV file
	Header    []string
	Rows      []Row
}

// Row is a row with anything in it.
type Row struct {
	Number int // as the spreadsheet counts: the names of the columns are in row 1
	Cells  []string
}

// Cell is the text in a column, without spaces around it; "" beyond the last.
func (r Row) Cell(column int) string {
	if column < 0 || column >= len(r.Cells) {
		return ""
	}
	return strings.TrimSpace(r.Cells[column])
}

// What a file may be at most.
const (
	maxColumns   = 200
	maxUnpacked  = 300 << 20 // bytes of a workbook
	maxInMemory  = 16 << 20  // of one part of it; what is larger is unpacked into a file
	sampled      = 20        // rows that the delimiter is guessed from
	digitsOfFile = 15        // that a number in a workbook has; what is beyond is noise
)

// Errors that are fit to show beside the field.
var (
	errNothing  = errors.New("The file is empty.")
	errNoRows   = errors.New("The file has no rows below the names of the columns.")
	errWorkbook = errors.New("This workbook could not be read. Save it as XLSX or CSV once more.")
	errOldBook  = errors.New("This is a workbook of an old kind, or one with a password. Save it as XLSX without a password, or as CSV.")
	errCSV      = errors.New("This is no table of text. Choose a CSV or XLSX file.")
	errColumns  = fmt.Errorf("Use at most %d columns.", maxColumns)
)

// Read reads a CSV file or the first sheet of a workbook, with at most so many rows below the header. How a CSV file is encoded and what
// parts its columns is found out. Errors are fit to show.
func Read(data []byte, most int) (Table, error) {
	t, err := read(data, most+1)
	switch {
	case err != nil:
		return t, err
	case len(t.Header) > maxColumns:
		return t, errColumns
	case len(t.Rows) == 0:
		return t, errNoRows
	case len(t.Rows) > most:
		return t, fmt.Errorf("Use at most %d rows in one file.", most)
	}
	return t, nil
}

func read(data []byte, most int) (Table, error) {
	switch {
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return readBook(data, most)
	case bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0")):
		return Table{}, errOldBook
	}
	return readCSV(data, most)
}

// add takes a row in: the first with anything in it names the columns.
func (t *Table) add(number int, cells []string) {
	if strings.TrimSpace(strings.Join(cells, "")) == "" {
		return
	}
	if t.Header == nil {
		t.Header = make([]string, len(cells))
		for i, c := range cells {
			t.Header[i] = strings.Join(strings.Fields(c), " ")
		}
		return
	}
	t.Rows = append(t.Rows, Row{number, cells})
}

func readCSV(data []byte, most int) (Table, error) {
	text, name, err := decode(data)
	if err != nil || strings.ContainsRune(text, 0) {
		return Table{}, errCSV
	}
	t := Table{Format: CSV, Encoding: name}
	text, t.Delimiter = delimited(text)
	r := reader(text, t.Delimiter)
	for len(t.Rows) < most {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return t, errCSV
		}
		line, _ := r.FieldPos(0)
		for i, c := range record {
			record[i] = Unescape(c)
		}
		t.add(line, record)
	}
	if t.Header == nil {
		return t, errNothing
	}
	return t, nil
}

func reader(text string, delimiter rune) *csv.Reader {
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes = delimiter, -1, true
	return r
}

// decode makes UTF-8 of a text: by the mark at its beginning, else by what its bytes can be. Windows-1252 can be anything, so it comes
// last.
func decode(data []byte) (text, name string, err error) {
	how := encoding.Encoding(unicode.UTF8BOM)
	switch name = "UTF-8"; {
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		how, name = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), "UTF-16"
	case zeros(data, 1) && !zeros(data, 0):
		how, name = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), "UTF-16"
	case zeros(data, 0) && !zeros(data, 1):
		how, name = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), "UTF-16"
	case !utf8.Valid(data):
		how, name = charmap.Windows1252, "Windows-1252"
	}
	decoded, err := how.NewDecoder().Bytes(data)
	return strings.TrimPrefix(string(decoded), bom), name, err
}

// zeros tells whether half of every second byte are zero: Latin letters in UTF-16.
func zeros(data []byte, from int) bool {
	data = data[:min(len(data), 1000)]
	n := 0
	for i := from; i < len(data); i += 2 {
		if data[i] == 0 {
			n++
		}
	}
	return n > 0 && 4*n >= len(data)
}

var delimiters = []rune{',', ';', '\t', '|'}

// delimited finds what parts the columns: what a first line "sep=;" says, or what gives the most rows the shape of the first.
func delimited(text string) (rest string, delimiter rune) {
	if said, after, _ := strings.Cut(text, "\n"); len(said) >= 5 && strings.EqualFold(said[:4], "sep=") {
		if d := rune(said[4]); strings.ContainsRune(string(delimiters), d) {
			return "\n" + after, d // the line counts
		}
	}
	best, delimiter := 0, ','
	for _, d := range delimiters {
		if score := shape(text, d); score > best {
			best, delimiter = score, d
		}
	}
	return text, delimiter
}

// shape is how well a delimiter fits: how many of the first rows have as many columns as the first, and how many those are.
func shape(text string, d rune) (score int) {
	r := reader(text, d)
	columns := 0
	for n := 0; n < sampled; n++ {
		record, err := r.Read()
		if err != nil {
			break
		}
		if columns == 0 {
			columns = len(record)
		}
		if len(record) == columns {
			score += maxColumns
		}
	}
	if columns < 2 {
		return 0
	}
	return score + min(columns, maxColumns-1)
}

func readBook(data []byte, most int) (Table, error) {
	file, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{RawCellValue: true, UnzipSizeLimit: maxUnpacked, UnzipXMLSizeLimit: maxInMemory})
	if err != nil {
		return Table{}, errWorkbook
	}
	defer file.Close()
	t := Table{Format: XLSX}
	if wellFormed(data) != nil {
		return t, errWorkbook
	}
	rows, err := file.Rows(file.GetSheetName(0))
	if err != nil {
		return t, errWorkbook
	}
	defer rows.Close()
	for number := 1; rows.Next() && len(t.Rows) < most; number++ {
		cells, err := rows.Columns()
		if err != nil {
			return t, errWorkbook
		}
		for i, c := range cells {
			cells[i] = quiet(strings.ReplaceAll(c, "\x00", "")) // which no database keeps
		}
		t.add(number, cells)
	}
	if rows.Error() != nil {
		return t, errWorkbook
	}
	if t.Header == nil {
		return t, errNothing
	}
	return t, nil
}

// wellFormed reads the rows and texts of a workbook as XML to their ends: the library takes a part that breaks off for a shorter one.
// What is unpacked was limited when it was opened.
func wellFormed(data []byte) error {
	book, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return err
	}
	for _, part := range book.File {
		if !strings.HasPrefix(part.Name, "xl/worksheets/sheet") && part.Name != "xl/sharedStrings.xml" {
			continue
		}
		if err := readXML(part); err != nil {
			return fmt.Errorf("%s: %w", part.Name, err)
		}
	}
	return nil
}

func readXML(part *zip.File) error {
	text, err := part.Open()
	if err != nil {
		return err
	}
	defer text.Close()
	d := xml.NewDecoder(text)
	d.CharsetReader = func(name string, text io.Reader) (io.Reader, error) {
		how, err := htmlindex.Get(name)
		if err != nil {
			return nil, err
		}
		return how.NewDecoder().Reader(text), nil
	}
	for {
		switch _, err := d.Token(); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
}

// noisy is a number as a workbook keeps it where its decimal fraction has no exact binary one: 2.4000000000000004.
var noisy = regexp.MustCompile(`^-?[0-9]+(\.[0-9]{10,})?([eE][+-]?[0-9]+)?$`)

// quiet is the number that people see in such a cell, to fifteen digits.
func quiet(cell string) string {
	if !strings.ContainsAny(cell, ".eE") || !noisy.MatchString(cell) {
		return cell
	}
	n, err := strconv.ParseFloat(cell, 64)
	if err != nil {
		return cell
	}
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(n, 'g', digitsOfFile, 64), 64)
	if err != nil {
		return cell
	}
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}

// DayOf reads a day as a workbook keeps it: the days since the end of 1899.
func DayOf(serial string) (year, month, day int, ok bool) {
	n, err := strconv.Atoi(serial)
	if err != nil || n < 61 || n > 2_958_465 {
		return 0, 0, 0, false
	}
	t, err := excelize.ExcelDateToTime(float64(n), false)
	return t.Year(), int(t.Month()), t.Day(), err == nil
}
