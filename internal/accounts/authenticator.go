package accounts

import (
	"context"
	"errors"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"craftplan/internal/accounts/internal/db"
	"craftplan/internal/calendar"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/store"
)

// Authenticator is an app that shows another six digits every thirty seconds (RFC 6238).
type Authenticator struct{ Since, LastUsed calendar.Instant }

const (
	issuer  = "Craftplan"      // what the app shows above the code
	period  = 30 * time.Second // a code is of one
	secrets = "authenticator"  // the purpose its secret is sealed for
)

// Enrolment is an app that waits for its first code.
type Enrolment struct {
	Secret string // base32, for typing
	URL    string // otpauth:, for a picture
}

// newApp is what the token of an enrolment carries.
type newApp struct{ URL string }

// BeginAuthenticator makes a secret for an app; the token opens the enrolment.
func BeginAuthenticator(ctx context.Context, st *store.Store, proof Proof) (text string, err error) {
	if err := proof.check(ctx, st); err != nil {
		return "", err
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: issuer, AccountName: proof.Session.Email})
	if err != nil {
		return "", err
	}
	user := proof.Session.ID
	err = st.System(ctx, "authenticator: begin", func(tx *store.SystemTx) error {
		if err := db.ForSystem(tx).DeleteTokensOf(ctx, db.DeleteTokensOfParams{UserID: &user, Purpose: string(forAuthenticator)}); err != nil {
			return err
		}
		_, text, err = newToken(ctx, tx, forAuthenticator, &user, newApp{key.URL()})
		return err
	})
	return text, err
}

// PendingAuthenticator is the enrolment that a person's token opens.
func PendingAuthenticator(ctx context.Context, st *store.Store, user id.ID, text string) (e Enrolment, err error) {
	err = st.SystemView(ctx, "authenticator: which waits", func(tx *store.SystemTx) error {
		_, e, err = readEnrolment(ctx, tx, user, text)
		return err
	})
	return e, err
}

func readEnrolment(ctx context.Context, tx *store.SystemTx, user id.ID, text string) (t token, e Enrolment, err error) {
	var n newApp
	if t, err = readTokenOf(ctx, tx, forAuthenticator, user, text, &n); err != nil {
		return t, e, err
	}
	key, err := otp.NewKeyFromURL(n.URL)
	if err != nil {
		return t, e, err
	}
	return t, Enrolment{key.Secret(), n.URL}, nil
}

// ConfirmAuthenticator adds the app with its first code, in the session with the token. The field name in errors is code.
func ConfirmAuthenticator(ctx context.Context, st *store.Store, user id.ID, session, text, code string) (done Enrolled, err error) {
	err = st.System(ctx, "authenticator: confirm", func(tx *store.SystemTx) error {
		t, e, err := readEnrolment(ctx, tx, user, text)
		if err != nil {
			return err
		}
		step, right, err := stepOf(e.Secret, trimCode(code), tx.Now().Time())
		if err == nil && !right {
			err = fault.Invalid("code", "This is not the code that the app shows now. Is the clock of its device right?")
		}
		if err != nil {
			return err
		}
		if err := t.use(ctx, tx); err != nil {
			return err
		}
		if err := hold(ctx, tx, user); err != nil {
			return err
		}
		sealed, err := tx.Seal(e.Secret, secrets, user)
		if err != nil {
			return err
		}
		err = db.ForSystem(tx).CreateAuthenticator(ctx, db.CreateAuthenticatorParams{UserID: user, SecretSealed: sealed, LastStep: step, CreatedAt: tx.Now()})
		if err = store.Translate(err); errors.Is(err, store.ErrUnique) {
			return fault.Conflict("You have an authenticator app already. Remove it first.")
		}
		if err != nil {
			return err
		}
		done, err = enrolled(ctx, tx, user, session, "An authenticator app was added", "From now on you sign in with your password and a code of your authenticator app.")
		return err
	})
	return done, err
}

// RemoveAuthenticator takes the app off. The field name in errors is current.
func RemoveAuthenticator(ctx context.Context, st *store.Store, proof Proof) error {
	if err := proof.check(ctx, st); err != nil {
		return err
	}
	user := proof.Session.ID
	return st.System(ctx, "authenticator: remove", func(tx *store.SystemTx) error {
		if err := hold(ctx, tx, user); err != nil {
			return err
		}
		removed, err := db.ForSystem(tx).DeleteAuthenticator(ctx, db.DeleteAuthenticatorParams{UserID: user})
		if err == nil && removed == 0 {
			err = fault.NotFound("authenticator")
		}
		if err != nil {
			return err
		}
		return dropped(ctx, tx, user, "Your authenticator app was removed", "The authenticator app of your account was removed.")
	})
}

// useApp tells whether a code is the app's, now, and was never accepted before.
func useApp(ctx context.Context, tx *store.SystemTx, user id.ID, code string) (bool, error) {
	queries := db.ForSystem(tx)
	row, err := queries.AuthenticatorOf(ctx, db.AuthenticatorOfParams{UserID: user})
	if err = store.Translate(err); fault.Is(err, fault.KindNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	secret, err := tx.Open(row.SecretSealed, secrets, user)
	if err != nil {
		return false, err
	}
	step, right, err := stepOf(secret, code, tx.Now().Time())
	if err != nil || !right {
		return false, err
	}
	fresh, err := queries.UseAuthenticator(ctx, db.UseAuthenticatorParams{UserID: user, Step: step, LastUsedAt: tx.Now()})
	return fresh == 1, err
}

// stepOf finds which thirty seconds a code is of: the present ones, or those right before or after, for clocks that differ a little.
func stepOf(secret, code string, now time.Time) (step int64, right bool, err error) {
	for _, skew := range []time.Duration{0, -period, period} {
		at := now.Add(skew)
		right, err = totp.ValidateCustom(code, secret, at, totp.ValidateOpts{Period: uint(period.Seconds()), Digits: otp.DigitsSix})
		if errors.Is(err, otp.ErrValidateInputInvalidLength) {
			return 0, false, nil
		}
		if err != nil || right {
			return at.Unix() / int64(period.Seconds()), right, err
		}
	}
	return 0, false, nil
}
