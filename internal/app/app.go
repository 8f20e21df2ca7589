// Package app puts the program together: the only place that knows all of it.
package app

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"craftplan/internal/api"
	"craftplan/internal/files"
	"craftplan/internal/httpkit"
	"craftplan/internal/importing"
	"craftplan/internal/inventory"
	"craftplan/internal/jobs"
	"craftplan/internal/mail"
	"craftplan/internal/oidc"
	"craftplan/internal/organizations"
	"craftplan/internal/origin"
	"craftplan/internal/outbound"
	"craftplan/internal/settings"
	"craftplan/internal/sso"
	"craftplan/internal/store"
	"craftplan/internal/takeout"
	"craftplan/internal/telemetry"
	"craftplan/internal/web"
)

// Bootstrap is what each domain gives a new organization, in order.
func Bootstrap() []organizations.Step {
	return []organizations.Step{settings.Bootstrap, inventory.Bootstrap}
}

// Backfill gives an organization what newer ones are given and it lacks, and tells how many rows it added: after the first time none.
func Backfill(ctx context.Context, tx *store.Tx) (added int, err error) {
	return inventory.AddStandards(ctx, tx)
}

// roomier is how far the heap grows between collections, in percent: a page takes little, and memory is there.
const roomier = 400

// Tune sets up the Go runtime for serving, unless the operator did by GOGC.
func Tune() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(roomier)
	}
}

// Options are what the program is made of.
type Options struct {
	Store *store.Store
	Log   *slog.Logger
	// Counted is how many organizations the metrics count one by one; 0 means telemetry.MostOrganizations.
	Counted int
	// Traced is the share of requests of which a span is made; the store has an option of its own for statements and jobs.
	Traced float64
	// Proxies are the operator's own, which say who asks.
	Proxies []net.IPNet
	HTTPS   bool
	Host    string
	Demo    []web.DemoUser
	Hasty   bool
	Mail    mail.Options // Store, Base and Theirs are filled in
	Files   files.Contents
	Reach   outbound.Reach // what servers that organizations name may be
	Daily   *takeout.Daily // backups of every day; nil is none. Store, Contents, Log and Newest are filled in
	// Schedule writes archives of organizations; nil writes none. Store, Files and Log are filled in.
	Schedule *takeout.Schedule
}

// App answers requests, and works jobs once it is told to.
type App struct {
	http.Handler
	store   *store.Store
	workers *jobs.Workers
	log     *slog.Logger
	metrics *telemetry.Metrics
}

// New puts the program together.
func New(o Options) (*App, error) {
	o.Mail.Store, o.Mail.Base, o.Mail.Theirs = o.Store, "http://"+o.Host, o.Reach.Dialer()
	if o.HTTPS {
		o.Mail.Base = "https://" + o.Host
	}
	mailer, err := mail.New(o.Mail)
	if err != nil {
		return nil, err
	}
	mailbox, err := mailboxOf(o, mailer)
	if err != nil {
		return nil, err
	}
	library := files.New(o.Store, o.Files)
	imports := importing.New(o.Store, library)
	office := takeout.NewOffice(o.Store, library)
	desk := sso.New(o.Store, oidc.New(o.Reach.Client()), o.Mail.Base)
	log, metrics := origin.Tagged(o.Log), telemetry.NewMetrics(o.Store, o.Counted)
	answered := func(r *http.Request, from *origin.Origin, status int, took time.Duration) {
		telemetry.Answered(r, from)
		metrics.Request(r, from, status, took)
	}
	site := web.New(web.Config{Store: o.Store, Log: log, Answered: answered, HTTPS: o.HTTPS, Bootstrap: Bootstrap(), Host: o.Host, Demo: o.Demo, Hasty: o.Hasty, Mail: mailer, Mailbox: mailbox, Files: library, SSO: desk, Imports: imports, Takeouts: office})
	programs := api.New(api.Config{Store: o.Store, Log: log, Answered: answered, HTTPS: o.HTTPS, Hasty: o.Hasty})
	handler, err := httpkit.Behind(o.Proxies, front(site, programs))
	if err != nil {
		return nil, err
	}
	if o.Traced > 0 {
		handler = telemetry.Requests(handler, o.Traced)
	}
	if o.Daily != nil {
		o.Daily.Store, o.Daily.Contents, o.Daily.Log, o.Daily.Newest = o.Store, o.Files, log, metrics.BackedUp
	}
	if o.Schedule != nil {
		o.Schedule.Store, o.Schedule.Files, o.Schedule.Log = o.Store, library, log
	}
	w := work{store: o.Store, mailer: mailer, library: library, imports: imports, office: office, daily: o.Daily, schedule: o.Schedule}
	return &App{handler, o.Store, w.workers(jobs.Watch{Log: log, Observed: metrics.Job}), log, metrics}, nil
}

// Operator is what the host's own address answers.
func (a *App) Operator() http.Handler { return telemetry.Operator(a.metrics) }

// front sends what is for programs to the API, and the rest to the pages.
func front(pages, programs http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, api.Prefix) {
			programs.ServeHTTP(w, r)
			return
		}
		pages.ServeHTTP(w, r)
	})
}

// Work works jobs until stop is called, which lets those under way finish.
func (a *App) Work(ctx context.Context) (stop func(context.Context) error, err error) {
	return a.store.Work(ctx, a.workers.River(), a.log, a.workers.Often()...)
}

// mailboxOf is who reads the mails that are kept: in the demo everybody, else who has the operator's key.
func mailboxOf(o Options, mailer *mail.Mailer) (web.Mailbox, error) {
	if mailer.Delivers() || len(o.Demo) > 0 {
		return web.Mailbox{Open: !mailer.Delivers()}, nil
	}
	key, err := o.Store.Derive("mailbox")
	return web.Mailbox{Key: key}, err
}
