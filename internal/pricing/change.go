package pricing

import (
	"context"
	"errors"
	"fmt"

	"craftplan/internal/audit"
	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/catalog"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/pricing/internal/db"
	"craftplan/internal/store"
)

// Create adds a list.
func Create(ctx context.Context, tx *store.Tx, d Details) (List, error) {
	if err := tx.Require(authz.CatalogWrite); err != nil {
		return List{}, err
	}
	d, err := d.Validate()
	if err != nil {
		return List{}, err
	}
	l := List{ID: id.New(), Details: d}
	if err := l.check(ctx, tx); err != nil {
		return List{}, err
	}
	err = db.For(tx).CreatePriceList(ctx, db.CreatePriceListIn{ID: l.ID, GroupID: l.GroupID, Name: l.Name, Discount: l.Discount, ValidFrom: l.ValidFrom, ValidUntil: l.ValidUntil,
		CreatedAt: tx.Now(), CreatedBy: tx.Actor().UserID})
	if err != nil {
		return List{}, same(err)
	}
	if l, err = l.write(ctx, tx); err != nil {
		return List{}, err
	}
	return l, audit.Record(ctx, tx, audit.Change{Action: audit.Added, Kind: audit.PriceList, Record: l.Name, Became: l.fields()})
}

// Update changes a list. Orders that were written by it stay as they are.
func Update(ctx context.Context, tx *store.Tx, which id.ID, d Details) (List, error) {
	if err := tx.Require(authz.CatalogWrite); err != nil {
		return List{}, err
	}
	was, err := Get(ctx, tx, which)
	if err != nil {
		return List{}, err
	}
	if was.ArchivedAt != nil {
		return List{}, fault.Conflict(was.Name + " is archived. Restore it first.")
	}
	if d, err = d.Validate(); err != nil {
		return List{}, err
	}
	l := List{ID: which, Details: d}
	if err := l.check(ctx, tx); err != nil {
		return List{}, err
	}
	_, err = db.For(tx).UpdatePriceList(ctx, db.UpdatePriceListIn{ID: which, GroupID: l.GroupID, Name: l.Name, Discount: l.Discount, ValidFrom: l.ValidFrom, ValidUntil: l.ValidUntil,
		UpdatedAt: tx.Now(), UpdatedBy: tx.Actor().UserID})
	if err != nil {
		return List{}, same(err)
	}
	if l, err = l.write(ctx, tx); err != nil {
		return List{}, err
	}
	return l, audit.Record(ctx, tx, audit.Change{Action: audit.Changed, Kind: audit.PriceList, Record: was.Name, Was: was.fields(), Became: l.fields()})
}

// write puts the rows in the place of those there are, and reads the list again.
func (l List) write(ctx context.Context, tx *store.Tx) (List, error) {
	products, err := catalog.Options(ctx, tx)
	if err != nil {
		return l, err
	}
	var kept List // with products that are not sold any more, whose rows stay
	if kept, err = (List{ID: l.ID}).withRows(ctx, tx); err != nil {
		return l, err
	}
	known := map[id.ID]bool{}
	for _, p := range products {
		known[p.ID] = true
	}
	for _, r := range kept.Rows {
		known[r.ProductID] = true
	}
	if err := db.For(tx).ClearPriceList(ctx, db.ClearPriceListIn{PriceListID: l.ID}); err != nil {
		return l, err
	}
	var p fault.Problems
	for _, r := range l.Rows {
		if !known[r.ProductID] {
			p.Add(fmt.Sprintf("rows.%d.product", r.Row), "Choose a product that is sold.")
			continue
		}
		err := db.For(tx).AddPriceListRow(ctx, db.AddPriceListRowIn{PriceListID: l.ID, ProductID: r.ProductID, Minimum: r.Minimum, Price: r.Price})
		if err != nil {
			return l, err
		}
	}
	if err := p.Err(); err != nil {
		return l, err
	}
	return Get(ctx, tx, l.ID)
}

// Archive ends a list at once: orders that are written from now on do not see it.
func Archive(ctx context.Context, tx *store.Tx, which id.ID) error {
	if err := tx.Require(authz.Archive); err != nil {
		return err
	}
	now := tx.Now()
	return setArchived(ctx, tx, which, audit.Archived, &now)
}

// Restore brings an archived list back, unless another of the group is valid at the same time.
func Restore(ctx context.Context, tx *store.Tx, which id.ID) error {
	if err := tx.Require(authz.Archive); err != nil {
		return err
	}
	l, err := Get(ctx, tx, which)
	if err != nil {
		return err
	}
	if err := l.check(ctx, tx); fault.Is(err, fault.KindInvalid) {
		return fault.Conflict(l.Name + " cannot come back: " + fault.FieldsOf(err)[0].Message)
	} else if err != nil {
		return err
	}
	return setArchived(ctx, tx, which, audit.Restored, nil)
}

func setArchived(ctx context.Context, tx *store.Tx, which id.ID, action audit.Action, at *calendar.Instant) error {
	l, err := Get(ctx, tx, which)
	if err != nil || (l.ArchivedAt == nil) == (at == nil) {
		return err
	}
	_, err = db.For(tx).SetPriceListArchived(ctx, db.SetPriceListArchivedIn{ID: which, ArchivedAt: at, UpdatedAt: tx.Now(), UpdatedBy: tx.Actor().UserID})
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Change{Action: action, Kind: audit.PriceList, Record: l.Name})
}

// same says so where somebody else was quicker with a name.
func same(err error) error {
	if err = store.Translate(err); errors.Is(err, store.ErrUnique) {
		return fault.Invalid("name", "Another price list has this name.")
	}
	return err
}
