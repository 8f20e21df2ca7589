package web

import (
	"fmt"
	"strings"
	"time"

	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/catalog"
	"craftplan/internal/money"
	"craftplan/internal/orders"
	"craftplan/internal/production"
	"craftplan/internal/quantity"
	"craftplan/internal/web/ui"

	"github.com/a-h/templ"
)

// format shows numbers and dates the way an organization reads them.
type format struct {
	locale, currency string
	zone             *time.Location
	now              time.Time
	costs            bool   // who reads sees what things cost
	log              string // where the audit log is; "" for who may not read it
}

func (q *Request) format() format {
	c := q.scope.Context()
	f := format{c.Locale, c.Currency, c.Zone, q.site.Store.Now(), q.Actor().May(authz.CostsRead), ""}
	if q.Actor().May(authz.AuditRead) {
		f.log = q.Path("settings", "audit")
	}
	return f
}

func (f format) money(a money.Amount) string { return money.Format(a, f.currency, f.locale) }

// cost is a cost of one piece: four decimals.
func (f format) cost(a money.Amount) string {
	return money.FormatUnit(a, f.currency, f.locale, 4, 4)
}

// price is a stock price per kg, l or piece.
func (f format) price(a money.Amount, u quantity.Unit) string {
	per, err := a.Share(u.LargeSize(), 1)
	if err != nil {
		return "?"
	}
	return money.FormatUnit(per, f.currency, f.locale, money.Digits(f.currency), 4)
}

func per(u quantity.Unit) string {
	if u == quantity.Piece {
		return "each"
	}
	return "per " + u.Large()
}

func (f format) quantity(q quantity.Quantity, u quantity.Unit) templ.Component {
	number, symbol := quantity.Format(q, u, 2, f.locale)
	return ui.Quantity(number, symbol)
}

// signed is a change of a quantity, with its sign.
func (f format) signed(q quantity.Quantity, u quantity.Unit) templ.Component {
	number, symbol := quantity.Format(q, u, 2, f.locale)
	if q > 0 {
		number = "+" + number
	}
	return ui.Quantity(number, symbol)
}

// amount is a quantity inside a sentence.
func (f format) amount(q quantity.Quantity, u quantity.Unit) string {
	return quantity.Text(q, u, 2, f.locale)
}

// also is the quantity in pounds and ounces where people use them; "" elsewhere.
func (f format) also(q quantity.Quantity, u quantity.Unit) string {
	if !strings.HasSuffix(f.locale, "-US") {
		return ""
	}
	return quantity.Customary(q, u, f.locale)
}

func (f format) pieces(q quantity.Quantity) string {
	return quantity.FormatNumber(int64(q), quantity.Micro, 2, f.locale)
}

// rate is a percentage as it was set, such as that of a tax.
func (f format) rate(millionths int64) string {
	return quantity.FormatNumber(millionths, 10_000, 4, f.locale) + "%"
}

func (f format) percent(millionths int64) string {
	return quantity.FormatNumber(millionths, 10_000, 1, f.locale) + "%"
}

// day shows the weekday within two weeks, and the year only when it is another.
func (f format) day(d calendar.Date) string {
	today := calendar.Of(f.now, f.zone)
	switch distance := d.Sub(today); {
	case distance > -14 && distance < 14:
		return d.Format("Mon, Jan 2")
	case d.Year() == today.Year():
		return d.Format("Jan 2")
	}
	return d.Format("Jan 2, 2006")
}

func (f format) dayOr(d *calendar.Date, none string) string {
	if d == nil {
		return none
	}
	return f.day(*d)
}

func (f format) today() calendar.Date { return calendar.Of(f.now, f.zone) }

func (f format) dayOf(i calendar.Instant) calendar.Date { return calendar.Of(i.Time(), f.zone) }

// until is how long it is to a day.
func (f format) until(d *calendar.Date) string {
	if d == nil {
		return ""
	}
	switch days := d.Sub(f.today()); {
	case days < 0:
		return plural(int64(-days), "day ago", "days ago")
	case days == 0:
		return "today"
	default:
		return "in " + plural(int64(days), "day", "days")
	}
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

func (f format) clock(i calendar.Instant) string { return i.In(f.zone).Format("3:04 PM") }

func (f format) moment(i calendar.Instant) string {
	return f.day(calendar.Of(i.Time(), f.zone)) + ", " + f.clock(i)
}

// margin is what is left of a price, in percent of it with one decimal.
func (f format) margin(e catalog.Earning) string {
	share, ok := e.Margin()
	if !ok {
		return "none"
	}
	return f.percent(share)
}

// delta is a change with its direction and its share.
func (f format) delta(now, before money.Amount) string {
	mark, by := "▲ ", now-before
	if by < 0 {
		mark, by = "▼ ", -by
	}
	if before <= 0 {
		return mark + f.money(by)
	}
	share, err := by.Share(money.Micro, int64(before))
	if err != nil {
		return mark + f.money(by)
	}
	return mark + f.money(by) + " (" + f.percent(int64(share)) + ")"
}

// costParts are the parts of a cost as segments of a bar; they add up to its whole length.
func costParts(c catalog.Cost) []ui.Segment {
	if c.Total <= 0 {
		return nil
	}
	part := func(a money.Amount) int64 { return int64(a) / max(int64(c.Total)/100, 1) }
	material, labor := min(part(c.Material), 100), part(c.Labor)
	labor = min(labor, 100-material)
	return []ui.Segment{{Percent: material, Fill: "f-ink"}, {Percent: labor, Fill: "f-ink-2"}, {Percent: 100 - material - labor, Fill: "f-ink-3"}}
}

func (f format) symbol() string { return money.Symbol(f.currency, f.locale) }

func plural(n int64, one, many string) string {
	return fmt.Sprintf("%d %s", n, map[bool]string{true: one, false: many}[n == 1])
}

// long is the day in a title.
func (f format) long(d calendar.Date) string { return d.Format("Monday, January 2") }

// need is what a batch takes of a component for its planned pieces.
func (p batchPage) need(c production.Component) quantity.Quantity {
	q, err := c.For(p.Planned)
	if err != nil {
		return 0 // beyond what can be kept: starting the batch says so
	}
	return q
}

func firstName(name string) string {
	first, _, _ := strings.Cut(name, " ")
	return first
}

func ordersWord(n int64) string {
	if n == 1 {
		return "order"
	}
	return "orders"
}

// mayWord is one of two words, by whether somebody may.
func mayWord(may bool, yes, no string) string {
	if may {
		return yes
	}
	return no
}

// shortRole announces shortages only when they are the answer to something that was tried.
func shortRole(refused bool) string { return mayWord(refused, "alert", "note") }

func step(now bool) string { return mayWord(now, "step", "false") }

func trackGlyph(p orderPage, s orders.Status) string {
	switch {
	case p.passed(s), s == p.Status && s == orders.Delivered:
		return "done"
	case s == p.Status && s == orders.Cancelled:
		return "x"
	case s == p.Status:
		return "half"
	}
	return "open"
}

// lineSegments are what is made of a line, and what is in batches.
func lineSegments(p orderPage, l orders.Line) []ui.Segment {
	var planned quantity.Quantity
	for _, b := range p.Batches[l.ID] {
		if b.Status == "open" || b.Status == "in_progress" {
			planned += b.Planned
		}
	}
	made := min(int64(l.Produced)*100/max(int64(l.Quantity), 1), 100)
	return []ui.Segment{{Percent: made, Fill: "f-accent"}, {Percent: min(int64(planned)*100/max(int64(l.Quantity), 1), 100-made), Fill: "f-accent-2"}}
}
