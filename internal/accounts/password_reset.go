package accounts

import (
	"context"

	"craftplan/internal/accounts/internal/db"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/mail"
	"craftplan/internal/store"
)

// RequestPassword mails a link to choose another password, to an address that has an account. For an unknown address as much is done,
// and nothing is sent.
func RequestPassword(ctx context.Context, st *store.Store, email string) error {
	return st.System(ctx, "password: request", func(tx *store.SystemTx) error {
		user, err := ByEmail(ctx, tx, email)
		if err != nil && !fault.Is(err, fault.KindNotFound) {
			return err
		}
		var whose *id.ID
		former := id.New() // nobody's
		if err == nil {
			whose, former = &user.ID, user.ID
		}
		path, err := passwordLink(ctx, tx, former, whose)
		if err != nil {
			return err
		}
		return mail.SendToPerson(ctx, tx, user.Email, mail.Message{Subject: "Choose another password",
			Lines:  []string{"Hello " + user.Name + ",", "somebody, probably you, asked to choose another password for your account."},
			Action: mail.Action{Label: "Choose a password", Path: path},
			After:  []string{"The link works once, within an hour. If it was not you, do nothing: your password stays as it is."}})
	})
}

// passwordLink makes the only link that chooses the password of somebody, or one like it that opens nothing.
func passwordLink(ctx context.Context, tx *store.SystemTx, former id.ID, whose *id.ID) (path string, err error) {
	if err := db.ForSystem(tx).DeleteTokensOf(ctx, db.DeleteTokensOfParams{UserID: &former, Purpose: string(forPassword)}); err != nil {
		return "", err
	}
	_, text, err := newToken(ctx, tx, forPassword, whose, struct{}{})
	return "/password/" + text, err
}

// PasswordLink is a link that an operator hands to somebody to choose their password, once and within an hour; links before it are void.
func PasswordLink(ctx context.Context, tx *store.SystemTx, email string) (path string, err error) {
	user, err := ByEmail(ctx, tx, email)
	if err != nil {
		return "", err
	}
	return passwordLink(ctx, tx, user.ID, &user.ID)
}

// CheckPasswordLink tells whose password a link chooses, if it still opens.
func CheckPasswordLink(ctx context.Context, st *store.Store, text string) (User, error) {
	var row db.UserByIDRow
	err := st.SystemView(ctx, "password: look at a link", func(tx *store.SystemTx) error {
		t, err := readPasswordToken(ctx, tx, text)
		if err != nil {
			return err
		}
		row, err = db.ForSystem(tx).UserByID(ctx, db.UserByIDParams{ID: *t.User})
		return err
	})
	return User{row.ID, row.Email, row.Name}, err
}

func readPasswordToken(ctx context.Context, tx *store.SystemTx, text string) (token, error) {
	t, err := readToken(ctx, tx, forPassword, text, &struct{}{})
	if err == nil && t.User == nil {
		err = errToken()
	}
	return t, err
}

// ResetPassword changes the password of whoever a link was mailed to, and signs them out everywhere. The field name in errors is
// password.
func ResetPassword(ctx context.Context, st *store.Store, text, password string) error {
	user, err := CheckPasswordLink(ctx, st, text)
	if err != nil {
		return err
	}
	if err := validatePassword(password, user.Name, user.Email); err != nil {
		return err
	}
	hash, err := hashPassword(password)
	if err != nil {
		return err
	}
	return st.System(ctx, "password: choose another", func(tx *store.SystemTx) error {
		t, err := readPasswordToken(ctx, tx, text)
		if err != nil {
			return err
		}
		if err := t.use(ctx, tx); err != nil {
			return err
		}
		queries := db.ForSystem(tx)
		if _, err := queries.DeleteSessionsOf(ctx, db.DeleteSessionsOfParams{UserID: *t.User}); err != nil {
			return err
		}
		return setPassword(ctx, tx, *t.User, hash)
	})
}

// setPassword writes a password and tells its person. What waits for them ends: somebody who knew the former password may have begun it.
func setPassword(ctx context.Context, tx *store.SystemTx, user id.ID, hash string) error {
	queries := db.ForSystem(tx)
	if err := queries.DeleteAllTokensOf(ctx, db.DeleteAllTokensOfParams{UserID: &user}); err != nil {
		return err
	}
	if _, err := queries.ChangePassword(ctx, db.ChangePasswordParams{ID: user, PasswordHash: hash, UpdatedAt: tx.Now()}); err != nil {
		return err
	}
	return tell(ctx, tx, user, "Your password was changed", "The password of your account was changed.")
}

// tell mails a person that something about their account changed, so that it is never changed behind their back.
func tell(ctx context.Context, tx *store.SystemTx, user id.ID, subject, line string) error {
	row, err := db.ForSystem(tx).UserByID(ctx, db.UserByIDParams{ID: user})
	if err != nil {
		return err
	}
	return mail.SendToPerson(ctx, tx, row.Email, changed(row.Name, subject, line))
}

func changed(name, subject, line string) mail.Message {
	return mail.Message{Subject: subject, Lines: []string{"Hello " + name + ",", line},
		Action: mail.Action{Label: "See your account", Path: "/account"},
		After:  []string{"If this was not you, choose another password at once on the sign-in page, and look at where you are signed in."}}
}
