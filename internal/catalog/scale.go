package catalog

import (
	"math/big"

	"craftplan/internal/exact"
	"craftplan/internal/fault"
	"craftplan/internal/quantity"
)

// Scaling says how much is to be made, and how it is weighed. Field names in errors are pieces, weight, step and rest.
type Scaling struct {
	Pieces quantity.Quantity // that shall come out
	Weight quantity.Quantity // of everything that is weighed in, instead of the pieces; 0 is by pieces
	Step   quantity.Quantity // the smallest weight or volume the scale shows; 0 weighs to millionths
	Rest   int               // the line that takes what the others' rounding leaves over; -1 is none
}

// Weighed is a line of a recipe as it is weighed in, with its waste.
type Weighed struct {
	Component
	Quantity quantity.Quantity
}

// Scale is what goes into a batch. With a line that takes the rest, all weights together are the rounded weight of the whole, and
// exactly the weight that was asked for.
func (r *Recipe) Scale(s Scaling) (lines []Weighed, pieces *big.Rat, err error) {
	shares := r.shares()
	one := new(big.Rat) // grams that go into one piece
	for i, c := range r.Components {
		if c.Unit == quantity.Gram {
			one.Add(one, shares[i].gross)
		}
	}
	if pieces, err = s.pieces(one); err != nil {
		return nil, nil, err
	}
	if s.Rest >= len(r.Components) || s.Rest >= 0 && r.Components[s.Rest].Unit != quantity.Gram {
		return nil, nil, fault.Invalid("rest", "Choose a line that is weighed.")
	}
	var sum quantity.Quantity
	for i, c := range r.Components {
		q, err := quantity.Quantity(million).Fraction(new(big.Rat).Mul(shares[i].gross, pieces))
		if err != nil {
			return nil, nil, fault.Invalid("pieces", "That is more than can be kept. Make less.")
		}
		if c.Unit != quantity.Piece {
			q = s.round(q)
		}
		if c.Unit == quantity.Gram && i != s.Rest {
			sum += q
		}
		lines = append(lines, Weighed{c, q})
	}
	if s.Rest < 0 {
		return lines, pieces, nil
	}
	whole, err := quantity.Quantity(million).Fraction(new(big.Rat).Mul(one, pieces))
	if err != nil {
		return nil, nil, fault.Invalid("pieces", "That is more than can be kept. Make less.")
	}
	if s.Weight == 0 {
		whole = s.round(whole)
	}
	if lines[s.Rest].Quantity = whole - sum; whole < sum {
		return nil, nil, fault.Invalid("rest", "The others' rounding is more than this line. Choose a larger one.")
	}
	return lines, pieces, nil
}

// ComesOut is how many pieces the recipe makes that do not get lost, rounded half up to millionths.
func (r *Recipe) ComesOut() (quantity.Quantity, error) {
	return r.Yield.Times(million-r.Loss, million, exact.HalfUp)
}

// pieces are how many come out.
func (s Scaling) pieces(one *big.Rat) (*big.Rat, error) {
	switch {
	case s.Step < 0:
		return nil, fault.Invalid("step", "Enter what the scale shows, such as 1 g.")
	case s.Weight > 0 && one.Sign() == 0:
		return nil, fault.Invalid("weight", "Nothing in this recipe is weighed.")
	case s.Weight > 0:
		return new(big.Rat).Quo(exact.Fraction(int64(s.Weight), million), one), nil
	case s.Pieces > 0:
		return exact.Fraction(int64(s.Pieces), million), nil
	}
	return nil, fault.Invalid("pieces", "Enter how many pieces shall come out.")
}

// round is the nearest multiple of the step, half up.
func (s Scaling) round(q quantity.Quantity) quantity.Quantity {
	if s.Step == 0 {
		return q
	}
	n, err := q.Times(1, int64(s.Step), exact.HalfUp)
	if err != nil {
		return q
	}
	return n * s.Step
}
