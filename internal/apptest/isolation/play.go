package isolation

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"craftplan/internal/store/storetest/census"
)

// play is a script being played in a world, by people with browsers of their own.
type play struct {
	*World
	lore
	routes  []Route
	names   *Names
	counts  *counts
	jars    map[string]map[string]string // cookies by actor
	entries []string                     // what A's people and programs were answered
	problem string                       // an answer that is not of the kind that was expected
}

func (w *World) play(l lore, routes []Route, known map[string]bool, c *counts) *play {
	return &play{World: w, lore: l, routes: routes, names: NewNames(known), counts: c, jars: map[string]map[string]string{}}
}

// counts are figures of many plays.
type counts struct {
	mu      sync.Mutex
	figures map[string]int
	routes  map[Route]bool // that somebody reached
}

func (c *counts) note(r Route, reply Reply, answer Answer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.figures["requests"]++
	if reply != Open && reply != Withheld {
		c.figures["refusals that were due"]++
		return
	}
	c.routes[r] = true
	if r.Changes() {
		c.figures["changes"]++
		if answer.Succeeded() {
			c.figures["changes that went through"]++
		}
	}
}

// minutes between two steps: so many that sessions and keys are noted as used again.
const minutes = 7 * time.Minute

// step lets a step happen, and what happens beside it where there is B.
func (p *play) step(ctx context.Context, number int, s Step, aside *play) error {
	p.Set(later + time.Duration(number)*minutes)
	if s.Beside == nil || aside == nil {
		return p.happen(ctx, s)
	}
	done := make(chan error, 1)
	go func() { done <- aside.happen(ctx, *s.Beside) }()
	err := p.happen(ctx, s)
	if e := <-done; err == nil {
		err = e
	}
	return err
}

func (p *play) happen(ctx context.Context, s Step) error {
	switch s.Event {
	case "":
		return p.visit(ctx, s)
	case workJobs:
		mails, err := p.work(ctx, p.b)
		for _, m := range mails {
			p.entries = append(p.entries, "mail: "+m)
		}
		return err
	}
	return events[s.Event](ctx, p.World, s.source())
}

// visit looks at a page, and mostly sends a form of it; a program sends what programs send.
func (p *play) visit(ctx context.Context, s Step) error {
	source := s.source()
	c, err := p.pick(ctx, s, source)
	if err != nil {
		return err
	}
	answer, err := p.send(ctx, c)
	if err != nil || s.Route.Access == Programs || source.IntN(5) == 0 {
		return err
	}
	forms, err := answer.forms(p.routes, c.ask(c.slug).Path, s.Actor)
	f, ok := choose(forms, s.Actor, source)
	if err != nil || !ok {
		return err
	}
	answer, err = p.send(ctx, cell{route: f.Route, actor: c.actor, what: "script", slug: f.Slug, holes: f.Holes, values: p.fill(f, source), upload: f.Upload})
	if err != nil || answer.Status != http.StatusSeeOther || source.IntN(3) > 0 {
		return err
	}
	path, _, _ := strings.Cut(answer.Header.Get("Location"), "?")
	if r, holes, ok := match(p.routes, http.MethodGet, path); ok && unfit[r.Pattern] == "" && (r.inside() || s.Actor != Guest) {
		slug := holes[organizationHole]
		delete(holes, organizationHole)
		_, err = p.send(ctx, cell{route: r, actor: c.actor, what: "script", slug: slug, holes: holes})
	}
	return err
}

// choose picks a form, mostly one that changes something, and seldom the one that signs out. The guest's session is B's too.
func choose(forms []Form, who string, source *rand.Rand) (Form, bool) {
	leave := source.IntN(40) == 0 && who != Guest
	change := source.IntN(6) > 0
	forms = slices.DeleteFunc(forms, func(f Form) bool {
		return f.Route.Pattern == "/logout" && !leave || unfit[f.Route.Pattern] != "" || elsewhere[f.Route.Pattern] != ""
	})
	if of := slices.DeleteFunc(slices.Clone(forms), func(f Form) bool { return f.Route.Changes() != change }); len(of) > 0 {
		forms = of
	}
	if len(forms) == 0 {
		return Form{}, false
	}
	return forms[source.IntN(len(forms))], true
}

// pick is the request that a step begins with: to something of the organization's, now and then of the other's or of nobody's.
func (p *play) pick(ctx context.Context, s Step, source *rand.Rand) (c cell, err error) {
	c = cell{route: s.Route, actor: p.actor(s.Actor), what: "script", holes: map[string]string{}}
	if c.slug, err = p.slug(ctx, p.A); err != nil {
		return c, err
	}
	if source.IntN(10) == 0 { // perhaps a former one
		c.slug = p.A.Slug
	}
	clear(p.memory)
	for _, hole := range s.Route.Holes() {
		values, err := p.values(ctx, hole.Kind, p.A, c.actor, c.holes)
		if err != nil {
			return c, err
		}
		value := "NONE-1"
		if len(values) > 0 {
			value = values[source.IntN(len(values))]
		}
		if source.IntN(12) == 0 {
			value = p.odd(hole.Kind, value, source)
		}
		c.holes[hole.Name] = value
	}
	if text, ok := sent[s.Route.String()]; ok {
		fields, err := (&crawler{World: p.World}).fieldsOf(ctx, "", document(text))
		if err != nil {
			return c, err
		}
		c.values = p.fill(Form{Route: s.Route, Fields: fields}, source)
	}
	return c, nil
}

// actor is somebody with the cookies that their browser holds now.
func (p *play) actor(who string) *Actor {
	a := *p.Actors[who]
	if p.jars[who] == nil {
		p.jars[who] = maps.Clone(a.Cookies)
		if p.jars[who] == nil {
			p.jars[who] = map[string]string{}
		}
	}
	a.Cookies = p.jars[who]
	return &a
}

// send asks, compares the kind of answer with what it must be, and notes the answer.
func (p *play) send(ctx context.Context, c cell) (Answer, error) {
	standing, err := p.StandingOf(ctx, c.actor, c.slug)
	if err != nil {
		return Answer{}, err
	}
	answer, err := p.Do(ctx, c.ask(c.slug))
	if err != nil {
		return answer, fmt.Errorf("%s: %w", c, err)
	}
	reply := Expect(c.route, standing)
	p.counts.note(c.route, reply, answer)
	if problem := reply.wrong(c.route, answer); problem != "" && p.problem == "" {
		p.problem = fmt.Sprintf("%s: %s", c, problem)
	}
	for _, cookie := range (&http.Response{Header: answer.Header}).Cookies() {
		if c.actor.Cookies[cookie.Name] = cookie.Value; cookie.MaxAge < 0 {
			delete(c.actor.Cookies, cookie.Name)
		}
	}
	text := answer.Text()
	if c.actor.Name == Guest {
		text = unswitched(text)
	}
	p.entries = append(p.entries, c.String()+"\n"+shownSize.ReplaceAllString(text, "(size)"))
	return answer, nil
}

var (
	switcher = regexp.MustCompile(`(?s)<nav popover id="orgs".*?</nav>`)
	brand    = regexp.MustCompile(`brand\.css\?v=[0-9a-f]{8}`)
)

// unswitched is an answer without what tells where else somebody belongs, which they may know: the switcher between organizations, and
// the address of the style sheet with the colours in it.
func unswitched(text string) string {
	text = length.ReplaceAllString(text, "")
	return brand.ReplaceAllString(switcher.ReplaceAllString(text, "(switcher)"), "(brand)")
}

// An archive has ids in it that were drawn: packed, they take more or less.
var (
	packedSize = regexp.MustCompile(`"size": ?\d+`)
	bytesOf    = regexp.MustCompile(` [0-9a-f]{16} ([0-9a-f]{16})\b`) // of a content
	shownSize  = regexp.MustCompile(`<dd id="size">[^<]*</dd>`)
)

// sealedText is what is sealed or hashed with salt: no two are the same.
var sealedText = regexp.MustCompile(`"(?:[\w-]{40,}|\$argon2[^"]*)"`)

// traces are the rows of some owners that came and went, without what was drawn or sealed: what the requests left behind.
func traces(changes []census.Change, owners, known map[string]bool) (rows []string) {
	for _, c := range changes {
		if !owners[c.Owner] {
			continue
		}
		row := c.String()
		switch c.Table {
		case "river_job":
			row = jobOf(c)
		case "takeouts":
			row = packedSize.ReplaceAllString(row, `"size": 0`)
		case shelved:
			row = bytesOf.ReplaceAllString(row, " $1")
		}
		row = sealedText.ReplaceAllString(row, `"sealed"`)
		rows = append(rows, drawn.ReplaceAllStringFunc(row, func(found string) string {
			if known[found] {
				return found
			}
			return "<drawn>"
		}))
	}
	slices.Sort(rows)
	return rows
}

// jobOf is what is to be done: its number and its times tell of the jobs of all.
func jobOf(c census.Change) string {
	var job struct {
		Kind string
		Args json.RawMessage
	}
	if err := json.Unmarshal([]byte(c.JSON), &job); err != nil {
		return err.Error()
	}
	return fmt.Sprint(c.Gone, job.Kind, string(job.Args))
}
