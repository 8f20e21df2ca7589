package accounts

import (
	"context"
	"errors"

	"craftplan/internal/accounts/internal/db"
	"craftplan/internal/fault"
	"craftplan/internal/mail"
	"craftplan/internal/store"
)

// newEmail is what a link to confirm another address carries.
type newEmail struct{ Email string }

// RequestEmail mails a link to another address of a person who knows their password; the address is theirs once it is opened. An
// address that has an account gets a word about it instead, and the answer here is the same. Field names in errors are current and
// email.
func RequestEmail(ctx context.Context, st *store.Store, user User, current, email string) error {
	email = NormalizeEmail(email)
	var p fault.Problems
	if !ValidEmail(email) {
		p.Add("email", "Enter an e-mail address, such as you@example.com.")
	} else if email == user.Email {
		p.Add("email", "This is your address already.")
	}
	if err := p.Merge(proveSelf(ctx, st, user, current)); err != nil {
		return err
	}
	if err := p.Err(); err != nil {
		return err
	}
	return st.System(ctx, "e-mail: request a change", func(tx *store.SystemTx) error {
		_, err := ByEmail(ctx, tx, email)
		known := err == nil
		if err != nil && !fault.Is(err, fault.KindNotFound) {
			return err
		}
		if err := db.ForSystem(tx).DeleteTokensOf(ctx, db.DeleteTokensOfParams{UserID: &user.ID, Purpose: string(forEmail)}); err != nil {
			return err
		}
		_, text, err := newToken(ctx, tx, forEmail, &user.ID, newEmail{email})
		if err != nil {
			return err
		}
		if known {
			return mail.SendToPerson(ctx, tx, email, mail.Message{Subject: "You have an account already",
				Lines: []string{"Somebody wanted to use this address for another account. It has one already, so nothing was changed."}, Action: mail.Action{Label: "Sign in", Path: "/login"}})
		}
		return mail.SendToPerson(ctx, tx, email, mail.Message{Subject: "Confirm your new address",
			Lines:  []string{"Hello " + user.Name + ",", "open this link to use this address for your account from now on."},
			Action: mail.Action{Label: "Use this address", Path: "/account/email/" + text},
			After:  []string{"The link works once, within a day. If you did not ask for this, do nothing."}})
	})
}

// CheckEmailLink is the address that a link would make somebody's.
func CheckEmailLink(ctx context.Context, st *store.Store, text string) (email string, err error) {
	err = st.SystemView(ctx, "e-mail: look at a link", func(tx *store.SystemTx) error {
		var n newEmail
		_, err := readToken(ctx, tx, forEmail, text, &n)
		email = n.Email
		return err
	})
	return email, err
}

// ConfirmEmail gives a person the address that the link was mailed to, and tells the former one.
func ConfirmEmail(ctx context.Context, st *store.Store, text string) error {
	return st.System(ctx, "e-mail: change", func(tx *store.SystemTx) error {
		var n newEmail
		t, err := readToken(ctx, tx, forEmail, text, &n)
		if err != nil {
			return err
		}
		if err := t.use(ctx, tx); err != nil {
			return err
		}
		queries := db.ForSystem(tx)
		former, err := queries.UserByID(ctx, db.UserByIDParams{ID: *t.User})
		if err != nil {
			return err
		}
		_, err = queries.ChangeEmail(ctx, db.ChangeEmailParams{ID: *t.User, Email: n.Email, UpdatedAt: tx.Now()})
		if err = store.Translate(err); errors.Is(err, store.ErrUnique) {
			return fault.Conflict("This address has an account by now.")
		}
		if err != nil {
			return err
		}
		// A link to choose a password that waits in the former mailbox must not open the account any more.
		if err := queries.DeleteTokensOf(ctx, db.DeleteTokensOfParams{UserID: t.User, Purpose: string(forPassword)}); err != nil {
			return err
		}
		return mail.SendToPerson(ctx, tx, former.Email, changed(former.Name, "Your address was changed", "Your account uses the address "+n.Email+" from now on, and no longer this one."))
	})
}
