package telemetry_test

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"craftplan/internal/app"
	"craftplan/internal/apptest"
	"craftplan/internal/store"
	"craftplan/internal/takeout"
)

var metricName = regexp.MustCompile(`\bcraftplan_[a-z_]+`)

// Every metric that the dashboard and the alerts ask for is one that the program has.
func TestDashboardAndAlertsAskForWhatThereIs(t *testing.T) {
	a := apptest.New(t, store.SQLite, func(o *app.Options) { o.Daily = &takeout.Daily{Folder: t.TempDir(), Most: 1} })
	a.Work(t)
	a.As(t, "maya@sunrise.example").Get("/sunrise/orders")
	await(t, func() []string {
		families := scrape(t, a)
		if sample(families, "craftplan_jobs_total", map[string]string{"kind": "inventory_costs_changed", "result": "done"}) > 0 && sample(families, "craftplan_backup_timestamp_seconds", nil) > 0 {
			return []string{"the demo's jobs are worked, and it is backed up"}
		}
		return nil
	})
	families := scrape(t, a)
	for _, file := range []string{"grafana/craftplan.json", "prometheus/craftplan.rules.yml"} {
		content, err := os.ReadFile("../../deploy/" + file)
		if err != nil {
			t.Fatal(err)
		}
		names := metricName.FindAllString(string(content), -1)
		if len(names) < 8 {
			t.Errorf("%s asks for %d metrics", file, len(names))
		}
		for _, name := range names {
			family := name
			for _, part := range []string{"_bucket", "_sum", "_count"} {
				family = strings.TrimSuffix(family, part)
			}
			if families[family] == nil && family != "craftplan_organization_failures_total" { // nothing failed
				t.Errorf("%s asks for %s, which is not there", file, name)
			}
		}
	}
	var dashboard struct {
		Panels []struct{ Title string }
	}
	content, err := os.ReadFile("../../deploy/grafana/craftplan.json")
	if err == nil {
		err = json.Unmarshal(content, &dashboard)
	}
	if err != nil || len(dashboard.Panels) == 0 {
		t.Errorf("the dashboard has %d panels: %v", len(dashboard.Panels), err)
	}
}
