package inventory

import (
	"context"

	"craftplan/internal/audit"
	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/id"
	"craftplan/internal/inventory/internal/db"
	"craftplan/internal/money"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
)

// Many at once: what files bring. The checks are those of one at a time; what one statement can ask for many is asked once.

// NewMaterial is a material that is not there yet.
func NewMaterial() Material { return Material{ID: id.New()} }

// BySKU reads the materials that have some SKUs, archived ones too.
func BySKU(ctx context.Context, tx *store.Tx, skus []string) (map[string]Material, error) {
	if err := tx.Require(authz.InventoryRead); err != nil {
		return nil, err
	}
	rows, err := db.For(tx).MaterialsBySKU(ctx, db.MaterialsBySKUIn{Skus: store.Texts(skus)})
	if err != nil {
		return nil, err
	}
	ids := make([]id.ID, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	packs, err := db.For(tx).PacksOfMaterials(ctx, db.PacksOfMaterialsIn{Ids: store.List(ids)})
	of := map[id.ID][]quantity.Pack{}
	for _, p := range packs {
		of[p.MaterialID] = append(of[p.MaterialID], quantity.Pack{Name: p.Name, Quantity: p.Quantity})
	}
	found := map[string]Material{}
	for _, r := range rows {
		d := Details{Name: r.Name, SKU: r.Sku, Unit: quantity.Unit(r.Unit), Price: tx.Cost(r.ManualPrice), Minimum: r.MinimumStock, Maximum: r.MaximumStock, Category: r.Category, Density: r.Density,
			Supplier: r.Supplier, SupplierCode: r.SupplierCode, LeadDays: r.LeadTimeDays, Packs: of[r.ID], Notes: r.Notes, Tags: splitTags(r.Tags)}
		found[r.Sku] = Material{ID: r.ID, Details: d, Cost: tx.Cost(r.Price), OnHand: r.OnHand, Lots: r.LotCount, InRecipes: r.UnitFixed, ArchivedAt: r.ArchivedAt}
	}
	return found, err
}

// Named are the SKUs of the materials that have some names.
func Named(ctx context.Context, tx *store.Tx, names []string) (map[string]string, error) {
	if err := tx.Require(authz.InventoryRead); err != nil {
		return nil, err
	}
	rows, err := db.For(tx).MaterialsByName(ctx, db.MaterialsByNameIn{Names: store.Texts(names)})
	found := map[string]string{}
	for _, r := range rows {
		found[r.Name] = r.Sku
	}
	return found, err
}

// TakenCodes are those of some codes that lots have.
func TakenCodes(ctx context.Context, tx *store.Tx, codes []string) (map[string]bool, error) {
	if err := tx.Require(authz.InventoryRead); err != nil {
		return nil, err
	}
	rows, err := db.For(tx).LotsByCode(ctx, db.LotsByCodeIn{Codes: store.Texts(codes)})
	taken := map[string]bool{}
	for _, code := range rows {
		taken[code] = true
	}
	return taken, err
}

// CreateAll adds materials that Changed checked, without packs, and whose names and SKUs nobody has: in two statements, for on
// PostgreSQL each is a trip to the database.
func CreateAll(ctx context.Context, tx *store.Tx, all []Material) error {
	if err := tx.Require(authz.InventoryWrite, authz.CostsRead); err != nil {
		return err
	}
	rows := make([]record, len(all))
	for i, m := range all {
		d := m.Details
		rows[i] = record{m.ID, d.Name, d.SKU, d.Unit, d.Price, d.Minimum, d.Maximum, d.Category, d.Density, d.Supplier, d.SupplierCode, d.LeadDays, d.Notes, joinTags(d.Tags), d.searchText()}
	}
	list, err := store.Records(rows)
	if err != nil || len(all) == 0 {
		return err
	}
	err = db.For(tx).CreateMaterials(ctx, db.CreateMaterialsIn{CreatedAt: tx.Now(), CreatedBy: tx.Actor().UserID, Materials: list})
	if err != nil {
		return err
	}
	return db.For(tx).SaveMaterialItems(ctx, db.SaveMaterialItemsIn{Materials: list})
}

// record is a material as a statement for many takes it.
type record struct {
	ID           id.ID              `json:"id"`
	Name         string             `json:"name"`
	SKU          string             `json:"sku"`
	Unit         quantity.Unit      `json:"unit"`
	Price        money.Amount       `json:"price"`
	Minimum      *quantity.Quantity `json:"minimum"`
	Maximum      *quantity.Quantity `json:"maximum"`
	Category     string             `json:"category"`
	Density      int64              `json:"density"`
	Supplier     string             `json:"supplier"`
	SupplierCode string             `json:"supplier_code"`
	LeadDays     *int64             `json:"lead_days"`
	Notes        string             `json:"notes"`
	Tags         string             `json:"tags"`
	Search       string             `json:"search"`
}

// Revision is a material before and after a change that Changed checked.
type Revision struct{ Was, Is Material }

// UpdateAll writes changed materials whose names and SKUs nobody else has, but for their packs. What is made with them is costed anew
// once.
func UpdateAll(ctx context.Context, tx *store.Tx, all []Revision) error {
	if err := tx.Require(authz.InventoryWrite, authz.CostsRead); err != nil {
		return err
	}
	ids := make([]id.ID, len(all))
	for i, r := range all {
		ids[i] = r.Is.ID
		if err := r.Is.update(ctx, tx); err != nil {
			return err
		}
		if err := r.Was.record(ctx, tx, audit.Changed, r.Was.fields(), r.Is.fields()); err != nil {
			return err
		}
	}
	if len(ids) == 0 {
		return nil
	}
	return reprice(ctx, tx, ids...)
}

// Check tells what is wrong with a receipt, but for its lot and its place.
func (r Receipt) Check() error { return r.validate() }

// ReceiveAll books stock that came in, each as a lot of its own, now. What is made with it is costed anew once.
func ReceiveAll(ctx context.Context, tx *store.Tx, all []Receipt) error {
	if err := tx.Require(authz.InventoryWrite); err != nil {
		return err
	}
	s, err := ReadSettings(ctx, tx)
	if err != nil {
		return err
	}
	items := make([]id.ID, len(all))
	for i, r := range all {
		items[i] = r.ItemID
	}
	if len(all) == 0 {
		return nil
	}
	if err := lock(ctx, tx, items...); err != nil {
		return err
	}
	var at calendar.Instant
	for _, r := range all {
		l, err := r.book(ctx, tx, s)
		if err != nil {
			return err
		}
		at = l.ReceivedAt
	}
	return s.moved(ctx, tx, at, items...)
}
