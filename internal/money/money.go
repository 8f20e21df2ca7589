// Package money has exact amounts: integers in millionths of a currency unit. Stored prices keep all six decimals; what is
// paid is rounded to the currency's own digits.
package money

import (
	"database/sql/driver"
	"errors"
	"math"
	"math/big"
	"strings"
	"sync"
	"unicode"

	"github.com/bojanz/currency"

	"craftplan/internal/exact"
	"craftplan/internal/quantity"
)

// Amount is a number of millionths of a currency unit: 3.20 is 3,200,000. Its range is that of int64; what people enter
// is limited to Max.
type Amount int64

// Micro is how many Amount make one currency unit.
const Micro = 1_000_000

// Max is the largest amount people may enter.
const Max Amount = 9_000_000_000 * Micro

// Withheld stands where an amount is that the reader may not know. It is no number: reckoning with it and writing it are errors, so
// that nothing takes it for a price of zero.
const Withheld Amount = math.MinInt64

// ErrWithheld is reckoning with an amount that was withheld.
var ErrWithheld = errors.New("an amount that was withheld is no number")

// Value is the amount for the database.
func (a Amount) Value() (driver.Value, error) {
	if a == Withheld {
		return nil, ErrWithheld
	}
	return int64(a), nil
}

// Parse reads what a person writes: "18.50", "18,50", "1,234.50", "€ 3,20". Where a single sign is followed by exactly three
// digits, the locale says whether it is a thousands sign. The error is fit to show under the field.
func Parse(text, locale string) (Amount, error) {
	text = strings.TrimFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.Is(unicode.Sc, r) || unicode.IsLetter(r)
	})
	n, err := quantity.ParseNumber(unambiguous(text, locale))
	switch {
	case err != nil && (strings.HasPrefix(text, "-") || strings.HasPrefix(text, "−")):
		return 0, errors.New("Enter an amount that is not negative.")
	case err != nil:
		return 0, errors.New("Enter an amount, such as 18.50.")
	case n > int64(Max):
		return 0, errors.New("That is more than can be kept. Enter a smaller amount.")
	}
	return Amount(n), nil
}

func unambiguous(text, locale string) string {
	at := strings.IndexAny(text, ".,")
	if at < 0 || strings.ContainsAny(text[at+1:], ".,") || len(text)-at-1 != 3 || at == 0 || text[:at] == "0" {
		return text
	}
	if quantity.Localize("1000", locale) == "1"+text[at:at+1]+"000" {
		return text[:at] + text[at+1:]
	}
	return text[:at] + "." + text[at+1:]
}

// Format is the amount as people read it, rounded half up to the currency's digits, with a true minus.
func Format(a Amount, code, locale string) string {
	digits := Digits(code)
	return FormatUnit(Round(a, code), code, locale, digits, digits)
}

// FormatUnit is Format with a number of decimals from min to max, at most six, for prices of one stock unit.
func FormatUnit(a Amount, code, locale string, minDigits, maxDigits int) string {
	if a == Withheld {
		return "withheld"
	}
	sign := ""
	if a < 0 {
		sign, a = "−", -a
	}
	if f := frameOf(code, locale); f != nil {
		return sign + f.format(a, minDigits, maxDigits)
	}
	return sign + library(a, code, locale, minDigits, maxDigits)
}

// library formats by the CLDR's patterns.
func library(a Amount, code, locale string, minDigits, maxDigits int) string {
	amount, err := currency.NewAmount(quantity.Decimal(quantity.Quantity(a)), code)
	if err != nil {
		return quantity.Decimal(quantity.Quantity(a))
	}
	return formatter(locale, minDigits, maxDigits).Format(amount)
}

type formatterKey struct {
	locale    string
	low, high int
}

var formatters sync.Map // formatterKey -> *currency.Formatter: making one looks its patterns up again

func formatter(locale string, low, high int) *currency.Formatter {
	key := formatterKey{locale, low, high}
	if f, ok := formatters.Load(key); ok {
		return f.(*currency.Formatter)
	}
	f := currency.NewFormatter(currency.NewLocale(locale))
	f.MinDigits, f.MaxDigits = uint8(low), uint8(high)
	f.RoundingMode = currency.RoundHalfUp
	actual, _ := formatters.LoadOrStore(key, f)
	return actual.(*currency.Formatter)
}

// Input is the amount for a form field: at least the currency's digits, at most six, with a point.
func Input(a Amount, code string) string {
	if a == Withheld {
		return ""
	}
	text := quantity.Decimal(quantity.Quantity(a))
	whole, fraction, _ := strings.Cut(text, ".")
	if digits := Digits(code); len(fraction) < digits {
		fraction += strings.Repeat("0", digits-len(fraction))
	}
	if fraction == "" {
		return whole
	}
	return whole + "." + fraction
}

// Round is the amount rounded half up, away from zero, to the currency's digits.
func Round(a Amount, code string) Amount {
	if a == Withheld {
		return a
	}
	size := int64(Micro)
	for range Digits(code) {
		size /= 10
	}
	n, err := exact.MulDiv(int64(a), 1, size, exact.HalfUp)
	if err != nil {
		return a
	}
	return Amount(n * size)
}

// Digits is how many decimals the currency has: 2 for USD, 0 for JPY.
func Digits(code string) int {
	digits, _ := currency.GetDigits(code)
	return min(int(digits), 6)
}

// ValidCurrency tells whether the ISO 4217 code is known.
func ValidCurrency(code string) bool { return currency.IsValid(code) }

// Currencies are all known ISO 4217 codes.
func Currencies() []string { return currency.GetCurrencyCodes() }

// Symbol is the currency's sign in the locale: $, €, kr.
func Symbol(code, locale string) string {
	symbol, _ := currency.GetSymbol(code, currency.NewLocale(locale))
	return symbol
}

// ForQuantity is the price of one stock unit times the quantity, rounded half up to millionths.
func (a Amount) ForQuantity(q quantity.Quantity) (Amount, error) {
	return a.Share(int64(q), quantity.Micro)
}

// Share is the amount times n/d, rounded half up to millionths.
func (a Amount) Share(n, d int64) (Amount, error) {
	if a == Withheld {
		return 0, ErrWithheld
	}
	v, err := exact.MulDiv(int64(a), n, d, exact.HalfUp)
	return Amount(v), err
}

// Times is the amount times an exact fraction, rounded half up to millionths.
func (a Amount) Times(f *big.Rat) (Amount, error) {
	if a == Withheld {
		return 0, ErrWithheld
	}
	v, err := exact.Times(int64(a), f, exact.HalfUp)
	return Amount(v), err
}

// Plus is the sum of two amounts, or an error beyond what can be kept.
func (a Amount) Plus(b Amount) (Amount, error) {
	if a == Withheld || b == Withheld {
		return 0, ErrWithheld
	}
	v, err := exact.Sum(int64(a), int64(b))
	return Amount(v), err
}

// Percent is the amount times a fraction in millionths: 150,000 is 15 %. Rounded half up to millionths.
func (a Amount) Percent(fraction int64) (Amount, error) { return a.Share(fraction, Micro) }
