package orders

import (
	"context"

	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/money"
	"craftplan/internal/orders/internal/db"
	"craftplan/internal/pricing"
	"craftplan/internal/quantity"
	"craftplan/internal/search"
	"craftplan/internal/settings"
	"craftplan/internal/store"
)

// Order is what a customer ordered.
type Order struct {
	ID                              id.ID
	Reference                       string
	CustomerID                      id.ID
	CustomerName, CustomerReference string
	Status                          Status
	PaymentStatus, Fulfilment       string
	DeliveryAt                      calendar.Instant
	DeliveryOn                      calendar.Date
	Currency                        string
	Tax                             Tax
	Discount                        Discount
	Totals                          Totals
	Notes                           string
	Confirmed, Started, Ready       *calendar.Instant
	Delivered, Cancelled            *calendar.Instant
	CreatedAt                       calendar.Instant
	Lines                           []Line
}

// Line is a product of an order.
type Line struct {
	ID, ProductID             id.ID
	Name, SKU                 string
	Quantity                  quantity.Quantity
	UnitPrice, Total          money.Amount
	PriceSource               pricing.Source
	PriceList                 string            // the name of the price list then; "" when it came from none
	PriceFrom                 quantity.Quantity // pieces of the list's row; of a preview only
	Produced                  quantity.Quantity
	Material, Labor, Overhead money.Amount // what the produced pieces cost
}

// Get reads the order with a reference.
func Get(ctx context.Context, tx *store.Tx, reference string) (Order, error) {
	if err := tx.Require(authz.OrdersRead); err != nil {
		return Order{}, err
	}
	r, err := db.For(tx).GetOrder(ctx, db.GetOrderIn{Reference: reference})
	if err = store.Translate(err); fault.Is(err, fault.KindNotFound) {
		return Order{}, fault.NotFound("order")
	}
	if err != nil {
		return Order{}, err
	}
	o := Order{ID: r.ID, Reference: r.Reference, CustomerID: r.CustomerID, CustomerName: r.CustomerName, CustomerReference: r.CustomerReference, Status: Status(r.Status), PaymentStatus: r.PaymentStatus,
		Fulfilment: r.Fulfilment, DeliveryAt: r.DeliveryAt, DeliveryOn: r.DeliveryOn, Currency: r.Currency, Tax: Tax{settings.TaxMode(r.TaxMode), r.TaxRate}, Discount: Discount{DiscountKind(r.DiscountKind), r.DiscountValue},
		Totals: Totals{r.Subtotal, r.DiscountTotal, r.ShippingTotal, r.TaxTotal, r.Total}, Notes: r.Notes, Confirmed: r.ConfirmedAt, Started: r.StartedAt, Ready: r.ReadyAt, Delivered: r.DeliveredAt, Cancelled: r.CancelledAt, CreatedAt: r.CreatedAt}
	lines, err := db.For(tx).LinesOf(ctx, db.LinesOfIn{OrderID: o.ID})
	for _, l := range lines {
		o.Lines = append(o.Lines, Line{ID: l.ID, ProductID: l.ProductID, Name: l.Name, SKU: l.Sku, Quantity: l.Quantity, UnitPrice: l.UnitPrice, Total: l.LineTotal, PriceSource: pricing.Source(l.PriceSource), PriceList: l.PriceList,
			Produced: l.ProducedQuantity, Material: tx.Cost(l.MaterialCost), Labor: tx.Cost(l.LaborCost), Overhead: tx.Cost(l.OverheadCost)})
	}
	return o, err
}

// Filter chooses and orders orders.
type Filter struct {
	Query  string // words of the reference or the customer's name
	Status Status // "" is any
	Up     bool   // by delivery, earliest first
	Limit  int64
	Offset int64
}

// Listed is one row of the list.
type Listed struct {
	ID            id.ID
	Reference     string
	CustomerName  string
	Status        string
	PaymentStatus string
	Fulfilment    string
	DeliveryAt    calendar.Instant
	Total         money.Amount
}

// CountCap is where counting a list stops: a total of CountCap means "more than CountCap - 1".
const CountCap = 251

// List reads one page of orders and how many there are, up to CountCap.
func List(ctx context.Context, tx *store.Tx, f Filter) ([]Listed, int64, error) {
	if err := tx.Require(authz.OrdersRead); err != nil {
		return nil, 0, err
	}
	queries, pattern := db.For(tx), search.Pattern(f.Query)
	total, err := count(ctx, queries, f, pattern)
	if err != nil {
		return nil, 0, err
	}
	in := db.ListOrdersIn{Status: string(f.Status), Pattern: pattern, CountOf: int32(f.Limit), Skip: int32(f.Offset)}
	var list []Listed
	if f.Up {
		rows, e := queries.ListOrdersUp(ctx, db.ListOrdersUpIn(in))
		for _, r := range rows {
			list = append(list, Listed(r))
		}
		return list, total, e
	}
	rows, err := queries.ListOrders(ctx, in)
	for _, r := range rows {
		list = append(list, Listed(r))
	}
	return list, total, err
}

func count(ctx context.Context, queries db.Tenant, f Filter, pattern string) (int64, error) {
	if f.Query == "" {
		return queries.CountOrders(ctx, db.CountOrdersIn{Status: string(f.Status)})
	}
	return queries.CountMatchingOrders(ctx, db.CountMatchingOrdersIn{Status: string(f.Status), Pattern: pattern})
}
