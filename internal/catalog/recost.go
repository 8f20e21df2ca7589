package catalog

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/catalog/internal/db"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory"
	"craftplan/internal/settings"
	"craftplan/internal/store"
)

// Reason is why what a piece costs changed.
type Reason string

// The reasons.
const (
	Published        Reason = "published" // another version of its recipe
	MaterialsPriced  Reason = "materials" // what materials cost
	RatesSet         Reason = "rates"     // the hourly rate or the overhead
	ComponentChanged Reason = "component" // the recipe of a product in it
)

// CostChange is what a piece cost from a moment on.
type CostChange struct {
	ID      id.ID
	Version int64 // the active one then
	Reason  Reason
	Cause   string // the materials or the product, by name; "" where the reason says it all
	Cost    Cost
	At      calendar.Instant
}

// CostHistory is what a piece of a product cost, the latest change first, up to a number of changes.
func CostHistory(ctx context.Context, tx *store.Tx, product id.ID, limit int64) ([]CostChange, error) {
	if err := tx.Require(authz.CatalogRead, authz.CostsRead); err != nil {
		return nil, err
	}
	rows, err := db.For(tx).CostChanges(ctx, db.CostChangesIn{ProductID: product, CountOf: int32(limit)})
	changes := make([]CostChange, len(rows))
	for i, r := range rows {
		changes[i] = CostChange{r.ID, r.Version, Reason(r.Reason), r.Cause, Cost{r.MaterialCost, r.LaborCost, r.OverheadCost, r.UnitCost}, r.CreatedAt}
	}
	return changes, err
}

// MaterialsChanged is the work of inventory.CostsChanged: it reckons anew what every recipe costs that takes one of the materials,
// at any depth.
func MaterialsChanged(ctx context.Context, tx *store.Tx, job inventory.CostsChanged) error {
	if err := oneByOne(ctx, tx); err != nil {
		return err
	}
	products, err := db.For(tx).TakersOfMaterials(ctx, db.TakersOfMaterialsIn{Ids: store.List(job.Materials)})
	if err != nil {
		return err
	}
	priced := map[id.ID]bool{}
	for _, m := range job.Materials {
		priced[m] = true
	}
	_, err = recost(ctx, tx, products, MaterialsPriced, func(r *Recipe) string { return r.names(priced) })
	return err
}

// RatesChanged is the work of settings.RatesChanged: it reckons every recipe anew.
func RatesChanged(ctx context.Context, tx *store.Tx, _ settings.RatesChanged) error {
	if err := oneByOne(ctx, tx); err != nil {
		return err
	}
	products, err := db.For(tx).ActiveProducts(ctx)
	if err != nil {
		return err
	}
	_, err = recost(ctx, tx, products, RatesSet, func(*Recipe) string { return "" })
	return err
}

// recostTakers reckons anew what every recipe costs that a product is in, and refuses when one of them cannot be reckoned any more.
func recostTakers(ctx context.Context, tx *store.Tx, product Ref) error {
	products, err := db.For(tx).TakersOfProduct(ctx, db.TakersOfProductIn{ProductID: &product.ID})
	if err != nil {
		return err
	}
	flawed, err := recost(ctx, tx, products, ComponentChanged, func(*Recipe) string { return product.Name })
	if err == nil && len(flawed) > 0 {
		err = fault.Conflict(fmt.Sprintf("%s is made with it, and would be too large or too dear to reckon.", flawed[0].Name))
	}
	return err
}

// recost reckons the active recipes of some products anew and writes what is different. Those that cannot be reckoned keep their cost.
func recost(ctx context.Context, tx *store.Tx, products []id.ID, reason Reason, cause func(*Recipe) string) (flawed []Ref, err error) {
	if len(products) == 0 {
		return nil, nil
	}
	book, err := open(ctx, tx, products)
	if err != nil {
		return nil, err
	}
	rates, err := rates(ctx, tx)
	if err != nil {
		return nil, err
	}
	rows := map[Reason][]string{}
	for _, product := range products {
		r := book[product]
		before := r.Cost
		switch {
		case r.reckon(book, rates) != nil:
			flawed = append(flawed, r.Product)
		case r.Cost == before:
		case reason == MaterialsPriced && r.Cost.Material == before.Material: // the rates were set too, and their job comes later
			rows[RatesSet] = append(rows[RatesSet], r.costRow(""))
		default:
			rows[reason] = append(rows[reason], r.costRow(cause(r)))
		}
	}
	for reason, some := range rows {
		if err := writeCosts(ctx, tx, reason, some); err != nil {
			return nil, err
		}
	}
	return flawed, nil
}

func writeCosts(ctx context.Context, tx *store.Tx, reason Reason, rows []string) error {
	list, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	if _, err := db.For(tx).RecordCosts(ctx, db.RecordCostsIn{Costs: string(list)}); err != nil {
		return err
	}
	return noteCosts(ctx, tx, reason, rows)
}

// costRow is the cost of a recipe as a row of the statements that write many at once.
func (r *Recipe) costRow(cause string) string {
	return fmt.Sprintf("%s%020d%020d%020d%020d%s%s%s", r.ID, r.Cost.Material, r.Cost.Labor, r.Cost.Overhead, r.Cost.Total, id.New(), r.Product.ID, cause)
}

// noteCosts adds to the history.
func noteCosts(ctx context.Context, tx *store.Tx, reason Reason, rows []string) error {
	list, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	return db.For(tx).CreateCostChanges(ctx, db.CreateCostChangesIn{Reason: string(reason), CreatedAt: tx.Now(), Changes: string(list)})
}

const named = 3 // materials in the cause of a change

// names are those of the materials that the recipe takes, in the order in which they come.
func (r *Recipe) names(materials map[id.ID]bool) string {
	var names []string
	for _, p := range r.Flat.Parts {
		if materials[p.ID] && !slices.Contains(names, p.Name) {
			names = append(names, p.Name)
		}
	}
	if more := len(names) - named; more > 0 {
		names = append(names[:named], fmt.Sprintf("%d more", more))
	}
	return strings.Join(names, ", ")
}
