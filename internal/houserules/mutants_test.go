package houserules

import "testing"

// TestEveryTieIsNeeded loosens every tie of every statement, one at a time, and sees each result refused.
func TestEveryTieIsNeeded(t *testing.T) {
	schema := provable(t)
	tried := 0
	for _, s := range statements(t) {
		if !s.organization {
			continue
		}
		mutants, err := schema.Mutants(s.sql)
		if err != nil {
			t.Fatalf("%s.%s: %v", s.domain, s.name, err)
		}
		if len(mutants) == 0 {
			t.Errorf("%s.%s has no tie that could be loosened", s.domain, s.name)
		}
		for _, m := range mutants {
			tried++
			if schema.ForOrganization(m.SQL) == nil {
				t.Errorf("%s.%s is proved although %s:\n%s", s.domain, s.name, m.What, m.SQL)
			}
		}
	}
	if tried < 1500 {
		t.Errorf("tried only %d", tried)
	}
	t.Logf("proved: %d loosened statements refused", tried)
}
