package accounts_test

import (
	"fmt"
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
		entry, err := accounts.SignIn(t.Context(), db.Store, "ROSA@oven.example", password, "a browser")
		if err != nil || entry.Step != "" {
			t.Fatal(entry, err)
		}
		if back, err := accounts.Authenticate(t.Context(), db.Store, entry.Session); err != nil || back.User != entry.User || back.Factors != 1 || back.Only != nil {
			t.Errorf("the session is of %+v, %v", back, err)
		}
		_, wrong := accounts.SignIn(t.Context(), db.Store, "rosa@oven.example", "another oven", "a browser")
		_, unknown := accounts.SignIn(t.Context(), db.Store, "nobody@oven.example", password, "a browser")
		if !fault.Is(wrong, fault.KindUnauthenticated) || wrong.Error() != unknown.Error() {
			t.Errorf("a wrong password: %v; an unknown address: %v", wrong, unknown)
		}
		if err := accounts.SignOut(t.Context(), db.Store, entry.Session); err != nil {
			t.Error(err)
		}
		if _, err := accounts.Authenticate(t.Context(), db.Store, entry.Session); !fault.Is(err, fault.KindUnauthenticated) {
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
		entry, err := accounts.SignIn(t.Context(), db.Store, "rosa@oven.example", password, "a browser")
		if err != nil {
			t.Fatal(err)
		}
		token := entry.Session
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
		entry, err := accounts.SignIn(t.Context(), db.Store, "rosa@oven.example", password, "a browser")
		if err != nil {
			t.Fatal(err)
		}
		token := entry.Session
		in := func(days int) *store.Store {
			return db.At(func() time.Time { return time.Now().AddDate(0, 0, days) })
		}
		visit := func(token string, days ...int) error {
			for _, day := range days {
				if _, err := accounts.Authenticate(t.Context(), in(day), token); err != nil {
					return fmt.Errorf("day %d: %w", day, err)
				}
			}
			return nil
		}
		if err := visit(token, 20, 45); err != nil { // each visit makes it last thirty days more
			t.Error(err)
		}
		if err := visit(token, 76); !fault.Is(err, fault.KindUnauthenticated) {
			t.Errorf("thirty-one days after the last visit: %v", err)
		}
		again, err := accounts.SignIn(t.Context(), db.Store, "rosa@oven.example", password, "a browser")
		if err != nil {
			t.Fatal(err)
		}
		busy := again.Session
		if err := visit(busy, 25, 50, 75, 89); err != nil {
			t.Error(err)
		}
		if err := visit(busy, 91); !fault.Is(err, fault.KindUnauthenticated) {
			t.Errorf("ninety-one days after it began: %v", err)
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

func TestGuessablePasswords(t *testing.T) {
	rosa := accounts.NewUser{Name: "Rosa Blum", Email: "rosa.b@oven.example"}
	for password, fine := range map[string]bool{"password1": false, "Football": false, "12345678": false, "CraftPlan2026!": false, "rosa-blum-1": false, "Rosa.B@1234": false, "1oven.example2": false,
		"craftplan-demo": true, "a quiet oven at four": true, "Rosa bakes at four": true, "8347-5629-10": true, "öööööööö": true} {
		rosa.Password = password
		if _, err := accounts.Prepare(rosa); (err == nil) != fine {
			t.Errorf("%q: %v", password, err)
		}
	}
}
