package crm

import (
	"context"

	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/crm/internal/db"
	"craftplan/internal/store"
)

// Update changes what is known of a customer.
func Update(ctx context.Context, tx *store.Tx, reference string, d Details) (Customer, error) {
	if err := tx.Require(authz.CustomersWrite); err != nil {
		return Customer{}, err
	}
	c, err := Get(ctx, tx, reference)
	if err != nil {
		return Customer{}, err
	}
	was := (*Group)(nil)
	if c.GroupID != nil {
		was = &Group{ID: *c.GroupID, Name: c.Group}
	}
	if c.Details, err = d.Validate(); err != nil {
		return Customer{}, err
	}
	d = c.Details
	_, err = db.For(tx).UpdateCustomer(ctx, db.UpdateCustomerIn{ID: c.ID, Kind: string(d.Kind), Name: d.Name, ContactName: d.ContactName, Email: d.Email,
		Phone: d.Phone, Notes: d.Notes, SearchText: d.searchText(reference), UpdatedAt: tx.Now(), UpdatedBy: tx.Actor().UserID})
	if err != nil {
		return Customer{}, err
	}
	if err := c.saveGroup(ctx, tx, was); err != nil {
		return Customer{}, err
	}
	return c, saveAddresses(ctx, tx, c)
}

// Archive hides a customer from lists and choices; Restore brings it back.
func Archive(ctx context.Context, tx *store.Tx, reference string) error {
	if err := tx.Require(authz.Archive); err != nil {
		return err
	}
	now := tx.Now()
	return setArchived(ctx, tx, reference, &now)
}

// Restore brings an archived customer back.
func Restore(ctx context.Context, tx *store.Tx, reference string) error {
	if err := tx.Require(authz.Archive); err != nil {
		return err
	}
	return setArchived(ctx, tx, reference, nil)
}

func setArchived(ctx context.Context, tx *store.Tx, reference string, at *calendar.Instant) error {
	c, err := Get(ctx, tx, reference)
	if err != nil {
		return err
	}
	_, err = db.For(tx).SetCustomerArchived(ctx, db.SetCustomerArchivedIn{ID: c.ID, ArchivedAt: at, UpdatedAt: tx.Now(), UpdatedBy: tx.Actor().UserID})
	return err
}
