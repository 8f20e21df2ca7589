package calendar

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := Zone(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// The day of an instant is that of the organization's zone, also around midnight and clock changes.
func TestDay(t *testing.T) {
	chicago, berlin := zone(t, "America/Chicago"), zone(t, "Europe/Berlin")
	at := time.Date(2026, 3, 8, 4, 30, 0, 0, time.UTC)
	if d := Of(at, chicago); d.String() != "2026-03-07" {
		t.Errorf("in Chicago it is %s", d)
	}
	if d := Of(at, berlin); d.String() != "2026-03-08" {
		t.Errorf("in Berlin it is %s", d)
	}
	if d := New(2026, 3, 7).AddDays(2); d.String() != "2026-03-09" || d.Sub(New(2026, 3, 7)) != 2 || d.Weekday() != time.Monday {
		t.Errorf("two days later is %s", d)
	}
	if i, err := ParseLocal("2026-03-08T02:30", chicago); err == nil {
		t.Errorf("the skipped 2:30 is %s", i.In(chicago))
	}
	if i, err := ParseLocal("2026-11-01T01:30", chicago); err != nil || i.Time().Hour() != 6 {
		t.Errorf("the repeated 1:30 is %s, %v", i, err)
	}
}

func TestParse(t *testing.T) {
	for _, text := range []string{"", "2026-02-30", "26-01-01", "2026-1-1", "01/02/2026", "2026-01-01T00:00"} {
		if d, err := Parse(text); err == nil {
			t.Errorf("%q is %s", text, d)
		}
	}
	for _, text := range []string{"", "2026-03-08", "2026-03-08 06:30", "0001-01-01T00:00", "9999-01-01T00:00"} {
		if i, err := ParseLocal(text, time.UTC); err == nil {
			t.Errorf("%q is %s", text, i)
		}
	}
	for _, name := range []string{"", "Local", "Mars/Base"} {
		if z, err := Zone(name); err == nil {
			t.Errorf("zone %q is %s", name, z)
		}
	}
}

// What the databases are given sorts like time does, and comes back the same.
func TestTextSortsLikeTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(label string) Instant {
			return At(time.UnixMicro(rapid.Int64Range(-2e15, 4e16).Draw(t, label)))
		}
		a, b := draw("a"), draw("b")
		if a.Before(b) != (a.String() < b.String()) {
			t.Fatalf("%s and %s sort in another way than time", a, b)
		}
		var back Instant
		if err := back.Scan(a.String()); err != nil || back != a {
			t.Fatalf("%s comes back as %s, %v", a, back, err)
		}
		local, err := ParseLocal(a.Local(time.UTC), time.UTC)
		if err == nil && a.Sub(local) >= time.Minute {
			t.Fatalf("%s is %s in a form", a, local)
		}
		d := Of(a.Time(), time.UTC)
		var day Date
		if err := day.Scan(d.String()); err != nil || !day.Equal(d) {
			t.Fatalf("%s comes back as %s, %v", d, day, err)
		}
	})
}

func TestZeroValuesAreRefused(t *testing.T) {
	if v, err := (Date{}).Value(); err == nil {
		t.Errorf("the zero date is %v", v)
	}
	if v, err := (Instant{}).Value(); err == nil {
		t.Errorf("the zero instant is %v", v)
	}
}
