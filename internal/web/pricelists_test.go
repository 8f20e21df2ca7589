package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"craftplan/internal/apptest"
)

// A group is made, a list is written, a customer joins, and their orders say what they pay and why.
func TestPriceLists(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		c := a.As(t, maya)
		page := posted(t, c, "/sunrise/customer-groups", url.Values{"name": {"Cafés"}})
		if got := page.Text("section[aria-labelledby=groups] .row-title"); got != "Cafés" {
			t.Fatalf("groups: %q", got)
		}
		form := c.Get("/sunrise/price-lists/new")
		group := form.Find("#f-group option").Eq(1).AttrOr("value", "")
		product := form.Find("#f-rows-0-product option").Eq(1).AttrOr("value", "")
		list := url.Values{"name": {"Cafés 2026"}, "group": {group}, "discount": {"10"}, "rows.0.product": {product}, "rows.0.price": {"3"}, "rows.2.product": {product}, "rows.2.minimum": {"20"}, "rows.2.price": {"2.5"}}

		wrong := url.Values{"name": {"Cafés 2026"}, "group": {group}, "valid_from": {"2026-05-01"}, "valid_until": {"2026-04-01"}, "rows.0.price": {"x"}}
		refused := c.Post("/sunrise/price-lists", wrong)
		if refused.Status != http.StatusUnprocessableEntity || refused.Find("#f-valid_until").AttrOr("aria-invalid", "") != "true" || refused.Find("#f-rows-0-price").AttrOr("value", "") != "x" {
			t.Errorf("a wrong list: %d", refused.Status)
		}
		page = posted(t, c, "/sunrise/price-lists", list)
		if got := page.Find("tbody tr").Length(); got != 2 {
			t.Errorf("the list has %d rows", got)
		}
		again := url.Values{"name": {"Other"}, "group": {group}, "discount": {"5"}}
		if p := c.Post("/sunrise/price-lists", again); p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Text(".field-error"), "is valid then too") {
			t.Errorf("two lists at once: %d %q", p.Status, p.Text(".field-error"))
		}

		page = posted(t, c, "/sunrise/customers", url.Values{"kind": {"company"}, "name": {"Corner Café"}, "group": {group}})
		if got := page.Text("section[aria-labelledby=contact]"); !strings.Contains(got, "Cafés") {
			t.Errorf("the customer: %q", got)
		}
		customer := ""
		c.Get("/sunrise/orders/new").Find("#f-customer option").Each(func(_ int, o *goquery.Selection) {
			if o.Text() == "Corner Café" {
				customer = o.AttrOr("value", "")
			}
		})
		order := url.Values{"customer": {customer}, "delivery_at": {"2026-03-12T09:00"}, "fulfilment": {"pickup"}, "lines.0.product": {product}, "lines.0.quantity": {"19"}, "lines.1.product": {product}, "lines.1.quantity": {"20"},
			"lines.2.product": {product}, "lines.2.quantity": {"1"}, "lines.2.price": {"9"}}
		totals := c.Post("/sunrise/orders/totals", order)
		for id, want := range map[string]string{"f-lines-0-origin": "$3.00, Cafés 2026", "f-lines-1-origin": "$2.50, Cafés 2026, from 20", "f-lines-2-origin": ""} {
			if got := totals.Text("#" + id); got != want {
				t.Errorf("%s while typing: %q, want %q", id, got, want)
			}
		}
		made := posted(t, c, "/sunrise/orders", order)
		if got := made.Text("section[aria-labelledby=lines] tbody"); !strings.Contains(got, "$2.50Cafés 2026") || !strings.Contains(got, "$9.00typed") {
			t.Errorf("the order: %q", got)
		}
		if got := c.Get("/sunrise/exports/price-lists.csv").Body; !strings.Contains(got, "Cafés 2026,Cafés,") {
			t.Errorf("the export: %s", got)
		}
	})
}

// Everybody is offered what they may: a viewer nothing, staff no archiving.
func TestPriceListsOffer(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		shown := a.As(t, maya).Get("/sunrise/price-lists").Find("th a[href^='/sunrise/price-lists/']").AttrOr("href", "")
		for who, offers := range map[string]struct{ add, edit, archive, remove bool }{maya: {true, true, true, true}, sam: {add: true, edit: true}, vera: {}} {
			c := a.As(t, who)
			lists, list := c.Get("/sunrise/price-lists"), c.Get(shown)
			for what, is := range map[string][2]bool{
				"add":     {offers.add, lists.Find("a[href$='/price-lists/new']").Length() > 0},
				"remove":  {offers.remove, lists.Find("dialog[id^=remove-]").Length() > 0},
				"edit":    {offers.edit, list.Find("a[href$='/edit']").Length() > 0},
				"archive": {offers.archive, list.Find("dialog#archive").Length() > 0},
			} {
				if is[0] != is[1] {
					t.Errorf("%s is offered to %s: %t", what, who, is[1])
				}
			}
		}
	})
}
