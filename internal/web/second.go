package web

import (
	"net/http"
	"net/url"

	"craftplan/internal/accounts"
	"craftplan/internal/fault"
	"craftplan/internal/httpkit"
	"craftplan/internal/organizations"
	"craftplan/internal/web/ui"
)

// The second step of a sign-in, and signing in with a passkey alone.

type stepPage struct {
	Theme, Next, Problem string
	accounts.Step
	Passkeys accounts.Passkeys
	Form     ui.Form
}

// codeLabel is what the person can type.
func (p stepPage) codeLabel() (label, hint string) {
	if p.Authenticator != nil {
		return "Code", "The six digits that your authenticator app shows, or one of your recovery codes."
	}
	return "Recovery code", "One of those that you were shown when you added a passkey."
}

// withNext is an address that keeps where to go on after signing in.
func withNext(target, next string) string {
	if next == "" {
		return target
	}
	return target + "?next=" + url.QueryEscape(next)
}

// step is the sign-in that waits on this browser.
func (q *Request) step() (accounts.Step, error) {
	return accounts.ReadStep(q.Context(), q.site.Store, q.kept(stepCookie))
}

func newStep(q *Request) error {
	return q.renderStep(http.StatusOK, q.URL.Query().Get("next"), ui.Form{}, "")
}

// renderStep begins again with the password where nothing waits.
func (q *Request) renderStep(status int, next string, form ui.Form, problem string) error {
	step, err := q.step()
	if fault.Is(err, fault.KindNotFound) {
		return q.beginAgain(next)
	}
	if err != nil {
		return err
	}
	return q.write(status, secondStepPage(stepPage{theme(q.Request), next, problem, step, q.site.passkeys, form}))
}

const tooLong = "That took too long. Sign in again."

func (q *Request) beginAgain(next string) error {
	return q.Refused(fault.Conflict(tooLong), withNext("/login", next))
}

func createStep(q *Request) error {
	next := q.PostFormValue("next")
	step, err := q.step()
	if err == nil {
		err = q.site.attempt(q.site.codes, "user:"+step.ID.String())
	}
	var session string
	if err == nil {
		session, err = accounts.FinishStep(q.Context(), q.site.Store, q.kept(stepCookie), q.PostFormValue("code"), q.UserAgent())
	}
	switch fault.KindOf(err) {
	case fault.KindNotFound:
		return q.beginAgain(next)
	case fault.KindInvalid:
		return q.renderStep(http.StatusUnprocessableEntity, next, ui.Form{Values: url.Values{"code": {q.PostFormValue("code")}}, Problems: fault.FieldsOf(err)}, "")
	case fault.KindRateLimited:
		return q.renderStep(http.StatusTooManyRequests, next, ui.Form{}, fault.MessageOf(err))
	}
	if err != nil {
		return err
	}
	return q.enter(session, next)
}

// enter gives the browser its new session, and goes on.
func (q *Request) enter(session, next string) error {
	q.release(stepCookie, passkeyCookie)
	q.startSession(session)
	q.Redirect(localPath(next))
	return nil
}

// askPasskey answers with a question to the browser, for a sign-in of nobody knows whom.
func askPasskey(q *Request) error {
	err := q.site.attempt(q.site.questions, httpkit.ClientAddress(q.Request))
	var asked accounts.Asked
	if err == nil {
		asked, err = q.site.passkeys.Ask(q.Context(), q.site.Store)
	}
	return q.ask(asked, err)
}

func askPasskeyStep(q *Request) error {
	asked, err := q.site.passkeys.AskStep(q.Context(), q.site.Store, q.kept(stepCookie))
	return q.ask(asked, err)
}

// ask keeps the question on this browser: only here it can be answered. What went wrong is a sentence for the script.
func (q *Request) ask(asked accounts.Asked, err error) error {
	if fault.Is(err, fault.KindNotFound) {
		err = &fault.Error{Kind: fault.KindNotFound, Message: tooLong}
	}
	if fault.KindOf(err) != fault.KindInternal {
		plain(q.w, httpkit.Status(err), fault.MessageOf(err))
		return nil
	}
	if err != nil {
		return err
	}
	q.keep(passkeyCookie, asked.Token)
	q.w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, err = q.w.Write([]byte(asked.Options))
	return err
}

func enterWithPasskey(q *Request) error {
	next := q.PostFormValue("next")
	err := q.site.attempt(q.site.signIn, httpkit.ClientAddress(q.Request))
	var entry accounts.Entry
	if err == nil {
		entry, err = q.site.passkeys.Enter(q.Context(), q.site.Store, q.kept(passkeyCookie), q.PostFormValue("answer"), q.UserAgent())
	}
	switch fault.KindOf(err) {
	case fault.KindNotFound:
		return q.beginAgain(next)
	case fault.KindUnauthenticated, fault.KindRateLimited, fault.KindConflict:
		return q.renderSignIn(httpkit.Status(err), ui.Form{}, fault.MessageOf(err), next)
	}
	if err != nil {
		return err
	}
	return q.enter(entry.Session, next)
}

func finishWithPasskey(q *Request) error {
	next := q.PostFormValue("next")
	session, err := q.site.passkeys.EnterStep(q.Context(), q.site.Store, q.kept(stepCookie), q.kept(passkeyCookie), q.PostFormValue("answer"), q.UserAgent())
	switch fault.KindOf(err) {
	case fault.KindNotFound:
		return q.beginAgain(next)
	case fault.KindUnauthenticated, fault.KindConflict:
		return q.renderStep(httpkit.Status(err), next, ui.Form{}, fault.MessageOf(err))
	}
	if err != nil {
		return err
	}
	return q.enter(session, next)
}

// moreNeeded says to a member that the organization asks for a second step, and where to go on.
type moreNeeded struct {
	Theme, Organization, Here string
	Has                       bool // a second factor; the session began without it
}

func (q *Request) askForMore() error {
	factors, err := accounts.FactorsOf(q.Context(), q.site.Store, q.User.ID)
	if err != nil {
		return err
	}
	here := q.Path()
	if q.Method == http.MethodGet {
		here = q.URL.RequestURI()
	}
	return q.write(http.StatusForbidden, moreNeededPage(moreNeeded{theme(q.Request), q.Member.Organization.Name, here, factors.Any()}))
}

func requireSecondFactor(q *Request) error {
	required := q.PostFormValue("required") == "true"
	back := q.Path("settings", "organization")
	err := organizations.RequireSecondFactor(q.Context(), q.site.Store, q.scope, q.session, required)
	if fault.Is(err, fault.KindConflict) {
		return q.Refused(err, back)
	}
	if err != nil {
		return err
	}
	if required {
		return q.Done("Members need a second step from now on.", back)
	}
	return q.Done("The password alone opens it again.", back)
}
