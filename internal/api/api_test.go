package api_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"craftplan/internal/api"
	"craftplan/internal/apikeys"
	"craftplan/internal/apptest"
	"craftplan/internal/authz"
	"craftplan/internal/organizations"
	"craftplan/internal/store"
)

// secretOf makes a key of the owner of an organization of the demo.
func secretOf(t *testing.T, a *apptest.App, slug string, scopes ...authz.Permission) string {
	t.Helper()
	o, scope, err := organizations.OpenBySlug(t.Context(), a.DB.Store, slug)
	if err != nil {
		t.Fatal(err)
	}
	var user string
	if err := a.DB.Unbound().QueryRowContext(t.Context(), "SELECT user_id FROM memberships WHERE role = 'owner' AND organization_id = '"+o.ID.String()+"'").Scan(&user); err != nil {
		t.Fatal(err)
	}
	actor := authz.Actor{Role: authz.Owner}
	if err := actor.UserID.Scan(user); err != nil {
		t.Fatal(err)
	}
	var made apikeys.Made
	a.DB.Do(t, store.NewScope(o.ID, actor, scope.Context()), func(ctx context.Context, tx *store.Tx) (err error) {
		made, err = apikeys.Create(ctx, tx, apikeys.NewKey{Name: "Shop", Scopes: scopes})
		return err
	})
	return made.Secret
}

type reply struct {
	Status int
	Header http.Header
	Body   string
	JSON   map[string]any
}

func ask(t *testing.T, a *apptest.App, secret, method, path, body string, header ...string) reply {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, a.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if secret != "" {
		r.Header.Set("Authorization", "Bearer "+secret)
	}
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	got := reply{response.StatusCode, response.Header, string(data), nil}
	if len(data) > 0 {
		if err := json.Unmarshal(data, &got.JSON); err != nil {
			t.Fatalf("%s %s: %v in %s", method, path, err, data)
		}
	}
	return got
}

const base = "/api/v1/sunrise"

func TestCustomers(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		key := secretOf(t, a, "sunrise", authz.CustomersWrite)
		made := ask(t, a, key, "POST", base+"/customers", `{"kind":"company","name":"Corner Café","billing_address":{"street":"1 Main St","city":"Chicago"}}`)
		at := made.Header.Get("Location")
		if made.Status != http.StatusCreated || !strings.HasPrefix(at, base+"/customers/CU-") || made.JSON["name"] != "Corner Café" {
			t.Fatalf("create: %d, %q, %s", made.Status, at, made.Body)
		}
		changed := ask(t, a, key, "PATCH", at, `{"email":"hello@corner.example","billing_address":{"city":"Evanston"}}`)
		address, _ := changed.JSON["billing_address"].(map[string]any)
		if changed.Status != http.StatusOK || changed.JSON["name"] != "Corner Café" || address["street"] != "1 Main St" || address["city"] != "Evanston" {
			t.Errorf("change: %d, %s", changed.Status, changed.Body)
		}
		if got := ask(t, a, key, "GET", at, ""); got.Status != http.StatusOK || got.JSON["email"] != "hello@corner.example" || got.Header.Get("Cache-Control") != "private, no-store" || got.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("read: %d, %v", got.Status, got.Header)
		}
		if got := ask(t, a, key, "GET", base+"/customers?q=corner&limit=5", ""); got.Status != http.StatusOK || got.JSON["total"] != 1.0 {
			t.Errorf("list: %d, %s", got.Status, got.Body)
		}
		for name, c := range map[string]struct {
			method, path, body string
			header             []string
			status             int
		}{
			"a wrong field":     {"POST", base + "/customers", `{"kind":"company","name":"","billing_address":{"postal_code":"60611"}}`, nil, 422},
			"an unknown field":  {"POST", base + "/customers", `{"kind":"company","name":"A","organization_id":"x"}`, nil, 422},
			"no JSON":           {"POST", base + "/customers", `{`, nil, 422},
			"two values":        {"POST", base + "/customers", `{"kind":"company","name":"A"}{}`, nil, 422},
			"a form":            {"POST", base + "/customers", `name=A`, []string{"Content-Type", "application/x-www-form-urlencoded"}, 415},
			"too much":          {"POST", base + "/customers", `{"notes":"` + strings.Repeat("a", 1<<20) + `"}`, nil, 413},
			"nobody":            {"GET", base + "/customers/CU-9999", "", nil, 404},
			"another parameter": {"GET", base + "/customers?page=2", "", nil, 422},
			"a NUL in the body": {"POST", base + "/customers", `{"kind":"company","name":"A","notes":"a\u0000b"}`, nil, 422},
			"a backslash":       {"POST", base + "/customers", `{"kind":"company","name":"A","notes":"a\\u0000b"}`, nil, 201},
			"no UTF-8":          {"POST", base + "/customers", "{\"kind\":\"company\",\"name\":\"A\xff\"}", nil, 422},
			"a NUL in a search": {"GET", base + "/customers?q=%00", "", nil, 422},
			"a NUL in a path":   {"GET", base + "/customers/%00", "", nil, 404},
			"a NUL in a slug":   {"GET", "/api/v1/sun%00rise/customers", "", nil, 401},
			"no such address":   {"GET", base + "/ovens", "", nil, 404},
			"no such method":    {"DELETE", base + "/customers/CU-0001", "", nil, 405},
		} {
			got := ask(t, a, key, c.method, c.path, c.body, c.header...)
			if c.status < 300 && got.Status == c.status {
				continue
			}
			if got.Status != c.status || got.Header.Get("Content-Type") != "application/problem+json" || got.JSON["status"] != float64(c.status) {
				t.Errorf("%s: %d, %s", name, got.Status, got.Body)
			}
		}
		if got := ask(t, a, key, "GET", base+"/customers/%00", ""); !strings.Contains(got.Body, "address") {
			t.Errorf("a NUL in a path is looked up: %s", got.Body)
		}
		if got := ask(t, a, key, "POST", base+"/customers", `{"kind":"company","name":"A","billing_address":{"postal_code":"60611"}}`); !strings.Contains(got.Body, `"field":"billing_address.street"`) {
			t.Errorf("the field of an address: %s", got.Body)
		}
	})
}

// Every route is open to a key with its scope and to no other, and says nothing to who has none.
func TestScopes(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		if _, err := organizations.SetPlan(t.Context(), a.DB.Store, "sunrise", "enterprise"); err != nil {
			t.Fatal(err)
		}
		foreign := secretOf(t, a, "bluebird", authz.Scopes...)
		things := strings.NewReplacer("{organization}", "sunrise", "/customers/{reference}", "/customers/CU-0001", "/orders/{reference}", "/orders/OR-2026-0001", "{sku}", "NONE")
		want := ""
		for _, scope := range authz.Scopes {
			key := secretOf(t, a, "sunrise", scope)
			for _, route := range api.Routes() {
				path := things.Replace(route.Pattern)
				got := ask(t, a, key, route.Method, path, "{}")
				granted := route.Permission == "" || scope == route.Permission || strings.Replace(string(scope), ":write", ":read", 1) == string(route.Permission)
				if granted == (got.Status == http.StatusForbidden) {
					t.Errorf("%s %s with %s: %d", route.Method, path, scope, got.Status)
				}
			}
		}
		for _, route := range api.Routes() {
			path := things.Replace(route.Pattern)
			for _, secret := range []string{"", "nonsense", foreign, "cpk_ABCDEFGHIJKLMNOPQRSTUVWXYZ"} {
				got, nowhere := ask(t, a, secret, route.Method, path, "{}"), ask(t, a, secret, route.Method, strings.Replace(path, "sunrise", "nowhere", 1), "{}")
				if want == "" {
					want = got.Body
				}
				if got.Status != http.StatusUnauthorized || got.Body != want || nowhere.Status != got.Status || nowhere.Body != want || got.Header.Get("WWW-Authenticate") == "" {
					t.Errorf("%s %s with %q: %d, %s", route.Method, path, secret, got.Status, got.Body)
				}
			}
		}
	})
}

// Costs leave only by a key that may read them; a closed API, a suspended organization and a former address are told to valid keys alone.
func TestWhatAKeySees(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		blind, knowing := secretOf(t, a, "sunrise", authz.InventoryRead, authz.CatalogRead, authz.OrdersRead), secretOf(t, a, "sunrise", authz.InventoryRead, authz.CatalogRead, authz.OrdersRead, authz.CostsRead, authz.CustomersRead)
		for _, path := range []string{"/materials/FLOUR-001", "/materials", "/products/BREAD-001", "/products", "/orders"} {
			without, with := ask(t, a, blind, "GET", base+path, ""), ask(t, a, knowing, "GET", base+path, "")
			if without.Status != http.StatusOK || with.Status != http.StatusOK || without.Body == with.Body || strings.Contains(without.Body, "cost") || strings.Contains(without.Body, "customer") {
				t.Errorf("%s: %d, %s", path, without.Status, without.Body)
			}
		}
		if got := ask(t, a, blind, "GET", base, ""); got.JSON["currency"] != "USD" || !strings.Contains(got.Body, `"inventory:read"`) || strings.Contains(got.Body, "costs:read") {
			t.Errorf("where it is: %s", got.Body)
		}
		baker := secretOf(t, a, "sunrise", authz.OrdersWrite)
		as := func(role string) {
			t.Helper()
			if _, err := a.DB.Unbound().ExecContext(t.Context(), "UPDATE memberships SET role = '"+role+"' WHERE role IN ('owner', 'viewer') AND user_id IN (SELECT created_by FROM api_keys) AND organization_id = (SELECT organization_id FROM slugs WHERE slug = 'sunrise')"); err != nil {
				t.Fatal(err)
			}
		}
		as("viewer")
		if got := ask(t, a, baker, "GET", base, ""); !strings.Contains(got.Body, `"orders:read"`) || strings.Contains(got.Body, "orders:write") {
			t.Errorf("a key whose maker may less by now: %s", got.Body)
		}
		as("owner")
		former := "INSERT INTO slugs (slug, organization_id, created_at) SELECT 'old-oven', id, created_at FROM organizations WHERE slug = 'sunrise'"
		if _, err := a.DB.Unbound().ExecContext(t.Context(), former); err != nil {
			t.Fatal(err)
		}
		if got := ask(t, a, blind, "GET", "/api/v1/old-oven/materials?limit=1", ""); got.Status != http.StatusPermanentRedirect || got.Header.Get("Location") != base+"/materials?limit=1" {
			t.Errorf("a former address: %d to %q", got.Status, got.Header.Get("Location"))
		}
		if _, err := organizations.SetFeature(t.Context(), a.DB.Store, "sunrise", organizations.API, false); err != nil {
			t.Fatal(err)
		}
		if got := ask(t, a, blind, "GET", base, ""); got.Status != http.StatusForbidden || !strings.Contains(got.Body, "closed") {
			t.Errorf("a closed API: %d, %s", got.Status, got.Body)
		}
		if _, err := a.DB.Unbound().ExecContext(t.Context(), "UPDATE organizations SET status = 'suspended' WHERE slug = 'sunrise'"); err != nil {
			t.Fatal(err)
		}
		if got := ask(t, a, blind, "GET", base, ""); got.Status != http.StatusForbidden || !strings.Contains(got.Body, "suspended") {
			t.Errorf("a suspended organization: %d, %s", got.Status, got.Body)
		}
		if got := ask(t, a, "", "GET", base, ""); got.Status != http.StatusUnauthorized {
			t.Errorf("without a key: %d", got.Status)
		}
	})
}

// A key is taken from one header of one scheme, and nothing else that may hold its text.
func TestOnlyBearersAreLetIn(t *testing.T) {
	a := apptest.New(t, store.SQLite)
	key := secretOf(t, a, "sunrise", authz.OrdersRead)
	for value, want := range map[string]int{
		"Bearer " + key: http.StatusOK, "bearer " + key: http.StatusOK,
		"Basic " + key: http.StatusUnauthorized, "Token " + key: http.StatusUnauthorized, " " + key: http.StatusUnauthorized, key: http.StatusUnauthorized, "Bearer  " + key: http.StatusUnauthorized,
	} {
		if got := ask(t, a, "", "GET", base, "", "Authorization", value); got.Status != want {
			t.Errorf("%q: %d", strings.Replace(value, key, "KEY", 1), got.Status)
		}
	}
	r, err := http.NewRequestWithContext(t.Context(), "GET", a.URL+base, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header["Authorization"] = []string{"Bearer " + key, "Bearer " + key}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusUnauthorized {
		t.Errorf("two headers: %d", response.StatusCode)
	}
}

func TestRequestsAreLimited(t *testing.T) {
	a := apptest.New(t, store.SQLite, apptest.Limited)
	key := secretOf(t, a, "sunrise", authz.OrdersRead)
	for range 2000 {
		if got := ask(t, a, key, "GET", base, ""); got.Status == http.StatusTooManyRequests {
			if got.Header.Get("Retry-After") == "" {
				t.Error("it is not told when to come again")
			}
			if other := ask(t, a, secretOf(t, a, "sunrise", authz.OrdersRead), "GET", base, ""); other.Status != http.StatusOK {
				t.Errorf("another key, which asked nothing before: %d", other.Status)
			}
			return
		}
	}
	t.Error("two thousand requests at once, and none refused")
}
