package crm

import (
	"context"

	"craftplan/internal/authz"
	"craftplan/internal/crm/internal/db"
	"craftplan/internal/id"
	"craftplan/internal/search"
	"craftplan/internal/store"
)

// Sort is an order of the list.
type Sort string

// The sorts.
const (
	ByName     Sort = "name"
	ByNameDown Sort = "-name"
	Newest     Sort = "-created"
)

// Filter chooses and orders customers.
type Filter struct {
	Query    string // words of the name, contact, reference, e-mail or phone
	Archived bool
	Sort     Sort  // "" is ByName
	Limit    int64 // rows of a page
	Offset   int64
}

// Listed is one row of the list.
type Listed struct {
	ID          id.ID
	Reference   string
	Kind        Kind
	Name        string
	ContactName string
	Email       string
	Phone       string
	Group       string // "" is none
}

// List reads one page of customers and how many there are in all.
func List(ctx context.Context, tx *store.Tx, f Filter) ([]Listed, int64, error) {
	if err := tx.Require(authz.CustomersRead); err != nil {
		return nil, 0, err
	}
	queries, pattern := db.For(tx), search.Pattern(f.Query)
	total, err := queries.CountCustomers(ctx, db.CountCustomersIn{Archived: f.Archived, Pattern: pattern})
	if err != nil {
		return nil, 0, err
	}
	in := db.ListCustomersByNameIn{Archived: f.Archived, Pattern: pattern, CountOf: int32(f.Limit), Skip: int32(f.Offset)}
	var rows []db.ListCustomersByNameRow
	switch f.Sort {
	case ByNameDown:
		rows, err = convert(queries.ListCustomersByNameDown(ctx, db.ListCustomersByNameDownIn(in)))
	case Newest:
		rows, err = convert(queries.ListCustomersNewest(ctx, db.ListCustomersNewestIn(in)))
	default:
		rows, err = queries.ListCustomersByName(ctx, in)
	}
	list := make([]Listed, len(rows))
	for i, r := range rows {
		list[i] = Listed{r.ID, r.Reference, Kind(r.Kind), r.Name, r.ContactName, r.Email, r.Phone, r.GroupName}
	}
	return list, total, err
}

// convert gives the rows of a query in another order the type of the first.
func convert[R interface {
	db.ListCustomersByNameDownRow | db.ListCustomersNewestRow
}](rows []R, err error) ([]db.ListCustomersByNameRow, error) {
	same := make([]db.ListCustomersByNameRow, len(rows))
	for i, r := range rows {
		same[i] = db.ListCustomersByNameRow(r)
	}
	return same, err
}

// Option is a customer as orders choose one.
type Option struct{ Reference, Name string }

// Options are all customers that are not archived, by name.
func Options(ctx context.Context, tx *store.Tx) ([]Option, error) {
	if err := tx.Require(authz.CustomersRead); err != nil {
		return nil, err
	}
	rows, err := db.For(tx).CustomerOptions(ctx)
	options := make([]Option, len(rows))
	for i, r := range rows {
		options[i] = Option(r)
	}
	return options, err
}
