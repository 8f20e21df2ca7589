package inventory

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"craftplan/internal/audit"
	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory/internal/db"
	"craftplan/internal/money"
	"craftplan/internal/quantity"
	"craftplan/internal/search"
	"craftplan/internal/store"
)

// LotStatus is whether a lot may be used.
type LotStatus string

// The statuses of lots. Those that are not available are held: nothing takes from them by itself.
const (
	Available   LotStatus = "available"
	Quarantined LotStatus = "quarantined" // until it is known to be good
	Blocked     LotStatus = "blocked"     // known to be bad
)

// LotStatuses are all statuses of lots.
var LotStatuses = []LotStatus{Available, Quarantined, Blocked}

// Lot is stock that came in together.
type Lot struct {
	ID          id.ID
	Item        Item // only its id where the lots of one item are listed
	Owed        bool // no stock, but what was used beyond it
	Code        string
	Supplier    string
	SupplierLot string
	Status      LotStatus
	ReceivedAt  calendar.Instant
	ReceivedOn  calendar.Date
	ExpiresOn   *calendar.Date
	UnitCost    money.Amount // of one stock unit, as it came in
	OnHand      quantity.Quantity
	Value       money.Amount // what is on hand cost
	CreatedAt   calendar.Instant
	CreatedBy   string
}

// Expired tells whether the lot's last day is over.
func (l Lot) Expired(today calendar.Date) bool {
	return l.ExpiresOn != nil && l.ExpiresOn.Before(today)
}

// Held tells whether somebody keeps the lot from being used.
func (l Lot) Held() bool { return l.Status != Available }

func lotOf(r db.LotByIDRow) Lot {
	return Lot{r.ID, Item{r.ItemID, ItemKind(r.ItemKind), r.Name, r.Sku, quantity.Unit(r.Unit)}, r.Kind == "owed", r.Code, r.Supplier, r.SupplierLot, LotStatus(r.Status), r.ReceivedAt, r.ReceivedOn, r.ExpiresOn,
		r.UnitCost, r.OnHand, r.Value, r.CreatedAt, r.CreatedBy}
}

func lotByID(ctx context.Context, tx *store.Tx, which id.ID) (Lot, error) {
	r, err := db.For(tx).LotByID(ctx, db.LotByIDIn{ID: which})
	if err = store.Translate(err); fault.Is(err, fault.KindNotFound) {
		return Lot{}, fault.NotFound("lot")
	}
	return lotOf(r), err
}

// lockLot reads the lot with a code once nobody else can change it.
func lockLot(ctx context.Context, tx *store.Tx, code string) (Lot, error) {
	l, err := GetLot(ctx, tx, code)
	if err != nil {
		return l, err
	}
	if err := lock(ctx, tx, l.Item.ID); err != nil {
		return l, err
	}
	return lotByID(ctx, tx, l.ID)
}

// GetLot reads the lot with a code.
func GetLot(ctx context.Context, tx *store.Tx, code string) (Lot, error) {
	if err := tx.Require(authz.InventoryRead); err != nil {
		return Lot{}, err
	}
	r, err := db.For(tx).LotByCode(ctx, db.LotByCodeIn{Code: code})
	if err = store.Translate(err); fault.Is(err, fault.KindNotFound) {
		return Lot{}, fault.NotFound("lot")
	}
	return lotOf(db.LotByIDRow(r)).seenBy(tx), err
}

// seenBy is the lot as the transaction may know it: with what it cost, or without.
func (l Lot) seenBy(tx *store.Tx) Lot {
	l.UnitCost, l.Value = tx.Cost(l.UnitCost), tx.Cost(l.Value)
	return l
}

// Lots are the lots of an item: those with stock in the order they are used, then the latest ten without.
func Lots(ctx context.Context, tx *store.Tx, item id.ID) ([]Lot, error) {
	if err := tx.Require(authz.InventoryRead); err != nil {
		return nil, err
	}
	const empties = 10
	rows, err := db.For(tx).LotsInStockOf(ctx, db.LotsInStockOfIn{ItemID: item})
	if err != nil {
		return nil, err
	}
	empty, err := db.For(tx).EmptyLotsOf(ctx, db.EmptyLotsOfIn{ItemID: item, CountOf: empties})
	for _, r := range empty {
		rows = append(rows, db.LotsInStockOfRow(r))
	}
	lots := make([]Lot, len(rows))
	for i, r := range rows {
		lots[i] = Lot{ID: r.ID, Item: Item{ID: r.ItemID}, Owed: r.Kind == "owed", Code: r.Code, Supplier: r.Supplier, SupplierLot: r.SupplierLot, Status: LotStatus(r.Status), ReceivedAt: r.ReceivedAt, ReceivedOn: r.ReceivedOn,
			ExpiresOn: r.ExpiresOn, UnitCost: tx.Cost(r.UnitCost), OnHand: r.OnHand, Value: tx.Cost(r.Value)}
	}
	return lots, err
}

// Place is what a lot has at a location.
type Place struct {
	LocationID id.ID
	Name       string
	Transit    bool // on its way between two locations
	OnHand     quantity.Quantity
}

// Places are the locations where a lot stands, the first location first.
func Places(ctx context.Context, tx *store.Tx, lot id.ID) ([]Place, error) {
	if err := tx.Require(authz.InventoryRead); err != nil {
		return nil, err
	}
	rows, err := db.For(tx).StockOfLot(ctx, db.StockOfLotIn{LotID: lot})
	places := make([]Place, len(rows))
	for i, r := range rows {
		places[i] = Place{r.LocationID, r.Name, r.Kind == "transit", r.OnHand}
	}
	return places, err
}

// Event is a change of a lot beside its stock.
type Event struct {
	Kind        string // status, expiry, supplier or supplier_lot
	Was, Became string
	Reason      string
	At          calendar.Instant
	By          string
}

// History is all that happened to a lot, newest first.
func History(ctx context.Context, tx *store.Tx, lot id.ID) ([]Movement, []Event, error) {
	if err := tx.Require(authz.InventoryRead); err != nil {
		return nil, nil, err
	}
	rows, err := db.For(tx).MovementsOfLot(ctx, db.MovementsOfLotIn{LotID: lot})
	if err != nil {
		return nil, nil, err
	}
	movements := make([]Movement, len(rows))
	for i, r := range rows {
		movements[i] = movement(tx, r)
	}
	changes, err := db.For(tx).EventsOfLot(ctx, db.EventsOfLotIn{LotID: lot})
	events := make([]Event, len(changes))
	for i, r := range changes {
		events[i] = Event{r.Kind, r.Was, r.Became, r.Reason, r.CreatedAt, r.CreatedBy}
	}
	return movements, events, err
}

const maxReason = 255

// because is a reason, trimmed, that must be given.
func because(reason string) (string, error) {
	reason = strings.TrimSpace(reason)
	switch {
	case reason == "":
		return "", fault.Invalid("reason", "Say why, for whoever reads it later.")
	case utf8.RuneCountInString(reason) > maxReason:
		return "", fault.Invalid("reason", "Use at most 255 characters.")
	}
	return reason, nil
}

// SetStatus holds a lot or lets it go, for a reason that its history keeps.
func SetStatus(ctx context.Context, tx *store.Tx, code string, status LotStatus, reason string) error {
	if err := tx.Require(authz.InventoryWrite); err != nil {
		return err
	}
	if !slices.Contains(LotStatuses, status) {
		return fault.Invalid("status", "Choose a status.")
	}
	reason, err := because(reason)
	if err != nil {
		return err
	}
	l, err := lockLot(ctx, tx, code)
	if err != nil {
		return err
	}
	if l.Status == status {
		return fault.Invalid("status", "The lot is "+string(status)+" already.")
	}
	if _, err := db.For(tx).SetLotStatus(ctx, db.SetLotStatusIn{ID: l.ID, Status: string(status)}); err != nil {
		return err
	}
	if err := l.note(ctx, tx, "status", string(l.Status), string(status), reason); err != nil {
		return err
	}
	return l.record(ctx, tx, audit.Moved, audit.Fields{"Status": string(l.Status)}, audit.Fields{"Status": string(status), "Reason": reason})
}

func (l Lot) note(ctx context.Context, tx *store.Tx, kind, was, became, reason string) error {
	if was == became {
		return nil
	}
	return db.For(tx).CreateLotEvent(ctx, db.CreateLotEventIn{ID: id.New(), LotID: l.ID, Kind: kind, Was: was, Became: became, Reason: reason, CreatedAt: tx.Now(), CreatedBy: tx.Actor().UserID})
}

// LotDetails are what people may correct about a lot. Field names in errors are expires_on, supplier and supplier_lot.
type LotDetails struct {
	ExpiresOn             *calendar.Date
	Supplier, SupplierLot string
}

// Describe corrects what is noted about a lot; its history keeps what was noted before.
func Describe(ctx context.Context, tx *store.Tx, code string, d LotDetails, reason string) error {
	if err := tx.Require(authz.InventoryWrite); err != nil {
		return err
	}
	reason, err := because(reason)
	if err != nil {
		return err
	}
	d, err = d.validate()
	if err != nil {
		return err
	}
	l, err := GetLot(ctx, tx, code)
	if err != nil {
		return err
	}
	_, err = db.For(tx).UpdateLot(ctx, db.UpdateLotIn{ID: l.ID, Supplier: d.Supplier, SupplierLot: d.SupplierLot, ExpiresOn: d.ExpiresOn, SearchText: search.Fold(l.Code, d.SupplierLot)})
	if err != nil {
		return err
	}
	for _, c := range [][3]string{{"expiry", dateText(l.ExpiresOn), dateText(d.ExpiresOn)}, {"supplier", l.Supplier, d.Supplier}, {"supplier_lot", l.SupplierLot, d.SupplierLot}} {
		if err := l.note(ctx, tx, c[0], c[1], c[2], reason); err != nil {
			return err
		}
	}
	return nil
}

const maxSupplier = 120

func (d LotDetails) validate() (LotDetails, error) {
	d.Supplier, d.SupplierLot = strings.TrimSpace(d.Supplier), strings.TrimSpace(d.SupplierLot)
	var p fault.Problems
	for field, text := range map[string]string{"supplier": d.Supplier, "supplier_lot": d.SupplierLot} {
		if utf8.RuneCountInString(text) > maxSupplier {
			p.Addf(field, "Use at most %d characters.", maxSupplier)
		}
	}
	return d, p.Err()
}

func dateText(d *calendar.Date) string {
	if d == nil {
		return ""
	}
	return d.String()
}
