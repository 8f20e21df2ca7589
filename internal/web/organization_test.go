package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"craftplan/internal/apptest"
	"craftplan/internal/store"
)

const profile = "/sunrise/settings/organization"

func profileWith(slug string) url.Values {
	return url.Values{"organization": {"Sunrise and Moon"}, "slug": {slug}, "time_zone": {"America/Chicago"}, "locale": {"en-US"}, "brand_color": {"#f59e0b"}}
}

// What another address means is shown while it is typed.
func TestAddressPreview(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		c := a.As(t, maya)
		for slug, says := range map[string]string{"sunrise": "", " SUNRISE ": "", "moonrise": "craftplan.example/moonrise is free.", "bluebird": "This address is taken.", "login": "This address is reserved.", "a--b": "single hyphens", "": "Use 3 to 63 characters."} {
			p := c.Get(profile + "?slug=" + url.QueryEscape(slug))
			if got := p.Text("#address"); p.Status != http.StatusOK || says == "" && got != "" || !strings.Contains(got, says) || p.Find("[name=slug]").AttrOr("value", "?") != slug {
				t.Errorf("%q: %d, %q", slug, p.Status, got)
			}
		}
		p := c.Get(profile + "?slug=moonrise")
		for _, says := range []string{"Links and bookmarks with /sunrise lead on to /moonrise", "Mails that were sent keep working", "/sunrise stays yours"} {
			if !strings.Contains(p.Text("#address"), says) {
				t.Errorf("%q is missing in %q", says, p.Text("#address"))
			}
		}
		if p := c.Get(profile); p.Text("#address") != "" || p.Find("[name=slug][hx-get='"+profile+"'][hx-select='#address']").Length() != 1 {
			t.Errorf("untouched: %q", p.Text("#address"))
		}
	})
}

// Another address is asked about; with the answer everything else that was typed is saved.
func TestAddressIsConfirmed(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		c := a.As(t, maya)
		send := func(slug, button, value string) *apptest.Page {
			form := profileWith(slug)
			if button != "" {
				form.Set(button, value)
			}
			return c.Post(profile, form)
		}
		p := send("moonrise", "", "")
		if p.Status != http.StatusOK || !strings.Contains(p.Text("main [role=alert]"), "Change the address to craftplan.example/moonrise?") || p.Find("button[name=confirmed]").AttrOr("value", "") != "moonrise" || p.Find("[name=organization]").AttrOr("value", "") != "Sunrise and Moon" || p.Find("[name=slug]").AttrOr("value", "") != "moonrise" {
			t.Errorf("it is not asked: %d, %q", p.Status, p.Text("main [role=alert]"))
		}
		if p := c.Get("/moonrise/"); p.Status != http.StatusNotFound {
			t.Errorf("before the answer: %d", p.Status)
		}
		if p := send("moonlight", "confirmed", "moonrise"); p.Status != http.StatusOK || p.Find("button[name=confirmed]").AttrOr("value", "") != "moonlight" {
			t.Errorf("another one than was confirmed: %d", p.Status)
		}
		if p := send("bluebird", "confirmed", "bluebird"); p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Text("#f-slug-e"), "taken") {
			t.Errorf("taken, and confirmed: %d, %q", p.Status, p.Text("#f-slug-e"))
		}
		if p := send("moonrise", "keep", "yes"); p.Location != profile {
			t.Errorf("kept: %d to %q", p.Status, p.Location)
		}
		if p := c.Get("/sunrise/"); p.Text(".side .org-name") != "Sunrise and Moon" {
			t.Errorf("what else was typed is lost: %q", p.Text(".side .org-name"))
		}
		if p := send("Moonrise ", "confirmed", "moonrise"); p.Location != "/moonrise/settings/organization" {
			t.Errorf("confirmed: %d to %q", p.Status, p.Location)
		}
		for path, want := range map[string]string{"/sunrise/orders?q=a": "/moonrise/orders?q=a", profile: "/moonrise/settings/organization"} {
			if p := c.Get(path); p.Status != http.StatusTemporaryRedirect || p.Location != want {
				t.Errorf("%s: %d to %q", path, p.Status, p.Location)
			}
		}
		if p := c.Post("/sunrise/customers", url.Values{"name": {"New"}}); p.Status != http.StatusTemporaryRedirect || p.Location != "/moonrise/customers" {
			t.Errorf("an open form: %d to %q", p.Status, p.Location)
		}
		if p := c.Get("/moonrise/settings/organization?slug=sunrise"); !strings.Contains(p.Text("#address"), "was yours, and still is") {
			t.Errorf("the former one: %q", p.Text("#address"))
		}
		if p := a.As(t, noor).Get("/moonrise/"); p.Status != http.StatusNotFound {
			t.Errorf("somebody else: %d", p.Status)
		}
	})
}

// Two owners of different organizations confirm the same address: one of them is told beside the field.
func TestAddressTakenMeanwhile(t *testing.T) {
	a := apptest.New(t, store.SQLite)
	form := profileWith("the-best")
	form.Set("confirmed", "the-best")
	if p := a.As(t, jonas).Post("/bluebird/settings/organization", form); p.Location != "/the-best/settings/organization" {
		t.Fatalf("the first: %d", p.Status)
	}
	if p := a.As(t, maya).Post(profile, form); p.Status != http.StatusUnprocessableEntity || p.Text("#f-slug-e") != "This address is taken. Choose another." {
		t.Errorf("the second: %d, %q", p.Status, p.Text("#f-slug-e"))
	}
}
