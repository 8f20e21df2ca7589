package mail

import (
	"context"
	"strings"
	"unicode/utf8"

	"craftplan/internal/audit"
	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/mail/internal/db"
	"craftplan/internal/store"
)

// Settings are how an organization sends. Field names in errors are sender_name, reply_to, host, port, security, username,
// password and sender_address.
type Settings struct {
	SenderName    string // "" is the organization's name
	ReplyTo       string // "" is none
	Server        Server // without a host: the installation's
	SenderAddress string // with a server of its own
	HasPassword   bool   // one is kept; it is never told
}

const passwordPurpose = "mail server password"

// GetSettings reads how the organization sends, without the password.
func GetSettings(ctx context.Context, tx *store.Tx) (Settings, error) {
	if err := tx.Require(authz.SettingsWrite); err != nil {
		return Settings{}, err
	}
	s, err := readSettings(ctx, tx)
	s.Server.Password = ""
	return s, err
}

func readSettings(ctx context.Context, tx *store.Tx) (Settings, error) {
	row, err := db.For(tx).MailSettings(ctx)
	if err = store.Translate(err); fault.Is(err, fault.KindNotFound) {
		return Settings{Server: Server{Security: STARTTLS, Port: 587}}, nil
	}
	if err != nil {
		return Settings{}, err
	}
	s := Settings{row.SenderName, row.ReplyTo, Server{row.Host, row.Port, Security(row.Security), row.Username, ""}, row.SenderAddress, row.PasswordSealed != ""}
	if s.HasPassword {
		s.Server.Password, err = tx.Open(row.PasswordSealed, passwordPurpose)
	}
	return s, err
}

// Validate tells what is wrong with the fields and returns them cleaned.
func (s Settings) Validate() (Settings, error) {
	var p fault.Problems
	s.SenderName = strings.Join(strings.Fields(s.SenderName), " ")
	if utf8.RuneCountInString(s.SenderName) > 80 {
		p.Add("sender_name", "Use at most 80 characters.")
	}
	s.ReplyTo, s.SenderAddress = clean(s.ReplyTo), clean(s.SenderAddress)
	if s.ReplyTo != "" && !ValidAddress(s.ReplyTo) {
		p.Add("reply_to", "Enter an e-mail address, such as hello@example.com.")
	}
	s.Server.Host = clean(s.Server.Host)
	if s.Server.Host == "" {
		s.Server, s.SenderAddress = Server{Security: STARTTLS, Port: 587}, ""
		return s, p.Err()
	}
	s.Server.validate(&p)
	if !ValidAddress(s.SenderAddress) {
		p.Add("sender_address", "Enter the address that your mail server lets you send from.")
	}
	return s, p.Err()
}

func clean(address string) string { return strings.ToLower(strings.TrimSpace(address)) }

// ChangeSettings changes how the organization sends. An empty password keeps the one there is, as long as server and user stay the
// same: it must not be sent to where somebody else points.
func ChangeSettings(ctx context.Context, tx *store.Tx, s Settings) error {
	if err := tx.Require(authz.SettingsWrite); err != nil {
		return err
	}
	s, err := s.Validate()
	if err != nil {
		return err
	}
	former, err := readSettings(ctx, tx)
	if err != nil {
		return err
	}
	if s.Server.Password == "" && former.HasPassword && s.Server.Username != "" {
		if former.Server.Host != s.Server.Host || former.Server.Username != s.Server.Username {
			return fault.Invalid("password", "Enter the password again: the server or the user changed.")
		}
		s.Server.Password = former.Server.Password
	}
	sealed := ""
	if s.Server.Password != "" {
		if sealed, err = tx.Seal(s.Server.Password, passwordPurpose); err != nil {
			return err
		}
	}
	err = db.For(tx).ChangeMailSettings(ctx, db.ChangeMailSettingsIn{SenderName: s.SenderName, ReplyTo: s.ReplyTo, Host: s.Server.Host, Port: s.Server.Port, Security: string(s.Server.Security),
		Username: s.Server.Username, PasswordSealed: sealed, SenderAddress: s.SenderAddress, UpdatedAt: tx.Now()})
	if err != nil {
		return err
	}
	c := audit.Change{Action: audit.Changed, Kind: audit.MailSettings, Was: former.fields(), Became: s.fields()}
	if s.Server.Password != former.Server.Password {
		c.Became["Password"] = "another one"
	}
	return audit.Record(ctx, tx, c)
}

// fields are what the audit log tells of the settings; the password is none of it.
func (s Settings) fields() audit.Fields {
	f := audit.Fields{"Sender": s.SenderName, "Answers to": s.ReplyTo}
	if s.Server.Host != "" {
		f["Server"], f["Port"], f["Security"], f["User"], f["Sender's address"] = s.Server.Host, s.Server.Port, string(s.Server.Security), s.Server.Username, s.SenderAddress
	}
	return f
}
