package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"craftplan/internal/apikeys"
	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/files"
	"craftplan/internal/money"
	"craftplan/internal/organizations"
	"craftplan/internal/quantity"
	"craftplan/internal/settings"
	"craftplan/internal/sso"
	"craftplan/internal/store"
	"craftplan/internal/web/ui"
)

type settingsPageData struct {
	format
	Form              ui.Form
	Action            string
	Currency          string
	Zone, Locale, URL string
	MayWrite          bool
	Tabs              tabs
	At                func(...string) string
	Name, Slug        string
	SignIn            sso.Offer
	Plan              string
	Usage             []usage // of the plan; for who may change settings
	Belongs           bool    // and is not here as support
}

// usage is how much is used of something that the plan limits.
type usage struct{ What, Used, Limit string }

func usageOf(what string, used int64, limit organizations.Limit) usage {
	return usage{what, strconv.FormatInt(used, 10), limit.String()}
}

// InWords is "3 of 50", or "3, without limit".
func (u usage) InWords() string {
	if u.Limit == organizations.Limit(0).String() {
		return u.Used + ", " + u.Limit
	}
	return u.Used + " of " + u.Limit
}

func (q *Request) renderSettings(status int, form ui.Form) error {
	o := q.Member.Organization
	p := settingsPageData{format: q.format(), Form: form, Action: q.Path("settings"), Currency: o.Currency, Zone: o.TimeZone, Locale: o.Locale, URL: q.site.Host + "/" + o.Slug,
		MayWrite: q.Actor().May(authz.SettingsWrite), Tabs: q.tabs(), At: q.Path, Name: o.Name, Slug: o.Slug, Plan: o.BillingPlan, Belongs: !q.Member.AsSupport}
	err := q.View(func(tx *store.Tx) (err error) {
		if p.SignIn, err = sso.Offered(q.Context(), tx); err != nil || !p.MayWrite {
			return err
		}
		p.Usage, err = q.usage(tx)
		return err
	})
	if o.Status != organizations.Active && !p.SignIn.Connected {
		p.SignIn = sso.Offer{} // nobody new is connected
	}
	if err != nil {
		return err
	}
	return q.Render(status, "Settings", "settings", settingsBody(p))
}

func (q *Request) usage(tx *store.Tx) ([]usage, error) {
	limits := organizations.LimitsOf(q.Member.Organization.BillingPlan)
	people, err := organizations.PeopleUsed(q.Context(), tx)
	if err != nil {
		return nil, err
	}
	bytes, err := files.Used(q.Context(), tx)
	if err != nil {
		return nil, err
	}
	keys, err := apikeys.Used(q.Context(), tx)
	return []usage{usageOf("People", people, limits.Members), {"Files", organizations.Bytes(bytes), limits.Storage.Bytes()}, usageOf("API keys", keys, limits.Keys)}, err
}

func showSettings(q *Request) error {
	var s settings.Settings
	err := q.View(func(tx *store.Tx) (err error) {
		s, err = settings.Get(q.Context(), tx)
		return err
	})
	if err != nil {
		return err
	}
	values := url.Values{
		"tax_mode": {string(s.TaxMode)}, "tax_rate": {percentText(s.TaxRate)}, "lead_time_days": {strconv.FormatInt(s.LeadTimeDays, 10)},
		"daily_capacity": {strconv.FormatInt(s.DailyCapacity, 10)}, "shipping_flat": {money.Input(s.ShippingFlat, q.Member.Organization.Currency)},
	}
	return q.renderSettings(http.StatusOK, ui.Form{Values: values})
}

func updateSettings(q *Request) error {
	var p fault.Problems
	v := q.PostForm
	form := settings.Settings{TaxMode: settings.TaxMode(v.Get("tax_mode")), TaxRate: percentField(&p, v, "tax_rate"), LeadTimeDays: countField(&p, v, "lead_time_days"), DailyCapacity: countField(&p, v, "daily_capacity"),
		ShippingFlat: amountField(&p, v, "shipping_flat", q.Member.Organization.Locale)}
	err := together(p.Err(), form.Validate())
	if err == nil {
		err = q.Update(func(tx *store.Tx) error {
			return settings.Change(q.Context(), tx, func(s *settings.Settings) {
				s.TaxMode, s.TaxRate, s.LeadTimeDays, s.DailyCapacity, s.ShippingFlat = form.TaxMode, form.TaxRate, form.LeadTimeDays, form.DailyCapacity, form.ShippingFlat
			})
		})
	}
	if status, ok := again(err); ok {
		return q.renderSettings(status, refused(q, err))
	}
	if err != nil {
		return err
	}
	return q.Done("Saved.", q.Path("settings"))
}

// percentText shows millionths as a percentage: 210,000 is 21.
func percentText(millionths int64) string {
	return quantity.Decimal(quantity.Quantity(millionths * 100))
}

// percentField reads a percentage into millionths, with up to four decimals.
func percentField(p *fault.Problems, v url.Values, name string) int64 {
	n, err := quantity.ParseNumber(orZero(v.Get(name)))
	if err != nil || n%100 != 0 {
		p.Add(name, "Enter a percentage, such as 8.25.")
		return 0
	}
	return n / 100
}

func countField(p *fault.Problems, v url.Values, name string) int64 {
	n, err := strconv.ParseInt(orZero(strings.TrimSpace(v.Get(name))), 10, 32)
	if err != nil {
		p.Add(name, "Enter a whole number, such as 3.")
		return 0
	}
	return n
}

func amountField(p *fault.Problems, v url.Values, name, locale string) money.Amount {
	a, err := money.Parse(orZero(v.Get(name)), locale)
	if err != nil {
		p.Add(name, err.Error())
	}
	return a
}

func orZero(text string) string {
	if text == "" {
		return "0"
	}
	return text
}
