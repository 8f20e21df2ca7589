package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
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
	List     organizationsList     `cmd:"" help:"List all organizations, and what is kept of those that were removed."`
	Show     organizationsShow     `cmd:"" help:"Show an organization, and how large it is."`
	Rename   organizationsRename   `cmd:"" help:"Give an organization another address; the former one leads on to it."`
	Export   organizationsExport   `cmd:"" help:"Write an organization into an archive that any installation can import."`
	Schedule organizationsSchedule `cmd:"" name:"schedule-export" help:"Say how often serve writes an organization into an archive of the host's."`
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

// password is a link by which somebody chooses their password.
func (l links) password(ctx context.Context, st *store.Store, email string) (link string, err error) {
	err = st.System(ctx, "operator: a link to choose a password", func(tx *store.SystemTx) (err error) {
		link, err = accounts.PasswordLink(ctx, tx, email)
		return err
	})
	return strings.TrimRight(l.PublicURL, "/") + link, err
}

// chooses says how somebody comes to their password.
func chooses(email, link string) string {
	return fmt.Sprintf("%s chooses a password at the link, once and within an hour:\n%s", accounts.NormalizeEmail(email), link)
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
	return c.made(ctx, st, s, fmt.Sprintf("created %s (/%s)", o.Name, o.Slug), made{organization: told(o)}, c.OwnerEmail, owner)
}

// made is the result of making an organization.
type made struct {
	organization
	PasswordLink string `json:"password_link,omitempty"` // of a new owner
	*carried
}

// made tells of a new organization; for a new owner with a link to choose a password.
func (l links) made(ctx context.Context, st *store.Store, s streams, sentence string, m made, email string, owner organizations.Owner) (err error) {
	if owner.New != nil {
		if m.PasswordLink, err = l.password(ctx, st, email); err != nil {
			return err
		}
		sentence += "\n" + chooses(email, m.PasswordLink)
	}
	return s.tell(m, "%s", sentence)
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

// organization is what programs are told of one.
type organization struct {
	ID        string     `json:"id"`
	Slug      string     `json:"slug"`
	Name      string     `json:"name"`
	Status    string     `json:"status"`
	Reason    string     `json:"reason,omitempty"` // of a suspension or a closing
	RemovedOn *time.Time `json:"removed_on,omitempty"`
	Plan      string     `json:"plan"`
	TimeZone  string     `json:"time_zone"`
	Locale    string     `json:"locale"`
	Currency  string     `json:"currency"`
	Features  []string   `json:"features"` // those that are open
	CreatedAt *time.Time `json:"created_at,omitempty"`
	Exports   string     `json:"exports"`               // how often the host writes it into an archive
	Exported  string     `json:"exported_on,omitempty"` // the last day for which there is one
}

func told(o organizations.Organization) organization {
	t := organization{ID: o.ID.String(), Slug: o.Slug, Name: o.Name, Status: string(o.Status), Reason: o.Why, Plan: o.BillingPlan, TimeZone: o.TimeZone, Locale: o.Locale, Currency: o.Currency, Features: []string{}}
	for _, name := range organizations.FeatureNames() {
		if o.Features.On(organizations.Feature(name)) {
			t.Features = append(t.Features, name)
		}
	}
	if t.Exports = string(o.Exports); o.ExportedOn != nil {
		t.Exported = o.ExportedOn.String()
	}
	if o.Closing != nil {
		t.RemovedOn = moment(&o.Closing.RemoveAt)
	}
	if !o.CreatedAt.IsZero() {
		t.CreatedAt = moment(&o.CreatedAt)
	}
	return t
}

// removed is what is kept of one that was removed.
type removed struct {
	ID        string     `json:"id"`
	Slug      string     `json:"slug"`
	Name      string     `json:"name"`
	Reason    string     `json:"reason,omitempty"`
	Rows      int64      `json:"rows"`
	Files     int64      `json:"files"`
	RemovedAt *time.Time `json:"removed_at"` // null while it is under way
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
	closed, err := organizations.ListClosed(ctx, st)
	if err != nil {
		return err
	}
	if s.json {
		return s.tell(listed(list, closed), "")
	}
	var rows [][]any
	for _, o := range list {
		rows = append(rows, []any{o.Slug, o.Name, statusOf(o), o.BillingPlan, o.TimeZone, o.Currency, o.Features})
	}
	if err := s.table("SLUG\tNAME\tSTATUS\tPLAN\tTIME ZONE\tCURRENCY\tFEATURES", rows); err != nil || len(closed) == 0 {
		return err
	}
	rows = nil
	for _, c := range closed {
		on := "under way"
		if c.RemovedAt != nil {
			on = day(*c.RemovedAt)
		}
		rows = append(rows, []any{c.Slug, c.Name, on, c.Rows, c.Files, c.Reason})
	}
	return s.table("\nREMOVED\tNAME\tON\tROWS\tFILES\tREASON", rows)
}

func listed(list []organizations.Organization, closed []organizations.Closed) any {
	result := struct {
		Organizations []organization `json:"organizations"`
		Removed       []removed      `json:"removed"`
	}{[]organization{}, []removed{}}
	for _, o := range list {
		result.Organizations = append(result.Organizations, told(o))
	}
	for _, c := range closed {
		result.Removed = append(result.Removed, removed{c.ID.String(), c.Slug, c.Name, c.Reason, c.Rows, c.Files, moment(c.RemovedAt)})
	}
	return result
}

func statusOf(o organizations.Organization) string {
	if o.Closing != nil {
		return fmt.Sprintf("%s, removed on %s", o.Status, day(o.Closing.RemoveAt))
	}
	return string(o.Status)
}

type organizationsShow struct {
	config.Config
	Slug string `arg:"" help:"Its address, or a former one."`
}

// shown is an organization with its figures.
type shown struct {
	organization
	Former  []string         `json:"former_slugs"`
	Members int64            `json:"members"`
	Invited int64            `json:"invited"`
	Files   int64            `json:"files"`
	Bytes   int64            `json:"file_bytes"`
	Rows    int64            `json:"rows"`
	Tables  map[string]int64 `json:"tables"` // rows by table
}

// Run prints what the organization is and how large: counts, and nobody's name.
func (c organizationsShow) Run(ctx context.Context, s streams) error {
	st, err := open(ctx, c.Config)
	if err != nil {
		return err
	}
	defer st.Close()
	f, err := organizations.Measure(ctx, st, c.Slug)
	if err != nil {
		return err
	}
	w := shown{told(f.Organization), append([]string{}, f.Former...), f.Members, f.Invited, f.Rows["files"], f.Bytes, f.Rows.Rows(), f.Rows}
	if s.json {
		return s.tell(w, "")
	}
	status := statusOf(f.Organization)
	if f.Why != "" {
		status += ": " + f.Why
	}
	return s.table(f.Name, [][]any{
		{"slug", f.Slug}, {"former", cmp.Or(strings.Join(f.Former, ", "), "none")}, {"id", f.ID}, {"status", status}, {"plan", f.BillingPlan},
		{"time zone", f.TimeZone}, {"locale", f.Locale}, {"currency", f.Currency}, {"features", f.Features}, {"exports", exportsOf(f.Organization)}, {"made", day(f.CreatedAt)},
		{"members", f.Members}, {"invited", f.Invited}, {"rows", w.Rows}, {"files", fmt.Sprintf("%d, %s", w.Files, size(w.Bytes))}, {"largest", largest(f.Rows)}})
}

// exportsOf is how often the organization is written into an archive, and for which day one is there.
func exportsOf(o organizations.Organization) string {
	if o.ExportedOn == nil {
		return string(o.Exports) + ", none yet"
	}
	return string(o.Exports) + ", the last for " + o.ExportedOn.String()
}

// size is a number of bytes for people.
func size(bytes int64) string {
	if bytes == 0 {
		return "0 B" // as a limit it would be none
	}
	return organizations.Limit(bytes).Bytes()
}

// largest names the tables that have the most rows.
func largest(rows map[string]int64) string {
	names := slices.SortedFunc(maps.Keys(rows), func(a, b string) int { return cmp.Or(cmp.Compare(rows[b], rows[a]), cmp.Compare(a, b)) })
	var parts []string
	for _, name := range names[:min(len(names), 5)] {
		parts = append(parts, fmt.Sprintf("%s %d", name, rows[name]))
	}
	return strings.Join(parts, ", ")
}

type organizationsRename struct {
	config.Config
	Slug    string `arg:"" help:"Its address."`
	NewSlug string `arg:"" help:"The address it gets."`
	Name    string `help:"The name it gets; it keeps its own when left out."`
}

// Run renames it.
func (c organizationsRename) Run(ctx context.Context, s streams) error {
	return operate(ctx, s, c.Config, func(st *store.Store) (organizations.Organization, string, error) {
		o, err := organizations.Rename(ctx, st, c.Slug, c.NewSlug, c.Name)
		return o, fmt.Sprintf("%s is at /%s now; /%s leads on to it", o.Name, o.Slug, c.Slug), err
	})
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
	added := map[string]int{}
	for _, o := range list {
		_, scope, err := organizations.OpenByID(ctx, st, o.ID)
		if err != nil {
			return err
		}
		err = st.Update(ctx, scope, func(tx *store.Tx) (err error) {
			added[o.Slug], err = app.Backfill(ctx, tx)
			return err
		})
		if err != nil {
			return fmt.Errorf("%s: %w", o.Slug, err)
		}
		if !s.json {
			fmt.Fprintf(s.out, "%s: %d added\n", o.Slug, added[o.Slug])
		}
	}
	if !s.json {
		return nil
	}
	return s.tell(map[string]any{"added": added}, "")
}

// operate changes one organization and tells of it.
func operate(ctx context.Context, s streams, c config.Config, change func(*store.Store) (o organizations.Organization, sentence string, err error)) error {
	st, err := openSealing(ctx, c) // mails are sealed while they wait
	if err != nil {
		return err
	}
	defer st.Close()
	o, sentence, err := change(st)
	if err != nil {
		return err
	}
	return s.tell(told(o), "%s", sentence)
}

type organizationsSuspend struct {
	config.Config
	Slug   string `arg:"" help:"Its address."`
	Reason string `required:"" help:"Why; its members read it."`
}

// Run suspends it.
func (c organizationsSuspend) Run(ctx context.Context, s streams) error {
	return operate(ctx, s, c.Config, func(st *store.Store) (organizations.Organization, string, error) {
		o, err := organizations.SuspendOrganization(ctx, st, c.Slug, c.Reason)
		return o, o.Slug + " is suspended: its members read and change nothing, its jobs, keys and mails rest", err
	})
}

type organizationsResume struct {
	config.Config
	Slug string `arg:"" help:"Its address."`
}

// Run resumes it.
func (c organizationsResume) Run(ctx context.Context, s streams) error {
	return operate(ctx, s, c.Config, func(st *store.Store) (organizations.Organization, string, error) {
		o, err := organizations.Resume(ctx, st, c.Slug)
		return o, o.Slug + " works again", err
	})
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
		return misuse{errors.New("closing removes all of an organization: say --yes")}
	}
	return operate(ctx, s, c.Config, func(st *store.Store) (organizations.Organization, string, error) {
		o, err := organizations.CloseByOperator(ctx, st, c.Slug, c.Reason, c.Now)
		if err != nil {
			return o, "", err
		}
		when := "on " + day(o.Closing.RemoveAt)
		if c.Now {
			when = "within an hour of serving"
		}
		return o, fmt.Sprintf("%s is closing: it is removed %s, unless you resume it before", o.Slug, when), nil
	})
}

type organizationsPlan struct {
	config.Config
	Slug string `arg:"" help:"Its address."`
	Plan string `arg:"" help:"starter, growth or enterprise."`
}

// Run changes the plan and says what it allows.
func (c organizationsPlan) Run(ctx context.Context, s streams) error {
	return operate(ctx, s, c.Config, func(st *store.Store) (organizations.Organization, string, error) {
		o, err := organizations.SetPlan(ctx, st, c.Slug, c.Plan)
		l := organizations.LimitsOf(o.BillingPlan)
		return o, fmt.Sprintf("%s is on the %s plan: people %s, files %s, API keys %s", o.Slug, o.BillingPlan, l.Members, l.Storage.Bytes(), l.Keys), err
	})
}

type organizationsSchedule struct {
	config.Config
	Slug     string `arg:"" help:"Its address."`
	Schedule string `arg:"" help:"daily, weekly, never, or usual: as often as others."`
}

// Run changes the schedule.
func (c organizationsSchedule) Run(ctx context.Context, s streams) error {
	return operate(ctx, s, c.Config, func(st *store.Store) (organizations.Organization, string, error) {
		o, err := organizations.ScheduleExport(ctx, st, c.Slug, organizations.Schedule(c.Schedule))
		return o, fmt.Sprintf("%s: archives are written %s", o.Slug, c.Schedule), err
	})
}

type organizationsFeature struct {
	config.Config
	Slug  string `arg:"" help:"Its address."`
	Name  string `arg:"" help:"The feature: api."`
	State string `arg:"" help:"on or off." enum:"on,off"`
}

// Run changes the feature.
func (c organizationsFeature) Run(ctx context.Context, s streams) error {
	return operate(ctx, s, c.Config, func(st *store.Store) (organizations.Organization, string, error) {
		o, err := organizations.SetFeature(ctx, st, c.Slug, organizations.Feature(c.Name), c.State == "on")
		return o, fmt.Sprintf("%s: %s is %s", o.Slug, c.Name, c.State), err
	})
}

// openSealing opens the database with the key that seals what waits in it: links and mails.
func openSealing(ctx context.Context, c config.Config) (*store.Store, error) {
	if err := c.Validate(); err != nil {
		return nil, misuse{err}
	}
	options, err := c.Options()
	if err != nil {
		return nil, err
	}
	return store.Open(ctx, c.Database, options)
}

func open(ctx context.Context, c config.Config) (*store.Store, error) {
	if err := c.Validate(); err != nil {
		return nil, misuse{err}
	}
	return store.Open(ctx, c.Database, store.Options{Relaxed: c.Relaxed, Connections: c.PoolSize})
}
