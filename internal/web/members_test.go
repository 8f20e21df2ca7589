package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"craftplan/internal/apptest"
	"craftplan/internal/demo"
	"craftplan/internal/organizations"
	"craftplan/internal/store"
)

const sam = "sam@sunrise.example"

// invite asks somebody and returns the path of the link.
func invite(t *testing.T, c *apptest.Client, email, role string) string {
	t.Helper()
	p := c.Post("/sunrise/settings/members/invitations", url.Values{"emails": {email}, "role": {role}})
	link, _ := p.Find("#link-0").Attr("value")
	if p.Status != http.StatusOK || !strings.HasPrefix(link, "http://craftplan.example/invitations/") {
		t.Fatalf("invite %s: %d, %q, %s", email, p.Status, link, p.Text("[role=alert]"))
	}
	return strings.TrimPrefix(link, "http://craftplan.example")
}

// A newcomer is invited, joins, works, is demoted and removed while signed in.
func TestInvitedMember(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		owner := a.As(t, maya)
		link := invite(t, owner, "ada@oven.example", "staff")
		if body := owner.Get("/sunrise/settings/members").Body; strings.Contains(body, link) || !strings.Contains(body, "ada@oven.example") {
			t.Error("the link is shown again, or the invitation is not")
		}
		ada := a.Anonymous(t)
		if p := ada.Get(link); p.Status != http.StatusOK || p.Text("h1") != "Join Sunrise Bakery" {
			t.Errorf("the link: %d, %q", p.Status, p.Text("h1"))
		}
		if p := ada.Post(link, url.Values{"name": {""}, "password": {"short"}}); p.Status != http.StatusUnprocessableEntity || p.Find("#f-name-e, #f-password-e").Length() != 2 {
			t.Errorf("wrong fields: %d", p.Status)
		}
		if p := ada.Post(link, url.Values{"name": {"Ada"}, "password": {"a quiet oven at four"}}); p.Location != "/sunrise/" {
			t.Fatalf("joining: %d to %q", p.Status, p.Location)
		}
		if p := ada.Get("/sunrise/customers/new"); p.Status != http.StatusOK {
			t.Errorf("staff: %d", p.Status)
		}
		if p := a.Anonymous(t).Get(link); p.Status != http.StatusNotFound {
			t.Errorf("the link again: %d", p.Status)
		}
		row := owner.Get("/sunrise/settings/members").Find("tr:contains('ada@oven.example')")
		role, _ := row.Find("form[action$='/role']").Attr("action")
		posted(t, owner, role, url.Values{"role": {"viewer"}})
		if p := ada.Get("/sunrise/customers/new"); p.Status != http.StatusForbidden {
			t.Errorf("demoted while signed in: %d", p.Status)
		}
		posted(t, owner, strings.TrimSuffix(role, "role")+"removal", nil)
		if p := ada.Get("/sunrise/"); p.Status != http.StatusNotFound || p.Body != ada.Get("/nowhere/").Body {
			t.Errorf("removed while signed in: %d", p.Status)
		}
	})
}

// Somebody with an account joins a second organization; a link for another address does not open for them.
func TestInvitedUser(t *testing.T) {
	a := apptest.New(t, store.SQLite)
	owner := a.As(t, maya)
	link := invite(t, owner, noor, "viewer")
	if p := a.Anonymous(t).Get(link); p.Find(`a[href^="/login?next="]`).Length() != 1 || p.Find("[name=password]").Length() != 0 {
		t.Error("a known address is not asked to sign in")
	}
	if p := a.As(t, jonas).Post(link, nil); p.Status != http.StatusForbidden {
		t.Errorf("somebody else joins: %d", p.Status)
	}
	if p := a.Anonymous(t).Post(link, url.Values{"name": {"Noor"}, "password": {"a quiet oven at four"}}); p.Status != http.StatusUnprocessableEntity {
		t.Errorf("a second account for the address: %d to %q", p.Status, p.Location)
	}
	c := a.As(t, noor)
	if p := posted(t, c, link, nil); p.Status != http.StatusOK || c.Get("/northstar/").Find("#orgs .menu-item:contains('Sunrise Bakery')").Length() != 1 {
		t.Errorf("joining: %d", p.Status)
	}
	second := invite(t, owner, "ben@oven.example", "staff")
	if p := a.Anonymous(t).Post(second+"/refusal", nil); p.Status != http.StatusOK {
		t.Errorf("declining: %d", p.Status)
	}
	third := invite(t, owner, "cat@oven.example", "staff")
	action, _ := owner.Get("/sunrise/settings/members").Find("form[action$='/revocation']").First().Attr("action")
	posted(t, owner, action, nil)
	for _, link := range []string{second, third, "/invitations/x", "/invitations/" + strings.Repeat("a", 500)} {
		if p := a.Anonymous(t).Get(link); p.Status != http.StatusNotFound {
			t.Errorf("a link that ended: %d", p.Status)
		}
	}
}

func TestMembersRefused(t *testing.T) {
	a := apptest.New(t, store.SQLite)
	owner := a.As(t, maya)
	if p := a.As(t, sam).Get("/sunrise/settings/members"); p.Status != http.StatusForbidden {
		t.Errorf("staff: %d", p.Status)
	}
	if p := owner.Post("/sunrise/settings/members/invitations", url.Values{"emails": {"one@a.example, two"}, "role": {"staff"}}); p.Status != http.StatusUnprocessableEntity || p.Find("#f-emails-e").Length() != 1 {
		t.Errorf("no address: %d", p.Status)
	} else if v, _ := p.Find("[name=emails]").Attr("value"); v != "one@a.example, two" {
		t.Errorf("what was typed is lost: %q", v)
	}
	if p := posted(t, owner, "/sunrise/settings/departure", nil); !strings.Contains(p.Text("#toasts"), "needs an active owner") {
		t.Errorf("the last owner leaves: %q", p.Text("#toasts"))
	}
	// An admin is offered nothing that takes an owner.
	action := owner.Get("/sunrise/settings/members").Find("tr:contains('"+sam+"') form[action$='/role']").AttrOr("action", "")
	posted(t, owner, action, url.Values{"role": {"admin"}})
	page, theirs := owner.Get("/sunrise/settings/members"), a.As(t, sam).Get("/sunrise/settings/members")
	if page.Find("[value=owner]").Length() == 0 || theirs.Find("[value=admin]").Length() == 0 || theirs.Find("[value=owner]").Length() != 0 {
		t.Errorf("an owner can make %d owners, an admin %d", page.Find("[value=owner]").Length(), theirs.Find("[value=owner]").Length())
	}
	if page.Find("tr:contains('"+sam+"') form").Length() == 0 || theirs.Find("tr:contains('"+vera+"') form").Length() == 0 || theirs.Find("tr:contains('"+maya+"') form").Length() != 0 {
		t.Error("an admin is offered to change an owner")
	}
	viewer := a.As(t, vera)
	if p := viewer.Post("/sunrise/settings/departure", nil); p.Status != http.StatusSeeOther || viewer.Get("/sunrise/").Status != http.StatusNotFound {
		t.Errorf("a viewer leaves: %d", p.Status)
	}
	if p := a.Anonymous(t).Post("/login", url.Values{"email": {vera}, "password": {demo.Password}}); p.Status != http.StatusSeeOther {
		t.Errorf("and can still sign in: %d", p.Status)
	}
}

// The owner moves the organization to another address and colours it anew.
func TestOrganizationProfile(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		c := a.As(t, maya)
		form := url.Values{"organization": {"Moonrise Bakery"}, "slug": {"Moonrise"}, "time_zone": {"Europe/Berlin"}, "locale": {"de-DE"}, "brand_color": {"#be3a5e"}, "confirmed": {"moonrise"}}
		p := posted(t, c, "/sunrise/settings/organization", form)
		if p.Status != http.StatusOK || p.Text(".org-name") != "Moonrise Bakery" {
			t.Fatalf("%d, %q", p.Status, p.Text(".org-name"))
		}
		if p := c.Get("/sunrise/orders?q=a"); p.Location != "/moonrise/orders?q=a" {
			t.Errorf("the old address: %d to %q", p.Status, p.Location)
		}
		if css := c.Get("/moonrise/brand.css").Body; !strings.Contains(css, "--brand: #BE3A5E") {
			t.Errorf("brand: %s", css)
		}
		if total := c.Get("/moonrise/orders").Find("td.num").First().Text(); !strings.Contains(total, ",") || !strings.HasSuffix(total, "$") {
			t.Errorf("an amount in German: %q", total)
		}
		form.Set("slug", "bluebird")
		form.Set("brand_color", "pink")
		if p := c.Post("/moonrise/settings/organization", form); p.Status != http.StatusUnprocessableEntity || p.Find("#f-brand_color-e").Length() != 1 {
			t.Errorf("a wrong colour: %d", p.Status)
		}
		form.Set("brand_color", "#be3a5e")
		if p := c.Post("/moonrise/settings/organization", form); p.Status != http.StatusUnprocessableEntity || p.Text("#f-slug-e") != "This address is taken. Choose another." {
			t.Errorf("a taken slug: %d, %q", p.Status, p.Text("#f-slug-e"))
		}
	})
}

// What the plan allows and what is used of it stands in the settings, for who may change something about it.
func TestPlanIsShown(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		c := a.As(t, maya)
		shown := func() string {
			return strings.Join(strings.Fields(c.Get("/sunrise/settings").Find("[aria-labelledby=plan-title] dl").Text()), " ")
		}
		if got := shown(); !strings.Contains(got, "People3 of 50") || !strings.Contains(got, "Files0 bytes of 20 GB") {
			t.Errorf("the growth plan: %q", got)
		}
		if _, err := organizations.SetPlan(t.Context(), a.DB.Store, "sunrise", "enterprise"); err != nil {
			t.Fatal(err)
		}
		if got := shown(); !strings.Contains(got, "People3, without limit") {
			t.Errorf("the enterprise plan: %q", got)
		}
		if n := a.As(t, sam).Get("/sunrise/settings").Find("[aria-labelledby=plan-title]").Length(); n != 0 {
			t.Error("staff see the plan")
		}
	})
}

// A suspended organization is read by its members, and changed by nobody.
func TestSuspended(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		c := a.As(t, maya)
		suspend(t, a, "sunrise")
		p := c.Get("/sunrise/orders")
		if p.Status != http.StatusOK || !strings.Contains(p.Text(".note"), "suspended") || p.Find("main a[href$='/new'], main form[method=post]").Length() != 0 {
			t.Errorf("reading: %d, %q", p.Status, p.Text(".note"))
		}
		for path, form := range map[string]url.Values{"/sunrise/customers": {"kind": {"company"}, "name": {"New"}}, "/sunrise/settings": {}, "/sunrise/settings/organization": {}} {
			if p := c.Post(path, form); p.Status != http.StatusForbidden || !strings.Contains(p.Text("main"), "suspended") {
				t.Errorf("%s: %d, %q", path, p.Status, p.Text("main"))
			}
		}
		if p := c.Post("/bluebird/customers", url.Values{"kind": {"company"}, "name": {"New"}}); p.Status != http.StatusSeeOther {
			t.Errorf("another organization: %d", p.Status)
		}
	})
}

// After signing in people come where they worked last; the switcher keeps the section; who belongs nowhere is told what to do.
func TestWherePeopleLand(t *testing.T) {
	a := apptest.New(t, store.SQLite)
	c := a.As(t, maya)
	if p := c.Get("/"); p.Location != "/bluebird/" {
		t.Errorf("at first: %q", p.Location)
	}
	p := c.Get("/sunrise/orders")
	if href, _ := p.Find("#orgs a:contains('Bluebird Soap')").Attr("href"); href != "/bluebird/orders" {
		t.Errorf("the switcher leads to %q", href)
	}
	if href, _ := c.Get("/sunrise/settings").Find("#orgs a:contains('Bluebird Soap')").Attr("href"); href != "/bluebird/" {
		t.Errorf("from the settings the switcher leads to %q", href)
	}
	c.Post("/logout", nil)
	c.Post("/login", url.Values{"email": {maya}, "password": {demo.Password}})
	if p := c.Get("/"); p.Location != "/sunrise/" {
		t.Errorf("after signing in again: %q", p.Location)
	}
	viewer := a.As(t, vera)
	viewer.Post("/sunrise/settings/departure", nil)
	if p := viewer.Get("/"); p.Status != http.StatusOK || p.Find(`a[href="/register"]`).Length() != 1 || !strings.Contains(p.Text("main"), vera) {
		t.Errorf("nowhere: %d", p.Status)
	}
}

// eventually waits until there is something.
func eventually(t *testing.T, look func() string) string {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if found := look(); found != "" {
			return found
		}
	}
	t.Fatal("nothing came")
	return ""
}
