package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"craftplan/internal/accounts"
	"craftplan/internal/app"
	"craftplan/internal/config"
	"craftplan/internal/fault"
	"craftplan/internal/organizations"
	"craftplan/internal/store"
)

type organizationsGroup struct {
	Create   organizationsCreate   `cmd:"" help:"Create an organization with its owner."`
	List     organizationsList     `cmd:"" help:"List all organizations."`
	Export   organizationsExport   `cmd:"" help:"Write an organization into an archive that any installation can import."`
	Import   organizationsImport   `cmd:"" help:"Make a new organization of an archive."`
	Backfill organizationsBackfill `cmd:"" help:"Give organizations of an older program what new ones are given: allergens and nutrients."`
	Suspend  organizationsSuspend  `cmd:"" help:"Let an organization be read and not changed."`
	Resume   organizationsResume   `cmd:"" help:"End a suspension, or a closing that is not over yet."`
	Close    organizationsClose    `cmd:"" help:"Close an organization: it is removed after thirty days, or now."`
	Plan     organizationsPlan     `cmd:"" help:"Put an organization on another plan."`
	Feature  organizationsFeature  `cmd:"" help:"Open or close a feature for an organization."`
}

type organizationsCreate struct {
	config.Config
	Name       string `required:"" help:"Its name."`
	Slug       string `help:"Its address; made of the name when left out."`
	Plan       string `help:"starter, growth or enterprise." default:"starter"`
	Timezone   string `help:"IANA time zone." default:"UTC"`
	Locale     string `help:"Locale, such as en-US." default:"en-US"`
	Currency   string `help:"ISO 4217 currency." default:"USD"`
	OwnerEmail string `required:"" help:"The owner: an existing user, or one to be made."`
	OwnerName  string `help:"The owner's name, when the user is made."`
	links
}

// links are written in full: a command does not know where the program is served.
type links struct {
	PublicURL string `help:"URL people use, for the link that is printed." default:"http://localhost:4000" env:"CRAFTPLAN_PUBLIC_URL" placeholder:"URL"`
}

// password says how somebody comes to their password.
func (l links) password(ctx context.Context, st *store.Store, s streams, email string) error {
	var path string
	err := st.System(ctx, "operator: a link to choose a password", func(tx *store.SystemTx) (err error) {
		path, err = accounts.PasswordLink(ctx, tx, email)
		return err
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "%s chooses a password at the link, once and within an hour:\n%s%s\n", accounts.NormalizeEmail(email), strings.TrimRight(l.PublicURL, "/"), path)
	return err
}

// Run creates the organization and prints its slug; for a new owner also a link to choose a password.
func (c organizationsCreate) Run(ctx context.Context, s streams) error {
	st, err := openSealing(ctx, c.Config)
	if err != nil {
		return err
	}
	defer st.Close()
	owner, err := c.owner(ctx, st)
	if err != nil {
		return err
	}
	in := organizations.NewOrganization{Name: c.Name, Slug: c.Slug, Plan: c.Plan, TimeZone: c.Timezone, Locale: c.Locale, Currency: c.Currency}
	o, err := organizations.Provision(ctx, st, in, owner, app.Bootstrap(), nil)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "created %s (/%s)\n", o.Name, o.Slug)
	if owner.New == nil {
		return nil
	}
	return c.password(ctx, st, s, c.OwnerEmail)
}

func (c organizationsCreate) owner(ctx context.Context, st *store.Store) (owner organizations.Owner, err error) {
	err = st.SystemView(ctx, "operator: find the owner", func(tx *store.SystemTx) error {
		owner.Existing, err = accounts.ByEmail(ctx, tx, c.OwnerEmail)
		return err
	})
	if !fault.Is(err, fault.KindNotFound) {
		return owner, err
	}
	name := c.OwnerName
	if name == "" {
		name, _, _ = strings.Cut(c.OwnerEmail, "@")
	}
	prepared, err := accounts.PrepareWithoutPassword(name, c.OwnerEmail)
	return organizations.Owner{New: &prepared}, err
}

type organizationsList struct{ config.Config }

// Run prints a table.
func (c organizationsList) Run(ctx context.Context, s streams) error {
	st, err := open(ctx, c.Config)
	if err != nil {
		return err
	}
	defer st.Close()
	list, err := organizations.List(ctx, st)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "SLUG\tNAME\tSTATUS\tPLAN\tTIME ZONE\tCURRENCY\tFEATURES")
	for _, o := range list {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", o.Slug, o.Name, statusOf(o), o.BillingPlan, o.TimeZone, o.Currency, o.Features)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return listClosed(ctx, st, s)
}

func statusOf(o organizations.Organization) string {
	if o.Closing != nil {
		return fmt.Sprintf("%s, removed on %s", o.Status, o.Closing.RemoveAt.Time().Format(time.DateOnly))
	}
	return string(o.Status)
}

// listClosed prints what is kept of organizations that were removed, where there are any.
func listClosed(ctx context.Context, st *store.Store, s streams) error {
	closed, err := organizations.ListClosed(ctx, st)
	if err != nil || len(closed) == 0 {
		return err
	}
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\nREMOVED\tNAME\tON\tROWS\tFILES\tREASON")
	for _, c := range closed {
		on := "under way"
		if c.RemovedAt != nil {
			on = c.RemovedAt.Time().Format(time.DateOnly)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%d\t%s\n", c.Slug, c.Name, on, c.Rows, c.Files, c.Reason)
	}
	return w.Flush()
}

type organizationsBackfill struct{ config.Config }

// Run completes each organization in a transaction of its own, and can be run again.
func (c organizationsBackfill) Run(ctx context.Context, s streams) error {
	st, err := open(ctx, c.Config)
	if err != nil {
		return err
	}
	defer st.Close()
	list, err := organizations.List(ctx, st)
	if err != nil {
		return err
	}
	for _, o := range list {
		_, scope, err := organizations.OpenByID(ctx, st, o.ID)
		if err != nil {
			return err
		}
		var added int
		err = st.Update(ctx, scope, func(tx *store.Tx) (err error) {
			added, err = app.Backfill(ctx, tx)
			return err
		})
		if err != nil {
			return fmt.Errorf("%s: %w", o.Slug, err)
		}
		fmt.Fprintf(s.out, "%s: %d added\n", o.Slug, added)
	}
	return nil
}

type organizationsSuspend struct {
	config.Config
	Slug   string `arg:"" help:"Its address."`
	Reason string `required:"" help:"Why; its members read it."`
}

// Run suspends it.
func (c organizationsSuspend) Run(ctx context.Context, s streams) error {
	st, err := open(ctx, c.Config)
	if err != nil {
		return err
	}
	defer st.Close()
	o, err := organizations.SuspendOrganization(ctx, st, c.Slug, c.Reason)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "%s is suspended: its members read and change nothing, its jobs, keys and mails rest\n", o.Slug)
	return err
}

type organizationsResume struct {
	config.Config
	Slug string `arg:"" help:"Its address."`
}

// Run resumes it.
func (c organizationsResume) Run(ctx context.Context, s streams) error {
	st, err := openSealing(ctx, c.Config) // the mails of a closing that ends are sealed while they wait
	if err != nil {
		return err
	}
	defer st.Close()
	o, err := organizations.Resume(ctx, st, c.Slug)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(s.out, o.Slug, "works again")
	return err
}

type organizationsClose struct {
	config.Config
	Slug   string `arg:"" help:"Its address."`
	Reason string `required:"" help:"Why; its members read it."`
	Yes    bool   `help:"Really: what is removed cannot be brought back."`
	Now    bool   `help:"Remove it without the thirty days; with an organization that is closing already, at once."`
}

// Run closes it. The server removes what is due, at its next look within the hour.
func (c organizationsClose) Run(ctx context.Context, s streams) error {
	if !c.Yes {
		return errors.New("closing removes all of an organization: say --yes")
	}
	st, err := openSealing(ctx, c.Config) // the mails are sealed while they wait
	if err != nil {
		return err
	}
	defer st.Close()
	o, err := organizations.CloseByOperator(ctx, st, c.Slug, c.Reason, c.Now)
	if err != nil {
		return err
	}
	when := "on " + o.Closing.RemoveAt.Time().Format(time.DateOnly)
	if c.Now {
		when = "within an hour of serving"
	}
	_, err = fmt.Fprintf(s.out, "%s is closing: it is removed %s, unless you resume it before\n", o.Slug, when)
	return err
}

type organizationsPlan struct {
	config.Config
	Slug string `arg:"" help:"Its address."`
	Plan string `arg:"" help:"starter, growth or enterprise."`
}

// Run changes the plan and says what it allows.
func (c organizationsPlan) Run(ctx context.Context, s streams) error {
	st, err := open(ctx, c.Config)
	if err != nil {
		return err
	}
	defer st.Close()
	o, err := organizations.SetPlan(ctx, st, c.Slug, c.Plan)
	if err != nil {
		return err
	}
	l := organizations.LimitsOf(o.BillingPlan)
	_, err = fmt.Fprintf(s.out, "%s is on the %s plan: people %s, files %s, API keys %s\n", o.Slug, o.BillingPlan, l.Members, l.Storage.Bytes(), l.Keys)
	return err
}

type organizationsFeature struct {
	config.Config
	Slug  string `arg:"" help:"Its address."`
	Name  string `arg:"" help:"The feature: api."`
	State string `arg:"" help:"on or off." enum:"on,off"`
}

// Run changes the feature.
func (c organizationsFeature) Run(ctx context.Context, s streams) error {
	st, err := open(ctx, c.Config)
	if err != nil {
		return err
	}
	defer st.Close()
	o, err := organizations.SetFeature(ctx, st, c.Slug, organizations.Feature(c.Name), c.State == "on")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "%s: %s is %s\n", o.Slug, c.Name, c.State)
	return err
}

type usersGroup struct {
	Create        usersCreate        `cmd:"" help:"Create a user; the password is read from standard input."`
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
	_, err = fmt.Fprintln(s.out, "created", prepared.Email)
	return err
}

type usersSignOut struct {
	config.Config
	Email    string `arg:"" optional:"" help:"Their address."`
	Everyone bool   `help:"Everybody, of all organizations."`
}

// Run ends the sessions and says how many there were.
func (c usersSignOut) Run(ctx context.Context, s streams) error {
	if c.Everyone == (c.Email != "") {
		return errors.New("name an address, or --everyone")
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
	_, err = fmt.Fprintln(s.out, "ended sessions:", ended)
	return err
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
	return c.password(ctx, st, s, c.Email)
}

type usersResetFactors struct {
	config.Config
	Email string `arg:"" help:"Their address. Be sure that it is they who ask."`
}

// Run takes the factors off and signs their person out everywhere; a mail tells them.
func (c usersResetFactors) Run(ctx context.Context, s streams) error {
	st, err := openSealing(ctx, c.Config) // the mail is sealed while it waits
	if err != nil {
		return err
	}
	defer st.Close()
	user, err := accounts.ResetFactors(ctx, st, c.Email)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "%s signs in with the password alone now, and is signed out everywhere\n", user.Email)
	return err
}

// openSealing opens the database with the key that seals what waits in it: links and mails.
func openSealing(ctx context.Context, c config.Config) (*store.Store, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	options, err := c.Options()
	if err != nil {
		return nil, err
	}
	return store.Open(ctx, c.Database, options)
}

func open(ctx context.Context, c config.Config) (*store.Store, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	return store.Open(ctx, c.Database, store.Options{Relaxed: c.Relaxed, Connections: c.PoolSize})
}
