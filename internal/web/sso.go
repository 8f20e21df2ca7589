package web

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"craftplan/internal/fault"
	"craftplan/internal/httpkit"
	"craftplan/internal/id"
	"craftplan/internal/oidc"
	"craftplan/internal/organizations"
	"craftplan/internal/sso"
	"craftplan/internal/web/ui"
)

// The pages of who signs in by the provider of their organization.

type providerSignIn struct {
	Theme, Host, Next, Problem string
	Form                       ui.Form
}

// newProviderSession asks for the organization. It is known already when somebody wanted a page of it, or worked in it last.
func newProviderSession(q *Request) error {
	next := q.URL.Query().Get("next")
	slug, _, _ := strings.Cut(strings.TrimPrefix(localPath(next), "/"), "/")
	if organizations.CheckSlug(slug) != nil {
		slug = q.last()
	}
	return q.askForOrganization(http.StatusOK, slug, next, "")
}

func (q *Request) askForOrganization(status int, slug, next, problem string) error {
	return q.write(status, providerSignInPage(providerSignIn{theme(q.Request), q.site.Host, next, problem, ui.Form{Values: map[string][]string{"organization": {slug}}}}))
}

// beginProviderSession sends the browser to the provider. A form must not lead to another site, so the page that answers does.
func beginProviderSession(q *Request) error {
	slug := strings.ToLower(strings.Trim(strings.TrimSpace(q.PostFormValue("organization")), "/"))
	slug = slug[strings.LastIndex(slug, "/")+1:] // the whole address will do
	err := q.site.attempt(q.site.providers, httpkit.ClientAddress(q.Request))
	var going sso.Going
	if err == nil {
		going, err = q.site.SSO.Begin(q.Context(), slug, q.PostFormValue("next"))
	}
	switch fault.KindOf(err) {
	case fault.KindNotFound:
		return q.askForOrganization(http.StatusUnprocessableEntity, slug, q.PostFormValue("next"), "No organization with this address has a sign-in of its own.")
	case fault.KindUnavailable, fault.KindRateLimited:
		q.note(err)
		return q.askForOrganization(httpkit.Status(err), slug, q.PostFormValue("next"), fault.MessageOf(err))
	}
	if err != nil {
		return err
	}
	q.setComing(going.Browser)
	q.w.Header().Set("Refresh", "0; url="+going.URL)
	return q.write(http.StatusOK, goingPage(theme(q.Request), going))
}

const comingSeconds = 60 * 60 // as long as a link to connect works: accounts.IdentityLife

// comingName is that of the cookie of a browser that went to a provider, and may come back.
func (s *Site) comingName() string {
	if s.HTTPS {
		return "__Host-coming"
	}
	return "coming"
}

func (q *Request) setComing(browser string) {
	http.SetCookie(q.w, &http.Cookie{Name: q.site.comingName(), Value: browser, Path: "/", MaxAge: comingSeconds, HttpOnly: true, Secure: q.site.HTTPS, SameSite: http.SameSiteLaxMode})
}

func (q *Request) coming() string {
	cookie, err := q.Cookie(q.site.comingName())
	if err != nil {
		return ""
	}
	return cookie.Value
}

const maxNote = 300 // characters of what a provider had to say

// note logs what is told in a sentence only.
func (q *Request) note(err error) {
	var f *fault.Error
	if errors.As(err, &f) && f.Cause != nil {
		q.site.Log.LogAttrs(q.Context(), slog.LevelWarn, "sign in by a provider", slog.String("of", q.PathValue("organization")), slog.String("error", fmt.Sprintf("%.*s", maxNote, f.Cause.Error())))
	}
}

// finishProviderSession is where the provider sends the browser back to.
func finishProviderSession(q *Request) error {
	organization, err := id.ParseOrganization(q.PathValue("organization"))
	if err != nil {
		return fault.NotFound("page")
	}
	v := q.URL.Query()
	arrival, err := q.site.SSO.Arrive(q.Context(), sso.Answer{Organization: organization, State: v.Get("state"), Browser: q.coming(), Failure: v.Get("error"),
		Answer: oidc.Answer{Code: v.Get("code"), Issuer: v.Get("iss")}, Here: q.User, Device: q.UserAgent()})
	if err == nil && arrival.Stranger != nil {
		return q.offer(*arrival.Stranger)
	}
	if err != nil {
		return q.turnedAway(err)
	}
	home := organizations.Path(arrival.Organization.Slug)
	if arrival.Token != "" {
		q.startSession(arrival.Token)
	}
	if next := localPath(arrival.Next); strings.HasPrefix(next, home) {
		home = next
	}
	q.Redirect(home)
	return nil
}

// turnedAway says on the sign-in page why nobody was signed in.
func (q *Request) turnedAway(err error) error {
	switch fault.KindOf(err) {
	case fault.KindUnauthenticated, fault.KindForbidden, fault.KindUnavailable:
		q.note(err)
		return q.Refused(err, "/login")
	}
	return err
}

// offer goes on with somebody whom nobody knows yet. What it answers tells nothing of whether their address is known.
func (q *Request) offer(s sso.Stranger) error {
	if err := s.Check(); err != nil {
		return q.turnedAway(err)
	}
	ask := ""
	err := q.site.attempt(q.site.mails, "email:"+s.Email())
	if err == nil {
		ask, err = q.site.SSO.Offer(q.Context(), s, q.User)
	}
	if err != nil && !fault.Is(err, fault.KindRateLimited) {
		return err
	}
	if ask != "" {
		q.Redirect("/login/sso/connection/" + ask)
		return nil
	}
	q.Redirect("/login/sso/sent")
	return nil
}

func showConnectionSent(q *Request) error {
	return q.write(http.StatusOK, sentPage(q.sent("Check your mail", "You signed in, but nobody here is connected with that account yet. If it may be you, a link to connect it is on its way to its e-mail address. Open it in this browser.", "")))
}

type connectionPage struct {
	sso.Pending
	Theme, Token string
	Form         ui.Form
}

func (p connectionPage) title() string {
	if p.How == sso.Member {
		return "Sign in with " + p.Provider
	}
	return "Join " + p.Organization.Name
}

func (p connectionPage) about() string {
	switch {
	case p.How == sso.Invited:
		return "You are invited to " + p.Organization.Name + " as " + p.Role.Label() + ". " + p.Provider + " signs you in from now on."
	case p.How == sso.Joining:
		return "People with an address like " + p.Email() + " may join as " + p.Role.Label() + ". " + p.Provider + " signs you in from now on."
	case p.Present:
		return "You are signed in as " + p.Email() + ". From now on you can also open " + p.Organization.Name + " with " + p.Provider + "."
	}
	return "From now on " + p.Provider + " opens " + p.Organization.Name + " for you, as " + p.Email() + "."
}

func (p connectionPage) do() string {
	switch {
	case p.How != sso.Member:
		return "Join " + p.Organization.Name
	case p.Present:
		return "Connect"
	}
	return "It was me, sign in"
}

func showConnection(q *Request) error {
	p, err := q.site.SSO.Look(q.Context(), q.PathValue("token"), q.coming(), q.User)
	if err != nil {
		return q.deadConnection(err)
	}
	return q.write(http.StatusOK, connectionBody(connectionPage{p, theme(q.Request), q.PathValue("token"), ui.Form{Values: map[string][]string{"name": {p.Name}}}}))
}

func (q *Request) deadConnection(err error) error {
	if errors.Is(err, sso.ErrElsewhere) {
		return q.deadLink("It works in the browser where you began to sign in, and there alone.", "/login/sso", "Begin in this one")
	}
	if fault.Is(err, fault.KindNotFound) {
		return q.deadLink("This link was used, is older than an hour, or leads nowhere any more.", "/login/sso", "Sign in again")
	}
	return err
}

func createConnection(q *Request) error {
	p, err := q.site.SSO.Look(q.Context(), q.PathValue("token"), q.coming(), q.User)
	if err != nil {
		return q.deadConnection(err)
	}
	token, err := q.site.SSO.Connect(q.Context(), p, q.PostFormValue("name"), q.UserAgent())
	if status, ok := again(err); ok {
		return q.write(status, connectionBody(connectionPage{p, theme(q.Request), q.PathValue("token"), refused(q, err)}))
	}
	if err != nil {
		return q.deadConnection(err)
	}
	if token != "" {
		q.startSession(token)
	}
	return q.Done(p.Provider+" signs you in from now on.", organizations.Path(p.Organization.Slug))
}
