package web

import (
	"errors"
	"io"
	"os"
	"strconv"
	"strings"

	"craftplan/internal/apikeys"
	"craftplan/internal/authz"
	"craftplan/internal/catalog"
	"craftplan/internal/crm"
	"craftplan/internal/fault"
	"craftplan/internal/inventory"
	"craftplan/internal/mail"
	"craftplan/internal/money"
	"craftplan/internal/orders"
	"craftplan/internal/organizations"
	"craftplan/internal/pricing"
	"craftplan/internal/production"
	"craftplan/internal/quantity"
	"craftplan/internal/sheet"
	"craftplan/internal/stocktake"
	"craftplan/internal/store"
	"craftplan/internal/web/ui"
)

// Lists as files: what a list shows with its search and filters, all its pages, as a table for spreadsheets and programs.

// exported is a list as a file: who may have it, its columns, and how its rows are read.
type exported[R any] struct {
	name       string
	permission authz.Permission
	columns    []column[R]
	// rows reads a part of the list that the address chooses, and says whether it was the last.
	rows func(q *Request, tx *store.Tx, l list, limit, offset int64) (rows []R, last bool, err error)
	// each, in the place of rows, reads a list whose pages have no numbers.
	each func(q *Request, tx *store.Tx, l list, row func(R) error) error
}

// column is one column of a file. One that tells a cost is left out for who sees none.
type column[R any] struct {
	name string
	cell func(format, R) sheet.Cell
	cost bool
}

// exports are the routes of all lists as files.
func exports() (routes []Route) {
	for _, both := range [][]Route{customersFile.routes(), materialsFile.routes(), lotsFile.routes(), movementsFile.routes(), transfersFile.routes(), countsFile.routes(), productsFile.routes(), recipesFile.routes(),
		marginsFile.routes(), priceListsFile.routes(), ordersFile.routes(), batchesFile.routes(), auditFile.routes(),
		containersFile.routes(), membersFile.routes(), keysFile.routes(), mailsFile.routes()} {
		routes = append(routes, both...)
	}
	return routes
}

func (e exported[R]) routes() (both []Route) {
	for _, f := range sheet.Formats {
		both = append(both, get("/exports/"+e.name+"."+string(f), e.permission, func(q *Request) error { return e.send(q, f) }))
	}
	return both
}

const exportPart = 5000 // rows that are read at once

// send sends the list in a format.
func (e exported[R]) send(q *Request, f sheet.Format) error {
	columns := e.shown(q.format().costs)
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.name
	}
	return q.sendSheet(f, e.name, names, func(w sheet.Writer) error {
		began := false
		return q.View(func(tx *store.Tx) error {
			if began { // what was written is written: a transaction that got in the way of another ends here
				return errAgain
			}
			began = true
			return e.write(q, tx, columns, w)
		})
	})
}

var errAgain = fault.Unavailable("The list could not be read at once. Try again in a moment.", nil)

// sendSheet writes a file beside before it sends the first byte: a list that cannot be read to its end becomes an error page, and not a
// file that looks whole. Neither the rows nor the file are ever in memory, and nobody's slow line keeps a transaction open.
func (q *Request) sendSheet(f sheet.Format, name string, columns []string, rows func(sheet.Writer) error) error {
	spool, err := os.CreateTemp("", "export-")
	if err != nil {
		return err
	}
	defer func() {
		_ = spool.Close()
		_ = os.Remove(spool.Name())
	}()
	w, err := sheet.NewWriter(spool, sheet.Style{Format: f, Name: name, Point: quantity.Point(q.format().locale)}, columns)
	if err != nil {
		return err
	}
	if err := errors.Join(rows(w), w.Close()); err != nil {
		return err
	}
	size, err := spool.Seek(0, io.SeekCurrent)
	if err == nil {
		_, err = spool.Seek(0, io.SeekStart)
	}
	if err != nil {
		return err
	}
	h := q.w.Header()
	h.Set("Content-Type", f.MediaType())
	h.Set("Content-Disposition", `attachment; filename="`+name+"-"+q.format().today().String()+"."+string(f)+`"`)
	h.Set("Content-Length", strconv.FormatInt(size, 10))
	if _, err := io.Copy(q.w, spool); err != nil {
		q.site.Log.Debug("write a file", "error", err) // whoever asked is gone
	}
	return nil
}

// write writes the whole list, part by part.
func (e exported[R]) write(q *Request, tx *store.Tx, columns []column[R], w sheet.Writer) error {
	cells, shown := make([]sheet.Cell, len(columns)), q.format()
	row := func(r R) error {
		for i, c := range columns {
			cells[i] = c.cell(shown, r)
		}
		return w.Row(cells)
	}
	if e.each != nil {
		return e.each(q, tx, q.list(), row)
	}
	for l, offset := q.list(), int64(0); ; offset += exportPart {
		rows, last, err := e.rows(q, tx, l, exportPart, offset)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if err := row(r); err != nil {
				return err
			}
		}
		if last {
			return nil
		}
	}
}

func (e exported[R]) shown(costs bool) (columns []column[R]) {
	for _, c := range e.columns {
		if costs || !c.cost {
			columns = append(columns, c)
		}
	}
	return columns
}

// export is where a list is had as files, with its search and filters.
func (l list) export(label, name string) ui.Export {
	query := l.with("page", "")[len(l.path):]
	at := organizations.Path(strings.SplitN(l.path, "/", 3)[1], "exports", name)
	e := ui.Export{Label: label}
	for _, f := range sheet.Formats {
		e.Files = append(e.Files, ui.ExportFile{Label: f.Label(), Href: at + "." + string(f) + query})
	}
	return e
}

// Cells.

func text[R any](name string, of func(R) string) column[R] {
	return column[R]{name: name, cell: func(_ format, r R) sheet.Cell { return sheet.Text(of(r)) }}
}

func whole[R any](name string, of func(R) int64) column[R] {
	return column[R]{name: name, cell: func(_ format, r R) sheet.Cell { return sheet.Number(strconv.FormatInt(of(r), 10)) }}
}

// decimal is a number in millionths.
func decimal[R any](name string, of func(R) int64) column[R] {
	return column[R]{name: name, cell: func(_ format, r R) sheet.Cell { return sheet.Number(quantity.Decimal(quantity.Quantity(of(r)))) }}
}

func paid[R any](name string, of func(R) money.Amount) column[R] {
	return column[R]{name: name, cell: func(f format, r R) sheet.Cell { return amountCell(of(r), f.currency) }}
}

// amountCell leaves an amount out that was withheld.
func amountCell(a money.Amount, currency string) sheet.Cell {
	if a == money.Withheld {
		return sheet.Cell{}
	}
	return sheet.Number(money.Input(a, currency))
}

// costing marks a column as one that tells a cost.
func costing[R any](c column[R]) column[R] {
	c.cost = true
	return c
}

// inUnit is a quantity in kg, l or pieces, which a column beside names.
func inUnit(q *quantity.Quantity, u quantity.Unit) sheet.Cell {
	if q == nil {
		return sheet.Cell{}
	}
	return sheet.Number(quantity.InLarge(*q, u))
}

// perUnit is the price of a kg, litre or piece.
func perUnit(f format, a money.Amount, u quantity.Unit) sheet.Cell {
	large, err := a.Share(u.LargeSize(), 1)
	if err != nil { // withheld, or more than can be kept
		return sheet.Cell{}
	}
	return amountCell(large, f.currency)
}

// partly is whether a part of a list is its last: it has fewer rows than were asked for.
func partly[R any](rows []R, limit int64) bool { return int64(len(rows)) < limit }

// The lists.

var customersFile = exported[crm.Listed]{name: "customers", permission: authz.CustomersRead,
	columns: []column[crm.Listed]{
		text("Reference", func(c crm.Listed) string { return c.Reference }),
		text("Kind", func(c crm.Listed) string { return string(c.Kind) }),
		text("Name", func(c crm.Listed) string { return c.Name }),
		text("Contact", func(c crm.Listed) string { return c.ContactName }),
		text("E-mail", func(c crm.Listed) string { return c.Email }),
		text("Phone", func(c crm.Listed) string { return c.Phone }),
		text("Group", func(c crm.Listed) string { return c.Group }),
	},
	rows: func(q *Request, tx *store.Tx, l list, limit, offset int64) ([]crm.Listed, bool, error) {
		f := customerFilter(l)
		f.Limit, f.Offset = limit, offset
		rows, _, err := crm.List(q.Context(), tx, f)
		return rows, partly(rows, limit), err
	}}

var materialsFile = exported[inventory.Listed]{name: "materials", permission: authz.InventoryRead,
	columns: []column[inventory.Listed]{
		text("SKU", func(m inventory.Listed) string { return m.SKU }),
		text("Name", func(m inventory.Listed) string { return m.Name }),
		text("Category", func(m inventory.Listed) string { return m.Category }),
		text("Unit", func(m inventory.Listed) string { return m.Unit.Large() }),
		costing(column[inventory.Listed]{name: "Price", cell: func(f format, m inventory.Listed) sheet.Cell { return perUnit(f, m.Price, m.Unit) }}),
		{name: "Minimum", cell: func(_ format, m inventory.Listed) sheet.Cell { return inUnit(m.Minimum, m.Unit) }},
		{name: "Maximum", cell: func(_ format, m inventory.Listed) sheet.Cell { return inUnit(m.Maximum, m.Unit) }},
		{name: "On hand", cell: func(_ format, m inventory.Listed) sheet.Cell { return inUnit(&m.OnHand, m.Unit) }},
		{name: "Held or expired", cell: func(_ format, m inventory.Listed) sheet.Cell { return inUnit(&m.Withheld, m.Unit) }},
		whole("Lots", func(m inventory.Listed) int64 { return m.Lots }),
		{name: "Next expiry", cell: func(_ format, m inventory.Listed) sheet.Cell { return sheet.Day(m.NextExpiry) }},
		text("Level", stockLevel),
		text("Tags", func(m inventory.Listed) string { return strings.Join(m.Tags, ", ") }),
	},
	rows: func(q *Request, tx *store.Tx, l list, limit, offset int64) ([]inventory.Listed, bool, error) {
		f := materialFilter(l)
		f.Limit, f.Offset = limit, offset
		rows, _, err := inventory.List(q.Context(), tx, f)
		return rows, partly(rows, limit), err
	}}

var lotsFile = exported[inventory.Lot]{name: "lots", permission: authz.InventoryRead,
	columns: []column[inventory.Lot]{
		text("Lot", func(l inventory.Lot) string { return l.Code }),
		text("Kind", func(l inventory.Lot) string { return string(l.Item.Kind) }),
		text("SKU", func(l inventory.Lot) string { return l.Item.SKU }),
		text("Name", func(l inventory.Lot) string { return l.Item.Name }),
		text("Unit", func(l inventory.Lot) string { return l.Item.Unit.Large() }),
		{name: "On hand", cell: func(_ format, l inventory.Lot) sheet.Cell { return inUnit(&l.OnHand, l.Item.Unit) }},
		text("Status", func(l inventory.Lot) string { return string(l.Status) }),
		{name: "Received", cell: func(_ format, l inventory.Lot) sheet.Cell { return sheet.Day(&l.ReceivedOn) }},
		{name: "Expires", cell: func(_ format, l inventory.Lot) sheet.Cell { return sheet.Day(l.ExpiresOn) }},
		text("Supplier", func(l inventory.Lot) string { return l.Supplier }),
		text("Supplier's lot", func(l inventory.Lot) string { return l.SupplierLot }),
		costing(column[inventory.Lot]{name: "Cost of one unit", cell: func(f format, l inventory.Lot) sheet.Cell { return perUnit(f, l.UnitCost, l.Item.Unit) }}),
		costing(paid("Value", func(l inventory.Lot) money.Amount { return l.Value })),
	},
	rows: func(q *Request, tx *store.Tx, l list, limit, offset int64) ([]inventory.Lot, bool, error) {
		f := lotFilter(l)
		f.Limit, f.Offset = limit, offset
		rows, _, err := inventory.ListLots(q.Context(), tx, f)
		return rows, partly(rows, limit), err
	}}

var movementsFile = exported[inventory.Posted]{name: "movements", permission: authz.InventoryRead,
	columns: []column[inventory.Posted]{
		{name: "When", cell: func(f format, m inventory.Posted) sheet.Cell { return sheet.Moment(&m.OccurredAt, f.zone) }},
		{name: "Noted", cell: func(f format, m inventory.Posted) sheet.Cell { return sheet.Moment(&m.CreatedAt, f.zone) }},
		text("What", func(m inventory.Posted) string { return movementLabels[m.Movement.Kind] }),
		text("Kind", func(m inventory.Posted) string { return string(m.Item.Kind) }),
		text("SKU", func(m inventory.Posted) string { return m.Item.SKU }),
		text("Name", func(m inventory.Posted) string { return m.Item.Name }),
		text("Lot", func(m inventory.Posted) string { return m.LotCode }),
		text("Location", func(m inventory.Posted) string { return m.Location }),
		{name: "Quantity", cell: func(_ format, m inventory.Posted) sheet.Cell { return inUnit(&m.Quantity, m.Item.Unit) }},
		text("Unit", func(m inventory.Posted) string { return m.Item.Unit.Large() }),
		costing(paid("Value", func(m inventory.Posted) money.Amount { return m.Value })),
		text("Document", func(m inventory.Posted) string { return m.Source.Name }),
		text("Reason", func(m inventory.Posted) string { return m.Reason }),
		text("By", func(m inventory.Posted) string { return m.By }),
		text("Taken back", func(m inventory.Posted) string { return mayWord(m.Reversed, "yes", "") }),
	},
	rows: func(q *Request, tx *store.Tx, l list, limit, offset int64) ([]inventory.Posted, bool, error) {
		f := lotFilter(l)
		f.Limit, f.Offset = limit, offset
		rows, err := inventory.Ledger(q.Context(), tx, f)
		return rows, partly(rows, limit), err
	}}

var transfersFile = exported[inventory.StockTransfer]{name: "transfers", permission: authz.InventoryRead,
	columns: []column[inventory.StockTransfer]{
		text("Transfer", func(t inventory.StockTransfer) string { return t.Reference }),
		text("Status", func(t inventory.StockTransfer) string { return ui.StateLabel(string(t.Status)) }),
		text("SKU", func(t inventory.StockTransfer) string { return t.Item.SKU }),
		text("Name", func(t inventory.StockTransfer) string { return t.Item.Name }),
		text("Lot", func(t inventory.StockTransfer) string { return t.Lot }),
		text("From", func(t inventory.StockTransfer) string { return t.From }),
		text("To", func(t inventory.StockTransfer) string { return t.To }),
		{name: "Sent", cell: func(_ format, t inventory.StockTransfer) sheet.Cell { return inUnit(&t.Quantity, t.Item.Unit) }},
		{name: "Arrived", cell: func(_ format, t inventory.StockTransfer) sheet.Cell { return inUnit(t.Arrived, t.Item.Unit) }},
		text("Unit", func(t inventory.StockTransfer) string { return t.Item.Unit.Large() }),
		{name: "Sent at", cell: func(f format, t inventory.StockTransfer) sheet.Cell { return sheet.Moment(&t.SentAt, f.zone) }},
		text("Sent by", func(t inventory.StockTransfer) string { return t.SentBy }),
		{name: "Expected", cell: func(_ format, t inventory.StockTransfer) sheet.Cell { return sheet.Day(t.ExpectedOn) }},
		{name: "Ended at", cell: func(f format, t inventory.StockTransfer) sheet.Cell { return sheet.Moment(t.EndedAt, f.zone) }},
		text("Ended by", func(t inventory.StockTransfer) string { return t.EndedBy }),
		text("Note", func(t inventory.StockTransfer) string { return t.Note }),
	},
	rows: func(q *Request, tx *store.Tx, l list, limit, offset int64) ([]inventory.StockTransfer, bool, error) {
		rows, _, err := inventory.Transfers(q.Context(), tx, l.query.Get("state") == "all", limit, offset)
		return rows, partly(rows, limit), err
	}}

var countsFile = exported[stocktake.Summary]{name: "counts", permission: authz.InventoryRead,
	columns: []column[stocktake.Summary]{
		text("Count", func(c stocktake.Summary) string { return c.Reference }),
		text("What", func(c stocktake.Summary) string { return c.Scope }),
		text("Status", func(c stocktake.Summary) string { return string(c.Status) }),
		{name: "Started", cell: func(f format, c stocktake.Summary) sheet.Cell { return sheet.Moment(&c.StartedAt, f.zone) }},
		text("Started by", func(c stocktake.Summary) string { return c.StartedBy }),
		{name: "Ended", cell: func(f format, c stocktake.Summary) sheet.Cell { return sheet.Moment(c.EndedAt, f.zone) }},
		whole("Lines", func(c stocktake.Summary) int64 { return c.LineCount }),
		whole("Counted", func(c stocktake.Summary) int64 { return c.Counted }),
		whole("As expected", func(c stocktake.Summary) int64 { return c.Exact }),
		costing(paid("Value", func(c stocktake.Summary) money.Amount { return c.Value })),
	},
	rows: func(q *Request, tx *store.Tx, _ list, limit, offset int64) ([]stocktake.Summary, bool, error) {
		rows, _, err := stocktake.List(q.Context(), tx, limit, offset)
		return rows, partly(rows, limit), err
	}}

var productsFile = exported[catalog.Listed]{name: "products", permission: authz.CatalogRead,
	columns: []column[catalog.Listed]{
		text("SKU", func(p catalog.Listed) string { return p.SKU }),
		text("Name", func(p catalog.Listed) string { return p.Name }),
		text("Variant of", func(p catalog.Listed) string { return p.Family }),
		text("Variant", func(p catalog.Listed) string { return p.Variant }),
		text("Status", func(p catalog.Listed) string { return p.Status }),
		paid("Price", func(p catalog.Listed) money.Amount { return p.Price }),
		costing(column[catalog.Listed]{name: "Cost of one", cell: func(f format, p catalog.Listed) sheet.Cell {
			if p.Version == 0 {
				return sheet.Cell{}
			}
			return amountCell(p.UnitCost, f.currency)
		}}),
		whole("Recipe version", func(p catalog.Listed) int64 { return p.Version }),
	},
	rows: func(q *Request, tx *store.Tx, l list, limit, offset int64) ([]catalog.Listed, bool, error) {
		f := productFilter(l)
		f.Limit, f.Offset = limit, offset
		rows, _, err := catalog.List(q.Context(), tx, f)
		return rows, partly(rows, limit), err
	}}

// recipesFile has a row for each line of the active recipes of the products that the list shows.
var recipesFile = exported[catalog.Listing]{name: "recipes", permission: authz.CatalogRead,
	columns: []column[catalog.Listing]{
		text("Product SKU", func(l catalog.Listing) string { return l.Product.SKU }),
		text("Product", func(l catalog.Listing) string { return l.Product.Name }),
		whole("Version", func(l catalog.Listing) int64 { return l.Version }),
		decimal("Makes", func(l catalog.Listing) int64 { return int64(l.Yield) }),
		decimal("Lost %", func(l catalog.Listing) int64 { return l.Loss * 100 }),
		text("SKU", func(l catalog.Listing) string { return l.SKU }),
		text("Name", func(l catalog.Listing) string { return l.Name }),
		text("Kind", func(l catalog.Listing) string {
			return mayWord(l.Nested, string(inventory.OfProduct), string(inventory.OfMaterial))
		}),
		{name: "Quantity", cell: func(_ format, l catalog.Listing) sheet.Cell { return inUnit(&l.Quantity, l.Unit) }},
		text("Unit", func(l catalog.Listing) string { return l.Unit.Large() }),
		decimal("Waste %", func(l catalog.Listing) int64 { return l.Waste * 100 }),
		text("Note", func(l catalog.Listing) string { return l.Note }),
	},
	rows: func(q *Request, tx *store.Tx, l list, limit, offset int64) ([]catalog.Listing, bool, error) {
		f := productFilter(l)
		f.Limit, f.Offset = limit, offset
		lines, products, err := catalog.Listings(q.Context(), tx, f)
		return lines, int64(products) < limit, err
	}}

var marginsFile = exported[catalog.Margin]{name: "margins", permission: authz.CostsRead,
	columns: []column[catalog.Margin]{
		text("SKU", func(m catalog.Margin) string { return m.SKU }),
		text("Name", func(m catalog.Margin) string { return m.Name }),
		paid("Price", func(m catalog.Margin) money.Amount { return m.Price }),
		paid("Price without tax", func(m catalog.Margin) money.Amount { return m.Price - m.Tax }),
		costing(paid("Cost", func(m catalog.Margin) money.Amount { return m.Cost })),
		costing(paid("Profit", func(m catalog.Margin) money.Amount { return m.Profit })),
		costing(column[catalog.Margin]{name: "Margin %", cell: func(_ format, m catalog.Margin) sheet.Cell {
			share, ok := m.Margin()
			if !ok {
				return sheet.Cell{}
			}
			return sheet.Number(quantity.Decimal(quantity.Quantity(share * 100)))
		}}),
		costing(paid("Suggested", func(m catalog.Margin) money.Amount { return m.Suggested })),
	},
	rows: func(q *Request, tx *store.Tx, l list, _, _ int64) ([]catalog.Margin, bool, error) {
		all, err := catalog.Margins(q.Context(), tx, marginFilter(l))
		return all, true, err
	}}

// listPrice is a price of a list, or its discount, which has no row.
type listPrice struct {
	pricing.List
	*pricing.Row
}

// priceListsFile has a row for each price of each list, and one for a discount.
var priceListsFile = exported[listPrice]{name: "price-lists", permission: authz.CatalogRead,
	columns: []column[listPrice]{
		text("Price list", func(p listPrice) string { return p.List.Name }),
		text("Group", func(p listPrice) string { return p.Group }),
		{name: "Due from", cell: func(_ format, p listPrice) sheet.Cell { return sheet.Day(p.ValidFrom) }},
		{name: "Due until", cell: func(_ format, p listPrice) sheet.Cell { return sheet.Day(p.ValidUntil) }},
		{name: "SKU", cell: ofRow(func(_ format, r pricing.Row) sheet.Cell { return sheet.Text(r.SKU) })},
		{name: "Product", cell: ofRow(func(_ format, r pricing.Row) sheet.Cell { return sheet.Text(r.Name) })},
		{name: "From pieces", cell: ofRow(func(_ format, r pricing.Row) sheet.Cell { return sheet.Number(quantity.Decimal(r.Minimum)) })},
		{name: "Price", cell: ofRow(func(f format, r pricing.Row) sheet.Cell { return amountCell(r.Price, f.currency) })},
		{name: "Discount %", cell: func(_ format, p listPrice) sheet.Cell {
			if p.Row != nil {
				return sheet.Cell{}
			}
			return sheet.Number(percentText(p.Discount))
		}},
	},
	rows: func(q *Request, tx *store.Tx, l list, _, _ int64) (rows []listPrice, last bool, err error) {
		all, err := pricing.All(q.Context(), tx, l.query.Get("archived") == "yes")
		for _, one := range all {
			whole, err := pricing.Get(q.Context(), tx, one.ID)
			if err != nil {
				return nil, true, err
			}
			for i := range whole.Rows {
				rows = append(rows, listPrice{whole, &whole.Rows[i]})
			}
			if whole.Discount > 0 {
				rows = append(rows, listPrice{whole, nil})
			}
		}
		return rows, true, err
	}}

// ofRow is a cell of a price, empty for a discount.
func ofRow(cell func(format, pricing.Row) sheet.Cell) func(format, listPrice) sheet.Cell {
	return func(f format, p listPrice) sheet.Cell {
		if p.Row == nil {
			return sheet.Cell{}
		}
		return cell(f, *p.Row)
	}
}

var ordersFile = exported[orders.Listed]{name: "orders", permission: authz.OrdersRead,
	columns: []column[orders.Listed]{
		text("Order", func(o orders.Listed) string { return o.Reference }),
		text("Customer", func(o orders.Listed) string { return o.CustomerName }),
		text("Status", func(o orders.Listed) string { return o.Status }),
		text("Payment", func(o orders.Listed) string { return o.PaymentStatus }),
		text("Fulfilment", func(o orders.Listed) string { return o.Fulfilment }),
		{name: "Due", cell: func(f format, o orders.Listed) sheet.Cell { return sheet.Moment(&o.DeliveryAt, f.zone) }},
		paid("Total", func(o orders.Listed) money.Amount { return o.Total }),
		{name: "Currency", cell: func(f format, _ orders.Listed) sheet.Cell { return sheet.Text(f.currency) }},
	},
	rows: func(q *Request, tx *store.Tx, l list, limit, offset int64) ([]orders.Listed, bool, error) {
		f := orderFilter(l)
		f.Limit, f.Offset = limit, offset
		rows, _, err := orders.List(q.Context(), tx, f)
		return rows, partly(rows, limit), err
	}}

var batchesFile = exported[production.Listed]{name: "batches", permission: authz.ProductionRead,
	columns: []column[production.Listed]{
		text("Batch", func(b production.Listed) string { return b.Code }),
		text("SKU", func(b production.Listed) string { return b.ProductSKU }),
		text("Product", func(b production.Listed) string { return b.ProductName }),
		text("Status", func(b production.Listed) string { return b.Status }),
		{name: "Day", cell: func(_ format, b production.Listed) sheet.Cell { return sheet.Day(&b.ScheduledOn) }},
		decimal("Planned", func(b production.Listed) int64 { return int64(b.Planned) }),
		decimal("Produced", func(b production.Listed) int64 { return int64(b.Produced) }),
		costing(paid("Cost of one", func(b production.Listed) money.Amount { return b.UnitCost })),
	},
	rows: func(q *Request, tx *store.Tx, l list, limit, offset int64) ([]production.Listed, bool, error) {
		f := batchFilter(l)
		f.Limit, f.Offset = limit, offset
		rows, _, err := production.List(q.Context(), tx, f)
		return rows, partly(rows, limit), err
	}}

var containersFile = exported[stocktake.Container]{name: "containers", permission: authz.InventoryRead,
	columns: []column[stocktake.Container]{
		text("Container", func(c stocktake.Container) string { return c.Name }),
		{name: "Weighs empty, kg", cell: func(_ format, c stocktake.Container) sheet.Cell { return inUnit(&c.Tare, quantity.Gram) }},
	},
	rows: func(q *Request, tx *store.Tx, _ list, _, offset int64) ([]stocktake.Container, bool, error) {
		all, err := stocktake.Containers(q.Context(), tx)
		return all[min(offset, int64(len(all))):], true, err
	}}

var membersFile = exported[organizations.Member]{name: "members", permission: authz.MembersWrite,
	columns: []column[organizations.Member]{
		text("Person", func(m organizations.Member) string { return m.Name }),
		text("E-mail", func(m organizations.Member) string { return m.Email }),
		text("Role", func(m organizations.Member) string { return m.Role.Label() }),
		text("Sees costs", func(m organizations.Member) string { return mayWord(m.CostsHidden, "no", "yes") }),
		text("Standing", func(m organizations.Member) string { return string(m.Standing) }),
		text("Second step", func(m organizations.Member) string { return mayWord(m.SecondFactor, "yes", "no") }),
		{name: "Since", cell: func(f format, m organizations.Member) sheet.Cell { return sheet.Moment(&m.Since, f.zone) }},
	},
	rows: func(q *Request, tx *store.Tx, _ list, _, offset int64) ([]organizations.Member, bool, error) {
		all, err := organizations.Members(q.Context(), tx)
		return all[min(offset, int64(len(all))):], true, err
	}}

var keysFile = exported[apikeys.Listed]{name: "keys", permission: authz.KeysWrite,
	columns: []column[apikeys.Listed]{
		text("Key", func(k apikeys.Listed) string { return k.Name }),
		text("Begins with", func(k apikeys.Listed) string { return k.Prefix }),
		text("May", func(k apikeys.Listed) string { return scopeWords(k.Scopes) }),
		text("Status", func(k apikeys.Listed) string { return string(k.State) }),
		text("Made by", func(k apikeys.Listed) string { return k.Maker }),
		{name: "Made", cell: func(f format, k apikeys.Listed) sheet.Cell { return sheet.Moment(&k.CreatedAt, f.zone) }},
		{name: "Last used", cell: func(f format, k apikeys.Listed) sheet.Cell { return sheet.Moment(k.LastUsed, f.zone) }},
		{name: "Ends", cell: func(_ format, k apikeys.Listed) sheet.Cell { return sheet.Day(k.ExpiresOn) }},
	},
	rows: func(q *Request, tx *store.Tx, _ list, limit, offset int64) ([]apikeys.Listed, bool, error) {
		rows, _, err := apikeys.List(q.Context(), tx, limit, offset)
		return rows, partly(rows, limit), err
	}}

var mailsFile = exported[mail.Logged]{name: "mails", permission: authz.SettingsWrite,
	columns: []column[mail.Logged]{
		text("To", func(m mail.Logged) string { return m.To }),
		text("About", func(m mail.Logged) string { return mailKind(m.Kind) }),
		text("Subject", func(m mail.Logged) string { return m.Subject }),
		text("Status", func(m mail.Logged) string { return string(m.Status) }),
		whole("Attempts", func(m mail.Logged) int64 { return m.Attempts }),
		text("Problem", func(m mail.Logged) string { return m.Problem }),
		{name: "Left", cell: func(f format, m mail.Logged) sheet.Cell { return sheet.Moment(&m.CreatedAt, f.zone) }},
		{name: "Last tried", cell: func(f format, m mail.Logged) sheet.Cell { return sheet.Moment(&m.UpdatedAt, f.zone) }},
	},
	rows: func(q *Request, tx *store.Tx, _ list, limit, offset int64) ([]mail.Logged, bool, error) {
		rows, _, err := mail.Log(q.Context(), tx, limit, offset)
		return rows, partly(rows, limit), err
	}}
