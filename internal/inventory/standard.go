package inventory

import (
	"context"
	"unicode"

	"craftplan/internal/id"
	"craftplan/internal/inventory/internal/db"
	"craftplan/internal/nutrition"
	"craftplan/internal/search"
	"craftplan/internal/store"
)

// A standard allergen is one that the law names. Its word is what labels call it where nobody says otherwise; of some the law asks for
// the kind, such as wheat.
type standardAllergen struct {
	code, name string
	word       string
	kinds      string // examples, where the kind must be named
}

// allergens are those that labels name in the European Union, in the law's order and words: Regulation (EU) No 1169/2011, Annex II.
var allergens = []standardAllergen{
	{"gluten", "Cereals containing gluten", "gluten", "wheat, rye, barley or oats"},
	{"crustaceans", "Crustaceans", "crustaceans", ""},
	{"eggs", "Eggs", "egg", ""},
	{"fish", "Fish", "fish", ""},
	{"peanuts", "Peanuts", "peanuts", ""},
	{"soybeans", "Soybeans", "soya", ""},
	{"milk", "Milk", "milk", ""},
	{"nuts", "Nuts", "nuts", "almonds, hazelnuts or walnuts"},
	{"celery", "Celery", "celery", ""},
	{"mustard", "Mustard", "mustard", ""},
	{"sesame", "Sesame seeds", "sesame", ""},
	{"sulphites", "Sulphur dioxide and sulphites", "sulphites", ""},
	{"lupin", "Lupin", "lupin", ""},
	{"molluscs", "Molluscs", "molluscs", ""},
}

// nutrients are what nutrition declarations list, in the order of the European Union's, Regulation (EU) No 1169/2011, Annex XV; after
// them what only the United States ask for, 21 CFR 101.9(c), and what energy is reckoned from. Energy is told twice. A part comes after
// its whole. Positions leave room.
var nutrients = []struct {
	code, name string
	unit       NutrientUnit
	partOf     string
	position   int64
	laws       string
}{
	{nutrition.EnergyKJ, "Energy (kJ)", "kJ", "", 10, "EU"},
	{nutrition.EnergyKcal, "Energy (kcal)", "kcal", "", 20, "EU, US"},
	{nutrition.Fat, "Fat", "g", "", 30, "EU, US"},
	{nutrition.Saturates, "Saturates", "g", nutrition.Fat, 40, "EU, US"},
	{nutrition.Monounsaturates, "Mono-unsaturates", "g", nutrition.Fat, 42, "EU, US"},
	{nutrition.Polyunsaturates, "Polyunsaturates", "g", nutrition.Fat, 44, "EU, US"},
	{nutrition.TransFat, "Trans fat", "g", nutrition.Fat, 46, "US"},
	{nutrition.Carbohydrate, "Carbohydrate", "g", "", 50, "EU, US"},
	{nutrition.Sugars, "Sugars", "g", nutrition.Carbohydrate, 60, "EU, US"},
	{nutrition.AddedSugars, "Added sugars", "g", nutrition.Carbohydrate, 62, "US"},
	{nutrition.Polyols, "Polyols", "g", nutrition.Carbohydrate, 64, "EU, US"},
	{nutrition.Starch, "Starch", "g", nutrition.Carbohydrate, 66, "EU"},
	{nutrition.Fibre, "Fibre", "g", "", 68, "EU, US"},
	{nutrition.Protein, "Protein", "g", "", 70, "EU, US"},
	{nutrition.Salt, "Salt", "g", "", 80, "EU, US"},
	{nutrition.Cholesterol, "Cholesterol", "mg", "", 100, "US"},
	{nutrition.VitaminD, "Vitamin D", "µg", "", 110, "US"},
	{nutrition.Calcium, "Calcium", "mg", "", 120, "US"},
	{nutrition.Iron, "Iron", "mg", "", 130, "US"},
	{nutrition.Potassium, "Potassium", "mg", "", 140, "US"},
	{nutrition.Alcohol, "Alcohol", "g", "", 150, "EU"},
	{nutrition.OrganicAcids, "Organic acids", "g", "", 160, "EU"},
}

// Laws are whose declarations reckon with the nutrient; "" for the organization's own.
func (n Nutrient) Laws() string {
	for _, s := range nutrients {
		if s.code == n.Code {
			return s.laws
		}
	}
	return ""
}

// standard is what the law says of an allergen; one of the organization's own is called as it is.
func (a Allergen) standard() standardAllergen {
	for _, s := range allergens {
		if s.code == a.Code {
			return s
		}
	}
	return standardAllergen{word: lowered(a.Name)}
}

// Word is what labels call the allergen where nobody says otherwise.
func (a Allergen) Word() string { return a.standard().word }

// Kinds are examples of it where the law asks for the kind, such as wheat; "" where it does not.
func (a Allergen) Kinds() string { return a.standard().kinds }

// ByLaw orders allergens as the law lists them, and the organization's own after them.
func ByLaw(a, b Allergen) int { return a.rank() - b.rank() }

func (a Allergen) rank() int {
	for i, s := range allergens {
		if s.code == a.Code {
			return i
		}
	}
	return len(allergens)
}

// lowered begins with a small letter, but for abbreviations.
func lowered(name string) string {
	letters := []rune(name)
	if len(letters) > 0 && (len(letters) < 2 || !unicode.IsUpper(letters[1])) {
		letters[0] = unicode.ToLower(letters[0])
	}
	return string(letters)
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
	for _, s := range nutrients {
		if _, ok := byCode[s.code]; ok {
			continue
		}
		position := s.position
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
