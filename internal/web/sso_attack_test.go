package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"craftplan/internal/apptest"
	"craftplan/internal/apptest/provider"
	"craftplan/internal/store"
)

// The attack: somebody signs in at the provider as themselves, does not follow the way back, and gets the victim to open it: the victim
// would work in the attacker's account. The state is another browser's. (ASVS 5.0 10.2.1)
func TestAttackStateOfAnotherBrowser(t *testing.T) {
	eachWithProvider(t, nil, func(t *testing.T, b signInBakery) {
		b.provider.Set("sam", samAtOven)
		b.connect("sam", sam)
		attacker, victim := b.Anonymous(t), b.Anonymous(t)
		back := apptest.Inside(b.provider.SignIn(b.leave(attacker, "sunrise"), "sam"))
		b.turnedAway(victim, victim.Get(back), "began in another browser")
		b.leave(victim, "sunrise") // also while the victim has a sign-in of their own under way
		b.turnedAway(victim, victim.Get(back), "began in another browser")
	})
}

// The attack: somebody finds the address of the way back, in a history or a log, and opens it again with the cookies of that browser.
func TestAttackReplayedState(t *testing.T) {
	eachWithProvider(t, nil, func(t *testing.T, b signInBakery) {
		b.provider.Set("sam", samAtOven)
		b.connect("sam", sam)
		c := b.Anonymous(t)
		back := apptest.Inside(b.provider.SignIn(b.leave(c, "sunrise"), "sam"))
		if p := c.Get(back); p.Location != "/sunrise/" {
			t.Fatalf("the first time: %q", p.Location)
		}
		again := b.Anonymous(t)
		again.SetCookie("coming", c.Cookie("coming"))
		b.turnedAway(again, again.Get(back), "used already")
	})
}

// The attack: an attempt that was left open is finished when nobody thinks of it any more.
func TestAttackStaleState(t *testing.T) {
	eachWithProvider(t, nil, func(t *testing.T, b signInBakery) {
		b.provider.Set("sam", samAtOven)
		b.connect("sam", sam)
		c := b.Anonymous(t)
		back := b.provider.SignIn(b.leave(c, "sunrise"), "sam")
		past := "expires_at = '2020-01-01T00:00:00.000000Z'"
		if _, err := b.DB.Raw().ExecContext(t.Context(), "UPDATE tokens SET "+past+" WHERE purpose = 'sign-in'"); err != nil {
			t.Fatal(err)
		}
		b.turnedAway(c, c.Get(apptest.Inside(back)), "took too long")
	})
}

// The attack: another client of the same provider passes on a token that was made for it, or one that is old, of another issuer, for
// another sign-in, for nobody, or signed by nobody.
func TestAttackForgedTokens(t *testing.T) {
	eachWithProvider(t, nil, func(t *testing.T, b signInBakery) {
		b.provider.Set("sam", samAtOven)
		b.connect("sam", sam)
		for name, forge := range map[string]func(map[string]any){
			"audience":         func(c map[string]any) { c["aud"] = []string{"another"} },
			"authorized party": func(c map[string]any) { c["aud"], c["azp"] = []string{provider.ClientID, "another"}, "another" },
			"nonce":            func(c map[string]any) { c["nonce"] = "of another sign-in" },
			"no nonce":         func(c map[string]any) { delete(c, "nonce") },
			"issuer":           func(c map[string]any) { c["iss"] = "https://another.example" },
			"expired":          func(c map[string]any) { c["exp"] = time.Now().Add(-time.Minute).Unix() },
			"not yet":          func(c map[string]any) { c["nbf"] = time.Now().Add(time.Hour).Unix() },
			"no subject":       func(c map[string]any) { delete(c, "sub") },
			"a long subject":   func(c map[string]any) { c["sub"] = strings.Repeat("a", 256) },
		} {
			b.provider.Forge(forge)
			c := b.Anonymous(t)
			if p := b.arrive(c, "sam"); p.Location != "/login" || c.Cookie("session") != "" {
				t.Errorf("%s: %d to %q", name, p.Status, p.Location)
			}
		}
		b.provider.Forge(func(map[string]any) {})
		if p := b.arrive(b.Anonymous(t), "sam"); p.Location != "/sunrise/" {
			t.Errorf("signed again, and nothing changed: %q", p.Location)
		}
	})
}

// The attack: the nonce is taken out of the way to the provider, so that a token of another sign-in could be put in its place.
func TestAttackNonce(t *testing.T) {
	eachWithProvider(t, nil, func(t *testing.T, b signInBakery) {
		b.provider.Set("sam", samAtOven)
		b.connect("sam", sam)
		for _, nonce := range []string{"", "chosen by the attacker"} {
			c := b.Anonymous(t)
			back := b.provider.SignIn(with(t, b.leave(c, "sunrise"), "nonce", nonce), "sam")
			b.turnedAway(c, c.Get(apptest.Inside(back)), "was not for this attempt")
		}
	})
}

// with is an address with another parameter.
func with(t *testing.T, address, name, value string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set(name, value)
	u.RawQuery = q.Encode()
	return u.String()
}

func param(t *testing.T, address, name string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query().Get(name)
}

// The attack: somebody gets hold of the code of a victim's sign-in and injects it into one of their own: they would be the victim. The
// code is bound to the victim's verifier. (RFC 9700, 4.5)
func TestAttackInjectedCode(t *testing.T) {
	eachWithProvider(t, nil, func(t *testing.T, b signInBakery) {
		b.provider.Set("sam", samAtOven)
		b.connect("sam", sam)
		victim, attacker := b.Anonymous(t), b.Anonymous(t)
		stolen := param(t, b.provider.SignIn(b.leave(victim, "sunrise"), "sam"), "code")
		back := "/login/sso/callback/" + b.organization("sunrise") + "?" + url.Values{"state": {param(t, b.leave(attacker, "sunrise"), "state")}, "code": {stolen}}.Encode()
		b.turnedAway(attacker, attacker.Get(back), "was not for this attempt")
	})
}

func (b signInBakery) organization(slug string) (text string) {
	b.t.Helper()
	if err := b.DB.Raw().QueryRowContext(b.t.Context(), "SELECT id FROM organizations WHERE slug = $1", slug).Scan(&text); err != nil {
		b.t.Fatal(err)
	}
	return text
}

// The attack: the answer comes to the door of another organization, as after a provider that passes people on to somebody else's (the
// mix-up of RFC 9700, 4.4), or it names another issuer.
func TestAttackMixUp(t *testing.T) {
	eachWithProvider(t, nil, func(t *testing.T, b signInBakery) {
		b.provider.Set("sam", samAtOven)
		b.connect("sam", sam)
		c := b.Anonymous(t)
		back := apptest.Inside(b.provider.SignIn(b.leave(c, "sunrise"), "sam"))
		elsewhere := strings.Replace(back, b.organization("sunrise"), b.organization("bluebird"), 1)
		b.turnedAway(c, c.Get(elsewhere), "Begin again")
		c = b.Anonymous(t)
		back = with(t, apptest.Inside(b.provider.SignIn(b.leave(c, "sunrise"), "sam")), "iss", "https://another.example")
		b.turnedAway(c, c.Get(back), "was not for this attempt")
		if p := c.Get("/login/sso/callback/nonsense?state=x&code=y"); p.Status != http.StatusNotFound {
			t.Errorf("no organization's door: %d", p.Status)
		}
	})
}

// The attack: a former colleague's address is given to somebody new, or somebody takes it at a provider that lets them: the address is
// that of a member, the subject is not. And the other way round: who changes their address at the provider stays who they are.
func TestAttackAddressOfAMember(t *testing.T) {
	eachWithProvider(t, nil, func(t *testing.T, b signInBakery) {
		b.provider.Set("sam", samAtOven)
		b.connect("sam", sam)
		b.provider.Set("sam", provider.Person{Subject: "oven-1", Name: "Sam Oduya", Email: maya, Unverified: true})
		c := b.Anonymous(t)
		if p := b.arrive(c, "sam"); p.Location != "/sunrise/" || !strings.Contains(c.Get("/sunrise/").Text("#orgs"), sam) {
			t.Errorf("the same subject with another address: %q", p.Location)
		}
		b.provider.Set("new", provider.Person{Subject: "oven-9", Name: "Somebody new", Email: sam})
		c = b.Anonymous(t)
		if p := b.arrive(c, "new"); p.Location != "/login/sso/sent" || c.Cookie("session") != "" {
			t.Errorf("another subject with the same address: %q", p.Location)
		}
		if m := b.Post.Wait(sam, "Another account at Oven ID"); strings.Contains(m.Text, "/login/sso") {
			t.Errorf("the mail has a link: %s", m.Text)
		}
		signedIn := b.As(t, sam) // not even for who is signed in as the member
		if p := b.arrive(signedIn, "new"); p.Location != "/login/sso/sent" {
			t.Errorf("signed in: %q", p.Location)
		}
	})
}

// The attack: somebody makes an organization of their own with a provider of their own, which says that they are the owner of another
// one, or a person who belongs to several. They get nothing but a mail to the victim, whose link does not open in their browser nor
// in the victim's.
func TestAttackProviderOfAnotherOrganization(t *testing.T) {
	eachWithProvider(t, nil, func(t *testing.T, b signInBakery) {
		attacker := b.As(t, noor)
		redirect, _ := attacker.Get("/northstar/settings/sign-in").Find("#redirect-url").Attr("value")
		b.provider.Register(redirect)
		b.configure("northstar", attacker, url.Values{"domains": {"sunrise.example"}, "join_role": {"admin"}})
		b.provider.Set("maya", provider.Person{Subject: "evil", Name: "Maya", Email: maya})
		c := b.Anonymous(t)
		if p := c.Get(apptest.Inside(b.provider.SignIn(b.leave(c, "northstar"), "maya"))); p.Location != "/login/sso/sent" || c.Cookie("session") != "" {
			t.Fatalf("vouched for by their own provider: %q", p.Location)
		}
		link := b.Mailed(maya, "Use Oven ID to sign in to Northstar")
		for name, victim := range map[string]*apptest.Client{"signed out": b.Anonymous(t), "signed in": b.owner} {
			if p := victim.Get(link); p.Status != http.StatusNotFound || !strings.Contains(p.Text("main"), "in the browser where you began") {
				t.Errorf("the victim, %s, opens the link: %d", name, p.Status)
			}
			if p := victim.Post(link, nil); p.Status != http.StatusNotFound {
				t.Errorf("the victim, %s, is led to send it: %d", name, p.Status)
			}
		}
		// Even with the victim's mailbox it is a session for the attacker's organization alone.
		if p := c.Post(link, url.Values{"name": {"Maya"}}); p.Location != "/northstar/" {
			t.Fatalf("with the mailbox: %d to %q", p.Status, p.Location)
		}
		page := c.Get("/northstar/")
		if page.Status != http.StatusOK || strings.Contains(page.Body, "Sunrise") || strings.Contains(page.Body, "sunrise/") || strings.Contains(c.Get("/northstar/brand.css").Body, "sunrise") {
			t.Errorf("the session tells of other organizations: %d", page.Status)
		}
		for _, path := range []string{"/sunrise/", "/sunrise/settings", "/bluebird/"} {
			if p := c.Get(path); p.Status != http.StatusNotFound {
				t.Errorf("%s: %d", path, p.Status)
			}
		}
		for _, path := range []string{"/account", "/account/email"} {
			if p := c.Post(path, url.Values{"name": {"Owned"}}); p.Location != "/login" {
				t.Errorf("%s: %d to %q", path, p.Status, p.Location)
			}
		}
		if p := c.Get("/"); p.Location != "/northstar/" {
			t.Errorf("home: %q", p.Location)
		}
		form := registration("Owned", "", "someone@else.example")
		if p := c.Post("/register", form); p.Location != "/register/sent" {
			t.Errorf("makes an organization as the victim: %d to %q", p.Status, p.Location)
		}
	})
}

// The attack: the invitation of another organization is accepted in a session that a provider vouched for.
func TestAttackInvitationInAnOnlySession(t *testing.T) {
	b := withProvider(t, store.SQLite, nil)
	b.provider.Set("sam", samAtOven)
	c := b.connect("sam", sam)
	b.As(t, noor).Post("/northstar/settings/members/invitations", url.Values{"emails": {sam}, "role": {"admin"}})
	link := b.Mailed(sam, "Join North")
	if p := c.Post(link, url.Values{"name": {"Sam"}, "password": {"a quiet oven at four"}}); p.Status == http.StatusSeeOther {
		t.Errorf("%d to %q", p.Status, p.Location)
	}
	if p := c.Get(link); p.Find(`a[href^="/login?next="]`).Length() != 1 {
		t.Error("nobody is asked to sign in")
	}
}

// The attack: an address that the provider has not made sure of, or of a domain that the organization does not let in, or none.
func TestAttackAddresses(t *testing.T) {
	eachWithProvider(t, url.Values{"domains": {"sunrise.example"}, "join_role": {"staff"}}, func(t *testing.T, b signInBakery) {
		for who, c := range map[string]struct {
			person provider.Person
			why    string
		}{
			"unverified":    {provider.Person{Subject: "x1", Email: sam, Unverified: true}, "has not made sure of your e-mail address"},
			"another":       {provider.Person{Subject: "x2", Email: "sam@evil.example"}, "are not let in"},
			"subdomain":     {provider.Person{Subject: "x3", Email: "sam@mail.sunrise.example"}, "are not let in"},
			"suffix":        {provider.Person{Subject: "x4", Email: "sam@evilsunrise.example"}, "are not let in"},
			"two addresses": {provider.Person{Subject: "x5", Email: `"a@sunrise.example"@evil.example`}, "did not tell your e-mail address"},
			"a list":        {provider.Person{Subject: "x6", Email: "sam@evil.example, sam@sunrise.example"}, "did not tell your e-mail address"},
			"nothing":       {provider.Person{Subject: "x7"}, "did not tell your e-mail address"},
		} {
			b.provider.Set(who, c.person)
			browser := b.Anonymous(t)
			b.turnedAway(browser, b.arrive(browser, who), c.why)
		}
		b.nothingMailed()
	})
}

// The attack: who was removed or suspended still has an account at the provider, and a session that it began.
func TestAttackRemovedMember(t *testing.T) {
	for change, way := range map[string]string{"/removal": "removed", "/suspension": "suspended"} {
		t.Run(way, func(t *testing.T) {
			eachWithProvider(t, url.Values{"domains": {"sunrise.example"}, "join_role": {"staff"}}, func(t *testing.T, b signInBakery) {
				b.provider.Set("sam", samAtOven)
				c := b.connect("sam", sam)
				action := b.owner.Get("/sunrise/settings/members").Find("tr:contains('"+sam+"') form[action$='/role']").AttrOr("action", "")
				posted(t, b.owner, strings.TrimSuffix(action, "/role")+change, nil)
				if p := c.Get("/sunrise/"); p.Status != http.StatusNotFound {
					t.Errorf("the session still opens: %d", p.Status)
				}
				if p := c.Get("/"); p.Location != "/login" {
					t.Errorf("home: %d to %q", p.Status, p.Location)
				}
				again := b.Anonymous(t)
				b.turnedAway(again, b.arrive(again, "sam"), "You cannot open Sunrise Bakery any more")
				b.provider.Set("sam", provider.Person{Subject: "another account", Name: "Sam", Email: sam})
				b.strange(again, b.arrive(again, "sam"))
			})
		})
	}
}

// The attack: the answer, or the provider's words, are written into the page.
func TestAttackFailuresAreOurWords(t *testing.T) {
	eachWithProvider(t, nil, func(t *testing.T, b signInBakery) {
		c := b.Anonymous(t)
		b.turnedAway(c, c.Get(apptest.Inside(b.provider.Refuse(b.leave(c, "sunrise")))), "You did not finish signing in")
		state := param(t, b.leave(c, "sunrise"), "state")
		door := "/login/sso/callback/" + b.organization("sunrise") + "?"
		p := c.Get(door + url.Values{"state": {state}, "error": {"<script>alert(1)</script>"}, "error_description": {"<b>gotcha</b>"}}.Encode())
		b.turnedAway(c, p, "refused you")
		c.Get(door + url.Values{"state": {param(t, b.leave(c, "sunrise"), "state")}, "error": {"server_error"}, "error_description": {"gotcha"}}.Encode())
		if body := c.Get("/login").Body; strings.Contains(body, "gotcha") || strings.Contains(body, "server_error") {
			t.Error("the provider's words are on the page")
		}
		b.turnedAway(c, c.Get(door+url.Values{"error": {"access_denied"}, "error_description": {"gotcha"}}.Encode()), "Begin again")
	})
}

// The attack: whoever asks learns which organizations there are, and which have a provider.
func TestAttackWhoHasAProvider(t *testing.T) {
	eachWithProvider(t, url.Values{"enabled": {"off"}}, func(t *testing.T, b signInBakery) {
		c := b.Anonymous(t)
		unknown := c.Post("/login/sso", url.Values{"organization": {"nobody-here"}})
		if unknown.Status != http.StatusUnprocessableEntity {
			t.Fatalf("%d", unknown.Status)
		}
		for _, slug := range []string{"sunrise", "bluebird", "", "login", "%00", strings.Repeat("a", 500)} {
			p := c.Post("/login/sso", url.Values{"organization": {slug}})
			if p.Status != unknown.Status || p.Text("[role=alert]") != unknown.Text("[role=alert]") || c.Cookie("coming") != "" {
				t.Errorf("%q: %d, %q", slug, p.Status, p.Text("[role=alert]"))
			}
		}
	})
}

// The attack: a link is sent many times at once. One of them makes a member and a session.
func TestAttackLinkAtOnce(t *testing.T) {
	eachWithProvider(t, url.Values{"domains": {"oven.example"}, "join_role": {"viewer"}}, func(t *testing.T, b signInBakery) {
		b.provider.Set("ada", provider.Person{Subject: "oven-3", Name: "Ada", Email: "ada@oven.example"})
		first := b.Anonymous(t)
		b.arrive(first, "ada")
		link := b.Mailed("ada@oven.example", "Use Oven ID")
		var in atomic.Int64
		var all sync.WaitGroup
		for range 8 {
			c := b.Anonymous(t)
			c.SetCookie("coming", first.Cookie("coming"))
			all.Go(func() {
				if p := c.Post(link, url.Values{"name": {"Ada"}}); p.Location == "/sunrise/" {
					in.Add(1)
				} else if p.Status >= 500 {
					t.Errorf("%d", p.Status)
				}
			})
		}
		all.Wait()
		if n := b.owner.Get("/sunrise/settings/members").Find("tr:contains('ada@oven.example')").Length(); in.Load() != 1 || n != 1 {
			t.Errorf("%d came in, %d members", in.Load(), n)
		}
	})
}

// The attack: a link that was mailed is opened while the owner changes to another provider, or after it: nobody is connected by the
// former one.
func TestAttackLinkOfAFormerProvider(t *testing.T) {
	eachWithProvider(t, nil, func(t *testing.T, b signInBakery) {
		b.provider.Set("sam", samAtOven)
		for range 4 {
			b.configure("sunrise", b.owner, nil)
			c := b.Anonymous(t)
			b.arrive(c, "sam")
			link := b.Mailed(sam, "Use Oven ID")
			var both sync.WaitGroup
			both.Go(func() { c.Post(link, nil) })
			both.Go(func() { b.configure("sunrise", b.owner, url.Values{"client_id": {"another"}}) })
			both.Wait()
			if text := b.owner.Get("/sunrise/settings/members").Text("main"); strings.Contains(text, "Signs in with") {
				t.Error("somebody is connected by the former provider")
			}
			if p := c.Get("/sunrise/"); p.Status == http.StatusOK {
				t.Error("the session goes on")
			}
			if p := c.Post(link, nil); p.Status != http.StatusNotFound {
				t.Errorf("the link afterwards: %d to %q", p.Status, p.Location)
			}
		}
	})
}

// The attack: another site starts a sign-in in the victim's browser.
func TestAttackBegunElsewhere(t *testing.T) {
	b := withProvider(t, store.SQLite, nil)
	c := b.Anonymous(t)
	if p := c.PostFrom("/login/sso", url.Values{"organization": {"sunrise"}}, http.Header{"Sec-Fetch-Site": {"cross-site"}}); p.Status != http.StatusForbidden {
		t.Errorf("%d", p.Status)
	}
	for _, path := range []string{"/login/sso?organization=sunrise", "/login/sso/sunrise"} {
		if p := c.Get(path); c.Cookie("coming") != "" {
			t.Errorf("a link begins a sign-in: %d", p.Status)
		}
	}
	for next, want := range map[string]string{"/sunrise/orders?q=a": "/sunrise/orders?q=a", "https://evil.example/": "/sunrise/", "//evil.example": "/sunrise/", "/bluebird/": "/sunrise/"} {
		b.provider.Set("sam", samAtOven)
		if c.Cookie("session") == "" {
			c = b.connect("sam", sam)
		}
		p := c.Post("/login/sso", url.Values{"organization": {"sunrise"}, "next": {next}})
		where, _ := p.Find("#going").Attr("href")
		if p := c.Get(apptest.Inside(b.provider.SignIn(where, "sam"))); p.Location != want {
			t.Errorf("next %q goes to %q", next, p.Location)
		}
	}
}

// A provider that does not do its part, or that was replaced while somebody was there.
func TestProviderAway(t *testing.T) {
	eachWithProvider(t, nil, func(t *testing.T, b signInBakery) {
		b.provider.Set("sam", samAtOven)
		b.connect("sam", sam)
		c := b.Anonymous(t)
		back := apptest.Inside(b.provider.SignIn(b.leave(c, "sunrise"), "sam"))
		b.provider.Away(true)
		b.turnedAway(c, c.Get(back), "does not answer as it should")
		b.provider.Away(false)
		back = apptest.Inside(b.provider.SignIn(b.leave(c, "sunrise"), "sam"))
		b.configure("sunrise", b.owner, url.Values{"client_id": {"another"}})
		b.turnedAway(c, c.Get(back), "Begin again")
		b.configure("sunrise", b.owner, url.Values{"client_secret": {"a wrong one"}})
		b.turnedAway(c, b.arrive(c, "sam"), "does not know the client ID and secret")
	})
}
