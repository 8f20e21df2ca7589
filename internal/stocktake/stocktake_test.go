package stocktake_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory"
	"craftplan/internal/money"
	"craftplan/internal/quantity"
	"craftplan/internal/stocktake"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

// room is an organization whose stock is counted.
type room struct {
	t     *testing.T
	db    *storetest.DB
	scope store.Scope
	now   *time.Time // what its clock shows
}

var rooms atomic.Int64

// newRoom has 100 g of flour in the lot F, 50 g of salt in the lot S, and 20 g of butter that expires soon in the lot B.
func newRoom(t *testing.T, db *storetest.DB) room {
	now := time.Now().Add(-time.Hour).Truncate(time.Second)
	r := room{t, db, db.Organization(fmt.Sprintf("Counted %d", rooms.Add(1))), &now}
	for _, m := range []struct {
		name, category string
		grams          int64
		days           int
	}{{"Flour", "Dry", 100, 300}, {"Salt", "Dry", 50, 900}, {"Butter", "Cold", 20, 5}} {
		r.do(func(ctx context.Context, tx *store.Tx) error {
			expires := tx.Today().AddDays(m.days)
			_, err := inventory.Create(ctx, tx, inventory.Details{Name: m.name, SKU: m.name, Category: m.category, Unit: quantity.Gram, Price: 2_000}, &inventory.Receipt{Quantity: quantity.Of(m.grams), UnitCost: 2_000, LotCode: m.name[:1], ExpiresOn: &expires})
			return err
		})
	}
	return r
}

func (r room) as(scope store.Scope, fn func(context.Context, *store.Tx) error) error {
	at := *r.now
	return r.db.At(func() time.Time { return at }).Update(r.t.Context(), scope, func(tx *store.Tx) error { return fn(r.t.Context(), tx) })
}

func (r room) try(fn func(context.Context, *store.Tx) error) error { return r.as(r.scope, fn) }

func (r room) do(fn func(context.Context, *store.Tx) error) {
	r.t.Helper()
	if err := r.try(fn); err != nil {
		r.t.Fatal(err)
	}
}

// later moves the clock on by a minute.
func (r room) later() { *r.now = r.now.Add(time.Minute) }

func (r room) start(c stocktake.Choice) (reference string) {
	r.t.Helper()
	r.do(func(ctx context.Context, tx *store.Tx) (err error) {
		reference, err = stocktake.Start(ctx, tx, c)
		return err
	})
	return reference
}

func (r room) get(reference string) (c stocktake.Count) {
	r.t.Helper()
	r.do(func(ctx context.Context, tx *store.Tx) (err error) {
		c, err = stocktake.Get(ctx, tx, reference)
		return err
	})
	return c
}

// line is that of a lot.
func (r room) line(reference, lot string) stocktake.Line {
	r.t.Helper()
	for _, l := range r.get(reference).Lines {
		if l.Lot == lot {
			return l
		}
	}
	r.t.Fatalf("no line of lot %s", lot)
	return stocktake.Line{}
}

func grams(n int64) *quantity.Quantity { return new(quantity.Of(n)) }

// count notes what was found of a lot, by who has seen the line as it is now.
func (r room) count(scope store.Scope, reference, lot string, n int64) error {
	r.t.Helper()
	l := r.line(reference, lot)
	return r.as(scope, func(ctx context.Context, tx *store.Tx) error {
		return stocktake.Record(ctx, tx, reference, l.Position, stocktake.Entry{Counted: grams(n), Revision: l.Revision})
	})
}

func (r room) counted(reference, lot string, n int64) {
	r.t.Helper()
	if err := r.count(r.scope, reference, lot, n); err != nil {
		r.t.Fatal(err)
	}
}

func (r room) approve(reference string) error {
	return r.try(func(ctx context.Context, tx *store.Tx) error { return stocktake.Approve(ctx, tx, reference) })
}

// moves adjusts a lot at a moment.
func (r room) moves(lot string, n int64, at *calendar.Instant) {
	r.t.Helper()
	r.do(func(ctx context.Context, tx *store.Tx) error {
		return inventory.Adjust(ctx, tx, inventory.Change{Lot: lot, Delta: quantity.Of(n), Kind: inventory.Adjustment, Reason: "used", At: at})
	})
}

func (r room) on(lot string) (n int64) {
	r.t.Helper()
	r.do(func(ctx context.Context, tx *store.Tx) error {
		l, err := inventory.GetLot(ctx, tx, lot)
		n = int64(l.OnHand / quantity.Micro)
		return err
	})
	return n
}

func (r room) balanced() {
	r.t.Helper()
	r.do(func(ctx context.Context, tx *store.Tx) error {
		n, err := inventory.Balanced(ctx, tx)
		if n != 0 {
			r.t.Errorf("%d sums differ from what they are sums of", n)
		}
		return err
	})
}

// What moves before a line is counted is in what is found, what moves after is not; also when it is noted later, or taken back.
func TestWhileTrading(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		r := newRoom(t, db)
		count := r.start(stocktake.Choice{})
		r.later()
		r.moves("F", -10, nil) // 90
		r.later()
		r.counted(count, "F", 85) // 5 are missing
		then := calendar.At(*r.now)
		r.later()
		r.moves("F", -20, nil) // 65 should be left, by the ledger 70
		r.later()
		r.counted(count, "S", 50)
		r.later()
		if l := r.line(count, "F"); l.Book != quantity.Of(90) || l.Difference() != quantity.Of(-5) || l.Snapshot != quantity.Of(100) {
			t.Errorf("the line is %+v", l)
		}
		earlier := then.Add(-90 * time.Second)
		r.moves("F", -3, &earlier) // noted late: so 87 were there, and 2 are missing
		if l := r.line(count, "F"); l.Difference() != quantity.Of(-2) {
			t.Errorf("after a late note %d differ", l.Difference())
		}
		r.moves("F", -7, &earlier)
		r.do(func(ctx context.Context, tx *store.Tx) error { // a mistake: it never was
			item, err := inventory.GetLot(ctx, tx, "F")
			if err != nil {
				return err
			}
			all, err := inventory.Movements(ctx, tx, item.Item.ID)
			for _, m := range all {
				if m.Quantity == quantity.Of(-7) {
					return inventory.Reverse(ctx, tx, m.ID, "a mistake")
				}
			}
			return err
		})
		if err := r.approve(count); err != nil {
			t.Fatal(err)
		}
		if r.on("F") != 65 || r.on("S") != 50 || r.on("B") != 20 {
			t.Errorf("left are %d, %d and %d", r.on("F"), r.on("S"), r.on("B"))
		}
		done := r.get(count)
		if p := done.Progress(); done.Status != stocktake.Approved || p.Counted != 2 || p.Different != 1 || p.Less != -4_000 || p.More != 0 {
			t.Errorf("%s: %+v", done.Status, p)
		}
		if l := r.line(count, "F"); *l.Posted != quantity.Of(-2) || l.Value != -4_000 {
			t.Errorf("posted %d worth %d", *l.Posted, l.Value)
		}
		if err := r.as(db.WithoutCosts(r.scope), func(ctx context.Context, tx *store.Tx) error {
			hidden, err := stocktake.Get(ctx, tx, count)
			list, _, e := stocktake.List(ctx, tx, 10, 0)
			if p := hidden.Progress(); hidden.Lines[0].Value != money.Withheld || p.Less != 0 || p.Different != 1 || e != nil || list[0].Value != money.Withheld {
				t.Errorf("who sees no costs sees %+v and %d", p, list[0].Value)
			}
			return err
		}); err != nil {
			t.Error(err)
		}
		for what, err := range map[string]error{"approved": r.approve(count), "counted": r.count(r.scope, count, "F", 1),
			"cancelled": r.try(func(ctx context.Context, tx *store.Tx) error { return stocktake.Cancel(ctx, tx, count) })} {
			if !fault.Is(err, fault.KindConflict) {
				t.Errorf("%s after the end: %v", what, err)
			}
		}
		r.do(func(ctx context.Context, tx *store.Tx) error {
			list, total, err := stocktake.List(ctx, tx, 10, 0)
			if total != 1 || list[0].Accuracy() != 500_000 || list[0].Value != -4_000 {
				t.Errorf("listed: %+v", list)
			}
			return err
		})
		r.balanced()
	})
}

func TestChoices(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		r := newRoom(t, db)
		var cellar inventory.Location
		r.do(func(ctx context.Context, tx *store.Tx) (err error) {
			if cellar, err = inventory.AddLocation(ctx, tx, "Cellar"); err != nil {
				return err
			}
			return inventory.Relocate(ctx, tx, inventory.Relocation{Lot: "F", From: id.ID{UUID: tx.Organization().UUID}, To: cellar.ID, Quantity: grams(40)})
		})
		soon := calendar.Of(*r.now, time.UTC).AddDays(10)
		for _, c := range []struct {
			choice      stocktake.Choice
			scope, lots string
		}{
			{stocktake.Choice{}, "Everything", "B 20 F 60 S 50 F 40 "},
			{stocktake.Choice{Kind: inventory.OfMaterial, Category: "Dry"}, "Dry", "F 60 S 50 F 40 "},
			{stocktake.Choice{Location: &cellar.ID}, "Everything at Cellar", "F 40 "},
			{stocktake.Choice{ExpiresBy: &soon}, "Everything that expires by " + soon.Format("January 2, 2006"), "B 20 "},
		} {
			count, lots := r.get(r.start(c.choice)), ""
			for _, l := range count.Lines {
				lots += fmt.Sprintf("%s %d ", l.Lot, l.Snapshot/quantity.Micro)
			}
			if count.Scope != c.scope || lots != c.lots {
				t.Errorf("%q is %s", count.Scope, lots)
			}
		}
		for name, c := range map[string]stocktake.Choice{"choice": {Kind: inventory.OfProduct}, "location": {Location: new(id.New())}} {
			err := r.try(func(ctx context.Context, tx *store.Tx) error {
				_, err := stocktake.Start(ctx, tx, c)
				return err
			})
			if fields := fault.FieldsOf(err); len(fields) != 1 || fields[0].Name != name {
				t.Errorf("%+v: %v", c, err)
			}
		}
	})
}

// Two people who count at once do not replace each other's figures, and see them.
func TestTwoCount(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		r := newRoom(t, db)
		other := db.Member(r.scope, authz.Staff)
		count := r.start(stocktake.Choice{Blind: true})
		seen := r.line(count, "F")
		record := func(scope store.Scope, n, revision int64) error {
			return r.as(scope, func(ctx context.Context, tx *store.Tx) error {
				return stocktake.Record(ctx, tx, count, seen.Position, stocktake.Entry{Counted: grams(n), Revision: revision})
			})
		}
		if err := record(other, 90, seen.Revision); err != nil {
			t.Fatal(err)
		}
		if err := record(r.scope, 80, seen.Revision); !fault.Is(err, fault.KindConflict) {
			t.Errorf("replaced unseen: %v", err)
		}
		if err := record(other, 91, seen.Revision); err != nil {
			t.Errorf("their own figure once more: %v", err)
		}
		if err := r.count(r.scope, count, "F", 80); err != nil {
			t.Errorf("replaced by who has seen it: %v", err)
		}
		var people sync.WaitGroup
		var saved atomic.Int64
		salt := r.line(count, "S")
		for i, scope := range []store.Scope{r.scope, other} {
			people.Go(func() {
				err := r.as(scope, func(ctx context.Context, tx *store.Tx) error {
					return stocktake.Record(ctx, tx, count, salt.Position, stocktake.Entry{Counted: grams(int64(40 + i)), Revision: salt.Revision})
				})
				if err == nil {
					saved.Add(1)
				} else if !fault.Is(err, fault.KindConflict) {
					t.Error(err)
				}
			})
		}
		people.Wait()
		if saved.Load() != 1 {
			t.Errorf("%d of two figures at once were saved", saved.Load())
		}
		viewer := db.Member(r.scope, authz.Viewer)
		if err := record(viewer, 1, 9); !fault.Is(err, fault.KindForbidden) {
			t.Errorf("a viewer counts: %v", err)
		}
	})
}

// What was found and moved since must fit; else nothing is booked.
func TestNotPossible(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		r := newRoom(t, db)
		count := r.start(stocktake.Choice{})
		if err := r.approve(count); !fault.Is(err, fault.KindConflict) {
			t.Errorf("nothing counted: %v", err)
		}
		r.later()
		r.counted(count, "S", 45)
		r.counted(count, "F", 10)
		r.later()
		r.moves("F", -30, nil) // 30 of 10
		if err := r.approve(count); !fault.Is(err, fault.KindConflict) {
			t.Errorf("30 of 10 were used: %v", err)
		}
		if r.on("S") != 50 || r.get(count).Status != stocktake.Open {
			t.Errorf("half of it was booked: %d", r.on("S"))
		}
		r.counted(count, "F", 70)
		r.counted(count, "B", 0)
		if err := r.approve(count); err != nil {
			t.Fatal(err)
		}
		if r.on("F") != 70 || r.on("B") != 0 || r.on("S") != 45 {
			t.Errorf("left are %d, %d, %d", r.on("F"), r.on("B"), r.on("S"))
		}
		gone := r.start(stocktake.Choice{})
		r.do(func(ctx context.Context, tx *store.Tx) error { return stocktake.Cancel(ctx, tx, gone) })
		if c := r.get(gone); c.Status != stocktake.Cancelled || len(c.Lines) != 2 {
			t.Errorf("cancelled: %s with %d lines", c.Status, len(c.Lines))
		}
		r.balanced()
	})
}

// Whatever moves while it is counted, and whenever: what is left of a lot is what was found and what moved since.
func TestCountsFit(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		rapid.Check(t, func(d *rapid.T) {
			r := newRoom(t, db)
			count := r.start(stocktake.Choice{})
			truth, found := int64(100), int64(0)
			move := func() {
				n := rapid.Int64Range(-8, 8).Draw(d, "moves")
				if n != 0 && truth+n >= 20 { // the ledger must have as much too
					r.later()
					r.moves("F", n, nil)
					truth += n
				}
			}
			lost := rapid.Int64Range(0, 9).Draw(d, "lost")
			for range rapid.IntRange(0, 4).Draw(d, "before") {
				move()
			}
			truth -= lost
			r.later()
			r.counted(count, "F", truth)
			found = truth
			for range rapid.IntRange(0, 4).Draw(d, "after") {
				move()
			}
			if err := r.approve(count); err != nil {
				t.Fatal(err)
			}
			if r.on("F") != truth {
				t.Fatalf("found %d, left %d, not %d", found, r.on("F"), truth)
			}
			r.balanced()
		})
	})
}

func TestContainers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		r := newRoom(t, db)
		add := func(name string, tare int64) error {
			return r.try(func(ctx context.Context, tx *store.Tx) error {
				return stocktake.AddContainer(ctx, tx, stocktake.Container{Name: name, Tare: quantity.Of(tare)})
			})
		}
		if err := add(" Blue   bucket", 450); err != nil {
			t.Fatal(err)
		}
		if err := add("blue bucket", 1); len(fault.FieldsOf(err)) != 1 {
			t.Errorf("twice: %v", err)
		}
		if err := add("", -1); len(fault.FieldsOf(err)) != 2 {
			t.Errorf("nothing: %v", err)
		}
		r.do(func(ctx context.Context, tx *store.Tx) error {
			all, err := stocktake.Containers(ctx, tx)
			if err != nil || len(all) != 1 || all[0].Name != "Blue bucket" {
				t.Fatalf("containers %+v, %v", all, err)
			}
			if net, err := all[0].Net(quantity.Of(1_000)); err != nil || net != quantity.Of(550) {
				t.Errorf("net of 1000: %d, %v", net, err)
			}
			if _, err := all[0].Net(quantity.Of(449)); len(fault.FieldsOf(err)) != 1 {
				t.Errorf("lighter than empty: %v", err)
			}
			all[0].Tare = quantity.Of(460)
			if err := stocktake.ChangeContainer(ctx, tx, all[0]); err != nil {
				return err
			}
			return stocktake.RemoveContainer(ctx, tx, all[0].ID)
		})
		if err := r.try(func(ctx context.Context, tx *store.Tx) error { return stocktake.RemoveContainer(ctx, tx, id.New()) }); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("one that is none: %v", err)
		}
		if err := r.try(func(ctx context.Context, tx *store.Tx) error {
			return stocktake.ChangeContainer(ctx, tx, stocktake.Container{ID: id.New(), Name: "Red bucket", Tare: quantity.Of(1)})
		}); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("one that is none is changed: %v", err)
		}
	})
}
