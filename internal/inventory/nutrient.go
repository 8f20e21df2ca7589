package inventory

import (
	"context"
	"slices"

	"craftplan/internal/audit"
	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory/internal/db"
	"craftplan/internal/nutrition"
	"craftplan/internal/store"
)

// NutrientUnit is what amounts of a nutrient are told in.
type NutrientUnit string

// NutrientUnits are all of them.
var NutrientUnits = []NutrientUnit{"g", "mg", "µg", "ml", "%", "kJ", "kcal"}

// Nutrient is a line of nutrition facts: one of the law's, which stay as they are, or the organization's own.
type Nutrient struct {
	ID         id.ID
	Code       string // what programs know it by; "" for the organization's own
	Name       string
	Unit       NutrientUnit
	PartOf     *id.ID // "of which": the nutrient whose amount contains its own
	ArchivedAt *calendar.Instant
}

// Standard tells whether the nutrient is the law's.
func (n Nutrient) Standard() bool { return n.Code != "" }

// Required tells whether every declaration of the European Union lists the nutrient.
func (n Nutrient) Required() bool { return n.Code != "" && slices.Contains(required, n.Code) }

var required = []string{nutrition.EnergyKJ, nutrition.EnergyKcal, nutrition.Fat, nutrition.Saturates, nutrition.Carbohydrate, nutrition.Sugars, nutrition.Protein, nutrition.Salt}

// Nutrients are all of the organization, archived ones too, in the order of labels: parts follow their whole.
func Nutrients(ctx context.Context, tx *store.Tx) ([]Nutrient, error) {
	if err := tx.Require(authz.InventoryRead); err != nil {
		return nil, err
	}
	rows, err := db.For(tx).Nutrients(ctx)
	list := make([]Nutrient, len(rows))
	for i, r := range rows {
		list[i] = Nutrient{r.ID, r.Code, r.Name, NutrientUnit(r.Unit), r.ParentID, r.ArchivedAt}
	}
	return list, err
}

// NewNutrient is one of the organization's own. Field names in errors are name, unit and part_of.
type NewNutrient struct {
	Name   string
	Unit   NutrientUnit
	PartOf *id.ID // one that is no part itself
}

// AddNutrient adds one of the organization's own. Its unit stays: amounts are told in it.
func AddNutrient(ctx context.Context, tx *store.Tx, n NewNutrient) error {
	if err := tx.Require(authz.SettingsWrite); err != nil {
		return err
	}
	var p fault.Problems
	list, name, _, err := freeNutrient(ctx, tx, id.ID{}, n.Name)
	if err := p.Merge(err); err != nil {
		return err
	}
	if !slices.Contains(NutrientUnits, n.Unit) {
		p.Add("unit", "Choose a unit.")
	}
	whole := func(other Nutrient) bool {
		return n.PartOf != nil && other.ID == *n.PartOf && other.PartOf == nil && other.ArchivedAt == nil
	}
	if n.PartOf != nil && !slices.ContainsFunc(list, whole) {
		p.Add("part_of", "Choose one that is no part itself.")
	}
	if err := p.Err(); err != nil {
		return err
	}
	if err := db.For(tx).CreateNutrient(ctx, db.CreateNutrientIn{ID: id.New(), Name: name, Unit: string(n.Unit), ParentID: n.PartOf, Position: ownPosition, CreatedAt: tx.Now()}); err != nil {
		return err
	}
	return noted(ctx, tx, audit.Added, audit.Nutrient, name)
}

// RenameNutrient gives one of the organization's own another name. The field name in errors is name.
func RenameNutrient(ctx context.Context, tx *store.Tx, which id.ID, name string) error {
	if err := tx.Require(authz.SettingsWrite); err != nil {
		return err
	}
	_, name, former, err := freeNutrient(ctx, tx, which, name)
	if err != nil {
		return err
	}
	changed, err := db.For(tx).RenameNutrient(ctx, db.RenameNutrientIn{ID: which, Name: name, UpdatedAt: tx.Now()})
	if err := own(changed, err, "nutrient"); err != nil {
		return err
	}
	return renamed(ctx, tx, audit.Nutrient, former, name)
}

// ArchiveNutrient hides one of the organization's own from choices. What has parts that are not archived stays.
func ArchiveNutrient(ctx context.Context, tx *store.Tx, which id.ID) error {
	if err := tx.Require(authz.SettingsWrite); err != nil {
		return err
	}
	_, parts, err := family(ctx, tx, which)
	if err != nil {
		return err
	}
	for _, n := range parts {
		if n.ArchivedAt == nil {
			return fault.Conflict(n.Name + " is a part of it. Archive that first.")
		}
	}
	now := tx.Now()
	name, err := db.For(tx).SetNutrientArchived(ctx, db.SetNutrientArchivedIn{ID: which, ArchivedAt: &now, UpdatedAt: now})
	return notedOwn(ctx, tx, audit.Archived, audit.Nutrient, name, err)
}

// RestoreNutrient brings an archived one back. A part comes back after its whole.
func RestoreNutrient(ctx context.Context, tx *store.Tx, which id.ID) error {
	if err := tx.Require(authz.SettingsWrite); err != nil {
		return err
	}
	whole, _, err := family(ctx, tx, which)
	if err != nil {
		return err
	}
	if whole.ArchivedAt != nil {
		return fault.Conflict("It is a part of " + whole.Name + ". Restore that first.")
	}
	name, err := db.For(tx).SetNutrientArchived(ctx, db.SetNutrientArchivedIn{ID: which, UpdatedAt: tx.Now()})
	return notedOwn(ctx, tx, audit.Restored, audit.Nutrient, name, err)
}

// family are what a nutrient is a part of, zero for none, and its own parts; they stay as they are for the transaction.
func family(ctx context.Context, tx *store.Tx, which id.ID) (whole Nutrient, parts []Nutrient, err error) {
	if err := tx.Lock(ctx, foodLock); err != nil {
		return whole, nil, err
	}
	list, err := Nutrients(ctx, tx)
	for _, n := range list {
		if n.PartOf != nil && *n.PartOf == which {
			parts = append(parts, n)
		}
		if n.ID == which && n.PartOf != nil {
			whole = list[slices.IndexFunc(list, func(o Nutrient) bool { return o.ID == *n.PartOf })]
		}
	}
	return whole, parts, err
}

// freeNutrient cleans a name for a nutrient and tells what is wrong with it: another one may have it.
func freeNutrient(ctx context.Context, tx *store.Tx, which id.ID, name string) (list []Nutrient, free, former string, err error) {
	if err := tx.Lock(ctx, foodLock); err != nil {
		return nil, "", "", err
	}
	if list, err = Nutrients(ctx, tx); err != nil {
		return nil, "", "", err
	}
	taken := make([]named, len(list))
	for i, n := range list {
		taken[i] = named{n.ID, n.Name, n.Standard(), n.ArchivedAt != nil}
	}
	free, former, err = freeName(name, which, taken)
	return list, free, former, err
}
