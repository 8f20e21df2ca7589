// Package e2e has the main flows in a real browser.
package e2e

import (
	"archive/zip"
	"bytes"
	"image"
	"image/png"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"craftplan/internal/apptest"
	"craftplan/internal/apptest/browser"
	"craftplan/internal/apptest/provider"
	"craftplan/internal/demo"
	"craftplan/internal/store"
)

const (
	maya = "maya@sunrise.example"
	vera = "vera@sunrise.example"
	noor = "noor@northstar.example"
	sam  = "sam@sunrise.example"
)

// A newcomer signs up and goes through a day: material, recipe, order, batch; stock falls; another organization sees nothing.
func TestTheWholeDay(t *testing.T) {
	apptest.EachMailing(t, func(t *testing.T, a *apptest.App) {
		p := browser.Open(t, a.URL)
		p.Go("/register")
		p.Fill("[name=organization]", "Oven & Co")
		p.WaitForText("#slug-hint", "/oven-co")
		p.Fill("[name=name]", "Rosa Blum")
		p.Fill("[name=email]", "rosa@oven.example")
		p.Fill("[name=password]", "a quiet oven at four")
		p.Submit("button[type=submit]")
		if got := p.Text("h1"); got != "Check your mail" {
			t.Fatalf("sign-up leads to %q", got)
		}
		p.Go(a.Mailed("rosa@oven.example", "Confirm your address"))
		p.Send("Confirm and begin")
		if p.Path() != "/oven-co/" {
			t.Fatalf("the link leads to %s", p.Path())
		}

		p.Go("/oven-co/materials/new")
		p.Fill("[name=name]", "Stone-ground flour")
		p.Fill("[name=sku]", "FLOUR")
		p.Fill("[name=price]", "2.00")
		p.Fill("[name=opening]", "10 kg")
		p.Send("Add material")

		p.Go("/oven-co/products/new")
		p.Fill("[name=name]", "Country loaf")
		p.Fill("[name=sku]", "LOAF")
		p.Fill("[name=price]", "6.50")
		p.Send("Add product")

		p.Fill("#f-yield", "2")
		p.Choose("#f-components-0-item", "Stone-ground flour")
		p.Fill("#f-components-0-quantity", "1 kg")
		p.WaitForText("#cost", "$1.00")
		p.Press("Add line")
		p.WaitFor(`document.activeElement.id === "f-components-3-item"`)
		p.Fill("#f-components-0-waste", "5")
		p.WaitForText("#cost", "$1.05")
		p.WaitForText("#f-components-0-cost", "$1.0500")
		p.Send("Publish version 1")
		if got := p.Text("#unit-cost"); got != "$1.05" {
			t.Errorf("unit cost %q", got)
		}

		p.Go("/oven-co/customers/new")
		p.Fill("[name=name]", "Corner Café")
		p.Send("Add customer")

		p.Go("/oven-co/orders/new")
		p.Choose("#f-customer", "Corner Café")
		p.Set("#f-delivery_at", time.Now().UTC().Format("2006-01-02")+"T18:00")
		p.Choose("#f-lines-0-product", "Country loaf")
		p.Fill("#f-lines-0-quantity", "8")
		p.WaitForText("#totals", "$52.00")
		p.Send("Add order")
		p.Send("Confirm")

		p.Go("/oven-co/?day=" + time.Now().UTC().Format("2006-01-02"))
		p.Send("Batch 8")
		p.Send("Start")
		p.Fill("[name=produced]", "30")
		p.Submit("section[aria-labelledby=complete] button")
		p.WaitForText("#shortages", "Stone-ground flour: 15.75 kg needed, 10 kg there")
		p.Fill("[name=produced]", "8")
		p.Submit("section[aria-labelledby=complete] button")
		if got := p.Text("#unit-cost"); got != "$1.05" {
			t.Errorf("the batch's unit cost %q", got)
		}
		p.Go("/oven-co/materials/FLOUR")
		if got := p.Text("#on-hand"); got != "5.8 kg" {
			t.Errorf("on hand %q", got)
		}

		other := browser.Open(t, a.URL)
		other.SignIn(noor, demo.Password)
		for _, path := range []string{"/oven-co/", "/oven-co/materials/FLOUR", "/oven-co/orders"} {
			other.Go(path)
			if got := other.Text("h1"); got != "Page not found" {
				t.Errorf("somebody else sees %q on %s", got, path)
			}
		}
		other.Go("/northstar/materials")
		if strings.Contains(other.Text("main"), "Stone-ground") {
			t.Error("somebody else's list shows the flour")
		}
	})
}

// What only a browser shows: searching without a reload, going back, the palette, themes, and the network cut.
func TestTheShell(t *testing.T) {
	a := apptest.New(t, store.SQLite)
	p := browser.Open(t, a.URL)
	p.Look(1440, false)
	p.SignIn(maya, demo.Password)
	p.Go("/sunrise/customers")
	p.Do(`window.same = true`)
	p.Fill("[name=q]", "hotel")
	p.WaitFor(`document.querySelectorAll("#list tbody tr").length === 1 && location.search === "?q=hotel"`)
	p.WaitFor(`window.same && document.activeElement.name === "q"`)
	p.Do(`history.back()`)
	p.WaitFor(`document.querySelectorAll("#list tbody tr").length > 1`)

	p.Do(`document.dispatchEvent(new KeyboardEvent("keydown", {key: "k", ctrlKey: true, bubbles: true}))`)
	p.Fill("#palette input", "mater")
	p.Leave(func() { p.Key("#palette input", "\r") })
	if p.Path() != "/sunrise/materials" {
		t.Errorf("the palette leads to %s", p.Path())
	}

	p.Do(`document.querySelector("[data-theme-toggle]").click()`)
	p.WaitFor(`document.documentElement.dataset.theme === "craft-dark"`)
	p.Go("/sunrise/")
	p.WaitFor(`document.documentElement.dataset.theme === "craft-dark"`)

	p.Go("/sunrise/orders")
	p.Slow(2 * time.Second)
	p.Fill("[name=q]", "deli")
	p.WaitFor(`!document.querySelector("#loading").hidden`)
	p.WaitFor(`document.querySelector("#loading").hidden && location.search === "?q=deli"`)
	p.Slow(0)
	p.Offline(true)
	p.Fill("[name=q]", "cafe")
	p.WaitForText("#toasts", "The server does not answer")
	p.Offline(false)
	p.WaitFor(`document.querySelector("[name=q]").value === "cafe"`)

	p.Go("/sunrise/customers/new")
	p.Fill("[name=name]", " ")
	p.Send("Add customer")
	p.WaitFor(`document.activeElement.matches("[data-errors]")`)
	if found := p.Violations(); len(found) > 0 {
		t.Errorf("a form with errors: %s", strings.Join(found, "\n"))
	}
	p.Fill("[name=name]", "Ben's")
	p.Send("Add customer")

	p.Go("/sunrise/materials/FLOUR-001")
	p.Press("Archive")
	p.WaitFor(`document.querySelector("#archive").open`)
	if found := p.Violations(); len(found) > 0 {
		t.Errorf("an open dialog: %s", strings.Join(found, "\n"))
	}
	p.Do(`document.querySelector("#archive form[method=dialog] button").click()`)

	p.Click(".side .org")
	p.Leave(func() { p.Click(`#orgs a[href^="/bluebird/"]`) })
	if got := p.Text(".side .org-name"); got != "Bluebird Soap" {
		t.Errorf("the switcher leads to %q", got)
	}
	p.Look(390, false)
	p.Go("/sunrise/settings/audit")
	p.WaitFor(`(t => t.left >= 0 && t.right <= innerWidth)(document.querySelector(".tabs [aria-current=page]").getBoundingClientRect())`)
}

// An owner invites somebody, who joins, is demoted while working, and removed while signed in.
func TestMembers(t *testing.T) {
	a := apptest.New(t, store.SQLite)
	owner := browser.Open(t, a.URL)
	owner.Look(1440, false)
	owner.SignIn(maya, demo.Password)
	owner.Go("/sunrise/settings/members")
	owner.Fill("[name=emails]", "ada@oven.example")
	owner.Send("Invite")
	_, link, _ := strings.Cut(owner.Value("#link-0"), "craftplan.example")

	ada := browser.Open(t, a.URL)
	ada.Look(1440, false)
	ada.Go(link)
	ada.Fill("[name=name]", "Ada Brandt")
	ada.Fill("[name=password]", "a quiet oven at four")
	ada.Send("Join Sunrise Bakery")
	if got := ada.Text(".side .org-name"); got != "Sunrise Bakery" {
		t.Fatalf("joining leads to %q", got)
	}
	ada.Go("/sunrise/customers/new")
	ada.Fill("[name=name]", "Typed before the change")

	owner.Go("/sunrise/settings/members")
	owner.Do(`{ const row = [...document.querySelectorAll("tr")].find(r => r.textContent.includes("ada@oven.example")); row.querySelector("select").value = "viewer"; row.querySelector("form").requestSubmit() }`)
	owner.WaitForText("#toasts", "The role was changed")
	ada.Send("Add customer")
	if got := ada.Text("h1"); got != "Not allowed" {
		t.Errorf("demoted, and still: %q", got)
	}

	owner.Click("[aria-label='More for Ada Brandt']")
	owner.Click(".menu-pop:popover-open .menu-item.bad")
	owner.Leave(func() { owner.Click("dialog[open] .btn-error") })
	owner.WaitForText("#toasts", "The member was removed")
	ada.Go("/sunrise/")
	if got := ada.Text("h1"); got != "Page not found" {
		t.Errorf("removed, and still: %q", got)
	}
	ada.Go("/")
	if got := ada.Text("h1"); got != "You belong to no organization" {
		t.Errorf("nowhere: %q", got)
	}
}

// An owner gives the organization a logo: chosen or dropped, seen before it is sent, then wherever the organization is named.
func TestLogo(t *testing.T) {
	a := apptest.New(t, store.SQLite)
	folder := t.TempDir()
	write := func(name string, content []byte) string {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
		return filepath.Join(folder, name)
	}
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 900, 600))); err != nil {
		t.Fatal(err)
	}
	good, text := write("logo.png", picture.Bytes()), write("notes.png", []byte("flour, water, salt"))
	p := browser.Open(t, a.URL)
	p.Look(1440, false)
	p.SignIn(maya, demo.Password)
	p.Go("/sunrise/settings/organization")
	p.Attach("#f-file", text)
	p.WaitForText("#f-file-e", "cannot be shown")
	if found := p.Violations(); len(found) > 0 {
		t.Errorf("a refused picture: %s", strings.Join(found, "\n"))
	}
	p.Attach("#f-file", good)
	p.WaitFor(`document.querySelector("[data-preview] canvas")?.width === 512 && !document.querySelector("#f-file-e")`)
	p.Send("Upload")
	p.WaitForText("#toasts", "The logo was changed")
	p.WaitFor(`[...document.querySelectorAll(".side .tile img, #orgs .tile img, main .tile img")].filter(i => i.naturalWidth === 512).length === 3`)
	if found := p.Violations(); len(found) > 0 {
		t.Errorf("with a logo: %s", strings.Join(found, "\n"))
	}
	first := p.Attribute(".side .tile img", "src")

	p.Do(`fetch(document.querySelector(".side .tile img").src).then(r => r.blob()).then(b => createImageBitmap(b, 0, 0, 100, 100)).then(m => {
		const c = document.createElement("canvas"); c.width = c.height = 100; c.getContext("2d").drawImage(m, 0, 0);
		c.toBlob(b => { const d = new DataTransfer(); d.items.add(new File([b], "dropped.webp")); document.querySelector("[data-drop]").dispatchEvent(new DragEvent("drop", {dataTransfer: d, bubbles: true, cancelable: true})) }, "image/webp")
	})`)
	p.WaitFor(`document.querySelector("[data-preview] canvas")?.width === 100`)
	p.Send("Replace")
	p.WaitFor(`document.querySelector(".side .tile img").naturalWidth === 100`)
	if next := p.Attribute(".side .tile img", "src"); next == first {
		t.Error("the address stays the same, and browsers keep what was there")
	}
	p.Go("/bluebird/")
	p.WaitFor(`document.querySelector('#orgs a[href="/sunrise/"] img').naturalWidth === 100 && document.querySelectorAll("#orgs img").length === 1`)

	p.Go("/sunrise/settings/organization")
	const asks = `!dispatchEvent(new Event("beforeunload", {cancelable: true}))`
	p.Fill("[name=organization]", "Sunrise and Moon")
	p.Do(`document.querySelector("form[enctype]").addEventListener("submit", e => e.preventDefault(), {once: true}); document.querySelector("form[enctype]").requestSubmit()`)
	p.WaitFor(asks)
	p.Fill("[name=organization]", "Sunrise Bakery")
	p.Send("Save")
	p.WaitFor("!(" + asks + ")")
	p.Press("Remove")
	p.Leave(func() { p.Click("#remove-logo .btn-error") })
	p.WaitForText("#toasts", "The logo was removed")
	if got := p.Text(".side .tile"); got != "SB" {
		t.Errorf("removed, and there is %q", got)
	}
}

// Another address of an organization is explained while it is typed, asked about, and leads on from the former one.
func TestAddress(t *testing.T) {
	a := apptest.New(t, store.SQLite)
	p := browser.Open(t, a.URL)
	p.Look(1440, false)
	p.SignIn(maya, demo.Password)
	p.Go("/sunrise/settings/organization")
	p.Fill("[name=slug]", "bluebird")
	p.WaitForText("#address", "This address is taken")
	p.Fill("[name=organization]", "Moonrise Bakery")
	p.Fill("[name=slug]", "moonrise")
	p.WaitForText("#address", "/moonrise is free")
	if found := p.Violations(); len(found) > 0 {
		t.Errorf("the preview: %s", strings.Join(found, "\n"))
	}
	p.Send("Save")
	p.WaitForText("main [role=alert]", "Change the address")
	p.WaitFor(`document.activeElement.matches("[data-errors]")`)
	if found := p.Violations(); len(found) > 0 {
		t.Errorf("the question: %s", strings.Join(found, "\n"))
	}
	p.Send("Change the address")
	p.WaitForText("#toasts", "Saved")
	if p.Path() != "/moonrise/settings/organization" || p.Text(".side .org-name") != "Moonrise Bakery" {
		t.Errorf("confirmed, it leads to %s of %q", p.Path(), p.Text(".side .org-name"))
	}
	p.Go("/sunrise/orders?q=hotel")
	if p.Path() != "/moonrise/orders" || p.Value("[name=q]") != "hotel" {
		t.Errorf("a former link leads to %s", p.Path())
	}
}

// An owner sets up the bakery's provider, tries it, and a member signs in by it: with real redirects to another site and back.
func TestSignInByProvider(t *testing.T) {
	id := provider.Open(t)
	id.Set("sam", provider.Person{Subject: "oven-1", Name: "Sam", Email: sam})
	id.Set("maya", provider.Person{Subject: "oven-2", Name: "Maya", Email: maya})
	a := apptest.Mailing(t, store.SQLite, apptest.Reaching(id), apptest.AtItsAddress)
	owner := browser.Open(t, a.URL)
	owner.TrustAll()
	owner.Look(1440, false)
	owner.SignIn(maya, demo.Password)
	owner.Go("/sunrise/settings/sign-in")
	owner.Press("Copy")
	owner.WaitForText("#toasts", "Copied")
	id.Register(owner.Value("#redirect-url"))
	owner.Fill("[name=name]", "Oven ID")
	owner.Fill("[name=issuer]", id.Issuer)
	owner.Fill("[name=client_id]", provider.ClientID)
	owner.Fill("[name=client_secret]", provider.Secret)
	owner.Send("Save")
	owner.Send("Test")
	owner.WaitForText("#toasts", "The provider answers as it should")
	owner.Go("/sunrise/settings")
	owner.Click("form[action='/login/sso'] button")
	owner.WaitForText("h1", "Provider")
	owner.Fill("[name=who]", "maya")
	owner.Send("Sign in")
	owner.WaitForText("h1", "Sign in with Oven ID")
	if found := owner.Violations(); len(found) > 0 {
		t.Errorf("asked: %s", strings.Join(found, "\n"))
	}
	owner.Send("Connect")
	owner.Go("/sunrise/settings/members")
	owner.WaitForText("main", "Signs in with Oven ID")

	p := browser.Open(t, a.URL)
	p.TrustAll()
	p.Look(390, true)
	p.Go("/sunrise/orders")
	p.Send("Sign in with your organization")
	if got := p.Value("[name=organization]"); got != "sunrise" {
		t.Errorf("the organization is %q", got)
	}
	p.Click("form button[type=submit]")
	p.WaitForText("h1", "Provider")
	p.Fill("[name=who]", "sam")
	p.Send("Sign in")
	p.WaitForText("h1", "Check your mail")
	if found := p.Violations(); len(found) > 0 {
		t.Errorf("sent: %s", strings.Join(found, "\n"))
	}
	p.Go(a.Mailed(sam, "Use Oven ID"))
	if found := p.Violations(); len(found) > 0 {
		t.Errorf("the link: %s", strings.Join(found, "\n"))
	}
	p.Send("It was me, sign in")
	p.WaitForText("#toasts", "Oven ID signs you in from now on")
	p.Go("/account")
	if got := p.Text("h1"); got != "Sign in" {
		t.Errorf("the account shows %q", got)
	}
	p.Go("/sunrise/")
	p.Do(`document.querySelector("form[action='/logout']").submit()`)
	p.WaitForText("h1", "Sign in")
	p.Go("/login/sso?next=%2Fsunrise%2Forders")
	p.Click("form button[type=submit]")
	p.WaitForText("h1", "Provider")
	p.Fill("[name=who]", "sam")
	p.Send("Sign in")
	p.WaitForText("h1", "Orders")
}

// Somebody who forgot their password asks for a link, chooses another, and is signed out where they were signed in.
func TestForgottenPassword(t *testing.T) {
	apptest.EachMailing(t, func(t *testing.T, a *apptest.App) {
		there := browser.Open(t, a.URL)
		there.SignIn(sam, demo.Password)
		p := browser.Open(t, a.URL)
		p.Look(1440, false)
		p.Go("/login")
		p.Click("a[href='/password']")
		p.WaitForText("h1", "Forgot the password?")
		p.Fill("[name=email]", sam)
		p.Submit("main button[type=submit], .gate-card button[type=submit]")
		p.WaitForText("h1", "Check your mail")
		link := a.Mailed(sam, "Choose another password")
		p.Go(link)
		p.Fill("[name=password]", "short")
		p.Send("Change the password")
		p.WaitForText("#f-password-e", "8 characters")
		p.Fill("[name=password]", "a loaf in the oven by six")
		p.Send("Change the password")
		there.Go("/sunrise/orders")
		if got := there.Path(); got != "/login" {
			t.Errorf("the former session shows %s", got)
		}
		p.SignIn(sam, demo.Password)
		p.WaitForText("main", "is not right")
		p.SignIn(sam, "a loaf in the oven by six")
		if got := p.Path(); got != "/sunrise/" {
			t.Errorf("the new password leads to %s", got)
		}
		p.Go(link)
		p.WaitForText("main", "This link was used")
	})
}

// An owner makes a key; a program reads orders with it, nothing that was not let, and nothing once it is revoked.
func TestAPIKey(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		p := browser.Open(t, a.URL)
		p.Look(1440, false)
		p.SignIn(maya, demo.Password)
		p.Go("/sunrise/settings/keys")
		p.Click("a[href='/sunrise/settings/keys/new']")
		p.WaitForText("h1", "New API key")
		p.Fill("[name=name]", "Shop till")
		p.Click("[name=scopes][value='orders:read']")
		p.Send("Make the key")
		secret := p.Value("#secret")
		if found := p.Violations(); len(found) > 0 {
			t.Errorf("the secret: %s", strings.Join(found, "\n"))
		}
		ask := func(path string) int {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, a.URL+"/api/v1"+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Authorization", "Bearer "+secret)
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			return answer.StatusCode
		}
		for path, want := range map[string]int{"/sunrise/orders": http.StatusOK, "/sunrise/materials": http.StatusForbidden, "/bluebird/orders": http.StatusUnauthorized} {
			if got := ask(path); got != want {
				t.Errorf("%s answers %d", path, got)
			}
		}
		p.Go("/sunrise/settings/keys")
		if text, used := p.Text("main"), p.Text("tbody td:nth-of-type(3)"); strings.Contains(text, secret) || used == "never" {
			t.Errorf("the secret is shown again, or its use is not: %s", text)
		}
		p.Press("Revoke")
		p.Submit("dialog[open] .btn-error")
		if got := ask("/sunrise/orders"); got != http.StatusUnauthorized {
			t.Errorf("revoked, it answers %d", got)
		}
	})
}

// A viewer reads everything and is offered nothing that changes.
func TestAViewer(t *testing.T) {
	a := apptest.New(t, store.SQLite)
	p := browser.Open(t, a.URL)
	p.SignIn(vera, demo.Password)
	for _, path := range []string{"/sunrise/", "/sunrise/orders", "/sunrise/batches", "/sunrise/materials", "/sunrise/products", "/sunrise/customers", "/sunrise/products/BREAD-001", "/sunrise/materials/FLOUR-001"} {
		p.Go(path)
		p.WaitFor(`document.querySelectorAll("main form[method=post], main a[href$='/new'], main a[href$='/edit']").length === 0`)
	}
}

// axe-core finds nothing on any page, wide and narrow, and in the dark; and no page scrolls sideways. Colours are the same at any
// width, and nothing but colours is another in the dark.
func TestAccessible(t *testing.T) {
	a := apptest.New(t, store.SQLite)
	paths := append(a.Pages(a.As(t, maya), "sunrise"), "/nowhere/", "/account", "/account/authenticator", "/account/recovery", "/account/passkeys/new")
	if len(paths) < 25 {
		t.Fatalf("only %d pages", len(paths))
	}
	looks := map[string]look{"wide": {1440, false, (*browser.Page).ButContrast}, "narrow": {390, false, (*browser.Page).ButContrast}, "light": {1440, false, (*browser.Page).Contrast}, "dark": {1440, true, (*browser.Page).Contrast}}
	t.Run("look", func(t *testing.T) { // ends when all do: the application runs until then
		for name, look := range looks {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				p := browser.Open(t, a.URL)
				p.Look(look.width, look.dark)
				look.inspect(t, p, "/login", "/login/sso", "/login/sso/sent", "/register", "/password")
				p.SignIn(maya, demo.Password)
				look.inspect(t, p, paths...)
			})
		}
	})
}

// look is how somebody looks at pages, and what is looked for.
type look struct {
	width int64
	dark  bool
	wrong func(*browser.Page) []string
}

func (l look) inspect(t *testing.T, p *browser.Page, paths ...string) {
	t.Helper()
	for _, path := range paths {
		p.Go(path)
		if found := l.wrong(p); len(found) > 0 {
			t.Errorf("%s:\n%s", path, strings.Join(found, "\n"))
		}
		if over := p.Wide(); over > 0 {
			t.Errorf("%s is %d px too wide", path, over)
		}
		if l.width >= 768 {
			continue
		}
		if ragged := p.Ragged(); len(ragged) > 0 {
			t.Errorf("%s: numbers that do not stand at the right: %q", path, ragged)
		}
	}
}

// A file in a real browser: a wrong row is told, a column is given its meaning, the good rows are taken in while the page watches, and
// all of it is undone.
func TestAnImport(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		a.Work(t)
		p := browser.Open(t, a.URL)
		p.Look(1440, false)
		p.SignIn(maya, demo.Password)
		p.Go("/sunrise/imports/materials")
		file := filepath.Join(t.TempDir(), "shelf.csv")
		if err := os.WriteFile(file, []byte("Artikel;Name;ME;Price\nSPELT;Spelt;kg;2,40\nRICE;Rice;kg;2,4x\nOAT;Oats;kg;1,10\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		p.Attach("#f-file", file)
		p.Send("Upload")
		p.Choose("#f-sku", "Artikel: SPELT")
		p.Send("Try all rows")
		if got := p.Text("#refused"); got != "3" { // new materials need their unit
			t.Errorf("%s rows are wrong", got)
		}
		p.Choose("#f-unit", "ME: kg")
		p.Send("Try all rows again")
		if created, problem := p.Text("#created"), p.Text("section[aria-labelledby=problems] tbody"); created != "2" || !strings.Contains(problem, "Row 3, Price") {
			t.Errorf("%s would be created: %s", created, problem)
		}
		if found := p.Violations(); len(found) > 0 {
			t.Errorf("accessibility: %s", strings.Join(found, "; "))
		}
		p.Send("Import only the good rows")
		p.WaitFor(`!document.querySelector("progress") && document.querySelector("#created")?.textContent === "2"`)
		p.WaitForText("h1", "Imported")
		p.Press("Undo")
		p.Send("Undo the import")
		p.WaitForText("#undone", "2")
		if got := p.Text("#kept"); got != "0" {
			t.Errorf("%s could not be undone", got)
		}
	})
}

// All of an organization in a real browser: asked for, watched, and downloaded with the password, from a page that stays as it is.
func TestAnExport(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		a.Work(t)
		p := browser.Open(t, a.URL)
		folder := p.Downloads()
		p.Look(1440, false)
		p.SignIn(maya, demo.Password)
		p.Go("/sunrise/settings")
		p.Send("Export")
		p.WaitForText("h1", "Export")
		p.Send("Make an archive")
		p.WaitForText("#ready", "The archive is ready")
		p.Fill("#f-current", "a wrong guess")
		p.Send("Download")
		p.WaitForText("#f-current-e", "not your password")
		if found := p.Violations(); len(found) > 0 {
			t.Errorf("accessibility: %s", strings.Join(found, "; "))
		}
		p.Fill("#f-current", demo.Password)
		p.Press("Download")
		var file string
		for range 500 {
			if found, _ := filepath.Glob(filepath.Join(folder, "sunrise-*.zip")); len(found) == 1 {
				file = found[0]
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
		z, err := zip.OpenReader(file)
		if err != nil {
			t.Fatalf("the download %q: %v", file, err)
		}
		z.Close()
		p.WaitFor(`document.querySelector("#loading").hidden && !document.querySelector('[aria-busy="true"]')`)
		p.Press("Remove")
		p.Leave(func() { p.Click("#remove .btn-error") })
		p.WaitForText("#ask", "Make an archive")
	})
}

// Text that is hard to read is found, also among what was looked at before.
func TestContrastIsFound(t *testing.T) {
	p := browser.Open(t, apptest.New(t, store.SQLite).URL)
	p.Go("/login")
	if found := p.Contrast(); len(found) > 0 {
		t.Fatal(found)
	}
	p.Do(`document.querySelector("h1").insertAdjacentHTML("afterend", "<p class=pale>Hardly there</p>"); document.querySelector(".pale").style.color = "#eee"`)
	if found := p.Contrast(); len(found) != 1 || !strings.Contains(found[0], ".pale") {
		t.Errorf("found %q", found)
	}
	if found := p.ButContrast(); len(found) > 0 {
		t.Errorf("without contrast: %q", found)
	}
}
