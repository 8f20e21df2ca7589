package e2e

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"craftplan/internal/apptest"
	"craftplan/internal/apptest/browser"
	"craftplan/internal/demo"
	"craftplan/internal/store"
)

// looks inspects a page that is shown once, or in the midst of something: both schemes, wide and narrow.
func looks(t *testing.T, p *browser.Page, what string) {
	t.Helper()
	for _, width := range []int64{390, 1440} {
		p.Look(width, false)
		if found := p.Violations(); len(found) > 0 {
			t.Errorf("%s, %d px:\n%s", what, width, strings.Join(found, "\n"))
		}
		if over := p.Wide(); over > 0 {
			t.Errorf("%s is %d px too wide", what, over)
		}
	}
	p.Look(1440, true)
	if found := p.Contrast(); len(found) > 0 {
		t.Errorf("%s, in the dark:\n%s", what, strings.Join(found, "\n"))
	}
	p.Look(1440, false)
}

// code is what an authenticator app shows now, or a while ahead.
func code(t *testing.T, key string, ahead time.Duration) string {
	t.Helper()
	c, err := totp.GenerateCode(strings.ReplaceAll(key, " ", ""), time.Now().Add(ahead))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// addApp sets up an authenticator app and returns its key and the recovery codes.
func addApp(t *testing.T, p *browser.Page) (key string, codes []string) {
	t.Helper()
	p.Go("/account")
	p.Send("Set up")
	p.Fill("[name=current]", demo.Password)
	p.Send("Go on")
	looks(t, p, "the picture for the app")
	key = p.Text("#secret")
	p.Fill("[name=code]", code(t, key, 0))
	p.Send("Confirm")
	looks(t, p, "the recovery codes")
	p.Do(`document.title = JSON.stringify([...document.querySelectorAll("#codes li")].map(l => l.textContent))`)
	if err := json.Unmarshal([]byte(p.Text("title")), &codes); err != nil || len(codes) != 10 {
		t.Fatalf("%d codes, %v", len(codes), err)
	}
	p.Press("Copy")
	p.WaitForText("[data-copy]", "Copied")
	p.Send("I have kept them")
	return key, codes
}

// Somebody sets up an authenticator app and signs in with it; then with a recovery code, without the app.
func TestAuthenticatorApp(t *testing.T) {
	a := apptest.New(t, store.SQLite, apptest.OnLocalhost)
	p := browser.Open(t, a.URL)
	p.SignIn(sam, demo.Password)
	key, codes := addApp(t, p)
	looks(t, p, "the account with an app")

	there := browser.Open(t, a.URL)
	there.SignIn(sam, demo.Password)
	if got := there.Path(); got != "/login/second" {
		t.Fatalf("the password leads to %s", got)
	}
	looks(t, there, "the second step")
	there.Fill("[name=code]", "000000")
	there.Send("Sign in")
	there.WaitForText("#f-code-e", "This code is not right")
	there.Fill("[name=code]", code(t, key, 30*time.Second))
	there.Send("Sign in")
	if got := there.Path(); got != "/sunrise/" {
		t.Errorf("the code leads to %s", got)
	}

	lost := browser.Open(t, a.URL)
	lost.SignIn(sam, demo.Password)
	lost.Fill("[name=code]", codes[4])
	lost.Send("Sign in")
	lost.Go("/account")
	lost.WaitForText("section[aria-labelledby=second-step]", "9 of 10 are left")
}

// Somebody adds a passkey and signs in with it alone, and with it after the password.
func TestPasskey(t *testing.T) {
	a := apptest.New(t, store.SQLite, apptest.OnLocalhost)
	p := browser.Open(t, a.URL)
	p.SignIn(sam, demo.Password)
	there := p.Device()
	p.Go("/account")
	p.Send("Add a passkey")
	p.Fill("[name=name]", "Bench laptop")
	p.Fill("[name=current]", demo.Password)
	p.Send("Go on")
	looks(t, p, "a passkey that is being made")
	p.Send("Create the passkey")
	if got := p.Text("h1"); got != "Recovery codes" {
		t.Fatalf("the passkey leads to %q: %s", got, p.Text("main"))
	}
	p.Go("/account")
	p.WaitForText("section[aria-labelledby=second-step]", "Bench laptop")
	p.Send("Change")
	looks(t, p, "a passkey")

	p.Go("/account/passkeys/new")
	p.Fill("[name=name]", "Once more")
	p.Fill("[name=current]", demo.Password)
	p.Send("Go on")
	p.Press("Create the passkey")
	p.WaitForText("form[data-passkey] [role=alert]", "keeps a passkey of yours already")

	p.Go("/sunrise/")
	there(false)
	p.Leave(func() { p.Do(`document.querySelector("form[action='/logout'] button").click()`) })
	p.Go("/register") // where signing out leads, the browser offers the passkey too
	there(true)
	p.Go("/login?next=/sunrise/orders") // the browser offers it in the address field, and its owner takes it
	p.WaitFor(`location.pathname === "/sunrise/orders"`)
	there(false)
	p.Leave(func() { p.Do(`document.querySelector("form[action='/logout'] button").click()`) })
	p.Go("/login?next=/sunrise/customers")
	p.WaitFor(`!document.querySelector("form[data-passkey]").hidden`)
	looks(t, p, "the sign-in page with passkeys")
	there(true)
	p.Send("Sign in with a passkey")
	if got := p.Path(); got != "/sunrise/customers" {
		t.Fatalf("the passkey leads to %s: %s", got, p.Text("main"))
	}
	there(false)
	p.Leave(func() { p.Do(`document.querySelector("form[action='/logout'] button").click()`) })
	p.SignIn(sam, demo.Password)
	there(true)
	p.Send("Use a passkey")
	if got := p.Path(); got != "/sunrise/" {
		t.Errorf("the passkey as the second step leads to %s", got)
	}
}

// An owner asks everybody for a second step; somebody at work adds one and goes on.
func TestOrganizationAsks(t *testing.T) {
	a := apptest.New(t, store.SQLite, apptest.OnLocalhost)
	owner, staff := browser.Open(t, a.URL), browser.Open(t, a.URL)
	owner.Look(1440, false)
	owner.SignIn(maya, demo.Password)
	staff.SignIn(sam, demo.Password)
	addApp(t, owner)
	owner.Go("/sunrise/settings/organization")
	owner.Press("Ask everybody for it")
	owner.WaitFor(`document.querySelector("#second-factor").open`)
	owner.Leave(func() { owner.Do(`document.querySelector("#second-factor .btn-primary").click()`) }) // it may still be on its way in
	owner.WaitForText("#toasts", "Members need a second step from now on")
	owner.Go("/sunrise/settings/members")
	looks(t, owner, "the members")

	staff.Go("/sunrise/orders")
	if got := staff.Text("h1"); got != "A second step is needed" {
		t.Fatalf("somebody at work sees %q", got)
	}
	looks(t, staff, "the page that asks")
	staff.Send("Add a second step")
	addApp(t, staff)
	staff.Go("/sunrise/orders")
	if got := staff.Text("h1"); got != "Orders" {
		t.Errorf("with a second step: %q", got)
	}
}
