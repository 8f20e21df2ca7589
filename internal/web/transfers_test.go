package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"craftplan/internal/apptest"
)

// What is moved "on its way" is listed until it has arrived; what is missing then needs a word, and nothing that was typed is lost.
func TestTransfers(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		c := a.As(t, maya)
		lot := received(t, c, "FLOUR-001", url.Values{"quantity": {"10 kg"}, "unit_cost": {"2"}, "lot": {"L1"}})
		if got := c.Get("/sunrise/lots").Find(`a[href="/sunrise/transfers"]`).Length(); got != 0 {
			t.Error("transfers are spoken of where there is one location")
		}
		page := posted(t, c, "/sunrise/settings/locations", url.Values{"name": {"Market stall"}})
		first, _ := page.Find("#f-receives option").Eq(0).Attr("value")
		stall, _ := page.Find("#f-receives option").Eq(1).Attr("value")
		move := url.Values{"from": {first}, "to": {stall}, "quantity": {"4 kg"}, "reason": {"for Saturday"}, "arrives": {"later"}, "expected_on": {"2001-01-01"}}
		if p := c.Post(lot+"/moves", move); p.Status != http.StatusUnprocessableEntity || p.Find("#move .field-error").Length() != 1 {
			t.Errorf("expected long ago: %d, %q", p.Status, p.Text("#move .field-error"))
		} else if got, _ := p.Find("#f-move-q").Attr("value"); got != "4 kg" {
			t.Errorf("what was typed became %q", got)
		}
		move.Del("expected_on")
		page = posted(t, c, lot+"/moves", move)
		if got := page.Text(".note"); !strings.Contains(got, "4 kg is on its way to Market stall") {
			t.Errorf("the lot says %q", got)
		}
		if got := page.Text("section[aria-labelledby=places] dl"); got != "Main6 kgOn its way4 kg" {
			t.Errorf("it stands at %q", got)
		}
		if page.Find("#f-move-f option").Length() != 1 {
			t.Error("what is on its way can be moved")
		}
		link := c.Get("/sunrise/lots").Find(`a[href="/sunrise/transfers"]`)
		list := c.Get("/sunrise/transfers")
		if link.Length() != 1 || list.Find("tbody tr").Length() != 1 || !strings.Contains(list.Text("tbody"), "On its way") {
			t.Errorf("the list: %q", list.Text("tbody"))
		}
		here, _ := list.Find("tbody th a").Attr("href")
		if p := c.Get(here); p.Find("#arrived, #back").Length() != 2 || !strings.Contains(p.Text("dl"), "for Saturday") {
			t.Errorf("the transfer: %q", p.Text("dl"))
		}
		if p := a.As(t, vera).Get(here); p.Status != http.StatusOK || p.Find("#arrived, #back").Length() != 0 {
			t.Errorf("a viewer: %d", p.Status)
		}
		if p := c.Post(here+"/arrival", url.Values{"quantity": {"3 kg"}}); p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Text("#arrived .field-error"), "Say why") {
			t.Errorf("less arrived, without a word: %d, %q", p.Status, p.Text("#arrived .field-error"))
		} else if got, _ := p.Find("#f-arrived-q").Attr("value"); got != "3 kg" {
			t.Errorf("what was typed became %q", got)
		}
		if p := c.Post(here+"/arrival", url.Values{"quantity": {"heaps"}}); p.Status != http.StatusUnprocessableEntity || p.Find("#arrived .field-error").Length() != 1 {
			t.Errorf("no quantity: %d", p.Status)
		}
		page = posted(t, c, here+"/arrival", url.Values{"quantity": {"3 kg"}, "reason": {"a sack tore"}})
		if got := page.Text("dl"); !strings.Contains(got, "Arrived3 kg") || page.Find("#arrived").Length() != 0 {
			t.Errorf("arrived: %q", got)
		}
		if p := c.Post(here+"/return", nil); p.Status != http.StatusSeeOther || !strings.Contains(c.Get(here).Text("#toasts"), "ended already") {
			t.Errorf("called back after that: %d", p.Status)
		}
		if got := c.Get(lot).Text("section[aria-labelledby=places] dl"); got != "Main6 kgMarket stall3 kg" {
			t.Errorf("it stands at %q", got)
		}
		if got := c.Get("/sunrise/transfers").Text("#list"); !strings.Contains(got, "Nothing is on its way") {
			t.Errorf("the list: %q", got)
		}
		if got := c.Get("/sunrise/exports/transfers.csv?state=all"); got.Status != http.StatusOK || !strings.Contains(got.Body, "Market stall") {
			t.Errorf("the export: %d %s", got.Status, got.Body)
		}
	})
}
