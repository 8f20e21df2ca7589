package web

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"craftplan/internal/fault"
	"craftplan/internal/inventory"
	"craftplan/internal/organizations"
	"craftplan/internal/sheet"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

// A list whose transaction the database asks to run again, when a part of it is written, is no file with that part twice.
func TestExportIsNotBegunAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		w, tries := httptest.NewRecorder(), 0
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/sunrise/exports/lots.csv", nil)
		q := &Request{Request: r, w: w, site: &Site{Config: Config{Store: db.Store}}, Member: &organizations.Membership{}, scope: db.Organization("Sunrise")}
		e := exported[inventory.Lot]{name: "lots", columns: lotsFile.columns[:1], rows: func(_ *Request, _ *store.Tx, _ list, _, offset int64) ([]inventory.Lot, bool, error) {
			if tries++; tries == 2 {
				return nil, false, &pgconn.PgError{Code: "40001"}
			}
			return []inventory.Lot{{Code: "L1"}}, offset > 0, nil
		}}
		if err := e.send(q, sheet.CSV); !fault.Is(err, fault.KindUnavailable) || w.Body.Len() != 0 || tries != 2 {
			t.Errorf("%d tries: %v, %q", tries, err, w.Body)
		}
	})
}
