package orders

import (
	"context"
	"fmt"

	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/inventory"
	"craftplan/internal/store"
)

// Source is the order as the stock ledger names it.
func (o Order) Source() inventory.Source {
	return inventory.Source{Kind: "order", ID: o.ID, Name: o.Reference}
}

// Deliver hands an order over: its pieces leave the stock, from the lots that expire first. When they are short the error is
// *inventory.Short and nothing changes, unless the organization lets stock go below zero; then it is told what is owed. The override
// says why expired or held lots may go too; "" keeps them back.
func Deliver(ctx context.Context, tx *store.Tx, reference, override string) (Order, []inventory.Shortage, error) {
	if err := tx.Require(authz.OrdersWrite); err != nil {
		return Order{}, nil, err
	}
	o, err := Get(ctx, tx, reference)
	if err != nil {
		return Order{}, nil, err
	}
	if err := o.Status.check(Delivered); err != nil {
		return Order{}, nil, err
	}
	if err := o.move(ctx, tx, Delivered); err != nil {
		return Order{}, nil, err
	}
	needs := make([]inventory.Need, len(o.Lines))
	for i, l := range o.Lines {
		needs[i] = inventory.Need{ItemID: l.ProductID, Quantity: l.Quantity}
	}
	issued, err := inventory.Take(ctx, tx, inventory.Issue{Kind: inventory.Sale, Needs: needs, Override: override, Source: o.Source()})
	return o, issued.Owed, err
}

// check tells whether the status may become another.
func (s Status) check(to Status) error {
	for _, next := range s.Next() {
		if next == to {
			return nil
		}
	}
	return fault.Conflict(fmt.Sprintf("The order is %s now, so it cannot become %s.", s.words(), to.words()))
}
