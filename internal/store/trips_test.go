package store_test

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"

	"craftplan/internal/settings"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

// wire stands between a store and its server and notes what is said.
type wire struct {
	mu    sync.Mutex
	trips []string // what was sent before each answer
	sent  []string
}

func (w *wire) clear() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.trips, w.sent = nil, nil
}

func (w *wire) trace() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Join(w.trips, "\n")
}

// The messages of the protocol that matter here.
var spoken = map[byte]string{'Q': "Query", 'P': "Parse", 'B': "Bind", 'D': "Describe", 'E': "Execute", 'S': "Sync", 'C': "Close"}

// ready is the server's message that it waits for the next: the end of a round trip.
const ready = 'Z'

func (w *wire) client(kind byte, body []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	said := spoken[kind]
	if kind == 'Q' || kind == 'P' {
		text, _, _ := strings.Cut(strings.TrimLeft(string(body), "\x00"), "\x00")
		said += fmt.Sprintf(" %q", clip(text))
	}
	w.sent = append(w.sent, said)
}

func (w *wire) server(kind byte, _ []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if kind == ready {
		w.trips, w.sent = append(w.trips, strings.Join(w.sent, ", ")), nil
	}
}

func clip(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	return text[:min(len(text), 90)]
}

// listen passes connections on to a server, and returns its own address.
func (w *wire) listen(t *testing.T, server string) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			upstream, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", server)
			if err != nil {
				client.Close()
				return
			}
			go w.pass(upstream, client, true, w.client)
			go w.pass(client, upstream, false, w.server)
		}
	}()
	return listener.Addr().String()
}

// pass copies messages; the first of a client has no kind.
func (w *wire) pass(to, from net.Conn, first bool, note func(byte, []byte)) {
	defer to.Close()
	for {
		head := make([]byte, 5)
		if first {
			head = head[:4]
		}
		if _, err := io.ReadFull(from, head); err != nil {
			return
		}
		body := make([]byte, binary.BigEndian.Uint32(head[len(head)-4:])-4)
		if _, err := io.ReadFull(from, body); err != nil {
			return
		}
		if !first {
			note(head[0], body)
		}
		first = false
		if _, err := to.Write(append(head, body...)); err != nil {
			return
		}
	}
}

// Row-level security costs no round trip: the organization is named in the message that begins the transaction. A transaction
// with one statement takes as many trips with an organization as without one.
func TestRowLevelSecurityCostsNoTrip(t *testing.T) {
	db := storetest.New(t, store.Postgres)
	scope := db.Organization("Sunrise")
	u, err := url.Parse(db.Super)
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{}
	u.Host = w.listen(t, u.Host)
	u.User = url.User("craftplan_web")
	st, err := store.Open(t.Context(), u.String(), store.Options{Connections: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	ofOne := func() {
		err := st.View(t.Context(), scope, func(tx *store.Tx) error {
			_, err := settings.Get(t.Context(), tx)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	ofNone := func() {
		err := st.System(t.Context(), "test: one statement", func(tx *store.SystemTx) error {
			var n int
			return tx.DB().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM users").Scan(&n)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	trips := map[string]int{}
	for name, transaction := range map[string]func(){"with an organization": ofOne, "without one": ofNone} {
		transaction() // the first prepares its statement
		w.clear()
		transaction()
		trace := w.trace()
		trips[name] = strings.Count(trace, "\n") + 1
		t.Logf("%s:\n%s", name, trace)
		if name == "with an organization" && !strings.HasPrefix(trace, `Query "begin read only; select use_organization('`+scope.Organization().String()) {
			t.Error("the transaction is not bound by the message that begins it")
		}
	}
	if trips["with an organization"] != 3 || trips["without one"] != 3 {
		t.Errorf("trips: %v", trips)
	}
	t.Logf("proved: %d trips more for row-level security", trips["with an organization"]-trips["without one"])
}
