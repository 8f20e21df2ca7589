package httpkit

import (
	"net"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"craftplan/internal/fault"
)

// Limiter counts attempts by key: an address of the network, or an account. It forgets a key that was quiet long enough to
// have all its attempts back.
type Limiter struct {
	every time.Duration
	burst int
	now   func() time.Time

	mu    sync.Mutex
	keys  map[string]*rate.Limiter
	swept time.Time
}

// NewLimiter allows burst attempts at once and one more each interval.
func NewLimiter(burst int, every time.Duration) *Limiter {
	return &Limiter{every: every, burst: burst, now: time.Now, keys: map[string]*rate.Limiter{}}
}

// Allow takes one attempt of the key; a RateLimited fault says that none is left.
func (l *Limiter) Allow(key string) error {
	if l.Take(key) > 0 {
		return fault.RateLimited("Too many attempts. Wait a few minutes and try again.")
	}
	return nil
}

// Take takes one attempt of the key, or tells how long it is until the next.
func (l *Limiter) Take(key string) (wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	l.sweep(now)
	limiter, ok := l.keys[key]
	if !ok {
		limiter = rate.NewLimiter(rate.Every(l.every), l.burst)
		l.keys[key] = limiter
	}
	attempt := limiter.ReserveN(now, 1)
	if wait = attempt.DelayFrom(now); wait > 0 {
		attempt.CancelAt(now)
	}
	return wait
}

func (l *Limiter) sweep(now time.Time) {
	if now.Sub(l.swept) < time.Minute {
		return
	}
	l.swept = now
	for key, limiter := range l.keys {
		if limiter.TokensAt(now) >= float64(l.burst) {
			delete(l.keys, key)
		}
	}
}

// ClientAddress is the network address a request came from.
func ClientAddress(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
