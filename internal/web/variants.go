package web

import (
	"net/http"
	"net/url"

	"craftplan/internal/catalog"
	"craftplan/internal/store"
	"craftplan/internal/web/ui"
)

// variantForm shows the form of another size or flavour of a product, which begins with the product's own details.
func (q *Request) variantForm(status int, form ui.Form) error {
	var base catalog.Product
	err := q.View(func(tx *store.Tx) (err error) {
		base, err = catalog.Get(q.Context(), tx, q.PathValue("sku"))
		return err
	})
	if err != nil {
		return err
	}
	if form.Values == nil {
		form.Values = q.productValues(base.Details)
		for _, own := range []string{"name", "sku", "variant", "gtin"} {
			delete(form.Values, own)
		}
	}
	back := q.Path("products", base.SKU)
	return q.Render(status, "New variant", "products", productForm(productEdit{format: q.format(), Form: form, Action: back + "/variants", Back: back, Title: "New variant of " + base.Base(), Do: "Add variant", At: q.Path, Base: base.Base()}))
}

func newVariant(q *Request) error { return q.variantForm(http.StatusOK, ui.Form{}) }

// createVariant adds the product, and goes on to its recipe, which begins with the one of the product it is a variant of.
func createVariant(q *Request) error {
	sku := q.PathValue("sku")
	details, unread := q.typedProduct()
	var made catalog.Product
	err := q.Update(func(tx *store.Tx) (err error) {
		made, err = catalog.AddVariant(q.Context(), tx, sku, details)
		return together(unread, err)
	})
	if status, ok := again(err); ok {
		return q.variantForm(status, refused(q, err))
	}
	if err != nil {
		return err
	}
	return q.Done(made.Name+" was added. Now its recipe.", q.Path("products", made.SKU, "recipe")+"?"+url.Values{"from": {sku}}.Encode())
}
