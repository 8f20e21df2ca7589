// Package app puts the program together: the only place that knows all of it.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"syscall"
	"time"

	"craftplan/internal/organizations"
	"craftplan/internal/settings"
	"craftplan/internal/store"
	"craftplan/internal/web"
)

// Bootstrap is what each domain gives a new organization, in order.
func Bootstrap() []organizations.Step { return []organizations.Step{settings.Bootstrap} }

// roomier is how far the heap grows between collections, in percent: a page takes little, and memory is there.
const roomier = 400

// Tune sets up the Go runtime for serving, unless the operator did by GOGC.
func Tune() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(roomier)
	}
}

// Options are what the handler is made of.
type Options struct {
	Store *store.Store
	Log   *slog.Logger
	HTTPS bool
	Host  string
	Demo  []web.DemoUser
	Hasty bool
}

// Handler answers all requests.
func Handler(o Options) http.Handler {
	return web.New(web.Config{Store: o.Store, Log: o.Log, HTTPS: o.HTTPS, Bootstrap: Bootstrap(), Host: o.Host, Demo: o.Demo, Hasty: o.Hasty})
}

const shutdown = 15 * time.Second

// Listen opens the address, or says in a sentence why it cannot.
func Listen(ctx context.Context, addr string) (net.Listener, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("address %s is in use: stop the other program, or choose another with --addr", addr)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w", addr, err)
	}
	return listener, nil
}

// Serve answers until the context ends, then lets requests under way finish.
func Serve(ctx context.Context, listener net.Listener, handler http.Handler, log *slog.Logger) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 60 * time.Second, WriteTimeout: 60 * time.Second, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn)}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdown)
	defer cancel()
	if err := server.Shutdown(stopping); err != nil {
		return errors.Join(err, server.Close())
	}
	return nil
}
