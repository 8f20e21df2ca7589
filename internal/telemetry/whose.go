package telemetry

import (
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"
	"github.com/prometheus/client_golang/prometheus"

	"craftplan/internal/origin"
)

// whose counts by organization. When there are more than fit, the one that was quiet longest is dropped; when it comes back it starts
// at zero, which Prometheus takes for a restart. What all organizations did together is in the metrics without this label.
type whose struct {
	mu       sync.Mutex
	slugs    *simplelru.LRU[string, string] // by organization
	requests *prometheus.CounterVec
	jobs     *prometheus.CounterVec
	failures *prometheus.CounterVec
	info     *prometheus.GaugeVec
}

func newWhose(most int) *whose {
	w := &whose{
		requests: counter("organization_requests_total", "Requests of an organization.", "organization"),
		jobs:     counter("organization_jobs_total", "Tries at jobs of an organization.", "organization"),
		failures: counter("organization_failures_total", "Requests and jobs of an organization that failed by a fault of the program or of what it needs.", "organization"),
		info:     prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: prefix + "organization_info", Help: "The name of an organization in addresses; always 1."}, []string{"organization", "slug"}),
	}
	w.slugs, _ = simplelru.NewLRU(most, w.drop) // fails for sizes below 1 only
	return w
}

func (w *whose) drop(organization, slug string) {
	for _, vec := range []*prometheus.CounterVec{w.requests, w.jobs, w.failures} {
		vec.DeleteLabelValues(organization)
	}
	w.info.DeleteLabelValues(organization, slug)
}

// count adds one to what, and to the failures.
func (w *whose) count(o *origin.Origin, what *prometheus.CounterVec, failed bool) {
	if o.Organization == "" {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if slug, known := w.slugs.Get(o.Organization); !known || slug != o.Slug {
		w.info.DeleteLabelValues(o.Organization, slug) // it was renamed
		w.slugs.Add(o.Organization, o.Slug)
		w.info.WithLabelValues(o.Organization, o.Slug).Set(1)
	}
	what.WithLabelValues(o.Organization).Inc()
	if failed {
		w.failures.WithLabelValues(o.Organization).Inc()
	}
}

// Describe and Collect make whose a collector.
func (w *whose) Describe(to chan<- *prometheus.Desc) {
	for _, c := range []prometheus.Collector{w.requests, w.jobs, w.failures, w.info} {
		c.Describe(to)
	}
}

// Collect sends what was counted.
func (w *whose) Collect(to chan<- prometheus.Metric) {
	for _, c := range []prometheus.Collector{w.requests, w.jobs, w.failures, w.info} {
		c.Collect(to)
	}
}
