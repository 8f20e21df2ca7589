package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"sync/atomic"
	"time"

	"craftplan/internal/store"
	"craftplan/internal/telemetry"
)

const scraped = 5 * time.Second // between two looks at the metrics, which is often: Prometheus' own default is a minute

// telemetry compares the same page with traces sent to a collector on this machine, as many as the program takes unless it is told otherwise, and the
// metrics read every five seconds, and without, turn by turn: what it costs is less than what two runs differ by.
func (b *bench) telemetry(engine store.Engine) error {
	off, err := b.install(engine, 1)
	if err != nil {
		return err
	}
	defer off.close()
	var spans atomic.Int64 // bytes of them
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		n, _ := io.Copy(io.Discard, r.Body)
		spans.Add(n)
	}))
	defer collector.Close()
	if err := os.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.URL); err != nil {
		return err
	}
	stop, err := telemetry.Trace(b.ctx)
	if err != nil {
		return err
	}
	defer func() { _ = stop(context.WithoutCancel(b.ctx)) }() // what is left of the spans is of no use
	on := &installation{remove: func() {}}
	if on.Store, err = store.Open(b.ctx, off.url, store.Options{Relaxed: true, Keys: off.keys, Traced: true}); err != nil {
		return err
	}
	handler, err := program(on.Store, telemetry.Share())
	if err != nil {
		return err
	}
	on.server = httptest.NewServer(handler)
	defer on.close()
	operator := httptest.NewServer(handler.Operator())
	defer operator.Close()
	without, err := visit(b.ctx, off)
	if err != nil {
		return err
	}
	with, err := visit(b.ctx, on)
	if err != nil {
		return err
	}
	for _, workers := range []int{1, 8} {
		if err := b.sides(engine, without, with, operator.URL, workers); err != nil {
			return err
		}
	}
	if spans.Load() == 0 {
		return errors.New("no span reached the collector")
	}
	return nil
}

// sides measures the order list turn by turn without telemetry and with it.
func (b *bench) sides(engine store.Engine, without, with *visitor, operator string, workers int) error {
	var off, on measured
	const turns = 20
	due := time.Now()
	for range turns {
		m, err := load(workers, b.each/4, func() error { return without.get("/orders") })
		if err != nil {
			return err
		}
		off.add(m)
		ctx, stop := context.WithCancel(b.ctx)
		scrapes := make(chan error, 1)
		go func() { scrapes <- scrape(ctx, operator, &due) }()
		m, err = load(workers, b.each/4, func() error { return with.get("/orders") })
		stop()
		if err = errors.Join(err, <-scrapes); err != nil {
			return err
		}
		on.add(m)
	}
	if err := b.report(string(engine), "order list without telemetry", workers, off); err != nil {
		return err
	}
	if err := b.report(string(engine), "order list, traced and counted", workers, on); err != nil {
		return err
	}
	return b.ratio(string(engine), "throughput with telemetry", 100*on.perSecond()/off.perSecond(), "%")
}

// scrape reads the metrics whenever they are due, as Prometheus does.
func scrape(ctx context.Context, operator string, due *time.Time) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(time.Until(*due)):
		}
		*due = time.Now().Add(scraped)
		response, err := http.Get(operator + "/metrics")
		if err != nil {
			return err
		}
		if _, err := io.Copy(io.Discard, response.Body); err != nil {
			return err
		}
		response.Body.Close()
	}
}
