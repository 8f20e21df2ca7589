package catalog

import (
	"context"
	"fmt"

	"craftplan/internal/catalog/internal/db"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory"
	"craftplan/internal/store"
)

// MaterialsChanged is the work of inventory.CostsChanged: it reckons anew what every recipe costs that takes one of the materials,
// at any depth.
func MaterialsChanged(ctx context.Context, tx *store.Tx, job inventory.CostsChanged) error {
	if err := oneByOne(ctx, tx); err != nil {
		return err
	}
	products, err := db.For(tx).TakersOfMaterials(ctx, db.TakersOfMaterialsIn{Ids: store.List(job.Materials)})
	if err != nil {
		return err
	}
	_, err = recost(ctx, tx, products)
	return err
}

// recostTakers reckons anew what every recipe costs that a product is in, and refuses when one of them cannot be reckoned any more.
func recostTakers(ctx context.Context, tx *store.Tx, product id.ID) error {
	products, err := db.For(tx).TakersOfProducts(ctx, db.TakersOfProductsIn{Ids: store.List([]id.ID{product})})
	if err != nil {
		return err
	}
	flawed, err := recost(ctx, tx, products)
	if err == nil && len(flawed) > 0 {
		err = fault.Conflict(fmt.Sprintf("%s is made with it, and would be too large or too dear to reckon.", flawed[0].Name))
	}
	return err
}

// recost reckons the active recipes of some products anew, and of all products they are in, and writes what is different. Those
// that cannot be reckoned keep their cost.
func recost(ctx context.Context, tx *store.Tx, products []id.ID) (flawed []Ref, err error) {
	if len(products) == 0 {
		return nil, nil
	}
	if products, err = upward(ctx, tx, products); err != nil {
		return nil, err
	}
	book, err := open(ctx, tx, products)
	if err != nil {
		return nil, err
	}
	rates, err := rates(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, product := range products {
		r := book[product]
		before := r.Cost
		if r.reckon(book, rates) != nil {
			flawed = append(flawed, r.Product)
			continue
		}
		if r.Cost != before {
			if err := r.recordCost(ctx, tx); err != nil {
				return nil, err
			}
		}
	}
	return flawed, nil
}

// upward adds the products that products are in, up to the last.
func upward(ctx context.Context, tx *store.Tx, products []id.ID) ([]id.ID, error) {
	known := map[id.ID]bool{}
	for _, p := range products {
		known[p] = true
	}
	for level := products; len(level) > 0; {
		takers, err := db.For(tx).TakersOfProducts(ctx, db.TakersOfProductsIn{Ids: store.List(level)})
		if err != nil {
			return nil, err
		}
		level = nil
		for _, p := range takers {
			if !known[p] {
				known[p] = true
				level = append(level, p)
			}
		}
		products = append(products, level...)
	}
	return products, nil
}

func (r *Recipe) recordCost(ctx context.Context, tx *store.Tx) error {
	c := r.Cost
	_, err := db.For(tx).RecordCost(ctx, db.RecordCostIn{ID: r.ID, MaterialCost: c.Material, LaborCost: c.Labor, OverheadCost: c.Overhead, UnitCost: c.Total})
	return err
}
