package web

import (
	"net/http"
	"net/url"

	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/fault"
	"craftplan/internal/inventory"
	"craftplan/internal/money"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
	"craftplan/internal/web/ui"
)

type materialList struct {
	list
	format
	Rows     []inventory.Listed
	Total    int64
	Archived bool
	MayWrite bool
	At       func(...string) string
}

func listMaterials(q *Request) error {
	l := materialList{list: q.list(), format: q.format(), MayWrite: q.Actor().May(authz.InventoryWrite), At: q.Path}
	l.Archived = l.query.Get("archived") == "yes"
	err := q.View(func(tx *store.Tx) (err error) {
		l.Rows, l.Total, err = inventory.List(q.Context(), tx, inventory.Filter{Query: l.Search, Archived: l.Archived, Down: l.Sort == "-name", Limit: pageSize, Offset: l.offset()})
		return err
	})
	if err != nil {
		return err
	}
	return q.Render(http.StatusOK, "Materials", "materials", materialsPage(l))
}

type materialPage struct {
	inventory.Material
	format
	Lots                 []inventory.Lot
	Movements            []inventory.Movement
	MayWrite, MayArchive bool
	At                   func(...string) string
	Horizon              calendar.Date
	Receive, Correct     ui.Form
}

// First is the lot that is used first; "" when none can be.
func (p materialPage) First() string { return firstUsable(p.Lots, p.today()) }

func (q *Request) materialPage() (p materialPage, err error) {
	p = materialPage{format: q.format(), MayWrite: q.Actor().May(authz.InventoryWrite), MayArchive: q.Actor().May(authz.Archive), At: q.Path}
	err = q.View(func(tx *store.Tx) (err error) {
		if p.Material, err = inventory.Get(q.Context(), tx, q.PathValue("sku")); err != nil {
			return err
		}
		if p.Lots, err = inventory.Lots(q.Context(), tx, p.ID); err != nil {
			return err
		}
		if p.Horizon, err = inventory.Horizon(q.Context(), tx); err != nil {
			return err
		}
		p.Movements, err = inventory.Movements(q.Context(), tx, p.ID)
		return err
	})
	p.Receive = ui.Form{Values: url.Values{"unit_cost": q.materialValues(p.Details)["price"]}}
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
}

func (q *Request) newMaterialForm(form ui.Form) materialEdit {
	return materialEdit{q.format(), form, q.Path("materials"), q.Path("materials"), "New material", "Add material", true, q.Path}
}

func newMaterial(q *Request) error {
	return q.Render(http.StatusOK, "New material", "materials", materialForm(q.newMaterialForm(ui.Form{Values: url.Values{"unit": {"g"}}})))
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
		return q.Render(status, "New material", "materials", materialForm(q.newMaterialForm(refused(q, err))))
	}
	if err != nil {
		return err
	}
	return q.Done(made.Name+" was added.", q.Path("materials", made.SKU))
}

func (q *Request) materialEditForm(sku string, form ui.Form) materialEdit {
	return materialEdit{q.format(), form, q.Path("materials", sku), q.Path("materials", sku), "Edit material", "Save", false, q.Path}
}

func editMaterial(q *Request) error {
	p, err := q.materialPage()
	if err != nil {
		return err
	}
	return q.Render(http.StatusOK, "Edit "+p.Name, "materials", materialForm(q.materialEditForm(p.SKU, ui.Form{Values: q.materialValues(p.Details)})))
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
		return q.Render(status, "Edit material", "materials", materialForm(q.materialEditForm(q.PathValue("sku"), refused(q, err))))
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
	d := inventory.Details{Name: v.Get("name"), SKU: v.Get("sku"), Unit: quantity.Unit(v.Get("unit")), Notes: v.Get("notes")}
	d.Price = q.unitPrice(&p, "price", d.Unit)
	d.Minimum = optionalQuantity(&p, v, "minimum", d.Unit)
	d.Maximum = optionalQuantity(&p, v, "maximum", d.Unit)
	opening := optionalQuantity(&p, v, "opening", d.Unit)
	expires := optionalDate(&p, v, "expires_on")
	if _, err := d.Validate(); p.Merge(err) != nil {
		return d, nil, err
	}
	if opening == nil || *opening == 0 {
		return d, nil, p.Err()
	}
	return d, &inventory.Receipt{Quantity: *opening, UnitCost: d.Price, ExpiresOn: expires, LotCode: v.Get("lot"), Reason: "Opening stock"}, p.Err()
}

// unitPrice reads a price per kg, l or piece as the price of one stock unit; it must come out even.
func (q *Request) unitPrice(p *fault.Problems, name string, u quantity.Unit) money.Amount {
	a := amountField(p, q.PostForm, name, q.scope.Context().Locale)
	if int64(a)%u.LargeSize() != 0 {
		p.Addf(name, "Use at most three decimals %s.", per(u))
		return 0
	}
	return a / money.Amount(u.LargeSize())
}

func optionalQuantity(p *fault.Problems, v url.Values, name string, u quantity.Unit) *quantity.Quantity {
	if v.Get(name) == "" {
		return nil
	}
	q, err := quantity.Parse(v.Get(name), u)
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
	large, err := d.Price.Share(d.Unit.LargeSize(), 1)
	if err != nil {
		large = 0
	}
	v := url.Values{"name": {d.Name}, "sku": {d.SKU}, "unit": {string(d.Unit)}, "price": {money.Input(large, q.scope.Context().Currency)}, "notes": {d.Notes}}
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
		amount := optionalQuantity(p, q.PostForm, "quantity", m.Unit)
		if amount == nil {
			p.Add("quantity", "Enter how much came in.")
		}
		cost := q.unitPrice(p, "unit_cost", m.Unit)
		r := inventory.Receipt{ItemID: m.ID, Kind: inventory.Received, UnitCost: cost, ExpiresOn: optionalDate(p, q.PostForm, "expires_on"), LotCode: q.PostFormValue("lot"), Supplier: q.PostFormValue("supplier"),
			SupplierLot: q.PostFormValue("supplier_lot"), At: q.moment(p, "occurred_at")}
		if err := p.Err(); err != nil {
			return err
		}
		r.Quantity = *amount
		_, err := inventory.Receive(q.Context(), tx, r)
		return err
	})
}

// correctMaterial notes that there is more or less of a material than was thought, whichever lot it is.
func correctMaterial(q *Request) error {
	show := func(p *materialPage, form ui.Form) { p.Correct = form }
	return q.changeStock("corrected", show, func(tx *store.Tx, m inventory.Material, p *fault.Problems) error {
		kind := inventory.Adjustment
		if q.PostFormValue("direction") == "waste" {
			kind = inventory.Waste
		}
		c, err := q.change(p, m.Unit, kind)
		if err != nil {
			return err
		}
		return inventory.AdjustItem(q.Context(), tx, m.ID, m.Price, c)
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
