package cli

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"craftplan/internal/app"
	"craftplan/internal/certificate"
	"craftplan/internal/config"
	"craftplan/internal/demo"
	"craftplan/internal/generate"
	"craftplan/internal/httpkit"
	"craftplan/internal/organizations"
	"craftplan/internal/store"
	"craftplan/internal/takeout"
	"craftplan/internal/telemetry"
	"craftplan/internal/web"
)

type serveCommand struct {
	config.Config
	config.Server
}

func validate(c config.Config, s config.Server) error {
	err := errors.Join(c.Validate(), s.Validate())
	if err == nil && s.BackupDir != "" && store.EngineOf(c.Database) == store.Postgres {
		err = fmt.Errorf("--backup-dir: %w", errPostgres)
	}
	return err
}

// Run serves until it is told to stop.
func (c serveCommand) Run(ctx context.Context, s streams) error {
	if err := validate(c.Config, c.Server); err != nil {
		return misuse{err}
	}
	if store.EngineOf(c.Database) == store.SQLite {
		if _, err := store.Migrate(ctx, c.Database); err != nil { // a file has no other owner to do it
			return err
		}
	}
	options, err := c.Options()
	if err != nil {
		return err
	}
	if options.Traced = telemetry.Traced(); options.Traced {
		stop, err := telemetry.Trace(ctx)
		if err != nil {
			return err
		}
		defer func() { _ = stop(context.WithoutCancel(ctx)) }() // what cannot be sent at the end is lost, which is no failure of serving
	}
	st, err := store.Open(ctx, c.Database, options)
	if err != nil {
		return err
	}
	defer st.Close()
	return listenAndServe(ctx, s, c.Config, c.Server, app.Options{Store: st, Traced: telemetry.Share()}, nil)
}

func listenAndServe(ctx context.Context, s streams, c config.Config, server config.Server, o app.Options, ready func(base string) error) error {
	contents, err := c.Files()
	if err != nil {
		return err
	}
	defer contents.Close()
	o.Files, o.Log = contents, s.logger(c)
	over, err := newHandover(o.Log)
	if err != nil {
		return err
	}
	defer over.stop()
	at, err := addresses(ctx, over, c, server, o.Log)
	if err != nil {
		return err
	}
	base := server.PublicURL
	if base == "" {
		base = "http://" + reachable(at.People.Addr().String())
	}
	u, err := url.Parse(base)
	if err != nil {
		return errors.Join(err, at.Close())
	}
	o.HTTPS, o.Host = server.HTTPS(), u.Host
	o.Reach.Private, o.Counted = server.Private, server.Counted
	if server.BackupDir != "" {
		o.Daily = &takeout.Daily{Backup: takeout.Backup{KeyFile: c.KeyFile()}, Folder: server.BackupDir, Most: server.Backups}
	}
	to, err := server.Depot()
	if err != nil {
		return errors.Join(err, at.Close())
	}
	if to != nil {
		o.Schedule = &takeout.Schedule{To: to, Usual: organizations.Schedule(server.Exports), Most: server.Archives}
	}
	if o.Proxies, err = httpkit.ParseProxies(server.Proxies); err == nil {
		o.Mail, err = server.Mail()
	}
	if err != nil {
		return errors.Join(err, at.Close())
	}
	if ready == nil {
		ready = func(base string) error {
			if o.Mail.Server.Host == "" {
				key, err := o.Store.Derive("mailbox")
				if err != nil {
					return err
				}
				fmt.Fprintf(s.err, "No mail server is set (--smtp): mails are kept at %s/mailbox?key=%s\n", base, key)
			}
			return s.tell(map[string]string{"url": base}, "craftplan is ready at %s", base)
		}
	}
	program, err := app.New(o)
	if err != nil {
		return errors.Join(err, at.Close())
	}
	app.Tune()
	if err := ready(base); err != nil {
		return errors.Join(err, at.Close())
	}
	if ctx, err = over.ready(ctx); err != nil {
		return errors.Join(err, at.Close())
	}
	return program.Serve(ctx, at)
}

// addresses opens where the program answers, or nothing.
func addresses(ctx context.Context, over handover, c config.Config, s config.Server, log *slog.Logger) (at app.Addresses, err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, at.Close())
		}
	}()
	if at.People, err = over.listen(ctx, s.Addr); err != nil {
		return at, err
	}
	if s.PlainAddr != "" {
		if at.Plain, err = over.listen(ctx, s.PlainAddr); err != nil {
			return at, err
		}
	}
	if s.Operator != "" {
		if at.Operator, err = over.listen(ctx, s.Operator); err != nil {
			return at, err
		}
	}
	if s.ACMEEmail != "" {
		at.Certificate, err = keep(ctx, c, s, at, log)
	}
	return at, err
}

// keep sees to the certificate of the public URL.
func keep(ctx context.Context, c config.Config, s config.Server, at app.Addresses, log *slog.Logger) (*certificate.Keeper, error) {
	u, err := url.Parse(s.PublicURL)
	if err != nil {
		return nil, err
	}
	o := certificate.Options{Host: u.Host, Email: s.ACMEEmail, Directory: s.ACMEURL, Log: log, Listener: at.People, Plain: at.Plain}
	if o.Folder, err = c.Certificates(s); err != nil {
		return nil, err
	}
	if s.ACMERoots != "" {
		pem, err := os.ReadFile(s.ACMERoots)
		if err != nil {
			return nil, err
		}
		if o.Roots = x509.NewCertPool(); !o.Roots.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("--acme-roots %s: there is no certificate in it", s.ACMERoots)
		}
	}
	return certificate.Keep(ctx, o)
}

// reachable is the name of this machine for an address of its own: browsers keep passkeys for names, and for no numbers.
func reachable(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err == nil && slices.Contains([]string{"127.0.0.1", "::1", "0.0.0.0", "::"}, host) {
		return net.JoinHostPort("localhost", port)
	}
	return address
}

type demoCommand struct {
	Data string `help:"Folder of the demo." default:"craftplan-demo" placeholder:"DIR"`
	config.Server
	LogFormat string `help:"Log as text or json." enum:"text,json" default:"text" env:"CRAFTPLAN_LOG_FORMAT"`
	LogLevel  string `help:"Least severe level to log." enum:"debug,info,warn,error" default:"warn" env:"CRAFTPLAN_LOG_LEVEL"`
}

// Run makes or reopens the demo and serves it.
func (c demoCommand) Run(ctx context.Context, s streams) error {
	if err := c.Server.Validate(); err != nil {
		return misuse{err}
	}
	conf := config.Config{Database: filepath.Join(c.Data, "craftplan.db"), PoolSize: 1, LogFormat: c.LogFormat, LogLevel: c.LogLevel}
	if _, err := store.Migrate(ctx, conf.Database); err != nil {
		return err
	}
	options, err := conf.Options()
	if err != nil {
		return err
	}
	st, err := store.Open(ctx, conf.Database, options)
	if err != nil {
		return err
	}
	defer st.Close()
	if err := demo.Seed(ctx, st); err != nil {
		return err
	}
	users := demo.Users()
	list := make([]web.DemoUser, len(users))
	for i, u := range users {
		list[i] = web.DemoUser{Email: u.Email, About: u.About}
	}
	return listenAndServe(ctx, s, conf, c.Server, app.Options{Store: st, Demo: list}, func(base string) error {
		var b strings.Builder
		fmt.Fprintf(&b, "Craftplan demo in %s\n\n  %s\n\nSign in as one of these, with the password %s:\n\n", c.Data, base, demo.Password)
		for _, u := range users {
			fmt.Fprintf(&b, "  %-24s %s\n", u.Email, u.About)
		}
		fmt.Fprintf(&b, "\nMails are kept at %s/mailbox\n", base)
		return s.tell(map[string]any{"url": base, "mailbox": base + "/mailbox", "password": demo.Password, "users": list}, "%s", b.String())
	})
}

type migrateCommand struct{ config.Config }

// Run migrates.
func (c migrateCommand) Run(ctx context.Context, s streams) error {
	if err := c.Validate(); err != nil {
		return misuse{err}
	}
	n, err := store.Migrate(ctx, c.Database)
	if err != nil {
		return err
	}
	return s.tell(map[string]any{"database": store.Redact(c.Database), "applied": n}, "%s: %d migrations applied", store.Redact(c.Database), n)
}

type generateCommand struct {
	config.Config
	Organizations int    `help:"How many organizations there shall be." default:"10"`
	Orders        int    `help:"How many orders each of them gets." default:"100"`
	Seed          uint64 `help:"The same seed makes the same data." default:"1"`
}

// Run fills the database and says how far it is.
func (c generateCommand) Run(ctx context.Context, s streams) error {
	st, err := open(ctx, c.Config)
	if err != nil {
		return err
	}
	defer st.Close()
	every := max(c.Organizations/20, 1)
	err = generate.Run(ctx, st, generate.Options{Organizations: c.Organizations, Orders: c.Orders, Seed: c.Seed, Progress: func(done int) {
		if done%every == 0 {
			s.progress("%d of %d organizations", done, c.Organizations)
		}
	}})
	if err != nil {
		return err
	}
	first := generate.Slug(1)
	result := map[string]any{"organizations": c.Organizations, "first": first, "email": "owner@" + first + ".example", "password": generate.Password}
	return s.tell(result, "generated %d organizations, the first at /%s; sign in as owner@%s.example with %s", c.Organizations, first, first, generate.Password)
}
