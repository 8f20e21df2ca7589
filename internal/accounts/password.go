package accounts

import (
	"fmt"
	"strings"

	"github.com/alexedwards/argon2id"
)

// OWASP's floor for Argon2id is 19 MiB, two passes and one lane. The memory stays there: each sign-in that is under way takes it, and an
// installation may be a small machine. Eight passes instead of two take about 70 ms of one core: who signs in does not feel it, and who
// guesses from a stolen database pays it for each guess. BenchmarkHash measures it.
var parameters = argon2id.Params{Memory: 19 * 1024, Iterations: 8, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// HashQuickly makes every hash from now on as cheap as there can be: for tests that give passwords thousands of times. It is called
// before anything is hashed, and houserules lets no part of the program call it.
func HashQuickly() {
	parameters.Memory, parameters.Iterations = 8, 1
	nobody = nobodys()
}

func hashPassword(password string) (string, error) {
	return argon2id.CreateHash(password, &parameters)
}

// nobody is a hash no password has; checking against it costs what checking a real one costs, so that the time of an answer
// does not tell whether an address has an account.
var nobody = nobodys()

func nobodys() string {
	return fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s", parameters.Memory, parameters.Iterations, parameters.Parallelism,
		strings.Repeat("A", 22), strings.Repeat("A", 43)) // zeros in base64
}

// checkPassword compares a password with a hash. A hash is stale when it was made with other parameters than those of today.
func checkPassword(password, hash string) (match, stale bool, err error) {
	match, made, err := argon2id.CheckHash(password, hash)
	if err != nil {
		return false, false, err
	}
	if made.Iterations < parameters.Iterations { // a quicker answer would tell this person from nobody: do the passes it lacks
		rest := parameters
		rest.Iterations -= made.Iterations
		_, err = argon2id.CreateHash(password, &rest)
	}
	return match, *made != parameters, err
}
