package importing_test

import (
	"context"
	"strings"
	"testing"

	"craftplan/internal/catalog"
	. "craftplan/internal/importing"
	"craftplan/internal/inventory"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

// pantry has two materials, and products without recipes.
func pantry(d desk) {
	d.t.Helper()
	d.update(func(ctx context.Context, tx *store.Tx) error {
		for _, m := range []inventory.Details{{Name: "Flour", SKU: "FLOUR", Unit: quantity.Gram, Price: 2_000}, {Name: "Milk", SKU: "MILK", Unit: quantity.Millilitre, Price: 1_000}} {
			if _, err := inventory.Create(ctx, tx, m, nil); err != nil {
				return err
			}
		}
		for _, name := range []string{"Rye loaf", "Sour", "Roll", "Cake"} {
			details := catalog.Details{Name: name, SKU: strings.ToUpper(strings.Fields(name)[0]), Status: "active"}
			if _, err := catalog.Create(ctx, tx, details); err != nil {
				return err
			}
		}
		return nil
	})
}

func (d desk) recipe(sku string) (r *catalog.Recipe, draft *catalog.Draft) {
	d.t.Helper()
	d.update(func(ctx context.Context, tx *store.Tx) error {
		p, err := catalog.Get(ctx, tx, sku)
		if err != nil {
			return err
		}
		if draft, err = catalog.DraftOf(ctx, tx, p.ID); err != nil {
			return err
		}
		r, err = catalog.GetRecipe(ctx, tx, p.ID, 0)
		return err
	})
	return r, draft
}

const breads = "Product SKU;Component SKU;Quantity;Unit;Waste %;Makes;Lost %;Labor step;Minutes;Pieces per run;Becomes\n" +
	"RYE;FLOUR;1,2;kg;2;3;5;Knead;15;;\n" + // names the sour before its recipe comes
	";SOUR;2;pcs;;;;;;;\n" +
	";;;;;;;Bake;40;12;\n" +
	"SOUR;FLOUR;500;g;;4;;;;;\n" +
	"SOUR;MILK;0,5;l;;;;;;;\n" +
	"ROLL;FLOUR;60;g;;;;;;;draft\n"

// All rows of a product are one version; what is part of another is published first; once more nothing changes; undone, nothing is left.
func TestRecipes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		d := newDesk(t, db)
		pantry(d)
		i := d.checked("recipes", breads)
		if got := d.problems(i.ID); !same(i, Checked, 5, 0, 0, 1) || got != "7 Makes: Say how many pieces the recipe makes." {
			t.Fatalf("tried: %+v\n%s", i.Counts, got)
		}
		if r, _ := d.recipe("SOUR"); r != nil {
			t.Fatal("trying published something")
		}
		i = d.checked("recipes", strings.Replace(breads, "60;g;;;", "60;g;;1;", 1))
		if i = d.run(i.ID, true); !same(i, Done, 6, 0, 0, 0) {
			t.Fatalf("imported: %+v %s\n%s", i.Counts, i.Failure, d.problems(i.ID))
		}
		rye, _ := d.recipe("RYE")
		if rye == nil || rye.Yield != quantity.Of(3) || rye.Loss != 50_000 || len(rye.Components) != 2 || rye.Components[0].Quantity != quantity.Of(1200) || rye.Components[0].Waste != 20_000 || !rye.Components[1].Nested {
			t.Fatalf("rye: %+v", rye)
		}
		if s := rye.Steps; len(s) != 2 || s[0].UnitsPerRun != quantity.Of(3) || s[1].Minutes != quantity.Of(40) || s[1].UnitsPerRun != quantity.Of(12) {
			t.Errorf("steps: %+v", s)
		}
		if r, draft := d.recipe("ROLL"); r != nil || draft == nil || draft.Fields["components.0.quantity"] != "60 g" {
			t.Errorf("the roll: %+v, %+v", r, draft)
		}
		again := d.checked("recipes", strings.Replace(breads, "60;g;;;", "60;g;;1;", 1))
		if !same(again, Checked, 0, 0, 6, 0) {
			t.Errorf("once more: %+v\n%s", again.Counts, d.problems(again.ID))
		}
		if i = d.undo(i.ID); i.Status != Undone || i.Undone != 6 || i.Kept != 0 {
			t.Errorf("undone: %+v\n%s", i, d.problems(i.ID))
		}
		for _, sku := range []string{"RYE", "SOUR", "ROLL"} {
			if r, draft := d.recipe(sku); r != nil || draft != nil {
				t.Errorf("%s is left: %+v, %+v", sku, r, draft)
			}
		}
	})
}

// What leads in a circle is told the way, in the file alone and through recipes that are there; good products are taken without it.
func TestRecipesInACircle(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		d := newDesk(t, db)
		pantry(d)
		i := d.checked("recipes", "Product SKU,Component SKU,Quantity,Makes\nRYE,SOUR,1 pcs,1\nSOUR,RYE,1 pcs,1\nROLL,FLOUR,60 g,1\nCAKE,CAKE,1 pcs,1\n")
		got := d.problems(i.ID)
		if !strings.Contains(got, "3 Component SKU: Rye loaf > Sour > Rye loaf: a product cannot be part of itself.") || !strings.Contains(got, "5 Component SKU: Cake > Cake") || i.Created != 1 {
			t.Fatalf("%+v\n%s", i.Counts, got)
		}
		if i = d.run(i.ID, false); !same(i, Done, 1, 0, 0, 3) {
			t.Errorf("the good ones: %+v\n%s", i.Counts, d.problems(i.ID))
		}
		i = d.run(d.checked("recipes", "Product SKU,Component SKU,Quantity,Makes\nSOUR,ROLL,1 pcs,1\n").ID, true)
		through := d.checked("recipes", "Product SKU,Component SKU,Quantity,Makes\nROLL,SOUR,1 pcs,1\n")
		if got := d.problems(through.ID); !strings.Contains(got, "2 Component SKU: Roll > Sour > Roll") {
			t.Errorf("through what is there: %s", got)
		}
	})
}

// A version that was replaced comes back as another; what was changed since stays; what rows say wrongly is told beside them.
func TestRecipesAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		d := newDesk(t, db)
		pantry(d)
		const head = "Product SKU,Component SKU,Quantity,Makes\n"
		d.run(d.checked("recipes", head+"ROLL,FLOUR,60 g,1\nCAKE,FLOUR,100 g,1\n").ID, true)
		i := d.run(d.checked("recipes", head+"ROLL,FLOUR,70 g,\nCAKE,FLOUR,200 g,\n").ID, true)
		if !same(i, Done, 0, 2, 0, 0) {
			t.Fatalf("updated: %+v\n%s", i.Counts, d.problems(i.ID))
		}
		d.update(func(ctx context.Context, tx *store.Tx) error {
			p, err := catalog.Get(ctx, tx, "CAKE")
			if err != nil {
				return err
			}
			r, err := catalog.GetRecipe(ctx, tx, p.ID, 0)
			if err != nil {
				return err
			}
			_, err = catalog.Publish(ctx, tx, p.ID, r.Input())
			return err
		})
		if i = d.undo(i.ID); i.Undone != 1 || i.Kept != 1 || !strings.Contains(d.problems(i.ID), "3 CAKE: Somebody changed it since.") {
			t.Errorf("undone: %+v\n%s", i, d.problems(i.ID))
		}
		if r, _ := d.recipe("ROLL"); r.Version != 3 || r.Components[0].Quantity != quantity.Of(60) {
			t.Errorf("the roll: %+v", r)
		}
		wrong := d.checked("recipes", "Product SKU,Component SKU,Quantity,Waste,Makes,Becomes\nROLL,FLOUR,5,x,,\nNONE,FLOUR,1 g,,,\nCAKE,FLOUR,1 g,,,maybe\nCAKE,FLOUR,2 g,,,\nROLL,MILK,1 l,,,\nROLL,SALT,1 g,,,\n")
		got := d.problems(wrong.ID)
		for _, want := range []string{"2 Quantity: Say the unit", "2 Waste %: “x” is not a number", "3 Product SKU: There is no product “NONE”", "4 Becomes: Say active or draft", "6 Product SKU: The rows of a product stand together. Those of “ROLL” began in row 2.", "7 Product SKU: The rows of a product stand together"} {
			if !strings.Contains(got, want) {
				t.Errorf("%q is not in\n%s", want, got)
			}
		}
		twice := d.checked("recipes", "Product SKU,Component SKU,Quantity\nCAKE,FLOUR,1 g\nCAKE,FLOUR,2 g\n")
		if got := d.problems(twice.ID); got != "3 Component SKU: This is in the recipe already." {
			t.Errorf("twice: %s", got)
		}
	})
}

// A line has a note, which stays where a file says nothing of notes.
func TestRecipeNotes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		d := newDesk(t, db)
		pantry(d)
		d.run(d.checked("recipes", "Product SKU,Component SKU,Quantity,Makes,Note\nROLL,FLOUR,60 g,1,sifted twice\nROLL,MILK,10 ml,,\n").ID, true)
		d.run(d.checked("recipes", "Product SKU,Component SKU,Quantity\nROLL,FLOUR,70 g\nROLL,MILK,10 ml\n").ID, true)
		r, _ := d.recipe("ROLL")
		lines, _, err := r.Scale(catalog.Scaling{Pieces: quantity.Of(10), Rest: -1})
		if err != nil || r.Version != 2 || lines[0].Note != "sifted twice" || lines[1].Note != "" || lines[0].Quantity != quantity.Of(700) {
			t.Errorf("%v: %+v", err, lines)
		}
		long := d.checked("recipes", "Product SKU,Component SKU,Quantity,Note\nROLL,FLOUR,70 g,"+strings.Repeat("x", 201)+"\n")
		if got := d.problems(long.ID); got != "2 Note: Use at most 200 characters." {
			t.Errorf("a long note: %s", got)
		}
	})
}
