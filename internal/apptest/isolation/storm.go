package isolation

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

	"craftplan/internal/store/storetest/census"
)

// Storms are how hard it blows.
type Storms struct {
	People   int // of each organization, at once
	Requests int // of each of them
	With     Options
}

// connections are so few that each is lent to both organizations in turn.
const connections = 3

// storm is people of A and of B who ask at the same time, and of whom many hang up before they are answered.
type storm struct {
	*Report
	mu    sync.Mutex
	camps []*camp
}

// camp is one of the two organizations in the storm.
type camp struct {
	*World          // as its own people see it
	who    *Actor   // somebody who may do all
	pages  []cell   // that are always answered the same
	calm   []string // how, by page
	forms  []Form   // what is sent while others write
	parts  []sizes  // the rows that come of each
	done   int      // of what was sent, how much was answered well
}

// sizes are rows by table.
type sizes map[string]int

// Storm compares what people get in a storm with what they get in calm weather, while they look and while they write; what they write
// must be there whole, or not at all.
func Storm(ctx context.Context, w *World, o Storms) (*Report, error) {
	s := &storm{Report: newReport("storm", w.Engine), camps: []*camp{{World: w, who: w.Actors[Owner]}, {World: w.seenByB(), who: w.Actors[Neighbour]}}}
	for _, c := range s.camps {
		if err := errors.Join(c.look(ctx), c.measure(ctx)); err != nil {
			return s.Report, err
		}
		s.Figures["pages"] += len(c.pages)
	}
	if err := errors.Join(s.blow(ctx, o, s.read), s.blow(ctx, o, s.write)); err != nil {
		return s.Report, err
	}
	if err := errors.Join(s.whole(ctx, w), w.Restore(ctx)); err != nil {
		return s.Report, err
	}
	// No connection remembers whose it was.
	if err := s.blow(ctx, Storms{People: connections, Requests: o.Requests}, s.read); err != nil {
		return s.Report, err
	}
	_, changes, err := w.since(ctx)
	if len(changes) > 0 {
		s.find("looking at pages changed %s", changes[0])
	}
	return s.Report, err
}

// look finds the pages that are answered the same twice.
func (c *camp) look(ctx context.Context) error {
	for _, r := range Routes() {
		if r.Access != Members || r.Changes() {
			continue
		}
		ways, err := c.own(ctx, r, c.who)
		if err != nil {
			return err
		}
		for _, holes := range few(ways, 2) {
			page := cell{route: r, actor: c.who, slug: c.A.Slug, holes: holes}
			first, err := c.Do(ctx, page.ask(page.slug))
			if err != nil {
				return err
			}
			again, err := c.Do(ctx, page.ask(page.slug))
			if err != nil {
				return err
			}
			if first.Status == http.StatusOK && first.Text() == again.Text() {
				c.pages, c.calm = append(c.pages, page), append(c.calm, first.Text())
			}
		}
	}
	return nil
}

// stormed are forms of which many rows come, by the page that has them.
var stormed = map[string]string{"/{organization}/orders/new": "/{organization}/orders", "/{organization}/materials/new": "/{organization}/materials"}

// measure sends each form once, counts the rows that come of it, and takes them back.
func (c *camp) measure(ctx context.Context) error {
	for i, page := range c.pages {
		target, ok := stormed[page.route.Pattern]
		if !ok {
			continue
		}
		answer, err := c.Do(ctx, page.ask(page.slug))
		if err != nil {
			return err
		}
		forms, err := answer.forms(Routes(), page.ask(page.slug).Path, c.who.Name)
		if err != nil {
			return err
		}
		for _, f := range forms {
			if f.Route.Pattern != target || !f.Route.Changes() {
				continue
			}
			sent, err := c.Do(ctx, c.filled(f, i).ask(c.A.Slug))
			if err != nil || !sent.Succeeded() || sent.Status == http.StatusOK {
				return fmt.Errorf("%s: %s: %w", f.Route, sent.complaint(), err)
			}
			_, changes, err := c.since(ctx)
			if err != nil {
				return err
			}
			c.forms, c.parts = append(c.forms, f), append(c.parts, c.come(changes))
			if err := c.Undo(ctx, changes); err != nil {
				return err
			}
		}
	}
	if len(c.forms) != len(stormed) {
		return fmt.Errorf("found %d of the forms that are sent in a storm", len(c.forms))
	}
	return nil
}

// filled is a form with a name and a number of its own.
func (c *camp) filled(f Form, number int) cell {
	values := f.Plausible()
	for _, field := range []string{"name", "sku", "lot"} {
		if values.Has(field) {
			values.Set(field, fmt.Sprintf("STORM-%d", number))
		}
	}
	return cell{route: f.Route, actor: c.who, slug: c.A.Slug, holes: f.Holes, values: values, upload: f.Upload}
}

// come are the organization's rows that there are more of, by table. Jobs are left out: one may stand for many changes.
func (c *camp) come(changes []census.Change) sizes {
	more := sizes{}
	for _, change := range changes {
		switch {
		case change.Owner != c.A.ID.String() || change.Table == "river_job":
		case change.Gone:
			more[change.Table]--
		default:
			more[change.Table]++
		}
	}
	return more
}

// blow lets people of both organizations do something at the same time, until all of it is done.
func (s *storm) blow(ctx context.Context, o Storms, do func(context.Context, *camp, *rand.Rand, int)) error {
	var people sync.WaitGroup
	for i := range 2 * o.People {
		c := s.camps[i%2]
		people.Go(func() {
			source := rand.New(rand.NewPCG(uint64(i), 3))
			for n := range o.Requests {
				hurried, hangUp := patience(ctx, source)
				do(hurried, c, source, i*o.Requests+n)
				hangUp()
			}
		})
	}
	people.Wait()
	return s.camps[0].Quiet(ctx)
}

// patience is how long somebody waits for an answer: one half to the end, the other a few milliseconds.
func patience(ctx context.Context, source *rand.Rand) (context.Context, context.CancelFunc) {
	if source.IntN(2) == 0 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, time.Duration(source.IntN(8000))*time.Microsecond)
}

// read looks at a page, which must be what it was in calm weather.
func (s *storm) read(ctx context.Context, c *camp, source *rand.Rand, _ int) {
	i := source.IntN(len(c.pages))
	answer, ok := s.ask(ctx, c, c.pages[i])
	if !ok {
		return
	}
	if d := difference(answer.Text(), c.calm[i]); d != "" {
		s.say("%s: in the storm the answer is another: %s", c.pages[i], d)
	}
}

// write sends a form; the answer has nothing of the other organization.
func (s *storm) write(ctx context.Context, c *camp, source *rand.Rand, number int) {
	form := c.filled(c.forms[source.IntN(len(c.forms))], number)
	answer, ok := s.ask(ctx, c, form)
	if !ok {
		return
	}
	if strings.Contains(strings.ToLower(answer.Text()), c.B.Slug) {
		s.say("%s: the answer has a word of the other's in it", form)
	}
	if answer.Status != http.StatusSeeOther {
		s.say("%s: %s", form, answer.complaint())
		return
	}
	s.mu.Lock()
	c.done++
	s.mu.Unlock()
}

// ask is false when who asked hung up.
func (s *storm) ask(ctx context.Context, c *camp, asked cell) (Answer, bool) {
	answer, err := c.Do(ctx, asked.ask(asked.slug))
	s.mu.Lock()
	defer s.mu.Unlock()
	if ctx.Err() != nil {
		s.Figures["hung up"]++
		return answer, false
	}
	if err != nil {
		s.find("%s: %v", asked, err)
	}
	s.Figures["answers"]++
	return answer, err == nil
}

func (s *storm) say(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.find(format, args...)
}

// whole tells whether all parts of what was written are there, or none, and that each organization wrote its own alone.
func (s *storm) whole(ctx context.Context, w *World) error {
	after, changes, err := w.since(ctx)
	if err != nil {
		return err
	}
	for _, c := range s.camps {
		come := c.come(changes)
		things, all := come["orders"]+come["materials"], sizes{}
		for i, f := range c.forms {
			head := f.Route.Pattern[strings.LastIndex(f.Route.Pattern, "/")+1:]
			for table, n := range c.parts[i] {
				all[table] += n * come[head]
			}
		}
		for table, n := range come {
			if n != all[table] {
				s.find("%s: %d orders and %d materials have %d rows of %s, not %d", c.A.Name, come["orders"], come["materials"], n, table, all[table])
			}
		}
		if things < c.done {
			s.find("%s: %d were answered well, and %d are there", c.A.Name, c.done, things)
		}
		s.Figures["written"] += things
	}
	broken, err := w.Closure(after)
	for _, b := range few(broken, 3) {
		s.find("a reference leads to another organization: %s", b)
	}
	return err
}
