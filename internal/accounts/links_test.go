package accounts_test

import (
	"path"
	"testing"
	"time"

	"craftplan/internal/accounts"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

// link is the text of the last link in a mail that waits for an address; "" is nobody's.
func link(t *testing.T, db *storetest.DB, to string) (text string) {
	t.Helper()
	for _, l := range db.AccountLetters() {
		if l.To == to {
			text = path.Base(l.Action.Path)
		}
	}
	if text == "" {
		t.Fatalf("nothing was mailed to %q", to)
	}
	return text
}

// later is the store some time from now.
func later(db *storetest.DB, in time.Duration) *store.Store { return clock(db, time.Now().Add(in)) }

// The links of two people who change their address and their password at the same time.
func TestLinksAreOfOnePerson(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		ctx := t.Context()
		p, other := newPerson(t, db, rosa), newPerson(t, db, "ada@oven.example")
		for _, each := range []*person{p, other} {
			if err := accounts.RequestPassword(ctx, db.Store, each.Email); err != nil {
				t.Fatal(err)
			}
			if err := accounts.RequestEmail(ctx, db.Store, each.User, password, "new-"+each.Email); err != nil {
				t.Fatal(err)
			}
		}
		choose, theirs := link(t, db, p.Email), link(t, db, other.Email)
		address := link(t, db, "new-"+other.Email)
		if user, err := accounts.CheckPasswordLink(ctx, db.Store, theirs); err != nil || user != other.User {
			t.Errorf("the link, after another was asked for to change the address, is of %+v, %v", user, err)
		}
		if email, err := accounts.CheckEmailLink(ctx, db.Store, address); err != nil || email != "new-"+other.Email {
			t.Errorf("the link is to %q, %v", email, err)
		}
		for what, refused := range map[string]error{
			"a link to an address for a password":        accounts.ResetPassword(ctx, db.Store, address, "another quiet oven"),
			"a link to a password for an address":        accounts.ConfirmEmail(ctx, db.Store, theirs),
			"a link to a password, two hours later":      accounts.ResetPassword(ctx, later(db, 2*time.Hour), theirs, "another quiet oven"),
			"a link to an address, two days later":       accounts.ConfirmEmail(ctx, later(db, 48*time.Hour), address),
			"a link that nobody made, for a password":    accounts.ResetPassword(ctx, db.Store, "made-up", "another quiet oven"),
			"a link that nobody made, for a new address": accounts.ConfirmEmail(ctx, db.Store, "made-up"),
		} {
			if !fault.Is(refused, fault.KindNotFound) {
				t.Errorf("%s: %v", what, refused)
			}
		}
		if err := accounts.ConfirmEmail(ctx, db.Store, address); err != nil {
			t.Fatal(err)
		}
		if _, err := accounts.CheckPasswordLink(ctx, db.Store, theirs); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("a link in the former mailbox: %v", err)
		}
		if err := accounts.ResetPassword(ctx, db.Store, choose, "another quiet oven"); err != nil {
			t.Fatal(err)
		}
		if err := accounts.ResetPassword(ctx, db.Store, choose, "a third quiet oven"); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("the link again: %v", err)
		}
		if _, err := accounts.Authenticate(ctx, db.Store, p.session); !fault.Is(err, fault.KindUnauthenticated) {
			t.Errorf("still signed in with the former password: %v", err)
		}
		other.signedIn(other.session)
		for email, password := range map[string]string{rosa: "another quiet oven", "new-" + other.Email: password} {
			if e, err := accounts.SignIn(ctx, db.Store, email, password, "a browser"); err != nil || e.Email != email {
				t.Errorf("%s: %+v, %v", email, e, err)
			}
		}
		// Each proves themselves with their own password alone.
		for _, each := range []struct {
			accounts.User
			theirs, others string
		}{{p.User, "another quiet oven", password}, {other.User, password, "another quiet oven"}} {
			if err := accounts.ChangePassword(ctx, db.Store, each.User, each.others, "a fourth quiet oven", ""); !fault.Is(err, fault.KindInvalid) {
				t.Errorf("%s with another's password: %v", each.Email, err)
			}
			if err := accounts.ChangePassword(ctx, db.Store, each.User, each.theirs, each.theirs, ""); err != nil {
				t.Errorf("%s: %v", each.Email, err)
			}
		}
	})
}

// A link is made for an unknown address too, so that the work is the same. Whoever guessed it would choose nobody's password.
func TestLinksOfNobody(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		ctx := t.Context()
		if err := accounts.RequestPassword(ctx, db.Store, "nobody@oven.example"); err != nil {
			t.Fatal(err)
		}
		if _, err := accounts.CheckPasswordLink(ctx, db.Store, link(t, db, "")); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("a password: %v", err)
		}
		p := newPerson(t, db, rosa)
		var known, enrolment, step string
		err := db.System(ctx, "test: forge", func(tx *store.SystemTx) (err error) {
			if known, err = accounts.ForgeSignUp(ctx, tx, rosa); err != nil {
				return err
			}
			if enrolment, err = accounts.ForgeEnrolment(ctx, tx); err != nil {
				return err
			}
			step, err = accounts.ForgeStep(ctx, tx, p.ID)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := accounts.ConfirmSignUp(ctx, db.Store, known); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("a sign-up whose address has an account: %v", err)
		}
		if _, err := accounts.PendingAuthenticator(ctx, db.Store, p.ID, enrolment); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("an enrolment: %v", err)
		}
		if _, err := accounts.ReadStep(ctx, db.Store, step); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("a second step of who has one: %v", err)
		}
	})
}

func TestSignUpLinks(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		ctx := t.Context()
		begin := func(email string) id.ID {
			t.Helper()
			prepared, err := accounts.Prepare(accounts.NewUser{Name: "Rosa", Email: email, Password: password})
			if err != nil {
				t.Fatal(err)
			}
			pending, err := accounts.BeginSignUp(ctx, db.Store, prepared, "rest of "+email)
			if err != nil {
				t.Fatal(err)
			}
			return pending
		}
		first, second := begin("first@oven.example"), begin("second@oven.example")
		waits := func(st *store.Store, pending id.ID, want string) {
			t.Helper()
			if email, err := accounts.PendingSignUp(ctx, st, pending); email != want || err == nil && want == "" || err != nil && !fault.Is(err, fault.KindNotFound) {
				t.Errorf("%q waits, not %q: %v", email, want, err)
			}
		}
		waits(db.Store, first, "first@oven.example")
		waits(db.Store, second, "second@oven.example")
		waits(db.Store, id.New(), "")
		waits(later(db, 25*time.Hour), second, "")

		mine := link(t, db, "second@oven.example")
		read, err := accounts.ConfirmSignUp(ctx, db.Store, mine)
		if err != nil || read.Person.Email != "second@oven.example" || read.Rest != "rest of second@oven.example" {
			t.Fatal(read, err)
		}
		use := func(c accounts.Confirmed) error {
			return db.System(ctx, "test: use a link", func(tx *store.SystemTx) error { return c.Use(ctx, tx) })
		}
		if err := accounts.ResendSignUp(ctx, db.Store, second); err != nil {
			t.Fatal(err)
		}
		if err := use(read); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("a link that was sent again meanwhile: %v", err)
		}
		if err := accounts.ResendSignUp(ctx, later(db, 25*time.Hour), second); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("sent again, too late: %v", err)
		}
		for _, email := range []string{"first@oven.example", "second@oven.example"} {
			c, err := accounts.ConfirmSignUp(ctx, db.Store, link(t, db, email))
			if err != nil || c.Person.Email != email {
				t.Fatal(c, err)
			}
			if err := use(c); err != nil {
				t.Error(err)
			}
			if err := use(c); !fault.Is(err, fault.KindNotFound) {
				t.Errorf("used twice: %v", err)
			}
		}
		waits(db.Store, first, "")

		// Only a sign-up waits by its id: not what else has a token.
		p := newPerson(t, db, rosa)
		if err := accounts.RequestPassword(ctx, db.Store, p.Email); err != nil {
			t.Fatal(err)
		}
		var other id.ID
		if err := db.Raw().QueryRowContext(ctx, "SELECT id FROM tokens WHERE purpose = 'password'").Scan(&other); err != nil {
			t.Fatal(err)
		}
		waits(db.Store, other, "")
	})
}
