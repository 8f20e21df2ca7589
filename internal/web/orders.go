package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/catalog"
	"craftplan/internal/crm"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory"
	"craftplan/internal/money"
	"craftplan/internal/orders"
	"craftplan/internal/production"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
	"craftplan/internal/web/ui"
)

type orderList struct {
	list
	format
	Rows     []orders.Listed
	Total    int64
	Status   orders.Status
	MayWrite bool
	At       func(...string) string
}

func listOrders(q *Request) error {
	l := orderList{list: q.list(), format: q.format(), MayWrite: q.Actor().May(authz.OrdersWrite), At: q.Path}
	f := orderFilter(l.list)
	f.Limit, f.Offset = pageSize, l.offset()
	l.Status = f.Status
	err := q.View(func(tx *store.Tx) (err error) {
		l.Rows, l.Total, err = orders.List(q.Context(), tx, f)
		return err
	})
	if err != nil {
		return err
	}
	return q.Render(http.StatusOK, "Orders", "orders", ordersPage(l))
}

// orderFilter is what the address of the list chooses.
func orderFilter(l list) orders.Filter {
	f := orders.Filter{Query: l.Search, Up: l.Sort == "due"}
	if status, err := orders.ParseStatus(l.query.Get("status")); err == nil {
		f.Status = status
	}
	return f
}

type orderPage struct {
	orders.Order
	format
	Customer crm.Customer
	Batches  map[id.ID][]production.LineBatch // by line
	Shipped  []inventory.Moved
	Short    []inventory.Shortage // what kept it from being delivered
	Form     ui.Form
	MayWrite bool
	At       func(...string) string
}

func (q *Request) orderPage(reference string) (p orderPage, err error) {
	p = orderPage{format: q.format(), MayWrite: q.Actor().May(authz.OrdersWrite), At: q.Path}
	err = q.View(func(tx *store.Tx) (err error) {
		if p.Order, err = orders.Get(q.Context(), tx, reference); err != nil {
			return err
		}
		if p.Customer, err = crm.Get(q.Context(), tx, p.CustomerReference); err != nil {
			return err
		}
		if p.Shipped, err = inventory.MovedBy(q.Context(), tx, p.Source()); err != nil {
			return err
		}
		p.Batches, err = production.BatchesOfOrder(q.Context(), tx, p.ID)
		return err
	})
	return p, err
}

func showOrder(q *Request) error {
	p, err := q.orderPage(q.PathValue("reference"))
	if err != nil {
		return err
	}
	return q.Render(http.StatusOK, p.Reference, "orders", orderShow(p))
}

// orderSteps are the words of the buttons that take an order on.
var orderSteps = map[orders.Status][2]string{
	orders.Confirmed:  {"Confirm", "The order was confirmed."},
	orders.InProgress: {"Mark in progress", "The order is in progress."},
	orders.Ready:      {"Mark ready", "The order is ready."},
	orders.Delivered:  {"Mark delivered", "The order was delivered."},
	orders.Cancelled:  {"Cancel order", "The order was cancelled."},
}

// Step is the next status that is offered first; "" when there is none.
func (p orderPage) Step() orders.Status {
	for _, s := range []orders.Status{orders.Confirmed, orders.Ready, orders.Delivered} {
		if p.may(s) {
			return s
		}
	}
	return ""
}

func (p orderPage) may(to orders.Status) bool {
	for _, s := range p.Status.Next() {
		if s == to {
			return p.MayWrite
		}
	}
	return false
}

func moveOrder(q *Request) error {
	reference := q.PathValue("reference")
	to, err := orders.ParseStatus(q.PathValue("status"))
	if err != nil {
		return fault.NotFound("page")
	}
	var owed []inventory.Shortage
	err = q.Update(func(tx *store.Tx) (err error) {
		switch to {
		case orders.Cancelled:
			return production.CancelOrder(q.Context(), tx, reference)
		case orders.Delivered:
			_, owed, err = orders.Deliver(q.Context(), tx, reference, q.PostFormValue("override"))
			return err
		}
		_, err = orders.Move(q.Context(), tx, reference, to)
		return err
	})
	var short *inventory.Short
	if errors.As(err, &short) {
		return q.showShort(reference, short)
	}
	if fault.Is(err, fault.KindConflict) {
		return q.Refused(err, q.Path("orders", reference))
	}
	if err != nil {
		return err
	}
	return q.Done(orderSteps[to][1]+q.format().owed(owed), q.Path("orders", reference))
}

// showShort shows an order that could not be delivered, with what is short.
func (q *Request) showShort(reference string, short *inventory.Short) error {
	p, err := q.orderPage(reference)
	if err != nil {
		return err
	}
	p.Short, p.Form = short.Shortages, ui.Form{Values: q.PostForm}
	return q.Render(http.StatusConflict, p.Reference, "orders", orderShow(p))
}

const lineRows = "lines"

type orderEdit struct {
	format
	Form      ui.Form
	Customers []crm.Option
	Products  []catalog.Option
	Lines     []row
	Next      int
	Order     *orders.Order     // what is typed, reckoned; nil while it is not complete
	LineTotal map[string]string // of each row that counts
	LinePrice map[string]string // and the price of one piece that it pays, with where it came from
	At        func(...string) string
}

func (e orderEdit) customerChoices() []ui.Choice {
	choices := []ui.Choice{{Value: "", Label: "Choose a customer"}}
	for _, c := range e.Customers {
		choices = append(choices, ui.Choice{Value: c.Reference, Label: c.Name})
	}
	return choices
}

func (e orderEdit) productChoices() []ui.Choice {
	choices := []ui.Choice{{Value: "", Label: "Choose a product"}}
	for _, p := range e.Products {
		choices = append(choices, ui.Choice{Value: p.ID.String(), Label: p.Name + ", " + e.money(p.Price)})
	}
	return choices
}

// orderEdit reads what the form needs, and reckons what is typed as far as it is complete.
func (q *Request) orderEdit(v url.Values) (e orderEdit, in orders.NewOrder, problem, err error) {
	e = orderEdit{format: q.format(), At: q.Path, Form: ui.Form{Values: v}, LineTotal: map[string]string{}, LinePrice: map[string]string{}}
	e.Lines, e.Next = shownRows(rows(v, lineRows, "product", "quantity"), max(1, 3-len(rows(v, lineRows, "product", "quantity"))))
	err = q.View(func(tx *store.Tx) (err error) {
		if e.Customers, err = crm.Options(q.Context(), tx); err != nil {
			return err
		}
		if e.Products, err = catalog.Options(q.Context(), tx); err != nil {
			return err
		}
		in, problem = e.input(v)
		typed := in
		typed.Lines = nil
		for _, l := range in.Lines {
			if l.Quantity > 0 && !l.ProductID.IsZero() {
				typed.Lines = append(typed.Lines, l)
			}
		}
		o, previewProblem := orders.Preview(q.Context(), tx, typed)
		if fault.Is(previewProblem, fault.KindInvalid) {
			return nil
		}
		if previewProblem == nil && len(typed.Lines) > 0 {
			e.Order = &o
			for i, l := range typed.Lines {
				e.LineTotal[row(rowOf(l.Row)).name(lineRows, "total")] = e.money(o.Lines[i].Total)
				if l.UnitPrice == nil {
					e.LinePrice[row(rowOf(l.Row)).name(lineRows, "total")] = e.paid(o.Lines[i])
				}
			}
		}
		return previewProblem
	})
	return e, in, problem, err
}

func (e orderEdit) input(v url.Values) (orders.NewOrder, error) {
	var p fault.Problems
	n := orders.NewOrder{CustomerReference: v.Get("customer"), Fulfilment: v.Get("fulfilment"), Notes: v.Get("notes"), Discount: orders.Discount{Kind: orders.NoDiscount}}
	if at := v.Get("delivery_at"); at != "" {
		instant, err := calendar.ParseLocal(at, e.zone)
		if err != nil {
			p.Add("delivery_at", err.Error())
		}
		n.DeliveryAt = instant
	}
	if share := percentField(&p, v, "discount"); share > 0 {
		n.Discount = orders.Discount{Kind: orders.Percent, Value: share}
	}
	for _, r := range readRows(&p, v, lineRows, "product", "quantity") {
		name := func(field string) string { return row(rowOf(r)).name(lineRows, field) }
		l := orders.NewLine{Row: r}
		product, err := id.Parse(v.Get(name("product")))
		if err != nil {
			p.Add(name("product"), "Choose a product that is sold.")
		}
		l.ProductID = product
		pieces, err := quantity.Parse(v.Get(name("quantity")), quantity.Piece)
		if err != nil {
			p.Add(name("quantity"), err.Error())
		}
		l.Quantity = pieces
		if strings.TrimSpace(v.Get(name("price"))) != "" {
			amount := amountField(&p, v, name("price"), e.locale)
			l.UnitPrice = &amount
		}
		n.Lines = append(n.Lines, l)
	}
	return n, p.Err()
}

func newOrder(q *Request) error {
	tomorrow := calendar.Of(q.format().now, q.format().zone).AddDays(1).At(9, 0, q.format().zone)
	v := url.Values{"fulfilment": {"pickup"}, "delivery_at": {tomorrow.Local(q.format().zone)}, "customer": {q.URL.Query().Get("customer")}}
	e, _, _, err := q.orderEdit(v)
	if err != nil {
		return err
	}
	return q.Render(http.StatusOK, "New order", "orders", orderForm(e))
}

func createOrder(q *Request) error {
	e, in, problem, err := q.orderEdit(q.PostForm)
	if err != nil {
		return err
	}
	var made orders.Order
	if problem != nil {
		problem = together(problem, in.Validate())
	} else {
		problem = q.Update(func(tx *store.Tx) (err error) {
			made, err = orders.Create(q.Context(), tx, in)
			return err
		})
	}
	if status, ok := again(problem); ok {
		e.Form = refused(q, problem)
		return q.Render(status, "New order", "orders", orderForm(e))
	}
	if problem != nil {
		return problem
	}
	return q.Done(fmt.Sprintf("Order %s was added.", made.Reference), q.Path("orders", made.Reference))
}

// paid is what a line pays for one piece, with where that came from.
func (e orderEdit) paid(l orders.Line) string {
	from := e.origin(l.PriceSource, l.PriceList, l.PriceFrom)
	if from == "" {
		from = "the product's"
	}
	return e.money(l.UnitPrice) + ", " + from
}

// reckonOrder answers while somebody types: the totals and the total of each line.
func reckonOrder(q *Request) error {
	e, _, _, err := q.orderEdit(q.PostForm)
	if err != nil {
		return err
	}
	return q.write(http.StatusOK, orderTotals(e))
}

func fulfilmentLabel(f string) string {
	if f == "delivery" {
		return "Delivery"
	}
	return "Pickup"
}

// trackStep is one step on the way of an order.
type trackStep struct {
	Status orders.Status
	At     *calendar.Instant
}

func (p orderPage) track() []trackStep {
	if p.Status == orders.Cancelled {
		return []trackStep{{orders.Unconfirmed, &p.CreatedAt}, {orders.Cancelled, p.Cancelled}}
	}
	return []trackStep{{orders.Unconfirmed, &p.CreatedAt}, {orders.Confirmed, p.Confirmed}, {orders.InProgress, p.Started}, {orders.Ready, p.Ready}, {orders.Delivered, p.Delivered}}
}

// passed tells whether the order is beyond a step.
func (p orderPage) passed(s orders.Status) bool {
	order := map[orders.Status]int{orders.Unconfirmed: 0, orders.Confirmed: 1, orders.InProgress: 2, orders.Ready: 3, orders.Delivered: 4, orders.Completed: 5, orders.Cancelled: 6}
	return order[s] < order[p.Status]
}

// costOfMade is what the pieces made so far cost; nothing for who sees no costs.
func (p orderPage) costOfMade() (total money.Amount) {
	if !p.costs {
		return 0
	}
	for _, l := range p.Lines {
		total += l.Material + l.Labor + l.Overhead
	}
	return total
}
