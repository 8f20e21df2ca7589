package organizations_test

import (
	"context"
	"testing"

	"craftplan/internal/organizations"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

func TestLimit(t *testing.T) {
	for _, c := range []struct {
		limit organizations.Limit
		used  int64
		want  bool
	}{{5, 5, true}, {5, 6, false}, {0, 1 << 50, true}} {
		if got := c.limit.Covers(c.used); got != c.want {
			t.Errorf("a limit of %d covers %d: %t", c.limit, c.used, got)
		}
	}
	for n, want := range map[int64]string{0: "0 bytes", 1023: "1023 bytes", 1024: "1 KB", 12 << 20: "12 MB", 1<<30 + 1<<29: "1.5 GB", 20 << 30: "20 GB", 5000 << 40: "5000 TB"} {
		if got := organizations.Bytes(n); got != want {
			t.Errorf("%d bytes are %q, want %q", n, got, want)
		}
	}
	for _, plan := range organizations.Plans {
		if l := organizations.LimitsOf(plan); plan != "enterprise" && (l.Members == 0 || l.Storage == 0 || l.Keys == 0) {
			t.Errorf("the %s plan leaves something without limit: %+v", plan, l)
		}
	}
}

// The limits that hold are those of the plan in the directory, not of one that was looked at before.
func TestLimitsNow(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		scope := db.Organization("Sunrise")
		for n, want := range map[int64]string{0: "0 bytes", 1023: "1023 bytes", 1024: "1 KB", 12 << 20: "12 MB", 1<<30 + 1<<29: "1.5 GB", 20 << 30: "20 GB", 5000 << 40: "5000 TB"} {
			if got := organizations.Bytes(n); got != want {
				t.Errorf("%d bytes are %q, want %q", n, got, want)
			}
		}
		for _, plan := range []string{"starter", "growth", "enterprise"} {
			if _, err := db.Raw().ExecContext(t.Context(), "UPDATE organizations SET billing_plan = '"+plan+"'"); err != nil {
				t.Fatal(err)
			}
			db.Do(t, scope, func(ctx context.Context, tx *store.Tx) error {
				now, err := organizations.LimitsNow(ctx, tx)
				if now != organizations.LimitsOf(plan) {
					t.Errorf("%s: %+v", plan, now)
				}
				return err
			})
		}
	})
}
