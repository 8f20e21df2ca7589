package web

import (
	"bytes"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"craftplan/internal/brand"
	"craftplan/internal/calendar"
	"craftplan/internal/catalog"
	"craftplan/internal/exact"
	"craftplan/internal/fault"
	"craftplan/internal/inventory"
	"craftplan/internal/label"
	"craftplan/internal/logo"
	"craftplan/internal/nutrition"
	"craftplan/internal/quantity"
	"craftplan/internal/settings"
	"craftplan/internal/store"
	"craftplan/internal/web/ui"
)

// The label of a product: what it says on the page, and as a PDF.

type labelPage struct {
	productFoodPage
	Form   ui.Form
	Common settings.Labels
	Lots   []inventory.Lot // with stock
	Job    label.Job
	Lacks  []string // what a label should say and this one does not
}

const maxLabels = 1000

// readLabel reads what a label is made of, and makes it as the form asks; an Invalid fault is about the form.
func (q *Request) readLabel() (p labelPage, problem error, err error) {
	if p.productFoodPage, err = q.productFood(); err != nil {
		return p, nil, err
	}
	err = q.View(func(tx *store.Tx) (err error) {
		if p.Common, err = settings.GetLabels(q.Context(), tx); err != nil {
			return err
		}
		p.Lots, err = inventory.Lots(q.Context(), tx, p.ID)
		return err
	})
	if err != nil {
		return p, nil, err
	}
	p.Lots = slices.DeleteFunc(p.Lots, func(l inventory.Lot) bool { return l.Owed || l.OnHand <= 0 })
	p.Form.Values = q.URL.Query()
	if len(p.Form.Values) == 0 {
		p.Form.Values = p.usual()
	}
	if p.Job.Label, err = q.labelOf(p); err != nil {
		return p, nil, err
	}
	problem = p.fill(q.absolute)
	if problem == nil {
		problem = p.fits()
	}
	if fault.Is(problem, fault.KindInvalid) {
		p.Form.Problems = fault.FieldsOf(problem)
		return p, problem, nil
	}
	return p, nil, problem
}

// usual is what the form begins with.
func (p labelPage) usual() url.Values {
	v := url.Values{"law": {string(p.Rules.Law)}, "sheet": {"a4-4"}, "count": {"4"}, "skip": {"0"}, "kind": {"best"}, "code": {""}}
	if p.Rules.Law == nutrition.US {
		v.Set("sheet", "letter-4")
	}
	if p.GTIN != "" {
		v.Set("code", string(label.EAN))
	}
	if first := firstUsable(p.Lots, p.today()); first != "" {
		v.Set("lot", first)
	}
	return v
}

// fits tells whether the label fits the paper.
func (p labelPage) fits() error {
	err := p.Job.Fits()
	if errors.Is(err, label.ErrTooMuch) {
		return fault.Invalid("sheet", "That is more than fits in letters that people can read. Choose a larger label.")
	}
	return err
}

// labelOf is what does not depend on the form.
func (q *Request) labelOf(p labelPage) (l label.Label, err error) {
	o := q.Member.Organization
	l = label.Label{Name: p.Name, Food: p.Food.FoodName, Storage: p.Food.Storage, Producer: p.Common.Producer, Address: p.Common.Address, Accent: brand.Of(o.BrandColor).Fill}
	if l.Producer == "" {
		l.Producer = o.Name
	}
	if o.Logo == "" {
		return l, nil
	}
	_, l.Logo, err = logo.Read(q.Context(), q.site.Files, q.scope)
	if fault.Is(err, fault.KindNotFound) { // it was just removed
		err = nil
	}
	return l, err
}

// fill reads the form and makes the label.
func (p *labelPage) fill(address func(string) string) error {
	var problems fault.Problems
	v := url.Values(p.Form.Values)
	sheet, ok := label.SheetOf(v.Get("sheet"))
	if !ok {
		problems.Add("sheet", "Choose the labels.")
	}
	p.Job.Sheet, p.Job.Title = sheet, "Label of "+p.Name
	p.Job.At = p.now
	p.Job.Count, p.Job.Skip = p.counted(&problems, "count", 1, maxLabels), p.counted(&problems, "skip", 0, max(sheet.PerPage()-1, 0))
	p.Job.Dates = nil
	lot, expires := p.lot(&problems)
	if expires != nil {
		p.Job.Dates = append(p.Job.Dates, p.dateWords(v.Get("kind"))+p.dateOnLabel(*expires))
	} else {
		p.Lacks = append(p.Lacks, "a date")
	}
	if lot != "" {
		p.Job.Dates = append(p.Job.Dates, "Lot: "+lot)
	}
	if v.Get("price") != "" {
		p.Job.Price = p.money(p.Price)
	}
	if p.Food.Net > 0 {
		p.Job.Net = p.netOnLabel()
	} else {
		p.Lacks = append(p.Lacks, "what a piece weighs or holds")
	}
	if p.Common.Address == "" {
		p.Lacks = append(p.Lacks, "the producer’s address")
	}
	p.words()
	p.Job.Code = p.code(&problems, lot, expires, address)
	return problems.Err()
}

// counted reads a whole number between bounds.
func (p labelPage) counted(problems *fault.Problems, name string, least, most int) int {
	text := strings.TrimSpace(p.Form.Value(name))
	if text == "" {
		return least
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		problems.Addf(name, "Enter %d to %d.", least, most)
		return least
	}
	return n
}

// lot is the lot's code and its day: as typed, or else the day that it expires.
func (p labelPage) lot(problems *fault.Problems) (code string, expires *calendar.Date) {
	v := url.Values(p.Form.Values)
	expires = optionalDate(problems, v, "date")
	if v.Get("lot") == "" {
		return "", expires
	}
	at := slices.IndexFunc(p.Lots, func(l inventory.Lot) bool { return l.Code == v.Get("lot") })
	if at < 0 {
		problems.Add("lot", "Choose one of the list.")
		return "", expires
	}
	if expires == nil {
		expires = p.Lots[at].ExpiresOn
	}
	return p.Lots[at].Code, expires
}

// dateWords begin the date as the law has it: Regulation (EU) No 1169/2011, Annex X; for the United States as the Food and Drug
// Administration recommends.
func (p labelPage) dateWords(kind string) string {
	switch {
	case kind == "use" && p.Rules.Law == nutrition.US:
		return "Use by "
	case kind == "use":
		return "Use by: "
	case p.Rules.Law == nutrition.US:
		return "Best if used by "
	}
	return "Best before: "
}

func (p labelPage) dateOnLabel(d calendar.Date) string {
	if p.Rules.Law == nutrition.US {
		return d.Format("Jan 2, 2006")
	}
	return d.Format("2 Jan 2006")
}

// netOnLabel is the net quantity: in the United States in ounces or pounds and in the metric system (21 CFR 101.7).
func (p labelPage) netOnLabel() string {
	net := p.exactly(p.Food.Net, p.Food.Unit)
	if p.Rules.Law != nutrition.US {
		return net
	}
	if p.Food.Unit == quantity.Millilitre {
		return "Net " + quantity.Customary(p.Food.Net, p.Food.Unit, p.locale) + " (" + net + ")"
	}
	ounces, err := quantity.FormatAs(p.Food.Net, quantity.Gram, "oz", 1, p.locale)
	if err != nil {
		return "Net Wt " + net
	}
	return "Net Wt " + ounces + " oz (" + net + ")"
}

// words are what the recipe says: ingredients, allergens, nutrition.
func (p *labelPage) words() {
	if !p.HasRecipe {
		p.Lacks = append(p.Lacks, "its ingredients: there is no recipe")
		return
	}
	p.Job.Ingredients = []label.Run{{Text: "Ingredients: "}}
	for _, r := range p.List.Runs() {
		p.Job.Ingredients = append(p.Job.Ingredients, label.Run(r))
	}
	p.Job.Ingredients = append(p.Job.Ingredients, label.Run{Text: "."})
	if p.Rules.Law == nutrition.US && len(p.Contains) > 0 { // the European Union wants them emphasised in the list, and not again
		p.Job.Statements = append(p.Job.Statements, "Contains: "+allergenWords(p.Contains)+".")
	}
	if len(p.May) > 0 {
		p.Job.Statements = append(p.Job.Statements, mayContain(p.May))
	}
	if len(p.Unchecked)+len(p.Food.Missing) > 0 {
		p.Job.Statements = append(p.Job.Statements, "Draft: not all allergens are known.")
		p.Lacks = append(p.Lacks, "all allergens, which were not checked of all materials")
	}
	switch unknown := p.unknown(); {
	case p.Food.Net == 0:
		p.Lacks = append(p.Lacks, "nutrition, which needs what a piece weighs or holds")
	case len(unknown) > 0:
		p.Lacks = append(p.Lacks, "nutrition, of which is not known: "+strings.Join(unknown, ", "))
	default:
		p.Job.Facts = p.facts()
	}
}

func allergenWords(list []catalog.InFood) string {
	var names []string
	for _, a := range list {
		names = append(names, a.Called)
	}
	return strings.Join(names, ", ")
}

// facts are the declaration as it is printed.
func (p labelPage) facts() *label.Facts {
	f := &label.Facts{Title: "Nutrition declaration", Columns: p.Columns}
	if p.Rules.Law == nutrition.US {
		f = &label.Facts{Title: "Nutrition Facts", Above: []string{p.servings(), "Serving size " + p.servingSize()}, Columns: []string{"Amount"}, Percents: "% DV*",
			Below: "*The % Daily Value (DV) tells you how much a nutrient in a serving of food contributes to a daily diet. 2,000 calories a day is used for general nutrition advice."}
	}
	for _, l := range factLines(p.Declared) {
		line := label.Fact{Name: l.Name, Depth: l.Depth, Of: l.Of, Percent: l.Percent}
		line.Large = l.Name == "Calories"
		if l.Name == "Added Sugars" { // 21 CFR 101.9(c)(6)(iii)
			line.Name, line.Of = "Includes "+l.Of[0]+" Added Sugars", []string{""}
		}
		f.Lines = append(f.Lines, line)
	}
	return f
}

func (p labelPage) servingSize() string {
	size, name := p.Food.Portion, p.Food.PortionName
	if size == 0 {
		size, name = p.Food.Net, "1 piece"
	}
	if name == "" {
		return p.exactly(size, p.Food.Unit)
	}
	if first := name[0]; first < '0' || first > '9' {
		name = "1 " + name
	}
	return name + " (" + p.exactly(size, p.Food.Unit) + ")"
}

// servings are how many a piece has: whole ones, between two and five also halves (21 CFR 101.9(b)(8)).
func (p labelPage) servings() string {
	if p.Food.Portion == 0 {
		return "1 serving per container"
	}
	many := exact.Fraction(int64(p.Food.Net), int64(p.Food.Portion))
	if many.IsInt() {
		return plural(many.Num().Int64(), "serving", "servings") + " per container"
	}
	halves := int64(2)
	if many.Cmp(big.NewRat(2, 1)) < 0 || many.Cmp(big.NewRat(5, 1)) > 0 {
		halves = 1
	}
	n, err := exact.Times(halves, many, exact.HalfUp)
	if err != nil {
		return ""
	}
	return "about " + quantity.FormatNumber(n, halves, 1, p.locale) + mayWord(n == halves, " serving", " servings") + " per container"
}

// code is what machines read.
func (p labelPage) code(problems *fault.Problems, lot string, expires *calendar.Date, address func(string) string) label.Code {
	kind := label.CodeKind(p.Form.Value("code"))
	switch kind {
	case label.NoCode:
		return label.Code{}
	case label.QR:
		if lot != "" {
			return label.Code{Kind: kind, Text: address(p.At("lots", lot))}
		}
		return label.Code{Kind: kind, Text: address(p.At("products", p.SKU))}
	case label.EAN, label.GS1:
	default:
		problems.Add("code", "Choose a code.")
		return label.Code{}
	}
	if p.GTIN == "" {
		problems.Add("code", "Enter the barcode number of the product first.")
		return label.Code{}
	}
	if kind == label.EAN {
		if len(p.GTIN) == 14 {
			problems.Add("code", "A number of 14 digits needs a GS1-128.")
		}
		return label.Code{Kind: kind, Text: p.GTIN, Sign: p.GTIN}
	}
	return p.gs1(problems, lot, expires)
}

// gs1 are the number, the day and the lot by their application identifiers (GS1 General Specifications, section 3).
func (p labelPage) gs1(problems *fault.Problems, lot string, expires *calendar.Date) label.Code {
	number := fmt.Sprintf("%014s", p.GTIN)
	text, sign := label.FNC1+"01"+number, "(01)"+number
	if expires != nil {
		identifier := "15"
		if p.Form.Value("kind") == "use" {
			identifier = "17"
		}
		text, sign = text+identifier+expires.Format("060102"), sign+"("+identifier+")"+expires.Format("060102")
	}
	if lot != "" {
		if len(lot) > 20 || strings.ContainsFunc(lot, func(r rune) bool { return r < '!' || r > 'z' }) {
			problems.Add("code", "A GS1-128 takes lots of at most 20 plain letters and digits.")
			return label.Code{}
		}
		text, sign = text+"10"+lot, sign+"(10)"+lot
	}
	return label.Code{Kind: label.GS1, Text: text, Sign: sign}
}

func showLabel(q *Request) error {
	p, problem, err := q.readLabel()
	if err != nil {
		return err
	}
	status := http.StatusOK
	if problem != nil {
		status = http.StatusUnprocessableEntity
	}
	return q.Render(status, "Label of "+p.Name, "products", labelShow(p))
}

// printLabel is the label as a PDF; when something is wrong, the page that says so.
func printLabel(q *Request) error {
	p, problem, err := q.readLabel()
	if err != nil {
		return err
	}
	if problem != nil {
		return q.Render(http.StatusUnprocessableEntity, "Label of "+p.Name, "products", labelShow(p))
	}
	pdf, err := p.Job.PDF()
	if err != nil {
		return err
	}
	h := q.w.Header()
	h.Set("Content-Type", "application/pdf")
	h.Set("Content-Disposition", `inline; filename="label-`+p.SKU+`.pdf"`)
	h.Set("Content-Length", strconv.Itoa(len(pdf)))
	if _, err := bytes.NewReader(pdf).WriteTo(q.w); err != nil {
		q.site.Log.Debug("write label", "error", err) // whoever asked is gone
	}
	return nil
}

func sheetChoices() []ui.Choice {
	choices := make([]ui.Choice, len(label.Sheets))
	for i, s := range label.Sheets {
		choices[i] = ui.Choice{Value: s.ID, Label: s.Paper}
	}
	return choices
}

func (p labelPage) lotChoices() []ui.Choice {
	choices := []ui.Choice{{Value: "", Label: "No lot"}}
	for _, l := range p.Lots {
		choices = append(choices, ui.Choice{Value: l.Code, Label: l.Code + ", " + p.pieces(l.OnHand) + ", expires " + p.dayOr(l.ExpiresOn, "never")})
	}
	return choices
}

func codeChoices() []ui.Choice {
	return []ui.Choice{{Value: "", Label: "None"}, {Value: string(label.EAN), Label: "EAN or UPC"}, {Value: string(label.GS1), Label: "GS1-128 with date and lot"}, {Value: string(label.QR), Label: "QR, opens it here"}}
}

func dateKinds() []ui.Choice {
	return []ui.Choice{{Value: "best", Label: "Best before"}, {Value: "use", Label: "Use by"}}
}
