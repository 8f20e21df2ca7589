package web

import (
	"net/http"

	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/inventory"
	"craftplan/internal/store"
	"craftplan/internal/web/ui"
)

// What is on its way from one location to another.

type transferList struct {
	list
	format
	Rows  []inventory.StockTransfer
	Total int64
	All   bool
	At    func(...string) string
}

func listTransfers(q *Request) error {
	l := transferList{list: q.list(), format: q.format(), At: q.Path}
	l.All = l.query.Get("state") == "all"
	err := q.View(func(tx *store.Tx) (err error) {
		l.Rows, l.Total, err = inventory.Transfers(q.Context(), tx, l.All, pageSize, l.offset())
		return err
	})
	if err != nil {
		return err
	}
	return q.Render(http.StatusOK, "Transfers", "lots", transfersPage(l))
}

type transferPage struct {
	inventory.StockTransfer
	format
	MayWrite bool
	At       func(...string) string
	Form     ui.Form // of the arrival
}

func showTransfer(q *Request) error { return q.renderTransfer(http.StatusOK, ui.Form{}) }

func (q *Request) renderTransfer(status int, form ui.Form) error {
	p := transferPage{format: q.format(), MayWrite: q.Actor().May(authz.InventoryWrite), At: q.Path, Form: form}
	err := q.View(func(tx *store.Tx) (err error) {
		p.StockTransfer, err = inventory.GetTransfer(q.Context(), tx, q.PathValue("transfer"))
		return err
	})
	if err != nil {
		return err
	}
	return q.Render(status, p.Reference, "lots", transferShow(p))
}

// endTransfer runs what ends a transfer and shows it again.
func (q *Request) endTransfer(done string, change func(*store.Tx, string) error) error {
	here := q.Path("transfers", q.PathValue("transfer"))
	err := q.Update(func(tx *store.Tx) error { return change(tx, q.PathValue("transfer")) })
	if fault.Is(err, fault.KindConflict) {
		return q.Refused(err, here)
	}
	if status, ok := again(err); ok {
		return q.renderTransfer(status, refused(q, err))
	}
	if err != nil {
		return err
	}
	return q.Done(done, here)
}

func arriveTransfer(q *Request) error {
	return q.endTransfer("It has arrived.", func(tx *store.Tx, reference string) error {
		t, err := inventory.GetTransfer(q.Context(), tx, reference)
		if err != nil {
			return err
		}
		m, err := inventory.MeasureOf(q.Context(), tx, t.Item)
		if err != nil {
			return err
		}
		var p fault.Problems
		arrived := optionalAmount(&p, q.PostForm, "quantity", m)
		if err := p.Err(); err != nil {
			return err
		}
		return inventory.Arrive(q.Context(), tx, reference, arrived, q.PostFormValue("reason"))
	})
}

func callTransferBack(q *Request) error {
	return q.endTransfer("It is back where it was.", func(tx *store.Tx, reference string) error { return inventory.CallBack(q.Context(), tx, reference) })
}

// transferMark is what is to be known of a transfer.
func (f format) transferMark(t inventory.StockTransfer) string {
	if t.Late(f.today()) {
		return "late"
	}
	return string(t.Status)
}

// expected is when something on its way should be there.
func (f format) expected(t inventory.StockTransfer) string {
	if t.ExpectedOn == nil {
		return "not said"
	}
	return f.day(*t.ExpectedOn)
}

// waysOfMoving are whether what is moved is there at once.
var waysOfMoving = []ui.Choice{{Value: "now", Label: "It is there now"}, {Value: "later", Label: "It is on its way"}}
