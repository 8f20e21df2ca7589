package inventory

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"craftplan/internal/authz"
	"craftplan/internal/exact"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory/internal/db"
	"craftplan/internal/nutrition"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
)

// Declaration is what labels say about a material. Field names in errors are name, ingredients, packaging, basis, piece_weight, called.ID of an
// allergen and amount.ID of a nutrient.
type Declaration struct {
	Name        string // in ingredient lists; "" is the material's own
	Ingredients string // of a compound, as its own label lists them
	Packaging   bool   // no part of the food, so labels leave it out
	Water       bool   // water that is added
	Checked     bool   // the allergens are all there are; else what is not among them is not known
	Allergens   []Present
	Basis       quantity.Unit     // amounts are those of 100 g, of 100 ml, or of a piece
	PieceWeight quantity.Quantity // grams of a piece; 0 is not known
	Amounts     Amounts           // of nutrients, for the basis
}

// Amounts are of nutrients, by id, each in its unit; what is not known is not in it.
type Amounts map[id.ID]quantity.Quantity

// Present is an allergen in a material.
type Present struct {
	Allergen
	Traces bool   // it may be in it; else it is
	Called string // on labels, such as wheat; "" is the allergen's word
}

// Named is what labels call it: one word, or several with commas.
func (a Present) Named() string {
	if a.Called != "" {
		return a.Called
	}
	return a.Word()
}

// InWords is the allergen and what labels call it.
func (a Present) InWords() string {
	if a.Called == "" {
		return a.Name
	}
	return a.Name + " (" + a.Called + ")"
}

// Food is a material as labels of what is made of it need to know it.
type Food struct {
	Said bool // somebody declared it
	Declaration
	Unit    quantity.Unit // that its stock is counted in
	Density int64
}

// Grams are the weight of so many stock units; nil where it is not known.
func (f Food) Grams(stock *big.Rat) *big.Rat {
	switch {
	case f.Unit == quantity.Gram:
		return stock
	case f.Unit == quantity.Millilitre && f.Density > 0:
		return new(big.Rat).Mul(stock, exact.Fraction(f.Density, quantity.Micro))
	case f.Unit == quantity.Piece && f.PieceWeight > 0:
		return new(big.Rat).Mul(stock, exact.Fraction(int64(f.PieceWeight), quantity.Micro))
	}
	return nil
}

// Bases are how many times the amounts of nutrients there are in so many stock units; nil where it cannot be reckoned.
func (f Food) Bases(stock *big.Rat) *big.Rat {
	hundred := big.NewRat(1, 100)
	switch {
	case f.Basis == f.Unit && f.Unit == quantity.Piece:
		return stock
	case f.Basis == f.Unit:
		return new(big.Rat).Mul(stock, hundred)
	case f.Basis == quantity.Gram:
		if grams := f.Grams(stock); grams != nil {
			return new(big.Rat).Mul(grams, hundred)
		}
	case f.Basis == quantity.Millilitre && f.Density > 0:
		if grams := f.Grams(stock); grams != nil {
			return new(big.Rat).Mul(grams, exact.Fraction(quantity.Micro, f.Density*100))
		}
	}
	return nil
}

// Lacks is what must be known before the amounts of nutrients can be reckoned with; "" when they can.
func (f Food) Lacks() string {
	switch {
	case f.Bases(big.NewRat(1, 1)) != nil:
		return ""
	case f.Unit == quantity.Piece:
		return "what a piece weighs"
	}
	return "its density"
}

// Foods are materials as labels need them, declared or not.
func Foods(ctx context.Context, tx *store.Tx, materials []id.ID) (map[id.ID]Food, error) {
	if err := tx.Require(authz.InventoryRead); err != nil {
		return nil, err
	}
	foods, list := map[id.ID]Food{}, store.List(materials)
	units, err := db.For(tx).MeasuresOf(ctx, db.MeasuresOfIn{Ids: list})
	if err != nil {
		return nil, err
	}
	for _, r := range units {
		foods[r.ID] = Food{Unit: quantity.Unit(r.Unit), Density: r.Density, Declaration: Declaration{Basis: basisOf(quantity.Unit(r.Unit))}}
	}
	rows, err := db.For(tx).DeclarationsOf(ctx, db.DeclarationsOfIn{Ids: list})
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		f := foods[r.MaterialID]
		f.Said = true
		f.Declaration = Declaration{Name: r.Name, Ingredients: r.Ingredients, Water: r.IsWater, Packaging: r.Packaging, Checked: r.AllergensChecked, Basis: quantity.Unit(r.Basis), Amounts: Amounts{}}
		if r.PieceWeight != nil {
			f.PieceWeight = *r.PieceWeight
		}
		foods[r.MaterialID] = f
	}
	return foods, fillFoods(ctx, tx, foods, list)
}

// FoodOf is one material as labels need it.
func FoodOf(ctx context.Context, tx *store.Tx, material id.ID) (Food, error) {
	if err := tx.Require(authz.InventoryRead); err != nil {
		return Food{}, err
	}
	foods, err := Foods(ctx, tx, []id.ID{material})
	return foods[material], err
}

// Has tells whether an allergen is among its own.
func (d Declaration) Has(allergen id.ID) bool {
	return slices.ContainsFunc(d.Allergens, func(p Present) bool { return p.ID == allergen })
}

// basisOf is what amounts of a material are usually told for.
func basisOf(unit quantity.Unit) quantity.Unit {
	if unit == quantity.Piece {
		return quantity.Gram
	}
	return unit
}

func fillFoods(ctx context.Context, tx *store.Tx, foods map[id.ID]Food, list string) error {
	present, err := db.For(tx).AllergensOf(ctx, db.AllergensOfIn{Ids: list})
	if err != nil {
		return err
	}
	for _, r := range present {
		f := foods[r.MaterialID]
		f.Allergens = append(f.Allergens, Present{Allergen{r.AllergenID, r.Code, r.Name, nil}, r.Presence == traces, r.Called})
		foods[r.MaterialID] = f
	}
	amounts, err := db.For(tx).NutrientsOf(ctx, db.NutrientsOfIn{Ids: list})
	for _, r := range amounts {
		foods[r.MaterialID].Amounts[r.NutrientID] = r.Amount
	}
	return err
}

const (
	contains = "contains"
	traces   = "traces"

	maxDeclaredName = 200
	maxIngredients  = 2000
)

// Declare writes what labels say about a material.
func Declare(ctx context.Context, tx *store.Tx, sku string, d Declaration) error {
	if err := tx.Require(authz.InventoryWrite); err != nil {
		return err
	}
	m, err := Get(ctx, tx, sku)
	if err != nil {
		return err
	}
	if err := tx.Lock(ctx, foodLock); err != nil { // names and parts stay as they are
		return err
	}
	allergens, err := Allergens(ctx, tx)
	if err != nil {
		return err
	}
	nutrients, err := Nutrients(ctx, tx)
	if err != nil {
		return err
	}
	if d, err = d.validate(m, allergens, nutrients); err != nil {
		return err
	}
	return d.write(ctx, tx, m.ID)
}

func (d Declaration) write(ctx context.Context, tx *store.Tx, material id.ID) error {
	in := db.SaveDeclarationIn{MaterialID: material, Name: d.Name, Ingredients: d.Ingredients, IsWater: d.Water, Packaging: d.Packaging, AllergensChecked: d.Checked, Basis: string(d.Basis), UpdatedAt: tx.Now(), UpdatedBy: tx.Actor().UserID}
	if d.PieceWeight > 0 {
		in.PieceWeight = &d.PieceWeight
	}
	queries := db.For(tx)
	if err := queries.SaveDeclaration(ctx, in); err != nil {
		return err
	}
	if err := queries.DeleteAllergensOf(ctx, db.DeleteAllergensOfIn{MaterialID: material}); err != nil {
		return err
	}
	for _, p := range d.Allergens {
		presence := map[bool]string{true: traces, false: contains}[p.Traces]
		if err := queries.AddAllergenTo(ctx, db.AddAllergenToIn{MaterialID: material, AllergenID: p.ID, Presence: presence, Called: p.Called}); err != nil {
			return err
		}
	}
	if err := queries.DeleteNutrientsOf(ctx, db.DeleteNutrientsOfIn{MaterialID: material}); err != nil {
		return err
	}
	for nutrient, amount := range d.Amounts {
		if err := queries.AddNutrientTo(ctx, db.AddNutrientToIn{MaterialID: material, NutrientID: nutrient, Amount: amount}); err != nil {
			return err
		}
	}
	return nil
}

// validate tells what is wrong with the fields and returns them cleaned.
func (d Declaration) validate(m Material, allergens []Allergen, nutrients []Nutrient) (Declaration, error) {
	var p fault.Problems
	d.Name, d.Ingredients = strings.Join(strings.Fields(d.Name), " "), strings.Join(strings.Fields(d.Ingredients), " ")
	checkText(&p, "name", d.Name, maxDeclaredName)
	checkText(&p, "ingredients", d.Ingredients, maxIngredients)
	if d.Basis != quantity.Gram && d.Basis != quantity.Millilitre && (d.Basis != quantity.Piece || m.Unit != quantity.Piece) {
		p.Add("basis", "Choose what the amounts are for.")
	}
	if d.PieceWeight < 0 || d.PieceWeight > quantity.Max || d.PieceWeight > 0 && m.Unit != quantity.Piece {
		p.Add("piece_weight", "Enter what one piece weighs, such as 55 g.")
	}
	if d.Packaging && (d.Water || len(d.Allergens)+len(d.Amounts) > 0) {
		p.Add("packaging", "Packaging is no part of the food: it has no allergens and no nutrition.")
	}
	d.Allergens = slices.Clone(d.Allergens)
	for i := range d.Allergens {
		d.Allergens[i].check(&p, allergens)
	}
	d.checkAmounts(&p, m, nutrients)
	return d, p.Err()
}

func checkText(p *fault.Problems, field, text string, most int) {
	switch {
	case utf8.RuneCountInString(text) > most:
		p.Addf(field, "Use at most %d characters.", most)
	case strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }):
		p.Add(field, "Use printable characters only.")
	}
}

// check completes an allergen from the organization's.
func (a *Present) check(p *fault.Problems, all []Allergen) {
	field := "called." + a.ID.String()
	at := slices.IndexFunc(all, func(o Allergen) bool { return o.ID == a.ID })
	if at < 0 {
		p.Add(field, "Choose one of the list.")
		return
	}
	a.Allergen, a.Called = all[at], strings.Join(strings.Fields(a.Called), " ")
	checkText(p, field, a.Called, maxDeclaredName)
	if a.Kinds() != "" && a.Called == "" && !a.Traces {
		p.Addf(field, "Say which: %s.", a.Kinds())
	}
}

// checkAmounts tells what cannot be: parts that are more than their whole, and more in it than it weighs.
func (d Declaration) checkAmounts(p *fault.Problems, m Material, nutrients []Nutrient) {
	known, byCode := map[id.ID]Nutrient{}, map[string]Nutrient{}
	for _, n := range nutrients {
		known[n.ID], byCode[n.Code] = n, n
	}
	inOrder := func(a, b id.ID) int { return slices.Compare(a.UUID[:], b.UUID[:]) } // problems are told in the same order each time
	for _, nutrient := range slices.SortedFunc(maps.Keys(d.Amounts), inOrder) {
		amount, field := d.Amounts[nutrient], amountField(nutrient)
		n, ok := known[nutrient]
		switch {
		case !ok:
			p.Add(field, "Choose one of the list.")
			continue
		case amount < 0 || amount > quantity.Max:
			p.Add(field, "Enter an amount that is not negative.")
		}
		if n.PartOf != nil {
			d.checkPart(p, n, known[*n.PartOf])
		}
	}
	d.checkPart(p, byCode[nutrition.AddedSugars], byCode[nutrition.Sugars])
	d.checkSum(p, m, byCode)
	d.checkEnergy(p, byCode)
}

func amountField(nutrient id.ID) string { return "amount." + nutrient.String() }

func (d Declaration) checkPart(p *fault.Problems, part, whole Nutrient) {
	some, has := d.Amounts[part.ID]
	all, known := d.Amounts[whole.ID]
	if has && known && part.Unit == whole.Unit && some > all {
		p.Addf(amountField(part.ID), "Must be at most %s, which it is a part of: %s %s.", lowered(whole.Name), quantity.Decimal(all), whole.Unit)
	}
}

// weighing are nutrients that are no parts of one another, in grams.
var weighing = []string{nutrition.Fat, nutrition.Carbohydrate, nutrition.Fibre, nutrition.Protein, nutrition.Salt, nutrition.Alcohol, nutrition.OrganicAcids}

// checkSum compares what is in it with what it weighs, where that is known.
func (d Declaration) checkSum(p *fault.Problems, m Material, byCode map[string]Nutrient) {
	weight := quantity.Of(100)
	switch d.Basis {
	case quantity.Millilitre:
		weight = quantity.Quantity(m.Density * 100)
	case quantity.Piece:
		weight = d.PieceWeight
	}
	var sum quantity.Quantity
	var largest Nutrient
	for _, code := range weighing {
		n := byCode[code]
		if amount, ok := d.Amounts[n.ID]; ok && amount <= quantity.Max {
			sum += amount
			if largest.Code == "" || amount > d.Amounts[largest.ID] {
				largest = n
			}
		}
	}
	if weight > 0 && sum > weight {
		p.Addf(amountField(largest.ID), "Fat, carbohydrate, fibre, protein, salt and the rest are %s g together, more than the %s g it weighs.", quantity.Decimal(sum), quantity.Decimal(weight))
	}
}

// checkEnergy finds kilojoules and kilocalories that cannot belong to one another: by the factors of the law, 1 kcal is 4 to 4.34 kJ.
func (d Declaration) checkEnergy(p *fault.Problems, byCode map[string]Nutrient) {
	kJ, a := d.Amounts[byCode[nutrition.EnergyKJ].ID]
	kcal, b := d.Amounts[byCode[nutrition.EnergyKcal].ID]
	if !a || !b || kJ > quantity.Max || kcal > quantity.Max {
		return
	}
	least, e := kcal.Times(39, 10, exact.Down)
	most, f := kcal.Times(45, 10, exact.Up)
	if e == nil && f == nil && (kJ < least-quantity.Of(10) || kJ > most+quantity.Of(10)) {
		p.Addf(amountField(byCode[nutrition.EnergyKJ].ID), "Does not fit %s kcal: one kcal is about 4.2 kJ.", quantity.Decimal(kcal))
	}
}

// ParseAmount reads an amount of a nutrient: a plain number in its unit, or with one of the units it can be told in. Salt is also read
// from sodium, as in "sodium 400 mg".
func ParseAmount(text string, n Nutrient) (quantity.Quantity, error) {
	text = strings.ToLower(strings.TrimSpace(text))
	rest := strings.TrimSpace(strings.Replace(text, "sodium", "", 1))
	sodium := rest != text && n.Code == nutrition.Salt
	if !sodium {
		rest = text
	}
	number, unit := rest, ""
	if at := strings.IndexFunc(rest, func(r rune) bool { return unicode.IsLetter(r) || r == '%' }); at >= 0 {
		number, unit = rest[:at], strings.TrimSpace(rest[at:])
	}
	value, err := quantity.ParseNumber(number)
	if err != nil {
		return 0, err
	}
	up, down, ok := scale(unit, n.Unit)
	if !ok {
		return 0, fmt.Errorf("Enter an amount in %s, such as 1.5.", n.Unit)
	}
	if sodium {
		up, down = up*5, down*2
	}
	q, err := quantity.Quantity(value).Times(up, down, exact.HalfUp)
	if err != nil || q > quantity.Max {
		return 0, errors.New("That is more than can be kept. Enter a smaller amount.")
	}
	return q, nil
}

// scale turns an amount of a written unit into one of a nutrient's.
func scale(written string, unit NutrientUnit) (up, down int64, ok bool) {
	sizes := map[string]int64{"g": 1_000_000, "mg": 1000, "µg": 1, "μg": 1, "ug": 1, "mcg": 1} // micrograms; the two signs look the same
	to := string(unit)
	if written == "" || written == strings.ToLower(to) {
		return 1, 1, true
	}
	from, a := sizes[written]
	per, b := sizes[to]
	return from, per, a && b
}
