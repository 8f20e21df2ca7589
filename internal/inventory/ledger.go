package inventory

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/exact"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory/internal/db"
	"craftplan/internal/money"
	"craftplan/internal/quantity"
	"craftplan/internal/search"
	"craftplan/internal/store"
)

// Kind is why stock moved.
type Kind string

// The kinds.
const (
	Opening     Kind = "opening"
	Received    Kind = "receipt"
	Consumption Kind = "consumption"
	Production  Kind = "production"
	Sale        Kind = "sale"
	Adjustment  Kind = "adjustment"
	Stocktake   Kind = "stocktake"
	Waste       Kind = "waste"
	Transfer    Kind = "transfer"
	Reversal    Kind = "reversal"
)

// Source is the document behind a movement.
type Source struct {
	Kind string // such as "batch"; "" for none
	ID   id.ID
	Name string // what people know it by, such as B-20260115-BREAD-001
}

// The documents of the ledger itself: changes that take more than one movement, which are reversed together.
const (
	sourceSplit      = "split"
	sourceMerge      = "merge"
	sourceSettlement = "settlement"
	sourceMove       = "move"
)

// entry is a row of the ledger before it is written.
type entry struct {
	item, lot, location id.ID
	kind                Kind
	quantity            quantity.Quantity
	value               money.Amount
	reason              string
	source              Source
	other               *id.ID // lot
	reverses            *id.ID // movement
	at                  calendar.Instant
}

// lock makes changes of the same items follow one another, so that what was read of their lots still holds at the write. Items are
// locked in the order of their ids: two changes of the same items do not wait for each other.
func lock(ctx context.Context, tx *store.Tx, items ...id.ID) error {
	sorted := slices.SortedFunc(slices.Values(items), func(a, b id.ID) int { return strings.Compare(a.String(), b.String()) })
	for _, item := range slices.Compact(sorted) {
		if err := tx.Lock(ctx, "stock of "+item.String()); err != nil {
			return err
		}
	}
	return nil
}

// post writes a row and what is a sum of rows. The caller has locked the item; a lot or a place that would go below zero is refused
// all the same.
func post(ctx context.Context, tx *store.Tx, e entry) error {
	queries := db.For(tx)
	changed, err := queries.AddToLot(ctx, db.AddToLotIn{ID: e.lot, OnHand: e.quantity, Value: e.value})
	if err != nil {
		return err
	}
	if changed == 0 {
		return fault.Invalid("quantity", "The lot has less than that.")
	}
	there, err := queries.AddToStock(ctx, db.AddToStockIn{ItemID: e.item, LotID: e.lot, LocationID: e.location, OnHand: e.quantity})
	if err != nil {
		return err
	}
	if there < 0 && e.quantity < 0 {
		if err := mayOwe(ctx, tx, e.lot); err != nil {
			return err
		}
	}
	if _, err := queries.AddToItem(ctx, db.AddToItemIn{ID: e.item, OnHand: e.quantity}); err != nil {
		return err
	}
	in := db.CreateMovementIn{ID: id.New(), ItemID: e.item, LotID: e.lot, LocationID: e.location, Kind: string(e.kind), Quantity: e.quantity, Value: e.value, Reason: e.reason,
		SourceKind: e.source.Kind, SourceName: e.source.Name, OtherLotID: e.other, ReversesID: e.reverses, OccurredAt: e.at, OccurredOn: tx.Day(e.at), CreatedAt: tx.Now(), CreatedBy: tx.Actor().UserID}
	if e.source.Kind != "" {
		in.SourceID = &e.source.ID
	}
	return queries.CreateMovement(ctx, in)
}

// mayOwe refuses to go below zero at a place, but of the lot that is there for it.
func mayOwe(ctx context.Context, tx *store.Tx, lot id.ID) error {
	l, err := lotByID(ctx, tx, lot)
	if err == nil && !l.Owed {
		err = fault.Invalid("quantity", "There is less than that at this place.")
	}
	return err
}

// share is what a quantity of the lot cost: its part of the lot's value, or where nothing is left to go by, what it cost when it came.
func (l Lot) share(q quantity.Quantity) (money.Amount, error) {
	if l.OnHand == 0 {
		return l.UnitCost.ForQuantity(q)
	}
	v, err := exact.MulDiv(int64(l.Value), int64(q), int64(l.OnHand), exact.HalfUp)
	return money.Amount(v), err
}

// Share is what a quantity of the lot is worth.
func (l Lot) Share(q quantity.Quantity) (money.Amount, error) { return l.share(q) }

// lowest is the least that a lot had at a place from a moment on: what could still have been taken from it then.
func lowest(ctx context.Context, tx *store.Tx, lot, location id.ID, from calendar.Instant) (quantity.Quantity, error) {
	rows, err := db.For(tx).PastOfStock(ctx, db.PastOfStockIn{LotID: lot, LocationID: location})
	var running, least quantity.Quantity
	later := false
	for _, r := range rows {
		if !later && from.Before(r.OccurredAt) {
			least, later = running, true // as it was at the moment itself
		}
		running += r.Quantity
		if later {
			least = min(least, running)
		}
	}
	if !later {
		least = running
	}
	return least, err
}

// checkPast refuses to take from a lot at a moment when it, or the lot since then, had less.
func checkPast(ctx context.Context, tx *store.Tx, l Lot, location id.ID, q quantity.Quantity, at calendar.Instant) error {
	if !at.Before(tx.Now()) || l.Owed {
		return nil
	}
	free, err := lowest(ctx, tx, l.ID, location, at)
	if err == nil && free < q {
		err = fault.Invalid("occurred_at", fmt.Sprintf("Lot %s could not have given that much then: only %s of it were free from that time on.", l.Code, quantity.Input(max(free, 0), l.Item.Unit)))
	}
	return err
}

// Movement is a line of the ledger.
type Movement struct {
	ID         id.ID
	Kind       Kind
	Quantity   quantity.Quantity
	Value      money.Amount // withheld from who sees no costs
	Reason     string
	Source     Source // without its id
	OccurredAt calendar.Instant
	CreatedAt  calendar.Instant
	LotCode    string
	OtherLot   string // the code of the lot it came from or went to
	Location   string
	By         string // who noted it
	Reversed   bool   // a later movement took it back
	reverses   *id.ID
}

// Reversible tells whether people may take the movement back by hand. What belongs to a batch, an order or a count is undone there.
func (m Movement) Reversible() bool {
	return !m.Reversed && m.Kind != Reversal && ownSource(m.Source.Kind)
}

func ownSource(kind string) bool {
	return kind == "" || kind == sourceSplit || kind == sourceMerge || kind == sourceSettlement || kind == sourceMove
}

func movement(tx *store.Tx, r db.MovementsOfLotRow) Movement {
	return Movement{r.ID, Kind(r.Kind), r.Quantity, tx.Cost(r.Value), r.Reason, Source{Kind: r.SourceKind, Name: r.SourceName}, r.OccurredAt, r.CreatedAt, r.Code, r.OtherCode, r.Location, r.CreatedBy, r.Reversed > 0, r.ReversesID}
}

const latest = 100

// Movements are the latest hundred movements of an item, newest first.
func Movements(ctx context.Context, tx *store.Tx, item id.ID) ([]Movement, error) {
	if err := tx.Require(authz.InventoryRead); err != nil {
		return nil, err
	}
	rows, err := db.For(tx).MovementsOfItem(ctx, db.MovementsOfItemIn{ItemID: item, CountOf: latest})
	movements := make([]Movement, len(rows))
	for i, r := range rows {
		movements[i] = movement(tx, db.MovementsOfLotRow(r))
	}
	return movements, err
}

// Posted is a line of the whole ledger: a movement with what it is of.
type Posted struct {
	Movement
	Item Item // without its id
}

// Ledger reads a part of the movements of all items, in the order they were noted: those whose lot or item the filter finds. Its state
// counts for nothing: movements have none.
func Ledger(ctx context.Context, tx *store.Tx, f LotFilter) ([]Posted, error) {
	if err := tx.Require(authz.InventoryRead); err != nil {
		return nil, err
	}
	rows, err := db.For(tx).ListMovements(ctx, db.ListMovementsIn{ItemKind: string(f.Kind), Pattern: search.Pattern(f.Query), CountOf: int32(f.Limit), Skip: int32(f.Offset)})
	lines := make([]Posted, len(rows))
	for i, r := range rows {
		lines[i] = Posted{movement(tx, db.MovementsOfLotRow{ID: r.ID, Kind: r.Kind, Quantity: r.Quantity, Value: r.Value, Reason: r.Reason, SourceKind: r.SourceKind, SourceName: r.SourceName, ReversesID: r.ReversesID, OccurredAt: r.OccurredAt,
			CreatedAt: r.CreatedAt, Code: r.Code, OtherCode: r.OtherCode, CreatedBy: r.CreatedBy, Location: r.Location, Reversed: r.Reversed}), Item{Kind: ItemKind(r.ItemKind), Name: r.Name, SKU: r.Sku, Unit: quantity.Unit(r.Unit)}}
	}
	return lines, err
}

// Balanced reports how many sums differ from what they are sums of: always none.
func Balanced(ctx context.Context, tx *store.Tx) (int64, error) {
	if err := tx.Require(authz.InventoryRead); err != nil {
		return 0, err
	}
	return db.For(tx).LedgerDifferences(ctx)
}
