package production

import (
	"context"

	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/catalog"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory"
	"craftplan/internal/orders"
	"craftplan/internal/production/internal/db"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
)

// Stock is what there is of a product.
type Stock struct {
	OnHand   quantity.Quantity // in all lots
	Usable   quantity.Quantity // in available lots that are not expired
	Reserved quantity.Quantity // of it, for orders that are not delivered yet
}

// Free is what no order has a claim on.
func (s Stock) Free() quantity.Quantity { return max(s.Usable-s.Reserved, 0) }

// StockOf reads what there is of a product.
func StockOf(ctx context.Context, tx *store.Tx, product id.ID) (s Stock, err error) {
	if err := tx.Require(authz.ProductionRead); err != nil {
		return s, err
	}
	if s.OnHand, err = inventory.OnHand(ctx, tx, product); err != nil {
		return s, err
	}
	usable, err := inventory.Usable(ctx, tx, []id.ID{product})
	if err != nil {
		return s, err
	}
	reserved, err := reserved(ctx, tx, []id.ID{product})
	s.Usable, s.Reserved = usable[product], reserved[product]
	return s, err
}

func reserved(ctx context.Context, tx *store.Tx, products []id.ID) (map[id.ID]quantity.Quantity, error) {
	rows, err := db.For(tx).ReservedPieces(ctx, db.ReservedPiecesIn{Ids: store.List(products)})
	total := map[id.ID]quantity.Quantity{}
	for _, r := range rows {
		total[r.ProductID] = r.Reserved
	}
	return total, err
}

// freeFor is what of some products is free for a day: what no order has a claim on, less what earlier days still want.
func freeFor(ctx context.Context, tx *store.Tx, day calendar.Date, products []id.ID) (map[id.ID]quantity.Quantity, error) {
	free, err := inventory.Usable(ctx, tx, products)
	if err != nil || len(free) == 0 {
		return free, err
	}
	claimed, err := reserved(ctx, tx, products)
	if err != nil {
		return nil, err
	}
	for product, q := range claimed {
		free[product] = max(free[product]-q, 0)
	}
	earlier, err := db.For(tx).WantedBefore(ctx, db.WantedBeforeIn{Day: day, Ids: store.List(products)})
	for _, l := range earlier {
		free[l.ProductID] = max(free[l.ProductID]-max(l.Quantity-l.Covered, 0), 0)
	}
	return free, err
}

// SetAside takes what is free of a product in stock for the orders of a day, those due first, and returns how much that was.
func SetAside(ctx context.Context, tx *store.Tx, sku string, day calendar.Date) (quantity.Quantity, error) {
	if err := tx.Require(authz.ProductionWrite); err != nil {
		return 0, err
	}
	product, err := catalog.Get(ctx, tx, sku)
	if err != nil {
		return 0, err
	}
	taken, err := setAside(ctx, tx, product.ID, day)
	if err == nil && taken == 0 {
		err = fault.Conflict("No " + product.Name + " is free in stock for that day.")
	}
	return taken, err
}

// setAside takes what is free for lines of the day that nothing covers. The lines bear what the pieces are reckoned to cost, as
// material: which lots they will come from, and what those were made of, shows when they are delivered.
func setAside(ctx context.Context, tx *store.Tx, product id.ID, day calendar.Date) (taken quantity.Quantity, err error) {
	if err := tx.Lock(ctx, "batch "+product.String()); err != nil {
		return 0, err
	}
	free, err := freeFor(ctx, tx, day, []id.ID{product})
	if err != nil || free[product] == 0 {
		return 0, err
	}
	lines, err := db.For(tx).Unbatched(ctx, db.UnbatchedIn{ProductID: product, Day: day})
	if err != nil {
		return 0, err
	}
	for _, l := range lines {
		q := min(l.Quantity-l.Covered, free[product]-taken) / quantity.Micro * quantity.Micro // whole pieces
		if q <= 0 {
			continue
		}
		cost, err := inventory.Reckon(ctx, tx.Reckoning(), product, q)
		if err != nil {
			return 0, err
		}
		if err := orders.Record(ctx, tx, l.ID, orders.Made{Quantity: q, Material: cost}); err != nil {
			return 0, err
		}
		taken += q
	}
	return taken, nil
}

// shelve puts what a batch made on the shelf, as a lot that bears the batch's code and its cost.
func (b *Batch) shelve(ctx context.Context, tx *store.Tx) error {
	if b.Produced == 0 {
		return nil
	}
	product, err := catalog.Get(ctx, tx, b.ProductSKU)
	if err != nil {
		return err
	}
	r := inventory.Receipt{ItemID: b.ProductID, Kind: inventory.Production, Quantity: b.Produced, UnitCost: b.UnitCost, Value: &b.Cost.Total, LotLike: b.Code, Source: b.source()}
	if product.ShelfLife != nil {
		until := tx.Today().AddDays(int(*product.ShelfLife))
		r.ExpiresOn = &until
	}
	lot, err := inventory.Receive(ctx, tx, r)
	b.LotCode = lot.Code
	return err
}
