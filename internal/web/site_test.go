package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"craftplan/internal/apptest"
	"craftplan/internal/authz"
	"craftplan/internal/organizations"
	"craftplan/internal/store"
	"craftplan/internal/web"
	"craftplan/internal/web/assets"
)

const (
	maya  = "maya@sunrise.example"
	vera  = "vera@sunrise.example"
	jonas = "jonas@bluebird.example"
	noor  = "noor@northstar.example"
)

func registration(organization, slug, email string) url.Values {
	return url.Values{"organization": {organization}, "slug": {slug}, "name": {"Rosa"}, "email": {email}, "password": {"a quiet oven at four"},
		"time_zone": {"America/Chicago"}, "currency": {"USD"}, "brand_color": {"#0D9488"}}
}

func TestSignUp(t *testing.T) {
	apptest.EachMailing(t, func(t *testing.T, a *apptest.App) {
		c := a.Anonymous(t)
		if target := a.SignUp(c, registration("L'éclair & Co.", "", "rosa@eclair.example")); target != "/l-eclair-co/" {
			t.Fatalf("sign-up leads to %q", target)
		}
		if p := c.Get("/l-eclair-co/"); p.Status != http.StatusOK || !strings.Contains(p.Text(".org-name"), "L'éclair & Co.") {
			t.Errorf("first page: %d, %q", p.Status, p.Text(".org-name"))
		}
		for next, leads := range map[string]string{"/l-eclair-co/orders": "/l-eclair-co/orders", "//elsewhere.example/": "/", "": "/"} {
			if p := c.Get("/login?next=" + url.QueryEscape(next)); p.Location != leads {
				t.Errorf("signed in, /login with next %q leads to %q", next, p.Location)
			}
		}
		if p := c.Post("/logout", nil); p.Location != "/login" {
			t.Errorf("sign-out goes to %q", p.Location)
		}
		if p := c.Get("/l-eclair-co/"); p.Location != "/login?next=%2Fl-eclair-co%2F" {
			t.Errorf("signed out: %d to %q", p.Status, p.Location)
		}
	})
}

func TestSignUpRefused(t *testing.T) {
	a := apptest.New(t, store.SQLite)
	for name, c := range map[string]struct {
		change func(url.Values)
		field  string
	}{
		"no name":        {func(v url.Values) { v.Set("organization", " ") }, "organization"},
		"slug taken":     {func(v url.Values) { v.Set("slug", "sunrise") }, "slug"},
		"slug reserved":  {func(v url.Values) { v.Set("slug", "login") }, "slug"},
		"slug malformed": {func(v url.Values) { v.Set("slug", "a--b") }, "slug"},
		"short password": {func(v url.Values) { v.Set("password", "short") }, "password"},
		"bad e-mail":     {func(v url.Values) { v.Set("email", "rosa") }, "email"},
		"bad currency":   {func(v url.Values) { v.Set("currency", "XXQ") }, "currency"},
		"bad zone":       {func(v url.Values) { v.Set("time_zone", "Mars/Base") }, "time_zone"},
	} {
		t.Run(name, func(t *testing.T) {
			form := registration("New Place", "", "new@place.example")
			c.change(form)
			p := a.Anonymous(t).Post("/register", form)
			if p.Status != http.StatusUnprocessableEntity || p.Find("#f-"+c.field+"-e").Length() != 1 {
				t.Errorf("%d, errors: %q", p.Status, p.Find(".field-error").Text())
			}
			if got, _ := p.Find("[name=organization]").Attr("value"); got != form.Get("organization") {
				t.Errorf("the typed name is lost: %q", got)
			}
			if got, _ := p.Find("[name=password]").Attr("value"); got != "" {
				t.Errorf("the password comes back")
			}
		})
	}
	if p := a.Anonymous(t).Post("/register", registration("New Place", "", "new@place.example")); p.Location != "/register/sent" {
		t.Errorf("refused attempts left something behind: %d to %q", p.Status, p.Location)
	}
}

// The attack: ask for a slug that does not exist, and for one of somebody else, and compare the answers.
func TestUnknownAndForeignOrganizationsLookTheSame(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		c := a.As(t, noor)
		for _, path := range []string{"/", "/customers", "/customers/CU-0001", "/settings", "/brand.css"} {
			foreign, unknown := c.Get("/sunrise"+path), c.Get("/nobody-here"+path)
			if foreign.Status != http.StatusNotFound || foreign.Body != unknown.Body {
				t.Errorf("%s: %d and %d, the same body %t", path, foreign.Status, unknown.Status, foreign.Body == unknown.Body)
			}
			foreign.Header.Del("Date")
			unknown.Header.Del("Date")
			for k := range foreign.Header {
				if foreign.Header.Get(k) != unknown.Header.Get(k) {
					t.Errorf("%s: header %s differs", path, k)
				}
			}
		}
		if p := c.Post("/sunrise/customers", url.Values{"kind": {"company"}, "name": {"Intruder"}}); p.Status != http.StatusNotFound {
			t.Errorf("post into another organization: %d", p.Status)
		}
	})
}

// A former slug leads members on, and tells nobody else that it ever was one.
func TestFormerSlug(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		_, err := a.DB.Raw().ExecContext(t.Context(), `INSERT INTO slugs (slug, organization_id, created_at) SELECT 'old-oven', id, created_at FROM organizations WHERE slug = 'sunrise'`)
		if err != nil {
			t.Fatal(err)
		}
		c := a.As(t, maya)
		for path, want := range map[string]string{"/old-oven/": "/sunrise/", "/old-oven/orders?status=ready&q=a%20b": "/sunrise/orders?status=ready&q=a%20b", "/old-oven/materials/A%2FB": "/sunrise/materials/A%2FB"} {
			if p := c.Get(path); p.Status != http.StatusTemporaryRedirect || p.Location != want {
				t.Errorf("%s: %d to %q", path, p.Status, p.Location)
			}
		}
		if p := a.As(t, noor).Get("/old-oven/"); p.Status != http.StatusNotFound {
			t.Errorf("somebody else: %d", p.Status)
		}
	})
}

// No organization can take an address of the program: its first path segments are reserved.
func TestFirstSegmentsAreReserved(t *testing.T) {
	for _, route := range web.Routes() {
		first, _, _ := strings.Cut(strings.TrimPrefix(route.Pattern, "/"), "/")
		if route.Access != web.Members && first != "{$}" && organizations.CheckSlug(first) == nil {
			t.Errorf("%s: %s could be somebody's slug", route.Pattern, first)
		}
	}
	for _, first := range []string{strings.Trim(assets.Prefix, "/"), "healthz", "readyz"} {
		if organizations.CheckSlug(first) == nil {
			t.Errorf("%s could be somebody's slug", first)
		}
	}
}

// Every page of the table is refused to who is not a member, and every change to a viewer.
func TestRoutesAreGuarded(t *testing.T) {
	a := apptest.New(t, store.SQLite)
	anonymous, outsider, viewer := a.Anonymous(t), a.As(t, noor), a.As(t, vera)
	hole := regexp.MustCompile(`\{[a-z]+\}`)
	members := 0
	for _, route := range web.Routes() {
		if route.Access != web.Members {
			continue
		}
		members++
		path := strings.TrimSuffix(strings.Replace(route.Pattern, "{organization}", "sunrise", 1), "{$}")
		path = hole.ReplaceAllString(path, "CU-0001")
		ask := func(c *apptest.Client) int {
			if route.Method == http.MethodPost {
				return c.Post(path, url.Values{}).Status
			}
			return c.Get(path).Status
		}
		if status := ask(anonymous); status != http.StatusSeeOther {
			t.Errorf("%s %s: anonymous gets %d", route.Method, path, status)
		}
		if status := ask(outsider); status != http.StatusNotFound {
			t.Errorf("%s %s: an outsider gets %d", route.Method, path, status)
		}
		if (authz.Actor{Role: authz.Viewer}).May(route.Permission) {
			continue // such as leaving
		}
		if status := ask(viewer); status != http.StatusForbidden {
			t.Errorf("%s %s: a viewer gets %d", route.Method, path, status)
		}
	}
	if members < 10 {
		t.Errorf("only %d routes", members)
	}
}

func TestHeaders(t *testing.T) {
	a := apptest.New(t, store.SQLite)
	page := a.As(t, maya).Get("/sunrise/")
	h := page.Header
	for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Cache-Control": "private, no-store", "Referrer-Policy": "same-origin"} {
		if h.Get(name) != want {
			t.Errorf("%s: %q", name, h.Get(name))
		}
	}
	if policy := h.Get("Content-Security-Policy"); strings.Contains(policy, "unsafe") || !strings.Contains(policy, "default-src 'none'") {
		t.Errorf("policy %q", policy)
	}
	brand := a.As(t, maya).Get(page.Find("link[href*='brand.css']").AttrOr("href", "")).Header
	if got := brand.Get("Cache-Control"); got != "private, max-age=86400" || !strings.HasPrefix(brand.Get("Content-Type"), "text/css") {
		t.Errorf("whose colours and organizations these are may be kept as %q", got)
	}
}

// The attack: a page of another site posts a form with the victim's cookie.
func TestCrossOrigin(t *testing.T) {
	a := apptest.New(t, store.SQLite)
	c := a.As(t, maya)
	form := url.Values{"kind": {"company"}, "name": {"From elsewhere"}}
	if p := c.PostFrom("/sunrise/customers", form, http.Header{"Sec-Fetch-Site": {"cross-site"}, "Origin": {"https://evil.example"}}); p.Status != http.StatusForbidden {
		t.Errorf("a form of another site: %d", p.Status)
	}
	if p := c.PostFrom("/sunrise/customers", form, http.Header{"Sec-Fetch-Site": {"same-origin"}}); p.Status != http.StatusSeeOther {
		t.Errorf("our own form: %d", p.Status)
	}
}

// The attack: text that PostgreSQL refuses, and SQLite keeps, in the address or a form. It showed which database there is, and failures
// in the log at will.
func TestUnreadableText(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		c := a.As(t, maya)
		for path, want := range map[string]int{"/sunrise/customers/%00": http.StatusNotFound, "/sun%00rise/customers": http.StatusNotFound, "/sunrise/products/%ff": http.StatusNotFound,
			"/sunrise/customers?q=%00": http.StatusUnprocessableEntity, "/sunrise/orders?q=%ff&sort=due": http.StatusUnprocessableEntity, "/sunrise/orders?%00=1": http.StatusUnprocessableEntity} {
			if p := c.Get(path); p.Status != want {
				t.Errorf("%s: %d", path, p.Status)
			}
		}
		for _, form := range []url.Values{{"kind": {"company"}, "name": {"a\x00b"}}, {"kind": {"company"}, "name": {"a"}, "notes": {"\xff"}}} {
			if p := c.Post("/sunrise/customers", form); p.Status != http.StatusUnprocessableEntity {
				t.Errorf("%q: %d", form, p.Status)
			}
		}
	})
}

func TestSessionIsRotatedAtSignIn(t *testing.T) {
	a := apptest.New(t, store.SQLite)
	c := a.As(t, maya)
	first := c.Cookie("session")
	c.Post("/login", url.Values{"email": {maya}, "password": {"craftplan-demo"}})
	if second := c.Cookie("session"); second == first || second == "" {
		t.Errorf("the session is %q, then %q", first, second)
	}
	old := a.Anonymous(t)
	old.SetCookie("session", first)
	if p := old.Get("/sunrise/"); p.Status != http.StatusSeeOther {
		t.Errorf("the former session still opens: %d", p.Status)
	}
}

// Guessing passwords ends soon, for one account from anywhere and for one address of the network.
func TestAttemptsAreLimited(t *testing.T) {
	a := apptest.New(t, store.SQLite, apptest.Limited)
	c := a.Anonymous(t)
	limited := 0
	for range 15 {
		if p := c.Post("/login", url.Values{"email": {maya}, "password": {"a guess"}}); p.Status == http.StatusTooManyRequests {
			limited++
		} else if p.Status != http.StatusUnprocessableEntity && p.Status != http.StatusUnauthorized {
			t.Errorf("a wrong password: %d", p.Status)
		}
	}
	if limited == 0 {
		t.Error("fifteen guesses, and none refused")
	}
	if p := c.Post("/login", url.Values{"email": {maya}, "password": {"craftplan-demo"}}); p.Status != http.StatusTooManyRequests {
		t.Errorf("the right one after them: %d", p.Status)
	}
	refused := 0
	for range 15 {
		if p := c.Post("/register", url.Values{}); p.Status == http.StatusTooManyRequests {
			refused++
		}
	}
	if refused == 0 {
		t.Error("fifteen sign-ups, and none refused")
	}
}

// What one organization tries often does not use up what another may try.
func TestLimitsAreEachOrganizations(t *testing.T) {
	a := apptest.New(t, store.SQLite, apptest.Limited)
	for path, done := range map[string]string{"/settings/mail/test": "Too many", "/settings/sign-in/test": "Too many"} {
		said := func(c *apptest.Client, slug string) string {
			return c.Get(c.Post("/"+slug+path, nil).Location).Text("[role=alert], [role=status]")
		}
		owner, limited := a.As(t, maya), 0
		for range 40 {
			if strings.Contains(said(owner, "sunrise"), done) {
				limited++
			}
		}
		if limited == 0 {
			t.Errorf("%s: forty, and none refused", path)
		}
		if got := said(a.As(t, jonas), "bluebird"); strings.Contains(got, done) {
			t.Errorf("%s: the other organization's first: %s", path, got)
		}
	}
}

func TestSignInGoesOnInsideTheSiteOnly(t *testing.T) {
	a := apptest.New(t, store.SQLite)
	for next, want := range map[string]string{"/sunrise/customers": "/sunrise/customers", "https://evil.example/": "/", "//evil.example": "/", `/\evil.example`: "/", "": "/"} {
		p := a.Anonymous(t).Post("/login", url.Values{"email": {maya}, "password": {"craftplan-demo"}, "next": {next}})
		if p.Location != want {
			t.Errorf("next %q goes to %q", next, p.Location)
		}
	}
}

func TestPagesAreStrict(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		c := a.As(t, maya)
		inline := regexp.MustCompile(`\sstyle=|<style|<script>|\son[a-z]+="|javascript:`)
		for _, path := range append(a.Pages(c, "sunrise"), "/login", "/register", "/account", "/account/authenticator", "/account/recovery", "/account/passkeys/new") {
			reader := c
			if path == "/login" {
				reader = a.Anonymous(t)
			}
			p := reader.Get(path)
			if p.Status != http.StatusOK {
				t.Errorf("%s: %d", path, p.Status)
			}
			if found := inline.FindString(p.Body); found != "" {
				t.Errorf("%s has inline code: %q", path, found)
			}
			if p.Find("h1").Length() != 1 {
				t.Errorf("%s has %d h1", path, p.Find("h1").Length())
			}
			ids := map[string]bool{}
			p.Find("[id]").Each(func(_ int, s *goquery.Selection) {
				if name := s.AttrOr("id", ""); ids[name] {
					t.Errorf("%s has two elements with the id %s", path, name)
				} else {
					ids[name] = true
				}
			})
		}
	})
}

// Nothing of one organization is in the pages of another: every name and reference of the bakery is looked for.
func TestNothingOfAnotherOrganizationShows(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		bakery, soap := a.As(t, maya), a.As(t, jonas)
		var marks []string
		for _, path := range []string{"/sunrise/customers", "/sunrise/materials", "/sunrise/products"} {
			bakery.Get(path).Find("tbody th a").Each(func(_ int, s *goquery.Selection) { marks = append(marks, s.Text()) })
		}
		if len(marks) < 20 {
			t.Fatalf("only %d marks", len(marks))
		}
		for _, path := range a.Pages(soap, "bluebird") {
			body := soap.Get(path).Find("main").Text()
			for _, mark := range marks {
				if strings.Contains(body, mark) {
					t.Errorf("%s shows %q", path, mark)
				}
			}
		}
	})
}
