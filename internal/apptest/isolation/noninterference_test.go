package isolation

import (
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"craftplan/internal/store"
)

// ScriptsVariable names the environment variable that says how many scripts are played; without it two hundred are. FirstVariable
// names the one with the number of the first.
const (
	ScriptsVariable = "CRAFTPLAN_PROVE_SCRIPTS"
	FirstVariable   = "CRAFTPLAN_PROVE_FIRST"
)

func number(t *testing.T, variable string, fallback int) int {
	text := os.Getenv(variable)
	if text == "" {
		return fallback
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", variable, err)
	}
	return n
}

// share is an engine's part of the scripts: one in four is played on PostgreSQL, where it takes longer.
func share(t *testing.T, engine store.Engine) Scripts {
	all := number(t, ScriptsVariable, 200)
	s := Scripts{First: number(t, FirstVariable, 0), Count: all - all/4, Routes: Routes()}
	if engine == store.Postgres {
		s.First, s.Count = s.First+s.Count, all/4
	}
	return s
}

func TestNoninterference(t *testing.T) {
	each(t, func(t *testing.T, engine store.Engine) {
		report, err := Noninterference(t.Context(), engine, share(t, engine))
		if err != nil {
			t.Fatal(err)
		}
		if err := report.Record(); err != nil {
			t.Error(err)
		}
		f := report.Figures
		t.Logf("proved: %d scripts on %s", f["scripts"], engine)
		t.Logf("%d requests; %d of %d changes went through; %d of %d routes; %d scripts a minute", f["requests"], f["changes that went through"], f["changes"], f["routes"], len(Routes()), f["scripts a minute"])
		for _, finding := range report.Findings {
			t.Error(finding)
		}
	})
}

// leaks are faults of the program where there is B, and what the gate must say about each.
var leaks = []plant{
	{"a page counts the rows of all organizations", "the answer is another", func(w *World, r *http.Request, a *httptest.ResponseRecorder) bool {
		found, err := w.Column(r.Context(), "SELECT COUNT(*) FROM customers")
		return err == nil && r.URL.Path == "/alder/customers" && a.Code == http.StatusOK && rewrite(a, http.StatusOK, a.Body.String()+found[0])
	}},
	{"a number comes from a sequence of all", "the answer is another", func(w *World, r *http.Request, a *httptest.ResponseRecorder) bool {
		if found, err := w.Column(r.Context(), "SELECT COUNT(*) FROM orders"); err == nil && r.Method == http.MethodPost && a.Code == http.StatusSeeOther {
			a.Header().Set("Location", a.Header().Get("Location")+"?"+found[0])
		}
		return false
	}},
	{"what the neighbour does slips into an answer", "the answer is another", func() func(*World, *http.Request, *httptest.ResponseRecorder) bool {
		var latest sync.Map
		return func(_ *World, r *http.Request, a *httptest.ResponseRecorder) bool {
			if strings.HasPrefix(r.URL.Path, "/birch/") && a.Code == http.StatusOK {
				latest.Store("page", a.Body.String())
			}
			page, ok := latest.Load("page")
			return ok && strings.HasPrefix(r.URL.Path, "/alder/customers/CU") && a.Code == http.StatusOK && rewrite(a, http.StatusOK, page.(string))
		}
	}()},
	{"a change reaches rows of all organizations", "a row or file of B changed", func(w *World, r *http.Request, a *httptest.ResponseRecorder) bool {
		return strings.HasPrefix(r.URL.Path, "/alder/customers") && r.Method == http.MethodPost && a.Code == http.StatusSeeOther && w.run("UPDATE customers SET notes = 'gone' WHERE reference = 'CU-0002'")
	}},
	{"a reference leads to another organization's row", "leads to another organization", func(w *World, r *http.Request, a *httptest.ResponseRecorder) bool {
		return strings.HasPrefix(r.URL.Path, "/alder/customers") && r.Method == http.MethodPost && a.Code == http.StatusSeeOther &&
			w.run("UPDATE orders SET customer_id = (SELECT MIN(id) FROM customers WHERE CAST(organization_id AS text) = $1) WHERE CAST(organization_id AS text) = $2", w.B.ID.String(), w.A.ID.String())
	}},
	{"who was removed still gets what they got", "there is nothing for them", remembers(http.StatusNotFound)},
	{"who was demoted still may what they could", "the role does not allow it", remembers(http.StatusForbidden)},
}

// there are the pages about customers that are there in every script.
var there = regexp.MustCompile(`^/alder/customers(?:/new|/CU-000[1-3](?:/edit)?)?$`)

// remembers is a program that goes on to answer as it did when it last answered well.
func remembers(status int) func(*World, *http.Request, *httptest.ResponseRecorder) bool {
	var served sync.Map
	return func(_ *World, r *http.Request, a *httptest.ResponseRecorder) bool {
		key := r.Method + r.URL.Path + r.Header.Get("Cookie")
		if a.Code < http.StatusBadRequest && there.MatchString(r.URL.Path) {
			served.Store(key, true)
		}
		_, ok := served.Load(key)
		return ok && a.Code == status && rewrite(a, http.StatusOK, "<h1>Customers</h1>")
	}
}

// Each leak is found, and the script that shows it is short.
func TestNoninterferenceFindsPlants(t *testing.T) {
	for _, p := range leaks {
		t.Run(p.fault, func(t *testing.T) {
			t.Parallel()
			report, err := Noninterference(t.Context(), store.SQLite, Scripts{Count: 100, Routes: customerRoutes(), With: Options{Faulty: p.spoiled}, Enough: 1})
			if err != nil {
				t.Fatal(err)
			}
			found := strings.Join(report.Findings, "\n")
			if !strings.Contains(found, p.says) {
				t.Errorf("not found; the gate says %q", found)
			}
			if strings.Contains(found, "\n  4. ") {
				t.Errorf("not made short: %s", found)
			}
		})
	}
	report, err := Noninterference(t.Context(), store.SQLite, Scripts{Count: 20, Routes: customerRoutes()})
	if err != nil || len(report.Findings) > 0 || report.Figures["changes that went through"] < 10 {
		t.Errorf("without a leak: %v, %v", report, err)
	}
}
