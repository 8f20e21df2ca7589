// Package calendar has days and instants as the databases keep them: both leave Go as text that sorts like time does.
package calendar

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"sync"
	"time"
)

const (
	dayLayout     = "2006-01-02"
	instantLayout = "2006-01-02T15:04:05.000000Z"
)

// Date is a civil day, without a time zone. The zero value is no day and refuses to become a SQL value.
type Date struct{ t time.Time } // midnight UTC

// New makes a day; out-of-range values carry over, as in time.Date.
func New(year int, month time.Month, day int) Date {
	return Date{time.Date(year, month, day, 0, 0, 0, 0, time.UTC)}
}

// Of is the day of an instant in a time zone.
func Of(t time.Time, zone *time.Location) Date {
	year, month, day := t.In(zone).Date()
	return New(year, month, day)
}

// Parse reads 2026-01-15, between the years 1900 and 9999.
func Parse(text string) (Date, error) {
	t, err := time.Parse(dayLayout, text)
	if err != nil || t.Year() < 1900 {
		return Date{}, errors.New("Enter a date, such as 2026-01-15.")
	}
	return Date{t}, nil
}

// String is 2026-01-15.
func (d Date) String() string { return d.t.Format(dayLayout) }

// IsZero tells whether the day was never set.
func (d Date) IsZero() bool { return d.t.IsZero() }

// Long is the date as a sentence names it: January 2, 2006.
func (d Date) Long() string { return d.t.Format("January 2, 2006") }

// AddDays is the day n days later.
func (d Date) AddDays(n int) Date { return Date{d.t.AddDate(0, 0, n)} }

// Sub is the number of days from e to d.
func (d Date) Sub(e Date) int { return int(d.t.Sub(e.t) / (24 * time.Hour)) }

// Before tells whether d is earlier than e.
func (d Date) Before(e Date) bool { return d.t.Before(e.t) }

// After tells whether d is later than e.
func (d Date) After(e Date) bool { return d.t.After(e.t) }

// Equal tells whether both are the same day.
func (d Date) Equal(e Date) bool { return d.t.Equal(e.t) }

// Year is the year of the day.
func (d Date) Year() int { return d.t.Year() }

// Weekday is the day of the week.
func (d Date) Weekday() time.Weekday { return d.t.Weekday() }

// Format is time.Time.Format of the day.
func (d Date) Format(layout string) string { return d.t.Format(layout) }

// At is the clock time hh:mm of the day in a time zone.
func (d Date) At(hour, minute int, zone *time.Location) Instant {
	return At(time.Date(d.t.Year(), d.t.Month(), d.t.Day(), hour, minute, 0, 0, zone))
}

// Value is the text of the day; the zero day is refused.
func (d Date) Value() (driver.Value, error) {
	if d.IsZero() {
		return nil, errors.New("zero date")
	}
	return d.String(), nil
}

// Scan reads a column of either engine.
func (d *Date) Scan(src any) error {
	switch v := src.(type) {
	case string:
		t, err := time.Parse(dayLayout, v)
		*d = Date{t}
		return err
	case []byte:
		return d.Scan(string(v))
	case time.Time:
		*d = Of(v, time.UTC)
		return nil
	}
	return fmt.Errorf("cannot read a date from %T", src)
}

var zones sync.Map // name -> *time.Location: the standard library reads the zone's file each time

// Zone is a time zone by its IANA name, such as America/Chicago. The machine's own zone is not one.
func Zone(name string) (*time.Location, error) {
	if known, ok := zones.Load(name); ok {
		return known.(*time.Location), nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		return nil, fmt.Errorf("unknown time zone %q", name)
	}
	zones.Store(name, zone)
	return zone, nil
}

// Instant is a moment, in UTC with microseconds.
type Instant struct{ t time.Time }

// At is the instant of a time.
func At(t time.Time) Instant { return Instant{t.UTC().Truncate(time.Microsecond)} }

const localLayout = "2006-01-02T15:04"

// ParseLocal reads a clock time of a zone as browsers send it, such as 2026-03-08T06:30. A time that a clock change skips is
// refused; of one that it repeats, the first is meant. The error is fit to show under the field.
func ParseLocal(text string, zone *time.Location) (Instant, error) {
	t, err := time.ParseInLocation(localLayout, text, zone)
	if err != nil || t.Year() < 2000 || t.Year() > 2999 {
		return Instant{}, errors.New("Enter a day and a time, such as 2026-03-08 06:30.")
	}
	if t.Format(localLayout) != text {
		return Instant{}, errors.New("The clocks are put forward then: that time does not exist. Choose one an hour later.")
	}
	return At(t), nil
}

// Local is the clock time in a zone as browsers take it.
func (i Instant) Local(zone *time.Location) string { return i.t.In(zone).Format(localLayout) }

// Time is the moment in UTC.
func (i Instant) Time() time.Time { return i.t }

// In is the moment in a time zone.
func (i Instant) In(zone *time.Location) time.Time { return i.t.In(zone) }

// IsZero tells whether the instant was never set.
func (i Instant) IsZero() bool { return i.t.IsZero() }

// Before tells whether i is earlier than j.
func (i Instant) Before(j Instant) bool { return i.t.Before(j.t) }

// Add is the instant d later.
func (i Instant) Add(d time.Duration) Instant { return At(i.t.Add(d)) }

// Sub is the time from j to i.
func (i Instant) Sub(j Instant) time.Duration { return i.t.Sub(j.t) }

// String is the text the databases are given: of fixed width, so that it sorts like time.
func (i Instant) String() string { return i.t.Format(instantLayout) }

// Value is the text of the instant; the zero instant is refused.
func (i Instant) Value() (driver.Value, error) {
	if i.IsZero() {
		return nil, errors.New("zero instant")
	}
	return i.String(), nil
}

// Scan reads a column of either engine.
func (i *Instant) Scan(src any) error {
	switch v := src.(type) {
	case string:
		t, err := time.Parse(time.RFC3339Nano, v)
		*i = At(t)
		return err
	case []byte:
		return i.Scan(string(v))
	case time.Time:
		*i = At(v)
		return nil
	}
	return fmt.Errorf("cannot read an instant from %T", src)
}
