package web_test

import (
	"archive/zip"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"craftplan/internal/apptest"
	"craftplan/internal/organizations"
)

// An owner asks for an archive, watches it being made, and downloads it with their password.
func TestExportPage(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		c, staff := a.As(t, maya), a.As(t, sam)
		const export = "/sunrise/settings/export"
		if p := staff.Get(export); p.Status != http.StatusForbidden {
			t.Errorf("staff: %d", p.Status)
		}
		if p := c.Get("/sunrise/settings"); p.Find("nav a[href='"+export+"']").Length() != 1 || staff.Get("/sunrise/settings").Find("a[href='"+export+"']").Length() != 0 {
			t.Errorf("the tab: %q", p.Text("nav.tabs"))
		}
		p := posted(t, c, export, nil)
		if p.Find("#state progress").Length() != 1 || p.Find("#state[hx-get]").Length() != 1 {
			t.Fatalf("asked: %q", p.Text("#state"))
		}
		stop, _ := p.Find("form[action$='/stop']").Attr("action")
		if p := posted(t, c, export, nil); !strings.Contains(p.Text("#toasts"), "being made already") {
			t.Errorf("asked twice: %q", p.Text("#toasts"))
		}
		if p := posted(t, c, stop, nil); p.Find("#state progress").Length() != 0 {
			t.Errorf("stopped: %q", p.Text("#state"))
		}
		if p := c.Post(stop, nil); p.Status != http.StatusNotFound {
			t.Errorf("stopped twice: %d", p.Status)
		}
		a.Work(t)
		posted(t, c, export, nil)
		p = settled(t, c, export)
		download, _ := p.Find("form[action$='/download']").Attr("action")
		if !strings.Contains(p.Text("#ready"), "ready") || p.Text("#size") == "" || download == "" {
			t.Fatalf("ready: %q", p.Text("#state"))
		}
		if p := c.Post(download, url.Values{"current": {"a wrong guess"}}); p.Status != http.StatusUnprocessableEntity || p.Find("#f-current-e").Length() != 1 || strings.Contains(p.Body, "a wrong guess") {
			t.Errorf("a wrong password: %d, %q", p.Status, p.Text("#state"))
		}
		if p := staff.Post(download, url.Values{"current": {"craftplan-demo"}}); p.Status != http.StatusForbidden {
			t.Errorf("staff downloads: %d", p.Status)
		}
		p = c.Post(download, url.Values{"current": {"craftplan-demo"}})
		if p.Status != http.StatusOK || p.Header.Get("Content-Type") != "application/zip" || !strings.HasPrefix(p.Header.Get("Content-Disposition"), `attachment; filename="sunrise-20`) || !strings.HasPrefix(p.Body, "PK") {
			t.Fatalf("download: %d, %v", p.Status, p.Header)
		}
		z, err := zip.NewReader(strings.NewReader(p.Body), int64(len(p.Body)))
		if err != nil || len(z.File) < 10 {
			t.Errorf("the archive: %v", err)
		}
		if p := c.Get("/sunrise/settings/audit?kind=organization"); !strings.Contains(p.Text("main"), "downloaded") || !strings.Contains(p.Text("main"), "asked for") {
			t.Errorf("the log: %q", p.Text("main"))
		}
		posted(t, c, strings.Replace(download, "/download", "/removal", 1), nil)
		if p := c.Post(download, url.Values{"current": {"craftplan-demo"}}); p.Status != http.StatusNotFound {
			t.Errorf("removed, and downloaded: %d", p.Status)
		}
	})
}

// An organization that does not work can be carried away by its owners, and by nobody else; what is asked for is made.
func TestExportAtRest(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		a.Work(t)
		c, staff := a.As(t, maya), a.As(t, sam)
		const export = "/sunrise/settings/export"
		if _, err := organizations.SuspendOrganization(t.Context(), a.DB.Store, "sunrise", "Unpaid."); err != nil {
			t.Fatal(err)
		}
		try := func(what string) {
			if p := staff.Post(export, nil); p.Status != http.StatusForbidden {
				t.Errorf("%s: staff asks: %d", what, p.Status)
			}
			if p := c.Post("/sunrise/settings/organization/second-factor", nil); p.Status != http.StatusForbidden {
				t.Errorf("%s: an owner changes something: %d", what, p.Status)
			}
			posted(t, c, export, nil)
			p := settled(t, c, export)
			download, _ := p.Find("form[action$='/download']").Attr("action")
			if p := c.Post(download, url.Values{"current": {"craftplan-demo"}}); p.Status != http.StatusOK || !strings.HasPrefix(p.Body, "PK") {
				t.Errorf("%s: the archive: %d, %q", what, p.Status, p.Text("main"))
			}
		}
		try("suspended")
		if _, err := organizations.Resume(t.Context(), a.DB.Store, "sunrise"); err != nil {
			t.Fatal(err)
		}
		if _, err := organizations.CloseByOperator(t.Context(), a.DB.Store, "sunrise", "It ends.", false); err != nil {
			t.Fatal(err)
		}
		try("closing")
		p := c.Get(export)
		download, _ := p.Find("form[action$='/download']").Attr("action")
		kept, err := filepath.Glob(filepath.Join(a.Files, "*", "*"))
		for _, name := range kept {
			err = os.Remove(name)
		}
		if err != nil || len(kept) == 0 {
			t.Fatal(kept, err)
		}
		if p := posted(t, c, download, url.Values{"current": {"craftplan-demo"}}); !strings.Contains(p.Text("#toasts"), "not kept any more") {
			t.Errorf("its content is gone: %q", p.Text("#toasts"))
		}
	})
}
