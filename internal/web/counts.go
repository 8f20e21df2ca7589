package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory"
	"craftplan/internal/quantity"
	"craftplan/internal/stocktake"
	"craftplan/internal/store"
	"craftplan/internal/web/ui"
)

// Counting what is on the shelves.

type countList struct {
	list
	format
	Rows     []stocktake.Summary
	Total    int64
	MayWrite bool
	At       func(...string) string
}

func listCounts(q *Request) error {
	l := countList{list: q.list(), format: q.format(), MayWrite: q.Actor().May(authz.InventoryWrite), At: q.Path}
	err := q.View(func(tx *store.Tx) (err error) {
		l.Rows, l.Total, err = stocktake.List(q.Context(), tx, pageSize, l.offset())
		return err
	})
	if err != nil {
		return err
	}
	return q.Render(http.StatusOK, "Counts", "counts", countsPage(l))
}

// accuracy is the share of what was counted that was as it should be.
func (l countList) accuracy(s stocktake.Summary) string {
	if s.Status != stocktake.Approved || s.Counted == 0 {
		return ""
	}
	return l.percent(s.Accuracy())
}

type countNewPage struct {
	Form       ui.Form
	Categories []string
	Locations  places
	At         func(...string) string
}

// whats are what may be counted: everything, a kind, or a category of materials.
func (p countNewPage) whats() []ui.Choice {
	choices := []ui.Choice{{Value: "", Label: "Everything in stock"}, {Value: "material", Label: "All materials"}, {Value: "product", Label: "All products"}}
	for _, c := range p.Categories {
		choices = append(choices, ui.Choice{Value: "category " + c, Label: c})
	}
	return choices
}

func (p countNewPage) wheres() []ui.Choice {
	return append([]ui.Choice{{Value: "", Label: "Everywhere"}}, p.Locations.choices()...)
}

func newCount(q *Request) error { return q.renderNewCount(http.StatusOK, ui.Form{}) }

func (q *Request) renderNewCount(status int, form ui.Form) error {
	p := countNewPage{Form: form, At: q.Path}
	err := q.View(func(tx *store.Tx) (err error) {
		if p.Categories, err = inventory.Categories(q.Context(), tx); err != nil {
			return err
		}
		p.Locations, err = inventory.OpenLocations(q.Context(), tx)
		return err
	})
	if err != nil {
		return err
	}
	return q.Render(status, "Start a count", "counts", countForm(p))
}

func createCount(q *Request) error {
	var p fault.Problems
	v := q.PostForm
	c := stocktake.Choice{Location: placeField(&p, v, "location"), ExpiresBy: optionalDate(&p, v, "expires_by"), Blind: v.Get("blind") != ""}
	if category, ok := strings.CutPrefix(v.Get("choice"), "category "); ok {
		c.Kind, c.Category = inventory.OfMaterial, category
	} else {
		c.Kind = inventory.ItemKind(v.Get("choice"))
	}
	err := p.Err()
	var reference string
	if err == nil {
		err = q.Update(func(tx *store.Tx) (err error) {
			reference, err = stocktake.Start(q.Context(), tx, c)
			return err
		})
	}
	if status, ok := again(err); ok {
		return q.renderNewCount(status, refused(q, err))
	}
	if err != nil {
		return err
	}
	q.Redirect(q.Path("counts", reference))
	return nil
}

type countPage struct {
	stocktake.Count
	format
	Progress   stocktake.Progress
	Containers []stocktake.Container
	Several    bool // locations
	MayWrite   bool
	MayUndo    bool
	SeesCosts  bool
	At         func(...string) string
	Forms      map[int64]ui.Form // refused lines, by position
}

func (q *Request) countPage() (p countPage, err error) {
	p = countPage{format: q.format(), MayWrite: q.Actor().May(authz.InventoryWrite), MayUndo: q.Actor().May(authz.Archive), At: q.Path, Forms: map[int64]ui.Form{}}
	err = q.View(func(tx *store.Tx) (err error) {
		if p.Count, err = stocktake.Get(q.Context(), tx, q.PathValue("count")); err != nil {
			return err
		}
		p.Progress = p.Count.Progress()
		if p.Containers, err = stocktake.Containers(q.Context(), tx); err != nil {
			return err
		}
		open, err := inventory.OpenLocations(q.Context(), tx)
		p.Several = len(open) > 1
		return err
	})
	return p, err
}

// showCount is the screen to count at, or what came of it.
func showCount(q *Request) error {
	p, err := q.countPage()
	if err != nil {
		return err
	}
	if p.Status == stocktake.Open && p.MayWrite {
		return q.Render(http.StatusOK, p.Reference, "counts", countShow(p))
	}
	return q.Render(http.StatusOK, p.Reference, "counts", countResult(p))
}

func reviewCount(q *Request) error {
	p, err := q.countPage()
	if err != nil {
		return err
	}
	return q.Render(http.StatusOK, "Review "+p.Reference, "counts", countResult(p))
}

func showCountSheet(q *Request) error {
	p, err := q.countPage()
	if err != nil {
		return err
	}
	return q.Render(http.StatusOK, "Sheet of "+p.Reference, "counts", countSheet(p))
}

// recordLine notes what was found of a line. Who counts with scripts gets the line alone back; others the page.
func recordLine(q *Request) error {
	position, err := strconv.ParseInt(strings.TrimPrefix(q.PathValue("line"), "line-"), 10, 32)
	if err != nil || q.PathValue("line") != lineID(stocktake.Line{Position: position}, "") {
		return fault.NotFound("line")
	}
	err = q.Update(func(tx *store.Tx) error {
		c, err := stocktake.Get(q.Context(), tx, q.PathValue("count"))
		if err != nil {
			return err
		}
		if position < 1 || position > int64(len(c.Lines)) {
			return fault.NotFound("line")
		}
		e, err := q.entry(tx, c.Lines[position-1])
		if err != nil {
			return err
		}
		return stocktake.Record(q.Context(), tx, c.Reference, position, e)
	})
	status, retry := again(err)
	if err != nil && !retry {
		return err
	}
	alone := q.Request.Header.Get("HX-Request") != ""
	if err == nil && !alone {
		q.Redirect(q.Path("counts", q.PathValue("count")) + "#" + lineID(stocktake.Line{Position: position}, ""))
		return nil
	}
	p, e := q.countPage()
	if e != nil {
		return e
	}
	if err != nil {
		p.Forms[position] = refused(q, err)
	} else {
		status = http.StatusOK
	}
	if alone && p.Status == stocktake.Open {
		return q.write(status, countAnswer(p, p.Lines[position-1]))
	}
	return q.Render(status, p.Reference, "counts", countShow(p))
}

// entry reads what was found: a quantity, or what it weighs in a container.
func (q *Request) entry(tx *store.Tx, l stocktake.Line) (e stocktake.Entry, err error) {
	var p fault.Problems
	v := q.PostForm
	e.Reason = v.Get("reason")
	if e.Revision, err = strconv.ParseInt(strings.TrimPrefix(v.Get("seen"), "r"), 10, 64); err != nil {
		return e, fault.Invalid("counted", "Load the page again, and enter it once more.")
	}
	if v.Get("gross") != "" || v.Get("container") != "" {
		return e, together(q.weighed(tx, l, &e))
	}
	if text := v.Get("counted"); text != "" {
		found, err := quantity.ParseIn(text, l.Item.Unit, l.Item.Unit.Large())
		if err != nil {
			p.Add("counted", err.Error())
		}
		e.Counted = &found
	}
	if e.Counted != nil && l.Counted != nil && *e.Counted == *l.Counted {
		e.Weighed = l.Weighed
	}
	return e, p.Err()
}

// weighed reads a gross weight and takes off what the container weighs.
func (q *Request) weighed(tx *store.Tx, l stocktake.Line, e *stocktake.Entry) error {
	gross, err := quantity.ParseIn(q.PostFormValue("gross"), quantity.Gram, "kg")
	if err != nil {
		return fault.Invalid("gross", err.Error())
	}
	in := stocktake.Container{Name: "nothing"}
	if which := q.PostFormValue("container"); which != "" {
		all, err := stocktake.Containers(q.Context(), tx)
		if err != nil {
			return err
		}
		if in = chosenContainer(all, which); in.ID.IsZero() {
			return fault.Invalid("container", "Choose a container of the list.")
		}
	}
	net, err := in.Net(gross)
	if err != nil {
		return err
	}
	found, err := quantity.Measure{Unit: l.Item.Unit, Density: l.Density}.Parse(quantity.Decimal(net) + " g")
	if err != nil {
		return fault.Invalid("gross", err.Error())
	}
	e.Counted = &found
	e.Weighed = fmt.Sprintf("%s gross in %s of %s", quantity.Input(gross, quantity.Gram), in.Name, quantity.Input(in.Tare, quantity.Gram))
	if in.ID.IsZero() {
		e.Weighed = quantity.Input(gross, quantity.Gram) + " on the scale"
	}
	return nil
}

func chosenContainer(all []stocktake.Container, which string) stocktake.Container {
	for _, c := range all {
		if c.ID.String() == which {
			return c
		}
	}
	return stocktake.Container{}
}

func approveCount(q *Request) error {
	return q.endCount("The count was approved, and the stock is as it was found.", func(tx *store.Tx) error {
		return stocktake.Approve(q.Context(), tx, q.PathValue("count"))
	})
}

// undoneBecause is the reason as a sentence, when one was given.
func (p countPage) undoneBecause() string {
	if p.Undone == "" {
		return ""
	}
	return "Reason: " + strings.TrimSuffix(p.Undone, ".") + ". "
}

func undoCount(q *Request) error {
	return q.undo("The count was undone; the stock is as the ledger had it.", q.Path("counts", q.PathValue("count")), func(tx *store.Tx) error {
		return stocktake.Undo(q.Context(), tx, q.PathValue("count"), q.PostFormValue("reason"))
	})
}

func cancelCount(q *Request) error {
	return q.endCount("The count was cancelled. Nothing was changed.", func(tx *store.Tx) error {
		return stocktake.Cancel(q.Context(), tx, q.PathValue("count"))
	})
}

func (q *Request) endCount(done string, end func(*store.Tx) error) error {
	err := q.Update(end)
	if fault.Is(err, fault.KindConflict) {
		return q.Refused(err, q.Path("counts", q.PathValue("count")))
	}
	if err != nil {
		return err
	}
	return q.Done(done, q.Path("counts", q.PathValue("count")))
}

// lineID names a line, on the page and in addresses, or what belongs to it.
func lineID(l stocktake.Line, part string) string {
	return "line-" + strconv.FormatInt(l.Position, 10) + part
}

// seen marks the figure of a line that somebody looks at.
func seen(l stocktake.Line) string { return "r" + strconv.FormatInt(l.Revision, 10) }

// form is that of a line: with what was refused, or as it was counted.
func (p countPage) form(l stocktake.Line) ui.Form {
	if f, ok := p.Forms[l.Position]; ok {
		return f
	}
	v := url.Values{"reason": {l.Reason}}
	if l.Counted != nil {
		v.Set("counted", inLarge(*l.Counted, l.Item.Unit))
	}
	return ui.Form{Values: v}
}

// inLarge is a quantity in kg, l or pieces, without the unit.
func inLarge(q quantity.Quantity, u quantity.Unit) string {
	return quantity.Decimal(q / quantity.Quantity(u.LargeSize()))
}

// expected is the placeholder of what should be there; a blind count says nothing.
func (p countPage) expected(l stocktake.Line) string {
	if p.Blind {
		return ""
	}
	return inLarge(l.Book, l.Item.Unit)
}

// weighable tells whether a line can be counted on a scale.
func weighable(l stocktake.Line) bool {
	return l.Item.Unit == quantity.Gram || l.Item.Unit == quantity.Millilitre && l.Density > 0
}

// about is what tells a line from others of its item.
func (p countPage) about(l stocktake.Line) string {
	text := l.Lot
	if l.ExpiresOn != nil {
		text += ", expires " + p.day(*l.ExpiresOn)
	}
	if l.LotStatus != inventory.Available {
		text += ", " + stateWord(string(l.LotStatus))
	}
	if p.Several {
		text += ", " + l.Location
	}
	return text
}

// off is by how much a line differs, in words.
func (p countPage) off(l stocktake.Line) string {
	d := l.Difference()
	if d < 0 {
		return p.amount(-d, l.Item.Unit) + " less than expected."
	}
	return p.amount(d, l.Item.Unit) + " more than expected."
}

// different are the lines that differ, and then the others that were counted.
func (p countPage) different() (lines []stocktake.Line) {
	for _, differs := range []bool{true, false} {
		for _, l := range p.Lines {
			if l.Counted != nil && (l.Difference() != 0) == differs {
				lines = append(lines, l)
			}
		}
	}
	return lines
}

func (p countPage) counted(i *calendar.Instant) string {
	if i == nil {
		return ""
	}
	return p.moment(*i)
}

func containerChoices(all []stocktake.Container) []ui.Choice {
	choices := []ui.Choice{{Value: "", Label: "No container"}}
	for _, c := range all {
		choices = append(choices, ui.Choice{Value: c.ID.String(), Label: c.Name + ", " + quantity.Input(c.Tare, quantity.Gram)})
	}
	return choices
}

// Containers that things are weighed in.

type containersPage struct {
	list
	format
	All      []stocktake.Container
	MayWrite bool
	At       func(...string) string
	refused  map[string]ui.Form // by dialog
}

func (p containersPage) form(dialog string, c stocktake.Container) ui.Form {
	if f, ok := p.refused[dialog]; ok {
		return f
	}
	v := url.Values{"name": {c.Name}}
	if !c.ID.IsZero() {
		v.Set("tare", quantity.Input(c.Tare, quantity.Gram))
	}
	return ui.Form{Values: v}
}

func listContainers(q *Request) error { return q.renderContainers(http.StatusOK, nil) }

func (q *Request) renderContainers(status int, refused map[string]ui.Form) error {
	p := containersPage{list: q.list(), format: q.format(), MayWrite: q.Actor().May(authz.InventoryWrite), At: q.Path, refused: refused}
	err := q.View(func(tx *store.Tx) (err error) {
		p.All, err = stocktake.Containers(q.Context(), tx)
		return err
	})
	if err != nil {
		return err
	}
	return q.Render(status, "Containers", "counts", containersBody(p))
}

func (q *Request) changeContainers(dialog, done string, change func(*store.Tx) error) error {
	err := q.Update(change)
	if fault.Is(err, fault.KindInvalid) {
		return q.renderContainers(http.StatusUnprocessableEntity, map[string]ui.Form{dialog: refused(q, err)})
	}
	if err != nil {
		return err
	}
	return q.Done(done, q.Path("containers"))
}

// containerInput reads the form.
func (q *Request) containerInput(which id.ID) (stocktake.Container, error) {
	var p fault.Problems
	c := stocktake.Container{ID: which, Name: q.PostFormValue("name")}
	tare := optionalQuantity(&p, q.PostForm, "tare", quantity.Gram)
	if tare == nil && p.Err() == nil {
		p.Add("tare", "Enter what it weighs empty, such as 450 g.")
	} else if tare != nil {
		c.Tare = *tare
	}
	return c, p.Err()
}

func createContainer(q *Request) error {
	return q.changeContainers("add", "The container was added.", func(tx *store.Tx) error {
		c, err := q.containerInput(id.ID{})
		if err != nil {
			return err
		}
		return stocktake.AddContainer(q.Context(), tx, c)
	})
}

func updateContainer(q *Request) error {
	which, err := id.Parse(q.PathValue("container"))
	if err != nil {
		return fault.NotFound("container")
	}
	return q.changeContainers("edit-"+which.String(), "Saved.", func(tx *store.Tx) error {
		c, err := q.containerInput(which)
		if err != nil {
			return err
		}
		return stocktake.ChangeContainer(q.Context(), tx, c)
	})
}

func removeContainer(q *Request) error {
	which, err := id.Parse(q.PathValue("container"))
	if err != nil {
		return fault.NotFound("container")
	}
	return q.changeContainers("", "The container was removed.", func(tx *store.Tx) error {
		return stocktake.RemoveContainer(q.Context(), tx, which)
	})
}

// columns of the list; value is for who sees costs.
func (l countList) columns() []ui.Column {
	return []ui.Column{{Label: "Count"}, {Label: "Started"}, {Label: "Counted", Class: "num"}, {Label: "As expected", Class: "num"}, {Label: "Value", Class: "num", Hidden: !l.costs}, {Label: "Status", Class: "fit"}}
}

// columns of what was found.
func (p countPage) columns() []ui.Column {
	return []ui.Column{{Label: "Item"}, {Label: "Expected", Class: "num"}, {Label: "Found", Class: "num"}, {Label: "Difference", Class: "num"}, {Label: "Value", Class: "num", Hidden: !p.costs}, {Label: "Reason"}, {Label: "Counted"}}
}

func (p countPage) sheetColumns() []ui.Column {
	return []ui.Column{{Label: "Item"}, {Label: "Lot"}, {Label: "Expires"}, {Label: "Where", Hidden: !p.Several}, {Label: "Expected", Class: "num", Hidden: p.Blind}, {Label: "Counted", Class: "fit"}}
}

// consequence says what approving does.
func (p countPage) consequence() string {
	text := "The stock is corrected by " + plural(int64(p.Progress.Different), "difference", "differences") + "."
	if p.Progress.Different == 0 {
		text = "Everything that was counted is as it should be."
	}
	if left := p.Progress.Lines - p.Progress.Counted; left > 0 {
		text += " " + plural(int64(left), "lot was", "lots were") + " not counted."
	}
	return text
}
