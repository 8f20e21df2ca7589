// Package quantity has exact amounts of materials: integers in millionths of a stock unit, which is a gram, a millilitre or
// a piece. People write and read kilograms, litres, ounces and dozens.
package quantity

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode"

	"craftplan/internal/exact"
)

// Quantity is a number of millionths of a stock unit: 1.5 g is 1,500,000. Its range is that of int64; what people enter is
// limited to Max.
type Quantity int64

// Micro is how many Quantity make one stock unit.
const Micro = 1_000_000

// Max is the largest quantity people may enter: nine thousand tonnes, in grams.
const Max Quantity = 9_000_000_000 * Micro

// Of is n whole stock units.
func Of(n int64) Quantity { return Quantity(n * Micro) }

// Unit is a stock unit.
type Unit string

// The stock units.
const (
	Gram       Unit = "g"
	Millilitre Unit = "ml"
	Piece      Unit = "pcs"
)

// Units are all stock units, in the order forms offer them.
var Units = []Unit{Gram, Millilitre, Piece}

// ParseUnit reads a stored or submitted stock unit.
func ParseUnit(text string) (Unit, error) {
	for _, u := range Units {
		if string(u) == text {
			return u, nil
		}
	}
	return "", errors.New("Choose grams, millilitres or pieces.")
}

// Large is the unit people think and price in: kg, l, or the piece.
func (u Unit) Large() string {
	switch u {
	case Gram:
		return "kg"
	case Millilitre:
		return "l"
	}
	return "pcs"
}

// LargeSize is how many stock units make one Large.
func (u Unit) LargeSize() int64 {
	if u == Piece {
		return 1
	}
	return 1000
}

// Label is how forms name the unit.
func (u Unit) Label() string {
	switch u {
	case Gram:
		return "Grams and kilograms"
	case Millilitre:
		return "Millilitres and litres"
	}
	return "Pieces"
}

// An input unit is an exact ratio of its stock unit. Ounces, pounds (international avoirdupois, 1959) and US fluid ounces
// are exact by definition.
type inputUnit struct {
	stock       Unit
	factor, per int64 // factor/per stock units
}

const billion = 1_000_000_000

var inputUnits = map[string]inputUnit{
	"mg": {Gram, billion / 1000, billion}, "g": {Gram, billion, billion}, "gram": {Gram, billion, billion}, "grams": {Gram, billion, billion},
	"kg": {Gram, 1000 * billion, billion}, "kilo": {Gram, 1000 * billion, billion}, "kilos": {Gram, 1000 * billion, billion},
	"oz": {Gram, 28_349_523_125, billion}, "lb": {Gram, 453_592_370_000, billion}, "lbs": {Gram, 453_592_370_000, billion},
	"ml": {Millilitre, billion, billion}, "cl": {Millilitre, 10 * billion, billion}, "dl": {Millilitre, 100 * billion, billion}, "l": {Millilitre, 1000 * billion, billion},
	"litre": {Millilitre, 1000 * billion, billion}, "litres": {Millilitre, 1000 * billion, billion}, "liter": {Millilitre, 1000 * billion, billion}, "liters": {Millilitre, 1000 * billion, billion},
	"floz": {Millilitre, 295_735_295_625, 10 * billion}, // 29.5735295625 ml: ten decimals
	"pcs":  {Piece, billion, billion}, "pc": {Piece, billion, billion}, "piece": {Piece, billion, billion}, "pieces": {Piece, billion, billion}, "ea": {Piece, billion, billion}, "each": {Piece, billion, billion},
	"dozen": {Piece, 12 * billion, billion}, "dz": {Piece, 12 * billion, billion},
}

// Parse reads what a person writes: "1.5 kg", "1,5 kg", "2 lb", "3 dozen", or a plain number in the stock unit. A comma
// followed by exactly three digits could mean either, and is asked about. The error is fit to show under the field.
func Parse(text string, stock Unit) (Quantity, error) { return ParseIn(text, stock, string(stock)) }

// ParseIn is Parse with another unit, such as "kg", for a plain number.
func ParseIn(text string, stock Unit, plain string) (Quantity, error) {
	number, unit := split(text)
	if unit == "" {
		unit = plain
	}
	value, err := ParseNumber(number)
	if err != nil {
		return 0, errors.New(hint(err, stock))
	}
	in, ok := inputUnits[unit]
	if !ok || in.stock != stock {
		return 0, errors.New(wrongUnit(stock))
	}
	q, err := exact.MulDiv(value, in.factor, in.per, exact.HalfUp)
	if err != nil || q > int64(Max) {
		return 0, errors.New("That is more than can be kept. Enter a smaller quantity.")
	}
	return Quantity(q), nil
}

// InUnit is what a unit as people write it measures, and how many stock units one is: factor/per.
func InUnit(text string) (stock Unit, factor, per int64, ok bool) {
	_, unit := split(text)
	in, ok := inputUnits[unit]
	return in.stock, in.factor, in.per, ok
}

func split(text string) (number, unit string) {
	text = strings.ToLower(strings.Join(strings.Fields(text), ""))
	end := strings.IndexFunc(text, unicode.IsLetter)
	if end < 0 {
		return text, ""
	}
	return text[:end], strings.TrimSuffix(text[end:], ".")
}

func hint(err error, stock Unit) string {
	if !errors.Is(err, errNumber) {
		return err.Error()
	}
	return map[Unit]string{Gram: "Enter a number, such as 500 g or 1.5 kg.", Millilitre: "Enter a number, such as 250 ml or 1.5 l.", Piece: "Enter a number, such as 12."}[stock]
}

func wrongUnit(stock Unit) string {
	return map[Unit]string{Gram: "Enter a weight, such as 500 g or 1.5 kg.", Millilitre: "Enter a volume, such as 250 ml or 1.5 l.", Piece: "Enter a count, such as 12 or 3 dozen."}[stock]
}

var (
	errNumber    = errors.New("Enter a number, such as 1.5.")
	errNegative  = errors.New("Enter a number that is not negative.")
	errAmbiguous = errors.New("Write it without a thousands comma: 1500, or 1.5.")
	errPrecision = errors.New("Use at most six decimals.")
	errLarge     = errors.New("That number is too large.")
)

// ParseNumber reads a number that is not negative into millionths, with either decimal sign and optional thousands signs
// of the other kind.
func ParseNumber(text string) (int64, error) {
	text = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", "'", "").Replace(strings.TrimSpace(text))
	if strings.HasPrefix(text, "-") || strings.HasPrefix(text, "−") {
		return 0, errNegative
	}
	whole, fraction, err := separate(text)
	if err != nil {
		return 0, err
	}
	if whole+fraction == "" || strings.Trim(whole+fraction, "0123456789") != "" {
		return 0, errNumber
	}
	fraction = strings.TrimRight(fraction, "0")
	if len(fraction) > 6 {
		return 0, errPrecision
	}
	whole = strings.TrimLeft(whole, "0")
	if len(whole) > 12 {
		return 0, errLarge
	}
	n, err := strconv.ParseInt(whole+fraction+strings.Repeat("0", 6-len(fraction)), 10, 64)
	if err != nil {
		return 0, errNumber
	}
	return n, nil
}

// separate splits at the decimal sign and drops thousands signs, which must stand where thousands end.
func separate(text string) (whole, fraction string, err error) {
	comma, point := strings.Count(text, ","), strings.Count(text, ".")
	decimal, thousands := ".", ","
	if strings.LastIndex(text, ",") > strings.LastIndex(text, ".") {
		decimal, thousands = ",", "."
	}
	if comma > 1 && point == 0 || point > 1 && comma == 0 {
		decimal, thousands = thousands, decimal
	}
	whole, fraction, _ = strings.Cut(text, decimal)
	if strings.ContainsAny(fraction, ".,") {
		return "", "", errNumber
	}
	if comma == 1 && point == 0 && len(fraction) == 3 && whole != "0" && whole != "" {
		return "", "", errAmbiguous
	}
	groups := strings.Split(whole, thousands)
	for i, g := range groups {
		if len(groups) > 1 && (i > 0 && len(g) != 3 || i == 0 && (len(g) == 0 || len(g) > 3)) {
			return "", "", errNumber
		}
	}
	return strings.Join(groups, ""), fraction, nil
}

// Decimal is the quantity in stock units, with a point and no trailing zeros.
func Decimal(q Quantity) string { return decimal(int64(q), Micro) }

// InLarge is the quantity in kg, l or pieces, exactly, with a point and no trailing zeros.
func InLarge(q Quantity, u Unit) string { return decimal(int64(q), Micro*u.LargeSize()) }

func decimal(n, unit int64) string {
	sign := ""
	m := uint64(n)
	if n < 0 {
		sign, m = "-", -uint64(n)
	}
	digits := len(strconv.FormatInt(unit, 10)) - 1
	text := fmt.Sprintf("%0*d", digits+1, m)
	whole, fraction := text[:len(text)-digits], strings.TrimRight(text[len(text)-digits:], "0")
	if fraction == "" {
		return sign + whole
	}
	return sign + whole + "." + fraction
}

// Input is the text for a form field, which Parse reads back exactly.
func Input(q Quantity, u Unit) string {
	if u == Piece {
		return Decimal(q)
	}
	if q >= 1000*Micro && q%1000 == 0 {
		return Decimal(q/1000) + " " + u.Large()
	}
	return Decimal(q) + " " + string(u)
}

// Format is the number and the unit as people read them: from 1,000 g in kg, from 1,000 ml in l, below 1 g in mg; rounded
// half up to the decimals given, without trailing zeros, with the locale's signs and a true minus.
func Format(q Quantity, u Unit, decimals int, locale string) (number, symbol string) {
	size, symbol := int64(Micro), string(u)
	abs := q
	if abs < 0 {
		abs = -abs
	}
	switch {
	case u != Piece && abs >= 1000*Micro:
		size, symbol = 1000*Micro, u.Large()
	case u == Gram && abs > 0 && abs < Micro:
		size, symbol = Micro/1000, "mg"
	case u != Piece:
		decimals = min(decimals, 1)
	}
	return FormatNumber(int64(q), size, decimals, locale), symbol
}

// Text is Format in one text, as it stands inside a sentence.
func Text(q Quantity, u Unit, decimals int, locale string) string {
	number, symbol := Format(q, u, decimals, locale)
	return number + "\u202f" + symbol
}

// FormatAs is the number of a unit people chose, such as "lb" or "dozen", rounded half up to the decimals given, with the
// locale's signs. The unit must measure what the stock unit does.
func FormatAs(q Quantity, stock Unit, unit string, decimals int, locale string) (string, error) {
	in, ok := inputUnits[unit]
	if !ok || in.stock != stock {
		return "", errors.New(wrongUnit(stock))
	}
	scaled, err := exact.MulDiv(int64(q), in.per, in.factor, exact.HalfUp) // millionths of the unit
	if err != nil {
		return "", err
	}
	return FormatNumber(scaled, Micro, decimals, locale), nil
}

// Customary is the quantity in the customary units of the United States: pounds from one pound, ounces below, fluid ounces for
// volumes; "" for pieces.
func Customary(q Quantity, stock Unit, locale string) string {
	const pound = 453_592_370
	unit, symbol := "oz", "oz"
	switch {
	case stock == Piece:
		return ""
	case stock == Millilitre:
		unit, symbol = "floz", "fl oz"
	case q >= pound || q <= -pound:
		unit, symbol = "lb", "lb"
	}
	number, err := FormatAs(q, stock, unit, 2, locale)
	if err != nil {
		return ""
	}
	return number + "\u202f" + symbol
}

// FormatNumber writes n/size, rounded half up, with at most the decimals given.
func FormatNumber(n, size int64, decimals int, locale string) string {
	scale := int64(math.Pow10(decimals))
	rounded, err := exact.MulDiv(n, scale, size, exact.HalfUp)
	if err != nil {
		return "?"
	}
	text := decimal(rounded, scale)
	if decimals == 0 {
		text = strconv.FormatInt(rounded, 10)
	}
	return Localize(text, locale)
}

// Point is the decimal sign of a locale.
func Point(locale string) string {
	point, _ := signs(locale)
	return point
}

// Localize puts the locale's thousands and decimal signs into a plain decimal text, and a true minus.
func Localize(text, locale string) string {
	point, group := signs(locale)
	text, negative := strings.CutPrefix(text, "-")
	whole, fraction, has := strings.Cut(text, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + group + whole[i:]
	}
	if has {
		whole += point + fraction
	}
	if negative {
		return "−" + whole
	}
	return whole
}

// Fraction is the quantity times an exact fraction, rounded half up to millionths.
func (q Quantity) Fraction(f *big.Rat) (Quantity, error) {
	v, err := exact.Times(int64(q), f, exact.HalfUp)
	return Quantity(v), err
}

// Times is the quantity times n/d.
func (q Quantity) Times(n, d int64, r exact.Rounding) (Quantity, error) {
	v, err := exact.MulDiv(int64(q), n, d, r)
	return Quantity(v), err
}
