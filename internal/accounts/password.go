package accounts

import "github.com/alexedwards/argon2id"

// OWASP's minimum for Argon2id: 19 MiB, two passes, one lane.
var parameters = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

func hashPassword(password string) (string, error) {
	return argon2id.CreateHash(password, parameters)
}

// nobody is a hash no password has; checking against it costs what checking a real one costs, so that the time of an answer
// does not tell whether an address has an account.
const nobody = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

func checkPassword(password, hash string) (bool, error) {
	return argon2id.ComparePasswordAndHash(password, hash)
}
