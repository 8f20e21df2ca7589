package telemetry

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

// A request that is chosen is traced, whatever share of all else is; one that is not is answered all the same.
func TestRequests(t *testing.T) {
	spans := tracetest.NewSpanRecorder()
	stop, err := TraceTo(t.Context(), spans, trace.WithSampler(trace.ParentBased(sampler{trace.NeverSample()})))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stop(t.Context()) }()
	answered := 0
	page := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { answered++ })
	for share, want := range map[float64]int{0: 0, 1: 3} {
		spans.Reset()
		for range 3 {
			Requests(page, share).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
		}
		if n := len(spans.Ended()); n != want {
			t.Errorf("of a share of %v there are %d spans, want %d", share, n, want)
		}
	}
	if answered != 6 {
		t.Errorf("%d of 6 were answered", answered)
	}
}

// Without a collector nothing is traced; with one a share, or as many as the sampler says that the operator named.
func TestShare(t *testing.T) {
	for _, c := range []struct {
		collector, sampler string
		want               float64
	}{{"", "", 0}, {"", "always_on", 0}, {"http://127.0.0.1:4318", "", share}, {"http://127.0.0.1:4318", "always_on", 1}} {
		t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", c.collector)
		t.Setenv("OTEL_TRACES_SAMPLER", c.sampler)
		if got := Share(); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}
