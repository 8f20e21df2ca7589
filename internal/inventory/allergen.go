package inventory

import (
	"context"
	"strings"

	"craftplan/internal/audit"
	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory/internal/db"
	"craftplan/internal/search"
	"craftplan/internal/store"
)

// Allergen is what labels name because it makes some people ill: one of the law's, which stay as they are, or the organization's own.
type Allergen struct {
	ID         id.ID
	Code       string // what programs know it by; "" for the organization's own
	Name       string
	ArchivedAt *calendar.Instant
}

// Standard tells whether the allergen is the law's.
func (a Allergen) Standard() bool { return a.Code != "" }

// Allergens are all of the organization, archived ones too, in the order of labels.
func Allergens(ctx context.Context, tx *store.Tx) ([]Allergen, error) {
	if err := tx.Require(authz.InventoryRead); err != nil {
		return nil, err
	}
	rows, err := db.For(tx).Allergens(ctx)
	list := make([]Allergen, len(rows))
	for i, r := range rows {
		list[i] = Allergen{r.ID, r.Code, r.Name, r.ArchivedAt}
	}
	return list, err
}

// AddAllergen adds one of the organization's own. The field name in errors is name.
func AddAllergen(ctx context.Context, tx *store.Tx, name string) error {
	if err := tx.Require(authz.SettingsWrite); err != nil {
		return err
	}
	name, _, err := freeAllergen(ctx, tx, id.ID{}, name)
	if err != nil {
		return err
	}
	if err := db.For(tx).CreateAllergen(ctx, db.CreateAllergenIn{ID: id.New(), Name: name, Position: ownPosition, CreatedAt: tx.Now()}); err != nil {
		return err
	}
	return noted(ctx, tx, audit.Added, audit.Allergen, name)
}

// RenameAllergen gives one of the organization's own another name. The field name in errors is name.
func RenameAllergen(ctx context.Context, tx *store.Tx, which id.ID, name string) error {
	if err := tx.Require(authz.SettingsWrite); err != nil {
		return err
	}
	name, former, err := freeAllergen(ctx, tx, which, name)
	if err != nil {
		return err
	}
	changed, err := db.For(tx).RenameAllergen(ctx, db.RenameAllergenIn{ID: which, Name: name, UpdatedAt: tx.Now()})
	if err := own(changed, err, "allergen"); err != nil {
		return err
	}
	return renamed(ctx, tx, audit.Allergen, former, name)
}

// ArchiveAllergen hides one of the organization's own from choices.
func ArchiveAllergen(ctx context.Context, tx *store.Tx, which id.ID) error {
	if err := tx.Require(authz.SettingsWrite); err != nil {
		return err
	}
	now := tx.Now()
	name, err := db.For(tx).SetAllergenArchived(ctx, db.SetAllergenArchivedIn{ID: which, ArchivedAt: &now, UpdatedAt: now})
	return notedOwn(ctx, tx, audit.Archived, audit.Allergen, name, err)
}

// RestoreAllergen brings an archived one back.
func RestoreAllergen(ctx context.Context, tx *store.Tx, which id.ID) error {
	if err := tx.Require(authz.SettingsWrite); err != nil {
		return err
	}
	name, err := db.For(tx).SetAllergenArchived(ctx, db.SetAllergenArchivedIn{ID: which, UpdatedAt: tx.Now()})
	return notedOwn(ctx, tx, audit.Restored, audit.Allergen, name, err)
}

// own is the answer to a change of what may be nobody's, another organization's, or the law's.
func own(changed int64, err error, what string) error {
	if err == nil && changed == 0 {
		return fault.NotFound(what)
	}
	return err
}

// freeAllergen cleans a name for an allergen and tells what is wrong with it: another one may have it. Former is the one it has now.
func freeAllergen(ctx context.Context, tx *store.Tx, which id.ID, name string) (free, former string, err error) {
	if err := tx.Lock(ctx, foodLock); err != nil {
		return "", "", err
	}
	list, err := Allergens(ctx, tx)
	if err != nil {
		return "", "", err
	}
	taken := make([]named, len(list))
	for i, a := range list {
		taken[i] = named{a.ID, a.Name, a.Standard(), a.ArchivedAt != nil}
	}
	return freeName(name, which, taken)
}

// named is an allergen or a nutrient by its name.
type named struct {
	id                 id.ID
	name               string
	standard, archived bool
}

const maxOwn = 100 // allergens, and as many nutrients

// freeName cleans the name of which, or of a new one when that is zero. Former is the name it has now.
func freeName(name string, which id.ID, taken []named) (free, former string, err error) {
	name = strings.Join(strings.Fields(name), " ")
	if err := CheckName(name); err != nil {
		return "", "", err
	}
	count := 0
	for _, n := range taken {
		if n.id == which {
			former = n.name
		}
		switch {
		case n.id == which || search.Fold(n.name) != search.Fold(name):
		case n.archived:
			return "", "", fault.Invalid("name", "An archived one has this name. Restore it, or choose another.")
		default:
			return "", "", fault.Invalid("name", "There is one with this name.")
		}
		if !n.standard {
			count++
		}
	}
	if which.IsZero() && count >= maxOwn {
		return "", "", fault.Invalid("name", "There are a hundred of your own already.")
	}
	return name, former, nil
}
