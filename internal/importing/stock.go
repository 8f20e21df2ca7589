package importing

import (
	"context"
	"fmt"
	"strings"

	"craftplan/internal/catalog"
	"craftplan/internal/id"
	"craftplan/internal/inventory"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
)

// SourceKind is what the ledger calls an import.
const SourceKind = "import"

var stock = &Kind{
	Name: "stock", Label: "Opening stock", About: "What is on your shelves now. Each row becomes a lot of a material or product that is there.", Whole: 5000, Limit: Most,
	Fields: []Field{
		{Name: "sku", Label: "SKU", Needed: true, Also: []string{"code", "item code", "article", "article number", "item number", "material sku", "product sku", "item"}, Hint: "Of a material or a product.", Examples: [2]string{"FLOUR-T65", "OLIVE-OIL"}},
		{Name: "quantity", Label: "Quantity", Needed: true, Also: []string{"on hand", "stock", "qty", "amount", "in stock"}, Examples: [2]string{"75", "12.5"}},
		{Name: "unit", Label: "Unit", Also: []string{"uom", "units"}, Hint: "Of the quantity, and what the cost is for.", Examples: [2]string{"kg", "l"}},
		{Name: "cost", Label: "Cost", Also: []string{"unit cost", "price", "cost of one unit", "cost per unit"}, Hint: "Of one unit. What the material costs when empty; of a product, nothing.", Examples: [2]string{"1.2", ""}},
		{Name: "lot", Label: "Lot", Also: []string{"lot number", "batch", "lot code"}, Hint: "Made for you when empty.", Examples: [2]string{"L-2026-001", ""}},
		{Name: "expires", Label: "Expires", Also: []string{"expiry", "expiry date", "best before", "expires on", "use by"}, Examples: [2]string{"2027-03-31", ""}},
		{Name: "location", Label: "Location", Also: []string{"place", "warehouse", "shelf"}, Hint: "By its name. Where deliveries go when empty.", Examples: [2]string{"", ""}},
		{Name: "supplier", Label: "Supplier", Also: []string{"vendor"}, Examples: [2]string{"Mill & Sons", ""}},
		{Name: "supplier_lot", Label: "Supplier's lot", Also: []string{"supplier lot", "vendor lot"}, Examples: [2]string{"", ""}},
	},
	own: []string{"lot"}, take: takeStock, undo: undoStock,
}

// shelf is what rows of stock may name.
type shelf struct {
	materials map[string]inventory.Material
	products  map[string]catalog.Product
	locations map[string]id.ID // by name in lower case
	lots      map[string]bool  // codes that are taken
}

func readShelf(ctx context.Context, tx *store.Tx, lines []*line) (s shelf, err error) {
	if s.materials, err = inventory.BySKU(ctx, tx, texts(lines, "sku")); err != nil {
		return s, err
	}
	if s.products, err = catalog.BySKU(ctx, tx, texts(lines, "sku")); err != nil {
		return s, err
	}
	open, err := inventory.OpenLocations(ctx, tx)
	if err != nil {
		return s, err
	}
	s.locations = map[string]id.ID{}
	for _, l := range open {
		s.locations[strings.ToLower(l.Name)] = l.ID
	}
	s.lots, err = inventory.TakenCodes(ctx, tx, texts(lines, "lot"))
	return s, err
}

// takeStock books each row as a lot.
func takeStock(ctx context.Context, tx *store.Tx, b *batch) ([]Outcome, error) {
	lines := b.lines()
	s, err := readShelf(ctx, tx, lines)
	if err != nil {
		return nil, err
	}
	outcomes := make([]Outcome, len(lines))
	var named, rest []inventory.Receipt
	for i, l := range lines {
		r, name := l.receipt(s)
		if len(l.problems) == 0 {
			if err := l.faulty(r.Check(), map[string]string{"unit_cost": "cost", "expires_on": "expires"}); err != nil {
				return nil, err
			}
		}
		if len(l.problems) > 0 {
			outcomes[i] = l.refused()
			continue
		}
		r.Source = inventory.Source{Kind: SourceKind, ID: id.New()}
		outcomes[i] = Outcome{Row: l.Number, Action: Created, deed: deed{Action: Created, ID: r.Source.ID, SKU: l.text("sku"), Name: name}}
		if r.LotCode != "" {
			named = append(named, r)
		} else {
			rest = append(rest, r)
		}
	}
	if !b.write {
		return outcomes, nil
	}
	// Codes that are made avoid those that are there, so lots with one of their own come first.
	return outcomes, inventory.ReceiveAll(ctx, tx, append(named, rest...))
}

// receipt is the lot that a row says.
func (l *line) receipt(s shelf) (r inventory.Receipt, name string) {
	material, isMaterial := s.materials[l.text("sku")]
	product, isProduct := s.products[l.text("sku")]
	measure, cost := quantity.Measure{Unit: quantity.Piece}, material.Cost
	switch {
	case isMaterial && isProduct:
		l.wrong("sku", "A material and a product have this SKU. Give one of them another first.")
	case isMaterial:
		r.ItemID, name, measure = material.ID, material.Name, material.Measure()
	case isProduct:
		r.ItemID, name = product.ID, product.Name
	default:
		l.wrong("sku", fmt.Sprintf("There is no material or product “%s”.", l.text("sku")))
		return r, ""
	}
	r.Kind, r.Reason, r.UnitCost = inventory.Opening, "Imported", cost
	r.LotCode, r.Supplier, r.SupplierLot, r.ExpiresOn = l.text("lot"), l.text("supplier"), l.text("supplier_lot"), l.day("expires")
	if s.lots[r.LotCode] {
		l.wrong("lot", "There is a lot with this code already.")
	}
	r.Quantity, _ = l.quantity("quantity", measure)
	if l.said("cost") {
		r.UnitCost, _ = l.perUnit("cost", measure.Unit)
	}
	if l.said("location") {
		where, ok := s.locations[strings.ToLower(l.text("location"))]
		if r.LocationID = &where; !ok {
			l.wrong("location", fmt.Sprintf("There is no location “%s”.", l.text("location")))
		}
	}
	return r, name
}

// undoStock takes the lots back by movements of their own, as far as nothing was taken from them.
func undoStock(ctx context.Context, tx *store.Tx, deeds []deed) ([]string, error) {
	reasons := make([]string, len(deeds))
	for i, d := range deeds {
		reason, err := refusal("", inventory.ReverseSource(ctx, tx, inventory.Source{Kind: SourceKind, ID: d.ID}, "The import was undone"))
		if err != nil {
			return nil, err
		}
		reasons[i] = reason
	}
	return reasons, nil
}
