package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"craftplan/internal/apptest"
)

const newPassword = "another quiet oven"

// Somebody changes their password: the browser that did stays, the others are signed out, and the old password no longer opens.
func TestChangePassword(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		here, there := a.As(t, sam), a.As(t, sam)
		for name, form := range map[string]url.Values{"current": {"current": {"a guess"}, "password": {newPassword}}, "password": {"current": {"craftplan-demo"}, "password": {"short"}}} {
			if p := here.Post("/account/password", form); p.Status != http.StatusUnprocessableEntity || p.Find("#f-"+name+"-e").Length() != 1 {
				t.Errorf("%s: %d", name, p.Status)
			}
		}
		posted(t, here, "/account/password", url.Values{"current": {"craftplan-demo"}, "password": {newPassword}})
		if p := here.Get("/sunrise/"); p.Status != http.StatusOK {
			t.Errorf("this browser: %d", p.Status)
		}
		if p := there.Get("/sunrise/"); p.Status != http.StatusSeeOther {
			t.Errorf("the other browser: %d", p.Status)
		}
		if p := a.Anonymous(t).Post("/login", url.Values{"email": {sam}, "password": {"craftplan-demo"}}); p.Status == http.StatusSeeOther {
			t.Error("the old password still opens")
		}
		if p := a.Anonymous(t).Post("/login", url.Values{"email": {sam}, "password": {newPassword}}); p.Status != http.StatusSeeOther {
			t.Errorf("the new one: %d", p.Status)
		}
	})
}

func TestSessions(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		here, second, third := a.As(t, sam), a.As(t, sam), a.As(t, sam)
		stranger := a.As(t, noor)
		p := here.Get("/account")
		if n := p.Find("section[aria-labelledby=sessions] .row").Length(); n != 3 || p.Find(".row:contains('this one')").Length() != 1 {
			t.Errorf("%d sessions", n)
		}
		action, _ := p.Find("section[aria-labelledby=sessions] .row form").First().Attr("action")
		if p := stranger.Post(action, nil); p.Status != http.StatusNotFound {
			t.Errorf("somebody else ends it: %d", p.Status)
		}
		posted(t, here, action, nil)
		if n := here.Get("/account").Find("section[aria-labelledby=sessions] .row").Length(); n != 2 {
			t.Errorf("%d sessions after one ended", n)
		}
		posted(t, here, "/account/sessions/others/end", nil)
		for _, c := range []*apptest.Client{second, third} {
			if p := c.Get("/account"); p.Status != http.StatusSeeOther {
				t.Errorf("another browser: %d", p.Status)
			}
		}
		if p := posted(t, here, "/account", url.Values{"name": {"Samuel Okafor"}}); p.Status != http.StatusOK || !strings.Contains(here.Get("/sunrise/").Text("#orgs"), "Samuel Okafor") {
			t.Errorf("the new name: %d", p.Status)
		}
		if p := here.Post("/account", url.Values{"name": {" "}}); p.Status != http.StatusUnprocessableEntity || p.Find("#f-name-e").Length() != 1 {
			t.Errorf("no name: %d", p.Status)
		}
		if p := a.Anonymous(t).Get("/account"); !strings.HasPrefix(p.Location, "/login?next=") {
			t.Errorf("anonymous: %d to %q", p.Status, p.Location)
		}
	})
}
