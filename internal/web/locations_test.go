package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"craftplan/internal/apptest"
)

// With one location nothing is said about it; with two, a lot tells where it stands, moves, and is taken back.
func TestLocations(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		c := a.As(t, maya)
		lot := received(t, c, "FLOUR-001", url.Values{"quantity": {"10 kg"}, "unit_cost": {"2"}, "lot": {"L1"}})
		for _, path := range []string{lot, "/sunrise/materials/FLOUR-001", "/sunrise/products/BREAD-001/stock"} {
			if p := c.Get(path); p.Find("#places, #move, select[name=location]").Length() > 0 {
				t.Errorf("%s speaks of locations", path)
			}
		}
		page := posted(t, c, "/sunrise/settings/locations", url.Values{"name": {"Cellar"}})
		options := page.Find("#f-receives option")
		if options.Length() != 2 {
			t.Fatalf("%d places to receive at", options.Length())
		}
		first, _ := options.Eq(0).Attr("value")
		cellar, _ := options.Eq(1).Attr("value")
		posted(t, c, "/sunrise/settings/locations/defaults", url.Values{"receives": {cellar}, "produces": {first}})
		if got, _ := c.Get("/sunrise/materials/FLOUR-001").Find("#f-receive-place option[selected]").Attr("value"); got != cellar {
			t.Errorf("what is received goes to %q", got)
		}
		page = posted(t, c, lot+"/moves", url.Values{"from": {first}, "to": {cellar}, "quantity": {"4 kg"}})
		if got := page.Text("section[aria-labelledby=places] dl"); got != "Main6 kgCellar4 kg" {
			t.Errorf("it stands at %q", got)
		}
		if got := c.Get("/sunrise/materials/FLOUR-001").Text("section[aria-labelledby=lots]"); !strings.Contains(got, "6 kg Main, 4 kg Cellar") {
			t.Errorf("the material's lots: %q", got)
		}
		if p := c.Post(lot+"/moves", url.Values{"from": {first}, "to": {cellar}, "quantity": {"7 kg"}}); p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Text("#move .field-error"), "6 kg") {
			t.Errorf("more than is there: %d, %q", p.Status, p.Text("#move .field-error"))
		}
		if p := c.Post(lot+"/waste", url.Values{"location": {cellar}, "quantity": {"5 kg"}, "reason": {"mice"}}); p.Status != http.StatusUnprocessableEntity {
			t.Errorf("5 of 4 kg at the cellar: %d", p.Status)
		}
		page = posted(t, c, lot+"/waste", url.Values{"location": {cellar}, "quantity": {"1 kg"}, "reason": {"mice"}})
		if got := page.Text("section[aria-labelledby=places] dl"); got != "Main6 kgCellar3 kg" {
			t.Errorf("after mice it stands at %q", got)
		}
		if p := c.Post("/sunrise/settings/locations/"+cellar+"/archive", nil); p.Status != http.StatusSeeOther {
			t.Errorf("archived while stock goes there: %d", p.Status)
		}
		if got := c.Get("/sunrise/settings/locations").Find("#toasts, tbody tr").Text(); !strings.Contains(got, "Stock goes to Cellar by itself") {
			t.Errorf("and is told %q", got)
		}
		if p := c.Post("/sunrise/settings/locations", url.Values{"name": {"main"}}); p.Status != http.StatusUnprocessableEntity || p.Find("#add .field-error").Length() != 1 {
			t.Errorf("the same name: %d", p.Status)
		}
	})
}
