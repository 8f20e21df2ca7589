package e2e

import (
	"strings"
	"testing"

	"craftplan/internal/apptest"
	"craftplan/internal/apptest/browser"
	"craftplan/internal/demo"
)

// From the product to sheets of labels: what is chosen is shown, what is wrong is said beside its field, and the PDF is made of what the
// form says.
func TestLabel(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		p := browser.Open(t, a.URL)
		p.Look(1440, false)
		p.SignIn(maya, demo.Password)
		p.Go("/sunrise/products/CAKE-002/food")
		p.Leave(func() { p.Press("Label") })
		p.Choose("#f-law", "United States")
		p.Choose("#f-code", "EAN or UPC")
		p.Fill("#f-count", "0")
		p.Send("Show")
		if got := p.Text("#f-count-e"); got == "" {
			t.Error("nothing is said of no labels")
		}
		p.Fill("#f-count", "5")
		p.Click("#f-price")
		p.Send("Show")
		for _, want := range []string{"Carrot Cake", "Contains: wheat, egg, milk, almonds.", "$32.00", "2000000000107"} {
			if said := p.Text("#label-text"); !strings.Contains(said, want) {
				t.Errorf("no %q in %s", want, said)
			}
		}
		if found := p.Violations(); len(found) > 0 {
			t.Errorf("accessibility: %s", strings.Join(found, "; "))
		}
		p.Do(`{
			const form = document.querySelector("#label"), button = document.querySelector("[formaction]");
			fetch(button.formAction + "?" + new URLSearchParams(new FormData(form))).then(r => r.text()).then(text => { window.pdf = text });
		}`)
		p.WaitFor(`window.pdf?.startsWith("%PDF-")`)
	})
}
