package main

import (
	"context"
	"fmt"
	"time"

	"craftplan/internal/catalog"
	"craftplan/internal/id"
	"craftplan/internal/inventory"
	"craftplan/internal/money"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
)

const (
	levels, lines = 6, 200 // of one deep recipe
	kitchen       = 2000   // recipes that one price reaches
	doughs        = 40     // of them, each in many of the others
)

// recipes measures a deep recipe from the database to its cost, and what follows the change of a price that is in every recipe.
func (b *bench) recipes(engine store.Engine, i *installation) error {
	var deep id.ID
	if err := i.Update(b.ctx, i.scope, func(tx *store.Tx) (err error) { deep, err = deepRecipe(b.ctx, tx); return err }); err != nil {
		return err
	}
	m, err := load(1, b.each, func() error {
		return i.View(b.ctx, i.scope, func(tx *store.Tx) error {
			_, err := catalog.GetRecipe(b.ctx, tx, deep, 0)
			return err
		})
	})
	if err != nil {
		return err
	}
	if err := b.report(string(engine), fmt.Sprintf("read, flatten and cost a recipe of %d levels and %d lines", levels, lines), 1, m); err != nil {
		return err
	}
	var flour inventory.Material
	if err := i.Update(b.ctx, i.scope, func(tx *store.Tx) (err error) { flour, err = manyRecipes(b.ctx, tx); return err }); err != nil {
		return err
	}
	if err := b.settle(engine, i.owner(engine)); err != nil {
		return err
	}
	runs := 0
	m, err = until(1, 0, time.Minute, func() (bool, error) {
		runs++
		return runs <= 10, i.Update(b.ctx, i.scope, func(tx *store.Tx) error {
			flour.Price += 7
			if _, err := inventory.Update(b.ctx, tx, flour.SKU, flour.Details); err != nil {
				return err
			}
			return catalog.MaterialsChanged(b.ctx, tx, inventory.CostsChanged{Materials: []id.ID{flour.ID}})
		})
	})
	if err != nil {
		return err
	}
	return b.report(string(engine), fmt.Sprintf("re-cost %d recipes after a change of price", kitchen), 1, m)
}

// deepRecipe is a product of some levels, each of which takes materials and the level below.
func deepRecipe(ctx context.Context, tx *store.Tx) (id.ID, error) {
	materials, err := shelf(ctx, tx, "D", lines/levels)
	if err != nil {
		return id.ID{}, err
	}
	var below *id.ID
	for level := range levels {
		in := catalog.Input{Yield: quantity.Of(int64(7 + 5*level)), Loss: int64(level) * 13_000, Steps: steps()}
		for n, m := range materials[:len(materials)-1] {
			in.Components = append(in.Components, catalog.ComponentInput{Row: n, MaterialID: m.ID, Quantity: quantity.Quantity(123_457 * (n + 1)), Waste: int64(n%7) * 11_000})
		}
		made, err := recipe(ctx, tx, fmt.Sprint("Level ", level), in, below)
		if err != nil {
			return id.ID{}, err
		}
		below = &made
	}
	return *below, nil
}

// manyRecipes are products that all take flour: some by themselves, the others through one of those.
func manyRecipes(ctx context.Context, tx *store.Tx) (inventory.Material, error) {
	materials, err := shelf(ctx, tx, "M", 60)
	if err != nil {
		return inventory.Material{}, err
	}
	var bases []id.ID
	for n := range kitchen {
		in := catalog.Input{Yield: quantity.Of(int64(4 + n%21)), Steps: steps()}
		for k := range 8 {
			m := materials[1+(n*7+k)%(len(materials)-1)]
			in.Components = append(in.Components, catalog.ComponentInput{Row: k, MaterialID: m.ID, Quantity: quantity.Of(int64(40 + n%90 + k)), Waste: int64(k) * 10_000})
		}
		if n < doughs {
			in.Components = append(in.Components, catalog.ComponentInput{Row: 8, MaterialID: materials[0].ID, Quantity: quantity.Of(900)})
			made, err := recipe(ctx, tx, fmt.Sprint("Dough ", n), in, nil)
			if err != nil {
				return inventory.Material{}, err
			}
			bases = append(bases, made)
			continue
		}
		if _, err := recipe(ctx, tx, fmt.Sprint("Bread ", n), in, &bases[n%doughs]); err != nil {
			return inventory.Material{}, err
		}
	}
	return materials[0], nil
}

func shelf(ctx context.Context, tx *store.Tx, mark string, count int) (all []inventory.Material, err error) {
	for n := range count {
		d := inventory.Details{Name: fmt.Sprint("Bench ", mark, n), SKU: fmt.Sprint("BENCH-", mark, n), Unit: quantity.Gram, Price: money.Amount(1_000 + 37*n)}
		m, err := inventory.Create(ctx, tx, d, nil)
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, nil
}

func steps() []catalog.StepInput {
	return []catalog.StepInput{{Name: "Mix", Minutes: quantity.Of(20), UnitsPerRun: quantity.Of(12)}, {Name: "Bake", Minutes: quantity.Of(35), UnitsPerRun: quantity.Of(24)}}
}

// recipe makes a product with the recipe given, and three of another product in it.
func recipe(ctx context.Context, tx *store.Tx, name string, in catalog.Input, with *id.ID) (id.ID, error) {
	p, err := catalog.Create(ctx, tx, catalog.Details{Name: name, SKU: "BENCH-" + id.New().String()[24:], Status: "active", Price: 9 * money.Micro})
	if err != nil {
		return id.ID{}, err
	}
	if with != nil {
		in.Components = append(in.Components, catalog.ComponentInput{Row: len(in.Components), ProductID: *with, Quantity: quantity.Of(3)})
	}
	_, err = catalog.Publish(ctx, tx, p.ID, in)
	return p.ID, err
}
