package accounts

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"craftplan/internal/accounts/internal/db"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/mail"
	"craftplan/internal/store"
)

// User is a person.
type User struct {
	ID    id.ID
	Email string
	Name  string
}

// NewUser is what a person gives to get an account. Field names in errors are name, email and password.
type NewUser struct{ Name, Email, Password string }

// Limits of what is accepted, in characters.
const (
	MinPassword = 8
	MaxPassword = 200
	maxName     = 100
)

// Validate tells what is wrong with the fields and returns them cleaned.
func (u NewUser) Validate() (NewUser, error) {
	var p fault.Problems
	u.Name = strings.Join(strings.Fields(u.Name), " ")
	u.Email = NormalizeEmail(u.Email)
	if u.Name == "" {
		p.Add("name", "Enter your name.")
	} else if utf8.RuneCountInString(u.Name) > maxName {
		p.Addf("name", "Use at most %d characters.", maxName)
	}
	if !ValidEmail(u.Email) {
		p.Add("email", "Enter an e-mail address, such as you@example.com.")
	}
	_ = p.Merge(validatePassword(u.Password, u.Name, u.Email))
	return u, p.Err()
}

// validatePassword checks the password of a person with this name and address.
func validatePassword(password, name, email string) error {
	var p fault.Problems
	switch n := utf8.RuneCountInString(password); {
	case n < MinPassword:
		p.Addf("password", "Use at least %d characters. A short sentence works well.", MinPassword)
	case n > MaxPassword:
		p.Addf("password", "Use at most %d characters.", MaxPassword)
	case guessable(password, name, email):
		p.Add("password", "This is one of the first that somebody would try. A short sentence works well.")
	}
	return p.Err()
}

// NormalizeEmail is how addresses are compared: trimmed, in lower case.
func NormalizeEmail(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

// ValidEmail tells whether a normalized address can be one.
func ValidEmail(email string) bool { return mail.ValidAddress(email) }

// Prepared is a validated user whose password is hashed already: hashing takes a while and has no place in a transaction.
type Prepared struct {
	User
	hash string
}

// Prepare validates a new user and hashes the password.
func Prepare(in NewUser) (Prepared, error) {
	in, err := in.Validate()
	if err != nil {
		return Prepared{}, err
	}
	hash, err := hashPassword(in.Password)
	if err != nil {
		return Prepared{}, err
	}
	return Prepared{User{id.New(), in.Email, in.Name}, hash}, nil
}

// Create stores a prepared user; an address that has an account already is an Invalid fault at email.
func Create(ctx context.Context, tx *store.SystemTx, u Prepared) error {
	err := db.ForSystem(tx).CreateUser(ctx, db.CreateUserParams{ID: u.ID, Email: u.Email, Name: u.Name, PasswordHash: u.hash, CreatedAt: tx.Now()})
	if err = store.Translate(err); errors.Is(err, store.ErrUnique) {
		return fault.Invalid("email", "This address has an account already. Sign in instead.")
	}
	return err
}

// ByEmail finds the user of an address.
func ByEmail(ctx context.Context, tx *store.SystemTx, email string) (User, error) {
	row, err := db.ForSystem(tx).UserByEmail(ctx, db.UserByEmailParams{Email: NormalizeEmail(email)})
	if err = store.Translate(err); fault.Is(err, fault.KindNotFound) {
		return User{}, fault.NotFound("user")
	}
	return User{row.ID, row.Email, row.Name}, err
}

// formerDomain never receives mail (RFC 2606), so that no link can open the account of somebody who is only on record.
const formerDomain = "@former.invalid"

func former(user id.ID) string { return user.String() + formerDomain }

// CreateFormer makes a user who stands for somebody that another installation tells of: a name on what they did, and nothing that
// opens it.
func CreateFormer(ctx context.Context, tx *store.SystemTx, user id.ID, name string) error {
	u := Prepared{User{user, former(user), strings.Join(strings.Fields(name), " ")}, nobody}
	if letters := []rune(u.Name); len(letters) > maxName {
		u.Name = string(letters[:maxName])
	}
	if u.Name == "" {
		u.Name = "Somebody"
	}
	return Create(ctx, tx, u)
}

// Identify makes of who stood for somebody that person, whose address has no account: one that got an account meanwhile is an Invalid
// fault at email.
func Identify(ctx context.Context, tx *store.SystemTx, u Prepared) error {
	_, err := db.ForSystem(tx).IdentifyUser(ctx, db.IdentifyUserParams{Former: former(u.ID), Email: u.Email, Name: u.Name, PasswordHash: u.hash, UpdatedAt: tx.Now()})
	if err = store.Translate(err); errors.Is(err, store.ErrUnique) {
		return fault.Invalid("email", u.Email+" got an account meanwhile. Begin again.")
	}
	return err
}

// ForgetFormer removes a user who stands for somebody, to whom nothing refers any more. Anybody else is left as they are.
func ForgetFormer(ctx context.Context, tx *store.SystemTx, user id.ID) error {
	return db.ForSystem(tx).DeleteFormer(ctx, db.DeleteFormerParams{Former: former(user)})
}
