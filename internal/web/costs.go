package web

import (
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/catalog"
	"craftplan/internal/exact"
	"craftplan/internal/fault"
	"craftplan/internal/money"
	"craftplan/internal/quantity"
	"craftplan/internal/settings"
	"craftplan/internal/store"
	"craftplan/internal/web/ui"
)

// Costs of a product: what a piece costs and earns, what it should sell for, and how the cost went.

const shownChanges = 100

type costsPage struct {
	productPage
	Changes  []catalog.CostChange // the latest first
	Chart    *ui.Chart            // nil before the cost changed for the first time
	Suggests []suggestion
}

// suggestion is a price that a markup asks for.
type suggestion struct {
	ID, Label, Markup string
	Price             money.Amount
}

func showCosts(q *Request) error {
	p, err := q.productPage(0)
	if err != nil {
		return err
	}
	c := costsPage{productPage: p}
	err = q.View(func(tx *store.Tx) (err error) {
		c.Changes, err = catalog.CostHistory(q.Context(), tx, p.ID, shownChanges)
		return err
	})
	if err != nil {
		return err
	}
	if p.Recipe != nil {
		c.suggest("retail", "Retail", p.Settings.Retail)
		c.suggest("wholesale", "Wholesale", p.Settings.Wholesale)
		c.draw()
	}
	return q.Render(http.StatusOK, p.Name+", costs", "products", costsShow(c))
}

func (c *costsPage) suggest(id, label string, m settings.Markup) {
	if price, ok := catalog.Suggest(c.Recipe.Cost.Total, m, c.Settings, c.currency); ok {
		c.Suggests = append(c.Suggests, suggestion{id, label, c.markup(m), price})
	}
}

// markup is what is added to a cost.
func (f format) markup(m settings.Markup) string {
	if m.Mode == settings.Fixed {
		return "+" + f.money(money.Amount(m.Value))
	}
	return "+" + f.rate(m.Value)
}

// draw shows the changes as a chart, from the first to now.
func (c *costsPage) draw() {
	if len(c.Changes) == 0 {
		return
	}
	points := make([]ui.Point, len(c.Changes))
	for i, change := range c.Changes {
		points[len(points)-1-i] = ui.Point{At: change.At.Time().Unix(), Value: int64(change.Cost.Total)}
	}
	first, last := points[0], points[len(points)-1]
	money := func(v int64) string { return c.money(money.Amount(v)) }
	day := func(at int64) string { return c.day(calendar.Of(time.Unix(at, 0), c.zone)) }
	label := fmt.Sprintf("What one %s cost from %s to today: %s at first, %s now.", c.Name, day(first.At), money(first.Value), money(last.Value))
	chart := ui.StepChart(label, points, max(c.now.Unix(), last.At+1), money, day)
	c.Chart = &chart
}

// why says what changed a cost.
func why(c catalog.CostChange) string {
	switch c.Reason {
	case catalog.Published:
		return "Version " + strconv.FormatInt(c.Version, 10) + " was published"
	case catalog.MaterialsPriced:
		return "Price of " + c.Cause
	case catalog.RatesSet:
		return "Hourly rate or overhead"
	case catalog.ComponentChanged:
		return "Recipe of " + c.Cause
	}
	return string(c.Reason)
}

// step is by how much a change differs from the one before it; "" for the first.
func (c costsPage) step(i int) string {
	if i+1 >= len(c.Changes) {
		return ""
	}
	return c.delta(c.Changes[i].Cost.Total, c.Changes[i+1].Cost.Total)
}

// repriceProduct sets the price that was suggested, if it is still the price that was looked at.
func repriceProduct(q *Request) error {
	var p fault.Problems
	price, was := amountField(&p, q.PostForm, "price", "en"), amountField(&p, q.PostForm, "was", "en")
	if err := p.Err(); err != nil {
		return err
	}
	sku := q.PathValue("sku")
	var made catalog.Product
	err := q.Update(func(tx *store.Tx) (err error) {
		made, err = catalog.Reprice(q.Context(), tx, sku, was, price)
		return err
	})
	if fault.Is(err, fault.KindConflict) {
		return q.Refused(err, q.Path("products", sku, "costs"))
	}
	if err != nil {
		return err
	}
	return q.Done(fmt.Sprintf("%s sells for %s now.", made.Name, q.format().money(made.Price)), q.Path("products", sku, "costs"))
}

const (
	withTax    = "Prices contain tax, so it is added to the cost and the markup."
	withoutTax = "Tax is added to prices, so suggestions are without it."
)

func taxNote(mode settings.TaxMode) string {
	return mayWord(mode == settings.Inclusive, withTax, withoutTax)
}

func (c costsPage) taxNote() string { return taxNote(c.Settings.TaxMode) }

func (p costSettingsPage) taxNote() string { return taxNote(p.Tax) }

// The arithmetic behind the cost of a version.

type arithmeticPage struct {
	productPage
}

func showArithmetic(q *Request) error {
	p, err := q.versionPage()
	if err != nil {
		return err
	}
	return q.Render(http.StatusOK, p.Name+", cost of version "+strconv.FormatInt(p.Recipe.Version, 10), "products", arithmeticShow(arithmeticPage{p}))
}

// six shows an amount to the last digit that is kept.
func (f format) six(a money.Amount) string { return money.FormatUnit(a, f.currency, f.locale, 6, 6) }

// exactly is a quantity to its last digit.
func (f format) exactly(q quantity.Quantity, u quantity.Unit) string {
	size, symbol := int64(quantity.Micro), string(u)
	if u != quantity.Piece && q >= 1000*quantity.Micro {
		size, symbol = 1000*quantity.Micro, u.Large()
	}
	return quantity.FormatNumber(int64(q), size, 9, f.locale) + "\u202f" + symbol
}

// fully is a stock price to the last digit that is kept.
func (f format) fully(a money.Amount, u quantity.Unit) string {
	per, err := a.Share(u.LargeSize(), 1)
	if err != nil {
		return "?"
	}
	return money.FormatUnit(per, f.currency, f.locale, money.Digits(f.currency), 6)
}

// partID marks the first part that a line of the recipe brings, for links to it.
func partID(a catalog.Arithmetic, i int) string {
	line := a.Flat.Parts[i].Line
	if i > 0 && a.Flat.Parts[i-1].Line == line {
		return fmt.Sprintf("part-%d-%d", line, i)
	}
	return fmt.Sprintf("part-%d", line)
}

// one is what one piece takes, to six decimals; where there are more, it says that this is about.
func (f format) one(amount *big.Rat, u quantity.Unit) string {
	q, err := quantity.Of(1).Fraction(amount)
	if err != nil {
		return "?"
	}
	return about(amount) + f.exactly(q, u)
}

// oneMinutes is what one piece takes of somebody's time.
func (f format) oneMinutes(minutes *big.Rat) string {
	q, err := quantity.Of(1).Fraction(minutes)
	if err != nil {
		return "?"
	}
	return about(minutes) + f.factor(int64(q))
}

func about(amount *big.Rat) string {
	if new(big.Rat).Mul(amount, exact.Fraction(quantity.Micro, 1)).IsInt() {
		return ""
	}
	return "≈\u202f"
}

// chain is how a quantity comes about, from the innermost line outward: 1.2 kg × 1.02 / 48 × 20 / 10.
func (f format) chain(first string, ways []catalog.Way) string {
	var b strings.Builder
	b.WriteString(first)
	for i := len(ways) - 1; i >= 0; i-- {
		w := ways[i]
		if b.Len() == 0 {
			b.WriteString(f.exactly(w.Quantity, w.Unit))
		} else {
			b.WriteString(" × " + f.factor(int64(w.Quantity))) // pieces of a product
		}
		f.over(&b, w.Waste, w.Yield, w.Loss)
	}
	return b.String()
}

// over goes on with waste, yield and loss, where there is any.
func (f format) over(b *strings.Builder, waste int64, yield quantity.Quantity, loss int64) {
	if waste > 0 {
		b.WriteString(" × " + f.factor(quantity.Micro+waste))
	}
	if yield != quantity.Of(1) {
		b.WriteString(" / " + f.factor(int64(yield)))
	}
	if loss > 0 {
		b.WriteString(" / " + f.factor(quantity.Micro-loss))
	}
}

// factor is a number in millionths.
func (f format) factor(n int64) string { return quantity.FormatNumber(n, quantity.Micro, 6, f.locale) }

// material is how the quantity of a part comes about.
func (f format) material(p catalog.Part) string { return f.chain("", p.Ways) }

// minutes is how the minutes of a task come about.
func (f format) minutes(t catalog.Task) string {
	var b strings.Builder
	b.WriteString(f.factor(int64(t.Run)) + "\u202fmin")
	f.over(&b, 0, t.Units, t.Loss)
	return f.chain(b.String(), t.Ways)
}

// via is the way to a part or task, as it is headed; "" for the recipe's own.
func via(path []catalog.Ref) string {
	names := make([]string, len(path))
	for i, r := range path {
		names[i] = r.Name
	}
	return strings.Join(names, ", in it ")
}

// The list of margins.

type marginList struct {
	list
	format
	Rows  []catalog.Margin
	Total int64
	Only  string
	At    func(...string) string
}

func listMargins(q *Request) error {
	l := marginList{list: q.list(), format: q.format(), At: q.Path}
	f := marginFilter(l.list)
	l.Only = f.Only
	var all []catalog.Margin
	err := q.View(func(tx *store.Tx) (err error) {
		all, err = catalog.Margins(q.Context(), tx, f)
		return err
	})
	if err != nil {
		return err
	}
	l.Total = int64(len(all))
	from := min(l.offset(), l.Total)
	l.Rows = all[from:min(from+pageSize, l.Total)]
	return q.Render(http.StatusOK, "Margins", "products", marginsPage(l))
}

// marginFilter is what the address of the list chooses.
func marginFilter(l list) catalog.MarginFilter {
	f := catalog.MarginFilter{Query: l.Search}
	f.Sort, f.Down = strings.CutPrefix(l.Sort, "-")
	if only := l.query.Get("only"); only == "loss" || only == "below" {
		f.Only = only
	}
	return f
}

// Settings of costs and prices.

type costSettingsPage struct {
	format
	tabs
	Form     ui.Form
	MayWrite bool
	Tax      settings.TaxMode
	At       func(...string) string
}

func (q *Request) renderCostSettings(status int, form ui.Form) error {
	p := costSettingsPage{format: q.format(), tabs: q.tabs(), Form: form, MayWrite: q.Actor().May(authz.SettingsWrite), At: q.Path}
	err := q.View(func(tx *store.Tx) error {
		s, err := settings.Get(q.Context(), tx)
		if p.Tax = s.TaxMode; p.Form.Values == nil {
			p.Form.Values = p.values(s)
		}
		return err
	})
	if err != nil {
		return err
	}
	return q.Render(status, "Costs and prices", "settings", costSettings(p))
}

func (p costSettingsPage) values(s settings.Settings) url.Values {
	v := url.Values{"labor_hourly_rate": {money.Input(s.LaborHourlyRate, p.currency)}, "overhead_rate": {percentText(s.OverheadRate)}}
	for name, m := range map[string]settings.Markup{"retail": s.Retail, "wholesale": s.Wholesale} {
		v.Set(name+"_markup", string(m.Mode))
		v.Set(name+"_ending", string(m.Ending))
		if v.Set(name+"_value", percentText(m.Value)); m.Mode == settings.Fixed {
			v.Set(name+"_value", money.Input(money.Amount(m.Value), p.currency))
		}
	}
	return v
}

func showCostSettings(q *Request) error {
	return q.renderCostSettings(http.StatusOK, ui.Form{})
}

func updateCostSettings(q *Request) error {
	var p fault.Problems
	v, locale := q.PostForm, q.scope.Context().Locale
	rate, overhead := amountField(&p, v, "labor_hourly_rate", locale), percentField(&p, v, "overhead_rate")
	retail, wholesale := markupFields(&p, v, "retail", locale), markupFields(&p, v, "wholesale", locale)
	typed := settings.Settings{TaxMode: settings.Exclusive, LaborHourlyRate: rate, OverheadRate: overhead, Retail: retail, Wholesale: wholesale}
	err := together(p.Err(), typed.Validate())
	if err == nil {
		err = q.Update(func(tx *store.Tx) error {
			return settings.Change(q.Context(), tx, func(s *settings.Settings) {
				s.LaborHourlyRate, s.OverheadRate, s.Retail, s.Wholesale = rate, overhead, retail, wholesale
			})
		})
	}
	if status, ok := again(err); ok {
		return q.renderCostSettings(status, refused(q, err))
	}
	if err != nil {
		return err
	}
	return q.Done("Saved. What recipes cost follows in a moment.", q.Path("settings", "costs"))
}

// markupFields read a percentage or an amount, by which of the two was chosen.
func markupFields(p *fault.Problems, v url.Values, name, locale string) settings.Markup {
	m := settings.Markup{Mode: settings.MarkupMode(v.Get(name + "_markup")), Ending: settings.Ending(v.Get(name + "_ending"))}
	if m.Mode == settings.Fixed {
		m.Value = int64(amountField(p, v, name+"_value", locale))
	} else {
		m.Value = percentField(p, v, name+"_value")
	}
	return m
}

func markupModes() []ui.Choice {
	return []ui.Choice{{Value: string(settings.Percent), Label: "Percent of the cost"}, {Value: string(settings.Fixed), Label: "An amount"}}
}

func endings() []ui.Choice {
	labels := map[settings.Ending]string{settings.AnyEnding: "As they come out", settings.Fives: "Up to the next .05", settings.Halves: "Up to the next .50", settings.Nines: "Up to the next .99"}
	choices := make([]ui.Choice, len(settings.Endings))
	for i, e := range settings.Endings {
		choices[i] = ui.Choice{Value: string(e), Label: labels[e]}
	}
	return choices
}
