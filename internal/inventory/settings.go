package inventory

import (
	"context"
	"fmt"
	"slices"
	"time"

	"craftplan/internal/audit"
	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory/internal/db"
	"craftplan/internal/store"
)

// NegativeStock is what happens when more is used than there is.
type NegativeStock string

// The policies.
const (
	Forbid NegativeStock = "forbid" // it is refused
	Warn   NegativeStock = "warn"   // it is noted as owed, and goes on
)

// Settings are how an organization keeps its stock. Field names in errors are lot_pattern, negative_stock, backdate_days, expiring_days
// and cost_method.
type Settings struct {
	LotPattern   Pattern
	Negative     NegativeStock
	BackdateDays int64 // how far back a movement may be dated
	ExpiringDays int64 // how long before its expiry a lot is expiring
	Costing      CostMethod
}

const (
	defaultPattern = "L-{yyyy}-{0000}"
	mainLocation   = "Main"
)

// Bootstrap gives a new organization its settings, its first location, and the allergens and nutrients of the law.
func Bootstrap(ctx context.Context, tx *store.Tx) error {
	err := db.For(tx).CreateSettings(ctx, db.CreateSettingsIn{LotPattern: defaultPattern, NegativeStock: string(Forbid), BackdateDays: 31, ExpiringDays: 14, CostMethod: string(ByHand), UpdatedAt: tx.Now()})
	if err != nil {
		return err
	}
	err = db.For(tx).CreateLocation(ctx, db.CreateLocationIn{ID: mainOf(tx), Kind: "place", Name: mainLocation, CreatedAt: tx.Now()})
	if err != nil {
		return err
	}
	_, err = AddStandards(ctx, tx)
	return err
}

// mainOf is an organization's first location: it has the organization's own id.
func mainOf(tx *store.Tx) id.ID { return id.ID{UUID: tx.Organization().UUID} }

// ReadSettings reads the settings. Everybody's work with stock depends on them, so it asks for no permission.
func ReadSettings(ctx context.Context, tx *store.Tx) (Settings, error) {
	r, err := db.For(tx).GetSettings(ctx)
	return Settings{Pattern(r.LotPattern), NegativeStock(r.NegativeStock), r.BackdateDays, r.ExpiringDays, CostMethod(r.CostMethod)}, err
}

// Validate tells what is wrong with the fields.
func (s Settings) Validate() error {
	var p fault.Problems
	if err := s.LotPattern.Check(); err != nil {
		p.Add("lot_pattern", err.Error())
	}
	if s.Negative != Forbid && s.Negative != Warn {
		p.Add("negative_stock", "Choose what happens when stock is short.")
	}
	if s.BackdateDays < 0 || s.BackdateDays > 3650 {
		p.Add("backdate_days", "Enter 0 to 3650 days.")
	}
	if s.ExpiringDays < 1 || s.ExpiringDays > 3650 {
		p.Add("expiring_days", "Enter 1 to 3650 days.")
	}
	if !slices.Contains(CostMethods, s.Costing) {
		p.Add("cost_method", "Choose what recipes reckon with.")
	}
	return p.Err()
}

// UpdateSettings changes the settings. Another cost method prices all materials anew.
func UpdateSettings(ctx context.Context, tx *store.Tx, s Settings) error {
	if err := tx.Require(authz.SettingsWrite); err != nil {
		return err
	}
	if err := s.Validate(); err != nil {
		return err
	}
	was, err := ReadSettings(ctx, tx)
	if err != nil {
		return err
	}
	_, err = db.For(tx).UpdateSettings(ctx, db.UpdateSettingsIn{LotPattern: string(s.LotPattern), NegativeStock: string(s.Negative), BackdateDays: s.BackdateDays, ExpiringDays: s.ExpiringDays, CostMethod: string(s.Costing), UpdatedAt: tx.Now()})
	if err != nil {
		return err
	}
	if err := audit.Record(ctx, tx, audit.Change{Action: audit.Changed, Kind: audit.StockSettings, Was: was.fields(), Became: s.fields()}); err != nil || s.Costing == was.Costing {
		return err
	}
	all, err := db.For(tx).MaterialIDs(ctx)
	if err != nil {
		return err
	}
	return s.Costing.price(ctx, tx, all)
}

// fields are what the audit log tells of the settings.
func (s Settings) fields() audit.Fields {
	return audit.Fields{"Lot codes": string(s.LotPattern), "More is used than there is": string(s.Negative), "Backdating in days": s.BackdateDays, "Expiring in days": s.ExpiringDays, "Cost method": string(s.Costing)}
}

// when is the moment a movement happened: now, or an earlier one within the bound. Stock moves in no future.
func (s Settings) when(tx *store.Tx, at *calendar.Instant) (calendar.Instant, error) {
	switch {
	case at == nil:
		return tx.Now(), nil
	case tx.Now().Before(*at):
		return *at, fault.Invalid("occurred_at", "That is in the future. Enter when it happened.")
	case at.Before(tx.Now().Add(-time.Duration(s.BackdateDays) * 24 * time.Hour)):
		return *at, fault.Invalid("occurred_at", fmt.Sprintf("Enter a time within the last %d days.", s.BackdateDays))
	}
	return *at, nil
}
