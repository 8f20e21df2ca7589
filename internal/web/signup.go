package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"craftplan/internal/accounts"
	"craftplan/internal/fault"
	"craftplan/internal/httpkit"
	"craftplan/internal/id"
	"craftplan/internal/organizations"
	"craftplan/internal/store"
	"craftplan/internal/web/ui"
)

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

// createOrganization makes the organization at once for who is signed in. A newcomer's is made when they open the link that is mailed
// to them.
func createOrganization(q *Request) error {
	target, err := q.register()
	if fault.Is(err, fault.KindInvalid) {
		q.PostForm.Del("password")
		return q.write(http.StatusUnprocessableEntity, signUpPage(q.signUp(ui.Form{Values: q.PostForm, Problems: fault.FieldsOf(err)}, "")))
	}
	if fault.Is(err, fault.KindRateLimited) {
		q.PostForm.Del("password")
		return q.write(http.StatusTooManyRequests, signUpPage(q.signUp(ui.Form{Values: q.PostForm}, fault.MessageOf(err))))
	}
	if err != nil {
		return err
	}
	q.Redirect(target)
	return nil
}

// register reads the form and returns where to go on; all wrong fields are told at once.
func (q *Request) register() (target string, err error) {
	if err := q.site.attempt(q.site.signUp, httpkit.ClientAddress(q.Request)); err != nil {
		return "", err
	}
	in, problem := organizations.NewOrganization{Name: q.PostFormValue("organization"), Slug: q.PostFormValue("slug"), BrandColor: q.PostFormValue("brand_color"),
		TimeZone: q.PostFormValue("time_zone"), Currency: q.PostFormValue("currency"), Locale: q.PostFormValue("locale")}.Validate()
	if q.User != nil {
		if problem != nil {
			return "", problem
		}
		return q.provision(in, organizations.Owner{Existing: *q.User}, nil)
	}
	person, wrong := accounts.NewUser{Name: q.PostFormValue("name"), Email: q.PostFormValue("email"), Password: q.PostFormValue("password")}.Validate()
	if err := together(problem, wrong); err != nil {
		return "", err
	}
	prepared, err := accounts.Prepare(person)
	if err != nil {
		return "", err
	}
	first, err := q.site.first(q)
	if err != nil {
		return "", err
	}
	if first {
		return q.provision(in, organizations.Owner{New: &prepared}, nil)
	}
	return q.beginSignUp(in, prepared)
}

// first tells whether this is the first person of an installation that can send no mail yet: its operator, with nobody to hide from.
func (s *Site) first(q *Request) (bool, error) {
	if s.Mail.Delivers() {
		return false, nil
	}
	any, err := accounts.Any(q.Context(), s.Store)
	return !any, err
}

// provision makes the organization with its owner, who is signed in; last runs at the end of the same transaction and may be nil.
func (q *Request) provision(in organizations.NewOrganization, owner organizations.Owner, last func(*store.SystemTx) error) (target string, err error) {
	var token string
	made, err := organizations.Provision(q.Context(), q.site.Store, in, owner, q.site.Bootstrap, func(tx *store.SystemTx) (err error) {
		if owner.New != nil {
			if token, err = accounts.StartSession(q.Context(), tx, owner.New.ID, accounts.Start{Device: q.UserAgent()}); err != nil {
				return err
			}
		}
		if last == nil {
			return nil
		}
		return last(tx)
	})
	if err != nil {
		return "", err
	}
	if token != "" {
		q.startSession(token)
	}
	return organizations.Path(made.Slug), nil
}

func (q *Request) beginSignUp(in organizations.NewOrganization, person accounts.Prepared) (target string, err error) {
	if err := q.slugFree(in.Slug); err != nil {
		return "", err
	}
	if err := q.site.attempt(q.site.mails, "email:"+person.Email); err != nil {
		return "", err
	}
	rest, err := json.Marshal(in)
	if err != nil {
		return "", err
	}
	pending, err := accounts.BeginSignUp(q.Context(), q.site.Store, person, string(rest))
	if err != nil {
		return "", err
	}
	q.setPending(pending)
	return "/register/sent", nil
}

func (q *Request) slugFree(slug string) error {
	return q.site.Store.SystemView(q.Context(), "sign-up: is a slug free", func(tx *store.SystemTx) error {
		return organizations.SlugFree(q.Context(), tx, slug)
	})
}

const pendingCookie = "pending"

// setPending remembers which sign-up this browser waits for.
func (q *Request) setPending(pending id.ID) {
	http.SetCookie(q.w, &http.Cookie{Name: pendingCookie, Value: pending.String(), Path: "/register", MaxAge: 24 * 60 * 60, HttpOnly: true, Secure: q.site.HTTPS, SameSite: http.SameSiteLaxMode})
}

func (q *Request) pending() (pending id.ID, email string, err error) {
	cookie, err := q.Cookie(pendingCookie)
	if err != nil {
		return pending, "", fault.NotFound("page")
	}
	if pending, err = id.Parse(cookie.Value); err != nil {
		return pending, "", fault.NotFound("page")
	}
	email, err = accounts.PendingSignUp(q.Context(), q.site.Store, pending)
	return pending, email, err
}

func showPending(q *Request) error {
	_, email, err := q.pending()
	if fault.Is(err, fault.KindNotFound) {
		q.Redirect("/register")
		return nil
	}
	if err != nil {
		return err
	}
	return q.write(http.StatusOK, sentPage(q.sent("Check your mail", "We sent a link to "+email+". Open it on any device to confirm the address; your organization is made then.", "/register/sent")))
}

func resendPending(q *Request) error {
	pending, email, err := q.pending()
	if err == nil {
		err = q.site.attempt(q.site.mails, "email:"+email)
	}
	if err == nil {
		err = accounts.ResendSignUp(q.Context(), q.site.Store, pending)
	}
	switch fault.KindOf(err) {
	case fault.KindNotFound:
		q.Redirect("/register")
		return nil
	case fault.KindRateLimited:
		return q.Refused(err, "/register/sent")
	}
	if err != nil {
		return err
	}
	return q.Done("Sent again. Only the newest link works.", "/register/sent")
}

// sent is a page that says that a mail is on its way.
type sent struct {
	Theme, Title, Text string
	Again              string // where to ask for it again; "" is nowhere
	Mailbox            bool   // mails can be read on this very site
	Flash              []ui.Flash
}

func (q *Request) sent(title, text, again string) sent {
	return sent{theme(q.Request), title, text, again, q.site.Mailbox.Open, takeFlash(q.w, q.Request)}
}

// confirmation is the page of a link that was mailed to a newcomer.
type confirmation struct {
	Theme, Host, Token, Email string
	In                        organizations.NewOrganization
	Form                      ui.Form
}

func (q *Request) confirmation() (p confirmation, c accounts.Confirmed, err error) {
	p = confirmation{Theme: theme(q.Request), Host: q.site.Host, Token: q.PathValue("token")}
	if c, err = accounts.ConfirmSignUp(q.Context(), q.site.Store, p.Token); err != nil {
		return p, c, err
	}
	p.Email = c.Person.Email
	return p, c, json.Unmarshal([]byte(c.Rest), &p.In)
}

// showConfirmation asks once more before it does anything: programs that look at mails open links too.
func showConfirmation(q *Request) error {
	p, _, err := q.confirmation()
	if fault.Is(err, fault.KindNotFound) {
		return q.deadLink("This link was used, or is older than a day.", "/register", "Sign up again")
	}
	if err != nil {
		return err
	}
	return q.write(http.StatusOK, confirmationPage(p))
}

func confirmSignUp(q *Request) error {
	p, c, err := q.confirmation()
	if fault.Is(err, fault.KindNotFound) {
		return q.deadLink("This link was used, or is older than a day.", "/register", "Sign up again")
	}
	if err != nil {
		return err
	}
	if slug := strings.TrimSpace(q.PostFormValue("slug")); slug != "" {
		p.In.Slug = slug
	}
	target, err := q.provision(p.In, organizations.Owner{New: &c.Person}, func(tx *store.SystemTx) error { return c.Use(q.Context(), tx) })
	if fault.Is(err, fault.KindInvalid) { // the slug, or the address, was taken meanwhile
		p.Form = ui.Form{Values: url.Values{"slug": {p.In.Slug}}, Problems: fault.FieldsOf(err)}
		return q.write(http.StatusUnprocessableEntity, confirmationPage(p))
	}
	if err != nil {
		return err
	}
	q.Redirect(target)
	return nil
}

// deadLink says why a mailed link opens nothing, and what to do.
func (q *Request) deadLink(why, href, label string) error {
	return q.write(http.StatusNotFound, deadLinkPage(theme(q.Request), why, href, label))
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
	err := q.slugFree(slug)
	if err != nil && !fault.Is(err, fault.KindInvalid) {
		return err
	}
	return q.write(http.StatusOK, slugHint(q.site.Host+"/"+slug, fault.MessageOf(err), err == nil))
}
