package secret_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"craftplan/internal/secret"
)

func keys(t *testing.T, texts ...string) secret.Keys {
	t.Helper()
	k, err := secret.Parse(strings.Join(texts, "\n"))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestSealAndOpen(t *testing.T) {
	k := keys(t, secret.Generate())
	sealed, err := k.Seal("the oven's password", "smtp", "sunrise")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(sealed, "oven") {
		t.Errorf("readable: %s", sealed)
	}
	if again, err := k.Seal("the oven's password", "smtp", "sunrise"); err != nil || again == sealed {
		t.Errorf("the same text is sealed the same way, which tells that it is the same: %v", err)
	}
	if plain, err := k.Open(sealed, "smtp", "sunrise"); err != nil || plain != "the oven's password" {
		t.Errorf("opened %q, %v", plain, err)
	}
	changed := []byte(sealed)
	changed[20] ^= 1
	for name, open := range map[string]func() (string, error){
		"another organization": func() (string, error) { return k.Open(sealed, "smtp", "bluebird") },
		"another purpose":      func() (string, error) { return k.Open(sealed, "oidc", "sunrise") },
		"shifted purpose":      func() (string, error) { return k.Open(sealed, "smtps", "unrise") },
		"changed":              func() (string, error) { return k.Open(string(changed), "smtp", "sunrise") },
		"cut":                  func() (string, error) { return k.Open(sealed[:8], "smtp", "sunrise") },
		"empty":                func() (string, error) { return k.Open("", "smtp", "sunrise") },
		"another key":          func() (string, error) { return keys(t, secret.Generate()).Open(sealed, "smtp", "sunrise") },
		"no key":               func() (string, error) { return secret.Keys{}.Open(sealed, "smtp", "sunrise") },
	} {
		if plain, err := open(); err == nil {
			t.Errorf("%s opens it: %q", name, plain)
		}
	}
	const none = "no secret key"
	_, parsed := secret.Parse(" \n")
	_, sealing := secret.Keys{}.Seal("x")
	_, opening := secret.Keys{}.Open(sealed, "smtp", "sunrise")
	_, deriving := secret.Keys{}.Derive("x")
	for what, err := range map[string]error{"parsed": parsed, "sealed": sealing, "opened": opening, "derived": deriving} {
		if err == nil || err.Error() != none {
			t.Errorf("%s without a key: %v", what, err)
		}
	}
}

// A new key is put before the old one: what was sealed stays readable, and new texts are sealed with the new key.
func TestRotation(t *testing.T) {
	old, fresh := secret.Generate(), secret.Generate()
	sealed, err := keys(t, old).Seal("x")
	if err != nil {
		t.Fatal(err)
	}
	both := keys(t, fresh, old)
	if plain, err := both.Open(sealed); err != nil || plain != "x" {
		t.Errorf("the old text: %q, %v", plain, err)
	}
	if sealed, err = both.Seal("y"); err != nil {
		t.Fatal(err)
	}
	if plain, err := keys(t, fresh).Open(sealed); err != nil || plain != "y" {
		t.Errorf("the new text: %q, %v", plain, err)
	}
}

func TestLoad(t *testing.T) {
	file := filepath.Join(t.TempDir(), "craftplan.db.key")
	made, err := secret.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	sealed, err := made.Seal("x")
	if err != nil {
		t.Fatal(err)
	}
	again, err := secret.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := again.Open(sealed); err != nil || plain != "x" {
		t.Errorf("%q, %v", plain, err)
	}
	if err := os.WriteFile(file, []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := secret.Load(file); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("a broken file: %v", err)
	}
}

func TestDerive(t *testing.T) {
	k := keys(t, secret.Generate())
	a, _ := k.Derive("mailbox")
	b, _ := k.Derive("mailbox")
	c, _ := k.Derive("metrics")
	if a != b || a == c || len(a) < 40 {
		t.Errorf("%s %s %s", a, b, c)
	}
}
