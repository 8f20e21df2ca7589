package mail

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/url"

	"craftplan/internal/id"
	"craftplan/internal/mail/internal/db"
	"craftplan/internal/store"
)

// Options are how an installation sends.
type Options struct {
	Store  *store.Store
	Base   string       // address people reach the installation by, such as https://erp.example.com
	Server Server       // the installation's; without a host mails are kept in the mailbox
	From   mail.Address // sender with the installation's server
	// Theirs dials the servers that organizations name; nil dials anything. What an organization may reach is the operator's say.
	Theirs *net.Dialer
	Roots  *x509.CertPool // certificate authorities of mail servers; nil is the system's
}

// Mailer sends what was left to be sent.
type Mailer struct {
	store        *store.Store
	base, host   string
	server       Server
	from         mail.Address
	ours, theirs line
}

// New makes a mailer.
func New(o Options) (*Mailer, error) {
	u, err := url.Parse(o.Base)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("mail: %q is not the address of an installation", o.Base)
	}
	if o.From.Address == "" {
		o.From = mail.Address{Name: "Craftplan", Address: "craftplan@" + u.Hostname()}
	}
	if o.Theirs == nil {
		o.Theirs = &net.Dialer{}
	}
	return &Mailer{o.Store, o.Base, u.Host, o.Server, o.From, line{&net.Dialer{}, o.Roots}, line{o.Theirs, o.Roots}}, nil
}

// Delivers tells whether the installation's mails reach people; otherwise they are kept in the mailbox.
func (m *Mailer) Delivers() bool { return m.server.Host != "" }

// ErrRefused is an attempt that needs no other: the server will never take this mail.
var ErrRefused = errors.New("the mail server refused this mail for good")

// Try is one attempt at a job.
type Try struct {
	Number int
	Last   bool
}

// Deliver sends a mail of an organization and notes in its log how it went.
func (m *Mailer) Deliver(ctx context.Context, scope store.Scope, b Branding, job OrganizationMail, try Try) error {
	var a addressed
	var s Settings
	err := m.store.View(ctx, scope, func(tx *store.Tx) error {
		plain, err := tx.Open(job.Sealed, purpose)
		if err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(plain), &a); err != nil {
			return err
		}
		s, err = readSettings(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	status, failure := m.submit(ctx, job.ID, a, s, b)
	note := db.NoteMailIn{ID: job.ID, Status: string(status), Attempts: int64(try.Number)}
	if failure != nil {
		note.Problem, note.Status = problem(failure, s.Server.Host != ""), string(Retrying)
		if try.Last || permanent(failure) {
			note.Status = string(Failed)
		}
		if permanent(failure) {
			failure = fmt.Errorf("%w: %w", ErrRefused, failure)
		}
	}
	err = m.store.Update(ctx, scope, func(tx *store.Tx) error {
		note.UpdatedAt = tx.Now()
		_, err := db.For(tx).NoteMail(ctx, note)
		return err
	})
	return errors.Join(failure, err)
}

// submit gives the mail to the organization's own server, to the installation's, or to the mailbox.
func (m *Mailer) submit(ctx context.Context, which id.ID, a addressed, s Settings, b Branding) (Status, error) {
	from, server, by := m.from, m.server, m.ours
	from.Name = b.Name
	if s.SenderName != "" {
		from.Name = s.SenderName
	}
	if s.Server.Host != "" {
		server, by, from.Address = s.Server, m.theirs, s.SenderAddress
	}
	if server.Host == "" {
		return Kept, m.keep(ctx, which, a, from, b)
	}
	out, err := m.compose(which, a.To, from, mail.Address{Address: s.ReplyTo}, a.Message, b)
	if err != nil {
		return Failed, err
	}
	return Sent, server.send(ctx, by, out)
}

// DeliverToPerson sends a mail about an account.
func (m *Mailer) DeliverToPerson(ctx context.Context, b Branding, job AccountMail) error {
	var a addressed
	err := m.store.SystemView(ctx, "mail: read what waits", func(tx *store.SystemTx) error {
		plain, err := tx.Open(job.Sealed, purpose, job.ID)
		if err != nil {
			return err
		}
		return json.Unmarshal([]byte(plain), &a)
	})
	if err != nil || a.To == "" {
		return err
	}
	_, err = m.submit(ctx, job.ID, a, Settings{}, b)
	if permanent(err) {
		err = fmt.Errorf("%w: %w", ErrRefused, err)
	}
	return err
}

// Test sends a mail at once and returns how it went; the error is in words for the organization's own people.
func (m *Mailer) Test(ctx context.Context, scope store.Scope, b Branding, to string) (Status, string, error) {
	var s Settings
	which, message := id.New(), Message{Subject: "A test from " + b.Name, Lines: []string{"This is the test that you asked for. Mails of " + b.Name + " look like this, and they arrive."}, Action: Action{"Open " + b.Name, b.Path}}
	err := m.store.Update(ctx, scope, func(tx *store.Tx) (err error) {
		if s, err = readSettings(ctx, tx); err != nil {
			return err
		}
		return db.For(tx).CreateMail(ctx, db.CreateMailIn{ID: which, Kind: string(Trial), Recipient: to, Subject: message.Subject, CreatedAt: tx.Now()})
	})
	if err != nil {
		return Failed, "", err
	}
	status, failure := m.submit(ctx, which, addressed{to, message}, s, b)
	said := ""
	if failure != nil {
		status, said = Failed, problem(failure, s.Server.Host != "")
	}
	err = m.store.Update(ctx, scope, func(tx *store.Tx) error {
		_, err := db.For(tx).NoteMail(ctx, db.NoteMailIn{ID: which, Status: string(status), Attempts: 1, Problem: said, UpdatedAt: tx.Now()})
		return err
	})
	return status, said, err
}
