package accounts_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"craftplan/internal/accounts"
	"craftplan/internal/apptest/device"
	"craftplan/internal/fault"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
	"craftplan/internal/store/storetest/census"
)

// Whatever somebody does to their account, nothing of anybody else's changes: no session, factor, code or token that waits.
func TestNothingOfAnotherPersonChanges(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		ctx, now := t.Context(), half()
		p, other := newPerson(t, db, rosa), newPerson(t, db, "ada@oven.example")
		var codes, theirCodes []string
		var secret string
		phone := device.New(t, origin)
		for _, each := range []*person{other, p} {
			theirCodes = codes
			if secret, codes = each.addApp(now); len(codes) != 10 {
				t.Fatalf("%s got %d recovery codes", each.Email, len(codes))
			}
			each.mustAdd(map[*person]*device.Device{p: phone, other: device.New(t, origin)}[each], "Phone")
			each.mustAdd(device.New(t, origin), "Laptop")
			each.step()
			if err := accounts.RequestEmail(ctx, db.Store, each.User, password, "new-"+each.Email); err != nil {
				t.Fatal(err)
			}
			if err := accounts.RequestPassword(ctx, db.Store, each.Email); err != nil {
				t.Fatal(err)
			}
		}
		taker, err := census.Open(ctx, db)
		if err != nil {
			t.Fatal(err)
		}
		defer taker.Close()
		theirs := func() census.Census {
			t.Helper()
			all, err := taker.Take(ctx)
			if err != nil {
				t.Fatal(err)
			}
			return all.Of(other.ID.String())
		}
		before := theirs()
		if len(before) < 15 {
			t.Fatalf("the other has only %q", before)
		}
		if f := p.factors(); len(f.Passkeys) != 2 || f.RecoveryCodes != 10 {
			t.Errorf("shown: %+v", f)
		}
		if list, err := accounts.Sessions(ctx, db.Store, p.ID, p.session); err != nil || len(list) != 1 {
			t.Errorf("%d sessions are shown, %v", len(list), err)
		}
		second := p.signedIn(p.session)
		for _, act := range []struct {
			what string
			do   func(context.Context) error
		}{
			{"another name", func(ctx context.Context) error { return accounts.ChangeName(ctx, db.Store, p.User, "Rosa Two") }},
			{"a passkey used", func(context.Context) error { _, err := enterWith(t, db, phone); return err }},
			{"a code of the app used", func(ctx context.Context) error {
				later := now.Add(5 * time.Minute)
				_, err := accounts.FinishStep(ctx, clock(db, later), p.step(), code(t, secret, later), "a browser")
				return err
			}},
			{"a recovery code of the other tried", func(ctx context.Context) error {
				if _, err := accounts.FinishStep(ctx, db.Store, p.step(), theirCodes[0], "a browser"); !fault.Is(err, fault.KindInvalid) {
					t.Errorf("another's recovery code: %v", err)
				}
				return nil
			}},
			{"a passkey renamed", func(ctx context.Context) error {
				return accounts.RenamePasskey(ctx, db.Store, p.proof(), p.factors().Passkeys[0].ID, "Old phone")
			}},
			{"a passkey removed", func(ctx context.Context) error {
				return accounts.RemovePasskey(ctx, db.Store, p.proof(), p.factors().Passkeys[0].ID)
			}},
			{"recovery codes anew", func(ctx context.Context) error {
				fresh, err := accounts.NewRecoveryCodes(ctx, db.Store, p.proof())
				codes = fresh
				return err
			}},
			{"a recovery code used", func(ctx context.Context) error {
				_, err := accounts.FinishStep(ctx, db.Store, p.step(), codes[0], "a browser")
				return err
			}},
			{"a password by link, asked for again", func(ctx context.Context) error { return accounts.RequestPassword(ctx, db.Store, p.Email) }},
			{"an address, asked for again", func(ctx context.Context) error {
				return accounts.RequestEmail(ctx, db.Store, p.User, password, "newer@oven.example")
			}},
			{"other sessions ended", func(ctx context.Context) error {
				_, err := accounts.EndOtherSessions(ctx, db.Store, p.ID, p.session)
				return err
			}},
			{"another password", func(ctx context.Context) error {
				return accounts.ChangePassword(ctx, db.Store, p.User, password, "another quiet oven", p.session)
			}},
			{"signed out by the operator", func(ctx context.Context) error {
				return db.System(ctx, "test: sign out", func(tx *store.SystemTx) error {
					ended, err := accounts.SignOutEverywhere(ctx, tx, p.Email)
					if ended != 1 {
						t.Errorf("%d sessions ended", ended)
					}
					return err
				})
			}},
			{"factors reset", func(ctx context.Context) error {
				_, err := accounts.ResetFactors(ctx, db.Store, p.Email)
				return err
			}},
		} {
			if err := act.do(ctx); err != nil {
				t.Errorf("%s: %v", act.what, err)
			}
			if after := theirs(); !slices.Equal(before, after) {
				t.Fatalf("%s changes another's:\n%q\n%q", act.what, before, after)
			}
		}
		if second.ID != p.ID || other.signedIn(other.session).Factors != 2 {
			t.Error("the other's session is another")
		}
	})
}
