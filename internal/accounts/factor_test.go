package accounts_test

import (
	"errors"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/pquerna/otp/totp"

	"craftplan/internal/accounts"
	"craftplan/internal/fault"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

const rosa = "rosa@oven.example"

// person is somebody with an account who is signed in.
type person struct {
	t  *testing.T
	db *storetest.DB
	accounts.User
	session string
}

func newPerson(t *testing.T, db *storetest.DB, email string) *person {
	t.Helper()
	if err := create(t, db, email); err != nil {
		t.Fatal(err)
	}
	p := &person{t: t, db: db}
	e := p.enter(email)
	p.User, p.session = e.User, e.Session
	return p
}

func (p *person) enter(email string) accounts.Entry {
	p.t.Helper()
	e, err := accounts.SignIn(p.t.Context(), p.db.Store, email, password, "a browser")
	if err != nil {
		p.t.Fatal(err)
	}
	return e
}

// proof is what a change of factors asks for.
func (p *person) proof() accounts.Proof {
	p.t.Helper()
	return accounts.Proof{Session: p.signedIn(p.session), Password: password}
}

func (p *person) signedIn(session string) accounts.SignedIn {
	p.t.Helper()
	s, err := accounts.Authenticate(p.t.Context(), p.db.Store, session)
	if err != nil {
		p.t.Fatal(err)
	}
	return s
}

// step is the token of a second step, after the password.
func (p *person) step() string {
	p.t.Helper()
	e := p.enter(p.Email)
	if e.Session != "" || e.Step == "" {
		p.t.Fatalf("a password alone opens %+v", e)
	}
	return e.Step
}

// clock is the store at a moment.
func clock(db *storetest.DB, at time.Time) *store.Store {
	return db.At(func() time.Time { return at })
}

func code(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	c, err := totp.GenerateCode(secret, at)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// addApp enrols an authenticator app with the code of a moment.
func (p *person) addApp(at time.Time) (secret string, codes []string) {
	p.t.Helper()
	ctx := p.t.Context()
	text, err := accounts.BeginAuthenticator(ctx, p.db.Store, p.proof())
	if err != nil {
		p.t.Fatal(err)
	}
	e, err := accounts.PendingAuthenticator(ctx, p.db.Store, p.ID, text)
	if err != nil {
		p.t.Fatal(err)
	}
	if u, err := url.Parse(e.URL); err != nil || u.Query().Get("secret") != e.Secret || u.Query().Get("issuer") != "Craftplan" || !strings.HasSuffix(u.Path, ":"+p.Email) {
		p.t.Errorf("the picture is of %q", e.URL)
	}
	done, err := accounts.ConfirmAuthenticator(ctx, clock(p.db, at), p.ID, p.session, text, code(p.t, e.Secret, at))
	if err != nil {
		p.t.Fatal(err)
	}
	p.session = done.Session
	return e.Secret, done.Codes
}

func (p *person) factors() accounts.Factors {
	p.t.Helper()
	f, err := accounts.FactorsOf(p.t.Context(), p.db.Store, p.ID)
	if err != nil {
		p.t.Fatal(err)
	}
	return f
}

// half is the middle of the thirty seconds that are now: codes of the same moment do not change while a test runs.
func half() time.Time { return time.Now().Truncate(30 * time.Second).Add(15 * time.Second) }

func TestAuthenticator(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		p, now, ctx := newPerson(t, db, rosa), half(), t.Context()
		before := p.session
		secret, codes := p.addApp(now)
		if len(codes) != 10 {
			t.Errorf("%d recovery codes", len(codes))
		}
		if s := p.signedIn(p.session); s.Factors != 2 || p.session == before {
			t.Errorf("the session it was added in has %d factors", s.Factors)
		}
		if _, err := accounts.Authenticate(ctx, db.Store, before); !fault.Is(err, fault.KindUnauthenticated) {
			t.Errorf("the session's former token: %v", err)
		}
		later := now.Add(5 * time.Minute)
		step := p.step()
		finish := func(at time.Time, code string) error {
			_, err := accounts.FinishStep(ctx, clock(db, at), step, code, "a browser")
			return err
		}
		if err := finish(now, code(t, secret, now)); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("the code it was enrolled with, again: %v", err)
		}
		for _, wrong := range []string{"", "1", "000000", "12345678901234567890", "ABCDEF", "é23456", code(t, secret, later.Add(-time.Minute)), code(t, secret, later.Add(time.Minute))} {
			if err := finish(later, wrong); !fault.Is(err, fault.KindInvalid) || fault.FieldsOf(err)[0].Name != "code" {
				t.Errorf("%q: %v", wrong, err)
			}
		}
		early := code(t, secret, later.Add(-30*time.Second))
		if err := finish(later, " "+early[:3]+" "+early[3:]); err != nil {
			t.Errorf("a code of thirty seconds ago: %v", err)
		}
		if err := finish(later, code(t, secret, later)); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("the same step again: %v", err)
		}
		step = p.step()
		if err := finish(later, code(t, secret, later.Add(30*time.Second))); err != nil {
			t.Errorf("a code of a clock that is early: %v", err)
		}
		step = p.step()
		if err := finish(later, code(t, secret, later)); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("a code before one that was accepted: %v", err)
		}
	})
}

// The attack: a code is read over the shoulder and used at the same time.
func TestOneCodeOpensOneSession(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		p, now := newPerson(t, db, rosa), half()
		secret, codes := p.addApp(now)
		later := now.Add(5 * time.Minute)
		for name, c := range map[string]string{"app": code(t, secret, later), "recovery": strings.ToLower(codes[3])} {
			steps := []string{p.step(), p.step(), p.step(), p.step()}
			opened := race(len(steps), func(i int) error {
				_, err := accounts.FinishStep(t.Context(), clock(db, later), steps[i], c, "a browser")
				return err
			})
			if opened != 1 {
				t.Errorf("%s: one code opened %d sessions", name, opened)
			}
		}
		step := p.step() // opens one session, whatever codes there are
		opened := race(3, func(i int) error {
			_, err := accounts.FinishStep(t.Context(), clock(db, later), step, codes[4+i], "a browser")
			return err
		})
		if opened != 1 || p.factors().RecoveryCodes != 8 {
			t.Errorf("one step opened %d sessions; %d codes are left", opened, p.factors().RecoveryCodes)
		}
	})
}

// race runs something several times at once and counts how often it worked.
func race(times int, fn func(int) error) (worked int) {
	var group sync.WaitGroup
	results := make(chan error, times)
	for i := range times {
		group.Go(func() { results <- fn(i) })
	}
	group.Wait()
	close(results)
	for err := range results {
		if err == nil {
			worked++
		}
	}
	return worked
}

// What is for one thing, or one person, opens nothing else.
func TestTokensOfFactorsAreApart(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		ctx, now := t.Context(), half()
		p, other := newPerson(t, db, rosa), newPerson(t, db, "ada@oven.example")
		enrolment, err := accounts.BeginAuthenticator(ctx, db.Store, p.proof())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := accounts.PendingAuthenticator(ctx, db.Store, other.ID, enrolment); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("somebody else's enrolment: %v", err)
		}
		e, err := accounts.PendingAuthenticator(ctx, db.Store, p.ID, enrolment)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := accounts.ConfirmAuthenticator(ctx, clock(db, now), other.ID, other.session, enrolment, code(t, e.Secret, now)); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("somebody else confirms it: %v", err)
		}
		if _, err := accounts.ConfirmAuthenticator(ctx, clock(db, now), p.ID, other.session, enrolment, code(t, e.Secret, now)); !fault.Is(err, fault.KindUnauthenticated) || p.factors().Any() {
			t.Errorf("in somebody else's session: %v", err)
		}
		if _, err := accounts.ReadStep(ctx, db.Store, enrolment); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("an enrolment as a second step: %v", err)
		}
		if _, err := accounts.CheckPasswordLink(ctx, db.Store, enrolment); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("an enrolment as a link to a password: %v", err)
		}
		if _, err := accounts.PendingAuthenticator(ctx, db.At(func() time.Time { return time.Now().Add(16 * time.Minute) }), p.ID, enrolment); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("sixteen minutes later: %v", err)
		}
		p.addApp(now)
		step := p.step()
		if _, err := accounts.PendingAuthenticator(ctx, db.Store, p.ID, step); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("a step as an enrolment: %v", err)
		}
		if _, err := accounts.ReadStep(ctx, db.At(func() time.Time { return time.Now().Add(11 * time.Minute) }), step); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("eleven minutes later: %v", err)
		}
		// A password that is changed ends what the former one began.
		if err := accounts.ChangePassword(ctx, db.Store, p.User, password, "another quiet oven", p.session); err != nil {
			t.Fatal(err)
		}
		if _, err := accounts.ReadStep(ctx, db.Store, step); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("after another password: %v", err)
		}
	})
}

func TestRemovingFactors(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		ctx, now := t.Context(), half()
		p := newPerson(t, db, rosa)
		older := p.enter(rosa).Session // before there was a second factor
		_, codes := p.addApp(now)
		if _, err := accounts.BeginAuthenticator(ctx, db.Store, accounts.Proof{Session: p.signedIn(p.session), Password: "a guess"}); !fault.Is(err, fault.KindInvalid) || fault.FieldsOf(err)[0].Name != "current" {
			t.Errorf("without the password: %v", err)
		}
		weak := accounts.Proof{Session: p.signedIn(older), Password: password}
		_, made := accounts.NewRecoveryCodes(ctx, db.Store, weak)
		_, begun := accounts.BeginAuthenticator(ctx, db.Store, weak)
		for name, err := range map[string]error{"remove": accounts.RemoveAuthenticator(ctx, db.Store, weak), "codes": made, "begin": begun} {
			if !fault.Is(err, fault.KindConflict) {
				t.Errorf("%s, in a session that knows the password alone: %v", name, err)
			}
		}
		if _, err := keys.AskStep(ctx, db.Store, p.step()); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("a passkey of who has none: %v", err)
		}
		fresh, err := accounts.NewRecoveryCodes(ctx, db.Store, p.proof())
		if err != nil || len(fresh) != 10 {
			t.Fatal(fresh, err)
		}
		if _, err := accounts.FinishStep(ctx, db.Store, p.step(), codes[0], "a browser"); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("a code from before: %v", err)
		}
		waiting := p.step()
		if err := accounts.RemoveAuthenticator(ctx, db.Store, p.proof()); err != nil {
			t.Fatal(err)
		}
		if f := p.factors(); f.Any() || f.RecoveryCodes != 0 {
			t.Errorf("left over: %+v", f)
		}
		if s := p.signedIn(p.session); s.Factors != 1 {
			t.Errorf("without any factor the session still has %d", s.Factors)
		}
		if _, err := accounts.FinishStep(ctx, db.Store, waiting, fresh[0], "a browser"); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("a step that waited: %v", err)
		}
		if err := accounts.RemoveAuthenticator(ctx, db.Store, p.proof()); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("removed again: %v", err)
		}
		if _, err := accounts.NewRecoveryCodes(ctx, db.Store, p.proof()); !fault.Is(err, fault.KindConflict) {
			t.Errorf("recovery codes for nothing: %v", err)
		}
		if e := p.enter(rosa); e.Session == "" {
			t.Error("a step is still asked for")
		}
	})
}

func TestResetFactors(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		p := newPerson(t, db, rosa)
		p.addApp(half())
		if user, err := accounts.ResetFactors(t.Context(), db.Store, " Rosa@OVEN.example"); err != nil || user != p.User {
			t.Fatal(user, err)
		}
		if _, err := accounts.Authenticate(t.Context(), db.Store, p.session); !fault.Is(err, fault.KindUnauthenticated) {
			t.Errorf("still signed in: %v", err)
		}
		if e := p.enter(rosa); e.Session == "" || p.factors().Any() {
			t.Error("a step is still asked for")
		}
		if _, err := accounts.ResetFactors(t.Context(), db.Store, "nobody@oven.example"); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("nobody: %v", err)
		}
	})
}

// Neither the app's secret nor a recovery code can be read from the database.
func TestFactorsAreSealed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		p := newPerson(t, db, rosa)
		secret, codes := p.addApp(half())
		raw := db.Raw()
		var sealed, hash string
		err := errors.Join(raw.QueryRowContext(t.Context(), "SELECT secret_sealed FROM authenticators").Scan(&sealed),
			raw.QueryRowContext(t.Context(), "SELECT MIN(code_hash) FROM recovery_codes").Scan(&hash))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(sealed, secret) || len(hash) != 64 || strings.Contains(strings.Join(codes, ""), hash) {
			t.Errorf("secret %q, code %q", sealed, hash)
		}
	})
}

// A hash of former parameters is made anew when its person signs in, and by nobody else.
func TestRehash(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		for _, email := range []string{rosa, "ada@oven.example"} {
			if err := create(t, db, email); err != nil {
				t.Fatal(err)
			}
		}
		old, err := argon2id.CreateHash(password, &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32})
		if err != nil {
			t.Fatal(err)
		}
		raw := db.Raw()
		keptOf := func(email string) (hash string) {
			if err := raw.QueryRowContext(t.Context(), "SELECT password_hash FROM users WHERE email = $1", email).Scan(&hash); err != nil {
				t.Fatal(err)
			}
			return hash
		}
		kept := func() string { return keptOf(rosa) }
		if _, err := raw.ExecContext(t.Context(), "UPDATE users SET password_hash = $1", old); err != nil {
			t.Fatal(err)
		}
		if _, err := accounts.SignIn(t.Context(), db.Store, rosa, "a guess", "a browser"); err == nil || kept() != old {
			t.Errorf("a guess: %v", err)
		}
		for range 2 {
			if _, err := accounts.SignIn(t.Context(), db.Store, rosa, password, "a browser"); err != nil {
				t.Fatal(err)
			}
		}
		if hash := kept(); hash == old || strings.Contains(hash, ",t=2,") {
			t.Errorf("the hash is %q", hash)
		}
		if keptOf("ada@oven.example") != old {
			t.Error("the hash of somebody else, who has the same password, is another")
		}
	})
}

// A password that is changed while its person signs in with the former one stays changed.
func TestRehashIsLate(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		ctx := t.Context()
		if err := create(t, db, rosa); err != nil {
			t.Fatal(err)
		}
		hashes := map[string]string{}
		for _, password := range []string{password, "another quiet oven"} {
			hash, err := argon2id.CreateHash(password, &argon2id.Params{Memory: 16, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32})
			if err != nil {
				t.Fatal(err)
			}
			hashes[password] = hash
		}
		raw := db.Raw()
		const change = "UPDATE users SET password_hash = $1"
		if _, err := raw.ExecContext(ctx, change, hashes[password]); err != nil {
			t.Fatal(err)
		}
		tx, err := raw.BeginTx(ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tx.ExecContext(ctx, change, hashes["another quiet oven"]); err != nil {
			t.Fatal(err)
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			_, _ = accounts.SignIn(ctx, db.Store, rosa, password, "a browser") // it read the former hash, or comes too late
		}()
		time.Sleep(300 * time.Millisecond) // until it waits for the change
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		<-done
		var kept string
		if err := raw.QueryRowContext(ctx, "SELECT password_hash FROM users").Scan(&kept); err != nil || kept != hashes["another quiet oven"] {
			t.Errorf("the hash is %q, %v", kept, err)
		}
	})
}
