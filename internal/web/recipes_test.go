package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"craftplan/internal/apptest"
)

// fields are the values of a form, as a browser would send them.
func fields(p *apptest.Page, form string) url.Values {
	v := url.Values{}
	p.Find(form + " [name]").Each(func(_ int, s *goquery.Selection) {
		name, value := s.AttrOr("name", ""), s.AttrOr("value", "")
		switch goquery.NodeName(s) {
		case "select":
			value = s.Find("[selected]").AttrOr("value", "")
		case "textarea":
			value = s.Text()
		case "button":
			return
		}
		if kind := s.AttrOr("type", ""); kind == "radio" || kind == "checkbox" {
			if _, checked := s.Attr("checked"); !checked {
				return
			}
		}
		v.Add(name, value)
	})
	return v
}

// soon waits for what a job does.
func soon(t *testing.T, is func() bool, what string) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !is(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// Carrot cakes have almond cookies in them, and those have butter: its price reaches the cakes in the list by itself.
func TestAPriceReachesTheRecipes(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		a.Work(t)
		c := a.As(t, maya)
		cost := func() string {
			return c.Get("/sunrise/products?q=carrot").Text("tbody td:nth-of-type(3)")
		}
		before := cost()
		form := fields(c.Get("/sunrise/materials/ALM-001/edit"), "form.max-w-2xl")
		form.Set("price", "24.00")
		posted(t, c, "/sunrise/materials/ALM-001", form)
		soon(t, func() bool { return cost() != before }, "the cakes' cost")
		if inset := c.Get("/sunrise/products/CAKE-002").Text("tr.inset"); !strings.Contains(inset, "Whole Almonds 382.5") {
			t.Errorf("the cookies bring in %q", inset)
		}
	})
}

// Cookies with cakes in them, which have cookies in them.
func TestARecipeInACircle(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		c := a.As(t, maya)
		page := c.Get("/sunrise/products/COOK-001/recipe")
		var cake string
		page.Find("#f-components-0-item option").Each(func(_ int, s *goquery.Selection) {
			if strings.HasPrefix(s.Text(), "Carrot Cake") {
				cake = s.AttrOr("value", "")
			}
		})
		form := fields(page, "#recipe")
		form.Set("components.9.item", cake)
		form.Set("components.9.quantity", "1")
		p := c.Post("/sunrise/products/COOK-001/recipe", form)
		if got := p.Text("#f-components-9-item-e"); p.Status != http.StatusUnprocessableEntity || got != "Almond Cookies > Carrot Cake > Almond Cookies: a product cannot be part of itself." {
			t.Errorf("%d, %q", p.Status, got)
		}
	})
}
