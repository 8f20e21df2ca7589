package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"craftplan/internal/apptest"
	"craftplan/internal/organizations"
)

// An owner lets support in for a reason; every page says so; support reads and does not write, is told so, and is out at once when the
// owner says so. The log tells who came.
func TestSupportAccess(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		owner, staff, hale := a.As(t, maya), a.As(t, sam), a.As(t, jonas)
		const page, end = "/sunrise/settings/organization/support", "/sunrise/settings/organization/support/end"
		if p := hale.Get("/support"); p.Status != http.StatusNotFound {
			t.Errorf("somebody who is not of the support: %d", p.Status)
		}
		if err := organizations.SetSupporter(t.Context(), a.DB.Store, jonas, true); err != nil {
			t.Fatal(err)
		}
		if p := hale.Get("/support"); p.Status != http.StatusOK || !strings.Contains(p.Text("main"), "Nobody asks for help") {
			t.Errorf("nobody lets support in: %d, %q", p.Status, p.Text("main"))
		}
		if p := owner.Get("/sunrise/settings/organization"); p.Find("a[href='"+page+"']").Length() != 1 {
			t.Error("no link to support access")
		}
		if p := staff.Get(page); p.Status != http.StatusForbidden {
			t.Errorf("staff: %d", p.Status)
		}
		p := owner.Post(page, url.Values{"reason": {""}, "hours": {"x"}, "scope": {"write"}})
		if p.Status != http.StatusUnprocessableEntity || p.Find("#f-reason-e").Length() != 1 || p.Find("#f-hours-e").Length() != 1 || p.Find("#f-scope option[selected]").AttrOr("value", "") != "write" {
			t.Errorf("a grant without a reason: %d, %q", p.Status, p.Text("[role=alert]"))
		}
		p = posted(t, owner, page, url.Values{"reason": {"The label of the rye is wrong"}, "hours": {"4"}, "scope": {"read"}})
		if !strings.Contains(p.Text(".note"), "Support may read this organization until") || p.Find(".note form[action='"+end+"']").Length() != 1 {
			t.Errorf("the owner's page: %q", p.Text(".note"))
		}
		if p := staff.Get("/sunrise/orders"); !strings.Contains(p.Text(".note"), "The label of the rye is wrong") || p.Find("form[action='"+end+"']").Length() != 0 {
			t.Errorf("staff reads: %q", p.Text(".note"))
		}

		if p := hale.Get("/sunrise/orders"); p.Status != http.StatusNotFound {
			t.Errorf("support before they come in: %d", p.Status)
		}
		if p := hale.Get("/support"); !strings.Contains(p.Text("li"), "The label of the rye is wrong") || p.Find("form[action='/support/sunrise/entry']").Length() != 1 {
			t.Errorf("who asks for help: %q", p.Text("main"))
		}
		if p := hale.Post("/support/bluebird/entry", nil); p.Status != http.StatusNotFound {
			t.Errorf("an organization that did not ask: %d", p.Status)
		}
		if p := posted(t, hale, "/support/sunrise/entry", nil); p.Status != http.StatusOK || !strings.Contains(p.Text(".note"), "You are here as support and may read") {
			t.Errorf("support comes in: %d, %q", p.Status, p.Text(".note"))
		}
		if p := hale.Post("/sunrise/customers", url.Values{"name": {"New"}}); p.Status != http.StatusForbidden {
			t.Errorf("support writes: %d", p.Status)
		}
		if p := hale.Get("/sunrise/settings/members"); p.Status != http.StatusForbidden {
			t.Errorf("support sees members: %d", p.Status)
		}
		if p := hale.Get("/sunrise/settings"); p.Status != http.StatusOK || p.Find("form[action='/sunrise/settings/departure']").Length() != 0 {
			t.Errorf("support is offered to leave: %d", p.Status)
		}
		if p := owner.Get("/sunrise/settings/members"); strings.Contains(p.Text("main"), jonas) {
			t.Error("support is among the members")
		}

		if p := posted(t, owner, end, nil); strings.Contains(p.Text(".note"), "Support may") {
			t.Errorf("shut out: %q", p.Text(".note"))
		}
		if p := hale.Get("/sunrise/orders"); p.Status != http.StatusNotFound {
			t.Errorf("support that was shut out: %d", p.Status)
		}
		log := owner.Get("/sunrise/settings/audit?kind=support+access").Text("tbody")
		for _, want := range []string{"Let in", "Came in", "Revoked", ", as support"} {
			if !strings.Contains(log, want) {
				t.Errorf("the log has no %q: %s", want, log)
			}
		}
	})
}
