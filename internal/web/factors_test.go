package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/pquerna/otp/totp"

	"craftplan/internal/accounts"
	"craftplan/internal/apptest"
	"craftplan/internal/apptest/device"
	"craftplan/internal/demo"
	"craftplan/internal/organizations"
	"craftplan/internal/store"
)

var secret = url.Values{"current": {demo.Password}}

// codeOf is what the app shows now, or thirty seconds from now: a code that was accepted is not accepted again.
func codeOf(t *testing.T, key string, ahead time.Duration) string {
	t.Helper()
	code, err := totp.GenerateCode(strings.ReplaceAll(key, " ", ""), time.Now().Add(ahead))
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// addApp sets up an authenticator app, and returns its key and the recovery codes.
func addApp(t *testing.T, c *apptest.Client) (key string, codes []string) {
	t.Helper()
	key = posted(t, c, "/account/authenticator", secret).Text("#secret")
	p := c.Post("/account/authenticator/confirmation", url.Values{"code": {codeOf(t, key, 0)}})
	if p.Status != http.StatusOK {
		t.Fatalf("the first code: %d, %s", p.Status, p.Text("main"))
	}
	p.Find("#codes li").Each(func(_ int, s *goquery.Selection) { codes = append(codes, s.Text()) })
	return key, codes
}

// passwordOnly signs in as far as the password goes.
func passwordOnly(t *testing.T, a *apptest.App, email, next string) *apptest.Client {
	t.Helper()
	c := a.Anonymous(t)
	p := c.Post("/login", url.Values{"email": {email}, "password": {demo.Password}, "next": {next}})
	if want := "/login/second?next=" + url.QueryEscape(next); p.Location != want || c.Cookie("session") != "" {
		t.Fatalf("after the password: %d to %q, session %q", p.Status, p.Location, c.Cookie("session"))
	}
	return c
}

func TestAuthenticatorApp(t *testing.T) {
	apptest.EachMailing(t, func(t *testing.T, a *apptest.App) {
		c := a.As(t, sam)
		if p := c.Post("/account/authenticator", url.Values{"current": {"a guess"}}); p.Status != http.StatusUnprocessableEntity || p.Find("#f-current-e").Length() != 1 || p.Find("#secret").Length() != 0 {
			t.Errorf("without the password: %d", p.Status)
		}
		p := posted(t, c, "/account/authenticator", secret)
		key, path := p.Text("#secret"), p.Find("svg[role=img] path").AttrOr("d", "")
		if len(key) != 39 || len(path) < 1000 {
			t.Fatalf("key %q, a picture of %d", key, len(path))
		}
		if p := c.Post("/account/authenticator/confirmation", url.Values{"code": {"000 000"}}); p.Status != http.StatusUnprocessableEntity || p.Find("#f-code-e").Length() != 1 || p.Text("#secret") != key {
			t.Errorf("a wrong code: %d, key %q", p.Status, p.Text("#secret"))
		}
		if p := a.As(t, vera).Post("/account/authenticator/confirmation", url.Values{"code": {codeOf(t, key, 0)}}); p.Location != "/account/authenticator" {
			t.Errorf("somebody else confirms it: %d to %q", p.Status, p.Location)
		}
		before := c.Cookie("session")
		p = c.Post("/account/authenticator/confirmation", url.Values{"code": {codeOf(t, key, 0)}})
		if p.Status != http.StatusOK || p.Find("#codes li").Length() != 10 || c.Cookie("session") == before {
			t.Fatalf("the first code: %d, %d recovery codes", p.Status, p.Find("#codes li").Length())
		}
		recovery := p.Find("#codes li").First().Text()
		if printed := p.Text("main .print-only"); !strings.HasPrefix(printed, sam+" at craftplan.example, made ") {
			t.Errorf("on paper: %q", printed)
		}
		a.Post.Wait(sam, "An authenticator app was added")
		if p := c.Get("/account"); !strings.Contains(p.Text("section[aria-labelledby=second-step]"), "Added recently") {
			t.Errorf("the account: %q", p.Text("section[aria-labelledby=second-step]"))
		}

		there := passwordOnly(t, a, sam, "/sunrise/customers")
		if p := there.Get("/sunrise/customers"); p.Status != http.StatusSeeOther {
			t.Errorf("the password alone opens: %d", p.Status)
		}
		if p := there.Post("/login/second", url.Values{"code": {"123456"}, "next": {"/sunrise/customers"}}); p.Status != http.StatusUnprocessableEntity || p.Find("#f-code-e").Length() != 1 || p.Find("[name=next]").First().AttrOr("value", "") != "/sunrise/customers" || p.Find("#f-code").AttrOr("value", "") != "123456" {
			t.Errorf("a wrong code: %d", p.Status)
		}
		if p := posted(t, there, "/login/second", url.Values{"code": {codeOf(t, key, 30*time.Second)}, "next": {"/sunrise/customers"}}); p.Status != http.StatusOK || p.Text("h1") != "Customers" {
			t.Errorf("the right one leads to %q", p.Text("h1"))
		}
		if p := a.Anonymous(t).Post("/login/second", url.Values{"code": {recovery}}); p.Location != "/login" {
			t.Errorf("a second step without a first: %d to %q", p.Status, p.Location)
		}
		lost := passwordOnly(t, a, sam, "https://evil.example/")
		if p := lost.Post("/login/second", url.Values{"code": {" " + strings.ToLower(recovery)}, "next": {"https://evil.example/"}}); p.Location != "/" {
			t.Errorf("a recovery code: %d to %q", p.Status, p.Location)
		}
		if mail := a.Post.Wait(sam, "A recovery code was used"); !strings.Contains(mail.Text, "9 are left") {
			t.Errorf("the mail: %q", mail.Text)
		}
		if p := passwordOnly(t, a, sam, "/sunrise/").Post("/login/second", url.Values{"code": {recovery}}); p.Status != http.StatusUnprocessableEntity {
			t.Errorf("the recovery code again: %d", p.Status)
		}
		posted(t, c, "/account/authenticator/removal", secret)
		if p := a.Anonymous(t).Post("/login", url.Values{"email": {sam}, "password": {demo.Password}}); p.Location != "/" {
			t.Errorf("without the app: %d to %q", p.Status, p.Location)
		}
	})
}

// The attack: who reads somebody's mails chooses another password for them.
func TestResetDoesNotGetAroundTheSecondStep(t *testing.T) {
	apptest.EachMailing(t, func(t *testing.T, a *apptest.App) {
		addApp(t, a.As(t, sam))
		c := a.Anonymous(t)
		c.Post("/password", url.Values{"email": {sam}})
		if p := c.Post(a.Mailed(sam, "Choose another password"), url.Values{"password": {newPassword}}); p.Location != "/login" {
			t.Fatalf("the link: %d to %q", p.Status, p.Location)
		}
		if p := c.Post("/login", url.Values{"email": {sam}, "password": {newPassword}}); p.Location != "/login/second" || c.Cookie("session") != "" {
			t.Errorf("the new password: %d to %q", p.Status, p.Location)
		}
	})
}

func TestRecoveryCodesAnew(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		c := a.As(t, sam)
		if p := c.Post("/account/recovery", secret); p.Status != http.StatusConflict || !strings.Contains(p.Text("[role=alert]"), "stand in for a second step") {
			t.Errorf("without a second step: %d, %q", p.Status, p.Text("[role=alert]"))
		}
		_, former := addApp(t, c)
		if p := c.Post("/account/recovery", url.Values{"current": {"a guess"}}); p.Status != http.StatusUnprocessableEntity || p.Find("#f-current-e").Length() != 1 {
			t.Errorf("without the password: %d", p.Status)
		}
		p := c.Post("/account/recovery", secret)
		if p.Find("#codes li").Length() != 10 {
			t.Fatalf("%d, %d codes", p.Status, p.Find("#codes li").Length())
		}
		step := passwordOnly(t, a, sam, "/sunrise/")
		if p := step.Post("/login/second", url.Values{"code": {former[0]}}); p.Status != http.StatusUnprocessableEntity {
			t.Errorf("a former code: %d", p.Status)
		}
		if p := step.Post("/login/second", url.Values{"code": {p.Find("#codes li").Last().Text()}}); p.Status != http.StatusSeeOther {
			t.Errorf("a new one: %d", p.Status)
		}
	})
}

// ask is the question of a passkey, as the script gets it.
func ask(t *testing.T, c *apptest.Client, path string) string {
	t.Helper()
	p := c.Post(path, nil)
	if p.Status != http.StatusOK {
		t.Fatalf("%s: %d, %s", path, p.Status, p.Body)
	}
	return p.Body
}

func addPasskey(t *testing.T, c *apptest.Client, d *device.Device, name string) *apptest.Page {
	t.Helper()
	p := posted(t, c, "/account/passkeys", url.Values{"name": {name}, "current": {demo.Password}})
	options, ok := p.Find("form[data-passkey=create]").Attr("data-options")
	if !ok {
		t.Fatalf("no question: %s", p.Text("main"))
	}
	return c.Post("/account/passkeys/creation", url.Values{"answer": {d.Make(options)}})
}

func TestPasskeyPages(t *testing.T) {
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			a := apptest.Mailing(t, engine, apptest.OnLocalhost)
			c, phone := a.As(t, sam), device.New(t, a.URL)
			if p := c.Post("/account/passkeys", url.Values{"name": {" "}, "current": {"a guess"}}); p.Status != http.StatusUnprocessableEntity || p.Find(".field-error").Length() != 2 {
				t.Errorf("nothing right: %d, %d fields", p.Status, p.Find(".field-error").Length())
			}
			if p := addPasskey(t, c, phone, "Phone"); p.Status != http.StatusOK || p.Find("#codes li").Length() != 10 {
				t.Fatalf("the first passkey: %d, %s", p.Status, p.Text("main"))
			}
			a.Post.Wait(sam, "A passkey was added")
			if p := addPasskey(t, c, phone, "Again"); p.Status != http.StatusConflict {
				t.Errorf("the same again: %d", p.Status)
			}
			if p := addPasskey(t, c, device.New(t, a.URL), "Laptop"); p.Location != "/account" {
				t.Errorf("another: %d to %q", p.Status, p.Location)
			}

			alone := a.Anonymous(t)
			answer := phone.Use(ask(t, alone, "/login/passkey/question"))
			other := a.Anonymous(t)
			if p := other.Post("/login/passkey", url.Values{"answer": {answer}}); p.Location != "/login" || other.Cookie("session") != "" {
				t.Errorf("on a browser that was not asked: %d to %q", p.Status, p.Location)
			}
			if p := posted(t, alone, "/login/passkey", url.Values{"answer": {answer}, "next": {"/sunrise/orders"}}); p.Text("h1") != "Orders" {
				t.Errorf("a passkey alone leads to %q", p.Text("h1"))
			}
			if p := alone.Post("/login/passkey", url.Values{"answer": {answer}}); p.Location != "/login" {
				t.Errorf("the same answer again: %d to %q", p.Status, p.Location)
			}

			second := passwordOnly(t, a, sam, "/sunrise/orders")
			if p := second.Get("/login/second"); p.Find("form[data-passkey=get]").Length() != 1 || p.Text("label[for=f-code]") != "Recovery code" {
				t.Errorf("the second step offers %q", p.Text("main"))
			}
			answer = phone.Use(ask(t, second, "/login/second/passkey/question"))
			if p := second.Post("/login/second/passkey", url.Values{"answer": {"{}"}}); p.Status != http.StatusUnauthorized || !strings.Contains(p.Text("[role=alert]"), "not accepted") {
				t.Errorf("no answer: %d, %q", p.Status, p.Text("[role=alert]"))
			}
			if p := posted(t, second, "/login/second/passkey", url.Values{"answer": {answer}, "next": {"/sunrise/orders"}}); p.Text("h1") != "Orders" {
				t.Errorf("as the second step it leads to %q", p.Text("h1"))
			}

			mine, _ := c.Get("/account").Find("a[href^='/account/passkeys/']").First().Attr("href")
			stranger := a.As(t, vera)
			for _, p := range []*apptest.Page{stranger.Get(mine), stranger.Post(mine, url.Values{"name": {"Hers"}, "current": {demo.Password}}), stranger.Post(mine+"/removal", secret)} {
				if p.Status != http.StatusNotFound {
					t.Errorf("somebody else's passkey: %d", p.Status)
				}
			}
			if p := c.Post(mine, url.Values{"name": {"Pocket"}, "current": {"a guess"}}); p.Status != http.StatusUnprocessableEntity || p.Find("#rename-current-e").Length() != 1 || p.Find("#f-name").AttrOr("value", "") != "Pocket" {
				t.Errorf("rename without the password: %d", p.Status)
			}
			if p := posted(t, c, mine, url.Values{"name": {"Pocket"}, "current": {demo.Password}}); !strings.Contains(p.Text("main"), "Pocket") {
				t.Error("the new name does not show")
			}
			posted(t, c, mine+"/removal", secret)
			a.Post.Wait(sam, "A passkey was removed")
			if p := c.Get(mine); p.Status != http.StatusNotFound {
				t.Errorf("removed: %d", p.Status)
			}
		})
	}
}

// Where browsers refuse passkeys the pages say so, and offer none.
func TestWithoutPasskeys(t *testing.T) {
	a := apptest.New(t, store.SQLite)
	c := a.As(t, sam)
	for path, reader := range map[string]*apptest.Client{"/login": a.Anonymous(t), "/account": c, "/account/passkeys/new": c} {
		p := reader.Get(path)
		if !strings.Contains(p.Text("main"), "Passkeys work where this site is reached over https") || p.Find("form[data-passkey], a[href='/account/passkeys/new']").Length() != 0 {
			t.Errorf("%s: %q", path, p.Text("main"))
		}
	}
	if p := a.Anonymous(t).Post("/login/passkey/question", nil); p.Status != http.StatusConflict || strings.Contains(p.Body, "<") {
		t.Errorf("a question: %d, %q", p.Status, p.Body)
	}
	if p := c.Post("/account/passkeys", url.Values{"name": {"Phone"}, "current": {demo.Password}}); p.Status != http.StatusConflict {
		t.Errorf("a passkey: %d", p.Status)
	}
}

// Guessing codes ends soon, whatever browser and network it comes from.
func TestCodesAreLimited(t *testing.T) {
	a := apptest.New(t, store.SQLite, apptest.Limited)
	key, _ := addApp(t, a.As(t, sam))
	c := passwordOnly(t, a, sam, "/sunrise/")
	limited := 0
	for range 15 {
		if p := c.Post("/login/second", url.Values{"code": {"000000"}}); p.Status == http.StatusTooManyRequests {
			limited++
		}
	}
	if limited == 0 {
		t.Error("fifteen guesses, and none refused")
	}
	if p := passwordOnly(t, a, sam, "/sunrise/").Post("/login/second", url.Values{"code": {codeOf(t, key, 30*time.Second)}}); p.Status != http.StatusTooManyRequests || !strings.Contains(p.Text("[role=alert]"), "Too many attempts") {
		t.Errorf("the right one, after them and from elsewhere: %d", p.Status)
	}
}

// vouched is somebody whom an organization's own provider vouched for.
func vouched(t *testing.T, a *apptest.App, email, slug string) *apptest.Client {
	t.Helper()
	var token string
	err := a.DB.System(t.Context(), "test: sign in", func(tx *store.SystemTx) error {
		user, err := accounts.ByEmail(t.Context(), tx, email)
		if err != nil {
			return err
		}
		member, _, err := organizations.Resolve(t.Context(), a.DB.Store, slug, user.ID)
		if err != nil {
			return err
		}
		token, err = accounts.StartSession(t.Context(), tx, user.ID, accounts.Start{Device: "a test", Only: &member.Organization.ID})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	c := a.Anonymous(t)
	c.SetCookie("session", token)
	return c
}

var requirement = regexp.MustCompile(`asks everybody for a second step`)

// An organization asks its members for a second step: at once, on every page, and nobody else's organizations change.
func TestOrganizationAsksForASecondStep(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		owner, staff, older := a.As(t, maya), a.As(t, sam), a.As(t, sam)
		on, off := url.Values{"required": {"true"}}, url.Values{"required": {"false"}}
		if p := posted(t, owner, "/sunrise/settings/organization/second-factor", on); !strings.Contains(p.Text("#toasts"), "Add a second step to your own account first") {
			t.Errorf("by an owner without: %q", p.Text("#toasts"))
		}
		if p := staff.Get("/sunrise/"); p.Status != http.StatusOK {
			t.Errorf("refused, and still: %d", p.Status)
		}
		addApp(t, owner)
		posted(t, owner, "/sunrise/settings/organization/second-factor", on)
		if p := owner.Get("/sunrise/settings/members"); p.Status != http.StatusOK || p.Text("tr:contains('"+maya+"') [data-factor]") != "Yes" || p.Text("tr:contains('"+sam+"') [data-factor]") != "None yet" {
			t.Errorf("the members: %d, %q", p.Status, p.Text("tbody"))
		}
		for _, p := range []*apptest.Page{staff.Get("/sunrise/customers?q=a"), staff.Get("/sunrise/brand.css"), staff.Post("/sunrise/customers", url.Values{"kind": {"company"}, "name": {"Refused"}}), staff.Post("/sunrise/settings/departure", nil)} {
			if p.Status != http.StatusForbidden || !requirement.MatchString(p.Text("main")) {
				t.Errorf("signed in when it was switched on: %d, %q", p.Status, p.Text("main"))
			}
		}
		p := staff.Get("/sunrise/customers?q=a")
		if p.Find("a[href='/account#second-step']").Length() != 1 || p.Find("form[action='/logout'] [name=next]").AttrOr("value", "") != "/sunrise/customers?q=a" {
			t.Errorf("it leads nowhere: %s", p.Body)
		}
		if p := a.As(t, noor).Get("/sunrise/"); p.Status != http.StatusNotFound {
			t.Errorf("a stranger: %d", p.Status)
		}
		if p := a.As(t, maya).Get("/bluebird/"); p.Status != http.StatusOK {
			t.Errorf("the owner's other organization: %d", p.Status)
		}
		addApp(t, staff)
		if p := staff.Get("/sunrise/customers"); p.Status != http.StatusOK {
			t.Errorf("in the session where it was added: %d", p.Status)
		}
		if p := older.Get("/sunrise/"); p.Status != http.StatusForbidden || !strings.Contains(p.Text("main"), "You have one") || p.Find("a[href='/account#second-step']").Length() != 0 {
			t.Errorf("in another: %d, %q", p.Status, p.Text("main"))
		}
		if p := older.Post("/logout", url.Values{"next": {"/sunrise/customers?q=a"}}); p.Location != "/login?next=%2Fsunrise%2Fcustomers%3Fq%3Da" {
			t.Errorf("to sign in again: %q", p.Location)
		}
		posted(t, staff, "/account/authenticator/removal", secret)
		if p := staff.Get("/sunrise/"); p.Status != http.StatusForbidden {
			t.Errorf("removed, and still: %d", p.Status)
		}
		if p := vouched(t, a, vera, "sunrise").Get("/sunrise/"); p.Status != http.StatusOK {
			t.Errorf("who the organization's own provider vouched for: %d", p.Status)
		}
		posted(t, owner, "/sunrise/settings/organization/second-factor", off)
		if p := staff.Get("/sunrise/"); p.Status != http.StatusOK {
			t.Errorf("switched off: %d", p.Status)
		}
	})
}
