package inventory_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
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
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

// shelf is an organization with one material and what tests ask of it.
type shelf struct {
	t     *testing.T
	db    *storetest.DB
	scope store.Scope
	m     inventory.Material
}

var shelves atomic.Int64 // a database may hold several

func newShelf(t *testing.T, db *storetest.DB, opening int64) shelf {
	scope := db.Organization(fmt.Sprintf("Sunrise %d", shelves.Add(1)))
	s := shelf{t, db, scope, inventory.Material{}}
	db.Do(t, scope, func(ctx context.Context, tx *store.Tx) (err error) {
		var first *inventory.Receipt
		if opening > 0 {
			first = &inventory.Receipt{Quantity: quantity.Of(opening), UnitCost: 2_000}
		}
		s.m, err = inventory.Create(ctx, tx, flour("Flour", "FLOUR"), first)
		return err
	})
	return s
}

func (s shelf) try(fn func(context.Context, *store.Tx) error) error {
	return s.db.Update(s.t.Context(), s.scope, func(tx *store.Tx) error { return fn(s.t.Context(), tx) })
}

func (s shelf) do(fn func(context.Context, *store.Tx) error) {
	s.t.Helper()
	if err := s.try(fn); err != nil {
		s.t.Fatal(err)
	}
}

func (s shelf) lots() (lots []inventory.Lot) {
	s.t.Helper()
	s.do(func(ctx context.Context, tx *store.Tx) (err error) {
		lots, err = inventory.Lots(ctx, tx, s.m.ID)
		return err
	})
	return lots
}

func (s shelf) lot(code string) (l inventory.Lot) {
	s.t.Helper()
	s.do(func(ctx context.Context, tx *store.Tx) (err error) {
		l, err = inventory.GetLot(ctx, tx, code)
		return err
	})
	return l
}

func (s shelf) movements() (all []inventory.Movement) {
	s.t.Helper()
	s.do(func(ctx context.Context, tx *store.Tx) (err error) {
		all, err = inventory.Movements(ctx, tx, s.m.ID)
		return err
	})
	return all
}

func (s shelf) onHand() quantity.Quantity {
	s.t.Helper()
	var m inventory.Material
	s.do(func(ctx context.Context, tx *store.Tx) (err error) {
		m, err = inventory.Get(ctx, tx, s.m.SKU)
		return err
	})
	return m.OnHand
}

func (s shelf) policy(change func(*inventory.Settings)) {
	s.t.Helper()
	s.do(func(ctx context.Context, tx *store.Tx) error {
		now, err := inventory.ReadSettings(ctx, tx)
		if err != nil {
			return err
		}
		change(&now)
		return inventory.UpdateSettings(ctx, tx, now)
	})
}

func (s shelf) adjust(c inventory.Change) error {
	if c.Kind == "" {
		c.Kind = inventory.Adjustment
	}
	if c.Reason == "" {
		c.Reason = "counted"
	}
	return s.try(func(ctx context.Context, tx *store.Tx) error { return inventory.Adjust(ctx, tx, c) })
}

func (s shelf) reverse(movement id.ID) error {
	return s.try(func(ctx context.Context, tx *store.Tx) error {
		return inventory.Reverse(ctx, tx, movement, "a mistake")
	})
}

// domain.md 27.4: 7500 of 5000, which expires sooner, and 10000; then 7500 of 100.
func TestReferenceLots(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		s := newShelf(t, db, 0)
		receive(t, db, s.scope, s.m, 10_000, 2_000, 30)
		receive(t, db, s.scope, s.m, 5_000, 2_000, 10)
		usages, err := consume(t, db, s.scope, s.m, 7_500)
		if err != nil || len(usages) != 2 || usages[0].Quantity != quantity.Of(5_000) || usages[1].Quantity != quantity.Of(2_500) {
			t.Errorf("usages %+v, %v", usages, err)
		}
		other := newShelf(t, db, 100)
		_, err = consume(t, db, other.scope, other.m, 7_500)
		var short *inventory.Short
		if !errors.As(err, &short) || short.Shortages[0].Required != quantity.Of(7_500) || short.Shortages[0].Missing() != quantity.Of(7_400) {
			t.Errorf("7500 of 100: %v", err)
		}
	})
}

// Equal expiries are used by receipt, equal receipts by code; what is held or expired is left, and taken last when somebody says why.
func TestTiesAndOverride(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		s := newShelf(t, db, 0)
		in := func(code string, daysAgo, expiresIn int) {
			s.do(func(ctx context.Context, tx *store.Tx) error {
				at, expires := tx.Now().Add(-time.Duration(daysAgo)*24*time.Hour), tx.Today().AddDays(expiresIn)
				_, err := inventory.Receive(ctx, tx, inventory.Receipt{ItemID: s.m.ID, Kind: inventory.Received, Quantity: quantity.Of(10), UnitCost: 1_000, LotCode: code, ExpiresOn: &expires, At: &at})
				return err
			})
		}
		in("later", 1, 5)
		in("earlier", 3, 5)
		in("sooner", 0, 4)
		in("gone", 2, -1)
		in("held", 2, 3)
		in("blocked", 2, 2)
		for code, status := range map[string]inventory.LotStatus{"held": inventory.Quarantined, "blocked": inventory.Blocked} {
			s.do(func(ctx context.Context, tx *store.Tx) error {
				return inventory.SetStatus(ctx, tx, code, status, "smells")
			})
		}
		s.do(func(ctx context.Context, tx *store.Tx) error { // b and a come in together: by code
			for _, code := range []string{"b", "a"} {
				expires := tx.Today().AddDays(6)
				if _, err := inventory.Receive(ctx, tx, inventory.Receipt{ItemID: s.m.ID, Kind: inventory.Received, Quantity: quantity.Of(10), UnitCost: 1_000, LotCode: code, ExpiresOn: &expires}); err != nil {
					return err
				}
			}
			return nil
		})
		codes := map[id.ID]string{}
		for _, l := range s.lots() {
			codes[l.ID] = l.Code
		}
		order := func(issued inventory.Issued) string {
			var all []string
			for _, u := range issued.Usages {
				all = append(all, codes[u.LotID])
			}
			return strings.Join(all, " ")
		}
		_, err := take(t, db, s.scope, inventory.Issue{Needs: needs(s.m, 51)})
		var short *inventory.Short
		if !errors.As(err, &short) || short.Shortages[0].Withheld != quantity.Of(30) {
			t.Errorf("held and expired lots count: %v", err)
		}
		issued, err := take(t, db, s.scope, inventory.Issue{Needs: needs(s.m, 50)})
		if got := order(issued); err != nil || got != "sooner earlier later a b" {
			t.Errorf("taken in the order %q, %v", got, err)
		}
		issued, err = take(t, db, s.scope, inventory.Issue{Needs: needs(s.m, 30), Override: "Tasted, and fine."})
		if got := order(issued); err != nil || got != "gone blocked held" {
			t.Errorf("overridden in the order %q, %v", got, err)
		}
		if m := s.movements()[0]; m.Reason != "Tasted, and fine." {
			t.Errorf("the override's reason is %q", m.Reason)
		}
		balanced(t, db, s.scope)
	})
}

// What people pick by hand is taken, and nothing else of that material.
func TestPicks(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		s := newShelf(t, db, 0)
		first, second, expired := receive(t, db, s.scope, s.m, 10, 1_000, 5), receive(t, db, s.scope, s.m, 10, 3_000, 9), receive(t, db, s.scope, s.m, 10, 1_000, -2)
		pick := func(override string, picks ...inventory.Pick) (inventory.Issued, error) {
			return take(t, db, s.scope, inventory.Issue{Needs: needs(s.m, 100), Picks: picks, Override: override})
		}
		if _, err := pick("", inventory.Pick{LotID: second.ID, Quantity: quantity.Of(11)}); !fault.Is(err, fault.KindConflict) {
			t.Errorf("more than the lot has: %v", err)
		}
		if _, err := pick("", inventory.Pick{LotID: expired.ID, Quantity: quantity.Of(1)}); fault.FieldsOf(err) == nil || fault.FieldsOf(err)[0].Name != "override" {
			t.Errorf("an expired lot without a word: %v", err)
		}
		issued, err := pick("still good", inventory.Pick{LotID: second.ID, Quantity: quantity.Of(7)}, inventory.Pick{LotID: first.ID, Quantity: quantity.Of(2)}, inventory.Pick{LotID: expired.ID, Quantity: quantity.Of(3)})
		if err != nil || len(issued.Usages) != 3 || issued.Usages[0].Cost != 21_000 || s.onHand() != quantity.Of(18) {
			t.Errorf("picked %+v, %v, left %d", issued.Usages, err, s.onHand())
		}
		balanced(t, db, s.scope)
	})
}

// Sixty-four at once want the same lot: it never goes below zero, and what they got and what is left is what there was.
func TestConsumersAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		s := newShelf(t, db, 1_000)
		var got, refused int64
		var mu sync.Mutex
		var all sync.WaitGroup
		for n := range int64(64) {
			all.Go(func() {
				usages, err := consume(t, db, s.scope, s.m, 10+n)
				mu.Lock()
				defer mu.Unlock()
				switch {
				case fault.Is(err, fault.KindConflict):
					refused++
				case err != nil:
					t.Error(err)
				}
				for _, u := range usages {
					got += int64(u.Quantity)
				}
			})
		}
		all.Wait()
		left := s.onHand()
		if left < 0 || got+int64(left) != int64(quantity.Of(1_000)) || refused == 0 || left >= quantity.Of(73) {
			t.Errorf("%d taken, %d left, %d refused", got, left, refused)
		}
		balanced(t, db, s.scope)
	})
}

// Whatever happens in whatever order, by several people at once: stock is the sum of its movements and of its lots, at every place,
// and so is its value; nothing is below zero but what is owed.
func TestRandomHistories(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		rapid.Check(t, func(r *rapid.T) {
			s := newShelf(t, db, 0)
			if rapid.Bool().Draw(r, "warn") {
				s.policy(func(p *inventory.Settings) { p.Negative = inventory.Warn })
			}
			var people sync.WaitGroup
			for range rapid.IntRange(1, 3).Draw(r, "people") {
				steps := rapid.SliceOfN(rapid.Custom(drawStep), 1, 12).Draw(r, "steps")
				people.Go(func() {
					for _, step := range steps {
						if err := step.run(s); err != nil && fault.KindOf(err) != fault.KindInvalid && fault.KindOf(err) != fault.KindConflict {
							t.Errorf("%+v: %v", step, err)
						}
					}
				})
			}
			people.Wait()
			balanced(t, db, s.scope)
			s.checkLots()
		})
	})
}

func (s shelf) checkLots() {
	s.t.Helper()
	var sum quantity.Quantity
	for _, l := range s.lots() {
		sum += l.OnHand
		if l.OnHand < 0 && !l.Owed || l.OnHand == 0 && l.Value != 0 || l.OnHand > 0 && l.Value < 0 {
			s.t.Errorf("lot %s has %d worth %d", l.Code, l.OnHand, l.Value)
		}
	}
	if on := s.onHand(); on != sum {
		s.t.Errorf("the item has %d, its lots %d", on, sum)
	}
}

// step is one thing somebody does.
type step struct {
	what        string
	at          int // which of the lots or movements there are
	grams, cost int64
	hoursAgo    int
}

func drawStep(r *rapid.T) step {
	return step{rapid.SampledFrom([]string{"receive", "receive", "take", "take", "more", "less", "split", "merge", "reverse", "reverse", "hold"}).Draw(r, "what"), rapid.IntRange(0, 20).Draw(r, "at"),
		rapid.Int64Range(1, 5_000_000).Draw(r, "grams"), rapid.Int64Range(0, 9_999).Draw(r, "cost"), rapid.SampledFrom([]int{0, 0, 1, 30}).Draw(r, "hours")}
}

// run does the step; q is in thousandths of a gram, so that values need rounding.
func (p step) run(s shelf) error {
	q := quantity.Quantity(p.grams * 1_000)
	lots, movements := s.lots(), s.movements()
	if len(lots) == 0 || len(movements) == 0 {
		p.what = "receive"
	}
	return s.try(func(ctx context.Context, tx *store.Tx) error {
		at := tx.Now().Add(-time.Duration(p.hoursAgo) * time.Hour)
		switch p.what {
		case "receive":
			_, err := inventory.Receive(ctx, tx, inventory.Receipt{ItemID: s.m.ID, Kind: inventory.Received, Quantity: q, UnitCost: 1_000 + 7*moneyOf(p.cost), At: &at})
			return err
		case "take":
			_, err := inventory.Take(ctx, tx, inventory.Issue{Kind: inventory.Consumption, Needs: []inventory.Need{{ItemID: s.m.ID, Quantity: q}}, At: &at})
			return err
		case "reverse":
			return inventory.Reverse(ctx, tx, movements[p.at%len(movements)].ID, "a mistake")
		}
		l := lots[p.at%len(lots)]
		switch p.what {
		case "more", "less":
			if p.what == "less" {
				q = -q
			}
			return inventory.Adjust(ctx, tx, inventory.Change{Lot: l.Code, Delta: q, Kind: inventory.Adjustment, Reason: "counted", At: &at})
		case "split":
			_, err := inventory.Split(ctx, tx, l.Code, q, "")
			return err
		case "merge":
			_, err := inventory.Merge(ctx, tx, []string{l.Code, lots[(p.at+1)%len(lots)].Code}, "")
			return err
		}
		return inventory.SetStatus(ctx, tx, l.Code, []inventory.LotStatus{inventory.Quarantined, inventory.Available}[p.at%2], "who knows")
	})
}

// Movements may be dated back, within the bound, and never so that the past of a lot would not have had as much.
func TestBackDating(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		s := newShelf(t, db, 0)
		now := time.Now()
		ago := func(hours int) *calendar.Instant {
			at := calendar.At(now.Add(-time.Duration(hours) * time.Hour))
			return &at
		}
		var l inventory.Lot
		s.do(func(ctx context.Context, tx *store.Tx) (err error) {
			l, err = inventory.Receive(ctx, tx, inventory.Receipt{ItemID: s.m.ID, Kind: inventory.Received, Quantity: quantity.Of(100), UnitCost: 1_000, At: ago(72)})
			return err
		})
		if !l.ReceivedAt.Before(*ago(71)) {
			t.Errorf("received at %s", l.ReceivedAt)
		}
		if _, err := take(t, db, s.scope, inventory.Issue{Needs: needs(s.m, 60), At: ago(24)}); err != nil {
			t.Fatal(err)
		}
		future := calendar.At(now.Add(time.Hour))
		for name, c := range map[string]struct {
			delta int64
			at    *calendar.Instant
			field string
		}{
			"in the future":                    {1, &future, "occurred_at"},
			"too long ago":                     {1, ago(32 * 24), "occurred_at"},
			"before the lot came":              {-1, ago(80), "occurred_at"},
			"all of it, before the rest taken": {-50, ago(48), "quantity"}, // 40 are left
		} {
			err := s.adjust(inventory.Change{Lot: l.Code, Delta: quantity.Of(c.delta), At: c.at})
			if fields := fault.FieldsOf(err); len(fields) != 1 || fields[0].Name != c.field {
				t.Errorf("%s: %v", name, err)
			}
		}
		// 40 are free since; then 30 more come, which the past did not have.
		if err := s.adjust(inventory.Change{Lot: l.Code, Delta: quantity.Of(30)}); err != nil {
			t.Fatal(err)
		}
		if err := s.adjust(inventory.Change{Lot: l.Code, Delta: quantity.Of(-41), At: ago(48)}); fault.FieldsOf(err) == nil || fault.FieldsOf(err)[0].Name != "occurred_at" {
			t.Errorf("one more than the past had: %v", err)
		}
		if _, err := take(t, db, s.scope, inventory.Issue{Needs: needs(s.m, 41), At: ago(48)}); !fault.Is(err, fault.KindConflict) {
			t.Errorf("one more than the past had, first expired first out: %v", err)
		}
		if err := s.adjust(inventory.Change{Lot: l.Code, Delta: quantity.Of(-40), At: ago(48)}); err != nil {
			t.Errorf("what the past had: %v", err)
		}
		balanced(t, db, s.scope)
	})
}

func TestReversal(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		s := newShelf(t, db, 100)
		receipt := s.movements()[0]
		l := s.lots()[0]
		if err := s.adjust(inventory.Change{Lot: l.Code, Delta: quantity.Of(-30), Kind: inventory.Waste}); err != nil {
			t.Fatal(err)
		}
		waste := s.movements()[0]
		if err := s.reverse(receipt.ID); !fault.Is(err, fault.KindConflict) || !strings.Contains(fault.MessageOf(err), "only 70 g left of the 100 g") {
			t.Errorf("taking back what is partly used: %v", err)
		}
		if err := s.reverse(waste.ID); err != nil {
			t.Fatal(err)
		}
		if err := s.reverse(waste.ID); !fault.Is(err, fault.KindConflict) {
			t.Errorf("taking back twice: %v", err)
		}
		back := s.movements()[0]
		if back.Kind != inventory.Reversal || back.Quantity != quantity.Of(30) || back.Value != -waste.Value || !s.movements()[1].Reversed {
			t.Errorf("the reversal %+v", back)
		}
		if err := s.reverse(back.ID); !fault.Is(err, fault.KindConflict) {
			t.Errorf("taking a correction back: %v", err)
		}
		if err := s.reverse(receipt.ID); err != nil || s.onHand() != 0 {
			t.Errorf("taking the receipt back: %v", err)
		}
		if _, err := take(t, db, s.scope, inventory.Issue{Needs: needs(s.m, 1)}); err == nil {
			t.Error("something was left")
		}
		balanced(t, db, s.scope)
	})
}

// Many press the button at once: a movement is taken back once.
func TestReversalAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		s := newShelf(t, db, 100)
		if _, err := consume(t, db, s.scope, s.m, 40); err != nil {
			t.Fatal(err)
		}
		used := s.movements()[0]
		var all sync.WaitGroup
		var mu sync.Mutex
		won := 0
		for range 8 {
			all.Go(func() {
				err := s.reverse(used.ID)
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					won++
				} else if !fault.Is(err, fault.KindConflict) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if won != 1 || s.onHand() != quantity.Of(100) {
			t.Errorf("%d won, %d on hand", won, s.onHand())
		}
		balanced(t, db, s.scope)
	})
}

// A source's movements are taken back by the document, and not one by one.
func TestReverseSource(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		s := newShelf(t, db, 100)
		source := inventory.Source{Kind: "batch", ID: id.New(), Name: "B-1"}
		if _, err := take(t, db, s.scope, inventory.Issue{Needs: needs(s.m, 40), Source: source}); err != nil {
			t.Fatal(err)
		}
		if err := s.reverse(s.movements()[0].ID); !fault.Is(err, fault.KindConflict) || !strings.Contains(fault.MessageOf(err), "B-1") {
			t.Errorf("by hand: %v", err)
		}
		for range 2 { // the second time there is nothing left to take back
			s.do(func(ctx context.Context, tx *store.Tx) error {
				return inventory.ReverseSource(ctx, tx, source, "undone")
			})
		}
		if s.onHand() != quantity.Of(100) {
			t.Errorf("%d on hand", s.onHand())
		}
		balanced(t, db, s.scope)
	})
}

// A part of a lot keeps the past of the whole; together again they are worth the same to the last millionth.
func TestSplitAndMerge(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		s := newShelf(t, db, 0)
		var whole, other inventory.Lot
		s.do(func(ctx context.Context, tx *store.Tx) (err error) {
			expires, value := tx.Today().AddDays(20), moneyOf(1_000_001)
			whole, err = inventory.Receive(ctx, tx, inventory.Receipt{ItemID: s.m.ID, Kind: inventory.Received, Quantity: quantity.Of(3), Value: &value, ExpiresOn: &expires, Supplier: "Miller", SupplierLot: "M-77"})
			if err != nil {
				return err
			}
			sooner := tx.Today().AddDays(10)
			other, err = inventory.Receive(ctx, tx, inventory.Receipt{ItemID: s.m.ID, Kind: inventory.Received, Quantity: quantity.Of(1), UnitCost: 500_000, ExpiresOn: &sooner, Supplier: "Other Mill"})
			return err
		})
		var part, one inventory.Lot
		s.do(func(ctx context.Context, tx *store.Tx) (err error) {
			part, err = inventory.Split(ctx, tx, whole.Code, quantity.Of(1), "PART")
			return err
		})
		whole, part = s.lot(whole.Code), s.lot(part.Code)
		if part.Value != 333_334 || whole.Value != 666_667 || part.SupplierLot != "M-77" || !part.ExpiresOn.Equal(*whole.ExpiresOn) || !part.ReceivedOn.Equal(whole.ReceivedOn) {
			t.Errorf("the part %+v of %+v", part, whole)
		}
		for name, codes := range map[string][]string{"one": {"PART"}, "the same twice": {"PART", "PART"}, "none": nil} {
			if err := s.try(func(ctx context.Context, tx *store.Tx) error {
				_, err := inventory.Merge(ctx, tx, codes, "")
				return err
			}); !fault.Is(err, fault.KindInvalid) {
				t.Errorf("merging %s: %v", name, err)
			}
		}
		s.do(func(ctx context.Context, tx *store.Tx) error {
			return inventory.SetStatus(ctx, tx, "PART", inventory.Blocked, "torn")
		})
		merge := func(ctx context.Context, tx *store.Tx) (err error) {
			one, err = inventory.Merge(ctx, tx, []string{whole.Code, "PART", other.Code}, "ONE")
			return err
		}
		if err := s.try(merge); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("merging a blocked lot: %v", err)
		}
		s.do(func(ctx context.Context, tx *store.Tx) error {
			return inventory.SetStatus(ctx, tx, "PART", inventory.Available, "mended")
		})
		s.do(merge)
		one = s.lot("ONE")
		if one.OnHand != quantity.Of(4) || one.Value != 1_500_001 || one.UnitCost != 375_000 || !one.ExpiresOn.Equal(*other.ExpiresOn) || one.Supplier != "Other Mill, Miller" && one.Supplier != "Miller, Other Mill" {
			t.Errorf("merged %+v", one)
		}
		s.do(func(ctx context.Context, tx *store.Tx) error {
			movements, events, err := inventory.History(ctx, tx, part.ID)
			if len(movements) != 2 || movements[0].OtherLot != "ONE" || movements[1].OtherLot != whole.Code || len(events) != 2 || events[0].Became != "available" || events[1].Reason != "torn" {
				t.Errorf("history %+v %+v", movements, events)
			}
			return err
		})
		if err := s.reverse(s.movements()[0].ID); err != nil { // both sides of the merge, of all three lots
			t.Fatal(err)
		}
		if again := s.lot(whole.Code); again.OnHand != quantity.Of(2) || again.Value != 666_667 || s.lot("ONE").OnHand != 0 {
			t.Errorf("unmerged %+v", again)
		}
		balanced(t, db, s.scope)
	})
}

// Where stock may go below zero, the rest is noted as owed, and what comes in next settles it.
func TestOwed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		s := newShelf(t, db, 10)
		s.policy(func(p *inventory.Settings) { p.Negative = inventory.Warn })
		for range 2 {
			issued, err := take(t, db, s.scope, inventory.Issue{Needs: needs(s.m, 15), Source: inventory.Source{Kind: "batch", ID: id.New(), Name: "B-1"}})
			if err != nil || len(issued.Owed) != 1 || issued.Usages[len(issued.Usages)-1].Cost != 2_000*moneyOf(int64(issued.Owed[0].Missing())/quantity.Micro) {
				t.Fatalf("%+v, %v", issued, err)
			}
		}
		if s.onHand() != quantity.Of(-20) || s.lot("OWED-FLOUR").OnHand != quantity.Of(-20) {
			t.Errorf("%d on hand", s.onHand())
		}
		receive(t, db, s.scope, s.m, 5, 3_000, 9)
		l := receive(t, db, s.scope, s.m, 50, 3_000, 9)
		if owed := s.lot("OWED-FLOUR"); owed.OnHand != 0 || owed.Value != 0 {
			t.Errorf("still owed: %+v", owed)
		}
		if l = s.lot(l.Code); l.OnHand != quantity.Of(35) || l.Value != 105_000 || s.onHand() != quantity.Of(35) {
			t.Errorf("what settled it has %+v", l)
		}
		balanced(t, db, s.scope)
	})
}

func TestLotCodes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		s := newShelf(t, db, 0)
		year := time.Now().In(s.scope.Context().Zone).Year()
		day := calendar.Of(time.Now(), s.scope.Context().Zone).Format("060102")
		codes := func() (a, b string) {
			return receive(t, db, s.scope, s.m, 1, 1, 1).Code, receive(t, db, s.scope, s.m, 1, 1, 1).Code
		}
		if a, b := codes(); a != fmt.Sprintf("L-%d-0001", year) || b != fmt.Sprintf("L-%d-0002", year) {
			t.Errorf("codes %s, %s", a, b)
		}
		s.policy(func(p *inventory.Settings) { p.LotPattern = "{sku}-{yymmdd}-{00}" })
		s.do(func(ctx context.Context, tx *store.Tx) error { // somebody gave the second code by hand
			_, err := inventory.Receive(ctx, tx, inventory.Receipt{ItemID: s.m.ID, Kind: inventory.Received, Quantity: 1, LotCode: " FLOUR-" + day + "-02 "})
			return err
		})
		if a, b := codes(); a != "FLOUR-"+day+"-01" || b != "FLOUR-"+day+"-03" {
			t.Errorf("codes %s, %s", a, b)
		}
		for _, code := range []string{"FLOUR-" + day + "-02", strings.Repeat("x", 61), "a\tb", ".."} {
			err := s.try(func(ctx context.Context, tx *store.Tx) error {
				_, err := inventory.Receive(ctx, tx, inventory.Receipt{ItemID: s.m.ID, Kind: inventory.Received, Quantity: 1, LotCode: code})
				return err
			})
			if fields := fault.FieldsOf(err); len(fields) != 1 || fields[0].Name != "lot" {
				t.Errorf("code %q: %v", code, err)
			}
		}
	})
}

func TestPattern(t *testing.T) {
	day := calendar.New(2026, time.January, 5)
	for pattern, want := range map[inventory.Pattern]string{"L-{yyyy}-{0000}": "L-2026-0042", "{sku}-{yymmdd}-{00}": "RYE-260105-42", "{0}": "42", "{yy}{ddd}/{mm}.{dd} {yyyymmdd}_{000}": "26005/01.05 20260105_042"} {
		if err := pattern.Check(); err != nil {
			t.Errorf("%s: %v", pattern, err)
		}
		if got := pattern.Code("RYE", day, 42); got != want {
			t.Errorf("%s makes %s instead of %s", pattern, got, want)
		}
	}
	for _, pattern := range []inventory.Pattern{"", "L-{yyyy}", "{00}{00}", "{sku}-{week}-{0}", "L<{0}", "L{{0}", " {0}", inventory.Pattern(strings.Repeat("x", 38) + "{0}")} {
		if pattern.Check() == nil {
			t.Errorf("%q is accepted", pattern)
		}
	}
}

func TestOnlyWhoMayMovesStock(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		s := newShelf(t, db, 100)
		l, m := s.lots()[0], s.movements()[0]
		s.scope = db.Member(s.scope, authz.Viewer)
		for name, do := range map[string]func(context.Context, *store.Tx) error{
			"take": func(ctx context.Context, tx *store.Tx) error {
				_, err := inventory.Take(ctx, tx, inventory.Issue{Kind: inventory.Consumption, Needs: needs(s.m, 1)})
				return err
			},
			"adjust": func(ctx context.Context, tx *store.Tx) error {
				return inventory.Adjust(ctx, tx, inventory.Change{Lot: l.Code, Delta: 1, Kind: inventory.Adjustment, Reason: "x"})
			},
			"reverse": func(ctx context.Context, tx *store.Tx) error { return inventory.Reverse(ctx, tx, m.ID, "x") },
			"split": func(ctx context.Context, tx *store.Tx) error {
				_, err := inventory.Split(ctx, tx, l.Code, 1, "")
				return err
			},
			"merge": func(ctx context.Context, tx *store.Tx) error {
				_, err := inventory.Merge(ctx, tx, []string{l.Code, l.Code}, "")
				return err
			},
			"hold": func(ctx context.Context, tx *store.Tx) error {
				return inventory.SetStatus(ctx, tx, l.Code, inventory.Blocked, "x")
			},
			"policy": func(ctx context.Context, tx *store.Tx) error {
				return inventory.UpdateSettings(ctx, tx, inventory.Settings{})
			},
		} {
			if err := s.try(do); !fault.Is(err, fault.KindForbidden) {
				t.Errorf("a viewer may %s: %v", name, err)
			}
		}
		s.do(func(ctx context.Context, tx *store.Tx) error {
			_, _, err := inventory.History(ctx, tx, l.ID)
			return err
		})
	})
}

func moneyOf(n int64) money.Amount { return money.Amount(n) }
