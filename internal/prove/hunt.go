package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"craftplan/internal/prove/mutant/rounds"
)

// hunted are a program's tests with all mutants in them, and which of them reach which.
type hunted struct {
	schemata  *schemata
	leaks     map[int]string // names, by number
	folder    string
	overlay   string // the file that tells the compiler of the mutants
	packages  []*suite
	isolation *suite // the gates that ask the program
}

// suite is the tests of a package.
type suite struct {
	path, name, directory, binary string
	deps                          []string        // packages of the program whose code its tests may run
	results                       []rounds.Result // of each test alone
	recorded                      bool
}

// unhunted are packages whose tests start whole processes or browsers, or look at the sources, which are the same with every mutant.
var unhunted = []string{"apptest/e2e", "apptest/isolation", "cli", "demo", "houserules/sqlproof", "prove", "web/assets", "web/ui"}

// schedule finds the tests and writes the sources with the mutants in them.
func schedule(ctx context.Context, s *schemata) (*hunted, error) {
	folder, err := workshop()
	if err != nil {
		return nil, err
	}
	h := &hunted{schemata: s, folder: folder}
	if h.leaks, err = leakNames(s); err != nil {
		return nil, err
	}
	if err := h.find(ctx); err != nil {
		return nil, err
	}
	h.isolation = h.isolationSuite()
	h.overlay, err = s.overlay(folder)
	return h, err
}

// build compiles the tests of packages with the mutants in them.
func (h *hunted) build(ctx context.Context, suites ...*suite) error {
	args := []string{"test", "-c", "-vet=off", "-ldflags=-s -w", "-overlay", h.overlay, "-o", h.folder + string(filepath.Separator)}
	for _, p := range suites {
		args = append(args, p.path)
	}
	if out, err := exec.CommandContext(ctx, "go", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("the mutants do not compile: %w\n%s", err, out)
	}
	return nil
}

// prepared is there once for the gates that need it, and stays until the folder of a run is removed.
var prepared = onceFor(func(ctx context.Context) (*hunted, error) {
	s, err := mutate()
	if err != nil {
		return nil, err
	}
	return schedule(ctx, s)
})

func onceFor[T any](make func(context.Context) (T, error)) func(context.Context) (T, error) {
	var once sync.Once
	var made T
	var err error
	return func(ctx context.Context) (T, error) {
		once.Do(func() { made, err = make(ctx) })
		return made, err
	}
}

// workshop is a folder that is the same in each run of this checkout: what did not change is not compiled again.
func workshop() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	here, err := filepath.Abs(".")
	if err != nil {
		return "", err
	}
	folder := filepath.Join(cache, "craftplan-prove", strings.ReplaceAll(strings.Trim(here, "/"), "/", "-"))
	return folder, errors.Join(os.RemoveAll(folder), os.MkdirAll(folder, 0o700))
}

// find lists the packages with tests, and adds to each what runs them in rounds.
func (h *hunted) find(ctx context.Context) error {
	out, err := exec.CommandContext(ctx, "go", "list", "-f", `{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}} {{.Name}} {{.Dir}}{{end}}`, "./internal/...").Output()
	if err != nil {
		return err
	}
	deps, err := testDeps(ctx)
	if err != nil {
		return err
	}
	for text := range strings.Lines(string(out)) {
		fields := strings.Fields(text)
		below := strings.TrimPrefix(fields[0], "craftplan/internal/")
		if slices.Contains(unhunted, below) {
			continue
		}
		p := &suite{path: fields[0], name: fields[1], directory: fields[2], binary: filepath.Join(h.folder, filepath.Base(fields[0])+".test"), deps: deps[fields[0]]}
		h.packages = append(h.packages, p)
		h.schemata.added["internal/"+below+"/rounds_prove_test.go"] = roundsOf(p.name)
	}
	return nil
}

// testDeps are the packages that the tests of each package are built from.
func testDeps(ctx context.Context) (map[string][]string, error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-test", "-f", `{{if eq .Name "main"}}{{.ImportPath}} {{join .Deps " "}}{{end}}`, "./internal/...").Output()
	if err != nil {
		return nil, err
	}
	deps := map[string][]string{}
	for text := range strings.Lines(string(out)) {
		fields := strings.Fields(text)
		deps[strings.TrimSuffix(fields[0], ".test")] = fields[1:]
	}
	return deps, nil
}

// roundsOf is a file that lets the tests of a package run in rounds.
func roundsOf(name string) string {
	return fmt.Sprintf(`package %s

import (
	"os"
	"testing"

	"craftplan/internal/prove/mutant/rounds"
)

func TestMain(m *testing.M) { os.Exit(rounds.Main(m)) }
`, name)
}

// flags are those of a suite. Mutants are hunted on SQLite, where no row-level security hides them; what the store does on
// PostgreSQL alone is looked for there.
func (p *suite) flags() []string {
	flags := []string{"-test.parallel=4", fmt.Sprintf("-test.timeout=%.0fs", p.patience())}
	if p.name != "store" {
		flags = append(flags, "-test.skip=Test/^postgres$|Test/./^postgres$")
	}
	return flags
}

// patience is how many seconds a test may take: with a mutant in it far longer than the slowest takes without. A mutant that it hangs
// at is noticed.
func (p *suite) patience() float64 {
	slowest := 0.0
	for _, r := range p.results {
		slowest = max(slowest, r.Seconds)
	}
	if !p.recorded {
		return 120
	}
	return 15 + 8*slowest
}

// record runs each test alone and notes what it reaches.
func (p *suite) record(ctx context.Context) error {
	wanted := "."
	if p.name == "houserules" {
		wanted = "^TestVerbs" // the others look at the sources, which are the same with every mutant
	}
	command := exec.CommandContext(ctx, p.binary, "-test.list="+wanted)
	command.Dir = p.directory
	out, err := command.Output()
	if err != nil {
		return fmt.Errorf("%s: %w", p.path, err)
	}
	var tests []string
	for name := range strings.FieldsSeq(string(out)) {
		if strings.HasPrefix(name, "Test") {
			tests = append(tests, name)
		}
	}
	results, text, err := p.run(ctx, rounds.Orders{Tests: tests})
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", p.path, err, text)
	}
	for _, r := range results {
		if r.Failed {
			return fmt.Errorf("%s: %s fails without a mutant:\n%s", p.path, r.Test, text)
		}
	}
	p.results, p.recorded = results, true
	return nil
}

// run gives a suite its orders, and reads what came of them, also when the process did not survive.
func (p *suite) run(ctx context.Context, orders rounds.Orders) (results []rounds.Result, text string, err error) {
	orders.Results = p.binary + ".results"
	data, err := json.Marshal(orders)
	if err != nil {
		return nil, "", err
	}
	file := p.binary + ".orders"
	if err := errors.Join(os.WriteFile(file, data, 0o600), os.WriteFile(orders.Results, nil, 0o600)); err != nil {
		return nil, "", err
	}
	command := exec.CommandContext(ctx, p.binary, p.flags()...)
	command.Dir, command.Env = p.directory, append(os.Environ(), rounds.Variable+"="+file)
	var out bytes.Buffer
	command.Stdout, command.Stderr = &out, &out
	failed := command.Run()
	written, err := os.Open(orders.Results)
	if err != nil {
		return nil, "", err
	}
	defer written.Close()
	lines := bufio.NewScanner(written)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var r rounds.Result
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			return nil, "", err
		}
		results = append(results, r)
	}
	return results, tail(out.String()), errors.Join(lines.Err(), failed)
}

func tail(text string) string {
	const enough = 4000
	return text[max(0, len(text)-enough):]
}

// verdicts are what became of the mutants: the test that failed, by number.
type verdicts struct {
	sync.Mutex
	killed map[int]string
}

func (v *verdicts) kill(n int, by string) {
	v.Lock()
	defer v.Unlock()
	if v.killed[n] == "" {
		v.killed[n] = by
	}
}

func (v *verdicts) alive(n int) bool {
	v.Lock()
	defer v.Unlock()
	return v.killed[n] == ""
}

// hunt runs, for each mutant, the tests that reach it until one fails: first those of where it lives and those that ask all verbs as
// who may not, where most end, and then those of other packages.
func (h *hunted) hunt(ctx context.Context, wanted func(int) bool) (map[int]string, error) {
	v := &verdicts{killed: map[int]string{}}
	hints := h.readHints()
	first := func(n int) string { return hints[h.schemata.mutants[n-1].String()] }
	near := func(p *suite, n int) bool {
		if hint := first(n); hint != "" {
			return strings.HasPrefix(hint, p.path+".")
		}
		where := h.schemata.mutants[n-1].where
		return p.name == "houserules" || strings.HasPrefix(where, p.below()+"/") || p.name == "web" && strings.HasPrefix(where, "internal/sso/")
	}
	// Those of which no test knows would meet every test at every run: a few of their own package are enough to see whether one does.
	unknown := func(n int) bool { return redundant[h.schemata.mutants[n-1].String()] != "" }
	most := func(n int) int { return map[bool]int{true: enoughTests, false: everyTest}[unknown(n)] }
	err := h.round(ctx, v, func(p *suite, n int) bool { return wanted(n) && near(p, n) }, first, most)
	if err == nil {
		err = h.round(ctx, v, func(p *suite, n int) bool { return wanted(n) && !near(p, n) && !unknown(n) }, first, func(int) int { return enoughTests })
	}
	for n, by := range v.killed {
		hints[h.schemata.mutants[n-1].String()] = by
	}
	return v.killed, errors.Join(err, h.writeHints(hints))
}

// round hunts in the packages whose tests may meet a mutant that is left; two at once.
func (h *hunted) round(ctx context.Context, v *verdicts, wanted func(*suite, int) bool, first func(int) string, most func(int) int) error {
	var chosen, fresh []*suite
	for _, p := range h.packages {
		if !h.mayMeet(p, func(n int) bool { return v.alive(n) && wanted(p, n) }) {
			continue
		}
		chosen = append(chosen, p)
		if !p.recorded {
			fresh = append(fresh, p)
		}
	}
	if len(fresh) > 0 {
		if err := h.build(ctx, fresh...); err != nil {
			return err
		}
		if err := each(fresh, func(p *suite) error { return p.record(ctx) }); err != nil {
			return err
		}
	}
	slices.SortStableFunc(chosen, func(a, b *suite) int { return cmp.Compare(a.seconds(), b.seconds()) })
	return each(chosen, func(p *suite) error {
		return p.hunt(ctx, v, func(n int) bool { return wanted(p, n) }, first, most)
	})
}

// mayMeet tells whether a package's tests may come by one of the mutants wanted. A leak may be in any file.
func (h *hunted) mayMeet(p *suite, wanted func(int) bool) bool {
	for i, m := range h.schemata.mutants {
		lives := "craftplan/" + strings.TrimSuffix(path.Dir(m.where), "/internal/db")
		if wanted(i+1) && (h.leaks[i+1] != "" || lives == p.path || slices.Contains(p.deps, lives)) {
			return true
		}
	}
	return false
}

// Hints are the tests that noticed a mutant last time: they are tried first. Without them it only takes longer.
func (h *hunted) readHints() map[string]string {
	hints := map[string]string{}
	data, err := os.ReadFile(h.folder + ".json")
	if err == nil && json.Unmarshal(data, &hints) != nil {
		return map[string]string{}
	}
	return hints
}

func (h *hunted) writeHints(hints map[string]string) error {
	data, err := json.Marshal(hints)
	if err != nil {
		return err
	}
	return os.WriteFile(h.folder+".json", data, 0o600)
}

// What every request comes by is reached by every test of the pages: those that reach least are about it, if any are.
const (
	everyTest   = 1000
	enoughTests = 20
)

// below is the folder of the package.
func (p *suite) below() string { return strings.TrimPrefix(p.path, "craftplan/") }

func (p *suite) seconds() (all float64) {
	for _, r := range p.results {
		all += r.Seconds
	}
	return all
}

const atOnce = 2

func each(suites []*suite, do func(*suite) error) error {
	queue, found := make(chan *suite), make([]error, atOnce)
	var all sync.WaitGroup
	for worker := range atOnce {
		all.Go(func() {
			for p := range queue {
				began := time.Now()
				if err := do(p); err != nil {
					found[worker] = errors.Join(found[worker], err)
				}
				fmt.Fprintf(os.Stderr, "  %s: %.0f s\n", p.path, time.Since(began).Seconds())
			}
		})
	}
	for _, p := range suites {
		queue <- p
	}
	close(queue)
	all.Wait()
	return errors.Join(found...)
}

func (p *suite) hunt(ctx context.Context, v *verdicts, wanted func(int) bool, first func(int) string, most func(int) int) error {
	reach := map[int][]rounds.Result{}
	for _, r := range p.results {
		for _, n := range r.Reached {
			reach[n] = append(reach[n], r)
		}
	}
	var left []rounds.Mutant
	for _, n := range slices.Sorted(maps.Keys(reach)) {
		if !v.alive(n) || !wanted(n) {
			continue
		}
		tests := reach[n]
		slices.SortStableFunc(tests, func(a, b rounds.Result) int {
			known := func(r rounds.Result) int { return map[bool]int{true: 0, false: 1}[p.path+"."+r.Test == first(n)] }
			return cmp.Or(cmp.Compare(known(a), known(b)), cmp.Compare(len(a.Reached), len(b.Reached)), cmp.Compare(a.Seconds, b.Seconds))
		})
		one := rounds.Mutant{N: n}
		for _, r := range tests[:min(len(tests), most(n))] {
			one.Tests = append(one.Tests, r.Test)
		}
		left = append(left, one)
	}
	for len(left) > 0 && ctx.Err() == nil {
		results, text, err := p.run(ctx, rounds.Orders{Tests: p.warm(), Mutants: left})
		done, last := 0, rounds.Result{}
		for _, r := range results {
			if r.Failed && r.Mutant > 0 {
				v.kill(r.Mutant, p.path+"."+r.Test)
			}
			if r.Mutant > 0 && !r.Begun {
				done++
			}
			last = r
		}
		if err == nil {
			break
		}
		if !last.Begun {
			return fmt.Errorf("%s: %w\n%s", p.path, err, text)
		}
		v.kill(last.Mutant, p.path+"."+last.Test)
		left = left[done+1:]
	}
	return ctx.Err()
}

// warm are the tests to run first without a mutant, so that what tests prepare once is not prepared with one: the quickest
// that reaches most.
func (p *suite) warm() []string {
	all := slices.Clone(p.results)
	slices.SortStableFunc(all, func(a, b rounds.Result) int { return cmp.Compare(len(b.Reached), len(a.Reached)) })
	var names []string
	for _, r := range all[:min(len(all), 3)] {
		names = append(names, r.Test)
	}
	return names
}
