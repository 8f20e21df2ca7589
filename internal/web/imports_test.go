package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"craftplan/internal/apptest"
	"craftplan/internal/store"
)

// uploaded sends a file and returns the page where its columns are given a meaning.
func uploaded(t *testing.T, c *apptest.Client, kind, text string) (page *apptest.Page, address string) {
	t.Helper()
	p := c.Upload("/sunrise/imports/"+kind, "shelf.csv", []byte(text))
	if p.Status != http.StatusSeeOther {
		t.Fatalf("upload: %d, %s", p.Status, p.Text("[role=alert]"))
	}
	return c.Get(p.Location), p.Location
}

// settled asks for an import until its job is done.
func settled(t *testing.T, c *apptest.Client, address string) *apptest.Page {
	t.Helper()
	for range 1000 {
		if p := c.Get(address); p.Find("progress").Length() == 0 {
			return p
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("the job was not done")
	return nil
}

// A file through the forms, without scripts: uploaded, mapped wrongly and rightly, tried, imported, undone.
func TestImport(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		a.Work(t)
		c := a.As(t, maya)
		if href, _ := c.Get("/sunrise/materials").Find("a[href$='/imports/materials']").Attr("href"); href == "" {
			t.Error("the list of materials does not lead to importing")
		}
		page, address := uploaded(t, c, "materials", "Artikel;Name;Unit;Price\nSPELT;Spelt;kg;2,40\nRICE;Rice;kg;2,4x\n")
		if got := page.Text("main"); !strings.Contains(got, "parted by semicolons") || !strings.Contains(got, "Spelt") || page.Find("select[name=name] [selected]").AttrOr("value", "") != "1" {
			t.Fatalf("uploaded: %s", got)
		}
		form := fields(page, "form[action$='/columns']")
		if p := c.Post(address+"/columns", form); p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Text("#f-sku-e"), "Choose the column") || p.Find("select[name=price] [selected]").AttrOr("value", "") != "3" {
			t.Errorf("without a SKU: %d, %s", p.Status, p.Text("main"))
		}
		form.Set("sku", "0")
		if p := c.Post(address+"/start", nil); p.Status != http.StatusSeeOther || !strings.Contains(c.Get(p.Location).Text("#toasts"), "started already") {
			t.Errorf("started before it was tried: %d", p.Status)
		}
		page = posted(t, c, address+"/columns", form)
		if page.Text("#created") != "1" || page.Text("#refused") != "1" || page.Text("section[aria-labelledby=problems] tbody tr") != "Row 3, Price“2,4x” is not an amount of money." || page.Find("button[value=all]").Length() != 0 {
			t.Errorf("tried: %s", page.Text("main"))
		}
		if p := c.Get(address + "/problems.csv"); !strings.Contains(p.Body, "3,Price,“2,4x” is not") && !strings.Contains(p.Body, "3,Price,\"“2,4x” is not") {
			t.Errorf("the list of problems: %q", p.Body)
		}
		posted(t, c, address+"/start", url.Values{"rows": {"good"}})
		page = settled(t, c, address)
		if page.Text("#created") != "1" || !strings.Contains(c.Get("/sunrise/materials/SPELT").Text("#cost"), "$2.40") || c.Get("/sunrise/materials/RICE").Status != http.StatusNotFound {
			t.Errorf("imported: %s", page.Text("main"))
		}
		posted(t, c, address+"/undoing", nil)
		if page = settled(t, c, address); page.Text("#undone") != "1" || page.Text("#kept") != "0" || c.Get("/sunrise/materials/SPELT").Status != http.StatusNotFound {
			t.Errorf("undone: %s", page.Text("main"))
		}
		if got := c.Get("/sunrise/imports").Text("tbody tr"); !strings.Contains(got, "shelf.csv") || !strings.Contains(got, "Undone") {
			t.Errorf("listed: %q", got)
		}
		_, other := uploaded(t, c, "stock", "SKU,Quantity\nFLOUR-001,1 kg\n")
		posted(t, c, other+"/removal", nil)
		if p := c.Get(other); p.Status != http.StatusNotFound {
			t.Errorf("discarded: %d", p.Status)
		}
	})
}

func TestImportRefusesFiles(t *testing.T) {
	a := apptest.New(t, store.SQLite)
	c := a.As(t, maya)
	for name, content := range map[string]string{"nothing": "", "only a head": "SKU,Name\n", "no table": "\x00\x01\x02", "too large": strings.Repeat("a,b\n", 3<<20)} {
		p := c.Upload("/sunrise/imports/materials", "x.csv", []byte(content))
		if p.Status != http.StatusUnprocessableEntity || p.Text("#f-file-e") == "" {
			t.Errorf("%s: %d, %q", name, p.Status, p.Text("#f-file-e"))
		}
	}
	if p := a.As(t, sam).Get("/sunrise/imports"); p.Status != http.StatusForbidden {
		t.Errorf("staff may import: %d", p.Status)
	}
	if p := a.As(t, sam).Get("/sunrise/materials"); p.Find("a[href*='/imports']").Length() != 0 {
		t.Error("staff are offered to import")
	}
}

// A template is a file that can be imported as it is.
func TestImportTemplates(t *testing.T) {
	a := apptest.New(t, store.SQLite)
	c := a.As(t, maya)
	for _, format := range []string{"csv", "xlsx"} {
		for kind, created := range map[string]string{"materials": "2", "products": "2", "stock": "0"} {
			template := c.Get("/sunrise/imports/" + kind + "/template." + format)
			page, address := uploaded(t, c, kind, template.Body)
			page = posted(t, c, address+"/columns", fields(page, "form[action$='/columns']"))
			if page.Text("#created") != created {
				t.Errorf("the template of %s as %s: %s", kind, format, page.Text("main"))
			}
		}
	}
}

// The recipes that were taken away are those that are there, with the notes of their lines: imported again they change nothing, and bring
// back what was changed since.
func TestRecipesThereAndBack(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		a.Work(t)
		c := a.As(t, maya)
		note := func(text string) {
			form := fields(c.Get("/sunrise/products/COOK-001/recipe"), "#recipe")
			form.Set("components.1.note", text)
			posted(t, c, "/sunrise/products/COOK-001/recipe", form)
		}
		noted := func(rows [][]string) (notes []string) {
			at := slices.Index(rows[0], "Note")
			for _, r := range rows[1:] {
				if r[at] != "" {
					notes = append(notes, r[0]+" "+r[at])
				}
			}
			return notes
		}
		note(`sifted, "twice"`)
		file := c.Get("/sunrise/exports/recipes.csv").Body
		rows := exportedAs(t, c, "/sunrise/exports/recipes.csv")
		if got := noted(rows); len(got) != 1 || got[0] != `COOK-001 sifted, "twice"` {
			t.Fatalf("taken away: %q", got)
		}
		page, address := uploaded(t, c, "recipes", file)
		page = posted(t, c, address+"/columns", fields(page, "form[action$='/columns']"))
		if want := strconv.Itoa(len(rows) - 1); page.Text("#unchanged") != want || page.Text("#updated") != "0" || page.Text("#refused") != "0" {
			t.Errorf("imported as they are: %s of %s unchanged: %s", page.Text("#unchanged"), want, page.Text("main"))
		}
		note("as it comes")
		page, address = uploaded(t, c, "recipes", file)
		posted(t, c, address+"/columns", fields(page, "form[action$='/columns']"))
		posted(t, c, address+"/start", nil)
		if page = settled(t, c, address); page.Text("#updated") != "5" {
			t.Errorf("brought back: %s", page.Text("main"))
		}
		if got := noted(exportedAs(t, c, "/sunrise/exports/recipes.csv")); len(got) != 1 || got[0] != `COOK-001 sifted, "twice"` {
			t.Errorf("afterwards: %q", got)
		}
	})
}
