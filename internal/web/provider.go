package web

import (
	"net/http"
	"net/url"
	"strings"

	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/sso"
	"craftplan/internal/store"
	"craftplan/internal/web/ui"
)

// The settings of how an organization's people sign in.

type providerPage struct {
	tabs
	Form        ui.Form
	Name, Slug  string // of the organization
	Provider    string // its name; "" when there is none yet
	HasSecret   bool
	RedirectURL string
	At          func(...string) string
}

var (
	joinRoles = []ui.Choice{{Value: "", Label: "Nobody: they need an invitation"}, {Value: string(authz.Viewer), Label: "Viewer"}, {Value: string(authz.Staff), Label: "Staff"}, {Value: string(authz.Admin), Label: "Admin"}}
	onOff     = []ui.Choice{{Value: "on", Label: "On"}, {Value: "off", Label: "Off"}}
)

func showProvider(q *Request) error { return q.renderProvider(http.StatusOK, nil) }

func (q *Request) renderProvider(status int, again *ui.Form) error {
	o := q.Member.Organization
	p := providerPage{tabs: q.tabs(), Name: o.Name, Slug: o.Slug, RedirectURL: q.site.SSO.RedirectURL(o.ID), At: q.Path}
	var s sso.Provider
	err := q.View(func(tx *store.Tx) (err error) {
		s, err = sso.Get(q.Context(), tx)
		return err
	})
	if err != nil {
		return err
	}
	p.Provider, p.HasSecret = s.Name, s.HasSecret
	p.Form = ui.Form{Values: url.Values{"name": {s.Name}, "issuer": {s.Issuer}, "client_id": {s.ClientID}, "domains": {strings.Join(s.Domains, ", ")}, "join_role": {string(s.Join)}, "enabled": {mayWord(s.Enabled, "on", "off")}}}
	if again != nil {
		p.Form = *again
	}
	return q.Render(status, "Sign-in", "settings", providerBody(p))
}

func updateProvider(q *Request) error {
	v := q.PostForm
	domains := strings.FieldsFunc(v.Get("domains"), func(r rune) bool { return strings.ContainsRune(" ,;\r\n\t", r) })
	err := sso.Change(q.Context(), q.site.Store, q.scope, sso.Provider{Name: v.Get("name"), Issuer: v.Get("issuer"), ClientID: v.Get("client_id"), Secret: v.Get("client_secret"),
		Domains: domains, Join: authz.Role(v.Get("join_role")), Enabled: v.Get("enabled") != "off"})
	if status, ok := again(err); ok {
		form := refused(q, err)
		return q.renderProvider(status, &form)
	}
	if err != nil {
		return err
	}
	return q.Done("Saved.", q.Path("settings", "sign-in"))
}

func testProvider(q *Request) error {
	back := q.Path("settings", "sign-in")
	if err := q.site.attempt(q.site.providers, "organization:"+q.Member.Organization.ID.String()); err != nil {
		return q.Refused(err, back)
	}
	problem, err := q.site.SSO.Test(q.Context(), q.scope)
	switch {
	case fault.Is(err, fault.KindConflict):
		return q.Refused(err, back)
	case err != nil:
		return err
	case problem != "":
		return q.Refused(fault.Conflict(problem), back)
	}
	return q.Done("The provider answers as it should. Sign in with it once: that shows whether it knows the client.", back)
}

func removeProvider(q *Request) error {
	err := sso.Remove(q.Context(), q.site.Store, q.scope)
	if fault.Is(err, fault.KindConflict) {
		return q.Refused(err, q.Path("settings", "sign-in"))
	}
	if err != nil {
		return err
	}
	return q.Done("The provider was removed; nobody signs in by it any more.", q.Path("settings", "sign-in"))
}

func disconnectMember(q *Request) error {
	user, err := id.Parse(q.PathValue("user"))
	if err == nil {
		err = sso.Disconnect(q.Context(), q.site.Store, q.scope, user)
	} else {
		err = fault.NotFound("member")
	}
	if err != nil {
		return err
	}
	return q.Done("The member is disconnected.", q.Path("settings", "members"))
}

func secretHint(kept bool) string {
	if kept {
		return "One is kept. Left empty, it stays."
	}
	return "None is kept. Some providers give none."
}
