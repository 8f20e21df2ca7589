package isolation

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"craftplan/internal/store"
	"craftplan/internal/store/storetest/census"
)

// Scripts are how many scripts are played, and in what.
type Scripts struct {
	First, Count int
	Routes       []Route
	With         Options // the world that holds B
	Enough       int     // findings after which no more scripts are played; three when it is 0
}

// twins are two worlds that differ in B alone: one holds it, with all its data, and in it B acts; the other never heard of it.
type twins struct {
	*Report
	with, without *World
	scripts       Scripts
	lore
	known  map[string]bool // ids and tokens that were there from the start
	owners map[string]bool // A and its people
	counts *counts
}

// Noninterference plays scripts in both worlds. What A's people and programs are answered must be the same to the last byte, and what
// they leave behind too; rows and files of B, and what refers to what, must be left alone. The clock is set; what is drawn is compared
// by the order in which it appears.
func Noninterference(ctx context.Context, engine store.Engine, s Scripts) (_ *Report, err error) {
	t := &twins{Report: newReport("noninterference", engine), scripts: s, owners: map[string]bool{}}
	t.counts = &counts{figures: t.Figures, routes: map[Route]bool{}}
	if t.with, err = OpenWorld(ctx, engine, s.With); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, t.with.Close()) }()
	if t.without, err = OpenWorld(ctx, engine, Options{Filling: Alone}); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, t.without.Close()) }()
	if t.lore, err = loreOf(ctx, t.with); err != nil {
		return nil, err
	}
	t.known = Known(t.with.Settled())
	t.owners[t.with.A.ID.String()] = true
	for _, a := range t.without.Actors {
		if a.Name != Guest { // whose sessions B's steps use too
			t.owners[a.User.String()] = true
		}
	}
	return t.Report, t.all(ctx)
}

func (t *twins) all(ctx context.Context) error {
	maker, start := newScripts(t.scripts.Routes), time.Now()
	for number := t.scripts.First; number < t.scripts.First+t.scripts.Count; number++ {
		script := maker.script(number)
		problem, err := t.try(ctx, script)
		if err != nil {
			return fmt.Errorf("script %d: %w\n%s", number, err, script)
		}
		t.Figures["scripts"]++
		if problem == "" {
			continue
		}
		if script, problem, err = t.shortest(ctx, script, problem); err != nil {
			return err
		}
		t.find("script %d, made shorter:\n%s\n%s", number, script, problem)
		if len(t.Findings) >= cmp.Or(t.scripts.Enough, 3) {
			break
		}
	}
	t.Figures["routes"] = len(t.counts.routes)
	t.Figures["scripts a minute"] = int(float64(t.Figures["scripts"]) / time.Since(start).Minutes())
	return nil
}

// try plays a script in both worlds, brings both back, and says what was wrong; "" when nothing was.
func (t *twins) try(ctx context.Context, script Script) (problem string, err error) {
	one, other := t.with.play(t.lore, t.scripts.Routes, t.known, t.counts), t.without.play(t.lore, t.scripts.Routes, t.known, t.counts)
	aside := t.with.play(t.lore, t.scripts.Routes, t.known, t.counts)
	aside.World = t.with.seenByB()
	for i, step := range script {
		done := make(chan error, 1)
		go func() { done <- one.step(ctx, i, step, aside) }()
		err := other.step(ctx, i, step, nil)
		if err = errors.Join(err, <-done); err != nil {
			return "", err
		}
		if problem = t.compare(one, other, aside); problem != "" {
			break
		}
	}
	left, err := t.leave(ctx, script)
	if problem == "" {
		problem = left
	}
	return problem, err
}

// compare says what is wrong with the answers since it was asked last.
func (t *twins) compare(one, other, aside *play) string {
	if problem := cmp.Or(one.problem, other.problem, aside.problem); problem != "" {
		return problem
	}
	for i := range min(len(one.entries), len(other.entries)) {
		x, y := one.entries[i], other.entries[i]
		if x == y { // most are, and have nothing in them that was drawn
			continue
		}
		if d := difference(one.names.Plain(x), other.names.Plain(y)); d != "" {
			what, _, _ := strings.Cut(x, "\n")
			return fmt.Sprintf("%s: where there is B the answer is another: %s", what, d)
		}
	}
	if len(one.entries) != len(other.entries) {
		return fmt.Sprintf("where there is B there were %d answers and mails, not %d", len(one.entries), len(other.entries))
	}
	one.entries, other.entries = nil, nil
	return ""
}

// leave compares what was left behind in the two worlds, and brings both back.
func (t *twins) leave(ctx context.Context, script Script) (string, error) {
	after, changes, err := t.with.since(ctx)
	if err != nil {
		return "", err
	}
	_, others, err := t.without.since(ctx)
	if err != nil {
		return "", err
	}
	problem, err := t.bystanding(after, changes, script)
	if problem == "" && err == nil {
		x, y := traces(changes, t.owners, t.known), traces(others, t.owners, t.known)
		if d := difference(strings.Join(x, "\n"), strings.Join(y, "\n")); d != "" {
			problem = "where there is B other rows of A's were left behind: " + d
		}
	}
	return problem, errors.Join(err, t.with.back(ctx, changes), t.without.back(ctx, others))
}

// bystanding is the digest of B, when B did nothing itself, and the closure of all references.
func (t *twins) bystanding(after census.Census, changes []census.Change, script Script) (string, error) {
	if script.still() {
		theirs := t.with.bystanders(&Actor{})
		delete(theirs, t.with.Actors[Guest].User.String()) // who is also one of A's
		if i := slices.IndexFunc(changes, func(c census.Change) bool { return theirs[c.Owner] && !t.with.expired(c) }); i >= 0 {
			return "a row or file of B changed: " + changes[i].String(), nil
		}
	}
	broken, err := t.with.Closure(after)
	if len(broken) > 0 {
		return "a reference leads to another organization: " + broken[0], nil
	}
	return "", err
}

// expired tells whether a row went whose time was over: whoever comes next sweeps those of all.
func (w *World) expired(c census.Change) bool {
	var row struct {
		ExpiresAt time.Time `json:"expires_at"`
	}
	return c.Gone && json.Unmarshal([]byte(c.JSON), &row) == nil && !row.ExpiresAt.IsZero() && row.ExpiresAt.Before(w.Now())
}

// since is what there is now, and what changed since the world was settled.
func (w *World) since(ctx context.Context) (census.Census, []census.Change, error) {
	now, err := w.Take(ctx)
	return now, census.Compare(w.Settled(), now), err
}

// back brings the world back, and its clock.
func (w *World) back(ctx context.Context, changes []census.Change) error {
	w.Set(later)
	return w.Undo(ctx, changes)
}

// seenByB is the world as B's people see it: their organization is the one that they work in.
func (w *World) seenByB() *World {
	theirs := *w
	theirs.memory = map[string][]string{}
	theirs.A, theirs.B = w.B, w.A
	theirs.Links, theirs.Theirs = w.Theirs, w.Links
	return &theirs
}

// shortest leaves out of a script what its problem does not need.
func (t *twins) shortest(ctx context.Context, script Script, problem string) (Script, string, error) {
	better := func(shorter Script) (bool, error) {
		found, err := t.try(ctx, shorter)
		if found == "" || err != nil {
			return false, err
		}
		script, problem = shorter, found
		return true, nil
	}
	for size := len(script) / 2; size >= 1; size /= 2 {
		for at := 0; at+size <= len(script); {
			shorter, err := better(slices.Concat(script[:at], script[at+size:]))
			if err != nil {
				return script, problem, err
			}
			if !shorter {
				at += size
			}
		}
	}
	for i := range script {
		alone := slices.Clone(script)
		if alone[i].Beside = nil; script[i].Beside == nil {
			continue
		}
		if _, err := better(alone); err != nil {
			return script, problem, err
		}
	}
	return script, problem, nil
}
