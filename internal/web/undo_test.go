package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"craftplan/internal/apptest"
)

// What was completed or delivered by mistake is undone on its page, and the page says why when it cannot be.
func TestUndo(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		c := a.As(t, maya)
		pages := map[string]string{}
		for _, list := range []string{"/sunrise/batches?status=completed", "/sunrise/orders?status=delivered"} {
			page := c.Get(list)
			href := page.Find("tbody th a").First().AttrOr("href", "")
			pages[list] = href
			if !strings.Contains(c.Get(href).Find("dialog").Text(), "Both stay in the ledger.") {
				t.Fatalf("%s is not asked about", href)
			}
		}
		order := pages["/sunrise/orders?status=delivered"]
		page := posted(t, c, order+"/return", url.Values{"reason": {"the wrong door"}})
		if !strings.Contains(page.Text("#toasts"), "taken back") || page.Find("dialog#return").Length() > 0 || page.Find(".badge").FilterFunction(func(_ int, s *goquery.Selection) bool { return strings.TrimSpace(s.Text()) == "Ready" }).Length() != 1 {
			t.Errorf("the delivery taken back: %q", page.Text("#toasts"))
		}
		if p := c.Post(order+"/return", nil); p.Status != http.StatusSeeOther || !strings.Contains(c.Get(order).Text("#toasts"), "no delivery to take back") {
			t.Errorf("taken back twice: %d", p.Status)
		}
		batch := pages["/sunrise/batches?status=completed"]
		if offered := c.Get(batch).Find("form[action$='/undoing']").Length(); offered != 1 || a.As(t, sam).Get(batch).Find("form[action$='/undoing']").Length() != 0 {
			t.Errorf("undoing is offered %d times, or to staff", offered)
		}
		c.Post(batch+"/undoing", nil)
		page = c.Get(batch)
		undone := strings.Contains(page.Text("#toasts"), "The completion was undone")
		if state := page.Text("h1 .badge"); undone != (state == "In progress") || !undone && !strings.Contains(page.Text("#toasts"), "Lot "+strings.TrimPrefix(batch, "/sunrise/batches/")+" has only") {
			t.Errorf("the batch is %s and says %q", state, page.Text("#toasts"))
		}
		if p := a.As(t, sam).Post(batch+"/undoing", nil); p.Status != http.StatusForbidden {
			t.Errorf("staff undoes a batch: %d", p.Status)
		}
	})
}
