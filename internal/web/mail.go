package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"craftplan/internal/fault"
	"craftplan/internal/logo"
	"craftplan/internal/mail"
	"craftplan/internal/store"
	"craftplan/internal/web/ui"
)

type mailPage struct {
	format
	tabs
	list
	Form        ui.Form
	Name, Email string // of the organization, of who asks
	HasPassword bool
	Delivers    bool // the installation's own server
	Log         []mail.Logged
	Pager       ui.Pager
	At          func(...string) string
}

var securities = []ui.Choice{{Value: string(mail.STARTTLS), Label: "STARTTLS, usually port 587"}, {Value: string(mail.TLS), Label: "TLS, usually port 465"}}

func (p mailPage) about() string {
	if p.Delivers {
		return "Mails leave through the server of this installation, in the name of " + p.Name + "."
	}
	return "This installation has no mail server yet: mails are kept for its operator, and reach nobody. With a server of your own they do."
}

func showMailSettings(q *Request) error { return q.renderMail(http.StatusOK, nil) }

func (q *Request) renderMail(status int, again *ui.Form) error {
	p := mailPage{format: q.format(), tabs: q.tabs(), list: q.list(), Name: q.Member.Organization.Name, Email: q.User.Email, Delivers: q.site.Mail.Delivers(), At: q.Path}
	var s mail.Settings
	var total int64
	err := q.View(func(tx *store.Tx) (err error) {
		if s, err = mail.GetSettings(q.Context(), tx); err != nil {
			return err
		}
		p.Log, total, err = mail.Log(q.Context(), tx, pageSize, p.offset())
		return err
	})
	if err != nil {
		return err
	}
	p.HasPassword, p.Pager = s.HasPassword, p.pager(len(p.Log), total)
	p.Form = ui.Form{Values: url.Values{"sender_name": {s.SenderName}, "reply_to": {s.ReplyTo}, "host": {s.Server.Host}, "port": {strconv.FormatInt(s.Server.Port, 10)}, "security": {string(s.Server.Security)},
		"username": {s.Server.Username}, "sender_address": {s.SenderAddress}}}
	if again != nil {
		p.Form = *again
	}
	return q.Render(status, "Mail", "settings", mailBody(p))
}

func updateMailSettings(q *Request) error {
	v := q.PostForm
	port, err := strconv.ParseInt(strings.TrimSpace(v.Get("port")), 10, 32)
	if err != nil {
		port = 0
	}
	s := mail.Settings{SenderName: v.Get("sender_name"), ReplyTo: v.Get("reply_to"), SenderAddress: v.Get("sender_address"),
		Server: mail.Server{Host: v.Get("host"), Port: port, Security: mail.Security(v.Get("security")), Username: strings.TrimSpace(v.Get("username")), Password: v.Get("password")}}
	err = q.Update(func(tx *store.Tx) error { return mail.ChangeSettings(q.Context(), tx, s) })
	if status, ok := again(err); ok {
		v.Del("password")
		form := refused(q, err)
		return q.renderMail(status, &form)
	}
	if err != nil {
		return err
	}
	return q.Done("Saved.", q.Path("settings", "mail"))
}

// testMail sends a mail to who asks, and waits for what the server says.
func testMail(q *Request) error {
	back := q.Path("settings", "mail")
	if err := q.site.attempt(q.site.mails, "organization:"+q.Member.Organization.ID.String()); err != nil {
		return q.Refused(err, back)
	}
	branding, err := logo.MailBranding(q.Context(), q.site.Files, q.scope, q.Member.Organization)
	if err != nil {
		q.site.Log.WarnContext(q.Context(), "a mail goes without its logo", "error", err)
	}
	status, said, err := q.site.Mail.Test(q.Context(), q.scope, branding, q.User.Email)
	switch {
	case err != nil:
		return err
	case status == mail.Failed:
		return q.Refused(fault.Conflict("The test was not sent. "+said), back)
	case status == mail.Kept:
		return q.Done("The test is in the operator's mailbox: there is no mail server.", back)
	}
	return q.Done("The test is on its way to "+q.User.Email+".", back)
}

// mailState is a mail's status in words and its tone.
func mailState(s mail.Status) (label, tone string) {
	switch s {
	case mail.Queued:
		return "Waiting", "badge-soft badge-info"
	case mail.Retrying:
		return "Trying again", "badge-soft badge-warning"
	case mail.Sent:
		return "Sent", "badge-soft badge-success"
	case mail.Kept:
		return "In the mailbox", "badge-soft"
	}
	return "Failed", "badge-soft badge-error"
}

func mailKind(k mail.Kind) string {
	return map[mail.Kind]string{mail.Invitation: "Invitation", mail.Trial: "Test", mail.Digest: "Digest"}[k]
}

func passwordHint(kept bool) string {
	if kept {
		return "One is kept. Left empty, it stays."
	}
	return ""
}
