package httpkit

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"craftplan/internal/fault"
	"craftplan/internal/origin"
)

func TestLimiter(t *testing.T) {
	now := time.Date(2026, 3, 8, 6, 0, 0, 0, time.UTC)
	l := NewLimiter(3, time.Minute)
	l.now = func() time.Time { return now }
	for i := range 3 {
		if err := l.Allow("a"); err != nil {
			t.Errorf("attempt %d: %v", i, err)
		}
	}
	if err := l.Allow("a"); !fault.Is(err, fault.KindRateLimited) {
		t.Errorf("the fourth attempt: %v", err)
	}
	if err := l.Allow("b"); err != nil {
		t.Errorf("somebody else: %v", err)
	}
	now = now.Add(time.Minute)
	if err := l.Allow("a"); err != nil {
		t.Errorf("a minute later: %v", err)
	}
	now = now.Add(time.Hour)
	if err := l.Allow("c"); err != nil || len(l.keys) != 1 {
		t.Errorf("%d keys are kept, %v", len(l.keys), err)
	}
}

func TestStatus(t *testing.T) {
	for status, err := range map[int]error{
		http.StatusUnprocessableEntity: fault.Invalid("a", "b"), http.StatusNotFound: fault.NotFound("x"), http.StatusConflict: fault.Conflict("x"), http.StatusForbidden: fault.Forbidden("x"),
		http.StatusUnauthorized: fault.Unauthenticated("x"), http.StatusTooManyRequests: fault.RateLimited("x"), http.StatusServiceUnavailable: fault.Unavailable("x", nil), http.StatusInternalServerError: errors.New("x"),
	} {
		if got := Status(err); got != status {
			t.Errorf("%v is %d, want %d", err, got, status)
		}
	}
}

func TestReadable(t *testing.T) {
	for text, want := range map[string]bool{"": true, "Café, 🥐\n": true, "a\x00b": false, "\xff": false, "Caf\xe9": false} {
		if Readable("fine", text) != want {
			t.Errorf("%q", text)
		}
	}
}

// A panic is a page and a line in the log, and the server goes on.
func TestPanic(t *testing.T) {
	var logged bytes.Buffer
	log := origin.Tagged(slog.New(slog.NewTextHandler(&logged, nil)))
	handler := Log(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		origin.Of(r.Context()).Route = "/{organization}/bread"
		panic("the oven is out")
	}), log, nil, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) })
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/sunrise/bread?secret=1", nil))
	if w.Code != http.StatusInternalServerError {
		t.Errorf("status %d", w.Code)
	}
	if text := logged.String(); !strings.Contains(text, "the oven is out") || !strings.Contains(text, "/{organization}/bread") || strings.Contains(text, "secret") {
		t.Errorf("log: %s", text)
	}
}

// A line of the log is about its own request: what an earlier one learned of its organization is not in it.
func TestLogLinesAreTheirOwn(t *testing.T) {
	var logged bytes.Buffer
	log := origin.Tagged(slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug})))
	handler := Log(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		entry := origin.Of(r.Context())
		if r.URL.Path == "/sunrise/" {
			entry.Organization, entry.Slug, entry.User, entry.Key = "an organization", "sunrise", "somebody", "a key"
		}
		entry.Route = origin.Of(r.Context()).Slug + " asked"
	}), log, nil, nil)
	for _, path := range []string{"/sunrise/", "/login", "/sunrise/"} {
		logged.Reset()
		handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, path, nil))
		text := logged.String()
		for _, word := range []string{"an organization", "slug=sunrise", "sunrise asked", "somebody", "a key"} {
			if strings.Contains(text, word) != (path == "/sunrise/") {
				t.Errorf("%s: log: %s", path, text)
			}
		}
	}
}
