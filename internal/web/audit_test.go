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

// The log is taken away with its filters, whole, a row for each field; and by nobody who may not read it.
func TestAuditExport(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		c := a.As(t, maya)
		posted(t, c, "/sunrise/settings/locations", url.Values{"name": {"=Cold room"}})
		href, _ := c.Get("/sunrise/settings/audit?kind=location&record=%3DCold+room").Find(".panel-foot a[download]").Attr("href")
		if !strings.HasPrefix(href, "/sunrise/exports/audit.csv?") {
			t.Fatalf("the log offers %q", href)
		}
		rows := exportedAs(t, c, href)
		if len(rows) < 2 || rows[1][2] != "Maya Torres" && !strings.HasPrefix(rows[1][2], "Maya") || rows[1][4] != "Web" || rows[1][8] != "Added" || rows[1][9] != "Location" || rows[1][10] != "'=Cold room" {
			t.Errorf("exported %q", rows)
		}
		entries := map[string]bool{}
		all := exportedAs(t, c, "/sunrise/exports/audit.csv?after=nonsense")
		for _, row := range all[1:] {
			entries[row[1]] = true
		}
		shown := 0
		for p := c.Get("/sunrise/settings/audit"); ; {
			shown += p.Find("tbody tr").Length()
			next := p.Find("a[aria-label='Next page']").AttrOr("href", "")
			if next == "" {
				break
			}
			p = c.Get(next)
		}
		if len(entries) != shown {
			t.Errorf("%d entries exported, %d shown", len(entries), shown)
		}
		if p := c.Get("/sunrise/exports/audit.csv?from=yesterday"); p.Status != http.StatusUnprocessableEntity {
			t.Errorf("a day that is none: %d", p.Status)
		}
	})
	a := apptest.New(t, store.SQLite)
	for _, who := range []string{sam, vera} {
		if p := a.As(t, who).Get("/sunrise/exports/audit.csv"); p.Status != http.StatusForbidden {
			t.Errorf("%s: %d", who, p.Status)
		}
	}
}

// The pages of records lead to what the log tells of them, for who may read it.
func TestTrails(t *testing.T) {
	a := apptest.New(t, store.SQLite)
	maya, vera := a.As(t, maya), a.As(t, vera)
	for list, kind := range map[string]string{"materials": "material", "products": "product", "orders": "order", "lots": "lot", "batches": "batch"} {
		page, ok := maya.Get("/sunrise/" + list).Find("#list tbody th a.link").Attr("href")
		if !ok {
			page, _ = maya.Get("/sunrise/" + list).Find("#list tbody a[href*='/" + list + "/']").Attr("href")
		}
		trail, _ := maya.Get(page).Find("a:contains('Audit log')").Attr("href")
		if !strings.HasPrefix(trail, "/sunrise/settings/audit?kind="+kind+"&record=") {
			t.Errorf("%s leads to %q", page, trail)
			continue
		}
		if p := maya.Get(trail); p.Status != http.StatusOK || p.Find("#f-record").AttrOr("value", "") == "" {
			t.Errorf("%s: %d", trail, p.Status)
		}
		if p := vera.Get(page); p.Status != http.StatusOK || p.Find("a:contains('Audit log')").Length() != 0 {
			t.Errorf("%s of a viewer: %d", page, p.Status)
		}
	}
	trail, _ := maya.Get("/sunrise/settings/members").Find("tbody a:contains('Audit log')").Attr("href")
	if p := maya.Get(trail); !strings.HasPrefix(trail, "/sunrise/settings/audit?kind=member&record=") || p.Find("tbody tr").Length() == 0 {
		t.Errorf("a member leads to %q", trail)
	}
}
