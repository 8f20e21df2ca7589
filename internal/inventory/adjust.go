package inventory

import (
	"context"
	"errors"
	"fmt"

	"craftplan/internal/audit"
	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory/internal/db"
	"craftplan/internal/money"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
)

// Change is a correction of what a lot has on hand. Field names in errors are quantity, reason, location and
// occurred_at.
type Change struct {
	Lot        string            // its code
	LocationID *id.ID            // nil is where the lot stands, or the first location
	Delta      quantity.Quantity // signed
	Kind       Kind              // Adjustment or Waste
	Reason     string
	At         *calendar.Instant // when it happened; nil is now
}

// Adjust corrects what a lot has on hand, never below zero, now or at any time since.
func Adjust(ctx context.Context, tx *store.Tx, c Change) error {
	if err := tx.Require(authz.InventoryWrite); err != nil {
		return err
	}
	reason, err := c.validate()
	if err != nil {
		return err
	}
	s, err := ReadSettings(ctx, tx)
	if err != nil {
		return err
	}
	at, err := s.when(tx, c.At)
	if err != nil {
		return err
	}
	l, err := lockLot(ctx, tx, c.Lot)
	if err != nil {
		return err
	}
	location, err := l.where(ctx, tx, c)
	if err != nil {
		return err
	}
	value, err := l.share(c.Delta)
	if err != nil {
		return err
	}
	err = post(ctx, tx, entry{item: l.Item.ID, lot: l.ID, location: location, kind: c.Kind, quantity: c.Delta, value: value, reason: reason, at: at})
	if err != nil {
		return err
	}
	if err := s.moved(ctx, tx, at, l.Item.ID); err != nil {
		return err
	}
	became := c.fields(l.Item.Unit, reason)
	became["On hand"] = audit.Quantity(l.OnHand+c.Delta, l.Item.Unit)
	return l.record(ctx, tx, audit.Adjusted, audit.Fields{"On hand": audit.Quantity(l.OnHand, l.Item.Unit)}, became)
}

// fields are what the audit log tells of a correction.
func (c Change) fields(u quantity.Unit, reason string) audit.Fields {
	return audit.Fields{"Change": audit.Quantity(c.Delta, u), "As": string(c.Kind), "Reason": reason}
}

// AdjustItem corrects the stock of an item whose lots nobody named: what is more becomes a lot of its own, at the cost given; what is
// less goes from its lots, first expired first out, held and expired ones too. Field names in errors are those of Change and unit_cost.
func AdjustItem(ctx context.Context, tx *store.Tx, item id.ID, unitCost money.Amount, c Change) error {
	if err := tx.Require(authz.InventoryWrite); err != nil {
		return err
	}
	reason, err := c.validate()
	if err != nil {
		return err
	}
	if err := c.adjustItem(ctx, tx, item, unitCost, reason); err != nil {
		return err
	}
	i, err := getItem(ctx, tx, item)
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Change{Action: audit.Adjusted, Kind: i.auditKind(), Record: i.SKU, Became: c.fields(i.Unit, reason)})
}

func (c Change) adjustItem(ctx context.Context, tx *store.Tx, item id.ID, unitCost money.Amount, reason string) error {
	if c.Delta > 0 {
		_, err := Receive(ctx, tx, Receipt{ItemID: item, Kind: c.Kind, Quantity: c.Delta, UnitCost: unitCost, LocationID: c.LocationID, Reason: reason, At: c.At})
		return err
	}
	is := Issue{Kind: c.Kind, Needs: []Need{{item, -c.Delta}}, Reason: reason, At: c.At, lenient: true}
	_, err := Take(ctx, tx, is)
	var short *Short
	if errors.As(err, &short) {
		return fault.Invalid("quantity", fmt.Sprintf("There is less than that: %s.", quantity.Input(short.Shortages[0].Available, short.Shortages[0].Unit)))
	}
	return err
}

// Validate tells what is wrong with the fields.
func (c Change) Validate() error {
	_, err := c.validate()
	return err
}

func (c Change) validate() (reason string, err error) {
	var p fault.Problems
	if c.Delta == 0 || c.Delta > quantity.Max || c.Delta < -quantity.Max {
		p.Add("quantity", "Enter a quantity above zero.")
	}
	if c.Kind == Waste && c.Delta > 0 {
		p.Add("quantity", "Waste takes stock away.")
	}
	reason, err = because(c.Reason)
	if err := p.Merge(err); err != nil {
		return "", err
	}
	return reason, p.Err()
}

// where is the location a correction is about; of what is taken away, one that has as much.
func (l Lot) where(ctx context.Context, tx *store.Tx, c Change) (id.ID, error) {
	places, err := Places(ctx, tx, l.ID)
	if err != nil {
		return id.ID{}, err
	}
	at := mainOf(tx)
	if c.LocationID != nil {
		at = *c.LocationID
	} else if len(places) == 1 && !places[0].Transit {
		at = places[0].LocationID
	}
	if c.Delta > 0 {
		return at, openLocation(ctx, tx, "location", at)
	}
	for _, p := range places {
		if p.LocationID == at && !p.Transit && (p.OnHand >= -c.Delta || l.Owed) {
			return at, checkPast(ctx, tx, l, at, -c.Delta, c.since(tx))
		}
	}
	if len(places) > 1 {
		return at, fault.Invalid("quantity", "There is less than that at this place.")
	}
	return at, fault.Invalid("quantity", "The lot has less than that.")
}

func (c Change) since(tx *store.Tx) calendar.Instant {
	if c.At == nil {
		return tx.Now()
	}
	return *c.At
}

// Reverse takes a movement back by one that undoes it, for a reason. What belongs together, such as the two sides of a split, goes
// back together. A movement is reversed once, and what belongs to a batch, an order or a count is undone there.
func Reverse(ctx context.Context, tx *store.Tx, movement id.ID, reason string) error {
	if err := tx.Require(authz.InventoryWrite); err != nil {
		return err
	}
	reason, err := because(reason)
	if err != nil {
		return err
	}
	m, err := db.For(tx).GetMovement(ctx, db.GetMovementIn{ID: movement})
	if err = store.Translate(err); fault.Is(err, fault.KindNotFound) {
		return fault.NotFound("movement")
	}
	if err != nil {
		return err
	}
	if Kind(m.Kind) == Reversal {
		return fault.Conflict("A correction is not corrected: note what really happened instead.")
	}
	if !ownSource(m.SourceKind) {
		return fault.Conflict(fmt.Sprintf("This belongs to %s: change it there.", m.SourceName))
	}
	if err := lock(ctx, tx, m.ItemID); err != nil {
		return err
	}
	together := []db.StandingMovementsRow{db.StandingMovementsRow(m)}
	if m.SourceKind != "" {
		if together, err = db.For(tx).StandingMovements(ctx, db.StandingMovementsIn{SourceKind: m.SourceKind, SourceID: m.SourceID}); err != nil {
			return err
		}
	}
	if len(together) == 0 {
		return errTakenBack
	}
	if err := reverse(ctx, tx, together, reason); err != nil {
		return err
	}
	l, err := lotByID(ctx, tx, m.LotID)
	if err != nil {
		return err
	}
	return l.record(ctx, tx, audit.Reversed, nil, audit.Fields{"Change": audit.Quantity(-m.Quantity, l.Item.Unit), "Taken back": m.Kind, "Reason": reason})
}

var errTakenBack = fault.Conflict("This was taken back already.")

// ReverseSource takes back all movements of a document that stand.
func ReverseSource(ctx context.Context, tx *store.Tx, source Source, reason string) error {
	if err := tx.Require(authz.InventoryWrite); err != nil {
		return err
	}
	rows, err := db.For(tx).StandingMovements(ctx, db.StandingMovementsIn{SourceKind: source.Kind, SourceID: &source.ID})
	if err != nil {
		return err
	}
	items := make([]id.ID, len(rows))
	for i, r := range rows {
		items[i] = r.ItemID
	}
	if err := lock(ctx, tx, items...); err != nil {
		return err
	}
	return reverse(ctx, tx, rows, reason)
}

// reverse writes the rows that take others back; those that bring stock back come first.
func reverse(ctx context.Context, tx *store.Tx, rows []db.StandingMovementsRow, reason string) error {
	s, err := ReadSettings(ctx, tx)
	if err != nil {
		return err
	}
	for _, back := range []bool{true, false} {
		for _, r := range rows {
			if (r.Quantity < 0) != back {
				continue
			}
			if err := reverseOne(ctx, tx, r, reason); err != nil {
				return err
			}
		}
	}
	for _, r := range rows {
		if err := s.moved(ctx, tx, r.OccurredAt, r.ItemID); err != nil {
			return err
		}
	}
	return nil
}

func reverseOne(ctx context.Context, tx *store.Tx, r db.StandingMovementsRow, reason string) error {
	l, err := lotByID(ctx, tx, r.LotID)
	if err != nil {
		return err
	}
	if left := l.OnHand - r.Quantity; left < 0 && !l.Owed {
		return fault.Conflict(fmt.Sprintf("Lot %s has only %s left of the %s that this brought. Take back what used it first.", l.Code, quantity.Input(l.OnHand, l.Item.Unit), quantity.Input(r.Quantity, l.Item.Unit)))
	}
	e := entry{item: r.ItemID, lot: r.LotID, location: r.LocationID, kind: Reversal, quantity: -r.Quantity, value: -r.Value, reason: reason, other: r.OtherLotID, reverses: &r.ID, at: tx.Now()}
	if l.OnHand == r.Quantity {
		e.value = -l.Value // what goes last takes the rest
	}
	if r.SourceKind != "" {
		e.source = Source{r.SourceKind, *r.SourceID, r.SourceName}
	}
	err = store.Translate(post(ctx, tx, e))
	switch {
	case errors.Is(err, store.ErrUnique):
		return errTakenBack
	case fault.Is(err, fault.KindInvalid):
		return fault.Conflict(fault.MessageOf(err))
	}
	return err
}
