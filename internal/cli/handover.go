package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"

	"github.com/cloudflare/tableflip"
	"github.com/coreos/go-systemd/v22/daemon"
)

// handover lets a new process of the program take over the addresses of this one when it gets the signal for it, so that nobody who
// asks meanwhile is refused: the new one answers before this one stops.
type handover struct {
	upgrader *tableflip.Upgrader // nil where the system has no such thing
	log      *slog.Logger
}

func newHandover(log *slog.Logger) (handover, error) {
	upgrader, err := tableflip.New(tableflip.Options{})
	if errors.Is(err, tableflip.ErrNotSupported) {
		return handover{nil, log}, nil
	}
	return handover{upgrader, log}, err
}

// listen opens an address, or takes it over, or says in a sentence why it cannot.
func (h handover) listen(ctx context.Context, addr string) (net.Listener, error) {
	if h.upgrader == nil {
		return openAddress(ctx, "tcp", addr)
	}
	var why error // which the library keeps the text of
	listener, err := h.upgrader.ListenWithCallback("tcp", addr, func(network, addr string) (listener net.Listener, err error) {
		listener, why = openAddress(ctx, network, addr)
		return listener, why
	})
	if why != nil {
		err = why
	}
	return listener, err
}

func openAddress(ctx context.Context, network, addr string) (net.Listener, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, network, addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("address %s is in use: stop the other program, or choose another with --addr", addr)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w", addr, err)
	}
	return listener, nil
}

// ready lets the former process stop, and tells a service manager which process it is now. The context that it returns ends when the
// next process is ready too.
func (h handover) ready(ctx context.Context) (context.Context, error) {
	if h.upgrader == nil {
		return ctx, nil
	}
	if err := h.upgrader.Ready(); err != nil {
		return ctx, err
	}
	if _, err := daemon.SdNotify(false, fmt.Sprintf("MAINPID=%d\n%s", os.Getpid(), daemon.SdNotifyReady)); err != nil {
		return ctx, fmt.Errorf("tell the service manager: %w", err)
	}
	until, stop := context.WithCancel(ctx)
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, restart)
	go func() {
		defer stop()
		for {
			select {
			case <-asked:
				go h.upgrade()
			case <-h.upgrader.Exit():
				return
			case <-ctx.Done():
				return
			}
		}
	}()
	return until, nil
}

// upgrade starts the next process. When it does not get ready, this one goes on.
func (h handover) upgrade() {
	if err := h.upgrader.Upgrade(); err != nil {
		h.log.Error("restart", "error", err)
	}
}

// stop ends it: no next process is started any more.
func (h handover) stop() {
	if h.upgrader != nil {
		h.upgrader.Stop()
	}
}
