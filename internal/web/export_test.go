package web_test

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"craftplan/internal/apptest"
	"craftplan/internal/store"
)

// exportedAs reads a list that was taken away as CSV.
func exportedAs(t *testing.T, c *apptest.Client, address string) [][]string {
	t.Helper()
	p := c.Get(address)
	if p.Status != http.StatusOK || !strings.HasPrefix(p.Header.Get("Content-Type"), "text/csv") || !strings.HasPrefix(p.Header.Get("Content-Disposition"), "attachment; ") {
		t.Fatalf("%s: %d, %v", address, p.Status, p.Header)
	}
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(p.Body, "\ufeff")))
	if strings.Contains(strings.SplitN(p.Body, "\n", 2)[0], ";") {
		r.Comma = ';'
	}
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	return rows
}

// A list is exported with its search and filters, whole, with what nobody's spreadsheet runs.
func TestExport(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		c := a.As(t, maya)
		posted(t, c, "/sunrise/materials", url.Values{"name": {"=HYPERLINK(\"http://x\")"}, "sku": {"EVIL"}, "unit": {"g"}, "price": {"2.50"}, "category": {"Odd"}, "opening": {"1.5 kg"}, "minimum": {"2 kg"}, "lot": {"E1"}})
		posted(t, c, "/sunrise/materials", url.Values{"name": {"Other"}, "sku": {"OTHER"}, "unit": {"pcs"}, "price": {"1"}})
		list := c.Get("/sunrise/materials?category=Odd&state=low")
		href, _ := list.Find(".panel-foot a[download]").Attr("href")
		if !strings.HasPrefix(href, "/sunrise/exports/materials.csv?") {
			t.Fatalf("the list offers %q", href)
		}
		rows := exportedAs(t, c, href)
		want := []string{"EVIL", "'=HYPERLINK(\"http://x\")", "Odd", "kg", "2.50", "2", "", "1.5", "0", "1", "", "below minimum", ""}
		if len(rows) != 2 || strings.Join(rows[1], "|") != strings.Join(want, "|") {
			t.Errorf("exported %q, want %q", rows, want)
		}
		if rows := exportedAs(t, c, "/sunrise/exports/materials.csv?q=other&page=7"); len(rows) != 2 || rows[1][0] != "OTHER" {
			t.Errorf("searched: %q", rows)
		}
		if rows := exportedAs(t, c, "/sunrise/exports/movements.csv?q=E1"); len(rows) != 2 || strings.Join(rows[1][2:11], "|") != "Opening stock|material|EVIL|'=HYPERLINK(\"http://x\")|E1|Main|1.5|kg|3.75" {
			t.Errorf("movements: %q", rows)
		}
		p := c.Get("/sunrise/exports/materials.xlsx?category=Odd")
		book, err := excelize.OpenReader(strings.NewReader(p.Body))
		if err != nil {
			t.Fatalf("%v, %v", err, p.Header)
		}
		cells, err := book.GetRows("materials")
		if err != nil || len(cells) != 2 || cells[1][1] != "=HYPERLINK(\"http://x\")" || cells[1][7] != "1.5" {
			t.Errorf("workbook: %q, %v", cells, err)
		}
	})
}

// Every list can be taken away in each format, by a viewer too; what things cost is left out for who sees none.
func TestExportsLeaveCostsOut(t *testing.T) {
	a := apptest.New(t, store.SQLite)
	maya, vera := a.As(t, maya), a.As(t, "vera@sunrise.example")
	lists := []string{"customers", "materials", "lots", "movements", "counts", "products", "recipes", "orders", "batches", "margins"}
	costs := map[string]int{"materials": 1, "lots": 2, "movements": 1, "counts": 1, "products": 1, "batches": 1}
	width := map[string]int{}
	for _, l := range lists {
		rows := exportedAs(t, maya, "/sunrise/exports/"+l+".csv")
		if width[l] = len(rows[0]); len(rows) < 2 {
			t.Errorf("%s: no rows", l)
		}
		if rows := exportedAs(t, vera, "/sunrise/exports/"+l+".csv"); len(rows) < 2 {
			t.Errorf("%s of a viewer: no rows", l)
		}
		if p := maya.Get("/sunrise/exports/" + l + ".xlsx"); p.Status != http.StatusOK || !strings.HasPrefix(p.Body, "PK") {
			t.Errorf("%s as a workbook: %d", l, p.Status)
		}
	}
	action, _ := maya.Get("/sunrise/settings/members").Find("tr:contains('vera@sunrise.example') form[action$='/costs']").Attr("action")
	posted(t, maya, action, url.Values{"costs": {"hidden"}})
	for _, l := range lists[:len(lists)-1] {
		if rows := exportedAs(t, vera, "/sunrise/exports/"+l+".csv"); len(rows[0]) != width[l]-costs[l] {
			t.Errorf("%s without costs: %q", l, rows[0])
		}
	}
	if p := vera.Get("/sunrise/exports/margins.csv"); p.Status != http.StatusForbidden {
		t.Errorf("margins without costs: %d", p.Status)
	}
}

// Where a comma is the decimal sign, spreadsheets expect it, and semicolons between columns.
func TestExportInALocale(t *testing.T) {
	a := apptest.New(t, store.SQLite)
	c := a.As(t, maya)
	posted(t, c, "/sunrise/materials", url.Values{"name": {"Oil"}, "sku": {"OIL-9"}, "unit": {"ml"}, "price": {"2.50"}, "opening": {"1.25 l"}})
	posted(t, c, "/sunrise/settings/organization", url.Values{"organization": {"Sunrise"}, "slug": {"sunrise"}, "time_zone": {"America/Chicago"}, "locale": {"de-DE"}, "brand_color": {"#f59e0b"}})
	p := c.Get("/sunrise/exports/materials.csv?q=OIL-9")
	if line := strings.Split(p.Body, "\r\n")[1]; !strings.HasPrefix(line, "OIL-9;Oil;;l;2,50;;;1,25;0;1;") {
		t.Errorf("in German: %q", line)
	}
}

// What settings list is taken away as other lists are, by who may open the page.
func TestExportsOfSettings(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		c := a.As(t, maya)
		posted(t, c, "/sunrise/containers", url.Values{"name": {"Blue tub"}, "tare": {"450 g"}})
		c.Post("/sunrise/settings/members/invitations", url.Values{"emails": {"nell@oven.example"}, "role": {"staff"}})
		c.Post("/sunrise/settings/keys", url.Values{"name": {"Web shop"}, "scopes": {"orders:write"}})
		for page, want := range map[string][2]string{
			"/sunrise/containers":       {"containers", "Blue tub|0.45"},
			"/sunrise/settings/members": {"members", "Vera Costa|vera@sunrise.example|Viewer|yes|active|no"},
			"/sunrise/settings/keys":    {"keys", "Web shop|"},
			"/sunrise/settings/mail":    {"mails", "nell@oven.example|Invitation"},
		} {
			href, _ := c.Get(page).Find(".panel-foot a[download]").Attr("href")
			if !strings.HasPrefix(href, "/sunrise/exports/"+want[0]+".csv") {
				t.Fatalf("%s offers %q", page, href)
			}
			found := ""
			for _, row := range exportedAs(t, c, href) {
				found += strings.Join(row, "|") + "\n"
			}
			if !strings.Contains(found, want[1]) {
				t.Errorf("%s: %s", href, found)
			}
		}
		for _, name := range []string{"members", "keys", "mails"} {
			if p := a.As(t, vera).Get("/sunrise/exports/" + name + ".csv"); p.Status != http.StatusForbidden {
				t.Errorf("a viewer takes %s: %d", name, p.Status)
			}
		}
	})
}
