package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"craftplan/internal/fault"
)

// Only the key opens the operator's mailbox, and where there is no key nothing does.
func TestMailboxKey(t *testing.T) {
	for _, c := range []struct {
		kept, typed, cookie string
		admitted            bool
	}{
		{"right", "", "right", true}, {"right", "", "wrong", false}, {"right", "", "", false}, {"right", "wrong", "", false},
		{"", "", "", false}, {"", "x", "x", false},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/mailbox?key="+url.QueryEscape(c.typed), nil)
		r.AddCookie(&http.Cookie{Name: mailboxCookie, Value: c.cookie})
		admitted, err := Mailbox{Key: c.kept}.admit(&Request{Request: r, w: httptest.NewRecorder(), site: &Site{}})
		if admitted != c.admitted || fault.Is(err, fault.KindNotFound) == admitted {
			t.Errorf("%+v: %t, %v", c, admitted, err)
		}
	}
}
