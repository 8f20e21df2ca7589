package accounts

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"craftplan/internal/accounts/internal/db"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/store"
)

const (
	sessionLife  = 30 * 24 * time.Hour // since it was last seen
	sessionTouch = time.Hour           // how stale last_seen_at may get, to spare writes
)

// SignIn checks an address and a password and starts a session. The token is for the cookie; only its hash is kept. Unknown
// addresses and wrong passwords are told apart neither by the answer nor by its time.
func SignIn(ctx context.Context, st *store.Store, email, password string) (user User, token string, err error) {
	var row db.UserByEmailRow
	hash := nobody
	err = st.SystemView(ctx, "sign in: find the user", func(tx *store.SystemTx) error {
		row, err = db.ForSystem(tx).UserByEmail(ctx, db.UserByEmailParams{Email: NormalizeEmail(email)})
		return err
	})
	switch {
	case err == nil:
		hash = row.PasswordHash
	case !fault.Is(err, fault.KindNotFound):
		return User{}, "", err
	}
	match, err := checkPassword(password, hash)
	if err != nil {
		return User{}, "", err
	}
	if !match || row.ID.IsZero() {
		return User{}, "", fault.Unauthenticated("E-mail or password is not right.")
	}
	err = st.System(ctx, "sign in: start a session", func(tx *store.SystemTx) error {
		token, err = StartSession(ctx, tx, row.ID)
		return err
	})
	return User{row.ID, row.Email, row.Name}, token, err
}

// StartSession makes a session and returns its token.
func StartSession(ctx context.Context, tx *store.SystemTx, user id.ID) (token string, err error) {
	queries := db.ForSystem(tx)
	if err := queries.DeleteExpiredSessions(ctx, db.DeleteExpiredSessionsParams{Moment: tx.Now()}); err != nil {
		return "", err
	}
	token = rand.Text() + rand.Text()
	return token, queries.CreateSession(ctx, db.CreateSessionParams{TokenHash: hashToken(token), UserID: user, CreatedAt: tx.Now(), ExpiresAt: tx.Now().Add(sessionLife)})
}

// Authenticate finds the user of a session's token; an unknown or expired one is an Unauthenticated fault.
func Authenticate(ctx context.Context, st *store.Store, token string) (User, error) {
	if token == "" {
		return User{}, fault.Unauthenticated("Sign in first.")
	}
	var row db.SessionUserRow
	stale := false
	err := st.SystemView(ctx, "session: find its user", func(tx *store.SystemTx) (err error) {
		row, err = db.ForSystem(tx).SessionUser(ctx, db.SessionUserParams{TokenHash: hashToken(token), Moment: tx.Now()})
		stale = err == nil && tx.Now().Sub(row.LastSeenAt) > sessionTouch
		return err
	})
	if fault.Is(err, fault.KindNotFound) {
		return User{}, fault.Unauthenticated("Sign in first.")
	}
	if err == nil && stale {
		err = st.System(ctx, "session: seen", func(tx *store.SystemTx) error {
			return db.ForSystem(tx).TouchSession(ctx, db.TouchSessionParams{TokenHash: hashToken(token), LastSeenAt: tx.Now(), ExpiresAt: tx.Now().Add(sessionLife)})
		})
	}
	return User{row.ID, row.Email, row.Name}, err
}

// SignOut ends a session; an unknown token is no error.
func SignOut(ctx context.Context, st *store.Store, token string) error {
	return st.System(ctx, "sign out", func(tx *store.SystemTx) error {
		return db.ForSystem(tx).DeleteSession(ctx, db.DeleteSessionParams{TokenHash: hashToken(token)})
	})
}

func hashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
