// Command bench measures the pages of the program on this machine, on both databases, beside what the same run shows to be the
// least possible: the bare query through the driver, and a handler that writes the same bytes from memory. It prints a table and
// appends each row to bench.jsonl. The figures of one run are to be compared with each other, not with those of another machine.
//
// Words name what is measured, in place of all of it: pages, program, telemetry, large (an organization that is carried elsewhere), closing
// (one among many) and kills (of serve, while people write). The last two fail when anything is not as it must be.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"text/tabwriter"
	"time"

	"craftplan/internal/app"
	"craftplan/internal/store"
)

func main() {
	app.Tune()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// sizes are how much is measured.
type sizes struct {
	each          time.Duration // of one cell
	organizations int           // of the full installation
	orders        int           // of the organization that is measured
	others        int           // orders of each other one
	large         int           // orders of the organization that is carried elsewhere
	closing       int           // organizations of which one is closed
	kills         int           // of the server, on each database
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	file := flags.String("out", "bench.jsonl", "file that each row is appended to")
	s := sizes{orders: 1000}
	flags.DurationVar(&s.each, "each", 2*time.Second, "how long each figure is measured")
	flags.IntVar(&s.organizations, "organizations", 2000, "organizations of the full installation")
	flags.IntVar(&s.others, "others", 10, "orders of each of them")
	flags.IntVar(&s.large, "large", 1000, "orders of the organization that is carried elsewhere; 120000 make a million rows")
	flags.IntVar(&s.closing, "closing", 20, "organizations of which one is closed")
	flags.IntVar(&s.kills, "kills", 5, "how often serve is killed on each database")
	if err := flags.Parse(args); err != nil {
		return err
	}
	results, err := os.OpenFile(*file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer results.Close()
	b := &bench{sizes: s, ctx: ctx, table: tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight), lines: json.NewEncoder(results), started: time.Now().UTC()}
	fmt.Fprintf(out, "%s, %d cores, %s each\n\n", runtime.Version(), runtime.NumCPU(), s.each)
	err = b.all(out, flags.Args())
	return errors.Join(err, b.table.Flush())
}

type bench struct {
	sizes
	ctx     context.Context
	table   *tabwriter.Writer
	lines   *json.Encoder
	started time.Time
}

// row is one measured figure.
type row struct {
	Run         time.Time `json:"run"`
	Database    string    `json:"database"`
	What        string    `json:"what"`
	Concurrency int       `json:"concurrency"`
	P50         float64   `json:"p50_ms"`
	P99         float64   `json:"p99_ms"`
	PerSecond   float64   `json:"per_second"`
}

func (b *bench) report(database, what string, concurrency int, m measured) error {
	r := row{b.started, database, what, concurrency, ms(m.at(50)), ms(m.at(99)), m.perSecond()}
	fmt.Fprintf(b.table, "%s\t%s\t%d\t%.2f ms\t%.2f ms\t%.0f/s\t\n", r.Database, r.What, r.Concurrency, r.P50, r.P99, r.PerSecond)
	return b.lines.Encode(r)
}

// ratio is a figure that compares two measured ones, or a bare number with its unit.
func (b *bench) ratio(database, what string, value float64, unit string) error {
	fmt.Fprintf(b.table, "%s\t%s\t\t%.2f %s\t\t\t\n", database, what, value, unit)
	return b.lines.Encode(map[string]any{"run": b.started, "database": database, "what": what, "value": value, "unit": unit})
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// part is something that is measured, by its word.
type part struct {
	word    string
	measure func(*bench, io.Writer) error
}

var parts = []part{
	{"pages", (*bench).engines},
	{"program", func(b *bench, _ io.Writer) error { return b.program() }},
	{"telemetry", func(b *bench, _ io.Writer) error { return b.onBoth(b.telemetry) }},
	{"closing", func(b *bench, _ io.Writer) error { return b.onBoth(b.closeOne) }},
	{"kills", func(b *bench, _ io.Writer) error { return b.onBoth(b.killed) }},
	{"large", func(b *bench, _ io.Writer) error { return b.carried() }},
}

// all measures what the words name; none are all.
func (b *bench) all(out io.Writer, words []string) error {
	for _, w := range words {
		if !slices.ContainsFunc(parts, func(p part) bool { return p.word == w }) {
			return fmt.Errorf("%q is none of the words", w)
		}
	}
	fmt.Fprintln(b.table, "database\twhat\tat once\tp50\tp99\trate\t")
	for _, p := range parts {
		if len(words) > 0 && !slices.Contains(words, p.word) {
			continue
		}
		if err := p.measure(b, out); err != nil {
			return fmt.Errorf("%s: %w", p.word, err)
		}
	}
	return nil
}

func (b *bench) engines(out io.Writer) error {
	return b.onBoth(func(engine store.Engine) error {
		fmt.Fprintf(out, "%s: filling two databases\n", engine)
		return b.engine(engine)
	})
}

func (b *bench) onBoth(measure func(store.Engine) error) error {
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		if err := measure(engine); err != nil {
			return fmt.Errorf("%s: %w", engine, err)
		}
	}
	return nil
}
