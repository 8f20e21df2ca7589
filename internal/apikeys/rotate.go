package apikeys

import (
	"context"
	"fmt"
	"slices"
	"time"

	"craftplan/internal/apikeys/internal/db"
	"craftplan/internal/audit"
	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/store"
)

// Rotate gives a key a new secret; the former one goes on for a grace, one of Graces. Only who made the key may: with its secret one
// acts in their name.
func Rotate(ctx context.Context, tx *store.Tx, key id.ID, grace time.Duration) (Made, error) {
	if err := tx.Require(authz.KeysWrite); err != nil {
		return Made{}, err
	}
	row, k, err := get(ctx, tx, key)
	if err = store.Translate(err); fault.Is(err, fault.KindNotFound) {
		return Made{}, fault.NotFound("key")
	}
	switch {
	case err != nil:
		return Made{}, err
	case !slices.Contains(Graces, grace):
		return Made{}, fault.Invalid("grace", "Choose for how long the former secret goes on.")
	case k.CreatedBy != tx.Actor().UserID:
		return Made{}, fault.Conflict("Only who made a key can give it a new secret. Revoke it, and make one of your own.")
	case !k.State.Works():
		return Made{}, fault.Conflict(fmt.Sprintf("The key is %s. Make a new one.", k.State))
	}
	secret, prefix, hash := newSecret()
	in := db.RotateKeyIn{ID: key, SecretHash: row.SecretHash, Prefix: prefix, SecretHash_2: hash}
	if grace > 0 {
		until := tx.Now().Add(grace)
		in.FormerHash, in.FormerUntil, k.FormerUntil = &row.SecretHash, &until, &until
	}
	rotated, err := db.For(tx).RotateKey(ctx, in)
	if err == nil && rotated == 0 {
		err = fault.Conflict("Somebody changed this key at the same moment. Look at it again.")
	}
	if err != nil {
		return Made{}, err
	}
	was := audit.Fields{"Begins": k.Prefix}
	k.Prefix = prefix
	return Made{k, secret}, k.record(ctx, tx, audit.Rotated, was, audit.Fields{"Begins": prefix, "Former secret works for": grace.String()})
}

// Revoke ends a key for good, whoever made it.
func Revoke(ctx context.Context, tx *store.Tx, key id.ID) error {
	if err := tx.Require(authz.KeysWrite); err != nil {
		return err
	}
	now := tx.Now()
	revoked, err := db.For(tx).RevokeKey(ctx, db.RevokeKeyIn{ID: key, RevokedAt: &now})
	if err == nil && revoked == 0 {
		if _, _, err = get(ctx, tx, key); err == nil {
			return fault.Conflict("The key is revoked already.")
		}
		return fault.NotFound("key")
	}
	if err != nil {
		return err
	}
	_, k, err := get(ctx, tx, key)
	if err != nil {
		return err
	}
	return k.record(ctx, tx, audit.Revoked, nil, nil)
}
