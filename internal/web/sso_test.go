package web_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"craftplan/internal/apptest"
	"craftplan/internal/apptest/provider"
	"craftplan/internal/organizations"
	"craftplan/internal/store"
)

// A bakery whose people sign in at a provider, with the owner's browser.
type signInBakery struct {
	*apptest.App
	provider *provider.Provider
	owner    *apptest.Client
	t        *testing.T
}

// eachWithProvider runs the test on both databases. The provider is set up as the change of its form wants.
func eachWithProvider(t *testing.T, form url.Values, test func(t *testing.T, b signInBakery)) {
	t.Helper()
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			test(t, withProvider(t, engine, form))
		})
	}
}

func withProvider(t *testing.T, engine store.Engine, form url.Values) signInBakery {
	t.Helper()
	p := provider.Open(t)
	a := apptest.Mailing(t, engine, apptest.Reaching(p))
	b := signInBakery{a, p, a.As(t, maya), t}
	redirect, _ := b.owner.Get("/sunrise/settings/sign-in").Find("#redirect-url").Attr("value")
	p.Register(redirect)
	b.configure("sunrise", b.owner, form)
	return b
}

func (b signInBakery) configure(slug string, owner *apptest.Client, form url.Values) {
	b.t.Helper()
	all := url.Values{"name": {"Oven ID"}, "issuer": {b.provider.Issuer}, "client_id": {provider.ClientID}, "client_secret": {provider.Secret}, "enabled": {"on"}}
	for k, v := range form {
		all[k] = v
	}
	if p := owner.Post("/"+slug+"/settings/sign-in", all); p.Status != http.StatusSeeOther {
		b.t.Fatalf("configure: %d, %s", p.Status, p.Find(".field-error").Text())
	}
}

// leave sends a browser to the provider and returns where it was sent.
func (b signInBakery) leave(c *apptest.Client, slug string) string {
	b.t.Helper()
	p := c.Post("/login/sso", url.Values{"organization": {slug}})
	where, _ := p.Find("#going").Attr("href")
	if p.Status != http.StatusOK || where == "" || p.Header.Get("Refresh") != "0; url="+where {
		b.t.Fatalf("begin: %d, %q, %q", p.Status, where, p.Text("[role=alert]"))
	}
	return where
}

// arrive goes all the way as somebody of the provider, and returns what the program answers.
func (b signInBakery) arrive(c *apptest.Client, who string) *apptest.Page {
	b.t.Helper()
	return c.Get(apptest.Inside(b.provider.SignIn(b.leave(c, "sunrise"), who)))
}

// connect makes somebody of the provider the member with the address, and returns their browser.
func (b signInBakery) connect(who, email string) *apptest.Client {
	b.t.Helper()
	c := b.Anonymous(b.t)
	if p := b.arrive(c, who); p.Location != "/login/sso/sent" {
		b.t.Fatalf("a stranger is sent to %q", p.Location)
	}
	link := b.Mailed(email, "Use Oven ID")
	if p := c.Post(link, nil); p.Location != "/sunrise/" {
		b.t.Fatalf("connect: %d, %s", p.Status, p.Text("main"))
	}
	return c
}

// turnedAway tells that nobody was signed in, and why.
func (b signInBakery) turnedAway(c *apptest.Client, p *apptest.Page, why string) {
	b.t.Helper()
	if p.Location != "/login" || c.Cookie("session") != "" {
		b.t.Errorf("%d to %q, session %q", p.Status, p.Location, c.Cookie("session"))
	}
	if said := c.Get("/login").Text("[role=alert]"); !strings.Contains(said, why) {
		b.t.Errorf("the sign-in page says %q, not %q", said, why)
	}
}

// strange tells that somebody is a stranger to whom nothing is mailed.
func (b signInBakery) strange(c *apptest.Client, p *apptest.Page) {
	b.t.Helper()
	if p.Location != "/login/sso/sent" || c.Cookie("session") != "" {
		b.t.Errorf("%d to %q, session %q", p.Status, p.Location, c.Cookie("session"))
	}
	b.nothingMailed()
}

// nothingMailed waits for a mail that comes after all others.
func (b signInBakery) nothingMailed() {
	b.t.Helper()
	b.Anonymous(b.t).Post("/password", url.Values{"email": {noor}})
	b.Post.Wait(noor, "Choose another password")
	if n := b.Post.Count(); n != 0 {
		b.t.Errorf("%d mails", n)
	}
}

var samAtOven = provider.Person{Subject: "oven-1", Name: "Sam Oduya", Email: sam}

// A member signs in for the first time, shows by their mailbox who they are, and signs in by the provider from then on. The session
// opens this organization and nothing else; an owner ends it.
func TestSignInByProvider(t *testing.T) {
	eachWithProvider(t, nil, func(t *testing.T, b signInBakery) {
		b.provider.Set("sam", samAtOven)
		if p := posted(t, b.owner, "/sunrise/settings/sign-in/test", nil); !strings.Contains(p.Text("#toasts"), "The provider answers") {
			t.Errorf("the test: %q", p.Text("#toasts"))
		}
		c := b.Anonymous(t)
		if p := b.arrive(c, "sam"); p.Location != "/login/sso/sent" || c.Get("/sunrise/").Status != http.StatusSeeOther {
			t.Fatalf("a stranger: %d to %q", p.Status, p.Location)
		}
		link := b.Mailed(sam, "Use Oven ID to sign in to Sunrise Bakery")
		if p := c.Get(link); p.Status != http.StatusOK || p.Text("h1") != "Sign in with Oven ID" || p.Find("[name=name]").Length() != 0 {
			t.Fatalf("the link: %d, %q", p.Status, p.Text("h1"))
		}
		if p := posted(t, c, link, nil); p.Status != http.StatusOK || p.Text(".org-name") != "Sunrise Bakery" {
			t.Fatalf("connected: %d", p.Status)
		}
		if p := c.Get(link); p.Status != http.StatusNotFound {
			t.Errorf("the link again: %d", p.Status)
		}
		again := b.Anonymous(t)
		if p := b.arrive(again, "sam"); p.Location != "/sunrise/" || again.Get("/sunrise/").Status != http.StatusOK {
			t.Fatalf("the second time: %d to %q", p.Status, p.Location)
		}
		b.nothingMailed()
		row := b.owner.Get("/sunrise/settings/members").Find("tr:contains('" + sam + "')")
		if !strings.Contains(row.Text(), "Signs in with Oven ID") {
			t.Errorf("the members page: %q", row.Text())
		}
		if p := b.As(t, sam).Get("/account"); strings.Count(p.Body, "through Sunrise Bakery, and for it alone") != 2 {
			t.Errorf("the sessions do not say which of them the provider opened")
		}
		user := strings.TrimSuffix(row.Find("form[action$='/role']").AttrOr("action", ""), "/role")
		if p := b.As(t, "vera@sunrise.example").Post(user+"/disconnection", nil); p.Status != http.StatusForbidden {
			t.Errorf("a viewer disconnects: %d", p.Status)
		}
		posted(t, b.owner, user+"/disconnection", nil)
		if p := again.Get("/sunrise/"); !strings.HasPrefix(p.Location, "/login") {
			t.Errorf("disconnected, and still signed in: %d", p.Status)
		}
		if p := b.arrive(again, "sam"); p.Location != "/login/sso/sent" {
			t.Errorf("disconnected, and comes in: %q", p.Location)
		}
	})
}

// Somebody who is signed in as the member with the address is asked at once, and stays signed in to all that is theirs.
func TestConnectWhileSignedIn(t *testing.T) {
	eachWithProvider(t, nil, func(t *testing.T, b signInBakery) {
		b.provider.Set("maya", provider.Person{Subject: "oven-2", Name: "Maya", Email: maya})
		if b.owner.Get("/sunrise/settings").Find("form[action='/login/sso'] [name=organization][value=sunrise]").Length() != 1 {
			t.Error("the settings do not offer it")
		}
		p := b.arrive(b.owner, "maya")
		if !strings.HasPrefix(p.Location, "/login/sso/connection/") {
			t.Fatalf("sent to %q", p.Location)
		}
		other := b.As(t, sam)
		other.SetCookie("coming", b.owner.Cookie("coming"))
		if p := other.Post(p.Location, nil); p.Status != http.StatusNotFound {
			t.Errorf("somebody else answers: %d", p.Status)
		}
		if page := b.owner.Get(p.Location); page.Text("main button") != "Connect" {
			t.Errorf("asked: %q", page.Text("main"))
		}
		if done := posted(t, b.owner, p.Location, nil); done.Status != http.StatusOK {
			t.Errorf("connected: %d", done.Status)
		}
		b.Post.Wait(maya, "Oven ID signs you in to Sunrise Bakery")
		if p := b.owner.Get("/bluebird/"); p.Status != http.StatusOK {
			t.Errorf("her other organization: %d", p.Status)
		}
		if p := b.arrive(b.owner, "maya"); p.Location != "/sunrise/" || b.owner.Get("/account").Status != http.StatusOK {
			t.Errorf("signing in again takes away what she had: %q", p.Location)
		}
	})
}

// Somebody who is invited joins by the provider, with no password; so do people of the organization's domain where it lets them.
func TestJoinByProvider(t *testing.T) {
	eachWithProvider(t, url.Values{"domains": {"@Sunrise.example oven.example"}, "join_role": {"viewer"}}, func(t *testing.T, b signInBakery) {
		b.provider.Set("ada", provider.Person{Subject: "oven-3", Name: "Ada Brandt", Email: "ada@oven.example"})
		b.provider.Set("ben", provider.Person{Subject: "oven-4", Name: "Ben Roth", Email: "Ben@Oven.Example"})
		b.provider.Set("cat", provider.Person{Subject: "oven-5", Name: "Cat", Email: "cat@elsewhere.example"})
		posted(t, b.owner, "/sunrise/settings/members/invitations", url.Values{"emails": {"ada@oven.example"}, "role": {"staff"}})
		b.Post.Wait("ada@oven.example", "Join")
		for who, want := range map[string][2]string{"ada": {"ada@oven.example", "Staff"}, "ben": {"ben@oven.example", "Viewer"}} {
			c := b.Anonymous(t)
			b.arrive(c, who)
			link := b.Mailed(want[0], "Use Oven ID")
			if p := c.Post(link, url.Values{"name": {" "}}); p.Status != http.StatusUnprocessableEntity || p.Find("#f-name-e").Length() != 1 {
				t.Errorf("%s without a name: %d", who, p.Status)
			}
			name, _ := c.Get(link).Find("[name=name]").Attr("value")
			if p := posted(t, c, link, url.Values{"name": {name}}); p.Text(".org-name") != "Sunrise Bakery" {
				t.Fatalf("%s joins: %d, %s", who, p.Status, p.Text("main"))
			}
			row := b.owner.Get("/sunrise/settings/members").Find("tr:contains('" + want[0] + "')")
			if role := row.Find("option[selected]").Text(); role != want[1] || !strings.Contains(row.Text(), name) {
				t.Errorf("%s is %q, %q", who, role, name)
			}
			if p := b.Anonymous(t).Post("/login", url.Values{"email": {want[0]}, "password": {""}}); p.Status == http.StatusSeeOther || p.Status >= 500 {
				t.Errorf("%s without a password: %d", who, p.Status)
			}
		}
		c := b.Anonymous(t)
		b.turnedAway(c, b.arrive(c, "cat"), "Addresses like yours are not let in")
		b.nothingMailed()
	})
}

// Who left or was removed does not come back by their domain alone, and nobody comes when the plan is full.
func TestJoiningHasLimits(t *testing.T) {
	eachWithProvider(t, url.Values{"domains": {"sunrise.example"}, "join_role": {"staff"}}, func(t *testing.T, b signInBakery) {
		b.provider.Set("vera", provider.Person{Subject: "oven-6", Name: "Vera", Email: vera})
		b.provider.Set("new", provider.Person{Subject: "oven-7", Name: "New", Email: "new@sunrise.example"})
		posted(t, b.As(t, vera), "/sunrise/settings/departure", nil)
		c := b.Anonymous(t)
		b.strange(c, b.arrive(c, "vera"))
		if _, err := b.DB.Raw().ExecContext(t.Context(), "UPDATE organizations SET billing_plan = 'starter' WHERE slug = 'sunrise'"); err != nil {
			t.Fatal(err)
		}
		for n, full := 0, false; !full; n++ {
			p := b.owner.Post("/sunrise/settings/members/invitations", url.Values{"emails": {strconv.Itoa(n) + "@oven.example"}, "role": {"viewer"}})
			if full = p.Status == http.StatusUnprocessableEntity; n > 10 {
				t.Fatalf("the plan has room without end: %d", p.Status)
			}
		}
		b.arrive(c, "new")
		link := b.Mailed("new@sunrise.example", "Use Oven ID")
		if p := c.Post(link, url.Values{"name": {"New"}}); p.Status != http.StatusConflict || !strings.Contains(p.Text("[role=alert]"), "no room") {
			t.Errorf("beyond the plan: %d, %q", p.Status, p.Text("[role=alert]"))
		}
		var users int
		if err := b.DB.Raw().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM users WHERE email = 'new@sunrise.example'").Scan(&users); err != nil || users != 0 {
			t.Errorf("%d accounts were made, %v", users, err)
		}
	})
}

// Members of a suspended organization sign in to read; nobody new comes.
func TestProviderOfASuspendedOrganization(t *testing.T) {
	eachWithProvider(t, url.Values{"domains": {"sunrise.example"}, "join_role": {"staff"}}, func(t *testing.T, b signInBakery) {
		b.provider.Set("sam", samAtOven)
		b.provider.Set("vera", provider.Person{Subject: "oven-6", Name: "Vera", Email: vera})
		b.connect("sam", sam)
		if _, err := organizations.SuspendOrganization(t.Context(), b.DB.Store, "sunrise", "The invoice of May is open."); err != nil {
			t.Fatal(err)
		}
		c := b.Anonymous(t)
		if p := b.arrive(c, "sam"); p.Location != "/sunrise/" || c.Get("/sunrise/").Status != http.StatusOK {
			t.Errorf("a member: %d to %q", p.Status, p.Location)
		}
		if p := c.Get("/sunrise/orders"); !strings.Contains(p.Text(".note"), "it can be read, not changed. The invoice of May is open.") {
			t.Errorf("the page says %q", p.Text(".note"))
		}
		if p := c.Post("/sunrise/customers", url.Values{"name": {"Late"}}); p.Status != http.StatusForbidden || !strings.Contains(p.Body, "The invoice of May is open.") {
			t.Errorf("a change: %d", p.Status)
		}
		c = b.Anonymous(t)
		b.strange(c, b.arrive(c, "vera"))
	})
}

// A provider that does not say whether it made sure of an address is not believed about it, not even when the member is signed in: the
// mailbox decides.
func TestProviderThatDoesNotSayWhetherAnAddressIsVerified(t *testing.T) {
	b := withProvider(t, store.SQLite, nil)
	b.provider.Set("maya", provider.Person{Subject: "oven-2", Name: "Maya", Email: maya, Silent: true})
	if p := b.arrive(b.owner, "maya"); p.Location != "/login/sso/sent" {
		t.Errorf("signed in: %q", p.Location)
	}
	link := b.Mailed(maya, "Use Oven ID")
	if p := b.owner.Post(link, nil); p.Location != "/sunrise/" || b.owner.Get("/account").Status != http.StatusOK {
		t.Errorf("by the mailbox: %d to %q, or no longer signed in to all that is hers", p.Status, p.Location)
	}
}

// The form tells what is wrong beside each field, keeps what was typed and never shows the secret; another issuer ends connections and
// sessions; only an owner gets there.
func TestProviderSettings(t *testing.T) {
	eachWithProvider(t, nil, func(t *testing.T, b signInBakery) {
		b.provider.Set("sam", samAtOven)
		c := b.connect("sam", sam)
		if body := b.owner.Get("/sunrise/settings/sign-in").Body; strings.Contains(body, provider.Secret) || !strings.Contains(body, "One is kept.") {
			t.Error("the secret is shown, or not said to be kept")
		}
		var sealed string
		if b.DB.Engine() == store.SQLite {
			err := b.DB.Raw().QueryRowContext(t.Context(), "SELECT client_secret_sealed FROM identity_providers").Scan(&sealed)
			if err != nil || sealed == "" || strings.Contains(sealed, provider.Secret) {
				t.Errorf("kept as %q, %v", sealed, err)
			}
		}
		good := url.Values{"name": {"Oven ID"}, "issuer": {b.provider.Issuer}, "client_id": {provider.ClientID}, "enabled": {"on"}}
		for field, value := range map[string]string{"name": " ", "issuer": "http://id.example.com", "client_id": "", "domains": "example", "join_role": "owner", "client_secret": strings.Repeat("x", 501)} {
			form := url.Values{"domains": {"example.com"}}
			for k, v := range good {
				form[k] = v
			}
			form.Set(field, value)
			p := b.owner.Post("/sunrise/settings/sign-in", form)
			if p.Status != http.StatusUnprocessableEntity || p.Find("#f-"+field+"-e").Length() != 1 || p.Find(".field-error").Length() != 1 {
				t.Errorf("%s: %d, %q", field, p.Status, p.Find(".field-error").Text())
			}
			if typed, _ := p.Find("#f-client_secret").Attr("value"); typed != "" {
				t.Error("the secret comes back")
			}
		}
		form := url.Values{"name": {"Oven ID"}, "issuer": {"https://id.example.com"}, "client_id": {provider.ClientID}, "join_role": {"staff"}}
		if p := b.owner.Post("/sunrise/settings/sign-in", form); p.Find("#f-domains-e").Length() != 1 {
			t.Error("people join without a domain")
		}
		form.Del("join_role")
		if p := b.owner.Post("/sunrise/settings/sign-in", form); p.Status != http.StatusUnprocessableEntity || p.Text("#f-client_secret-e") == "" {
			t.Errorf("the secret goes to another issuer: %d", p.Status)
		}
		posted(t, b.owner, "/sunrise/settings/sign-in", good) // nothing but the secret left out
		if p := c.Get("/sunrise/"); p.Status != http.StatusOK {
			t.Errorf("saved as it was, and signed out: %d", p.Status)
		}
		form.Set("client_secret", "another secret")
		posted(t, b.owner, "/sunrise/settings/sign-in", form)
		if p := c.Get("/sunrise/"); !strings.HasPrefix(p.Location, "/login") {
			t.Errorf("another issuer, and still signed in: %d", p.Status)
		}
		b.configure("sunrise", b.owner, nil)
		if p := b.arrive(b.Anonymous(t), "sam"); p.Location != "/login/sso/sent" {
			t.Errorf("back again, and still connected: %q", p.Location)
		}
		posted(t, b.owner, "/sunrise/settings/sign-in/removal", nil)
		if p := b.owner.Get("/sunrise/settings/sign-in"); p.Find("#remove-provider").Length() != 0 || p.Find("#f-issuer").AttrOr("value", "?") != "" {
			t.Error("removed, and still there")
		}
	})
}

// Switched off, the provider's sessions end and nobody comes by it; switched on, those who were connected still are.
func TestProviderSwitchedOff(t *testing.T) {
	eachWithProvider(t, nil, func(t *testing.T, b signInBakery) {
		b.provider.Set("sam", samAtOven)
		c := b.connect("sam", sam)
		b.configure("sunrise", b.owner, url.Values{"enabled": {"off"}})
		if p := c.Get("/sunrise/"); !strings.HasPrefix(p.Location, "/login") {
			t.Errorf("still signed in: %d", p.Status)
		}
		if p := c.Post("/login/sso", url.Values{"organization": {"sunrise"}}); p.Status != http.StatusUnprocessableEntity {
			t.Errorf("begin: %d", p.Status)
		}
		b.configure("sunrise", b.owner, nil)
		if p := b.arrive(b.Anonymous(t), "sam"); p.Location != "/sunrise/" {
			t.Errorf("switched on: %q", p.Location)
		}
	})
}

// The test of the settings says what is wrong in words.
func TestProviderTest(t *testing.T) {
	b := withProvider(t, store.SQLite, nil)
	for name, c := range map[string]struct {
		form url.Values
		want string
	}{
		"slash":     {url.Values{"issuer": {b.provider.Issuer + "/"}}, "The provider calls itself \"" + b.provider.Issuer + "\""},
		"path":      {url.Values{"issuer": {b.provider.Issuer + "/tenant"}}, "No OpenID Connect provider answers at this address"},
		"no server": {url.Values{"issuer": {"https://127.0.0.1:1"}}, "cannot be reached"},
		"no name":   {url.Values{"issuer": {"https://id.invalid"}}, "There is no server of this name at a public address"},
	} {
		b.configure("sunrise", b.owner, c.form)
		if p := posted(t, b.owner, "/sunrise/settings/sign-in/test", nil); !strings.Contains(p.Text("#toasts"), c.want) {
			t.Errorf("%s: %q", name, p.Text("#toasts"))
		}
	}
}

// The attack: an owner names a server inside the network of the installation, and learns from the test what is there.
func TestAttackProviderInsideTheNetwork(t *testing.T) {
	a := apptest.New(t, store.SQLite)
	b := signInBakery{a, provider.Open(t), a.As(t, maya), t}
	for _, issuer := range []string{b.provider.Issuer, "https://localhost", "https://inside.invalid", "https://169.254.169.254/latest", "https://[::1]", "https://10.0.0.1:22"} {
		b.configure("sunrise", b.owner, url.Values{"issuer": {issuer}})
		if p := posted(t, b.owner, "/sunrise/settings/sign-in/test", nil); !strings.Contains(p.Text("#toasts"), "at a public address") {
			t.Errorf("%s: %q", issuer, p.Text("#toasts"))
		}
		if p := a.Anonymous(t).Post("/login/sso", url.Values{"organization": {"sunrise"}}); p.Status != http.StatusServiceUnavailable {
			t.Errorf("%s: begin: %d", issuer, p.Status)
		}
	}
}
