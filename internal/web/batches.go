package web

import (
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/catalog"
	"craftplan/internal/exact"
	"craftplan/internal/fault"
	"craftplan/internal/inventory"
	"craftplan/internal/production"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
	"craftplan/internal/web/ui"
)

type batchList struct {
	list
	format
	Rows   []production.Listed
	Total  int64
	Status string
	At     func(...string) string
}

func listBatches(q *Request) error {
	l := batchList{list: q.list(), format: q.format(), At: q.Path}
	f := batchFilter(l.list)
	f.Limit, f.Offset = pageSize, l.offset()
	l.Status = f.Status
	err := q.View(func(tx *store.Tx) (err error) {
		l.Rows, l.Total, err = production.List(q.Context(), tx, f)
		return err
	})
	if err != nil {
		return err
	}
	return q.Render(http.StatusOK, "Batches", "batches", batchesPage(l))
}

// batchFilter is what the address of the list chooses.
func batchFilter(l list) production.Filter {
	f := production.Filter{Query: l.Search}
	if s := l.query.Get("status"); slices.Contains(production.Statuses, s) {
		f.Status = s
	}
	return f
}

type batchPage struct {
	production.Batch
	format
	Form      ui.Form
	Shortages []inventory.Shortage
	Refused   bool // the shortages stopped a completion
	Choices   []lotChoice
	MayWrite  bool
	MayUndo   bool
	Recipe    *catalog.Recipe // nil of batches without one
	At        func(...string) string
}

// lineNotes are the ingredients of the recipe that something is noted of, for whoever weighs them.
func (p batchPage) lineNotes() (noted []catalog.Component) {
	if p.Recipe == nil {
		return nil
	}
	for _, c := range p.Recipe.Components {
		if c.Note != "" {
			noted = append(noted, c)
		}
	}
	return noted
}

func (q *Request) batchPage(form ui.Form) (p batchPage, err error) {
	p = batchPage{format: q.format(), Form: form, MayWrite: q.Actor().May(authz.ProductionWrite), MayUndo: q.Actor().May(authz.Archive), At: q.Path}
	err = q.View(func(tx *store.Tx) (err error) {
		if p.Batch, err = production.Get(q.Context(), tx, q.PathValue("code")); err != nil {
			return err
		}
		if p.Status == "open" || p.Status == "in_progress" {
			if p.Shortages, err = production.Shortages(q.Context(), tx, p.Batch); err != nil {
				return err
			}
		}
		if p.Status == "in_progress" {
			if p.Choices, err = q.lotChoices(tx, p.Batch); err != nil {
				return err
			}
		}
		if p.RecipeID != nil {
			p.Recipe, err = catalog.RecipeByID(q.Context(), tx, p.ProductID, *p.RecipeID)
		}
		return err
	})
	if p.Form.Values == nil {
		p.Form.Values = url.Values{"produced": {quantity.Decimal(p.Planned)}, "scrap": {"0"}}
	}
	return p, err
}

func showBatch(q *Request) error {
	p, err := q.batchPage(ui.Form{})
	if err != nil {
		return err
	}
	return q.Render(http.StatusOK, p.Code, "batches", batchShow(p))
}

// showBatchCost is how the cost of a completed batch comes about.
func showBatchCost(q *Request) error {
	p, err := q.batchPage(ui.Form{})
	if err != nil {
		return err
	}
	if p.Completed == nil {
		return fault.NotFound("cost")
	}
	return q.Render(http.StatusOK, p.Code+", cost", "batches", batchCost(p))
}

// unitPrice is what one stock unit from a lot cost, per kg, l or piece; about, where the lot's cost does not divide.
func (p batchPage) unitPrice(c production.Consumption) string {
	price, err := c.Cost.Share(quantity.Micro, int64(c.Quantity))
	if err != nil {
		return "?"
	}
	back, err := price.ForQuantity(c.Quantity)
	if err != nil || back != c.Cost {
		return "≈\u202f" + p.fully(price, c.Unit)
	}
	return p.fully(price, c.Unit)
}

// spent are the minutes of a step for all pieces that came out of the batch.
func (p batchPage) spent(s production.Step) *big.Rat {
	all := exact.Fraction(int64(p.Produced+p.Scrap), quantity.Micro)
	return all.Mul(all, exact.Fraction(int64(s.Minutes), int64(s.Pieces)))
}

// createBatch makes a batch of all that is not in one yet, of a product for a day.
func createBatch(q *Request) error {
	day, err := calendar.Parse(q.PostFormValue("day"))
	if err != nil {
		return fault.Invalid("day", err.Error())
	}
	var made production.Batch
	err = q.Update(func(tx *store.Tx) (err error) {
		made, err = production.BatchAll(q.Context(), tx, q.PostFormValue("sku"), day)
		return err
	})
	if fault.Is(err, fault.KindConflict) {
		return q.Refused(err, q.Path())
	}
	if err != nil {
		return err
	}
	return q.Done(fmt.Sprintf("%s pieces of %s are in a batch.", q.format().pieces(made.Planned), made.ProductName), q.Path("batches", made.Code))
}

// createReservation sets aside what is in stock for the orders of a day.
func createReservation(q *Request) error {
	day, err := calendar.Parse(q.PostFormValue("day"))
	if err != nil {
		return fault.Invalid("day", err.Error())
	}
	var taken quantity.Quantity
	err = q.Update(func(tx *store.Tx) (err error) {
		taken, err = production.SetAside(q.Context(), tx, q.PostFormValue("sku"), day)
		return err
	})
	back := q.Path() + "?day=" + day.String()
	if fault.Is(err, fault.KindConflict) {
		return q.Refused(err, back)
	}
	if err != nil {
		return err
	}
	return q.Done(q.format().pieces(taken)+" pieces were set aside for the orders of the day.", back)
}

func startBatch(q *Request) error {
	return q.changeBatch("The batch was started.", func(tx *store.Tx, code string) error {
		_, err := production.Start(q.Context(), tx, code)
		return err
	})
}

func cancelBatch(q *Request) error {
	return q.changeBatch("The batch was cancelled; its orders can be batched again.", func(tx *store.Tx, code string) error {
		return production.Cancel(q.Context(), tx, code)
	})
}

func (q *Request) changeBatch(done string, change func(*store.Tx, string) error) error {
	code := q.PathValue("code")
	err := q.Update(func(tx *store.Tx) error { return change(tx, code) })
	if fault.Is(err, fault.KindConflict) {
		return q.Refused(err, q.Path("batches", code))
	}
	if err != nil {
		return err
	}
	return q.Done(done, q.Path("batches", code))
}

func completeBatch(q *Request) error {
	var p fault.Problems
	c := production.Completion{Produced: piecesField(&p, q.PostForm, "produced"), Scrap: piecesField(&p, q.PostForm, "scrap"), Override: q.PostFormValue("override")}
	var made production.Batch
	err := q.Update(func(tx *store.Tx) (err error) {
		if c.Picks, err = q.picks(tx, &p); err != nil {
			return err
		}
		if err := p.Err(); err != nil {
			return err
		}
		made, err = production.Complete(q.Context(), tx, q.PathValue("code"), c)
		return err
	})
	var short *inventory.Short
	switch {
	case errors.As(err, &short):
		page, e := q.batchPage(ui.Form{Values: q.PostForm})
		if e != nil {
			return e
		}
		page.Shortages, page.Refused = short.Shortages, true
		return q.Render(http.StatusConflict, page.Code, "batches", batchShow(page))
	case fault.Is(err, fault.KindInvalid):
		page, e := q.batchPage(refused(q, err))
		if e != nil {
			return e
		}
		return q.Render(http.StatusUnprocessableEntity, page.Code, "batches", batchShow(page))
	}
	return q.changeBatch("The batch was completed: stock and orders are up to date."+q.format().owed(made.Owed), func(*store.Tx, string) error { return err })
}

// lotChoice is a lot that a completion may take from instead of what comes first.
type lotChoice struct {
	inventory.Lot
	Name string
	Unit quantity.Unit
}

// lotChoices are the lots in stock of what a batch needs.
func (q *Request) lotChoices(tx *store.Tx, b production.Batch) ([]lotChoice, error) {
	var all []lotChoice
	for _, c := range b.Components {
		lots, err := inventory.Lots(q.Context(), tx, c.MaterialID)
		if err != nil {
			return nil, err
		}
		for _, l := range lots {
			if l.OnHand > 0 {
				all = append(all, lotChoice{l, c.Name, c.Unit})
			}
		}
	}
	return all, nil
}

// picks reads the lots that were chosen by hand.
func (q *Request) picks(tx *store.Tx, p *fault.Problems) ([]inventory.Pick, error) {
	b, err := production.Get(q.Context(), tx, q.PathValue("code"))
	if err != nil {
		return nil, err
	}
	choices, err := q.lotChoices(tx, b)
	if err != nil {
		return nil, err
	}
	var picks []inventory.Pick
	for _, c := range choices {
		amount := optionalQuantity(p, q.PostForm, pickName(c), c.Unit)
		switch {
		case amount == nil || *amount == 0:
		case *amount > c.OnHand:
			p.Add(pickName(c), "The lot has less than that.")
		default:
			picks = append(picks, inventory.Pick{LotID: c.ID, Quantity: *amount})
		}
	}
	return picks, nil
}

func pickName(c lotChoice) string { return "lots." + c.ID.String() }

// owed says what went below zero; "" when nothing did.
func (f format) owed(owed []inventory.Shortage) string {
	if len(owed) == 0 {
		return ""
	}
	parts := make([]string, len(owed))
	for i, s := range owed {
		parts[i] = s.Name + " by " + f.amount(s.Missing(), s.Unit)
	}
	return " Below zero now: " + strings.Join(parts, ", ") + "."
}

// withheld tells whether some of what is short is there, but expired or held.
func withheld(shortages []inventory.Shortage) bool {
	return slices.ContainsFunc(shortages, func(s inventory.Shortage) bool { return s.Withheld > 0 })
}

// piecesField reads a number of pieces.
func piecesField(p *fault.Problems, v url.Values, name string) quantity.Quantity {
	n, err := quantity.Parse(orZero(v.Get(name)), quantity.Piece)
	if err != nil {
		p.Add(name, err.Error())
	}
	return n
}

func batchWord(b production.LineBatch) string {
	switch b.Status {
	case "in_progress":
		return "In progress in"
	case "completed":
		return "Made in"
	}
	return "Planned in"
}

func dayNumber(n int64) string { return fmt.Sprintf("#%03d", n) }

func costNote(p batchPage) string {
	if p.Completed != nil {
		return "Kept as it was that day"
	}
	return "Known once it is completed"
}

// picked tells whether lots were chosen by hand, or a reason was given.
func (p batchPage) picked() bool {
	for _, c := range p.Choices {
		if p.Form.Value(pickName(c)) != "" {
			return true
		}
	}
	return p.Form.Error("override") != ""
}

// lotNote is what is to be known of a lot before it is taken.
func (f format) lotNote(l inventory.Lot) string {
	switch {
	case l.Held():
		return stateWord(string(l.Status))
	case l.Expired(f.today()):
		return "expired " + f.dayOr(l.ExpiresOn, "")
	case l.ExpiresOn == nil:
		return "no expiry"
	}
	return "expires " + f.dayOr(l.ExpiresOn, "")
}
