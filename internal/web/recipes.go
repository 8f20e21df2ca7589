package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"craftplan/internal/authz"
	"craftplan/internal/catalog"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory"
	"craftplan/internal/money"
	"craftplan/internal/quantity"
	"craftplan/internal/settings"
	"craftplan/internal/store"
	"craftplan/internal/web/ui"
)

const (
	componentRows = "components"
	stepRows      = "steps"
)

type recipeEdit struct {
	catalog.Product
	format
	Form                  ui.Form
	Now                   *catalog.Recipe   // the active version
	Cost                  *catalog.Recipe   // of what is typed; nil while it is not complete
	CostRows              map[string]string // of each row that counts
	Weights               map[string]string // of each row that was entered in percent
	Draft                 *catalog.Draft    // that is being gone on with
	Materials             []inventory.Option
	Products              []catalog.Option // that can be components
	Settings              settings.Settings
	Components, Steps     []row
	NextComponent, NextUp int
	At                    func(...string) string
	Allergens             *catalog.AllergenChange // that must be confirmed before it is published
}

// Next is the number of the version that publishing makes.
func (e recipeEdit) Next() int64 {
	if e.Now == nil {
		return 1
	}
	return e.Now.Version + 1
}

// hourly is the rate of a step that names none.
func (e recipeEdit) hourly() string { return money.Input(e.Settings.LaborHourlyRate, e.currency) }

// live are the attributes that cost the recipe while somebody types.
func (e recipeEdit) live() templ.Attributes {
	if !e.costs {
		return nil
	}
	return templ.Attributes{"hx-post": e.At("products", e.SKU, "recipe", "cost"), "hx-trigger": "change, input delay:300ms", "hx-target": "#cost", "hx-swap": "outerMorph", "hx-indicator": "#cost"}
}

func (e recipeEdit) itemChoices() []ui.Choice {
	choices := []ui.Choice{{Value: "", Label: "Choose a material or a product"}}
	for _, m := range e.Materials {
		label := m.Name
		if e.costs {
			label += ", " + e.price(m.Price, m.Unit) + " " + per(m.Unit)
		}
		choices = append(choices, ui.Choice{Value: catalog.MaterialRef + m.ID.String(), Label: label})
	}
	for _, p := range e.Products {
		choices = append(choices, ui.Choice{Value: catalog.ProductRef + p.ID.String(), Label: p.Name + ", a product"})
	}
	return choices
}

// recipeEdit reads what the editor needs, and costs what is typed when it is complete.
func (q *Request) recipeEdit(values url.Values) (e recipeEdit, in catalog.Input, problem error, err error) {
	e = recipeEdit{format: q.format(), At: q.Path}
	err = q.View(func(tx *store.Tx) (err error) {
		if e.Product, err = catalog.Get(q.Context(), tx, q.PathValue("sku")); err != nil {
			return err
		}
		if e.Now, err = catalog.GetRecipe(q.Context(), tx, e.ID, 0); err != nil {
			return err
		}
		if e.Materials, err = inventory.Options(q.Context(), tx); err != nil {
			return err
		}
		made, err := catalog.Made(q.Context(), tx)
		if err != nil {
			return err
		}
		e.Products = slices.DeleteFunc(made, func(o catalog.Option) bool { return o.ID == e.ID })
		if e.Settings, err = settings.Get(q.Context(), tx); err != nil {
			return err
		}
		if values == nil {
			if values, err = e.begin(q, tx); err != nil {
				return err
			}
		}
		if in, problem = e.recipeInput(values); problem == nil && e.costs {
			var cost catalog.Recipe
			if cost, problem = catalog.Preview(q.Context(), tx, e.ID, in); problem == nil {
				e.Cost = &cost
			}
		}
		if fault.Is(problem, fault.KindInvalid) {
			return nil
		}
		return problem
	})
	e.Form.Values = values
	e.showCosts(in)
	return e, in, problem, err
}

func (e *recipeEdit) showCosts(in catalog.Input) {
	blank := 1
	if len(e.Form.Values[componentRows+".0.item"]) == 0 {
		blank = 3
	}
	e.Components, e.NextComponent = shownRows(rows(e.Form.Values, componentRows, "item", "quantity"), blank)
	e.Steps, e.NextUp = shownRows(rows(e.Form.Values, stepRows, "name", "minutes"), 1)
	e.CostRows, e.Weights = map[string]string{}, map[string]string{}
	if e.Cost == nil {
		return
	}
	for i, c := range in.Components {
		r := row(rowOf(c.Row))
		e.CostRows[r.name(componentRows, "cost")] = e.cost(e.Cost.Components[i].Cost)
		if _, typed, _ := portion(e.Form.Value(r.name(componentRows, "quantity"))); typed {
			e.Weights[r.name(componentRows, "cost")] = e.exactly(c.Quantity, e.Cost.Components[i].Unit)
		}
	}
	for i, s := range in.Steps {
		e.CostRows[row(rowOf(s.Row)).name(stepRows, "cost")] = e.cost(e.Cost.Steps[i].Cost)
	}
}

// sources are the products whose recipes can be copied.
func (e recipeEdit) sources() []ui.Choice {
	var choices []ui.Choice
	for _, p := range e.Products {
		choices = append(choices, ui.Choice{Value: p.SKU, Label: p.Name})
	}
	return choices
}

func editRecipe(q *Request) error {
	e, _, _, err := q.recipeEdit(nil)
	if err != nil {
		return err
	}
	return q.Render(http.StatusOK, e.Name+", recipe", "products", recipeForm(e))
}

func publishRecipe(q *Request) error {
	e, in, problem, err := q.recipeEdit(q.PostForm)
	if err != nil {
		return err
	}
	var made catalog.Recipe
	if problem == nil {
		problem = q.Update(func(tx *store.Tx) (err error) {
			made, err = catalog.Publish(q.Context(), tx, e.ID, in)
			return err
		})
	}
	if status, ok := again(problem); ok {
		e.Form = refused(q, problem)
		errors.As(problem, &e.Allergens)
		return q.Render(status, e.Name+", recipe", "products", recipeForm(e))
	}
	if problem != nil {
		return problem
	}
	return q.Done(fmt.Sprintf("Version %d of %s was published.", made.Version, e.Name), q.Path("products", e.SKU))
}

// saveDraft keeps what was typed, complete or not.
func saveDraft(q *Request) error {
	fields := map[string]string{}
	for name, values := range q.PostForm {
		if values[0] != "" {
			fields[name] = values[0]
		}
	}
	err := q.changeDraft(func(ctx context.Context, tx *store.Tx, product id.ID) error {
		return catalog.SaveDraft(ctx, tx, product, fields)
	})
	if err != nil {
		return err
	}
	return q.Done("The draft is saved. Nothing else changes until it is published.", q.Path("products", q.PathValue("sku"), "recipe"))
}

func discardDraft(q *Request) error {
	if err := q.changeDraft(catalog.DiscardDraft); err != nil {
		return err
	}
	return q.Done("The draft was discarded.", q.Path("products", q.PathValue("sku")))
}

func (q *Request) changeDraft(change func(context.Context, *store.Tx, id.ID) error) error {
	return q.Update(func(tx *store.Tx) error {
		p, err := catalog.Get(q.Context(), tx, q.PathValue("sku"))
		if err != nil {
			return err
		}
		return change(q.Context(), tx, p.ID)
	})
}

// costRecipe answers while somebody types: the cost panel and the cost of each row.
func costRecipe(q *Request) error {
	if err := q.Actor().Require(authz.CostsRead); err != nil {
		return err
	}
	e, _, _, err := q.recipeEdit(q.PostForm)
	if err != nil {
		return err
	}
	return q.write(http.StatusOK, recipeCosts(e))
}

// recipeInput reads the form. A row counts once a material, a quantity, a name or minutes are in it.
func (e recipeEdit) recipeInput(v url.Values) (catalog.Input, error) {
	var p fault.Problems
	measures := map[string]quantity.Measure{}
	for _, m := range e.Materials {
		measures[catalog.MaterialRef+m.ID.String()] = m.Measure()
	}
	for _, made := range e.Products {
		measures[catalog.ProductRef+made.ID.String()] = quantity.Measure{Unit: quantity.Piece}
	}
	in := catalog.Input{Replaces: countField(&p, v, "replaces"), Yield: numberField(&p, v, "yield"), Loss: percentField(&p, v, "loss"), Notes: v.Get("notes"), Allergens: v.Get("allergens")}
	var shares []percentLine
	for _, n := range readRows(&p, v, componentRows, "item", "quantity") {
		name := func(field string) string { return row(rowOf(n)).name(componentRows, field) }
		c := catalog.ComponentInput{Row: n, Waste: percentField(&p, v, name("waste")), Note: v.Get(name("note"))}
		ref := v.Get(name("item"))
		measure, ok := measures[ref]
		if !ok {
			p.Add(name("item"), "Choose a material or a product.")
			continue
		}
		chosen, _ := id.Parse(ref[len(catalog.MaterialRef):]) // one of the options
		if strings.HasPrefix(ref, catalog.ProductRef) {
			c.ProductID = chosen
		} else {
			c.MaterialID = chosen
		}
		typed := v.Get(name("quantity"))
		share, percent, err := portion(typed)
		switch {
		case percent && err == nil:
			_, err = measure.OfWeight(0)
			shares = append(shares, percentLine{share, len(in.Components), measure})
		case !percent:
			c.Quantity, err = measure.Parse(typed)
		}
		if err != nil {
			p.Add(name("quantity"), err.Error())
		}
		in.Components = append(in.Components, c)
	}
	if err := divide(in.Components, shares, v.Get("together")); err != nil && p.Err() == nil {
		_ = p.Merge(err) // only Invalid faults
	}
	for _, n := range readRows(&p, v, stepRows, "name", "minutes") {
		name := func(field string) string { return row(rowOf(n)).name(stepRows, field) }
		s := catalog.StepInput{Row: n, Name: strings.TrimSpace(v.Get(name("name"))), Minutes: numberField(&p, v, name("minutes")), UnitsPerRun: in.Yield}
		if v.Get(name("units")) != "" {
			s.UnitsPerRun = numberField(&p, v, name("units"))
		}
		s.Was, _ = strconv.Atoi(v.Get(name("was"))) // else a new step
		if e.costs && v.Get(name("rate")) != "" {
			rate := amountField(&p, v, name("rate"), e.locale)
			s.HourlyRate = &rate
		}
		in.Steps = append(in.Steps, s)
	}
	return in, p.Err()
}

// portion reads a quantity in percent: 65 %, or the rest of what the others leave.
func portion(text string) (share catalog.Portion, percent bool, err error) {
	text = strings.ToLower(strings.TrimSpace(text))
	if text == "rest" {
		return catalog.Portion{Rest: true}, true, nil
	}
	number, percent := strings.CutSuffix(text, "%")
	if !percent {
		return share, false, nil
	}
	n, err := quantity.ParseNumber(strings.TrimSpace(number))
	if err != nil || n%100 != 0 {
		return share, true, errors.New("Enter a percentage, such as 65 % or 2.5 %.")
	}
	return catalog.Portion{Percent: n / 100}, true, nil
}

// percentLine is a line that was entered in percent.
type percentLine struct {
	catalog.Portion
	line    int
	measure quantity.Measure
}

// divide gives the lines in percent their quantities of what they weigh together.
func divide(lines []catalog.ComponentInput, shares []percentLine, together string) error {
	if len(shares) == 0 {
		return nil
	}
	weight, err := quantity.Parse(together, quantity.Gram)
	if err != nil {
		return fault.Invalid("together", "Enter what the lines in percent weigh together, such as 10 kg.")
	}
	portions := make([]catalog.Portion, len(shares))
	for i, s := range shares {
		portions[i] = s.Portion
	}
	parts, err := catalog.Divide(weight, portions)
	if err != nil {
		return err
	}
	for i, s := range shares {
		if lines[s.line].Quantity, err = s.measure.OfWeight(parts[i]); err != nil {
			return fault.Invalid("together", err.Error())
		}
	}
	return nil
}

// numberField reads a number without unit, such as minutes or pieces.
func numberField(p *fault.Problems, v url.Values, name string) quantity.Quantity {
	n, err := quantity.ParseNumber(orZero(v.Get(name)))
	if err != nil {
		p.Add(name, err.Error())
	}
	return quantity.Quantity(n)
}

// begin is what the editor opens with: a copy of another product's recipe, where one was asked for, else the draft, else the active
// version.
func (e *recipeEdit) begin(q *Request, tx *store.Tx) (v url.Values, err error) {
	if sku := q.URL.Query().Get("from"); sku != "" {
		v, err = e.copied(q, tx, sku)
	} else if e.Draft, err = catalog.DraftOf(q.Context(), tx, e.ID); err == nil && e.Draft != nil {
		v = url.Values{}
		for name, value := range e.Draft.Fields {
			v.Set(name, value)
		}
	} else {
		v = e.valuesOf(e.Now)
	}
	if v != nil && e.Now != nil {
		v.Set("replaces", rowOf(int(e.Now.Version)))
	}
	return v, err
}

func (e *recipeEdit) copied(q *Request, tx *store.Tx, sku string) (url.Values, error) {
	other, err := catalog.Get(q.Context(), tx, sku)
	if err != nil {
		return nil, err
	}
	r, err := catalog.GetRecipe(q.Context(), tx, other.ID, 0)
	v := e.valuesOf(r)
	for name := range v {
		if strings.HasSuffix(name, ".was") {
			v.Del(name) // the steps are new here
		}
	}
	return v, err
}

// Behind tells whether the draft was begun before the version that is active now.
func (e recipeEdit) Behind() bool {
	return e.Draft != nil && e.Now != nil && e.Draft.Fields["replaces"] != rowOf(int(e.Now.Version))
}

// valuesOf is a version as the form shows it; nil is an empty one.
func (e recipeEdit) valuesOf(from *catalog.Recipe) url.Values {
	v := url.Values{"yield": {"1"}}
	if from == nil {
		return v
	}
	for name, value := range from.Fields(e.currency) {
		v.Set(name, value)
	}
	return v
}
