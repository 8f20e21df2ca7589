package catalog

import (
	"craftplan/internal/exact"
	"craftplan/internal/money"
	"craftplan/internal/quantity"
)

// Cost is what pieces cost, in micro currency units.
type Cost struct{ Material, Labor, Overhead, Total money.Amount }

// Rates are what an organization pays for work.
type Rates struct {
	Hourly   money.Amount
	Overhead int64 // millionths of material and labor
}

// Line is a material of a recipe as costing needs it.
type Line struct {
	Quantity quantity.Quantity // for the whole yield
	Waste    int64             // millionths: 50,000 is 5 % more
	Price    money.Amount      // of one stock unit
}

// Work is a step of a recipe as costing needs it.
type Work struct {
	Minutes     quantity.Quantity // of one run, in millionths of a minute
	UnitsPerRun quantity.Quantity
	HourlyRate  *money.Amount // nil is the organization's
}

// Gross is the quantity with its waste, rounded half up to millionths of the stock unit.
func (l Line) Gross() (quantity.Quantity, error) {
	return l.Quantity.Times(money.Micro+l.Waste, money.Micro, exact.HalfUp)
}

// Cost is what the line adds to the pieces given, of a recipe with this yield: rounded half up to millionths twice, for the
// gross quantity and for its price.
func (l Line) Cost(pieces, yield quantity.Quantity) (money.Amount, error) {
	gross, err := l.Gross()
	if err != nil {
		return 0, err
	}
	priced, err := l.Price.ForQuantity(gross)
	if err != nil {
		return 0, err
	}
	return priced.Share(int64(pieces), int64(yield))
}

const minutesPerHour = 60

// Cost is what the step adds to the pieces given. Runs are fractional: half a run costs half.
func (w Work) Cost(pieces quantity.Quantity, rates Rates) (money.Amount, error) {
	rate := rates.Hourly
	if w.HourlyRate != nil {
		rate = *w.HourlyRate
	}
	perRun, err := rate.Share(int64(w.Minutes), minutesPerHour*quantity.Micro)
	if err != nil {
		return 0, err
	}
	return perRun.Share(int64(pieces), int64(w.UnitsPerRun))
}

// CostOf adds up lines and work for a number of pieces; overhead is charged once, on the sum.
func CostOf(pieces, yield quantity.Quantity, lines []Line, work []Work, rates Rates) (Cost, error) {
	var c Cost
	for _, l := range lines {
		cost, err := l.Cost(pieces, yield)
		if err != nil {
			return c, err
		}
		c.Material += cost
	}
	labor, err := LaborOf(pieces, work, rates)
	if err != nil {
		return c, err
	}
	c.Labor = labor
	return c.WithOverhead(rates)
}

// LaborOf is what the work of a number of pieces costs.
func LaborOf(pieces quantity.Quantity, work []Work, rates Rates) (money.Amount, error) {
	var total money.Amount
	for _, w := range work {
		cost, err := w.Cost(pieces, rates)
		if err != nil {
			return 0, err
		}
		total += cost
	}
	return total, nil
}

// WithOverhead completes a cost of material and labor.
func (c Cost) WithOverhead(rates Rates) (Cost, error) {
	overhead, err := (c.Material + c.Labor).Percent(rates.Overhead)
	c.Overhead, c.Total = overhead, c.Material+c.Labor+overhead
	return c, err
}
