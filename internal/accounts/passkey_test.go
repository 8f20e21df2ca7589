package accounts_test

import (
	"strings"
	"testing"
	"time"

	"craftplan/internal/accounts"
	"craftplan/internal/apptest/device"
	"craftplan/internal/fault"
	"craftplan/internal/store/storetest"
)

const origin = "https://craftplan.example"

var keys = accounts.NewPasskeys(origin)

// add makes a passkey on a device.
func (p *person) add(d *device.Device, name string) (accounts.Enrolled, error) {
	p.t.Helper()
	ctx := p.t.Context()
	text, err := keys.Begin(ctx, p.db.Store, p.proof(), name)
	if err != nil {
		p.t.Fatal(err)
	}
	m, err := keys.Pending(ctx, p.db.Store, p.ID, text)
	if err != nil || m.Name != name {
		p.t.Fatal(m, err)
	}
	done, err := keys.Add(ctx, p.db.Store, p.ID, p.session, text, d.Make(m.Options))
	if err == nil {
		p.session = done.Session
	}
	return done, err
}

func (p *person) mustAdd(d *device.Device, name string) accounts.Enrolled {
	p.t.Helper()
	done, err := p.add(d, name)
	if err != nil {
		p.t.Fatal(err)
	}
	return done
}

// enterWith signs in with a device alone.
func enterWith(t *testing.T, db *storetest.DB, d *device.Device) (accounts.Entry, error) {
	t.Helper()
	a, err := keys.Ask(t.Context(), db.Store)
	if err != nil {
		t.Fatal(err)
	}
	return keys.Enter(t.Context(), db.Store, a.Token, d.Use(a.Options), "a browser")
}

func TestPasskeys(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		ctx := t.Context()
		p, phone, laptop := newPerson(t, db, rosa), device.New(t, origin), device.New(t, origin)
		if done := p.mustAdd(phone, "Phone"); len(done.Codes) != 10 || p.signedIn(p.session).Factors != 2 {
			t.Errorf("the first: %d codes, %d factors", len(done.Codes), p.signedIn(p.session).Factors)
		}
		if done := p.mustAdd(laptop, "Laptop"); len(done.Codes) != 0 {
			t.Errorf("the second: %d codes", len(done.Codes))
		}
		if _, err := p.add(phone, "Phone again"); !fault.Is(err, fault.KindConflict) {
			t.Errorf("the same device twice: %v", err)
		}
		for range 2 {
			e, err := enterWith(t, db, phone)
			if err != nil || e.User != p.User {
				t.Fatal(e, err)
			}
			if s := p.signedIn(e.Session); s.Factors != 2 {
				t.Errorf("a passkey alone is %d factors", s.Factors)
			}
		}
		step := p.step()
		a, err := keys.AskStep(ctx, db.Store, step)
		if err != nil {
			t.Fatal(err)
		}
		session, err := keys.EnterStep(ctx, db.Store, step, a.Token, laptop.Use(a.Options), "a browser")
		if err != nil || p.signedIn(session).Factors != 2 {
			t.Errorf("as the second step: %v", err)
		}
		list := p.factors().Passkeys
		if len(list) != 2 || list[0].Name != "Phone" || list[0].LastUsed == nil || time.Since(list[0].LastUsed.Time()) > time.Hour || list[1].Since.Time().IsZero() {
			t.Fatalf("%+v", list)
		}
		if err := accounts.RenamePasskey(ctx, db.Store, p.proof(), list[0].ID, "  Old   phone "); err != nil || p.factors().Passkeys[0].Name != "Old phone" || p.factors().Passkeys[1].Name != "Laptop" {
			t.Errorf("rename: %v", err)
		}
		if err := accounts.RemovePasskey(ctx, db.Store, p.proof(), list[0].ID); err != nil || len(p.factors().Passkeys) != 1 {
			t.Errorf("remove: %v", err)
		}
		if _, err := enterWith(t, db, phone); !fault.Is(err, fault.KindUnauthenticated) {
			t.Errorf("a passkey that was removed: %v", err)
		}
		if s := p.signedIn(p.session); s.Factors != 2 {
			t.Error("one is left, and the session has one factor")
		}
		if err := accounts.RemovePasskey(ctx, db.Store, p.proof(), list[1].ID); err != nil || p.factors().RecoveryCodes != 0 || p.signedIn(p.session).Factors != 1 {
			t.Errorf("the last one: %v", err)
		}
	})
}

// A question is answered once, in time, by who was asked.
func TestPasskeyQuestions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		ctx := t.Context()
		p, other := newPerson(t, db, rosa), newPerson(t, db, "ada@oven.example")
		phone, hers := device.New(t, origin), device.New(t, origin)
		p.mustAdd(phone, "Phone")
		other.mustAdd(hers, "Phone")
		ask := func() accounts.Asked {
			a, err := keys.Ask(ctx, db.Store)
			if err != nil {
				t.Fatal(err)
			}
			return a
		}
		a := ask()
		answer := phone.Use(a.Options)
		opened := race(4, func(int) error {
			_, err := keys.Enter(ctx, db.Store, a.Token, answer, "a browser")
			return err
		})
		if opened != 1 {
			t.Errorf("one answer opened %d sessions", opened)
		}
		a = ask()
		if _, err := keys.Enter(ctx, db.At(func() time.Time { return time.Now().Add(11 * time.Minute) }), a.Token, phone.Use(a.Options), "a browser"); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("eleven minutes later: %v", err)
		}
		if _, err := keys.Enter(ctx, db.Store, ask().Token, phone.Use(ask().Options), "a browser"); !fault.Is(err, fault.KindUnauthenticated) {
			t.Errorf("the answer to another question: %v", err)
		}
		step, hersToo := p.step(), other.step()
		s, err := keys.AskStep(ctx, db.Store, step)
		if err != nil {
			t.Fatal(err)
		}
		for name, refused := range map[string]func() error{
			"a step's question for a sign-in": func() error { _, err := keys.Enter(ctx, db.Store, s.Token, phone.Use(s.Options), ""); return err },
			"a sign-in's question for a step": func() error {
				_, err := keys.EnterStep(ctx, db.Store, step, a.Token, phone.Use(a.Options), "")
				return err
			},
			"a question without a step": func() error {
				_, err := keys.EnterStep(ctx, db.Store, "", s.Token, phone.Use(s.Options), "")
				return err
			},
			"somebody else's passkey": func() error {
				_, err := keys.EnterStep(ctx, db.Store, step, s.Token, hers.Use(s.Options), "")
				return err
			},
			"no answer": func() error { _, err := keys.EnterStep(ctx, db.Store, step, s.Token, "{}", ""); return err },
			"a step's token as its own answer": func() error {
				_, err := keys.EnterStep(ctx, db.Store, step, step, phone.Use(s.Options), "")
				return err
			},
		} {
			if err := refused(); !fault.Is(err, fault.KindNotFound) && !fault.Is(err, fault.KindUnauthenticated) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := keys.EnterStep(ctx, db.Store, hersToo, s.Token, hers.Use(s.Options), ""); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("the question of somebody's step: %v", err)
		}
		if _, err := keys.EnterStep(ctx, db.Store, step, s.Token, phone.Use(s.Options), ""); err != nil {
			t.Errorf("the right one, after them: %v", err)
		}
	})
}

// The attack: an enrolment is begun in a session that knows the password alone, and finished after its person has a second factor.
func TestEnrolmentsEndWithAnother(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		ctx, now := t.Context(), half()
		p := newPerson(t, db, rosa)
		older := p.enter(rosa).Session
		weak := accounts.Proof{Session: p.signedIn(older), Password: password}
		begun, err := keys.Begin(ctx, db.Store, weak, "Theirs")
		if err != nil {
			t.Fatal(err)
		}
		m, err := keys.Pending(ctx, db.Store, p.ID, begun)
		if err != nil {
			t.Fatal(err)
		}
		p.addApp(now)
		if _, err := keys.Add(ctx, db.Store, p.ID, older, begun, device.New(t, origin).Make(m.Options)); !fault.Is(err, fault.KindNotFound) || p.signedIn(older).Factors != 1 {
			t.Errorf("finished in the older session: %v", err)
		}
		if _, err := keys.Begin(ctx, db.Store, weak, "Theirs"); !fault.Is(err, fault.KindConflict) {
			t.Errorf("begun again: %v", err)
		}
	})
}

// What a device must not be let in with.
func TestDevicesThatAreRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		ctx := t.Context()
		p, phone := newPerson(t, db, rosa), device.New(t, origin)
		p.mustAdd(phone, "Phone")
		refused := func(what string, want string, d *device.Device) {
			t.Helper()
			if _, err := enterWith(t, db, d); !fault.Is(err, fault.KindUnauthenticated) || !strings.Contains(fault.MessageOf(err), want) {
				t.Errorf("%s: %v", what, err)
			}
		}
		unverified := *phone
		unverified.Options.UserNotVerified = true
		refused("nobody looked who holds it", "not accepted", &unverified)
		elsewhere := device.New(t, "https://craftplan.evil.example")
		elsewhere.Key, elsewhere.Options = phone.Key, phone.Options
		refused("a site that looks like ours", "not accepted", elsewhere)
		nameless := *phone
		nameless.Options.UserHandle = nil
		refused("it does not say whose", "not accepted", &nameless)
		forged := *phone
		forged.Key.Key = device.New(t, origin).Key.Key
		refused("another key", "not accepted", &forged)

		copied := *phone
		if _, err := enterWith(t, db, phone); err != nil {
			t.Fatal(err)
		}
		refused("a copy, whose counter ran behind", "copied", &copied)

		other := newPerson(t, db, "ada@oven.example")
		stolen := *phone
		stolen.Options.UserHandle = other.ID.UUID[:]
		refused("it names somebody else", "not accepted", &stolen)
		which := p.factors().Passkeys[0].ID
		other.mustAdd(device.New(t, origin), "Phone")
		if err := accounts.RenamePasskey(ctx, db.Store, other.proof(), which, "Mine"); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("somebody else renames it: %v", err)
		}
		if err := accounts.RemovePasskey(ctx, db.Store, other.proof(), which); !fault.Is(err, fault.KindNotFound) || len(p.factors().Passkeys) != 1 {
			t.Errorf("somebody else removes it: %v", err)
		}
		if _, err := other.add(phone, "Hers"); !fault.Is(err, fault.KindConflict) {
			t.Errorf("somebody else adds it: %v", err)
		}
		if _, err := keys.Begin(ctx, db.Store, accounts.Proof{Session: p.signedIn(p.session), Password: "a guess"}, " "); len(fault.FieldsOf(err)) != 2 {
			t.Errorf("no name and a guess: %v", err)
		}
	})
}

func TestWherePasskeysWork(t *testing.T) {
	for base, open := range map[string]bool{"https://erp.example.com": true, "http://localhost:4000": true, "https://localhost": true, "http://demo.localhost:4000": true,
		"http://erp.example.com": false, "http://127.0.0.1:4000": false, "https://127.0.0.1": false, "https://[::1]:4000": false, "": false, "https://oven": false} {
		p := accounts.NewPasskeys(base)
		if p.Open() != open || (p.Closed == "") != open {
			t.Errorf("%s: %t, %q", base, p.Open(), p.Closed)
		}
		if open {
			continue
		}
		if _, err := p.Ask(t.Context(), nil); !fault.Is(err, fault.KindConflict) {
			t.Errorf("%s asks: %v", base, err)
		}
	}
}
