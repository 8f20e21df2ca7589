package web

import (
	"net/http"
	"net/url"

	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/catalog"
	"craftplan/internal/fault"
	"craftplan/internal/inventory"
	"craftplan/internal/money"
	"craftplan/internal/production"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
	"craftplan/internal/web/ui"
)

type productStockPage struct {
	catalog.Product
	format
	Stock        production.Stock
	Shelf        itemStock
	MayWrite     bool
	At           func(...string) string
	Add, Correct ui.Form
}

// firstUsable is the code of the lot that is used or delivered first; "" when none can be.
func firstUsable(lots []inventory.Lot, today calendar.Date) string {
	for _, l := range lots {
		if l.OnHand > 0 && !l.Held() && !l.Expired(today) {
			return l.Code
		}
	}
	return ""
}

func (q *Request) productStockPage() (p productStockPage, err error) {
	p = productStockPage{format: q.format(), MayWrite: q.Actor().May(authz.InventoryWrite), At: q.Path}
	err = q.View(func(tx *store.Tx) (err error) {
		if p.Product, err = catalog.Get(q.Context(), tx, q.PathValue("sku")); err != nil {
			return err
		}
		if p.Stock, err = production.StockOf(q.Context(), tx, p.ID); err != nil {
			return err
		}
		p.Shelf, err = q.itemStock(tx, p.ID)
		return err
	})
	return p, err
}

func showProductStock(q *Request) error {
	p, err := q.productStockPage()
	if err != nil {
		return err
	}
	return q.Render(http.StatusOK, "Stock of "+p.Name, "products", productStockShow(p))
}

// addProductStock books pieces that no batch made: what was there before, or was bought.
func addProductStock(q *Request) error {
	show := func(p *productStockPage, form ui.Form) { p.Add = form }
	return q.changeProductStock("added", show, func(tx *store.Tx, product catalog.Product, p *fault.Problems) error {
		amount := optionalQuantity(p, q.PostForm, "quantity", quantity.Piece)
		if amount == nil {
			p.Add("quantity", "Enter how many.")
		}
		r := inventory.Receipt{ItemID: product.ID, Kind: inventory.Opening, UnitCost: amountField(p, q.PostForm, "unit_cost", q.scope.Context().Locale), ExpiresOn: optionalDate(p, q.PostForm, "expires_on"), LotCode: q.PostFormValue("lot"),
			LocationID: placeField(p, q.PostForm, "location"), At: q.moment(p, "occurred_at"), Reason: q.PostFormValue("reason")}
		if err := p.Err(); err != nil {
			return err
		}
		r.Quantity = *amount
		_, err := inventory.Receive(q.Context(), tx, r)
		return err
	})
}

// correctProduct notes that there is more or less of a product than was thought, whichever lot it is.
func correctProduct(q *Request) error {
	show := func(p *productStockPage, form ui.Form) { p.Correct = form }
	return q.changeProductStock("corrected", show, func(tx *store.Tx, product catalog.Product, p *fault.Problems) error {
		kind := inventory.Adjustment
		if q.PostFormValue("direction") == "waste" {
			kind = inventory.Waste
		}
		c, err := q.change(p, quantity.Measure{Unit: quantity.Piece}, kind)
		if err != nil {
			return err
		}
		unit, err := inventory.Reckon(q.Context(), tx, product.ID, quantity.Of(1))
		if err != nil {
			return err
		}
		return inventory.AdjustItem(q.Context(), tx, product.ID, unit, c)
	})
}

func (q *Request) changeProductStock(done string, show func(*productStockPage, ui.Form), change func(*store.Tx, catalog.Product, *fault.Problems) error) error {
	err := q.Update(func(tx *store.Tx) error {
		product, err := catalog.Get(q.Context(), tx, q.PathValue("sku"))
		if err != nil {
			return err
		}
		var p fault.Problems
		return change(tx, product, &p)
	})
	if status, ok := again(err); ok {
		p, e := q.productStockPage()
		if e != nil {
			return e
		}
		show(&p, refused(q, err))
		return q.Render(status, "Stock of "+p.Name, "products", productStockShow(p))
	}
	if err != nil {
		return err
	}
	return q.Done("The stock was "+done+".", q.Path("products", q.PathValue("sku"), "stock"))
}

// addValues are what the form for more pieces begins with.
func (p productStockPage) addForm() ui.Form {
	if p.Add.Values != nil || len(p.Shelf.Lots) == 0 {
		return p.Add
	}
	return ui.Form{Values: url.Values{"unit_cost": {money.Input(p.Shelf.Lots[0].UnitCost, p.currency)}, "location": {p.Shelf.Locations.receiving()}}}
}
