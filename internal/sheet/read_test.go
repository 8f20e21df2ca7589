package sheet_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"

	"craftplan/internal/sheet"
)

func cells(t sheet.Table) string {
	lines := []string{strings.Join(t.Header, "|")}
	for _, r := range t.Rows {
		lines = append(lines, strings.Join(r.Cells, "|"))
	}
	return strings.Join(lines, "\n")
}

func TestReadCSV(t *testing.T) {
	const want = "Name|Price\nCrème brûlée|2,50\nSalt; fine|1"
	plain := "Name;Price\r\nCrème brûlée;2,50\r\n\r\n\"Salt; fine\";1\r\n"
	windows, _ := charmap.Windows1252.NewEncoder().String(plain)
	little, _ := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(plain)
	big, _ := unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder().String(plain)
	for name, c := range map[string]struct{ data, encoding string }{
		"plain": {plain, "UTF-8"}, "marked": {"\ufeff" + plain, "UTF-8"}, "windows": {windows, "Windows-1252"}, "UTF-16": {little, "UTF-16"}, "UTF-16 big and unmarked": {big, "UTF-16"}, "said": {"sep=;\r\n" + plain, "UTF-8"},
	} {
		got, err := sheet.Read([]byte(c.data), 10)
		if err != nil || cells(got) != want || got.Encoding != c.encoding || got.Delimiter != ';' {
			t.Errorf("%s: %q, %s, %q, %v", name, cells(got), got.Encoding, got.Delimiter, err)
		}
		if first := got.Rows[1].Number; first != 4 && name != "said" || name == "said" && first != 5 {
			t.Errorf("%s: the second row is number %d", name, first)
		}
	}
	for data, delimiter := range map[string]rune{"a,b\n1,2\n": ',', "a\tb\n1,5\t2\n": '\t', "a|b|c\n1|2|3\n": '|', "a;b\n1,2;3,4\n5,6;7,8\n": ';', "only\none\n": ',', "a,b;c\n1,2;3\n": ','} {
		if got, err := sheet.Read([]byte(data), 10); err != nil || got.Delimiter != delimiter {
			t.Errorf("%q is parted by %q, %v", data, got.Delimiter, err)
		}
	}
	if got, err := sheet.Read([]byte("a,b\n'=1+1,''=x\n"), 10); err != nil || cells(got) != "a|b\n=1+1|'=x" {
		t.Errorf("unescaped: %q, %v", cells(got), err)
	}
}

// What is well-formed in another encoding is read.
func TestReadBookOfLatin(t *testing.T) {
	latin := rewritten(t, book(t, map[string]any{"A1": "Name", "A2": "Flour"}), `<?xml version="1.0" encoding="UTF-8"`, `<?xml version="1.0" encoding="ISO-8859-1"`)
	if got, err := sheet.Read([]byte(latin), 3); err != nil || cells(got) != "Name\nFlour" {
		t.Errorf("%q, %v", cells(got), err)
	}
}

func TestReadRefuses(t *testing.T) {
	for name, c := range map[string]struct{ data, says string }{
		"empty": {"", "is empty"}, "blank": {"\n\n", "is empty"}, "no rows": {"a,b\n", "no rows"}, "too many rows": {"a\n1\n2\n3\n4\n", "at most 3 rows"},
		"too many columns": {strings.Repeat("a,", 300) + "\n1\n", "at most 200 columns"}, "zeros": {"a\x00b,\x00\x00c\nd", "no table of text"},
		"a torn workbook": {"PK\x03\x04nonsense", "could not be read"}, "an old workbook": {"\xd0\xcf\x11\xe0...", "of an old kind"},
		"an empty workbook": {book(t, nil), "is empty"}, "a workbook beyond the last row there is": {renumbered(t, book(t, map[string]any{"A1": "Name"}), 1<<20+1), "could not be read"},
		"a workbook that breaks off":      {rewritten(t, book(t, map[string]any{"A1": "Name", "A2": "Flour", "A3": "Salt"}), `<row r="3"`, `<row r="3`), "could not be read"},
		"one with an end that is missing": {rewritten(t, book(t, map[string]any{"A1": "Name", "A2": "Flour"}), `</sheetData>`, ``), "could not be read"},
	} {
		if got, err := sheet.Read([]byte(c.data), 3); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %q, %v", name, cells(got), err)
		}
	}
}

// book is a workbook with some cells.
func book(t *testing.T, cells map[string]any) string {
	t.Helper()
	file := excelize.NewFile()
	for at, v := range cells {
		if err := file.SetCellValue("Sheet1", at, v); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := file.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// renumbered is a workbook with another number for its first row, as no program writes it.
func renumbered(t *testing.T, workbook string, row int) string {
	t.Helper()
	return rewritten(t, workbook, `<row r="1"`, fmt.Sprintf(`<row r="%d"`, row))
}

// rewritten is a workbook with something else in its parts.
func rewritten(t *testing.T, workbook, old, text string) string {
	t.Helper()
	in, err := zip.NewReader(strings.NewReader(workbook), int64(len(workbook)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	out, found := zip.NewWriter(&b), false
	for _, part := range in.File {
		content, err := fs.ReadFile(in, part.Name)
		if err != nil {
			t.Fatal(err)
		}
		found = found || bytes.Contains(content, []byte(old))
		w, err := out.Create(part.Name)
		if err == nil {
			_, err = w.Write(bytes.Replace(content, []byte(old), []byte(text), 1))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Close(); err != nil || !found {
		t.Fatalf("%q is there: %t, %v", old, found, err)
	}
	return b.String()
}

func TestReadXLSX(t *testing.T) {
	got, err := sheet.Read([]byte(book(t, map[string]any{"A1": "Name", "B1": "Price", "C1": "Day", "A3": "Oil", "B3": 2.4000000000000004, "A4": "1.10", "B4": 1250, "C4": 46091})), 10)
	if err != nil || cells(got) != "Name|Price|Day\nOil|2.4\n1.10|1250|46091" || got.Rows[0].Number != 3 {
		t.Errorf("%q, %v", cells(got), err)
	}
	if y, m, d, ok := sheet.DayOf("46091"); !ok || y != 2026 || m != 3 || d != 10 {
		t.Errorf("day 46091 is %d-%d-%d", y, m, d)
	}
}

// What was written is read again, in both formats and whatever the texts are.
func TestReadsWhatItWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[=+@'a-z;,|"é -]{0,8}[a-z]`)
		style := sheet.Style{Format: rapid.SampledFrom(sheet.Formats).Draw(t, "format"), Name: "x", Point: rapid.SampledFrom([]string{".", ","}).Draw(t, "point")}
		var b bytes.Buffer
		w, err := sheet.NewWriter(&b, style, []string{"First", "Second"})
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, row := range rapid.SliceOfN(rapid.SliceOfN(word, 2, 2), 1, 8).Draw(t, "rows") {
			if err := w.Row([]sheet.Cell{sheet.Text(row[0]), sheet.Text(row[1])}); err != nil {
				t.Fatal(err)
			}
			want = append(want, strings.Join(row, "|"))
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		got, err := sheet.Read(b.Bytes(), 100)
		if err != nil || cells(got) != "First|Second\n"+strings.Join(want, "\n") {
			t.Fatalf("%q, want %q, %v", cells(got), want, err)
		}
	})
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "sep=;\na;b\n", "\xff\xfea\x00", "PK\x03\x04", "\"", "a\n\"b\nc"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		table, err := sheet.Read(data, 50)
		if err == nil && (len(table.Rows) == 0 || len(table.Rows) > 50 || len(table.Header) == 0) {
			t.Errorf("%d rows, %d columns", len(table.Rows), len(table.Header))
		}
	})
}
