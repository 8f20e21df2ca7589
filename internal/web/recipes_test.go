package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
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

// micros reads an amount that is shown to the last digit.
func micros(t *testing.T, text string) int64 {
	t.Helper()
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, text)
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		t.Errorf("%q is no amount", text)
	}
	return n
}

// adds tells that the lines of a table come to its sum, to the last digit.
func adds(t *testing.T, p *apptest.Page, table string) (sum int64) {
	t.Helper()
	p.Find(table + " tbody [data-cost]").Each(func(_ int, s *goquery.Selection) { sum += micros(t, s.Text()) })
	if shown := micros(t, p.Text(table+" [data-sum]")); sum != shown || sum == 0 {
		t.Errorf("the lines of %s come to %d, below them stands %d", table, sum, shown)
	}
	return sum
}

// together tells that the parts of a cost come to the whole.
func together(t *testing.T, p *apptest.Page, material, labor int64) {
	t.Helper()
	var sum int64
	p.Find("#together [data-cost]").Each(func(i int, s *goquery.Selection) {
		part := micros(t, s.Text())
		if want := []int64{material, labor, part}[i]; part != want {
			t.Errorf("part %d is %d, above stands %d", i, part, want)
		}
		sum += part
	})
	if total := micros(t, p.Text("#total")); sum != total {
		t.Errorf("the parts come to %d, the total is %d", sum, total)
	}
}

// Every cost opens to its arithmetic, and that comes to the figure to the last digit: of an active version with a product in it, of
// a replaced one, and of a batch.
func TestEveryCostIsExplained(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		c := a.As(t, maya)
		product := c.Get("/sunrise/products/CAKE-002")
		explained, _ := product.Find("td.num a[href*='/cost#part-5']").Attr("href")
		p := c.Get(strings.Split(explained, "#")[0])
		together(t, p, adds(t, p, "#materials"), adds(t, p, "#tasks"))
		if row := strings.Join(strings.Fields(p.Find("#part-5").Text()), " "); !strings.Contains(row, "All Purpose Flour in Almond Cookies50 g 1.2 kg / 48 × 20 / 10$1.25 per kg$0.062500") {
			t.Errorf("the cookies' flour: %q", row)
		}
		if p.Find("#part-5").Length() != 1 || !strings.Contains(p.Text("#tasks"), "45 min / 48 × 20 / 10") {
			t.Errorf("the cookies' work: %q", p.Text("#tasks"))
		}

		form := fields(c.Get("/sunrise/products/CAKE-002/recipe"), "#recipe")
		form.Set("components.0.quantity", "3 kg")
		form.Set("loss", "2")
		posted(t, c, "/sunrise/products/CAKE-002/recipe", form)
		kept := micros(t, p.Text("#total"))
		p = c.Get("/sunrise/products/CAKE-002/versions/1/cost")
		together(t, p, adds(t, p, "#materials"), adds(t, p, "#tasks"))
		if now := micros(t, p.Text("#total")); now != kept {
			t.Errorf("the replaced version cost %d, now %d", kept, now)
		}
		p = c.Get("/sunrise/products/CAKE-002/versions/2/cost")
		together(t, p, adds(t, p, "#materials"), adds(t, p, "#tasks"))
		if row := p.Find("#part-0").Text(); !strings.Contains(row, "3\u202fkg × 1.02 / 10 / 0.98") {
			t.Errorf("flour with waste and loss: %q", row)
		}

		batch, _ := c.Get("/sunrise/batches?status=completed&q=cookies").Find("tbody th a").First().Attr("href")
		unit, _ := c.Get(batch).Find("#unit-cost a").Attr("href")
		p = c.Get(unit)
		together(t, p, adds(t, p, "#materials"), adds(t, p, "#tasks"))
		if open, _ := c.Get("/sunrise/batches?status=open").Find("tbody th a").First().Attr("href"); open == "" {
			t.Error("no open batch")
		} else if p := c.Get(open + "/cost"); p.Status != http.StatusNotFound {
			t.Errorf("the cost of an open batch: %d", p.Status)
		}
	})
}

func TestSuggestedPrices(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		a.Work(t)
		c := a.As(t, maya)
		form := url.Values{"labor_hourly_rate": {"18.50"}, "overhead_rate": {"15"}, "retail_markup": {"percent"}, "retail_value": {"0"}, "retail_ending": {".99"}, "wholesale_markup": {"fixed"}, "wholesale_value": {"0"}, "wholesale_ending": {".05"}}
		posted(t, c, "/sunrise/settings/costs", form)
		if p := c.Get("/sunrise/products/CAKE-002/costs"); !strings.Contains(p.Text("[aria-labelledby=suggested]"), "Say in the settings") {
			t.Errorf("without markups: %q", p.Text("[aria-labelledby=suggested]"))
		}
		form.Set("retail_value", "35")
		form.Set("wholesale_value", "1.50")
		wrong := url.Values{"labor_hourly_rate": {"a lot"}, "overhead_rate": {"15"}, "retail_markup": {"percent"}, "retail_value": {"-3"}, "retail_ending": {".17"}, "wholesale_markup": {""}}
		p := c.Post("/sunrise/settings/costs", wrong)
		for _, field := range []string{"labor_hourly_rate", "retail_value", "retail_ending"} {
			if p.Status != http.StatusUnprocessableEntity || p.Find("#f-"+field+"-e").Length() != 1 {
				t.Errorf("%d, nothing beside %s: %q", p.Status, field, p.Text("[data-errors]"))
			}
		}
		posted(t, c, "/sunrise/settings/costs", form)
		p = c.Get("/sunrise/products/CAKE-002/costs") // costs 6.8624: 9.2642 and 8.3624
		if got := p.Text("[aria-labelledby=suggested]"); !strings.Contains(got, "Retail $9.99") || !strings.Contains(got, "Wholesale $8.40") {
			t.Errorf("suggested: %q", got)
		}
		apply := fields(p, "#price-retail-f")
		if p := posted(t, c, "/sunrise/products/CAKE-002/price", apply); !strings.Contains(p.Text("#toasts"), "Carrot Cake sells for $9.99 now") || p.Find("#price-retail-f").Length() != 0 && p.Find("[data-dialog=price-retail]").Length() != 0 {
			t.Errorf("applied: %q", p.Text("#toasts"))
		}
		if p := posted(t, c, "/sunrise/products/CAKE-002/price", apply); !strings.Contains(p.Text("#toasts"), "was changed meanwhile") {
			t.Errorf("applied again: %q", p.Text("#toasts"))
		}
		form.Set("overhead_rate", "20")
		posted(t, c, "/sunrise/settings/costs", form)
		soon(t, func() bool {
			return strings.Contains(c.Get("/sunrise/products/CAKE-002/costs").Text("#changes"), "Hourly rate or overhead")
		}, "the new overhead in the history")
		if p := c.Get("/sunrise/products/CAKE-002/costs"); p.Find("svg.chart[aria-label]").Length() != 1 {
			t.Error("no chart")
		}
	})
}

func TestMarginsPage(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		c := a.As(t, maya)
		shares := func(path string) (all []float64) {
			c.Get(path).Find("tbody td:nth-of-type(5)").Each(func(_ int, s *goquery.Selection) {
				n, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(s.Text()), "%"), 64)
				if err != nil {
					t.Error(err)
				}
				all = append(all, n)
			})
			return all
		}
		if up := shares("/sunrise/margins"); len(up) < 9 || !slices.IsSorted(up) {
			t.Errorf("the worst first: %v", up)
		}
		if down := shares("/sunrise/margins?sort=-margin"); len(down) < 9 || slices.IsSorted(down) {
			t.Errorf("the best first: %v", down)
		}
		if p := c.Get("/sunrise/margins?only=loss"); p.Text("#list h2") != "Nothing sells below its cost" {
			t.Errorf("below cost: %q", p.Text("#list"))
		}
		if p := c.Get("/bluebird/margins"); p.Find("tbody tr").Length() != 4 {
			t.Errorf("soaps: %d", p.Find("tbody tr").Length())
		}
	})
}

// Two versions beside each other: what came, went and changed, and what it does to the cost.
func TestVersionsCompared(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		c := a.As(t, maya)
		if p := c.Get("/sunrise/products/CAKE-002/comparison"); p.Status != http.StatusOK || p.Text("h2") != "There is nothing to compare yet" {
			t.Errorf("one version: %d, %q", p.Status, p.Text("h2"))
		}
		form := fields(c.Get("/sunrise/products/CAKE-002/recipe"), "#recipe")
		form.Set("components.0.quantity", "2.2 kg")
		form.Del("components.4.item")
		form.Del("components.4.quantity")
		form.Set("steps.0.minutes", "15")
		posted(t, c, "/sunrise/products/CAKE-002/recipe", form)
		p := c.Get("/sunrise/products/CAKE-002/comparison")
		var got []string
		p.Find("#lines tbody tr, #steps tbody tr").Each(func(_ int, s *goquery.Selection) {
			if mark := strings.TrimSpace(s.Find(".badge").Text()); mark != "Same" {
				got = append(got, s.Find("th").Text()+" "+mark)
			}
		})
		if want := []string{"All Purpose Flour Changed", "Ground Cinnamon Removed", "Mix the batter Changed"}; !slices.Equal(got, want) {
			t.Errorf("%q", got)
		}
		if p.Find("#costs tbody tr").Length() != 2 || !strings.Contains(p.Text("#costs"), "▲") && !strings.Contains(p.Text("#costs"), "▼") {
			t.Errorf("costs: %q", p.Text("#costs"))
		}
		for _, query := range []string{"?before=9&after=1", "?before=x&after=1", "?before=0&after=1", "?before=1&after=0", "?before=1&after=x"} {
			if p := c.Get("/sunrise/products/CAKE-002/comparison" + query); p.Status != http.StatusNotFound {
				t.Errorf("%s: %d", query, p.Status)
			}
		}
		for version, want := range map[string]int{"1": http.StatusOK, "2": http.StatusOK, "0": http.StatusNotFound, "-1": http.StatusNotFound, "x": http.StatusNotFound, "9": http.StatusNotFound} {
			if p := c.Get("/sunrise/products/CAKE-002/versions/" + version); p.Status != want {
				t.Errorf("version %s: %d", version, p.Status)
			}
		}
	})
}

// A batch of a weight, on a scale that shows five grams: the flour takes the rest, and all of it is exactly the weight.
func TestScaledRecipe(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		c := a.As(t, maya)
		at := "/sunrise/products/BREAD-001/versions/1/scale"
		if p := c.Get(at); p.Status != http.StatusOK || !strings.Contains(p.Text("#weigh"), "All Purpose Flour6.12 kg") {
			t.Errorf("as it is: %d, %q", p.Status, p.Text("#weigh"))
		}
		p := c.Get(at + "?weight=10+kg&step=5+g&rest=0")
		if got := p.Text("#weigh"); p.Text("#together") != "10 kg" || !strings.Contains(got, "Fresh Yeast95 g") || !strings.Contains(got, "Sea Salt190 g") || !strings.Contains(got, "All Purpose Flour9.715 kg") {
			t.Errorf("ten kilograms: %q", got)
		}
		if p := c.Get(at + "?pieces=lots&rest=0"); p.Status != http.StatusUnprocessableEntity || p.Find("#f-pieces-e").Length() != 1 || p.Find("#f-pieces").AttrOr("value", "") != "lots" {
			t.Errorf("nonsense: %d", p.Status)
		}
		if p := c.Get(at + "?pieces=12&rest=17"); p.Status != http.StatusUnprocessableEntity || p.Find("#f-rest-e").Length() != 1 {
			t.Errorf("a line that is not there: %d", p.Status)
		}
	})
}
