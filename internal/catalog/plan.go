package catalog

import (
	"context"
	"fmt"
	"math/big"

	"craftplan/internal/authz"
	"craftplan/internal/exact"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory"
	"craftplan/internal/money"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
)

// Plan is what the active recipe of a product takes at every depth, in numbers to plan with and to keep.
type Plan struct {
	RecipeID id.ID
	Takes    []Take // one of each material
	Work     []Work
}

// Take is a material: the gross quantity that a number of pieces takes.
type Take struct {
	inventory.Option
	Quantity, Pieces quantity.Quantity
}

// For is what the pieces given take, rounded half up to millionths.
func (t Take) For(pieces quantity.Quantity) (quantity.Quantity, error) {
	return t.Quantity.Times(int64(pieces), int64(t.Pieces), exact.HalfUp)
}

// Work is a step of a product's recipe: the minutes that a number of pieces takes.
type Work struct {
	ProductID       id.ID
	Name            string
	Minutes, Pieces quantity.Quantity
	HourlyRate      *money.Amount // nil is the organization's, or withheld
}

// Cost is what the step costs for a number of pieces, rounded half up to millionths, once.
func (w Work) Cost(pieces quantity.Quantity, rates Rates) (money.Amount, error) {
	return rates.Of(w.HourlyRate).Times(of(pieces, hours(exact.Fraction(int64(w.Minutes), int64(w.Pieces)))))
}

// Plans are those of some products; one without an active recipe has none.
func Plans(ctx context.Context, tx *store.Tx, products []id.ID) (map[id.ID]Plan, error) {
	if err := tx.Require(authz.CatalogRead); err != nil {
		return nil, err
	}
	book, err := open(ctx, tx, products)
	if err != nil {
		return nil, err
	}
	plans := map[id.ID]Plan{}
	for _, product := range products {
		r, ok := book[product]
		if !ok {
			continue
		}
		flat, err := book.flatten(r)
		if err != nil {
			return nil, err
		}
		flat.withhold(tx)
		if plans[product], err = flat.plan(r); err != nil {
			return nil, fault.Conflict(fmt.Sprintf("The recipe of %s takes more than can be kept. Check its quantities.", r.Product.Name))
		}
	}
	return plans, nil
}

func (f Flat) plan(r *Recipe) (p Plan, err error) {
	p.RecipeID = r.ID
	for _, total := range f.Materials() {
		t := Take{Option: total.Option}
		if t.Quantity, t.Pieces, err = kept(total.Gross); err != nil {
			return p, err
		}
		p.Takes = append(p.Takes, t)
	}
	for _, task := range f.Tasks {
		w := Work{ProductID: r.Product.ID, Name: task.Name, HourlyRate: task.HourlyRate}
		if depth := len(task.Path); depth > 0 {
			w.ProductID = task.Path[depth-1].ID
		}
		if w.Minutes, w.Pieces, err = kept(task.Minutes); err != nil {
			return p, err
		}
		p.Work = append(p.Work, w)
	}
	return p, nil
}

// kept is what a million pieces take of what one takes, rounded half up to millionths: so that no batch, which is of a million at
// most, is off by more than one millionth. What is too much for so many is kept for fewer.
func kept(one *big.Rat) (amount, pieces quantity.Quantity, err error) {
	for _, n := range []int64{1_000_000, 1_000, 1} {
		pieces = quantity.Of(n)
		if amount, err = pieces.Fraction(one); err == nil {
			return amount, pieces, nil
		}
	}
	return 0, 0, err
}
