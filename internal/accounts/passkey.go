package accounts

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"craftplan/internal/accounts/internal/db"
	"craftplan/internal/calendar"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/store"
)

// Passkey is a key that a person's device or password manager keeps, and opens with a finger, a face or a PIN.
type Passkey struct {
	ID       id.ID
	Name     string
	Since    calendar.Instant
	LastUsed *calendar.Instant // nil before the first time
}

const (
	maxPasskeys    = 20
	maxPasskeyName = 60
	passkeyRecord  = "passkey" // the purpose its record is sealed for
)

// Passkeys are the ceremonies of passkeys (WebAuthn) at one address.
type Passkeys struct {
	Origin string // the address they work at
	Closed string // why browsers refuse passkeys there, in a sentence; "" when they do not
	party  *webauthn.WebAuthn
}

// NewPasskeys prepares the ceremonies for the address people reach the installation by, such as https://erp.example.com. Each asks for
// a key that its person is found by, and that their device verified them for: it is two factors at once.
func NewPasskeys(base string) Passkeys {
	u, err := url.Parse(base)
	if err != nil {
		return Passkeys{Closed: "Passkeys need an address that a browser can open."}
	}
	host, name := u.Hostname(), u.Scheme+"://"+u.Host
	p := Passkeys{Origin: name}
	if protocol.ValidateRPID(host) != nil {
		p.Closed = "Passkeys work where this site is reached by a name. " + host + " is none that browsers keep passkeys for."
		return p
	}
	if u.Scheme != "https" && host != "localhost" && !strings.HasSuffix(host, ".localhost") {
		p.Closed = "Passkeys work where this site is reached over https."
		return p
	}
	p.party, err = webauthn.New(&webauthn.Config{RPID: host, RPDisplayName: issuer, RPOrigins: []string{name}, AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{ResidentKey: protocol.ResidentKeyRequirementRequired, RequireResidentKey: protocol.ResidentKeyRequired(), UserVerification: protocol.VerificationRequired}})
	if err != nil {
		p.Closed = "Passkeys do not work at this address."
	}
	return p
}

// Open tells whether passkeys can be offered.
func (p Passkeys) Open() bool { return p.Closed == "" && p.party != nil }

func (p Passkeys) check() error {
	if !p.Open() {
		return fault.Conflict(p.Closed)
	}
	return nil
}

// bearer is a person as the ceremonies know them.
type bearer struct {
	User
	keys []kept
}

// kept is a passkey with its record.
type kept struct {
	ID     id.ID
	record webauthn.Credential
}

// WebAuthnID is what a passkey finds its person by.
func (b bearer) WebAuthnID() []byte { return b.ID.UUID[:] }

// WebAuthnName is what a device lists the passkey by.
func (b bearer) WebAuthnName() string { return b.Email }

// WebAuthnDisplayName is the person's name.
func (b bearer) WebAuthnDisplayName() string { return b.Name }

// WebAuthnCredentials are the records of the person's passkeys.
func (b bearer) WebAuthnCredentials() []webauthn.Credential {
	records := make([]webauthn.Credential, len(b.keys))
	for i, k := range b.keys {
		records[i] = k.record
	}
	return records
}

func readBearer(ctx context.Context, tx *store.SystemTx, user id.ID) (b bearer, err error) {
	queries := db.ForSystem(tx)
	row, err := queries.UserByID(ctx, db.UserByIDParams{ID: user})
	if err != nil {
		return b, err
	}
	b.User = User{row.ID, row.Email, row.Name}
	rows, err := queries.PasskeysOf(ctx, db.PasskeysOfParams{UserID: user})
	if err != nil {
		return b, err
	}
	for _, r := range rows {
		plain, err := tx.Open(r.RecordSealed, passkeyRecord, r.ID)
		if err != nil {
			return b, err
		}
		k := kept{ID: r.ID}
		if err := json.Unmarshal([]byte(plain), &k.record); err != nil {
			return b, err
		}
		b.keys = append(b.keys, k)
	}
	return b, nil
}

func sealRecord(tx *store.SystemTx, which id.ID, record *webauthn.Credential) (string, error) {
	plain, err := json.Marshal(record)
	if err != nil {
		return "", err
	}
	return tx.Seal(string(plain), passkeyRecord, which)
}

// errPasskey is every way in which a browser's answer does not hold; the reason is for the log.
func errPasskey(cause error) error {
	var e *protocol.Error
	if errors.As(cause, &e) && e.DevInfo != "" {
		cause = errors.Join(cause, errors.New(e.DevInfo))
	}
	return &fault.Error{Kind: fault.KindUnauthenticated, Message: "This passkey was not accepted. Try again, or sign in another way.", Cause: cause}
}

// newPasskey is what the token of a passkey that is being made carries.
type newPasskey struct {
	Name    string
	Session webauthn.SessionData
	Options json.RawMessage
}

// Making is a passkey that waits for its device.
type Making struct{ Name, Options string } // JSON for the browser

// Begin prepares a passkey with a name; the token opens it. Field names in errors are name and current.
func (p Passkeys) Begin(ctx context.Context, st *store.Store, proof Proof, name string) (text string, err error) {
	if err := p.check(); err != nil {
		return "", err
	}
	var problems fault.Problems
	name, wrong := passkeyName(name)
	if err := errors.Join(problems.Merge(wrong), problems.Merge(proof.check(ctx, st))); err != nil {
		return "", err
	}
	if err := problems.Err(); err != nil {
		return "", err
	}
	user := proof.Session.ID
	err = st.System(ctx, "passkey: begin", func(tx *store.SystemTx) error {
		b, err := readBearer(ctx, tx, user)
		if err != nil {
			return err
		}
		if len(b.keys) >= maxPasskeys {
			return fault.Conflict("You have as many passkeys as there can be. Remove one that you do not use.")
		}
		creation, session, err := p.party.BeginRegistration(b, webauthn.WithExclusions(webauthn.Credentials(b.WebAuthnCredentials()).CredentialDescriptors()))
		if err != nil {
			return err
		}
		options, err := json.Marshal(creation.Response)
		if err != nil {
			return err
		}
		if err := db.ForSystem(tx).DeleteTokensOf(ctx, db.DeleteTokensOfParams{UserID: &user, Purpose: string(forNewPasskey)}); err != nil {
			return err
		}
		_, text, err = newToken(ctx, tx, forNewPasskey, &user, newPasskey{name, *session, options})
		return err
	})
	return text, err
}

func passkeyName(name string) (string, error) {
	name = strings.Join(strings.Fields(name), " ")
	if name == "" {
		return "", fault.Invalid("name", "Enter a name that you will know it by, such as Phone.")
	}
	if utf8.RuneCountInString(name) > maxPasskeyName {
		return "", fault.Invalid("name", "Use at most 60 characters.")
	}
	return name, nil
}

// Pending is the passkey that a person's token opens.
func (p Passkeys) Pending(ctx context.Context, st *store.Store, user id.ID, text string) (m Making, err error) {
	err = st.SystemView(ctx, "passkey: which waits", func(tx *store.SystemTx) error {
		var n newPasskey
		_, err := readTokenOf(ctx, tx, forNewPasskey, user, text, &n)
		m = Making{n.Name, string(n.Options)}
		return err
	})
	return m, err
}

// Add takes what a browser answered and keeps the passkey, in the session with the token.
func (p Passkeys) Add(ctx context.Context, st *store.Store, user id.ID, session, text, answer string) (done Enrolled, err error) {
	if err := p.check(); err != nil {
		return done, err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes([]byte(answer))
	if err != nil {
		return done, errPasskey(err)
	}
	err = st.System(ctx, "passkey: add", func(tx *store.SystemTx) error {
		var n newPasskey
		t, err := readTokenOf(ctx, tx, forNewPasskey, user, text, &n)
		if err != nil {
			return err
		}
		if err := t.use(ctx, tx); err != nil {
			return err
		}
		if err := hold(ctx, tx, user); err != nil {
			return err
		}
		b, err := readBearer(ctx, tx, user)
		if err != nil {
			return err
		}
		record, err := p.party.CreateCredential(b, n.Session, parsed)
		if err != nil {
			return errPasskey(err)
		}
		if err := keepPasskey(ctx, tx, user, n.Name, record); err != nil {
			return err
		}
		done, err = enrolled(ctx, tx, user, session, "A passkey was added", "The passkey "+n.Name+" was added to your account.")
		return err
	})
	return done, err
}

func keepPasskey(ctx context.Context, tx *store.SystemTx, user id.ID, name string, record *webauthn.Credential) error {
	which := id.New()
	sealed, err := sealRecord(tx, which, record)
	if err != nil {
		return err
	}
	err = db.ForSystem(tx).CreatePasskey(ctx, db.CreatePasskeyParams{ID: which, UserID: user, CredentialID: base64.RawURLEncoding.EncodeToString(record.ID), Name: name, RecordSealed: sealed, CreatedAt: tx.Now()})
	if err = store.Translate(err); errors.Is(err, store.ErrUnique) {
		return fault.Conflict("This passkey is kept already.")
	}
	return err
}

// RenamePasskey gives one of a person's passkeys another name. Field names in errors are name and current.
func RenamePasskey(ctx context.Context, st *store.Store, proof Proof, which id.ID, name string) error {
	var p fault.Problems
	name, wrong := passkeyName(name)
	if err := errors.Join(p.Merge(wrong), p.Merge(proof.check(ctx, st))); err != nil {
		return err
	}
	if err := p.Err(); err != nil {
		return err
	}
	return st.System(ctx, "passkey: rename", func(tx *store.SystemTx) error {
		renamed, err := db.ForSystem(tx).RenamePasskey(ctx, db.RenamePasskeyParams{ID: which, UserID: proof.Session.ID, Name: name})
		if err == nil && renamed == 0 {
			err = fault.NotFound("passkey")
		}
		if err != nil {
			return err
		}
		return tell(ctx, tx, proof.Session.ID, "A passkey was renamed", "A passkey of your account is called "+name+" from now on.")
	})
}

// RemovePasskey forgets one of a person's passkeys. The field name in errors is current.
func RemovePasskey(ctx context.Context, st *store.Store, proof Proof, which id.ID) error {
	if err := proof.check(ctx, st); err != nil {
		return err
	}
	user := proof.Session.ID
	return st.System(ctx, "passkey: remove", func(tx *store.SystemTx) error {
		if err := hold(ctx, tx, user); err != nil {
			return err
		}
		removed, err := db.ForSystem(tx).DeletePasskey(ctx, db.DeletePasskeyParams{ID: which, UserID: user})
		if err == nil && removed == 0 {
			err = fault.NotFound("passkey")
		}
		if err != nil {
			return err
		}
		return dropped(ctx, tx, user, "A passkey was removed", "A passkey of your account was removed.")
	})
}
