package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"craftplan/internal/apptest"
	"craftplan/internal/store"
)

// What a label says follows from the product, the lot and the law; the PDF is made of the same.
func TestLabel(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		c := a.As(t, maya)
		posted(t, c, "/sunrise/products/CAKE-002/stock", url.Values{"quantity": {"3"}, "unit_cost": {"9"}, "lot": {"CAKE-9"}, "expires_on": {"2027-02-03"}})
		us := c.Get("/sunrise/products/CAKE-002/label?lot=CAKE-9&sheet=letter-4&count=4&code=ean&price=yes&law=us")
		said := us.Text("#label-text")
		for _, want := range []string{"Carrot Cake", "Spiced cake with almond cookies", "Contains: wheat, egg, milk, almonds.", "May contain peanuts.", "Keep refrigerated.", "118 Larrabee Street", "Net Wt 22.9 oz (650 g)", "Best if used by Feb 3, 2027", "Lot: CAKE-9", "$32.00", "2000000000107"} {
			if !strings.Contains(said, want) {
				t.Errorf("no %q in %s", want, said)
			}
		}
		if us.Status != http.StatusOK || us.Find("main .note-warn").Length() != 0 || !strings.Contains(us.Text("main"), "about 6 servings per container") {
			t.Errorf("%d, %s", us.Status, us.Text("main .note-warn"))
		}
		eu := c.Get("/sunrise/products/CAKE-002/label?lot=CAKE-9&sheet=a4-4&count=4&code=gs1&law=eu&kind=use&date=2027-01-02")
		said = eu.Text("#label-text")
		for _, want := range []string{"Use by: 2 Jan 2027", "(01)02000000000107(17)270102(10)CAKE-9", "650 g"} {
			if !strings.Contains(said, want) {
				t.Errorf("no %q in %s", want, said)
			}
		}
		if strings.Contains(said, "Contains:") || strings.Contains(said, "$") {
			t.Errorf("a label of the European Union names allergens in its list, and no price was asked for: %s", said)
		}
		for query, pages := range map[string]int{"lot=CAKE-9&sheet=a4-4&count=6&skip=3&law=eu&code=qr": 3, "sheet=100x150&count=2&law=us&code=ean": 2} {
			pdf := c.Get("/sunrise/products/CAKE-002/label.pdf?" + query)
			if pdf.Status != http.StatusOK || pdf.Header.Get("Content-Type") != "application/pdf" || !strings.HasPrefix(pdf.Body, "%PDF-") || strings.Count(pdf.Body, "/Type /Page\n") != pages {
				t.Errorf("%s: %d, %s, %d pages", query, pdf.Status, pdf.Header.Get("Content-Type"), strings.Count(pdf.Body, "/Type /Page\n"))
			}
		}
		if p := a.As(t, vera).Get("/sunrise/products/CAKE-002/label.pdf?sheet=100x150&count=1&law=us"); p.Status != http.StatusOK {
			t.Errorf("a viewer: %d", p.Status)
		}
		if p := a.As(t, jonas).Get("/sunrise/products/CAKE-002/label.pdf"); p.Status != http.StatusNotFound {
			t.Errorf("somebody of another organization: %d", p.Status)
		}
	})
}

func TestLabelRefused(t *testing.T) {
	a := apptest.New(t, store.SQLite)
	c := a.As(t, maya)
	for query, field := range map[string]string{
		"sheet=napkin": "sheet", "sheet=letter-30&law=us": "sheet", "sheet=a4-4&count=0": "count", "sheet=a4-4&count=1001": "count", "sheet=a4-4&skip=4": "skip", "sheet=a4-4&lot=NONE": "lot", "sheet=a4-4&date=soon": "date", "sheet=a4-4&code=rune": "code",
	} {
		for _, path := range []string{"/label?", "/label.pdf?"} {
			if p := c.Get("/sunrise/products/CAKE-001" + path + query); p.Status != http.StatusUnprocessableEntity || p.Find("#f-"+field+"-e").Length() != 1 {
				t.Errorf("%s%s: %d, %q", path, query, p.Status, p.Find(".field-error").Text())
			}
		}
	}
	posted(t, c, "/sunrise/products/CAKE-001", url.Values{"name": {"Chocolate Cake"}, "sku": {"CAKE-001"}, "status": {"active"}, "price": {"44"}, "gtin": {""}})
	if p := c.Get("/sunrise/products/CAKE-001/label?sheet=100x150&code=ean"); !strings.Contains(p.Text("#f-code-e"), "Enter the barcode number") {
		t.Errorf("a barcode without a number: %q", p.Text("#f-code-e"))
	}
	posted(t, c, "/sunrise/products/CAKE-001/food", url.Values{"net": {""}})
	if p := c.Get("/sunrise/products/CAKE-001/label?sheet=100x150"); !strings.Contains(p.Text("main .note-warn"), "what a piece weighs or holds") || strings.Contains(p.Text("main"), "Nutrition Facts") {
		t.Errorf("without a net weight: %s", p.Text("main .note-warn"))
	}
}
