// Package mail sends what the program has to tell people. A mail is left in the transaction of the change that it is about, and
// sent afterwards by a job: nothing is sent for what did not happen, and nothing is lost for what did. What it says is sealed
// while it waits, because links in it open things; the log that an organization sees keeps who and what about, not what it said.
//
// A mail is sent at least once: when the program ends between the server's answer and the note of it, it is sent again, with the
// same Message-ID.
package mail

import (
	"context"
	"encoding/json"
	"net/mail"
	"strings"

	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/id"
	"craftplan/internal/mail/internal/db"
	"craftplan/internal/store"
)

// Message is what a mail says. Layout, colours and the organization's name are added when it is sent.
type Message struct {
	Subject  string
	Lines    []string  // paragraphs
	Sections []Section // lists below them
	Action   Action    // what to do about it; none when zero
	After    []string  // paragraphs below the action
	// Unsubscribe is the path of a page that ends such mails: it asks first, and a POST to it ends them without signing in, as RFC 8058
	// has it. "" is for what people are told whether they like it or not.
	Unsubscribe string
}

// Section is a list under a heading.
type Section struct {
	Title string
	Items []Item
	More  Action // leads to those that are left out; none when zero
}

// Item is a line of a list.
type Item struct {
	Text string
	Note string // what is to be known of it
	Path string // on this installation
}

// Action is the button of a mail.
type Action struct {
	Label string
	Path  string // on this installation, such as /invitations/x
}

// Kind is what a mail is about, in the log.
type Kind string

// The kinds.
const (
	Invitation Kind = "invitation"
	Trial      Kind = "test"
	Digest     Kind = "digest" // what expires and what is low, for who chose that
)

// addressed is what waits, sealed.
type addressed struct {
	To string
	Message
}

// purpose of what is sealed while it waits.
const purpose = "mail"

// OrganizationMail is the job of sending one mail of an organization.
type OrganizationMail struct {
	ID     id.ID  `json:"id"`
	Sealed string `json:"sealed"`
}

// Kind names the job.
func (OrganizationMail) Kind() string { return "organization_mail" }

// AccountMail is the job of sending one mail to a person about their account.
type AccountMail struct {
	ID     id.ID  `json:"id"`
	Sealed string `json:"sealed"`
}

// Kind names the job.
func (AccountMail) Kind() string { return "account_mail" }

// Send leaves a mail of the transaction's organization. The caller has asked for the permission to what it is about, and takes the
// recipient from a record of the organization.
func Send(ctx context.Context, tx *store.Tx, kind Kind, to string, m Message) error {
	job := OrganizationMail{ID: id.New()}
	text, err := json.Marshal(addressed{to, m})
	if err != nil {
		return err
	}
	if job.Sealed, err = tx.Seal(string(text), purpose); err != nil {
		return err
	}
	if err := db.For(tx).CreateMail(ctx, db.CreateMailIn{ID: job.ID, Kind: string(kind), Recipient: to, Subject: m.Subject, CreatedAt: tx.Now()}); err != nil {
		return err
	}
	return tx.Enqueue(ctx, job)
}

// SendToPerson leaves a mail about an account, which belongs to no organization. Without a recipient nothing is sent, and as much is
// done here: whoever measures must not learn whether an address has an account.
func SendToPerson(ctx context.Context, tx *store.SystemTx, to string, m Message) error {
	job := AccountMail{ID: id.New()}
	text, err := json.Marshal(addressed{to, m})
	if err != nil {
		return err
	}
	if job.Sealed, err = tx.Seal(string(text), purpose, job.ID); err != nil {
		return err
	}
	return tx.Enqueue(ctx, job)
}

// Status is how far a mail is.
type Status string

// The statuses.
const (
	Queued   Status = "queued"
	Retrying Status = "retrying"
	Sent     Status = "sent"
	Kept     Status = "kept" // in the operator's mailbox, as there is no mail server
	Failed   Status = "failed"
)

// Logged is one line of the delivery log.
type Logged struct {
	ID        id.ID
	Kind      Kind
	To        string
	Subject   string
	Status    Status
	Attempts  int64
	Problem   string // why the last attempt failed
	CreatedAt calendar.Instant
	UpdatedAt calendar.Instant
}

// Log reads one page of what the organization sent, the latest first, and how many mails there are in all.
func Log(ctx context.Context, tx *store.Tx, limit, offset int64) ([]Logged, int64, error) {
	if err := tx.Require(authz.SettingsWrite); err != nil {
		return nil, 0, err
	}
	total, err := db.For(tx).CountMails(ctx)
	if err != nil {
		return nil, 0, err
	}
	rows, err := db.For(tx).Mails(ctx, db.MailsIn{CountOf: int32(limit), Skip: int32(offset)})
	list := make([]Logged, len(rows))
	for i, r := range rows {
		list[i] = Logged{r.ID, Kind(r.Kind), r.Recipient, r.Subject, Status(r.Status), r.Attempts, r.Problem, r.CreatedAt, r.UpdatedAt}
	}
	return list, total, err
}

const maxAddress = 254 // characters: RFC 5321, 4.5.3.1.3

// ValidAddress tells whether a trimmed address in lower case can be one: RFC 5322's local part and a domain with a dot.
func ValidAddress(address string) bool {
	if len(address) > maxAddress {
		return false
	}
	parsed, err := mail.ParseAddress(address)
	return err == nil && parsed.Address == address && strings.Contains(address[strings.LastIndex(address, "@"):], ".")
}
