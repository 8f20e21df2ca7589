package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"craftplan/internal/apptest"
)

// A count through the forms, without scripts: started, counted, weighed, reviewed, approved.
func TestACount(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		c := a.As(t, maya)
		posted(t, c, "/sunrise/materials", url.Values{"name": {"Spelt"}, "sku": {"SPELT"}, "unit": {"g"}, "price": {"3"}, "category": {"Ancient"}, "opening": {"4 kg"}, "lot": {"S1"}})
		received(t, c, "SPELT", url.Values{"quantity": {"2 kg"}, "unit_cost": {"3"}, "lot": {"S2"}, "expires_on": {"2031-01-01"}})
		posted(t, c, "/sunrise/containers", url.Values{"name": {"Tub"}, "tare": {"250 g"}})
		tub, _ := c.Get("/sunrise/containers").Find("form[action$='/removal']").Attr("action")
		tub = strings.TrimSuffix(strings.TrimPrefix(tub, "/sunrise/containers/"), "/removal")
		if p := c.Post("/sunrise/containers", url.Values{"name": {"tub"}}); p.Status != http.StatusUnprocessableEntity {
			t.Errorf("a container without weight: %d", p.Status)
		}
		started := c.Post("/sunrise/counts", url.Values{"choice": {"category Ancient"}, "blind": {"yes"}})
		count := started.Location
		page := c.Get(count)
		if page.Status != http.StatusOK || page.Find(".count-row").Length() != 2 || strings.Contains(page.Text("main"), "2 kg") || page.Find("[placeholder='2']").Length() > 0 {
			t.Fatalf("a blind count shows: %s", page.Text("main"))
		}
		if sheet := c.Get(count + "/sheet"); sheet.Find("tbody tr").Length() != 2 || strings.Contains(sheet.Text("thead"), "Expected") {
			t.Errorf("its sheet: %s", sheet.Text("table"))
		}
		line := func(n, revision string, v url.Values) *apptest.Page {
			v.Set("seen", "r"+revision)
			return c.Post(count+"/lines/line-"+n, v)
		}
		for name, v := range map[string]url.Values{"nonsense": {"counted": {"some"}}, "another unit": {"counted": {"3 l"}}, "negative": {"counted": {"-1"}}, "lighter than its container": {"gross": {"0.2"}, "container": {tub}},
			"no container": {"gross": {"2"}, "container": {"x"}}, "nothing on the scale": {"container": {tub}}} {
			if p := line("1", "0", v); p.Status != http.StatusUnprocessableEntity || p.Find("#line-1 .field-error").Length() != 1 {
				t.Errorf("%s: %d, %q", name, p.Status, p.Find(".field-error").Text())
			}
		}
		if p := line("3", "0", url.Values{"counted": {"1"}}); p.Status != http.StatusNotFound {
			t.Errorf("a line that is none: %d", p.Status)
		}
		for _, name := range []string{"line-0", "line--1", "line-01", "1", "line-x"} {
			if p := c.Post(count+"/lines/"+name, url.Values{"seen": {"r0"}, "counted": {"1"}}); p.Status != http.StatusNotFound {
				t.Errorf("%s: %d", name, p.Status)
			}
		}
		line("1", "0", url.Values{"counted": {"1.5"}, "reason": {""}}) // of S2, which expires
		line("2", "0", url.Values{"gross": {"4.25 kg"}, "container": {tub}})
		review := c.Get(count + "/review")
		if review.Text("#different") != "1" || review.Text("#missing") != "$1.50" || !strings.Contains(review.Text("tbody"), "4.25 kg gross in Tub of 250 g") {
			t.Errorf("found: %s", review.Text("main"))
		}
		sam := a.As(t, "sam@sunrise.example")
		if p := sam.Post(count+"/lines/line-1", url.Values{"seen": {"r0"}, "counted": {"1"}}); p.Status != http.StatusConflict || !strings.Contains(p.Text("#line-1 .field-error"), "1.5 kg") {
			t.Errorf("replaced unseen: %d, %q", p.Status, p.Text("#line-1 .field-error"))
		}
		vera := a.As(t, "vera@sunrise.example")
		if p := vera.Get(count); p.Find(".stepper").Length() > 0 || p.Find("form[action$='/approval']").Length() > 0 {
			t.Error("a viewer is offered to count")
		}
		page = posted(t, c, count+"/approval", nil)
		if !strings.Contains(page.Text("#toasts"), "approved") || page.Find("form[action$='/approval']").Length() > 0 {
			t.Errorf("approved: %s", page.Text("main"))
		}
		for who, may := range map[*apptest.Client]bool{c: true, sam: false, vera: false} {
			if p := who.Get(count); p.Find("form[action$='/undoing']").Length() > 0 != may {
				t.Errorf("undoing is offered: %t", !may)
			}
		}
		if got := c.Get("/sunrise/materials/SPELT").Text("#on-hand"); got != "5.5 kg" {
			t.Errorf("on hand %q", got)
		}
		if got := c.Get("/sunrise/counts").Text("tbody tr"); !strings.Contains(got, "2 of 2") || !strings.Contains(got, "50%") || !strings.Contains(got, "Approved") {
			t.Errorf("listed: %q", got)
		}
		if got := c.Get("/sunrise/lots/S2").Text("section[aria-labelledby=history]"); !strings.Contains(got, "Counted") {
			t.Errorf("the lot's history: %q", got)
		}
		if p := c.Post("/sunrise/counts", url.Values{"choice": {"category None"}}); p.Status != http.StatusUnprocessableEntity {
			t.Errorf("nothing to count: %d", p.Status)
		}
	})
}
