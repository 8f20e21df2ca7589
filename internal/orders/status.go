package orders

import (
	"context"
	"slices"
	"strings"

	"craftplan/internal/audit"
	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/money"
	"craftplan/internal/orders/internal/db"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
)

// Status is how far an order is.
type Status string

// The statuses.
const (
	Unconfirmed Status = "unconfirmed"
	Confirmed   Status = "confirmed"
	InProgress  Status = "in_progress"
	Ready       Status = "ready"
	Delivered   Status = "delivered"
	Completed   Status = "completed"
	Cancelled   Status = "cancelled"
)

// Statuses are all statuses, in their order.
var Statuses = []Status{Unconfirmed, Confirmed, InProgress, Ready, Delivered, Completed, Cancelled}

// ParseStatus reads a submitted status.
func ParseStatus(text string) (Status, error) {
	if s := Status(text); slices.Contains(Statuses, s) {
		return s, nil
	}
	return "", fault.Invalid("status", "Choose a status.")
}

// transitions are the only ways a status may change.
var transitions = map[Status][]Status{
	Unconfirmed: {Confirmed, Cancelled},
	Confirmed:   {InProgress, Ready, Cancelled},
	InProgress:  {Ready, Cancelled},
	Ready:       {Delivered, Cancelled},
}

// Next are the statuses the order may go to.
func (s Status) Next() []Status { return transitions[s] }

// words is the status in a sentence.
func (s Status) words() string { return strings.ReplaceAll(string(s), "_", " ") }

// Move takes an order to another status; to be delivered, its pieces leave the stock. When somebody else was quicker, the answer is a Conflict that says so.
func Move(ctx context.Context, tx *store.Tx, reference string, to Status) (Order, error) {
	if err := tx.Require(authz.OrdersWrite); err != nil {
		return Order{}, err
	}
	if to == Delivered {
		o, _, err := Deliver(ctx, tx, reference, "")
		return o, err
	}
	o, err := Get(ctx, tx, reference)
	if err != nil {
		return Order{}, err
	}
	if err := o.Status.check(to); err != nil {
		return Order{}, err
	}
	return o, o.move(ctx, tx, to)
}

func (o *Order) move(ctx context.Context, tx *store.Tx, to Status) error {
	now := tx.Now()
	stamps := map[Status]**calendar.Instant{Confirmed: &o.Confirmed, InProgress: &o.Started, Ready: &o.Ready, Delivered: &o.Delivered, Cancelled: &o.Cancelled}
	if stamp := stamps[to]; stamp != nil {
		*stamp = &now
	}
	moved, err := db.For(tx).SetStatus(ctx, db.SetStatusIn{ID: o.ID, Status: string(o.Status), Status_2: string(to), ConfirmedAt: o.Confirmed, StartedAt: o.Started, ReadyAt: o.Ready,
		DeliveredAt: o.Delivered, CancelledAt: o.Cancelled, UpdatedAt: now, UpdatedBy: tx.Actor().UserID})
	if err != nil {
		return err
	}
	if moved == 0 {
		return fault.Conflict("Somebody changed this order at the same moment. Look at it again.")
	}
	return o.became(ctx, tx, to, "")
}

// became keeps that the order has another status now.
func (o *Order) became(ctx context.Context, tx *store.Tx, to Status, reason string) error {
	c := audit.Change{Action: audit.Moved, Kind: audit.Order, Record: o.Reference, Was: audit.Fields{"Status": o.Status.words()}, Became: audit.Fields{"Status": to.words(), "Reason": reason}}
	o.Status = to
	return audit.Record(ctx, tx, c)
}

// Begin moves the order of a line to in progress when it is only confirmed: its first batch started.
func Begin(ctx context.Context, tx *store.Tx, line id.ID) error {
	if err := tx.Require(authz.OrdersWrite); err != nil {
		return err
	}
	row, err := db.For(tx).OrderOfLine(ctx, db.OrderOfLineIn{ID: line})
	if err != nil || Status(row.Status) != Confirmed {
		return err
	}
	_, err = Move(ctx, tx, row.Reference, InProgress)
	return err
}

// Made is what a batch made for a line.
type Made struct {
	Quantity                  quantity.Quantity
	Material, Labor, Overhead money.Amount
}

// Record adds what was made for a line, and moves the order to ready when all of it is made.
func Record(ctx context.Context, tx *store.Tx, line id.ID, m Made) error {
	if err := tx.Require(authz.OrdersWrite); err != nil {
		return err
	}
	if _, err := db.For(tx).AddProduced(ctx, db.AddProducedIn{ID: line, ProducedQuantity: m.Quantity, MaterialCost: m.Material, LaborCost: m.Labor, OverheadCost: m.Overhead}); err != nil {
		return err
	}
	row, err := db.For(tx).OrderOfLine(ctx, db.OrderOfLineIn{ID: line})
	if err != nil {
		return err
	}
	o, err := Get(ctx, tx, row.Reference)
	if err != nil || !slices.Contains(o.Status.Next(), Ready) {
		return err
	}
	for _, l := range o.Lines {
		if l.Produced < l.Quantity {
			return nil
		}
	}
	return o.move(ctx, tx, Ready)
}
