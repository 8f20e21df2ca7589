package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory"
	"craftplan/internal/money"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
	"craftplan/internal/web/ui"
)

type materialList struct {
	list
	format
	inventory.Filter
	Rows  []inventory.Listed
	Total int64

	Categories []string
	Tags       []string
	MayWrite   bool
	At         func(...string) string
	MayImport  bool
}

func listMaterials(q *Request) error {
	l := materialList{list: q.list(), format: q.format(), MayImport: q.Actor().May(authz.Import), MayWrite: q.Actor().May(authz.InventoryWrite), At: q.Path}
	l.Filter = materialFilter(l.list)
	l.Limit, l.Offset = pageSize, l.offset()
	err := q.View(func(tx *store.Tx) (err error) {
		if l.Categories, err = inventory.Categories(q.Context(), tx); err != nil {
			return err
		}
		if l.Tags, err = inventory.Tags(q.Context(), tx); err != nil {
			return err
		}
		l.Rows, l.Total, err = inventory.List(q.Context(), tx, l.Filter)
		return err
	})
	if err != nil {
		return err
	}
	return q.Render(http.StatusOK, "Materials", "materials", materialsPage(l))
}

// materialFilter is what the address of the list chooses.
func materialFilter(l list) inventory.Filter {
	state := l.query.Get("state")
	return inventory.Filter{Query: l.Search, Archived: l.query.Get("archived") == "yes", Category: l.query.Get("category"), Tag: l.query.Get("tag"), Low: state == "low", Over: state == "over", Expiring: state == "expiring",
		Down: l.Sort == "-name", ByExpiry: l.Sort == "expiry"}
}

// State is the state that is chosen: low, over, expiring or "".
func (l materialList) State() string {
	switch {
	case l.Low:
		return "low"
	case l.Over:
		return "over"
	case l.Expiring:
		return "expiring"
	}
	return ""
}

// itemStock is what pages show of the stock of a material or a product.
type itemStock struct {
	Lots      []inventory.Lot
	Movements []inventory.Movement
	Horizon   calendar.Date
	Locations places
	Spread    inventory.Spread
}

func (q *Request) itemStock(tx *store.Tx, item id.ID) (s itemStock, err error) {
	if s.Lots, err = inventory.Lots(q.Context(), tx, item); err != nil {
		return s, err
	}
	if s.Horizon, err = inventory.Horizon(q.Context(), tx); err != nil {
		return s, err
	}
	if s.Locations, err = inventory.OpenLocations(q.Context(), tx); err != nil {
		return s, err
	}
	if s.Spread, err = inventory.SpreadOf(q.Context(), tx, item); err != nil {
		return s, err
	}
	s.Movements, err = inventory.Movements(q.Context(), tx, item)
	return s, err
}

type materialPage struct {
	inventory.Material
	format
	Shelf                itemStock
	MayWrite, MayArchive bool
	At                   func(...string) string
	Receive, Correct     ui.Form
	Food                 foodFacts
}

func (q *Request) materialPage() (p materialPage, err error) {
	p = materialPage{format: q.format(), MayWrite: q.Actor().May(authz.InventoryWrite), MayArchive: q.Actor().May(authz.Archive), At: q.Path}
	err = q.View(func(tx *store.Tx) (err error) {
		if p.Material, err = inventory.Get(q.Context(), tx, q.PathValue("sku")); err != nil {
			return err
		}
		if p.Food, err = q.foodFacts(tx, p.Material); err != nil {
			return err
		}
		p.Shelf, err = q.itemStock(tx, p.ID)
		return err
	})
	latest := p.Details
	latest.Price = p.Cost
	p.Receive = ui.Form{Values: url.Values{"unit_cost": q.materialValues(latest)["price"], "cost_of": {"unit"}, "location": {p.Shelf.Locations.receiving()}}}
	return p, err
}

func showMaterial(q *Request) error {
	p, err := q.materialPage()
	if err != nil {
		return err
	}
	return q.Render(http.StatusOK, p.Name, "materials", materialShow(p))
}

type materialEdit struct {
	format
	Form                    ui.Form
	Action, Back, Title, Do string
	New                     bool
	At                      func(...string) string
	Tags                    []string // that other materials have
	Packs                   []row
	NextPack                int
}

// renderMaterial shows the form of the material with a SKU, or of a new one.
func (q *Request) renderMaterial(status int, sku string, form ui.Form) error {
	e := materialEdit{format: q.format(), Form: form, Action: q.Path("materials"), Title: "New material", Do: "Add material", New: sku == "", At: q.Path}
	if sku != "" {
		e.Action, e.Title, e.Do = q.Path("materials", sku), "Edit material", "Save"
	}
	e.Back = e.Action
	filled := rows(form.Values, packRows, "name", "quantity")
	e.Packs, e.NextPack = shownRows(filled, max(0, 2-len(filled)))
	err := q.View(func(tx *store.Tx) (err error) {
		e.Tags, err = inventory.Tags(q.Context(), tx)
		return err
	})
	if err != nil {
		return err
	}
	return q.Render(status, e.Title, "materials", materialForm(e))
}

func newMaterial(q *Request) error {
	return q.renderMaterial(http.StatusOK, "", ui.Form{Values: url.Values{"unit": {"g"}}})
}

func createMaterial(q *Request) error {
	details, opening, err := q.materialInput()
	var made inventory.Material
	if err == nil {
		err = q.Update(func(tx *store.Tx) (err error) {
			made, err = inventory.Create(q.Context(), tx, details, opening)
			return err
		})
	}
	if status, ok := again(err); ok {
		return q.renderMaterial(status, "", refused(q, err))
	}
	if err != nil {
		return err
	}
	return q.Done(made.Name+" was added.", q.Path("materials", made.SKU))
}

func editMaterial(q *Request) error {
	p, err := q.materialPage()
	if err != nil {
		return err
	}
	return q.renderMaterial(http.StatusOK, p.SKU, ui.Form{Values: q.materialValues(p.Details)})
}

func updateMaterial(q *Request) error {
	details, _, err := q.materialInput()
	if err == nil {
		err = q.Update(func(tx *store.Tx) error {
			_, err := inventory.Update(q.Context(), tx, q.PathValue("sku"), details)
			return err
		})
	}
	if status, ok := again(err); ok {
		return q.renderMaterial(status, q.PathValue("sku"), refused(q, err))
	}
	if err != nil {
		return err
	}
	return q.Done("Saved.", q.Path("materials", details.SKU))
}

// materialInput reads the form: the price is per kg, l or piece, quantities are in any unit.
func (q *Request) materialInput() (inventory.Details, *inventory.Receipt, error) {
	var p fault.Problems
	v := q.PostForm
	d := inventory.Details{Name: v.Get("name"), SKU: v.Get("sku"), Unit: quantity.Unit(v.Get("unit")), Category: v.Get("category"), Supplier: v.Get("supplier"), SupplierCode: v.Get("supplier_code"), Notes: v.Get("notes"), Tags: inventory.ParseTags(v.Get("tags"))}
	d.Price = q.unitCost(&p, "price", d.Unit)
	if v.Get("density") != "" {
		n, err := quantity.ParseNumber(v.Get("density"))
		if err != nil {
			p.Add("density", err.Error())
		}
		d.Density = n
	}
	if v.Get("lead_days") != "" {
		days := countField(&p, v, "lead_days")
		d.LeadDays = &days
	}
	numberPacks(v)
	d.Packs = packFields(&p, v, d.Unit)
	d.Minimum = optionalAmount(&p, v, "minimum", d.Measure())
	d.Maximum = optionalAmount(&p, v, "maximum", d.Measure())
	opening := optionalAmount(&p, v, "opening", d.Measure())
	expires := optionalDate(&p, v, "expires_on")
	if _, err := d.Validate(); p.Merge(err) != nil {
		return d, nil, err
	}
	if opening == nil || *opening == 0 {
		return d, nil, p.Err()
	}
	return d, &inventory.Receipt{Quantity: *opening, UnitCost: d.Price, ExpiresOn: expires, LotCode: v.Get("lot"), Reason: "Opening stock"}, p.Err()
}

// unitCost reads a price per kg, l or piece as the price of one stock unit; it must come out even. Who sees no costs has no such
// field, and what they send of it counts for nothing.
func (q *Request) unitCost(p *fault.Problems, name string, u quantity.Unit) money.Amount {
	if !q.Actor().May(authz.CostsRead) {
		return 0
	}
	a := amountField(p, q.PostForm, name, q.scope.Context().Locale)
	if int64(a)%u.LargeSize() != 0 {
		p.Addf(name, "Use at most three decimals %s.", per(u))
		return 0
	}
	return a / money.Amount(u.LargeSize())
}

// numberPacks gives the packs that were typed the numbers that the domain counts them by, so that what is wrong shows beside them.
func numberPacks(v url.Values) {
	for i, n := range rows(v, packRows, "name", "quantity") {
		for _, field := range []string{"name", "quantity"} {
			text := v.Get(row(rowOf(n)).name(packRows, field))
			v.Del(row(rowOf(n)).name(packRows, field))
			v.Set(row(rowOf(i)).name(packRows, field), text)
		}
	}
}

// packFields reads what a material is bought in.
func packFields(p *fault.Problems, v url.Values, u quantity.Unit) []quantity.Pack {
	var packs []quantity.Pack
	for _, n := range rows(v, packRows, "name", "quantity") {
		r := row(rowOf(n))
		pack := quantity.Pack{Name: strings.TrimSpace(v.Get(r.name("packs", "name")))}
		if amount := optionalQuantity(p, v, r.name("packs", "quantity"), u); amount != nil {
			pack.Quantity = *amount
		}
		packs = append(packs, pack)
	}
	return packs
}

func optionalQuantity(p *fault.Problems, v url.Values, name string, u quantity.Unit) *quantity.Quantity {
	return optionalAmount(p, v, name, quantity.Measure{Unit: u})
}

// optionalAmount reads a quantity in whatever the thing is measured in; nil when there is none.
func optionalAmount(p *fault.Problems, v url.Values, name string, m quantity.Measure) *quantity.Quantity {
	if v.Get(name) == "" {
		return nil
	}
	q, err := m.Parse(v.Get(name))
	if err != nil {
		p.Add(name, err.Error())
		return nil
	}
	return &q
}

func optionalDate(p *fault.Problems, v url.Values, name string) *calendar.Date {
	if v.Get(name) == "" {
		return nil
	}
	d, err := calendar.Parse(v.Get(name))
	if err != nil {
		p.Add(name, err.Error())
		return nil
	}
	return &d
}

func (q *Request) materialValues(d inventory.Details) url.Values {
	v := url.Values{"name": {d.Name}, "sku": {d.SKU}, "unit": {string(d.Unit)}, "notes": {d.Notes}}
	if large, err := d.Price.Share(d.Unit.LargeSize(), 1); err == nil { // else it is withheld, or too large for this field
		v.Set("price", money.Input(large, q.scope.Context().Currency))
	}
	for name, text := range map[string]string{"category": d.Category, "supplier": d.Supplier, "supplier_code": d.SupplierCode, "tags": strings.Join(d.Tags, ", ")} {
		v.Set(name, text)
	}
	if d.Density > 0 {
		v.Set("density", quantity.Decimal(quantity.Quantity(d.Density)))
	}
	if d.LeadDays != nil {
		v.Set("lead_days", strconv.FormatInt(*d.LeadDays, 10))
	}
	for i, p := range d.Packs {
		r := row(rowOf(i))
		v.Set(r.name("packs", "name"), p.Name)
		v.Set(r.name("packs", "quantity"), quantity.Input(p.Quantity, d.Unit))
	}
	if d.Minimum != nil {
		v.Set("minimum", quantity.Input(*d.Minimum, d.Unit))
	}
	if d.Maximum != nil {
		v.Set("maximum", quantity.Input(*d.Maximum, d.Unit))
	}
	return v
}

// receiveMaterial books a delivery as a lot.
func receiveMaterial(q *Request) error {
	show := func(p *materialPage, form ui.Form) { p.Receive = form }
	return q.changeStock("received", show, func(tx *store.Tx, m inventory.Material, p *fault.Problems) error {
		amount := optionalAmount(p, q.PostForm, "quantity", m.Measure())
		if amount == nil {
			p.Add("quantity", "Enter how much came in.")
		}
		unit, value := q.costOf(p, m, amount)
		r := inventory.Receipt{ItemID: m.ID, Kind: inventory.Received, UnitCost: unit, Value: value, ExpiresOn: optionalDate(p, q.PostForm, "expires_on"), LotCode: q.PostFormValue("lot"), Supplier: q.PostFormValue("supplier"),
			SupplierLot: q.PostFormValue("supplier_lot"), LocationID: placeField(p, q.PostForm, "location"), At: q.moment(p, "occurred_at")}
		if err := p.Err(); err != nil {
			return err
		}
		r.Quantity = *amount
		_, err := inventory.Receive(q.Context(), tx, r)
		return err
	})
}

// costOf reads what came in cost: one stock unit, and all of it where that was said or follows from packs.
func (q *Request) costOf(p *fault.Problems, m inventory.Material, amount *quantity.Quantity) (unit money.Amount, all *money.Amount) {
	of := q.PostFormValue("cost_of")
	if of == "" || of == "unit" || !q.Actor().May(authz.CostsRead) {
		return q.unitCost(p, "unit_cost", m.Unit), nil
	}
	typed := amountField(p, q.PostForm, "unit_cost", q.scope.Context().Locale)
	if amount == nil || *amount <= 0 {
		return 0, nil
	}
	size := *amount // of what the price is for
	for _, pack := range m.Packs {
		if of == "pack "+pack.Name {
			size = pack.Quantity
		}
	}
	unit, err := typed.Share(quantity.Micro, int64(size))
	total, e := typed.Share(int64(*amount), int64(size))
	if err != nil || e != nil {
		p.Add("unit_cost", "The value is beyond what can be kept.")
	}
	return unit, &total
}

// costChoices are what a cost may be for.
func (p materialPage) costChoices() []ui.Choice {
	choices := []ui.Choice{{Value: "unit", Label: per(p.Unit)}}
	for _, pack := range p.Packs {
		choices = append(choices, ui.Choice{Value: "pack " + pack.Name, Label: "per " + pack.Name})
	}
	return append(choices, ui.Choice{Value: "all", Label: "for all of it"})
}

// correctMaterial notes that there is more or less of a material than was thought, whichever lot it is.
func correctMaterial(q *Request) error {
	show := func(p *materialPage, form ui.Form) { p.Correct = form }
	return q.changeStock("corrected", show, func(tx *store.Tx, m inventory.Material, p *fault.Problems) error {
		kind := inventory.Adjustment
		if q.PostFormValue("direction") == "waste" {
			kind = inventory.Waste
		}
		c, err := q.change(p, m.Measure(), kind)
		if err != nil {
			return err
		}
		return inventory.AdjustItem(q.Context(), tx, m.ID, m.Cost, c)
	})
}

// changeStock runs a change of a material's stock and shows the material again; when it is refused, with the form in its dialog.
func (q *Request) changeStock(done string, show func(*materialPage, ui.Form), change func(*store.Tx, inventory.Material, *fault.Problems) error) error {
	err := q.Update(func(tx *store.Tx) error {
		m, err := inventory.Get(q.Context(), tx, q.PathValue("sku"))
		if err != nil {
			return err
		}
		var p fault.Problems
		return change(tx, m, &p)
	})
	if status, ok := again(err); ok {
		p, e := q.materialPage()
		if e != nil {
			return e
		}
		show(&p, refused(q, err))
		return q.Render(status, p.Name, "materials", materialShow(p))
	}
	if err != nil {
		return err
	}
	return q.Done("The stock was "+done+".", q.Path("materials", q.PathValue("sku")))
}

func archiveMaterial(q *Request) error {
	if err := q.Update(func(tx *store.Tx) error { return inventory.Archive(q.Context(), tx, q.PathValue("sku")) }); err != nil {
		return err
	}
	return q.Done("The material was archived.", q.Path("materials", q.PathValue("sku")))
}

// deleteMaterial removes a material that was never used.
func deleteMaterial(q *Request) error {
	err := q.Update(func(tx *store.Tx) error { return inventory.Delete(q.Context(), tx, q.PathValue("sku")) })
	if fault.Is(err, fault.KindConflict) {
		return q.Refused(err, q.Path("materials", q.PathValue("sku")))
	}
	if err != nil {
		return err
	}
	return q.Done("The material was deleted.", q.Path("materials"))
}

func restoreMaterial(q *Request) error {
	if err := q.Update(func(tx *store.Tx) error { return inventory.Restore(q.Context(), tx, q.PathValue("sku")) }); err != nil {
		return err
	}
	return q.Done("The material is back.", q.Path("materials", q.PathValue("sku")))
}

func unitChoices() []ui.Choice {
	choices := make([]ui.Choice, len(quantity.Units))
	for i, u := range quantity.Units {
		choices[i] = ui.Choice{Value: string(u), Label: u.Label()}
	}
	return choices
}

// packHint shows how a quantity of the material may be written.
func (p materialPage) packHint() string {
	if len(p.Packs) == 0 {
		return hintOf(p.Unit)
	}
	return "Such as 2 " + p.Packs[0].Name + ", or " + quantity.Input(p.Packs[0].Quantity, p.Unit) + "."
}

// expiryColumn sorts by expiry, the soonest first.
func (l materialList) expiryColumn() ui.Column {
	if l.Sort == "expiry" {
		return ui.Column{Label: "Next expiry", Href: l.with("sort", ""), Sorted: "ascending"}
	}
	return ui.Column{Label: "Next expiry", Href: l.with("sort", "expiry")}
}

const packRows = "packs"

// stockLevel is where a material stands, in a file.
func stockLevel(m inventory.Listed) string {
	switch {
	case m.Low():
		return "below minimum"
	case m.Over():
		return "above maximum"
	}
	return ""
}
