package inventory

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory/internal/db"
	"craftplan/internal/money"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
)

// Need is how much of an item is wanted.
type Need struct {
	ItemID   id.ID
	Quantity quantity.Quantity
}

// Pick is a lot chosen by hand.
type Pick struct {
	LotID    id.ID
	Quantity quantity.Quantity
}

// Issue is stock that goes out for a purpose.
type Issue struct {
	Kind     Kind // Consumption or Sale
	Needs    []Need
	Picks    []Pick // an item some lots of which are picked is taken from these and no others, whatever is needed of it
	Override string // why expired and held lots may be taken, after all others; "" is never
	Source   Source
	Reason   string
	At       *calendar.Instant // when it happened; nil is now
	lenient  bool              // corrections need no word for what is expired or held, and nothing is owed by them
}

func (is Issue) all() bool { return is.lenient || is.Override != "" }

// Usage is what was taken from one lot.
type Usage struct {
	LotID, ItemID id.ID
	Quantity      quantity.Quantity
	Cost          money.Amount // the part of the lot's value that went with it; withheld from who sees no costs
}

// Issued is what an issue took. Owed is what it took beyond what there was, where the organization lets it.
type Issued struct {
	Usages []Usage
	Owed   []Shortage
}

// Shortage is an item there is not enough of.
type Shortage struct {
	Item
	Required, Available quantity.Quantity
	Withheld            quantity.Quantity // there is more, but expired or held
}

// Missing is how much more is needed.
func (s Shortage) Missing() quantity.Quantity { return s.Required - s.Available }

// Short is the refusal to take more than there is. It wraps a Conflict fault that names each item.
type Short struct {
	Shortages []Shortage
	fault     error
}

func (s *Short) Error() string { return s.fault.Error() }

// Unwrap gives the fault.
func (s *Short) Unwrap() error { return s.fault }

func short(shortages []Shortage) error {
	parts := make([]string, len(shortages))
	for i, s := range shortages {
		parts[i] = fmt.Sprintf("%s: %s needed, %s there", s.Name, quantity.Input(s.Required, s.Unit), quantity.Input(s.Available, s.Unit))
	}
	return &Short{shortages, fault.Conflict("There is not enough stock. " + strings.Join(parts, "; ") + ".")}
}

// Shortages compares needs with usable stock: available lots that are not expired, at any location.
func Shortages(ctx context.Context, tx *store.Tx, needs []Need) ([]Shortage, error) {
	if err := tx.Require(authz.InventoryRead); err != nil {
		return nil, err
	}
	needs = sum(needs)
	shelf, err := reach(ctx, tx, Issue{Needs: needs})
	if err != nil {
		return nil, err
	}
	return shelf.compare(ctx, tx, needs, false)
}

// Usable is how much of some items can be used: what is in available lots that are not expired, at any location.
func Usable(ctx context.Context, tx *store.Tx, items []id.ID) (map[id.ID]quantity.Quantity, error) {
	if err := tx.Require(authz.InventoryRead); err != nil {
		return nil, err
	}
	needs := make([]Need, len(items))
	for i, item := range items {
		needs[i].ItemID = item
	}
	shelf, err := reach(ctx, tx, Issue{Needs: needs})
	usable := map[id.ID]quantity.Quantity{}
	for _, s := range shelf {
		if !s.withheld {
			usable[s.item] += s.free
		}
	}
	return usable, err
}

// Take takes needs from lots, first expired first out: by expiry with none last, then by receipt, then by code. Expired, quarantined
// and blocked lots are skipped unless the override says why not. When anything is short, nothing is taken and the error is *Short;
// where the organization lets stock go below zero, the rest is noted as owed.
func Take(ctx context.Context, tx *store.Tx, is Issue) (Issued, error) {
	if err := tx.Require(authz.InventoryWrite); err != nil {
		return Issued{}, err
	}
	s, err := ReadSettings(ctx, tx)
	if err != nil {
		return Issued{}, err
	}
	at, err := s.when(tx, is.At)
	if err != nil {
		return Issued{}, err
	}
	is.At, is.Needs, is.Override = &at, sum(is.Needs), strings.TrimSpace(is.Override)
	if err := lock(ctx, tx, itemsOf(is.Needs)...); err != nil {
		return Issued{}, err
	}
	shelf, err := reach(ctx, tx, is)
	if err != nil {
		return Issued{}, err
	}
	if err := shelf.asOf(ctx, tx, at); err != nil {
		return Issued{}, err
	}
	picked, rest, err := shelf.byHand(is)
	if err != nil {
		return Issued{}, err
	}
	shortages, err := shelf.compare(ctx, tx, rest, is.all())
	if err != nil {
		return Issued{}, err
	}
	if len(shortages) > 0 && (s.Negative == Forbid || is.lenient) {
		return Issued{}, short(shortages)
	}
	issued, err := is.book(ctx, tx, append(picked, shelf.pick(rest, is.all())...), shortages)
	if err != nil {
		return Issued{}, err
	}
	return issued, s.moved(ctx, tx, at, itemsOf(is.Needs)...)
}

// book writes what was picked, and what is short as owed.
func (is Issue) book(ctx context.Context, tx *store.Tx, picked []picked, shortages []Shortage) (Issued, error) {
	done := Issued{Owed: shortages}
	for _, p := range picked {
		u, err := is.takeFrom(ctx, tx, p)
		if err != nil {
			return Issued{}, err
		}
		done.Usages = append(done.Usages, u)
	}
	for _, short := range shortages {
		u, err := is.owe(ctx, tx, short)
		if err != nil {
			return Issued{}, err
		}
		done.Usages = append(done.Usages, u)
	}
	return done, nil
}

func itemsOf(needs []Need) []id.ID {
	ids := make([]id.ID, len(needs))
	for i, n := range needs {
		ids[i] = n.ItemID
	}
	return ids
}

// sum adds up needs of the same item.
func sum(needs []Need) []Need {
	var total []Need
	at := map[id.ID]int{}
	for _, n := range needs {
		if i, ok := at[n.ItemID]; ok {
			total[i].Quantity += n.Quantity
			continue
		}
		at[n.ItemID] = len(total)
		total = append(total, n)
	}
	return total
}

// standing is a lot at a place.
type standing struct {
	lot, item, location id.ID
	code                string
	free                quantity.Quantity
	withheld            bool // expired or held
	received            calendar.Instant
}

// shelf is what can be reached of some items, in the order it is used.
type shelf []standing

func reach(ctx context.Context, tx *store.Tx, is Issue) (shelf, error) {
	rows, err := db.For(tx).Shelf(ctx, db.ShelfIn{Ids: store.List(itemsOf(is.Needs)), Made: is.Kind == Consumption})
	all := make(shelf, len(rows))
	for i, r := range rows {
		withheld := LotStatus(r.Status) != Available || r.ExpiresOn != nil && r.ExpiresOn.Before(tx.Today())
		all[i] = standing{r.ID, r.ItemID, r.LocationID, r.Code, r.OnHand, withheld, r.ReceivedAt}
	}
	return all, err
}

// asOf reduces what is free to what was free at an earlier moment and ever since.
func (s shelf) asOf(ctx context.Context, tx *store.Tx, at calendar.Instant) error {
	if !at.Before(tx.Now()) {
		return nil
	}
	for i := range s {
		then, err := lowest(ctx, tx, s[i].lot, s[i].location, at)
		if err != nil {
			return err
		}
		s[i].free = max(min(s[i].free, then), 0)
	}
	return nil
}

func (s shelf) compare(ctx context.Context, tx *store.Tx, needs []Need, all bool) ([]Shortage, error) {
	have, withheld := map[id.ID]quantity.Quantity{}, map[id.ID]quantity.Quantity{}
	for _, one := range s {
		if one.withheld && !all {
			withheld[one.item] += one.free
		} else {
			have[one.item] += one.free
		}
	}
	var missing []Need
	for _, n := range needs {
		if n.Quantity > have[n.ItemID] {
			missing = append(missing, n)
		}
	}
	if len(missing) == 0 {
		return nil, nil
	}
	named, err := itemsByID(ctx, tx, itemsOf(missing))
	if err != nil {
		return nil, err
	}
	shortages := make([]Shortage, len(missing))
	for i, n := range missing {
		shortages[i] = Shortage{named[n.ItemID], n.Quantity, have[n.ItemID], withheld[n.ItemID]}
	}
	slices.SortFunc(shortages, func(a, b Shortage) int { return strings.Compare(a.Name, b.Name) })
	return shortages, nil
}

type picked struct {
	standing
	quantity quantity.Quantity
}

// pick walks the shelf in its order, as far as it goes; what is withheld comes last, if at all.
func (s shelf) pick(needs []Need, all bool) []picked {
	var found []picked
	for _, n := range needs {
		rest := n.Quantity
		for _, withheld := range []bool{false, true} {
			for i := range s {
				if s[i].item != n.ItemID || s[i].withheld != withheld || withheld && !all || rest <= 0 || s[i].free <= 0 {
					continue
				}
				q := min(rest, s[i].free)
				found = append(found, picked{s[i], q})
				rest -= q
			}
		}
	}
	return found
}

// byHand takes what was picked by hand; the needs of other items are left over.
func (s shelf) byHand(is Issue) (found []picked, rest []Need, err error) {
	chosen := map[id.ID]bool{}
	for _, p := range is.Picks {
		left := p.Quantity
		var last standing
		for i := range s {
			if s[i].lot != p.LotID || left <= 0 {
				continue
			}
			last = s[i]
			q := min(left, s[i].free)
			if q > 0 {
				found = append(found, picked{s[i], q})
			}
			s[i].free -= q
			left -= q
		}
		switch {
		case p.Quantity <= 0:
			return nil, nil, fault.Invalid("lots", "Enter a quantity above zero.")
		case left > 0:
			return nil, nil, fault.Conflict("A lot that was chosen has less than that. Look at the lots again.")
		case last.withheld && !is.all():
			return nil, nil, fault.Invalid("override", "Lot "+last.code+" is expired or held. Say why it is used all the same.")
		}
		chosen[last.item] = true
	}
	for _, n := range is.Needs {
		if !chosen[n.ItemID] {
			rest = append(rest, n)
		}
	}
	return found, rest, nil
}

func (is Issue) takeFrom(ctx context.Context, tx *store.Tx, p picked) (Usage, error) {
	l, err := lotByID(ctx, tx, p.lot)
	if err != nil {
		return Usage{}, err
	}
	cost, err := l.share(p.quantity)
	if err != nil {
		return Usage{}, err
	}
	reason := is.Reason
	if p.withheld {
		reason = strings.TrimSpace(reason + " " + is.Override)
	}
	err = post(ctx, tx, entry{item: p.item, lot: p.lot, location: p.location, kind: is.Kind, quantity: -p.quantity, value: -cost, reason: reason, source: is.Source, at: *is.At})
	return Usage{p.lot, p.item, p.quantity, tx.Cost(cost)}, err
}

// owe notes what was used beyond what there was, at what it is supposed to cost.
func (is Issue) owe(ctx context.Context, tx *store.Tx, s Shortage) (Usage, error) {
	supposed, err := db.For(tx).SupposedCost(ctx, db.SupposedCostIn{ItemID: s.ID})
	if err != nil {
		return Usage{}, err
	}
	cost, err := supposed.ForQuantity(s.Missing())
	if err != nil {
		return Usage{}, err
	}
	owed, err := owedLot(ctx, tx, s.ID)
	if err != nil {
		return Usage{}, err
	}
	if owed == nil {
		owed = &Lot{ID: id.New(), Item: s.Item, Owed: true, Status: Available, ReceivedAt: *is.At, ReceivedOn: tx.Day(*is.At), UnitCost: supposed}
		if owed.Code, err = freeCode(ctx, tx, "OWED-"+s.SKU); err != nil {
			return Usage{}, err
		}
		if err := owed.create(ctx, tx); err != nil {
			return Usage{}, err
		}
	}
	if owed.OnHand == s.Missing() { // what was given back to it goes out again
		cost = owed.Value
	}
	reason := strings.TrimSpace(is.Reason + " More was used than there was.")
	err = post(ctx, tx, entry{item: s.ID, lot: owed.ID, location: mainOf(tx), kind: is.Kind, quantity: -s.Missing(), value: -cost, reason: reason, source: is.Source, at: *is.At})
	return Usage{owed.ID, s.ID, s.Missing(), tx.Cost(cost)}, err
}
