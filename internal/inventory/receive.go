package inventory

import (
	"context"
	"errors"

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

// Receipt is stock that comes in. Field names in errors are quantity, unit_cost, lot, expires_on, supplier, supplier_lot, location
// and occurred_at.
type Receipt struct {
	ItemID      id.ID
	Kind        Kind              // Opening, Received, Production or Adjustment
	Quantity    quantity.Quantity // positive
	UnitCost    money.Amount      // of one stock unit; from who sees no costs, what is supposed unless it was reckoned
	Value       *money.Amount     // of all of it, where that is known more exactly; nil is quantity x unit cost
	ExpiresOn   *calendar.Date
	LotCode     string // made when empty
	LotLike     string // the code wanted, with a number after it where another lot has it
	Supplier    string
	SupplierLot string
	LocationID  *id.ID // nil is where such stock goes by itself
	Reason      string
	Source      Source
	At          *calendar.Instant // when it came in; nil is now
}

func (r Receipt) validate() error {
	var p fault.Problems
	if r.Quantity <= 0 || r.Quantity > quantity.Max {
		p.Add("quantity", "Enter a quantity above zero.")
	}
	if r.UnitCost < 0 || r.UnitCost > money.Max {
		p.Add("unit_cost", "Enter a cost that is not negative.")
	}
	_, err := LotDetails{r.ExpiresOn, r.Supplier, r.SupplierLot}.validate()
	_ = p.Merge(err) // only Invalid faults
	return p.Err()
}

// Receive books stock that came in as a lot of its own. When more of the item was used than there was, the new lot settles it.
func Receive(ctx context.Context, tx *store.Tx, r Receipt) (Lot, error) {
	if err := tx.Require(authz.InventoryWrite); err != nil {
		return Lot{}, err
	}
	s, err := ReadSettings(ctx, tx)
	if err != nil {
		return Lot{}, err
	}
	l, err := r.book(ctx, tx, s)
	if err != nil {
		return Lot{}, err
	}
	return l.seenBy(tx), s.moved(ctx, tx, l.ReceivedAt, l.Item.ID)
}

// book is Receive before what it says about costs is reckoned with.
func (r Receipt) book(ctx context.Context, tx *store.Tx, s Settings) (Lot, error) {
	if !tx.SeesCosts() && r.Kind != Production {
		supposed, err := db.For(tx).SupposedCost(ctx, db.SupposedCostIn{ItemID: r.ItemID})
		if err != nil {
			return Lot{}, err
		}
		r.UnitCost, r.Value = supposed, nil
	}
	if err := r.validate(); err != nil {
		return Lot{}, err
	}
	at, err := s.when(tx, r.At)
	if err != nil {
		return Lot{}, err
	}
	if err := lock(ctx, tx, r.ItemID); err != nil {
		return Lot{}, err
	}
	item, err := getItem(ctx, tx, r.ItemID)
	if err != nil {
		return Lot{}, err
	}
	location, err := r.location(ctx, tx)
	if err != nil {
		return Lot{}, err
	}
	code := r.LotLike
	if code != "" {
		code, err = freeCode(ctx, tx, code)
	} else {
		code, err = s.givenCode(ctx, tx, r.LotCode, item.SKU, tx.Day(at))
	}
	if err != nil {
		return Lot{}, err
	}
	l := Lot{ID: id.New(), Item: item, Code: code, Supplier: r.Supplier, SupplierLot: r.SupplierLot, Status: Available, ReceivedAt: at, ReceivedOn: tx.Day(at), ExpiresOn: r.ExpiresOn, UnitCost: r.UnitCost}
	if err := l.create(ctx, tx); err != nil {
		return Lot{}, err
	}
	value, err := r.value()
	if err != nil {
		return Lot{}, fault.Invalid("unit_cost", "The value is beyond what can be kept.")
	}
	err = post(ctx, tx, entry{item: item.ID, lot: l.ID, location: location, kind: r.Kind, quantity: r.Quantity, value: value, reason: r.Reason, source: r.Source, at: at})
	if err != nil {
		return Lot{}, err
	}
	l.OnHand, l.Value = r.Quantity, value
	if err := settle(ctx, tx, l, location); err != nil {
		return Lot{}, err
	}
	return l, nil
}

func (r Receipt) value() (money.Amount, error) {
	if r.Value != nil {
		return *r.Value, nil
	}
	return r.UnitCost.ForQuantity(r.Quantity)
}

func (r Receipt) location(ctx context.Context, tx *store.Tx) (id.ID, error) {
	if r.LocationID == nil {
		return home(ctx, tx, r.Kind)
	}
	return *r.LocationID, openLocation(ctx, tx, "location", *r.LocationID)
}

// create writes an empty lot.
func (l Lot) create(ctx context.Context, tx *store.Tx) error {
	details, err := LotDetails{l.ExpiresOn, l.Supplier, l.SupplierLot}.validate()
	if err != nil {
		return err
	}
	in := db.CreateLotIn{ID: l.ID, ItemID: l.Item.ID, Kind: "stock", Code: l.Code, Supplier: details.Supplier, SupplierLot: details.SupplierLot, Status: string(l.Status), ReceivedAt: l.ReceivedAt, ReceivedOn: l.ReceivedOn,
		ExpiresOn: l.ExpiresOn, UnitCost: l.UnitCost, SearchText: search.Fold(l.Code, details.SupplierLot), CreatedAt: tx.Now(), CreatedBy: tx.Actor().UserID}
	if l.Owed {
		in.Kind = "owed"
	}
	err = store.Translate(db.For(tx).CreateLot(ctx, in))
	if errors.Is(err, store.ErrUnique) {
		return fault.Invalid("lot", "There is a lot with this code already.")
	}
	return err
}

// settle takes from a new lot what was used of its item before there was any. The difference between what that was thought to cost
// and what it did cost stays visible in the two movements.
func settle(ctx context.Context, tx *store.Tx, from Lot, location id.ID) error {
	owed, err := owedLot(ctx, tx, from.Item.ID)
	if err != nil || owed == nil || owed.OnHand >= 0 {
		return err
	}
	q := min(-owed.OnHand, from.OnHand)
	given, err := from.share(q)
	if err != nil {
		return err
	}
	taken, err := owed.share(q)
	if err != nil {
		return err
	}
	places, err := Places(ctx, tx, owed.ID)
	if err != nil {
		return err
	}
	e := entry{item: from.Item.ID, lot: from.ID, location: location, kind: Transfer, quantity: -q, value: -given, reason: "Settles what was used before", source: Source{sourceSettlement, id.New(), ""}, other: &owed.ID, at: tx.Now()}
	if err := post(ctx, tx, e); err != nil {
		return err
	}
	e.lot, e.location, e.quantity, e.value, e.other = owed.ID, places[0].LocationID, q, taken, &from.ID
	return post(ctx, tx, e)
}

// owedLot is the lot that says what was used of an item beyond what there was; nil when that never happened.
func owedLot(ctx context.Context, tx *store.Tx, item id.ID) (*Lot, error) {
	which, err := db.For(tx).OwedLotOf(ctx, db.OwedLotOfIn{ItemID: item})
	if err = store.Translate(err); fault.Is(err, fault.KindNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	l, err := lotByID(ctx, tx, which)
	return &l, err
}
