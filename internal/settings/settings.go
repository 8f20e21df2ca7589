// Package settings has what an organization chooses once and every domain reads (tax, rates, capacity), and the counters
// behind its human references, which no other organization can see move.
package settings

import (
	"context"
	"fmt"
	"slices"

	"craftplan/internal/audit"
	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/money"
	"craftplan/internal/settings/internal/db"
	"craftplan/internal/store"
)

// TaxMode is whether prices contain tax.
type TaxMode string

// The tax modes.
const (
	Exclusive TaxMode = "exclusive" // tax is added to prices
	Inclusive TaxMode = "inclusive" // prices contain tax
)

// Settings are an organization's choices.
type Settings struct {
	TaxMode         TaxMode
	TaxRate         int64 // millionths: 210,000 is 21 %; 0 to 1,000,000
	LeadTimeDays    int64 // days between today and the first delivery
	DailyCapacity   int64 // orders a day; 0 is unlimited
	ShippingFlat    money.Amount
	LaborHourlyRate money.Amount
	OverheadRate    int64 // millionths of material and labor

	Retail, Wholesale Markup
}

// Markup is how a price is suggested: what is added to a cost, and what the price ends in.
type Markup struct {
	Mode   MarkupMode
	Value  int64 // percent: millionths of the cost, 350,000 is 35 %; fixed: micro currency units
	Ending Ending
}

// MarkupMode is how a markup is meant.
type MarkupMode string

// The modes.
const (
	Percent MarkupMode = "percent"
	Fixed   MarkupMode = "fixed"
)

// Ending is what a suggested price is rounded up to.
type Ending string

// The endings.
const (
	AnyEnding Ending = "none" // the currency's digits, half up
	Fives     Ending = ".05"  // the next multiple of 0.05
	Halves    Ending = ".50"  // the next multiple of 0.50
	Nines     Ending = ".99"  // the next that ends in .99
)

// Endings are all of them, in the order forms offer them.
var Endings = []Ending{AnyEnding, Fives, Halves, Nines}

func (m Markup) orNone() Markup {
	if m.Mode == "" {
		m.Mode = Percent
	}
	if m.Ending == "" {
		m.Ending = AnyEnding
	}
	return m
}

func (m Markup) validate(p *fault.Problems, name string) {
	switch {
	case m.Mode != Percent && m.Mode != Fixed:
		p.Add(name+"_markup", "Choose a percentage or an amount.")
	case m.Mode == Percent && (m.Value < 0 || m.Value > 100*money.Micro):
		p.Add(name+"_value", "Enter a percentage from 0 to 10000.")
	case m.Value < 0 || m.Value > int64(money.Max):
		p.Add(name+"_value", "Enter an amount that is not negative.")
	}
	if !slices.Contains(Endings, m.Ending) {
		p.Add(name+"_ending", "Choose what prices end in.")
	}
}

// RatesChanged is the job that is left in a transaction that changed what work costs: whoever reckons with it works it.
type RatesChanged struct{}

// Kind names the job.
func (RatesChanged) Kind() string { return "settings_rates_changed" }

// Bootstrap gives a new organization its settings.
func Bootstrap(ctx context.Context, tx *store.Tx) error {
	return create(ctx, tx, Settings{TaxMode: Exclusive})
}

func create(ctx context.Context, tx *store.Tx, s Settings) error {
	return db.For(tx).CreateSettings(ctx, db.CreateSettingsIn{TaxMode: string(s.TaxMode), TaxRate: s.TaxRate, LeadTimeDays: s.LeadTimeDays, DailyCapacity: s.DailyCapacity, ShippingFlat: s.ShippingFlat, LaborHourlyRate: s.LaborHourlyRate, OverheadRate: s.OverheadRate, UpdatedAt: tx.Now()})
}

// Get reads the settings. Every member's work depends on them, so it asks for no permission; what costs and suggested prices are
// reckoned with is withheld from who sees no costs.
func Get(ctx context.Context, tx *store.Tx) (Settings, error) {
	row, err := db.For(tx).GetSettings(ctx)
	s := Settings{TaxMode: TaxMode(row.TaxMode), TaxRate: row.TaxRate, LeadTimeDays: row.LeadTimeDays, DailyCapacity: row.DailyCapacity, ShippingFlat: row.ShippingFlat, LaborHourlyRate: row.LaborHourlyRate,
		OverheadRate: row.OverheadRate, Retail: Markup{MarkupMode(row.RetailMarkup), row.RetailValue, Ending(row.RetailEnding)},
		Wholesale: Markup{MarkupMode(row.WholesaleMarkup), row.WholesaleValue, Ending(row.WholesaleEnding)}}
	if !tx.SeesCosts() {
		s.setRates(Settings{LaborHourlyRate: money.Withheld})
	}
	return s, err
}

// setRates takes what costs and prices are reckoned with from other settings.
func (s *Settings) setRates(of Settings) {
	s.LaborHourlyRate, s.OverheadRate, s.Retail, s.Wholesale = of.LaborHourlyRate, of.OverheadRate, of.Retail, of.Wholesale
}

// Validate tells what is wrong with the fields. A markup that is not said is none.
func (s Settings) Validate() error {
	var p fault.Problems
	s.Retail, s.Wholesale = s.Retail.orNone(), s.Wholesale.orNone()
	if s.TaxMode != Exclusive && s.TaxMode != Inclusive {
		p.Add("tax_mode", "Choose whether prices contain tax.")
	}
	if s.TaxRate < 0 || s.TaxRate > money.Micro {
		p.Add("tax_rate", "Enter a percentage from 0 to 100.")
	}
	if s.LeadTimeDays < 0 || s.LeadTimeDays > 365 {
		p.Add("lead_time_days", "Enter 0 to 365 days.")
	}
	if s.DailyCapacity < 0 || s.DailyCapacity > 100_000 {
		p.Add("daily_capacity", "Enter 0 for no limit, or at most 100000 orders.")
	}
	if s.OverheadRate < 0 || s.OverheadRate > 10*money.Micro {
		p.Add("overhead_rate", "Enter a percentage from 0 to 1000.")
	}
	for field, amount := range map[string]money.Amount{"shipping_flat": s.ShippingFlat, "labor_hourly_rate": s.LaborHourlyRate} {
		if amount < 0 || amount > money.Max {
			p.Add(field, "Enter an amount that is not negative.")
		}
	}
	s.Retail.validate(&p, "retail")
	s.Wholesale.validate(&p, "wholesale")
	return p.Err()
}

// Change reads the settings, lets change write to them, and keeps what comes of it: who changes a part keeps the rest as it is.
func Change(ctx context.Context, tx *store.Tx, change func(*Settings)) error {
	if err := tx.Require(authz.SettingsWrite); err != nil {
		return err
	}
	if err := tx.Lock(ctx, "settings"); err != nil {
		return err
	}
	s, err := Get(ctx, tx)
	if err != nil {
		return err
	}
	change(&s)
	return Update(ctx, tx, s)
}

// Update replaces the settings.
func Update(ctx context.Context, tx *store.Tx, s Settings) error {
	if err := tx.Require(authz.SettingsWrite); err != nil {
		return err
	}
	before, err := Get(ctx, tx.Reckoning())
	if err != nil {
		return err
	}
	if !tx.SeesCosts() {
		s.setRates(before)
	}
	s.Retail, s.Wholesale = s.Retail.orNone(), s.Wholesale.orNone()
	if err := s.Validate(); err != nil {
		return err
	}
	_, err = db.For(tx).UpdateSettings(ctx, db.UpdateSettingsIn{TaxMode: string(s.TaxMode), TaxRate: s.TaxRate, LeadTimeDays: s.LeadTimeDays, DailyCapacity: s.DailyCapacity, ShippingFlat: s.ShippingFlat, LaborHourlyRate: s.LaborHourlyRate, OverheadRate: s.OverheadRate, UpdatedAt: tx.Now(),
		RetailMarkup: string(s.Retail.Mode), RetailValue: s.Retail.Value, RetailEnding: string(s.Retail.Ending),
		WholesaleMarkup: string(s.Wholesale.Mode), WholesaleValue: s.Wholesale.Value, WholesaleEnding: string(s.Wholesale.Ending)})
	if err == nil && (s.LaborHourlyRate != before.LaborHourlyRate || s.OverheadRate != before.OverheadRate) {
		err = tx.Enqueue(ctx, RatesChanged{})
	}
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Change{Action: audit.Changed, Kind: audit.Settings, Was: before.fields(), Became: s.fields()})
}

// fields are what the audit log tells of the settings.
func (s Settings) fields() audit.Fields {
	return audit.Fields{"Prices contain tax": s.TaxMode == Inclusive, "Tax rate": audit.Rate(s.TaxRate), "Lead time in days": s.LeadTimeDays, "Orders a day": s.DailyCapacity, "Delivery fee": audit.Money(s.ShippingFlat),
		"Labor rate per hour": audit.Cost(s.LaborHourlyRate), "Overhead": audit.CostRate(s.OverheadRate), "Retail markup": s.Retail.value(), "Retail prices end in": string(s.Retail.Ending),
		"Wholesale markup": s.Wholesale.value(), "Wholesale prices end in": string(s.Wholesale.Ending)}
}

func (m Markup) value() audit.Value {
	if m.Mode == Fixed {
		return audit.Cost(money.Amount(m.Value))
	}
	return audit.CostRate(m.Value)
}

// NextReference takes the next number of a kind, such as OR-2026-0042. With a year the numbers start again each year; with
// year 0 they go on: CU-0042. A number taken by a transaction that fails is given again.
func NextReference(ctx context.Context, tx *store.Tx, prefix string, year int) (string, error) {
	n, err := NextNumber(ctx, tx, prefix, year)
	if err != nil {
		return "", err
	}
	if year == 0 {
		return fmt.Sprintf("%s-%04d", prefix, n), nil
	}
	return fmt.Sprintf("%s-%d-%04d", prefix, year, n), nil
}

// NextNumber takes the next number of a sequence: 1, 2, 3.
func NextNumber(ctx context.Context, tx *store.Tx, name string, year int) (int64, error) {
	n, err := db.For(tx).NextNumber(ctx, db.NextNumberIn{Name: name, Year: int64(year)})
	return n, err
}
