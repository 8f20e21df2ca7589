// Package mutant switches off one check of the program at a time. Nothing of the program imports it: the prover compiles the
// calls into a copy of the sources (go test -overlay), all at once, so that nothing is built anew for each mutant.
package mutant

import "sync/atomic"

// Most is how many mutants there can be.
const Most = 4096

var (
	on      atomic.Int64
	reached [Most]atomic.Bool
)

// Switch turns one mutant on, and every other off; 0 is none.
func Switch(n int) { on.Store(int64(n)) }

// Reached are the mutants whose places the program came by since Forget.
func Reached() (all []int) {
	for n := range reached {
		if reached[n].Load() {
			all = append(all, n)
		}
	}
	return all
}

// Forget begins Reached anew.
func Forget() {
	for n := range reached {
		reached[n].Store(false)
	}
}

// On tells whether a mutant is on.
func On(n int) bool {
	if !reached[n].Load() {
		reached[n].Store(true)
	}
	return on.Load() == int64(n)
}

// Passes is a check that finds nothing when its mutant is on.
func Passes(n int, err error) error {
	if On(n) {
		return nil
	}
	return err
}

// Holds is a condition that always holds when its mutant is on.
func Holds[B ~bool](n int, is B) B { return is || B(On(n)) }

// Fails is a condition that never holds when its mutant is on.
func Fails[B ~bool](n int, is B) B { return is && B(!On(n)) }

// Either is a condition that always holds with one mutant, and never with the other.
func Either[B ~bool](always, never int, is B) B { return Holds(always, Fails(never, is)) }

// Instead is a value, and another one when its mutant is on.
func Instead[T any](n int, is, other T) T {
	if On(n) {
		return other
	}
	return is
}

// Statement is another text of a statement.
type Statement struct {
	N   int
	SQL string
}

// SQL is a statement, or what a mutant makes of it.
func SQL(text string, others ...Statement) string {
	for _, other := range others {
		text = Instead(other.N, text, other.SQL)
	}
	return text
}
