package apikeys

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"craftplan/internal/apikeys/internal/db"
	"craftplan/internal/audit"
	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/organizations"
	"craftplan/internal/store"
)

// NewKey is what it takes to make a key. Field names in errors are name, scopes and expires_on.
type NewKey struct {
	Name      string
	Scopes    []authz.Permission
	ExpiresOn *calendar.Date
}

// Made is a key with its secret, which is told here and never again.
type Made struct {
	Key
	Secret string
}

const maxName = 100

// validate tells what is wrong with the fields and returns them complete: writing includes reading.
func (n NewKey) validate(tx *store.Tx) (NewKey, error) {
	var p fault.Problems
	n.Name = strings.Join(strings.Fields(n.Name), " ")
	switch {
	case n.Name == "":
		p.Add("name", "Enter a name, such as that of the program.")
	case utf8.RuneCountInString(n.Name) > maxName:
		p.Addf("name", "Use at most %d characters.", maxName)
	case strings.ContainsFunc(n.Name, func(r rune) bool { return !unicode.IsPrint(r) }):
		p.Add("name", "Use printable characters only.")
	}
	var scopes []authz.Permission
	for _, s := range authz.Scopes {
		write := authz.Permission(strings.Replace(string(s), ":read", ":write", 1))
		if slices.Contains(n.Scopes, s) || slices.Contains(n.Scopes, write) {
			scopes = append(scopes, s)
		}
	}
	for _, s := range n.Scopes {
		if !slices.Contains(authz.Scopes, s) {
			p.Addf("scopes", "%q is no scope.", s)
		} else if tx.Require(s) != nil {
			p.Addf("scopes", "You cannot give a key what you may not do yourself: %s.", s)
		}
	}
	if len(scopes) == 0 {
		p.Add("scopes", "Choose what the key may do.")
	}
	n.Scopes = scopes
	if n.ExpiresOn != nil && n.ExpiresOn.Sub(tx.Today()) < 0 {
		p.Add("expires_on", "Enter a day to come, or leave it empty.")
	}
	return n, p.Err()
}

// Create makes a key that acts for the actor. Nobody gives a key more than they have.
func Create(ctx context.Context, tx *store.Tx, n NewKey) (Made, error) {
	if err := tx.Require(authz.KeysWrite); err != nil {
		return Made{}, err
	}
	n, err := n.validate(tx)
	if err != nil {
		return Made{}, err
	}
	if err := tx.Lock(ctx, "api keys"); err != nil {
		return Made{}, err
	}
	secret, prefix, hash := newSecret()
	k := Key{ID: id.New(), Name: n.Name, Prefix: prefix, Scopes: n.Scopes, ExpiresOn: n.ExpiresOn, CreatedAt: tx.Now(), CreatedBy: tx.Actor().UserID, State: stateOf(tx, nil, n.ExpiresOn)}
	err = db.For(tx).CreateKey(ctx, db.CreateKeyIn{ID: k.ID, Name: k.Name, Prefix: prefix, SecretHash: hash, Scopes: scopesText(k.Scopes), ExpiresOn: k.ExpiresOn, CreatedAt: k.CreatedAt, CreatedBy: k.CreatedBy})
	if err != nil {
		return Made{}, err
	}
	if err := room(ctx, tx); err != nil {
		return Made{}, err
	}
	return Made{k, secret}, k.record(ctx, tx, audit.Added, nil, audit.Fields{"May": strings.ReplaceAll(scopesText(k.Scopes), " ", ", "), "Begins": prefix, "Last day": k.ExpiresOn})
}

// room refuses when there are more keys than the plan has places for.
func room(ctx context.Context, tx *store.Tx) error {
	limits, err := organizations.LimitsNow(ctx, tx)
	if err != nil {
		return err
	}
	used, err := Used(ctx, tx)
	if err == nil && !limits.Keys.Covers(used) {
		err = fault.Invalid("name", fmt.Sprintf("The plan is for %d keys that work. Revoke one first.", limits.Keys))
	}
	return err
}
