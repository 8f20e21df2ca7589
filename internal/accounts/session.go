package accounts

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"craftplan/internal/accounts/internal/db"
	"craftplan/internal/calendar"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/store"
)

const (
	sessionLife  = 30 * 24 * time.Hour // since it was last seen
	sessionLimit = 90 * 24 * time.Hour // since it began, however often it is seen
	sessionTouch = time.Hour           // how stale last_seen_at may get, to spare writes
)

// Start is what a new session is told of how it began.
type Start struct {
	Device  string // in the browser's own words
	Factors int64  // proofs of the person: 1, or 2 with a second factor; 0 means 1
	// Only is the organization whose own provider vouched for the person. Such a session opens that organization alone: its admins
	// decide whom the provider vouches for, and must not be able to become somebody elsewhere.
	Only *id.Organization
}

// SignedIn is a session that goes on: who it is, and how it began.
type SignedIn struct {
	User
	Factors int64
	Only    *id.Organization
}

// Enough tells whether the session opens an organization that asks for two factors: it began with both, or that organization's own
// provider vouched for the person, and asked them what it asks.
func (s SignedIn) Enough(organization id.Organization) bool {
	return s.Factors >= 2 || s.Only != nil && *s.Only == organization
}

// Entry is how far a sign-in came.
type Entry struct {
	User
	Session string // token of the new session, for the cookie; "" while a second step is needed
	Step    string // token of the second step, for who has a second factor
}

// SignIn checks an address and a password, and starts a session, or the second step for who has a second factor. Of the tokens only
// hashes are kept. Unknown addresses and wrong passwords are told apart neither by the answer nor by its time.
func SignIn(ctx context.Context, st *store.Store, email, password, device string) (e Entry, err error) {
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
		return Entry{}, err
	}
	match, stale, err := checkPassword(password, hash)
	if err != nil {
		return Entry{}, err
	}
	if !match || row.ID.IsZero() {
		return Entry{}, fault.Unauthenticated("E-mail or password is not right.")
	}
	fresh := ""
	if stale {
		if fresh, err = hashPassword(password); err != nil {
			return Entry{}, err
		}
	}
	e.User = User{row.ID, row.Email, row.Name}
	err = st.System(ctx, "sign in: start a session", func(tx *store.SystemTx) error {
		if fresh != "" {
			if _, err := db.ForSystem(tx).RehashPassword(ctx, db.RehashPasswordParams{ID: row.ID, PasswordHash: fresh, Former: hash}); err != nil {
				return err
			}
		}
		return e.begin(ctx, tx, device)
	})
	return e, err
}

// begin starts the session, or the second step.
func (e *Entry) begin(ctx context.Context, tx *store.SystemTx, device string) error {
	more, err := db.ForSystem(tx).HasFactor(ctx, db.HasFactorParams{UserID: e.ID})
	if err != nil {
		return err
	}
	if more {
		_, e.Step, err = newToken(ctx, tx, forStep, &e.ID, struct{}{})
		return err
	}
	e.Session, err = StartSession(ctx, tx, e.ID, Start{Device: device})
	return err
}

const maxDevice = 200 // characters kept of what a browser says of itself

// StartSession makes a session and returns its token. Who is disabled gets none, whatever they proved.
func StartSession(ctx context.Context, tx *store.SystemTx, user id.ID, start Start) (token string, err error) {
	queries := db.ForSystem(tx)
	if err := enabled(ctx, tx, user); err != nil {
		return "", err
	}
	if err := queries.DeleteExpiredSessions(ctx, db.DeleteExpiredSessionsParams{Moment: tx.Now()}); err != nil {
		return "", err
	}
	token = rand.Text() + rand.Text()
	return token, queries.CreateSession(ctx, db.CreateSessionParams{TokenHash: hashToken(token), UserID: user, Device: shorten(start.Device), Factors: max(start.Factors, 1), OnlyOrganization: start.Only, CreatedAt: tx.Now(), ExpiresAt: tx.Now().Add(sessionLife)})
}

// Authenticate finds the session of a token; an unknown or expired one is an Unauthenticated fault.
func Authenticate(ctx context.Context, st *store.Store, token string) (SignedIn, error) {
	if token == "" {
		return SignedIn{}, fault.Unauthenticated("Sign in first.")
	}
	var row db.SessionUserRow
	stale := false
	err := st.SystemView(ctx, "session: find its user", func(tx *store.SystemTx) (err error) {
		row, err = db.ForSystem(tx).SessionUser(ctx, db.SessionUserParams{TokenHash: hashToken(token), Moment: tx.Now(), Oldest: tx.Now().Add(-sessionLimit)})
		stale = err == nil && tx.Now().Sub(row.LastSeenAt) > sessionTouch
		return err
	})
	if fault.Is(err, fault.KindNotFound) {
		return SignedIn{}, fault.Unauthenticated("Sign in first.")
	}
	if err == nil && stale {
		err = st.System(ctx, "session: seen", func(tx *store.SystemTx) error {
			return db.ForSystem(tx).TouchSession(ctx, db.TouchSessionParams{TokenHash: hashToken(token), LastSeenAt: tx.Now(), ExpiresAt: tx.Now().Add(sessionLife)})
		})
	}
	return SignedIn{User{row.ID, row.Email, row.Name}, row.Factors, row.OnlyOrganization}, err
}

// SignOut ends a session; an unknown token is no error.
func SignOut(ctx context.Context, st *store.Store, token string) error {
	return st.System(ctx, "sign out", func(tx *store.SystemTx) error {
		return db.ForSystem(tx).DeleteSession(ctx, db.DeleteSessionParams{TokenHash: hashToken(token)})
	})
}

func shorten(device string) string {
	runes := []rune(strings.ToValidUTF8(device, ""))
	return string(runes[:min(len(runes), maxDevice)])
}

// Session is a browser that is signed in.
type Session struct {
	Key             string // names it to its user; nothing opens with it
	Device          string
	Since, LastSeen calendar.Instant
	Current         bool
	Only            *id.Organization // whose provider vouched for the person: it opens nothing else
}

// Sessions are where a user is signed in, the latest first. Token is that of the asking browser.
func Sessions(ctx context.Context, st *store.Store, user id.ID, token string) (list []Session, err error) {
	err = st.SystemView(ctx, "account: list sessions", func(tx *store.SystemTx) error {
		rows, err := db.ForSystem(tx).SessionsOf(ctx, db.SessionsOfParams{UserID: user, Moment: tx.Now(), Oldest: tx.Now().Add(-sessionLimit)})
		for _, r := range rows {
			list = append(list, Session{r.TokenHash, r.Device, r.CreatedAt, r.LastSeenAt, r.TokenHash == hashToken(token), r.OnlyOrganization})
		}
		return err
	})
	return list, err
}

// EndSession signs a user out of one browser, by the key of the session.
func EndSession(ctx context.Context, st *store.Store, user id.ID, key string) error {
	return st.System(ctx, "account: end a session", func(tx *store.SystemTx) error {
		ended, err := db.ForSystem(tx).DeleteSessionOf(ctx, db.DeleteSessionOfParams{UserID: user, TokenHash: key})
		if err == nil && ended == 0 {
			err = fault.NotFound("session")
		}
		return err
	})
}

// EndOtherSessions signs a user out everywhere but in the browser with the token, and returns of how many.
func EndOtherSessions(ctx context.Context, st *store.Store, user id.ID, token string) (ended int64, err error) {
	err = st.System(ctx, "account: end other sessions", func(tx *store.SystemTx) error {
		ended, err = db.ForSystem(tx).DeleteOtherSessions(ctx, db.DeleteOtherSessionsParams{UserID: user, TokenHash: hashToken(token)})
		return err
	})
	return ended, err
}

// SignOutEverywhere ends all sessions of the user of an address, or everybody's when it is empty, and returns how many: for the
// operator.
func SignOutEverywhere(ctx context.Context, tx *store.SystemTx, email string) (ended int64, err error) {
	if email == "" {
		return db.ForSystem(tx).DeleteAllSessions(ctx)
	}
	user, err := ByEmail(ctx, tx, email)
	if err != nil {
		return 0, err
	}
	return db.ForSystem(tx).DeleteSessionsOf(ctx, db.DeleteSessionsOfParams{UserID: user.ID})
}

func hashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// CountSessions is how many sessions have not expired, for the operator's metrics.
func CountSessions(ctx context.Context, st *store.Store) (n int64, err error) {
	err = st.SystemView(ctx, "metrics: count sessions", func(tx *store.SystemTx) error {
		n, err = db.ForSystem(tx).CountSessions(ctx, db.CountSessionsParams{Moment: tx.Now()})
		return err
	})
	return n, err
}
