package demo

import (
	"cmp"
	"context"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"craftplan/internal/calendar"
	"craftplan/internal/catalog"
	"craftplan/internal/crm"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory"
	"craftplan/internal/money"
	"craftplan/internal/orders"
	"craftplan/internal/pricing"
	"craftplan/internal/production"
	"craftplan/internal/quantity"
	"craftplan/internal/search"
	"craftplan/internal/settings"
	"craftplan/internal/stocktake"
	"craftplan/internal/store"
)

const (
	pastDays   = 21
	futureDays = 7
)

// history writes the past, the present and the orders of the next days of a shop, in the order they would have happened.
type history struct {
	ctx   context.Context
	shop  shop
	today calendar.Date
	zone  *time.Location

	materials map[string]inventory.Material
	products  map[string]id.ID
	customers map[string]string // name to reference
	booked    map[int][]string  // orders by day, counted from today
}

// needs are the pieces of each product that all customers want on a day.
func (h *history) needs(day int) map[string]quantity.Quantity {
	total := map[string]quantity.Quantity{}
	for _, c := range h.shop.customers {
		if c.orders(day) {
			for sku := range c.wants {
				total[sku] += c.amount(sku, day)
			}
		}
	}
	return total
}

func (c customer) orders(day int) bool { return (day+pastDays-c.from)%c.every == 0 }

// amount is what a customer orders on a day: the usual, up to a fifth more or less, always the same in the same place.
func (c customer) amount(sku string, day int) quantity.Quantity {
	h := fnv.New32a()
	fmt.Fprintf(h, "%s %s %d", c.name, sku, day)
	usual := c.wants[sku]
	return quantity.Of(max(1, usual+usual*(int64(h.Sum32()%41)-20)/100))
}

// The days before the stall is open. A dozen more is made of something then.
const (
	firstStall  = -8
	secondStall = -1
)

// event is one thing that happened, hour o'clock of a day counted from today.
type event struct {
	day, hour int
	do        func(*store.Tx) error
}

func fill(ctx context.Context, st *store.Store, scope store.Scope, s shop) error {
	zone := scope.Context().Zone
	h := &history{ctx: ctx, shop: s, today: calendar.Of(time.Now(), zone), zone: zone, materials: map[string]inventory.Material{},
		products: map[string]id.ID{}, customers: map[string]string{}, booked: map[int][]string{}}
	for _, e := range h.events() {
		at := h.today.AddDays(e.day).At(e.hour, 0, zone).Time()
		if now := time.Now(); at.After(now) {
			at = now
		}
		if err := st.At(func() time.Time { return at }).Update(ctx, scope, e.do); err != nil {
			return fmt.Errorf("demo, day %d: %w", e.day, err)
		}
	}
	return nil
}

// events are all that happened. Nothing of the demo happens later than today: what is due later was ordered by yesterday.
func (h *history) events() []event {
	all := []event{{-pastDays - 4, 9, h.open}}
	all = append(all, event{-6, 20, h.count}, event{-1, 20, func(tx *store.Tx) error {
		_, err := stocktake.Start(h.ctx, tx, stocktake.Choice{Kind: inventory.OfMaterial})
		return err
	}})
	if h.shop.stall != "" {
		all = append(all, event{firstStall, 19, h.send}, event{firstStall + 1, 7, h.arrive}, event{secondStall, 19, h.send})
	}
	for _, r := range h.shop.reprices {
		all = append(all, event{-r.ago, 3, func(tx *store.Tx) error { return h.reprice(tx, r) }})
	}
	for day := -pastDays; day <= futureDays; day++ {
		all = append(all, event{min(day-3, -1), 11, func(tx *store.Tx) error { return h.order(tx, day) }})
		if day <= 0 {
			all = append(all, event{day, 4, func(tx *store.Tx) error { return h.make(tx, day) }})
		}
		if day < 0 {
			all = append(all, event{day, 18, func(tx *store.Tx) error { return h.deliver(tx, day) }})
		}
	}
	slices.SortStableFunc(all, func(a, b event) int { return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(a.hour, b.hour)) })
	return all
}

// count is a stocktake that found all materials as they should be. The next one is begun, and nobody counted yet.
func (h *history) count(tx *store.Tx) error {
	reference, err := stocktake.Start(h.ctx, tx, stocktake.Choice{Kind: inventory.OfMaterial})
	if err != nil {
		return err
	}
	c, err := stocktake.Get(h.ctx, tx, reference)
	if err != nil {
		return err
	}
	for _, l := range c.Lines {
		if err := stocktake.Record(h.ctx, tx, reference, l.Position, stocktake.Entry{Counted: &l.Book}); err != nil {
			return err
		}
	}
	return stocktake.Approve(h.ctx, tx, reference)
}

// send takes what was made for the stall there: after the day's deliveries it is the most that is left.
func (h *history) send(tx *store.Tx) error {
	places, err := inventory.OpenLocations(h.ctx, tx)
	if err != nil {
		return err
	}
	left, _, err := inventory.ListLots(h.ctx, tx, inventory.LotFilter{Kind: inventory.OfProduct, Limit: inventory.LotCap})
	if err != nil {
		return err
	}
	most := slices.MaxFunc(left, func(a, b inventory.Lot) int { return cmp.Compare(a.OnHand, b.OnHand) })
	move := inventory.Relocation{Lot: most.Code, From: places[0].ID, To: places[1].ID, Reason: "For the stall"}
	_, err = inventory.Send(h.ctx, tx, move, new(tx.Today().AddDays(1)))
	return err
}

// arrive takes in what is on its way.
func (h *history) arrive(tx *store.Tx) error {
	sent, _, err := inventory.Transfers(h.ctx, tx, false, 1, 0)
	if err != nil {
		return err
	}
	return inventory.Arrive(h.ctx, tx, sent[0].Reference, nil, "")
}

// open sets up the shop.
func (h *history) open(tx *store.Tx) error {
	if err := settings.Update(h.ctx, tx, h.shop.settings); err != nil {
		return err
	}
	if h.shop.stall != "" {
		if _, err := inventory.AddLocation(h.ctx, tx, h.shop.stall); err != nil {
			return err
		}
	}
	for _, m := range h.shop.materials {
		if err := h.addMaterial(tx, m); err != nil {
			return err
		}
	}
	if err := h.declare(tx); err != nil {
		return err
	}
	for _, p := range h.shop.products {
		if err := h.addProduct(tx, p); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	if err := h.describe(tx); err != nil {
		return err
	}
	for _, c := range h.shop.customers {
		if err := h.addCustomer(tx, c); err != nil {
			return err
		}
	}
	for _, l := range h.shop.lists {
		if err := h.addList(tx, l); err != nil {
			return fmt.Errorf("%s: %w", l.name, err)
		}
	}
	return nil
}

func (h *history) addMaterial(tx *store.Tx, m material) error {
	unit := quantity.Unit(m.unit)
	minimum, err := quantity.Parse(m.minimum, unit)
	if err != nil {
		return err
	}
	price, err := money.Parse(m.price, "en")
	if err != nil {
		return err
	}
	d := inventory.Details{Name: m.name, SKU: m.sku, Unit: unit, Price: price / money.Amount(unit.LargeSize()), Minimum: &minimum, Density: h.shop.foods[m.sku].density}
	h.materials[m.sku], err = inventory.Create(h.ctx, tx, d, nil)
	return err
}

// reprice gives a material another price, and the recipes their costs of that day.
func (h *history) reprice(tx *store.Tx, r reprice) error {
	m := h.materials[r.sku]
	price, err := money.Parse(r.price, "en")
	if err != nil {
		return err
	}
	m.Price = price / money.Amount(m.Unit.LargeSize())
	if h.materials[r.sku], err = inventory.Update(h.ctx, tx, r.sku, m.Details); err != nil {
		return err
	}
	return catalog.MaterialsChanged(h.ctx, tx, inventory.CostsChanged{Materials: []id.ID{m.ID}})
}

func (h *history) addProduct(tx *store.Tx, p product) error {
	price, err := money.Parse(p.price, "en")
	if err != nil {
		return err
	}
	made, err := catalog.Create(h.ctx, tx, catalog.Details{Name: p.name, SKU: p.sku, Status: "active", Price: price, ShelfLife: &p.keeps, GTIN: h.shop.labels[p.sku].barcodeNumber})
	if err != nil {
		return err
	}
	recipe := catalog.Input{Yield: quantity.Of(p.makes)}
	for i, text := range p.components {
		c, err := h.component(text)
		if err != nil {
			return err
		}
		c.Row = i
		recipe.Components = append(recipe.Components, c)
	}
	for i, s := range p.steps {
		recipe.Steps = append(recipe.Steps, catalog.StepInput{Row: i, Name: s.name, Minutes: quantity.Of(s.minutes), UnitsPerRun: quantity.Of(s.units)})
	}
	h.products[p.sku] = made.ID
	_, err = catalog.Publish(h.ctx, tx, made.ID, recipe)
	return err
}

func (h *history) component(text string) (c catalog.ComponentInput, err error) {
	parts := strings.Fields(text)
	m, bought := h.materials[parts[0]]
	if bought {
		c.MaterialID = m.ID
	} else {
		c.ProductID, m.Unit = h.products[parts[0]], quantity.Piece
	}
	if len(parts) > 2 {
		if c.Waste, err = strconv.ParseInt(parts[2], 10, 64); err != nil {
			return c, err
		}
		c.Waste *= 10_000
	}
	c.Quantity, err = quantity.Parse(parts[1], m.Unit)
	return c, err
}

func (h *history) addCustomer(tx *store.Tx, c customer) error {
	d := crm.Details{Kind: crm.Individual, Name: c.name, ContactName: c.contact, Shipping: h.shop.city}
	if c.company {
		d.Kind = crm.Company
	}
	d.Shipping.Street = c.street
	d.Email = "orders@" + strings.Trim(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, search.Fold(c.name)), "-") + ".example"
	made, err := crm.Create(h.ctx, tx, d)
	h.customers[c.name] = made.Reference
	return err
}

// addList puts customers into a group and says what they pay from then on.
func (h *history) addList(tx *store.Tx, l priceList) error {
	group, err := crm.AddGroup(h.ctx, tx, l.group)
	if err != nil {
		return err
	}
	for _, name := range l.customers {
		c, err := crm.Get(h.ctx, tx, h.customers[name])
		if err != nil {
			return err
		}
		c.GroupID = &group.ID
		if _, err := crm.Update(h.ctx, tx, c.Reference, c.Details); err != nil {
			return err
		}
	}
	d := pricing.Details{Name: l.name, GroupID: group.ID, Discount: l.discount * 10_000}
	for i, text := range l.prices {
		parts := strings.Fields(text)
		minimum, err := quantity.Parse(parts[1], quantity.Piece)
		if err != nil {
			return err
		}
		price, err := money.Parse(parts[2], "en")
		if err != nil {
			return err
		}
		d.Rows = append(d.Rows, pricing.Row{Row: i, ProductID: h.products[parts[0]], Break: pricing.Break{Minimum: minimum, Price: price}})
	}
	_, err = pricing.Create(h.ctx, tx, d)
	return err
}

// order books what the customers want on a day; the days that are far away are not all confirmed.
func (h *history) order(tx *store.Tx, day int) error {
	for i, c := range h.shop.customers {
		if !c.orders(day) {
			continue
		}
		n := orders.NewOrder{CustomerReference: h.customers[c.name], Fulfilment: "pickup", DeliveryAt: h.today.AddDays(day).At(c.at[0], c.at[1], h.zone), Discount: orders.Discount{Kind: orders.NoDiscount}}
		if c.delivery {
			n.Fulfilment = "delivery"
		}
		for j, sku := range slices.Sorted(maps.Keys(c.wants)) {
			n.Lines = append(n.Lines, orders.NewLine{Row: j, ProductID: h.products[sku], Quantity: c.amount(sku, day)})
		}
		o, err := orders.Create(h.ctx, tx, n)
		if err != nil {
			return fmt.Errorf("order of %s: %w", c.name, err)
		}
		h.booked[day] = append(h.booked[day], o.Reference)
		if day >= 0 && (i+day)%5 == 4 {
			continue
		}
		if _, err := orders.Move(h.ctx, tx, o.Reference, orders.Confirmed); err != nil {
			return err
		}
	}
	return nil
}

// make batches, starts and completes what is due; of today only a part is done yet.
func (h *history) make(tx *store.Tx, day int) error {
	if (day+pastDays)%7 == 0 {
		if err := h.restock(tx, day); err != nil {
			return err
		}
	}
	for i, sku := range slices.Sorted(maps.Keys(h.needs(day))) {
		if day == 0 && i%5 == 4 {
			continue
		}
		batch, err := production.BatchAll(h.ctx, tx, sku, h.today.AddDays(day))
		if fault.Is(err, fault.KindConflict) {
			continue // all of it is in orders that are not confirmed yet
		}
		if err != nil {
			return err
		}
		if day == 0 && i%5 == 3 {
			continue
		}
		if batch, err = production.Start(h.ctx, tx, batch.Code); err != nil {
			return err
		}
		if day == 0 {
			short, err := production.Shortages(h.ctx, tx, batch)
			if err != nil {
				return err
			}
			if len(short) > 0 || i%5 >= 2 {
				continue
			}
		}
		done := production.Completion{Produced: batch.Planned, Scrap: quantity.Of(int64(i % 4 / 3))} // sometimes a piece fails
		if i%4 == 1 {
			done.Produced += quantity.Of(1) // sometimes there is one more
		}
		if i == 0 && h.shop.stall != "" && (day == firstStall || day == secondStall) {
			done.Produced += quantity.Of(12)
		}
		if _, err := production.Complete(h.ctx, tx, batch.Code, done); err != nil {
			return err
		}
	}
	return nil
}

// restock receives what the next seven days need beyond what is there, in whole packs. Of what comes late this week, just
// enough came last week.
func (h *history) restock(tx *store.Tx, day int) error {
	wanted, err := h.wanted(tx, day)
	if err != nil {
		return err
	}
	for _, m := range h.shop.materials {
		if err := h.receive(tx, m, day, wanted[h.materials[m.sku].ID]); err != nil {
			return err
		}
	}
	return nil
}

// wanted is what a week takes of each material.
func (h *history) wanted(tx *store.Tx, day int) (map[id.ID]quantity.Quantity, error) {
	plans, err := catalog.Plans(h.ctx, tx, slices.Collect(maps.Values(h.products)))
	if err != nil {
		return nil, err
	}
	wanted := map[id.ID]quantity.Quantity{}
	for d := day; d < day+7; d++ {
		for sku, pieces := range h.needs(d) {
			for _, t := range plans[h.products[sku]].Takes {
				q, err := t.For(pieces + quantity.Of(1)) // one piece may be scrapped
				if err != nil {
					return nil, err
				}
				wanted[t.ID] += q
			}
		}
	}
	return wanted, nil
}

const week = 7

func (h *history) receive(tx *store.Tx, m material, day int, q quantity.Quantity) error {
	made := h.materials[m.sku]
	if m.keeps == 0 || m.keeps > 2*week { // what keeps shorter than that is not counted on
		now, err := inventory.Get(h.ctx, tx, m.sku)
		if err != nil {
			return err
		}
		q -= now.OnHand
	}
	if q <= 0 || m.late && day == 0 {
		return nil
	}
	pack, err := quantity.Parse(m.pack, made.Unit)
	if err != nil {
		return err
	}
	if !m.late || day < -week {
		q = (q + q/10 + pack - 1) / pack * pack
	}
	r := inventory.Receipt{ItemID: made.ID, Kind: inventory.Received, Quantity: q, UnitCost: made.Price, Reason: "Weekly delivery"}
	if m.keeps > 0 {
		until := tx.Today().AddDays(m.keeps)
		r.ExpiresOn = &until
	}
	_, err = inventory.Receive(h.ctx, tx, r)
	return err
}

// deliver closes a day.
func (h *history) deliver(tx *store.Tx, day int) error {
	for _, reference := range h.booked[day] {
		if _, err := orders.Move(h.ctx, tx, reference, orders.Delivered); err != nil {
			return err
		}
	}
	return nil
}
