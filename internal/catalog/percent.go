package catalog

import (
	"craftplan/internal/exact"
	"craftplan/internal/fault"
	"craftplan/internal/quantity"
)

// Portion is a line of a recipe that is entered in percent.
type Portion struct {
	Percent int64 // millionths: 650,000 is 65 %
	Rest    bool  // what the others leave of 100 %; at most one line
}

// Divide gives each portion its part of a weight. With a line for the rest, percents are of the weight. Without one they are of each
// other, as bakers count on 100 % of flour: 100 and 65 of 1,650 g are 1,000 g and 650 g. Parts are rounded half up to millionths; the
// line for the rest, or else the largest, takes what rounding leaves over, so that all together are the weight exactly. The error's
// field is together.
func Divide(weight quantity.Quantity, portions []Portion) ([]quantity.Quantity, error) {
	if weight <= 0 || weight > quantity.Max {
		return nil, fault.Invalid("together", "Enter what all lines in percent weigh together, such as 10 kg.")
	}
	var sum int64
	rest := -1
	for i, p := range portions {
		if p.Percent < 0 || p.Percent > 1000*million {
			return nil, fault.Invalid("together", "Enter percentages from 0 to 100000.")
		}
		sum += p.Percent
		if p.Rest && rest >= 0 {
			return nil, fault.Invalid("together", "Only one line can be the rest.")
		}
		if p.Rest {
			rest = i
		}
	}
	whole, taker := sum, rest
	switch {
	case rest >= 0 && sum > million:
		return nil, fault.Invalid("together", "The percentages are more than 100 together, so that nothing is left for the rest.")
	case rest >= 0:
		whole = million
	case sum == 0:
		return nil, fault.Invalid("together", "Enter a percentage above zero.")
	default:
		taker = largest(portions)
	}
	parts := make([]quantity.Quantity, len(portions))
	left := weight
	for i, p := range portions {
		if i == taker {
			continue
		}
		part, err := exact.MulDiv(int64(weight), p.Percent, whole, exact.HalfUp)
		if err != nil {
			return nil, err
		}
		parts[i] = quantity.Quantity(part)
		left -= parts[i]
	}
	parts[taker] = left
	return parts, nil
}

func largest(portions []Portion) (at int) {
	for i, p := range portions {
		if p.Percent > portions[at].Percent {
			at = i
		}
	}
	return at
}
