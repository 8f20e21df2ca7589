package audit_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"craftplan/internal/audit"
	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/fault"
	"craftplan/internal/money"
	"craftplan/internal/organizations"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

func record(t *testing.T, ctx context.Context, db *storetest.DB, scope store.Scope, changes ...audit.Change) {
	t.Helper()
	err := db.Update(ctx, scope, func(tx *store.Tx) error {
		for _, c := range changes {
			if err := audit.Record(ctx, tx, c); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func list(t *testing.T, db *storetest.DB, scope store.Scope, f audit.Filter) (entries []audit.Entry, next audit.Cursor) {
	t.Helper()
	if f.Limit == 0 {
		f.Limit = 100
	}
	err := db.View(t.Context(), scope, func(tx *store.Tx) (err error) {
		entries, next, err = audit.List(t.Context(), tx, f)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return entries, next
}

func price(amount money.Amount) audit.Fields {
	return audit.Fields{"Name": "Flour", "Price": audit.Cost(amount), "Archived": false, "Minimum": audit.Quantity(quantity.Of(5), quantity.Gram)}
}

func TestOnlyWhatChangedIsKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		owner := db.Organization("Sunrise")
		was, became := price(money.Micro), price(2*money.Micro)
		became["Minimum"] = nil
		record(t, t.Context(), db, owner, audit.Change{Action: audit.Changed, Kind: audit.Material, Record: "FLOUR", Was: was, Became: became},
			audit.Change{Action: audit.Changed, Kind: audit.Material, Record: "FLOUR", Was: was, Became: price(money.Micro)},
			audit.Change{Action: audit.Archived, Kind: audit.Material, Record: "FLOUR"})
		entries, _ := list(t, db, owner, audit.Filter{Kind: audit.Material})
		if len(entries) != 2 || entries[0].Action != audit.Archived || len(entries[0].Fields) != 0 {
			t.Fatalf("entries %+v", entries)
		}
		e := entries[1]
		if len(e.Fields) != 2 || e.Fields[0].Name != "Minimum" || e.Fields[0].Became != nil || e.Fields[0].Was.Number != 5*quantity.Micro || e.Fields[1].Was.Number != money.Micro || e.Fields[1].Became.Number != 2*money.Micro {
			t.Errorf("fields %+v", e.Fields)
		}
		if e.Who != audit.Person || e.UserID == nil || *e.UserID != owner.Actor().UserID || e.Channel != audit.Command || e.Record != "FLOUR" {
			t.Errorf("entry %+v", e)
		}
		err := db.Update(t.Context(), owner, func(tx *store.Tx) error {
			return audit.Record(t.Context(), tx, audit.Change{Action: audit.Changed, Became: audit.Fields{"Anything": struct{}{}}})
		})
		if err == nil {
			t.Error("a field of no known type is kept")
		}
	})
}

// Whoever sees no costs sees that one changed, and not from what to what.
func TestCostsAreWithheld(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		owner := db.Organization("Sunrise")
		record(t, t.Context(), db, owner, audit.Change{Action: audit.Changed, Kind: audit.Material, Record: "FLOUR", Was: audit.Fields{"Price": audit.Cost(7), "Overhead": audit.CostRate(7), "Retail": audit.Money(7)}, Became: audit.Fields{"Price": audit.Cost(9), "Overhead": audit.CostRate(9), "Retail": audit.Money(9)}})
		entries, _ := list(t, db, owner.Through([]authz.Permission{authz.AuditRead}), audit.Filter{Kind: audit.Material})
		for _, f := range entries[0].Fields {
			if hidden := f.Name != "Retail"; hidden != f.Was.Withheld || hidden != f.Became.Withheld || hidden && f.Was.Number+f.Became.Number != 0 {
				t.Errorf("%s: %+v, %+v", f.Name, f.Was, f.Became)
			}
		}
		all, _ := list(t, db, owner, audit.Filter{Kind: audit.Material})
		if all[0].Fields[1].Became.Number != 9 {
			t.Errorf("the owner sees %+v", all[0].Fields[1].Became)
		}
	})
}

func TestWhereItComesFrom(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		owner := db.Organization("Sunrise")
		_, nobody, err := organizations.OpenByID(t.Context(), db.Store, owner.Organization())
		if err != nil {
			t.Fatal(err)
		}
		from := func(o audit.Origin) context.Context { return audit.From(t.Context(), o) }
		record(t, from(audit.Origin{Channel: audit.Web, Address: "192.0.2.7", Agent: "Firefox on Mac"}), db, owner, audit.Change{Action: audit.Changed, Kind: audit.Settings, Record: "web", Became: audit.Fields{"a": "b"}})
		record(t, from(audit.Origin{Channel: audit.API, Via: "Till", Agent: "bad\x00\xff" + strings.Repeat("x", 300)}), db, owner, audit.Change{Action: audit.Changed, Kind: audit.Settings, Record: "api", Became: audit.Fields{"a": "b"}})
		record(t, from(audit.Origin{Channel: audit.Job, Via: "sweep"}), db, nobody, audit.Change{Action: audit.Changed, Kind: audit.Settings, Record: "job", Became: audit.Fields{"a": "b"}})
		record(t, t.Context(), db, nobody, audit.Change{Action: audit.Changed, Kind: audit.Settings, Record: "command", Became: audit.Fields{"a": "b"}})
		entries, _ := list(t, db, owner, audit.Filter{Kind: audit.Settings})
		got := map[string]audit.Entry{}
		for _, e := range entries {
			got[e.Record] = e
		}
		if e := got["web"]; e.Who != audit.Person || e.Channel != audit.Web || e.Address != "192.0.2.7" || e.Agent != "Firefox on Mac" || e.Name == "" {
			t.Errorf("web: %+v", e)
		}
		if e := got["api"]; e.Who != audit.Program || e.Via != "Till" || len(e.Agent) != 200 || e.UserID == nil {
			t.Errorf("api: %+v", e)
		}
		if e := got["job"]; e.Who != audit.Worker || e.Via != "sweep" || e.UserID != nil {
			t.Errorf("job: %+v", e)
		}
		if e := got["command"]; e.Who != audit.Operator || e.UserID != nil {
			t.Errorf("command: %+v", e)
		}
		if only, _ := list(t, db, owner, audit.Filter{Who: audit.Worker}); len(only) != 1 {
			t.Errorf("by jobs: %+v", only)
		}
	})
}

func TestPagesAndFilters(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		owner, other := db.Organization("Sunrise"), db.Organization("Bluebird")
		zone := owner.Context().Zone
		noon := time.Date(2026, 3, 10, 12, 0, 0, 0, zone)
		for i, at := range []time.Time{noon, noon, noon, noon.AddDate(0, 0, 1), time.Date(2026, 3, 11, 23, 59, 0, 0, zone)} {
			then := storetest.DB{Store: db.At(func() time.Time { return at })}
			record(t, t.Context(), &then, owner, audit.Change{Action: audit.Added, Kind: audit.Order, Record: string(rune('A' + i))})
		}
		record(t, t.Context(), db, other, audit.Change{Action: audit.Added, Kind: audit.Order, Record: "foreign"})
		var seen []string
		f := audit.Filter{Kind: audit.Order, Limit: 2}
		for page := 0; page < 4; page++ {
			entries, next := list(t, db, owner, f)
			for _, e := range entries {
				seen = append(seen, e.Record)
			}
			if next.ID.IsZero() {
				break
			}
			if f.After = audit.ParseCursor(next.String()); f.After != next {
				t.Fatalf("cursor %v reads as %v", next, f.After)
			}
		}
		if got := strings.Join(seen, ""); got != "EDCBA" {
			t.Errorf("in pages of two: %s", got)
		}
		day := calendar.New(2026, 3, 11)
		if entries, _ := list(t, db, owner, audit.Filter{Kind: audit.Order, From: &day, To: &day}); len(entries) != 2 {
			t.Errorf("of a day: %+v", entries)
		}
		if entries, _ := list(t, db, owner, audit.Filter{Record: "B"}); len(entries) != 1 {
			t.Errorf("of a record: %+v", entries)
		}
		if entries, _ := list(t, db, owner, audit.Filter{Record: "foreign"}); len(entries) != 0 {
			t.Errorf("of another organization: %+v", entries)
		}
		stranger := other.Actor().UserID
		if entries, _ := list(t, db, owner, audit.Filter{UserID: &stranger}); len(entries) != 0 {
			t.Errorf("by another organization's owner: %+v", entries)
		}
		for _, wrong := range []string{"", "x", "2026-03-11T00:00:00Z_x", "x_" + stranger.String()} {
			if c := audit.ParseCursor(wrong); !c.ID.IsZero() {
				t.Errorf("%q reads as %v", wrong, c)
			}
		}
		for _, scope := range []store.Scope{db.Member(owner, authz.Staff), db.Member(owner, authz.Viewer)} {
			err := db.View(t.Context(), scope, func(tx *store.Tx) error {
				_, _, err := audit.List(t.Context(), tx, audit.Filter{Limit: 1})
				_, also := audit.People(t.Context(), tx)
				return errors.Join(err, also)
			})
			if !fault.Is(err, fault.KindForbidden) {
				t.Errorf("%s reads the log: %v", scope.Actor().Role, err)
			}
		}
	})
}

// Nothing but the end of its organization takes an entry away, and nothing changes one.
func TestEntriesStay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		owner := db.Organization("Sunrise")
		record(t, t.Context(), db, owner, audit.Change{Action: audit.Added, Kind: audit.Order, Record: "OR-1"})
		for _, statement := range []string{"UPDATE audit_entries SET record = 'another' WHERE organization_id = $1", "DELETE FROM audit_entries WHERE organization_id = $1"} {
			err := db.Update(t.Context(), owner, func(tx *store.Tx) error {
				_, err := tx.DB().ExecContext(t.Context(), statement, tx.Organization())
				return err
			})
			if err == nil {
				t.Errorf("%s went through", statement)
			}
		}
		if entries, _ := list(t, db, owner, audit.Filter{Kind: audit.Order}); len(entries) != 1 || entries[0].Record != "OR-1" {
			t.Errorf("entries %+v", entries)
		}
	})
}

func TestVocabularyHasWords(t *testing.T) {
	for _, a := range audit.Actions {
		if a.Label == "" || a.Value.Label() != a.Label {
			t.Errorf("%s: %q", a.Value, a.Label)
		}
	}
	kinds := []string{}
	for _, k := range audit.Kinds {
		kinds = append(kinds, string(k.Value))
	}
	slices.Sort(kinds)
	if len(slices.Compact(kinds)) != len(audit.Kinds) {
		t.Errorf("a kind is there twice: %v", kinds)
	}
}
