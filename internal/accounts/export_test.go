package accounts

import (
	"context"

	"craftplan/internal/id"
	"craftplan/internal/store"
)

// What no caller can make, for tests of what refuses it.

// ForgeSignUp makes the link of a sign-up whose address has an account; such a link is never mailed.
func ForgeSignUp(ctx context.Context, tx *store.SystemTx, email string) (text string, err error) {
	_, text, err = newToken(ctx, tx, forSignUp, nil, signUp{Name: "Rosa", Email: email, Known: true})
	return text, err
}

// ForgeEnrolment makes an enrolment of nobody.
func ForgeEnrolment(ctx context.Context, tx *store.SystemTx) (text string, err error) {
	_, text, err = newToken(ctx, tx, forAuthenticator, nil, newApp{"otpauth://totp/Craftplan:nobody?secret=AAAAAAAA"})
	return text, err
}

// ForgeStep makes a second step of somebody.
func ForgeStep(ctx context.Context, tx *store.SystemTx, user id.ID) (text string, err error) {
	_, text, err = newToken(ctx, tx, forStep, &user, struct{}{})
	return text, err
}
