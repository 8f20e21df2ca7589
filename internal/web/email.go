package web

import (
	"net/http"
	"net/url"

	"craftplan/internal/accounts"
	"craftplan/internal/fault"
	"craftplan/internal/web/ui"
)

// The pages of who changes their address.

func changeEmail(q *Request) error {
	email := accounts.NormalizeEmail(q.PostFormValue("email"))
	err := q.site.attempt(q.site.signIn, "email:"+q.User.Email)
	if err == nil {
		err = q.site.attempt(q.site.mails, "email:"+email)
	}
	if err == nil {
		err = accounts.RequestEmail(q.Context(), q.site.Store, *q.User, q.PostFormValue("current"), email)
	}
	if status, ok := again(err); ok {
		p := q.accountForms()
		p.Address = ui.Form{Values: url.Values{"email": {q.PostFormValue("email")}}, Problems: fault.FieldsOf(err)}
		return q.renderAccount(status, p)
	}
	if fault.Is(err, fault.KindRateLimited) {
		return q.Refused(err, "/account")
	}
	if err != nil {
		return err
	}
	return q.Done("We sent a link to "+email+". The address is yours once you open it.", "/account")
}

type emailLink struct{ Theme, Token, Email string }

func showEmailLink(q *Request) error {
	email, err := accounts.CheckEmailLink(q.Context(), q.site.Store, q.PathValue("token"))
	if fault.Is(err, fault.KindNotFound) {
		return q.deadEmailLink()
	}
	if err != nil {
		return err
	}
	return q.write(http.StatusOK, emailLinkPage(emailLink{theme(q.Request), q.PathValue("token"), email}))
}

func (q *Request) deadEmailLink() error {
	return q.deadLink("This link was used, or is older than a day.", "/account", "Your account")
}

func confirmEmail(q *Request) error {
	err := accounts.ConfirmEmail(q.Context(), q.site.Store, q.PathValue("token"))
	if fault.Is(err, fault.KindNotFound) {
		return q.deadEmailLink()
	}
	if err != nil {
		return err
	}
	return q.Done("This is your address now. Sign in with it from now on.", "/account")
}
