package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"craftplan/internal/apptest"
	"craftplan/internal/authz"
	"craftplan/internal/store"
	"craftplan/internal/web"
)

// No page offers what the one who reads it would be refused: no form, no button and no link leads where their role may not go.
func TestNothingIsOfferedThatIsRefused(t *testing.T) {
	a := apptest.New(t, store.SQLite)
	mux, routes := http.NewServeMux(), map[string]web.Route{}
	for _, route := range web.Routes() {
		if route.Access == web.Members {
			mux.Handle(route.Method+" "+route.Pattern, http.NotFoundHandler())
			routes[route.Method+" "+route.Pattern] = route
		}
	}
	for email, role := range map[string]authz.Role{vera: authz.Viewer, sam: authz.Staff} {
		c := a.As(t, email)
		offers := 0
		check := func(page, method, target string) {
			_, pattern := mux.Handler(httptest.NewRequest(method, target, nil))
			route, ok := routes[pattern]
			if !ok || !strings.HasPrefix(target, "/sunrise/") {
				return
			}
			offers++
			if (authz.Actor{Role: role}).Require(route.Permission) != nil {
				t.Errorf("%s shows %s: %s %s", page, role, method, target)
			}
		}
		for _, page := range a.Pages(a.As(t, maya), "sunrise") {
			p := c.Get(page)
			if p.Status != http.StatusOK {
				continue
			}
			here, err := url.Parse(page)
			if err != nil {
				t.Fatal(err)
			}
			at := func(target string) string {
				to, err := here.Parse(target)
				if err != nil {
					t.Fatalf("%s: %v", page, err)
				}
				return to.RequestURI()
			}
			p.Find("main a[href]").Each(func(_ int, link *goquery.Selection) { check(page, http.MethodGet, at(link.AttrOr("href", ""))) })
			p.Find("main form").Each(func(_ int, form *goquery.Selection) {
				method := strings.ToUpper(form.AttrOr("method", http.MethodGet))
				if id := form.AttrOr("id", "-"); form.Find("button:not([type=button]):not([disabled])").Length()+p.Find("button[form='"+id+"']").Length() > 0 {
					check(page, method, at(form.AttrOr("action", "")))
				}
				form.Find("[formaction]").Each(func(_ int, button *goquery.Selection) {
					check(page, strings.ToUpper(button.AttrOr("formmethod", method)), at(button.AttrOr("formaction", "")))
				})
			})
		}
		if offers < 50 {
			t.Errorf("%s was offered only %d things", role, offers)
		}
	}
}
