package isolation

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"craftplan/internal/app"
	"craftplan/internal/files"
	"craftplan/internal/mail"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
	"craftplan/internal/store/storetest/census"
)

// World is a running program on a database of its own, which can be brought back to what it was.
type World struct {
	Fixture
	Engine store.Engine
	*census.Taker

	program *app.App
	store   *store.Store
	shelf   *shelf
	failed  *failures
	server  *httptest.Server
	busy    *busy
	http    *http.Client
	now     *atomic.Int64 // nanoseconds since Noon
	memory  map[string][]string
	ends    []func() error
}

// Options are what a world is made of.
type Options struct {
	Filling *storetest.Filling // Both when nil
	Store   store.Options
	// Faulty puts something in front of the program, to see whether the gates notice.
	Faulty func(w *World, program http.Handler) http.Handler
}

// OpenWorld starts the program on a copy of a filling.
func OpenWorld(ctx context.Context, engine store.Engine, o Options) (w *World, err error) {
	w = &World{Engine: engine, memory: map[string][]string{}, now: new(atomic.Int64), failed: &failures{}, busy: &busy{connections: map[net.Conn]bool{}}}
	w.Set(later)
	defer func() {
		if err != nil {
			err = errors.Join(err, w.Close())
		}
	}()
	if o.Filling == nil {
		o.Filling = Both
	}
	o.Store.Now = w.Now
	db, remove, err := o.Filling.Open(ctx, engine, o.Store)
	if err != nil {
		return w, err
	}
	w.ends = append(w.ends, remove)
	w.Fixture = FixtureOf(engine, o.Filling != Alone)
	if w.Taker, err = census.Open(ctx, db); err != nil {
		return w, err
	}
	w.ends = append(w.ends, w.Taker.Close)
	w.shelf, w.store = newShelf(w.Fixture.Contents), db.Store
	if w.program, err = newProgram(db.Store, w.shelf, w.failed); err != nil {
		return w, err
	}
	var handler http.Handler = w.program
	if o.Faulty != nil {
		handler = o.Faulty(w, handler)
	}
	w.server = httptest.NewUnstartedServer(handler)
	w.server.Config.ConnState = w.busy.note
	w.server.Start()
	w.http = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16, DisableCompression: true}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	w.ends = append(w.ends, func() error { w.http.CloseIdleConnections(); w.server.Close(); return nil })
	return w, nil
}

func newProgram(st *store.Store, contents files.Contents, failed io.Writer) (*app.App, error) {
	log := slog.New(slog.NewTextHandler(failed, &slog.HandlerOptions{Level: slog.LevelError}))
	return app.New(app.Options{Store: st, Files: contents, Log: log, Host: host, Hasty: true})
}

// failures are the errors that the program logged, by line: the page shows none of them.
type failures struct {
	mu    sync.Mutex
	lines []string
}

func (f *failures) Write(line []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lines = append(f.lines, strings.TrimSpace(string(line)))
	return len(line), nil
}

// last is what was logged last.
func (f *failures) last(n int) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.lines[max(0, len(f.lines)-n):])
}

// busy are the connections on which the server is asked something.
type busy struct {
	mu          sync.Mutex
	connections map[net.Conn]bool
}

func (b *busy) note(c net.Conn, state http.ConnState) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if state == http.StateNew || state == http.StateActive {
		b.connections[c] = true
	} else {
		delete(b.connections, c)
	}
}

func (b *busy) count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.connections)
}

// Quiet waits until nothing is worked on any more: who hangs up does not learn when the program is done with what they asked.
func (w *World) Quiet(ctx context.Context) error {
	w.http.CloseIdleConnections()
	// A connection of our own comes after all that are not yet taken notice of.
	if _, err := w.Do(ctx, Ask{Method: http.MethodGet, Path: "/"}); err != nil {
		return err
	}
	for range 3000 {
		if w.busy.count() == 0 {
			return nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	return errors.New("requests were not worked within half a minute")
}

// Close ends the program and removes its database.
func (w *World) Close() (err error) {
	for i := range w.ends {
		err = errors.Join(err, w.ends[len(w.ends)-1-i]())
	}
	return err
}

// Now is the moment in the world.
func (w *World) Now() time.Time { return Noon.Add(time.Duration(w.now.Load())) }

// Set sets the clock to some time after Noon.
func (w *World) Set(after time.Duration) { w.now.Store(int64(after)) }

// work works what a world's jobs are until as many mails more are kept.
func work(ctx context.Context, st *store.Store, mails int) error {
	before, err := mail.Mailbox(ctx, st)
	if err != nil {
		return err
	}
	program, err := newProgram(st, newShelf(nil), io.Discard)
	if err != nil {
		return err
	}
	stop, err := program.Work(ctx)
	if err != nil {
		return err
	}
	for range 3000 {
		kept, e := mail.Mailbox(ctx, st)
		if err = e; err != nil || len(kept) == len(before)+mails {
			break
		}
		err = errors.New("jobs were not worked within half a minute")
		time.Sleep(10 * time.Millisecond)
	}
	return errors.Join(err, stop(ctx))
}

// Ask is one request.
type Ask struct {
	Method, Path string // the path as it is sent, with its query
	Form         string // encoded; sent with what is not GET
	Type         string // of the form; "" is an ordinary one
	Cookies      map[string]string
	Key          string // of an API
}

// Answer is what came back.
type Answer struct {
	Status int
	Header http.Header
	Body   string
}

// Do asks.
func (w *World) Do(ctx context.Context, a Ask) (Answer, error) {
	r, err := http.NewRequestWithContext(ctx, a.Method, w.server.URL+a.Path, strings.NewReader(a.Form))
	if err != nil {
		return Answer{}, fmt.Errorf("%s %q: %w", a.Method, a.Path, err)
	}
	if a.Method != http.MethodGet && a.Method != http.MethodHead {
		r.Header.Set("Content-Type", cmp.Or(a.Type, "application/x-www-form-urlencoded"))
	}
	if a.Key != "" {
		r.Header.Set("Authorization", "Bearer "+a.Key)
	}
	for name, value := range a.Cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	response, err := w.http.Do(r)
	if err != nil {
		return Answer{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return Answer{response.StatusCode, response.Header, string(body)}, err
}
