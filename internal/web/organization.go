package web

import (
	"net/http"
	"net/url"
	"strings"

	"craftplan/internal/fault"
	"craftplan/internal/organizations"
	"craftplan/internal/web/ui"
)

type organizationPage struct {
	Form     ui.Form
	Address  addressPreview
	Ask      bool    // the address changes, and waits to be confirmed
	Picture  ui.Form // of the logo
	Tile     ui.OrganizationLink
	Host     string
	Name     string
	Currency string
	Locales  []ui.Choice
	Zones    []ui.Choice
	Second   bool // members need a second factor
	At       func(...string) string
}

func (q *Request) renderOrganization(status int, form, picture ui.Form) error {
	return q.renderOrganizationPage(status, organizationPage{Form: form, Picture: picture})
}

func (q *Request) renderOrganizationPage(status int, p organizationPage) error {
	o := q.Member.Organization
	p.Tile, p.Host, p.Name, p.Currency, p.Second, p.At = tile(o), q.site.Host, o.Name, o.Currency, o.SecondFactor, q.Path
	p.Locales, p.Zones = withChoice(locales, o.Locale), withChoice(timeZones(), o.TimeZone)
	return q.Render(status, "Organization", "settings", organizationBody(p))
}

// addressPreview is what another address would mean, while it is typed and before it is confirmed.
type addressPreview struct {
	organizations.Address
	From, Problem string
}

// shown tells whether there is anything to say: the address is another, or cannot be.
func (a addressPreview) shown() bool { return a.Problem != "" || a.Slug != "" && a.Slug != a.From }

func (q *Request) preview(p organizations.Profile) (addressPreview, error) {
	a := addressPreview{From: q.Member.Organization.Slug}
	var err error
	a.Address, err = organizations.Preview(q.Context(), q.site.Store, q.scope, q.Member.Organization, p)
	return a, err
}

// locales are offered; an organization may have been made with another.
var locales = []ui.Choice{{Value: "en-US", Label: "English, United States"}, {Value: "en-GB", Label: "English, United Kingdom"}, {Value: "en-CA", Label: "English, Canada"}, {Value: "en-AU", Label: "English, Australia"}, {Value: "en-DE", Label: "English, Germany"},
	{Value: "de-DE", Label: "German, Germany"}, {Value: "de-AT", Label: "German, Austria"}, {Value: "de-CH", Label: "German, Switzerland"}, {Value: "fr-FR", Label: "French, France"}, {Value: "nl-NL", Label: "Dutch, Netherlands"}, {Value: "it-IT", Label: "Italian, Italy"},
	{Value: "es-ES", Label: "Spanish, Spain"}, {Value: "pt-PT", Label: "Portuguese, Portugal"}, {Value: "pl-PL", Label: "Polish, Poland"}, {Value: "sv-SE", Label: "Swedish, Sweden"}, {Value: "da-DK", Label: "Danish, Denmark"}}

// withChoice adds the value there is, when it is not among the choices.
func withChoice(choices []ui.Choice, value string) []ui.Choice {
	for _, c := range choices {
		if c.Value == value {
			return choices
		}
	}
	return append([]ui.Choice{{Value: value, Label: value}}, choices...)
}

// profileForm is the form of the organization as it is now.
func (q *Request) profileForm() ui.Form {
	o := q.Member.Organization
	return ui.Form{Values: url.Values{"organization": {o.Name}, "slug": {o.Slug}, "time_zone": {o.TimeZone}, "locale": {o.Locale}, "brand_color": {strings.ToLower(o.BrandColor)}}}
}

func showOrganization(q *Request) error {
	p := organizationPage{Form: q.profileForm()}
	if q.URL.Query().Has("slug") {
		var err error
		p.Form.Values["slug"] = []string{q.URL.Query().Get("slug")}
		if p.Address, err = q.preview(profileOf(p.Form.Values)); fault.Is(err, fault.KindInvalid) {
			p.Address.Problem = fault.MessageOf(err)
		} else if err != nil {
			return err
		}
	}
	return q.renderOrganizationPage(http.StatusOK, p)
}

func profileOf(v url.Values) organizations.Profile {
	return organizations.Profile{Name: v.Get("organization"), Slug: v.Get("slug"), TimeZone: v.Get("time_zone"), Locale: v.Get("locale"), BrandColor: v.Get("brand_color")}
}

// updateOrganization saves at once what can be taken back at once; another address is asked about first.
func updateOrganization(q *Request) error {
	if q.PostForm.Has("keep") {
		q.PostForm.Set("slug", q.Member.Organization.Slug)
	}
	p := profileOf(q.PostForm)
	address, err := q.preview(p)
	if err == nil && address.shown() && q.PostForm.Get("confirmed") != address.Slug {
		return q.renderOrganizationPage(http.StatusOK, organizationPage{Form: ui.Form{Values: q.PostForm}, Address: address, Ask: true})
	}
	if err == nil {
		err = organizations.Change(q.Context(), q.site.Store, q.scope, q.Member.Organization, p)
	}
	if status, ok := again(err); ok {
		return q.renderOrganization(status, refused(q, err), ui.Form{})
	}
	if err != nil {
		return err
	}
	return q.Done("Saved.", organizations.Path(address.Slug, "settings", "organization"))
}
