package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"craftplan/internal/apptest"
)

// An owner closes the organization with its name and their password; everybody reads it with a word about the end, nobody changes
// anything, and an owner takes it back from any page.
func TestClosingPage(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		c, staff := a.As(t, maya), a.As(t, sam)
		const closing, cancel = "/sunrise/settings/organization/closing", "/sunrise/settings/organization/closing/cancellation"
		if p := c.Get("/sunrise/settings/organization"); p.Find("a[href='"+closing+"']").Length() != 1 {
			t.Error("no link to close it")
		}
		if p := staff.Get(closing); p.Status != http.StatusForbidden {
			t.Errorf("staff: %d", p.Status)
		}
		p := c.Post(closing, url.Values{"name": {"Sunrise"}, "current": {"a wrong guess"}})
		if p.Status != http.StatusUnprocessableEntity || p.Find("#f-name-e").Length() != 1 || p.Find("#f-current-e").Length() != 1 || p.Find("#f-name").AttrOr("value", "") != "Sunrise" || strings.Contains(p.Body, "a wrong guess") {
			t.Errorf("a wrong name and password: %d, %q", p.Status, p.Text("[role=alert]"))
		}
		p = posted(t, c, closing, url.Values{"name": {"Sunrise Bakery"}, "current": {"craftplan-demo"}})
		if !strings.Contains(p.Body, "is removed for good on") || p.Find("form[action='"+cancel+"']").Length() != 1 {
			t.Errorf("the owner's page: %q", p.Text(".note"))
		}
		p = staff.Get("/sunrise/orders")
		if p.Status != http.StatusOK || !strings.Contains(p.Text(".note"), "is closing") || p.Find("form[action='"+cancel+"']").Length() != 0 {
			t.Errorf("staff reads: %d, %q", p.Status, p.Text(".note"))
		}
		if p := staff.Post("/sunrise/customers", url.Values{"name": {"New"}}); p.Status != http.StatusForbidden || !strings.Contains(p.Body, "is closing") {
			t.Errorf("staff writes: %d", p.Status)
		}
		if p := posted(t, staff, cancel, nil); !strings.Contains(p.Body, "Only an owner") || !strings.Contains(p.Text(".note"), "is closing") {
			t.Errorf("staff cancels: %q", p.Text(".toast"))
		}
		if p := posted(t, c, cancel, nil); strings.Contains(p.Text(".note"), "is closing") {
			t.Errorf("cancelled: %q", p.Text(".note"))
		}
		if p := c.Get("/sunrise/settings/audit?kind=organization"); !strings.Contains(p.Text("tbody"), "Closing cancelled") {
			t.Errorf("the log: %q", p.Text("tbody tr"))
		}
	})
}
