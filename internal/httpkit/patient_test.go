package httpkit

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// An answer that takes longer than the server's limit arrives whole when each of its parts is taken in time.
func TestPatient(t *testing.T) {
	const parts = 5
	part := bytes.Repeat([]byte("x"), 1<<20)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		p := Patient(w)
		for range parts {
			if _, err := p.Write(part); err != nil {
				t.Error(err)
			}
			time.Sleep(60 * time.Millisecond)
		}
	}))
	server.Config.WriteTimeout = 150 * time.Millisecond
	server.Start()
	defer server.Close()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if n, err := io.Copy(io.Discard, answer.Body); err != nil || n != parts<<20 {
		t.Errorf("%d bytes, %v", n, err)
	}
}

// Who takes nothing for so long is let go.
func TestPatienceEnds(t *testing.T) {
	ended := make(chan error, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		p := Patient(w)
		p.each = 100 * time.Millisecond
		part := make([]byte, 1<<20)
		for range 100 {
			if _, err := p.Write(part); err != nil {
				ended <- err
				return
			}
		}
		ended <- nil
	}))
	defer server.Close()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	select {
	case err := <-ended:
		if err == nil {
			t.Error("a hundred megabytes were written to nobody")
		}
	case <-time.After(20 * time.Second):
		t.Error("it waits for ever")
	}
}
