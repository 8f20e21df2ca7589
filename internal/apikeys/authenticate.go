package apikeys

import (
	"context"
	"strings"
	"time"

	"craftplan/internal/apikeys/internal/db"
	"craftplan/internal/fault"
	"craftplan/internal/organizations"
	"craftplan/internal/store"
)

// Opened is what a key opens: an organization, for its maker through its scopes.
type Opened struct {
	Key
	organizations.Membership // of its maker
	Scope                    store.Scope
}

// errKey is every reason why a key opens nothing, in one answer: no key, an unknown, expired or revoked one, one whose maker is no
// active member, one of another organization, and an organization that does not exist.
func errKey() error { return fault.Unauthenticated("Give a valid API key of this organization.") }

// touchEvery is how often a use of a key is noted.
const touchEvery = time.Minute

// Authenticate opens the organization that holds the slug with the secret of a key. It looks at the key and at the membership of its
// maker as they are at this moment.
func Authenticate(ctx context.Context, st *store.Store, slug, secret string) (Opened, error) {
	if len(secret) != secretLength || !strings.HasPrefix(secret, mark) {
		return Opened{}, errKey()
	}
	_, scope, err := organizations.OpenBySlug(ctx, st, slug)
	if fault.Is(err, fault.KindNotFound) {
		return Opened{}, errKey()
	}
	if err != nil {
		return Opened{}, err
	}
	var o Opened
	stale := false
	if err := st.View(ctx, scope, func(tx *store.Tx) (err error) {
		o.Key, err = bySecret(ctx, tx, secret)
		stale = o.LastUsed == nil || tx.Now().Sub(*o.LastUsed) >= touchEvery
		return err
	}); err != nil {
		return Opened{}, err
	}
	o.Membership, o.Scope, err = organizations.Resolve(ctx, st, slug, o.CreatedBy)
	if fault.Is(err, fault.KindNotFound) {
		return Opened{}, errKey()
	}
	if err != nil {
		return Opened{}, err
	}
	o.Scope = o.Scope.Through(o.Scopes)
	if stale {
		err = o.touch(ctx, st)
	}
	return o, err
}

// bySecret finds the key that a secret works for.
func bySecret(ctx context.Context, tx *store.Tx, secret string) (Key, error) {
	hash := hashOf(secret)
	r, err := db.For(tx).KeyBySecret(ctx, db.KeyBySecretIn{SecretHash: hash})
	if err = store.Translate(err); fault.Is(err, fault.KindNotFound) {
		return Key{}, errKey()
	}
	if err != nil {
		return Key{}, err
	}
	k := Key{r.ID, r.Name, r.Prefix, scopesOf(r.Scopes), r.ExpiresOn, r.LastUsedAt, r.CreatedAt, r.CreatedBy, stateOf(tx, r.RevokedAt, r.ExpiresOn), live(tx, r.FormerUntil)}
	if !k.State.Works() || hash != r.SecretHash && k.FormerUntil == nil {
		return Key{}, errKey()
	}
	return k, nil
}

// touch notes that the key was used, in a transaction of its own.
func (o Opened) touch(ctx context.Context, st *store.Store) error {
	return st.Update(ctx, o.Scope, func(tx *store.Tx) error {
		now := tx.Now()
		_, err := db.For(tx).TouchKey(ctx, db.TouchKeyIn{ID: o.Key.ID, LastUsedAt: &now})
		return err
	})
}
