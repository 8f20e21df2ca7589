package mail_test

import (
	"context"
	"errors"
	"log/slog"
	"syscall"
)

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func forbid(context.Context, string, string, syscall.RawConn) error { return errors.New("not allowed") }
