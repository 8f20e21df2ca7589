package telemetry

import (
	"context"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	"go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	api "go.opentelemetry.io/otel/trace"

	"craftplan/internal/origin"
)

// Traced tells whether the operator asks for traces: by naming where they go, with OpenTelemetry's own variables.
func Traced() bool {
	return os.Getenv("OTEL_SDK_DISABLED") != "true" && (os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT") != "" || os.Getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") != "")
}

// share of the requests and jobs that are traced, unless OTEL_TRACES_SAMPLER says otherwise: with a span for each statement, all of them would
// take a sixth of the time of a page.
const share = 0.1

// Share is how many of the requests are handed to the instrumentation, from 0 for none to 1 for all. It reckons for those too of which
// it makes no span in the end, so the choice is made before.
func Share() float64 {
	switch {
	case !Traced():
		return 0
	case os.Getenv("OTEL_TRACES_SAMPLER") != "":
		return 1
	}
	return share
}

// chosen marks the context of a request that was chosen.
type chosen struct{}

// sampler takes every request that was chosen, and of all else, such as jobs that no traced request left, its share.
type sampler struct{ trace.Sampler }

func (s sampler) ShouldSample(p trace.SamplingParameters) trace.SamplingResult {
	if p.ParentContext.Value(chosen{}) != nil {
		return trace.AlwaysSample().ShouldSample(p)
	}
	return s.Sampler.ShouldSample(p)
}

// Trace sends traces over OTLP (HTTP) until stop is called, which sends what is left. All else about it is said by OpenTelemetry's
// variables, such as OTEL_TRACES_SAMPLER and OTEL_EXPORTER_OTLP_HEADERS.
func Trace(ctx context.Context) (stop func(context.Context) error, err error) {
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, err
	}
	var options []trace.TracerProviderOption
	if os.Getenv("OTEL_TRACES_SAMPLER") == "" {
		options = append(options, trace.WithSampler(trace.ParentBased(sampler{trace.TraceIDRatioBased(share)})))
	}
	return TraceTo(ctx, trace.NewBatchSpanProcessor(exporter), options...)
}

// TraceTo is Trace for a test, which looks at all spans itself.
func TraceTo(ctx context.Context, processor trace.SpanProcessor, options ...trace.TracerProviderOption) (stop func(context.Context) error, err error) {
	about, err := resource.New(ctx, resource.WithAttributes(semconv.ServiceName("craftplan")), resource.WithFromEnv(), resource.WithTelemetrySDK(), resource.WithHost(), resource.WithProcessPID())
	if err != nil {
		return nil, err
	}
	options = append(options, trace.WithResource(about), trace.WithSpanProcessor(tagger{}), trace.WithSpanProcessor(processor))
	provider := trace.NewTracerProvider(options...)
	otel.SetTracerProvider(provider)
	otel.SetTextMapPropagator(propagation.TraceContext{})
	return provider.Shutdown, nil
}

// tagger writes on each span whose it is and where it came from.
type tagger struct{}

func (tagger) OnStart(ctx context.Context, span trace.ReadWriteSpan) {
	span.SetAttributes(origin.Attributes(ctx)...)
	for _, a := range span.Attributes() {
		if slices.Contains(telling, string(a.Key)) {
			span.SetAttributes(attribute.String(string(a.Key), ""))
		}
	}
}

// telling are attributes of the instrumentation that tell of people, or hold what opens something: an address may end with a token.
var telling = []string{"url.path", "url.query", "url.full", "client.address", "network.peer.address", "network.peer.port", "user_agent.original"}

// OnEnd, Shutdown and ForceFlush have nothing to do.
func (tagger) OnEnd(trace.ReadOnlySpan)         {}
func (tagger) Shutdown(context.Context) error   { return nil }
func (tagger) ForceFlush(context.Context) error { return nil }

// Requests makes a span of a share of the requests, each of which begins a trace of its own: whoever asks is a stranger.
func Requests(next http.Handler, share float64) http.Handler {
	traced := otelhttp.NewHandler(next, "request", otelhttp.WithPublicEndpointFn(func(*http.Request) bool { return true }))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if rand.Float64() >= share {
			next.ServeHTTP(w, r)
			return
		}
		traced.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), chosen{}, true)))
	})
}

// Answered names the span of a request by its route, once that is known, and says whose it was.
func Answered(r *http.Request, o *origin.Origin) {
	span := api.SpanFromContext(r.Context())
	if !span.IsRecording() {
		return
	}
	span.SetName(method(r.Method) + " " + o.Route)
	span.SetAttributes(append(origin.Attributes(r.Context()), semconv.HTTPRoute(o.Route))...)
}
