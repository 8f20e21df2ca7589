package web

import (
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

// A component is chosen by what it is and its id: of a material, or of a product.
const (
	materialRef = "m:"
	productRef  = "p:"
)

func (e recipeEdit) itemChoices() []ui.Choice {
	choices := []ui.Choice{{Value: "", Label: "Choose a material or a product"}}
	for _, m := range e.Materials {
		label := m.Name
		if e.costs {
			label += ", " + e.price(m.Price, m.Unit) + " " + per(m.Unit)
		}
		choices = append(choices, ui.Choice{Value: materialRef + m.ID.String(), Label: label})
	}
	for _, p := range e.Products {
		choices = append(choices, ui.Choice{Value: productRef + p.ID.String(), Label: p.Name + ", a product"})
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
			values = e.recipeValues()
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
	e.CostRows = map[string]string{}
	if e.Cost == nil {
		return
	}
	for i, c := range in.Components {
		e.CostRows[row(rowOf(c.Row)).name(componentRows, "cost")] = e.cost(e.Cost.Components[i].Cost)
	}
	for i, s := range in.Steps {
		e.CostRows[row(rowOf(s.Row)).name(stepRows, "cost")] = e.cost(e.Cost.Steps[i].Cost)
	}
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
	units := map[string]quantity.Unit{}
	for _, m := range e.Materials {
		units[materialRef+m.ID.String()] = m.Unit
	}
	for _, made := range e.Products {
		units[productRef+made.ID.String()] = quantity.Piece
	}
	in := catalog.Input{Replaces: countField(&p, v, "replaces"), Yield: numberField(&p, v, "yield"), Loss: percentField(&p, v, "loss"), Notes: v.Get("notes"), Allergens: v.Get("allergens")}
	for _, n := range rows(v, componentRows, "item", "quantity") {
		name := func(field string) string { return row(rowOf(n)).name(componentRows, field) }
		c := catalog.ComponentInput{Row: n, Waste: percentField(&p, v, name("waste"))}
		ref := v.Get(name("item"))
		unit, ok := units[ref]
		if !ok {
			p.Add(name("item"), "Choose a material or a product.")
			continue
		}
		chosen, _ := id.Parse(ref[len(materialRef):]) // one of the options
		if strings.HasPrefix(ref, productRef) {
			c.ProductID = chosen
		} else {
			c.MaterialID = chosen
		}
		amount, err := quantity.Parse(v.Get(name("quantity")), unit)
		if err != nil {
			p.Add(name("quantity"), err.Error())
		}
		c.Quantity = amount
		in.Components = append(in.Components, c)
	}
	for _, n := range rows(v, stepRows, "name", "minutes") {
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

// numberField reads a number without unit, such as minutes or pieces.
func numberField(p *fault.Problems, v url.Values, name string) quantity.Quantity {
	n, err := quantity.ParseNumber(orZero(v.Get(name)))
	if err != nil {
		p.Add(name, err.Error())
	}
	return quantity.Quantity(n)
}

// recipeValues are the active version as the form shows it.
func (e recipeEdit) recipeValues() url.Values {
	v := url.Values{"yield": {"1"}}
	if e.Now == nil {
		return v
	}
	v.Set("replaces", rowOf(int(e.Now.Version)))
	v.Set("yield", quantity.Decimal(e.Now.Yield))
	v.Set("notes", e.Now.Notes)
	if e.Now.Loss > 0 {
		v.Set("loss", percentText(e.Now.Loss))
	}
	for i, c := range e.Now.Components {
		r := row(rowOf(i))
		v.Set(r.name(componentRows, "item"), refOf(c))
		v.Set(r.name(componentRows, "quantity"), quantity.Input(c.Quantity, c.Unit))
		v.Set(r.name(componentRows, "waste"), percentText(c.Waste))
	}
	for i, s := range e.Now.Steps {
		r := row(rowOf(i))
		v.Set(r.name(stepRows, "name"), s.Name)
		v.Set(r.name(stepRows, "minutes"), quantity.Decimal(s.Minutes))
		v.Set(r.name(stepRows, "units"), quantity.Decimal(s.UnitsPerRun))
		v.Set(r.name(stepRows, "was"), rowOf(i+1))
		if s.HourlyRate != nil {
			v.Set(r.name(stepRows, "rate"), money.Input(*s.HourlyRate, e.currency))
		}
	}
	return v
}

func refOf(c catalog.Component) string {
	if c.Nested {
		return productRef + c.ID.String()
	}
	return materialRef + c.ID.String()
}
