package crm

import (
	"context"
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"

	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/crm/internal/db"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/search"
	"craftplan/internal/store"
)

// Kind is what a customer is.
type Kind string

// The kinds.
const (
	Individual Kind = "individual"
	Company    Kind = "company"
)

// Customer buys.
type Customer struct {
	ID        id.ID
	Reference string
	Details
	Group      string // the name of the group that the customer is in; "" is none
	ArchivedAt *calendar.Instant
	CreatedAt  calendar.Instant
}

// Details are what people enter about a customer. Field names in errors are kind, name, contact_name, email, phone, notes, group,
// and billing_street, shipping_city and so on.
type Details struct {
	Kind        Kind
	Name        string
	ContactName string // the person at a company
	Email       string
	Phone       string
	Notes       string
	GroupID     *id.ID // whose prices they pay; nil is none
	Billing     Address
	Shipping    Address
}

// Address is a postal address; an empty one is none.
type Address struct{ Street, City, Region, PostalCode, Country string }

// IsEmpty tells whether nothing was entered.
func (a Address) IsEmpty() bool { return a == Address{} }

// Lines are the address as an envelope has it.
func (a Address) Lines() []string {
	town := strings.TrimSpace(strings.Join(nonEmpty(a.City, strings.Join(nonEmpty(a.Region, a.PostalCode), " ")), ", "))
	return nonEmpty(a.Street, town, a.Country)
}

func nonEmpty(texts ...string) []string {
	var kept []string
	for _, t := range texts {
		if t != "" {
			kept = append(kept, t)
		}
	}
	return kept
}

// Lengths, in characters.
const (
	maxName  = 120
	maxLine  = 200
	maxPhone = 40
	maxNotes = 2000
)

// Validate tells what is wrong with the fields and returns them cleaned.
func (d Details) Validate() (Details, error) {
	var p fault.Problems
	if d.Kind != Individual && d.Kind != Company {
		p.Add("kind", "Choose a person or a company.")
	}
	line(&p, "name", &d.Name, maxName)
	if d.Name == "" {
		p.Add("name", "Enter a name.")
	}
	line(&p, "contact_name", &d.ContactName, maxName)
	line(&p, "phone", &d.Phone, maxPhone)
	d.Email = strings.TrimSpace(d.Email)
	if address, err := mail.ParseAddress(d.Email); d.Email != "" && (err != nil || address.Address != d.Email || len(d.Email) > 254) {
		p.Add("email", "Enter an e-mail address, such as orders@example.com, or leave it empty.")
	}
	d.Notes = strings.TrimSpace(d.Notes)
	if utf8.RuneCountInString(d.Notes) > maxNotes {
		p.Addf("notes", "Use at most %d characters.", maxNotes)
	}
	d.Billing.validate(&p, "billing_")
	d.Shipping.validate(&p, "shipping_")
	return d, p.Err()
}

func (a *Address) validate(p *fault.Problems, prefix string) {
	line(p, prefix+"street", &a.Street, maxLine)
	line(p, prefix+"city", &a.City, maxName)
	line(p, prefix+"region", &a.Region, maxName)
	line(p, prefix+"postal_code", &a.PostalCode, maxPhone)
	line(p, prefix+"country", &a.Country, maxName)
	if !a.IsEmpty() && a.Street == "" && a.City == "" && a.Country == "" {
		p.Add(prefix+"street", "Enter a street, a city or a country too.")
	}
}

// line cleans one line of text: any printable characters, single spaces.
func line(p *fault.Problems, field string, text *string, limit int) {
	*text = strings.Join(strings.Fields(*text), " ")
	switch {
	case strings.ContainsFunc(*text, func(r rune) bool { return !unicode.IsPrint(r) }):
		p.Add(field, "Use printable characters only.")
	case utf8.RuneCountInString(*text) > limit:
		p.Addf(field, "Use at most %d characters.", limit)
	}
}

func (d Details) searchText(reference string) string {
	return search.Fold(d.Name, d.ContactName, reference, d.Email, d.Phone)
}

// Get reads the customer with a reference.
func Get(ctx context.Context, tx *store.Tx, reference string) (Customer, error) {
	if err := tx.Require(authz.CustomersRead); err != nil {
		return Customer{}, err
	}
	row, err := db.For(tx).GetCustomer(ctx, db.GetCustomerIn{Reference: reference})
	if err != nil {
		return Customer{}, notFound(err)
	}
	return complete(ctx, tx, db.GetCustomerByIDRow(row))
}

// GetByID reads the customer an order names.
func GetByID(ctx context.Context, tx *store.Tx, customer id.ID) (Customer, error) {
	if err := tx.Require(authz.CustomersRead); err != nil {
		return Customer{}, err
	}
	row, err := db.For(tx).GetCustomerByID(ctx, db.GetCustomerByIDIn{ID: customer})
	if err != nil {
		return Customer{}, notFound(err)
	}
	return complete(ctx, tx, row)
}

func notFound(err error) error {
	if err = store.Translate(err); fault.Is(err, fault.KindNotFound) {
		return fault.NotFound("customer")
	}
	return err
}

func complete(ctx context.Context, tx *store.Tx, row db.GetCustomerByIDRow) (Customer, error) {
	c := Customer{ID: row.ID, Reference: row.Reference, ArchivedAt: row.ArchivedAt, CreatedAt: row.CreatedAt,
		Details: Details{Kind: Kind(row.Kind), Name: row.Name, ContactName: row.ContactName, Email: row.Email, Phone: row.Phone, Notes: row.Notes}}
	group, err := groupOf(ctx, tx, row.ID)
	if err != nil {
		return c, err
	}
	if group != nil {
		c.GroupID, c.Group = &group.ID, group.Name
	}
	addresses, err := db.For(tx).AddressesOf(ctx, db.AddressesOfIn{CustomerID: row.ID})
	for _, a := range addresses {
		address := Address{a.Street, a.City, a.Region, a.PostalCode, a.Country}
		if a.Kind == billing {
			c.Billing = address
		} else {
			c.Shipping = address
		}
	}
	return c, err
}
