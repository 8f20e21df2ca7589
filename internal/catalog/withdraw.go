package catalog

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"craftplan/internal/audit"
	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/money"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
)

// Withdraw ends the active version of a product with none in its place: there is no recipe to make it by until another is published.
// It is a Conflict when the version is not the active one any more, or when recipes take the product. The version stays readable.
func Withdraw(ctx context.Context, tx *store.Tx, product, recipe id.ID) error {
	if err := tx.Require(authz.Archive); err != nil {
		return err
	}
	if err := oneByOne(ctx, tx); err != nil {
		return err
	}
	active, err := GetRecipe(ctx, tx.Reckoning(), product, 0)
	if err != nil {
		return err
	}
	if active == nil || active.ID != recipe {
		return fault.Conflict("Another version was published since.")
	}
	names, err := takers(ctx, tx, product)
	if err != nil {
		return err
	}
	if len(names) > 0 {
		return fault.Conflict(fmt.Sprintf("It is part of %s.", strings.Join(names, ", ")))
	}
	if err := active.archive(ctx, tx); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Change{Action: audit.Archived, Kind: audit.Recipe, Record: active.Product.SKU, Was: active.fields()})
}

// Input is the version as it would be entered.
func (r Recipe) Input() Input {
	in := Input{Yield: r.Yield, Loss: r.Loss, Notes: r.Notes}
	for i, c := range r.Components {
		line := ComponentInput{Row: i, MaterialID: c.ID, Quantity: c.Quantity, Waste: c.Waste, Note: c.Note}
		if c.Nested {
			line.MaterialID, line.ProductID = id.ID{}, c.ID
		}
		in.Components = append(in.Components, line)
	}
	for i, s := range r.Steps {
		in.Steps = append(in.Steps, StepInput{Row: i, Name: s.Name, Minutes: s.Minutes, UnitsPerRun: s.UnitsPerRun, HourlyRate: s.HourlyRate, Was: i + 1})
	}
	return in
}

// What a line of the editor names begins with one of these, before its id.
const (
	MaterialRef = "m:"
	ProductRef  = "p:"
)

// Fields are the version as the editor shows it, by the names of Input; in a draft they stand as they were typed.
func (r Recipe) Fields(currency string) map[string]string {
	fields := map[string]string{"yield": quantity.Decimal(r.Yield), "notes": r.Notes}
	if r.Loss > 0 {
		fields["loss"] = percent(r.Loss)
	}
	for i, c := range r.Components {
		at := "components." + strconv.Itoa(i) + "."
		fields[at+"item"] = MaterialRef + c.ID.String()
		if c.Nested {
			fields[at+"item"] = ProductRef + c.ID.String()
		}
		fields[at+"quantity"], fields[at+"waste"] = quantity.Input(c.Quantity, c.Unit), percent(c.Waste)
		if c.Note != "" {
			fields[at+"note"] = c.Note
		}
	}
	for i, s := range r.Steps {
		at := "steps." + strconv.Itoa(i) + "."
		fields[at+"name"], fields[at+"minutes"], fields[at+"units"], fields[at+"was"] = s.Name, quantity.Decimal(s.Minutes), quantity.Decimal(s.UnitsPerRun), strconv.Itoa(i+1)
		if s.HourlyRate != nil {
			fields[at+"rate"] = money.Input(*s.HourlyRate, currency)
		}
	}
	return fields
}

// percent shows millionths as a percentage: 210,000 is 21.
func percent(millionths int64) string { return quantity.Decimal(quantity.Quantity(millionths * 100)) }
