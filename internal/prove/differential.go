package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"

	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
	"craftplan/internal/store/storetest/cluster"
)

// different are the tests that must end differently without row-level security, each with the reason.
var different = map[string]string{
	"store.TestRowLevelSecurity":             "shows what it alone refuses",
	"store.TestWritesForAnotherOrganization": "attacks past every other layer",
}

// alone are the tests that cannot run beside a twin, each with the reason.
var alone = map[string]string{
	"demo.TestPeople": "counts the organizations of the installation",
	"organizations.TestArrivalIsOfOneOrganization": "compares all rows of the installation, and the twin of what is removed goes too",
	"organizations.TestClosingIsOfOneOrganization": "counts what the directory says of all organizations",
	"takeout.TestImportThatEnds":                   "counts all rows of the installation",
	"takeout.TestKilledImport":                     "counts the organizations of the installation",
	"takeout.TestMalicious":                        "compares all rows of the installation, and the twin of what is removed goes too",
	"takeout.TestOthersWriteWhileAnImportRuns":     "opens the database as a process of its own, which refuses such a role",
	"takeout.TestScheduleFails":                    "counts the organizations of the installation that are due, and the twins are too",
	"takeout.TestScheduleIntoABucket":              "writes every organization of the installation, and the twins too",
	"takeout.TestTwoImportsAtOnce":                 "counts the organizations of the installation",
	"takeout.TestWhoIsDue":                         "counts the organizations of the installation that are due, and the twins are too",
	"web.TestPagesWithoutCosts":                    "makes everything dearer, of all organizations",
}

// differential runs the suite twice on PostgreSQL, once as the server's role and once as one that row-level security does not
// bind. The databases have a twin of everything (twin.go). A test that ends differently found a statement without its
// filter, which row-level security was hiding.
func differential(ctx context.Context) (outcome, error) {
	super := os.Getenv(cluster.Variable)
	if super == "" {
		return outcome{}, errors.New("run it with: make prove")
	}
	if err := makeTwin(ctx, super); err != nil {
		return outcome{}, err
	}
	packages, err := dataPackages(ctx)
	if err != nil {
		return outcome{}, err
	}
	const onPostgres = "Test/^postgres$"
	bound, err := goTest(ctx, packages, onPostgres, storetest.TemplateVariable+"="+twinDatabase, storetest.RoleVariable+"=craftplan_web")
	if err != nil {
		return outcome{}, err
	}
	free, err := goTest(ctx, packages, onPostgres, storetest.TemplateVariable+"="+twinDatabase, storetest.RoleVariable+"=craftplan_bypass")
	if err != nil {
		return outcome{}, err
	}
	found := compare(bound, free)
	found.figures["packages"] = len(packages)
	return found, nil
}

func compare(bound, free testRun) outcome {
	found := outcome{figures: map[string]int{}}
	problem := func(format string, args ...any) {
		found.problems = append(found.problems, fmt.Sprintf(format, args...))
	}
	for _, name := range slices.Sorted(maps.Keys(bound.results)) {
		with, without := bound.results[name], free.results[name]
		switch {
		case different[top(name)] != "" || alone[top(name)] != "":
		case with == "fail":
			problem("%s fails beside a twin, with row-level security:\n%s", name, bound.output[name])
		case with != without:
			problem("%s: %s with row-level security, %s without:\n%s", name, with, without, free.output[name])
		default:
			found.figures["results the same"]++
		}
	}
	for name := range different {
		if bound.results[name] != "pass" || free.results[name] != "fail" {
			problem("%s: %s with row-level security, %s without: is it still what the list says?", name, bound.results[name], free.results[name])
		}
	}
	return found
}

// top is a test without its sub-tests.
func top(name string) string {
	test, _, _ := strings.Cut(name, "/")
	return test
}

// dataPackages are those whose tests open databases; not what starts the program, which refuses such a role, or a browser, and
// not the house rules, the twin's own test and the gates that count rows by their ids, which a twin shares.
func dataPackages(ctx context.Context) (packages []string, err error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-f", `{{.ImportPath}} {{join .TestImports " "}} {{join .XTestImports " "}}`, "./internal/...").Output()
	if err != nil {
		return nil, err
	}
	for text := range strings.Lines(string(out)) {
		fields := strings.Fields(text)
		opens := slices.Contains(fields[1:], "craftplan/internal/store/storetest") || slices.Contains(fields[1:], "craftplan/internal/apptest")
		apart := []string{"craftplan/internal/cli", "craftplan/internal/houserules", "craftplan/internal/prove", "craftplan/internal/apptest/e2e", "craftplan/internal/apptest/isolation"}
		if opens && !slices.Contains(apart, fields[0]) {
			packages = append(packages, fields[0])
		}
	}
	return packages, nil
}

func makeTwin(ctx context.Context, super string) error {
	if err := cluster.Execute(ctx, super, "CREATE DATABASE "+twinDatabase+" OWNER craftplan_owner"); err != nil {
		return err
	}
	if _, err := store.Migrate(ctx, cluster.As(super, "craftplan_owner", twinDatabase)); err != nil {
		return err
	}
	return cluster.Execute(ctx, cluster.As(super, "postgres", twinDatabase), twin)
}
