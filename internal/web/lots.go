package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/inventory"
	"craftplan/internal/money"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
	"craftplan/internal/web/ui"
)

type lotList struct {
	list
	format
	Rows    []inventory.Lot
	Total   int64
	State   inventory.LotState
	Kind    inventory.ItemKind
	Horizon calendar.Date
	At      func(...string) string

	MayImport bool
	Several   bool // locations
}

func listLots(q *Request) error {
	l := lotList{list: q.list(), format: q.format(), MayImport: q.Actor().May(authz.Import), At: q.Path}
	f := lotFilter(l.list)
	f.Limit, f.Offset = pageSize, l.offset()
	l.State, l.Kind = f.State, f.Kind
	err := q.View(func(tx *store.Tx) (err error) {
		if l.Horizon, err = inventory.Horizon(q.Context(), tx); err != nil {
			return err
		}
		open, err := inventory.OpenLocations(q.Context(), tx)
		if err != nil {
			return err
		}
		l.Several = len(open) > 1
		l.Rows, l.Total, err = inventory.ListLots(q.Context(), tx, f)
		return err
	})
	if err != nil {
		return err
	}
	return q.Render(http.StatusOK, "Lots", "lots", lotsPage(l))
}

// lotFilter is what the address of the list chooses.
func lotFilter(l list) inventory.LotFilter {
	f := inventory.LotFilter{Query: l.Search}
	if s := inventory.LotState(l.query.Get("state")); slices.Contains(inventory.LotStates, s) {
		f.State = s
	}
	if k := inventory.ItemKind(l.query.Get("kind")); k == inventory.OfMaterial || k == inventory.OfProduct {
		f.Kind = k
	}
	return f
}

// lotMark is what is to be known of a lot before it is used.
func lotMark(l inventory.Lot, today, horizon calendar.Date) string {
	switch {
	case l.Owed && l.OnHand < 0:
		return "owed"
	case l.Held():
		return string(l.Status)
	case l.OnHand == 0:
		return "empty"
	case l.Expired(today):
		return "expired"
	case l.ExpiresOn != nil && !l.ExpiresOn.After(horizon):
		return "expiring"
	}
	return string(inventory.Available)
}

// itemPath is the page of a material or product.
func itemPath(at func(...string) string, i inventory.Item) string {
	if i.Kind == inventory.OfProduct {
		return at("products", i.SKU)
	}
	return at("materials", i.SKU)
}

// entry is one line of a lot's history: a movement, or a change beside its stock.
type lotEntry struct {
	at       calendar.Instant
	movement *inventory.Movement
	event    *inventory.Event
}

type lotPage struct {
	inventory.Lot
	format
	Places    []inventory.Place
	Locations places
	Transfers []inventory.StockTransfer // of the lot, that are on their way
	History   []lotEntry
	Others    []inventory.Lot // lots of the same item that it could be merged with
	Horizon   calendar.Date
	MayWrite  bool
	At        func(...string) string
	Forms     map[string]ui.Form // by dialog
}

func (q *Request) lotPage(forms map[string]ui.Form) (p lotPage, err error) {
	p = lotPage{format: q.format(), MayWrite: q.Actor().May(authz.InventoryWrite), At: q.Path, Forms: forms}
	err = q.View(func(tx *store.Tx) (err error) {
		if p.Lot, err = inventory.GetLot(q.Context(), tx, q.PathValue("lot")); err != nil {
			return err
		}
		if p.Places, err = inventory.Places(q.Context(), tx, p.ID); err != nil {
			return err
		}
		if p.Locations, err = inventory.OpenLocations(q.Context(), tx); err != nil {
			return err
		}
		if p.Transfers, err = inventory.OnTheWay(q.Context(), tx, p.ID); err != nil {
			return err
		}
		if p.Horizon, err = inventory.Horizon(q.Context(), tx); err != nil {
			return err
		}
		others, err := inventory.Lots(q.Context(), tx, p.Item.ID)
		if err != nil {
			return err
		}
		p.Others = slices.DeleteFunc(others, func(l inventory.Lot) bool { return l.ID == p.ID || l.OnHand <= 0 || l.Status != p.Status })
		movements, events, err := inventory.History(q.Context(), tx, p.ID)
		p.History = historyOf(movements, events)
		return err
	})
	if _, typed := p.Forms["describe"]; !typed && err == nil {
		v := url.Values{"supplier": {p.Supplier}, "supplier_lot": {p.SupplierLot}}
		if p.ExpiresOn != nil {
			v.Set("expires_on", p.ExpiresOn.String())
		}
		p.Forms["describe"] = ui.Form{Values: v}
	}
	return p, err
}

// historyOf is both in one line of time, newest first.
func historyOf(movements []inventory.Movement, events []inventory.Event) []lotEntry {
	var all []lotEntry
	for i := range movements {
		all = append(all, lotEntry{movements[i].OccurredAt, &movements[i], nil})
	}
	for i := range events {
		all = append(all, lotEntry{events[i].At, nil, &events[i]})
	}
	slices.SortStableFunc(all, func(a, b lotEntry) int { return cmp.Compare(b.at.String(), a.at.String()) })
	return all
}

func showLot(q *Request) error {
	p, err := q.lotPage(map[string]ui.Form{})
	if err != nil {
		return err
	}
	return q.Render(http.StatusOK, p.Code, "lots", lotShow(p))
}

// changeLot runs a change of a lot and shows it again; when it is refused, with the form in its dialog.
func (q *Request) changeLot(dialog, done string, change func(*store.Tx, inventory.Lot, *fault.Problems) error) error {
	err := q.Update(func(tx *store.Tx) error {
		l, err := inventory.GetLot(q.Context(), tx, q.PathValue("lot"))
		if err != nil {
			return err
		}
		var p fault.Problems
		return change(tx, l, &p)
	})
	if fault.Is(err, fault.KindConflict) {
		return q.Refused(err, q.Path("lots", q.PathValue("lot")))
	}
	if status, ok := again(err); ok {
		p, e := q.lotPage(map[string]ui.Form{dialog: refused(q, err)})
		if e != nil {
			return e
		}
		return q.Render(status, p.Code, "lots", lotShow(p))
	}
	if err != nil {
		return err
	}
	return q.Done(done, q.Path("lots", q.PathValue("lot")))
}

func describeLot(q *Request) error {
	return q.changeLot("describe", "Saved.", func(tx *store.Tx, l inventory.Lot, p *fault.Problems) error {
		d := inventory.LotDetails{ExpiresOn: optionalDate(p, q.PostForm, "expires_on"), Supplier: q.PostFormValue("supplier"), SupplierLot: q.PostFormValue("supplier_lot")}
		return together(p.Err(), inventory.Describe(q.Context(), tx, l.Code, d, q.PostFormValue("reason")))
	})
}

// correctLot notes that there is more or less than was thought.
func correctLot(q *Request) error {
	return q.changeLot("correct", "The stock was corrected.", func(tx *store.Tx, l inventory.Lot, p *fault.Problems) error {
		c, err := q.changeOf(tx, p, l.Item, inventory.Adjustment)
		if err != nil {
			return err
		}
		c.Lot = l.Code
		return inventory.Adjust(q.Context(), tx, c)
	})
}

// wasteLot takes stock away that was thrown out.
func wasteLot(q *Request) error {
	return q.changeLot("waste", "It was written off.", func(tx *store.Tx, l inventory.Lot, p *fault.Problems) error {
		c, err := q.changeOf(tx, p, l.Item, inventory.Waste)
		if err != nil {
			return err
		}
		c.Lot = l.Code
		return inventory.Adjust(q.Context(), tx, c)
	})
}

// changeOf is change for an item, in whatever it is measured in.
func (q *Request) changeOf(tx *store.Tx, p *fault.Problems, item inventory.Item, kind inventory.Kind) (inventory.Change, error) {
	m, err := inventory.MeasureOf(q.Context(), tx, item)
	if err != nil {
		return inventory.Change{}, err
	}
	return q.change(p, m, kind)
}

// change reads a correction: a quantity, whether it is more or less, why, and when.
func (q *Request) change(p *fault.Problems, measure quantity.Measure, kind inventory.Kind) (inventory.Change, error) {
	c := inventory.Change{Kind: kind, Reason: q.PostFormValue("reason"), LocationID: placeField(p, q.PostForm, "location"), At: q.moment(p, "occurred_at")}
	amount := optionalAmount(p, q.PostForm, "quantity", measure)
	switch {
	case amount == nil:
		p.Add("quantity", "Enter how much.")
	case kind == inventory.Waste || q.PostFormValue("direction") == "less":
		c.Delta = -*amount
	case q.PostFormValue("direction") == "more":
		c.Delta = *amount
	default:
		p.Add("direction", "Choose whether there is more or less.")
	}
	return c, together(p.Err(), c.Validate())
}

// moment reads when something happened; nil is now.
func (q *Request) moment(p *fault.Problems, name string) *calendar.Instant {
	text := q.PostFormValue(name)
	if text == "" {
		return nil
	}
	at, err := calendar.ParseLocal(text, q.scope.Context().Zone)
	if err != nil {
		p.Add(name, err.Error())
		return nil
	}
	return &at
}

func holdLot(q *Request) error {
	status := inventory.LotStatus(q.PostFormValue("status"))
	return q.changeLot("hold", "The lot is "+stateWord(string(status))+" now.", func(tx *store.Tx, l inventory.Lot, _ *fault.Problems) error {
		return inventory.SetStatus(q.Context(), tx, l.Code, status, q.PostFormValue("reason"))
	})
}

func splitLot(q *Request) error {
	return q.changeLot("split", "The lot was split.", func(tx *store.Tx, l inventory.Lot, p *fault.Problems) error {
		amount := optionalQuantity(p, q.PostForm, "quantity", l.Item.Unit)
		if amount == nil {
			p.Add("quantity", "Enter how much becomes a lot of its own.")
		}
		if err := p.Err(); err != nil {
			return err
		}
		_, err := inventory.Split(q.Context(), tx, l.Code, *amount, q.PostFormValue("lot"))
		return err
	})
}

func mergeLot(q *Request) error {
	return q.changeLot("merge", "The lots are one now.", func(tx *store.Tx, l inventory.Lot, _ *fault.Problems) error {
		_, err := inventory.Merge(q.Context(), tx, append([]string{l.Code}, q.PostForm["lots"]...), q.PostFormValue("lot"))
		return err
	})
}

func reverseMovement(q *Request) error {
	which, err := id.Parse(q.PathValue("movement"))
	if err != nil {
		return fault.NotFound("movement")
	}
	return q.changeLot("reverse-"+which.String(), "It was taken back.", func(tx *store.Tx, _ inventory.Lot, _ *fault.Problems) error {
		return inventory.Reverse(q.Context(), tx, which, q.PostFormValue("reason"))
	})
}

// stateWord is the word for a state inside a sentence.
func stateWord(name string) string { return strings.ToLower(ui.StateLabel(name)) }

// movementLabels are the kinds of movements as they are shown.
var movementLabels = map[inventory.Kind]string{inventory.Opening: "Opening stock", inventory.Received: "Received", inventory.Consumption: "Used", inventory.Production: "Made", inventory.Sale: "Delivered", inventory.Adjustment: "Corrected",
	inventory.Stocktake: "Counted", inventory.Waste: "Written off", inventory.Transfer: "Moved", inventory.Reversal: "Taken back"}

// sourcePath is the page of the document behind a movement; "" when there is none.
func sourcePath(at func(...string) string, s inventory.Source) string {
	switch s.Kind {
	case "batch":
		return at("batches", s.Name)
	case "order":
		return at("orders", s.Name)
	case "count":
		return at("counts", s.Name)
	case "transfer":
		return at("transfers", s.Name)
	}
	return ""
}

var eventLabels = map[string]string{"status": "Status", "expiry": "Expiry", "supplier": "Supplier", "supplier_lot": "Supplier's lot"}

// eventValue is what an event changed from or to.
func (f format) eventValue(kind, value string) string {
	switch {
	case value == "":
		return "none"
	case kind == "status":
		return stateWord(value)
	case kind == "expiry":
		if d, err := calendar.Parse(value); err == nil {
			return f.day(d)
		}
	}
	return value
}

// lotPrice is what a kg, l or piece of the lot cost: of what is left, or as it came in.
func (f format) lotPrice(l inventory.Lot, u quantity.Unit) string {
	if l.OnHand == 0 {
		return f.price(l.UnitCost, u)
	}
	large, err := l.Value.Share(u.LargeSize()*quantity.Micro, int64(l.OnHand))
	if err != nil {
		return f.price(l.UnitCost, u)
	}
	return money.FormatUnit(large, f.currency, f.locale, money.Digits(f.currency), 4)
}

var lotStateLabels = map[inventory.LotState]string{inventory.Expiring: "Expiring", inventory.Held: "Held", inventory.Empty: "Empty"}

func lotStatusChoices() []ui.Choice {
	choices := make([]ui.Choice, len(inventory.LotStatuses))
	for i, s := range inventory.LotStatuses {
		choices[i] = ui.Choice{Value: string(s), Label: ui.StateLabel(string(s))}
	}
	return choices
}

// hintOf shows how a quantity may be written.
func hintOf(u quantity.Unit) string {
	return map[quantity.Unit]string{quantity.Gram: "Such as 500 g or 1.5 kg.", quantity.Millilitre: "Such as 250 ml or 1.5 l.", quantity.Piece: "Such as 12 or 3 dozen."}[u]
}

// has tells whether a value is among those chosen in a form.
func has(f ui.Form, name, value string) bool { return slices.Contains(f.Values[name], value) }
