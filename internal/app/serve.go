package app

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"craftplan/internal/certificate"
)

const (
	shutdown = 15 * time.Second // for requests and jobs under way
	leaving  = 2 * time.Second  // for connections to be let go by who holds them
)

// Addresses are where the program answers.
type Addresses struct {
	People      net.Listener
	Certificate *certificate.Keeper // for TLS there; nil when something in front ends it, or nothing does
	Plain       net.Listener        // sends people to TLS; nil is none
	Operator    net.Listener        // the host's own; nil is none
}

// Close closes them all.
func (at Addresses) Close() (err error) {
	for _, l := range []net.Listener{at.People, at.Plain, at.Operator} {
		if l != nil {
			err = errors.Join(err, l.Close())
		}
	}
	if at.Certificate != nil {
		at.Certificate.Close()
	}
	return err
}

// Serve answers until the context ends, then lets requests and jobs under way finish.
func (a *App) Serve(ctx context.Context, at Addresses) error {
	stop, err := a.Work(ctx)
	if err != nil {
		return errors.Join(err, at.Close())
	}
	people := a.door(at.People, a, time.Minute)
	doors := []*door{people}
	if at.Certificate != nil {
		defer at.Certificate.Close()
		people.TLSConfig = at.Certificate.TLS()
	}
	if at.Plain != nil {
		doors = append(doors, a.door(at.Plain, at.Certificate.Plain(), time.Minute))
	}
	if at.Operator != nil {
		doors = append(doors, a.door(at.Operator, a.Operator(), 0))
	}
	failed := make(chan error, len(doors))
	for _, d := range doors {
		go func() { failed <- d.answer() }()
	}
	select {
	case err = <-failed:
	case <-ctx.Done():
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdown)
	defer cancel()
	for _, d := range doors {
		err = errors.Join(err, d.close(stopping))
	}
	return errors.Join(err, stop(stopping))
}

// door is an address and what answers there.
type door struct {
	http.Server
	listener net.Listener
	open     atomic.Int64 // connections
	leaving  atomic.Bool
}

// door answers with limits on how long anybody may take; a profile takes as long as it is asked to.
func (a *App) door(listener net.Listener, h http.Handler, write time.Duration) *door {
	d := &door{listener: listener}
	d.Server = http.Server{ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, WriteTimeout: write, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(a.log.Handler(), slog.LevelWarn),
		ConnState: func(_ net.Conn, state http.ConnState) {
			switch state {
			case http.StateNew:
				d.open.Add(1)
			case http.StateClosed, http.StateHijacked:
				d.open.Add(-1)
			}
		},
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if d.leaving.Load() {
				w.Header().Set("Connection", "close")
			}
			h.ServeHTTP(w, r)
		})}
	return d
}

func (d *door) answer() error {
	if d.TLSConfig != nil {
		return d.ServeTLS(d.listener, "", "")
	}
	return d.Serve(d.listener)
}

// close takes no new connections, asks those that are there to go with their next answer, and closes what is idle then. A server that
// closed idle ones at once would lose the request that is on its way on one of them.
func (d *door) close(ctx context.Context) error {
	d.leaving.Store(true)
	err := unlessClosed(d.listener.Close()) // what failed may have closed it
	for end := time.Now().Add(leaving); d.open.Load() > 0 && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	if e := unlessClosed(d.Shutdown(ctx)); e != nil { // it closes the listener too, until it has noticed that it is
		err = errors.Join(err, e, unlessClosed(d.Server.Close()))
	}
	return err
}

// unlessClosed is no error where it is that something is closed already.
func unlessClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
