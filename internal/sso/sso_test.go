package sso_test

import (
	"context"
	"testing"

	"craftplan/internal/audit"
	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/oidc"
	"craftplan/internal/outbound"
	"craftplan/internal/sso"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

// The whole of a sign-in is tested in web, against a real provider.

var good = sso.Provider{Name: "Oven ID", Issuer: "https://id.example.com", ClientID: "craftplan", Secret: "a secret among two", Domains: []string{"Oven.example", "@oven.example"}, Join: authz.Viewer, Enabled: true}

func get(t *testing.T, db *storetest.DB, scope store.Scope) (p sso.Provider, err error) {
	t.Helper()
	err = db.View(t.Context(), scope, func(tx *store.Tx) error {
		p, err = sso.Get(t.Context(), tx)
		return err
	})
	return p, err
}

func TestChange(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		owner, other := db.Organization("Sunrise"), db.Organization("Bluebird")
		if p, err := get(t, db, owner); err != nil || p.Issuer != "" || !p.Enabled {
			t.Errorf("at first: %+v, %v", p, err)
		}
		if err := sso.Change(t.Context(), db.Store, owner, good); err != nil {
			t.Fatal(err)
		}
		p, err := get(t, db, owner)
		if err != nil || p.Issuer != good.Issuer || p.Secret != "" || !p.HasSecret || len(p.Domains) != 1 || p.Domains[0] != "oven.example" || p.Join != authz.Viewer {
			t.Errorf("kept: %+v, %v", p, err)
		}
		if p, err := get(t, db, other); err != nil || p.Issuer != "" || p.HasSecret {
			t.Errorf("another organization has %+v, %v", p, err)
		}
		if err := sso.Remove(t.Context(), db.Store, owner); err != nil {
			t.Fatal(err)
		}
		if err := sso.Remove(t.Context(), db.Store, owner); !fault.Is(err, fault.KindConflict) {
			t.Errorf("removed twice: %v", err)
		}
	})
}

// Whoever chooses the provider can become any member: that is for owners alone.
func TestOnlyOwners(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		owner := db.Organization("Sunrise")
		desk := sso.New(db.Store, oidc.New(outbound.Reach{}.Client()), "https://erp.example.com")
		for _, role := range []authz.Role{authz.Admin, authz.Staff, authz.Viewer} {
			as := db.Member(owner, role)
			for name, err := range map[string]error{
				"reads":       db.View(t.Context(), as, func(tx *store.Tx) error { _, err := sso.Get(t.Context(), tx); return err }),
				"changes":     sso.Change(t.Context(), db.Store, as, good),
				"removes":     sso.Remove(t.Context(), db.Store, as),
				"disconnects": sso.Disconnect(t.Context(), db.Store, as, owner.Actor().UserID),
				"tests":       func() error { _, err := desk.Test(t.Context(), as); return err }(),
			} {
				if !fault.Is(err, fault.KindForbidden) {
					t.Errorf("%s %s: %v", role, name, err)
				}
			}
		}
		if err := sso.Disconnect(t.Context(), db.Store, owner, id.New()); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("somebody who is not connected: %v", err)
		}
	})
}

// The log names who was disconnected, each by their own name.
func TestDisconnectedByName(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		owner := db.Organization("Sunrise")
		if err := sso.Change(t.Context(), db.Store, owner, good); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"Ada", "Ben"} {
			who, raw := db.Member(owner, authz.Staff).Actor().UserID, db.Unbound()
			_, err := raw.ExecContext(t.Context(), "UPDATE users SET name = $1 WHERE id = $2", name, who.String())
			if err == nil {
				_, err = raw.ExecContext(t.Context(), `INSERT INTO identities (organization_id, issuer, subject, user_id, created_at, last_used_at) VALUES ($1, $2, $3, $4, $5, $5)`,
					owner.Organization().String(), good.Issuer, name, who.String(), "2026-05-01T10:00:00.000000Z")
			}
			if err == nil {
				err = sso.Disconnect(t.Context(), db.Store, owner, who)
			}
			if err != nil {
				t.Fatal(err)
			}
			db.Do(t, owner, func(ctx context.Context, tx *store.Tx) error {
				entries, _, err := audit.List(ctx, tx, audit.Filter{Action: audit.Disconnected, Limit: 1})
				if err == nil && (len(entries) != 1 || entries[0].Record != name) {
					t.Errorf("%s was disconnected: %+v", name, entries)
				}
				return err
			})
		}
	})
}

// The attack: who can write to the database moves an organization's sealed secret to one of their own, to have it sent to their server.
func TestASecretOpensInItsOrganizationAlone(t *testing.T) {
	db := storetest.New(t, store.SQLite)
	ours, theirs := db.Organization("Sunrise"), db.Organization("Bluebird")
	for _, scope := range []store.Scope{ours, theirs} {
		if err := sso.Change(t.Context(), db.Store, scope, good); err != nil {
			t.Fatal(err)
		}
	}
	moved := `UPDATE identity_providers SET client_secret_sealed = (SELECT client_secret_sealed FROM identity_providers WHERE organization_id = $1) WHERE organization_id = $2`
	if _, err := db.Raw().ExecContext(t.Context(), moved, ours.Organization().String(), theirs.Organization().String()); err != nil {
		t.Fatal(err)
	}
	if _, err := get(t, db, theirs); err == nil {
		t.Error("it opens")
	}
	if _, err := get(t, db, ours); err != nil {
		t.Error(err)
	}
}

// What a member is told: where they can sign in, once it is switched on.
func TestOffered(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		owner := db.Organization("Sunrise")
		viewer := db.Member(owner, authz.Viewer)
		for _, enabled := range []bool{false, true} {
			p := good
			p.Enabled = enabled
			if err := sso.Change(t.Context(), db.Store, owner, p); err != nil {
				t.Fatal(err)
			}
			db.Do(t, viewer, func(ctx context.Context, tx *store.Tx) error {
				offer, err := sso.Offered(ctx, tx)
				if (offer.Name == "Oven ID") != enabled || offer.Connected {
					t.Errorf("switched on %t: %+v", enabled, offer)
				}
				return err
			})
		}
	})
}
