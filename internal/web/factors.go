package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/boombuler/barcode/qr"

	"craftplan/internal/accounts"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/web/ui"
)

// The pages where people add and remove what they prove themselves with. Each change asks for the password once more.

// proof is that password. Who guesses is slowed down.
func (q *Request) proof() (accounts.Proof, error) {
	return accounts.Proof{Session: q.session, Password: q.PostFormValue("current")}, q.site.attempt(q.site.signIn, "email:"+q.User.Email)
}

// enrolled shows the recovery codes, which are never shown again, or goes back to the account.
func (q *Request) enrolled(done accounts.Enrolled, message string) error {
	q.release(enrolmentCookie)
	q.site.setSession(q.w, done.Session)
	if len(done.Codes) == 0 {
		return q.Done(message, "/account")
	}
	return q.write(http.StatusOK, codesPage(q.codes(message, done.Codes)))
}

// codes are recovery codes, shown once; printed they say whose they are, where, and since when.
type codes struct {
	Theme, Message, Printed string
	Codes                   []string
}

func (q *Request) codes(message string, made []string) codes {
	return codes{theme(q.Request), message, q.User.Email + " at " + q.site.Host + ", made " + q.site.Store.Now().UTC().Format("Jan 2, 2006") + ". Former codes do not work any more.", made}
}

type authenticatorPage struct {
	Theme string
	accounts.Factors
	Form ui.Form
	Now  time.Time
}

func showAuthenticator(q *Request) error { return q.renderAuthenticator(http.StatusOK, ui.Form{}) }

// renderAuthenticator shows the app that there is, or the one that waits for its first code, or asks for the password.
func (q *Request) renderAuthenticator(status int, form ui.Form) error {
	p := authenticatorPage{Theme: theme(q.Request), Form: form, Now: q.site.Store.Now()}
	var err error
	if p.Factors, err = accounts.FactorsOf(q.Context(), q.site.Store, q.User.ID); err != nil {
		return err
	}
	if p.Authenticator != nil {
		return q.write(status, authenticatorBody(p))
	}
	waiting, err := accounts.PendingAuthenticator(q.Context(), q.site.Store, q.User.ID, q.kept(enrolmentCookie))
	if fault.Is(err, fault.KindNotFound) {
		return q.write(status, authenticatorBody(p))
	}
	if err != nil {
		return err
	}
	picture, err := pictureOf(waiting.URL)
	if err != nil {
		return err
	}
	return q.write(status, enrolmentBody(enrolmentPage{p.Theme, spaced(waiting.Secret), picture, form}))
}

type enrolmentPage struct {
	Theme, Secret string
	Picture       picture
	Form          ui.Form
}

// spaced is a secret in groups of four, for typing.
func spaced(secret string) string {
	var b strings.Builder
	for i, r := range secret {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

func beginAuthenticator(q *Request) error {
	proof, err := q.proof()
	var text string
	if err == nil {
		text, err = accounts.BeginAuthenticator(q.Context(), q.site.Store, proof)
	}
	if status, ok := again(err); ok {
		return q.renderAuthenticator(status, refused(q, err))
	}
	if err != nil {
		return err
	}
	q.keep(enrolmentCookie, text)
	q.Redirect("/account/authenticator")
	return nil
}

func confirmAuthenticator(q *Request) error {
	err := q.site.attempt(q.site.codes, "user:"+q.User.ID.String())
	var done accounts.Enrolled
	if err == nil {
		done, err = accounts.ConfirmAuthenticator(q.Context(), q.site.Store, q.User.ID, q.token(), q.kept(enrolmentCookie), q.PostFormValue("code"))
	}
	if fault.Is(err, fault.KindNotFound) {
		return q.Refused(fault.Conflict("That took too long. Begin again."), "/account/authenticator")
	}
	if status, ok := again(err); ok {
		return q.renderAuthenticator(status, refused(q, err))
	}
	if err != nil {
		return err
	}
	return q.enrolled(done, "Your authenticator app is the second step of your sign-in now.")
}

func removeAuthenticator(q *Request) error {
	proof, err := q.proof()
	if err == nil {
		err = accounts.RemoveAuthenticator(q.Context(), q.site.Store, proof)
	}
	if status, ok := again(err); ok {
		return q.renderAuthenticator(status, refused(q, err))
	}
	if err != nil {
		return err
	}
	return q.Done("The authenticator app was removed.", "/account")
}

type recoveryPage struct {
	Theme string
	Left  int64
	Form  ui.Form
}

func showRecovery(q *Request) error { return q.renderRecovery(http.StatusOK, ui.Form{}) }

func (q *Request) renderRecovery(status int, form ui.Form) error {
	factors, err := accounts.FactorsOf(q.Context(), q.site.Store, q.User.ID)
	if err != nil {
		return err
	}
	return q.write(status, recoveryBody(recoveryPage{theme(q.Request), factors.RecoveryCodes, form}))
}

func createRecoveryCodes(q *Request) error {
	proof, err := q.proof()
	var made []string
	if err == nil {
		made, err = accounts.NewRecoveryCodes(q.Context(), q.site.Store, proof)
	}
	if status, ok := again(err); ok {
		return q.renderRecovery(status, refused(q, err))
	}
	if err != nil {
		return err
	}
	return q.write(http.StatusOK, codesPage(q.codes("The former codes do not work any more.", made)))
}

type newPasskeyPage struct {
	Theme    string
	Passkeys accounts.Passkeys
	Form     ui.Form
}

func newPasskey(q *Request) error { return q.renderNewPasskey(http.StatusOK, ui.Form{}) }

func (q *Request) renderNewPasskey(status int, form ui.Form) error {
	return q.write(status, newPasskeyBody(newPasskeyPage{theme(q.Request), q.site.passkeys, form}))
}

func beginPasskey(q *Request) error {
	proof, err := q.proof()
	var text string
	if err == nil {
		text, err = q.site.passkeys.Begin(q.Context(), q.site.Store, proof, q.PostFormValue("name"))
	}
	if status, ok := again(err); ok {
		return q.renderNewPasskey(status, refused(q, err))
	}
	if err != nil {
		return err
	}
	q.keep(enrolmentCookie, text)
	q.Redirect("/account/passkeys/creation")
	return nil
}

type passkeyCreation struct {
	Theme string
	accounts.Making
	Passkeys accounts.Passkeys
	Problem  string
}

func showPasskeyCreation(q *Request) error { return q.renderPasskeyCreation(http.StatusOK, "") }

func (q *Request) renderPasskeyCreation(status int, problem string) error {
	making, err := q.site.passkeys.Pending(q.Context(), q.site.Store, q.User.ID, q.kept(enrolmentCookie))
	if fault.Is(err, fault.KindNotFound) {
		q.Redirect("/account/passkeys/new")
		return nil
	}
	if err != nil {
		return err
	}
	return q.write(status, passkeyCreationBody(passkeyCreation{theme(q.Request), making, q.site.passkeys, problem}))
}

func createPasskey(q *Request) error {
	done, err := q.site.passkeys.Add(q.Context(), q.site.Store, q.User.ID, q.token(), q.kept(enrolmentCookie), q.PostFormValue("answer"))
	switch fault.KindOf(err) {
	case fault.KindNotFound:
		return q.Refused(fault.Conflict("That took too long. Begin again."), "/account")
	case fault.KindUnauthenticated:
		return q.renderPasskeyCreation(http.StatusUnprocessableEntity, fault.MessageOf(err))
	case fault.KindConflict:
		return q.renderPasskeyCreation(http.StatusConflict, fault.MessageOf(err))
	}
	if err != nil {
		return err
	}
	return q.enrolled(done, "The passkey was added. You can sign in with it alone.")
}

type passkeyPage struct {
	Theme string
	accounts.Passkey
	Last           bool // the only second factor that the person has
	Rename, Remove ui.Form
	Now            time.Time
}

func showPasskey(q *Request) error { return q.renderPasskey(http.StatusOK, nil, ui.Form{}) }

// renderPasskey shows one of the person's own passkeys.
func (q *Request) renderPasskey(status int, rename *ui.Form, remove ui.Form) error {
	factors, err := accounts.FactorsOf(q.Context(), q.site.Store, q.User.ID)
	if err != nil {
		return err
	}
	for _, k := range factors.Passkeys {
		if k.ID.String() != q.PathValue("passkey") {
			continue
		}
		p := passkeyPage{theme(q.Request), k, factors.Authenticator == nil && len(factors.Passkeys) == 1, ui.Form{Values: url.Values{"name": {k.Name}}}, remove, q.site.Store.Now()}
		if rename != nil {
			p.Rename = *rename
		}
		return q.write(status, passkeyBody(p))
	}
	return fault.NotFound("passkey")
}

// onePasskey is the passkey of the path, and the proof for a change of it.
func (q *Request) onePasskey() (which id.ID, proof accounts.Proof, err error) {
	if which, err = id.Parse(q.PathValue("passkey")); err != nil {
		return which, proof, fault.NotFound("passkey")
	}
	proof, err = q.proof()
	return which, proof, err
}

func renamePasskey(q *Request) error {
	which, proof, err := q.onePasskey()
	if err == nil {
		err = accounts.RenamePasskey(q.Context(), q.site.Store, proof, which, q.PostFormValue("name"))
	}
	if status, ok := again(err); ok {
		form := refused(q, err)
		return q.renderPasskey(status, &form, ui.Form{})
	}
	if err != nil {
		return err
	}
	return q.Done("The passkey was renamed.", "/account")
}

func removePasskey(q *Request) error {
	which, proof, err := q.onePasskey()
	if err == nil {
		err = accounts.RemovePasskey(q.Context(), q.site.Store, proof, which)
	}
	if status, ok := again(err); ok {
		return q.renderPasskey(status, nil, refused(q, err))
	}
	if err != nil {
		return err
	}
	return q.Done("The passkey was removed. Delete it on its device too.", "/account")
}

// picture is a QR code as one path of an SVG, a unit a module, with the four modules of white around it that readers need.
type picture struct {
	Size int
	Path string
}

const quiet = 4

func pictureOf(text string) (p picture, err error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return p, err
	}
	bounds := code.Bounds()
	var b strings.Builder
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			if r, _, _, _ := code.At(x, y).RGBA(); r == 0 {
				fmt.Fprintf(&b, "M%d %dh1v1h-1z", x+quiet, y+quiet)
			}
		}
	}
	return picture{bounds.Dx() + 2*quiet, b.String()}, nil
}

func codesLeft(left int64) string {
	return fmt.Sprintf("%d of 10 are left.", left)
}
