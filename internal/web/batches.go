package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/fault"
	"craftplan/internal/inventory"
	"craftplan/internal/production"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
	"craftplan/internal/web/ui"
)

type batchList struct {
	list
	format
	Rows   []production.Listed
	Total  int64
	Status string
	At     func(...string) string
}

func listBatches(q *Request) error {
	l := batchList{list: q.list(), format: q.format(), At: q.Path}
	for _, s := range production.Statuses {
		if l.query.Get("status") == s {
			l.Status = s
		}
	}
	err := q.View(func(tx *store.Tx) (err error) {
		l.Rows, l.Total, err = production.List(q.Context(), tx, production.Filter{Query: l.Search, Status: l.Status, Limit: pageSize, Offset: l.offset()})
		return err
	})
	if err != nil {
		return err
	}
	return q.Render(http.StatusOK, "Batches", "batches", batchesPage(l))
}

type batchPage struct {
	production.Batch
	format
	Form      ui.Form
	Shortages []inventory.Shortage
	Refused   bool // the shortages stopped a completion
	MayWrite  bool
	At        func(...string) string
}

func (q *Request) batchPage(form ui.Form) (p batchPage, err error) {
	p = batchPage{format: q.format(), Form: form, MayWrite: q.Actor().May(authz.ProductionWrite), At: q.Path}
	err = q.View(func(tx *store.Tx) (err error) {
		if p.Batch, err = production.Get(q.Context(), tx, q.PathValue("code")); err != nil {
			return err
		}
		if p.Status == "open" || p.Status == "in_progress" {
			p.Shortages, err = production.Shortages(q.Context(), tx, p.Batch)
		}
		return err
	})
	if p.Form.Values == nil {
		p.Form.Values = url.Values{"produced": {quantity.Decimal(p.Planned)}, "scrap": {"0"}}
	}
	return p, err
}

func showBatch(q *Request) error {
	p, err := q.batchPage(ui.Form{})
	if err != nil {
		return err
	}
	return q.Render(http.StatusOK, p.Code, "batches", batchShow(p))
}

// createBatch makes a batch of all that is not in one yet, of a product for a day.
func createBatch(q *Request) error {
	day, err := calendar.Parse(q.PostFormValue("day"))
	if err != nil {
		return fault.Invalid("day", err.Error())
	}
	var made production.Batch
	err = q.Update(func(tx *store.Tx) (err error) {
		made, err = production.BatchAll(q.Context(), tx, q.PostFormValue("sku"), day)
		return err
	})
	if fault.Is(err, fault.KindConflict) {
		return q.Refused(err, q.Path())
	}
	if err != nil {
		return err
	}
	return q.Done(fmt.Sprintf("%s pieces of %s are in a batch.", q.format().pieces(made.Planned), made.ProductName), q.Path("batches", made.Code))
}

func startBatch(q *Request) error {
	return q.changeBatch("The batch was started.", func(tx *store.Tx, code string) error {
		_, err := production.Start(q.Context(), tx, code)
		return err
	})
}

func cancelBatch(q *Request) error {
	return q.changeBatch("The batch was cancelled; its orders can be batched again.", func(tx *store.Tx, code string) error {
		return production.Cancel(q.Context(), tx, code)
	})
}

func (q *Request) changeBatch(done string, change func(*store.Tx, string) error) error {
	code := q.PathValue("code")
	err := q.Update(func(tx *store.Tx) error { return change(tx, code) })
	if fault.Is(err, fault.KindConflict) {
		return q.Refused(err, q.Path("batches", code))
	}
	if err != nil {
		return err
	}
	return q.Done(done, q.Path("batches", code))
}

func completeBatch(q *Request) error {
	var p fault.Problems
	produced, scrap := piecesField(&p, q.PostForm, "produced"), piecesField(&p, q.PostForm, "scrap")
	err := p.Err()
	if err == nil {
		err = q.Update(func(tx *store.Tx) error {
			_, err := production.Complete(q.Context(), tx, q.PathValue("code"), produced, scrap)
			return err
		})
	}
	var short *inventory.Short
	switch {
	case errors.As(err, &short):
		page, e := q.batchPage(ui.Form{Values: q.PostForm})
		if e != nil {
			return e
		}
		page.Shortages, page.Refused = short.Shortages, true
		return q.Render(http.StatusConflict, page.Code, "batches", batchShow(page))
	case fault.Is(err, fault.KindInvalid):
		page, e := q.batchPage(refused(q, err))
		if e != nil {
			return e
		}
		return q.Render(http.StatusUnprocessableEntity, page.Code, "batches", batchShow(page))
	}
	return q.changeBatch("The batch was completed: stock and orders are up to date.", func(*store.Tx, string) error { return err })
}

// piecesField reads a number of pieces.
func piecesField(p *fault.Problems, v url.Values, name string) quantity.Quantity {
	n, err := quantity.Parse(orZero(v.Get(name)), quantity.Piece)
	if err != nil {
		p.Add(name, err.Error())
	}
	return n
}

func batchWord(b production.LineBatch) string {
	switch b.Status {
	case "in_progress":
		return "In progress in"
	case "completed":
		return "Made in"
	}
	return "Planned in"
}

func dayNumber(n int64) string { return fmt.Sprintf("#%03d", n) }

func costNote(p batchPage) string {
	if p.Completed != nil {
		return "Kept as it was that day"
	}
	return "Known once it is completed"
}
