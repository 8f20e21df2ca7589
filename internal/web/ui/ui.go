// Package ui has the components pages are built of. It knows no domain: what a component shows comes in as plain values, and
// addresses come in complete.
package ui

import (
	"context"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/a-h/templ"

	"craftplan/internal/fault"
)

// Shell is what surrounds a page inside an organization.
type Shell struct {
	Title         string
	Theme         string // "", "craft" or "craft-dark"
	Lang          string
	Organization  OrganizationLink
	BrandHref     string
	User          User
	Groups        []NavGroup
	Dock          []NavItem
	Organizations []OrganizationLink
	Shortcuts     []Shortcut
	SettingsHref  string
	SettingsOn    bool
	RegisterHref  string // "" is not offered
	SignOutHref   string
	AccountHref   string // "" is not offered
	Flash         []Flash
	Notices       []Notice
	Printed       string // the last line of a printed page: whose it is, who printed it and when
}

// Notice stands on every page as long as it holds.
type Notice struct {
	Text, Why string
	Do, Href  string // what who reads can do about it; "" is nothing
}

// OrganizationLink is an organization in the switcher.
type OrganizationLink struct {
	Name, Slug, Monogram, Role, Href string
	Logo                             string // address of its picture; "" is none
	Current                          bool
}

// User is who is signed in.
type User struct{ Name, Email string }

// NavGroup is a labelled part of the side bar.
type NavGroup struct {
	Label string
	Items []NavItem
}

// NavItem is a link of the side bar or the dock.
type NavItem struct {
	Label, Icon, Href string
	Count             string
	Current           bool
}

// Shortcut is a pair of keys that opens a page; it is listed in the palette too.
type Shortcut struct{ Keys, Label, Icon, Href, Group string }

// Flash is a message about what was just done.
type Flash struct {
	Message string
	Bad     bool
}

// Crumb is one step of the way to a page.
type Crumb struct{ Label, Href string }

// Form is what was typed and what is wrong with it.
type Form struct {
	Values   map[string][]string
	Problems []fault.Field
	Refusal  string // why the whole of it was refused: somebody else was quicker
}

// Value is what was typed into a field.
func (f Form) Value(name string) string {
	if v := f.Values[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// Error is what is wrong with a field; "" when nothing is.
func (f Form) Error(name string) string {
	for _, p := range f.Problems {
		if p.Name == name {
			return p.Message
		}
	}
	return ""
}

// Input describes a field of a form.
type Input struct {
	ID                       string // made of the name when empty
	Name, Label, Type, Hint  string
	Prefix, Suffix           string
	Optional                 bool
	Decimal                  bool
	Autocomplete, Class      string
	Choices                  []Choice
	Rows                     string
	Attrs                    templ.Attributes
	Placeholder, Description string
}

// Choice is an option of a select.
type Choice struct{ Value, Label string }

// FieldID is the id of a field, for labels and for links to it.
func FieldID(name string) string { return "f-" + strings.ReplaceAll(name, ".", "-") }

func (in Input) attributes(f Form) templ.Attributes {
	a := templ.Attributes{"id": in.id(), "name": in.Name}
	for k, v := range in.Attrs {
		a[k] = v
	}
	if in.Decimal {
		a["inputmode"] = "decimal"
	}
	if in.Autocomplete != "" {
		a["autocomplete"] = in.Autocomplete
	}
	if in.Placeholder != "" {
		a["placeholder"] = in.Placeholder
	}
	switch {
	case f.Error(in.Name) != "":
		a["aria-invalid"], a["aria-describedby"] = "true", in.id()+"-e"
	case in.Hint != "":
		a["aria-describedby"] = in.id() + "-h"
	}
	return a
}

func (in Input) id() string {
	if in.ID != "" {
		return in.ID
	}
	return FieldID(in.Name)
}

func (in Input) kind() string {
	if in.Type == "" {
		return "text"
	}
	return in.Type
}

// Reload makes a link or a field fetch the page and morph only the list of it.
func Reload(href string) templ.Attributes {
	return templ.Attributes{"hx-get": href, "hx-target": "#list", "hx-select": "#list", "hx-swap": "outerMorph", "hx-push-url": "true"}
}

// Column is a column head that may sort.
type Column struct {
	Label, Class string
	Href         string // "" when it does not sort
	Sorted       string // "", "ascending" or "descending"
	Hidden       bool   // not for who reads; its cells are left out too
}

func visible(columns []Column) []Column {
	return slices.DeleteFunc(slices.Clone(columns), func(c Column) bool { return c.Hidden })
}

// Pager is what is below a list.
type Pager struct{ Range, Previous, Next string }

// Export is a list that can be had as a file, in several formats.
type Export struct {
	Label string
	Files []ExportFile
}

// ExportFile is one of them.
type ExportFile struct{ Label, Href string }

// States are the marks of what a thing is in, each a shape, a word and a colour.
var states = map[string][3]string{
	"unconfirmed": {"dashed", "badge-soft badge-warning", "Unconfirmed"},
	"confirmed":   {"open", "badge-mute", "Confirmed"},
	"in_progress": {"half", "badge-soft badge-info", "In progress"},
	"ready":       {"most", "badge-soft badge-success", "Ready"},
	"delivered":   {"done", "badge-soft badge-success", "Delivered"},
	"completed":   {"done", "badge-mute", "Completed"},
	"cancelled":   {"x", "badge-mute", "Cancelled"},
	"undone":      {"x", "badge-mute", "Undone"},
	"open":        {"open", "badge-mute", "Open"},
	"done":        {"done", "badge-soft badge-success", "Done"},
	"draft":       {"dashed", "badge-mute", "Draft"},
	"testing":     {"half", "badge-soft badge-info", "Testing"},
	"active":      {"done", "badge-soft badge-success", "Active"},
	"suspended":   {"hold", "badge-soft badge-warning", "Suspended"},
	"paused":      {"hold", "badge-soft badge-warning", "Paused"},
	"archived":    {"x", "badge-mute", "Archived"},
	"available":   {"done", "badge-mute", "Available"},
	"quarantined": {"hold", "badge-soft badge-warning", "Quarantined"},
	"blocked":     {"x", "badge-soft badge-error", "Blocked"},
	"expired":     {"x", "badge-soft badge-error", "Expired"},
	"expiring":    {"half", "badge-soft badge-warning", "Expiring"},
	"empty":       {"open", "badge-mute", "Empty"},
	"on_way":      {"half", "badge-soft badge-info", "On its way"},
	"late":        {"half", "badge-soft badge-warning", "Late"},
	"arrived":     {"done", "badge-soft badge-success", "Arrived"},
	"called_back": {"x", "badge-mute", "Called back"},
	"approved":    {"done", "badge-soft badge-success", "Approved"},
	"owed":        {"dashed", "badge-soft badge-error", "Owed"},
	"pending":     {"open", "badge-mute", "Payment pending"},
	"paid":        {"done", "badge-soft badge-success", "Paid"},
}

var icons, marks sync.Map // name -> templ.Component: pages are full of them, and they never change

// Icon is a Lucide icon of the sprite.
func Icon(name string) templ.Component { return once(&icons, name, icon) }

// State is the mark of what a thing is in: a shape, a word and a colour.
func State(name string) templ.Component { return once(&marks, name, mark) }

// once renders a component the first time and writes the same bytes from then on.
func once(known *sync.Map, name string, make func(string) templ.Component) templ.Component {
	if c, ok := known.Load(name); ok {
		return c.(templ.Component)
	}
	html, err := templ.ToGoHTML(context.Background(), make(name))
	if err != nil {
		return make(name) // and let the page tell
	}
	c := templ.Raw(html)
	known.Store(name, c)
	return c
}

func state(name string) [3]string {
	if s, ok := states[name]; ok {
		return s
	}
	return [3]string{"open", "badge-mute", strings.ToUpper(name[:min(1, len(name))]) + name[min(1, len(name)):]}
}

// StateLabel is the word for a state.
func StateLabel(name string) string { return state(name)[2] }

// Initials stand for a person.
func Initials(name string) string {
	letters := ""
	for _, word := range strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		letters += strings.ToUpper(string([]rune(word)[:1]))
	}
	r := []rune(letters)
	if len(r) > 2 {
		r = []rune{r[0], r[len(r)-1]}
	}
	return string(r)
}

// Segment is a part of a bar, in hundredths of its length.
type Segment struct {
	Percent int64
	Fill    string
}
