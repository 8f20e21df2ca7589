package inventory_test

import (
	"context"
	"fmt"
	"testing"

	"craftplan/internal/accounts"
	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory"
	"craftplan/internal/organizations"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

// older is an organization as a program made it that knew of no allergens.
func older(t *testing.T, db *storetest.DB) store.Scope {
	t.Helper()
	person, err := accounts.Prepare(accounts.NewUser{Name: "Rosa", Email: "rosa@oven.example", Password: "a quiet oven at four"})
	if err != nil {
		t.Fatal(err)
	}
	o, err := organizations.Provision(t.Context(), db.Store, organizations.NewOrganization{Name: "Old Oven"}, organizations.Owner{New: &person}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, scope, err := organizations.Resolve(t.Context(), db.Store, o.Slug, person.ID)
	if err != nil {
		t.Fatal(err)
	}
	return scope
}

func allergensOf(t *testing.T, db *storetest.DB, scope store.Scope) (list []inventory.Allergen) {
	t.Helper()
	db.Do(t, scope, func(ctx context.Context, tx *store.Tx) (err error) {
		list, err = inventory.Allergens(ctx, tx)
		return err
	})
	return list
}

func nutrientsOf(t *testing.T, db *storetest.DB, scope store.Scope) (list []inventory.Nutrient) {
	t.Helper()
	db.Do(t, scope, func(ctx context.Context, tx *store.Tx) (err error) {
		list, err = inventory.Nutrients(ctx, tx)
		return err
	})
	return list
}

func findAllergen(t *testing.T, list []inventory.Allergen, name string) inventory.Allergen {
	t.Helper()
	for _, a := range list {
		if a.Name == name {
			return a
		}
	}
	t.Fatalf("no allergen %s in %v", name, list)
	return inventory.Allergen{}
}

func findNutrient(t *testing.T, list []inventory.Nutrient, name string) inventory.Nutrient {
	t.Helper()
	for _, n := range list {
		if n.Name == name {
			return n
		}
	}
	t.Fatalf("no nutrient %s in %v", name, list)
	return inventory.Nutrient{}
}

func TestBootstrap(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		scope := db.Organization("Sunrise")
		var codes []string
		for _, a := range allergensOf(t, db, scope) {
			codes = append(codes, a.Code)
		}
		if got := fmt.Sprint(codes); got != "[gluten crustaceans eggs fish peanuts soybeans milk nuts celery mustard sesame sulphites lupin molluscs]" {
			t.Errorf("allergens %s", got)
		}
		var lines []string
		names := map[id.ID]string{}
		for _, n := range nutrientsOf(t, db, scope) {
			line := n.Code + " " + string(n.Unit)
			if n.PartOf != nil {
				line += " of " + names[*n.PartOf]
			}
			names[n.ID] = n.Code
			lines = append(lines, line)
		}
		want := []string{"energy_kj kJ", "energy_kcal kcal", "fat g", "saturates g of fat", "monounsaturates g of fat", "polyunsaturates g of fat", "trans_fat g of fat",
			"carbohydrate g", "sugars g of carbohydrate", "added_sugars g of carbohydrate", "polyols g of carbohydrate", "starch g of carbohydrate", "fibre g", "protein g", "salt g",
			"cholesterol mg", "vitamin_d µg", "calcium mg", "iron mg", "potassium mg", "alcohol g", "organic_acids g"}
		if fmt.Sprint(lines) != fmt.Sprint(want) {
			t.Errorf("nutrients %q", lines)
		}
	})
}

// What lacks is added once; what was called like it becomes it; what is the organization's own stays.
func TestAddStandards(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		scope := older(t, db)
		db.Do(t, scope, func(ctx context.Context, tx *store.Tx) error {
			for _, name := range []string{"milk", "Kiwi"} {
				if err := inventory.AddAllergen(ctx, tx, name); err != nil {
					return err
				}
			}
			return inventory.AddNutrient(ctx, tx, inventory.NewNutrient{Name: "FAT", Unit: "mg"})
		})
		before := findAllergen(t, allergensOf(t, db, scope), "milk")
		for _, want := range []int{36, 0} {
			db.Do(t, scope, func(ctx context.Context, tx *store.Tx) error {
				added, err := inventory.AddStandards(ctx, tx)
				if added != want {
					t.Errorf("%d added, want %d", added, want)
				}
				return err
			})
		}
		list := allergensOf(t, db, scope)
		if milk := findAllergen(t, list, "Milk"); milk.ID != before.ID || milk.Code != "milk" || len(list) != 15 || list[14].Name != "Kiwi" {
			t.Errorf("%+v among %v", milk, list)
		}
		facts := nutrientsOf(t, db, scope)
		fat := findNutrient(t, facts, "Fat")
		if part := findNutrient(t, facts, "Saturates"); len(facts) != 22 || fat.Unit != "g" || part.PartOf == nil || *part.PartOf != fat.ID {
			t.Errorf("%+v, %+v among %v", fat, part, facts)
		}
	})
}

func TestOwnAllergens(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		scope, other := db.Organization("Sunrise"), db.Organization("Bluebird")
		change := func(scope store.Scope, do func(context.Context, *store.Tx) error) error {
			return db.Update(t.Context(), scope, func(tx *store.Tx) error { return do(t.Context(), tx) })
		}
		add := func(scope store.Scope, name string) error {
			return change(scope, func(ctx context.Context, tx *store.Tx) error { return inventory.AddAllergen(ctx, tx, name) })
		}
		if err := add(scope, "  Kiwi  fruit "); err != nil {
			t.Fatal(err)
		}
		kiwi := findAllergen(t, allergensOf(t, db, scope), "Kiwi fruit")
		milk := findAllergen(t, allergensOf(t, db, scope), "Milk")
		for name, wrong := range map[string]string{"none": " ", "another's": "kiwi FRUIT", "the law's": "milk", "a control": "a\x00b"} {
			if err := add(scope, wrong); !fault.Is(err, fault.KindInvalid) || fault.FieldsOf(err)[0].Name != "name" {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := add(other, "Kiwi fruit"); err != nil {
			t.Errorf("another organization: %v", err)
		}
		for name, which := range map[string]id.ID{"the law's": milk.ID, "nobody's": id.New(), "another organization's": findAllergen(t, allergensOf(t, db, other), "Kiwi fruit").ID} {
			for what, do := range map[string]func(context.Context, *store.Tx) error{
				"rename": func(ctx context.Context, tx *store.Tx) error {
					return inventory.RenameAllergen(ctx, tx, which, "Pollen")
				},
				"archive": func(ctx context.Context, tx *store.Tx) error { return inventory.ArchiveAllergen(ctx, tx, which) },
				"restore": func(ctx context.Context, tx *store.Tx) error { return inventory.RestoreAllergen(ctx, tx, which) },
			} {
				if err := change(scope, do); !fault.Is(err, fault.KindNotFound) {
					t.Errorf("%s %s: %v", what, name, err)
				}
			}
		}
		rename := func(name string) error {
			return change(scope, func(ctx context.Context, tx *store.Tx) error { return inventory.RenameAllergen(ctx, tx, kiwi.ID, name) })
		}
		if err := rename("KIWI fruit"); err != nil {
			t.Errorf("its own name, written otherwise: %v", err)
		}
		if err := rename("Milk"); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("the law's name: %v", err)
		}
		if err := change(scope, func(ctx context.Context, tx *store.Tx) error { return inventory.ArchiveAllergen(ctx, tx, kiwi.ID) }); err != nil {
			t.Fatal(err)
		}
		if a := findAllergen(t, allergensOf(t, db, scope), "KIWI fruit"); a.ArchivedAt == nil {
			t.Error("it is not archived")
		}
		if err := add(scope, "Kiwi fruit"); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("an archived one's name: %v", err)
		}
		if err := change(scope, func(ctx context.Context, tx *store.Tx) error { return inventory.RestoreAllergen(ctx, tx, kiwi.ID) }); err != nil {
			t.Error(err)
		}
		for _, role := range []authz.Role{authz.Staff, authz.Viewer} {
			if err := add(db.Member(scope, role), "Pollen"); !fault.Is(err, fault.KindForbidden) {
				t.Errorf("%s: %v", role, err)
			}
		}
	})
}

func TestOwnNutrients(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		scope := db.Organization("Sunrise")
		change := func(do func(context.Context, *store.Tx) error) error {
			return db.Update(t.Context(), scope, func(tx *store.Tx) error { return do(t.Context(), tx) })
		}
		add := func(n inventory.NewNutrient) error {
			return change(func(ctx context.Context, tx *store.Tx) error { return inventory.AddNutrient(ctx, tx, n) })
		}
		facts := nutrientsOf(t, db, scope)
		fat, saturates, nobody := findNutrient(t, facts, "Fat").ID, findNutrient(t, facts, "Saturates").ID, id.New()
		for _, n := range []inventory.NewNutrient{{Name: "Omega-3", Unit: "g", PartOf: &fat}, {Name: "Beta-glucan", Unit: "g"}, {Name: "Iodine", Unit: "µg"}} {
			if err := add(n); err != nil {
				t.Fatal(err)
			}
		}
		for field, n := range map[string]inventory.NewNutrient{"name": {Name: "beta-GLUCAN", Unit: "g"}, "unit": {Name: "Zinc", Unit: "stone"}, "part_of": {Name: "Zinc", Unit: "mg", PartOf: &saturates}} {
			if err := add(n); !fault.Is(err, fault.KindInvalid) || len(fault.FieldsOf(err)) != 1 || fault.FieldsOf(err)[0].Name != field {
				t.Errorf("%s: %v", field, err)
			}
		}
		if err := add(inventory.NewNutrient{Name: "Zinc", Unit: "mg", PartOf: &nobody}); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("a part of nothing: %v", err)
		}
		var order []string
		for _, n := range nutrientsOf(t, db, scope) {
			order = append(order, n.Name)
		}
		if got := fmt.Sprint(order); got != "[Energy (kJ) Energy (kcal) Fat Saturates Mono-unsaturates Polyunsaturates Trans fat Omega-3 Carbohydrate Sugars Added sugars Polyols Starch Fibre Protein Salt Cholesterol Vitamin D Calcium Iron Potassium Alcohol Organic acids Beta-glucan Iodine]" {
			t.Errorf("order %s", got)
		}

		fibre := findNutrient(t, nutrientsOf(t, db, scope), "Beta-glucan").ID
		if err := add(inventory.NewNutrient{Name: "Oat beta-glucan", Unit: "g", PartOf: &fibre}); err != nil {
			t.Fatal(err)
		}
		soluble := findNutrient(t, nutrientsOf(t, db, scope), "Oat beta-glucan").ID
		archive := func(which id.ID) error {
			return change(func(ctx context.Context, tx *store.Tx) error { return inventory.ArchiveNutrient(ctx, tx, which) })
		}
		restore := func(which id.ID) error {
			return change(func(ctx context.Context, tx *store.Tx) error { return inventory.RestoreNutrient(ctx, tx, which) })
		}
		if err := archive(fibre); !fault.Is(err, fault.KindConflict) {
			t.Errorf("a whole before its part: %v", err)
		}
		if err := archive(fat); err == nil {
			t.Error("the law's is archived")
		}
		for _, which := range []id.ID{soluble, fibre} {
			if err := archive(which); err != nil {
				t.Error(err)
			}
		}
		if err := restore(soluble); !fault.Is(err, fault.KindConflict) {
			t.Errorf("a part before its whole: %v", err)
		}
		for _, which := range []id.ID{fibre, soluble} {
			if err := restore(which); err != nil {
				t.Error(err)
			}
		}
		rename := func(which id.ID, name string) error {
			return change(func(ctx context.Context, tx *store.Tx) error { return inventory.RenameNutrient(ctx, tx, which, name) })
		}
		if err := rename(fibre, "Glucans"); err != nil {
			t.Error(err)
		}
		if err := rename(fibre, "Salt"); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("the law's name: %v", err)
		}
		if err := rename(fat, "Grease"); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("the law's: %v", err)
		}
	})
}
