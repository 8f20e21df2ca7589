package importing_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"craftplan/internal/authz"
	"craftplan/internal/catalog"
	"craftplan/internal/fault"
	"craftplan/internal/files"
	"craftplan/internal/id"
	. "craftplan/internal/importing"
	"craftplan/internal/inventory"
	"craftplan/internal/money"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

// desk is one with an organization at it.
type desk struct {
	*Desk
	t        *testing.T
	db       *storetest.DB
	scope    store.Scope
	contents files.Contents
}

func newDesk(t *testing.T, db *storetest.DB) desk {
	t.Helper()
	contents, err := files.OpenDirectory(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { contents.Close() })
	return desk{New(db.Store, files.New(db.Store, contents)), t, db, db.Organization("Sunrise"), contents}
}

func (d desk) update(fn func(context.Context, *store.Tx) error) {
	d.t.Helper()
	d.db.Do(d.t, d.scope, fn)
}

// checked uploads a file and tries its rows, with the columns as they are guessed.
func (d desk) checked(kind, text string) Import {
	d.t.Helper()
	i, err := d.Upload(d.t.Context(), d.scope, KindOf(kind), "file.csv", []byte(text))
	if err == nil {
		err = d.Check(d.t.Context(), d.scope, i.ID, i.Columns)
	}
	if err != nil {
		d.t.Fatal(err, fault.FieldsOf(err))
	}
	return d.get(i.ID)
}

func (d desk) get(which id.ID) (i Import) {
	d.t.Helper()
	d.update(func(ctx context.Context, tx *store.Tx) (err error) {
		i, err = Get(ctx, tx, which)
		return err
	})
	return i
}

func (d desk) problems(which id.ID) string {
	d.t.Helper()
	var lines []string
	d.update(func(ctx context.Context, tx *store.Tx) error {
		all, err := Problems(ctx, tx, which, 1000)
		for _, p := range all {
			lines = append(lines, fmt.Sprintf("%d %s: %s", p.Row, p.Field, p.Message))
		}
		return err
	})
	return strings.Join(lines, "\n")
}

// run starts an import and works it.
func (d desk) run(which id.ID, whole bool) Import {
	d.t.Helper()
	d.update(func(ctx context.Context, tx *store.Tx) error { return Start(ctx, tx, which, whole) })
	return d.work(which)
}

func (d desk) work(which id.ID) Import {
	d.t.Helper()
	if err := d.Run(d.t.Context(), d.scope, Work{Import: which}, true); err != nil {
		d.t.Fatal(err)
	}
	return d.get(which)
}

func (d desk) undo(which id.ID) Import {
	d.t.Helper()
	d.update(func(ctx context.Context, tx *store.Tx) error { return Undo(ctx, tx, which) })
	return d.work(which)
}

// material is nil where there is none.
func (d desk) material(sku string) (found *inventory.Material) {
	d.t.Helper()
	d.update(func(ctx context.Context, tx *store.Tx) error {
		m, err := inventory.Get(ctx, tx, sku)
		if fault.Is(err, fault.KindNotFound) {
			return nil
		}
		found = &m
		return err
	})
	return found
}

func same(i Import, status Status, created, updated, unchanged, refused int64) bool {
	return i.Status == status && i.Counts == Counts{Created: created, Updated: updated, Unchanged: unchanged, Refused: refused}
}

const shelf = "SKU;Name;Unit;Price;Minimum;Lead time (days);Density\n" +
	"FLOUR;Flour;kg;1,25;25;3;\n" +
	"OIL;Olive oil;l;8,90;500 ml;;0,92\n" +
	"SALT;Salt;g;0.002;;;\n" +
	"JAR;Jar;Pieces;0,4;2 dozen;;\n"

// Materials are created in their units, exactly; once more they change nothing; a change is taken in and undone.
func TestMaterials(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		d := newDesk(t, db)
		i := d.checked("materials", shelf)
		if !same(i, Checked, 4, 0, 0, 0) {
			t.Fatalf("tried: %+v\n%s", i.Counts, d.problems(i.ID))
		}
		if d.material("FLOUR") != nil {
			t.Fatal("trying wrote something")
		}
		if i = d.run(i.ID, true); !same(i, Done, 4, 0, 0, 0) || i.Done != 4 {
			t.Fatalf("imported: %+v, %s", i, i.Failure)
		}
		flour, oil, salt, jar := d.material("FLOUR"), d.material("OIL"), d.material("SALT"), d.material("JAR")
		if flour.Unit != quantity.Gram || flour.Price != 1250 || *flour.Minimum != quantity.Of(25_000) || *flour.LeadDays != 3 || oil.Unit != quantity.Millilitre || oil.Price != 8900 || *oil.Minimum != quantity.Of(500) ||
			oil.Density != 920_000 || salt.Price != 2000 || jar.Unit != quantity.Piece || jar.Price != 400_000 || *jar.Minimum != quantity.Of(24) {
			t.Errorf("materials: %+v\n%+v\n%+v\n%+v", flour.Details, oil.Details, salt.Details, jar.Details)
		}
		if again := d.checked("materials", shelf); !same(again, Checked, 0, 0, 4, 0) {
			t.Errorf("once more: %+v\n%s", again.Counts, d.problems(again.ID))
		}
		better := d.checked("materials", "SKU,Name,Unit,Price\nFLOUR,Better flour,kg,1.50\nOIL,,,\nNEW,New,lb,\n")
		if better = d.run(better.ID, false); !same(better, Done, 1, 1, 1, 0) {
			t.Fatalf("changed: %+v\n%s", better, d.problems(better.ID))
		}
		if m := d.material("FLOUR"); m.Name != "Better flour" || m.Price != 1500 || m.Cost != 1500 || *m.Minimum != quantity.Of(25_000) {
			t.Errorf("changed: %+v", m)
		}
		err := db.Update(t.Context(), d.scope, func(tx *store.Tx) error { return Undo(t.Context(), tx, i.ID) })
		if !fault.Is(err, fault.KindConflict) {
			t.Errorf("an import before the latest is undone: %v", err)
		}
		if better = d.undo(better.ID); better.Status != Undone || better.Undone != 2 || better.Kept != 0 {
			t.Errorf("undone: %+v\n%s", better, d.problems(better.ID))
		}
		if m := d.material("FLOUR"); m.Name != "Flour" || m.Price != 1250 || m.Cost != 1250 || d.material("NEW") != nil {
			t.Errorf("undone: %+v", m)
		}
		if err := db.Update(t.Context(), d.scope, func(tx *store.Tx) error { return Undo(t.Context(), tx, better.ID) }); !fault.Is(err, fault.KindConflict) {
			t.Errorf("undone twice: %v", err)
		}
	})
}

// What is wrong is told by row and column, in words; the good rows go in where that was chosen, and none where it was not.
func TestWrongRows(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		d := newDesk(t, db)
		d.update(func(ctx context.Context, tx *store.Tx) error {
			_, err := inventory.Create(ctx, tx, inventory.Details{Name: "Taken", SKU: "OLD", Unit: quantity.Gram}, &inventory.Receipt{Quantity: quantity.Of(5)})
			return err
		})
		text := "SKU,Name,Unit,Price,Minimum\nGOOD,Good,kg,2,\nA,A,kg,\"2,4x\",\nB,B,barrel,1,\nC,Taken,kg,1,\n,Nameless,kg,1,\nGOOD,Good too,kg,1,\nOLD,,l,,\nD,D,,1,\nE,E,kg,1,3 l\nF,F,lb,2.40,\nG,G,kg,-1,\n"
		i := d.checked("materials", text)
		got := d.problems(i.ID)
		for _, want := range []string{"3 Price: “2,4x” is not an amount of money.", "4 Unit: “barrel” is no unit that is known.", "5 Name: Another material has this name: OLD.", "6 SKU: Use 1 to 50", "7 SKU: Row 2 says “GOOD” already.", "8 Unit: OLD is counted in kg, and “l” is no unit of that.",
			"9 Unit: Say the unit of a new material", "10 Minimum: “3 l”: Enter a weight", "11 Price: A price per lb with so many decimals does not come out even.", "12 Price: "} {
			if !strings.Contains(got, want) {
				t.Errorf("nothing says %q:\n%s", want, got)
			}
		}
		if !same(i, Checked, 1, 0, 0, 10) {
			t.Errorf("tried: %+v", i.Counts)
		}
		err := db.Update(t.Context(), d.scope, func(tx *store.Tx) error { return Start(t.Context(), tx, i.ID, true) })
		if !fault.Is(err, fault.KindConflict) {
			t.Errorf("all or nothing with wrong rows: %v", err)
		}
		if i = d.run(i.ID, false); !same(i, Done, 1, 0, 0, 10) || d.material("GOOD") == nil || d.material("A") != nil || d.problems(i.ID) != got {
			t.Errorf("the good rows: %+v\n%s", i.Counts, d.problems(i.ID))
		}
	})
}

// All or nothing holds when something changes between the trial and the import.
func TestAllOrNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		d := newDesk(t, db)
		var text strings.Builder
		text.WriteString("SKU,Name,Unit\n")
		for n := range 1200 {
			fmt.Fprintf(&text, "M-%d,Material %d,kg\n", n, n)
		}
		i := d.checked("materials", text.String())
		d.update(func(ctx context.Context, tx *store.Tx) error {
			_, err := inventory.Create(ctx, tx, inventory.Details{Name: "Material 1100", SKU: "OTHER", Unit: quantity.Gram}, nil)
			return err
		})
		if i = d.run(i.ID, true); i.Status != Failed || i.Failure == "" || d.material("M-0") != nil || !strings.Contains(d.problems(i.ID), "1102 Name: Another material has this name: OTHER.") {
			t.Errorf("%+v\n%s", i, d.problems(i.ID))
		}
		some := d.checked("materials", text.String())
		if some = d.run(some.ID, false); !same(some, Done, 1199, 0, 0, 1) || some.Done != 1200 {
			t.Errorf("the good rows: %+v", some)
		}
		d.update(func(ctx context.Context, tx *store.Tx) error { // some are used meanwhile
			m, err := inventory.Get(ctx, tx, "M-7")
			if err != nil {
				return err
			}
			if _, err := inventory.Update(ctx, tx, "M-8", inventory.Details{Name: "Renamed", SKU: "M-8-X", Unit: quantity.Gram}); err != nil {
				return err
			}
			_, err = inventory.Receive(ctx, tx, inventory.Receipt{ItemID: m.ID, Kind: inventory.Received, Quantity: quantity.Of(1)})
			return err
		})
		some = d.undo(some.ID)
		if got := d.problems(some.ID); some.Status != Undone || some.Undone != 1197 || some.Kept != 2 || !strings.Contains(got, "9 M-7: It was used since.") || !strings.Contains(got, "10 M-8: It was renamed or deleted since.") {
			t.Errorf("undone: %+v\n%s", some, got)
		}
		if d.material("M-7") == nil || d.material("M-0") != nil {
			t.Error("the wrong ones are gone")
		}
	})
}

// Products are created and updated; one that has a recipe since stays, and keeps nothing else from being undone.
func TestProducts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		d := newDesk(t, db)
		i := d.checked("products", "Code,Product name,Price,Status,Shelf life\nRYE,Rye loaf,$4.50,Active,5\nROLL,Roll,0.80,,\nODD,Odd,1,sold,x\n")
		if got := d.problems(i.ID); !same(i, Checked, 2, 0, 0, 1) || !strings.Contains(got, "4 Status: “sold” is none of draft") || !strings.Contains(got, "4 Shelf life: “x” is not a number.") {
			t.Fatalf("tried: %+v\n%s", i.Counts, got)
		}
		d.run(i.ID, false)
		var rye catalog.Product
		d.update(func(ctx context.Context, tx *store.Tx) (err error) {
			if rye, err = catalog.Get(ctx, tx, "RYE"); err != nil {
				return err
			}
			flour, err := inventory.Create(ctx, tx, inventory.Details{Name: "Flour", SKU: "FLOUR", Unit: quantity.Gram}, nil)
			if err != nil {
				return err
			}
			_, err = catalog.Publish(ctx, tx, rye.ID, catalog.Input{Yield: quantity.Of(1), Components: []catalog.ComponentInput{{MaterialID: flour.ID, Quantity: quantity.Of(500)}}})
			return err
		})
		if rye.Price != 4_500_000 || rye.Status != "active" || *rye.ShelfLife != 5 {
			t.Errorf("imported: %+v", rye)
		}
		if i = d.undo(i.ID); i.Undone != 1 || i.Kept != 1 || !strings.Contains(d.problems(i.ID), "2 RYE: It was used since.") {
			t.Errorf("undone: %+v\n%s", i, d.problems(i.ID))
		}
		d.update(func(ctx context.Context, tx *store.Tx) error {
			if _, err := catalog.Get(ctx, tx, "ROLL"); !fault.Is(err, fault.KindNotFound) {
				t.Errorf("the roll is there: %v", err)
			}
			_, err := catalog.Get(ctx, tx, "RYE")
			return err
		})
		more := d.checked("products", "SKU,Price\nRYE,5\n")
		if more = d.run(more.ID, true); !same(more, Done, 0, 1, 0, 0) {
			t.Errorf("updated: %+v\n%s", more.Counts, d.problems(more.ID))
		}
		d.undo(more.ID)
		d.update(func(ctx context.Context, tx *store.Tx) error {
			p, err := catalog.Get(ctx, tx, "RYE")
			if p.Price != 4_500_000 || p.Name != "Rye loaf" {
				t.Errorf("back: %+v", p)
			}
			return err
		})
		sized := d.checked("products", "SKU,Name,Price,Variant of,Size\nRYE-L,\"Rye loaf, large\",9,Rye loaf,large\nRYE-S,Rye mini,4,Rye loaf,small\n")
		if got := d.problems(sized.ID); !same(sized, Checked, 1, 0, 0, 1) || !strings.Contains(got, "3 Name: Put “small” into the name too") {
			t.Fatalf("variants: %+v\n%s", sized.Counts, got)
		}
		d.run(sized.ID, false)
		d.update(func(ctx context.Context, tx *store.Tx) error {
			p, err := catalog.Get(ctx, tx, "RYE-L")
			if p.Family != "Rye loaf" || p.Variant != "large" {
				t.Errorf("a variant: %+v", p)
			}
			return err
		})
	})
}

// Opening stock becomes lots, in exact quantities and at exact costs, and is taken back by movements.
func TestStock(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		d := newDesk(t, db)
		d.run(d.checked("materials", "SKU,Name,Unit,Price\nFLOUR,Flour,kg,1.25\nOIL,Oil,l,8\n").ID, true)
		i := d.checked("stock", "SKU,Quantity (kg),Cost (per kg),Lot,Expires,Location\nFLOUR,75.5,1.20,L1,2031-03-31,main\nFLOUR,2 lb,,,,\nOIL,3,,,,\nNONE,1,,,,\nFLOUR,1,,L1,,\nFLOUR,1,,,31/3/2031,Nowhere\n")
		got := d.problems(i.ID)
		for _, want := range []string{"4 Quantity: “3 kg”: Enter a volume", "5 SKU: There is no material or product “NONE”.", "6 Lot: Row 2 says “L1” already.", "7 Expires: “31/3/2031” is not a day.", "7 Location: There is no location “Nowhere”."} {
			if !strings.Contains(got, want) {
				t.Errorf("nothing says %q:\n%s", want, got)
			}
		}
		if i = d.run(i.ID, false); !same(i, Done, 2, 0, 0, 4) {
			t.Fatalf("imported: %+v\n%s", i, d.problems(i.ID))
		}
		if m := d.material("FLOUR"); m.OnHand != quantity.Of(75_500)+907_184_740 || m.Lots != 2 {
			t.Errorf("on hand: %v in %d lots", m.OnHand, m.Lots)
		}
		d.update(func(ctx context.Context, tx *store.Tx) error {
			l, err := inventory.GetLot(ctx, tx, "L1")
			if l.Value != money.Amount(90_600_000) || l.ExpiresOn.String() != "2031-03-31" {
				t.Errorf("lot: %+v", l)
			}
			return err
		})
		d.update(func(ctx context.Context, tx *store.Tx) error {
			return inventory.Adjust(ctx, tx, inventory.Change{Lot: "L1", Delta: -quantity.Of(1), Kind: inventory.Adjustment, Reason: "tasted"})
		})
		if i = d.undo(i.ID); i.Undone != 1 || i.Kept != 1 || !strings.Contains(d.problems(i.ID), "2 FLOUR: Lot L1 has only") {
			t.Errorf("undone: %+v\n%s", i, d.problems(i.ID))
		}
		d.update(func(ctx context.Context, tx *store.Tx) error {
			if n, err := inventory.Balanced(ctx, tx); n != 0 || err != nil {
				t.Errorf("%d sums differ, %v", n, err)
			}
			return nil
		})
	})
}

// An organization's rows name nothing of another's, and its imports are not there for it.
func TestImportOfAnotherOrganization(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		a := newDesk(t, db)
		a.run(a.checked("materials", "SKU,Name,Unit\nFLOUR,Flour,kg\n").ID, true)
		mine := a.checked("materials", "SKU,Name,Unit\nSALT,Salt,kg\n")
		b := a
		b.scope = db.Organization("Bluebird")
		if i := b.checked("stock", "SKU,Quantity\nFLOUR,1 kg\n"); !same(i, Checked, 0, 0, 0, 1) {
			t.Errorf("another's material is found: %+v", i.Counts)
		}
		if i := b.checked("materials", "SKU,Name,Unit\nFLOUR,Flour,kg\n"); !same(i, Checked, 1, 0, 0, 0) {
			t.Errorf("another's material is in the way: %+v", i.Counts)
		}
		for name, verb := range map[string]func(*store.Tx) error{
			"read":    func(tx *store.Tx) error { _, err := Get(t.Context(), tx, mine.ID); return err },
			"start":   func(tx *store.Tx) error { return Start(t.Context(), tx, mine.ID, false) },
			"undo":    func(tx *store.Tx) error { return Undo(t.Context(), tx, mine.ID) },
			"discard": func(tx *store.Tx) error { return Discard(t.Context(), tx, mine.ID) },
		} {
			if err := db.Update(t.Context(), b.scope, verb); !fault.Is(err, fault.KindNotFound) {
				t.Errorf("B may %s A's import: %v", name, err)
			}
		}
		if err := a.Check(t.Context(), b.scope, mine.ID, mine.Columns); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("B may check A's import: %v", err)
		}
		staff := db.Member(a.scope, authz.Staff)
		if _, err := a.Upload(t.Context(), staff, KindOf("materials"), "x.csv", []byte("a\nb")); !fault.Is(err, fault.KindForbidden) {
			t.Errorf("staff may upload: %v", err)
		}
	})
}

// What columns meant is remembered, and what was left out too; a file goes after a day, and what it did can still be undone.
func TestMappingAndExpiry(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		d := newDesk(t, db)
		text := []byte("Artikel;Bezeichnung;ME;Preis;Price\nA;A;kg;1;2\n")
		i, err := d.Upload(t.Context(), d.scope, KindOf("materials"), "a.csv", text)
		if err != nil || len(i.Columns) != 1 || i.Columns["price"] != 4 {
			t.Fatalf("guessed %v, %v", i.Columns, err)
		}
		if err := d.Check(t.Context(), d.scope, i.ID, Columns{"name": 1}); len(fault.FieldsOf(err)) != 1 || fault.FieldsOf(err)[0].Name != "sku" {
			t.Errorf("without a SKU: %v", err)
		}
		if err := d.Check(t.Context(), d.scope, i.ID, Columns{"sku": 0, "name": 0, "price": 9}); len(fault.FieldsOf(err)) != 2 {
			t.Errorf("one column twice, and one that is none: %v", err)
		}
		mapped := Columns{"sku": 0, "name": 1, "unit": 2, "price": 3}
		if err := d.Check(t.Context(), d.scope, i.ID, mapped); err != nil {
			t.Fatal(err)
		}
		next, err := d.Upload(t.Context(), d.scope, KindOf("materials"), "b.csv", text)
		if err != nil || fmt.Sprint(next.Columns) != fmt.Sprint(mapped) {
			t.Errorf("remembered %v, %v", next.Columns, err)
		}
		d.run(i.ID, false)
		for range 2 { // a job may run twice
			if err := d.Expire(t.Context(), d.scope, Expire{Import: i.ID}); err != nil {
				t.Fatal(err)
			}
		}
		if i = d.get(i.ID); i.HasFile() {
			t.Error("the file is still kept")
		}
		if i = d.undo(i.ID); i.Undone != 1 {
			t.Errorf("undone: %+v", i)
		}
		d.update(func(ctx context.Context, tx *store.Tx) error { return Discard(ctx, tx, next.ID) })
		if err := d.Expire(t.Context(), d.scope, Expire{Import: next.ID}); err != nil {
			t.Errorf("what was discarded expires: %v", err)
		}
	})
}

// What was started is neither tried again nor discarded, and a file that was removed is neither tried nor imported.
func TestStartedAndExpired(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		d := newDesk(t, db)
		refused := func(what, says string, err error) {
			t.Helper()
			if !fault.Is(err, fault.KindConflict) || !strings.Contains(fault.MessageOf(err), says) {
				t.Errorf("%s: %v", what, err)
			}
		}
		i := d.checked("materials", "SKU,Name,Unit\nFLOUR,Flour,kg\n")
		i = d.run(i.ID, true)
		refused("tried again", "was started", d.Check(t.Context(), d.scope, i.ID, i.Columns))
		refused("discarded", "was started", db.Update(t.Context(), d.scope, func(tx *store.Tx) error { return Discard(t.Context(), tx, i.ID) }))
		if after := d.get(i.ID); !same(after, Done, 1, 0, 0, 0) || !after.HasFile() {
			t.Errorf("afterwards: %+v", after)
		}
		old := d.checked("materials", "SKU,Name,Unit\nSALT,Salt,kg\n")
		if err := d.Expire(t.Context(), d.scope, Expire{Import: old.ID}); err != nil {
			t.Fatal(err)
		}
		_, err := d.Table(t.Context(), d.scope, d.get(old.ID))
		refused("read without its file", "kept for a day", err)
		refused("tried without its file", "kept for a day", d.Check(t.Context(), d.scope, old.ID, old.Columns))
		refused("started without its file", "kept for a day", db.Update(t.Context(), d.scope, func(tx *store.Tx) error { return Start(t.Context(), tx, old.ID, true) }))
		if after := d.get(old.ID); after.Status != Checked {
			t.Errorf("afterwards: %+v", after)
		}
	})
}

// slow are contents that somebody is waited for to open.
type slow struct {
	files.Contents
	meanwhile func()
}

func (s slow) Get(ctx context.Context, key files.Key) (io.ReadCloser, error) {
	s.meanwhile()
	return s.Contents.Get(ctx, key)
}

// An import that was given up writes nothing more, also where its job is at work.
func TestGivenUpMeanwhile(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		d := newDesk(t, db)
		i := d.checked("materials", "SKU,Name,Unit\nFLOUR,Flour,kg\n")
		d.update(func(ctx context.Context, tx *store.Tx) error { return Start(ctx, tx, i.ID, false) })
		library := files.New(db.Store, slow{d.contents, func() {
			if err := d.GiveUp(t.Context(), d.scope, i.ID, fault.Conflict("Whoever started it is no member any more.")); err != nil {
				t.Error(err)
			}
		}})
		if err := New(db.Store, library).Run(t.Context(), d.scope, Work{Import: i.ID}, true); err != nil {
			t.Error(err)
		}
		if i = d.get(i.ID); !same(i, Failed, 0, 0, 0, 0) || !strings.HasPrefix(i.Failure, "Whoever started it") || d.material("FLOUR") != nil {
			t.Errorf("%+v", i)
		}
	})
}

// A row that goes with all others when they are tried may not once they are written: here the code that the first lot is given, far above.
// Of all or nothing that leaves nothing, and the row is told of.
func TestRowsInEachOthersWay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		d := newDesk(t, db)
		d.run(d.checked("materials", "SKU,Name,Unit\nFLOUR,Flour,kg\n").ID, true)
		year := time.Now().In(d.scope.Context().Zone).Year()
		rows := strings.Repeat("FLOUR,1,\n", 500) + fmt.Sprintf("FLOUR,1,L-%d-0001\n", year)
		i := d.checked("stock", "SKU,Quantity (kg),Lot\n"+rows)
		if !same(i, Checked, 501, 0, 0, 0) {
			t.Fatalf("tried: %+v\n%s", i.Counts, d.problems(i.ID))
		}
		if i = d.run(i.ID, true); i.Status != Failed || !strings.HasPrefix(i.Failure, "Some rows have something wrong") || d.material("FLOUR").Lots != 0 {
			t.Errorf("imported: %+v", i)
		}
		if got := d.problems(i.ID); !strings.Contains(got, "502 Lot: There is a lot with this code already.") {
			t.Errorf("it says %s", got)
		}
		near := d.checked("stock", fmt.Sprintf("SKU,Quantity (kg),Lot\nFLOUR,1,\nFLOUR,2,L-%d-0001\n", year))
		if near = d.run(near.ID, true); !same(near, Done, 2, 0, 0, 0) || d.material("FLOUR").Lots != 2 {
			t.Errorf("a code that is made is in the way of one that is given: %+v", near)
		}
	})
}
