package stocktake

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"craftplan/internal/audit"
	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory"
	"craftplan/internal/money"
	"craftplan/internal/quantity"
	"craftplan/internal/settings"
	"craftplan/internal/stocktake/internal/db"
	"craftplan/internal/store"
)

// Status is how far a count is.
type Status string

// The statuses.
const (
	Open      Status = "open"
	Approved  Status = "approved"
	Cancelled Status = "cancelled"
	Undone    Status = "undone" // approved, and that was taken back
)

// Count is a stocktake.
type Count struct {
	ID        id.ID
	Reference string
	Status    Status
	Blind     bool   // who counts is not shown what is expected
	Scope     string // what was chosen, in words
	StartedAt calendar.Instant
	StartedBy string
	EndedAt   *calendar.Instant
	EndedBy   string
	Lines     []Line
	// When, by whom and why the approval was taken back.
	UndoneAt         *calendar.Instant
	UndoneBy, Undone string
}

// Line is a lot at a place, with what should be there and what was found.
type Line struct {
	Position   int64 // from 1
	Item       inventory.Item
	Density    int64
	LotID      id.ID
	Lot        string // its code
	LotStatus  inventory.LotStatus
	ExpiresOn  *calendar.Date
	LocationID id.ID
	Location   string
	Snapshot   quantity.Quantity // what there was when the count began
	Book       quantity.Quantity // what there should have been when it was counted, or should be now
	Counted    *quantity.Quantity
	CountedAt  *calendar.Instant
	Counter    string // who counted it
	Weighed    string // how, when it was weighed
	Reason     string
	Revision   int64
	Posted     *quantity.Quantity // the difference that was booked
	Value      money.Amount       // what the difference is worth
}

// Difference is how much more was found than there should have been.
func (l Line) Difference() quantity.Quantity {
	switch {
	case l.Posted != nil:
		return *l.Posted
	case l.Counted == nil:
		return 0
	}
	return *l.Counted - l.Book
}

// Progress is how far a count is, in lines.
type Progress struct {
	Lines, Counted, Different int
	More, Less                money.Amount // what the differences are worth
}

// Progress adds up the lines.
func (c Count) Progress() (p Progress) {
	p.Lines = len(c.Lines)
	for _, l := range c.Lines {
		if l.Counted == nil {
			continue
		}
		p.Counted++
		if l.Difference() != 0 {
			p.Different++
		}
		switch {
		case l.Value == money.Withheld:
		case l.Value > 0:
			p.More += l.Value
		default:
			p.Less += l.Value
		}
	}
	return p
}

// Choice is what to count; what is left open is all of it.
type Choice struct {
	Kind      inventory.ItemKind
	Category  string
	Location  *id.ID
	ExpiresBy *calendar.Date
	Blind     bool
}

// maxLines is what one count may hold: more is counted in parts.
const maxLines = 2000

// Start begins a count of what stands on the shelves now. Field names in errors are location and choice.
func Start(ctx context.Context, tx *store.Tx, c Choice) (string, error) {
	if err := tx.Require(authz.InventoryWrite); err != nil {
		return "", err
	}
	scope, err := c.words(ctx, tx)
	if err != nil {
		return "", err
	}
	rows, err := db.For(tx).StockToCount(ctx, db.StockToCountIn{ItemKind: string(c.Kind), Category: c.Category, LocationID: c.Location, Until: c.ExpiresBy, CountOf: maxLines + 1})
	switch {
	case err != nil:
		return "", err
	case len(rows) == 0:
		return "", fault.Invalid("choice", "Nothing of that is in stock.")
	case len(rows) > maxLines:
		return "", fault.Invalid("choice", fmt.Sprintf("That is more than %d lots. Count a category or a location at a time.", maxLines))
	}
	reference, err := settings.NextReference(ctx, tx, "ST", tx.Today().Year())
	if err != nil {
		return "", err
	}
	count := id.New()
	err = db.For(tx).CreateCount(ctx, db.CreateCountIn{ID: count, Reference: reference, Blind: c.Blind, Scope: scope, StartedAt: tx.Now(), StartedBy: tx.Actor().UserID})
	if err != nil {
		return "", err
	}
	for i, r := range rows {
		err := db.For(tx).CreateLine(ctx, db.CreateLineIn{CountID: count, Position: int64(i + 1), ItemID: r.ItemID, LotID: r.LotID, LocationID: r.LocationID, Expected: r.OnHand})
		if err != nil {
			return "", err
		}
	}
	return reference, nil
}

// words are what was chosen, as people read it later.
func (c Choice) words(ctx context.Context, tx *store.Tx) (string, error) {
	words := []string{map[inventory.ItemKind]string{"": "Everything", inventory.OfMaterial: "Materials", inventory.OfProduct: "Products"}[c.Kind]}
	if c.Category != "" {
		words = []string{c.Category}
	}
	if c.Location != nil {
		places, err := inventory.OpenLocations(ctx, tx)
		if err != nil {
			return "", err
		}
		at := ""
		for _, p := range places {
			if p.ID == *c.Location {
				at = p.Name
			}
		}
		if at == "" {
			return "", fault.Invalid("location", "Choose a location of the list.")
		}
		words = append(words, "at "+at)
	}
	if c.ExpiresBy != nil {
		words = append(words, "that expires by "+c.ExpiresBy.Long())
	}
	return strings.Join(words, " "), nil
}

// Get reads a count with its lines.
func Get(ctx context.Context, tx *store.Tx, reference string) (Count, error) {
	if err := tx.Require(authz.InventoryRead); err != nil {
		return Count{}, err
	}
	r, err := db.For(tx).GetCount(ctx, db.GetCountIn{Reference: reference})
	if err = store.Translate(err); fault.Is(err, fault.KindNotFound) {
		return Count{}, fault.NotFound("count")
	}
	if err != nil {
		return Count{}, err
	}
	c := Count{ID: r.ID, Reference: r.Reference, Status: Status(r.Status), Blind: r.Blind, Scope: r.Scope, StartedAt: r.StartedAt, StartedBy: r.StartedBy, EndedAt: r.EndedAt, EndedBy: r.EndedBy,
		UndoneAt: r.UndoneAt, UndoneBy: r.UndoneBy, Undone: r.UndoneReason}
	if c.UndoneAt != nil {
		c.Status = Undone
	}
	rows, err := db.For(tx).LinesOfCount(ctx, db.LinesOfCountIn{CountID: r.ID})
	c.Lines = make([]Line, len(rows))
	for i, r := range rows {
		c.Lines[i] = Line{Position: r.Position, Item: inventory.Item{ID: r.ItemID, Kind: inventory.ItemKind(r.ItemKind), Name: r.Name, SKU: r.Sku, Unit: quantity.Unit(r.Unit)}, Density: r.Density,
			LotID: r.LotID, Lot: r.Code, LotStatus: inventory.LotStatus(r.LotStatus), ExpiresOn: r.ExpiresOn, LocationID: r.LocationID, Location: r.Location, Snapshot: r.Expected, Book: r.Book,
			Counted: r.Counted, CountedAt: r.CountedAt, Counter: r.Counter, Weighed: r.Weighed, Reason: r.Reason, Revision: r.Revision,
			Posted: r.Difference}
		if err := c.Lines[i].appraise(tx, r); err != nil {
			return c, err
		}
	}
	return c, err
}

// appraise says what the difference is worth, or would be now, to who sees costs.
func (l *Line) appraise(tx *store.Tx, r db.LinesOfCountRow) (err error) {
	lot := inventory.Lot{OnHand: r.LotOnHand, Value: r.LotValue, UnitCost: r.UnitCost}
	switch {
	case r.DifferenceValue != nil:
		l.Value = *r.DifferenceValue
	case l.Counted != nil:
		l.Value, err = lot.Share(l.Difference())
	}
	l.Value = tx.Cost(l.Value)
	return err
}

// Entry is what somebody found.
type Entry struct {
	Counted  *quantity.Quantity // nil is not counted after all
	Weighed  string
	Reason   string
	Revision int64 // of the figure that they have seen
}

// Record notes what was found of a line. Another's figure is replaced only by who has seen it: else the error is a Conflict that says
// what it is. Field names in errors are counted and reason.
func Record(ctx context.Context, tx *store.Tx, reference string, position int64, e Entry) error {
	if err := tx.Require(authz.InventoryWrite); err != nil {
		return err
	}
	c, l, err := lineOf(ctx, tx, reference, position)
	if err != nil {
		return err
	}
	var p fault.Problems
	if e.Counted != nil && (*e.Counted < 0 || *e.Counted > quantity.Max) {
		p.Add("counted", "Enter what is there; 0 is nothing.")
	}
	if e.Reason = strings.TrimSpace(e.Reason); utf8.RuneCountInString(e.Reason) > maxReason {
		p.Addf("reason", "Use at most %d characters.", maxReason)
	}
	if err := p.Err(); err != nil {
		return err
	}
	in := db.RecordLineIn{CountID: c.ID, Position: position, Counted: e.Counted, Weighed: e.Weighed, Reason: e.Reason, Revision: e.Revision, CountedBy: new(tx.Actor().UserID)}
	switch {
	case e.Counted == nil:
		in.Weighed = ""
	case l.Counted != nil && *l.Counted == *e.Counted && l.Weighed == e.Weighed && l.Revision == e.Revision: // only the reason is new
		in.CountedAt = l.CountedAt
	default:
		in.CountedAt = new(tx.Now())
	}
	changed, err := db.For(tx).RecordLine(ctx, in)
	if err == nil && changed == 0 {
		err = fault.Conflict(fmt.Sprintf("%s counted this in the meantime: %s. Yours was not saved; enter it once more if theirs is wrong.", l.Counter, l.found()))
	}
	return err
}

const maxReason = 200

// found is what was counted, in a sentence.
func (l Line) found() string {
	if l.Counted == nil {
		return "not at all"
	}
	return quantity.Input(*l.Counted, l.Item.Unit)
}

func lineOf(ctx context.Context, tx *store.Tx, reference string, position int64) (Count, Line, error) {
	c, err := openCount(ctx, tx, reference)
	if err != nil {
		return c, Line{}, err
	}
	for _, l := range c.Lines {
		if l.Position == position {
			return c, l, nil
		}
	}
	return c, Line{}, fault.NotFound("line")
}

// openCount reads a count that is not over, once nobody else can end it.
func openCount(ctx context.Context, tx *store.Tx, reference string) (Count, error) {
	if err := tx.Lock(ctx, "count "+reference); err != nil {
		return Count{}, err
	}
	c, err := Get(ctx, tx, reference)
	if err == nil && c.Status != Open {
		err = fault.Conflict(fmt.Sprintf("This count was %s by %s.", c.Status, c.EndedBy))
	}
	return c, err
}

// source is the count as the ledger names it.
func (c Count) source() inventory.Source {
	return inventory.Source{Kind: "count", ID: c.ID, Name: c.Reference}
}

// Approve books all differences that were found, each at the moment it was counted. What was not counted stays as it is.
func Approve(ctx context.Context, tx *store.Tx, reference string) error {
	if err := tx.Require(authz.InventoryWrite); err != nil {
		return err
	}
	c, err := openCount(ctx, tx, reference)
	if err != nil {
		return err
	}
	var counted []Line
	var findings []inventory.Finding
	for _, l := range c.Lines {
		if l.Counted == nil {
			continue
		}
		counted = append(counted, l)
		findings = append(findings, inventory.Finding{ItemID: l.Item.ID, LotID: l.LotID, LocationID: l.LocationID, Counted: *l.Counted, At: *l.CountedAt, Reason: l.Reason})
	}
	if len(counted) == 0 {
		return fault.Conflict("Nothing was counted yet. Count something, or cancel.")
	}
	found, err := inventory.Correct(ctx, tx, findings, c.source())
	if err != nil {
		return err
	}
	differences, value := int64(0), money.Amount(0)
	for i, l := range counted {
		if found[i].Difference != 0 {
			differences++
		}
		if value, err = value.Plus(found[i].Value); err != nil {
			return err
		}
		_, err := db.For(tx).SettleLine(ctx, db.SettleLineIn{CountID: c.ID, Position: l.Position, Difference: &found[i].Difference, DifferenceValue: &found[i].Value})
		if err != nil {
			return err
		}
	}
	return c.end(ctx, tx, Approved, audit.Fields{"Counted": int64(len(counted)), "Differences": differences, "Worth": audit.Cost(value)})
}

// Cancel ends a count without a change. What was found stays readable.
func Cancel(ctx context.Context, tx *store.Tx, reference string) error {
	if err := tx.Require(authz.InventoryWrite); err != nil {
		return err
	}
	c, err := openCount(ctx, tx, reference)
	if err != nil {
		return err
	}
	return c.end(ctx, tx, Cancelled, nil)
}

func (c Count) end(ctx context.Context, tx *store.Tx, as Status, told audit.Fields) error {
	_, err := db.For(tx).EndCount(ctx, db.EndCountIn{ID: c.ID, Status: string(as), EndedAt: new(tx.Now()), EndedBy: new(tx.Actor().UserID)})
	if err != nil {
		return err
	}
	action := map[Status]audit.Action{Approved: audit.Approved, Cancelled: audit.Cancelled}[as]
	return audit.Record(ctx, tx, audit.Change{Action: action, Kind: audit.Count, Record: c.Reference, Became: told})
}

// Summary is a count in the list.
type Summary struct {
	Count
	LineCount, Counted, Exact int64        // exact: found as they should be
	Value                     money.Amount // of all differences
}

// Accuracy is the share of lines that were found as they should be, in millionths.
func (s Summary) Accuracy() int64 {
	if s.Counted == 0 {
		return 0
	}
	return s.Exact * quantity.Micro / s.Counted
}

// List reads one page of counts, the latest first, and how many there are.
func List(ctx context.Context, tx *store.Tx, limit, offset int64) ([]Summary, int64, error) {
	if err := tx.Require(authz.InventoryRead); err != nil {
		return nil, 0, err
	}
	total, err := db.For(tx).CountCounts(ctx)
	if err != nil {
		return nil, 0, err
	}
	rows, err := db.For(tx).ListCounts(ctx, db.ListCountsIn{CountOf: int32(limit), Skip: int32(offset)})
	list := make([]Summary, len(rows))
	for i, r := range rows {
		list[i] = Summary{Count{Reference: r.Reference, Status: Status(r.Status), Blind: r.Blind, Scope: r.Scope, StartedAt: r.StartedAt, StartedBy: r.StartedBy, EndedAt: r.EndedAt}, r.Lines, r.Counted, r.Exact, tx.Cost(r.Value)}
		if r.Undone {
			list[i].Status = Undone
		}
	}
	return list, total, err
}
