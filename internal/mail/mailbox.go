package mail

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/mail"
	"strings"
	"time"

	"craftplan/internal/calendar"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/mail/internal/db"
	"craftplan/internal/store"
)

// keptFor is how long the mailbox keeps a mail.
const keptFor = 30 * 24 * time.Hour

const mailboxPurpose = "mailbox"

// KeptMail is a mail in the operator's mailbox.
type KeptMail struct {
	ID           id.ID `json:"-"`
	From, To     string
	Subject      string
	Text, HTML   string
	Action       string           // the address behind the button; "" is none
	CreatedAt    calendar.Instant `json:"-"`
	Organization string           // its name, or that of the installation
}

// keep puts a mail into the mailbox, and takes old ones out.
func (m *Mailer) keep(ctx context.Context, which id.ID, a addressed, from mail.Address, b Branding) error {
	p, err := m.parts(a.Message, b)
	if err != nil {
		return err
	}
	p.HTML = strings.ReplaceAll(p.HTML, "cid:"+logoName, "data:image/png;base64,"+base64.StdEncoding.EncodeToString(b.Logo)) // it stands alone there
	k := KeptMail{From: from.String(), To: a.To, Subject: a.Subject, Text: p.Text, HTML: p.HTML, Organization: b.Name}
	if a.Action.Path != "" {
		k.Action = m.base + a.Action.Path
	}
	content, err := json.Marshal(k)
	if err != nil {
		return err
	}
	return m.store.System(ctx, "mail: keep for the operator", func(tx *store.SystemTx) error {
		sealed, err := tx.Seal(string(content), mailboxPurpose, which)
		if err != nil {
			return err
		}
		queries := db.ForSystem(tx)
		if err := queries.ForgetMails(ctx, db.ForgetMailsParams{Moment: tx.Now().Add(-keptFor)}); err != nil {
			return err
		}
		return queries.KeepMail(ctx, db.KeepMailParams{ID: which, ContentSealed: sealed, CreatedAt: tx.Now()})
	})
}

const shownMails = 100

// Mailbox is the latest hundred mails that were kept, for the operator.
func Mailbox(ctx context.Context, st *store.Store) (list []KeptMail, err error) {
	err = st.SystemView(ctx, "operator: read the mailbox", func(tx *store.SystemTx) error {
		rows, err := db.ForSystem(tx).KeptMails(ctx, db.KeptMailsParams{CountOf: shownMails})
		if err != nil {
			return err
		}
		for _, r := range rows {
			k, err := unseal(tx, r.ID, r.ContentSealed, r.CreatedAt)
			if err != nil {
				continue // sealed with a key that is gone
			}
			list = append(list, k)
		}
		return nil
	})
	return list, err
}

// ReadKept is one mail of the mailbox.
func ReadKept(ctx context.Context, st *store.Store, which id.ID) (k KeptMail, err error) {
	err = st.SystemView(ctx, "operator: read a mail", func(tx *store.SystemTx) error {
		r, err := db.ForSystem(tx).KeptMail(ctx, db.KeptMailParams{ID: which})
		if err = store.Translate(err); fault.Is(err, fault.KindNotFound) {
			return fault.NotFound("mail")
		}
		if err != nil {
			return err
		}
		if k, err = unseal(tx, r.ID, r.ContentSealed, r.CreatedAt); err != nil {
			return fault.NotFound("mail")
		}
		return nil
	})
	return k, err
}

func unseal(tx *store.SystemTx, which id.ID, sealed string, at calendar.Instant) (KeptMail, error) {
	var k KeptMail
	plain, err := tx.Open(sealed, mailboxPurpose, which)
	if err == nil {
		err = json.Unmarshal([]byte(plain), &k)
	}
	k.ID, k.CreatedAt = which, at
	return k, err
}
