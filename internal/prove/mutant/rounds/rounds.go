// Package rounds runs the tests of a package many times in one process, each time with another mutant: what tests prepare once
// is prepared once. The prover compiles a call of Main into every package's tests.
package rounds

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"time"

	"craftplan/internal/prove/mutant"
)

// Variable names the environment variable with the file of the orders.
const Variable = "CRAFTPLAN_PROVE_ROUNDS"

// Orders are what to run, and where to write what came of it.
type Orders struct {
	Tests   []string // names of tests, to run one after the other and note what each reaches
	Mutants []Mutant
	Results string // file of results, one in a line
}

// Mutant is one to hunt for with tests, until one fails.
type Mutant struct {
	N     int
	Tests []string
}

// Result is what came of a test or of a mutant.
type Result struct {
	Test    string  `json:",omitempty"` // that passed alone, or that a mutant made fail
	Mutant  int     `json:",omitempty"`
	Begun   bool    `json:",omitempty"` // the last word when the process did not survive
	Failed  bool    `json:",omitempty"`
	Reached []int   `json:",omitempty"`
	Seconds float64 `json:",omitempty"`
}

// Tests is what testing.M does.
type Tests interface{ Run() int }

// Main runs the tests as ordered, or as ever when nothing is ordered.
func Main(m Tests) int {
	file := os.Getenv(Variable)
	if file == "" {
		return m.Run()
	}
	flag.Parse()
	if err := obey(m, file); err != nil {
		fmt.Fprintln(os.Stderr, "rounds:", err)
		return 1
	}
	return 0
}

func obey(m Tests, file string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var orders Orders
	if err := json.Unmarshal(data, &orders); err != nil {
		return err
	}
	out, err := os.OpenFile(orders.Results, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer out.Close()
	for _, test := range orders.Tests {
		mutant.Forget()
		began := time.Now()
		passed, err := run(m, test)
		if err != nil {
			return err
		}
		if err := write(out, Result{Test: test, Failed: !passed, Reached: mutant.Reached(), Seconds: time.Since(began).Seconds()}); err != nil {
			return err
		}
	}
	for _, one := range orders.Mutants {
		if err := hunt(m, out, one); err != nil {
			return err
		}
	}
	return nil
}

// hunt runs tests with the mutant until one fails.
func hunt(m Tests, out *os.File, one Mutant) error {
	for _, test := range one.Tests {
		if err := write(out, Result{Mutant: one.N, Test: test, Begun: true}); err != nil {
			return err
		}
		mutant.Switch(one.N)
		passed, err := run(m, test)
		mutant.Switch(0)
		if err != nil {
			return err
		}
		if !passed {
			return write(out, Result{Mutant: one.N, Test: test, Failed: true})
		}
	}
	return write(out, Result{Mutant: one.N})
}

func run(m Tests, test string) (passed bool, err error) {
	if err := flag.Set("test.run", "^"+test+"$"); err != nil {
		return false, err
	}
	return m.Run() == 0, nil
}

// write writes a line at once: the next run may end the process.
func write(out *os.File, r Result) error { return json.NewEncoder(out).Encode(r) }
