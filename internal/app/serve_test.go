package app

import (
	"errors"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"time"
)

// tardy is a listener whose server is slow to notice that it was closed.
type tardy struct{ net.Listener }

func (l tardy) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		time.Sleep(200 * time.Millisecond)
	}
	return c, err
}

func TestClosingADoor(t *testing.T) {
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	a := &App{log: slog.New(slog.DiscardHandler)}
	d := a.door(tardy{listener}, http.NotFoundHandler(), time.Minute)
	ended := make(chan error, 1)
	go func() { ended <- d.answer() }()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+listener.Addr().String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Close = true
	answer, err := http.DefaultClient.Do(r) // it listens
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if err := d.close(t.Context()); err != nil {
		t.Errorf("closing: %v", err)
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		t.Errorf("the server ended with %v", err)
	}
}
