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

// What an owner changes stands in the log, with whence, before and after; the log is filtered and read page by page.
func TestAuditPage(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		c := a.As(t, maya)
		posted(t, c, "/sunrise/settings/locations", url.Values{"name": {"Cold room"}})
		p := c.Get("/sunrise/settings/audit?kind=location")
		row := p.Text("tbody tr")
		if p.Find("tbody tr").Length() != 1 || !strings.Contains(row, "Cold room") || !strings.Contains(row, "Added") || !strings.Contains(row, "Web") || !strings.Contains(row, "Maya") || !strings.Contains(row, "127.0.0.1") {
			t.Errorf("the entry: %q", row)
		}
		person := p.Find(`#f-person option`).FilterFunction(func(_ int, s *goquery.Selection) bool { return strings.HasPrefix(s.Text(), "Sam") }).AttrOr("value", "")
		if p := c.Get("/sunrise/settings/audit?kind=location&person=" + person); person == "" || p.Find("tbody tr").Length() != 0 || !strings.Contains(p.Body, "No such entries") {
			t.Errorf("by Sam: %q", p.Text("tbody tr"))
		}
		if p := c.Get("/sunrise/settings/audit?from=yesterday"); p.Status != http.StatusOK || p.Find("#f-from-e").Length() != 1 || p.Find("#f-from").AttrOr("value", "") != "yesterday" {
			t.Errorf("a day that is none: %d", p.Status)
		}
		first, seen := c.Get("/sunrise/settings/audit"), 0
		for page := first; ; seen++ {
			next := page.Find("a[aria-label='Next page']").AttrOr("href", "")
			if next == "" || seen > 40 {
				if page.Find("tbody tr").Length() == 0 || page.Find("a:contains('Latest')").Length() != 1 {
					t.Errorf("the last page: %q", page.Text(".panel-foot"))
				}
				break
			}
			page = c.Get(next)
		}
		if seen < 2 || first.Find("tbody tr").Length() != 50 {
			t.Errorf("%d pages after the first, which has %d rows", seen, first.Find("tbody tr").Length())
		}
	})
	a := apptest.New(t, store.SQLite)
	for _, who := range []string{sam, vera} {
		if p := a.As(t, who).Get("/sunrise/settings/audit"); p.Status != http.StatusForbidden {
			t.Errorf("%s: %d", who, p.Status)
		}
	}
}
