package web_test

import (
	"net/url"
	"strings"
	"testing"

	"craftplan/internal/apptest"
)

// A receipt changes what a material costs, by the method, and the page tells why.
func TestWhatAMaterialCosts(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		c := a.As(t, maya)
		posted(t, c, "/sunrise/materials", url.Values{"name": {"Spelt"}, "sku": {"SPELT"}, "unit": {"g"}, "price": {"3"}, "opening": {"1 kg"}})
		received(t, c, "SPELT", url.Values{"quantity": {"3 kg"}, "unit_cost": {"5"}, "lot": {"S2"}})
		if got := c.Get("/sunrise/materials/SPELT").Text("#cost"); got != "$3.00per kg" {
			t.Errorf("by hand it costs %q", got)
		}
		for method, want := range map[string]string{"last": "$5.00per kg", "average": "$4.50per kg", "manual": "$3.00per kg"} {
			posted(t, c, "/sunrise/settings/stock", url.Values{"lot_pattern": {"L-{0000}"}, "negative_stock": {"forbid"}, "backdate_days": {"31"}, "expiring_days": {"14"}, "cost_method": {method}})
			page := c.Get("/sunrise/materials/SPELT/cost")
			if page.Text("#cost") != want {
				t.Errorf("by %s it costs %q", method, page.Text("#cost"))
			}
			if rows := page.Find("tbody tr"); rows.Length() != 2 || !strings.Contains(rows.First().Text(), "S2") || !strings.Contains(rows.First().Text(), "$4.50") {
				t.Errorf("the receipts: %q", page.Text("tbody"))
			}
		}
	})
}
