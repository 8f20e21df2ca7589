package web

import (
	"net/http"
	"net/url"

	"craftplan/internal/authz"
	"craftplan/internal/crm"
	"craftplan/internal/store"
	"craftplan/internal/web/ui"
)

type customerList struct {
	list
	Rows     []crm.Listed
	Total    int64
	Archived bool
	MayWrite bool
	At       func(...string) string
}

func listCustomers(q *Request) error {
	l := customerList{list: q.list(), MayWrite: q.Actor().May(authz.CustomersWrite), At: q.Path}
	f := customerFilter(l.list)
	f.Limit, f.Offset = pageSize, l.offset()
	l.Archived = f.Archived
	err := q.View(func(tx *store.Tx) (err error) {
		l.Rows, l.Total, err = crm.List(q.Context(), tx, f)
		return err
	})
	if err != nil {
		return err
	}
	return q.Render(http.StatusOK, "Customers", "customers", customersPage(l))
}

// customerFilter is what the address of the list chooses.
func customerFilter(l list) crm.Filter {
	return crm.Filter{Query: l.Search, Archived: l.query.Get("archived") == "yes", Sort: crm.Sort(l.Sort)}
}

func newCustomer(q *Request) error {
	form := ui.Form{Values: url.Values{"kind": {string(crm.Individual)}}}
	return q.Render(http.StatusOK, "New customer", "customers", customerForm(customerEdit{Form: form, Action: q.Path("customers"), Back: q.Path("customers"), Title: "New customer", Do: "Add customer", At: q.Path}))
}

func createCustomer(q *Request) error {
	var made crm.Customer
	err := q.Update(func(tx *store.Tx) (err error) {
		made, err = crm.Create(q.Context(), tx, customerDetails(q.PostForm))
		return err
	})
	if status, ok := again(err); ok {
		return q.Render(status, "New customer", "customers", customerForm(customerEdit{Form: refused(q, err), Action: q.Path("customers"), Back: q.Path("customers"), Title: "New customer", Do: "Add customer", At: q.Path}))
	}
	if err != nil {
		return err
	}
	return q.Done(made.Name+" was added.", q.Path("customers", made.Reference))
}

type customerPage struct {
	crm.Customer
	MayWrite, MayArchive, MayOrder bool
	At                             func(...string) string
}

func (q *Request) customer() (c crm.Customer, err error) {
	err = q.View(func(tx *store.Tx) (err error) {
		c, err = crm.Get(q.Context(), tx, q.PathValue("reference"))
		return err
	})
	return c, err
}

func showCustomer(q *Request) error {
	c, err := q.customer()
	if err != nil {
		return err
	}
	return q.Render(http.StatusOK, c.Name, "customers", customerShow(customerPage{c, q.Actor().May(authz.CustomersWrite), q.Actor().May(authz.Archive), q.Actor().May(authz.OrdersWrite), q.Path}))
}

type customerEdit struct {
	Form                    ui.Form
	Action, Back, Title, Do string
	Reference               string
	At                      func(...string) string
}

func (q *Request) customerEdit(reference string, form ui.Form) customerEdit {
	return customerEdit{form, q.Path("customers", reference), q.Path("customers", reference), "Edit customer", "Save", reference, q.Path}
}

func editCustomer(q *Request) error {
	c, err := q.customer()
	if err != nil {
		return err
	}
	return q.Render(http.StatusOK, "Edit "+c.Name, "customers", customerForm(q.customerEdit(c.Reference, ui.Form{Values: customerValues(c.Details)})))
}

func updateCustomer(q *Request) error {
	reference := q.PathValue("reference")
	err := q.Update(func(tx *store.Tx) error {
		_, err := crm.Update(q.Context(), tx, reference, customerDetails(q.PostForm))
		return err
	})
	if status, ok := again(err); ok {
		return q.Render(status, "Edit customer", "customers", customerForm(q.customerEdit(reference, refused(q, err))))
	}
	if err != nil {
		return err
	}
	return q.Done("Saved.", q.Path("customers", reference))
}

func archiveCustomer(q *Request) error {
	if err := q.Update(func(tx *store.Tx) error { return crm.Archive(q.Context(), tx, q.PathValue("reference")) }); err != nil {
		return err
	}
	return q.Done("The customer was archived.", q.Path("customers", q.PathValue("reference")))
}

func restoreCustomer(q *Request) error {
	if err := q.Update(func(tx *store.Tx) error { return crm.Restore(q.Context(), tx, q.PathValue("reference")) }); err != nil {
		return err
	}
	return q.Done("The customer is back.", q.Path("customers", q.PathValue("reference")))
}

func customerDetails(v url.Values) crm.Details {
	return crm.Details{Kind: crm.Kind(v.Get("kind")), Name: v.Get("name"), ContactName: v.Get("contact_name"), Email: v.Get("email"), Phone: v.Get("phone"), Notes: v.Get("notes"),
		Billing: addressOf(v, "billing_"), Shipping: addressOf(v, "shipping_")}
}

func addressOf(v url.Values, prefix string) crm.Address {
	return crm.Address{Street: v.Get(prefix + "street"), City: v.Get(prefix + "city"), Region: v.Get(prefix + "region"), PostalCode: v.Get(prefix + "postal_code"), Country: v.Get(prefix + "country")}
}

func customerValues(d crm.Details) url.Values {
	v := url.Values{"kind": {string(d.Kind)}, "name": {d.Name}, "contact_name": {d.ContactName}, "email": {d.Email}, "phone": {d.Phone}, "notes": {d.Notes}}
	for prefix, a := range map[string]crm.Address{"billing_": d.Billing, "shipping_": d.Shipping} {
		v.Set(prefix+"street", a.Street)
		v.Set(prefix+"city", a.City)
		v.Set(prefix+"region", a.Region)
		v.Set(prefix+"postal_code", a.PostalCode)
		v.Set(prefix+"country", a.Country)
	}
	return v
}

func kindLabel(k crm.Kind) string {
	if k == crm.Company {
		return "Company"
	}
	return "Person"
}
