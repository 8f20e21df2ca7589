package orders

import (
	"craftplan/internal/exact"
	"craftplan/internal/money"
	"craftplan/internal/settings"
)

// DiscountKind is how a discount is meant.
type DiscountKind string

// The kinds.
const (
	NoDiscount DiscountKind = "none"
	Percent    DiscountKind = "percent"
	Fixed      DiscountKind = "fixed"
)

// Discount is taken off the subtotal.
type Discount struct {
	Kind  DiscountKind
	Value int64 // percent: millionths, 100,000 is 10 %; fixed: micro currency units
}

// Tax is how an order is taxed.
type Tax struct {
	Mode settings.TaxMode
	Rate int64 // millionths
}

// Totals are what an order comes to, each rounded half up to the currency's digits.
type Totals struct {
	Subtotal money.Amount
	Discount money.Amount // at most the subtotal
	Shipping money.Amount // not taxed
	Tax      money.Amount // contained in the total when prices contain tax
	Total    money.Amount
}

// Reckon adds up line totals. Tax is added to prices that exclude it, and only shown for prices that contain it.
func Reckon(lines []money.Amount, d Discount, shipping money.Amount, tax Tax, currency string) (Totals, error) {
	t := Totals{Shipping: money.Round(shipping, currency)}
	for _, l := range lines {
		t.Subtotal += l
	}
	var err error
	switch d.Kind {
	case Percent:
		if t.Discount, err = t.Subtotal.Percent(min(d.Value, money.Micro)); err != nil {
			return t, err
		}
		t.Discount = money.Round(t.Discount, currency)
	case Fixed:
		t.Discount = min(money.Round(money.Amount(d.Value), currency), t.Subtotal)
	}
	base := t.Subtotal - t.Discount
	t.Total = base + t.Shipping
	if tax.Mode == settings.Inclusive {
		contained, err := exact.MulDiv(int64(base), tax.Rate, money.Micro+tax.Rate, exact.HalfUp)
		t.Tax = money.Round(money.Amount(contained), currency)
		return t, err
	}
	if t.Tax, err = base.Percent(tax.Rate); err != nil {
		return t, err
	}
	t.Tax = money.Round(t.Tax, currency)
	t.Total += t.Tax
	return t, nil
}
