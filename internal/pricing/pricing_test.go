package pricing_test

import (
	"context"
	"testing"

	"craftplan/internal/calendar"
	"craftplan/internal/catalog"
	"craftplan/internal/crm"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/money"
	"craftplan/internal/orders"
	"craftplan/internal/pricing"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

type shop struct {
	group    crm.Group
	loaf     catalog.Product
	tart     catalog.Product
	customer crm.Customer
}

// open makes two products, a group, and a customer in it.
func open(t *testing.T, db *storetest.DB, scope store.Scope) (s shop) {
	t.Helper()
	db.Do(t, scope, func(ctx context.Context, tx *store.Tx) (err error) {
		if s.loaf, err = catalog.Create(ctx, tx, catalog.Details{Name: "Loaf", SKU: "LOAF", Status: "active", Price: 4 * money.Micro}); err != nil {
			return err
		}
		if s.tart, err = catalog.Create(ctx, tx, catalog.Details{Name: "Tart", SKU: "TART", Status: "active", Price: 6 * money.Micro}); err != nil {
			return err
		}
		if s.group, err = crm.AddGroup(ctx, tx, "Cafés"); err != nil {
			return err
		}
		s.customer, err = crm.Create(ctx, tx, crm.Details{Kind: crm.Company, Name: "Corner Café", GroupID: &s.group.ID})
		return err
	})
	return s
}

func day(text string) *calendar.Date {
	d, err := calendar.Parse(text)
	if err != nil {
		panic(err)
	}
	return &d
}

func (s shop) list() pricing.Details {
	return pricing.Details{Name: "Cafés 2026", GroupID: s.group.ID, Discount: 100_000, Rows: []pricing.Row{
		{Row: 0, ProductID: s.loaf.ID, Break: pricing.Break{Minimum: quantity.Of(1), Price: 3_500_000}},
		{Row: 1, ProductID: s.loaf.ID, Break: pricing.Break{Minimum: quantity.Of(20), Price: 3 * money.Micro}},
	}}
}

// An order is priced by the list of its customer's group for its day, and stays as it was when the list changes.
func TestOrdersTakeTheirPrices(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		scope := db.Organization("Sunrise")
		s := open(t, db, scope)
		var list pricing.List
		var reference string
		typed := money.Amount(1_000_000)
		order := func(tx *store.Tx, lines ...orders.NewLine) orders.NewOrder {
			return orders.NewOrder{CustomerReference: s.customer.Reference, DeliveryAt: tx.Today().AddDays(1).At(9, 0, tx.Context().Zone), Fulfilment: "pickup", Discount: orders.Discount{Kind: orders.NoDiscount}, Lines: lines}
		}
		db.Do(t, scope, func(ctx context.Context, tx *store.Tx) (err error) {
			if list, err = pricing.Create(ctx, tx, s.list()); err != nil {
				return err
			}
			o, err := orders.Create(ctx, tx, order(tx, orders.NewLine{ProductID: s.loaf.ID, Quantity: quantity.Of(19)}, orders.NewLine{Row: 1, ProductID: s.loaf.ID, Quantity: quantity.Of(20)},
				orders.NewLine{Row: 2, ProductID: s.tart.ID, Quantity: quantity.Of(1)}, orders.NewLine{Row: 3, ProductID: s.tart.ID, Quantity: quantity.Of(1), UnitPrice: &typed}))
			reference = o.Reference
			return err
		})
		db.Do(t, scope, func(ctx context.Context, tx *store.Tx) error {
			d := s.list()
			d.Name, d.Discount, d.Rows = "Cafés 2027", 500_000, d.Rows[:1]
			_, err := pricing.Update(ctx, tx, list.ID, d)
			return err
		})
		db.Do(t, scope, func(ctx context.Context, tx *store.Tx) error {
			o, err := orders.Get(ctx, tx, reference)
			if err != nil {
				return err
			}
			for i, want := range []struct {
				price  money.Amount
				source pricing.Source
				list   string
			}{{3_500_000, pricing.Listed, "Cafés 2026"}, {3_000_000, pricing.Listed, "Cafés 2026"}, {5_400_000, pricing.Discounted, "Cafés 2026"}, {1_000_000, pricing.Typed, ""}} {
				if l := o.Lines[i]; l.UnitPrice != want.price || l.PriceSource != want.source || l.PriceList != want.list {
					t.Errorf("line %d: %d %s %q, want %+v", i, l.UnitPrice, l.PriceSource, l.PriceList, want)
				}
			}
			now, err := orders.Preview(ctx, tx, order(tx, orders.NewLine{ProductID: s.tart.ID, Quantity: quantity.Of(1)}))
			if err == nil && now.Lines[0].UnitPrice != 3*money.Micro {
				t.Errorf("the changed list: %+v", now.Lines[0])
			}
			if err := pricing.Archive(ctx, tx, list.ID); err != nil {
				return err
			}
			now, err = orders.Preview(ctx, tx, order(tx, orders.NewLine{ProductID: s.tart.ID, Quantity: quantity.Of(1)}))
			if err == nil && now.Lines[0].UnitPrice != 6*money.Micro {
				t.Errorf("an archived list: %+v", now.Lines[0])
			}
			return err
		})
	})
}

// Lists of a group follow one another; the day an order is due says which it is.
func TestListsDoNotOverlap(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		scope := db.Organization("Sunrise")
		s := open(t, db, scope)
		create := func(name string, from, until *calendar.Date, price money.Amount) (l pricing.List, err error) {
			err = db.Update(t.Context(), scope, func(tx *store.Tx) (err error) {
				d := pricing.Details{Name: name, GroupID: s.group.ID, ValidFrom: from, ValidUntil: until, Rows: []pricing.Row{{ProductID: s.loaf.ID, Break: pricing.Break{Minimum: quantity.Of(1), Price: price}}}}
				l, err = pricing.Create(t.Context(), tx, d)
				return err
			})
			return l, err
		}
		old, err := create("Old", nil, day("2026-12-31"), 1_000_000)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := create("Next", day("2026-12-31"), nil, 2_000_000); len(fault.FieldsOf(err)) != 1 || fault.FieldsOf(err)[0].Name != "valid_from" {
			t.Errorf("the same day: %v", err)
		}
		if _, err := create("Old", day("2027-01-01"), nil, 2_000_000); len(fault.FieldsOf(err)) != 1 || fault.FieldsOf(err)[0].Name != "name" {
			t.Errorf("the same name: %v", err)
		}
		if _, err := create("Next", day("2027-01-01"), nil, 2_000_000); err != nil {
			t.Fatal(err)
		}
		db.Do(t, scope, func(ctx context.Context, tx *store.Tx) error {
			for on, want := range map[string]money.Amount{"2025-01-01": 1_000_000, "2026-12-31": 1_000_000, "2027-01-01": 2_000_000} {
				book, err := pricing.For(ctx, tx, &s.group.ID, *day(on))
				if err != nil {
					return err
				}
				if got := book.Quote(s.loaf.ID, s.loaf.Price, quantity.Of(1)); got.Price != want {
					t.Errorf("on %s: %+v", on, got)
				}
			}
			offers, err := pricing.Offers(ctx, tx, s.loaf.ID, s.loaf.Price)
			if len(offers) != 2 || offers[0].List != "Next" || offers[0].Group != "Cafés" {
				t.Errorf("offers: %+v", offers)
			}
			return err
		})
		db.Do(t, scope, func(ctx context.Context, tx *store.Tx) error { return pricing.Archive(ctx, tx, old.ID) })
		if _, err := create("Again", nil, day("2026-06-30"), 3_000_000); err != nil {
			t.Errorf("in the place of an archived one: %v", err)
		}
		err = db.Update(t.Context(), scope, func(tx *store.Tx) error { return pricing.Restore(t.Context(), tx, old.ID) })
		if !fault.Is(err, fault.KindConflict) {
			t.Errorf("it came back over another: %v", err)
		}
		err = db.Update(t.Context(), scope, func(tx *store.Tx) error { return crm.RemoveGroup(t.Context(), tx, s.group.ID) })
		if !fault.Is(err, fault.KindConflict) {
			t.Errorf("a group with lists is gone: %v", err)
		}
	})
}

func TestListValidate(t *testing.T) {
	group, product := id.New(), id.New()
	row := func(n int, minimum quantity.Quantity, price money.Amount) pricing.Row {
		return pricing.Row{Row: n, ProductID: product, Break: pricing.Break{Minimum: minimum, Price: price}}
	}
	for name, c := range map[string]struct {
		d     pricing.Details
		field string
	}{
		"no group":     {pricing.Details{Name: "Cafés", Discount: 1}, "group"},
		"nothing":      {pricing.Details{Name: "Cafés", GroupID: group}, "discount"},
		"too much":     {pricing.Details{Name: "Cafés", GroupID: group, Discount: 1_000_001}, "discount"},
		"backwards":    {pricing.Details{Name: "Cafés", GroupID: group, Discount: 1, ValidFrom: day("2026-02-02"), ValidUntil: day("2026-02-01")}, "valid_until"},
		"half a piece": {pricing.Details{Name: "Cafés", GroupID: group, Rows: []pricing.Row{row(4, 500_000, 1)}}, "rows.4.minimum"},
		"twice":        {pricing.Details{Name: "Cafés", GroupID: group, Rows: []pricing.Row{row(0, quantity.Of(1), 1), row(3, quantity.Of(1), 2)}}, "rows.3.minimum"},
		"negative":     {pricing.Details{Name: "Cafés", GroupID: group, Rows: []pricing.Row{row(0, quantity.Of(1), -1)}}, "rows.0.price"},
	} {
		_, err := c.d.Validate()
		if fields := fault.FieldsOf(err); len(fields) != 1 || fields[0].Name != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
}
