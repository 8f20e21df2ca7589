// Package accounts knows people: one user for each e-mail address, whatever organizations they belong to, their passwords, what they
// prove themselves with beside them (an authenticator app, passkeys, recovery codes), and their sessions. A session holds the person and
// how many factors it began with; what they may do is read from their membership on every request.
package accounts
