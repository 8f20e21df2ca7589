package api

import (
	"net/http"

	"craftplan/internal/inventory"
	"craftplan/internal/store"
)

type materialView struct {
	SKU        string   `json:"sku"`
	Name       string   `json:"name"`
	Unit       string   `json:"unit"`
	Price      *amount  `json:"price,omitempty"` // of one unit; with costs:read
	OnHand     measure  `json:"on_hand"`
	Minimum    *measure `json:"minimum"`
	Maximum    *measure `json:"maximum"`
	Tags       []string `json:"tags"`
	Notes      *string  `json:"notes,omitempty"`       // of one material
	ArchivedAt *string  `json:"archived_at,omitempty"` // of one material
}

// listMaterials are those that are not archived, by name; q looks for words.
func listMaterials(q *Request) error {
	limit, offset, err := q.page("q")
	if err != nil {
		return err
	}
	l := list[materialView]{Data: []materialView{}}
	err = q.View(func(tx *store.Tx) error {
		rows, total, err := inventory.List(q.Context(), tx, inventory.Filter{Query: q.FormValue("q"), Limit: limit, Offset: offset})
		for _, m := range rows {
			l.Data = append(l.Data, materialView{SKU: m.SKU, Name: m.Name, Unit: string(m.Unit), Price: q.cost(m.Price), OnHand: measured(m.OnHand, m.Unit), Minimum: optional(m.Minimum, m.Unit), Maximum: optional(m.Maximum, m.Unit), Tags: append([]string{}, m.Tags...)})
		}
		l.Total = total
		return err
	})
	if err != nil {
		return err
	}
	return q.answer(http.StatusOK, l)
}

func showMaterial(q *Request) error {
	var m inventory.Material
	err := q.View(func(tx *store.Tx) (err error) {
		m, err = inventory.Get(q.Context(), tx, q.PathValue("sku"))
		return err
	})
	if err != nil {
		return err
	}
	return q.answer(http.StatusOK, materialView{m.SKU, m.Name, string(m.Unit), q.cost(m.Cost), measured(m.OnHand, m.Unit), optional(m.Minimum, m.Unit), optional(m.Maximum, m.Unit), append([]string{}, m.Tags...), &m.Notes, instantOr(m.ArchivedAt)})
}
