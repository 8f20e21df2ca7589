package accounts

import (
	"testing"

	"github.com/alexedwards/argon2id"
)

// shipped are the parameters of the program; all other tests hash as quickly as there can be.
var shipped = parameters

func init() { HashQuickly() }

// BenchmarkHash is what a sign-in costs, and a guess.
func BenchmarkHash(b *testing.B) {
	for b.Loop() {
		if _, err := argon2id.CreateHash("a quiet oven at four", &shipped); err != nil {
			b.Fatal(err)
		}
	}
}

// OWASP's floor, and the same work for nobody as for somebody.
func TestParameters(t *testing.T) {
	if shipped.Memory < 19*1024 || shipped.Iterations < 2 || shipped.Parallelism < 1 {
		t.Errorf("%+v is below the floor", shipped)
	}
	made, _, _, err := argon2id.DecodeHash(nobody)
	if err != nil || *made != parameters {
		t.Errorf("nobody's hash has %+v, %v", made, err)
	}
	if match, stale, err := checkPassword("", nobody); match || stale || err != nil {
		t.Errorf("nobody has a password: %t, %t, %v", match, stale, err)
	}
}

func TestStaleHashes(t *testing.T) {
	former := parameters
	former.Memory *= 2
	old, err := argon2id.CreateHash("a quiet oven at four", &former)
	if err != nil {
		t.Fatal(err)
	}
	fresh, err := hashPassword("a quiet oven at four")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		password, hash string
		match, stale   bool
	}{{"a quiet oven at four", old, true, true}, {"another", old, false, true}, {"a quiet oven at four", fresh, true, false}, {"another", fresh, false, false}} {
		if match, stale, err := checkPassword(c.password, c.hash); match != c.match || stale != c.stale || err != nil {
			t.Errorf("%q: %t, %t, %v", c.password, match, stale, err)
		}
	}
}
