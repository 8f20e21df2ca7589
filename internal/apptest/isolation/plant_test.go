package isolation

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"craftplan/internal/store"
)

// plant is a fault of the program, and what a gate must say about it.
type plant struct {
	fault string
	says  string
	// spoil may answer instead of the program; it is given the program's own answer.
	spoil func(w *World, r *http.Request, answer *httptest.ResponseRecorder) bool
}

// spoiled puts the fault in front of the program.
func (p plant) spoiled(w *World, program http.Handler) http.Handler {
	return http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		answer := httptest.NewRecorder()
		program.ServeHTTP(answer, r)
		if p.spoil(w, r, answer) {
			answer.Header().Del("Content-Length")
		}
		for name, values := range answer.Header() {
			out.Header()[name] = values
		}
		out.WriteHeader(answer.Code)
		_, _ = io.Copy(out, answer.Body)
	})
}

// rewrite makes another answer of one.
func rewrite(answer *httptest.ResponseRecorder, status int, body string) bool {
	answer.Code = status
	answer.Body.Reset()
	answer.Body.WriteString(body)
	return true
}

// run runs a statement past the program, as a handler would that forgot whose rows they are.
func (w *World) run(statement string, args ...any) bool {
	if err := w.Exec(context.Background(), statement, args...); err != nil {
		panic(err)
	}
	return false
}

func theirsNamed(w *World, r *http.Request) bool {
	found, err := w.Column(context.Background(), "SELECT name FROM customers WHERE reference = $1 AND CAST(organization_id AS text) = $2", r.PathValue("reference"), w.B.ID.String())
	return err == nil && len(found) > 0
}

var plants = []plant{
	{"a customer is looked up without its organization", "B's", func(w *World, r *http.Request, a *httptest.ResponseRecorder) bool {
		reference, ok := strings.CutPrefix(r.URL.Path, "/alder/customers/")
		r.SetPathValue("reference", reference)
		return ok && r.Method == http.MethodGet && a.Code == http.StatusNotFound && theirsNamed(w, r) && rewrite(a, http.StatusOK, "<h1>Somebody</h1>")
	}},
	{"what is another's is refused in other words", "answered otherwise", func(w *World, r *http.Request, a *httptest.ResponseRecorder) bool {
		reference, ok := strings.CutPrefix(r.URL.Path, "/alder/customers/")
		r.SetPathValue("reference", reference)
		return ok && a.Code == http.StatusNotFound && theirsNamed(w, r) && rewrite(a, http.StatusNotFound, "This customer is not yours.")
	}},
	{"outsiders are told that there is something", "nothing for them", func(_ *World, r *http.Request, a *httptest.ResponseRecorder) bool {
		return strings.HasPrefix(r.URL.Path, "/alder/") && a.Code == http.StatusNotFound && rewrite(a, http.StatusForbidden, a.Body.String())
	}},
	{"a header tells that there is something", "does not exist is answered otherwise", func(_ *World, r *http.Request, a *httptest.ResponseRecorder) bool {
		if strings.HasPrefix(r.URL.Path, "/alder/") {
			a.Header().Set("X-Time-Zone", "America/Chicago")
		}
		return false
	}},
	{"the sign-in page is skipped where there is something", "answered otherwise", func(_ *World, r *http.Request, a *httptest.ResponseRecorder) bool {
		if strings.HasPrefix(r.URL.Path, "/alder/") && a.Code == http.StatusSeeOther {
			a.Header().Set("Location", "/login")
		}
		return false
	}},
	{"a role is not asked for", "the role does not allow it", func(_ *World, r *http.Request, a *httptest.ResponseRecorder) bool {
		return r.URL.Path == "/alder/customers" && r.Method == http.MethodPost && a.Code == http.StatusForbidden && rewrite(a, http.StatusSeeOther, "")
	}},
	{"a suspended organization writes", "the role does not allow it", func(_ *World, r *http.Request, a *httptest.ResponseRecorder) bool {
		return strings.Contains(a.Body.String(), "is suspended") && a.Code == http.StatusForbidden && rewrite(a, http.StatusSeeOther, "")
	}},
	{"a change reaches rows of all organizations", "changes of B", func(w *World, r *http.Request, a *httptest.ResponseRecorder) bool {
		return strings.HasSuffix(r.URL.Path, "/archive") && a.Code == http.StatusSeeOther && a.Header().Get("Location") != "/login" && w.run("UPDATE customers SET notes = 'gone' WHERE reference = 'CU-0002'")
	}},
	{"a refused request writes all the same", "and changes", func(w *World, r *http.Request, a *httptest.ResponseRecorder) bool {
		return r.URL.Path == "/alder/customers/new" && a.Code == http.StatusNotFound && w.run("UPDATE customers SET notes = 'seen' WHERE reference = 'CU-0001' AND CAST(organization_id AS text) = $1", w.A.ID.String())
	}},
	{"a page names another organization", "word of B's", func(_ *World, r *http.Request, a *httptest.ResponseRecorder) bool {
		return r.URL.Path == "/alder/customers" && a.Code == http.StatusOK && rewrite(a, http.StatusOK, a.Body.String()+"<p>Also popular: birch.</p>")
	}},
	{"the organization is read from the form", "answered otherwise", func(w *World, r *http.Request, a *httptest.ResponseRecorder) bool {
		return r.URL.Query().Get("organization_id") == w.B.ID.String() && a.Code == http.StatusOK && rewrite(a, http.StatusOK, "<h1>Customers</h1>")
	}},
	{"a handler fails on odd references", "the program failed", func(_ *World, r *http.Request, a *httptest.ResponseRecorder) bool {
		return strings.HasPrefix(r.URL.Path, "/alder/customers/'") && rewrite(a, http.StatusInternalServerError, "syntax error")
	}},
	{"a page that its members cannot open", "they may", func(_ *World, r *http.Request, a *httptest.ResponseRecorder) bool {
		return r.URL.Path == "/alder/customers/CU-0001/edit" && a.Code == http.StatusOK && rewrite(a, http.StatusForbidden, "")
	}},
	{"a page that nobody can open", "never answered well", func(_ *World, r *http.Request, a *httptest.ResponseRecorder) bool {
		return strings.HasSuffix(r.URL.Path, "/customers") && r.Method == http.MethodGet && a.Code == http.StatusOK && rewrite(a, http.StatusUnprocessableEntity, "")
	}},
}

// customerRoutes are enough of the table to see whether the gate can fail.
func customerRoutes() (some []Route) {
	for _, r := range Routes() {
		if strings.HasPrefix(r.Pattern, "/{organization}/customers") {
			some = append(some, r)
		}
	}
	return some
}

// Each fault is found, by what it is.
func TestMatrixFindsPlants(t *testing.T) {
	for _, p := range plants {
		t.Run(p.fault, func(t *testing.T) {
			t.Parallel()
			report, err := Matrix(t.Context(), world(t, store.SQLite, Options{Faulty: p.spoiled}), customerRoutes())
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(strings.Join(report.Findings, "\n"), p.says) {
				t.Errorf("not found; the gate says %q", report.Findings)
			}
		})
	}
	report, err := Matrix(t.Context(), world(t, store.SQLite, Options{}), customerRoutes())
	if err != nil || len(report.Findings) > 0 || report.Figures["cells"] < 300 {
		t.Errorf("without a fault: %v, %v", report, err)
	}
}
