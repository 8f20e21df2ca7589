package catalog

import (
	"context"
	"slices"

	"craftplan/internal/authz"
	"craftplan/internal/exact"
	"craftplan/internal/store"
)

// Change is what became of a line from one version to another.
type Change string

// The changes.
const (
	Kept    Change = "kept"
	Added   Change = "added"
	Removed Change = "removed"
	Altered Change = "altered"
)

// LineChange is a material or a product in one of two versions, or in both.
type LineChange struct {
	Change
	Before, After *Component // nil where it is not
}

// StepChange is a step in one of two versions, or in both.
type StepChange struct {
	Change
	Before, After *Step
}

// Difference is what two versions have and have not.
type Difference struct {
	Lines []LineChange
	Steps []StepChange
}

// Diff compares versions: lines by what they are, steps by their names. A line is the same when one piece gets as much of it, with
// as much waste and the same note, whatever the recipes make.
func Diff(before, after *Recipe) (d Difference) {
	gone := map[int]bool{}
	for i := range before.Components {
		gone[i] = true
	}
	for i := range after.Components {
		c := &after.Components[i]
		at := slices.IndexFunc(before.Components, func(b Component) bool { return b.ID == c.ID })
		if at < 0 {
			d.Lines = append(d.Lines, LineChange{Added, nil, c})
			continue
		}
		delete(gone, at)
		b, change := &before.Components[at], Altered
		of, now := exact.Fraction(int64(b.Quantity), int64(before.Yield)), exact.Fraction(int64(c.Quantity), int64(after.Yield))
		if of.Cmp(now) == 0 && b.Waste == c.Waste && b.Note == c.Note {
			change = Kept
		}
		d.Lines = append(d.Lines, LineChange{change, b, c})
	}
	for i := range before.Components {
		if gone[i] {
			d.Lines = append(d.Lines, LineChange{Removed, &before.Components[i], nil})
		}
	}
	d.Steps = diffSteps(before.Steps, after.Steps)
	return d
}

func diffSteps(before, after []Step) (changes []StepChange) {
	left := make([]*Step, len(before))
	for i := range before {
		left[i] = &before[i]
	}
	for i := range after {
		s := &after[i]
		at := slices.IndexFunc(left, func(b *Step) bool { return b != nil && b.Name == s.Name })
		if at < 0 {
			changes = append(changes, StepChange{Added, nil, s})
			continue
		}
		b, change := left[at], Altered
		left[at] = nil
		if b.Minutes == s.Minutes && b.UnitsPerRun == s.UnitsPerRun && sameRate(b, s) {
			change = Kept
		}
		changes = append(changes, StepChange{change, b, s})
	}
	for _, b := range left {
		if b != nil {
			changes = append(changes, StepChange{Removed, b, nil})
		}
	}
	return changes
}

func sameRate(a, b *Step) bool {
	if a.HourlyRate == nil || b.HourlyRate == nil {
		return a.HourlyRate == b.HourlyRate
	}
	return *a.HourlyRate == *b.HourlyRate
}

// CostToday is what one piece of a version would cost at the prices, the rates and the recipes within it of today; false when it
// cannot be reckoned any more, such as a replaced version that the recipes of today lead back to.
func CostToday(ctx context.Context, tx *store.Tx, r *Recipe) (Cost, bool, error) {
	if err := tx.Require(authz.CatalogRead, authz.CostsRead); err != nil {
		return Cost{}, false, err
	}
	again := Recipe{Product: r.Product, Yield: r.Yield, Loss: r.Loss, Components: slices.Clone(r.Components), Steps: slices.Clone(r.Steps)}
	book, err := bookOf(ctx, tx, &again)
	if err != nil {
		return Cost{}, false, err
	}
	rates, err := rates(ctx, tx)
	if err != nil {
		return Cost{}, false, err
	}
	reckoned := again.reckon(book, rates) == nil
	return again.Cost, reckoned, nil
}
