package isolation

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"craftplan/internal/organizations"
	"craftplan/internal/store/storetest/census"
)

// cell is one request of the matrix, and what is asked of its answer.
type cell struct {
	route  Route
	actor  *Actor
	what   string // what its references are, for people
	slug   string
	holes  map[string]string
	values url.Values // in the query of what only reads, else in the form
	upload string     // the form's field for a file
	odd    string     // the reference that is not the actor's own
	nobody *cell      // the same with a reference that names nothing: the answers must be the same
}

func (c cell) ask(slug string) Ask {
	a := Ask{Method: c.route.Method, Path: c.route.Fill(slug, c.holes), Cookies: c.actor.Cookies, Key: c.actor.Key}
	switch {
	case c.route.Changes() && c.route.Access == Programs:
		a.Form, a.Type = asJSON(c.route, c.values), "application/json"
	case c.route.Changes():
		a.Form, a.Type = encode(c.values, c.upload, uploadTo(c.route))
	case len(c.values) > 0:
		a.Path += "?" + c.values.Encode()
	}
	return a
}

func (c cell) String() string {
	a := c.ask(c.slug)
	text := fmt.Sprintf("%s asks %s %s", c.actor.Name, a.Method, a.Path)
	if a.Form != "" {
		text += fmt.Sprintf(" with %q", clip(a.Form))
	}
	return text + " (" + c.what + ")"
}

// matrix is a run of the gate.
type matrix struct {
	*World
	*Report
	forms     []Form
	source    *rand.Rand
	during    organizations.Status // what A is
	thorough  map[Route]bool       // routes that somebody tried with every value
	succeeded map[Route]bool
	complaint map[Route]string // what was said about a request that did not succeed
	standings map[string]Standing
	nothing   map[string]string // the answer to who asks for what is not there
	known     map[string]bool   // ids and tokens that were there before
}

// Matrix asks every route as everybody with every kind of reference, in an organization that is active, suspended and closing. The
// world must hold B.
func Matrix(ctx context.Context, w *World, routes []Route) (*Report, error) {
	m := &matrix{World: w, Report: newReport("matrix", w.Engine), source: rand.New(rand.NewPCG(1, 2)), thorough: map[Route]bool{}, succeeded: map[Route]bool{}, complaint: map[Route]string{}, nothing: map[string]string{}}
	var err error
	if m.forms, err = w.Crawl(ctx, routes); err != nil {
		return nil, err
	}
	if err := m.formless(routes); err != nil {
		return nil, err
	}
	for _, status := range []organizations.Status{organizations.Active, organizations.Suspended, organizations.Closing} {
		if err := m.in(ctx, status, routes); err != nil {
			return nil, err
		}
	}
	for _, r := range routes {
		if !m.succeeded[r] && elsewhere[r.Pattern] == "" {
			m.find("%s was never answered well: give its form what it takes, in plausible (forms.go), or what programs send, in sent (programs.go), or A what it needs (goods.go). It says: %s", r, m.complaint[r])
		}
	}
	return m.Report, m.status(ctx, organizations.Active)
}

// formless says which routes nobody could be asked to send anything to.
func (m *matrix) formless(routes []Route) (err error) {
	for _, r := range routes {
		if r.Changes() && len(m.formsOf(r)) == 0 && elsewhere[r.Pattern] == "" {
			err = errors.Join(err, fmt.Errorf("%s: no page that the crawler finds has a form for it: show it on a page, with data in goods.go that lets it be shown; what programs send stands in sent (programs.go)", r))
		}
	}
	return err
}

// status makes A active, suspended or closing.
func (w *World) status(ctx context.Context, s organizations.Status) error {
	if err := w.Exec(ctx, fmt.Sprintf("UPDATE organizations SET status = '%s' WHERE slug = '%s'", s, w.A.Slug)); err != nil {
		return err
	}
	return w.Settle(ctx)
}

func (m *matrix) in(ctx context.Context, status organizations.Status, routes []Route) error {
	if err := m.status(ctx, status); err != nil {
		return err
	}
	m.during, m.standings, m.known = status, map[string]Standing{}, Known(m.Settled())
	for _, r := range routes {
		if status != organizations.Active && !r.inside() {
			continue
		}
		if err := m.route(ctx, r, status); err != nil {
			return fmt.Errorf("%s: %w", r, err)
		}
	}
	return nil
}

// route runs the cells of a route. Those that cannot change anything run together, and it is checked once that they did not.
func (m *matrix) route(ctx context.Context, r Route, status organizations.Status) error {
	var quiet []cell
	for _, who := range Everybody {
		if status != organizations.Active && slices.Contains(unmoved, who) || r.Changes() && !r.inside() && slices.Contains(likeOthers, who) {
			continue
		}
		cells, err := m.cells(ctx, r, m.Actors[who])
		if err != nil {
			return err
		}
		for _, c := range cells {
			reply, err := m.expect(ctx, c)
			if err != nil {
				return err
			}
			if reply != Open || !r.Changes() {
				quiet = append(quiet, c)
			} else if err := m.loud(ctx, c); err != nil {
				return err
			}
		}
	}
	for _, c := range quiet {
		if err := m.run(ctx, c); err != nil {
			return err
		}
	}
	changed, err := m.changes(ctx)
	if err != nil || len(changed) == 0 {
		return err
	}
	return m.blame(ctx, quiet)
}

// unmoved are those to whom an organization is the same, active or not.
var unmoved = []string{Newcomer, Halfway, Operator, Stranger, Neighbour, Invited, Disabled, Vouched, Foreign, Stopped, Barred}

// likeOthers are those to whom what is outside of organizations is what it is to somebody else.
var likeOthers = []string{Removed, Paused, Viewer, Admin, Foreign, Stopped, Barred, Reader}

// blame finds out which of the cells changed what none of them may change.
func (m *matrix) blame(ctx context.Context, cells []cell) error {
	for _, c := range cells {
		if err := m.Restore(ctx); err != nil {
			return err
		}
		if err := m.run(ctx, c); err != nil {
			return err
		}
		changed, err := m.changes(ctx)
		if err != nil {
			return err
		}
		if len(changed) > 0 {
			m.find("%s, and changes %s", c, changed[0])
		}
	}
	return m.Restore(ctx)
}

func (m *matrix) changes(ctx context.Context) ([]census.Change, error) {
	now, err := m.Take(ctx)
	return census.Compare(m.Settled(), now), err
}

// loud runs a cell that may change what is the actor's, and nothing of B.
func (m *matrix) loud(ctx context.Context, c cell) error {
	if err := m.run(ctx, c); err != nil {
		return err
	}
	changed, err := m.changes(ctx)
	if err != nil {
		return err
	}
	for _, change := range changed {
		if m.bystanders(c.actor)[change.Owner] {
			m.find("%s, and changes of B %s", c, change)
		}
	}
	return m.Undo(ctx, changed)
}

// bystanders own what an actor may not change.
func (w *World) bystanders(a *Actor) map[string]bool {
	owners := map[string]bool{w.B.ID.String(): true}
	for _, who := range []string{Neighbour, Colleague, Guest} {
		owners[w.Actors[who].User.String()] = true
	}
	delete(owners, a.User.String())
	return owners
}

func (m *matrix) expect(ctx context.Context, c cell) (Reply, error) {
	key := c.actor.Name + " " + c.slug
	standing, ok := m.standings[key]
	if !ok {
		var err error
		if standing, err = m.StandingOf(ctx, c.actor, c.slug); err != nil {
			return "", err
		}
		m.standings[key] = standing
	}
	return Expect(c.route, standing), nil
}

// run asks, and compares the answer with what the table says.
func (m *matrix) run(ctx context.Context, c cell) error {
	reply, err := m.expect(ctx, c)
	if err != nil {
		return err
	}
	if c.nobody != nil && reply != Open {
		c.nobody = nil
	}
	var nobody string
	if c.nobody != nil {
		if nobody, err = m.text(ctx, *c.nobody); err != nil {
			return err
		}
	}
	answer, err := m.Do(ctx, c.ask(c.slug))
	if err != nil {
		return fmt.Errorf("%s: %w", c, err)
	}
	m.Figures["cells"]++
	problem := m.judge(ctx, c, reply, answer)
	if problem == "" && c.nobody != nil {
		problem = m.same(c, answer.Text(), nobody)
	}
	if problem == "" && !strings.Contains(strings.ToLower(c.ask(c.slug).Path+c.values.Encode()), m.B.Slug) && m.marked(c.actor, answer) {
		problem = "the answer has a word of B's in it"
	}
	if problem != "" {
		m.find("%s: %s", c, problem)
	}
	return nil
}

// text is the answer to a cell, after which all is as it was.
func (m *matrix) text(ctx context.Context, c cell) (string, error) {
	answer, err := m.Do(ctx, c.ask(c.slug))
	if err == nil && c.route.Changes() {
		err = m.Restore(ctx)
	}
	return answer.Text(), err
}

// same compares the answer with that to a reference that names nothing.
func (m *matrix) same(c cell, answer, nobody string) string {
	other := c.nobody.odd
	if len(escaped(c.odd)) != len(escaped(other)) {
		answer, nobody = length.ReplaceAllString(answer, ""), length.ReplaceAllString(nobody, "")
	}
	names := func(text string) string { return NewNames(m.known).Plain(text) }
	if answer == nobody || names(answer) == names(nobody) {
		return ""
	}
	if d := difference(names(without(answer, c.odd)), names(without(nobody, other))); d != "" {
		return fmt.Sprintf("a reference that names nothing is answered otherwise: %s", d)
	}
	return ""
}

// marked tells whether an answer to somebody who has nothing to do with B names it.
func (m *matrix) marked(a *Actor, answer Answer) bool {
	return !m.inB(a) && a.Name != Operator && strings.Contains(strings.ToLower(answer.Text()), m.B.Slug)
}

// judge says what is wrong with an answer; "" when nothing is.
func (m *matrix) judge(ctx context.Context, c cell, reply Reply, answer Answer) string {
	if problem := reply.wrong(c.route, answer); problem != "" {
		return problem
	}
	switch reply {
	case Redirect:
		if want, got := c.ask(m.A.Slug).Path, answer.Header.Get("Location"); got != want {
			return fmt.Sprintf("a former slug leads to %q, not to %q", got, want)
		}
	case AskSignIn, Nothing:
		return m.unknown(ctx, c, answer)
	case Open:
		return m.judgeOpen(c, answer)
	}
	return ""
}

func (m *matrix) judgeOpen(c cell, answer Answer) string {
	inPath := c.odd != "" && slices.Contains(slices.Collect(maps.Values(c.holes)), c.odd)
	if c.odd == "" && !m.succeeded[c.route] {
		m.complaint[c.route] = answer.complaint()
	}
	switch {
	case c.odd == "" && answer.Succeeded():
		m.succeeded[c.route] = true
	case inPath && answer.Succeeded():
		return fmt.Sprintf("there is no such thing, and the answer is %d", answer.Status)
	case inPath:
	case answer.Status == http.StatusNotFound && c.odd == "" && elsewhere[c.route.Pattern] == "":
		return "what is theirs is not found"
	}
	return ""
}

const unknownSlug = "zzzzz" // as long as A's

// unknown compares an answer with that in an organization that does not exist.
func (m *matrix) unknown(ctx context.Context, c cell, answer Answer) string {
	if c.slug == unknownSlug || !c.route.inside() {
		return ""
	}
	ask := c.ask(unknownSlug)
	key := fmt.Sprint(c.actor.Name, ask.Method, ask.Path, ask.Form)
	if m.nothing[key] == "" {
		other, err := m.Do(ctx, ask)
		if err != nil {
			return err.Error()
		}
		m.nothing[key] = other.Text()
	}
	text, other := answer.Text(), m.nothing[key]
	if text == other {
		return ""
	}
	if len(escaped(c.slug)) != len(unknownSlug) {
		text, other = length.ReplaceAllString(text, ""), length.ReplaceAllString(other, "")
	}
	slugless := func(text string) string { return without(without(text, c.slug), unknownSlug) }
	if d := difference(slugless(text), slugless(other)); d != "" {
		return "an organization that does not exist is answered otherwise: " + d
	}
	return ""
}

// escaped is how a text is written inside an address inside an address.
func escaped(text string) string { return url.QueryEscape(url.PathEscape(text)) }
