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

// purpose is the one thing that a mailed token opens.
type purpose string

const (
	forSignUp   purpose = "sign-up"
	forPassword purpose = "password"
	forEmail    purpose = "email"
)

// lives are how long tokens last: a password's is the most dangerous one.
var lives = map[purpose]time.Duration{forSignUp: 24 * time.Hour, forPassword: time.Hour, forEmail: 24 * time.Hour}

// token is what a link that was mailed opens, once.
type token struct {
	ID     id.ID
	User   *id.ID // none for somebody who has no account
	hash   string
	detail string
}

// errToken is every reason why a link opens nothing, in one answer.
func errToken() error { return fault.NotFound("link") }

// newToken makes a token and returns its id and its text, which is mailed and never kept. What the purpose needs is sealed with it.
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
