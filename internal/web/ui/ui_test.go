package ui

import (
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"

	"craftplan/internal/fault"
)

func render(t *testing.T, c templ.Component) *goquery.Document {
	t.Helper()
	var b strings.Builder
	if err := c.Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	d, err := goquery.NewDocumentFromReader(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// A wrong field keeps what was typed, and the message belongs to it for whoever cannot see it.
func TestField(t *testing.T) {
	f := Form{Values: map[string][]string{"price": {`<cheap> "`}}, Problems: []fault.Field{{Name: "price", Message: "Enter a price."}}}
	d := render(t, Field(f, Input{Name: "price", Label: "Price", Hint: "Such as 3.20.", Decimal: true}))
	input := d.Find("input")
	if v, _ := input.Attr("value"); v != `<cheap> "` {
		t.Errorf("value %q", v)
	}
	if id, _ := input.Attr("aria-describedby"); d.Find("#"+id).Length() != 1 || !strings.Contains(d.Find("#"+id).Text(), "Enter a price.") {
		t.Errorf("described by %q", id)
	}
	if invalid, _ := input.Attr("aria-invalid"); invalid != "true" || d.Find(".field-hint").Length() != 0 {
		t.Errorf("invalid %q", invalid)
	}
	d = render(t, Field(Form{}, Input{Name: "price", ID: "other", Label: "Price", Hint: "Such as 3.20."}))
	if id, _ := d.Find("input").Attr("aria-describedby"); d.Find("#"+id).Text() != "Such as 3.20." {
		t.Errorf("the hint is at %q", id)
	}
}

func TestAPasswordIsNeverSentBack(t *testing.T) {
	d := render(t, Field(Form{Values: map[string][]string{"password": {"a quiet oven"}}}, Input{Name: "password", Label: "Password", Type: "password"}))
	if v, _ := d.Find("input").Attr("value"); v != "" {
		t.Errorf("value %q", v)
	}
}

func TestStates(t *testing.T) {
	for name := range states {
		d := render(t, State(name))
		if text := strings.TrimSpace(d.Text()); text != StateLabel(name) || d.Find("svg").Length() != 1 {
			t.Errorf("%s shows %q", name, text)
		}
	}
	if first, second := render(t, State("ready")).Text(), render(t, State("ready")).Text(); first != second {
		t.Errorf("%q, then %q", first, second)
	}
}

func TestInitials(t *testing.T) {
	for name, want := range map[string]string{"Maya Lindqvist": "ML", "Ada": "A", "Juniper & Rye Deli": "JD", "": "", "ö b": "ÖB"} {
		if got := Initials(name); got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
}
