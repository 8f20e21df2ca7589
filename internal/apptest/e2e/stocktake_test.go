package e2e

import (
	"fmt"
	"testing"

	"craftplan/internal/apptest"
	"craftplan/internal/apptest/browser"
)

// Two people count on their phones: with the buttons, by typing, and on the scale. Nobody replaces what they have not seen; then one
// of them approves, and the stock is as it was found.
func TestStocktake(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		p := browser.Open(t, a.URL)
		p.Look(390, false)
		p.SignIn(maya, "craftplan-demo")
		p.Go("/sunrise/materials/new")
		p.Fill("[name=name]", "Poppy seed")
		p.Fill("[name=sku]", "POPPY")
		p.Fill("[name=price]", "8")
		p.Fill("[name=category]", "Seeds")
		p.Fill("[name=opening]", "6 kg")
		p.Fill("[name=lot]", "P-1")
		p.Send("Add material")
		p.Go("/sunrise/containers")
		p.Press("Add the first container")
		p.Fill("#name-add", "Blue bucket")
		p.Fill("#tare-add", "500 g")
		p.Leave(func() { p.Key("#tare-add", "\r") })

		p.Go("/sunrise/counts/new")
		p.Choose("#f-choice", "Seeds")
		p.Send("Start")
		if got := p.Text("#progress"); got != "0 of 1 counted 0 differences" && got != "0 of 1 counted0 differences" {
			t.Errorf("it begins with %q", got)
		}
		if wide := p.Wide(); wide > 0 {
			t.Errorf("the page is %d px too wide for a phone", wide)
		}
		path := p.Path()
		sam := browser.Open(t, a.URL)
		sam.Look(390, true)
		sam.SignIn("sam@sunrise.example", "craftplan-demo")
		sam.Go(path)

		p.Click(`#line-1 [data-step="-1"]`) // from the 6 kg that are expected
		p.WaitForText("#progress", "1 of 1 counted")
		p.WaitForText("#line-1", "1 kg less than expected.")
		sam.Fill("#line-1-counted", "4")
		sam.Key("#line-1-counted", "\r")
		sam.WaitForText("#line-1", "counted this in the meantime: 5 kg")
		sam.Do(`document.querySelector("#line-1 details").open = true`)
		sam.Fill("#line-1-gross", "6.25")
		sam.Choose("#line-1-container", "Blue bucket, 500 g")
		sam.Click("#line-1 details button")
		sam.WaitForText("#line-1", "250 g less than expected.")
		sam.Fill("#line-1 [name=reason]", "a torn bag")
		sam.Key("#line-1 [name=reason]", "\r")
		sam.WaitFor(`document.querySelector("#line-1 [name=seen]").value === "r3"`)

		p.Click(".floor-bar a")
		p.WaitForText("#different", "1")
		if got := p.Text("#missing"); got != "$2.00" {
			t.Errorf("missing are %q", got)
		}
		p.Press("Approve")
		p.Leave(func() { p.Click("#approve .btn-primary") })
		p.WaitForText("#toasts", "approved")
		p.Go("/sunrise/materials/POPPY")
		if got := p.Text("#on-hand"); got != "5.75 kg" {
			t.Errorf("there are %q", got)
		}
		if got := p.Text("section[aria-labelledby=movements]"); got == "" {
			t.Error("no movements")
		}
		p.Go("/sunrise/counts")
		p.WaitForText("tbody", "Approved")
		for _, v := range append(p.Violations(), sam.Violations()...) {
			t.Error(fmt.Sprint(v))
		}
	})
}
