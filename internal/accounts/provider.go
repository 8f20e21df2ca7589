package accounts

import (
	"context"
	"time"

	"craftplan/internal/accounts/internal/db"
	"craftplan/internal/id"
	"craftplan/internal/store"
)

// What signing in by an organization's own provider needs of people, sessions and tokens. Package sso says what it means.

// IdentityLife is how long a link to connect somebody at a provider works.
const IdentityLife = time.Hour

// Ticket is a token of a sign-in by a provider.
type Ticket struct {
	User  *id.ID // who alone may use it; none for whoever has the link
	token token
}

// Use ends the ticket; one that was used meanwhile is a NotFound fault.
func (t Ticket) Use(ctx context.Context, tx *store.SystemTx) error { return t.token.use(ctx, tx) }

// NewAttempt leaves what a sign-in needs when the browser comes back from the provider, and returns the text that it comes back with.
func NewAttempt(ctx context.Context, tx *store.SystemTx, detail any) (text string, err error) {
	_, text, err = newToken(ctx, tx, forProvider, nil, detail)
	return text, err
}

// Attempt reads what NewAttempt left. Unknown, used and expired are the same NotFound fault.
func Attempt(ctx context.Context, tx *store.SystemTx, text string, detail any) (Ticket, error) {
	return ticket(ctx, tx, forProvider, text, detail)
}

// NewConnection leaves whom a provider vouched for, until it is clear who they are here: for a user who is signed in, or for whoever
// gets the link that is mailed.
func NewConnection(ctx context.Context, tx *store.SystemTx, user *id.ID, detail any) (text string, err error) {
	_, text, err = newToken(ctx, tx, forIdentity, user, detail)
	return text, err
}

// Connection reads what NewConnection left. Unknown, used and expired are the same NotFound fault.
func Connection(ctx context.Context, tx *store.SystemTx, text string, detail any) (Ticket, error) {
	return ticket(ctx, tx, forIdentity, text, detail)
}

func ticket(ctx context.Context, tx *store.SystemTx, p purpose, text string, detail any) (Ticket, error) {
	t, err := readToken(ctx, tx, p, text, detail)
	return Ticket{t.User, t}, err
}

// PrepareWithoutPassword prepares a user whom a provider or a link signs in; no password opens the account until they choose one. Field names
// in errors are name and email.
func PrepareWithoutPassword(name, email string) (Prepared, error) {
	in, err := NewUser{Name: name, Email: email, Password: "never kept"}.Validate()
	return Prepared{User{id.New(), in.Email, in.Name}, nobody}, err
}

// EndSessionsOnly signs a user, or everybody, out of the sessions that an organization's provider vouched for.
func EndSessionsOnly(ctx context.Context, tx *store.SystemTx, organization id.Organization, user *id.ID) error {
	if user != nil {
		return db.ForSystem(tx).DeleteSessionsOnlyOf(ctx, db.DeleteSessionsOnlyOfParams{Organization: organization, UserID: *user})
	}
	return db.ForSystem(tx).DeleteSessionsOnly(ctx, db.DeleteSessionsOnlyParams{Organization: organization})
}
