package digest

import (
	"time"

	"craftplan/internal/calendar"
)

const hour = 6 // of the morning

// morning is the one that a moment belongs to, of those that the frequency has: today, or this week's Monday. Before six o'clock there is
// none: yesterday's mail would come at night. A Monday that was missed is made up for on another day of its week.
func (f Frequency) morning(now calendar.Instant, zone *time.Location) (calendar.Date, bool) {
	today := calendar.Of(now.Time(), zone)
	switch {
	case now.Before(today.At(hour, 0, zone)):
		return calendar.Date{}, false
	case f == Daily:
		return today, true
	case f == Weekly:
		return today.AddDays(-((int(today.Weekday()) + 6) % 7)), true
	}
	return calendar.Date{}, false
}

// due is the morning that somebody is to be mailed for now, if there is one.
func (r reader) due(now calendar.Instant, zone *time.Location) (calendar.Date, bool) {
	morning, ok := r.Frequency.morning(now, zone)
	return morning, ok && r.DoneUntil != nil && r.DoneUntil.Before(morning)
}
