package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"craftplan/internal/apptest"
	"craftplan/internal/store"
)

// ordered is a confirmed order of a product of the bakery for today, and its path.
func ordered(t *testing.T, c *apptest.Client, product, pieces string) string {
	t.Helper()
	var id string
	form := c.Get("/sunrise/orders/new")
	form.Find("#f-lines-0-product option").EachWithBreak(func(_ int, s *goquery.Selection) bool {
		id = s.AttrOr("value", "")
		return !strings.Contains(s.Text(), product)
	})
	page := posted(t, c, "/sunrise/orders", url.Values{"customer": {"CU-0001"}, "delivery_at": {today(t) + "T23:00"}, "fulfilment": {"pickup"}, "lines.0.product": {id}, "lines.0.quantity": {pieces}})
	path := "/sunrise/orders/" + page.Text("h1")[:12]
	posted(t, c, path+"/statuses/confirmed", nil)
	return path
}

// Pieces that no batch made are added, corrected, set aside for an order from the overview, and delivered; the pages tell.
func TestProductStock(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		c := a.As(t, maya)
		posted(t, c, "/sunrise/products", url.Values{"name": {"Spelt Loaf"}, "sku": {"SPELT"}, "status": {"active"}, "price": {"6"}, "shelf_life": {"4"}})
		stock := "/sunrise/products/SPELT/stock"
		posted(t, c, stock, url.Values{"quantity": {"10"}, "unit_cost": {"2.50"}, "lot": {"S-1"}, "reason": {"from the market"}})
		posted(t, c, "/sunrise/products/SPELT/corrections", url.Values{"direction": {"waste"}, "quantity": {"2"}, "reason": {"squashed"}})
		page := posted(t, c, "/sunrise/products/SPELT/corrections", url.Values{"direction": {"more"}, "quantity": {"1"}, "reason": {"found"}})
		if page.Text("#on-hand") != "9 pcs" || page.Text("#free") != "9 pcs" {
			t.Errorf("on hand %q, free %q", page.Text("#on-hand"), page.Text("#free"))
		}
		order := ordered(t, c, "Spelt Loaf", "4")
		overview := c.Get("/sunrise/?day=" + today(t))
		if !strings.Contains(overview.Text(".panel-make"), "4 free in stock") {
			t.Errorf("the overview does not tell: %s", overview.Text(".panel-make"))
		}
		posted(t, c, "/sunrise/reservations", url.Values{"sku": {"SPELT"}, "day": {today(t)}})
		if got := c.Get(order).Text("h1"); !strings.Contains(got, "Ready") {
			t.Errorf("the order is %q", got)
		}
		if p := posted(t, c, "/sunrise/reservations", url.Values{"sku": {"SPELT"}, "day": {today(t)}}); !strings.Contains(p.Text("#toasts"), "No Spelt Loaf is free") {
			t.Errorf("set aside twice: %q", p.Text("#toasts"))
		}
		if p := posted(t, c, order+"/statuses/delivered", nil); !strings.Contains(p.Text("section[aria-labelledby=shipped]"), "S-1") {
			t.Errorf("delivered from %q", p.Text("section[aria-labelledby=shipped]"))
		}
		if page = c.Get(stock); page.Text("#on-hand") != "5 pcs" || !strings.Contains(page.Text("section[aria-labelledby=movements]"), "Delivered") {
			t.Errorf("on hand %q: %s", page.Text("#on-hand"), page.Text("section[aria-labelledby=movements]"))
		}
		if p := c.Post(stock, url.Values{"quantity": {"some"}, "unit_cost": {"dear"}, "lot": {"S-9"}}); p.Status != http.StatusUnprocessableEntity || p.Find("#add .field-error").Length() != 2 {
			t.Errorf("nonsense: %d, %q", p.Status, p.Find(".field-error").Text())
		} else if got, _ := p.Find("#add [name=lot]").Attr("value"); got != "S-9" {
			t.Errorf("what was typed is lost: %q", got)
		}
	})
}

// An order that the stock does not cover stays; what is expired goes for a reason.
func TestDeliverShort(t *testing.T) {
	a := apptest.New(t, store.SQLite)
	c := a.As(t, maya)
	posted(t, c, "/sunrise/products", url.Values{"name": {"Spelt Loaf"}, "sku": {"SPELT"}, "status": {"active"}, "price": {"6"}})
	order := ordered(t, c, "Spelt Loaf", "4")
	posted(t, c, order+"/statuses/ready", nil)
	p := c.Post(order+"/statuses/delivered", nil)
	if p.Status != http.StatusConflict || !strings.Contains(p.Text("#shortages"), "Spelt Loaf: 4 pcs needed, 0 pcs there") || p.Find("#shortages form").Length() != 0 {
		t.Errorf("nothing there: %d, %q", p.Status, p.Text("#shortages"))
	}
	yesterday := time.Now().AddDate(0, 0, -3).Format("2006-01-02")
	posted(t, c, "/sunrise/products/SPELT/stock", url.Values{"quantity": {"4"}, "unit_cost": {"2.50"}, "expires_on": {yesterday}, "lot": {"OLD"}})
	if p = c.Post(order+"/statuses/delivered", nil); p.Status != http.StatusConflict || !strings.Contains(p.Text("#shortages"), "4 pcs expired or held") {
		t.Errorf("expired: %d, %q", p.Status, p.Text("#shortages"))
	}
	action, _ := p.Find("#shortages form").Attr("action")
	if p = posted(t, c, action, url.Values{"override": {"for the pigs"}}); !strings.Contains(p.Text("h1"), "Delivered") {
		t.Errorf("with a reason: %q", p.Text("h1"))
	}
	if got := c.Get("/sunrise/lots/OLD").Text("section[aria-labelledby=history]"); !strings.Contains(got, "for the pigs") {
		t.Errorf("the lot's history does not tell why: %s", got)
	}
}

// A batch is completed with the lots that were really used, in the amounts that were really taken.
func TestCompleteWithOtherLots(t *testing.T) {
	a := apptest.New(t, store.SQLite)
	c := a.As(t, maya)
	posted(t, c, "/sunrise/materials", url.Values{"name": {"Spelt"}, "sku": {"SP"}, "unit": {"g"}, "price": {"3"}, "opening": {"5 kg"}, "lot": {"SP-1"}})
	received(t, c, "SP", url.Values{"quantity": {"5 kg"}, "unit_cost": {"4"}, "lot": {"SP-2"}})
	posted(t, c, "/sunrise/products", url.Values{"name": {"Spelt Loaf"}, "sku": {"SPELT"}, "status": {"active"}, "price": {"6"}})
	material := ""
	c.Get("/sunrise/products/SPELT/recipe").Find("#f-components-0-item option").EachWithBreak(func(_ int, s *goquery.Selection) bool {
		material = s.AttrOr("value", "")
		return !strings.HasPrefix(s.Text(), "Spelt") || strings.Contains(s.Text(), "Loaf")
	})
	posted(t, c, "/sunrise/products/SPELT/recipe", url.Values{"yield": {"1"}, "components.0.item": {material}, "components.0.quantity": {"500 g"}})
	ordered(t, c, "Spelt Loaf", "4")
	batch := c.Post("/sunrise/batches", url.Values{"sku": {"SPELT"}, "day": {today(t)}}).Location
	page := posted(t, c, batch+"/start", nil)
	second, _ := page.Find("details input[aria-label], details input").FilterFunction(func(_ int, s *goquery.Selection) bool { return strings.HasPrefix(s.AttrOr("name", ""), "lots.") }).Last().Attr("name")
	if p := c.Post(batch+"/completion", url.Values{"produced": {"4"}, "scrap": {"0"}, second: {"6 kg"}}); p.Status != http.StatusUnprocessableEntity || p.Text("details .field-error") != "The lot has less than that." {
		t.Errorf("more than the lot has: %d, %q", p.Status, p.Find(".field-error").Text())
	}
	if p := c.Post(batch+"/completion", url.Values{"produced": {"4"}, "scrap": {"0"}, second: {"2 l"}}); p.Status != http.StatusUnprocessableEntity || p.Find("details .field-error").Length() != 1 {
		t.Errorf("litres of spelt: %d, %q", p.Status, p.Find(".field-error").Text())
	}
	page = posted(t, c, batch+"/completion", url.Values{"produced": {"4"}, "scrap": {"0"}, second: {"2.2 kg"}})
	if got := page.Text("section[aria-labelledby=consumed]"); !strings.Contains(got, "SP-22.2 kg$8.80") || strings.Contains(got, "SP-1") {
		t.Errorf("taken: %s", got)
	}
	if got := c.Get("/sunrise/lots/SP-2").Text("#on-hand"); got != "2.8 kg" {
		t.Errorf("the lot has %q", got)
	}
}
