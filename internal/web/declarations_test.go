package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"craftplan/internal/apptest"
)

// fieldOf is the name of the field in the row that a form's table has for something.
func fieldOf(t *testing.T, p *apptest.Page, row, control string) string {
	t.Helper()
	found := p.Find("main form tbody tr").FilterFunction(func(_ int, s *goquery.Selection) bool {
		return strings.HasPrefix(strings.Join(strings.Fields(s.Find("th").Text()), " "), row)
	}).First().Find(control)
	name, ok := found.Attr("name")
	if !ok {
		t.Fatalf("no %s of %s", control, row)
	}
	return name
}

func TestDeclaration(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		c := a.As(t, maya)
		posted(t, c, "/sunrise/materials", url.Values{"name": {"Praline"}, "sku": {"PRALINE"}, "unit": {"g"}, "price": {"9"}})
		if got := c.Get("/sunrise/materials/PRALINE").Text("section[aria-labelledby=food]"); !strings.Contains(got, "Nothing was said yet") {
			t.Errorf("before: %s", got)
		}
		form := c.Get("/sunrise/materials/PRALINE/food")
		v := url.Values{"name": {"hazelnut praline"}, "ingredients": {"hazelnuts, sugar"}, "basis": {"g"}, "checked": {"yes"}}
		v.Set(fieldOf(t, form, "Nuts", "select"), "contains")
		v.Set(fieldOf(t, form, "Milk", "select"), "traces")
		v.Set(fieldOf(t, form, "Fat", "input"), "35")
		v.Set(fieldOf(t, form, "of which saturates", "input"), "36")
		v.Set(fieldOf(t, form, "Salt", "input"), "sodium 40 mg")
		p := c.Post("/sunrise/materials/PRALINE/food", v)
		if p.Status != http.StatusUnprocessableEntity || p.Find(".field-error").Length() != 2 || !strings.Contains(p.Text(".field-error"), "Say which: almonds") {
			t.Errorf("refused: %d, %q", p.Status, p.Find(".field-error").Text())
		}
		if got := p.Find("[name='"+fieldOf(t, form, "Salt", "input")+"']").AttrOr("value", ""); got != "sodium 40 mg" {
			t.Errorf("what was typed is lost: %q", got)
		}
		if got := p.Find("[name='"+fieldOf(t, form, "Nuts", "select")+"'] option[selected]").AttrOr("value", ""); got != "contains" {
			t.Errorf("what was chosen is lost: %q", got)
		}
		v.Set(fieldOf(t, form, "Nuts", "input"), "hazelnuts")
		v.Set(fieldOf(t, form, "of which saturates", "input"), "0")
		panel := posted(t, c, "/sunrise/materials/PRALINE/food", v).Text("section[aria-labelledby=food]")
		for _, want := range []string{"Nuts (hazelnuts)", "May containMilk", "Salt0.1 g", "of which saturates0 g", "Not knownEnergy (kJ), Energy (kcal), Carbohydrate, Sugars, Protein"} {
			if !strings.Contains(strings.ReplaceAll(panel, " ", ""), strings.ReplaceAll(want, " ", "")) {
				t.Errorf("no %q in %s", want, panel)
			}
		}
		again := c.Get("/sunrise/materials/PRALINE/food")
		if got := again.Find("[name='"+fieldOf(t, form, "Salt", "input")+"']").AttrOr("value", ""); got != "0.1" || again.Find("#f-checked[checked]").Length() != 1 {
			t.Errorf("salt is offered as %q", got)
		}
		if viewer := a.As(t, vera).Get("/sunrise/materials/PRALINE"); viewer.Find("a[href$='/food']").Length() != 0 || !strings.Contains(viewer.Text("main"), "hazelnuts") {
			t.Error("a viewer is not shown what is in it, or is offered to change it")
		}
	})
}
