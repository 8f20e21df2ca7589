package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"craftplan/internal/apptest"
)

const food = "/sunrise/settings/food"

// foodRow is the row of an allergen or a nutrient: its kind, and the address of a change of it.
func foodRow(t *testing.T, p *apptest.Page, name string) (kind, change string) {
	t.Helper()
	row := p.Find("main tbody tr").FilterFunction(func(_ int, s *goquery.Selection) bool {
		return strings.Join(strings.Fields(s.Find("th").Text()), " ") == name
	})
	if row.Length() != 1 {
		t.Fatalf("%d rows of %s", row.Length(), name)
	}
	change, _ = row.Find("form").Attr("action")
	return strings.TrimSpace(row.Find(".badge").Text()), change[:max(strings.LastIndex(change, "/"), 0)]
}

func TestFood(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		c := a.As(t, maya)
		p := c.Get(food)
		for _, name := range []string{"Cereals containing gluten", "Molluscs", "Energy (kJ)", "of which saturates", "Salt"} {
			if kind, change := foodRow(t, p, name); !strings.HasPrefix(kind, "EU") || change != "" {
				t.Errorf("%s is %q, changed at %q", name, kind, change)
			}
		}
		if n := p.Find("section[aria-labelledby=allergens-title] tbody tr").Length(); n != 14 {
			t.Errorf("%d allergens", n)
		}
		if p := posted(t, c, food+"/allergens", url.Values{"name": {"Kiwi"}}); p.Text(".flash p") != "The allergen was added." {
			t.Errorf("add: %q", p.Text(".flash p"))
		}
		fat := p.Find("#add-nutrient-part option").FilterFunction(func(_ int, s *goquery.Selection) bool { return s.Text() == "Fat" }).AttrOr("value", "")
		p = posted(t, c, food+"/nutrients", url.Values{"name": {"Lauric acid"}, "unit": {"g"}, "part_of": {fat}})
		if kind, _ := foodRow(t, p, "of which lauric acid"); kind != "Your own" {
			t.Errorf("a new nutrient is %q", kind)
		}
		for name, next := range map[string]string{"Kiwi": "Kiwi fruit", "of which lauric acid": "of which oleic acid"} {
			_, at := foodRow(t, p, name)
			p = posted(t, c, at+"/name", url.Values{"name": {strings.TrimPrefix(next, "of which ")}})
			for _, step := range [][2]string{{"", "Your own"}, {"/archive", "Archived"}, {"/restoration", "Your own"}} {
				if step[0] != "" {
					p = posted(t, c, at+step[0], nil)
				}
				if kind, _ := foodRow(t, p, next); kind != step[1] {
					t.Errorf("%s after %q is %q", next, step[0], kind)
				}
			}
		}
		if kind := a.As(t, jonas).Get("/bluebird/settings/food").Text("main"); strings.Contains(kind, "Kiwi") {
			t.Error("another organization has it too")
		}
	})
}

// What is refused comes back in its dialog, with what was typed.
func TestFoodRefused(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		c := a.As(t, maya)
		p := c.Post(food+"/allergens", url.Values{"name": {"milk"}})
		if p.Status != http.StatusUnprocessableEntity || p.Text("#add-allergen-name-e") != "There is one with this name." || p.Find("#add-allergen-name").AttrOr("value", "") != "milk" {
			t.Errorf("taken: %d, %q", p.Status, p.Text("#add-allergen-name-e"))
		}
		p = c.Post(food+"/nutrients", url.Values{"name": {" "}, "unit": {"stone"}, "part_of": {"x"}})
		if p.Status != http.StatusUnprocessableEntity || p.Find("#add-nutrient-part-e").Length() != 1 {
			t.Errorf("part of nothing: %d", p.Status)
		}
		p = c.Post(food+"/nutrients", url.Values{"name": {" "}, "unit": {"stone"}})
		if p.Status != http.StatusUnprocessableEntity || p.Find("#add-nutrient-name-e").Length() != 1 || p.Find("#add-nutrient-unit-e").Length() != 1 {
			t.Errorf("no name and no unit: %d", p.Status)
		}
		p = posted(t, c, food+"/allergens", url.Values{"name": {"Kiwi"}})
		_, at := foodRow(t, p, "Kiwi")
		which := at[strings.LastIndex(at, "/")+1:]
		if p := c.Post(at+"/name", url.Values{"name": {"Milk"}}); p.Status != http.StatusUnprocessableEntity || p.Find("#name-"+which+"-e").Length() != 1 {
			t.Errorf("rename: %d", p.Status)
		}
		for _, path := range []string{food + "/allergens/x/name", food + "/nutrients/" + which + "/archive", "/bluebird/settings/food/allergens/" + which + "/archive"} {
			if p := a.As(t, jonas).Post(strings.Replace(path, "/sunrise/", "/bluebird/", 1), url.Values{"name": {"X"}}); p.Status != http.StatusNotFound {
				t.Errorf("%s: %d", path, p.Status)
			}
		}
		viewer := a.As(t, vera)
		if p := viewer.Get(food); p.Status != http.StatusOK || p.Find("main form, main button").Length() != 0 {
			t.Errorf("a viewer is offered %d changes", p.Find("main form, main button").Length())
		}
	})
}
