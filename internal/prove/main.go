// Command prove runs the gates that show that organizations are isolated, one after the other: prove, or prove GATE... for
// some. It prints a table of what each proved, appends it to prove.jsonl, and fails when any gate failed. prove guide writes the
// last figures into guides/isolation.md.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// gate is one way to look for a leak.
type gate struct {
	name, what string
	run        func(context.Context) (outcome, error)
}

// outcome is what a gate found: figures by what they count, and problems. A gate without a problem passed; one that looked at a part
// only is not put on record.
type outcome struct {
	figures  map[string]int
	problems []string
	partial  bool
}

// gates in the order in which they run: the quick ones first. Tests leave a figure by logging "proved: 12 of something".
var gates = []gate{
	{"statements", "every statement ties every table to its organization", tests("./internal/houserules/...", "Proved|Refused|Statement|Query|SQL|Store|Migrations|Kinds")},
	{"loosened", "every tie of every statement, every key, policy and right taken away in turn: each is missed", tests("./internal/houserules/", "EveryTie|EveryKeyPolicy")},
	{"schema", "keys, policies, rights and triggers of live databases", tests("./internal/houserules/... ./internal/store/", "Schema|Rights|Lint|BothEngines|RowLevel|Writes|Triggers|Guard|Share")},
	{"matrix", "every route, by everybody, with every kind of reference", tests("./internal/apptest/isolation/", "Matrix|Fixture|Kind|Standing|Transport|Hole|Match")},
	{"storm", "both organizations at once over few connections, with people who hang up; under the race detector where there is a C compiler", storm},
	{"scripts", "random scripts of one organization, played beside another and without it", tests("./internal/apptest/isolation/", "Noninterference", "CRAFTPLAN_PROVE_SCRIPTS=20000", withFlags("-timeout=60m"))},
	{"pooled", "the suite and the matrix on PostgreSQL, through PgBouncer in transaction mode", pooled},
	{"mutants", "every check of the program switched off in turn: a test fails", mutants},
	{"leaks", "leaks planted one at a time: a gate notices", planted},
	{"differential", "the suite with row-level security and without, beside a twin", differential},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "prove:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, names []string, out io.Writer) error {
	if slices.Equal(names, []string{"guide"}) {
		return writeGuide()
	}
	chosen := gates
	if len(names) > 0 {
		chosen = slices.DeleteFunc(slices.Clone(gates), func(g gate) bool { return !slices.Contains(names, g.name) })
		if len(chosen) != len(names) {
			return fmt.Errorf("the gates are %v", gateNames())
		}
	}
	file, err := os.OpenFile("prove.jsonl", os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer file.Close()
	r := report{lines: json.NewEncoder(file), table: tabwriter.NewWriter(out, 0, 0, 2, ' ', 0), started: time.Now().UTC(), version: version(ctx)}
	failed := 0
	for _, g := range chosen {
		fmt.Fprintf(out, "%s: %s\n", g.name, g.what)
		began := time.Now()
		found, err := g.run(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", g.name, err)
		}
		for _, problem := range found.problems {
			fmt.Fprintln(out, problem)
		}
		if len(found.problems) > 0 {
			failed++
		}
		if err := r.row(g, found, time.Since(began)); err != nil {
			return err
		}
	}
	fmt.Fprintln(out)
	if err := r.table.Flush(); err != nil {
		return err
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d gates failed", failed, len(chosen))
	}
	return nil
}

func gateNames() (names []string) {
	for _, g := range gates {
		names = append(names, g.name)
	}
	return names
}

type report struct {
	lines   *json.Encoder
	table   *tabwriter.Writer
	started time.Time
	version string
}

// line is a gate's result as prove.jsonl keeps it.
type line struct {
	Run     time.Time      `json:"run"`
	Version string         `json:"version"`
	Gate    string         `json:"gate"`
	What    string         `json:"what"`
	Passed  bool           `json:"passed"`
	Seconds float64        `json:"seconds"`
	Figures map[string]int `json:"figures"`
}

func (r report) row(g gate, found outcome, took time.Duration) error {
	passed := len(found.problems) == 0
	verdict := "passed"
	if !passed {
		verdict = "FAILED"
	}
	var figures []string
	for _, what := range slices.Sorted(maps.Keys(found.figures)) {
		figures = append(figures, fmt.Sprintf("%d %s", found.figures[what], what))
	}
	fmt.Fprintf(r.table, "%s\t%s\t%.0f s\t%s\n", g.name, verdict, took.Seconds(), strings.Join(figures, "; "))
	if found.partial {
		return nil
	}
	return r.lines.Encode(line{r.started, r.version, g.name, g.what, passed, took.Seconds(), found.figures})
}

// version is the commit, for whoever reads the figures later; nothing outside a checkout.
func version(ctx context.Context) string {
	out, err := exec.CommandContext(ctx, "git", "describe", "--always", "--dirty").Output()
	var missing *exec.Error
	if errors.As(err, &missing) || err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}
