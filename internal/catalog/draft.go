package catalog

import (
	"context"
	"encoding/json"
	"maps"
	"strings"

	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/catalog/internal/db"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/store"
)

// Draft is what somebody wrote of the next version of a recipe, complete or not: the fields of the editor as they were typed. A product
// has one at most, which everybody sees who may write recipes; publishing ends it.
type Draft struct {
	Fields  map[string]string
	SavedAt calendar.Instant
	SavedBy string
}

const (
	maxDraft  = 64 << 10 // bytes
	rateField = ".rate"  // the end of the names of what a step's hour costs
)

// DraftOf reads the draft of a product; nil is none.
func DraftOf(ctx context.Context, tx *store.Tx, product id.ID) (*Draft, error) {
	if err := tx.Require(authz.CatalogRead); err != nil {
		return nil, err
	}
	row, err := db.For(tx).DraftOf(ctx, db.DraftOfIn{ProductID: product})
	if err = store.Translate(err); fault.Is(err, fault.KindNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	d := Draft{SavedAt: row.SavedAt, SavedBy: row.SavedBy}
	if err := json.Unmarshal([]byte(row.Fields), &d.Fields); err != nil {
		return nil, err
	}
	if !tx.SeesCosts() {
		maps.DeleteFunc(d.Fields, func(name, _ string) bool { return strings.HasSuffix(name, rateField) })
	}
	return &d, nil
}

// SaveDraft keeps what was typed, in place of the draft before.
func SaveDraft(ctx context.Context, tx *store.Tx, product id.ID, fields map[string]string) error {
	if err := tx.Require(authz.CatalogWrite); err != nil {
		return err
	}
	text, err := json.Marshal(fields)
	if err != nil {
		return err
	}
	if len(text) > maxDraft {
		return fault.Invalid("notes", "This is more than a draft can hold. Shorten the notes.")
	}
	return db.For(tx).SaveDraft(ctx, db.SaveDraftIn{ProductID: product, Fields: string(text), SavedAt: tx.Now(), SavedBy: tx.Actor().UserID})
}

// DiscardDraft forgets the draft, if there is one.
func DiscardDraft(ctx context.Context, tx *store.Tx, product id.ID) error {
	if err := tx.Require(authz.CatalogWrite); err != nil {
		return err
	}
	_, err := db.For(tx).DeleteDraft(ctx, db.DeleteDraftIn{ProductID: product})
	return err
}
