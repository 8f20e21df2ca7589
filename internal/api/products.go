package api

import (
	"net/http"

	"craftplan/internal/catalog"
	"craftplan/internal/store"
)

type productView struct {
	SKU      string  `json:"sku"`
	Name     string  `json:"name"`
	Family   string  `json:"variant_of,omitempty"`
	Variant  string  `json:"variant,omitempty"`
	Status   string  `json:"status"`
	Price    *amount `json:"price"`
	UnitCost *amount `json:"unit_cost,omitempty"`      // with costs:read, once there is a recipe
	Version  *int64  `json:"recipe_version,omitempty"` // once there is a recipe
	Notes    *string `json:"notes,omitempty"`          // of one product
}

// listProducts are all, by name; q looks for words.
func listProducts(q *Request) error {
	limit, offset, err := q.page("q")
	if err != nil {
		return err
	}
	l := list[productView]{Data: []productView{}}
	err = q.View(func(tx *store.Tx) error {
		rows, total, err := catalog.List(q.Context(), tx, catalog.Filter{Query: q.FormValue("q"), Limit: limit, Offset: offset})
		for _, p := range rows {
			v := productView{SKU: p.SKU, Name: p.Name, Family: p.Family, Variant: p.Variant, Status: p.Status, Price: q.money(p.Price)}
			if p.Version > 0 {
				v.UnitCost, v.Version = q.cost(p.UnitCost), &p.Version
			}
			l.Data = append(l.Data, v)
		}
		l.Total = total
		return err
	})
	if err != nil {
		return err
	}
	return q.answer(http.StatusOK, l)
}

func showProduct(q *Request) error {
	var v productView
	err := q.View(func(tx *store.Tx) error {
		p, err := catalog.Get(q.Context(), tx, q.PathValue("sku"))
		if err != nil {
			return err
		}
		v = productView{SKU: p.SKU, Name: p.Name, Family: p.Family, Variant: p.Variant, Status: p.Status, Price: q.money(p.Price), Notes: &p.Notes}
		r, err := catalog.GetRecipe(q.Context(), tx, p.ID, 0)
		if r != nil {
			v.UnitCost, v.Version = q.cost(r.Cost.Total), &r.Version
		}
		return err
	})
	if err != nil {
		return err
	}
	return q.answer(http.StatusOK, v)
}
