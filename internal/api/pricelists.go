package api

import (
	"net/http"

	"craftplan/internal/calendar"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/pricing"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
)

type priceListHead struct {
	ID         string  `json:"id"`
	Name       string  `json:"name"`
	Group      string  `json:"group"`
	Discount   string  `json:"discount_percent"` // off the price of products without a row
	ValidFrom  *string `json:"valid_from"`       // the first day that an order is due
	ValidUntil *string `json:"valid_until"`      // the last
}

type priceListView struct {
	priceListHead
	Prices     []listedPrice `json:"prices"`
	ArchivedAt *string       `json:"archived_at"`
}

type listedPrice struct {
	SKU     string  `json:"sku"`
	Name    string  `json:"name"`
	Minimum measure `json:"minimum"` // of a line
	Price   *amount `json:"price"`   // of one piece
}

func headOf(l pricing.List) priceListHead {
	return priceListHead{l.ID.String(), l.Name, l.Group, quantity.Decimal(quantity.Quantity(l.Discount * 100)), dayOr(l.ValidFrom), dayOr(l.ValidUntil)}
}

func dayOr(d *calendar.Date) *string {
	if d == nil {
		return nil
	}
	text := d.String()
	return &text
}

// listPriceLists are those that are not archived, by group and time.
func listPriceLists(q *Request) error {
	limit, offset, err := q.page()
	if err != nil {
		return err
	}
	l := list[priceListHead]{Data: []priceListHead{}}
	err = q.View(func(tx *store.Tx) error {
		all, err := pricing.All(q.Context(), tx, false)
		for _, one := range all[min(offset, int64(len(all))):min(offset+limit, int64(len(all)))] {
			l.Data = append(l.Data, headOf(one.List))
		}
		l.Total = int64(len(all))
		return err
	})
	if err != nil {
		return err
	}
	return q.answer(http.StatusOK, l)
}

func showPriceList(q *Request) error {
	which, err := id.Parse(q.PathValue("list"))
	if err != nil {
		return fault.NotFound("price list")
	}
	var l pricing.List
	err = q.View(func(tx *store.Tx) (err error) {
		l, err = pricing.Get(q.Context(), tx, which)
		return err
	})
	if err != nil {
		return err
	}
	v := priceListView{headOf(l), []listedPrice{}, instantOr(l.ArchivedAt)}
	for _, r := range l.Rows {
		v.Prices = append(v.Prices, listedPrice{r.SKU, r.Name, measured(r.Minimum, quantity.Piece), q.money(r.Price)})
	}
	return q.answer(http.StatusOK, v)
}
