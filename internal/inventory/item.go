package inventory

import (
	"context"

	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory/internal/db"
	"craftplan/internal/quantity"
	"craftplan/internal/search"
	"craftplan/internal/store"
)

// ItemKind is what sort of thing an item is.
type ItemKind string

// The kinds of items.
const (
	OfMaterial ItemKind = "material"
	OfProduct  ItemKind = "product"
)

// Item is what the ledger counts: a material or a product, under its own id.
type Item struct {
	ID        id.ID
	Kind      ItemKind
	Name, SKU string
	Unit      quantity.Unit
}

// Keep tells the ledger of a material or product, or of its new name. Who adds or changes it has asked for the permission.
func Keep(ctx context.Context, tx *store.Tx, i Item) error {
	in := db.SaveItemIn{ID: i.ID, Kind: string(i.Kind), Name: i.Name, Sku: i.SKU, Unit: string(i.Unit), SearchText: search.Fold(i.Name, i.SKU)}
	if i.Kind == OfMaterial {
		in.MaterialID = &i.ID
	} else {
		in.ProductID = &i.ID
	}
	return db.For(tx).SaveItem(ctx, in)
}

func getItem(ctx context.Context, tx *store.Tx, which id.ID) (Item, error) {
	r, err := db.For(tx).GetItem(ctx, db.GetItemIn{ID: which})
	if err = store.Translate(err); fault.Is(err, fault.KindNotFound) {
		return Item{}, fault.NotFound("item")
	}
	return Item{r.ID, ItemKind(r.Kind), r.Name, r.Sku, quantity.Unit(r.Unit)}, err
}

func itemsByID(ctx context.Context, tx *store.Tx, ids []id.ID) (map[id.ID]Item, error) {
	rows, err := db.For(tx).ItemsByID(ctx, db.ItemsByIDIn{Ids: store.List(ids)})
	items := map[id.ID]Item{}
	for _, r := range rows {
		items[r.ID] = Item{r.ID, ItemKind(r.Kind), r.Name, r.Sku, quantity.Unit(r.Unit)}
	}
	return items, err
}
