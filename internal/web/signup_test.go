package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"craftplan/internal/app"
	"craftplan/internal/apptest"
	"craftplan/internal/demo"
	"craftplan/internal/store"
	"craftplan/internal/web"
)

// Nothing is made before the address is confirmed; the link works once, and the newest alone.
func TestSignUpIsConfirmed(t *testing.T) {
	apptest.EachMailing(t, func(t *testing.T, a *apptest.App) {
		c := a.Anonymous(t)
		form := registration("New Place", "new-place", "new@place.example")
		if p := c.Post("/register", form); p.Location != "/register/sent" || c.Cookie("session") != "" {
			t.Fatalf("sign-up: %d to %q", p.Status, p.Location)
		}
		if p := c.Get("/register/sent"); !strings.Contains(p.Text("main"), "new@place.example") {
			t.Errorf("sent page: %q", p.Text("main"))
		}
		first := a.Mailed("new@place.example", "Confirm your address")
		if p := c.Post("/login", url.Values{"email": {"new@place.example"}, "password": {"a quiet oven at four"}}); p.Status != http.StatusUnauthorized {
			t.Errorf("sign-in before: %d", p.Status)
		}
		if p := a.Anonymous(t).Get("/register/slug?slug=new-place"); !strings.Contains(p.Body, "Available") {
			t.Error("the slug is taken already")
		}
		if p := c.Post("/register/sent", nil); p.Location != "/register/sent" {
			t.Errorf("again: %d to %q", p.Status, p.Location)
		}
		second := a.Mailed("new@place.example", "Confirm your address")
		if p := c.Get(first); p.Status != http.StatusNotFound {
			t.Errorf("the former link: %d", p.Status)
		}
		elsewhere := a.Anonymous(t) // the link may be opened on another device
		if p := elsewhere.Get(second); p.Status != http.StatusOK || !strings.Contains(p.Text("main"), "craftplan.example/new-place") {
			t.Errorf("the link: %d, %q", p.Status, p.Text("main"))
		}
		if p := elsewhere.Post(second, nil); p.Location != "/new-place/" || elsewhere.Get("/new-place/").Status != http.StatusOK {
			t.Errorf("confirmed: %d to %q", p.Status, p.Location)
		}
		if p := a.Anonymous(t).Post(second, nil); p.Status != http.StatusNotFound {
			t.Errorf("the link again: %d", p.Status)
		}
	})
}

// The attack: sign up with somebody's address, and compare the answer with that for an unknown one.
func TestSignUpTellsNothingOfAddresses(t *testing.T) {
	apptest.EachMailing(t, func(t *testing.T, a *apptest.App) {
		known, unknown := a.Anonymous(t), a.Anonymous(t)
		k, u := known.Post("/register", registration("A Place", "a-place", maya)), unknown.Post("/register", registration("B Place", "b-place", "nobody@place.example"))
		if k.Status != u.Status || k.Location != u.Location || len(k.Header.Values("Set-Cookie")) != len(u.Header.Values("Set-Cookie")) {
			t.Errorf("known %d to %q, unknown %d to %q", k.Status, k.Location, u.Status, u.Location)
		}
		if a, b := known.Get("/register/sent").Body, unknown.Get("/register/sent").Body; strings.ReplaceAll(a, maya, "x") != strings.ReplaceAll(b, "nobody@place.example", "x") {
			t.Error("the pages differ")
		}
		if got := a.Mailed(maya, "You have an account already"); got != "/login" {
			t.Errorf("the owner of the address is sent to %q", got)
		}
		a.Post.Wait("nobody@place.example", "Confirm")
		for _, slug := range []string{"a-place", "b-place"} {
			if p := unknown.Get("/register/slug?slug=" + slug); !strings.Contains(p.Body, "Available") {
				t.Errorf("%s is taken by now", slug)
			}
		}
		var rows, jobs int
		for table, n := range map[string]*int{"tokens": &rows, "river_job WHERE kind = 'account_mail'": &jobs} {
			if err := a.DB.Raw().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM "+table).Scan(n); err != nil {
				t.Fatal(err)
			}
		}
		if rows != 2 || jobs != 2 {
			t.Errorf("%d tokens and %d jobs for two sign-ups: the work differs", rows, jobs)
		}
	})
}

// The slug went to somebody else while the link waited.
func TestSignUpWithSlugTakenMeanwhile(t *testing.T) {
	apptest.EachMailing(t, func(t *testing.T, a *apptest.App) {
		slow, quick := a.Anonymous(t), a.Anonymous(t)
		slow.Post("/register", registration("Oven", "oven", "slow@place.example"))
		link := a.Mailed("slow@place.example", "Confirm")
		a.SignUp(quick, registration("Oven", "oven", "quick@place.example"))
		if p := slow.Post(link, nil); p.Status != http.StatusUnprocessableEntity || p.Find("#f-slug-e").Length() != 1 {
			t.Errorf("%d, %q", p.Status, p.Text("main"))
		}
		if p := slow.Post(link, url.Values{"slug": {"slow-oven"}}); p.Location != "/slow-oven/" {
			t.Errorf("another slug: %d to %q", p.Status, p.Location)
		}
	})
}

// Whoever sets an installation up without a mail server begins at once; nobody else does.
func TestFirstSignUp(t *testing.T) {
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		a := apptest.Empty(t, engine)
		c := a.Anonymous(t)
		if p := c.Post("/register", registration("First Oven", "first", "rosa@oven.example")); p.Location != "/first/" || c.Get("/first/").Status != http.StatusOK {
			t.Errorf("the first: %d to %q", p.Status, p.Location)
		}
		if p := a.Anonymous(t).Post("/register", registration("Second Oven", "second", "sam@oven.example")); p.Location != "/register/sent" {
			t.Errorf("the second: %d to %q", p.Status, p.Location)
		}
	}
}

func TestForgottenPassword(t *testing.T) {
	apptest.EachMailing(t, func(t *testing.T, a *apptest.App) {
		signedIn, c := a.As(t, maya), a.Anonymous(t)
		known, unknown := c.Post("/password", url.Values{"email": {" " + strings.ToUpper(maya)}}), c.Post("/password", url.Values{"email": {"nobody@place.example"}})
		if known.Status != http.StatusOK || strings.ReplaceAll(known.Body, maya, "x") != strings.ReplaceAll(unknown.Body, "nobody@place.example", "x") {
			t.Error("the answers differ")
		}
		var rows, jobs int
		for table, n := range map[string]*int{"tokens": &rows, "river_job WHERE kind = 'account_mail'": &jobs} {
			if err := a.DB.Raw().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM "+table).Scan(n); err != nil {
				t.Fatal(err)
			}
		}
		if rows != 2 || jobs != 2 {
			t.Errorf("%d tokens and %d jobs for two requests: the work differs", rows, jobs)
		}
		link := a.Mailed(maya, "Choose another password")
		if p := c.Get(link); p.Status != http.StatusOK || p.Find("[name=password]").Length() != 1 {
			t.Fatalf("the link: %d", p.Status)
		}
		if p := c.Post(link, url.Values{"password": {"short"}}); p.Status != http.StatusUnprocessableEntity || p.Find("#f-password-e").Length() != 1 {
			t.Errorf("a short one: %d", p.Status)
		}
		if p := c.Post(link, url.Values{"password": {"a louder oven at five"}}); p.Location != "/login" || c.Cookie("session") != "" {
			t.Errorf("a good one: %d to %q", p.Status, p.Location)
		}
		a.Post.Wait(maya, "Your password was changed")
		if p := signedIn.Get("/sunrise/"); p.Status != http.StatusSeeOther {
			t.Errorf("another browser is still signed in: %d", p.Status)
		}
		if p := c.Post(link, url.Values{"password": {"a third oven at six"}}); p.Status != http.StatusNotFound {
			t.Errorf("the link again: %d", p.Status)
		}
		for password, want := range map[string]int{demo.Password: http.StatusUnauthorized, "a third oven at six": http.StatusUnauthorized, "a louder oven at five": http.StatusSeeOther} {
			if p := a.Anonymous(t).Post("/login", url.Values{"email": {maya}, "password": {password}}); p.Status != want {
				t.Errorf("sign in with %q: %d", password, p.Status)
			}
		}
		if a.Post.Count() != 0 {
			t.Error("somebody else was mailed")
		}
	})
}

// A newer request ends the link of an older one.
func TestOnlyTheNewestPasswordLinkWorks(t *testing.T) {
	a := apptest.Mailing(t, store.SQLite)
	c := a.Anonymous(t)
	var links []string
	for range 2 {
		c.Post("/password", url.Values{"email": {maya}})
		links = append(links, a.Mailed(maya, "Choose another password"))
	}
	if first, second := c.Get(links[0]).Status, c.Get(links[1]).Status; first != http.StatusNotFound || second != http.StatusOK {
		t.Errorf("%d and %d", first, second)
	}
}

func TestAnotherAddress(t *testing.T) {
	apptest.EachMailing(t, func(t *testing.T, a *apptest.App) {
		c := a.As(t, maya)
		for _, wrong := range []struct{ email, current, field string }{{"nonsense", demo.Password, "new-email"}, {maya, demo.Password, "new-email"}, {"maya@oven.example", "a guess", "email-current"}} {
			p := c.Post("/account/email", url.Values{"email": {wrong.email}, "current": {wrong.current}})
			if p.Status != http.StatusUnprocessableEntity || p.Find("#"+wrong.field+"-e").Length() != 1 {
				t.Errorf("%v: %d, %q", wrong, p.Status, p.Text(".field-error"))
			}
		}
		posted(t, c, "/account/email", url.Values{"email": {vera}, "current": {demo.Password}})
		a.Post.Wait(vera, "You have an account already")
		posted(t, c, "/account/email", url.Values{"email": {"Maya@Oven.example"}, "current": {demo.Password}})
		link := a.Mailed("maya@oven.example", "Confirm your new address")
		if p := c.Get("/account"); !strings.Contains(p.Text("main"), maya) {
			t.Error("changed before it was confirmed")
		}
		if p := a.Anonymous(t).Get(link); p.Status != http.StatusOK || !strings.Contains(p.Text("main"), "maya@oven.example") {
			t.Errorf("the link: %d", p.Status)
		}
		if p := a.Anonymous(t).Post(link, nil); p.Location != "/account" {
			t.Errorf("confirmed: %d to %q", p.Status, p.Location)
		}
		a.Post.Wait(maya, "Your address was changed")
		if p := a.Anonymous(t).Post(link, nil); p.Status != http.StatusNotFound {
			t.Errorf("the link again: %d", p.Status)
		}
		a.As(t, "maya@oven.example")
	})
}

// A link is for one thing: one to choose a password does not confirm an address, and the other way round.
func TestLinksAreForOneThing(t *testing.T) {
	a := apptest.Mailing(t, store.SQLite)
	c := a.Anonymous(t)
	c.Post("/password", url.Values{"email": {maya}})
	_, token, _ := strings.Cut(strings.TrimPrefix(a.Mailed(maya, "Choose another password"), "/"), "/")
	for _, path := range []string{"/account/email/", "/register/confirmation/", "/invitations/"} {
		if p := c.Get(path + token); p.Status != http.StatusNotFound {
			t.Errorf("%s: %d", path, p.Status)
		}
	}
	if p := c.Get("/password/" + token); p.Status != http.StatusOK {
		t.Errorf("its own: %d", p.Status)
	}
}

func TestInvitationsAreMailed(t *testing.T) {
	apptest.EachMailing(t, func(t *testing.T, a *apptest.App) {
		owner := a.As(t, maya)
		posted(t, owner, "/sunrise/settings/members/invitations", url.Values{"emails": {"ada@oven.example, sam@oven.example"}, "role": {"staff"}})
		former := a.Mailed("ada@oven.example", "Join Sunrise Bakery")
		row := owner.Get("/sunrise/settings/members").Find("tr:contains('ada@oven.example')")
		posted(t, owner, row.Find("form[action$='/resending']").AttrOr("action", ""), nil)
		link := a.Mailed("ada@oven.example", "Join Sunrise Bakery")
		if p := a.Anonymous(t).Get(former); p.Status != http.StatusNotFound {
			t.Errorf("the former link: %d", p.Status)
		}
		a.Post.Wait("sam@oven.example", "Join Sunrise Bakery")
		ada := a.Anonymous(t)
		if p := ada.Post(link, url.Values{"name": {"Ada"}, "password": {"a quiet oven at four"}}); p.Location != "/sunrise/" {
			t.Errorf("joining: %d to %q", p.Status, p.Location)
		}
		if p := owner.Get("/sunrise/settings/mail"); p.Find("td:contains('Join Sunrise Bakery')").Length() != 3 {
			t.Errorf("the log: %q", p.Text("table"))
		}
		if p := a.As(t, jonas).Get("/bluebird/settings/mail"); strings.Contains(p.Body, "ada@") {
			t.Error("another organization sees the log")
		}
	})
}

func TestMailSettings(t *testing.T) {
	apptest.EachMailing(t, func(t *testing.T, a *apptest.App) {
		c := a.As(t, maya)
		form := url.Values{"sender_name": {"Sunrise Orders"}, "reply_to": {"hello@sunrise.example"}, "host": {"smtp.sunrise.example"}, "port": {"587"}, "security": {"starttls"}, "sender_address": {"orders@sunrise.example"}, "username": {"sunrise"}, "password": {"hunter2"}}
		posted(t, c, "/sunrise/settings/mail", form)
		p := c.Get("/sunrise/settings/mail")
		if strings.Contains(p.Body, "hunter2") || !strings.Contains(p.Body, "One is kept") {
			t.Error("the password is shown, or not kept")
		}
		form.Set("port", "many")
		form.Set("password", "hunter3")
		if p := c.Post("/sunrise/settings/mail", form); p.Status != http.StatusUnprocessableEntity || p.Find("#f-port-e").Length() != 1 || strings.Contains(p.Body, "hunter3") {
			t.Errorf("a wrong port: %d", p.Status)
		}
		posted(t, c, "/sunrise/settings/mail", url.Values{"sender_name": {"Sunrise Orders"}, "port": {"587"}, "security": {"starttls"}})
		posted(t, c, "/sunrise/settings/mail/test", nil)
		if from := a.Post.Wait(maya, "A test from Sunrise Bakery").Header.Get("From"); !strings.Contains(from, "Sunrise Orders") {
			t.Errorf("from %q", from)
		}
		if p := a.As(t, sam).Get("/sunrise/settings/mail"); p.Status != http.StatusForbidden {
			t.Errorf("staff: %d", p.Status)
		}
	})
}

// The mailbox opens for the operator's key, in the demo for everybody, and not at all where mails are sent.
func TestMailbox(t *testing.T) {
	a := apptest.New(t, store.SQLite)
	a.Work(t)
	key, err := a.DB.Derive("mailbox")
	if err != nil {
		t.Fatal(err)
	}
	operator := a.Anonymous(t)
	for _, path := range []string{"/mailbox", "/mailbox?key=", "/mailbox?key=x", "/mailbox/0193f5a0-0000-7000-8000-000000000000"} {
		if p := operator.Get(path); p.Status != http.StatusNotFound {
			t.Errorf("%s: %d", path, p.Status)
		}
	}
	if p := operator.Get("/mailbox?key=" + url.QueryEscape(key)); p.Location != "/mailbox" {
		t.Fatalf("the key: %d to %q", p.Status, p.Location)
	}
	operator.Post("/password", url.Values{"email": {maya}})
	href := eventually(t, func() string {
		href, _ := operator.Get("/mailbox").Find(".row a").First().Attr("href")
		return href
	})
	p := operator.Get(href)
	if p.Text("h1") != "Choose another password" || !strings.Contains(p.Text("main"), maya) {
		t.Errorf("the mail: %d, %q", p.Status, p.Text("main"))
	}
	if link, _ := p.Find(".btn-primary").Attr("href"); !strings.HasPrefix(link, "http://craftplan.example/password/") {
		t.Errorf("its link: %q", link)
	}
	if p := operator.Get(href + "/page"); !strings.Contains(p.Header.Get("Content-Security-Policy"), "default-src 'none'") || !strings.Contains(p.Body, "Craftplan") {
		t.Errorf("as it is mailed: %d", p.Status)
	}
	if p := a.As(t, maya).Get(href); p.Status != http.StatusNotFound {
		t.Errorf("somebody else: %d", p.Status)
	}
	open := apptest.New(t, store.SQLite, func(o *app.Options) { o.Demo = []web.DemoUser{{Email: maya}} })
	if p := open.Anonymous(t).Get("/mailbox"); p.Status != http.StatusOK {
		t.Errorf("the demo: %d", p.Status)
	}
	if p := apptest.Mailing(t, store.SQLite).Anonymous(t).Get("/mailbox?key=" + url.QueryEscape(key)); p.Status != http.StatusNotFound {
		t.Errorf("with a mail server: %d", p.Status)
	}
}
