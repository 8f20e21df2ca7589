package digest

import (
	"testing"
	"time"

	"craftplan/internal/calendar"
)

func at(t *testing.T, text, zone string) (calendar.Instant, *time.Location) {
	t.Helper()
	z, err := calendar.Zone(zone)
	if err != nil {
		t.Fatal(err)
	}
	moment, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return calendar.At(moment), z
}

// A morning is six o'clock of the organization's zone, also on the days that the clocks change; a week's is that of its Monday.
func TestMorning(t *testing.T) {
	for _, c := range []struct {
		zone, now string
		f         Frequency
		want      string // "" is none
	}{
		{"Europe/Berlin", "2026-03-02T04:59:59Z", Daily, ""},
		{"Europe/Berlin", "2026-03-02T05:00:00Z", Daily, "2026-03-02"},
		{"Europe/Berlin", "2026-03-02T22:59:59Z", Daily, "2026-03-02"},
		{"Europe/Berlin", "2026-03-02T23:00:00Z", Daily, ""},           // the next day, at midnight
		{"Europe/Berlin", "2026-03-29T03:59:59Z", Daily, ""},           // forward in this night
		{"Europe/Berlin", "2026-03-29T04:00:00Z", Daily, "2026-03-29"}, //
		{"Europe/Berlin", "2026-10-25T04:59:59Z", Daily, ""},           // back in this night
		{"Europe/Berlin", "2026-10-25T05:00:00Z", Daily, "2026-10-25"}, //
		{"America/Chicago", "2026-03-08T10:59:59Z", Daily, ""},
		{"America/Chicago", "2026-03-08T11:00:00Z", Daily, "2026-03-08"},
		{"Pacific/Auckland", "2026-03-01T17:00:00Z", Daily, "2026-03-02"}, // a day ahead
		{"Pacific/Auckland", "2026-03-01T17:00:00Z", Weekly, "2026-03-02"},
		{"Pacific/Honolulu", "2026-03-02T15:59:59Z", Weekly, ""},
		{"Pacific/Honolulu", "2026-03-02T16:00:00Z", Weekly, "2026-03-02"},
		{"Asia/Kathmandu", "2026-03-02T00:15:00Z", Daily, "2026-03-02"},
		{"Europe/Berlin", "2026-03-01T05:00:00Z", Weekly, "2026-02-23"}, // a Sunday
		{"Europe/Berlin", "2026-03-03T05:00:00Z", Weekly, "2026-03-02"},
		{"Europe/Berlin", "2026-03-02T12:00:00Z", Off, ""},
	} {
		now, zone := at(t, c.now, c.zone)
		day, ok := c.f.morning(now, zone)
		if ok != (c.want != "") || ok && day.String() != c.want {
			t.Errorf("%s at %s in %s: %s, %t; want %q", c.f, c.now, c.zone, day, ok, c.want)
		}
	}
}

// Whoever looks every ten minutes through a year finds each morning once, within ten minutes of six o'clock, and each Monday's.
func TestEachMorningOnce(t *testing.T) {
	for _, name := range []string{"America/Chicago", "Europe/Berlin", "Australia/Lord_Howe", "America/Santiago", "Asia/Tehran", "Pacific/Apia"} {
		now, zone := at(t, "2026-01-01T12:07:00Z", name)
		start := calendar.Of(now.Time(), zone)
		everyDay, everyWeek := reader{Frequency: Daily, DoneUntil: &start}, reader{Frequency: Weekly, DoneUntil: &start}
		last, mondays := start, 0
		for range 400 * 24 * 6 {
			now = now.Add(10 * time.Minute)
			if day, due := everyDay.due(now, zone); due {
				if clock := now.In(zone); day != last.AddDays(1) || clock.Hour() != hour || clock.Minute() >= 10 {
					t.Fatalf("%s: %s at %s, after %s", name, day, clock, last)
				}
				last, everyDay.DoneUntil = day, &day
			}
			if day, due := everyWeek.due(now, zone); due {
				if mondays++; day.Weekday() != time.Monday || calendar.Of(now.Time(), zone) != day {
					t.Fatalf("%s: the week's is %s at %s", name, day, now.In(zone))
				}
				everyWeek.DoneUntil = &day
			}
		}
		if days := last.Sub(start); days < 399 || mondays < 57 {
			t.Errorf("%s: %d days, %d Mondays", name, days, mondays)
		}
	}
}

// A morning that was missed is made up for as long as it is not too late for it: the day's on that day, the week's in that week.
func TestMissedMornings(t *testing.T) {
	monday := calendar.New(2026, time.March, 2)
	sunday := monday.AddDays(-1)
	for _, c := range []struct {
		now  string
		f    Frequency
		want string
	}{
		{"2026-03-02T20:00:00Z", Daily, "2026-03-02"},
		{"2026-03-05T04:00:00Z", Daily, ""},
		{"2026-03-05T20:00:00Z", Daily, "2026-03-05"},
		{"2026-03-05T20:00:00Z", Weekly, "2026-03-02"},
		{"2026-03-08T20:00:00Z", Weekly, "2026-03-02"},
		{"2026-03-09T20:00:00Z", Weekly, "2026-03-09"},
	} {
		now, zone := at(t, c.now, "Europe/Berlin")
		if day, due := (reader{Frequency: c.f, DoneUntil: &sunday}).due(now, zone); due != (c.want != "") || due && day.String() != c.want {
			t.Errorf("%s at %s: %s, %t", c.f, c.now, day, due)
		}
	}
	now, zone := at(t, "2026-03-02T20:00:00Z", "Europe/Berlin")
	if _, due := (reader{Frequency: Daily, DoneUntil: &monday}).due(now, zone); due {
		t.Error("due twice")
	}
	if _, due := (reader{Frequency: Daily}).due(now, zone); due {
		t.Error("due without a choice")
	}
}
