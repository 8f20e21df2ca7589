package isolation

import (
	"context"
	"fmt"

	"craftplan/internal/calendar"
	"craftplan/internal/catalog"
	"craftplan/internal/crm"
	"craftplan/internal/id"
	"craftplan/internal/inventory"
	"craftplan/internal/mail"
	"craftplan/internal/money"
	"craftplan/internal/nutrition"
	"craftplan/internal/orders"
	"craftplan/internal/pricing"
	"craftplan/internal/production"
	"craftplan/internal/quantity"
	"craftplan/internal/settings"
	"craftplan/internal/stocktake"
	"craftplan/internal/store"
)

// goods is what an organization has: some of everything, in every state that a route needs. Every text of its own has the word in
// it. More is how many more of each numbered thing there are, so that some references of B are none of A's.
type goods struct {
	ctx  context.Context
	word string
	more int
}

// common is what both organizations call the same.
const (
	commonSKU  = "SALT-001"
	commonName = "Sea Salt"
)

// sku is one that only this organization has.
func (g goods) sku(what string) string { return fmt.Sprintf("%.3s-%s", g.word, what) }

func (g goods) stock(st *store.Store, owner store.Scope) error {
	return st.Update(g.ctx, owner, func(tx *store.Tx) error {
		for _, step := range []func(*store.Tx) error{g.choices, g.food, g.materials, g.counts, g.products, g.customers, g.prices, g.orders} {
			if err := step(tx); err != nil {
				return err
			}
		}
		return nil
	})
}

func (g goods) choices(tx *store.Tx) error {
	err := settings.Update(g.ctx, tx, settings.Settings{TaxMode: settings.Exclusive, TaxRate: 100_000, ShippingFlat: 5 * money.Micro, LaborHourlyRate: 20 * money.Micro, OverheadRate: 50_000,
		Retail: settings.Markup{Mode: settings.Fixed, Value: 10 * int64(money.Micro)}})
	if err != nil {
		return err
	}
	if err := settings.UpdateLabels(g.ctx, tx, settings.Labels{Law: nutrition.EU, Producer: g.word + " producer", Address: g.word + " Lane 1"}); err != nil {
		return err
	}
	return mail.ChangeSettings(g.ctx, tx, mail.Settings{SenderName: g.word + " mail", ReplyTo: "reply@" + g.word + ".example"})
}

// food is what the organization's labels name beyond the law's, and one of each that it gave up.
func (g goods) food(tx *store.Tx) error {
	for _, what := range []string{" dust", " pollen"} {
		if err := inventory.AddAllergen(g.ctx, tx, g.word+what); err != nil {
			return err
		}
		if err := inventory.AddNutrient(g.ctx, tx, inventory.NewNutrient{Name: g.word + what, Unit: "g"}); err != nil {
			return err
		}
	}
	allergens, err := inventory.Allergens(g.ctx, tx)
	if err != nil {
		return err
	}
	for _, a := range allergens {
		if a.Name == g.word+" pollen" {
			if err := inventory.ArchiveAllergen(g.ctx, tx, a.ID); err != nil {
				return err
			}
		}
	}
	nutrients, err := inventory.Nutrients(g.ctx, tx)
	if err != nil {
		return err
	}
	for _, n := range nutrients {
		if n.Name == g.word+" pollen" {
			if err := inventory.ArchiveNutrient(g.ctx, tx, n.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

func (g goods) materials(tx *store.Tx) error {
	much := quantity.Of(200_000) // so that something is low
	for i, d := range []inventory.Details{{Name: g.word + " flour", SKU: g.sku("FLOUR")}, {Name: commonName, SKU: commonSKU}, {Name: g.word + " dust", SKU: g.sku("DUST")}, {Name: g.word + " yeast", SKU: g.sku("YEAST"), Minimum: &much}} {
		d.Unit, d.Price, d.Notes = quantity.Gram, money.Micro/1000, "Kept by "+g.word
		d.Tags = []string{g.word + " tag"}
		d.Packs = []quantity.Pack{{Name: g.word + " sack", Quantity: quantity.Of(25_000)}}
		lot := fmt.Sprintf("%s-LOT-%d", g.word, i)
		_, err := inventory.Create(g.ctx, tx, d, &inventory.Receipt{Quantity: quantity.Of(100_000), UnitCost: d.Price, LotCode: lot, Reason: g.word + " opening"})
		if err != nil {
			return err
		}
		if err := inventory.Adjust(g.ctx, tx, inventory.Change{Lot: lot, Delta: -quantity.Of(10), Kind: inventory.Waste, Reason: g.word + " spilled it"}); err != nil {
			return err
		}
		for _, part := range []string{"-B", "-C"} {
			if _, err := inventory.Split(g.ctx, tx, lot, quantity.Of(100), lot+part); err != nil {
				return err
			}
		}
		if err := inventory.SetStatus(g.ctx, tx, lot+"-B", inventory.Quarantined, g.word+" looks at it"); err != nil {
			return err
		}
	}
	if err := g.declare(tx); err != nil {
		return err
	}
	for _, name := range []string{g.word + " cellar", g.word + " attic"} {
		l, err := inventory.AddLocation(g.ctx, tx, name)
		if err != nil {
			return err
		}
		some := quantity.Of(5)
		for i := range 1 + g.more {
			if name == g.word+" attic" {
				break // stays empty
			}
			move := inventory.Relocation{Lot: fmt.Sprintf("%s-LOT-%d", g.word, i), From: id.ID{UUID: tx.Organization().UUID}, To: l.ID, Quantity: &some, Reason: "Cooler, says " + g.word}
			if err := inventory.Relocate(g.ctx, tx, move); err != nil {
				return err
			}
		}
	}
	if err := g.transfers(tx); err != nil {
		return err
	}
	closed, err := inventory.AddLocation(g.ctx, tx, g.word+" shed")
	if err != nil {
		return err
	}
	if err := inventory.ArchiveLocation(g.ctx, tx, closed.ID); err != nil {
		return err
	}
	unused := inventory.Details{Name: "Unused " + g.word, SKU: g.sku("NEVER"), Unit: quantity.Gram, Notes: "Kept by " + g.word}
	if _, err := inventory.Create(g.ctx, tx, unused, nil); err != nil {
		return err
	}
	return inventory.Archive(g.ctx, tx, g.sku("DUST"))
}

// declare says what is in the flour.
func (g goods) declare(tx *store.Tx) error {
	allergens, err := inventory.Allergens(g.ctx, tx)
	if err != nil {
		return err
	}
	nutrients, err := inventory.Nutrients(g.ctx, tx)
	if err != nil {
		return err
	}
	d := inventory.Declaration{Name: g.word + " meal", Ingredients: g.word + " grain", Checked: true, Basis: quantity.Gram, Amounts: inventory.Amounts{nutrients[0].ID: quantity.Of(1500)}}
	d.Allergens = []inventory.Present{{Allergen: allergens[0], Called: g.word + " wheat"}}
	return inventory.Declare(g.ctx, tx, g.sku("FLOUR"), d)
}

// transfers are on their way, arrived and called back.
func (g goods) transfers(tx *store.Tx) error {
	places, err := inventory.OpenLocations(g.ctx, tx)
	if err != nil {
		return err
	}
	for i := range 5 + g.more {
		some, day := quantity.Of(1), tx.Today().AddDays(1)
		move := inventory.Relocation{Lot: g.word + "-LOT-0", From: places[0].ID, To: places[len(places)-1].ID, Quantity: &some, Reason: "For the shop of " + g.word}
		reference, err := inventory.Send(g.ctx, tx, move, &day)
		if err != nil {
			return err
		}
		switch i {
		case 1:
			err = inventory.Arrive(g.ctx, tx, reference, nil, "")
		case 2:
			err = inventory.CallBack(g.ctx, tx, reference)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// counts are open, approved and cancelled, and things are weighed in containers.
func (g goods) counts(tx *store.Tx) error {
	for _, name := range []string{g.word + " bucket", g.word + " tub"} {
		if err := stocktake.AddContainer(g.ctx, tx, stocktake.Container{Name: name, Tare: quantity.Of(450)}); err != nil {
			return err
		}
	}
	places, err := inventory.OpenLocations(g.ctx, tx)
	if err != nil {
		return err
	}
	var cellar id.ID
	for _, p := range places {
		if p.Name == g.word+" cellar" {
			cellar = p.ID
		}
	}
	for i := range 5 + g.more {
		reference, err := stocktake.Start(g.ctx, tx, stocktake.Choice{Kind: inventory.OfMaterial, Location: &cellar}) // few lines
		if err != nil {
			return err
		}
		c, err := stocktake.Get(g.ctx, tx, reference)
		if err != nil {
			return err
		}
		entry := stocktake.Entry{Counted: &c.Lines[0].Book, Reason: g.word + " saw it"}
		if err := stocktake.Record(g.ctx, tx, reference, 1, entry); err != nil {
			return err
		}
		switch i {
		case 1:
			err = stocktake.Approve(g.ctx, tx, reference)
		case 2:
			err = stocktake.Cancel(g.ctx, tx, reference)
		case 3:
			if err = stocktake.Approve(g.ctx, tx, reference); err == nil {
				err = stocktake.Undo(g.ctx, tx, reference, g.word+" counted the wrong shelf")
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (g goods) products(tx *store.Tx) error {
	materials, err := inventory.Options(g.ctx, tx)
	if err != nil {
		return err
	}
	var first id.ID
	for i, d := range []catalog.Details{{Name: g.word + " loaf", SKU: g.sku("LOAF")}, {Name: "Plain Tart", SKU: "TART-001"}} {
		d.Status, d.Price, d.Notes = "active", 8*money.Micro, g.word+"'s own"
		p, err := catalog.Create(g.ctx, tx, d)
		if err != nil {
			return err
		}
		in := catalog.Input{Yield: quantity.Of(10), Notes: g.word + " way", Steps: []catalog.StepInput{{Name: g.word + " kneads", Minutes: quantity.Of(10), UnitsPerRun: quantity.Of(10)}}}
		for _, m := range materials[:2] {
			in.Components = append(in.Components, catalog.ComponentInput{MaterialID: m.ID, Quantity: quantity.Of(500)})
		}
		if i > 0 {
			in.Components = append(in.Components, catalog.ComponentInput{ProductID: first, Quantity: quantity.Of(1)})
		}
		first = p.ID
		for range 2 + g.more - i {
			if _, err := catalog.Publish(g.ctx, tx, p.ID, in); err != nil {
				return err
			}
		}
		if err := catalog.SaveDraft(g.ctx, tx, p.ID, map[string]string{"notes": g.word + " draft", "yield": "9"}); err != nil {
			return err
		}
		label := catalog.Declaration{FoodName: g.word + " food", Unit: quantity.Gram, Net: quantity.Of(400), Storage: g.word + " keeps it dry", Highlighted: []id.ID{materials[0].ID}}
		if err := catalog.Declare(g.ctx, tx, p.SKU, label); err != nil {
			return err
		}
	}
	return nil
}

func (g goods) customers(tx *store.Tx) error {
	for i := range 3 + g.more {
		d := crm.Details{Kind: crm.Company, Name: fmt.Sprintf("%s café %d", g.word, i), ContactName: g.word + " Fox", Email: g.word + "-cafe@cafe.example", Phone: "555 0100", Notes: "Likes " + g.word,
			Billing: crm.Address{Street: fmt.Sprintf("%d %s Street", i+1, g.word), City: g.word + "ton", Country: "Norway"}, Shipping: crm.Address{Street: g.word + " Lane", City: g.word + "ton", Country: "Norway"}}
		if _, err := crm.Create(g.ctx, tx, d); err != nil {
			return err
		}
	}
	return crm.Archive(g.ctx, tx, "CU-0003")
}

// prices are lists of years that are over, one of them archived, and one that is valid; the first two customers pay them.
func (g goods) prices(tx *store.Tx) error {
	products, err := catalog.Options(g.ctx, tx)
	if err != nil {
		return err
	}
	for i, name := range []string{g.word + " cafés", g.word + " shops", g.word + " kiosks"} {
		group, err := crm.AddGroup(g.ctx, tx, name)
		if err != nil || i == 2 { // has no list, so that it can be removed
			return err
		}
		c, err := crm.Get(g.ctx, tx, fmt.Sprintf("CU-000%d", i+1))
		if err != nil {
			return err
		}
		c.GroupID = &group.ID
		if _, err := crm.Update(g.ctx, tx, c.Reference, c.Details); err != nil {
			return err
		}
		for n := range 2 {
			from, until := tx.Today().AddDays(-100*n-50), tx.Today().AddDays(-100*n+1)
			l, err := pricing.Create(g.ctx, tx, pricing.Details{Name: fmt.Sprintf("%s prices %d-%d", g.word, i, n), GroupID: group.ID, Discount: 50_000, ValidFrom: &from, ValidUntil: &until,
				Rows: []pricing.Row{{ProductID: products[0].ID, Break: pricing.Break{Minimum: quantity.Of(2), Price: 7 * money.Micro}}}})
			if err != nil {
				return err
			}
			if n == 1 {
				if err := pricing.Archive(g.ctx, tx, l.ID); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// orders are in every state, and so are the batches that some of them are made in.
func (g goods) orders(tx *store.Tx) error {
	products, err := catalog.Options(g.ctx, tx)
	if err != nil {
		return err
	}
	today := tx.Today()
	for i := range 6 + g.more {
		n := orders.NewOrder{CustomerReference: "CU-0001", Fulfilment: "delivery", DeliveryAt: today.AddDays(i%4).At(18, 0, tx.Context().Zone), Notes: "For " + g.word, Discount: orders.Discount{Kind: orders.NoDiscount}}
		for row, p := range products {
			n.Lines = append(n.Lines, orders.NewLine{Row: row, ProductID: p.ID, Quantity: quantity.Of(int64(i + 1))})
		}
		o, err := orders.Create(g.ctx, tx, n)
		if err != nil {
			return err
		}
		if i == 5 {
			continue // is not confirmed
		}
		if _, err := orders.Move(g.ctx, tx, o.Reference, orders.Confirmed); err != nil {
			return err
		}
	}
	if err := g.batches(tx, today); err != nil {
		return err
	}
	return g.delivered(tx, today, products)
}

// delivered is an order of tarts that were left over.
func (g goods) delivered(tx *store.Tx, today calendar.Date, products []catalog.Option) error {
	n := orders.NewOrder{CustomerReference: "CU-0001", Fulfilment: "delivery", DeliveryAt: today.At(18, 0, tx.Context().Zone), Notes: "For " + g.word, Discount: orders.Discount{Kind: orders.NoDiscount}}
	for _, p := range products {
		if p.SKU == "TART-001" {
			n.Lines = []orders.NewLine{{ProductID: p.ID, Quantity: quantity.Of(1)}}
		}
	}
	o, err := orders.Create(g.ctx, tx, n)
	if err != nil {
		return err
	}
	for _, to := range []orders.Status{orders.Confirmed, orders.Ready, orders.Delivered} {
		if _, err := orders.Move(g.ctx, tx, o.Reference, to); err != nil {
			return err
		}
	}
	return nil
}

// batches: tomorrow's are planned, one of the day after is begun, and those of the day after that are done, with enough tarts
// left over for those that wait today.
func (g goods) batches(tx *store.Tx, today calendar.Date) error {
	for _, b := range []struct {
		day int
		sku string
	}{{1, g.sku("LOAF")}, {2, g.sku("LOAF")}, {3, "TART-001"}, {3, g.sku("LOAF")}} {
		made, err := production.BatchAll(g.ctx, tx, b.sku, today.AddDays(b.day))
		if err != nil {
			return err
		}
		if b.day == 1 {
			continue
		}
		if made, err = production.Start(g.ctx, tx, made.Code); err != nil {
			return err
		}
		if b.day == 3 {
			done := production.Completion{Produced: made.Planned}
			if b.sku == "TART-001" {
				done.Produced += quantity.Of(10)
			}
			if _, err = production.Complete(g.ctx, tx, made.Code, done); err != nil {
				return err
			}
		}
	}
	return nil
}
