package web

import (
	"net/http"
	"net/url"
	"strconv"

	"craftplan/internal/catalog"
	"craftplan/internal/fault"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
	"craftplan/internal/web/ui"
)

// Two versions of a recipe beside each other.

type comparison struct {
	productPage
	Form          ui.Form
	Before, After *catalog.Recipe
	Was, Is       catalog.Cost // of one piece at today's prices
	Today         bool         // both can be reckoned at them
	catalog.Difference
}

// compareVersions compares two versions; without any named, the active one with the one before.
func compareVersions(q *Request) error {
	p, err := q.productPage(0)
	if err != nil {
		return err
	}
	c := comparison{productPage: p}
	if len(p.Versions) < 2 {
		return q.Render(http.StatusOK, p.Name+", versions compared", "products", comparisonShow(c))
	}
	values := q.URL.Query()
	c.Form.Values = url.Values{"before": {pick(values, "before", p.Versions[1].Version)}, "after": {pick(values, "after", p.Versions[0].Version)}}
	var unread fault.Problems // what is no number is zero
	before, after := countField(&unread, c.Form.Values, "before"), countField(&unread, c.Form.Values, "after")
	if before < 1 || after < 1 {
		return fault.NotFound("recipe")
	}
	err = q.View(func(tx *store.Tx) (err error) {
		if c.Before, err = catalog.GetRecipe(q.Context(), tx, p.ID, before); err != nil {
			return err
		}
		if c.After, err = catalog.GetRecipe(q.Context(), tx, p.ID, after); err != nil {
			return err
		}
		if !c.costs {
			return nil
		}
		var was, is bool
		if c.Was, was, err = catalog.CostToday(q.Context(), tx, c.Before); err != nil {
			return err
		}
		c.Is, is, err = catalog.CostToday(q.Context(), tx, c.After)
		c.Today = was && is
		return err
	})
	if err != nil {
		return err
	}
	c.Difference = catalog.Diff(c.Before, c.After)
	return q.Render(http.StatusOK, p.Name+", versions compared", "products", comparisonShow(c))
}

// pick is a value of the address, or what stands for none.
func pick(v url.Values, name string, otherwise int64) string {
	if v.Get(name) != "" {
		return v.Get(name)
	}
	return strconv.FormatInt(otherwise, 10)
}

func (c comparison) choices() []ui.Choice {
	choices := make([]ui.Choice, len(c.Versions))
	for i, v := range c.Versions {
		n := strconv.FormatInt(v.Version, 10)
		choices[i] = ui.Choice{Value: n, Label: "Version " + n + ", " + v.Status}
	}
	return choices
}

// A recipe scaled for a batch, to weigh out by.

type scalePage struct {
	productPage
	Form   ui.Form
	Lines  []catalog.Weighed
	Pieces string // that come out; "" while something is wrong
}

func scaleRecipe(q *Request) error {
	p, err := q.versionPage()
	if err != nil {
		return err
	}
	s := scalePage{productPage: p, Form: ui.Form{Values: q.URL.Query()}}
	if len(s.Form.Values) == 0 {
		comes, err := p.Recipe.ComesOut()
		if err != nil {
			return err
		}
		s.Form.Values = url.Values{"pieces": {quantity.Decimal(comes)}, "step": {"1 g"}, "rest": {""}}
	}
	status := http.StatusOK
	if err := s.scale(); fault.Is(err, fault.KindInvalid) {
		s.Form.Problems, status = fault.FieldsOf(err), http.StatusUnprocessableEntity
	} else if err != nil {
		return err
	}
	return q.Render(status, p.Name+", to weigh out", "products", scaleShow(s))
}

func (s *scalePage) scale() error {
	var p fault.Problems
	v := s.Form.Values
	read := func(name string, unit quantity.Unit) quantity.Quantity {
		if s.Form.Value(name) == "" {
			return 0
		}
		q, err := quantity.Parse(s.Form.Value(name), unit)
		if err != nil {
			p.Add(name, err.Error())
		}
		return q
	}
	scaling := catalog.Scaling{Pieces: read("pieces", quantity.Piece), Weight: read("weight", quantity.Gram), Step: read("step", quantity.Gram), Rest: -1}
	if s.Form.Value("rest") != "" {
		scaling.Rest = int(countField(&p, v, "rest"))
	}
	if err := p.Err(); err != nil {
		return err
	}
	lines, pieces, err := s.Recipe.Scale(scaling)
	if err != nil {
		return err
	}
	s.Lines, s.Pieces = lines, s.one(pieces, quantity.Piece)
	return nil
}

// rests are the lines that can take what rounding leaves over.
func (s scalePage) rests() []ui.Choice {
	choices := []ui.Choice{{Value: "", Label: "No line"}}
	for i, c := range s.Recipe.Components {
		if c.Unit == quantity.Gram {
			choices = append(choices, ui.Choice{Value: strconv.Itoa(i), Label: c.Name})
		}
	}
	return choices
}

// together is the weight of all that is weighed.
func (s scalePage) together() quantity.Quantity {
	var sum quantity.Quantity
	for _, l := range s.Lines {
		if l.Unit == quantity.Gram {
			sum += l.Quantity
		}
	}
	return sum
}

func (s scalePage) scaleNote() string {
	if s.Pieces == "" {
		return ""
	}
	return "For " + s.Pieces + ", with waste and loss"
}

// weighed is a quantity as the scale shows it; pieces to two decimals.
func (s scalePage) weighed(l catalog.Weighed) string {
	if l.Unit == quantity.Piece {
		return s.amount(l.Quantity, l.Unit)
	}
	return s.exactly(l.Quantity, l.Unit)
}

func lineName(l catalog.LineChange) string {
	if l.After != nil {
		return l.After.Name
	}
	return l.Before.Name
}

func stepName(s catalog.StepChange) string {
	if s.After != nil {
		return s.After.Name
	}
	return s.Before.Name
}
