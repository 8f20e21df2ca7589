package e2e

import (
	"strings"
	"testing"

	"craftplan/internal/apptest"
	"craftplan/internal/apptest/browser"
	"craftplan/internal/demo"
)

// A part of a lot goes to another location, is on its way meanwhile, and arrives with something missing, which needs a word.
func TestTransfer(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		p := browser.Open(t, a.URL)
		p.Look(1440, false)
		p.SignIn(maya, demo.Password)
		p.Go("/sunrise/settings/locations")
		p.Press("Add location")
		p.Fill("#add-name", "Market stall")
		p.Send("Add")
		p.Go("/sunrise/lots?kind=material")
		p.Leave(func() { p.Click("tbody th a") })
		lot := p.Path()
		p.Press("Move")
		p.Fill("#f-move-q", "1 g")
		p.Fill("#f-move-r", "For Saturday")
		p.Click(`#move input[value="later"]`)
		p.Submit("dialog[open] .btn-primary")
		if got := p.Text(".note"); !strings.Contains(got, "1 g is on its way to Market stall") {
			t.Errorf("the lot says %q", got)
		}
		p.Leave(func() { p.Click(".note a") })
		seen(t, p, "the transfer")
		p.Press("It has arrived")
		p.Fill("#f-arrived-q", "0")
		p.Submit("dialog[open] .btn-primary")
		if got := p.Text("#arrived .field-error"); !strings.Contains(got, "Say why") || p.Value("#f-arrived-q") != "0" {
			t.Errorf("nothing arrived, without a word: %q", got)
		}
		p.Fill("#f-arrived-r", "It fell off the van")
		p.Submit("dialog[open] .btn-primary")
		if got := p.Text("dl"); !strings.Contains(got, "Arrived") {
			t.Errorf("the transfer says %q", got)
		}
		p.Go("/sunrise/transfers?state=all")
		seen(t, p, "the list")
		p.Look(390, true)
		seen(t, p, "the list on a phone")
		p.Go(lot)
		if got := p.Text("table"); !strings.Contains(got, "It fell off the van") {
			t.Errorf("the lot's history: %q", got)
		}
	})
}

func seen(t *testing.T, p *browser.Page, what string) {
	t.Helper()
	if found := p.Violations(); len(found) > 0 {
		t.Errorf("%s, accessibility: %s", what, strings.Join(found, "; "))
	}
	if over := p.Wide(); over > 0 {
		t.Errorf("%s scrolls sideways by %d", what, over)
	}
}
