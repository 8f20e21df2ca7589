package importing

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"craftplan/internal/catalog"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
)

var products = &Kind{
	Name: "products", Label: "Products", About: "What you make and sell, with prices. Their recipes are another file.", Whole: Most, Limit: Most,
	Fields: []Field{
		{Name: "sku", Label: "SKU", Needed: true, Also: []string{"code", "item code", "article", "article number", "item number", "product sku", "number"}, Hint: "A product that has it already is updated.", Examples: [2]string{"BREAD-RYE", "ROLL-PLAIN"}},
		{Name: "name", Label: "Name", Also: []string{"product name", "product", "item", "description", "title"}, Hint: "Needed for new products.", Examples: [2]string{"Rye loaf", "Plain roll"}},
		{Name: "family", Label: "Variant of", Also: []string{"family", "parent", "base product", "product family"}, Hint: "What it is a size or flavour of, in the same words for all of them.", Examples: [2]string{"", "Roll"}},
		{Name: "variant", Label: "Variant", Also: []string{"option", "size", "flavour", "flavor"}, Hint: "Which one it is, such as large. The name has it too.", Examples: [2]string{"", "plain"}},
		{Name: "status", Label: "Status", Also: []string{"state"}, Hint: "draft, testing, active, paused, discontinued or archived. A new product is active when empty.", Examples: [2]string{"active", "draft"}},
		{Name: "price", Label: "Price", Also: []string{"cost", "amount", "unit price", "selling price", "sales price", "retail price"}, Hint: "Of one piece.", Examples: [2]string{"4.5", "0.8"}},
		{Name: "max_daily", Label: "Most in a day", Also: []string{"max daily", "daily limit", "max per day"}, Hint: "Pieces; 0 is no limit.", Examples: [2]string{"120", ""}},
		{Name: "shelf_life", Label: "Shelf life", Also: []string{"shelf life days", "best before days"}, Hint: "In days.", Examples: [2]string{"5", ""}},
		{Name: "gtin", Label: "GTIN", Also: []string{"ean", "barcode", "upc"}, Examples: [2]string{"", ""}},
		{Name: "notes", Label: "Notes", Also: []string{"note", "comment", "comments", "remarks"}, Examples: [2]string{"", ""}},
	},
	own: []string{"sku", "name", "gtin"}, take: takeProducts, undo: undoProducts,
}

// takeProducts updates the products whose SKUs are known, and creates the others. A cell that is empty leaves what is known as it is.
func takeProducts(ctx context.Context, tx *store.Tx, b *batch) ([]Outcome, error) {
	lines := b.lines()
	known, err := catalog.BySKU(ctx, tx, texts(lines, "sku"))
	if err != nil {
		return nil, err
	}
	taken, err := catalog.Taken(ctx, tx, texts(lines, "name"), texts(lines, "gtin"))
	if err != nil {
		return nil, err
	}
	outcomes := make([]Outcome, len(lines))
	var made []catalog.Product
	var better []catalog.Revision
	for i, l := range lines {
		was, there := known[l.text("sku")]
		p := was
		if !there {
			p = catalog.NewProduct()
		}
		p.Details = l.product(p.Details)
		details, err := p.Validate()
		if err := l.faulty(err, nil); err != nil {
			return nil, err
		}
		p.Details = details
		if owner := taken.Names[p.Name]; owner != "" && owner != p.SKU {
			l.wrong("name", "Another product has this name: "+owner+".")
		}
		if owner := taken.GTINs[p.GTIN]; owner != "" && owner != p.SKU {
			l.wrong("gtin", "Another product has this number: "+owner+".")
		}
		switch {
		case len(l.problems) > 0:
			outcomes[i] = l.refused()
		case !there:
			outcomes[i] = Outcome{Row: l.Number, Action: Created, deed: deed{Action: Created, ID: p.ID, SKU: p.SKU, Name: p.Name}}
			made = append(made, p)
		default:
			if outcomes[i], err = changedOutcome(l, p.ID, p.SKU, p.Name, was.Details, p.Details); err != nil {
				return nil, err
			}
			if outcomes[i].Action == Updated {
				better = append(better, catalog.Revision{Was: was.Details, Is: p})
			}
		}
	}
	if !b.write {
		return outcomes, nil
	}
	if err := catalog.CreateAll(ctx, tx, made); err != nil {
		return nil, err
	}
	return outcomes, catalog.UpdateAll(ctx, tx, better)
}

// product is what is known, with what the row says.
func (l *line) product(d catalog.Details) catalog.Details {
	d.SKU = l.text("sku")
	set(l, "name", &d.Name)
	set(l, "family", &d.Family)
	set(l, "variant", &d.Variant)
	set(l, "gtin", &d.GTIN)
	set(l, "notes", &d.Notes)
	if l.said("status") {
		if d.Status = strings.ToLower(l.text("status")); !slices.Contains(catalog.Statuses, d.Status) {
			l.wrong("status", fmt.Sprintf("“%s” is none of %s.", l.text("status"), strings.Join(catalog.Statuses, ", ")))
			d.Status = "draft"
		}
	}
	if l.said("price") {
		d.Price, _ = l.amount("price")
	}
	if l.said("max_daily") {
		n, _ := l.number("max_daily")
		d.MaxDaily = quantity.Quantity(n)
	}
	if l.said("shelf_life") {
		if days, ok := l.whole("shelf_life"); ok {
			d.ShelfLife = &days
		}
	}
	return d
}

// undoProducts deletes what was created and not used since, and gives what was changed its former details back.
func undoProducts(ctx context.Context, tx *store.Tx, deeds []deed) ([]string, error) {
	known, err := catalog.BySKU(ctx, tx, skus(deeds))
	if err != nil {
		return nil, err
	}
	reasons := make([]string, len(deeds))
	var back []catalog.Revision
	for i, d := range deeds {
		p := known[d.SKU]
		switch {
		case p.ID != d.ID:
			reasons[i] = gone
		case d.Action == Created:
			err = inUse(catalog.Delete(ctx, tx, d.SKU))
		default:
			var was catalog.Details
			if reasons[i], err = former(p.Details, d, &was); err == nil && reasons[i] == "" {
				back = append(back, catalog.Revision{Was: p.Details, Is: catalog.Product{ID: p.ID, Details: was}})
			}
		}
		if reasons[i], err = refusal(reasons[i], err); err != nil {
			return nil, err
		}
	}
	return reasons, catalog.UpdateAll(ctx, tx, back)
}
