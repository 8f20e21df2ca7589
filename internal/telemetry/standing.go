package telemetry

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"craftplan/internal/accounts"
	"craftplan/internal/organizations"
	"craftplan/internal/store"
	"craftplan/internal/takeout"
)

// standing is how things stand in the database, asked for at each scrape. What cannot be asked is left out, and up says 0.
type standing struct{ store *store.Store }

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(prefix+name, help, labels, nil)
}

var (
	databaseUp  = describe("database_up", "Whether the database answered this scrape.")
	jobsByState = describe("jobs", "Jobs in the queue, by state.", "state")
	sessions    = describe("sessions", "Sessions that have not expired.")
	byStatus    = describe("organizations", "Organizations, by status.", "status")
	missing     = describe("exports_missing", "Active organizations without the archive that the schedule says should be there.")
	connections = describe("database_connections", "Open connections to the database, by pool and use.", "pool", "use")
	waits       = describe("database_waits_total", "How often a connection had to be waited for.", "pool")
	waited      = describe("database_wait_seconds_total", "How long connections were waited for.", "pool")
)

// Describe names what Collect sends.
func (s standing) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{databaseUp, jobsByState, sessions, byStatus, missing, connections, waits, waited} {
		to <- d
	}
}

const patience = 5 * time.Second

// Collect asks the database.
func (s standing) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	up := 1.0
	if err := s.ask(ctx, to); err != nil {
		up = 0
	}
	gauge(to, databaseUp, up)
	for _, p := range s.store.Pools() {
		gauge(to, connections, float64(p.InUse), p.Name, "busy")
		gauge(to, connections, float64(p.Idle), p.Name, "idle")
		to <- prometheus.MustNewConstMetric(waits, prometheus.CounterValue, float64(p.Waits), p.Name)
		to <- prometheus.MustNewConstMetric(waited, prometheus.CounterValue, p.Waited.Seconds(), p.Name)
	}
}

func (s standing) ask(ctx context.Context, to chan<- prometheus.Metric) error {
	states, err := s.store.CountJobs(ctx)
	if err != nil {
		return err
	}
	for state, n := range states {
		gauge(to, jobsByState, float64(n), state)
	}
	statuses, err := organizations.CountByStatus(ctx, s.store)
	if err != nil {
		return err
	}
	for status, n := range statuses {
		gauge(to, byStatus, float64(n), string(status))
	}
	late, err := takeout.CountMissing(ctx, s.store)
	if err != nil {
		return err
	}
	gauge(to, missing, float64(late))
	open, err := accounts.CountSessions(ctx, s.store)
	if err == nil {
		gauge(to, sessions, float64(open))
	}
	return err
}

func gauge(to chan<- prometheus.Metric, d *prometheus.Desc, value float64, labels ...string) {
	to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
}
