package orders

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory"
	"craftplan/internal/orders/internal/db"
	"craftplan/internal/store"
)

// TakeBack undoes a delivery: the pieces are back in the lots they came from, and the order is ready again.
func TakeBack(ctx context.Context, tx *store.Tx, reference, reason string) (Order, error) {
	if err := tx.Require(authz.OrdersWrite); err != nil {
		return Order{}, err
	}
	reason, err := Because(reason, "The delivery was taken back")
	if err != nil {
		return Order{}, err
	}
	o, err := Get(ctx, tx, reference)
	if err != nil {
		return Order{}, err
	}
	if o.Status != Delivered {
		return Order{}, fault.Conflict(fmt.Sprintf("The order is %s now, so there is no delivery to take back.", o.Status.words()))
	}
	o.Delivered = nil
	if err := o.back(ctx, tx, Ready, reason); err != nil {
		return Order{}, err
	}
	return o, inventory.ReverseSource(ctx, tx, o.Source(), reason)
}

// back takes an order to an earlier status. When it came there first stays as it was.
func (o *Order) back(ctx context.Context, tx *store.Tx, to Status, reason string) error {
	moved, err := db.For(tx).SetStatus(ctx, db.SetStatusIn{ID: o.ID, Status: string(o.Status), Status_2: string(to), ConfirmedAt: o.Confirmed, StartedAt: o.Started, ReadyAt: o.Ready,
		DeliveredAt: o.Delivered, CancelledAt: o.Cancelled, UpdatedAt: tx.Now(), UpdatedBy: tx.Actor().UserID})
	if err != nil {
		return err
	}
	if moved == 0 {
		return fault.Conflict("Somebody changed this order at the same moment. Look at it again.")
	}
	return o.became(ctx, tx, to, reason)
}

const maxReason = 255

// Because is why something is undone, or words for it where nobody said.
func Because(reason, otherwise string) (string, error) {
	reason = strings.TrimSpace(reason)
	switch {
	case reason == "":
		return otherwise, nil
	case utf8.RuneCountInString(reason) > maxReason:
		return "", fault.Invalid("reason", fmt.Sprintf("Use at most %d characters.", maxReason))
	}
	return reason, nil
}

// Unrecord takes back what a batch made for a line. An order that was ready is in progress again; one that was delivered keeps the
// batch from being undone.
func Unrecord(ctx context.Context, tx *store.Tx, line id.ID, m Made) error {
	if err := tx.Require(authz.OrdersWrite); err != nil {
		return err
	}
	row, err := db.For(tx).OrderOfLine(ctx, db.OrderOfLineIn{ID: line})
	if err != nil {
		return err
	}
	o, err := Get(ctx, tx, row.Reference)
	if err != nil {
		return err
	}
	if slices.Contains([]Status{Delivered, Completed}, o.Status) {
		return fault.Conflict(fmt.Sprintf("Order %s was delivered with what this made. Take that delivery back first.", o.Reference))
	}
	if _, err := db.For(tx).AddProduced(ctx, db.AddProducedIn{ID: line, ProducedQuantity: -m.Quantity, MaterialCost: -m.Material, LaborCost: -m.Labor, OverheadCost: -m.Overhead}); err != nil {
		return err
	}
	if o.Status != Ready || m.Quantity == 0 {
		return nil
	}
	o.Ready = nil
	return o.back(ctx, tx, InProgress, "")
}
