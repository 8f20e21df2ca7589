package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"craftplan/internal/apptest"
	"craftplan/internal/store"
)

// received is a new lot of a material, received through its form.
func received(t *testing.T, c *apptest.Client, material string, form url.Values) string {
	t.Helper()
	posted(t, c, "/sunrise/materials/"+material+"/receipts", form)
	return "/sunrise/lots/" + url.PathEscape(form.Get("lot"))
}

// A lot through the forms: received, corrected, written off, held, split, merged, taken back; its page tells all of it.
func TestALot(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		c := a.As(t, maya)
		lot := received(t, c, "FLOUR-001", url.Values{"quantity": {"25 kg"}, "unit_cost": {"2.40"}, "expires_on": {"2031-05-01"}, "lot": {"MILL/7"}, "supplier": {"Miller & Co."}, "supplier_lot": {"M-4711"}})
		page := posted(t, c, lot+"/corrections", url.Values{"direction": {"more"}, "quantity": {"500 g"}, "reason": {"the sack was heavier"}})
		if page.Text("#on-hand") != "25.5 kg" || page.Text("#value") != "$61.20" {
			t.Errorf("corrected: %q worth %q", page.Text("#on-hand"), page.Text("#value"))
		}
		if page = posted(t, c, lot+"/waste", url.Values{"quantity": {"1.5 kg"}, "reason": {"spilled"}}); page.Text("#on-hand") != "24 kg" {
			t.Errorf("written off: %q", page.Text("#on-hand"))
		}
		if page = posted(t, c, lot+"/status", url.Values{"status": {"quarantined"}, "reason": {"smells of damp"}}); !strings.Contains(page.Text(".note-warn"), "This lot is quarantined") {
			t.Errorf("held: %q", page.Text(".note-warn"))
		}
		if got := c.Get("/sunrise/lots?state=held").Text("tbody th a"); got != "MILL/7" {
			t.Errorf("the held lots begin with %q", got)
		}
		posted(t, c, lot+"/status", url.Values{"status": {"available"}, "reason": {"dried"}})
		posted(t, c, lot+"/parts", url.Values{"quantity": {"4 kg"}, "lot": {"MILL/7-B"}})
		page = posted(t, c, lot, url.Values{"expires_on": {"2031-04-01"}, "supplier": {"Miller & Co."}, "supplier_lot": {"M-4712"}, "reason": {"misread"}})
		history := page.Text("section[aria-labelledby=history]")
		for _, part := range []string{"Received", "Corrected", "the sack was heavier", "Written off", "−1.5 kg", "Status changed", "smells of damp", "Moved to MILL/7-B", "Supplier's lot changed", "From M-4711 to M-4712"} {
			if !strings.Contains(history, part) {
				t.Errorf("the history does not tell %q: %s", part, history)
			}
		}
		back, _ := page.Find("form[action$='/reversal']").First().Attr("action")
		if page = posted(t, c, back, url.Values{"reason": {"not split at all"}}); page.Text("#on-hand") != "24 kg" {
			t.Errorf("the split taken back: %q", page.Text("#on-hand"))
		}
		if page = posted(t, c, back, url.Values{"reason": {"again"}}); !strings.Contains(page.Text("#toasts"), "taken back already") {
			t.Errorf("taken back twice: %q", page.Text("#toasts"))
		}
		other := received(t, c, "FLOUR-001", url.Values{"quantity": {"1 kg"}, "unit_cost": {"3"}, "lot": {"SACK"}})
		posted(t, c, lot+"/merger", url.Values{"lots": {"SACK"}, "lot": {"BIN"}})
		if page = c.Get(other); page.Text("#on-hand") != "0 g" || !strings.Contains(page.Text("section[aria-labelledby=history]"), "Moved to BIN") {
			t.Errorf("merged away: %q", page.Text("#on-hand"))
		}
		if page = c.Get("/sunrise/lots/BIN"); page.Text("#on-hand") != "25 kg" || page.Text("#value") != "$60.60" {
			t.Errorf("merged: %q worth %q", page.Text("#on-hand"), page.Text("#value"))
		}
		if got := c.Get("/sunrise/lots?q=m-4712").Text("tbody th a"); got != "MILL/7" && got != "BIN" {
			t.Errorf("the supplier's lot leads to %q", got)
		}
	})
}

// What is wrong in a dialog of a lot is told in it, and nothing typed is lost.
func TestLotDialogs(t *testing.T) {
	a := apptest.New(t, store.SQLite)
	c := a.As(t, maya)
	lot := received(t, c, "FLOUR-001", url.Values{"quantity": {"25 kg"}, "unit_cost": {"2.40"}, "lot": {"L1"}})
	received(t, c, "FLOUR-001", url.Values{"quantity": {"1 kg"}, "unit_cost": {"2.40"}, "lot": {"L2"}})
	for name, v := range map[string]struct {
		path, dialog string
		form         url.Values
		fields       int
	}{
		"correction":        {"/corrections", "correct", url.Values{"quantity": {"3 l"}, "reason": {""}}, 2},
		"in the future":     {"/corrections", "correct", url.Values{"direction": {"more"}, "quantity": {"3 g"}, "reason": {"x"}, "occurred_at": {"2999-01-01T10:00"}}, 1},
		"before it came":    {"/corrections", "correct", url.Values{"direction": {"less"}, "quantity": {"3 g"}, "reason": {"x"}, "occurred_at": {"2020-01-01T10:00"}}, 1},
		"too much waste":    {"/waste", "waste", url.Values{"quantity": {"26 kg"}, "reason": {"mice"}}, 1},
		"status":            {"/status", "hold", url.Values{"status": {"lost"}, "reason": {"x"}}, 1},
		"the same status":   {"/status", "hold", url.Values{"status": {"available"}, "reason": {"x"}}, 1},
		"split of all":      {"/parts", "split", url.Values{"quantity": {"25 kg"}}, 1},
		"split to a taken":  {"/parts", "split", url.Values{"quantity": {"1 kg"}, "lot": {"L2"}}, 1},
		"merge with nobody": {"/merger", "merge", url.Values{"lot": {"B"}}, 1},
		"edit without why":  {"", "describe", url.Values{"supplier_lot": {"x"}}, 1},
		"edit to no date":   {"", "describe", url.Values{"expires_on": {"soon"}, "reason": {"x"}}, 1},
	} {
		p := c.Post(lot+v.path, v.form)
		if p.Status != http.StatusUnprocessableEntity || p.Find("#"+v.dialog+" .field-error").Length() != v.fields || p.Find(".field-error").Length() != v.fields {
			t.Errorf("%s: %d, %q", name, p.Status, p.Find(".field-error").Text())
		}
		for field, typed := range v.form {
			if got, ok := p.Find("#" + v.dialog + " input:not([type=radio])[name=" + field + "]").Attr("value"); ok && got != typed[0] {
				t.Errorf("%s: %s was %q, is %q", name, field, typed[0], got)
			}
		}
	}
	for _, path := range []string{"/sunrise/lots/NONE", "/sunrise/lots/L1/movements/1/reversal"} {
		if p := c.Post(path, url.Values{"reason": {"x"}}); p.Status != http.StatusNotFound {
			t.Errorf("%s: %d", path, p.Status)
		}
	}
}

// The stock of a material is corrected without naming a lot: less goes from the lots that expire first, more becomes a lot.
func TestCorrectMaterial(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		c := a.As(t, maya)
		posted(t, c, "/sunrise/materials", url.Values{"name": {"Spelt"}, "sku": {"SPELT"}, "unit": {"g"}, "price": {"3"}, "opening": {"1 kg"}, "lot": {"S1"}})
		correct := func(direction, quantity string) *apptest.Page {
			return c.Post("/sunrise/materials/SPELT/corrections", url.Values{"direction": {direction}, "quantity": {quantity}, "reason": {"counted"}})
		}
		correct("less", "300 g")
		correct("more", "2 kg")
		correct("waste", "1.2 kg")
		if got := c.Get("/sunrise/materials/SPELT").Text("#on-hand"); got != "1.5 kg" {
			t.Errorf("on hand %q", got)
		}
		if p := correct("less", "2 kg"); p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Text("#correct .field-error"), "1.5 kg") {
			t.Errorf("more than there is: %d, %q", p.Status, p.Text("#correct .field-error"))
		}
	})
}

func TestStockSettings(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		c := a.As(t, maya)
		form := url.Values{"lot_pattern": {"{sku}/{0}"}, "negative_stock": {"warn"}, "backdate_days": {"7"}, "expiring_days": {"3"}, "cost_method": {"manual"}}
		posted(t, c, "/sunrise/settings/stock", form)
		posted(t, c, "/sunrise/materials/FLOUR-001/receipts", url.Values{"quantity": {"1 kg"}, "unit_cost": {"2"}})
		if p := c.Get("/sunrise/lots/FLOUR-001%2F1"); p.Status != http.StatusOK {
			t.Errorf("a lot by the new pattern: %d", p.Status)
		}
		form.Set("lot_pattern", "{week}")
		form.Set("expiring_days", "0")
		if p := c.Post("/sunrise/settings/stock", form); p.Status != http.StatusUnprocessableEntity || p.Find(".field-error").Length() != 2 || !strings.Contains(p.Text("#f-lot_pattern-e"), "{week} is not known") {
			t.Errorf("nonsense: %d, %q", p.Status, p.Find(".field-error").Text())
		}
	})
}
