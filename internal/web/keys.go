package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"craftplan/internal/apikeys"
	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/organizations"
	"craftplan/internal/store"
	"craftplan/internal/web/ui"
)

type keyPage struct {
	list
	format
	tabs
	Rows  []apikeys.Listed
	Total int64
	Usage usage
	Open  bool // the organization has the API
	Made  *apikeys.Made
	Me    id.ID
	At    func(...string) string
	Base  string // address of the API
}

// mine tells whether who looks can give the key a new secret.
func (p keyPage) mine(k apikeys.Listed) bool { return k.CreatedBy == p.Me && k.State.Works() }

func (q *Request) renderKeys(status int, made *apikeys.Made) error {
	o := q.Member.Organization
	p := keyPage{list: q.list(), format: q.format(), tabs: q.tabs(), Made: made, Me: q.User.ID, At: q.Path, Open: o.Features.On(organizations.API), Base: q.absolute("/api/v1/" + o.Slug)}
	err := q.View(func(tx *store.Tx) (err error) {
		if p.Rows, p.Total, err = apikeys.List(q.Context(), tx, pageSize, p.offset()); err != nil {
			return err
		}
		used, err := apikeys.Used(q.Context(), tx)
		p.Usage = usageOf("API keys", used, organizations.LimitsOf(o.BillingPlan).Keys)
		return err
	})
	if err != nil {
		return err
	}
	return q.Render(status, "API keys", "settings", keysPage(p))
}

func listKeys(q *Request) error { return q.renderKeys(http.StatusOK, nil) }

type keyEdit struct {
	format
	tabs
	Form ui.Form
	May  func(authz.Permission) bool
	At   func(...string) string
}

func (q *Request) renderKeyForm(status int, form ui.Form) error {
	return q.Render(status, "New API key", "settings", keyForm(keyEdit{q.format(), q.tabs(), form, q.Actor().May, q.Path}))
}

func newKey(q *Request) error {
	return q.renderKeyForm(http.StatusOK, ui.Form{Values: url.Values{}})
}

// createKey shows the secret, once, on the page itself instead of a redirect.
func createKey(q *Request) error {
	var p fault.Problems
	n := apikeys.NewKey{Name: q.PostFormValue("name"), ExpiresOn: optionalDate(&p, q.PostForm, "expires_on")}
	for _, s := range q.PostForm["scopes"] {
		n.Scopes = append(n.Scopes, authz.Permission(s))
	}
	var made apikeys.Made
	err := p.Err()
	if err == nil {
		err = q.Update(func(tx *store.Tx) (err error) {
			made, err = apikeys.Create(q.Context(), tx, n)
			return err
		})
	}
	if status, ok := again(err); ok {
		return q.renderKeyForm(status, refused(q, err))
	}
	if err != nil {
		return err
	}
	return q.renderKeys(http.StatusOK, &made)
}

// rotateKey shows the new secret, once.
func rotateKey(q *Request) error {
	grace, err := time.ParseDuration(q.PostFormValue("grace"))
	if err != nil {
		grace = -1 // none of the choices
	}
	var made apikeys.Made
	err = q.changeKey(func(tx *store.Tx, key id.ID) (err error) {
		made, err = apikeys.Rotate(q.Context(), tx, key, grace)
		return err
	})
	if fault.Is(err, fault.KindConflict) || fault.Is(err, fault.KindInvalid) {
		return q.Refused(err, q.Path("settings", "keys"))
	}
	if err != nil {
		return err
	}
	return q.renderKeys(http.StatusOK, &made)
}

func revokeKey(q *Request) error {
	err := q.changeKey(func(tx *store.Tx, key id.ID) error { return apikeys.Revoke(q.Context(), tx, key) })
	if fault.Is(err, fault.KindConflict) {
		return q.Refused(err, q.Path("settings", "keys"))
	}
	if err != nil {
		return err
	}
	return q.Done("The key was revoked and opens nothing any more.", q.Path("settings", "keys"))
}

func (q *Request) changeKey(change func(*store.Tx, id.ID) error) error {
	key, err := id.Parse(q.PathValue("key"))
	if err != nil {
		return fault.NotFound("key")
	}
	return q.Update(func(tx *store.Tx) error { return change(tx, key) })
}

// scopeRow is a line of the grid: what a key may read and write of something. Write is "" where there is nothing to write.
type scopeRow struct {
	Label       string
	Read, Write authz.Permission
}

var scopeRows = []scopeRow{
	{"Customers", authz.CustomersRead, authz.CustomersWrite}, {"Materials and stock", authz.InventoryRead, authz.InventoryWrite}, {"Products and recipes", authz.CatalogRead, authz.CatalogWrite},
	{"Orders", authz.OrdersRead, authz.OrdersWrite}, {"Batches", authz.ProductionRead, authz.ProductionWrite}, {"Settings", authz.SettingsRead, authz.SettingsWrite}, {"What things cost", authz.CostsRead, ""},
}

// scopeWords are the scopes of a key in words.
func scopeWords(scopes []authz.Permission) string {
	var words []string
	for _, r := range scopeRows {
		switch {
		case slices.Contains(scopes, r.Write):
			words = append(words, strings.ToLower(r.Label)+" (write)")
		case slices.Contains(scopes, r.Read):
			words = append(words, strings.ToLower(r.Label))
		}
	}
	return strings.Join(words, ", ")
}

var graces = []ui.Choice{{Value: "0s", Label: "Ends at once"}, {Value: "1h", Label: "Works for another hour"}, {Value: "24h", Label: "Works for another day"}}
