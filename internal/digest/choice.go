package digest

import (
	"context"
	"slices"

	"craftplan/internal/audit"
	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/digest/internal/db"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/store"
)

// Frequency is how often somebody is mailed.
type Frequency string

// The frequencies.
const (
	Off    Frequency = "off"
	Daily  Frequency = "daily"
	Weekly Frequency = "weekly" // on Mondays
)

// Frequencies are all of them, in the order they are offered.
var Frequencies = []Frequency{Off, Daily, Weekly}

// Chosen is what the actor chose.
func Chosen(ctx context.Context, tx *store.Tx) (Frequency, error) {
	if err := tx.Require(authz.InventoryRead); err != nil {
		return "", err
	}
	r, err := readerOf(ctx, tx, tx.Actor().UserID)
	return r.Frequency, err
}

// Choose sets how often the actor is mailed, from the next morning on. The field in errors is frequency.
func Choose(ctx context.Context, tx *store.Tx, f Frequency) error {
	if err := tx.Require(authz.InventoryRead); err != nil {
		return err
	}
	if tx.Actor().Support {
		return fault.Conflict("You are here as support. Digests are for members.")
	}
	if !slices.Contains(Frequencies, f) {
		return fault.Invalid("frequency", "Choose how often.")
	}
	return change(ctx, tx, tx.Actor().UserID, f)
}

// change writes and records what a member chose.
func change(ctx context.Context, tx *store.Tx, user id.ID, f Frequency) error {
	r, err := readerOf(ctx, tx, user)
	if err != nil || r.Frequency == f {
		return err
	}
	if f == Off {
		err = db.For(tx).DropChoice(ctx, db.DropChoiceIn{UserID: user})
	} else {
		err = db.For(tx).SaveChoice(ctx, db.SaveChoiceIn{UserID: user, Frequency: string(f), DoneUntil: begun(tx), UpdatedAt: tx.Now()})
	}
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Change{Action: audit.Changed, Kind: audit.Member, Record: r.Name, Was: audit.Fields{"Digest": string(r.Frequency)}, Became: audit.Fields{"Digest": string(f)}})
}

// begun is the last morning that is no business of who chooses now.
func begun(tx *store.Tx) calendar.Date {
	if morning, ok := Daily.morning(tx.Now(), tx.Context().Zone); ok {
		return morning
	}
	return tx.Today().AddDays(-1)
}

// reader is a member, and what they chose.
type reader struct {
	ID          id.ID
	Name, Email string
	Frequency   Frequency
	DoneUntil   *calendar.Date // nil when they chose nothing
}

func readerOf(ctx context.Context, tx *store.Tx, user id.ID) (reader, error) {
	r, err := db.For(tx).Reader(ctx, db.ReaderIn{UserID: user})
	if err = store.Translate(err); fault.Is(err, fault.KindNotFound) {
		return reader{}, fault.NotFound("member")
	}
	return reader{user, r.Name, r.Email, Frequency(r.Frequency), r.DoneUntil}, err
}
