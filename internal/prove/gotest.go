package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
)

// testRun is what a run of tests came to.
type testRun struct {
	results map[string]string // "package.TestName/sub" -> pass, fail or skip
	output  map[string]string // of the same
	figures map[string]int
}

// tests is a gate of its own: tests of some packages, of which all must pass and at least one run.
func tests(packages, pattern string, env ...string) func(context.Context) (outcome, error) {
	return func(ctx context.Context) (outcome, error) {
		r, err := goTest(ctx, strings.Fields(packages), pattern, env...)
		if err != nil {
			return outcome{}, err
		}
		found := outcome{figures: r.figures}
		passed := 0
		for name, result := range r.results {
			if result == "pass" {
				passed++
			} else {
				found.problems = append(found.problems, result+" "+name+"\n"+r.output[name])
			}
		}
		found.figures["tests"] = passed
		return found, nil
	}
}

type testEvent struct{ Action, Package, Test, Output string }

var figure = regexp.MustCompile(`proved: (\d+) (.+)`)

// goTest runs tests and reads what they say of themselves. A package that does not build is an error.
func goTest(ctx context.Context, packages []string, pattern string, env ...string) (testRun, error) {
	r := testRun{results: map[string]string{}, output: map[string]string{}, figures: map[string]int{}}
	command := exec.CommandContext(ctx, "go", append([]string{"test", "-json", "-count=1", "-v", "-p=2", "-run", pattern}, packages...)...)
	command.Env = append(os.Environ(), env...)
	command.Stderr = os.Stderr
	out, err := command.StdoutPipe()
	if err != nil {
		return r, err
	}
	if err := command.Start(); err != nil {
		return r, err
	}
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e testEvent
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return r, fmt.Errorf("go test says %q: %w", lines.Text(), err)
		}
		if err := r.add(e); err != nil {
			return r, err
		}
	}
	var failed *exec.ExitError
	if err := command.Wait(); err != nil && !errors.As(err, &failed) {
		return r, err
	}
	if len(r.results) == 0 {
		return r, errors.New("no test ran")
	}
	return r, lines.Err()
}

func (r testRun) add(e testEvent) error {
	name := strings.TrimPrefix(e.Package, "craftplan/internal/")
	if e.Test != "" {
		name += "." + e.Test
	}
	switch e.Action {
	case "build-fail":
		return errors.New("the tests do not build: go vet ./...")
	case "output":
		r.output[name] += e.Output
		if match := figure.FindStringSubmatch(e.Output); match != nil {
			count, err := strconv.Atoi(match[1])
			if err != nil {
				return err
			}
			r.figures[match[2]] = count
		}
	case "pass", "fail", "skip":
		if e.Test != "" {
			r.results[name] = e.Action
		}
	}
	return nil
}
