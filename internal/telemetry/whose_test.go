package telemetry

import (
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"craftplan/internal/origin"
)

// However many organizations there are, no more than the limit have series; the one that was quiet longest goes first.
func TestOrganizationsAreBounded(t *testing.T) {
	w := newWhose(2)
	for _, o := range []string{"a", "b", "a", "c", "c"} {
		w.count(&origin.Origin{Organization: o, Slug: o + "-slug"}, w.requests, o == "c")
	}
	w.count(&origin.Origin{Route: "/login"}, w.requests, true) // nobody's
	if n := testutil.CollectAndCount(w.requests); n != 2 {
		t.Errorf("%d organizations have series", n)
	}
	if a, b, c := testutil.ToFloat64(w.requests.WithLabelValues("a")), testutil.ToFloat64(w.requests.WithLabelValues("b")), testutil.ToFloat64(w.failures.WithLabelValues("c")); a != 2 || b != 0 || c != 2 {
		t.Errorf("a %v, b %v, failures of c %v", a, b, c)
	}
	w.count(&origin.Origin{Organization: "a", Slug: "renamed"}, w.jobs, false)
	if n := testutil.CollectAndCount(w.info); n != 2 || testutil.ToFloat64(w.info.WithLabelValues("a", "renamed")) != 1 || testutil.ToFloat64(w.requests.WithLabelValues("a")) != 2 {
		t.Errorf("%d names after one was renamed", n)
	}
}
