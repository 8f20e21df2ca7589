package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"craftplan/internal/apptest"
)

// A material has up to ten packs and its tags; what is wrong shows beside the row it was typed into, and nothing typed is lost.
func TestTagsAndPacks(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		c := a.As(t, maya)
		form := url.Values{"name": {"Spelt"}, "sku": {"SPELT"}, "unit": {"g"}, "price": {"2"}, "tags": {"Organic, local"}, "maximum": {"1 kg"}, "opening": {"2 kg"}}
		for n := range 10 {
			form.Set(fmt.Sprintf("packs.%d.name", 2*n), fmt.Sprintf("pack %c", 'a'+n))
			form.Set(fmt.Sprintf("packs.%d.quantity", 2*n), fmt.Sprintf("%d kg", n+1))
		}
		form.Set("packs.6.quantity", "many")
		refused := c.Post("/sunrise/materials", form)
		if got := refused.Find("#f-packs-3-quantity"); refused.Status != http.StatusUnprocessableEntity || got.AttrOr("aria-invalid", "") != "true" || got.AttrOr("value", "") != "many" {
			t.Fatalf("a wrong pack: %d, %v", refused.Status, got.AttrOr("value", ""))
		}
		form.Set("packs.6.quantity", "4 kg")
		page := posted(t, c, "/sunrise/materials", form)
		if got := page.Text("section[aria-labelledby=facts]"); !strings.Contains(got, "local, organic") || strings.Count(got, "One pack") != 10 {
			t.Errorf("the material: %q", got)
		}
		if got := page.Text(".page-head .badge"); !strings.Contains(page.Find(".badge").Text(), "Above maximum") {
			t.Errorf("2 kg of 1 kg: %q", got)
		}
		edit := c.Get("/sunrise/materials/SPELT/edit")
		if got := edit.Find("#packs tr").Length(); got != 10 {
			t.Errorf("%d packs to edit", got)
		}
		for _, path := range []string{"?tag=organic", "?state=over"} {
			if p := c.Get("/sunrise/materials" + path); p.Find("#list tbody tr").Length() != 1 || p.Text("#list tbody th .link") != "Spelt" {
				t.Errorf("%s shows %q", path, p.Text("#list tbody"))
			}
		}
		if got := c.Get("/sunrise/exports/materials.csv?tag=local").Body; !strings.Contains(got, `"local, organic"`) || !strings.Contains(got, "above maximum") {
			t.Errorf("the export: %s", got)
		}
	})
}
