package catalog

import (
	"context"
	"strings"
	"unicode/utf8"

	"craftplan/internal/authz"
	"craftplan/internal/catalog/internal/db"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
)

// Declaration is what labels say about a product that does not follow from its recipe. Field names in errors are food_name, unit, net,
// portion, portion_name, storage and highlighted.
type Declaration struct {
	FoodName    string            // what the food is; "" is the product's name
	Unit        quantity.Unit     // of Net and Portion: grams or millilitres
	Net         quantity.Quantity // of a finished piece; 0 is not known
	Portion     quantity.Quantity // 0 is the whole piece
	PortionName string            // such as 2 slices
	Storage     string
	FromFactors bool    // energy is reckoned from nutrients, not added up from the materials
	Merged      bool    // within other products its ingredients are listed as theirs, not behind its name
	Highlighted []id.ID // materials and products of the recipe whose share the label tells
}

const (
	maxFoodName = 200
	maxStorage  = 300
)

// Declare writes what labels say about a product.
func Declare(ctx context.Context, tx *store.Tx, sku string, d Declaration) error {
	if err := tx.Require(authz.CatalogWrite); err != nil {
		return err
	}
	p, err := Get(ctx, tx, sku)
	if err != nil {
		return err
	}
	if d, err = d.Validate(); err != nil {
		return err
	}
	if err := d.highlightsOnly(ctx, tx, p.ID); err != nil {
		return err
	}
	in := db.SaveDeclarationIn{ProductID: p.ID, FoodName: d.FoodName, Unit: string(d.Unit), PortionName: d.PortionName, Storage: d.Storage, FromFactors: d.FromFactors, Merged: d.Merged, UpdatedAt: tx.Now(), UpdatedBy: tx.Actor().UserID}
	if d.Net > 0 {
		in.Net = &d.Net
	}
	if d.Portion > 0 {
		in.Portion = &d.Portion
	}
	if err := db.For(tx).SaveDeclaration(ctx, in); err != nil {
		return err
	}
	if err := db.For(tx).DeleteHighlights(ctx, db.DeleteHighlightsIn{ProductID: p.ID}); err != nil {
		return err
	}
	for _, item := range d.Highlighted {
		if err := db.For(tx).AddHighlight(ctx, db.AddHighlightIn{ProductID: p.ID, ItemID: item}); err != nil {
			return err
		}
	}
	return nil
}

// highlightsOnly refuses what is not in the recipe.
func (d Declaration) highlightsOnly(ctx context.Context, tx *store.Tx, product id.ID) error {
	if len(d.Highlighted) == 0 {
		return nil
	}
	r, err := GetRecipe(ctx, tx, product, 0)
	if err != nil {
		return err
	}
	there := map[id.ID]bool{}
	if r != nil {
		for _, c := range r.Components {
			there[c.ID] = true
		}
	}
	for _, item := range d.Highlighted {
		if !there[item] {
			return fault.Invalid("highlighted", "Choose ingredients of the recipe.")
		}
	}
	return nil
}

// Validate tells what is wrong with the fields and returns them cleaned.
func (d Declaration) Validate() (Declaration, error) {
	var p fault.Problems
	d.FoodName, d.PortionName, d.Storage = strings.Join(strings.Fields(d.FoodName), " "), strings.Join(strings.Fields(d.PortionName), " "), strings.Join(strings.Fields(d.Storage), " ")
	if d.Unit != quantity.Gram && d.Unit != quantity.Millilitre {
		p.Add("unit", "Choose weight or volume.")
	}
	if d.Net < 0 || d.Net > quantity.Max {
		p.Add("net", "Enter what a finished piece weighs or holds, such as 450 g.")
	}
	if d.Portion < 0 || d.Portion > quantity.Max {
		p.Add("portion", "Enter how much a portion is, such as 50 g.")
	}
	for field, text := range map[string]string{"food_name": d.FoodName, "portion_name": d.PortionName} {
		if utf8.RuneCountInString(text) > maxFoodName {
			p.Addf(field, "Use at most %d characters.", maxFoodName)
		}
	}
	if utf8.RuneCountInString(d.Storage) > maxStorage {
		p.Addf("storage", "Use at most %d characters.", maxStorage)
	}
	return d, p.Err()
}

// DeclarationOf is what labels say about a product, and whether somebody said anything.
func DeclarationOf(ctx context.Context, tx *store.Tx, product id.ID) (Declaration, bool, error) {
	if err := tx.Require(authz.CatalogRead); err != nil {
		return Declaration{}, false, err
	}
	all, err := declarations(ctx, tx, []id.ID{product})
	if err != nil {
		return Declaration{}, false, err
	}
	d, said := all[product]
	if !said {
		return Declaration{Unit: quantity.Gram}, false, nil
	}
	rows, err := db.For(tx).HighlightsOf(ctx, db.HighlightsOfIn{ProductID: product})
	d.Highlighted = rows
	return d, true, err
}

// declarations are those of some products, without what they highlight.
func declarations(ctx context.Context, tx *store.Tx, products []id.ID) (map[id.ID]Declaration, error) {
	all := map[id.ID]Declaration{}
	if len(products) == 0 {
		return all, nil
	}
	rows, err := db.For(tx).DeclarationsOf(ctx, db.DeclarationsOfIn{Ids: store.List(products)})
	for _, r := range rows {
		d := Declaration{FoodName: r.FoodName, Unit: quantity.Unit(r.Unit), PortionName: r.PortionName, Storage: r.Storage, FromFactors: r.FromFactors, Merged: r.Merged}
		if r.Net != nil {
			d.Net = *r.Net
		}
		if r.Portion != nil {
			d.Portion = *r.Portion
		}
		all[r.ProductID] = d
	}
	return all, err
}
