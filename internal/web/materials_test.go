package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"craftplan/internal/apptest"
	"craftplan/internal/store"
)

// A material with packs and density is received in sacks at a price for a sack, and corrected by volume; costs are exact.
func TestPacks(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		c := a.As(t, maya)
		page := posted(t, c, "/sunrise/materials", url.Values{"name": {"Olive oil"}, "sku": {"OLIVE"}, "unit": {"g"}, "price": {"8"}, "category": {"Oils"}, "density": {"0,92"}, "supplier": {"Miller & Co."}, "supplier_code": {"O-5"}, "lead_days": {"3"},
			"packs.0.name": {"canister"}, "packs.0.quantity": {"4.6 kg"}, "minimum": {"2 canisters"}})
		if got := page.Text("section[aria-labelledby=facts]"); !strings.Contains(got, "Oils") || !strings.Contains(got, "4.6 kg") || !strings.Contains(got, "0.92 g") || !strings.Contains(got, "O-5") {
			t.Errorf("facts: %s", got)
		}
		page = posted(t, c, "/sunrise/materials/OLIVE/receipts", url.Values{"quantity": {"2 canisters"}, "unit_cost": {"33.10"}, "cost_of": {"pack canister"}, "lot": {"O-1"}})
		if page.Text("#on-hand") != "9.2 kg" || c.Get("/sunrise/lots/O-1").Text("#value") != "$66.20" {
			t.Errorf("received %q worth %q", page.Text("#on-hand"), c.Get("/sunrise/lots/O-1").Text("#value"))
		}
		posted(t, c, "/sunrise/materials/OLIVE/receipts", url.Values{"quantity": {"3 kg"}, "unit_cost": {"10"}, "cost_of": {"all"}, "lot": {"O-2"}})
		if got := c.Get("/sunrise/lots/O-2").Text("#value"); got != "$10.00" {
			t.Errorf("three kilograms for ten are worth %q", got)
		}
		if page = posted(t, c, "/sunrise/lots/O-1/corrections", url.Values{"direction": {"less"}, "quantity": {"5 l"}, "reason": {"measured"}}); page.Text("#on-hand") != "4.6 kg" {
			t.Errorf("five litres less: %q", page.Text("#on-hand"))
		}
		if got := c.Get("/sunrise/materials?state=low&category=Oils").Text("tbody th a"); got != "Olive oil" {
			t.Errorf("low: %q", got)
		}
		edit := c.Get("/sunrise/materials/OLIVE/edit")
		for name, want := range map[string]string{"category": "Oils", "density": "0.92", "packs.0.name": "canister", "packs.0.quantity": "4.6 kg", "lead_days": "3"} {
			if got, _ := edit.Find("[name='" + name + "']").Attr("value"); got != want {
				t.Errorf("%s is offered as %q", name, got)
			}
		}
	})
}

func TestMaterialFormKeepsPacks(t *testing.T) {
	a := apptest.New(t, store.SQLite)
	c := a.As(t, maya)
	p := c.Post("/sunrise/materials", url.Values{"name": {"Salt"}, "sku": {"SALT"}, "unit": {"g"}, "price": {"1"}, "density": {"heavy"}, "packs.0.name": {"kg"}, "packs.0.quantity": {"1 l"}})
	if p.Status != http.StatusUnprocessableEntity || p.Find(".field-error").Length() != 3 {
		t.Errorf("%d: %q", p.Status, p.Find(".field-error").Text())
	}
	if got, _ := p.Find("[name='packs.0.quantity']").Attr("value"); got != "1 l" {
		t.Errorf("what was typed is lost: %q", got)
	}
}

// A material that was never used is deleted; one with a history is archived.
func TestDeleteMaterial(t *testing.T) {
	a := apptest.New(t, store.SQLite)
	c := a.As(t, maya)
	posted(t, c, "/sunrise/materials", url.Values{"name": {"A mistake"}, "sku": {"OOPS"}, "unit": {"g"}, "price": {"1"}})
	posted(t, c, "/sunrise/materials/OOPS/deletion", nil)
	if p := c.Get("/sunrise/materials/OOPS"); p.Status != http.StatusNotFound {
		t.Errorf("still there: %d", p.Status)
	}
	if p := c.Get("/sunrise/materials/FLOUR-001"); p.Find("#delete").Length() != 0 || p.Find("#archive").Length() != 1 {
		t.Error("what has a history can be deleted")
	}
	if p := posted(t, c, "/sunrise/materials/FLOUR-001/deletion", nil); !strings.Contains(p.Text("#toasts"), "Archive it instead") {
		t.Errorf("toast %q", p.Text("#toasts"))
	}
}
