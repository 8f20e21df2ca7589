package api

import (
	"net/http"

	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/orders"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
)

// orderHead is what a list tells of an order. The customer is left out for a key that may not read customers.
type orderHead struct {
	Reference     string         `json:"reference"`
	Customer      *orderCustomer `json:"customer,omitempty"`
	Status        string         `json:"status"`
	PaymentStatus string         `json:"payment_status"`
	Fulfilment    string         `json:"fulfilment"`
	DeliveryAt    string         `json:"delivery_at"`
	Total         *amount        `json:"total"`
}

type orderCustomer struct {
	Reference string `json:"reference,omitempty"` // of one order
	Name      string `json:"name"`
}

func (q *Request) customerOf(name, reference string) *orderCustomer {
	if !q.Actor().May(authz.CustomersRead) {
		return nil
	}
	return &orderCustomer{reference, name}
}

type orderView struct {
	orderHead
	Subtotal *amount     `json:"subtotal"`
	Discount *amount     `json:"discount"`
	Shipping *amount     `json:"shipping"`
	Tax      *amount     `json:"tax"`
	Notes    string      `json:"notes"`
	Lines    []orderLine `json:"lines"`
	Created  string      `json:"created_at"`
}

type orderLine struct {
	SKU       string  `json:"sku"`
	Name      string  `json:"name"`
	Quantity  measure `json:"quantity"`
	Produced  measure `json:"produced"`
	UnitPrice *amount `json:"unit_price"`
	Source    string  `json:"price_source"`         // product, list, discount or typed
	List      string  `json:"price_list,omitempty"` // its name when the order was written
	Total     *amount `json:"total"`
	Cost      *amount `json:"cost,omitempty"` // of what was produced; with costs:read
}

// listOrders are all, the latest delivery first; q looks for words, status for a status. Counting stops at orders.CountCap.
func listOrders(q *Request) error {
	limit, offset, err := q.page("q", "status")
	if err != nil {
		return err
	}
	status, err := orders.ParseStatus(q.FormValue("status"))
	if q.FormValue("status") != "" && err != nil {
		return fault.Invalid("status", "There is no such status.")
	}
	l := list[orderHead]{Data: []orderHead{}}
	err = q.View(func(tx *store.Tx) error {
		rows, total, err := orders.List(q.Context(), tx, orders.Filter{Query: q.FormValue("q"), Status: status, Limit: limit, Offset: offset})
		for _, o := range rows {
			l.Data = append(l.Data, orderHead{o.Reference, q.customerOf(o.CustomerName, ""), o.Status, o.PaymentStatus, o.Fulfilment, instant(o.DeliveryAt), q.money(o.Total)})
		}
		l.Total = total
		return err
	})
	if err != nil {
		return err
	}
	return q.answer(http.StatusOK, l)
}

func showOrder(q *Request) error {
	var o orders.Order
	err := q.View(func(tx *store.Tx) (err error) {
		o, err = orders.Get(q.Context(), tx, q.PathValue("reference"))
		return err
	})
	if err != nil {
		return err
	}
	head := orderHead{o.Reference, q.customerOf(o.CustomerName, o.CustomerReference), string(o.Status), o.PaymentStatus, o.Fulfilment, instant(o.DeliveryAt), q.money(o.Totals.Total)}
	v := orderView{head, q.money(o.Totals.Subtotal), q.money(o.Totals.Discount), q.money(o.Totals.Shipping), q.money(o.Totals.Tax), o.Notes, []orderLine{}, instant(o.CreatedAt)}
	for _, l := range o.Lines {
		v.Lines = append(v.Lines, orderLine{l.SKU, l.Name, measured(l.Quantity, quantity.Piece), measured(l.Produced, quantity.Piece), q.money(l.UnitPrice), string(l.PriceSource), l.PriceList, q.money(l.Total), q.cost(l.Material + l.Labor + l.Overhead)})
	}
	return q.answer(http.StatusOK, v)
}
