package sheet_test

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"craftplan/internal/calendar"
	"craftplan/internal/sheet"
)

func TestEscape(t *testing.T) {
	for plain, want := range map[string]string{
		"=1+1": "'=1+1", "+49 170 1": "'+49 170 1", "-x": "'-x", "@a": "'@a", "\tx": "'\tx", "\rx": "'\rx", "\nx": "'\nx", "-": "'-", "=": "'=", "-1-1": "'-1-1", "-1e5": "'-1e5",
		"-12.5": "-12.5", "-12,5": "-12,5", "+3": "+3", "plain": "plain", "'quoted": "'quoted", "'=x": "''=x", "'-5": "''-5", "": "", "a=b": "a=b",
	} {
		if got := sheet.Escape(plain); got != want {
			t.Errorf("Escape(%q) = %q, want %q", plain, got, want)
		}
	}
}

func FuzzEscape(f *testing.F) {
	for _, s := range []string{"=cmd", "'=cmd", "''@x", "-5", "'-5", "", "'", "\t"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		escaped := sheet.Escape(s)
		if got := sheet.Unescape(escaped); got != s {
			t.Errorf("Unescape(Escape(%q)) = %q", s, got)
		}
		if escaped != "" && strings.ContainsRune("=@\t\r\n", rune(escaped[0])) {
			t.Errorf("Escape(%q) = %q, which a spreadsheet runs", s, escaped)
		}
	})
}

func table(t *testing.T, style sheet.Style) []byte {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	at := calendar.At(time.Date(2026, 3, 10, 23, 30, 0, 0, time.UTC))
	var b bytes.Buffer
	w, err := sheet.NewWriter(&b, style, []string{"Name", "Amount", "Day", "When"})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range [][]sheet.Cell{
		{sheet.Text(`=HYPERLINK("x")`), sheet.Number("-1234.567"), sheet.Day(new(calendar.New(2026, 3, 10))), sheet.Moment(&at, zone)},
		{sheet.Text("a; b, \"c\"\nd"), sheet.Number("0"), sheet.Day(nil), sheet.Moment(nil, zone)},
	} {
		if err := w.Row(row); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestCSV(t *testing.T) {
	for point, want := range map[string]string{
		".": "\ufeffName,Amount,Day,When\r\n\"'=HYPERLINK(\"\"x\"\")\",-1234.567,2026-03-10,2026-03-11 00:30\r\n\"a; b, \"\"c\"\"\r\nd\",0,,\r\n",
		",": "\ufeffName;Amount;Day;When\r\n\"'=HYPERLINK(\"\"x\"\")\";-1234,567;2026-03-10;2026-03-11 00:30\r\n\"a; b, \"\"c\"\"\r\nd\";0;;\r\n",
	} {
		got := string(table(t, sheet.Style{Format: sheet.CSV, Name: "Things", Point: point}))
		if got != want {
			t.Errorf("with %q:\n%q\nwant\n%q", point, got, want)
		}
		r := csv.NewReader(strings.NewReader(strings.TrimPrefix(got, "\ufeff")))
		if r.Comma = ','; point == "," {
			r.Comma = ';'
		}
		if records, err := r.ReadAll(); err != nil || len(records) != 3 {
			t.Errorf("read again: %q, %v", records, err)
		}
	}
}

func TestXLSX(t *testing.T) {
	file, err := excelize.OpenReader(bytes.NewReader(table(t, sheet.Style{Format: sheet.XLSX, Name: "Things", Point: ","})))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := file.GetRows("Things")
	if err != nil || len(rows) != 3 {
		t.Fatalf("%q, %v", rows, err)
	}
	for i, want := range []string{`=HYPERLINK("x")`, "-1234.567", "2026-03-10", "2026-03-11 00:30"} {
		if rows[1][i] != want {
			t.Errorf("column %d is %q, want %q", i, rows[1][i], want)
		}
	}
	if formula, err := file.GetCellFormula("Things", "A2"); err != nil || formula != "" {
		t.Errorf("a formula: %q, %v", formula, err)
	}
	if kind, err := file.GetCellType("Things", "B2"); err != nil || kind == excelize.CellTypeInlineString || kind == excelize.CellTypeSharedString {
		t.Errorf("the number is text: %v, %v", kind, err)
	}
}
