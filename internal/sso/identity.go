package sso

import (
	"context"

	"craftplan/internal/accounts"
	"craftplan/internal/audit"
	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/sso/internal/db"
	"craftplan/internal/store"
)

// Identity is a member's account at the provider.
type Identity struct{ Since, LastUsed calendar.Instant }

// Identities are those of all members who signed in by the provider, and what it is called; "" when there is none.
func Identities(ctx context.Context, tx *store.Tx) (map[id.ID]Identity, string, error) {
	if err := tx.Require(authz.MembersWrite); err != nil {
		return nil, "", err
	}
	p, err := read(ctx, tx)
	if err != nil {
		return nil, "", err
	}
	rows, err := db.For(tx).Identities(ctx)
	all := make(map[id.ID]Identity, len(rows))
	for _, r := range rows {
		all[r.UserID] = Identity{r.CreatedAt, r.LastUsedAt}
	}
	return all, p.Name, err
}

// Offer is what a member is told of the provider. Without a name there is none to sign in by.
type Offer struct {
	Name      string
	Connected bool // the member signs in by it
}

// Offered is what the actor is told.
func Offered(ctx context.Context, tx *store.Tx) (Offer, error) {
	if err := tx.Require(authz.SettingsRead); err != nil {
		return Offer{}, err
	}
	p, err := read(ctx, tx)
	if err != nil || p.Issuer == "" || !p.Enabled {
		return Offer{}, err
	}
	connected, err := db.For(tx).Connected(ctx, db.ConnectedIn{UserID: tx.Actor().UserID})
	return Offer{p.Name, connected}, err
}

// record keeps that a member can be signed in by the provider from now on, or no longer.
func record(ctx context.Context, tx *store.Tx, action audit.Action, user id.ID) error {
	name, err := db.For(tx).MemberName(ctx, db.MemberNameIn{UserID: user})
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Change{Action: action, Kind: audit.Member, Record: name})
}

// Disconnect ends a member's connection to the provider, and the sessions that it vouched for. Whoever signs in by it next has to show
// again who they are.
func Disconnect(ctx context.Context, st *store.Store, scope store.Scope, user id.ID) error {
	if err := scope.Actor().Require(authz.OrganizationControl); err != nil {
		return err
	}
	return st.Provision(ctx, scope.Organization(), scope.Actor(), scope.Context(), func(system *store.SystemTx, tx *store.Tx) error {
		if err := tx.Lock(ctx, providerLock); err != nil {
			return err
		}
		removed, err := db.For(tx).RemoveIdentityOf(ctx, db.RemoveIdentityOfIn{UserID: user})
		if err == nil && removed == 0 {
			err = fault.NotFound("connection")
		}
		if err != nil {
			return err
		}
		if err := accounts.EndSessionsOnly(ctx, system, tx.Organization(), &user); err != nil {
			return err
		}
		return record(ctx, tx, audit.Disconnected, user)
	})
}
