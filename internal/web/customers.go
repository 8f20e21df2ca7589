package web

import (
	"net/http"
	"net/url"

	"craftplan/internal/authz"
	"craftplan/internal/crm"
	"craftplan/internal/fault"
	"craftplan/internal/id"
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
	return q.renderCustomer(http.StatusOK, "", ui.Form{Values: url.Values{"kind": {string(crm.Individual)}}})
}

func createCustomer(q *Request) error {
	var made crm.Customer
	err := q.Update(func(tx *store.Tx) (err error) {
		details, err := customerDetails(q.PostForm)
		if err == nil {
			made, err = crm.Create(q.Context(), tx, details)
		}
		return err
	})
	if status, ok := again(err); ok {
		return q.renderCustomer(status, "", refused(q, err))
	}
	if err != nil {
		return err
	}
	return q.Done(made.Name+" was added.", q.Path("customers", made.Reference))
}

type customerPage struct {
	crm.Customer
	format
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
	return q.Render(http.StatusOK, c.Name, "customers", customerShow(customerPage{c, q.format(), q.Actor().May(authz.CustomersWrite), q.Actor().May(authz.Archive), q.Actor().May(authz.OrdersWrite), q.Path}))
}

type customerEdit struct {
	Form                    ui.Form
	Action, Back, Title, Do string
	Groups                  []crm.Group
	At                      func(...string) string
}

// renderCustomer shows the form of the customer with a reference, or of a new one.
func (q *Request) renderCustomer(status int, reference string, form ui.Form) error {
	e := customerEdit{Form: form, Action: q.Path("customers"), Back: q.Path("customers"), Title: "New customer", Do: "Add customer", At: q.Path}
	if reference != "" {
		e.Action, e.Title, e.Do = q.Path("customers", reference), "Edit customer", "Save"
		e.Back = e.Action
	}
	err := q.View(func(tx *store.Tx) (err error) {
		e.Groups, err = crm.Groups(q.Context(), tx)
		return err
	})
	if err != nil {
		return err
	}
	return q.Render(status, e.Title, "customers", customerForm(e))
}

func editCustomer(q *Request) error {
	c, err := q.customer()
	if err != nil {
		return err
	}
	return q.renderCustomer(http.StatusOK, c.Reference, ui.Form{Values: customerValues(c.Details)})
}

func updateCustomer(q *Request) error {
	reference := q.PathValue("reference")
	err := q.Update(func(tx *store.Tx) error {
		details, err := customerDetails(q.PostForm)
		if err == nil {
			_, err = crm.Update(q.Context(), tx, reference, details)
		}
		return err
	})
	if status, ok := again(err); ok {
		return q.renderCustomer(status, reference, refused(q, err))
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

func customerDetails(v url.Values) (crm.Details, error) {
	d := crm.Details{Kind: crm.Kind(v.Get("kind")), Name: v.Get("name"), ContactName: v.Get("contact_name"), Email: v.Get("email"), Phone: v.Get("phone"), Notes: v.Get("notes"),
		Billing: addressOf(v, "billing_"), Shipping: addressOf(v, "shipping_")}
	if v.Get("group") == "" {
		return d, nil
	}
	group, err := id.Parse(v.Get("group"))
	if err != nil {
		_, more := d.Validate()
		return d, together(fault.Invalid("group", "Choose a group of the list, or none."), more)
	}
	d.GroupID = &group
	return d, nil
}

func addressOf(v url.Values, prefix string) crm.Address {
	return crm.Address{Street: v.Get(prefix + "street"), City: v.Get(prefix + "city"), Region: v.Get(prefix + "region"), PostalCode: v.Get(prefix + "postal_code"), Country: v.Get(prefix + "country")}
}

func customerValues(d crm.Details) url.Values {
	v := url.Values{"kind": {string(d.Kind)}, "name": {d.Name}, "contact_name": {d.ContactName}, "email": {d.Email}, "phone": {d.Phone}, "notes": {d.Notes}}
	if d.GroupID != nil {
		v.Set("group", d.GroupID.String())
	}
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
