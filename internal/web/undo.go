package web

import (
	"craftplan/internal/fault"
	"craftplan/internal/orders"
	"craftplan/internal/production"
	"craftplan/internal/store"
)

// What is done by mistake is undone, where nothing else depends on it yet.

func (p batchPage) mayUndo() bool { return p.MayUndo && p.Status == "completed" }

func undoBatch(q *Request) error {
	return q.undo("The completion was undone; the batch is in progress again.", q.Path("batches", q.PathValue("code")), func(tx *store.Tx) error {
		return production.Undo(q.Context(), tx, q.PathValue("code"), q.PostFormValue("reason"))
	})
}

func takeBackOrder(q *Request) error {
	return q.undo("The delivery was taken back; the order is ready again.", q.Path("orders", q.PathValue("reference")), func(tx *store.Tx) error {
		_, err := orders.TakeBack(q.Context(), tx, q.PathValue("reference"), q.PostFormValue("reason"))
		return err
	})
}

// undo runs it, and says on the page why it was refused when it was.
func (q *Request) undo(done, page string, undo func(*store.Tx) error) error {
	err := q.Update(undo)
	if fault.Is(err, fault.KindConflict) || fault.Is(err, fault.KindInvalid) {
		return q.Refused(err, page)
	}
	if err != nil {
		return err
	}
	return q.Done(done, page)
}
