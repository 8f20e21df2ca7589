package inventory

import (
	"context"

	"craftplan/internal/audit"
	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory/internal/db"
	"craftplan/internal/money"
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

// auditKind is what the audit log calls the item.
func (i Item) auditKind() audit.Kind { return audit.Kind(i.Kind) }

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

// OnHand is how much there is of an item, in all its lots.
func OnHand(ctx context.Context, tx *store.Tx, item id.ID) (quantity.Quantity, error) {
	if err := tx.Require(authz.InventoryRead); err != nil {
		return 0, err
	}
	r, err := db.For(tx).GetItem(ctx, db.GetItemIn{ID: item})
	return r.OnHand, store.Translate(err)
}

// Reckon is what a quantity of an item is reckoned to cost before anybody knows which lots it will come from: its share of the value
// of the available lots.
func Reckon(ctx context.Context, tx *store.Tx, item id.ID, q quantity.Quantity) (money.Amount, error) {
	if err := tx.Require(authz.InventoryRead); err != nil {
		return 0, err
	}
	r, err := db.For(tx).ValueOfItem(ctx, db.ValueOfItemIn{ItemID: item})
	if err != nil || r.OnHand <= 0 {
		return tx.Cost(0), err
	}
	cost, err := r.Value.Share(int64(q), int64(r.OnHand))
	return tx.Cost(cost), err
}

// Moved is what a document took from a lot, or brought.
type Moved struct {
	Name, SKU string
	Unit      quantity.Unit
	LotCode   string
	ExpiresOn *calendar.Date
	Kind      Kind
	Quantity  quantity.Quantity // signed
	Value     money.Amount
}

// MovedBy is all that a document moved, as far as it was not taken back.
func MovedBy(ctx context.Context, tx *store.Tx, source Source) ([]Moved, error) {
	if err := tx.Require(authz.InventoryRead); err != nil {
		return nil, err
	}
	rows, err := db.For(tx).LotsOfSource(ctx, db.LotsOfSourceIn{SourceKind: source.Kind, SourceID: &source.ID})
	moved := make([]Moved, len(rows))
	for i, r := range rows {
		moved[i] = Moved{r.Name, r.Sku, quantity.Unit(r.Unit), r.Code, r.ExpiresOn, Kind(r.Kind), r.Quantity, tx.Cost(r.Value)}
	}
	return moved, err
}
