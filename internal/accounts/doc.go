// Package accounts knows people: one user for each e-mail address, whatever organizations they belong to, their passwords and
// their sessions. A session holds the person alone; what they may do is read from their membership on every request.
package accounts
