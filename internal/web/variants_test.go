package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"craftplan/internal/apptest"
)

// A variant begins with the details and the recipe of the product, and is a product of its own that knows the others.
func TestVariants(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		c := a.As(t, maya)
		bread := "/sunrise/products/BREAD-001"
		form := c.Get(bread + "/variants/new")
		if form.Text("h1") != "New variant of Artisan Bread" || form.Find("#f-price").AttrOr("value", "") != "6.50" || form.Find("#f-name").AttrOr("value", "") != "" || form.Find("[name=family]").Length() != 0 {
			t.Errorf("the form: %q, %q", form.Text("h1"), form.Find("#f-price").AttrOr("value", ""))
		}
		if p := c.Post(bread+"/variants", url.Values{"sku": {"BREAD-L"}, "price": {"dear"}, "status": {"active"}, "notes": {"Ask Sam"}}); p.Status != http.StatusUnprocessableEntity || p.Text("#f-variant-e") == "" || p.Text("#f-price-e") == "" || p.Text("#f-notes") != "Ask Sam" {
			t.Errorf("refused: %d, %q", p.Status, p.Find(".field-error").Text())
		}
		p := c.Post(bread+"/variants", url.Values{"variant": {"large"}, "sku": {"BREAD-L"}, "price": {"9.50"}, "status": {"active"}})
		if p.Location != "/sunrise/products/BREAD-L/recipe?from=BREAD-001" {
			t.Fatalf("%d, leads to %s", p.Status, p.Location)
		}
		recipe := c.Get(p.Location)
		if recipe.Find("#f-components-0-quantity").AttrOr("value", "") == "" {
			t.Error("the recipe does not begin with that of the product")
		}
		large, plain := c.Get("/sunrise/products/BREAD-L"), c.Get(bread)
		if large.Text("h1 .badge-line:last-child") != "large" || large.Find("section[aria-labelledby=variants] a").AttrOr("href", "") != bread || !strings.Contains(plain.Text("section[aria-labelledby=variants]"), "largeBREAD-L, $9.50") {
			t.Errorf("they do not know each other: %q, %q", large.Text("section[aria-labelledby=variants]"), plain.Text("section[aria-labelledby=variants]"))
		}
		if list := c.Get("/sunrise/products?q=bread"); !strings.Contains(list.Text("tbody"), "BREAD-L · large") {
			t.Errorf("the list: %q", list.Text("tbody"))
		}
		if order := c.Get("/sunrise/orders/new"); !strings.Contains(order.Text("#f-lines-0-product"), "Artisan Bread, large") {
			t.Error("orders do not name it")
		}
		edit := c.Get("/sunrise/products/BREAD-L/edit")
		if edit.Find("#f-family").AttrOr("value", "") != "Artisan Bread" || edit.Find("#f-variant").AttrOr("value", "") != "large" {
			t.Errorf("edited as %q of %q", edit.Find("#f-variant").AttrOr("value", ""), edit.Find("#f-family").AttrOr("value", ""))
		}
		if p := c.Get("/sunrise/products/NOBODYS/variants/new"); p.Status != http.StatusNotFound {
			t.Errorf("of no product: %d", p.Status)
		}
	})
}
