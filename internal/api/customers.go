package api

import (
	"context"
	"net/http"

	"craftplan/internal/crm"
	"craftplan/internal/fault"
	"craftplan/internal/store"
)

// customerFields are what programs may write of a customer.
type customerFields struct {
	Kind            crm.Kind     `json:"kind"`
	Name            string       `json:"name"`
	ContactName     string       `json:"contact_name"`
	Email           string       `json:"email"`
	Phone           string       `json:"phone"`
	Notes           string       `json:"notes"`
	Group           string       `json:"group"` // by its name; "" is none
	BillingAddress  addressField `json:"billing_address"`
	ShippingAddress addressField `json:"shipping_address"`
}

type addressField struct {
	Street     string `json:"street"`
	City       string `json:"city"`
	Region     string `json:"region"`
	PostalCode string `json:"postal_code"`
	Country    string `json:"country"`
}

func fieldsOf(c crm.Customer) customerFields {
	d := c.Details
	return customerFields{d.Kind, d.Name, d.ContactName, d.Email, d.Phone, d.Notes, c.Group, addressField(d.Billing), addressField(d.Shipping)}
}

// details are the fields for the domain, with the group that has the name.
func (f customerFields) details(ctx context.Context, tx *store.Tx) (crm.Details, error) {
	d := crm.Details{Kind: f.Kind, Name: f.Name, ContactName: f.ContactName, Email: f.Email, Phone: f.Phone, Notes: f.Notes, Billing: crm.Address(f.BillingAddress), Shipping: crm.Address(f.ShippingAddress)}
	if f.Group == "" {
		return d, nil
	}
	groups, err := crm.Groups(ctx, tx)
	if err != nil {
		return d, err
	}
	for _, g := range groups {
		if g.Name == f.Group {
			d.GroupID = &g.ID
			return d, nil
		}
	}
	return d, fault.Invalid("group", "There is no group with this name.")
}

type customerView struct {
	Reference string `json:"reference"`
	customerFields
	ArchivedAt *string `json:"archived_at"`
	CreatedAt  string  `json:"created_at"`
}

func viewOfCustomer(c crm.Customer) customerView {
	return customerView{c.Reference, fieldsOf(c), instantOr(c.ArchivedAt), instant(c.CreatedAt)}
}

type customerLine struct {
	Reference   string   `json:"reference"`
	Kind        crm.Kind `json:"kind"`
	Name        string   `json:"name"`
	ContactName string   `json:"contact_name"`
	Email       string   `json:"email"`
	Phone       string   `json:"phone"`
	Group       string   `json:"group"`
}

// listCustomers are those that are not archived, by name; q looks for words.
func listCustomers(q *Request) error {
	limit, offset, err := q.page("q")
	if err != nil {
		return err
	}
	l := list[customerLine]{Data: []customerLine{}}
	err = q.View(func(tx *store.Tx) error {
		rows, total, err := crm.List(q.Context(), tx, crm.Filter{Query: q.FormValue("q"), Limit: limit, Offset: offset})
		for _, r := range rows {
			l.Data = append(l.Data, customerLine{r.Reference, r.Kind, r.Name, r.ContactName, r.Email, r.Phone, r.Group})
		}
		l.Total = total
		return err
	})
	if err != nil {
		return err
	}
	return q.answer(http.StatusOK, l)
}

func showCustomer(q *Request) error {
	var c crm.Customer
	err := q.View(func(tx *store.Tx) (err error) {
		c, err = crm.Get(q.Context(), tx, q.PathValue("reference"))
		return err
	})
	if err != nil {
		return err
	}
	return q.answer(http.StatusOK, viewOfCustomer(c))
}

func createCustomer(q *Request) error {
	body, err := q.body()
	if err != nil {
		return err
	}
	var f customerFields
	if err := decode(body, &f); err != nil {
		return err
	}
	var made crm.Customer
	err = q.Update(func(tx *store.Tx) (err error) {
		details, err := f.details(q.Context(), tx)
		if err == nil {
			made, err = crm.Create(q.Context(), tx, details)
		}
		return err
	})
	if err != nil {
		return err
	}
	q.w.Header().Set("Location", q.path("customers", made.Reference))
	return q.answer(http.StatusCreated, viewOfCustomer(made))
}

// updateCustomer changes what the body names; the rest stays as it is.
func updateCustomer(q *Request) error {
	body, err := q.body()
	if err != nil {
		return err
	}
	reference := q.PathValue("reference")
	var changed crm.Customer
	err = q.Update(func(tx *store.Tx) error {
		now, err := crm.Get(q.Context(), tx, reference)
		if err != nil {
			return err
		}
		f := fieldsOf(now)
		if err := decode(body, &f); err != nil {
			return err
		}
		details, err := f.details(q.Context(), tx)
		if err == nil {
			changed, err = crm.Update(q.Context(), tx, reference, details)
		}
		return err
	})
	if err != nil {
		return err
	}
	return q.answer(http.StatusOK, viewOfCustomer(changed))
}
