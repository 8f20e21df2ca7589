package web

import (
	"net/http"
	"net/url"
	"strings"

	"craftplan/internal/organizations"
	"craftplan/internal/web/ui"
)

type organizationPage struct {
	Form     ui.Form
	Picture  ui.Form // of the logo
	Tile     ui.OrganizationLink
	Host     string
	Name     string
	Currency string
	Locales  []ui.Choice
	Zones    []ui.Choice
	At       func(...string) string
}

func (q *Request) renderOrganization(status int, form, picture ui.Form) error {
	o := q.Member.Organization
	p := organizationPage{form, picture, tile(o), q.site.Host, o.Name, o.Currency, withChoice(locales, o.Locale), withChoice(timeZones(), o.TimeZone), q.Path}
	return q.Render(status, "Organization", "settings", organizationBody(p))
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
	return q.renderOrganization(http.StatusOK, q.profileForm(), ui.Form{})
}

func updateOrganization(q *Request) error {
	v := q.PostForm
	p := organizations.Profile{Name: v.Get("organization"), Slug: v.Get("slug"), TimeZone: v.Get("time_zone"), Locale: v.Get("locale"), BrandColor: v.Get("brand_color")}
	err := organizations.Change(q.Context(), q.site.Store, q.scope, q.Member.Organization, p)
	if status, ok := again(err); ok {
		return q.renderOrganization(status, refused(q, err), ui.Form{})
	}
	if err != nil {
		return err
	}
	return q.Done("Saved.", path(strings.ToLower(strings.TrimSpace(p.Slug)), "settings", "organization"))
}
