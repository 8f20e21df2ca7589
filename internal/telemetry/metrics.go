package telemetry

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"craftplan/internal/jobs"
	"craftplan/internal/origin"
	"craftplan/internal/store"
)

// Metrics counts what the program does. Labels are few by construction: routes are patterns, kinds and results are the program's own
// words, and organizations are those that were last active, up to a number.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	answers  *prometheus.HistogramVec
	jobs     *prometheus.CounterVec
	work     *prometheus.HistogramVec
	whose    *whose
	backup   *prometheus.GaugeVec
}

// MostOrganizations is for how many organizations requests and jobs are counted one by one, unless the operator says otherwise. Each
// has four series.
const MostOrganizations = 500

// NewMetrics starts at zero. most is how many organizations are counted one by one; 0 means MostOrganizations.
func NewMetrics(st *store.Store, most int) *Metrics {
	if most <= 0 {
		most = MostOrganizations
	}
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: counter("http_requests_total", "Requests answered.", "method", "route", "status"),
		answers:  histogram("http_request_duration_seconds", "Time until a request was answered.", "route"),
		jobs:     counter("jobs_total", "Tries at jobs, by how they ended.", "kind", "result"),
		work:     histogram("job_duration_seconds", "Time that a try at a job took.", "kind"),
		whose:    newWhose(most),
		backup:   prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: prefix + "backup_timestamp_seconds", Help: "When the newest backup of every day was written."}, nil),
	}
	m.registry.MustRegister(m.requests, m.answers, m.jobs, m.work, m.whose, m.backup, standing{st},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), collectors.NewBuildInfoCollector())
	return m
}

const prefix = "craftplan_"

func counter(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: prefix + name, Help: help}, labels)
}

func histogram(name, help string, labels ...string) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: prefix + name, Help: help, Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, 1, 5}}, labels)
}

// Request counts a request.
func (m *Metrics) Request(r *http.Request, o *origin.Origin, status int, took time.Duration) {
	m.requests.WithLabelValues(method(r.Method), o.Route, strconv.Itoa(status)).Inc()
	m.answers.WithLabelValues(o.Route).Observe(took.Seconds())
	m.whose.count(o, m.whose.requests, status >= http.StatusInternalServerError)
}

// Job counts a try at a job.
func (m *Metrics) Job(o *origin.Origin, result jobs.Result, took time.Duration) {
	m.jobs.WithLabelValues(o.Job, string(result)).Inc()
	m.work.WithLabelValues(o.Job).Observe(took.Seconds())
	m.whose.count(o, m.whose.jobs, result == jobs.Failed || result == jobs.GivenUp)
}

// BackedUp notes when the newest backup was written. Until then there is no figure.
func (m *Metrics) BackedUp(at time.Time) { m.backup.WithLabelValues().Set(float64(at.Unix())) }

// method is a method that the program knows: anybody can make up others.
func method(name string) string {
	switch name {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPatch, http.MethodPut, http.MethodDelete, http.MethodOptions:
		return name
	}
	return "other"
}
