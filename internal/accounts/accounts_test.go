package accounts_test

import (
	"strings"
	"testing"
	"time"

	"craftplan/internal/accounts"
	"craftplan/internal/fault"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

const password = "a quiet oven at four"

func create(t *testing.T, db *storetest.DB, email string) error {
	t.Helper()
	prepared, err := accounts.Prepare(accounts.NewUser{Name: "Rosa", Email: email, Password: password})
	if err != nil {
		t.Fatal(err)
	}
	return db.System(t.Context(), "test", func(tx *store.SystemTx) error { return accounts.Create(t.Context(), tx, prepared) })
}

func TestSignIn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		if err := create(t, db, " Rosa@Oven.example "); err != nil {
			t.Fatal(err)
		}
		if err := create(t, db, "rosa@oven.example"); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("the same address twice: %v", err)
		}
		user, token, err := accounts.SignIn(t.Context(), db.Store, "ROSA@oven.example", password, "a browser")
		if err != nil {
			t.Fatal(err)
		}
		if back, err := accounts.Authenticate(t.Context(), db.Store, token); err != nil || back.User != user || back.Factors != 1 || back.Only != nil {
			t.Errorf("the session is of %+v, %v", back, err)
		}
		_, _, wrong := accounts.SignIn(t.Context(), db.Store, "rosa@oven.example", "another oven", "a browser")
		_, _, unknown := accounts.SignIn(t.Context(), db.Store, "nobody@oven.example", password, "a browser")
		if !fault.Is(wrong, fault.KindUnauthenticated) || wrong.Error() != unknown.Error() {
			t.Errorf("a wrong password: %v; an unknown address: %v", wrong, unknown)
		}
		if err := accounts.SignOut(t.Context(), db.Store, token); err != nil {
			t.Error(err)
		}
		if _, err := accounts.Authenticate(t.Context(), db.Store, token); !fault.Is(err, fault.KindUnauthenticated) {
			t.Errorf("signed out: %v", err)
		}
	})
}

// Neither the password nor the session's token can be read from the database.
func TestSecretsAreHashed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		if err := create(t, db, "rosa@oven.example"); err != nil {
			t.Fatal(err)
		}
		_, token, err := accounts.SignIn(t.Context(), db.Store, "rosa@oven.example", password, "a browser")
		if err != nil {
			t.Fatal(err)
		}
		var hash, kept string
		raw := db.Raw()
		if err := raw.QueryRowContext(t.Context(), "SELECT password_hash FROM users").Scan(&hash); err != nil {
			t.Fatal(err)
		}
		if err := raw.QueryRowContext(t.Context(), "SELECT token_hash FROM sessions").Scan(&kept); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(hash, "$argon2id$") || strings.Contains(hash, password) || kept == token || strings.Contains(kept, token) {
			t.Errorf("password %q, token %q", hash, kept)
		}
	})
}

func TestSessionsExpire(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		if err := create(t, db, "rosa@oven.example"); err != nil {
			t.Fatal(err)
		}
		_, token, err := accounts.SignIn(t.Context(), db.Store, "rosa@oven.example", password, "a browser")
		if err != nil {
			t.Fatal(err)
		}
		in := func(days int) *store.Store {
			return db.At(func() time.Time { return time.Now().AddDate(0, 0, days) })
		}
		for _, day := range []int{20, 45} { // each visit makes it last thirty days more
			if _, err := accounts.Authenticate(t.Context(), in(day), token); err != nil {
				t.Errorf("day %d: %v", day, err)
			}
		}
		if _, err := accounts.Authenticate(t.Context(), in(76), token); !fault.Is(err, fault.KindUnauthenticated) {
			t.Errorf("thirty-one days after the last visit: %v", err)
		}
	})
}

func TestValidate(t *testing.T) {
	for field, u := range map[string]accounts.NewUser{
		"name": {Name: "  ", Email: "a@b.example", Password: password}, "email": {Name: "A", Email: "a@", Password: password}, "password": {Name: "A", Email: "a@b.example", Password: "short"},
	} {
		_, err := accounts.Prepare(u)
		if fields := fault.FieldsOf(err); len(fields) != 1 || fields[0].Name != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}
