package web

import (
	"crypto/subtle"
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"

	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/mail"
)

// Mailbox is who may read the mails that are kept while there is no mail server: everybody (in the demo), or who has the operator's
// key. The zero value is nobody.
type Mailbox struct {
	Open bool
	Key  string
}

const mailboxCookie = "mailbox"

// admit lets the operator in. The key comes once in the address, which the server printed, and is a cookie from then on: such a
// request is answered here, and not admitted.
func (m Mailbox) admit(q *Request) (admitted bool, err error) {
	if m.Open {
		return true, nil
	}
	same := func(key string) bool {
		return m.Key != "" && subtle.ConstantTimeCompare([]byte(key), []byte(m.Key)) == 1
	}
	if same(q.URL.Query().Get("key")) {
		http.SetCookie(q.w, &http.Cookie{Name: mailboxCookie, Value: m.Key, Path: "/mailbox", MaxAge: sessionSeconds, HttpOnly: true, Secure: q.site.HTTPS, SameSite: http.SameSiteStrictMode})
		q.Redirect("/mailbox")
		return false, nil
	}
	if cookie, err := q.Cookie(mailboxCookie); err == nil && same(cookie.Value) {
		return true, nil
	}
	return false, fault.NotFound("page")
}

type mailboxPage struct {
	Theme string
	Mails []mail.KeptMail
	Now   time.Time
}

func showMailbox(q *Request) error {
	list, err := mail.Mailbox(q.Context(), q.site.Store)
	if err != nil {
		return err
	}
	return q.write(http.StatusOK, mailboxBody(mailboxPage{Theme: theme(q.Request), Mails: list, Now: q.site.Store.Now()}))
}

func (q *Request) keptMail() (k mail.KeptMail, err error) {
	which, err := id.Parse(q.PathValue("mail"))
	if err != nil {
		return k, fault.NotFound("mail")
	}
	return mail.ReadKept(q.Context(), q.site.Store, which)
}

type keptMailPage struct {
	Theme string
	mail.KeptMail
}

func showKeptMail(q *Request) error {
	k, err := q.keptMail()
	if err != nil {
		return err
	}
	return q.write(http.StatusOK, keptMailBody(keptMailPage{theme(q.Request), k}))
}

// mailPolicy is for a mail's own page: it styles itself, and may do nothing else but lead on.
const mailPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

func showKeptPage(q *Request) error {
	k, err := q.keptMail()
	if err != nil {
		return err
	}
	q.w.Header().Set("Content-Security-Policy", mailPolicy)
	return q.write(http.StatusOK, templ.Raw(k.HTML))
}

// lines are the text of a mail without its signature.
func (p keptMailPage) lines() []string {
	text, _, _ := strings.Cut(p.Text, "\n-- \n")
	return strings.Split(strings.TrimSpace(text), "\n\n")
}
