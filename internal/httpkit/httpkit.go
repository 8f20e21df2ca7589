// Package httpkit is what every HTTP front shares: handlers that return an error, the status of a fault, security headers, the
// request log, and limits on attempts.
package httpkit

import (
	"crypto/rand"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"
	"unicode/utf8"

	"craftplan/internal/fault"
	"craftplan/internal/origin"
)

// Status is the HTTP status of an error.
func Status(err error) int {
	switch fault.KindOf(err) {
	case fault.KindInvalid:
		return http.StatusUnprocessableEntity
	case fault.KindUnauthenticated:
		return http.StatusUnauthorized
	case fault.KindForbidden:
		return http.StatusForbidden
	case fault.KindNotFound:
		return http.StatusNotFound
	case fault.KindConflict:
		return http.StatusConflict
	case fault.KindRateLimited:
		return http.StatusTooManyRequests
	case fault.KindUnavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// Readable tells whether texts can be kept and compared: valid UTF-8 without NUL. PostgreSQL refuses others, SQLite does not.
func Readable(texts ...string) bool {
	for _, text := range texts {
		if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
			return false
		}
	}
	return true
}

// policy allows what the program itself serves and nothing else.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; font-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// Secure sets the security headers of a page; https adds those that only make sense with TLS.
func Secure(next http.Handler, https bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
		h.Set("Cache-Control", "private, no-store")
		if https {
			h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
		}
		next.ServeHTTP(w, r)
	})
}

// Answered is told of each request when it is done.
type Answered func(r *http.Request, o *origin.Origin, status int, took time.Duration)

// Log gives every request an origin with an id, writes one line when it is done and tells answered, and turns a panic into fail.
func Log(next http.Handler, log *slog.Logger, answered Answered, fail func(http.ResponseWriter, *http.Request)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o := &origin.Origin{Request: rand.Text()}
		r = r.WithContext(origin.With(r.Context(), o))
		recorder := &recorder{ResponseWriter: w, status: http.StatusOK}
		start := time.Now()
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler { //nolint:errorlint // the value is documented
					panic(p)
				}
				log.ErrorContext(r.Context(), "panic", "panic", p, "stack", string(debug.Stack()))
				if !recorder.wrote {
					fail(recorder, r)
				}
			}
			level := slog.LevelDebug
			if recorder.status >= 500 {
				level = slog.LevelError
			}
			took := time.Since(start)
			log.LogAttrs(r.Context(), level, "request", slog.String("method", r.Method), slog.Int("status", recorder.status), slog.Duration("took", took))
			if answered != nil {
				answered(r, o, recorder.status, took)
			}
		}()
		next.ServeHTTP(recorder, r)
	})
}

type recorder struct {
	http.ResponseWriter
	status int
	wrote  bool
}

func (r *recorder) WriteHeader(status int) {
	if !r.wrote {
		r.status, r.wrote = status, true
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	r.wrote = true
	return r.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
