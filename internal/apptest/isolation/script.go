package isolation

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// Step is one thing that happens. It is a value: what it picks among what is there, it picks by a number, anew in every world and in
// every shortened script.
type Step struct {
	Actor string
	Route Route  // the page that is looked at, with what it then lets somebody send; or what a program asks
	Event string // something that happens to A instead: see events
	Pick  uint64
	// Beside is what somebody of B's does at the same time, where there is B.
	Beside *Step
}

func (s Step) source() *rand.Rand { return rand.New(rand.NewPCG(s.Pick, 1)) }

func (s Step) String() string {
	text := fmt.Sprintf("%s at %s (%d)", s.Actor, s.Route, s.Pick)
	if s.Event != "" {
		text = fmt.Sprintf("%s (%d)", s.Event, s.Pick)
	}
	if s.Beside != nil {
		text += ", while " + s.Beside.String()
	}
	return text
}

// Script is what happens, one after the other. Each step comes some minutes after the one before.
type Script []Step

func (s Script) String() string {
	lines := make([]string, len(s))
	for i, step := range s {
		lines[i] = fmt.Sprintf("  %d. %s", i+1, step)
	}
	return strings.Join(lines, "\n")
}

// still tells whether B does nothing in it.
func (s Script) still() bool {
	return !slices.ContainsFunc(s, func(step Step) bool { return step.Beside != nil })
}

// cast is who acts in scripts, and how often among so many.
var cast = []struct {
	who   string
	often int
}{{Owner, 30}, {Admin, 14}, {Staff, 14}, {Guest, 8}, {Viewer, 6}, {Program, 8}, {Reader, 3}, {Stopped, 1}, {Paused, 2}, {Disabled, 1}, {Barred, 1}, {Removed, 2}, {Invited, 2}, {Stranger, 2}, {Anonymous, 5}, {Newcomer, 2}, {Halfway, 1}}

// colleagues are who acts on B's side.
var colleagues = []string{Neighbour, Neighbour, Colleague, Guest, Foreign}

// unfit are pages that no script looks at, each with the reason.
var unfit = map[string]string{
	"/account/authenticator":    "shows a picture of a secret, and no two are the same",
	"/{organization}/brand.css": "has a line for each organization in the switcher, which the guest's have more of",
}

// scripts makes scripts for some routes.
type scripts struct{ pages, outside, programs []Route }

func newScripts(routes []Route) (s scripts) {
	for _, r := range routes {
		switch {
		case r.Access == Programs:
			s.programs = append(s.programs, r)
		case r.Changes() || r.Access == Operators || unfit[r.Pattern] != "" || elsewhere[r.Pattern] != "":
		case r.Access == Members:
			s.pages = append(s.pages, r)
		default:
			s.outside = append(s.outside, r)
		}
	}
	return s
}

const (
	shortest, longest = 5, 12
	workEvery         = 8 // scripts: in so many the jobs are worked
)

// script is the one with a number. In every other one B acts too.
func (s scripts) script(number int) Script {
	source := rand.New(rand.NewPCG(uint64(number), 2))
	script := make(Script, shortest+source.IntN(longest-shortest+1))
	for i := range script {
		script[i] = s.step(source)
		if number%2 == 1 && source.IntN(2) == 0 {
			beside := s.of(colleagues[source.IntN(len(colleagues))], source)
			script[i].Beside = &beside
		}
	}
	if number%workEvery == 0 {
		script = append(script, Step{Event: workJobs}, s.step(source))
	}
	return script
}

func (s scripts) step(source *rand.Rand) Step {
	if source.IntN(10) == 0 {
		return Step{Event: eventNames[source.IntN(len(eventNames))], Pick: source.Uint64()}
	}
	total := 0
	for _, c := range cast {
		total += c.often
	}
	n := source.IntN(total)
	for _, c := range cast {
		if n -= c.often; n < 0 {
			return s.of(c.who, source)
		}
	}
	panic("nobody")
}

// of is a step of somebody.
func (s scripts) of(who string, source *rand.Rand) Step {
	routes := s.pages
	switch {
	case slices.Contains([]string{Program, Reader, Stopped, Barred, Foreign}, who) && len(s.programs) > 0:
		routes = s.programs
	case who == Guest || slices.Contains(colleagues, who): // outside of A, what they see and change is B's too
	case len(s.outside) > 0 && (source.IntN(12) == 0 || slices.Contains([]string{Anonymous, Newcomer, Halfway, Stranger}, who) && source.IntN(2) == 0):
		routes = s.outside
	}
	return Step{Actor: who, Route: routes[source.IntN(len(routes))], Pick: source.Uint64()}
}
