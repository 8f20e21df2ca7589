package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"craftplan/internal/authz"
	"craftplan/internal/catalog"
	"craftplan/internal/fault"
	"craftplan/internal/money"
	"craftplan/internal/pricing"
	"craftplan/internal/quantity"
	"craftplan/internal/settings"
	"craftplan/internal/store"
	"craftplan/internal/web/ui"
)

type productList struct {
	list
	format
	Rows      []catalog.Listed
	Total     int64
	MayWrite  bool
	At        func(...string) string
	MayImport bool
}

func listProducts(q *Request) error {
	l := productList{list: q.list(), format: q.format(), MayImport: q.Actor().May(authz.Import), MayWrite: q.Actor().May(authz.CatalogWrite), At: q.Path}
	f := productFilter(l.list)
	f.Limit, f.Offset = pageSize, l.offset()
	err := q.View(func(tx *store.Tx) (err error) {
		l.Rows, l.Total, err = catalog.List(q.Context(), tx, f)
		return err
	})
	if err != nil {
		return err
	}
	return q.Render(http.StatusOK, "Products and recipes", "products", productsPage(l))
}

// photos tells whether there are any to be seen in the list.
func (l productList) photos() bool {
	return slices.ContainsFunc(l.Rows, func(p catalog.Listed) bool { return p.Photo != nil })
}

// productFilter is what the address of the list chooses.
func productFilter(l list) catalog.Filter {
	return catalog.Filter{Query: l.Search, Down: l.Sort == "-name"}
}

type productPage struct {
	catalog.Product
	format
	Recipe   *catalog.Recipe // nil before the first version
	Versions []catalog.Recipe
	Draft    *catalog.Draft // where the versions are listed
	Photos   []catalog.Photo
	Variants []catalog.Variant // others of its family
	Settings settings.Settings
	MayWrite bool
	At       func(...string) string
	Offers   []pricing.Offer // what groups of customers pay
}

// Old tells whether the recipe shown is a version that was replaced.
func (p productPage) Old() bool { return p.Recipe != nil && p.Recipe.Status == "archived" }

// earning is what is left of the selling price.
func (p productPage) earning() catalog.Earning {
	return catalog.Earn(p.Price, p.Recipe.Cost.Total, p.Settings)
}

// arithmetic is the address of how the cost of the version shown comes about.
func (p productPage) arithmetic() string {
	return p.At("products", p.SKU, "versions", strconv.FormatInt(p.Recipe.Version, 10), "cost")
}

// makes is what the recipe is for.
func (p productPage) makes() string {
	if p.Recipe.Loss == 0 {
		return p.pieces(p.Recipe.Yield)
	}
	return fmt.Sprintf("%s, of which %s are lost", p.pieces(p.Recipe.Yield), p.rate(p.Recipe.Loss))
}

// laborWithin is what the work of each product in the recipe costs one piece.
type laborWithin struct {
	catalog.Component
	Cost money.Amount
}

func (p productPage) laborWithin() []laborWithin {
	if !p.costs {
		return nil
	}
	var all []laborWithin
	for i, t := range p.Recipe.Flat.Tasks {
		if t.Line < 0 {
			continue
		}
		if n := len(all); n == 0 || all[n-1].ID != p.Recipe.Components[t.Line].ID {
			all = append(all, laborWithin{Component: p.Recipe.Components[t.Line]})
		}
		all[len(all)-1].Cost += p.Recipe.Costing.Tasks[i]
	}
	return all
}

func (q *Request) productPage(version int64) (p productPage, err error) {
	p = productPage{format: q.format(), MayWrite: q.Actor().May(authz.CatalogWrite), At: q.Path}
	err = q.View(func(tx *store.Tx) (err error) {
		if p.Product, err = catalog.Get(q.Context(), tx, q.PathValue("sku")); err != nil {
			return err
		}
		if p.Versions, err = catalog.Versions(q.Context(), tx, p.ID); err != nil {
			return err
		}
		if p.Settings, err = settings.Get(q.Context(), tx); err != nil {
			return err
		}
		p.Recipe, err = catalog.GetRecipe(q.Context(), tx, p.ID, version)
		return err
	})
	return p, err
}

func showProduct(q *Request) error {
	p, err := q.productPage(0)
	if err != nil {
		return err
	}
	return q.renderProduct(p)
}

// versionPage is the page of the version in the address.
func (q *Request) versionPage() (productPage, error) {
	var unread fault.Problems // what is no number is zero
	version := countField(&unread, url.Values{"version": {q.PathValue("version")}}, "version")
	if version < 1 {
		return productPage{}, fault.NotFound("recipe")
	}
	return q.productPage(version)
}

func showVersion(q *Request) error {
	p, err := q.versionPage()
	if err != nil {
		return err
	}
	return q.renderProduct(p)
}

func (q *Request) renderProduct(p productPage) error {
	err := q.View(func(tx *store.Tx) (err error) {
		if p.Draft, err = catalog.DraftOf(q.Context(), tx, p.ID); err != nil {
			return err
		}
		if p.Photos, err = catalog.Photos(q.Context(), tx, p.ID); err != nil {
			return err
		}
		if p.Variants, err = catalog.Variants(q.Context(), tx, p.Product); err != nil {
			return err
		}
		p.Offers, err = pricing.Offers(q.Context(), tx, p.ID, p.Price)
		return err
	})
	if err != nil {
		return err
	}
	return q.Render(http.StatusOK, p.Name, "products", productShow(p))
}

type productEdit struct {
	format
	Form                    ui.Form
	Action, Back, Title, Do string
	At                      func(...string) string
	Base                    string // what it is another size or flavour of, where it is made as one
}

func (q *Request) renderProductForm(status int, sku string, form ui.Form) error {
	e := productEdit{format: q.format(), Form: form, Action: q.Path("products"), Back: q.Path("products"), Title: "New product", Do: "Add product", At: q.Path}
	if sku != "" {
		e.Action, e.Back, e.Title, e.Do = q.Path("products", sku), q.Path("products", sku), "Edit product", "Save"
	}
	return q.Render(status, e.Title, "products", productForm(e))
}

func newProduct(q *Request) error {
	return q.renderProductForm(http.StatusOK, "", ui.Form{Values: url.Values{"status": {"active"}}})
}

func createProduct(q *Request) error {
	details, err := q.productInput()
	var made catalog.Product
	if err == nil {
		err = q.Update(func(tx *store.Tx) (err error) {
			made, err = catalog.Create(q.Context(), tx, details)
			return err
		})
	}
	if status, ok := again(err); ok {
		return q.renderProductForm(status, "", refused(q, err))
	}
	if err != nil {
		return err
	}
	return q.Done(made.Name+" was added. Now its recipe.", q.Path("products", made.SKU, "recipe"))
}

func editProduct(q *Request) error {
	p, err := q.productPage(0)
	if err != nil {
		return err
	}
	return q.renderProductForm(http.StatusOK, p.SKU, ui.Form{Values: q.productValues(p.Details)})
}

// productValues are the details as the form shows them.
func (q *Request) productValues(d catalog.Details) url.Values {
	v := url.Values{"name": {d.Name}, "sku": {d.SKU}, "family": {d.Family}, "variant": {d.Variant}, "status": {d.Status}, "price": {money.Input(d.Price, q.scope.Context().Currency)}, "gtin": {d.GTIN}, "notes": {d.Notes}}
	if d.MaxDaily > 0 {
		v.Set("max_daily", quantity.Decimal(d.MaxDaily))
	}
	if d.ShelfLife != nil {
		v.Set("shelf_life", strconv.FormatInt(*d.ShelfLife, 10))
	}
	return v
}

func updateProduct(q *Request) error {
	details, err := q.productInput()
	if err == nil {
		err = q.Update(func(tx *store.Tx) error {
			_, err := catalog.Update(q.Context(), tx, q.PathValue("sku"), details)
			return err
		})
	}
	if status, ok := again(err); ok {
		return q.renderProductForm(status, q.PathValue("sku"), refused(q, err))
	}
	if err != nil {
		return err
	}
	return q.Done("Saved.", q.Path("products", details.SKU))
}

func (q *Request) productInput() (catalog.Details, error) {
	d, unread := q.typedProduct()
	d, err := d.Validate()
	return d, together(unread, err)
}

// typedProduct reads what was typed, and what of it cannot be read.
func (q *Request) typedProduct() (d catalog.Details, unread error) {
	var p fault.Problems
	v := q.PostForm
	d = catalog.Details{Name: v.Get("name"), SKU: v.Get("sku"), Family: v.Get("family"), Variant: v.Get("variant"), Status: v.Get("status"), Price: amountField(&p, v, "price", q.scope.Context().Locale), GTIN: v.Get("gtin"), Notes: v.Get("notes")}
	d.MaxDaily = quantity.Of(countField(&p, v, "max_daily"))
	if v.Get("shelf_life") != "" {
		days := countField(&p, v, "shelf_life")
		d.ShelfLife = &days
	}
	return d, p.Err()
}

func productStatuses() []ui.Choice {
	choices := make([]ui.Choice, len(catalog.Statuses))
	for i, s := range catalog.Statuses {
		choices[i] = ui.Choice{Value: s, Label: ui.StateLabel(s)}
	}
	return choices
}
