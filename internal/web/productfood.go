package web

import (
	"math/big"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"craftplan/internal/authz"
	"craftplan/internal/catalog"
	"craftplan/internal/exact"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory"
	"craftplan/internal/nutrition"
	"craftplan/internal/quantity"
	"craftplan/internal/settings"
	"craftplan/internal/store"
	"craftplan/internal/web/ui"
)

// A product as food: its allergens, its ingredient list and its nutrition, each with where it comes from.

type productFoodPage struct {
	catalog.Product
	format
	Food      catalog.Food
	HasRecipe bool
	Rules     nutrition.Rules
	MayWrite  bool
	At        func(...string) string

	Contains, May []catalog.InFood
	Unchecked     []inventory.Option
	List          catalog.Ingredients
	Sums          []catalog.Sum
	Declared      []nutrition.Declared
	Columns       []string // of the declaration
	Left          []string // nutrients that the reckoned energy is without
}

func (q *Request) productFood() (p productFoodPage, err error) {
	p = productFoodPage{format: q.format(), MayWrite: q.Actor().May(authz.CatalogWrite), At: q.Path}
	var law nutrition.Law
	err = q.View(func(tx *store.Tx) (err error) {
		if p.Product, err = catalog.Get(q.Context(), tx, q.PathValue("sku")); err != nil {
			return err
		}
		labels, err := settings.GetLabels(q.Context(), tx)
		if err != nil {
			return err
		}
		law = labels.Law
		p.Food, p.HasRecipe, err = catalog.AsFood(q.Context(), tx, p.Product)
		return err
	})
	if asked := nutrition.Law(q.URL.Query().Get("law")); slices.Contains(nutrition.Laws, asked) {
		law = asked
	}
	p.Rules = nutrition.On(law, p.today())
	if err == nil && p.HasRecipe {
		p.reckon()
	}
	return p, err
}

func (p *productFoodPage) reckon() {
	p.Contains, p.May, p.Unchecked = p.Food.Allergens()
	p.List, p.Sums = p.Food.Ingredients(), p.Food.Sums()
	amounts, left := p.Food.Amounts(p.Rules.Law)
	p.Left = p.named(left)
	hundred, portion := p.Food.Columns()
	columns := []*big.Rat{portion}
	p.Columns = []string{p.portionName()}
	if p.Rules.Law == nutrition.EU && hundred != nil {
		columns, p.Columns = []*big.Rat{hundred, portion}, []string{"Per 100 " + string(p.Food.Unit), p.Columns[0]}
	}
	p.Declared = p.Rules.Declare(amounts, p.locale, columns...)
}

// named are nutrients as people know them.
func (p productFoodPage) named(codes []string) (names []string) {
	for _, n := range p.Food.Nutrients {
		if slices.Contains(codes, n.Code) {
			names = append(names, strings.ToLower(n.Name))
		}
	}
	return names
}

// portionName is the head of the column for a portion.
func (p productFoodPage) portionName() string {
	size := p.Food.Portion
	switch {
	case p.Food.Net == 0:
		return "Per piece"
	case size == 0 || size == p.Food.Net:
		return "Per piece (" + p.amount(p.Food.Net, p.Food.Unit) + ")"
	case p.Food.PortionName != "":
		return "Per " + p.Food.PortionName + " (" + p.amount(size, p.Food.Unit) + ")"
	}
	return "Per portion (" + p.amount(size, p.Food.Unit) + ")"
}

// factLine is a line of a declaration as it stands on paper: energy is told on one line.
type factLine struct {
	Name    string
	Depth   int
	Of      []string
	Percent string
	Known   bool
}

func factLines(declared []nutrition.Declared) (lines []factLine) {
	for _, d := range declared {
		if last := len(lines) - 1; last >= 0 && lines[last].Name == d.Name {
			for i, text := range d.Of {
				lines[last].Of[i] = strings.Trim(lines[last].Of[i]+" / "+text, "/ ")
			}
			lines[last].Known = lines[last].Known && d.Known
			continue
		}
		lines = append(lines, factLine{d.Name, d.Depth, slices.Clone(d.Of), d.Percent, d.Known})
	}
	return lines
}

// percents tells whether the law compares with what a day should bring.
func (p productFoodPage) percents() bool { return p.Rules.Law == nutrition.US }

// unknown are lines that must be declared and cannot.
func (p productFoodPage) unknown() (names []string) {
	for _, d := range p.Declared {
		if !d.Known && !slices.Contains(names, d.Name) {
			names = append(names, d.Name)
		}
	}
	return names
}

// of is an exact amount of a nutrient, to six decimals.
func (p productFoodPage) of(amount *big.Rat, unit inventory.NutrientUnit) string {
	n, err := exact.Times(quantity.Micro, amount, exact.HalfUp)
	if err != nil {
		return "?"
	}
	return about(amount) + quantity.FormatNumber(n, quantity.Micro, 6, p.locale) + "\u202f" + string(unit)
}

// lost is how much of what goes in is not in the finished piece, such as water; "" when that cannot be told.
func (p productFoodPage) lost() string {
	in, _ := p.Food.GoesIn()
	if in == nil || in.Sign() == 0 || p.Food.Net == 0 || p.Food.Unit != quantity.Gram {
		return ""
	}
	rest := new(big.Rat).Sub(big.NewRat(1, 1), new(big.Rat).Quo(exact.Fraction(int64(p.Food.Net), quantity.Micro), in))
	n, err := exact.Times(quantity.Micro, rest, exact.HalfUp)
	if err != nil {
		return ""
	}
	return p.percent(n)
}

// goesIn is the weight of what goes into a piece; "" when it is not known.
func (p productFoodPage) goesIn() string {
	in, _ := p.Food.GoesIn()
	if in == nil {
		return ""
	}
	q, err := quantity.Of(1).Fraction(in)
	if err != nil {
		return ""
	}
	return p.amount(q, quantity.Gram)
}

func ingredientNames(list []catalog.Ingredient) string {
	var names []string
	for _, in := range list {
		names = append(names, in.Name)
	}
	return strings.Join(names, ", ")
}

func refNames(list []catalog.Ref) string {
	var names []string
	for _, r := range list {
		names = append(names, r.Name)
	}
	return strings.Join(names, ", ")
}

func showProductFood(q *Request) error {
	p, err := q.productFood()
	if err != nil {
		return err
	}
	return q.Render(http.StatusOK, "Food facts of "+p.Name, "products", productFoodShow(p))
}

type productFoodEdit struct {
	productFoodPage
	Form       ui.Form
	Components []catalog.Component
}

func (q *Request) productFoodEdit() (e productFoodEdit, err error) {
	if e.productFoodPage, err = q.productFood(); err != nil || !e.HasRecipe {
		return e, err
	}
	err = q.View(func(tx *store.Tx) error {
		r, err := catalog.GetRecipe(q.Context(), tx, e.ID, 0)
		if err == nil && r != nil {
			e.Components = r.Components
		}
		return err
	})
	return e, err
}

func editProductFood(q *Request) error {
	e, err := q.productFoodEdit()
	if err != nil {
		return err
	}
	d := e.Food.Declaration
	v := url.Values{"food_name": {d.FoodName}, "portion_name": {d.PortionName}, "storage": {d.Storage}, "energy": {"materials"}, "within": {"named"}}
	if d.Net > 0 {
		v.Set("net", quantity.Input(d.Net, d.Unit))
	}
	if d.Portion > 0 {
		v.Set("portion", quantity.Input(d.Portion, d.Unit))
	}
	if d.FromFactors {
		v.Set("energy", "factors")
	}
	if d.Merged {
		v.Set("within", "merged")
	}
	for _, item := range d.Highlighted {
		v.Add("highlighted", item.String())
	}
	e.Form.Values = v
	return q.Render(http.StatusOK, "Food facts of "+e.Name, "products", productFoodForm(e))
}

func updateProductFood(q *Request) error {
	e, err := q.productFoodEdit()
	if err != nil {
		return err
	}
	d, err := productFoodInput(q.PostForm)
	if err == nil {
		err = q.Update(func(tx *store.Tx) error { return catalog.Declare(q.Context(), tx, e.SKU, d) })
	}
	if status, ok := again(err); ok {
		e.Form = refused(q, err)
		return q.Render(status, "Food facts of "+e.Name, "products", productFoodForm(e))
	}
	if err != nil {
		return err
	}
	return q.Done("Saved.", q.Path("products", e.SKU, "food"))
}

func productFoodInput(v url.Values) (catalog.Declaration, error) {
	var p fault.Problems
	d := catalog.Declaration{FoodName: v.Get("food_name"), PortionName: v.Get("portion_name"), Storage: v.Get("storage"), FromFactors: v.Get("energy") == "factors", Merged: v.Get("within") == "merged", Unit: quantity.Gram}
	d.Net, d.Unit = netField(&p, v, "net", "")
	d.Portion, _ = netField(&p, v, "portion", d.Unit)
	for _, text := range v["highlighted"] {
		item, err := id.Parse(text)
		if err != nil {
			p.Add("highlighted", "Choose ingredients of the recipe.")
			continue
		}
		d.Highlighted = append(d.Highlighted, item)
	}
	d, err := d.Validate()
	return d, together(p.Err(), err)
}

// netField reads a weight or a volume; where the unit is given, only that.
func netField(p *fault.Problems, v url.Values, name string, unit quantity.Unit) (quantity.Quantity, quantity.Unit) {
	text := strings.TrimSpace(v.Get(name))
	if text == "" {
		return 0, quantity.Gram
	}
	units := []quantity.Unit{quantity.Gram, quantity.Millilitre}
	if unit != "" {
		units = []quantity.Unit{unit}
	}
	var first error
	for _, u := range units {
		q, err := quantity.Parse(text, u)
		if err == nil && q > 0 {
			return q, u
		}
		if first == nil {
			first = err
		}
	}
	switch {
	case first == nil:
		p.Add(name, "Enter an amount above zero, or nothing.")
	case unit == "":
		p.Add(name, "Enter a weight or a volume, such as 450 g or 330 ml.")
	default:
		p.Add(name, first.Error())
	}
	return 0, quantity.Gram
}

func energyChoices() []ui.Choice {
	return []ui.Choice{{Value: "materials", Label: "Added up from the materials"}, {Value: "factors", Label: "Reckoned from fat, carbohydrate and protein"}}
}

func withinChoices() []ui.Choice {
	return []ui.Choice{{Value: "named", Label: "By its name, with its ingredients in parentheses"}, {Value: "merged", Label: "By its ingredients, among the others"}}
}

// lawName is a law as people call it.
func lawName(law nutrition.Law) string {
	return map[nutrition.Law]string{nutrition.EU: "European Union", nutrition.US: "United States"}[law]
}

// ingredientText is a list with its allergens emphasised; between its words is what the list says and nothing else.
func ingredientText(in catalog.Ingredients) templ.Component {
	var b strings.Builder
	b.WriteString("Ingredients: ")
	for _, r := range in.Runs() {
		text := templ.EscapeString(r.Text)
		if r.Strong {
			text = `<strong class="font-semibold">` + text + `</strong>`
		}
		b.WriteString(text)
	}
	return templ.Raw(b.String() + ".")
}

// basisWords are what amounts of a material are for.
func basisWords(f inventory.Food) string {
	if f.Basis == quantity.Piece {
		return "in a piece"
	}
	return "in 100 " + string(f.Basis)
}

func mayContain(may []catalog.InFood) string {
	var names []string
	for _, a := range may {
		names = append(names, a.Called)
	}
	return "May contain " + strings.Join(names, ", ") + "."
}

func (e productFoodEdit) netHint() string {
	if in := e.goesIn(); in != "" {
		return "Such as 450 g or 330 ml. " + in + " go into it."
	}
	return "Such as 450 g or 330 ml."
}
