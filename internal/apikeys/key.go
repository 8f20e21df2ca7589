package apikeys

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"craftplan/internal/apikeys/internal/db"
	"craftplan/internal/audit"
	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/id"
	"craftplan/internal/organizations"
	"craftplan/internal/store"
)

// Key lets a program work in an organization for the member who made it.
type Key struct {
	ID        id.ID
	Name      string
	Prefix    string // how its secret begins, to tell keys apart
	Scopes    []authz.Permission
	ExpiresOn *calendar.Date // the last day it works; nil is without end
	LastUsed  *calendar.Instant
	CreatedAt calendar.Instant
	CreatedBy id.ID
	State     State
	// FormerUntil is until when the secret before the last rotation works too; nil is not at all.
	FormerUntil *calendar.Instant
}

// State is whether a key works.
type State string

// The states. A key is expiring in its last two weeks, and stopped while its maker cannot open the organization.
const (
	Active   State = "active"
	Expiring State = "expiring"
	Expired  State = "expired"
	Revoked  State = "revoked"
	Stopped  State = "stopped"
)

const expiringDays = 14

// Works tells whether the key opens anything.
func (s State) Works() bool { return s == Active || s == Expiring }

// stateOf is the state of a key whose maker can open the organization.
func stateOf(tx *store.Tx, revoked *calendar.Instant, expires *calendar.Date) State {
	today := tx.Today()
	switch {
	case revoked != nil:
		return Revoked
	case expires == nil:
		return Active
	case expires.Sub(today) < 0:
		return Expired
	case expires.Sub(today) < expiringDays:
		return Expiring
	}
	return Active
}

// live is nil for a moment that is past.
func live(tx *store.Tx, until *calendar.Instant) *calendar.Instant {
	if until == nil || until.Before(tx.Now()) {
		return nil
	}
	return until
}

// Listed is a key with who made it.
type Listed struct {
	Key
	Maker string
}

// List reads one page of keys, the latest first, and how many there are in all.
func List(ctx context.Context, tx *store.Tx, limit, offset int64) ([]Listed, int64, error) {
	if err := tx.Require(authz.KeysWrite); err != nil {
		return nil, 0, err
	}
	total, err := db.For(tx).CountKeys(ctx)
	if err != nil {
		return nil, 0, err
	}
	rows, err := db.For(tx).ListKeys(ctx, db.ListKeysIn{CountOf: int32(limit), Skip: int32(offset)})
	keys := make([]Listed, len(rows))
	for i, r := range rows {
		keys[i] = Listed{Key{r.ID, r.Name, r.Prefix, scopesOf(r.Scopes), r.ExpiresOn, r.LastUsedAt, r.CreatedAt, r.CreatedBy, stateOf(tx, r.RevokedAt, r.ExpiresOn), live(tx, r.FormerUntil)}, r.Maker}
		if keys[i].State.Works() && (organizations.Standing(r.Standing) != organizations.Working || r.DisabledAt != nil) {
			keys[i].State = Stopped
		}
	}
	return keys, total, err
}

// Used is how many of the plan's keys are taken: those that are neither revoked nor expired.
func Used(ctx context.Context, tx *store.Tx) (int64, error) {
	if err := tx.Require(authz.KeysWrite); err != nil {
		return 0, err
	}
	today := tx.Today()
	return db.For(tx).CountWorking(ctx, db.CountWorkingIn{Today: &today})
}

// record keeps a change of the key by its name; what is told of a secret is how it begins.
func (k Key) record(ctx context.Context, tx *store.Tx, action audit.Action, was, became audit.Fields) error {
	return audit.Record(ctx, tx, audit.Change{Action: action, Kind: audit.Key, Record: k.Name, Was: was, Became: became})
}

func get(ctx context.Context, tx *store.Tx, key id.ID) (db.GetKeyRow, Key, error) {
	r, err := db.For(tx).GetKey(ctx, db.GetKeyIn{ID: key})
	return r, Key{r.ID, r.Name, r.Prefix, scopesOf(r.Scopes), r.ExpiresOn, r.LastUsedAt, r.CreatedAt, r.CreatedBy, stateOf(tx, r.RevokedAt, r.ExpiresOn), live(tx, r.FormerUntil)}, err
}

// scopesOf reads what is kept of scopes. One that this version does not know opens nothing.
func scopesOf(text string) []authz.Permission {
	var scopes []authz.Permission
	for _, word := range strings.Fields(text) {
		if s := authz.Permission(word); slices.Contains(authz.Scopes, s) {
			scopes = append(scopes, s)
		}
	}
	return scopes
}

func scopesText(scopes []authz.Permission) string {
	words := make([]string, len(scopes))
	for i, s := range scopes {
		words[i] = string(s)
	}
	return strings.Join(words, " ")
}

// A secret is its mark and 130 random bits.
const (
	mark         = "cpk_"
	secretLength = len(mark) + 26
	prefixLength = len(mark) + 6
)

func newSecret() (secret, prefix, hash string) {
	secret = mark + rand.Text()
	return secret, secret[:prefixLength], hashOf(secret)
}

func hashOf(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// Graces are for how long the former secret of a key can go on when it gets a new one.
var Graces = []time.Duration{0, time.Hour, 24 * time.Hour}
