package catalog

import (
	"cmp"
	"context"
	"math/big"
	"slices"

	"craftplan/internal/authz"
	"craftplan/internal/exact"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory"
	"craftplan/internal/nutrition"
	"craftplan/internal/quantity"
	"craftplan/internal/search"
	"craftplan/internal/store"
)

// Food is a product as food: what one piece of its active recipe contains, at all levels, with what is not known told.
type Food struct {
	Declaration
	Flat
	recipe    *Recipe
	book      book
	Foods     map[id.ID]inventory.Food // the materials
	within    map[id.ID]Declaration    // the products in it
	Nutrients []inventory.Nutrient
}

// FoodOf reads a product as food. A product without a recipe is a NotFound fault.
func FoodOf(ctx context.Context, tx *store.Tx, product Product) (Food, error) {
	if err := tx.Require(authz.CatalogRead); err != nil {
		return Food{}, err
	}
	d, _, err := DeclarationOf(ctx, tx, product.ID)
	if err != nil {
		return Food{}, err
	}
	book, err := open(ctx, tx, []id.ID{product.ID})
	if err != nil {
		return Food{}, err
	}
	r, ok := book[product.ID]
	if !ok {
		return Food{}, fault.NotFound("recipe")
	}
	return asFood(ctx, tx, d, r, book)
}

// asFood is a recipe of any status as food.
func asFood(ctx context.Context, tx *store.Tx, d Declaration, r *Recipe, b book) (f Food, err error) {
	f = Food{Declaration: d, recipe: r, book: b}
	if f.Flat, err = b.flatten(r); err != nil {
		return f, err
	}
	return f, f.read(ctx, tx)
}

// read fills in what is known of materials and of the products within.
func (f *Food) read(ctx context.Context, tx *store.Tx) (err error) {
	if f.Foods, err = inventory.Foods(ctx, tx, f.materials()); err != nil {
		return err
	}
	var products []id.ID
	for _, p := range f.Parts {
		for _, r := range p.Path {
			if !slices.Contains(products, r.ID) {
				products = append(products, r.ID)
			}
		}
	}
	if f.within, err = declarations(ctx, tx, products); err != nil {
		return err
	}
	f.Nutrients, err = inventory.Nutrients(ctx, tx)
	return err
}

// materials are those of a recipe, each once.
func (f Flat) materials() (ids []id.ID) {
	for _, m := range f.Materials() {
		ids = append(ids, m.ID)
	}
	return ids
}

// Contribution is what a material brings of a nutrient to one piece.
type Contribution struct {
	inventory.Option
	Taken  *big.Rat // stock units in a piece
	Amount *big.Rat // of the nutrient; nil is not known
	Why    string   // it is not known
}

// Sum is how much of a nutrient is in a piece, and where it comes from.
type Sum struct {
	inventory.Nutrient
	Amount *big.Rat // nil where something is missing
	From   []Contribution
}

// inFood are the materials that are part of the food: all but packaging.
func (f Food) inFood() []Total {
	return slices.DeleteFunc(f.Flat.Materials(), func(m Total) bool { return f.Foods[m.ID].Packaging })
}

// Sums are all nutrients that any material tells of, in the order of labels, and those that every declaration lists.
func (f Food) Sums() (all []Sum) {
	totals := f.inFood()
	for _, n := range f.Nutrients {
		s := f.sum(n, totals)
		brings := func(c Contribution) bool { return c.Amount != nil && c.Amount.Sign() > 0 }
		if n.Required() || slices.ContainsFunc(s.From, brings) {
			all = append(all, s)
		}
	}
	return all
}

// sum adds up what the materials bring of a nutrient.
func (f Food) sum(n inventory.Nutrient, totals []Total) Sum {
	s := Sum{Nutrient: n, Amount: new(big.Rat)}
	for _, m := range totals {
		c := f.contribution(m, n)
		if c.Amount == nil {
			s.Amount = nil
		} else if s.Amount != nil {
			s.Amount.Add(s.Amount, c.Amount)
		}
		s.From = append(s.From, c)
	}
	if len(f.Missing) > 0 || len(totals) == 0 {
		s.Amount = nil
	}
	return s
}

func (f Food) contribution(m Total, n inventory.Nutrient) Contribution {
	food := f.Foods[m.ID]
	c := Contribution{Option: m.Option, Taken: m.Net}
	amount, known := food.Amounts[n.ID]
	switch lacks := food.Lacks(); {
	case !known:
		c.Why = "not entered"
	case amount == 0:
		c.Amount = new(big.Rat)
	case lacks != "":
		c.Why = lacks + " is not entered"
	default:
		c.Amount = new(big.Rat).Mul(food.Bases(m.Net), exact.Fraction(int64(amount), quantity.Micro))
	}
	return c
}

// Amounts are the nutrients of a piece that laws know and that are known of all its materials. Where the product says so, energy is
// reckoned by the factors of the law; left are the nutrients that it could not count.
func (f Food) Amounts(law nutrition.Law) (amounts nutrition.Amounts, left []string) {
	amounts = nutrition.Amounts{}
	totals := f.inFood()
	for _, n := range f.Nutrients {
		if n.Code == "" {
			continue
		}
		if s := f.sum(n, totals); s.Amount != nil {
			amounts[n.Code] = s.Amount
		}
	}
	if f.FromFactors {
		return amounts.FromFactors(law)
	}
	return amounts, nil
}

// Columns are what amounts are declared for, as shares of a piece: 100 g or ml, and a portion. Without the net quantity only the piece
// itself can be declared.
func (f Food) Columns() (hundred, portion *big.Rat) {
	if f.Net == 0 {
		return nil, big.NewRat(1, 1)
	}
	hundred = exact.Fraction(100*quantity.Micro, int64(f.Net))
	if f.Portion == 0 {
		return hundred, big.NewRat(1, 1)
	}
	return hundred, exact.Fraction(int64(f.Portion), int64(f.Net))
}

// GoesIn is what goes into a piece by weight, in grams; nil when something cannot be weighed, which is told.
func (f Food) GoesIn() (grams *big.Rat, unweighed []inventory.Option) {
	grams = new(big.Rat)
	for _, m := range f.inFood() {
		g := f.Foods[m.ID].Grams(m.Net)
		if g == nil {
			unweighed = append(unweighed, m.Option)
			continue
		}
		grams.Add(grams, g)
	}
	if len(unweighed) > 0 || len(f.Missing) > 0 {
		return nil, unweighed
	}
	return grams, nil
}

// InFood is an allergen in a product, by one of its names, such as wheat.
type InFood struct {
	inventory.Allergen
	Called string
	From   []inventory.Option // the materials that bring it
}

// Allergens are those that a product contains and those that it may contain, at all levels, in the order of labels. What it contains
// it does not also perhaps contain. Unchecked are materials whose allergens nobody checked.
func (f Food) Allergens() (contains, may []InFood, unchecked []inventory.Option) {
	for _, m := range f.inFood() {
		food := f.Foods[m.ID]
		if !food.Checked {
			unchecked = append(unchecked, m.Option)
		}
		for _, p := range food.Allergens {
			list := &contains
			if p.Traces {
				list = &may
			}
			for _, called := range names(p.Named()) {
				*list = noted(*list, p.Allergen, called, m.Option)
			}
		}
	}
	may = slices.DeleteFunc(may, func(m InFood) bool {
		return slices.ContainsFunc(contains, func(c InFood) bool {
			return c.ID == m.ID && (m.Kinds() == "" || search.Fold(c.Called) == search.Fold(m.Called))
		})
	})
	f.order(contains)
	f.order(may)
	return contains, may, unchecked
}

func noted(list []InFood, a inventory.Allergen, called string, from inventory.Option) []InFood {
	for i := range list {
		if list[i].ID == a.ID && search.Fold(list[i].Called) == search.Fold(called) {
			list[i].From = append(list[i].From, from)
			return list
		}
	}
	return append(list, InFood{a, called, []inventory.Option{from}})
}

// order sorts as labels do: by the allergen as materials list them, which is the law's order, then by name.
func (f Food) order(list []InFood) {
	slices.SortStableFunc(list, func(a, b InFood) int {
		if c := inventory.ByLaw(a.Allergen, b.Allergen); c != 0 {
			return c
		}
		return cmp.Compare(search.Fold(a.Called), search.Fold(b.Called))
	})
}

// noRecipe tells whether an error is that there is no recipe yet.
func noRecipe(err error) bool { return fault.Is(err, fault.KindNotFound) }

// AsFood is FoodOf, with nothing in it where there is no recipe yet.
func AsFood(ctx context.Context, tx *store.Tx, product Product) (f Food, has bool, err error) {
	if err := tx.Require(authz.CatalogRead); err != nil {
		return f, false, err
	}
	f, err = FoodOf(ctx, tx, product)
	if noRecipe(err) {
		f.Declaration, _, err = DeclarationOf(ctx, tx, product.ID)
		return f, false, err
	}
	return f, err == nil, err
}
