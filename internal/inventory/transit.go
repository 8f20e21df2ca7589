package inventory

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory/internal/db"
	"craftplan/internal/quantity"
	"craftplan/internal/settings"
	"craftplan/internal/store"
)

// StockTransfer is a part of a lot that is, or was, on its way from one location to another. It is in stock meanwhile, and nothing
// takes from it.
type StockTransfer struct {
	Reference  string // such as TR-2026-0001
	Item       Item
	Lot        string // its code
	From, To   string // names of the locations
	Quantity   quantity.Quantity
	Arrived    *quantity.Quantity // nil until it arrived; what is missing was lost on the way
	Note       string
	ExpectedOn *calendar.Date
	Status     TransferStatus
	SentAt     calendar.Instant
	SentBy     string
	EndedAt    *calendar.Instant
	EndedBy    string

	id, from, to id.ID
}

// TransferStatus is how far a transfer is.
type TransferStatus string

// The statuses. OnWay becomes one of the others, which stay.
const (
	OnWay      TransferStatus = "on_way"
	Arrived    TransferStatus = "arrived"
	CalledBack TransferStatus = "called_back"
)

// Late tells whether it should have arrived before a day.
func (t StockTransfer) Late(today calendar.Date) bool {
	return t.Status == OnWay && t.ExpectedOn != nil && t.ExpectedOn.Before(today)
}

const sourceTransfer = "transfer"

func (t StockTransfer) source() Source { return Source{sourceTransfer, t.id, t.Reference} }

// Send takes a part of a lot off a location and on its way to another. The reason of the relocation is noted with it. Field names in
// errors are those of Relocation and expected_on.
func Send(ctx context.Context, tx *store.Tx, r Relocation, expected *calendar.Date) (reference string, err error) {
	if err := tx.Require(authz.InventoryWrite); err != nil {
		return "", err
	}
	note := strings.TrimSpace(r.Reason)
	if utf8.RuneCountInString(note) > maxReason {
		return "", fault.Invalid("reason", "Use at most 255 characters.")
	}
	if expected != nil && expected.Before(tx.Today()) {
		return "", fault.Invalid("expected_on", "Choose today or a later day.")
	}
	l, q, err := r.prepare(ctx, tx)
	if err != nil {
		return "", err
	}
	transit, err := transitOf(ctx, tx)
	if err != nil {
		return "", err
	}
	t := StockTransfer{id: id.New()}
	if t.Reference, err = settings.NextReference(ctx, tx, "TR", tx.Today().Year()); err != nil {
		return "", err
	}
	err = db.For(tx).CreateTransfer(ctx, db.CreateTransferIn{ID: t.id, Reference: t.Reference, ItemID: l.Item.ID, LotID: l.ID, FromID: r.From, ToID: r.To, Quantity: q, Note: note, ExpectedOn: expected, SentAt: tx.Now(), SentBy: tx.Actor().UserID})
	if err != nil {
		return "", err
	}
	return t.Reference, l.carry(ctx, tx, r.From, transit, q, note, t.source())
}

// transitOf is where what is on its way stands; it is made when something is sent for the first time.
func transitOf(ctx context.Context, tx *store.Tx) (id.ID, error) {
	if err := tx.Lock(ctx, locationLock); err != nil {
		return id.ID{}, err
	}
	which, err := db.For(tx).TransitLocation(ctx)
	if err = store.Translate(err); !fault.Is(err, fault.KindNotFound) {
		return which, err
	}
	rows, err := db.For(tx).LocationNames(ctx)
	if err != nil {
		return id.ID{}, err
	}
	name, taken := "On its way", map[string]bool{}
	for _, r := range rows {
		taken[r.Name] = true
	}
	for n := 2; taken[name]; n++ {
		name = fmt.Sprintf("On its way (%d)", n)
	}
	which = id.New()
	return which, db.For(tx).CreateLocation(ctx, db.CreateLocationIn{ID: which, Kind: "transit", Name: name, CreatedAt: tx.Now()})
}

// GetTransfer reads a transfer by its reference.
func GetTransfer(ctx context.Context, tx *store.Tx, reference string) (StockTransfer, error) {
	if err := tx.Require(authz.InventoryRead); err != nil {
		return StockTransfer{}, err
	}
	r, err := db.For(tx).GetTransfer(ctx, db.GetTransferIn{Reference: reference})
	if err = store.Translate(err); fault.Is(err, fault.KindNotFound) {
		err = fault.NotFound("transfer")
	}
	return transferOf(db.ListTransfersRow(r)), err
}

func transferOf(r db.ListTransfersRow) StockTransfer {
	return StockTransfer{Reference: r.Reference, Item: Item{r.ItemID, ItemKind(r.ItemKind), r.Name, r.Sku, quantity.Unit(r.Unit)}, Lot: r.Code, From: r.FromName, To: r.ToName, Quantity: r.Quantity, Arrived: r.Arrived, Note: r.Note,
		ExpectedOn: r.ExpectedOn, Status: TransferStatus(r.Status), SentAt: r.SentAt, SentBy: r.SentBy, EndedAt: r.EndedAt, EndedBy: r.EndedBy, id: r.ID, from: r.FromID, to: r.ToID}
}

// Transfers reads one page of what is on its way, or of all that ever was, the latest on top, and how many there are.
func Transfers(ctx context.Context, tx *store.Tx, all bool, limit, offset int64) ([]StockTransfer, int64, error) {
	if err := tx.Require(authz.InventoryRead); err != nil {
		return nil, 0, err
	}
	total, err := db.For(tx).CountTransfers(ctx, db.CountTransfersIn{Ended: all})
	if err != nil {
		return nil, 0, err
	}
	list, err := transfers(ctx, tx, db.ListTransfersIn{Ended: all, CountOf: int32(limit), Skip: int32(offset)})
	return list, total, err
}

// OnTheWay is what of a lot is on its way.
func OnTheWay(ctx context.Context, tx *store.Tx, lot id.ID) ([]StockTransfer, error) {
	if err := tx.Require(authz.InventoryRead); err != nil {
		return nil, err
	}
	return transfers(ctx, tx, db.ListTransfersIn{LotID: &lot, CountOf: latest})
}

func transfers(ctx context.Context, tx *store.Tx, in db.ListTransfersIn) ([]StockTransfer, error) {
	rows, err := db.For(tx).ListTransfers(ctx, in)
	list := make([]StockTransfer, len(rows))
	for i, r := range rows {
		list[i] = transferOf(r)
	}
	return list, err
}

// Arrive brings what was on its way to where it was sent. Of what is missing, the reason says what became of it: it is written off.
// Field names in errors are quantity and reason.
func Arrive(ctx context.Context, tx *store.Tx, reference string, arrived *quantity.Quantity, reason string) error {
	if err := tx.Require(authz.InventoryWrite); err != nil {
		return err
	}
	t, err := GetTransfer(ctx, tx, reference)
	if err != nil {
		return err
	}
	came := t.Quantity
	if arrived != nil {
		came = *arrived
	}
	switch {
	case came < 0:
		return fault.Invalid("quantity", "Enter how much arrived, or 0.")
	case came > t.Quantity:
		return fault.Invalid("quantity", fmt.Sprintf("Only %s was sent. Correct the stock of the lot afterwards.", quantity.Input(t.Quantity, t.Item.Unit)))
	case came < t.Quantity:
		if reason, err = because(reason); err != nil {
			return err
		}
	}
	return t.end(ctx, tx, Arrived, &came, func(l Lot, transit id.ID) error {
		if came > 0 {
			if err := l.carry(ctx, tx, transit, t.to, came, t.Note, t.source()); err != nil {
				return err
			}
		}
		return t.lose(ctx, tx, transit, t.Quantity-came, reason)
	})
}

// lose writes off what did not arrive.
func (t StockTransfer) lose(ctx context.Context, tx *store.Tx, transit id.ID, q quantity.Quantity, reason string) error {
	if q == 0 {
		return nil
	}
	l, err := lockLot(ctx, tx, t.Lot) // as it is after the rest arrived
	if err != nil {
		return err
	}
	value, err := l.share(q)
	if err != nil {
		return err
	}
	if err := post(ctx, tx, entry{item: l.Item.ID, lot: l.ID, location: transit, kind: Waste, quantity: -q, value: -value, reason: reason, source: t.source(), at: tx.Now()}); err != nil {
		return err
	}
	s, err := ReadSettings(ctx, tx)
	if err != nil {
		return err
	}
	return s.moved(ctx, tx, tx.Now(), l.Item.ID)
}

// CallBack brings what was on its way back to where it came from.
func CallBack(ctx context.Context, tx *store.Tx, reference string) error {
	if err := tx.Require(authz.InventoryWrite); err != nil {
		return err
	}
	t, err := GetTransfer(ctx, tx, reference)
	if err != nil {
		return err
	}
	if fault.Is(openLocation(ctx, tx, "from", t.from), fault.KindInvalid) {
		return fault.Conflict(t.From + " is archived. Restore it first, or let it arrive.")
	}
	return t.end(ctx, tx, CalledBack, nil, func(l Lot, transit id.ID) error {
		return l.carry(ctx, tx, transit, t.from, t.Quantity, "Called back", t.source())
	})
}

// end lets a transfer end once, with what follows from it.
func (t StockTransfer) end(ctx context.Context, tx *store.Tx, as TransferStatus, arrived *quantity.Quantity, follow func(Lot, id.ID) error) error {
	l, err := lockLot(ctx, tx, t.Lot)
	if err != nil {
		return err
	}
	now, by := tx.Now(), tx.Actor().UserID
	changed, err := db.For(tx).EndTransfer(ctx, db.EndTransferIn{ID: t.id, Status: string(as), Arrived: arrived, EndedAt: &now, EndedBy: &by})
	if err != nil {
		return err
	}
	if changed == 0 {
		return fault.Conflict("This transfer ended already.")
	}
	transit, err := db.For(tx).TransitLocation(ctx)
	if err != nil {
		return err
	}
	return follow(l, transit)
}
