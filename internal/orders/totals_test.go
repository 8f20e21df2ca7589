package orders

import (
	"testing"

	"pgregory.net/rapid"

	"craftplan/internal/money"
	"craftplan/internal/settings"
)

func TestReckon(t *testing.T) {
	const c = money.Amount(money.Micro)
	for name, v := range map[string]struct {
		lines    []money.Amount
		discount Discount
		shipping money.Amount
		tax      Tax
		want     Totals
	}{
		"no tax":                {[]money.Amount{25 * c}, Discount{NoDiscount, 0}, 0, Tax{settings.Exclusive, 0}, Totals{25 * c, 0, 0, 0, 25 * c}},
		"discount, tax, parcel": {[]money.Amount{100 * c}, Discount{Percent, 100_000}, 5 * c, Tax{settings.Exclusive, 100_000}, Totals{100 * c, 10 * c, 5 * c, 9 * c, 104 * c}},
		"contained tax":         {[]money.Amount{110 * c}, Discount{NoDiscount, 0}, 0, Tax{settings.Inclusive, 100_000}, Totals{110 * c, 0, 0, 10 * c, 110 * c}},
		"fixed above subtotal":  {[]money.Amount{10 * c}, Discount{Fixed, int64(15 * c)}, 0, Tax{settings.Exclusive, 100_000}, Totals{10 * c, 10 * c, 0, 0, 0}},
	} {
		got, err := Reckon(v.lines, v.discount, v.shipping, v.tax, "USD")
		if err != nil || got != v.want {
			t.Errorf("%s: %+v, want %+v (%v)", name, got, v.want, err)
		}
	}
}

func TestReckonProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cents := rapid.SliceOfN(rapid.Int64Range(0, 1e9), 1, 20).Draw(t, "cents")
		lines := make([]money.Amount, len(cents))
		for i, n := range cents {
			lines[i] = money.Amount(n * 10_000)
		}
		d := Discount{rapid.SampledFrom([]DiscountKind{NoDiscount, Percent, Fixed}).Draw(t, "kind"), rapid.Int64Range(0, 1_000_000).Draw(t, "value")}
		rate := rapid.Int64Range(0, 1_000_000).Draw(t, "rate")
		out, err := Reckon(lines, d, 5*money.Micro, Tax{settings.Exclusive, rate}, "USD")
		if err != nil {
			t.Fatal(err)
		}
		in, err := Reckon(lines, d, 5*money.Micro, Tax{settings.Inclusive, rate}, "USD")
		if err != nil {
			t.Fatal(err)
		}
		if out.Discount < 0 || out.Discount > out.Subtotal || out.Total != out.Subtotal-out.Discount+out.Shipping+out.Tax {
			t.Fatalf("exclusive %+v", out)
		}
		if in.Total != in.Subtotal-in.Discount+in.Shipping || in.Tax > in.Subtotal-in.Discount {
			t.Fatalf("inclusive %+v", in)
		}
		for _, a := range []money.Amount{out.Discount, out.Tax, out.Total, in.Tax, in.Total} {
			if a%10_000 != 0 {
				t.Fatalf("%d has parts of a cent", a)
			}
		}
	})
}
