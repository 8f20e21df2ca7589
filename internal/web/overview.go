package web

import (
	"fmt"
	"net/http"

	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/fault"
	"craftplan/internal/money"
	"craftplan/internal/orders"
	"craftplan/internal/production"
	"craftplan/internal/quantity"
	"craftplan/internal/settings"
	"craftplan/internal/store"
	"craftplan/internal/web/ui"
)

type overview struct {
	production.Day
	format
	Today    calendar.Date // the day shown
	IsToday  bool
	Capacity int64
	Name     string
	MayMake  bool
	MayOrder bool
	At       func(...string) string
	Path     string
}

func showOverview(q *Request) error {
	o := overview{format: q.format(), Name: q.User.Name, MayMake: q.Actor().May(authz.ProductionWrite), MayOrder: q.Actor().May(authz.OrdersWrite), At: q.Path, Path: q.Path()}
	today := calendar.Of(o.now, o.zone)
	o.Today = today
	if text := q.URL.Query().Get("day"); text != "" {
		day, err := calendar.Parse(text)
		if err != nil {
			return fault.NotFound("day")
		}
		o.Today = day
	}
	o.IsToday = o.Today.Equal(today)
	err := q.View(func(tx *store.Tx) (err error) {
		s, err := settings.Get(q.Context(), tx)
		if err != nil {
			return err
		}
		o.Capacity = s.DailyCapacity
		o.Day, err = production.DayOf(q.Context(), tx, o.Today)
		return err
	})
	if err != nil {
		return err
	}
	return q.Render(http.StatusOK, "Overview", "overview", overviewBody(o))
}

func (o overview) greeting() string {
	if !o.IsToday {
		return o.long(o.Today)
	}
	switch hour := o.now.In(o.zone).Hour(); {
	case hour < 12:
		return "Good morning, " + firstName(o.Name)
	case hour < 18:
		return "Good afternoon, " + firstName(o.Name)
	}
	return "Good evening, " + firstName(o.Name)
}

func (o overview) sub() string {
	if !o.IsToday {
		return ""
	}
	overdue := int64(0)
	for _, d := range o.Orders {
		if d.Status == string(orders.Delivered) || d.Status == string(orders.Completed) {
			continue
		}
		if !d.DeliveryAt.Before(calendar.At(o.now)) {
			return fmt.Sprintf("%s. The next order is due at %s.", o.long(o.Today), o.clock(d.DeliveryAt))
		}
		overdue++
	}
	if overdue > 0 {
		return o.long(o.Today) + ". " + plural(overdue, "order was due earlier and is not delivered.", "orders were due earlier and are not delivered.")
	}
	return o.long(o.Today) + "."
}

func (o overview) dayHref(offset int) string {
	return o.Path + "?day=" + o.Today.AddDays(offset).String()
}

// figures are the sums of the day.
type figures struct {
	Needed, Made, InBatches quantity.Quantity
	Ready                   int64
	Due                     money.Amount
	Next                    string // the customer whose ready order leaves first
}

func (o overview) figures() (f figures) {
	for _, t := range o.ToMake {
		f.Needed += t.Needed
		f.Made += min(t.Made, t.Needed)
		f.InBatches += t.InBatches()
	}
	for _, d := range o.Orders {
		f.Due += d.Total
		if d.Status == string(orders.Ready) {
			if f.Ready == 0 {
				f.Next = d.CustomerName
			}
			f.Ready++
		}
	}
	return f
}

func (o overview) places() string {
	left := o.Capacity - int64(len(o.Orders))
	switch {
	case o.Capacity == 0:
		return "No limit is set"
	case left < 0:
		return plural(-left, "order over the limit", "orders over the limit")
	}
	return plural(left, "place left", "places left")
}

func (o overview) ofCapacity() string {
	if o.Capacity == 0 {
		return ""
	}
	return fmt.Sprintf("of %d", o.Capacity)
}

// bar is what is made and what is in batches, of all that is needed.
func (o overview) bar(t production.ToMake) []ui.Segment {
	if t.Needed <= 0 {
		return nil
	}
	made := min(int64(t.Made)*100/int64(t.Needed), 100)
	return []ui.Segment{{Percent: made, Fill: "f-accent"}, {Percent: min(int64(t.InBatches())*100/int64(t.Needed), 100-made), Fill: "f-accent-2"}}
}

func (o overview) barLabel(t production.ToMake) string {
	return fmt.Sprintf("%s of %s made, %s in batches", o.pieces(t.Made), o.pieces(t.Needed), o.pieces(t.InBatches()))
}

// firstOpen is the batch to act on next: one in progress before one that is only planned.
func firstOpen(t production.ToMake) (next production.DayBatch, ok bool) {
	for _, b := range t.Batches {
		if !ok || b.Status == "in_progress" && next.Status != "in_progress" {
			next, ok = b, true
		}
	}
	return next, ok
}
