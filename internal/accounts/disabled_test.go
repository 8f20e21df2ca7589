package accounts_test

import (
	"strings"
	"testing"

	"craftplan/internal/accounts"
	"craftplan/internal/apptest/device"
	"craftplan/internal/fault"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

// Who is disabled is out at once and comes in no way; enabled, they sign in as before. Nobody else notices.
func TestDisabledStaysOut(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		ctx := t.Context()
		p, other, phone := newPerson(t, db, rosa), newPerson(t, db, "ada@oven.example"), device.New(t, origin)
		p.mustAdd(phone, "Phone")
		step := p.step()
		var link string
		err := db.System(ctx, "test", func(tx *store.SystemTx) (err error) {
			link, err = accounts.PasswordLink(ctx, tx, rosa)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if user, err := accounts.Disable(ctx, db.Store, " Rosa@oven.example", "Left  the company."); err != nil || user.ID != p.ID {
			t.Fatal(user, err)
		}
		if _, err := accounts.Authenticate(ctx, db.Store, p.session); !fault.Is(err, fault.KindUnauthenticated) {
			t.Errorf("the session goes on: %v", err)
		}
		if _, err := accounts.ReadStep(ctx, db.Store, step); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("the second step goes on: %v", err)
		}
		if _, err := accounts.CheckPasswordLink(ctx, db.Store, strings.TrimPrefix(link, "/password/")); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("the link opens: %v", err)
		}
		if e, err := enterWith(t, db, phone); !fault.Is(err, fault.KindUnauthenticated) || e.Session != "" {
			t.Errorf("the passkey opens: %v", err)
		}
		err = db.System(ctx, "test", func(tx *store.SystemTx) error {
			_, err := accounts.StartSession(ctx, tx, p.ID, accounts.Start{})
			return err
		})
		if !fault.Is(err, fault.KindUnauthenticated) || !strings.Contains(fault.MessageOf(err), "disabled") {
			t.Errorf("a session begins: %v", err)
		}
		other.signedIn(other.session)
		if _, err := accounts.Enable(ctx, db.Store, rosa); err != nil {
			t.Fatal(err)
		}
		if e, err := enterWith(t, db, phone); err != nil || p.signedIn(e.Session).ID != p.ID {
			t.Errorf("enabled: %v", err)
		}
	})
}

// One of two who are disabled comes in again, and who never was did all the time.
func TestDisabledIsOnePerson(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		ctx := t.Context()
		begin := func(p *person) error {
			return db.System(ctx, "test", func(tx *store.SystemTx) error {
				_, err := accounts.StartSession(ctx, tx, p.ID, accounts.Start{})
				return err
			})
		}
		p, ada, ben := newPerson(t, db, rosa), newPerson(t, db, "ada@oven.example"), newPerson(t, db, "ben@oven.example")
		for _, who := range []*person{p, ada} {
			if _, err := accounts.Disable(ctx, db.Store, who.Email, "Left."); err != nil {
				t.Fatal(err)
			}
		}
		if err := begin(ben); err != nil {
			t.Errorf("while others are disabled: %v", err)
		}
		if _, err := accounts.Enable(ctx, db.Store, rosa); err != nil {
			t.Fatal(err)
		}
		if one, other := begin(p), begin(ada); one != nil || !fault.Is(other, fault.KindUnauthenticated) {
			t.Errorf("enabled: %v; the other: %v", one, other)
		}
	})
}

// A session that began while its person was being disabled opens nothing either.
func TestDisabledWhileSigningIn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		p := newPerson(t, db, rosa)
		if _, err := db.Raw().Exec(`UPDATE users SET disabled_at = created_at`); err != nil {
			t.Fatal(err)
		}
		if _, err := accounts.Authenticate(t.Context(), db.Store, p.session); !fault.Is(err, fault.KindUnauthenticated) {
			t.Errorf("it opens: %v", err)
		}
	})
}

func TestDisableRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		ctx := t.Context()
		newPerson(t, db, rosa)
		disable := func(email, why string, want fault.Kind) {
			t.Helper()
			if _, err := accounts.Disable(ctx, db.Store, email, why); fault.KindOf(err) != want || err == nil {
				t.Errorf("%q for %q: %v", email, why, err)
			}
		}
		disable(rosa, " ", fault.KindInvalid)
		disable(rosa, strings.Repeat("x", 301), fault.KindInvalid)
		disable("nobody@oven.example", "Left.", fault.KindNotFound)
		if _, err := accounts.Enable(ctx, db.Store, rosa); !fault.Is(err, fault.KindConflict) {
			t.Errorf("enabled twice: %v", err)
		}
		if _, err := accounts.Disable(ctx, db.Store, rosa, strings.Repeat("x", 300)); err != nil {
			t.Fatal(err)
		}
		disable(rosa, "Again.", fault.KindConflict)
	})
}
