package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"text/tabwriter"

	"craftplan/internal/prove/leaks"
	"craftplan/internal/prove/mutant/rounds"
)

// gates that look for planted leaks, in the order of the table.
var lookouts = []string{"statements", "schema", "suite", "matrix", "two worlds"}

// planted plants one leak after the other and demands that a gate notices.
func planted(ctx context.Context) (outcome, error) {
	all, err := leaks.All()
	if err != nil {
		return outcome{}, err
	}
	h, err := prepared(ctx)
	if err != nil {
		return outcome{}, err
	}
	by := map[string]map[string]bool{}
	note := func(leak, gate string) {
		if by[leak] == nil {
			by[leak] = map[string]bool{}
		}
		by[leak][gate] = true
	}
	if err := refused(ctx, note); err != nil {
		return outcome{}, err
	}
	killed, err := h.hunt(ctx, func(n int) bool { return h.leaks[n] != "" })
	if err != nil {
		return outcome{}, err
	}
	for n := range killed {
		note(h.leaks[n], "suite")
	}
	if err := h.isolated(ctx, note); err != nil {
		return outcome{}, err
	}
	found := outcome{figures: map[string]int{"leaks": len(all)}}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "leak\t"+strings.Join(lookouts, "\t"))
	for _, l := range all {
		fmt.Fprint(table, l.Name)
		for _, gate := range lookouts {
			fmt.Fprint(table, "\t", map[bool]string{true: "caught"}[by[l.Name][gate]])
		}
		fmt.Fprintln(table)
		if len(by[l.Name]) == 0 {
			found.problems = append(found.problems, "no gate notices the leak "+l.Name+": "+l.What)
		} else {
			found.figures["leaks caught"]++
		}
	}
	return found, table.Flush()
}

var refusedBy = regexp.MustCompile(`refused: (\S+) by (\w+)`)

// refused asks the proof of statements and the lint of the schema.
func refused(ctx context.Context, note func(leak, gate string)) error {
	r, err := goTest(ctx, []string{"./internal/houserules/"}, "^TestLeaksAreRefused$")
	if err != nil {
		return err
	}
	for _, match := range refusedBy.FindAllStringSubmatch(r.output["houserules.TestLeaksAreRefused"], -1) {
		note(match[1], match[2])
	}
	return nil
}

// isolated runs the small tests of the gates of isolation, in their leaks_test.go, for each leak.
func (h *hunted) isolated(ctx context.Context, note func(leak, gate string)) error {
	var orders rounds.Orders
	orders.Tests = []string{"TestLeakMatrix", "TestLeakWorlds"}
	if err := h.build(ctx, h.isolation); err != nil {
		return err
	}
	results, text, err := h.isolation.run(ctx, orders)
	if err != nil {
		return fmt.Errorf("%w\n%s", err, text)
	}
	for _, r := range results {
		if r.Failed {
			return fmt.Errorf("a false alarm: %s fails without a leak\n%s", r.Test, text)
		}
	}
	for i, test := range orders.Tests {
		one := rounds.Orders{Tests: []string{test}}
		for _, n := range results[i].Reached {
			if h.leaks[n] != "" {
				one.Mutants = append(one.Mutants, rounds.Mutant{N: n, Tests: []string{test}})
			}
		}
		for len(one.Mutants) > 0 {
			came, text, err := h.isolation.run(ctx, one)
			ended := 0
			for _, r := range came {
				if r.Failed {
					note(h.leaks[r.Mutant], lookouts[3+i])
				}
				if r.Mutant > 0 && !r.Begun {
					ended++
				}
			}
			if err == nil {
				break
			}
			if len(came) == 0 || !came[len(came)-1].Begun {
				return fmt.Errorf("%w\n%s", err, text)
			}
			note(h.leaks[came[len(came)-1].Mutant], lookouts[3+i])
			one.Mutants = one.Mutants[ended+1:]
		}
	}
	return nil
}

// isolationSuite is the package of the gates that ask the program.
func (h *hunted) isolationSuite() *suite {
	const pkg = "internal/apptest/isolation"
	h.schemata.added[pkg+"/rounds_prove_test.go"] = roundsOf("isolation")
	directory, err := filepath.Abs(pkg)
	if err != nil {
		directory = pkg
	}
	return &suite{path: "craftplan/" + pkg, name: "isolation", directory: directory, binary: filepath.Join(h.folder, "isolation.test")}
}

// leakNames are the numbers of the leaks.
func leakNames(s *schemata) (map[int]string, error) {
	all, err := leaks.All()
	if err != nil {
		return nil, err
	}
	names := map[int]string{}
	for _, l := range all {
		n, err := s.plant(l)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			names[n] = l.Name
		}
	}
	return names, nil
}
