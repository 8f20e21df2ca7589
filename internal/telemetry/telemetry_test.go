package telemetry_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"craftplan/internal/app"
	"craftplan/internal/apptest"
	"craftplan/internal/apptest/postbox"
	"craftplan/internal/store"
	"craftplan/internal/telemetry"
)

// journal is a log that many write to.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

// of are the lines with a message and a field.
func (j *journal) of(t *testing.T, message, name, value string) (all []map[string]any) {
	t.Helper()
	j.mu.Lock()
	defer j.mu.Unlock()
	for lines := bufio.NewScanner(bytes.NewReader(j.text.Bytes())); lines.Scan(); {
		var line map[string]any
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		if line["msg"] == message && line[name] == value {
			all = append(all, line)
		}
	}
	return all
}

const mailed = "organization_mail"

// What a person does, and the job that it leaves, say on every line, span and figure whose they are; and nobody's address, name or
// token is in any of them.
func TestWhoseItIs(t *testing.T) {
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		t.Run(string(engine), func(t *testing.T) { whose(t, engine) })
	}
}

func whose(t *testing.T, engine store.Engine) {
	spans := tracetest.NewSpanRecorder()
	stop, err := telemetry.TraceTo(t.Context(), spans)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stop(t.Context()) }()
	logged := &journal{}
	a := apptest.Traced(t, engine, apptest.MailsTo(postbox.Open(t)), func(o *app.Options) {
		o.Log = slog.New(slog.NewJSONHandler(logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	a.Work(t)

	maya := a.As(t, "maya@sunrise.example")
	maya.Get("/sunrise/orders?q=whisper")
	if p := maya.Post("/sunrise/settings/members/invitations", url.Values{"emails": {"nell@oven.example"}, "role": {"staff"}}); p.Status != http.StatusSeeOther {
		t.Fatalf("invite: %d", p.Status)
	}
	a.Anonymous(t).Get("/invitations/a-secret-token")
	worked := await(t, func() []map[string]any { return logged.of(t, "job", "job", mailed) })[0]

	request := func(route string) map[string]any {
		return await(t, func() []map[string]any { return logged.of(t, "request", "route", route) })[0]
	}
	const invite = "/{organization}/settings/members/invitations"
	asked := request(invite)
	for name, want := range map[string]any{"slug": "sunrise", "organization": worked["organization"], "status": 303.0, "method": "POST"} {
		if asked[name] != want {
			t.Errorf("the request's line says %s %v, want %v", name, asked[name], want)
		}
	}
	if asked["user"] == nil || asked["request"] == nil || asked["request"] != worked["request"] || worked["slug"] != "sunrise" || worked["result"] != "done" {
		t.Errorf("request %v, job %v", asked, worked)
	}
	if line := request("/invitations/{token}"); line["organization"] != nil || line["user"] != nil {
		t.Errorf("a stranger's line: %v", line)
	}

	var server, job, sent trace.ReadOnlySpan
	statements := 0
	for _, span := range await(t, func() []trace.ReadOnlySpan { return ended(spans, "river.work/"+mailed) }) {
		job = span
	}
	for _, span := range spans.Ended() {
		switch span.Name() {
		case "POST " + invite:
			server = span
		case "send mail":
			sent = span
		}
	}
	if server == nil || sent == nil {
		t.Fatal("no span of the request, or of its mail")
	}
	for _, span := range spans.Ended() {
		if span.SpanContext().TraceID() == server.SpanContext().TraceID() && span.Name() == "CreateInvitation" && strings.Contains(value(span, "db.query.text"), "invitations") {
			statements++
			if value(span, "craftplan.organization") != asked["organization"] {
				t.Errorf("statement %s: %v", span.Name(), span.Attributes())
			}
		}
	}
	if statements != 1 {
		t.Errorf("%d spans of the statement that invites", statements)
	}
	if job.SpanContext().TraceID() != server.SpanContext().TraceID() || sent.SpanContext().TraceID() != server.SpanContext().TraceID() {
		t.Error("the job, or its mail, does not go on with the trace of the request")
	}
	for _, span := range []trace.ReadOnlySpan{server, job, sent} {
		if value(span, "craftplan.organization") != asked["organization"] || value(span, "craftplan.request") != asked["request"] || value(span, "craftplan.slug") != "sunrise" {
			t.Errorf("span %s: %v", span.Name(), span.Attributes())
		}
	}

	families := scrape(t, a)
	organization := fmt.Sprint(asked["organization"])
	for _, want := range []struct {
		name   string
		labels map[string]string
		value  float64
	}{
		{"craftplan_http_requests_total", map[string]string{"route": invite, "method": "POST", "status": "303"}, 1},
		{"craftplan_organization_requests_total", map[string]string{"organization": organization}, 2},
		{"craftplan_organization_info", map[string]string{"organization": organization, "slug": "sunrise"}, 1},
		{"craftplan_jobs_total", map[string]string{"kind": mailed, "result": "done"}, 1},
		{"craftplan_organizations", map[string]string{"status": "active"}, 3},
		{"craftplan_sessions", nil, 1},
		{"craftplan_database_up", nil, 1},
	} {
		if got := sample(families, want.name, want.labels); got != want.value {
			t.Errorf("%s %v is %v, want %v", want.name, want.labels, got, want.value)
		}
	}

	if n := sample(families, "craftplan_organization_jobs_total", map[string]string{"organization": organization}); n < 1 {
		t.Errorf("%v jobs of the organization", n)
	}

	told := logged.text.String() + fmt.Sprint(families)
	for _, span := range spans.Ended() {
		if from := value(span, "client.address") + value(span, "network.peer.address"); from != "" {
			t.Errorf("%s says who asked: %s", span.Name(), from)
		}
		told += fmt.Sprint(span.Name(), span.Attributes(), span.Events(), span.Status())
	}
	for _, secret := range []string{"nell", "oven.example", "maya", "whisper", "a-secret-token", "Go-http-client"} {
		if strings.Contains(told, secret) {
			t.Errorf("%q is told", secret)
		}
	}
}

func ended(spans *tracetest.SpanRecorder, name string) (all []trace.ReadOnlySpan) {
	for _, span := range spans.Ended() {
		if span.Name() == name {
			all = append(all, span)
		}
	}
	return all
}

// await asks until there is something.
func await[T any](t *testing.T, ask func() []T) []T {
	t.Helper()
	for range 1000 {
		if all := ask(); len(all) > 0 {
			return all
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("it did not come")
	return nil
}

func value(span trace.ReadOnlySpan, name string) string {
	for _, a := range span.Attributes() {
		if a.Key == attribute.Key(name) {
			return a.Value.String()
		}
	}
	return ""
}

// scrape reads the metrics with Prometheus' own parser.
func scrape(t *testing.T, a *apptest.App) map[string]*dto.MetricFamily {
	t.Helper()
	w := httptest.NewRecorder()
	a.Operator().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(w.Body)
	if err != nil || w.Code != http.StatusOK {
		t.Fatalf("scrape: %d, %v", w.Code, err)
	}
	return families
}

// sample is the value with just these labels; -1 when there is none.
func sample(families map[string]*dto.MetricFamily, name string, labels map[string]string) float64 {
	for _, m := range families[name].GetMetric() {
		match := len(m.GetLabel()) == len(labels)
		for _, l := range m.GetLabel() {
			match = match && labels[l.GetName()] == l.GetValue()
		}
		if match {
			return m.GetCounter().GetValue() + m.GetGauge().GetValue()
		}
	}
	return -1
}

// The host's address has profiles, and no page of the program.
func TestOperator(t *testing.T) {
	operator := apptest.New(t, store.SQLite).Operator()
	for path, status := range map[string]int{"/debug/pprof/goroutine?debug=1": http.StatusOK, "/debug/pprof/": http.StatusOK, "/login": http.StatusNotFound, "/": http.StatusNotFound} {
		w := httptest.NewRecorder()
		operator.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != status {
			t.Errorf("%s: %d, want %d", path, w.Code, status)
		}
	}
}

// No page of the program has the host's address.
func TestPagesDoNotTell(t *testing.T) {
	a := apptest.New(t, store.SQLite)
	for _, path := range []string{"/metrics", "/debug/pprof/"} {
		if p := a.Anonymous(t).Get(path); p.Status == http.StatusOK {
			t.Errorf("%s is shown to anybody", path)
		}
	}
}
