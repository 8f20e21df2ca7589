package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"craftplan/internal/apptest"
)

const breadRecipe = "/sunrise/products/BREAD-001/recipe"

// A draft keeps what was typed, complete or not, until it is published or discarded; the version in use stays.
func TestRecipeDraft(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		c := a.As(t, maya)
		form := formOf(c.Get(breadRecipe), "#recipe")
		form.Set("components.0.quantity", "half a sack")
		form.Set("steps.0.rate", "33")
		if p := posted(t, c, breadRecipe+"/draft", form); p.Find(`[name="components.0.quantity"]`).AttrOr("value", "") != "half a sack" || !strings.Contains(p.Text(".note"), "draft that Maya Lindqvist saved") {
			t.Errorf("the draft is not gone on with: %s", p.Text(".note"))
		}
		if p := c.Get("/sunrise/products/BREAD-001"); !strings.Contains(p.Text("#main, main"), "Not published") || !strings.Contains(p.Text("main"), "Version 1") {
			t.Error("the product does not show its draft")
		}
		if p := c.Post(breadRecipe, formOf(c.Get(breadRecipe), "#recipe")); p.Status != http.StatusUnprocessableEntity || p.Find(`[name="components.0.quantity"]`).AttrOr("value", "") != "half a sack" {
			t.Errorf("an incomplete draft is published: %d", p.Status)
		}
		hide := c.Get("/sunrise/settings/members").Find("tr:contains('"+sam+"') form[action$='/costs']").AttrOr("action", "")
		posted(t, c, hide, url.Values{"costs": {"hidden"}})
		if p := a.As(t, sam).Get(breadRecipe); !strings.Contains(p.Body, "half a sack") || strings.Contains(p.Body, `"33"`) {
			t.Error("who sees no costs sees a rate in the draft, or no draft")
		}
		form.Set("components.0.quantity", "7 kg")
		posted(t, c, breadRecipe+"/draft", form)
		posted(t, c, breadRecipe, formOf(c.Get(breadRecipe), "#recipe"))
		if p := c.Get(breadRecipe); strings.Contains(p.Body, "draft that") || p.Find(`[name="components.0.quantity"]`).AttrOr("value", "") != "7 kg" {
			t.Error("publishing does not end the draft")
		}
		posted(t, c, breadRecipe+"/draft", form)
		if p := posted(t, c, breadRecipe+"/draft/removal", nil); strings.Contains(p.Body, "Not published") {
			t.Error("the draft is not discarded")
		}
		if p := a.As(t, vera).Post(breadRecipe+"/draft", form); p.Status != http.StatusForbidden {
			t.Errorf("a viewer saves a draft: %d", p.Status)
		}
	})
}

// Lines are entered in percent of a weight and of each other, in the order they were moved to, and begun with another recipe's copy.
func TestRecipeInPercent(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		c := a.As(t, maya)
		form := formOf(c.Get(breadRecipe), "#recipe")
		for n, typed := range []string{"100 %", "65 %", "1.2 %", "2%"} {
			form.Set("components."+string(rune('0'+n))+".quantity", typed)
		}
		if p := c.Post(breadRecipe, form); p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Text("#f-together-e, .field-error"), "weigh together") {
			t.Errorf("without a weight: %d, %q", p.Status, p.Text(".field-error"))
		}
		form.Set("together", "16.82 kg")
		if p := c.Post(breadRecipe+"/cost", form); !strings.Contains(p.Body, "10\u202fkg") || !strings.Contains(p.Body, "6.5\u202fl") {
			t.Errorf("the weights are not shown: %s", p.Body)
		}
		for n, at := range []string{"3", "2", "0", "1"} {
			form.Set("components."+string(rune('0'+n))+".at", at)
		}
		posted(t, c, breadRecipe, form)
		var lines []string
		p := c.Get(breadRecipe)
		for n := range 4 {
			lines = append(lines, p.Find(`[name="components.`+string(rune('0'+n))+`.quantity"]`).AttrOr("value", ""))
		}
		if got := strings.Join(lines, ", "); got != "120 g, 200 g, 6.5 l, 10 kg" {
			t.Errorf("the lines are %s", got)
		}
		form = formOf(c.Get(breadRecipe), "#recipe")
		form.Set("components.0.quantity", "101 %")
		form.Set("components.1.quantity", "rest")
		form.Set("together", "1 kg")
		if p := c.Post(breadRecipe, form); p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Text("#recipe"), "nothing is left for the rest") {
			t.Errorf("more than there is: %d", p.Status)
		}

		other := c.Get("/sunrise/products").Find("tbody th a").FilterFunction(func(_ int, s *goquery.Selection) bool { return !strings.HasSuffix(s.AttrOr("href", ""), "BREAD-001") }).First().AttrOr("href", "")
		copied := c.Get(other + "/recipe?from=BREAD-001")
		if copied.Find(`[name="components.3.quantity"]`).AttrOr("value", "") != "10 kg" || copied.Find(`[name="steps.0.was"]`).AttrOr("value", "") != "" {
			t.Error("the recipe is not copied")
		}
		if p := c.Get(other + "/recipe?from=NOWHERE"); p.Status != http.StatusNotFound {
			t.Errorf("a copy of nothing: %d", p.Status)
		}
	})
}
