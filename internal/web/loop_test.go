package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"craftplan/internal/apptest"
	"craftplan/internal/store"
)

// posted sends a form that must go through and returns the page it leads to.
func posted(t *testing.T, c *apptest.Client, path string, form url.Values) *apptest.Page {
	t.Helper()
	p := c.Post(path, form)
	if p.Status != http.StatusSeeOther {
		t.Fatalf("%s: %d, %s", path, p.Status, p.Text("[role=alert]"))
	}
	return c.Get(p.Location)
}

func today(t *testing.T) string {
	t.Helper()
	zone, err := time.LoadLocation("America/Chicago")
	if err != nil {
		t.Fatal(err)
	}
	return time.Now().In(zone).Format("2006-01-02")
}

// A maker's whole day through the forms, as a browser without scripts sends them.
func TestTheWholeDay(t *testing.T) {
	apptest.EachMailing(t, func(t *testing.T, a *apptest.App) {
		c := a.Anonymous(t)
		a.SignUp(c, registration("Oven & Co", "oven", "rosa@oven.example"))
		posted(t, c, "/oven/settings/costs", url.Values{"labor_hourly_rate": {"18"}, "overhead_rate": {"10"}, "retail_markup": {"percent"}, "retail_value": {"35"}, "retail_ending": {".99"}, "wholesale_markup": {"fixed"}, "wholesale_value": {"1"}, "wholesale_ending": {"none"}})
		posted(t, c, "/oven/settings", url.Values{"tax_mode": {"exclusive"}, "tax_rate": {"10"}})
		posted(t, c, "/oven/materials", url.Values{"name": {"Flour"}, "sku": {"FLOUR"}, "unit": {"g"}, "price": {"2.00"}, "opening": {"10 kg"}})
		posted(t, c, "/oven/products", url.Values{"name": {"Bread"}, "sku": {"BREAD"}, "status": {"active"}, "price": {"5"}})
		flour, _ := c.Get("/oven/products/BREAD/recipe").Find("#f-components-0-item option[value^='m:']").Last().Attr("value")

		recipe := url.Values{"yield": {"2"}, "components.0.item": {flour}, "components.0.quantity": {"1 kg"}, "components.0.waste": {"5"}, "components.0.note": {"Sift it"}, "notes": {"Rest it overnight"}, "steps.0.name": {"Bake"}, "steps.0.minutes": {"10"}, "steps.0.units": {"2"}}
		// 1.05 kg at 2.00 and ten minutes at 18.00 make two: 1.05 + 1.50, and 10 % of it.
		if p := c.Post("/oven/products/BREAD/recipe/cost", recipe); p.Text("#unit-cost") != "$2.81" {
			t.Errorf("live cost %q", p.Text("#unit-cost"))
		}
		if p := posted(t, c, "/oven/products/BREAD/recipe", recipe); p.Text("#unit-cost") != "$2.81" {
			t.Errorf("cost %q", p.Text("#unit-cost"))
		}

		posted(t, c, "/oven/customers", url.Values{"kind": {"company"}, "name": {"Corner Café"}})
		bread, _ := c.Get("/oven/orders/new").Find("#f-lines-0-product option").Last().Attr("value")
		order := posted(t, c, "/oven/orders", url.Values{"customer": {"CU-0001"}, "delivery_at": {today(t) + "T18:00"}, "fulfilment": {"pickup"}, "lines.0.product": {bread}, "lines.0.quantity": {"8"}})
		if got := order.Text("#total"); got != "$44.00" { // 40.00 and 10 % tax
			t.Errorf("total %q", got)
		}
		reference := order.Text("h1")[:12]
		posted(t, c, "/oven/orders/"+reference+"/statuses/confirmed", nil)
		if p := c.Get("/oven/"); p.Find(".panel-make button").Length() != 1 {
			t.Errorf("the overview has %d things to do", p.Find(".panel-make button").Length())
		}

		batch := c.Post("/oven/batches", url.Values{"sku": {"BREAD"}, "day": {today(t)}}).Location
		if got := posted(t, c, batch+"/start", nil).Text("section[aria-labelledby=notes]"); !strings.Contains(got, "Rest it overnight") || !strings.Contains(got, "FlourSift it") {
			t.Errorf("the batch says of the recipe %q", got)
		}
		if p := c.Post(batch+"/completion", url.Values{"produced": {"20"}, "scrap": {"0"}}); p.Status != http.StatusConflict || !strings.Contains(p.Text("#shortages"), "Flour: 10.5 kg needed, 10 kg there") {
			t.Errorf("too many: %d, %q", p.Status, p.Text("#shortages"))
		} else if got, _ := p.Find("[name=produced]").Attr("value"); got != "20" {
			t.Errorf("what was typed is lost: %q", got)
		}
		if p := c.Post(batch+"/completion", url.Values{"produced": {"some"}}); p.Status != http.StatusUnprocessableEntity || p.Find("#f-produced-e").Length() != 1 {
			t.Errorf("nonsense: %d", p.Status)
		}
		if p := posted(t, c, batch+"/completion", url.Values{"produced": {"8"}, "scrap": {"0"}}); p.Text("#unit-cost") != "$2.81" {
			t.Errorf("cost of one in the batch %q", p.Text("#unit-cost"))
		}
		if p := posted(t, c, batch+"/completion", url.Values{"produced": {"8"}, "scrap": {"0"}}); !strings.Contains(p.Text("#toasts"), "is completed now, so it cannot be completed") {
			t.Errorf("completed twice: %q", p.Text("#toasts"))
		}
		if got := c.Get("/oven/materials/FLOUR").Text("#on-hand"); got != "5.8 kg" {
			t.Errorf("on hand %q", got)
		}
		if p := c.Get("/oven/orders/" + reference); !strings.Contains(p.Text("h1"), "Ready") {
			t.Errorf("the order is %q", p.Text("h1"))
		}
		posted(t, c, "/oven/orders/"+reference+"/statuses/delivered", nil)
	})
}

// Wrong input is answered beside its field, with everything that was typed.
func TestFormsKeepWhatWasTyped(t *testing.T) {
	a := apptest.New(t, store.SQLite)
	c := a.As(t, maya)
	flour, _ := c.Get("/sunrise/products/BREAD-001/recipe").Find("#f-components-0-item option[value^='m:']").Last().Attr("value")
	for name, v := range map[string]struct {
		path   string
		form   url.Values
		fields []string
		keeps  [2]string // a selector, and its value
	}{
		"product":       {"/sunrise/products", url.Values{"name": {"Artisan Bread"}, "sku": {"A B"}, "status": {"active"}, "price": {"cheap"}}, []string{"sku", "price"}, [2]string{"[name=price]", "cheap"}},
		"product taken": {"/sunrise/products", url.Values{"name": {"Artisan Bread"}, "sku": {"NEW"}, "status": {"active"}, "price": {"1"}}, []string{"name"}, [2]string{"[name=sku]", "NEW"}},
		"recipe": {"/sunrise/products/BREAD-001/recipe", url.Values{"yield": {"0"}, "components.4.item": {flour}, "components.4.quantity": {"2 l"}, "components.7.quantity": {"1 kg"}, "steps.2.minutes": {"-3"}},
			[]string{"components-4-quantity", "components-7-item", "steps-2-minutes"}, [2]string{"#f-components-4-quantity", "2 l"}},
		"recipe without anything": {"/sunrise/products/BREAD-001/recipe", url.Values{"yield": {"0"}}, []string{"yield", "components-0-item"}, [2]string{"#f-yield", "0"}},
		"order": {"/sunrise/orders", url.Values{"delivery_at": {"soon"}, "fulfilment": {"drone"}, "discount": {"200"}, "lines.3.quantity": {"1.5"}, "notes": {"by the door"}},
			[]string{"customer", "delivery_at", "fulfilment", "discount", "lines-3-product", "lines-3-quantity"}, [2]string{"#f-lines-3-quantity", "1.5"}},
		"order without lines": {"/sunrise/orders", url.Values{"customer": {"CU-0001"}, "delivery_at": {"2030-01-01T08:00"}, "fulfilment": {"pickup"}}, []string{"lines-0-product"}, [2]string{"#f-delivery_at", "2030-01-01T08:00"}},
		"material":            {"/sunrise/materials", url.Values{"name": {""}, "sku": {"X1"}, "unit": {"g"}, "price": {"1"}, "opening": {"1,234"}}, []string{"name", "opening"}, [2]string{"[name=opening]", "1,234"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := c.Post(v.path, v.form)
			if p.Status != http.StatusUnprocessableEntity {
				t.Fatalf("%d to %q", p.Status, p.Location)
			}
			for _, field := range v.fields {
				if p.Find("#f-"+field+"-e").Length() != 1 || p.Find(`[data-errors] a[href="#f-`+field+`"]`).Length() != 1 {
					t.Errorf("no message at %s: %q", field, p.Text("[data-errors]"))
				}
				if p.Find("#f-"+field).Length() != 1 {
					t.Errorf("no field %s", field)
				}
			}
			if got, _ := p.Find(v.keeps[0]).Attr("value"); got != v.keeps[1] {
				t.Errorf("%s was typed, %q is there", v.keeps[1], got)
			}
		})
	}
}

// Two people look at the same order; the second one's button no longer fits.
func TestAnOrderThatMovedOn(t *testing.T) {
	a := apptest.New(t, store.SQLite)
	c := a.As(t, maya)
	var reference string
	for _, n := range []string{"unconfirmed", "confirmed"} {
		if href, ok := c.Get("/sunrise/orders?status=" + n).Find("tbody th a").First().Attr("href"); ok {
			reference = href
		}
	}
	posted(t, c, reference+"/statuses/cancelled", nil)
	if p := posted(t, c, reference+"/statuses/ready", nil); !strings.Contains(p.Text("#toasts"), "The order is cancelled now") {
		t.Errorf("toast %q", p.Text("#toasts"))
	}
	if p := c.Post(reference+"/statuses/eaten", nil); p.Status != http.StatusNotFound {
		t.Errorf("an unknown status: %d", p.Status)
	}
}

// What is wrong in a dialog is told in that dialog.
func TestDialogsKeepWhatWasTyped(t *testing.T) {
	a := apptest.New(t, store.SQLite)
	c := a.As(t, maya)
	p := c.Post("/sunrise/materials/FLOUR-001/receipts", url.Values{"quantity": {"2 l"}, "unit_cost": {"dear"}, "lot": {"L-X"}})
	if p.Status != http.StatusUnprocessableEntity || p.Find("#receive #f-quantity-e").Length() != 1 || p.Find("#receive #f-unit_cost-e").Length() != 1 {
		t.Errorf("receiving nonsense: %d", p.Status)
	}
	if v, _ := p.Find("#receive [name=lot]").Attr("value"); v != "L-X" {
		t.Errorf("the lot typed is lost: %q", v)
	}
	lot, _ := c.Get("/sunrise/materials/FLOUR-001").Find("a[href*='/lots/']").First().Attr("href")
	action := lot + "/waste"
	p = c.Post(action, url.Values{"quantity": {"900 kg"}, "reason": {"mice"}})
	form := p.Find(`form[action="` + action + `"]`)
	if p.Status != http.StatusUnprocessableEntity || form.Find(".field-error").Length() != 1 || p.Find(".field-error").Length() != 1 {
		t.Errorf("writing off more than there is: %d, %q", p.Status, p.Find(".field-error").Text())
	}
	if v, _ := form.Find("[name=reason]").Attr("value"); v != "mice" {
		t.Errorf("the reason typed is lost: %q", v)
	}
}

// Two people change a recipe at once: the second is told, and keeps what was typed.
func TestRecipePublishedMeanwhile(t *testing.T) {
	a := apptest.New(t, store.SQLite)
	c := a.As(t, maya)
	page := c.Get("/sunrise/products/BREAD-001/recipe")
	form := url.Values{}
	page.Find("#recipe [name]").Each(func(_ int, s *goquery.Selection) {
		value, _ := s.Attr("value")
		if goquery.NodeName(s) == "select" {
			value, _ = s.Find("[selected]").Attr("value")
		}
		form.Set(s.AttrOr("name", ""), value)
	})
	form.Set("notes", "the first")
	posted(t, c, "/sunrise/products/BREAD-001/recipe", form)
	form.Set("notes", "the second")
	p := c.Post("/sunrise/products/BREAD-001/recipe", form)
	if p.Status != http.StatusConflict || !strings.Contains(p.Text("[data-errors]"), "Somebody published version 2") || p.Text("#f-notes") != "the second" {
		t.Errorf("%d, %q, %q", p.Status, p.Text("[data-errors]"), p.Text("#f-notes"))
	}
}

// A form with more rows than there is room for says so, and gives all of them back.
func TestTooManyRows(t *testing.T) {
	a := apptest.New(t, store.SQLite)
	c := a.As(t, maya)
	flour, _ := c.Get("/sunrise/products/BREAD-001/recipe").Find("#f-components-0-item option[value^='m:']").First().Attr("value")
	v := url.Values{"yield": {"1"}}
	for i := range 201 {
		v.Set(fmt.Sprintf("components.%d.item", i), flour)
		v.Set(fmt.Sprintf("components.%d.quantity", i), "1 g")
	}
	p := c.Post("/sunrise/products/BREAD-001/recipe", v)
	if p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Text("#components tr:nth-child(201)"), "room for 200 rows") {
		t.Errorf("201 lines: %d, %q", p.Status, p.Text("#components tr:nth-child(201)"))
	}
	if n := p.Find("input[name$='.quantity'][value='1 g']").Length(); n != 201 {
		t.Errorf("%d of 201 lines came back", n)
	}
}
