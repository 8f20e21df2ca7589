package settings

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"craftplan/internal/audit"
	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/nutrition"
	"craftplan/internal/settings/internal/db"
	"craftplan/internal/store"
)

// Labels are what all labels of an organization have in common. Field names in errors are law, producer and address.
type Labels struct {
	Law      nutrition.Law // whose rules nutrition is declared by
	Producer string        // "" is the organization's name
	Address  string        // in lines
}

// GetLabels reads what labels have in common; of who said nothing yet, the law of their locale. Every member's work depends on it, so it
// asks for no permission.
func GetLabels(ctx context.Context, tx *store.Tx) (Labels, error) {
	row, err := db.For(tx).GetLabels(ctx)
	if err = store.Translate(err); fault.Is(err, fault.KindNotFound) {
		return Labels{Law: usual(tx.Context().Locale)}, nil
	}
	return Labels{nutrition.Law(row.Law), row.Producer, row.Address}, err
}

func usual(locale string) nutrition.Law {
	if strings.HasSuffix(locale, "-US") {
		return nutrition.US
	}
	return nutrition.EU
}

const (
	maxProducer = 120
	maxAddress  = 300
)

// UpdateLabels replaces what labels have in common.
func UpdateLabels(ctx context.Context, tx *store.Tx, l Labels) error {
	if err := tx.Require(authz.SettingsWrite); err != nil {
		return err
	}
	var p fault.Problems
	l.Producer, l.Address = strings.Join(strings.Fields(l.Producer), " "), strings.TrimSpace(strings.ReplaceAll(l.Address, "\r\n", "\n"))
	if !slices.Contains(nutrition.Laws, l.Law) {
		p.Add("law", "Choose whose rules labels follow.")
	}
	if utf8.RuneCountInString(l.Producer) > maxProducer {
		p.Addf("producer", "Use at most %d characters.", maxProducer)
	}
	if utf8.RuneCountInString(l.Address) > maxAddress {
		p.Addf("address", "Use at most %d characters.", maxAddress)
	}
	if err := p.Err(); err != nil {
		return err
	}
	was, err := GetLabels(ctx, tx)
	if err != nil {
		return err
	}
	if err := db.For(tx).SaveLabels(ctx, db.SaveLabelsIn{Law: string(l.Law), Producer: l.Producer, Address: l.Address, UpdatedAt: tx.Now()}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Change{Action: audit.Changed, Kind: audit.LabelSettings, Was: was.fields(), Became: l.fields()})
}

// fields are what the audit log tells of the labels.
func (l Labels) fields() audit.Fields {
	return audit.Fields{"Rules": strings.ToUpper(string(l.Law)), "Producer": l.Producer, "Address": l.Address}
}
