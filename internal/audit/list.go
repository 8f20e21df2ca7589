package audit

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"craftplan/internal/audit/internal/db"
	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/id"
	"craftplan/internal/store"
)

// Entry is a change as it was kept.
type Entry struct {
	ID          id.ID
	At          calendar.Instant
	Channel     Channel
	Who         Who
	UserID      *id.ID
	Name, Email string // of the person; "" is nobody
	Via         string
	Address     string
	Agent       string
	Action      Action
	Kind        Kind
	Record      string
	Fields      []Field
}

// Field is one field of a change: nil is none.
type Field struct {
	Name        string
	Was, Became *Value
}

// Filter chooses entries; zero values choose all.
type Filter struct {
	UserID   *id.ID
	Who      Who
	Action   Action
	Kind     Kind
	Record   string
	From, To *calendar.Date // both included
	After    Cursor
	Limit    int64
}

// Cursor is the entry that a page ended with; the next page begins after it. The zero value is the beginning.
type Cursor struct {
	At calendar.Instant
	ID id.ID
}

// String is the cursor as an address carries it.
func (c Cursor) String() string {
	if c.ID.IsZero() {
		return ""
	}
	return c.At.Time().Format(time.RFC3339Nano) + "_" + c.ID.String()
}

// ParseCursor reads what String wrote; what it cannot read is the beginning.
func ParseCursor(text string) Cursor {
	at, which, _ := strings.Cut(text, "_")
	moment, err := time.Parse(time.RFC3339Nano, at)
	if err != nil {
		return Cursor{}
	}
	last, err := id.Parse(which)
	if err != nil {
		return Cursor{}
	}
	return Cursor{calendar.At(moment), last}
}

// List reads one page of entries, the latest first, and the cursor of the next page; zero is the end.
func List(ctx context.Context, tx *store.Tx, f Filter) ([]Entry, Cursor, error) {
	if err := tx.Require(authz.AuditRead); err != nil {
		return nil, Cursor{}, err
	}
	in := db.EntriesIn{UserID: f.UserID, Who: string(f.Who), Action: string(f.Action), Kind: string(f.Kind), Record: f.Record, CountOf: int32(f.Limit + 1)}
	in.Since, in.Until = f.span(tx)
	in.LastAt, in.LastID = in.Until, f.After.ID
	if !f.After.ID.IsZero() {
		in.LastAt = f.After.At
	} else {
		in.LastID = id.New() // no entry is at the end of the span
	}
	rows, err := db.For(tx).Entries(ctx, in)
	if err != nil {
		return nil, Cursor{}, err
	}
	var next Cursor
	if int64(len(rows)) > f.Limit {
		rows = rows[:f.Limit]
		last := rows[len(rows)-1]
		next = Cursor{last.At, last.ID}
	}
	list := make([]Entry, len(rows))
	for i, r := range rows {
		if list[i], err = entry(tx, r); err != nil {
			return nil, Cursor{}, err
		}
	}
	return list, next, nil
}

// span are the moments that the days begin and end at, where the organization is.
func (f Filter) span(tx *store.Tx) (since, until calendar.Instant) {
	since, until = calendar.At(time.Unix(0, 0)), tx.Now().Add(100*365*24*time.Hour)
	if f.From != nil {
		since = f.From.At(0, 0, tx.Context().Zone)
	}
	if f.To != nil {
		until = f.To.AddDays(1).At(0, 0, tx.Context().Zone)
	}
	return since, until
}

func entry(tx *store.Tx, r db.EntriesRow) (Entry, error) {
	e := Entry{ID: r.ID, At: r.At, Channel: Channel(r.Channel), Who: Who(r.Who), UserID: r.UserID, Name: r.Name, Email: r.Email, Via: r.Via, Address: r.Address, Agent: r.Agent,
		Action: Action(r.Action), Kind: Kind(r.Kind), Record: r.Record}
	was, became := map[string]*Value{}, map[string]*Value{}
	if err := json.Unmarshal([]byte(r.Was), &was); err != nil {
		return e, err
	}
	if err := json.Unmarshal([]byte(r.Became), &became); err != nil {
		return e, err
	}
	names := slices.Collect(maps.Keys(was))
	for name := range became {
		if was[name] == nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		e.Fields = append(e.Fields, Field{name, was[name].seenBy(tx), became[name].seenBy(tx)})
	}
	return e, nil
}

// seenBy is a value as who reads may see it.
func (v *Value) seenBy(tx *store.Tx) *Value {
	if v == nil || !v.Cost || tx.SeesCosts() {
		return v
	}
	return &Value{Kind: v.Kind, Cost: true, Withheld: true}
}

// Somebody is who may be among the actors.
type Somebody struct {
	ID          id.ID
	Name, Email string
}

// People are all who are or were members, by name.
func People(ctx context.Context, tx *store.Tx) ([]Somebody, error) {
	if err := tx.Require(authz.AuditRead); err != nil {
		return nil, err
	}
	rows, err := db.For(tx).People(ctx)
	all := make([]Somebody, len(rows))
	for i, r := range rows {
		all[i] = Somebody(r)
	}
	return all, err
}
