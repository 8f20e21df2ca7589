// Package generate fills a database with organizations of a chosen size, through the same calls people's forms make: for
// benchmarks, and to see how an installation feels when it is full.
package generate

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"craftplan/internal/accounts"
	"craftplan/internal/app"
	"craftplan/internal/calendar"
	"craftplan/internal/catalog"
	"craftplan/internal/crm"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory"
	"craftplan/internal/money"
	"craftplan/internal/orders"
	"craftplan/internal/organizations"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
)

// Options say how much there shall be.
type Options struct {
	Organizations int    // 1 to 100,000
	Orders        int    // of each organization, 0 to 1,000,000
	Seed          uint64 // the same seed makes the same data
	Progress      func(done int)
}

// Password is that of every owner made.
const Password = "craftplan-demo"

const (
	materials = 12
	products  = 10
	customers = 20
	together  = 200 // orders in one transaction
)

// Slug is the address of an organization, counted from 1; its owner is owner@SLUG.example.
func Slug(n int) string { return fmt.Sprintf("maker-%05d", n) }

// Run adds the organizations. Those that exist are left as they are, so a run that was cut short can be repeated.
func Run(ctx context.Context, st *store.Store, o Options) error {
	if o.Organizations < 1 || o.Organizations > 100_000 {
		return fault.Invalid("organizations", "Use 1 to 100000.")
	}
	if o.Orders < 0 || o.Orders > 1_000_000 {
		return fault.Invalid("orders", "Use 0 to 1000000.")
	}
	existing, err := organizations.List(ctx, st)
	if err != nil {
		return err
	}
	have := map[string]bool{}
	for _, e := range existing {
		have[e.Slug] = true
	}
	owner, err := accounts.Prepare(accounts.NewUser{Name: "Owner", Email: "owner@maker.example", Password: Password}) // one slow hash for all
	if err != nil {
		return err
	}
	for n := 1; n <= o.Organizations; n++ {
		if have[Slug(n)] {
			continue
		}
		m := maker{ctx: ctx, st: st, random: rand.New(rand.NewPCG(o.Seed, uint64(n))), now: time.Now()}
		if err := m.run(n, owner, o.Orders); err != nil {
			return fmt.Errorf("%s: %w", Slug(n), err)
		}
		if o.Progress != nil {
			o.Progress(n)
		}
	}
	return nil
}

// maker writes one organization.
type maker struct {
	ctx       context.Context
	st        *store.Store
	scope     store.Scope
	random    *rand.Rand
	now       time.Time
	materials []id.ID
	products  []id.ID
	customers []string
}

func (m *maker) run(n int, owner accounts.Prepared, count int) error {
	owner.ID, owner.Email = id.New(), "owner@"+Slug(n)+".example"
	in := organizations.NewOrganization{Name: fmt.Sprintf("Maker %05d", n), Slug: Slug(n)}
	if _, err := organizations.Provision(m.ctx, m.st, in, organizations.Owner{New: &owner}, app.Bootstrap(), nil); err != nil {
		return err
	}
	_, scope, err := organizations.Resolve(m.ctx, m.st, Slug(n), owner.ID)
	if err != nil {
		return err
	}
	m.scope = scope
	if err := m.st.Update(m.ctx, scope, m.shelf); err != nil {
		return err
	}
	for from := 0; from < count; from += together {
		err := m.st.Update(m.ctx, scope, func(tx *store.Tx) error { return m.orders(tx, min(together, count-from)) })
		if err != nil {
			return err
		}
	}
	return nil
}

// shelf is what is bought, made and sold, and who buys it. There is plenty of everything.
func (m *maker) shelf(tx *store.Tx) error {
	for i := range materials {
		d := inventory.Details{Name: fmt.Sprintf("Material %02d", i+1), SKU: fmt.Sprintf("MAT-%02d", i+1), Unit: quantity.Gram, Price: money.Amount(500 + m.random.Int64N(20_000))}
		made, err := inventory.Create(m.ctx, tx, d, &inventory.Receipt{Quantity: quantity.Of(100_000_000), UnitCost: d.Price})
		if err != nil {
			return err
		}
		m.materials = append(m.materials, made.ID)
	}
	for i := range products {
		if err := m.product(tx, i); err != nil {
			return err
		}
	}
	for i := range customers {
		made, err := crm.Create(m.ctx, tx, crm.Details{Kind: crm.Company, Name: fmt.Sprintf("Customer %02d", i+1), Shipping: crm.Address{Street: fmt.Sprintf("%d Main Street", i+1), City: "Springfield"}})
		if err != nil {
			return err
		}
		m.customers = append(m.customers, made.Reference)
	}
	return nil
}

func (m *maker) product(tx *store.Tx, i int) error {
	made, err := catalog.Create(m.ctx, tx, catalog.Details{Name: fmt.Sprintf("Product %02d", i+1), SKU: fmt.Sprintf("PROD-%02d", i+1), Status: "active", Price: money.Amount(2+m.random.Int64N(20)) * money.Micro})
	if err != nil {
		return err
	}
	m.products = append(m.products, made.ID)
	recipe := catalog.Input{Yield: quantity.Of(12), Steps: []catalog.StepInput{{Name: "Make", Minutes: quantity.Of(30), UnitsPerRun: quantity.Of(24)}}}
	for row, at := range m.random.Perm(materials)[:5] {
		recipe.Components = append(recipe.Components, catalog.ComponentInput{Row: row, MaterialID: m.materials[at], Quantity: quantity.Of(50 + m.random.Int64N(1_000)), Waste: m.random.Int64N(5) * 10_000})
	}
	_, err = catalog.Publish(m.ctx, tx, made.ID, recipe)
	return err
}

// orders are due from sixty days ago to ten days ahead; those of the past are delivered, from stock that is just enough.
func (m *maker) orders(tx *store.Tx, count int) error {
	var past []string
	pieces := make([]quantity.Quantity, products)
	for range count {
		hours := m.random.IntN(70*24) - 60*24
		due := calendar.At(m.now.Add(time.Duration(hours) * time.Hour).Truncate(time.Minute))
		n := orders.NewOrder{CustomerReference: m.customers[m.random.IntN(customers)], DeliveryAt: due, Fulfilment: "delivery", Discount: orders.Discount{Kind: orders.NoDiscount}}
		for row, at := range m.random.Perm(products)[:1+m.random.IntN(4)] {
			q := quantity.Of(1 + m.random.Int64N(48))
			n.Lines = append(n.Lines, orders.NewLine{Row: row, ProductID: m.products[at], Quantity: q})
			if due.Before(tx.Now()) {
				pieces[at] += q
			}
		}
		o, err := orders.Create(m.ctx, tx, n)
		if err != nil {
			return err
		}
		if _, err := orders.Move(m.ctx, tx, o.Reference, orders.Confirmed); err != nil {
			return err
		}
		if due.Before(tx.Now()) {
			past = append(past, o.Reference)
		}
	}
	return m.deliver(tx, past, pieces)
}

func (m *maker) deliver(tx *store.Tx, references []string, pieces []quantity.Quantity) error {
	for at, q := range pieces {
		if q == 0 {
			continue
		}
		if _, err := inventory.Receive(m.ctx, tx, inventory.Receipt{ItemID: m.products[at], Kind: inventory.Opening, Quantity: q, UnitCost: money.Micro}); err != nil {
			return err
		}
	}
	for _, reference := range references {
		for _, s := range []orders.Status{orders.Ready, orders.Delivered} {
			if _, err := orders.Move(m.ctx, tx, reference, s); err != nil {
				return err
			}
		}
	}
	return nil
}
