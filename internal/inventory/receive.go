package inventory

import (
	"context"
	"fmt"
	"strings"

	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory/internal/db"
	"craftplan/internal/money"
	"craftplan/internal/quantity"
	"craftplan/internal/settings"
	"craftplan/internal/store"
)

// Kind is why stock moved.
type Kind string

// The kinds.
const (
	Opening     Kind = "opening"
	Received    Kind = "receipt"
	Consumption Kind = "consumption"
	Adjustment  Kind = "adjustment"
	Waste       Kind = "waste"
)

// Receipt is stock that comes in. Field names in errors are quantity, lot and expires_on.
type Receipt struct {
	MaterialID  id.ID
	Kind        Kind
	Quantity    quantity.Quantity // positive
	UnitCost    money.Amount      // of one stock unit
	ExpiresOn   *calendar.Date
	LotCode     string // made when empty
	SupplierLot string
	Reason      string
}

// Lot is stock that came in together.
type Lot struct {
	ID          id.ID
	Code        string
	SupplierLot string
	Status      string
	ReceivedOn  calendar.Date
	ExpiresOn   *calendar.Date
	UnitCost    money.Amount
	OnHand      quantity.Quantity
}

// Receive books stock that came in as a lot of its own and returns the lot's code.
func Receive(ctx context.Context, tx *store.Tx, r Receipt) (string, error) {
	if err := tx.Require(authz.InventoryWrite); err != nil {
		return "", err
	}
	if r.Quantity <= 0 || r.Quantity > quantity.Max {
		return "", fault.Invalid("quantity", "Enter a quantity above zero.")
	}
	if r.UnitCost < 0 || r.UnitCost > money.Max {
		return "", fault.Invalid("unit_cost", "Enter a cost that is not negative.")
	}
	code, err := lotCode(ctx, tx, strings.TrimSpace(r.LotCode))
	if err != nil {
		return "", err
	}
	lot := id.New()
	err = db.For(tx).CreateLot(ctx, db.CreateLotIn{ID: lot, MaterialID: r.MaterialID, Code: code, SupplierLot: strings.TrimSpace(r.SupplierLot), ReceivedAt: tx.Now(), ReceivedOn: tx.Today(),
		ExpiresOn: r.ExpiresOn, UnitCost: r.UnitCost, OnHand: r.Quantity, CreatedAt: tx.Now(), CreatedBy: tx.Actor().UserID})
	if err != nil {
		return "", err
	}
	return code, move(ctx, tx, movement{material: r.MaterialID, lot: lot, kind: r.Kind, quantity: r.Quantity, unitCost: r.UnitCost, reason: r.Reason})
}

func lotCode(ctx context.Context, tx *store.Tx, code string) (string, error) {
	if code == "" {
		n, err := settings.NextNumber(ctx, tx, "L", tx.Today().Year())
		return fmt.Sprintf("L-%d-%04d", tx.Today().Year(), n), err
	}
	if len(code) > 60 {
		return "", fault.Invalid("lot", "Use at most 60 characters.")
	}
	taken, err := db.For(tx).LotTaken(ctx, db.LotTakenIn{Code: code})
	if err == nil && taken > 0 {
		err = fault.Invalid("lot", "There is a lot with this code already.")
	}
	return code, err
}

type movement struct {
	material, lot id.ID
	kind          Kind
	quantity      quantity.Quantity
	unitCost      money.Amount
	reason        string
	source        Source
}

// Source is the document behind a movement.
type Source struct {
	Kind string // such as "batch"
	ID   id.ID
}

func move(ctx context.Context, tx *store.Tx, m movement) error {
	in := db.CreateMovementIn{ID: id.New(), MaterialID: m.material, LotID: m.lot, Kind: string(m.kind), Quantity: m.quantity, UnitCost: m.unitCost, Reason: m.reason, SourceKind: m.source.Kind,
		OccurredAt: tx.Now(), OccurredOn: tx.Today(), CreatedAt: tx.Now(), CreatedBy: tx.Actor().UserID}
	if m.source.Kind != "" {
		in.SourceID = &m.source.ID
	}
	return db.For(tx).CreateMovement(ctx, in)
}

// Adjust corrects what a lot has on hand, never below zero.
func Adjust(ctx context.Context, tx *store.Tx, lot id.ID, delta quantity.Quantity, kind Kind, reason string) error {
	if err := tx.Require(authz.InventoryWrite); err != nil {
		return err
	}
	if delta == 0 {
		return fault.Invalid("quantity", "Enter a quantity above zero.")
	}
	if kind == Waste && delta > 0 {
		return fault.Invalid("quantity", "Waste takes stock away.")
	}
	if reason = strings.TrimSpace(reason); reason == "" {
		return fault.Invalid("reason", "Say why, for whoever reads it later.")
	}
	row, err := db.For(tx).GetLot(ctx, db.GetLotIn{ID: lot})
	if err = store.Translate(err); err != nil {
		return err
	}
	changed, err := db.For(tx).ChangeLot(ctx, db.ChangeLotIn{ID: lot, OnHand: delta})
	if err != nil {
		return err
	}
	if changed == 0 {
		return fault.Invalid("quantity", "The lot has less than that.")
	}
	return move(ctx, tx, movement{material: row.MaterialID, lot: lot, kind: kind, quantity: delta, unitCost: row.UnitCost, reason: reason})
}

// Lots are the lots of a material in the order they are used.
func Lots(ctx context.Context, tx *store.Tx, material id.ID) ([]Lot, error) {
	if err := tx.Require(authz.InventoryRead); err != nil {
		return nil, err
	}
	rows, err := db.For(tx).LotsOf(ctx, db.LotsOfIn{MaterialID: material})
	lots := make([]Lot, len(rows))
	for i, r := range rows {
		lots[i] = Lot(r)
	}
	return lots, err
}

// Movement is a line of the ledger.
type Movement struct {
	ID         id.ID
	Kind       string
	Quantity   quantity.Quantity
	Reason     string
	OccurredAt calendar.Instant
	LotCode    string
}

// Movements are the latest hundred movements of a material, newest first.
func Movements(ctx context.Context, tx *store.Tx, material id.ID) ([]Movement, error) {
	if err := tx.Require(authz.InventoryRead); err != nil {
		return nil, err
	}
	rows, err := db.For(tx).MovementsOf(ctx, db.MovementsOfIn{MaterialID: material})
	movements := make([]Movement, len(rows))
	for i, r := range rows {
		movements[i] = Movement{r.ID, r.Kind, r.Quantity, r.Reason, r.OccurredAt, r.Code}
	}
	return movements, err
}

// Balanced reports how many lots differ from the sum of their movements: always none.
func Balanced(ctx context.Context, tx *store.Tx) (int64, error) {
	if err := tx.Require(authz.InventoryRead); err != nil {
		return 0, err
	}
	return db.For(tx).LedgerDifferences(ctx)
}
