package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"craftplan/internal/apptest"
	"craftplan/internal/store"
)

// An owner makes a key, sees its secret once, gives it a new one and revokes it.
func TestKeysPage(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		c := a.As(t, maya)
		p := c.Post("/sunrise/settings/keys", url.Values{"name": {""}, "scopes": {"orders:write"}})
		if p.Status != http.StatusUnprocessableEntity || p.Find("#f-name-e").Length() != 1 || p.Find(`[name=scopes][value="orders:write"][checked]`).Length() != 1 {
			t.Errorf("without a name: %d", p.Status)
		}
		if p := c.Post("/sunrise/settings/keys", url.Values{"name": {"Shop"}}); p.Status != http.StatusUnprocessableEntity || p.Find("#f-scopes-e").Length() != 1 {
			t.Errorf("without scopes: %d", p.Status)
		}
		p = c.Post("/sunrise/settings/keys", url.Values{"name": {"Shop"}, "scopes": {"orders:write", "costs:read"}})
		secret := p.Find("#secret").AttrOr("value", "")
		if p.Status != http.StatusOK || !strings.HasPrefix(secret, "cpk_") {
			t.Fatalf("made: %d, %q", p.Status, secret)
		}
		p = c.Get("/sunrise/settings/keys")
		if strings.Contains(p.Body, secret) || !strings.Contains(p.Text(".page-sub"), "1 of 20") || !strings.Contains(p.Text("tbody tr"), "orders (write)") {
			t.Errorf("the list: %q", p.Text("tbody tr"))
		}
		rotation := p.Find("form[action$='/rotation']").AttrOr("action", "")
		if p := c.Post(rotation, url.Values{"grace": {"1h"}}); p.Find("#secret").AttrOr("value", secret) == secret {
			t.Errorf("a new secret: %d", p.Status)
		}
		if p := posted(t, c, strings.TrimSuffix(rotation, "rotation")+"revocation", nil); p.Find("form[action$='/revocation']").Length() != 0 || !strings.Contains(p.Text("tbody tr"), "Revoked") {
			t.Errorf("revoked: %q", p.Text("tbody tr"))
		}
	})
	a := apptest.New(t, store.SQLite)
	for _, who := range []string{sam, vera} {
		if p := a.As(t, who).Get("/sunrise/settings/keys"); p.Status != http.StatusForbidden {
			t.Errorf("%s: %d", who, p.Status)
		}
	}
}
