package web

import (
	"net/http"
	"net/url"

	"craftplan/internal/authz"
	"craftplan/internal/catalog"
	"craftplan/internal/crm"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/money"
	"craftplan/internal/pricing"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
	"craftplan/internal/web/ui"
)

// What the customers of a group pay.

type priceListsPage struct {
	list
	format
	Rows                           []pricing.Summary
	Groups                         []crm.Group
	Archived                       bool
	MayWrite, MayGroup, MayArchive bool
	At                             func(...string) string
	refused                        map[string]ui.Form // by dialog
}

// form is that of a dialog: with what was refused, or as it begins.
func (p priceListsPage) form(dialog, name string) ui.Form {
	if f, ok := p.refused[dialog]; ok {
		return f
	}
	return ui.Form{Values: url.Values{"name": {name}}}
}

func listPriceLists(q *Request) error { return q.renderPriceLists(http.StatusOK, nil) }

func (q *Request) renderPriceLists(status int, refused map[string]ui.Form) error {
	p := priceListsPage{list: q.list(), format: q.format(), MayWrite: q.Actor().May(authz.CatalogWrite), MayGroup: q.Actor().May(authz.CustomersWrite), MayArchive: q.Actor().May(authz.Archive), At: q.Path, refused: refused}
	p.path, p.Archived = q.Path("price-lists"), p.query.Get("archived") == "yes"
	err := q.View(func(tx *store.Tx) (err error) {
		if p.Groups, err = crm.Groups(q.Context(), tx); err != nil {
			return err
		}
		p.Rows, err = pricing.All(q.Context(), tx, p.Archived)
		return err
	})
	if err != nil {
		return err
	}
	return q.Render(status, "Price lists", "products", priceListsBody(p))
}

// validity says in words on which days a list is valid.
func (f format) validity(d pricing.Details) string {
	switch {
	case d.ValidFrom == nil && d.ValidUntil == nil:
		return "always"
	case d.ValidUntil == nil:
		return "from " + f.day(*d.ValidFrom)
	case d.ValidFrom == nil:
		return "until " + f.day(*d.ValidUntil)
	}
	return f.day(*d.ValidFrom) + " to " + f.day(*d.ValidUntil)
}

// validSoon is when a list is valid that is not today.
func (f format) validSoon(o pricing.Offer) string {
	d := pricing.Details{ValidFrom: o.From, ValidUntil: o.Until}
	if f.when(d) == "" {
		return ""
	}
	return ", " + f.validity(d)
}

// when is where a list stands in time: "" is valid today.
func (f format) when(d pricing.Details) string {
	switch {
	case d.On(f.today()):
		return ""
	case d.ValidFrom != nil && f.today().Before(*d.ValidFrom):
		return "Not yet"
	}
	return "Over"
}

// offered is what a list says, in a few words.
func (f format) offered(l pricing.Summary) string {
	switch {
	case l.Prices == 0:
		return f.rate(l.Discount) + " off everything"
	case l.Discount == 0:
		return plural(l.Prices, "price", "prices")
	}
	return plural(l.Prices, "price", "prices") + ", " + f.rate(l.Discount) + " off the rest"
}

// changeGroups runs a change and shows the page again; when fields were refused, with the dialog that they came from.
func (q *Request) changeGroups(dialog, done string, change func(*store.Tx) error) error {
	err := q.Update(change)
	switch {
	case fault.Is(err, fault.KindInvalid):
		return q.renderPriceLists(http.StatusUnprocessableEntity, map[string]ui.Form{dialog: refused(q, err)})
	case fault.Is(err, fault.KindConflict):
		return q.Refused(err, q.Path("price-lists"))
	case err != nil:
		return err
	}
	return q.Done(done, q.Path("price-lists"))
}

func createGroup(q *Request) error {
	return q.changeGroups("add", "The group was added.", func(tx *store.Tx) error {
		_, err := crm.AddGroup(q.Context(), tx, q.PostFormValue("name"))
		return err
	})
}

func renameGroup(q *Request) error {
	which, err := id.Parse(q.PathValue("group"))
	if err != nil {
		return fault.NotFound("group")
	}
	return q.changeGroups("rename-"+which.String(), "The group was renamed.", func(tx *store.Tx) error { return crm.RenameGroup(q.Context(), tx, which, q.PostFormValue("name")) })
}

func removeGroup(q *Request) error {
	which, err := id.Parse(q.PathValue("group"))
	if err != nil {
		return fault.NotFound("group")
	}
	return q.changeGroups("", "The group was removed.", func(tx *store.Tx) error { return crm.RemoveGroup(q.Context(), tx, which) })
}

type priceListPage struct {
	pricing.List
	format
	MayWrite, MayArchive bool
	At                   func(...string) string
}

// path is an address of the list.
func (p priceListPage) path(more ...string) string {
	return p.At(append([]string{"price-lists", p.ID.String()}, more...)...)
}

// first tells whether a row is the first of its product.
func (p priceListPage) first(i int) bool {
	return i == 0 || p.Rows[i-1].ProductID != p.Rows[i].ProductID
}

// against is how a price differs from the product's, in percent of it; "" where that says nothing.
func (p priceListPage) against(r pricing.Row) string {
	if r.Own <= 0 || r.Price == r.Own {
		return ""
	}
	share, err := (r.Price - r.Own).Share(money.Micro, int64(r.Own))
	if err != nil {
		return ""
	}
	if share > 0 {
		return "+" + p.percent(int64(share))
	}
	return "−" + p.percent(-int64(share))
}

func (q *Request) priceList() (l pricing.List, err error) {
	which, err := id.Parse(q.PathValue("list"))
	if err != nil {
		return l, fault.NotFound("price list")
	}
	err = q.View(func(tx *store.Tx) (err error) {
		l, err = pricing.Get(q.Context(), tx, which)
		return err
	})
	return l, err
}

func showPriceList(q *Request) error {
	l, err := q.priceList()
	if err != nil {
		return err
	}
	p := priceListPage{l, q.format(), q.Actor().May(authz.CatalogWrite), q.Actor().May(authz.Archive), q.Path}
	return q.Render(http.StatusOK, l.Name, "products", priceListShow(p))
}

const priceRows = "rows"

type priceListEdit struct {
	format
	Form                    ui.Form
	Action, Back, Title, Do string
	Groups                  []crm.Group
	Products                []catalog.Option
	Listed                  []pricing.Row // of the list so far, whose products may be sold no more
	Rows                    []row
	Next                    int
	At                      func(...string) string
}

func (e priceListEdit) groupChoices() []ui.Choice { return groupChoices("Choose a group", e.Groups) }

func groupChoices(none string, groups []crm.Group) []ui.Choice {
	choices := []ui.Choice{{Value: "", Label: none}}
	for _, g := range groups {
		choices = append(choices, ui.Choice{Value: g.ID.String(), Label: g.Name})
	}
	return choices
}

func (e priceListEdit) productChoices() []ui.Choice {
	choices := []ui.Choice{{Value: "", Label: "Choose a product"}}
	sold := map[id.ID]bool{}
	for _, p := range e.Products {
		sold[p.ID] = true
		choices = append(choices, ui.Choice{Value: p.ID.String(), Label: p.Name + ", " + e.money(p.Price)})
	}
	for _, r := range e.Listed {
		if !sold[r.ProductID] {
			sold[r.ProductID] = true
			choices = append(choices, ui.Choice{Value: r.ProductID.String(), Label: r.Name + ", not sold now"})
		}
	}
	return choices
}

// renderPriceList shows the form; was is the list that is changed, nil for a new one.
func (q *Request) renderPriceList(status int, was *pricing.List, form ui.Form) error {
	e := priceListEdit{format: q.format(), Form: form, Action: q.Path("price-lists"), Back: q.Path("price-lists"), Title: "New price list", Do: "Add price list", At: q.Path}
	if was != nil {
		e.Action, e.Title, e.Do, e.Listed = q.Path("price-lists", was.ID.String()), "Edit price list", "Save", was.Rows
		e.Back = e.Action
	}
	filled := rows(form.Values, priceRows, "product", "price")
	e.Rows, e.Next = shownRows(filled, max(1, 3-len(filled)))
	err := q.View(func(tx *store.Tx) (err error) {
		if e.Groups, err = crm.Groups(q.Context(), tx); err != nil {
			return err
		}
		e.Products, err = catalog.Options(q.Context(), tx)
		return err
	})
	if err != nil {
		return err
	}
	return q.Render(status, e.Title, "products", priceListForm(e))
}

func newPriceList(q *Request) error {
	return q.renderPriceList(http.StatusOK, nil, ui.Form{Values: url.Values{"group": {q.URL.Query().Get("group")}}})
}

func createPriceList(q *Request) error {
	d, err := q.priceListInput()
	var made pricing.List
	if err == nil {
		err = q.Update(func(tx *store.Tx) (err error) {
			made, err = pricing.Create(q.Context(), tx, d)
			return err
		})
	}
	if status, ok := again(err); ok {
		return q.renderPriceList(status, nil, refused(q, err))
	}
	if err != nil {
		return err
	}
	return q.Done(made.Name+" was added.", q.Path("price-lists", made.ID.String()))
}

func editPriceList(q *Request) error {
	l, err := q.priceList()
	if err != nil {
		return err
	}
	return q.renderPriceList(http.StatusOK, &l, ui.Form{Values: q.priceListValues(l)})
}

func updatePriceList(q *Request) error {
	was, err := q.priceList()
	if err != nil {
		return err
	}
	d, err := q.priceListInput()
	if err == nil {
		err = q.Update(func(tx *store.Tx) error {
			_, err := pricing.Update(q.Context(), tx, was.ID, d)
			return err
		})
	}
	if status, ok := again(err); ok {
		return q.renderPriceList(status, &was, refused(q, err))
	}
	if err != nil {
		return err
	}
	return q.Done("Saved. Orders that are written already keep their prices.", q.Path("price-lists", was.ID.String()))
}

func archivePriceList(q *Request) error {
	l, err := q.priceList()
	if err == nil {
		err = q.Update(func(tx *store.Tx) error { return pricing.Archive(q.Context(), tx, l.ID) })
	}
	if err != nil {
		return err
	}
	return q.Done("The price list was archived.", q.Path("price-lists", l.ID.String()))
}

func restorePriceList(q *Request) error {
	l, err := q.priceList()
	if err != nil {
		return err
	}
	at := q.Path("price-lists", l.ID.String())
	err = q.Update(func(tx *store.Tx) error { return pricing.Restore(q.Context(), tx, l.ID) })
	if fault.Is(err, fault.KindConflict) {
		return q.Refused(err, at)
	}
	if err != nil {
		return err
	}
	return q.Done("The price list is back.", at)
}

func (q *Request) priceListInput() (pricing.Details, error) {
	var p fault.Problems
	v := q.PostForm
	d := pricing.Details{Name: v.Get("name"), Discount: percentField(&p, v, "discount"), ValidFrom: optionalDate(&p, v, "valid_from"), ValidUntil: optionalDate(&p, v, "valid_until")}
	if group, err := id.Parse(v.Get("group")); err == nil {
		d.GroupID = group
	} else if v.Get("group") != "" {
		p.Add("group", "Choose a group of the list.")
		d.GroupID = id.New() // so that the field has one message
	}
	for _, n := range readRows(&p, v, priceRows, "product", "price") {
		at := func(field string) string { return row(rowOf(n)).name(priceRows, field) }
		r := pricing.Row{Row: n, Break: pricing.Break{Minimum: quantity.Of(1), Price: amountField(&p, v, at("price"), q.scope.Context().Locale)}}
		product, err := id.Parse(v.Get(at("product")))
		if err != nil {
			p.Add(at("product"), "Choose a product that is sold.")
			product = id.New() // so that two rows without one are not the same
		}
		if v.Get(at("price")) == "" {
			p.Add(at("price"), "Enter the price of one piece.")
		}
		if v.Get(at("minimum")) != "" {
			r.Minimum = piecesField(&p, v, at("minimum"))
		}
		r.ProductID = product
		d.Rows = append(d.Rows, r)
	}
	if err := p.Err(); err != nil {
		_, more := d.Validate()
		return d, together(err, more)
	}
	return d.Validate()
}

func (q *Request) priceListValues(l pricing.List) url.Values {
	v := url.Values{"name": {l.Name}, "group": {l.GroupID.String()}}
	if l.Discount > 0 {
		v.Set("discount", percentText(l.Discount))
	}
	if l.ValidFrom != nil {
		v.Set("valid_from", l.ValidFrom.String())
	}
	if l.ValidUntil != nil {
		v.Set("valid_until", l.ValidUntil.String())
	}
	for i, r := range l.Rows {
		at := func(field string) string { return row(rowOf(i)).name(priceRows, field) }
		v.Set(at("product"), r.ProductID.String())
		v.Set(at("minimum"), quantity.Decimal(r.Minimum))
		v.Set(at("price"), money.Input(r.Price, q.scope.Context().Currency))
	}
	return v
}

// origin says where the price of an order's line came from; "" for the product's own.
func (f format) origin(source pricing.Source, list string, from quantity.Quantity) string {
	switch source {
	case pricing.Listed:
		if from > quantity.Micro {
			return list + ", from " + f.pieces(from)
		}
		return list
	case pricing.Discounted:
		return list + ", discount"
	case pricing.Typed:
		return "typed"
	}
	return ""
}
