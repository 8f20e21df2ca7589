package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"craftplan/internal/crm"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
	"craftplan/internal/store/storetest/cluster"
)

func results(pairs ...string) testRun {
	r := testRun{results: map[string]string{}, output: map[string]string{}, figures: map[string]int{}}
	for name := range different {
		r.results[name] = "pass"
	}
	for i := 0; i < len(pairs); i += 2 {
		r.results[pairs[i]] = pairs[i+1]
	}
	return r
}

func TestCompare(t *testing.T) {
	var expected []string
	for name := range different {
		expected = append(expected, name, "fail")
	}
	for name, c := range map[string]struct {
		bound, free []string
		says        string
	}{
		"all the same":                      {[]string{"a.T", "pass", "a.T/postgres", "pass"}, append(expected, "a.T", "pass", "a.T/postgres", "pass"), ""},
		"one finds the twin":                {[]string{"a.T/postgres", "pass"}, append(expected, "a.T/postgres", "fail"), "a.T/postgres: pass with"},
		"one does not run":                  {[]string{"a.T/postgres", "pass"}, expected, "a.T/postgres: pass with"},
		"one is skipped":                    {[]string{"a.T/postgres", "pass"}, append(expected, "a.T/postgres", "skip"), "a.T/postgres: pass with"},
		"one fails in both":                 {[]string{"a.T", "fail"}, append(expected, "a.T", "fail"), "a.T fails beside a twin"},
		"one that must differ and does not": {nil, nil, "is it still what the list says?"},
	} {
		found := compare(results(c.bound...), results(c.free...))
		if said := strings.Join(found.problems, "\n"); c.says == "" && said != "" || !strings.Contains(said, c.says) {
			t.Errorf("%s: %q", name, said)
		}
	}
}

func TestFiguresAreRead(t *testing.T) {
	r := testRun{results: map[string]string{}, output: map[string]string{}, figures: map[string]int{}}
	for _, e := range []testEvent{
		{"output", "craftplan/internal/a", "T", "    a_test.go:1: proved: 12 of something\n"},
		{"pass", "craftplan/internal/a", "T", ""}, {"fail", "craftplan/internal/a", "U", ""}, {"pass", "craftplan/internal/a", "", ""},
	} {
		if err := r.add(e); err != nil {
			t.Fatal(err)
		}
	}
	if r.figures["of something"] != 12 || r.results["a.T"] != "pass" || r.results["a.U"] != "fail" || len(r.results) != 2 {
		t.Errorf("%v %v", r.figures, r.results)
	}
	if err := r.add(testEvent{Action: "build-fail"}); err == nil {
		t.Error("tests that do not build are nothing")
	}
}

// A gate with a problem is written down as failed, and one that nobody knows is not passed over.
func TestReport(t *testing.T) {
	var lines, table strings.Builder
	r := report{lines: json.NewEncoder(&lines), table: tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)}
	if err := r.row(gate{name: "good"}, outcome{figures: map[string]int{"things": 3}}, time.Second); err != nil {
		t.Fatal(err)
	}
	if err := r.row(gate{name: "bad"}, outcome{problems: []string{"leaks"}}, time.Second); err != nil {
		t.Fatal(err)
	}
	if err := r.table.Flush(); err != nil {
		t.Fatal(err)
	}
	if got := table.String(); !strings.Contains(got, "good  passed  1 s  3 things") || !strings.Contains(got, "bad   FAILED") {
		t.Error(got)
	}
	if got := lines.String(); !strings.Contains(got, `"gate":"good","what":"","passed":true,"seconds":1,"figures":{"things":3}`) || !strings.Contains(got, `"gate":"bad","what":"","passed":false`) {
		t.Error(got)
	}
	if err := run(t.Context(), []string{"nonsense"}, io.Discard); err == nil {
		t.Error("a gate that nobody knows passed")
	}
}

// The twin follows every row, a statement without its filter finds it, and none may write it.
func TestTwin(t *testing.T) {
	db := storetest.New(t, store.Postgres)
	name := db.Owner[strings.LastIndex(db.Owner, "/")+1 : strings.Index(db.Owner, "?")]
	super, err := sql.Open("pgx", cluster.As(db.Owner, "postgres", name))
	if err != nil {
		t.Fatal(err)
	}
	defer super.Close()
	if _, err := super.ExecContext(t.Context(), twin); err != nil {
		t.Fatal(err)
	}
	scope := db.Organization("Sunrise")
	names := func() (all string) {
		t.Helper()
		if err := super.QueryRowContext(t.Context(), "SELECT COALESCE(string_agg(name, ', ' ORDER BY length(name)), '') FROM customers").Scan(&all); err != nil {
			t.Fatal(err)
		}
		return all
	}
	var cafe crm.Customer
	db.Do(t, scope, func(ctx context.Context, tx *store.Tx) (err error) {
		cafe, err = crm.Create(ctx, tx, crm.Details{Kind: crm.Company, Name: "Café", Shipping: crm.Address{Street: "1 Main Street", City: "Springfield"}})
		return err
	})
	if got := names(); got != "Café, Café (twin)" {
		t.Errorf("made: %s", got)
	}
	db.Do(t, scope, func(ctx context.Context, tx *store.Tx) error {
		_, err := crm.Update(ctx, tx, cafe.Reference, crm.Details{Kind: crm.Company, Name: "Harbor"})
		return err
	})
	if got := names(); got != "Harbor, Harbor (twin)" {
		t.Errorf("changed: %s", got)
	}
	for _, statement := range []string{"UPDATE customers SET phone = '1' WHERE id = $1", "DELETE FROM customers WHERE id = $1", "INSERT INTO addresses SELECT * FROM addresses WHERE customer_id <> $1 UNION ALL SELECT '00000000-0000-4000-8000-00000000cafe', $1, $1, 'billing', '', '', '', '', ''"} {
		if _, err := super.ExecContext(t.Context(), statement, cafe.ID); err == nil || !strings.Contains(err.Error(), "reached a row of the twin") {
			t.Errorf("%s: %v", statement, err)
		}
	}
	if _, err := super.ExecContext(t.Context(), "DELETE FROM customers WHERE organization_id = $1", scope.Organization()); err != nil {
		t.Fatal(err)
	}
	if got := names(); got != "" {
		t.Errorf("deleted: %s", got)
	}
	var without int
	const tables = `SELECT COUNT(*) FROM pg_policies AS p WHERE NOT EXISTS (SELECT FROM pg_trigger AS g WHERE g.tgrelid = p.tablename::regclass AND g.tgname = 'twin')`
	if err := super.QueryRowContext(t.Context(), tables).Scan(&without); err != nil || without != 0 {
		t.Errorf("%d organizations' tables have no twin, %v", without, err)
	}
}
