package catalog

import (
	"context"
	"slices"
	"strings"

	"craftplan/internal/catalog/internal/db"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory"
	"craftplan/internal/search"
	"craftplan/internal/store"
)

// AllergenChange is what another version of a recipe changes in the allergens on labels. It is also the refusal of one whose author has
// not said yet that this is meant.
type AllergenChange struct {
	Contains, MayContain Shift
	Also                 []string // the products that this one is part of, whose labels change with it
}

// Shift is what a list of names gains and loses.
type Shift struct{ Gained, Lost []string }

func (s Shift) none() bool { return len(s.Gained)+len(s.Lost) == 0 }

// Key stands for the change when somebody confirms it: another change has another key.
func (c *AllergenChange) Key() string {
	var parts []string
	for _, list := range [][]string{c.Contains.Gained, c.Contains.Lost, c.MayContain.Gained, c.MayContain.Lost} {
		parts = append(parts, strings.Join(list, ", "))
	}
	return strings.Join(parts, "; ")
}

// Error says what changes.
func (c *AllergenChange) Error() string {
	var parts []string
	for _, p := range []struct {
		words string
		list  []string
	}{{"It now contains ", c.Contains.Gained}, {"It no longer contains ", c.Contains.Lost}, {"It now may contain ", c.MayContain.Gained}, {"It no longer may contain ", c.MayContain.Lost}} {
		if len(p.list) > 0 {
			parts = append(parts, p.words+strings.Join(p.list, ", ")+".")
		}
	}
	if len(c.Also) > 0 {
		parts = append(parts, "So do labels of "+strings.Join(c.Also, ", ")+".")
	}
	return strings.Join(parts, " ")
}

// ChangeOfAllergens compares what labels name of two recipes; nil when that is the same.
func ChangeOfAllergens(before, after Food) *AllergenChange {
	was, mayWas, _ := before.Allergens()
	is, mayBe, _ := after.Allergens()
	c := &AllergenChange{Contains: shift(was, is), MayContain: shift(mayWas, mayBe)}
	if c.Contains.none() && c.MayContain.none() {
		return nil
	}
	return c
}

func shift(before, after []InFood) Shift {
	return Shift{beyond(after, before), beyond(before, after)}
}

// beyond are the names in a list that are not in another.
func beyond(list, other []InFood) (names []string) {
	for _, a := range list {
		same := func(b InFood) bool { return b.ID == a.ID && search.Fold(b.Called) == search.Fold(a.Called) }
		if !slices.ContainsFunc(other, same) {
			names = append(names, a.Called)
		}
	}
	return names
}

// confirmed refuses a recipe that changes the allergens on labels unless its author confirmed just that.
func (in Input) confirmed(ctx context.Context, tx *store.Tx, product id.ID, next Recipe) error {
	active, err := GetRecipe(ctx, tx, product, 0)
	if err != nil || active == nil || active.Flaw != nil {
		return err
	}
	foods, err := inventory.Foods(ctx, tx, append(active.Flat.materials(), next.Flat.materials()...))
	if err != nil {
		return err
	}
	c := ChangeOfAllergens(Food{Flat: active.Flat, Foods: foods}, Food{Flat: next.Flat, Foods: foods})
	if c == nil || c.Key() == in.Allergens {
		return nil
	}
	if c.Also, err = takers(ctx, tx, product); err != nil {
		return err
	}
	return &fault.Error{Kind: fault.KindConflict, Message: "This changes the allergens on labels. " + c.Error(), Cause: c}
}

// takers are the names of the products that a product is part of, at any depth.
func takers(ctx context.Context, tx *store.Tx, product id.ID) (names []string, err error) {
	ids, err := db.For(tx).TakersOfProduct(ctx, db.TakersOfProductIn{ProductID: &product})
	if err != nil {
		return nil, err
	}
	rows, err := db.For(tx).ProductsByID(ctx, db.ProductsByIDIn{Ids: store.List(ids)})
	for _, r := range rows {
		names = append(names, r.Name)
	}
	slices.Sort(names)
	return names, err
}
