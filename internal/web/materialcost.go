package web

import (
	"net/http"

	"craftplan/internal/inventory"
	"craftplan/internal/store"
)

// What a material costs, and the receipts behind it.

type materialCostPage struct {
	inventory.Material
	format
	Method inventory.CostMethod
	Paid   []inventory.Paid // the latest first
	At     func(...string) string
}

func showMaterialCost(q *Request) error {
	p := materialCostPage{format: q.format(), At: q.Path}
	err := q.View(func(tx *store.Tx) (err error) {
		if p.Material, err = inventory.Get(q.Context(), tx, q.PathValue("sku")); err != nil {
			return err
		}
		s, err := inventory.ReadSettings(q.Context(), tx)
		if err != nil {
			return err
		}
		p.Method = s.Costing
		p.Paid, err = inventory.PaidFor(q.Context(), tx, p.ID)
		return err
	})
	if err != nil {
		return err
	}
	return q.Render(http.StatusOK, "What "+p.Name+" costs", "materials", materialCostShow(p))
}

// why says where the cost comes from.
func (p materialCostPage) why() string {
	switch {
	case p.Method == inventory.ByHand:
		return "It is the price that was typed."
	case len(p.Paid) == 0:
		return "It is the price that was typed, as long as nothing is received."
	case p.Method == inventory.LastReceipt:
		return "It is what the latest receipt cost."
	}
	return "It is the average of what was there and what came in, each time something came in."
}

// blend is how an average comes about: what was held at the average before, and what came in.
func (p materialCostPage) blend(i int) string {
	now := p.Paid[i]
	if now.Held <= 0 || i+1 == len(p.Paid) {
		return "of this receipt alone"
	}
	return p.amount(now.Held, p.Unit) + " at " + p.fully(p.Paid[i+1].Average, p.Unit) + " and " + p.amount(now.Quantity, p.Unit) + " at " + p.fully(now.Unit, p.Unit)
}

// materialCostNote says in a few words what the cost of the material is.
func materialCostNote(m inventory.Material) string {
	return mayWord(m.Cost == m.Price, "Used for recipes", "By what was paid; used for recipes")
}
