package web

import (
	"net/http"
	"net/url"
	"strings"

	"craftplan/internal/accounts"
	"craftplan/internal/fault"
	"craftplan/internal/httpkit"
	"craftplan/internal/organizations"
	"craftplan/internal/store"
	"craftplan/internal/web/ui"
)

// home sends people where they worked last, to their first organization, or to sign in. Who belongs to none is told what to do.
func home(q *Request) error {
	if q.User == nil {
		q.Redirect("/login")
		return nil
	}
	memberships, err := organizations.OfUser(q.Context(), q.site.Store, q.User.ID)
	if err != nil {
		return err
	}
	if len(memberships) == 0 {
		return q.write(http.StatusOK, nowhereBody(theme(q.Request), *q.User))
	}
	target := memberships[0].Organization.Slug
	for _, m := range memberships {
		if m.Organization.Slug == q.last() {
			target = q.last()
		}
	}
	q.Redirect(path(target))
	return nil
}

func newSession(q *Request) error {
	if q.User != nil {
		q.Redirect("/")
		return nil
	}
	return q.write(http.StatusOK, signInPage(theme(q.Request), ui.Form{}, "", q.site.Demo, q.URL.Query().Get("next")))
}

func createSession(q *Request) error {
	email := q.PostFormValue("email")
	err := q.site.attempt(q.site.signIn, httpkit.ClientAddress(q.Request), "email:"+accounts.NormalizeEmail(email))
	var token string
	if err == nil {
		_, token, err = accounts.SignIn(q.Context(), q.site.Store, email, q.PostFormValue("password"), q.UserAgent())
	}
	switch fault.KindOf(err) {
	case fault.KindUnauthenticated, fault.KindRateLimited:
		form := ui.Form{Values: map[string][]string{"email": {email}}}
		return q.write(httpkit.Status(err), signInPage(theme(q.Request), form, fault.MessageOf(err), q.site.Demo, q.PostFormValue("next")))
	}
	if err != nil {
		return err
	}
	q.startSession(token)
	q.Redirect(localPath(q.PostFormValue("next")))
	return nil
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
	q.Redirect("/login")
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

func newOrganization(q *Request) error {
	return q.write(http.StatusOK, signUpPage(q.signUp(ui.Form{Values: map[string][]string{"brand_color": {brandColors[0].Value}}}, "")))
}

// brandColors are offered at sign-up; settings take any.
var brandColors = []ui.Choice{{Value: "#F59E0B", Label: "Honey"}, {Value: "#0D9488", Label: "Teal"}, {Value: "#3B82F6", Label: "Blue"}, {Value: "#4F46E5", Label: "Indigo"}, {Value: "#BE3A5E", Label: "Rose"}, {Value: "#5B7F3A", Label: "Moss"}}

type signUp struct {
	Theme, Host, Problem string
	Form                 ui.Form
	User                 *accounts.User
}

func (q *Request) signUp(form ui.Form, problem string) signUp {
	return signUp{theme(q.Request), q.site.Host, problem, form, q.User}
}

func createOrganization(q *Request) error {
	token, slug, err := q.provision()
	if fault.Is(err, fault.KindInvalid) {
		q.PostForm.Del("password")
		return q.write(http.StatusUnprocessableEntity, signUpPage(q.signUp(ui.Form{Values: q.PostForm, Problems: fault.FieldsOf(err)}, "")))
	}
	if fault.Is(err, fault.KindRateLimited) {
		return q.write(http.StatusTooManyRequests, signUpPage(q.signUp(ui.Form{Values: q.PostForm}, fault.MessageOf(err))))
	}
	if err != nil {
		return err
	}
	if token != "" {
		q.startSession(token)
	}
	q.Redirect(path(slug))
	return nil
}

// provision makes the organization of the form, with its owner and their session; all wrong fields are told at once.
func (q *Request) provision() (token, slug string, err error) {
	if err := q.site.attempt(q.site.signUp, httpkit.ClientAddress(q.Request)); err != nil {
		return "", "", err
	}
	in := organizations.NewOrganization{Name: q.PostFormValue("organization"), Slug: q.PostFormValue("slug"), BrandColor: q.PostFormValue("brand_color"),
		TimeZone: q.PostFormValue("time_zone"), Currency: q.PostFormValue("currency"), Locale: q.PostFormValue("locale")}
	person := accounts.NewUser{Name: q.PostFormValue("name"), Email: q.PostFormValue("email"), Password: q.PostFormValue("password")}
	var problems fault.Problems
	if _, err := in.Validate(); problems.Merge(err) != nil {
		return "", "", err
	}
	owner := organizations.Owner{}
	if q.User != nil {
		owner.Existing = *q.User
	} else if _, err := person.Validate(); problems.Merge(err) != nil {
		return "", "", err
	}
	if err := problems.Err(); err != nil {
		return "", "", err
	}
	if q.User == nil {
		prepared, err := accounts.Prepare(person)
		if err != nil {
			return "", "", err
		}
		owner.New = &prepared
	}
	made, err := organizations.Provision(q.Context(), q.site.Store, in, owner, q.site.Bootstrap, func(tx *store.SystemTx) (err error) {
		if owner.New != nil {
			token, err = accounts.StartSession(q.Context(), tx, owner.New.ID, accounts.Start{Device: q.UserAgent()})
		}
		return err
	})
	return token, made.Slug, err
}

// checkSlug is the preview below the address while a name is typed.
func checkSlug(q *Request) error {
	query := q.URL.Query()
	slug := strings.ToLower(strings.TrimSpace(query.Get("slug")))
	if slug == "" {
		slug = organizations.DeriveSlug(query.Get("organization"))
	}
	if slug == "" {
		return q.write(http.StatusOK, slugHint("", "", false))
	}
	err := q.site.Store.SystemView(q.Context(), "sign-up: is a slug free", func(tx *store.SystemTx) error {
		return organizations.SlugFree(q.Context(), tx, slug)
	})
	if err != nil && !fault.Is(err, fault.KindInvalid) {
		return err
	}
	return q.write(http.StatusOK, slugHint(q.site.Host+"/"+slug, fault.MessageOf(err), err == nil))
}
