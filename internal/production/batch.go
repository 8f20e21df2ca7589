package production

import (
	"context"
	"fmt"

	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/catalog"
	"craftplan/internal/exact"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory"
	"craftplan/internal/money"
	"craftplan/internal/production/internal/db"
	"craftplan/internal/quantity"
	"craftplan/internal/search"
	"craftplan/internal/settings"
	"craftplan/internal/store"
)

// Batch is a run that makes one product.
type Batch struct {
	ID                       id.ID
	Code                     string
	DayNumber                int64
	ProductID                id.ID
	ProductName, ProductSKU  string
	RecipeID                 *id.ID
	Status                   string // open, in_progress, completed, cancelled
	ScheduledOn              calendar.Date
	Planned, Produced, Scrap quantity.Quantity
	Cost                     catalog.Cost // of all pieces; withheld from who sees no costs, as every cost is
	UnitCost                 money.Amount
	Rates                    *catalog.Rates // that it was reckoned with; nil before completion, and of batches completed long ago
	Started, Completed       *calendar.Instant
	CreatedAt                calendar.Instant
	Allocations              []Allocation
	Components               []Component
	Steps                    []Step // frozen when it starts
	Consumptions             []Consumption
	LotCode                  string               // of the product, once it is completed
	Owed                     []inventory.Shortage // what a completion took beyond what there was
}

// Allocation is what a batch makes for an order line.
type Allocation struct {
	LineID             id.ID
	Reference          string
	CustomerName       string
	DeliveryAt         calendar.Instant
	Planned, Completed quantity.Quantity
}

// Component is a material a batch needs, at any depth of its recipe: a quantity, with waste and loss, for a number of pieces.
type Component struct {
	MaterialID id.ID
	Name, SKU  string
	Unit       quantity.Unit
	Quantity   quantity.Quantity
	Pieces     quantity.Quantity
}

// For is what the pieces given need, rounded half up to millionths.
func (c Component) For(pieces quantity.Quantity) (quantity.Quantity, error) {
	return c.Quantity.Times(int64(pieces), int64(c.Pieces), exact.HalfUp)
}

// Step is work of a batch, at any depth of its recipe.
type Step struct {
	catalog.Work
	ProductName string       // whose recipe it is
	Cost        money.Amount // written at completion
}

// Adds tells whether the costs of its lines add up to that of a completed batch: not where the rates were not kept yet.
func (b *Batch) Adds() bool {
	var material, labor money.Amount
	for _, c := range b.Consumptions {
		material += c.Cost
	}
	for _, s := range b.Steps {
		labor += s.Cost
	}
	return b.Rates != nil && material == b.Cost.Material && labor == b.Cost.Labor
}

// Consumption is what a batch took from a lot.
type Consumption struct {
	Name     string
	Unit     quantity.Unit
	LotCode  string
	Quantity quantity.Quantity
	Cost     money.Amount
}

// withhold takes out of the batch what it cost, unless the transaction may know it.
func (b *Batch) withhold(tx *store.Tx) {
	if tx.SeesCosts() {
		return
	}
	b.Cost, b.UnitCost = catalog.Withheld, money.Withheld
	for i := range b.Consumptions {
		b.Consumptions[i].Cost = money.Withheld
	}
	for i := range b.Steps {
		b.Steps[i].HourlyRate, b.Steps[i].Cost = nil, money.Withheld
	}
	b.Rates = nil
}

// Get reads the batch with a code.
func Get(ctx context.Context, tx *store.Tx, code string) (Batch, error) {
	if err := tx.Require(authz.ProductionRead); err != nil {
		return Batch{}, err
	}
	queries := db.For(tx)
	r, err := queries.GetBatch(ctx, db.GetBatchIn{Code: code})
	if err = store.Translate(err); fault.Is(err, fault.KindNotFound) {
		return Batch{}, fault.NotFound("batch")
	}
	if err != nil {
		return Batch{}, err
	}
	b := Batch{ID: r.ID, Code: r.Code, DayNumber: r.DayNumber, ProductID: r.ProductID, ProductName: r.ProductName, ProductSKU: r.ProductSku, RecipeID: r.RecipeID, Status: r.Status, ScheduledOn: r.ScheduledOn,
		Planned: r.PlannedQuantity, Produced: r.ProducedQuantity, Scrap: r.ScrapQuantity, Cost: catalog.Cost{Material: r.MaterialCost, Labor: r.LaborCost, Overhead: r.OverheadCost, Total: r.MaterialCost + r.LaborCost + r.OverheadCost},
		UnitCost: r.UnitCost, Started: r.StartedAt, Completed: r.CompletedAt, CreatedAt: r.CreatedAt}
	if r.HourlyRate != nil && r.OverheadRate != nil {
		b.Rates = &catalog.Rates{Hourly: *r.HourlyRate, Overhead: *r.OverheadRate}
	}
	err = b.fill(ctx, tx)
	b.withhold(tx)
	return b, err
}

func (b *Batch) fill(ctx context.Context, tx *store.Tx) error {
	queries := db.For(tx)
	allocations, err := queries.AllocationsOf(ctx, db.AllocationsOfIn{BatchID: b.ID})
	if err != nil {
		return err
	}
	for _, a := range allocations {
		b.Allocations = append(b.Allocations, Allocation{a.OrderLineID, a.Reference, a.CustomerName, a.DeliveryAt, a.PlannedQuantity, a.CompletedQuantity})
	}
	components, err := queries.ComponentsOf(ctx, db.ComponentsOfIn{BatchID: b.ID})
	if err != nil {
		return err
	}
	for _, c := range components {
		b.Components = append(b.Components, Component{c.MaterialID, c.Name, c.Sku, quantity.Unit(c.Unit), c.Quantity, c.Yield})
	}
	steps, err := queries.StepsOf(ctx, db.StepsOfIn{BatchID: b.ID})
	if err != nil {
		return err
	}
	for _, s := range steps {
		b.Steps = append(b.Steps, Step{catalog.Work{ProductID: s.ProductID, Name: s.Name, Minutes: s.Minutes, Pieces: s.Pieces, HourlyRate: s.HourlyRate}, s.ProductName, s.Cost})
	}
	if b.Status == "in_progress" && len(b.Steps) == 0 && b.RecipeID != nil {
		if err := b.workOfRecipe(ctx, tx); err != nil {
			return err
		}
	}
	if b.Status == "completed" {
		if b.LotCode, err = queries.LotOfBatch(ctx, db.LotOfBatchIn{BatchID: &b.ID}); err != nil && !fault.Is(store.Translate(err), fault.KindNotFound) {
			return err
		}
	}
	consumptions, err := queries.ConsumptionsOf(ctx, db.ConsumptionsOfIn{BatchID: &b.ID})
	for _, c := range consumptions {
		b.Consumptions = append(b.Consumptions, Consumption{c.Name, quantity.Unit(c.Unit), c.Code, c.Quantity, c.Cost})
	}
	if b.Status == "open" && err == nil {
		return b.foresee(ctx, tx)
	}
	return err
}

// workOfRecipe is the work of a batch that was started before work was frozen.
func (b *Batch) workOfRecipe(ctx context.Context, tx *store.Tx) error {
	recipe, err := catalog.RecipeByID(ctx, tx, b.ProductID, *b.RecipeID)
	if err != nil {
		return err
	}
	for _, s := range recipe.Steps {
		work := catalog.Work{ProductID: b.ProductID, Name: s.Name, Minutes: s.Minutes, Pieces: s.UnitsPerRun, HourlyRate: s.HourlyRate}
		b.Steps = append(b.Steps, Step{Work: work, ProductName: b.ProductName})
	}
	return nil
}

// foresee fills in what an open batch would be made by if it started now.
func (b *Batch) foresee(ctx context.Context, tx *store.Tx) error {
	plans, err := catalog.Plans(ctx, tx, []id.ID{b.ProductID})
	plan, ok := plans[b.ProductID]
	if err != nil || !ok {
		return err
	}
	b.RecipeID = &plan.RecipeID
	for _, w := range plan.Work {
		b.Steps = append(b.Steps, Step{Work: w})
	}
	for _, t := range plan.Takes {
		b.Components = append(b.Components, component(t))
	}
	return nil
}

func component(t catalog.Take) Component {
	return Component{t.ID, t.Name, t.SKU, t.Unit, t.Quantity, t.Pieces}
}

func needs(components []Component, pieces quantity.Quantity) ([]inventory.Need, error) {
	all := make([]inventory.Need, 0, len(components))
	for _, c := range components {
		q, err := c.For(pieces)
		if err != nil {
			return nil, err
		}
		if q > 0 {
			all = append(all, inventory.Need{ItemID: c.MaterialID, Quantity: q})
		}
	}
	return all, nil
}

// Shortages is what the batch misses of usable stock to make what is planned.
func Shortages(ctx context.Context, tx *store.Tx, b Batch) ([]inventory.Shortage, error) {
	if err := tx.Require(authz.ProductionRead); err != nil {
		return nil, err
	}
	wanted, err := needs(b.Components, b.Planned)
	if err != nil || len(wanted) == 0 {
		return nil, err
	}
	return inventory.Shortages(ctx, tx, wanted)
}

// BatchAll opens a batch of everything of a product that is due on a day and in no batch yet. What is free in stock is set aside for
// those orders first.
func BatchAll(ctx context.Context, tx *store.Tx, sku string, day calendar.Date) (Batch, error) {
	if err := tx.Require(authz.ProductionWrite); err != nil {
		return Batch{}, err
	}
	product, err := catalog.Get(ctx, tx, sku)
	if err != nil {
		return Batch{}, err
	}
	if _, err := setAside(ctx, tx, product.ID, day); err != nil {
		return Batch{}, err
	}
	lines, err := db.For(tx).Unbatched(ctx, db.UnbatchedIn{ProductID: product.ID, Day: day})
	if err != nil {
		return Batch{}, err
	}
	b := Batch{ID: id.New(), ProductID: product.ID, ProductName: product.Name, ProductSKU: product.SKU, Status: "open", ScheduledOn: day}
	for _, l := range lines {
		if rest := l.Quantity - l.Covered; rest > 0 {
			b.Allocations = append(b.Allocations, Allocation{LineID: l.ID, Planned: rest})
			b.Planned += rest
		}
	}
	if b.Planned == 0 {
		return Batch{}, fault.Conflict("Nothing is left to batch: all confirmed orders of " + product.Name + " for that day are in batches.")
	}
	return b, b.open(ctx, tx)
}

func (b *Batch) open(ctx context.Context, tx *store.Tx) error {
	prefix := fmt.Sprintf("B-%s-%s", b.ScheduledOn.Format("20060102"), b.ProductSKU)
	var err error
	if b.DayNumber, err = settings.NextNumber(ctx, tx, prefix, 0); err != nil {
		return err
	}
	b.Code = fmt.Sprintf("%s-%03d", prefix, b.DayNumber)
	err = db.For(tx).CreateBatch(ctx, db.CreateBatchIn{ID: b.ID, Code: b.Code, DayNumber: b.DayNumber, ProductID: b.ProductID, ScheduledOn: b.ScheduledOn, PlannedQuantity: b.Planned, CreatedAt: tx.Now(), CreatedBy: tx.Actor().UserID})
	if err != nil {
		return err
	}
	for _, a := range b.Allocations {
		if err := db.For(tx).CreateAllocation(ctx, db.CreateAllocationIn{BatchID: b.ID, OrderLineID: a.LineID, PlannedQuantity: a.Planned}); err != nil {
			return err
		}
	}
	return nil
}

// Listed is one row of the list.
type Listed struct {
	Code                    string
	DayNumber               int64
	ProductName, ProductSKU string
	Status                  string
	ScheduledOn             calendar.Date
	Planned, Produced       quantity.Quantity
	UnitCost                money.Amount
}

// Statuses are what a batch can be.
var Statuses = []string{"open", "in_progress", "completed", "cancelled"}

// Filter chooses batches.
type Filter struct {
	Query         string // words of the code or the product's name
	Status        string // "" is any
	Limit, Offset int64
}

// List reads one page of batches, the latest day first, and how many there are in all.
func List(ctx context.Context, tx *store.Tx, f Filter) ([]Listed, int64, error) {
	if err := tx.Require(authz.ProductionRead); err != nil {
		return nil, 0, err
	}
	pattern := search.Pattern(f.Query)
	total, err := db.For(tx).CountBatches(ctx, db.CountBatchesIn{Status: f.Status, Pattern: pattern})
	if err != nil {
		return nil, 0, err
	}
	rows, err := db.For(tx).ListBatches(ctx, db.ListBatchesIn{Status: f.Status, Pattern: pattern, CountOf: int32(f.Limit), Skip: int32(f.Offset)})
	list := make([]Listed, len(rows))
	for i, r := range rows {
		list[i] = Listed{r.Code, r.DayNumber, r.ProductName, r.ProductSku, r.Status, r.ScheduledOn, r.PlannedQuantity, r.ProducedQuantity, tx.Cost(r.UnitCost)}
	}
	return list, total, err
}
