package crm

import (
	"context"

	"craftplan/internal/authz"
	"craftplan/internal/crm/internal/db"
	"craftplan/internal/id"
	"craftplan/internal/settings"
	"craftplan/internal/store"
)

const (
	billing  = "billing"
	shipping = "shipping"
)

// Create adds a customer and gives it the next reference.
func Create(ctx context.Context, tx *store.Tx, d Details) (Customer, error) {
	if err := tx.Require(authz.CustomersWrite); err != nil {
		return Customer{}, err
	}
	d, err := d.Validate()
	if err != nil {
		return Customer{}, err
	}
	reference, err := settings.NextReference(ctx, tx, "CU", 0)
	if err != nil {
		return Customer{}, err
	}
	c := Customer{ID: id.New(), Reference: reference, Details: d, CreatedAt: tx.Now()}
	err = db.For(tx).CreateCustomer(ctx, db.CreateCustomerIn{ID: c.ID, Reference: reference, Kind: string(d.Kind), Name: d.Name, ContactName: d.ContactName,
		Email: d.Email, Phone: d.Phone, Notes: d.Notes, SearchText: d.searchText(reference), CreatedAt: tx.Now(), CreatedBy: tx.Actor().UserID})
	if err != nil {
		return Customer{}, err
	}
	if err := c.saveGroup(ctx, tx, nil); err != nil {
		return Customer{}, err
	}
	return c, saveAddresses(ctx, tx, c)
}

func saveAddresses(ctx context.Context, tx *store.Tx, c Customer) error {
	if err := saveAddress(ctx, tx, c.ID, billing, c.Billing); err != nil {
		return err
	}
	return saveAddress(ctx, tx, c.ID, shipping, c.Shipping)
}

func saveAddress(ctx context.Context, tx *store.Tx, customer id.ID, kind string, a Address) error {
	if a.IsEmpty() {
		return db.For(tx).DeleteAddress(ctx, db.DeleteAddressIn{CustomerID: customer, Kind: kind})
	}
	return db.For(tx).SaveAddress(ctx, db.SaveAddressIn{ID: id.New(), CustomerID: customer, Kind: kind, Street: a.Street, City: a.City, Region: a.Region, PostalCode: a.PostalCode, Country: a.Country})
}
