package web

import (
	"fmt"
	"hash/crc32"
	"net/http"
	"strings"

	"craftplan/internal/calendar"
	"craftplan/internal/organizations"
	"craftplan/internal/web/ui"
)

// section is a place of the navigation.
type section struct{ key, label, icon, path, keys string }

var sections = []struct {
	label string
	items []section
}{
	{"", []section{{"overview", "Overview", "sunrise", "", "g o"}}},
	{"Production", []section{{"batches", "Batches", "layers", "batches", "g b"}, {"products", "Products and recipes", "book-open", "products", "g d"}}},
	{"Inventory", []section{{"materials", "Materials", "wheat", "materials", "g m"}, {"lots", "Lots", "boxes", "lots", "g l"}, {"counts", "Counts", "clipboard-check", "counts", "g k"}}},
	{"Sales", []section{{"orders", "Orders", "receipt-text", "orders", "g r"}, {"customers", "Customers", "contact-round", "customers", "g c"}}},
}

var actions = []section{
	{"", "New order", "plus", "orders/new", "n o"},
	{"", "New product", "plus", "products/new", "n d"},
	{"", "New material", "plus", "materials/new", "n m"},
	{"", "New customer", "plus", "customers/new", "n c"},
}

var dock = []section{{"overview", "Today", "sunrise", "", ""}, {"batches", "Make", "layers", "batches", ""}, {"materials", "Stock", "wheat", "materials", ""}, {"orders", "Orders", "receipt-text", "orders", ""}}

func (q *Request) shell(title, active string) (ui.Shell, error) {
	memberships, err := q.memberships()
	if err != nil {
		return ui.Shell{}, err
	}
	organization := q.Member.Organization
	s := ui.Shell{
		Title: title + " · " + organization.Name, Theme: theme(q.Request), Lang: "en",
		Organization: tile(organization),
		User:         ui.User{Name: q.User.Name, Email: q.User.Email},
		SettingsHref: q.Path("settings"), SettingsOn: active == "settings", RegisterHref: "/register", SignOutHref: "/logout", AccountHref: "/account",
		Flash:   takeFlash(q.w, q.Request),
		Printed: fmt.Sprintf("%s. Printed by %s, %s.", organization.Name, q.User.Name, q.format().moment(calendar.At(q.site.Store.Now()))),
	}
	s.Organization.Role = q.Member.Role.Label()
	s.Notices = q.notices()
	if q.session.Only != nil {
		s.RegisterHref, s.AccountHref = "", "" // not in such a session
	}
	here := place(active)
	for _, m := range memberships {
		link := tile(m.Organization)
		link.Role, link.Href, link.Current = m.Role.Label(), organizations.Path(m.Organization.Slug, here...), m.Organization.ID == organization.ID
		s.Organizations = append(s.Organizations, link)
	}
	s.BrandHref = q.Path("brand.css") + "?v=" + brandVersion(organization, memberships)
	q.navigation(&s, active)
	return s, nil
}

// tile is what stands for an organization: its logo, or letters on its colour.
func tile(o organizations.Organization) ui.OrganizationLink {
	return ui.OrganizationLink{Name: o.Name, Slug: o.Slug, Monogram: o.Monogram(), Logo: logoPath(o)}
}

const readOnly = "This organization is suspended: it can be read, not changed."

// place is the path of the section somebody looks at, which every organization has too.
func place(active string) []string {
	for _, g := range sections {
		for _, i := range g.items {
			if i.key == active && i.path != "" {
				return []string{i.path}
			}
		}
	}
	return nil
}

func (q *Request) navigation(s *ui.Shell, active string) {
	for _, g := range sections {
		group := ui.NavGroup{Label: g.label}
		for _, i := range g.items {
			group.Items = append(group.Items, ui.NavItem{Label: i.label, Icon: i.icon, Href: q.at(i.path), Current: i.key == active})
			s.Shortcuts = append(s.Shortcuts, ui.Shortcut{Keys: i.keys, Label: i.label, Icon: i.icon, Href: q.at(i.path), Group: "Pages"})
		}
		s.Groups = append(s.Groups, group)
	}
	s.Shortcuts = append(s.Shortcuts, ui.Shortcut{Label: "Settings", Icon: "settings-2", Href: s.SettingsHref, Group: "Pages"})
	for _, a := range actions {
		s.Shortcuts = append(s.Shortcuts, ui.Shortcut{Keys: a.keys, Label: a.label, Icon: a.icon, Href: q.at(a.path), Group: "Actions"})
	}
	for _, d := range dock {
		s.Dock = append(s.Dock, ui.NavItem{Label: d.label, Icon: d.icon, Href: q.at(d.path), Current: d.key == active})
	}
}

func (q *Request) at(place string) string {
	if place == "" {
		return q.Path()
	}
	return q.Path(strings.Split(place, "/")...)
}

func brandVersion(current organizations.Organization, all []organizations.Membership) string {
	return fmt.Sprintf("%08x", crc32.ChecksumIEEE([]byte(brandCSS(current, all))))
}

// brandCSS is the organization's colour, and one rule for each organization in the switcher. Colours are #RRGGBB and slugs
// are letters, digits and hyphens: nothing else can get into the style sheet.
func brandCSS(current organizations.Organization, all []organizations.Membership) string {
	var b strings.Builder
	fmt.Fprintf(&b, ":root { --brand: %s; }\n", current.BrandColor)
	for _, m := range all {
		fmt.Fprintf(&b, "[data-org=%q] { --brand: %s; }\n", m.Organization.Slug, m.Organization.BrandColor)
	}
	return b.String()
}

func showBrand(q *Request) error {
	memberships, err := q.memberships()
	if err != nil {
		return err
	}
	q.w.Header().Set("Content-Type", "text/css; charset=utf-8")
	q.w.Header().Set("Cache-Control", "private, max-age=86400") // its address changes with its content
	q.w.WriteHeader(http.StatusOK)
	_, err = q.w.Write([]byte(brandCSS(q.Member.Organization, memberships)))
	return err
}
