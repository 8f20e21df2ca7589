package web

import (
	"net/http"
	"net/url"
	"strconv"

	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/inventory"
	"craftplan/internal/store"
	"craftplan/internal/web/ui"
)

type stockSettingsPage struct {
	Form      ui.Form
	MayWrite  bool
	Example   string // the code the pattern makes next, about
	Locations int
	Tabs      tabs
	At        func(...string) string
}

func showStockSettings(q *Request) error {
	var s inventory.Settings
	err := q.View(func(tx *store.Tx) (err error) {
		s, err = inventory.ReadSettings(q.Context(), tx)
		return err
	})
	if err != nil {
		return err
	}
	v := url.Values{"lot_pattern": {string(s.LotPattern)}, "negative_stock": {string(s.Negative)}, "backdate_days": {strconv.FormatInt(s.BackdateDays, 10)}, "expiring_days": {strconv.FormatInt(s.ExpiringDays, 10)},
		"cost_method": {string(s.Costing)}}
	return q.renderStockSettings(http.StatusOK, s, ui.Form{Values: v})
}

func (q *Request) renderStockSettings(status int, s inventory.Settings, form ui.Form) error {
	p := stockSettingsPage{Form: form, MayWrite: q.Actor().May(authz.SettingsWrite), Tabs: q.tabs(), At: q.Path}
	if s.LotPattern.Check() == nil {
		p.Example = s.LotPattern.Code("FLOUR-001", q.format().today(), 1)
	}
	err := q.View(func(tx *store.Tx) error {
		all, err := inventory.OpenLocations(q.Context(), tx)
		p.Locations = len(all)
		return err
	})
	if err != nil {
		return err
	}
	return q.Render(status, "Stock", "settings", stockSettingsBody(p))
}

func updateStockSettings(q *Request) error {
	var p fault.Problems
	v := q.PostForm
	s := inventory.Settings{LotPattern: inventory.Pattern(v.Get("lot_pattern")), Negative: inventory.NegativeStock(v.Get("negative_stock")), BackdateDays: countField(&p, v, "backdate_days"), ExpiringDays: countField(&p, v, "expiring_days"),
		Costing: inventory.CostMethod(v.Get("cost_method"))}
	err := together(p.Err(), s.Validate())
	if err == nil {
		err = q.Update(func(tx *store.Tx) error { return inventory.UpdateSettings(q.Context(), tx, s) })
	}
	if status, ok := again(err); ok {
		return q.renderStockSettings(status, s, refused(q, err))
	}
	if err != nil {
		return err
	}
	return q.Done("Saved.", q.Path("settings", "stock"))
}

func costMethods() []ui.Choice {
	return []ui.Choice{{Value: string(inventory.ByHand), Label: "the price you type"}, {Value: string(inventory.LastReceipt), Label: "what the latest receipt cost"}, {Value: string(inventory.MovingAverage), Label: "the moving average of receipts"}}
}

func (p stockSettingsPage) patternHint() string {
	hint := "Holes: {yyyy} {yy} {mm} {dd} {ddd} {yymmdd} {yyyymmdd} {sku}, and one number such as {0000}."
	if p.Example != "" {
		hint += " Now: " + p.Example + "."
	}
	return hint
}
