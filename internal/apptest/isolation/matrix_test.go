package isolation

import (
	"testing"

	"craftplan/internal/store"
)

func TestMatrix(t *testing.T) {
	each(t, func(t *testing.T, engine store.Engine) {
		report, err := Matrix(t.Context(), world(t, engine, Options{}), Routes())
		if err != nil {
			t.Fatal(err)
		}
		if err := report.Record(); err != nil {
			t.Error(err)
		}
		t.Logf("proved: %d cells of the matrix", report.Figures["cells"])
		for _, f := range report.Findings {
			t.Error(f)
		}
	})
}
