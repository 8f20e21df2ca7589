package api

import (
	"net/http"

	"craftplan/internal/authz"
)

type organizationView struct {
	Name       string  `json:"name"`
	Slug       string  `json:"slug"`
	TimeZone   string  `json:"time_zone"`
	Locale     string  `json:"locale"`
	Currency   string  `json:"currency"`
	BrandColor string  `json:"brand_color"`
	Plan       string  `json:"plan"`
	Key        keyView `json:"key"`
}

type keyView struct {
	Name      string             `json:"name"`
	Scopes    []authz.Permission `json:"scopes"`
	ExpiresOn *string            `json:"expires_on"`
}

// showOrganization tells a program where it is and what it may do now.
func showOrganization(q *Request) error {
	o := q.Organization
	v := organizationView{o.Name, o.Slug, o.TimeZone, o.Locale, o.Currency, o.BrandColor, o.BillingPlan, keyView{Name: q.Key.Name, Scopes: []authz.Permission{}}}
	for _, s := range q.Key.Scopes {
		if q.Actor().May(s) {
			v.Key.Scopes = append(v.Key.Scopes, s)
		}
	}
	if q.Key.ExpiresOn != nil {
		day := q.Key.ExpiresOn.String()
		v.Key.ExpiresOn = &day
	}
	return q.answer(http.StatusOK, v)
}
