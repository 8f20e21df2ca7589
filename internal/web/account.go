package web

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"craftplan/internal/accounts"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/web/ui"
)

// accountForms are the forms of the page, with what was typed into one of them.
type accountForms struct{ Form, Password, Address ui.Form }

func (q *Request) accountForms() accountForms {
	return accountForms{Form: ui.Form{Values: url.Values{"name": {q.User.Name}}}}
}

type accountPage struct {
	accounts.User
	Theme string
	accountForms
	Factors  accounts.Factors
	Weak     bool // the session began without the second factor that there is
	Keys     accounts.Passkeys
	Sessions []accounts.Session
	Flash    []ui.Flash
	Now      time.Time
	Names    map[id.Organization]string // of the organizations that this session opens
}

// by says whose provider signed the person in, for a session that opens its organization alone.
func (p accountPage) by(s accounts.Session) string {
	if s.Only == nil {
		return ""
	}
	name, ok := p.Names[*s.Only]
	if !ok {
		name = "another organization"
	}
	return " through " + name + ", and for it alone"
}

// token is that of the asking browser.
func (q *Request) token() string {
	cookie, err := q.Cookie(q.site.cookieName())
	if err != nil {
		return ""
	}
	return cookie.Value
}

func (q *Request) renderAccount(status int, forms accountForms) error {
	p := accountPage{User: *q.User, Theme: theme(q.Request), accountForms: forms, Keys: q.site.passkeys, Flash: takeFlash(q.w, q.Request), Now: q.site.Store.Now()}
	var err error
	if p.Factors, err = accounts.FactorsOf(q.Context(), q.site.Store, q.User.ID); err != nil {
		return err
	}
	p.Weak = p.Factors.Any() && q.session.Factors < 2
	if p.Sessions, err = accounts.Sessions(q.Context(), q.site.Store, q.User.ID, q.token()); err != nil {
		return err
	}
	memberships, err := q.memberships()
	if err != nil {
		return err
	}
	p.Names = map[id.Organization]string{}
	for _, m := range memberships {
		p.Names[m.Organization.ID] = m.Organization.Name
	}
	return q.write(status, accountBody(p))
}

func showAccount(q *Request) error {
	return q.renderAccount(http.StatusOK, q.accountForms())
}

func updateAccount(q *Request) error {
	err := accounts.ChangeName(q.Context(), q.site.Store, *q.User, q.PostFormValue("name"))
	if status, ok := again(err); ok {
		return q.renderAccount(status, accountForms{Form: refused(q, err)})
	}
	if err != nil {
		return err
	}
	return q.Done("Saved.", "/account")
}

func changePassword(q *Request) error {
	err := q.site.attempt(q.site.signIn, "email:"+q.User.Email)
	if err == nil {
		err = accounts.ChangePassword(q.Context(), q.site.Store, *q.User, q.PostFormValue("current"), q.PostFormValue("password"), q.token())
	}
	if status, ok := again(err); ok {
		forms := q.accountForms()
		forms.Password = ui.Form{Problems: fault.FieldsOf(err)}
		return q.renderAccount(status, forms)
	}
	if err != nil {
		return err
	}
	return q.Done("The password was changed; every other browser is signed out.", "/account")
}

func endSession(q *Request) error {
	if err := accounts.EndSession(q.Context(), q.site.Store, q.User.ID, q.PathValue("session")); err != nil {
		return err
	}
	return q.Done("That browser is signed out.", "/account")
}

func endOtherSessions(q *Request) error {
	ended, err := accounts.EndOtherSessions(q.Context(), q.site.Store, q.User.ID, q.token())
	if err != nil {
		return err
	}
	return q.Done(plural(ended, "other browser was signed out.", "other browsers were signed out."), "/account")
}

// device is what people recognise of a browser's own words.
func device(words string) string {
	name, system := "A browser", ""
	for _, b := range [][2]string{{"Edg/", "Edge"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}} {
		if strings.Contains(words, b[0]) {
			name = b[1]
			break
		}
	}
	for _, s := range [][2]string{{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"Mac OS X", "Mac"}, {"Linux", "Linux"}} {
		if strings.Contains(words, s[0]) {
			system = " on " + s[1]
			break
		}
	}
	return name + system
}

// ago is how long something is past, for people outside any organization's time zone.
func ago(t, now time.Time) string {
	switch past := now.Sub(t); {
	case past < 2*time.Hour: // a session's last visit is noted once an hour
		return "recently"
	case past < 48*time.Hour:
		return plural(int64(past.Hours()), "hour ago", "hours ago")
	}
	return plural(int64(now.Sub(t).Hours()/24), "day ago", "days ago")
}
