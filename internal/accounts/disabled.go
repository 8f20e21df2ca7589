package accounts

import (
	"context"
	"strings"
	"unicode/utf8"

	"craftplan/internal/accounts/internal/db"
	"craftplan/internal/calendar"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/store"
)

// MostReason is how many characters a reason may have.
const MostReason = 300

// Reason is a text in one line, and whether it may be kept as the reason of what somebody does to others.
func Reason(text string) (line string, ok bool) {
	line = strings.Join(strings.Fields(text), " ")
	return line, line != "" && utf8.RuneCountInString(line) <= MostReason
}

// State is what the operator is told of an account.
type State struct {
	Since      calendar.Instant
	DisabledAt *calendar.Instant // nil of who may sign in
	Reason     string            // why they may not
}

// Disable keeps a person out of the whole installation until they are enabled, for the operator: no session begins or goes on, links
// that wait open nothing, and their API keys are refused with the next request. What they did stays theirs, and so do their places in
// organizations. The error's fields are email and reason.
func Disable(ctx context.Context, st *store.Store, email, why string) (User, error) {
	why, ok := Reason(why)
	if !ok {
		return User{}, fault.Invalid("reason", "Say why in 1 to 300 characters; it is kept for the operator.")
	}
	return operate(ctx, st, email, func(tx *store.SystemTx, user User) error {
		queries := db.ForSystem(tx)
		disabled, err := queries.DisableUser(ctx, db.DisableUserParams{ID: user.ID, DisabledAt: new(tx.Now()), Reason: why})
		if err == nil && disabled == 0 {
			err = fault.Conflict(user.Email + " is disabled already.")
		}
		if err != nil {
			return err
		}
		if err := queries.DeleteAllTokensOf(ctx, db.DeleteAllTokensOfParams{UserID: &user.ID}); err != nil {
			return err
		}
		_, err = queries.DeleteSessionsOf(ctx, db.DeleteSessionsOfParams{UserID: user.ID})
		return err
	})
}

// Enable lets a person in again who was disabled. They sign in anew; their API keys work again.
func Enable(ctx context.Context, st *store.Store, email string) (User, error) {
	return operate(ctx, st, email, func(tx *store.SystemTx, user User) error {
		enabled, err := db.ForSystem(tx).EnableUser(ctx, db.EnableUserParams{ID: user.ID, UpdatedAt: tx.Now()})
		if err == nil && enabled == 0 {
			err = fault.Conflict(user.Email + " is not disabled.")
		}
		return err
	})
}

// operate changes the user of an address, for the operator.
func operate(ctx context.Context, st *store.Store, email string, change func(*store.SystemTx, User) error) (user User, err error) {
	err = st.System(ctx, "operator: change a user", func(tx *store.SystemTx) error {
		if user, err = ByEmail(ctx, tx, email); err != nil {
			return err
		}
		return change(tx, user)
	})
	return user, err
}

// enabled refuses who is disabled.
func enabled(ctx context.Context, tx *store.SystemTx, user id.ID) error {
	disabled, err := db.ForSystem(tx).UserDisabled(ctx, db.UserDisabledParams{ID: user})
	if err == nil && disabled {
		err = fault.Unauthenticated("This account is disabled. Ask whoever runs this installation.")
	}
	return err
}

// Former tells whether an address stands for somebody who is only on record.
func Former(email string) bool { return strings.HasSuffix(email, formerDomain) }
