package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"craftplan/internal/apptest"
	"craftplan/internal/store"
)

// factOf are the cells of a line of a declaration.
func factOf(t *testing.T, p *apptest.Page, name string) (cells []string) {
	t.Helper()
	row := p.Find("#facts tbody tr").FilterFunction(func(_ int, s *goquery.Selection) bool { return strings.TrimSpace(s.Find("th").Text()) == name })
	if row.Length() != 1 {
		t.Fatalf("%d lines of %s", row.Length(), name)
	}
	row.Find("td").Each(func(_ int, s *goquery.Selection) { cells = append(cells, strings.Join(strings.Fields(s.Text()), " ")) })
	return cells
}

// The demo's bread: 735 g go in, 720 g come out; of 9.72875 g of salt, 1.35 g are in 100 g.
func TestProductFood(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		c := a.As(t, maya)
		p := c.Get("/sunrise/products/BREAD-001/food?law=eu")
		for name, want := range map[string]string{"Energy": "1,061 kJ / 254 kcal,636 kJ / 152 kcal", "Fat": "0.7 g,<0.5 g", "of which saturates": "0.1 g,<0.1 g", "Salt": "1.4 g,0.81 g"} {
			if got := strings.Join(factOf(t, p, name), ","); got != want {
				t.Errorf("%s: %s, want %s", name, got, want)
			}
		}
		if got, err := p.Find("#ingredient-list").Html(); err != nil || strings.ReplaceAll(got, ` class="font-semibold"`, "") != "Ingredients: <strong>wheat</strong> flour, water, salt, yeast." {
			t.Errorf("ingredients: %s", got)
		}
		us := c.Get("/sunrise/products/BREAD-001/food")
		if got := strings.Join(factOf(t, us, "Sodium"), ","); got != "320 mg,14%" {
			t.Errorf("sodium: %s", got)
		}
		cake := c.Get("/sunrise/products/CAKE-002/food")
		if got := cake.Text("#plain"); got != "Ingredients: WHEAT flour, sugar, EGGS, Almond Cookies (WHEAT flour, ALMONDS, sugar, butter (MILK), EGGS), butter (MILK), cinnamon." {
			t.Errorf("plain: %s", got)
		}
		var contains []string
		cake.Find("section[aria-labelledby=allergens] tbody tr").Each(func(_ int, s *goquery.Selection) {
			contains = append(contains, strings.Join(strings.Fields(s.Text()), " "))
		})
		if got := strings.Join(contains, "; "); !strings.Contains(got, "almonds NutsContains Whole Almonds") || !strings.Contains(got, "peanuts May contain Whole Almonds") {
			t.Errorf("through the cookies: %s", got)
		}
	})
}

// What is not known of one material is shown as missing, with the material that it is missing of; a zero is not.
func TestFoodNotKnown(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		c := a.As(t, maya)
		posted(t, c, "/sunrise/materials", url.Values{"name": {"Mystery"}, "sku": {"MYSTERY"}, "unit": {"ml"}, "price": {"1"}})
		posted(t, c, "/sunrise/products", url.Values{"name": {"Drink"}, "sku": {"DRINK"}, "status": {"active"}, "price": {"2"}})
		if got := c.Get("/sunrise/products/DRINK/food").Text("main"); !strings.Contains(got, "There is no recipe yet") {
			t.Errorf("without a recipe: %s", got)
		}
		recipe := c.Get("/sunrise/products/DRINK/recipe")
		choose := func(name string) string {
			return recipe.Find("#f-components-0-item option").FilterFunction(func(_ int, s *goquery.Selection) bool { return strings.HasPrefix(s.Text(), name+",") }).AttrOr("value", "")
		}
		posted(t, c, "/sunrise/products/DRINK/recipe", url.Values{"yield": {"1"}, "components.0.item": {choose("Mystery")}, "components.0.quantity": {"200 ml"}, "components.1.item": {choose("White Sugar")}, "components.1.quantity": {"20 g"}})
		posted(t, c, "/sunrise/products/DRINK/food", url.Values{"net": {"330 ml"}, "energy": {"factors"}})
		p := c.Get("/sunrise/products/DRINK/food?law=eu")
		if got := p.Text("main .note-warn"); !strings.Contains(got, "Allergens are not checked of Mystery") {
			t.Errorf("unchecked: %q", got)
		}
		if got := factOf(t, p, "Fat"); got[0] != "not known" {
			t.Errorf("fat: %s", got)
		}
		if got := p.Find("#declaration").Closest("section").Find("th.num").First().Text(); got != "Per 100 ml" {
			t.Errorf("per %s", got)
		}
		if got := p.Text("section[aria-labelledby=ingredients]"); !strings.Contains(got, "sugar, Mystery.") || !strings.Contains(got, "Last stands what nobody knows the weight of: Mystery") {
			t.Errorf("list: %s", got)
		}

		form := c.Get("/sunrise/materials/MYSTERY/food")
		facts := url.Values{"basis": {"g"}, "checked": {"yes"}}
		for _, name := range []string{"Energy (kJ)", "Energy (kcal)", "Fat", "of which saturates", "of which sugars", "Protein", "Salt"} {
			facts.Set(fieldOf(t, form, name, "input"), "0")
		}
		facts.Set(fieldOf(t, form, "Carbohydrate", "input"), "10")
		posted(t, c, "/sunrise/materials/MYSTERY/food", facts)
		p = c.Get("/sunrise/products/DRINK/food?law=eu")
		if got := factOf(t, p, "Fat"); got[0] != "0 g" {
			t.Errorf("no fat: %s", got)
		}
		if got := factOf(t, p, "Carbohydrate"); got[0] != "not known" || !strings.Contains(p.Text("section[aria-labelledby=sums]"), "its density is not entered") {
			t.Errorf("10 g in 100 g of what is poured without a density: %s", got)
		}
		posted(t, c, "/sunrise/materials/MYSTERY", url.Values{"name": {"Mystery"}, "sku": {"MYSTERY"}, "unit": {"ml"}, "price": {"1"}, "density": {"1.1"}})
		p = c.Get("/sunrise/products/DRINK/food?law=eu")
		if got := factOf(t, p, "Carbohydrate"); got[0] != "13 g" { // 22 g and 19.98 g in 330 ml
			t.Errorf("by density: %s", got)
		}
		if got := factOf(t, p, "Energy"); got[0] != "216 kJ / 51 kcal" { // 41.98 g x 17 and x 4 in 330 ml
			t.Errorf("energy by factors: %s", got)
		}
	})
}

func TestProductFoodRefused(t *testing.T) {
	a := apptest.New(t, store.SQLite)
	c := a.As(t, maya)
	p := c.Post("/sunrise/products/BREAD-001/food", url.Values{"net": {"much"}, "portion": {"2 l"}, "food_name": {strings.Repeat("x", 201)}, "highlighted": {"nonsense"}})
	if p.Status != http.StatusUnprocessableEntity || p.Find(".field-error").Length() != 4 || p.Find("#f-net").AttrOr("value", "") != "much" {
		t.Errorf("%d: %q", p.Status, p.Find(".field-error").Text())
	}
	elsewhere := c.Get("/sunrise/products/CAKE-001/food/edit").Find("[name=highlighted]").Eq(1).AttrOr("value", "") // chocolate
	if p := c.Post("/sunrise/products/BREAD-001/food", url.Values{"highlighted": {elsewhere}}); p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Text(".field-error"), "Choose ingredients of the recipe") {
		t.Errorf("what is not in it: %d", p.Status)
	}
	posted(t, c, "/sunrise/products/BREAD-001/food", url.Values{"net": {"1.2 kg"}, "within": {"merged"}})
	edit := c.Get("/sunrise/products/BREAD-001/food/edit")
	if edit.Find("#f-net").AttrOr("value", "") != "1.2 kg" || edit.Find("[name=within][checked]").AttrOr("value", "") != "merged" || edit.Find("#f-storage").Text() != "" {
		t.Error("what was saved is not what is offered")
	}
	if p := a.As(t, vera).Get("/sunrise/products/BREAD-001/food"); p.Status != http.StatusOK || p.Find("a[href$='/food/edit']").Length() != 0 {
		t.Errorf("a viewer: %d", p.Status)
	}
	if p := c.Post("/sunrise/products/BREAD-001", url.Values{"name": {"Artisan Bread"}, "sku": {"BREAD-001"}, "status": {"active"}, "price": {"6.50"}, "gtin": {"4006381333932"}}); p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Text("#f-gtin-e"), "would be 1") {
		t.Errorf("a wrong barcode number: %d, %q", p.Status, p.Text("#f-gtin-e"))
	}
	if p := c.Post("/sunrise/products/BREAD-001", url.Values{"name": {"Artisan Bread"}, "sku": {"BREAD-001"}, "status": {"active"}, "price": {"6.50"}, "gtin": {"2000000000022"}}); !strings.Contains(p.Text("#f-gtin-e"), "Another product has this number") {
		t.Errorf("another's barcode number: %d, %q", p.Status, p.Text("#f-gtin-e"))
	}
}

// A version that changes the allergens on labels is published only when that is confirmed, and a confirmation is for just that change.
func TestAllergensChange(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		c := a.As(t, maya)
		edit := c.Get("/sunrise/products/COOK-001/recipe")
		form := url.Values{}
		edit.Find("#recipe [name]").Each(func(_ int, s *goquery.Selection) {
			value := s.AttrOr("value", "")
			if s.Is("select") {
				value = s.Find("option[selected]").AttrOr("value", "")
			}
			form.Set(s.AttrOr("name", ""), value)
		})
		option := func(name string) string {
			return edit.Find("#f-components-0-item option").FilterFunction(func(_ int, s *goquery.Selection) bool { return strings.HasPrefix(s.Text(), name+",") }).AttrOr("value", "")
		}
		for n := range 9 {
			field := "components." + string(rune('0'+n)) + ".item"
			if form.Get(field) == option("Whole Almonds") {
				form.Set(field, option("Sesame Seeds"))
			}
		}
		p := c.Post("/sunrise/products/COOK-001/recipe", form)
		note := p.Text("#allergen-change")
		if p.Status != http.StatusConflict || !strings.Contains(note, "It now contains sesame. It no longer contains almonds. It no longer may contain peanuts. So do labels of Carrot Cake.") {
			t.Fatalf("%d: %s", p.Status, note)
		}
		if got := c.Get("/sunrise/products/COOK-001/food").Text("#plain"); !strings.Contains(got, "ALMONDS") {
			t.Errorf("it was published: %s", got)
		}
		form.Set("allergens", "sesame; ; ; ")
		if p := c.Post("/sunrise/products/COOK-001/recipe", form); p.Status != http.StatusConflict {
			t.Errorf("another change was confirmed: %d", p.Status)
		}
		form.Set("allergens", p.Find("#allergen-change button").AttrOr("value", ""))
		posted(t, c, "/sunrise/products/COOK-001/recipe", form)
		if got := c.Get("/sunrise/products/CAKE-002/food").Text("#plain"); !strings.Contains(got, "SESAME seeds") || strings.Contains(got, "ALMONDS") {
			t.Errorf("of what it is part of: %s", got)
		}
		delete(form, "allergens")
		form.Set("replaces", "2")
		posted(t, c, "/sunrise/products/COOK-001/recipe", form) // the same again changes nothing
	})
}

func TestLabelSettings(t *testing.T) {
	a := apptest.New(t, store.SQLite)
	c := a.As(t, maya)
	if p := c.Post("/sunrise/settings/food/labels", url.Values{"law": {"mars"}, "producer": {strings.Repeat("x", 121)}}); p.Status != http.StatusUnprocessableEntity || p.Find("#f-law-e, #f-producer-e").Length() != 2 {
		t.Errorf("%d", p.Status)
	}
	posted(t, c, "/sunrise/settings/food/labels", url.Values{"law": {"eu"}, "producer": {"Sunrise Bakery LLC"}, "address": {"1 Oven Street"}})
	if got := c.Get("/sunrise/products/BREAD-001/food").Find("[aria-label=Rules] [aria-current=page]").Text(); got != "European Union" {
		t.Errorf("rules of %s", got)
	}
	if got := a.As(t, vera).Get("/sunrise/settings/food").Text("section[aria-labelledby=labels-title]"); !strings.Contains(got, "Sunrise Bakery LLC") {
		t.Errorf("a viewer reads %s", got)
	}
}
