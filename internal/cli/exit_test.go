package cli_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"craftplan/internal/cli"
)

// Every way to end has its code, and with --json what went wrong is an object that says so too.
func TestExitCodes(t *testing.T) {
	database := t.TempDir() + "/craftplan.db"
	run := func(line string, more ...string) (code int, out, errs string) {
		var o, e bytes.Buffer
		args := append(append(strings.Fields(line), "--database", database), more...)
		code = cli.Run(t.Context(), args, strings.NewReader("a quiet oven at four\n"), &o, &e)
		return code, o.String(), e.String()
	}
	for _, c := range []struct {
		line string
		code int
	}{
		{"organizations list", 1}, // nothing is migrated yet
		{"migrate", 0},
		{"organizations create --name Sunrise --slug sunrise --owner-email maya@sunrise.example", 0},
		{"organizations list", 0},
		{"organizations show sunrise", 0},
		{"organizations backfill", 0},
		{"organizations plan sunrise growth", 0},
		{"organizations feature sunrise api off", 0},
		{"organizations suspend sunrise --reason Unpaid", 0},
		{"organizations suspend sunrise --reason Unpaid", 3},
		{"organizations resume sunrise", 0},
		{"organizations close sunrise --reason Sold", 2},
		{"organizations close sunrise --reason Sold --yes", 0},
		{"organizations close nowhere --reason Sold --yes", 4},
		{"organizations resume sunrise", 0},
		{"organizations rename sunrise login", 3},
		{"organizations rename sunrise sunset", 0},
		{"organizations show nowhere", 4},
		{"organizations export nowhere", 4},
		{"users create --name Sam --email sam@oven.example", 0},
		{"users create --name Sam --email sam@oven.example", 3},
		{"users list", 0},
		{"users grant sam@oven.example sunset staff", 0},
		{"users grant nobody@oven.example sunset staff", 4},
		{"users grant sam@oven.example sunset baker", 3},
		{"users disable sam@oven.example --reason Left", 0},
		{"users disable sam@oven.example", 2},
		{"users enable sam@oven.example", 0},
		{"users enable sam@oven.example", 3},
		{"users reset-password sam@oven.example", 0},
		{"users reset-factors sam@oven.example", 0},
		{"users sign-out sam@oven.example", 0},
		{"users sign-out", 2},
		{"config", 0},
		{"config --pool-size many", 2},
		{"serve --addr 4000", 2},
		{"generate --organizations 0", 3},
		{"generate --organizations 1 --orders 1", 0},
		{"fly", 2},
	} {
		code, out, errs := run(c.line, "--json")
		if code != c.code {
			t.Errorf("%s: exit code %d, expected %d: %s", c.line, code, c.code, errs)
			continue
		}
		told := out
		if code != 0 {
			lines := strings.Split(strings.TrimSpace(errs), "\n")
			told = lines[len(lines)-1]
		}
		var result map[string]any
		if err := json.Unmarshal([]byte(told), &result); err != nil {
			t.Errorf("%s: no JSON: %v: %s", c.line, err, told)
		}
		if code != 0 && (result["code"] != float64(code) || result["error"] == "") {
			t.Errorf("%s: %v", c.line, result)
		}
	}
	var out bytes.Buffer
	if code := cli.Run(t.Context(), []string{"version", "--json"}, nil, &out, &out); code != 0 || !json.Valid(out.Bytes()) {
		t.Errorf("version: %d %s", code, out.String())
	}
}
