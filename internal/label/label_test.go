package label

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func cake() Label {
	return Label{Name: "Crème brûlée à l’Œuf", Food: "Spiced cake with almond cookies", Ingredients: []Run{{"Ingredients: ", false}, {"wheat", true}, {" flour, sugar, ", false}, {"eggs", true}, {", almond cookies (", false}, {"wheat", true}, {" flour, ", false}, {"almonds", true}, {", sugar, butter (", false}, {"milk", true}, {"), ", false}, {"eggs", true}, {"), cinnamon.", false}},
		Statements: []string{"May contain peanuts."}, Net: "650 g", Dates: []string{"Best before: 30 Nov 2026", "Lot: CAKE-1"}, Storage: "Keep refrigerated.", Producer: "Sunrise Bakery", Address: "118 Larrabee Street\nChicago, IL 60611", Accent: "#F59E0B",
		Facts: &Facts{Title: "Nutrition declaration", Columns: []string{"Per 100 g", "Per slice (110 g)"}, Lines: []Fact{{"Energy", 0, []string{"1,810 kJ / 433 kcal", "1,991 kJ / 476 kcal"}, "", false}, {"Fat", 0, []string{"19 g", "21 g"}, "", false}, {"of which saturates", 1, []string{"9.3 g", "10 g"}, "", false}, {"Carbohydrate", 0, []string{"57 g", "62 g"}, "", false},
			{"of which sugars", 1, []string{"28 g", "31 g"}, "", false}, {"Fibre", 0, []string{"2.2 g", "2.4 g"}, "", false}, {"Protein", 0, []string{"8.3 g", "9.2 g"}, "", false}, {"Salt", 0, []string{"0.10 g", "0.11 g"}, "", false}}},
		Code: Code{EAN, "2000000000107", "2000000000107"}}
}

func paper(t *testing.T, id string) Sheet {
	t.Helper()
	s, ok := SheetOf(id)
	if !ok {
		t.Fatalf("no sheet %s", id)
	}
	return s
}

// Labels stay on their paper, and do not cover one another.
func TestSheets(t *testing.T) {
	for _, s := range Sheets {
		right, bottom := s.Left+float64(s.Columns-1)*s.AcrossX+s.LabelW, s.Top+float64(s.Rows-1)*s.DownY+s.LabelH
		if right > s.Width+0.01 || bottom > s.Height+0.01 || s.AcrossX+0.01 < s.LabelW && s.Columns > 1 || s.DownY+0.01 < s.LabelH && s.Rows > 1 {
			t.Errorf("%s: to %.2f of %.2f, and to %.2f of %.2f", s.Paper, right, s.Width, bottom, s.Height)
		}
	}
}

func TestPDF(t *testing.T) {
	var logo bytes.Buffer
	if err := png.Encode(&logo, image.NewNRGBA(image.Rect(0, 0, 60, 30))); err != nil {
		t.Fatal(err)
	}
	l := cake()
	l.Logo = logo.Bytes()
	for _, c := range []struct {
		paper       string
		count, skip int
		pages       int
	}{{"a4-8", 1, 0, 1}, {"a4-8", 8, 0, 1}, {"a4-8", 8, 1, 2}, {"a4-4", 9, 3, 3}, {"100x150", 3, 0, 3}, {"letter-6", 12, 0, 2}, {"62x100", 1, 0, 1}} {
		j := Job{Label: l, Sheet: paper(t, c.paper), Count: c.count, Skip: c.skip, Title: "Cake", At: time.Unix(0, 0).UTC()}
		out, err := j.PDF()
		if err != nil {
			t.Errorf("%s: %v", c.paper, err)
			continue
		}
		if n := bytes.Count(out, []byte("/Type /Page\n")); n != c.pages || !bytes.HasPrefix(out, []byte("%PDF-")) {
			t.Errorf("%d labels from %d on %s are %d pages", c.count, c.skip, c.paper, n)
		}
		again, err := j.PDF()
		if err != nil || !bytes.Equal(out, again) {
			t.Errorf("%s: made again it is another, %v", c.paper, err)
		}
	}
}

func TestTooMuch(t *testing.T) {
	for _, id := range []string{"57x32", "letter-30"} {
		j := Job{Label: cake(), Sheet: paper(t, id), Count: 1}
		if err := j.Fits(); !errors.Is(err, ErrTooMuch) {
			t.Errorf("%s: %v", id, err)
		}
		if _, err := j.PDF(); !errors.Is(err, ErrTooMuch) {
			t.Errorf("%s, PDF: %v", id, err)
		}
		small := Job{Label: Label{Name: "Cake", Net: "650 g", Dates: []string{"Lot: 1"}}, Sheet: paper(t, id), Count: 1}
		if err := small.Fits(); err != nil {
			t.Errorf("a few words on %s: %v", id, err)
		}
	}
}

// Whatever a label says, what is drawn ends where measuring said, within the label.
func TestDrawsWhatItMeasured(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := cake()
		words := rapid.SliceOfN(rapid.StringMatching(`[a-zäé]{1,14}`), 0, 60).Draw(t, "words")
		l.Ingredients = nil
		for i, w := range words {
			l.Ingredients = append(l.Ingredients, Run{w + rapid.SampledFrom([]string{" ", ", ", ""}).Draw(t, "after"), i%3 == 0})
		}
		if rapid.Bool().Draw(t, "plain") {
			l.Facts = nil
		}
		j := Job{Label: l, Sheet: rapid.SampledFrom(Sheets).Draw(t, "sheet"), Count: 1}
		pdf := newPDF(j.Sheet)
		pdf.AddPage()
		code, err := j.Code.prepare()
		if err != nil {
			t.Fatal(err)
		}
		size, err := j.fit(pdf, code)
		if errors.Is(err, ErrTooMuch) {
			return
		}
		if bottom := j.draw(pdf, code, 0, 0, size, false); bottom > j.LabelH-margin+0.01 || pdf.Err() {
			t.Fatalf("to %.2f of %.2f mm with letters of %.1f points: %v", bottom, j.LabelH, size, pdf.Error())
		}
	})
}

func TestCodes(t *testing.T) {
	for _, c := range []struct {
		code Code
		fine bool
	}{
		{Code{EAN, "4006381333931", ""}, true}, {Code{EAN, "036000291452", ""}, true}, {Code{EAN, "96385074", ""}, true}, {Code{EAN, "4006381333932", ""}, false}, {Code{EAN, "x", ""}, false},
		{Code{GS1, FNC1 + "0104006381333931" + "15261130" + "10LOT-1", ""}, true}, {Code{QR, "https://craftplan.example/sunrise/lots/LOT-1", ""}, true}, {Code{QR, strings.Repeat("x", 5000), ""}, false}, {Code{}, true}, {Code{Kind: "stamp"}, false},
	} {
		_, err := c.code.prepare()
		if (err == nil) != c.fine {
			t.Errorf("%s of %q: %v", c.code.Kind, c.code.Text, err)
		}
	}
	if dark(color.White) || !dark(color.Black) {
		t.Error("light is dark")
	}
}

func TestShows(t *testing.T) {
	for _, r := range "AzÄßłøŐőŘřŞşŻżŧÞαЖ€½%'’–×" {
		if !Shows(r) {
			t.Errorf("%c cannot be shown", r)
		}
	}
	if Shows('漢') || printable("漢字 café\u00a0\u202fa\x00") != "?? café  a" {
		t.Errorf("%q", printable("漢字 café\u00a0\u202fa\x00"))
	}
}
