package inventory

import (
	"context"

	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/inventory/internal/db"
	"craftplan/internal/search"
	"craftplan/internal/store"
)

// LotState chooses lots by what they are in.
type LotState string

// The states.
const (
	InStock  LotState = ""
	Expiring LotState = "expiring" // expired, or soon
	Held     LotState = "held"
	Empty    LotState = "empty"
)

// LotStates are all states, in the order lists offer them.
var LotStates = []LotState{Expiring, Held, Empty}

// LotFilter chooses lots. A query looks through codes, suppliers' lots and items, and through empty lots too.
type LotFilter struct {
	Query         string
	State         LotState
	Kind          ItemKind // "" is any
	Limit, Offset int64
}

// LotCap is where counting lots stops: a total of LotCap means "more than LotCap - 1".
const LotCap = 251

// ListLots reads one page of lots and how many there are, up to LotCap. Lots in stock are ordered by expiry; where empty ones are among
// them, the latest is on top.
func ListLots(ctx context.Context, tx *store.Tx, f LotFilter) ([]Lot, int64, error) {
	if err := tx.Require(authz.InventoryRead); err != nil {
		return nil, 0, err
	}
	var until *calendar.Date
	if f.State == Expiring {
		horizon, err := Horizon(ctx, tx)
		if err != nil {
			return nil, 0, err
		}
		until = &horizon
	}
	if f.Query != "" || f.State == Empty {
		return f.any(ctx, tx, until)
	}
	in := db.ListLotsInStockIn{Held: f.State == Held, Until: until, ItemKind: string(f.Kind), CountOf: int32(f.Limit), Skip: int32(f.Offset)}
	total, err := db.For(tx).CountLotsInStock(ctx, db.CountLotsInStockIn{Held: in.Held, Until: until, ItemKind: in.ItemKind})
	if err != nil {
		return nil, 0, err
	}
	rows, err := db.For(tx).ListLotsInStock(ctx, in)
	lots := make([]Lot, len(rows))
	for i, r := range rows {
		lots[i] = lotOf(db.LotByIDRow(r)).seenBy(tx)
	}
	return lots, total, err
}

func (f LotFilter) any(ctx context.Context, tx *store.Tx, until *calendar.Date) ([]Lot, int64, error) {
	in := db.ListLotsIn{OnlyEmpty: f.State == Empty, InStock: f.State == Held || f.State == Expiring, Held: f.State == Held, Until: until, ItemKind: string(f.Kind), Pattern: search.Pattern(f.Query),
		CountOf: int32(f.Limit), Skip: int32(f.Offset)}
	total, err := db.For(tx).CountLots(ctx, db.CountLotsIn{OnlyEmpty: in.OnlyEmpty, InStock: in.InStock, Held: in.Held, Until: until, ItemKind: in.ItemKind, Pattern: in.Pattern})
	if err != nil {
		return nil, 0, err
	}
	rows, err := db.For(tx).ListLots(ctx, in)
	lots := make([]Lot, len(rows))
	for i, r := range rows {
		lots[i] = lotOf(db.LotByIDRow(r)).seenBy(tx)
	}
	return lots, total, err
}

// Horizon is the day until which a lot that expires is expiring.
func Horizon(ctx context.Context, tx *store.Tx) (calendar.Date, error) {
	if err := tx.Require(authz.InventoryRead); err != nil {
		return calendar.Date{}, err
	}
	s, err := ReadSettings(ctx, tx)
	return tx.Today().AddDays(int(s.ExpiringDays)), err
}
