package demo

import (
	"fmt"
	"strings"

	"craftplan/internal/catalog"
	"craftplan/internal/inventory"
	"craftplan/internal/nutrition"
	"craftplan/internal/quantity"
	"craftplan/internal/settings"
	"craftplan/internal/store"
)

// food is what labels say about a material of the shelf.
type food struct {
	name, ingredients string
	contains, traces  string // codes of allergens, with what labels call them: "gluten:wheat milk"
	piece             string // what one piece weighs
	density           int64
	water, packaging  bool
	facts             string // amounts of 100 g, in the order of foodLines
}

// foodLines are the nutrients of foods: kJ, kcal, and grams; then trans fat, cholesterol in mg, added sugars, vitamin D in µg, and the
// minerals in mg. A hyphen is not known.
var foodLines = []string{nutrition.EnergyKJ, nutrition.EnergyKcal, nutrition.Fat, nutrition.Saturates, nutrition.Carbohydrate, nutrition.Sugars, nutrition.Fibre, nutrition.Protein, nutrition.Salt,
	nutrition.TransFat, nutrition.Cholesterol, nutrition.AddedSugars, nutrition.VitaminD, nutrition.Calcium, nutrition.Iron, nutrition.Potassium}

// bakeryFoods are by SKU. Their amounts are about what tables of foods say, for raw ingredients.
var bakeryFoods = map[string]food{
	"FLOUR-001":  {name: "wheat flour", contains: "gluten:wheat", facts: "1523 364 0.98 0.16 73.6 0.27 2.7 10.3 0.005  0 0 0 0 15 1.17 107"},
	"FLOUR-002":  {name: "whole wheat flour", contains: "gluten:wheat", facts: "1424 340 2.5 0.43 61.3 0.41 10.7 13.2 0.005  0 0 0 0 34 3.6 363"},
	"FLOUR-003":  {name: "rye flour", contains: "gluten:rye", facts: "1461 349 1.52 0.2 63.6 0.93 11.8 10.9 0.005  0 0 0 0 24 2.54 374"},
	"SUGAR-001":  {name: "sugar", facts: "1619 387 0 0 99.9 99.8 0 0 0.003  0 0 99.8 0 1 0.05 2"},
	"BUTTER-001": {name: "butter", contains: "milk", facts: "2999 717 81.1 51.4 0.06 0.06 0 0.85 0.028  3.3 215 0 0 24 0.02 24"},
	"EGG-001":    {name: "eggs", contains: "eggs", piece: "50 g", facts: "599 143 9.5 3.1 0.72 0.37 0 12.6 0.355  0.04 372 0 2 56 1.75 138"},
	"MILK-001":   {name: "whole milk", contains: "milk", density: 1_030_000, facts: "256 61 3.25 1.87 4.8 4.8 0 3.15 0.11  0.11 10 0 1.3 113 0.03 132"},
	"YEAST-001":  {name: "yeast", facts: "441 105 1.9 0.24 10 0 8.1 8.4 0.075  0 0 0 0 19 3.25 601"},
	"SALT-001":   {name: "salt", facts: "0 0 0 0 0 0 0 0 97  0 0 0 0 24 0.33 8"},
	"WATER-001":  {name: "water", density: 1_000_000, water: true, facts: "0 0 0 0 0 0 0 0 0  0 0 0 0 0 0 0"},
	"ALM-001":    {name: "almonds", contains: "nuts:almonds", traces: "peanuts", facts: "2423 579 49.9 3.8 9.1 4.35 12.5 21.2 0.003  0.02 0 0 0 269 3.71 733"},
	"CHOC-001": {name: "dark chocolate", ingredients: "cocoa mass, sugar, cocoa butter, emulsifier: soya lecithin, vanilla", contains: "soybeans:soya", traces: "milk nuts:hazelnuts",
		facts: "2284 546 31.3 18.5 54.2 47.9 7 4.9 0.06  0.1 8 47.9 0 56 8 559"},
	"CHEESE-001": {name: "cream cheese", ingredients: "milk, cream, salt, culture", contains: "milk", facts: "1431 342 34.2 19.3 4.1 3.2 0 5.9 0.8  1.2 110 0 0 98 0.38 138"},
	"BERRY-001":  {name: "blueberries", facts: "240 57 0.33 0.03 12.1 9.96 2.4 0.74 0.003  0 0 0 0 6 0.28 77"},
	"OAT-001":    {name: "rolled oats", contains: "gluten:oats", traces: "soybeans:soya", facts: "1587 379 6.5 1.1 57.6 1 10.1 13.2 0.015  0 0 0 0 52 4.25 362"},
	"SESAME-001": {name: "sesame seeds", contains: "sesame", facts: "2397 573 49.7 7 11.7 0.3 11.8 17.7 0.028  0 0 0 0 975 14.6 468"},
	"CINN-001":   {name: "cinnamon", facts: "1035 247 1.24 0.35 27.5 2.2 53.1 4 0.025  0 0 0 0 1002 8.3 431"},
}

// roasteryFoods: coffee needs no nutrition declaration, so none is entered.
var roasteryFoods = map[string]food{
	"GREEN-ETH": {name: "coffee"}, "GREEN-COL": {name: "coffee"}, "GREEN-BRA": {name: "coffee"}, "BAG-340": {packaging: true}, "LABEL-01": {packaging: true},
}

var roasteryLabels = map[string]label{
	"GUJI-340":  {food: "Whole bean coffee, light roast", net: "340 g", keep: coolAndDry},
	"HUILA-340": {food: "Whole bean coffee, medium roast", net: "340 g", keep: coolAndDry},
	"NORTH-340": {food: "Whole bean coffee, dark roast", net: "340 g", keep: coolAndDry},
}

// declare says what labels say about the materials of the shop.
func (h *history) declare(tx *store.Tx) error {
	if len(h.shop.foods) == 0 {
		return nil
	}
	allergens, err := inventory.Allergens(h.ctx, tx)
	if err != nil {
		return err
	}
	nutrients, err := inventory.Nutrients(h.ctx, tx)
	if err != nil {
		return err
	}
	for sku, f := range h.shop.foods {
		d, err := f.declaration(allergens, nutrients)
		if err == nil {
			err = inventory.Declare(h.ctx, tx, sku, d)
		}
		if err != nil {
			return fmt.Errorf("food facts of %s: %w", sku, err)
		}
	}
	return nil
}

func (f food) declaration(allergens []inventory.Allergen, nutrients []inventory.Nutrient) (d inventory.Declaration, err error) {
	d = inventory.Declaration{Name: f.name, Ingredients: f.ingredients, Checked: true, Water: f.water, Packaging: f.packaging, Basis: quantity.Gram, Amounts: f.amounts(nutrients)}
	d.Allergens = append(present(allergens, f.contains, false), present(allergens, f.traces, true)...)
	if f.piece != "" {
		d.PieceWeight, err = quantity.Parse(f.piece, quantity.Gram)
	}
	return d, err
}

func present(all []inventory.Allergen, text string, traces bool) (some []inventory.Present) {
	for _, word := range strings.Fields(text) {
		code, called, _ := strings.Cut(word, ":")
		for _, a := range all {
			if a.Code == code {
				some = append(some, inventory.Present{Allergen: a, Traces: traces, Called: called})
			}
		}
	}
	return some
}

func (f food) amounts(nutrients []inventory.Nutrient) inventory.Amounts {
	amounts := inventory.Amounts{}
	for i, text := range strings.Fields(f.facts) {
		for _, n := range nutrients {
			if q, err := inventory.ParseAmount(text, n); err == nil && n.Code == foodLines[i] {
				amounts[n.ID] = q
			}
		}
	}
	return amounts
}

// label is what labels say about a product that its recipe does not.
type label struct {
	food          string
	net, portion  string
	words         string // the portion in words
	keep          string
	shares        string // SKUs of ingredients whose share is told
	barcodeNumber string // of those that a shop may give within its own walls
}

const coolAndDry = "Keep in a cool, dry place."

var bakeryLabels = map[string]label{
	"BREAD-001": {food: "Wheat bread", net: "720 g", portion: "60 g", words: "slice", keep: coolAndDry, barcodeNumber: "2000000000015"},
	"BREAD-002": {food: "Rye and wheat bread", net: "820 g", portion: "60 g", words: "slice", keep: coolAndDry, barcodeNumber: "2000000000022"},
	"PAST-001":  {net: "100 g", keep: coolAndDry, shares: "BUTTER-001", barcodeNumber: "2000000000039"},
	"PAST-002":  {food: "Pastry with cream cheese", net: "115 g", keep: "Keep refrigerated.", shares: "CHEESE-001", barcodeNumber: "2000000000046"},
	"MUF-001":   {net: "110 g", keep: coolAndDry, shares: "BERRY-001", barcodeNumber: "2000000000053"},
	"COOK-001":  {net: "70 g", keep: coolAndDry, shares: "ALM-001", barcodeNumber: "2000000000060"},
	"COOK-002":  {net: "62 g", keep: coolAndDry, shares: "OAT-001", barcodeNumber: "2000000000077"},
	"BAGEL-001": {net: "140 g", keep: coolAndDry, barcodeNumber: "2000000000084"},
	"CAKE-001":  {net: "960 g", portion: "120 g", words: "slice", keep: "Keep refrigerated.", shares: "CHOC-001", barcodeNumber: "2000000000091"},
	"CAKE-002":  {food: "Spiced cake with almond cookies", net: "650 g", portion: "110 g", words: "slice", keep: "Keep refrigerated.", barcodeNumber: "2000000000107"},
}

// describe says what labels say about the products of the shop, and about all of them.
func (h *history) describe(tx *store.Tx) error {
	if len(h.shop.labels) == 0 {
		return nil
	}
	for sku, l := range h.shop.labels {
		d, err := h.declared(l)
		if err == nil {
			err = catalog.Declare(h.ctx, tx, sku, d)
		}
		if err != nil {
			return fmt.Errorf("label of %s: %w", sku, err)
		}
	}
	common, err := settings.GetLabels(h.ctx, tx)
	if err != nil {
		return err
	}
	common.Address = h.shop.address
	return settings.UpdateLabels(h.ctx, tx, common)
}

func (h *history) declared(l label) (d catalog.Declaration, err error) {
	d = catalog.Declaration{FoodName: l.food, Unit: quantity.Gram, PortionName: l.words, Storage: l.keep}
	if d.Net, err = quantity.Parse(l.net, quantity.Gram); err != nil {
		return d, err
	}
	if l.portion != "" {
		d.Portion, err = quantity.Parse(l.portion, quantity.Gram)
	}
	for _, sku := range strings.Fields(l.shares) {
		d.Highlighted = append(d.Highlighted, h.materials[sku].ID)
	}
	return d, err
}
