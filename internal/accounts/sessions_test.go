package accounts_test

import (
	"testing"
	"time"

	"craftplan/internal/accounts"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

func (p *person) sessions(st *store.Store) []accounts.Session {
	p.t.Helper()
	list, err := accounts.Sessions(p.t.Context(), st, p.ID, p.session)
	if err != nil {
		p.t.Fatal(err)
	}
	return list
}

// A person ends one session, or all but one, and only their own.
func TestSessionsAreEndedOneByOne(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		ctx := t.Context()
		p, other := newPerson(t, db, rosa), newPerson(t, db, "ada@oven.example")
		second, third := p.enter(rosa).Session, p.enter(rosa).Session
		open := func(want int, tokens ...string) {
			t.Helper()
			for i, token := range tokens {
				if _, err := accounts.Authenticate(ctx, db.Store, token); (err == nil) != (i < want) {
					t.Errorf("session %d of %d: %v", i+1, want, err)
				}
			}
			other.signedIn(other.session)
		}
		theirs := other.sessions(db.Store)
		if len(theirs) != 1 || !theirs[0].Current {
			t.Fatalf("%+v", theirs)
		}
		for what, key := range map[string]string{"somebody else's": theirs[0].Key, "one that is not there": "made-up"} {
			if err := accounts.EndSession(ctx, db.Store, p.ID, key); !fault.Is(err, fault.KindNotFound) {
				t.Errorf("%s: %v", what, err)
			}
		}
		open(3, p.session, second, third)
		if err := accounts.SignOut(ctx, db.Store, third); err != nil {
			t.Error(err)
		}
		open(2, p.session, second, third)
		for _, s := range p.sessions(db.Store) {
			if !s.Current {
				if err := accounts.EndSession(ctx, db.Store, p.ID, s.Key); err != nil {
					t.Error(err)
				}
			}
		}
		open(1, p.session, second, third)
		second, third = p.enter(rosa).Session, p.enter(rosa).Session
		if ended, err := accounts.EndOtherSessions(ctx, db.Store, p.ID, p.session); err != nil || ended != 2 {
			t.Errorf("%d ended, %v", ended, err)
		}
		open(1, p.session, second, third)
		second = p.enter(rosa).Session
		if err := accounts.ChangePassword(ctx, db.Store, p.User, password, password, p.session); err != nil {
			t.Error(err)
		}
		open(1, p.session, second)
	})
}

// Being seen is written once an hour, for the session that was seen, and only sessions that still open something are listed.
func TestSessionsThatAreSeen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		p := newPerson(t, db, rosa)
		idle := p.enter(rosa).Session
		seen := func(in time.Duration) (seen, rests time.Time) {
			t.Helper()
			if _, err := accounts.Authenticate(t.Context(), later(db, in), p.session); err != nil {
				t.Fatal(err)
			}
			for _, s := range p.sessions(db.Store) {
				if s.Current {
					seen = s.LastSeen.Time()
				} else {
					rests = s.LastSeen.Time()
				}
			}
			return seen, rests
		}
		began, _ := seen(0)
		if at, _ := seen(30 * time.Minute); !at.Equal(began) {
			t.Errorf("written again half an hour later: %s, %s", began, at)
		}
		const day = 24 * time.Hour
		if at, rests := seen(20 * day); !at.After(began.Add(19*day)) || rests.After(began.Add(day)) {
			t.Errorf("after twenty days one was seen %s, and the other %s", at, rests)
		}
		if list := p.sessions(later(db, 31*day)); len(list) != 1 || !list[0].Current {
			t.Errorf("after a month: %+v", list)
		}
		if n, err := accounts.CountSessions(t.Context(), later(db, 31*day)); err != nil || n != 1 {
			t.Errorf("%d count after a month, %v", n, err)
		}
		if _, err := accounts.Authenticate(t.Context(), later(db, 31*day), idle); !fault.Is(err, fault.KindUnauthenticated) {
			t.Errorf("the one that nobody used: %v", err)
		}
		seen(45 * day)
		seen(70 * day)
		if list := p.sessions(later(db, 91*day)); len(list) != 0 {
			t.Errorf("ninety-one days after it began: %+v", list)
		}
	})
}

func TestEnough(t *testing.T) {
	here, elsewhere := id.NewOrganization(), id.NewOrganization()
	for _, c := range []struct {
		what    string
		session accounts.SignedIn
		enough  bool
	}{
		{"a password", accounts.SignedIn{Factors: 1}, false},
		{"a second factor", accounts.SignedIn{Factors: 2}, true},
		{"its own provider", accounts.SignedIn{Factors: 1, Only: &here}, true},
		{"another's provider", accounts.SignedIn{Factors: 1, Only: &elsewhere}, false},
	} {
		if got := c.session.Enough(here); got != c.enough {
			t.Errorf("%s: %t", c.what, got)
		}
	}
}

// Sessions that a provider vouched for end with it: those of its organization, of one person or of all.
func TestSessionsOfAProvider(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		ctx := t.Context()
		here, elsewhere := db.Organization("Sunrise").Organization(), db.Organization("Bluebird").Organization()
		p, other := newPerson(t, db, rosa), newPerson(t, db, "ada@oven.example")
		start := func(who *person, only *id.Organization) (token string) {
			t.Helper()
			err := db.System(ctx, "test: vouched for", func(tx *store.SystemTx) (err error) {
				token, err = accounts.StartSession(ctx, tx, who.ID, accounts.Start{Only: only})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return token
		}
		mine, theirs, apart := start(p, &here), start(other, &here), start(p, &elsewhere)
		end := func(user *id.ID, want ...bool) {
			t.Helper()
			err := db.System(ctx, "test: end", func(tx *store.SystemTx) error { return accounts.EndSessionsOnly(ctx, tx, here, user) })
			if err != nil {
				t.Fatal(err)
			}
			for i, token := range []string{mine, theirs, apart, p.session} {
				if _, err := accounts.Authenticate(ctx, db.Store, token); (err == nil) != want[i] {
					t.Errorf("session %d: %v", i, err)
				}
			}
		}
		end(&p.ID, false, true, true, true)
		end(nil, false, false, true, true)
	})
}
