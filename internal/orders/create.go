package orders

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/catalog"
	"craftplan/internal/crm"
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

// NewOrder is an order as people enter it. Field names in errors are customer, delivery_at, fulfilment, discount, notes,
// lines.0.product and lines.0.quantity; the numbers are the Row of each line.
type NewOrder struct {
	CustomerReference string
	DeliveryAt        calendar.Instant
	Fulfilment        string // pickup or delivery
	Discount          Discount
	Notes             string
	Lines             []NewLine
}

// NewLine is a line as people enter it.
type NewLine struct {
	Row       int
	ProductID id.ID
	Quantity  quantity.Quantity // whole pieces
	UnitPrice *money.Amount     // nil is what the customer pays by the rule of package pricing
}

// Validate tells what is wrong with the fields.
func (n NewOrder) Validate() error {
	var p fault.Problems
	if n.CustomerReference == "" {
		p.Add("customer", "Choose a customer.")
	}
	if n.DeliveryAt.IsZero() {
		p.Add("delivery_at", "Enter when the order is due.")
	}
	if n.Fulfilment != "pickup" && n.Fulfilment != "delivery" {
		p.Add("fulfilment", "Choose pickup or delivery.")
	}
	if n.Discount.Value < 0 || n.Discount.Kind == Percent && n.Discount.Value > money.Micro {
		p.Add("discount", "Enter a percentage from 0 to 100.")
	}
	if utf8.RuneCountInString(n.Notes) > 2000 {
		p.Add("notes", "Use at most 2000 characters.")
	}
	if len(n.Lines) == 0 {
		p.Add("lines.0.product", "Add at least one product.")
	}
	for _, l := range n.Lines {
		if l.Quantity <= 0 || l.Quantity%quantity.Micro != 0 || l.Quantity > quantity.Of(1_000_000) {
			p.Add(fmt.Sprintf("lines.%d.quantity", l.Row), "Enter a whole number of pieces.")
		}
	}
	return p.Err()
}

// Create adds an unconfirmed order, priced today.
func Create(ctx context.Context, tx *store.Tx, n NewOrder) (Order, error) {
	if err := tx.Require(authz.OrdersWrite); err != nil {
		return Order{}, err
	}
	n.Notes = strings.TrimSpace(n.Notes)
	if err := n.Validate(); err != nil {
		return Order{}, err
	}
	customer, err := crm.Get(ctx, tx, n.CustomerReference)
	if fault.Is(err, fault.KindNotFound) || err == nil && customer.ArchivedAt != nil {
		return Order{}, fault.Invalid("customer", "Choose a customer.")
	}
	if err != nil {
		return Order{}, err
	}
	s, err := settings.Get(ctx, tx)
	if err != nil {
		return Order{}, err
	}
	if err := checkDay(ctx, tx, s, tx.Day(n.DeliveryAt)); err != nil {
		return Order{}, err
	}
	o, err := n.reckon(ctx, tx, s, customer)
	if err != nil {
		return Order{}, err
	}
	o.ID, o.CustomerID, o.CustomerName, o.CustomerReference = id.New(), customer.ID, customer.Name, customer.Reference
	if o.Reference, err = settings.NextReference(ctx, tx, "OR", tx.Today().Year()); err != nil {
		return Order{}, err
	}
	return o, o.write(ctx, tx)
}

// Preview reckons lines and totals of what is typed so far, without writing anything.
func Preview(ctx context.Context, tx *store.Tx, n NewOrder) (Order, error) {
	if err := tx.Require(authz.OrdersRead); err != nil {
		return Order{}, err
	}
	s, err := settings.Get(ctx, tx)
	if err != nil {
		return Order{}, err
	}
	var customer crm.Customer
	if n.CustomerReference != "" {
		if customer, err = crm.Get(ctx, tx, n.CustomerReference); err != nil && !fault.Is(err, fault.KindNotFound) {
			return Order{}, err
		}
	}
	return n.reckon(ctx, tx, s, customer)
}

// reckon is the order without customer and reference, at the prices of a customer; the zero one pays everybody's.
func (n NewOrder) reckon(ctx context.Context, tx *store.Tx, s settings.Settings, customer crm.Customer) (o Order, err error) {
	o = Order{Status: Unconfirmed, Fulfilment: n.Fulfilment, DeliveryAt: n.DeliveryAt, DeliveryOn: tx.Day(n.DeliveryAt),
		Currency: tx.Context().Currency, Tax: Tax{s.TaxMode, s.TaxRate}, Discount: n.Discount, Notes: n.Notes}
	var book pricing.Book
	if customer.GroupID != nil && !n.DeliveryAt.IsZero() {
		if book, err = pricing.For(ctx, tx, customer.GroupID, o.DeliveryOn); err != nil {
			return Order{}, err
		}
	}
	if o.Lines, err = price(ctx, tx, n.Lines, book); err != nil {
		return Order{}, err
	}
	shipping := s.ShippingFlat
	if o.Fulfilment == "pickup" {
		shipping = 0
	}
	amounts := make([]money.Amount, len(o.Lines))
	for i, l := range o.Lines {
		amounts[i] = l.Total
	}
	if o.Totals, err = Reckon(amounts, o.Discount, shipping, o.Tax, o.Currency); err != nil {
		return Order{}, fault.Invalid("lines.0.quantity", "The total is beyond what can be kept.")
	}
	return o, nil
}

// checkDay keeps to the lead time and the capacity of the day; cancelled orders do not count.
func checkDay(ctx context.Context, tx *store.Tx, s settings.Settings, day calendar.Date) error {
	if earliest := tx.Today().AddDays(int(s.LeadTimeDays)); s.LeadTimeDays > 0 && day.Before(earliest) {
		return fault.Invalid("delivery_at", fmt.Sprintf("The earliest day is %s: orders need %d days.", earliest, s.LeadTimeDays))
	}
	if s.DailyCapacity == 0 {
		return nil
	}
	if err := tx.Lock(ctx, "orders due on "+day.String()); err != nil {
		return err
	}
	booked, err := db.For(tx).OrdersOnDay(ctx, db.OrdersOnDayIn{DeliveryOn: day})
	if err == nil && booked >= s.DailyCapacity {
		err = fault.Invalid("delivery_at", fmt.Sprintf("That day is full: %d of %d orders are booked.", booked, s.DailyCapacity))
	}
	return err
}

func price(ctx context.Context, tx *store.Tx, lines []NewLine, book pricing.Book) ([]Line, error) {
	options, err := catalog.Options(ctx, tx)
	if err != nil {
		return nil, err
	}
	products := map[id.ID]catalog.Option{}
	for _, o := range options {
		products[o.ID] = o
	}
	var problems fault.Problems
	priced := make([]Line, len(lines))
	for i, l := range lines {
		product, ok := products[l.ProductID]
		if !ok {
			problems.Add(fmt.Sprintf("lines.%d.product", l.Row), "Choose a product that is sold.")
			continue
		}
		quote := book.Quote(product.ID, product.Price, l.Quantity)
		if l.UnitPrice != nil {
			quote = pricing.Quote{Price: *l.UnitPrice, Source: pricing.Typed}
		}
		total, err := quote.Price.ForQuantity(l.Quantity)
		if err != nil {
			problems.Add(fmt.Sprintf("lines.%d.quantity", l.Row), "The total is beyond what can be kept.")
			continue
		}
		priced[i] = Line{ID: id.New(), ProductID: product.ID, Name: product.Name, SKU: product.SKU, Quantity: l.Quantity, UnitPrice: quote.Price, PriceSource: quote.Source, PriceList: quote.List, PriceFrom: quote.Minimum, Total: money.Round(total, tx.Context().Currency)}
	}
	return priced, problems.Err()
}

func (o Order) write(ctx context.Context, tx *store.Tx) error {
	err := db.For(tx).CreateOrder(ctx, db.CreateOrderIn{ID: o.ID, Reference: o.Reference, CustomerID: o.CustomerID, Fulfilment: o.Fulfilment, DeliveryAt: o.DeliveryAt, DeliveryOn: o.DeliveryOn, Currency: o.Currency,
		TaxMode: string(o.Tax.Mode), TaxRate: o.Tax.Rate, DiscountKind: string(o.Discount.Kind), DiscountValue: o.Discount.Value, Subtotal: o.Totals.Subtotal, DiscountTotal: o.Totals.Discount,
		ShippingTotal: o.Totals.Shipping, TaxTotal: o.Totals.Tax, Total: o.Totals.Total, Notes: o.Notes, SearchText: search.Fold(o.Reference, o.CustomerName), CreatedAt: tx.Now(), CreatedBy: tx.Actor().UserID})
	if err != nil {
		return err
	}
	for i, l := range o.Lines {
		err := db.For(tx).CreateLine(ctx, db.CreateLineIn{ID: l.ID, OrderID: o.ID, Position: int64(i), ProductID: l.ProductID, Quantity: l.Quantity, UnitPrice: l.UnitPrice, PriceSource: string(l.PriceSource), PriceList: l.PriceList, LineTotal: l.Total})
		if err != nil {
			return err
		}
	}
	return nil
}
