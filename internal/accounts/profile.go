package accounts

import (
	"context"

	"craftplan/internal/accounts/internal/db"
	"craftplan/internal/fault"
	"craftplan/internal/store"
)

// ChangeName changes what a user is called. The field name in errors is name.
func ChangeName(ctx context.Context, st *store.Store, user User, name string) error {
	checked, err := NewUser{Name: name, Email: user.Email, Password: "never kept"}.Validate()
	if err != nil {
		return err
	}
	return st.System(ctx, "account: change a name", func(tx *store.SystemTx) error {
		_, err := db.ForSystem(tx).ChangeUserName(ctx, db.ChangeUserNameParams{ID: user.ID, Name: checked.Name, UpdatedAt: tx.Now()})
		return err
	})
}

// ChangePassword changes a password for whoever knows the present one, and signs out every other browser than the one with the
// token. Field names in errors are current and password.
func ChangePassword(ctx context.Context, st *store.Store, user User, current, password, token string) error {
	var p fault.Problems
	if err := p.Merge(proveSelf(ctx, st, user, current)); err != nil {
		return err
	}
	if err := p.Merge(validatePassword(password, user.Name, user.Email)); err != nil {
		return err
	}
	if err := p.Err(); err != nil {
		return err
	}
	hash, err := hashPassword(password)
	if err != nil {
		return err
	}
	return st.System(ctx, "account: change a password", func(tx *store.SystemTx) error {
		if err := setPassword(ctx, tx, user.ID, hash); err != nil {
			return err
		}
		_, err := db.ForSystem(tx).DeleteOtherSessions(ctx, db.DeleteOtherSessionsParams{UserID: user.ID, TokenHash: hashToken(token)})
		return err
	})
}

// ProveSelf tells whether the person knows their present password, before what cannot be undone. The field name in errors is current.
func ProveSelf(ctx context.Context, st *store.Store, user User, current string) error {
	return proveSelf(ctx, st, user, current)
}

// proveSelf tells whether the person knows their present password. The field name in errors is current.
func proveSelf(ctx context.Context, st *store.Store, user User, current string) error {
	var kept string
	err := st.SystemView(ctx, "account: check a password", func(tx *store.SystemTx) (err error) {
		kept, err = db.ForSystem(tx).PasswordOf(ctx, db.PasswordOfParams{ID: user.ID})
		return err
	})
	if err != nil {
		return err
	}
	match, _, err := checkPassword(current, kept)
	if err == nil && !match {
		err = fault.Invalid("current", "This is not your password.")
	}
	return err
}
