package catalog

import (
	"math/big"

	"craftplan/internal/exact"
	"craftplan/internal/money"
	"craftplan/internal/quantity"
)

// Cost is what pieces cost, in micro currency units.
type Cost struct{ Material, Labor, Overhead, Total money.Amount }

// Withheld is the cost that who sees no costs reads.
var Withheld = Cost{money.Withheld, money.Withheld, money.Withheld, money.Withheld}

// Rates are what an organization pays for work.
type Rates struct {
	Hourly   money.Amount
	Overhead int64 // millionths of material and labor
}

// Arithmetic is how a cost comes about: what one piece takes, what each of it costs, and the rates it was reckoned with.
type Arithmetic struct {
	Flat    Flat
	Costing Costing
	Rates   Rates
}

// Costing is a cost with what it is the sum of: that of each part and each task of a Flat.
type Costing struct {
	Parts, Tasks []money.Amount
	Cost
}

// Cost is what a number of pieces costs: each part and each task rounded half up to millionths, once, then their sums, then
// overhead, once, on the material and labor of all levels.
func (f Flat) Cost(pieces quantity.Quantity, rates Rates) (c Costing, err error) {
	c.Parts, c.Tasks = make([]money.Amount, len(f.Parts)), make([]money.Amount, len(f.Tasks))
	for i, p := range f.Parts {
		if c.Parts[i], err = p.Price.Times(of(pieces, p.Gross)); err != nil {
			return c, err
		}
		if c.Material, err = c.Material.Plus(c.Parts[i]); err != nil {
			return c, err
		}
	}
	for i, t := range f.Tasks {
		if c.Tasks[i], err = rates.Of(t.HourlyRate).Times(of(pieces, hours(t.Minutes))); err != nil {
			return c, err
		}
		if c.Labor, err = c.Labor.Plus(c.Tasks[i]); err != nil {
			return c, err
		}
	}
	c.Cost, err = c.WithOverhead(rates)
	return c, err
}

// of is what a number of pieces takes of what one takes.
func of(pieces quantity.Quantity, one *big.Rat) *big.Rat {
	if pieces == piece {
		return one
	}
	return new(big.Rat).Mul(one, exact.Fraction(int64(pieces), million))
}

const minutesPerHour = 60

func hours(minutes *big.Rat) *big.Rat {
	return new(big.Rat).Mul(minutes, exact.Fraction(1, minutesPerHour))
}

// Of is the rate of a step that may have its own.
func (r Rates) Of(own *money.Amount) money.Amount {
	if own != nil {
		return *own
	}
	return r.Hourly
}

// WithOverhead completes a cost of material and labor.
func (c Cost) WithOverhead(rates Rates) (Cost, error) {
	sum, err := c.Material.Plus(c.Labor)
	if err != nil {
		return c, err
	}
	if c.Overhead, err = sum.Percent(rates.Overhead); err != nil {
		return c, err
	}
	c.Total, err = sum.Plus(c.Overhead)
	return c, err
}
