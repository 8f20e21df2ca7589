package isolation

// Tests of the gates that are small enough to be run for each planted leak, by prove: there each must fail for some, and here none does.

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"testing"

	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

// TestLeakMatrix asks some routes as everybody with everything.
func TestLeakMatrix(t *testing.T) {
	w, err := OpenWorld(t.Context(), store.SQLite, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	var some []Route
	for _, r := range Routes() {
		if strings.HasPrefix(r.Pattern, "/{organization}/customers") || slices.Contains([]string{"/{organization}/orders/new", "/{organization}/logo"}, r.Pattern) && r.Method == "GET" {
			some = append(some, r)
		}
	}
	report, err := Matrix(t.Context(), w, some)
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Findings) > 0 {
		t.Error(report.Findings[0])
	}
}

// TestLeakWorlds compares what A is told with B beside it, who was there first, and without.
func TestLeakWorlds(t *testing.T) {
	with, without := heard(t, nil), heard(t, Alone)
	for i := range with {
		if with[i] != without[i] {
			t.Fatalf("answer %d depends on B: %s", i, difference(with[i], without[i]))
		}
	}
}

// heard is what people of A are answered, after somebody of both was at B.
func heard(t *testing.T, filling *storetest.Filling) (answers []string) {
	w, err := OpenWorld(t.Context(), store.SQLite, Options{Filling: filling})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	known := NewNames(Known(w.Settled()))
	ask := func(ctx context.Context, who, method, path string, form url.Values) string {
		answer, err := w.Do(ctx, Ask{Method: method, Path: path, Form: form.Encode(), Cookies: w.Actors[who].Cookies})
		if err != nil {
			t.Fatal(err)
		}
		return known.Plain(answer.Text())
	}
	customer := url.Values{"kind": {"company"}, "name": {"Harbor"}}
	if filling == nil {
		ask(t.Context(), Colleague, "GET", "/"+w.B.Slug+"/orders/new", nil)
		ask(t.Context(), Colleague, "GET", "/"+w.B.Slug+"/logo", nil)
		ask(t.Context(), Colleague, "POST", "/"+w.B.Slug+"/customers", customer)
	}
	for _, path := range []string{"/", "/customers", "/customers?q=o", "/orders/new", "/logo", "/brand.css", "/materials", "/products", "/lots", "/settings"} {
		answers = append(answers, ask(t.Context(), Owner, "GET", "/"+w.A.Slug+path, nil))
	}
	return append(answers, ask(t.Context(), Owner, "POST", "/"+w.A.Slug+"/customers", customer), ask(t.Context(), Newcomer, "GET", "/"+w.A.Slug+"/customers", nil))
}
