package main

import (
	"fmt"

	"craftplan/internal/inventory"
	"craftplan/internal/money"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
)

const (
	shelved  = 5000 // materials with stock
	atOnce   = 500  // of them in one transaction
	lotsEach = 3
)

// materials measures the list of five thousand materials with three lots each: the verb, and its page.
func (b *bench) materials(engine store.Engine, v *visitor, i *installation) error {
	for from := 0; from < shelved; from += atOnce {
		if err := i.Update(b.ctx, i.scope, func(tx *store.Tx) error { return b.shelve(tx, from) }); err != nil {
			return err
		}
	}
	if err := b.settle(engine, i.owner(engine)); err != nil {
		return err
	}
	for _, f := range []struct {
		what   string
		filter inventory.Filter
	}{{"5,000 materials, a page of the list", inventory.Filter{}}, {"5,000 materials, those below minimum", inventory.Filter{Low: true}}, {"5,000 materials, those that expire", inventory.Filter{Expiring: true}}, {"5,000 materials, by their expiry", inventory.Filter{ByExpiry: true}}} {
		f.filter.Limit = 50
		m, err := load(1, b.each, func() error {
			return i.View(b.ctx, i.scope, func(tx *store.Tx) error {
				_, _, err := inventory.List(b.ctx, tx, f.filter)
				return err
			})
		})
		if err != nil {
			return err
		}
		if err := b.report(string(engine), f.what, 1, m); err != nil {
			return err
		}
	}
	m, err := load(1, b.each, func() error { return v.get("/materials") })
	if err != nil {
		return err
	}
	return b.report(string(engine), "5,000 materials, the page", 1, m)
}

// shelve adds materials, of which every tenth is low and every seventh lot expires soon.
func (b *bench) shelve(tx *store.Tx, from int) error {
	minimum := quantity.Of(2_500)
	for n := from; n < from+atOnce; n++ {
		d := inventory.Details{Name: fmt.Sprintf("Shelved %05d", n), SKU: fmt.Sprintf("SHELVED-%05d", n), Unit: quantity.Gram, Price: 2_000, Category: fmt.Sprintf("Category %d", n%12), Minimum: &minimum}
		made, err := inventory.Create(b.ctx, tx, d, nil)
		if err != nil {
			return err
		}
		for lot := range lotsEach {
			grams := int64(1_000)
			if n%10 == 0 {
				grams = 500
			}
			until := tx.Today().AddDays(30 + n%300 - 28*((n+lot)%7/6))
			r := inventory.Receipt{ItemID: made.ID, Kind: inventory.Opening, Quantity: quantity.Of(grams), UnitCost: money.Amount(2_000), ExpiresOn: &until}
			if _, err := inventory.Receive(b.ctx, tx, r); err != nil {
				return err
			}
		}
	}
	return nil
}
