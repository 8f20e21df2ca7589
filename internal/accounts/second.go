package accounts

import (
	"context"

	"craftplan/internal/accounts/internal/db"
	"craftplan/internal/fault"
	"craftplan/internal/store"
)

// Step is a sign-in whose password was right, and that waits for a second factor.
type Step struct {
	User
	Factors
	token token
}

// ReadStep finds the step of a token; one that ended is a NotFound fault.
func ReadStep(ctx context.Context, st *store.Store, text string) (s Step, err error) {
	err = st.SystemView(ctx, "second step: read", func(tx *store.SystemTx) error {
		s, err = readStep(ctx, tx, text)
		return err
	})
	return s, err
}

func readStep(ctx context.Context, tx *store.SystemTx, text string) (s Step, err error) {
	if s.token, err = readToken(ctx, tx, forStep, text, &struct{}{}); err != nil {
		return s, err
	}
	row, err := db.ForSystem(tx).UserByID(ctx, db.UserByIDParams{ID: *s.token.User})
	if err != nil {
		return s, err
	}
	s.User = User{row.ID, row.Email, row.Name}
	s.Factors, err = factorsOf(ctx, tx, s.ID)
	if err == nil && !s.Any() { // taken off meanwhile: the password alone is enough again
		err = errToken()
	}
	return s, err
}

// FinishStep takes a code of the person's app, or one of their recovery codes, and starts the session. Either is accepted once. The
// field name in errors is code.
func FinishStep(ctx context.Context, st *store.Store, text, code, device string) (session string, err error) {
	code = trimCode(code)
	err = st.System(ctx, "second step: a code", func(tx *store.SystemTx) error {
		s, err := readStep(ctx, tx, text)
		if err != nil {
			return err
		}
		right, err := useApp(ctx, tx, s.ID, code)
		if err == nil && !right {
			right, err = useRecoveryCode(ctx, tx, s.ID, code)
		}
		if err == nil && !right {
			err = fault.Invalid("code", "This code is not right, or was used already. An app shows another one within thirty seconds.")
		}
		if err != nil {
			return err
		}
		session, err = s.finish(ctx, tx, device)
		return err
	})
	return session, err
}

// finish ends the step and starts the session.
func (s Step) finish(ctx context.Context, tx *store.SystemTx, device string) (session string, err error) {
	if err := s.token.use(ctx, tx); err != nil {
		return "", err
	}
	return StartSession(ctx, tx, s.ID, Start{Device: device, Factors: 2})
}
