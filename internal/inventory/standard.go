package inventory

import (
	"context"

	"craftplan/internal/id"
	"craftplan/internal/inventory/internal/db"
	"craftplan/internal/search"
	"craftplan/internal/store"
)

// allergens are those that labels name in the European Union, in the law's order and words: Regulation (EU) No 1169/2011, Annex II.
var allergens = []struct{ code, name string }{
	{"gluten", "Cereals containing gluten"},
	{"crustaceans", "Crustaceans"},
	{"eggs", "Eggs"},
	{"fish", "Fish"},
	{"peanuts", "Peanuts"},
	{"soybeans", "Soybeans"},
	{"milk", "Milk"},
	{"nuts", "Nuts"},
	{"celery", "Celery"},
	{"mustard", "Mustard"},
	{"sesame", "Sesame seeds"},
	{"sulphites", "Sulphur dioxide and sulphites"},
	{"lupin", "Lupin"},
	{"molluscs", "Molluscs"},
}

// nutrients are what a nutrition declaration has at least, in the law's order: the same regulation, Article 30(1) and Annex XV.
// Energy is told twice. A part comes after its whole.
var nutrients = []struct {
	code, name string
	unit       NutrientUnit
	partOf     string
}{
	{"energy_kj", "Energy (kJ)", "kJ", ""},
	{"energy_kcal", "Energy (kcal)", "kcal", ""},
	{"fat", "Fat", "g", ""},
	{"saturates", "Saturates", "g", "fat"},
	{"carbohydrate", "Carbohydrate", "g", ""},
	{"sugars", "Sugars", "g", "carbohydrate"},
	{"protein", "Protein", "g", ""},
	{"salt", "Salt", "g", ""},
}

const (
	positionStep = 10
	ownPosition  = 1000 // after the law's
	foodLock     = "allergens and nutrients"
)

// AddStandards adds what the organization lacks of the law's allergens and nutrients, and tells how many. What it called the same
// already becomes the law's.
func AddStandards(ctx context.Context, tx *store.Tx) (added int, err error) {
	if err := tx.Lock(ctx, foodLock); err != nil {
		return 0, err
	}
	a, err := addAllergens(ctx, tx)
	if err != nil {
		return 0, err
	}
	n, err := addNutrients(ctx, tx)
	return a + n, err
}

func addAllergens(ctx context.Context, tx *store.Tx) (added int, err error) {
	queries := db.For(tx)
	rows, err := queries.Allergens(ctx)
	if err != nil {
		return 0, err
	}
	there, byName := map[string]bool{}, map[string]id.ID{}
	for _, r := range rows {
		there[r.Code], byName[search.Fold(r.Name)] = true, r.ID
	}
	for i, s := range allergens {
		if there[s.code] {
			continue
		}
		position := int64(i+1) * positionStep
		if own, ok := byName[search.Fold(s.name)]; ok {
			_, err = queries.AdoptAllergen(ctx, db.AdoptAllergenIn{ID: own, Code: s.code, Name: s.name, Position: position, UpdatedAt: tx.Now()})
		} else {
			err = queries.CreateAllergen(ctx, db.CreateAllergenIn{ID: id.New(), Code: s.code, Name: s.name, Position: position, CreatedAt: tx.Now()})
		}
		if err != nil {
			return 0, err
		}
		added++
	}
	return added, nil
}

func addNutrients(ctx context.Context, tx *store.Tx) (added int, err error) {
	queries := db.For(tx)
	rows, err := queries.Nutrients(ctx)
	if err != nil {
		return 0, err
	}
	byCode, byName := map[string]id.ID{}, map[string]id.ID{}
	for _, r := range rows {
		byCode[r.Code], byName[search.Fold(r.Name)] = r.ID, r.ID
	}
	for i, s := range nutrients {
		if _, ok := byCode[s.code]; ok {
			continue
		}
		position := int64(i+1) * positionStep
		var whole *id.ID
		if s.partOf != "" {
			of := byCode[s.partOf]
			whole = &of
		}
		which, own := byName[search.Fold(s.name)]
		if own {
			_, err = queries.AdoptNutrient(ctx, db.AdoptNutrientIn{ID: which, Code: s.code, Name: s.name, Unit: string(s.unit), ParentID: whole, Position: position, UpdatedAt: tx.Now()})
		} else {
			which = id.New()
			err = queries.CreateNutrient(ctx, db.CreateNutrientIn{ID: which, Code: s.code, Name: s.name, Unit: string(s.unit), ParentID: whole, Position: position, CreatedAt: tx.Now()})
		}
		if err != nil {
			return 0, err
		}
		byCode[s.code] = which
		added++
	}
	return added, nil
}
