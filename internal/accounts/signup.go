package accounts

import (
	"context"
	"crypto/rand"

	"craftplan/internal/accounts/internal/db"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/mail"
	"craftplan/internal/store"
)

// Any tells whether the installation has any user yet.
func Any(ctx context.Context, st *store.Store) (any bool, err error) {
	err = st.SystemView(ctx, "sign-up: is this the first", func(tx *store.SystemTx) error {
		any, err = db.ForSystem(tx).AnyUser(ctx)
		return err
	})
	return any, err
}

// signUp is what waits until an address is confirmed.
type signUp struct {
	Name, Email, Hash string
	Known             bool   // the address had an account already
	Rest              string // the caller's
}

// BeginSignUp mails a link to the person's address; whoever opens it has that address. Nothing is made before. An address that has an
// account is told so by mail alone: the answer here, and the work, are the same. rest comes back when the link is opened.
func BeginSignUp(ctx context.Context, st *store.Store, person Prepared, rest string) (pending id.ID, err error) {
	err = st.System(ctx, "sign-up: begin", func(tx *store.SystemTx) error {
		_, err := ByEmail(ctx, tx, person.Email)
		known := err == nil
		if err != nil && !fault.Is(err, fault.KindNotFound) {
			return err
		}
		s := signUp{person.Name, person.Email, person.hash, known, rest}
		var text string
		if pending, text, err = newToken(ctx, tx, forSignUp, nil, s); err != nil {
			return err
		}
		return s.send(ctx, tx, text)
	})
	return pending, err
}

func (s signUp) send(ctx context.Context, tx *store.SystemTx, text string) error {
	if s.Known {
		return mail.SendToPerson(ctx, tx, s.Email, mail.Message{Subject: "You have an account already",
			Lines:  []string{"Somebody, probably you, wanted to sign up with this address. It has an account: sign in with it, and make the organization there."},
			Action: mail.Action{Label: "Sign in", Path: "/login"},
			After:  []string{"Forgot the password? Choose another on the sign-in page. If it was not you, there is nothing to do: nothing was made or changed."}})
	}
	return mail.SendToPerson(ctx, tx, s.Email, mail.Message{Subject: "Confirm your address",
		Lines:  []string{"Hello " + s.Name + ",", "open this link to confirm that this is your address. Your organization is made then."},
		Action: mail.Action{Label: "Confirm and begin", Path: "/register/confirmation/" + text},
		After:  []string{"The link works once, within a day. If you did not sign up, do nothing: nothing was made."}})
}

// PendingSignUp is the address that a sign-up waits for.
func PendingSignUp(ctx context.Context, st *store.Store, pending id.ID) (email string, err error) {
	err = st.SystemView(ctx, "sign-up: which waits", func(tx *store.SystemTx) error {
		_, s, err := readPending(ctx, tx, pending)
		email = s.Email
		return err
	})
	return email, err
}

// ResendSignUp mails a new link; the former one ends.
func ResendSignUp(ctx context.Context, st *store.Store, pending id.ID) error {
	return st.System(ctx, "sign-up: send the link again", func(tx *store.SystemTx) error {
		t, s, err := readPending(ctx, tx, pending)
		if err != nil {
			return err
		}
		text := rand.Text() + rand.Text()
		renewed, err := db.ForSystem(tx).RenewToken(ctx, db.RenewTokenParams{ID: t.ID, TokenHash: hashToken(text), ExpiresAt: tx.Now().Add(lives[forSignUp])})
		if err == nil && renewed == 0 {
			err = errToken()
		}
		if err != nil {
			return err
		}
		return s.send(ctx, tx, text)
	})
}

func readPending(ctx context.Context, tx *store.SystemTx, pending id.ID) (t token, s signUp, err error) {
	row, err := db.ForSystem(tx).TokenByID(ctx, db.TokenByIDParams{ID: pending, Purpose: string(forSignUp), Moment: tx.Now()})
	if err = store.Translate(err); fault.Is(err, fault.KindNotFound) {
		return t, s, errToken()
	}
	if err != nil {
		return t, s, err
	}
	t, err = openToken(tx, forSignUp, row, "", &s)
	return t, s, err
}

// Confirmed is a person whose address is confirmed, and what they came for.
type Confirmed struct {
	Person Prepared
	Rest   string
	token  token
}

// ConfirmSignUp reads the sign-up of a link. It is not used up before Use.
func ConfirmSignUp(ctx context.Context, st *store.Store, text string) (c Confirmed, err error) {
	err = st.SystemView(ctx, "sign-up: confirm", func(tx *store.SystemTx) error {
		var s signUp
		if c.token, err = readToken(ctx, tx, forSignUp, text, &s); err != nil {
			return err
		}
		if s.Known {
			return errToken() // its link was never mailed
		}
		c.Person, c.Rest = Prepared{User{id.New(), s.Email, s.Name}, s.Hash}, s.Rest
		return nil
	})
	return c, err
}

// Use ends the link, in the transaction that makes the user.
func (c Confirmed) Use(ctx context.Context, tx *store.SystemTx) error { return c.token.use(ctx, tx) }
