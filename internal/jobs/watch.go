package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/riverqueue/river"
	"go.opentelemetry.io/otel/trace"

	"craftplan/internal/origin"
	"craftplan/internal/store"
)

// Result is how a try at a job ended.
type Result string

// The results.
const (
	Done    Result = "done"
	Failed  Result = "failed"   // it will be tried again, unless this was the last try
	GivenUp Result = "given up" // no other try would help
	Resting Result = "resting"  // it waits: its organization is suspended
)

// Watch is who is told how jobs go.
type Watch struct {
	Log      *slog.Logger
	Observed func(o *origin.Origin, result Result, took time.Duration) // may be nil
}

// long is what a slow job may take.
const long = 2 * time.Hour

// worker is a kind of job whose tries are logged and observed. A panic is a failure like any other.
type worker[T store.Job] struct {
	river.WorkerDefaults[T]
	watch Watch
	work  func(context.Context, *river.Job[T]) error
}

func add[T store.Job](w *Workers, work func(context.Context, *river.Job[T]) error) {
	river.AddWorker(w.river, &worker[T]{watch: w.watch, work: work})
}

// Timeout is what a try may take; 0 is the queue's usual.
func (w *worker[T]) Timeout(job *river.Job[T]) time.Duration {
	if store.IsSlow(job.Args) {
		return long
	}
	return 0
}

// Work is one try.
func (w *worker[T]) Work(ctx context.Context, job *river.Job[T]) (err error) {
	start := time.Now()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
			w.watch.Log.ErrorContext(ctx, "panic", "panic", p, "stack", string(debug.Stack()))
		}
		w.watch.ended(ctx, err, time.Since(start), job.Attempt, job.MaxAttempts)
	}()
	return w.work(ctx, job)
}

func (w Watch) ended(ctx context.Context, err error, took time.Duration, attempt, most int) {
	result, level := resultOf(err), slog.LevelDebug
	switch {
	case result == GivenUp, result == Failed && attempt >= most:
		level = slog.LevelError
	case result == Failed:
		level = slog.LevelWarn
	}
	attrs := []slog.Attr{slog.String("result", string(result)), slog.Duration("took", took), slog.Int("try", attempt), slog.Int("of", most)}
	if result == Failed || result == GivenUp {
		attrs = append(attrs, slog.Any("error", err))
	}
	w.Log.LogAttrs(ctx, level, "job", attrs...)
	trace.SpanFromContext(ctx).SetAttributes(origin.Attributes(ctx)...)
	if w.Observed != nil {
		w.Observed(origin.Of(ctx), result, took)
	}
}

func resultOf(err error) Result {
	var cancelled *river.JobCancelError
	var snoozed *river.JobSnoozeError
	switch {
	case err == nil:
		return Done
	case errors.As(err, &snoozed):
		return Resting
	case errors.As(err, &cancelled):
		return GivenUp
	}
	return Failed
}
