package accounts

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"time"

	"craftplan/internal/accounts/internal/db"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/store"
)

// purpose is the one thing that a token opens.
type purpose string

// Those of the first line are mailed; the others are kept in a cookie, and so bound to one browser.
const (
	forSignUp, forPassword, forEmail purpose = "sign-up", "password", "email"

	forStep          purpose = "second step"       // a sign-in whose password was right
	forAuthenticator purpose = "authenticator"     // an app that waits for its first code
	forNewPasskey    purpose = "new passkey"       // a passkey that is being made
	forPasskey       purpose = "passkey"           // a sign-in with a passkey, of nobody knows whom
	forPasskeyStep   purpose = "passkey as a step" // a second step with a passkey

	forProvider purpose = "sign-in"    // a sign-in by an organization's own provider, until it comes back
	forIdentity purpose = "connection" // somebody at such a provider, until it is clear who they are here
)

// lives are how long tokens last: a password's is the most dangerous of those that are mailed.
var lives = map[purpose]time.Duration{forSignUp: 24 * time.Hour, forPassword: time.Hour, forEmail: 24 * time.Hour,
	forStep: 10 * time.Minute, forAuthenticator: 15 * time.Minute, forNewPasskey: 10 * time.Minute, forPasskey: 10 * time.Minute, forPasskeyStep: 10 * time.Minute,
	forProvider: 10 * time.Minute, forIdentity: IdentityLife}

// token opens one thing, once.
type token struct {
	ID     id.ID
	User   *id.ID // none for somebody who has no account, or is not known yet
	hash   string
	detail string
}

// errToken is every reason why a link opens nothing, in one answer.
func errToken() error { return fault.NotFound("link") }

// newToken makes a token and returns its id and its text, of which only a hash is kept. What the purpose needs is sealed with it.
func newToken(ctx context.Context, tx *store.SystemTx, p purpose, user *id.ID, detail any) (made id.ID, text string, err error) {
	queries := db.ForSystem(tx)
	if err := queries.DeleteExpiredTokens(ctx, db.DeleteExpiredTokensParams{Moment: tx.Now()}); err != nil {
		return made, "", err
	}
	plain, err := json.Marshal(detail)
	if err != nil {
		return made, "", err
	}
	made, text = id.New(), rand.Text()+rand.Text()
	sealed, err := tx.Seal(string(plain), string(p), made)
	if err != nil {
		return made, "", err
	}
	return made, text, queries.CreateToken(ctx, db.CreateTokenParams{ID: made, TokenHash: hashToken(text), Purpose: string(p), UserID: user, DetailSealed: sealed, CreatedAt: tx.Now(), ExpiresAt: tx.Now().Add(lives[p])})
}

// readToken finds a token by its text. Unknown, used, expired and for another purpose are the same NotFound fault.
func readToken(ctx context.Context, tx *store.SystemTx, p purpose, text string, detail any) (token, error) {
	row, err := db.ForSystem(tx).TokenByHash(ctx, db.TokenByHashParams{TokenHash: hashToken(text), Purpose: string(p), Moment: tx.Now()})
	if err = store.Translate(err); fault.Is(err, fault.KindNotFound) {
		return token{}, errToken()
	}
	if err != nil {
		return token{}, err
	}
	return openToken(tx, p, db.TokenByIDRow(row), hashToken(text), detail)
}

// readTokenOf is readToken for one person alone: anybody else's is not found.
func readTokenOf(ctx context.Context, tx *store.SystemTx, p purpose, user id.ID, text string, detail any) (token, error) {
	t, err := readToken(ctx, tx, p, text, detail)
	if err == nil && (t.User == nil || *t.User != user) {
		err = errToken()
	}
	return t, err
}

func openToken(tx *store.SystemTx, p purpose, row db.TokenByIDRow, hash string, detail any) (token, error) {
	plain, err := tx.Open(row.DetailSealed, string(p), row.ID)
	if err != nil {
		return token{}, err
	}
	return token{row.ID, row.UserID, hash, plain}, json.Unmarshal([]byte(plain), detail)
}

// use ends a token; one that was used or renewed meanwhile is a NotFound fault.
func (t token) use(ctx context.Context, tx *store.SystemTx) error {
	used, err := db.ForSystem(tx).DeleteToken(ctx, db.DeleteTokenParams{ID: t.ID, TokenHash: t.hash})
	if err == nil && used == 0 {
		err = errToken()
	}
	return err
}
