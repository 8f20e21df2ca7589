package inventory

import (
	"context"
	"fmt"

	"craftplan/internal/audit"
	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory/internal/db"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
)

// Location is a place where stock stands. The first one has the organization's own id, and stays.
type Location struct {
	ID         id.ID
	Name       string
	First      bool
	Receives   bool  // what is bought goes there
	Produces   bool  // batches take from it first, and bring what they make
	Lots       int64 // in stock there; only in Locations
	ArchivedAt *calendar.Instant
}

// Locations are all places with how many lots stand there, the first one on top.
func Locations(ctx context.Context, tx *store.Tx) ([]Location, error) {
	if err := tx.Require(authz.InventoryRead); err != nil {
		return nil, err
	}
	all, err := locations(ctx, tx)
	if err != nil {
		return nil, err
	}
	rows, err := db.For(tx).LotsAtLocations(ctx)
	lots := map[id.ID]int64{}
	for _, r := range rows {
		lots[r.LocationID] = r.Lots
	}
	for i := range all {
		all[i].Lots = lots[all[i].ID]
	}
	return all, err
}

// OpenLocations are the places that stock may come to. There is always the first.
func OpenLocations(ctx context.Context, tx *store.Tx) ([]Location, error) {
	if err := tx.Require(authz.InventoryRead); err != nil {
		return nil, err
	}
	all, err := locations(ctx, tx)
	var open []Location
	for _, l := range all {
		if l.ArchivedAt == nil {
			open = append(open, l)
		}
	}
	return open, err
}

func locations(ctx context.Context, tx *store.Tx) ([]Location, error) {
	rows, err := db.For(tx).Locations(ctx)
	all := make([]Location, len(rows))
	receives, produces := 0, 0
	for i, r := range rows {
		all[i] = Location{r.ID, r.Name, r.ID == mainOf(tx), r.Receives, r.Produces, 0, r.ArchivedAt}
		if r.Receives {
			receives = i
		}
		if r.Produces {
			produces = i
		}
	}
	if len(all) > 0 {
		all[receives].Receives, all[produces].Produces = true, true
	}
	return all, err
}

// location is one of the organization's places.
func location(ctx context.Context, tx *store.Tx, which id.ID) (Location, error) {
	all, err := locations(ctx, tx)
	for _, l := range all {
		if l.ID == which {
			return l, err
		}
	}
	if err == nil {
		err = fault.NotFound("location")
	}
	return Location{}, err
}

const (
	locationLock = "locations"
	maxLocations = 50
)

// freeLocation cleans a name that no other place has, nor what is on its way.
func freeLocation(ctx context.Context, tx *store.Tx, which id.ID, name string) (free, former string, err error) {
	if err := tx.Lock(ctx, locationLock); err != nil {
		return "", "", err
	}
	rows, err := db.For(tx).LocationNames(ctx)
	taken := make([]named, len(rows))
	for i, r := range rows {
		taken[i] = named{r.ID, r.Name, false, r.Archived}
	}
	if err != nil {
		return "", "", err
	}
	if which.IsZero() && len(taken) >= maxLocations {
		return "", "", fault.Invalid("name", fmt.Sprintf("There are %d locations already.", maxLocations))
	}
	return freeName(name, which, taken)
}

// AddLocation adds a place. Field names in errors are name.
func AddLocation(ctx context.Context, tx *store.Tx, name string) (Location, error) {
	if err := tx.Require(authz.SettingsWrite); err != nil {
		return Location{}, err
	}
	name, _, err := freeLocation(ctx, tx, id.ID{}, name)
	if err != nil {
		return Location{}, err
	}
	l := Location{ID: id.New(), Name: name}
	if err := db.For(tx).CreateLocation(ctx, db.CreateLocationIn{ID: l.ID, Kind: "place", Name: name, CreatedAt: tx.Now()}); err != nil {
		return Location{}, err
	}
	return l, noted(ctx, tx, audit.Added, audit.Location, name)
}

// RenameLocation gives a place another name, on old records too.
func RenameLocation(ctx context.Context, tx *store.Tx, which id.ID, name string) error {
	if err := tx.Require(authz.SettingsWrite); err != nil {
		return err
	}
	name, former, err := freeLocation(ctx, tx, which, name)
	if err != nil {
		return err
	}
	changed, err := db.For(tx).RenameLocation(ctx, db.RenameLocationIn{ID: which, Name: name})
	if err := own(changed, err, "location"); err != nil {
		return err
	}
	return renamed(ctx, tx, audit.Location, former, name)
}

// ArchiveLocation closes a place that is empty and that nothing goes to by itself.
func ArchiveLocation(ctx context.Context, tx *store.Tx, which id.ID) error {
	if err := tx.Require(authz.SettingsWrite); err != nil {
		return err
	}
	if err := tx.Lock(ctx, locationLock); err != nil {
		return err
	}
	l, err := location(ctx, tx, which)
	if err != nil {
		return err
	}
	switch {
	case l.First:
		return fault.Conflict("The first location stays. Rename it instead.")
	case l.Receives || l.Produces:
		return fault.Conflict("Stock goes to " + l.Name + " by itself. Choose another place for it first.")
	}
	now := tx.Now()
	changed, err := db.For(tx).ArchiveLocation(ctx, db.ArchiveLocationIn{ID: which, ArchivedAt: &now})
	if err != nil {
		return err
	}
	if changed == 0 {
		return fault.Conflict("There is stock at " + l.Name + ", or on its way there. Move it first.")
	}
	return noted(ctx, tx, audit.Archived, audit.Location, l.Name)
}

// RestoreLocation opens a place again.
func RestoreLocation(ctx context.Context, tx *store.Tx, which id.ID) error {
	if err := tx.Require(authz.SettingsWrite); err != nil {
		return err
	}
	name, err := db.For(tx).RestoreLocation(ctx, db.RestoreLocationIn{ID: which})
	return notedOwn(ctx, tx, audit.Restored, audit.Location, name, err)
}

// SetHomes says where stock goes by itself: what is bought, and what batches make. Field names in errors are receives and produces.
func SetHomes(ctx context.Context, tx *store.Tx, receives, produces id.ID) error {
	if err := tx.Require(authz.SettingsWrite); err != nil {
		return err
	}
	if err := tx.Lock(ctx, locationLock); err != nil {
		return err
	}
	if err := openLocation(ctx, tx, "receives", receives); err != nil {
		return err
	}
	if err := openLocation(ctx, tx, "produces", produces); err != nil {
		return err
	}
	was, err := homes(ctx, tx)
	if err != nil {
		return err
	}
	if _, err := db.For(tx).SetHomes(ctx, db.SetHomesIn{ID: receives, ID_2: produces}); err != nil {
		return err
	}
	became, err := homes(ctx, tx)
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Change{Action: audit.Changed, Kind: audit.StockSettings, Was: was, Became: became})
}

// homes are where stock goes by itself, for the audit log.
func homes(ctx context.Context, tx *store.Tx) (audit.Fields, error) {
	all, err := locations(ctx, tx)
	f := audit.Fields{}
	for _, l := range all {
		if l.Receives {
			f["What is bought goes to"] = l.Name
		}
		if l.Produces {
			f["Batches work at"] = l.Name
		}
	}
	return f, err
}

// openLocation refuses what is no place that stock may come to.
func openLocation(ctx context.Context, tx *store.Tx, field string, which id.ID) error {
	l, err := location(ctx, tx, which)
	if err == nil && l.ArchivedAt != nil || fault.Is(err, fault.KindNotFound) {
		return fault.Invalid(field, "Choose a location of the list.")
	}
	return err
}

// home is where stock of a kind goes that nobody named a place for.
func home(ctx context.Context, tx *store.Tx, k Kind) (id.ID, error) {
	which, err := db.For(tx).Home(ctx, db.HomeIn{Made: k == Production})
	if err = store.Translate(err); fault.Is(err, fault.KindNotFound) {
		return mainOf(tx), nil
	}
	return which, err
}

// Spread is where an item stands: in all, and lot by lot.
type Spread struct {
	Places []Place
	Lots   map[id.ID][]Place
}

// SpreadOf reads where an item stands, the first location on top.
func SpreadOf(ctx context.Context, tx *store.Tx, item id.ID) (Spread, error) {
	if err := tx.Require(authz.InventoryRead); err != nil {
		return Spread{}, err
	}
	rows, err := db.For(tx).StockOfItem(ctx, db.StockOfItemIn{ItemID: item})
	s := Spread{Lots: map[id.ID][]Place{}}
	for _, r := range rows {
		p := Place{r.LocationID, r.Name, r.Kind == "transit", r.OnHand}
		s.Lots[r.LotID] = append(s.Lots[r.LotID], p)
		if n := len(s.Places); n > 0 && s.Places[n-1].LocationID == p.LocationID {
			s.Places[n-1].OnHand += p.OnHand
		} else {
			s.Places = append(s.Places, p)
		}
	}
	return s, err
}

// Relocation takes stock of a lot from one place to another. Field names in errors are from, to, quantity and reason.
type Relocation struct {
	Lot      string // its code
	From, To id.ID
	Quantity *quantity.Quantity // nil is all that is there
	Reason   string
}

// Relocate moves a lot, or a part of it, to another place. It stays the lot it is, and is worth what it was.
func Relocate(ctx context.Context, tx *store.Tx, r Relocation) error {
	if err := tx.Require(authz.InventoryWrite); err != nil {
		return err
	}
	l, q, err := r.prepare(ctx, tx)
	if err != nil {
		return err
	}
	return l.carry(ctx, tx, r.From, r.To, q, r.Reason, Source{sourceMove, id.New(), ""})
}

// prepare locks the lot and tells how much of it goes.
func (r Relocation) prepare(ctx context.Context, tx *store.Tx) (Lot, quantity.Quantity, error) {
	l, err := lockLot(ctx, tx, r.Lot)
	if err != nil {
		return Lot{}, 0, err
	}
	if err := openLocation(ctx, tx, "to", r.To); err != nil {
		return Lot{}, 0, err
	}
	if r.From == r.To {
		return Lot{}, 0, fault.Invalid("to", "It is there already. Choose another location.")
	}
	q, err := r.amount(ctx, tx, l)
	return l, q, err
}

// carry posts that a part of the lot left one location and came to another.
func (l Lot) carry(ctx context.Context, tx *store.Tx, from, to id.ID, q quantity.Quantity, reason string, source Source) error {
	value, err := l.share(q)
	if err != nil {
		return err
	}
	e := entry{item: l.Item.ID, lot: l.ID, location: from, kind: Transfer, quantity: -q, value: -value, reason: reason, source: source, at: tx.Now()}
	if err := post(ctx, tx, e); err != nil {
		return err
	}
	e.location, e.quantity, e.value = to, q, value
	return post(ctx, tx, e)
}

// amount is how much of the lot goes: what was said, if as much is there.
func (r Relocation) amount(ctx context.Context, tx *store.Tx, l Lot) (quantity.Quantity, error) {
	places, err := Places(ctx, tx, l.ID)
	if err != nil {
		return 0, err
	}
	for _, p := range places {
		switch {
		case p.LocationID != r.From || p.Transit || p.OnHand <= 0:
		case r.Quantity == nil:
			return p.OnHand, nil
		case *r.Quantity <= 0:
			return 0, fault.Invalid("quantity", "Enter a quantity above zero.")
		case *r.Quantity > p.OnHand:
			return 0, fault.Invalid("quantity", fmt.Sprintf("There is less than that at %s: %s.", p.Name, quantity.Input(p.OnHand, l.Item.Unit)))
		default:
			return *r.Quantity, nil
		}
	}
	return 0, fault.Invalid("from", "Nothing of the lot is there.")
}
