package importing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
)

var materials = &Kind{
	Name: "materials", Label: "Materials", About: "What you buy and use up, with prices and stock levels.", Whole: Most, Limit: Most,
	Fields: []Field{
		{Name: "sku", Label: "SKU", Needed: true, Also: []string{"code", "item code", "article", "article number", "item number", "material sku", "number"}, Hint: "Letters, digits, points and hyphens. A material that has it already is updated.", Examples: [2]string{"FLOUR-T65", "OLIVE-OIL"}},
		{Name: "name", Label: "Name", Also: []string{"material", "item", "description", "title", "ingredient", "material name"}, Hint: "Needed for new materials.", Examples: [2]string{"Flour T65", "Olive oil"}},
		{Name: "unit", Label: "Unit", Also: []string{"uom", "units", "stock unit", "unit of measure"}, Hint: "g, kg, oz, lb, ml, l, pcs and the like. Prices and quantities of the row are in it. Needed for new materials.", Examples: [2]string{"kg", "l"}},
		{Name: "price", Label: "Price", Also: []string{"cost", "amount", "unit price", "price per unit", "unit cost", "purchase price"}, Hint: "Of one unit of the row.", Examples: [2]string{"1.25", "8.9"}},
		{Name: "minimum", Label: "Minimum", Also: []string{"min", "minimum stock", "min stock", "reorder point"}, Hint: "Below it, the list says so.", Examples: [2]string{"25", "5"}},
		{Name: "maximum", Label: "Maximum", Also: []string{"max", "maximum stock", "max stock"}, Examples: [2]string{"200", ""}},
		{Name: "category", Label: "Category", Also: []string{"group", "type"}, Examples: [2]string{"Flours", "Oils"}},
		{Name: "tags", Label: "Tags", Also: []string{"tag", "labels", "keywords"}, Hint: "Words between commas.", Examples: [2]string{"organic, local", ""}},
		{Name: "density", Label: "Density", Also: []string{"g per ml"}, Hint: "Grams that one millilitre weighs.", Examples: [2]string{"", "0.92"}},
		{Name: "supplier", Label: "Supplier", Also: []string{"vendor", "supplier name"}, Examples: [2]string{"Mill & Sons", ""}},
		{Name: "supplier_code", Label: "Supplier's code", Also: []string{"supplier code", "supplier sku", "vendor code", "their item code"}, Examples: [2]string{"M-65-25", ""}},
		{Name: "lead_days", Label: "Lead time", Also: []string{"lead time days", "lead days", "delivery days"}, Hint: "In days.", Examples: [2]string{"3", ""}},
		{Name: "notes", Label: "Notes", Also: []string{"note", "comment", "comments", "remarks"}, Examples: [2]string{"", ""}},
	},
	own: []string{"sku", "name"}, take: takeMaterials, undo: undoMaterials,
}

// takeMaterials updates the materials whose SKUs are known, and creates the others. A cell that is empty leaves what is known as it is.
func takeMaterials(ctx context.Context, tx *store.Tx, b *batch) ([]Outcome, error) {
	lines := b.lines()
	known, err := inventory.BySKU(ctx, tx, texts(lines, "sku"))
	if err != nil {
		return nil, err
	}
	named, err := inventory.Named(ctx, tx, texts(lines, "name"))
	if err != nil {
		return nil, err
	}
	outcomes := make([]Outcome, len(lines))
	var made []inventory.Material
	var better []inventory.Revision
	for i, l := range lines {
		was, there := known[l.text("sku")]
		m := was
		if !there {
			m = inventory.NewMaterial()
		}
		details := l.material(m.Details, there)
		if owner, taken := named[clean(l.text("name"))]; taken && owner != l.text("sku") {
			l.wrong("name", "Another material has this name: "+owner+".")
		}
		if len(l.problems) == 0 {
			m, err = m.Changed(details)
			if err := l.faulty(err, nil); err != nil {
				return nil, err
			}
		}
		if len(l.problems) > 0 {
			outcomes[i] = l.refused()
			continue
		}
		outcomes[i] = Outcome{Row: l.Number, Action: Created, deed: deed{Action: Created, ID: m.ID, SKU: m.SKU, Name: m.Name}}
		if !there {
			made = append(made, m)
			continue
		}
		if outcomes[i], err = changedOutcome(l, was.ID, was.SKU, m.Name, was.Details, m.Details); err != nil {
			return nil, err
		}
		if outcomes[i].Action == Updated {
			better = append(better, inventory.Revision{Was: was, Is: m})
		}
	}
	if !b.write {
		return outcomes, nil
	}
	if err := inventory.CreateAll(ctx, tx, made); err != nil {
		return nil, err
	}
	return outcomes, inventory.UpdateAll(ctx, tx, better)
}

// changedOutcome is that of a row about something that is known.
func changedOutcome[D any](l *line, which id.ID, sku, name string, was, is D) (Outcome, error) {
	before, err := json.Marshal(was)
	if err != nil {
		return Outcome{}, err
	}
	after, err := json.Marshal(is)
	o := Outcome{Row: l.Number, Action: Updated, deed: deed{Action: Updated, ID: which, SKU: sku, Name: name, Was: string(before), Is: string(after)}}
	if string(before) == string(after) {
		o.Action = Unchanged
	}
	return o, err
}

// material is what is known, with what the row says.
func (l *line) material(d inventory.Details, there bool) inventory.Details {
	d.SKU = l.text("sku")
	set(l, "name", &d.Name)
	set(l, "category", &d.Category)
	if l.said("tags") {
		d.Tags = inventory.ParseTags(l.text("tags"))
	}
	set(l, "supplier", &d.Supplier)
	set(l, "supplier_code", &d.SupplierCode)
	set(l, "notes", &d.Notes)
	if !there {
		d.Unit = l.stockUnit()
	} else if l.said("unit") {
		if u, _, _, ok := quantity.InUnit(l.text("unit")); !ok || u != d.Unit && d.Density == 0 {
			l.wrong("unit", fmt.Sprintf("%s is counted in %s, and “%s” is no unit of that.", d.SKU, d.Unit.Large(), l.text("unit")))
		}
	}
	if d.Unit == "" || len(l.problems) > 0 && !there {
		return d
	}
	if l.said("density") {
		d.Density, _ = l.number("density")
	}
	if l.said("price") {
		d.Price, _ = l.perUnit("price", d.Unit)
	}
	for field, into := range map[string]**quantity.Quantity{"minimum": &d.Minimum, "maximum": &d.Maximum} {
		if l.said(field) {
			if q, ok := l.quantity(field, d.Measure()); ok {
				*into = &q
			}
		}
	}
	if l.said("lead_days") {
		if days, ok := l.whole("lead_days"); ok {
			d.LeadDays = &days
		}
	}
	return d
}

// stockUnit is what a new material is counted in: the stock unit of the unit that the row says.
func (l *line) stockUnit() quantity.Unit {
	switch stock, _, _, ok := quantity.InUnit(l.text("unit")); {
	case !l.said("unit"):
		l.wrong("unit", "Say the unit of a new material: g, kg, ml, l or pcs.")
		return ""
	case !ok:
		l.wrong("unit", fmt.Sprintf("“%s” is no unit that is known. Use g, kg, oz, lb, ml, l, pcs or the like.", l.text("unit")))
		return ""
	default:
		return stock
	}
}

// set takes over a text that the row says.
func set(l *line, field string, into *string) {
	if l.said(field) {
		*into = l.text(field)
	}
}

// texts are what some rows say in a field, without the empty ones.
func texts(lines []*line, field string) []string {
	var all []string
	for _, l := range lines {
		if l.said(field) {
			all = append(all, clean(l.text(field)))
		}
	}
	return all
}

// clean is a text as names are kept: with single spaces.
func clean(text string) string { return strings.Join(strings.Fields(text), " ") }

// What keeps a row from being undone.
const (
	gone    = "It was renamed or deleted since."
	used    = "It was used since. Archive it instead."
	changed = "Somebody changed it since."
)

// undoMaterials deletes what was created and not used since, and gives what was changed its former details back.
func undoMaterials(ctx context.Context, tx *store.Tx, deeds []deed) ([]string, error) {
	known, err := inventory.BySKU(ctx, tx, skus(deeds))
	if err != nil {
		return nil, err
	}
	reasons := make([]string, len(deeds))
	var back []inventory.Revision
	for i, d := range deeds {
		m := known[d.SKU]
		switch {
		case m.ID != d.ID:
			reasons[i] = gone
		case d.Action == Created && (m.Lots > 0 || m.InRecipes):
			reasons[i] = used
		case d.Action == Created:
			err = inUse(inventory.Delete(ctx, tx, d.SKU))
		default:
			var was inventory.Details
			if reasons[i], err = former(m.Details, d, &was); err == nil && reasons[i] == "" {
				var former inventory.Material
				if former, err = m.Changed(was); err == nil {
					back = append(back, inventory.Revision{Was: m, Is: former})
				}
			}
		}
		if reasons[i], err = refusal(reasons[i], err); err != nil {
			return nil, err
		}
	}
	return reasons, inventory.UpdateAll(ctx, tx, back)
}

func skus(deeds []deed) []string {
	all := make([]string, len(deeds))
	for i, d := range deeds {
		all[i] = d.SKU
	}
	return all
}

// errInUse is a row that cannot be deleted because something names it. After it the transaction is good for nothing more.
var errInUse = errors.New("something names it")

func inUse(err error) error {
	if fault.Is(err, fault.KindConflict) {
		return errInUse
	}
	return err
}

// former reads the details that something had, unless somebody changed it since.
func former[D any](now D, d deed, was *D) (reason string, err error) {
	text, err := json.Marshal(now)
	if err != nil {
		return "", err
	}
	if string(text) != d.Is {
		return changed, nil
	}
	return "", json.Unmarshal([]byte(d.Was), was)
}

// refusal turns what a domain refuses into a reason.
func refusal(reason string, err error) (string, error) {
	switch {
	case fault.Is(err, fault.KindInvalid):
		return fault.FieldsOf(err)[0].Message, nil
	case fault.Is(err, fault.KindConflict), fault.Is(err, fault.KindNotFound):
		return fault.MessageOf(err), nil
	}
	return reason, err
}
