package accounts

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"craftplan/internal/accounts/internal/db"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/store"
)

// Asked is a question to a browser for a passkey.
type Asked struct {
	Token   string // opens the answer, once
	Options string // JSON for the browser
}

// Ask begins a sign-in with a passkey, of nobody knows whom.
func (p Passkeys) Ask(ctx context.Context, st *store.Store) (a Asked, err error) {
	if err := p.check(); err != nil {
		return a, err
	}
	assertion, session, err := p.party.BeginDiscoverableLogin()
	if err != nil {
		return a, err
	}
	err = st.System(ctx, "passkey: ask", func(tx *store.SystemTx) error {
		a, err = ask(ctx, tx, forPasskey, nil, assertion, session)
		return err
	})
	return a, err
}

// AskStep begins the second step of a sign-in with one of the person's passkeys.
func (p Passkeys) AskStep(ctx context.Context, st *store.Store, step string) (a Asked, err error) {
	if err := p.check(); err != nil {
		return a, err
	}
	err = st.System(ctx, "passkey: ask for a second step", func(tx *store.SystemTx) error {
		s, err := readStep(ctx, tx, step)
		if err != nil {
			return err
		}
		b, err := readBearer(ctx, tx, s.ID)
		if err != nil {
			return err
		}
		if len(b.keys) == 0 {
			return fault.NotFound("passkey")
		}
		assertion, session, err := p.party.BeginLogin(b)
		if err != nil {
			return err
		}
		a, err = ask(ctx, tx, forPasskeyStep, &s.ID, assertion, session)
		return err
	})
	return a, err
}

func ask(ctx context.Context, tx *store.SystemTx, why purpose, user *id.ID, assertion *protocol.CredentialAssertion, session *webauthn.SessionData) (a Asked, err error) {
	options, err := json.Marshal(assertion.Response)
	if err != nil {
		return a, err
	}
	a.Options = string(options)
	_, a.Token, err = newToken(ctx, tx, why, user, session)
	return a, err
}

// Enter takes what a browser answered to Ask and starts a session: the passkey says who it is, and its device verified them.
func (p Passkeys) Enter(ctx context.Context, st *store.Store, text, answer, device string) (e Entry, err error) {
	parsed, err := p.parse(answer)
	if err != nil {
		return e, err
	}
	err = st.System(ctx, "passkey: sign in", func(tx *store.SystemTx) error {
		session, err := answered(ctx, tx, forPasskey, nil, text)
		if err != nil {
			return err
		}
		var who bearer
		find := func(_, handle []byte) (webauthn.User, error) {
			user, err := userOf(handle)
			if err != nil {
				return nil, err
			}
			who, err = readBearer(ctx, tx, user)
			return who, err
		}
		_, record, err := p.party.ValidatePasskeyLogin(find, session, parsed)
		if err != nil {
			return errPasskey(err)
		}
		if err := who.note(ctx, tx, record); err != nil {
			return err
		}
		e.User = who.User
		e.Session, err = StartSession(ctx, tx, who.ID, Start{Device: device, Factors: 2})
		return err
	})
	return e, err
}

// EnterStep takes what a browser answered to AskStep, ends the step and starts the session.
func (p Passkeys) EnterStep(ctx context.Context, st *store.Store, step, text, answer, device string) (started string, err error) {
	parsed, err := p.parse(answer)
	if err != nil {
		return "", err
	}
	err = st.System(ctx, "passkey: second step", func(tx *store.SystemTx) error {
		s, err := readStep(ctx, tx, step)
		if err != nil {
			return err
		}
		session, err := answered(ctx, tx, forPasskeyStep, &s.ID, text)
		if err != nil {
			return err
		}
		b, err := readBearer(ctx, tx, s.ID)
		if err != nil {
			return err
		}
		record, err := p.party.ValidateLogin(b, session, parsed)
		if err != nil {
			return errPasskey(err)
		}
		if err := b.note(ctx, tx, record); err != nil {
			return err
		}
		started, err = s.finish(ctx, tx, device)
		return err
	})
	return started, err
}

func (p Passkeys) parse(answer string) (*protocol.ParsedCredentialAssertionData, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes([]byte(answer))
	if err != nil {
		return nil, errPasskey(err)
	}
	return parsed, nil
}

// answered ends a question and returns what is needed to judge the answer to it.
func answered(ctx context.Context, tx *store.SystemTx, why purpose, user *id.ID, text string) (session webauthn.SessionData, err error) {
	t, err := readToken(ctx, tx, why, text, &session)
	if err != nil {
		return session, err
	}
	if user != nil && (t.User == nil || *t.User != *user) {
		return session, errToken()
	}
	return session, t.use(ctx, tx)
}

func userOf(handle []byte) (user id.ID, err error) {
	err = user.UUID.UnmarshalBinary(handle)
	return user, err
}

var errCopied = errors.New("the signature counter ran backwards")

// note keeps what a passkey's use changed. A signature counter that does not go up is the sign of a copy: it is refused.
func (b bearer) note(ctx context.Context, tx *store.SystemTx, record *webauthn.Credential) error {
	if record.Authenticator.CloneWarning {
		return &fault.Error{Kind: fault.KindUnauthenticated, Message: "This passkey may have been copied, so it is not accepted. Sign in another way, and remove it.", Cause: errCopied}
	}
	for _, k := range b.keys {
		if string(k.record.ID) != string(record.ID) {
			continue
		}
		sealed, err := sealRecord(tx, k.ID, record)
		if err != nil {
			return err
		}
		_, err = db.ForSystem(tx).UsePasskey(ctx, db.UsePasskeyParams{ID: k.ID, RecordSealed: sealed, LastUsedAt: tx.Now()})
		return err
	}
	return fault.NotFound("passkey")
}
