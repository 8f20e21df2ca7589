package houserules

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"craftplan/internal/api"
	"craftplan/internal/prove/leaks"
	"craftplan/internal/web"
)

// The page about isolation says no more than is true, and not much less: what it calls more than a number of is at least that
// many, and at most half as many again.
func TestIsolationGuideCounts(t *testing.T) {
	text, err := os.ReadFile("../../guides/isolation.md")
	if err != nil {
		t.Fatal(err)
	}
	guide := strings.Join(strings.Fields(string(text)), " ")
	planted, err := leaks.All()
	if err != nil {
		t.Fatal(err)
	}
	proved := 0
	for _, s := range statements(t) {
		if s.organization {
			proved++
		}
	}
	for sentence, count := range map[string]int{
		`more than (\d+) statements`: proved,
		`all of the (\d+) tables`:    len(provable(t).Tenant),
		`more than (\d+) routes`:     len(web.Routes()) + len(api.Routes()),
		`[Mm]ore than (\d+) leaks`:   len(planted),
	} {
		match := regexp.MustCompile(sentence).FindStringSubmatch(guide)
		if match == nil {
			t.Errorf("the page says nothing of %q", sentence)
			continue
		}
		if said, err := strconv.Atoi(match[1]); err != nil || said > count || 3*said < 2*count {
			t.Errorf("the page says %q, and it is %d", match[0], count)
		}
	}
	for _, l := range planted {
		if !strings.Contains(guide, "| "+l.Name+" | "+l.What+" |") {
			t.Errorf("the page does not name the leak %s: go run ./internal/prove guide", l.Name)
		}
	}
}
