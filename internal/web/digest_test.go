package web_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"craftplan/internal/accounts"
	"craftplan/internal/apptest"
	"craftplan/internal/digest"
	"craftplan/internal/organizations"
	"craftplan/internal/store"
)

// workshopByDay is an organization of the demo where it is past six in the morning now, and its owner: they are seven hours apart.
func workshopByDay(t *testing.T, a *apptest.App) (slug, owner string, scope store.Scope) {
	t.Helper()
	for slug, owner := range map[string]string{"sunrise": maya, "bluebird": "jonas@bluebird.example"} {
		var user accounts.User
		err := a.DB.SystemView(t.Context(), "test", func(tx *store.SystemTx) (err error) {
			user, err = accounts.ByEmail(t.Context(), tx, owner)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		_, scope, err := organizations.Resolve(t.Context(), a.DB.Store, slug, user.ID)
		if err != nil {
			t.Fatal(err)
		}
		if time.Now().In(scope.Context().Zone).Hour() >= 6 {
			return slug, owner, scope
		}
	}
	t.Fatal("it is night everywhere")
	return "", "", scope
}

// mailedDigest lets the owner of an organization choose the digest yesterday, and waits for today's.
func mailedDigest(t *testing.T, a *apptest.App) (slug, owner, link string) {
	t.Helper()
	slug, owner, scope := workshopByDay(t, a)
	yesterday := a.DB.At(func() time.Time { return time.Now().Add(-24 * time.Hour) })
	err := yesterday.Update(t.Context(), scope, func(tx *store.Tx) error { return digest.Choose(t.Context(), tx, digest.Daily) })
	if err == nil {
		err = digest.LeaveMornings(t.Context(), a.DB.Store)
	}
	if err != nil {
		t.Fatal(err)
	}
	m := a.Post.Wait(owner, "low")
	for _, text := range []string{m.Text, m.HTML} {
		if !strings.Contains(text, "http://craftplan.example/"+slug+"/materials/") || strings.ContainsAny(text, "$€") {
			t.Errorf("the mail says %s", text)
		}
	}
	if m.Header.Get("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click" {
		t.Errorf("header %v", m.Header)
	}
	return slug, owner, apptest.Inside(strings.Trim(m.Header.Get("List-Unsubscribe"), "<>"))
}

// chosenDigest is what the page shows as chosen.
func chosenDigest(c *apptest.Client, slug string) string {
	value, _ := c.Get("/" + slug + "/settings/digest").Find("input[name=frequency][checked]").Attr("value")
	return value
}

func TestChooseTheDigest(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		vera, owner := a.As(t, "vera@sunrise.example"), a.As(t, maya)
		if href, _ := vera.Get("/sunrise/materials?state=low").Find("p a[href$='/settings/digest']").Attr("href"); href != "/sunrise/settings/digest" {
			t.Errorf("what is low leads to %q", href)
		}
		if href, _ := vera.Get("/sunrise/lots").Find("#list a[href$='/settings/digest']").Attr("href"); href != "" {
			t.Errorf("all lots lead to %q", href)
		}
		if got := chosenDigest(vera, "sunrise"); got != "off" {
			t.Errorf("at first it is %q", got)
		}
		for _, f := range []string{"weekly", "daily"} {
			if p := posted(t, vera, "/sunrise/settings/digest", url.Values{"frequency": {f}}); p.Text("#toasts") == "" || chosenDigest(vera, "sunrise") != f {
				t.Errorf("%s: %q", f, p.Text("#toasts"))
			}
		}
		p := vera.Post("/sunrise/settings/digest", url.Values{"frequency": {"hourly"}})
		if p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Text("#main"), "Choose how often.") || chosenDigest(vera, "sunrise") != "daily" {
			t.Errorf("a wrong one: %d, %s", p.Status, p.Text(".field-error"))
		}
		if chosenDigest(owner, "sunrise") != "off" || chosenDigest(owner, "bluebird") != "off" {
			t.Error("somebody else's is another too")
		}
	})
}

// The link of a mail asks, changes nothing when it is opened, and ends the digest without signing in; whatever is no link gets one answer.
func TestEndTheDigest(t *testing.T) {
	apptest.EachMailing(t, func(t *testing.T, a *apptest.App) {
		slug, owner, link := mailedDigest(t, a)
		c, anybody := a.As(t, owner), a.Anonymous(t)
		p := anybody.Get(link)
		if p.Status != http.StatusOK || p.Text("h1") != "No more digests?" || chosenDigest(c, slug) != "daily" {
			t.Errorf("opened: %d %q, %s", p.Status, p.Text("h1"), chosenDigest(c, slug))
		}
		if action, _ := p.Find("form").Attr("action"); action != link {
			t.Errorf("it asks to send to %q", action)
		}
		for range 2 {
			if p := anybody.Post(link, nil); p.Status != http.StatusOK || p.Text("h1") != "No more digests" || chosenDigest(c, slug) != "off" {
				t.Errorf("ended: %d %q, %s", p.Status, p.Text("h1"), chosenDigest(c, slug))
			}
		}
		nothing := anybody.Get("/account/digests/nothing")
		if nothing.Status != http.StatusNotFound {
			t.Errorf("no link: %d", nothing.Status)
		}
		for _, path := range []string{link[:len(link)-3] + "AAA", link + "x", strings.Split(link, ".")[0], "/account/digests/%00", "/account/digests/" + strings.Repeat("9", 300)} {
			for _, p := range []*apptest.Page{anybody.Get(path), anybody.Post(path, nil)} {
				if p.Status != http.StatusNotFound || p.Body != nothing.Body && path != "/account/digests/%00" {
					t.Errorf("%s: %d %s", path, p.Status, p.Text("h1"))
				}
			}
		}
	})
}

// A mail program sends what RFC 8058 says, as a form of either kind, from nowhere.
func TestOneClick(t *testing.T) {
	apptest.EachMailing(t, func(t *testing.T, a *apptest.App) {
		slug, owner, link := mailedDigest(t, a)
		c, program := a.As(t, owner), a.Anonymous(t)
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		if err := form.WriteField("List-Unsubscribe", "One-Click"); err != nil {
			t.Fatal(err)
		}
		form.Close()
		if p := program.Send(link, body.String(), form.FormDataContentType()); p.Status != http.StatusOK || chosenDigest(c, slug) != "off" {
			t.Errorf("multipart: %d, %s", p.Status, chosenDigest(c, slug))
		}
		posted(t, c, "/"+slug+"/settings/digest", url.Values{"frequency": {"weekly"}})
		if p := program.Post(link, url.Values{"List-Unsubscribe": {"One-Click"}}); p.Status != http.StatusOK || chosenDigest(c, slug) != "off" {
			t.Errorf("as a form: %d, %s", p.Status, chosenDigest(c, slug))
		}
	})
}
