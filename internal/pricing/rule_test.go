package pricing_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"craftplan/internal/id"
	"craftplan/internal/money"
	"craftplan/internal/pricing"
	"craftplan/internal/quantity"
)

// The rule, said once more by looking at every row: the price is that of the row with the highest minimum not above the quantity, else
// the product's less the discount, else the product's.
func TestRule(t *testing.T) {
	products := []id.ID{id.New(), id.New(), id.New()}
	rapid.Check(t, func(r *rapid.T) {
		l := pricing.List{Details: pricing.Details{Name: "Cafés", Discount: rapid.Int64Range(0, money.Micro).Draw(r, "discount")}}
		for i, minimum := range rapid.SliceOfNDistinct(rapid.Int64Range(1, 60), 0, 20, rapid.ID[int64]).Draw(r, "minimums") {
			price := money.Amount(rapid.Int64Range(0, 50*money.Micro).Draw(r, "price"))
			l.Rows = append(l.Rows, pricing.Row{Row: i, ProductID: products[i%2], Break: pricing.Break{Minimum: quantity.Of(minimum), Price: price}})
		}
		slices.SortFunc(l.Rows, func(a, b pricing.Row) int { return int(a.Minimum - b.Minimum) })
		own := money.Amount(rapid.Int64Range(0, 50*money.Micro).Draw(r, "own"))
		product := rapid.SampledFrom(products).Draw(r, "product")
		pieces := quantity.Of(rapid.Int64Range(1, 80).Draw(r, "pieces"))

		want := pricing.Quote{Price: own, Source: pricing.Own}
		if l.Discount > 0 {
			want = pricing.Quote{Price: pricing.Less(own, l.Discount, "EUR"), Source: pricing.Discounted, List: "Cafés"}
		}
		for _, row := range l.Rows {
			fits := row.ProductID == product && row.Minimum <= pieces
			if better := want.Source != pricing.Listed || row.Minimum > want.Minimum; fits && better {
				want = pricing.Quote{Price: row.Price, Source: pricing.Listed, List: "Cafés", Minimum: row.Minimum}
			}
		}
		got := l.Book("EUR").Quote(product, own, pieces)
		if got != want {
			r.Fatalf("%d pieces: %+v, want %+v", pieces, got, want)
		}
		if nobody := (pricing.Book{}).Quote(product, own, pieces); nobody != (pricing.Quote{Price: own, Source: pricing.Own}) {
			r.Fatalf("without a list: %+v", nobody)
		}
		if got.Source == pricing.Discounted && (got.Price > own+money.Micro/200 || got.Price%(money.Micro/100) != 0) {
			r.Fatalf("%d less %d is %d", own, l.Discount, got.Price)
		}
	})
}

func TestLess(t *testing.T) {
	for _, c := range []struct {
		price    money.Amount
		discount int64
		currency string
		want     money.Amount
	}{
		{3_250_000, 150_000, "EUR", 2_760_000}, // 2.7625
		{3_300_000, 250_000, "USD", 2_480_000}, // 2.475
		{100_000_000, 333_333, "JPY", 67_000_000},
		{3_000_000, 1_000_000, "EUR", 0},
		{0, 500_000, "EUR", 0},
	} {
		if got := pricing.Less(c.price, c.discount, c.currency); got != c.want {
			t.Errorf("%d less %d of %s: %d, want %d", c.price, c.discount, c.currency, got, c.want)
		}
	}
}
