package web_test

import (
	"database/sql"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"craftplan/internal/apptest"
	"craftplan/internal/money"
	"craftplan/internal/store"
	"craftplan/internal/web"
)

// sold are the amounts that everybody sees. Every other column of money tells what something costs: a new one is looked for by itself.
var sold = []string{"products.price", "price_list_rows.price", "order_lines.unit_price", "order_lines.line_total", "orders.subtotal", "orders.discount_total", "orders.shipping_total", "orders.tax_total", "orders.total", "settings.shipping_flat"}

// costColumns are the columns that tell what something costs, as table.column.
func costColumns(t *testing.T, a *apptest.App) []string {
	t.Helper()
	query := `SELECT m.name || '.' || c.name FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS c WHERE m.type = 'table' AND c.type = 'money_int' ORDER BY 1`
	if a.DB.Engine() == store.Postgres {
		query = `SELECT table_name || '.' || column_name FROM information_schema.columns WHERE domain_name = 'money_int' ORDER BY 1`
	}
	rows, err := a.DB.Unbound().QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var columns []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(sold, name) {
			columns = append(columns, name)
		}
	}
	if err := rows.Err(); err != nil || len(columns) < 12 {
		t.Fatalf("the columns of costs: %v, %v", columns, err)
	}
	return columns
}

// raise gives each column of costs an amount of its own, and returns how each of them is written on pages.
func raise(t *testing.T, raw *sql.DB, columns []string) map[string][]string {
	t.Helper()
	marks := map[string][]string{}
	for i, name := range columns {
		amount := money.Amount(6_000_000+int64(i)*1_137)*money.Micro + 250_000
		table, column, _ := strings.Cut(name, ".")
		where := "1 = 1"
		if name == "lots.value" {
			where = "on_hand <> 0" // else it is worth nothing
		}
		if _, err := raw.ExecContext(t.Context(), fmt.Sprintf("UPDATE %s SET %s = %d WHERE %s", table, column, amount, where)); err != nil {
			t.Fatal(err)
		}
		for _, a := range []money.Amount{amount, amount * 1000} {
			marks[name] = append(marks[name], money.Format(a, "USD", "en-US"), money.FormatUnit(a, "USD", "en-US", 4, 4), money.Input(a, "USD"))
		}
	}
	if _, err := raw.ExecContext(t.Context(), "UPDATE settings SET overhead_rate = 430000"); err != nil {
		t.Fatal(err)
	}
	return marks
}

var clock = regexp.MustCompile(`\d+:\d\d [AP]M`)

// everything is every page of the bakery, of each thing of its lists, and what some forms answer that are refused.
func everything(t *testing.T, a *apptest.App, c *apptest.Client) map[string]string {
	t.Helper()
	paths := a.Pages(c, "sunrise")
	for _, r := range web.Routes() {
		if strings.Contains(r.Pattern, "/exports/") && strings.HasSuffix(r.Pattern, ".csv") {
			paths = append(paths, strings.Replace(r.Pattern, "{organization}", "sunrise", 1))
		}
	}
	for _, list := range []string{"/sunrise/materials", "/sunrise/products", "/sunrise/orders?status=completed", "/sunrise/orders", "/sunrise/lots", "/sunrise/batches", "/sunrise/batches?status=completed"} {
		c.Get(list).Find("tbody th a").Each(func(_ int, s *goquery.Selection) { paths = append(paths, s.AttrOr("href", "")) })
	}
	pages := map[string]string{}
	for _, path := range paths {
		pages[path] = clock.ReplaceAllString(c.Get(path).Body, "")
	}
	for path, form := range map[string]url.Values{
		"/sunrise/materials":                      {"name": {""}},
		"/sunrise/materials/FLOUR-001":            {"name": {""}},
		"/sunrise/materials/FLOUR-001/receipts":   {"quantity": {"much"}},
		"/sunrise/products/BREAD-001/recipe":      {"yield": {"0"}, "steps.0.name": {"Bake"}, "steps.0.was": {"1"}},
		"/sunrise/products/BREAD-001/recipe/cost": {"yield": {"1"}},
		"/sunrise/settings":                       {"tax_rate": {"much"}},
	} {
		pages["refused "+path] = clock.ReplaceAllString(c.Post(path, form).Body, "")
	}
	return pages
}

// Who sees no costs gets the same pages whatever things cost, and on none of them a cost in any form; the owner gets others.
func TestPagesWithoutCosts(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		owner, c := a.As(t, maya), a.As(t, sam)
		before := everything(t, a, c)
		row := owner.Get("/sunrise/settings/members").Find("tr:contains('" + sam + "')")
		action := row.Find("form[action$='/costs']").AttrOr("action", "")
		if p := posted(t, owner, action, url.Values{"costs": {"hidden"}}); !strings.Contains(p.Find("tr:contains('"+sam+"')").Text(), "Sees no costs") {
			t.Error("the members page does not say who sees no costs")
		}
		cheap := everything(t, a, c)
		if before["/sunrise/materials"] == cheap["/sunrise/materials"] {
			t.Error("hiding costs changes nothing")
		}
		marks := raise(t, a.DB.Unbound(), costColumns(t, a))
		dear := everything(t, a, c)
		if len(dear) < 60 || len(dear) != len(cheap) {
			t.Fatalf("%d pages, %d before", len(dear), len(cheap))
		}
		for path, body := range dear {
			if body != cheap[path] {
				t.Errorf("%s differs when costs do", path)
			}
			for column, forms := range marks {
				for _, mark := range forms {
					if strings.Contains(body, mark) {
						t.Errorf("%s shows %s of %s", path, mark, column)
					}
				}
			}
			if strings.Contains(body, "withheld") {
				t.Errorf("%s shows that something is withheld", path)
			}
		}
		refused := slices.DeleteFunc(a.Pages(c, "sunrise"), func(path string) bool {
			return c.Get(path).Status != http.StatusForbidden || owner.Get(path).Status == http.StatusForbidden
		})
		if len(refused) < 5 {
			t.Errorf("pages of costs: %v", refused)
		}
		for _, page := range refused {
			for path, body := range dear {
				if strings.Contains(body, `href="`+page+`"`) {
					t.Errorf("%s leads to %s, which is refused", path, page)
				}
			}
		}
		found := map[string]bool{}
		for _, body := range everything(t, a, owner) {
			for column, forms := range marks {
				found[column] = found[column] || slices.ContainsFunc(forms, func(mark string) bool { return strings.Contains(body, mark) })
			}
		}
		for _, column := range []string{"batches.material_cost", "batches.unit_cost", "labor_steps.hourly_rate", "lots.unit_cost", "lots.value", "movements.value", "materials.price", "recipes.unit_cost", "settings.labor_hourly_rate"} {
			if !found[column] {
				t.Errorf("the owner's pages do not show %s either: this test looks at the wrong ones", column)
			}
		}
		if status := c.Post("/sunrise/products/BREAD-001/recipe/cost", url.Values{"yield": {"1"}}).Status; status != http.StatusForbidden {
			t.Errorf("costing a recipe: %d", status)
		}
		if p := c.Get("/sunrise/products/BREAD-001"); p.Text("dl.kv dd") == "" || p.Find("#unit-cost").Length() != 0 {
			t.Error("the selling price is gone, or the cost is not")
		}
	})
}

// The attack: somebody who sees no costs sends the fields that their forms leave out.
func TestHiddenCostsCannotBeSet(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		raw := a.DB.Unbound()
		if _, err := raw.ExecContext(t.Context(), "UPDATE memberships SET costs = false WHERE user_id = (SELECT id FROM users WHERE email = '"+sam+"') AND organization_id = (SELECT organization_id FROM slugs WHERE slug = 'sunrise')"); err != nil {
			t.Fatal(err)
		}
		ask := func(query string) (n int64) {
			if err := raw.QueryRowContext(t.Context(), query).Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		const bakery = "organization_id = (SELECT id FROM organizations WHERE slug = 'sunrise')"
		price := "SELECT price FROM materials WHERE sku = 'FLOUR-001' AND " + bakery
		lots := "SELECT COUNT(*) FROM lots AS l WHERE l." + bakery + " AND l.unit_cost = (" + price + ")"
		rates := "SELECT COALESCE(SUM(s.hourly_rate * (s.position + 3)), 0) FROM labor_steps AS s JOIN recipes AS r ON r.organization_id = s.organization_id AND r.id = s.recipe_id AND r.status = 'active' WHERE s." + bakery
		if _, err := raw.ExecContext(t.Context(), "UPDATE labor_steps SET hourly_rate = 17000000 + position * 1000000 WHERE "+bakery); err != nil {
			t.Fatal(err)
		}
		priceBefore, lotsBefore, ratesBefore := ask(price), ask(lots), ask(rates)
		c := a.As(t, sam)
		posted(t, c, "/sunrise/materials/FLOUR-001", url.Values{"name": {"Fine flour"}, "sku": {"FLOUR-001"}, "unit": {"g"}, "price": {"99"}})
		posted(t, c, "/sunrise/materials/FLOUR-001/receipts", url.Values{"quantity": {"1 kg"}, "unit_cost": {"99"}})
		form := formOf(c.Get("/sunrise/products/BREAD-001/recipe"), "#recipe")
		if form.Get("steps.0.name") == "" || form.Has("steps.0.rate") {
			t.Fatalf("the recipe's form: %v", form)
		}
		form.Set("steps.0.rate", "1")
		form.Set("steps.0.name", "Another name")
		posted(t, c, "/sunrise/products/BREAD-001/recipe", form)
		if p := c.Post("/sunrise/settings", url.Values{"labor_hourly_rate": {"1"}}); p.Status != http.StatusForbidden {
			t.Errorf("the settings: %d", p.Status)
		}
		if n := ask(price); n != priceBefore {
			t.Errorf("the price is %d, was %d", n, priceBefore)
		}
		if n := ask(lots); n != lotsBefore+1 {
			t.Errorf("%d lots at the material's price, %d before", n, lotsBefore)
		}
		if n := ask(rates); n != ratesBefore {
			t.Errorf("the rates of steps are %d, were %d", n, ratesBefore)
		}
	})
}

// formOf is what a browser would send of a form as it stands.
func formOf(p *apptest.Page, selector string) url.Values {
	form := url.Values{}
	p.Find(selector + " [name]").Each(func(_ int, s *goquery.Selection) {
		value, _ := s.Attr("value")
		switch goquery.NodeName(s) {
		case "select":
			value, _ = s.Find("[selected]").Attr("value")
		case "textarea":
			value = s.Text()
		}
		form.Set(s.AttrOr("name", ""), value)
	})
	return form
}
