package web

import (
	"net/http"

	"craftplan/internal/accounts"
	"craftplan/internal/fault"
	"craftplan/internal/httpkit"
	"craftplan/internal/web/ui"
)

// The pages of who forgot their password.

func newPasswordRequest(q *Request) error {
	return q.write(http.StatusOK, forgotPage(theme(q.Request), ui.Form{}, ""))
}

// createPasswordRequest answers the same for every address.
func createPasswordRequest(q *Request) error {
	email := accounts.NormalizeEmail(q.PostFormValue("email"))
	form := ui.Form{Values: map[string][]string{"email": {email}}}
	if !accounts.ValidEmail(email) {
		form.Problems = []fault.Field{{Name: "email", Message: "Enter an e-mail address, such as you@example.com."}}
		return q.write(http.StatusUnprocessableEntity, forgotPage(theme(q.Request), form, ""))
	}
	err := q.site.attempt(q.site.mails, httpkit.ClientAddress(q.Request), "email:"+email)
	if fault.Is(err, fault.KindRateLimited) {
		return q.write(http.StatusTooManyRequests, forgotPage(theme(q.Request), form, fault.MessageOf(err)))
	}
	if err == nil {
		err = accounts.RequestPassword(q.Context(), q.site.Store, email)
	}
	if err != nil {
		return err
	}
	return q.write(http.StatusOK, sentPage(q.sent("Check your mail", "If "+email+" has an account, a link to choose another password is on its way to it.", "")))
}

type newPassword struct {
	Theme, Token string
	Form         ui.Form
}

func showPasswordLink(q *Request) error {
	_, err := accounts.CheckPasswordLink(q.Context(), q.site.Store, q.PathValue("token"))
	if fault.Is(err, fault.KindNotFound) {
		return q.deadPasswordLink()
	}
	if err != nil {
		return err
	}
	return q.write(http.StatusOK, newPasswordPage(newPassword{theme(q.Request), q.PathValue("token"), ui.Form{}}))
}

func (q *Request) deadPasswordLink() error {
	return q.deadLink("This link was used, or is older than an hour.", "/password", "Ask for another")
}

// resetPassword signs nobody in: who has the mailbox may still lack the second factor.
func resetPassword(q *Request) error {
	err := q.site.attempt(q.site.signIn, httpkit.ClientAddress(q.Request))
	if err == nil {
		err = accounts.ResetPassword(q.Context(), q.site.Store, q.PathValue("token"), q.PostFormValue("password"))
	}
	switch fault.KindOf(err) {
	case fault.KindNotFound:
		return q.deadPasswordLink()
	case fault.KindInvalid:
		return q.write(http.StatusUnprocessableEntity, newPasswordPage(newPassword{theme(q.Request), q.PathValue("token"), ui.Form{Problems: fault.FieldsOf(err)}}))
	}
	if err != nil {
		return err
	}
	q.site.setSession(q.w, "")
	return q.Done("Your password was changed, and you are signed out everywhere. Sign in with the new one.", "/login")
}
