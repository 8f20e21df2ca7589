package cli

import (
	"bufio"
	"context"
	"errors"
	"strings"
	"time"

	"craftplan/internal/accounts"
	"craftplan/internal/config"
	"craftplan/internal/organizations"
	"craftplan/internal/store"
)

type usersGroup struct {
	Create        usersCreate        `cmd:"" help:"Create a user; the password is read from standard input."`
	List          usersList          `cmd:"" help:"List users, where they belong, and whether they are disabled."`
	Disable       usersDisable       `cmd:"" help:"Keep a user out of the whole installation: no sign-in, no session, no API key of theirs."`
	Enable        usersEnable        `cmd:"" help:"Let a disabled user in again."`
	Grant         usersGrant         `cmd:"" help:"Make a user a member of an organization, or give the member another role."`
	SignOut       usersSignOut       `cmd:"" help:"End all sessions of a user, or of everybody."`
	ResetPassword usersResetPassword `cmd:"" help:"Print a link by which a user chooses another password."`
	ResetFactors  usersResetFactors  `cmd:"" help:"Take the second step off the sign-in of who lost all that they had for it."`
}

type usersCreate struct {
	config.Config
	Name  string `required:"" help:"Their name."`
	Email string `required:"" help:"Their address."`
}

// Run creates the user.
func (c usersCreate) Run(ctx context.Context, s streams) error {
	st, err := open(ctx, c.Config)
	if err != nil {
		return err
	}
	defer st.Close()
	scanner := bufio.NewScanner(s.in)
	scanner.Scan()
	prepared, err := accounts.Prepare(accounts.NewUser{Name: c.Name, Email: c.Email, Password: strings.TrimRight(scanner.Text(), "\r")})
	if err != nil {
		return err
	}
	err = st.System(ctx, "operator: create a user", func(tx *store.SystemTx) error { return accounts.Create(ctx, tx, prepared) })
	if err != nil {
		return err
	}
	return s.tell(user(prepared.User), "created %s", prepared.Email)
}

// person is what programs are told of a user.
type person struct {
	ID            string     `json:"id"`
	Email         string     `json:"email"`
	Name          string     `json:"name"`
	CreatedAt     *time.Time `json:"created_at,omitempty"`
	DisabledAt    *time.Time `json:"disabled_at,omitempty"`
	Reason        string     `json:"reason,omitempty"` // why they are disabled
	Organizations []place    `json:"organizations,omitempty"`
}

// place is what they are in an organization.
type place struct {
	Slug   string `json:"slug"`
	Role   string `json:"role"`
	Status string `json:"status"`
}

func user(u accounts.User) person { return person{ID: u.ID.String(), Email: u.Email, Name: u.Name} }

type usersList struct {
	config.Config
	Organization string `help:"Those who belong to the organization at this address." placeholder:"SLUG"`
}

// Run prints a table.
func (c usersList) Run(ctx context.Context, s streams) error {
	st, err := open(ctx, c.Config)
	if err != nil {
		return err
	}
	defer st.Close()
	people, err := organizations.People(ctx, st, c.Organization)
	if err != nil {
		return err
	}
	list, rows := []person{}, [][]any{}
	for _, p := range people {
		one := user(p.User)
		one.CreatedAt, one.DisabledAt, one.Reason = moment(&p.Since), moment(p.DisabledAt), p.Reason
		state, places := "active", []string{}
		if p.DisabledAt != nil {
			state = "disabled on " + day(*p.DisabledAt) + ": " + p.Reason
		}
		for _, at := range p.Places {
			one.Organizations = append(one.Organizations, place{at.Slug, string(at.Role), string(at.Standing)})
			places = append(places, at.Slug+" ("+string(at.Role)+suffix(at.Standing)+")")
		}
		list, rows = append(list, one), append(rows, []any{p.Email, p.Name, strings.Join(places, ", "), state})
	}
	if s.json {
		return s.tell(map[string]any{"users": list}, "")
	}
	return s.table("EMAIL\tNAME\tORGANIZATIONS\tSTATE", rows)
}

// suffix tells of a standing that is not the usual.
func suffix(s organizations.Standing) string {
	if s == organizations.Working {
		return ""
	}
	return ", " + string(s)
}

type usersDisable struct {
	config.Config
	Email  string `arg:"" help:"Their address."`
	Reason string `required:"" help:"Why; kept for you, in the list."`
}

// Run disables the user.
func (c usersDisable) Run(ctx context.Context, s streams) error {
	return changeUser(ctx, s, c.Config, "%s is disabled: signed out everywhere, and their API keys are refused", func(st *store.Store) (accounts.User, error) {
		return accounts.Disable(ctx, st, c.Email, c.Reason)
	})
}

type usersEnable struct {
	config.Config
	Email string `arg:"" help:"Their address."`
}

// Run enables the user.
func (c usersEnable) Run(ctx context.Context, s streams) error {
	return changeUser(ctx, s, c.Config, "%s may sign in again", func(st *store.Store) (accounts.User, error) {
		return accounts.Enable(ctx, st, c.Email)
	})
}

type usersGrant struct {
	config.Config
	Email string `arg:"" help:"Their address." name:"user"`
	Slug  string `arg:"" help:"The organization's address." name:"organization"`
	Role  string `arg:"" help:"owner, admin, staff or viewer."`
}

// Run makes or changes the membership.
func (c usersGrant) Run(ctx context.Context, s streams) error {
	st, err := open(ctx, c.Config)
	if err != nil {
		return err
	}
	defer st.Close()
	o, err := organizations.Grant(ctx, st, c.Email, c.Slug, c.Role)
	if err != nil {
		return err
	}
	email := accounts.NormalizeEmail(c.Email)
	return s.tell(map[string]string{"email": email, "organization": o.Slug, "role": c.Role}, "%s is %s of %s", email, c.Role, o.Slug)
}

// changeUser changes one user and tells of it.
func changeUser(ctx context.Context, s streams, c config.Config, sentence string, change func(*store.Store) (accounts.User, error)) error {
	st, err := openSealing(ctx, c) // mails are sealed while they wait
	if err != nil {
		return err
	}
	defer st.Close()
	u, err := change(st)
	if err != nil {
		return err
	}
	return s.tell(user(u), sentence, u.Email)
}

type usersSignOut struct {
	config.Config
	Email    string `arg:"" optional:"" help:"Their address."`
	Everyone bool   `help:"Everybody, of all organizations."`
}

// Run ends the sessions and says how many there were.
func (c usersSignOut) Run(ctx context.Context, s streams) error {
	if c.Everyone == (c.Email != "") {
		return misuse{errors.New("name an address, or --everyone")}
	}
	st, err := open(ctx, c.Config)
	if err != nil {
		return err
	}
	defer st.Close()
	var ended int64
	err = st.System(ctx, "operator: end sessions", func(tx *store.SystemTx) (err error) {
		ended, err = accounts.SignOutEverywhere(ctx, tx, c.Email)
		return err
	})
	if err != nil {
		return err
	}
	return s.tell(map[string]int64{"ended_sessions": ended}, "ended sessions: %d", ended)
}

type usersResetPassword struct {
	config.Config
	Email string `arg:"" help:"Their address. Be sure that it is they who get the link."`
	links
}

// Run prints the link.
func (c usersResetPassword) Run(ctx context.Context, s streams) error {
	st, err := openSealing(ctx, c.Config)
	if err != nil {
		return err
	}
	defer st.Close()
	link, err := c.password(ctx, st, c.Email)
	if err != nil {
		return err
	}
	return s.tell(map[string]string{"email": accounts.NormalizeEmail(c.Email), "password_link": link}, "%s", chooses(c.Email, link))
}

type usersResetFactors struct {
	config.Config
	Email string `arg:"" help:"Their address. Be sure that it is they who ask."`
}

// Run takes the factors off and signs their person out everywhere; a mail tells them.
func (c usersResetFactors) Run(ctx context.Context, s streams) error {
	return changeUser(ctx, s, c.Config, "%s signs in with the password alone now, and is signed out everywhere", func(st *store.Store) (accounts.User, error) {
		return accounts.ResetFactors(ctx, st, c.Email)
	})
}
