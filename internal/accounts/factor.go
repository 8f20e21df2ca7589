package accounts

import (
	"context"
	"crypto/rand"

	"craftplan/internal/accounts/internal/db"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/store"
)

// Factors are what a person proves themselves with beside their password.
type Factors struct {
	Authenticator *Authenticator // nil is none
	Passkeys      []Passkey
	RecoveryCodes int64 // left
}

// Any tells whether the person has a second factor. Recovery codes are none: they stand in for one.
func (f Factors) Any() bool { return f.Authenticator != nil || len(f.Passkeys) > 0 }

// FactorsOf are a person's factors.
func FactorsOf(ctx context.Context, st *store.Store, user id.ID) (f Factors, err error) {
	err = st.SystemView(ctx, "factors: list", func(tx *store.SystemTx) error {
		f, err = factorsOf(ctx, tx, user)
		return err
	})
	return f, err
}

func factorsOf(ctx context.Context, tx *store.SystemTx, user id.ID) (f Factors, err error) {
	queries := db.ForSystem(tx)
	app, err := queries.AuthenticatorOf(ctx, db.AuthenticatorOfParams{UserID: user})
	if err = store.Translate(err); err == nil {
		f.Authenticator = &Authenticator{app.CreatedAt, app.LastUsedAt}
	} else if !fault.Is(err, fault.KindNotFound) {
		return f, err
	}
	rows, err := queries.PasskeysOf(ctx, db.PasskeysOfParams{UserID: user})
	if err != nil {
		return f, err
	}
	for _, r := range rows {
		f.Passkeys = append(f.Passkeys, Passkey{r.ID, r.Name, r.CreatedAt, r.LastUsedAt})
	}
	f.RecoveryCodes, err = queries.RecoveryCodesLeft(ctx, db.RecoveryCodesLeftParams{UserID: user})
	return f, err
}

// Proof is what a change of somebody's factors asks for: their session, and their password once more.
type Proof struct {
	Session  SignedIn
	Password string
}

// check tells whether the proof is enough. Who has a second factor must have signed in with one: a session that is older than the factor
// must not get around it by adding another. The field name in errors is current.
func (p Proof) check(ctx context.Context, st *store.Store) error {
	if err := proveSelf(ctx, st, p.Session.User, p.Password); err != nil {
		return err
	}
	return st.SystemView(ctx, "factors: is the session strong enough", func(tx *store.SystemTx) error {
		has, err := db.ForSystem(tx).HasFactor(ctx, db.HasFactorParams{UserID: p.Session.ID})
		if err == nil && has && p.Session.Factors < 2 {
			err = fault.Conflict("This browser was signed in before you had a second step. Sign out, and in again with it, to change how you sign in.")
		}
		return err
	})
}

// hold makes changes of a person's factors follow one another.
func hold(ctx context.Context, tx *store.SystemTx, user id.ID) error {
	_, err := db.ForSystem(tx).HoldUser(ctx, db.HoldUserParams{ID: user, UpdatedAt: tx.Now()})
	return err
}

// Enrolled is what comes of another factor.
type Enrolled struct {
	Session string   // token of the browser's session from now on
	Codes   []string // recovery codes, for who had none; never shown again
}

// enrolled does what follows when a factor was added: the session it was added in counts as begun with it, under another token, and
// who has no recovery codes gets some.
func enrolled(ctx context.Context, tx *store.SystemTx, user id.ID, session, subject, line string) (e Enrolled, err error) {
	queries := db.ForSystem(tx)
	left, err := queries.RecoveryCodesLeft(ctx, db.RecoveryCodesLeftParams{UserID: user})
	if err != nil {
		return e, err
	}
	if left == 0 {
		if e.Codes, err = makeCodes(ctx, tx, user); err != nil {
			return e, err
		}
	}
	for _, waiting := range []purpose{forAuthenticator, forNewPasskey} { // begun before there was this one, perhaps in a session without it
		if err := queries.DeleteTokensOf(ctx, db.DeleteTokensOfParams{UserID: &user, Purpose: string(waiting)}); err != nil {
			return e, err
		}
	}
	e.Session = rand.Text() + rand.Text()
	lifted, err := queries.LiftSession(ctx, db.LiftSessionParams{UserID: user, TokenHash: hashToken(session), Fresh: hashToken(e.Session)})
	if err == nil && lifted == 0 {
		err = fault.Unauthenticated("Sign in first.")
	}
	if err != nil {
		return e, err
	}
	return e, tell(ctx, tx, user, subject, line)
}

// dropped does what follows when a factor was removed. With the last one the recovery codes go, and no session counts as begun with two
// any more: an organization that asks for two closes at once.
func dropped(ctx context.Context, tx *store.SystemTx, user id.ID, subject, line string) error {
	queries := db.ForSystem(tx)
	has, err := queries.HasFactor(ctx, db.HasFactorParams{UserID: user})
	if err != nil {
		return err
	}
	if !has {
		if err := queries.DeleteRecoveryCodes(ctx, db.DeleteRecoveryCodesParams{UserID: user}); err != nil {
			return err
		}
		if err := queries.LowerSessions(ctx, db.LowerSessionsParams{UserID: user}); err != nil {
			return err
		}
		line += " You sign in with your password alone now."
	}
	return tell(ctx, tx, user, subject, line)
}

// ResetFactors removes all factors of who lost them, and signs them out everywhere: for the operator, who knows them by other means.
func ResetFactors(ctx context.Context, st *store.Store, email string) (user User, err error) {
	err = st.System(ctx, "operator: reset factors", func(tx *store.SystemTx) error {
		if user, err = ByEmail(ctx, tx, email); err != nil {
			return err
		}
		if err := hold(ctx, tx, user.ID); err != nil {
			return err
		}
		queries := db.ForSystem(tx)
		if _, err := queries.DeleteAuthenticator(ctx, db.DeleteAuthenticatorParams{UserID: user.ID}); err != nil {
			return err
		}
		if err := queries.DeletePasskeysOf(ctx, db.DeletePasskeysOfParams{UserID: user.ID}); err != nil {
			return err
		}
		if _, err := queries.DeleteSessionsOf(ctx, db.DeleteSessionsOfParams{UserID: user.ID}); err != nil {
			return err
		}
		if err := queries.DeleteAllTokensOf(ctx, db.DeleteAllTokensOfParams{UserID: &user.ID}); err != nil {
			return err
		}
		return dropped(ctx, tx, user.ID, "Your second step was taken off", "Whoever runs this installation took the second step off your sign-in.")
	})
	return user, err
}
