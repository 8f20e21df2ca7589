package web

import (
	"net/http"
	"net/url"
	"strings"

	"craftplan/internal/accounts"
	"craftplan/internal/fault"
	"craftplan/internal/httpkit"
	"craftplan/internal/organizations"
	"craftplan/internal/web/ui"
)

// home sends people where they worked last, to their first organization, or to sign in. Who belongs to none is told what to do.
func home(q *Request) error {
	if q.session.ID.IsZero() {
		q.Redirect("/login")
		return nil
	}
	memberships, err := q.memberships()
	if err != nil {
		return err
	}
	if len(memberships) == 0 && q.User == nil {
		return q.Refused(fault.Forbidden("You cannot open this organization any more. Ask one of its owners."), "/login")
	}
	if len(memberships) == 0 {
		if _, err := organizations.OpenToSupport(q.Context(), q.site.Store, q.User.ID); err == nil {
			q.Redirect("/support")
			return nil
		}
		return q.write(http.StatusOK, nowhereBody(theme(q.Request), *q.User))
	}
	target := memberships[0].Organization.Slug
	for _, m := range memberships {
		if m.Organization.Slug == q.last() {
			target = q.last()
		}
	}
	q.Redirect(organizations.Path(target))
	return nil
}

func newSession(q *Request) error {
	if q.User != nil { // of another tab, or of an address that somebody kept
		q.Redirect(localPath(q.URL.Query().Get("next")))
		return nil
	}
	return q.renderSignIn(http.StatusOK, ui.Form{}, "", q.URL.Query().Get("next"))
}

type signIn struct {
	Theme, Problem, Next string
	Form                 ui.Form
	Demo                 []DemoUser
	Flash                []ui.Flash
	Passkeys             accounts.Passkeys
}

func (q *Request) renderSignIn(status int, form ui.Form, problem, next string) error {
	return q.write(status, signInPage(signIn{theme(q.Request), problem, next, form, q.site.Demo, takeFlash(q.w, q.Request), q.site.passkeys}))
}

func createSession(q *Request) error {
	email := q.PostFormValue("email")
	err := q.site.attempt(q.site.signIn, httpkit.ClientAddress(q.Request), "email:"+accounts.NormalizeEmail(email))
	var entry accounts.Entry
	if err == nil {
		entry, err = accounts.SignIn(q.Context(), q.site.Store, email, q.PostFormValue("password"), q.UserAgent())
	}
	switch fault.KindOf(err) {
	case fault.KindUnauthenticated, fault.KindRateLimited:
		return q.renderSignIn(httpkit.Status(err), ui.Form{Values: map[string][]string{"email": {email}}}, fault.MessageOf(err), q.PostFormValue("next"))
	}
	if err != nil {
		return err
	}
	if entry.Step != "" {
		q.keep(stepCookie, entry.Step)
		q.Redirect(withNext("/login/second", q.PostFormValue("next")))
		return nil
	}
	return q.enter(entry.Session, q.PostFormValue("next"))
}

// startSession gives the browser a new session; the one it had ends.
func (q *Request) startSession(token string) {
	if old, err := q.Cookie(q.site.cookieName()); err == nil {
		if err := accounts.SignOut(q.Context(), q.site.Store, old.Value); err != nil {
			q.site.Log.WarnContext(q.Context(), "end the former session", "error", err)
		}
	}
	q.site.setSession(q.w, token)
}

// localPath is where to go after signing in: a path of this site, never another site.
func localPath(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t") {
		return "/"
	}
	return next
}

func deleteSession(q *Request) error {
	if cookie, err := q.Cookie(q.site.cookieName()); err == nil {
		if err := accounts.SignOut(q.Context(), q.site.Store, cookie.Value); err != nil {
			return err
		}
	}
	q.site.setSession(q.w, "")
	q.Redirect(withNext("/login", q.PostFormValue("next")))
	return nil
}

func (s *Site) attempt(limiter *httpkit.Limiter, keys ...string) error {
	if s.Hasty {
		return nil
	}
	for _, key := range keys {
		if err := limiter.Allow(key); err != nil {
			return err
		}
	}
	return nil
}
