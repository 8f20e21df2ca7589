package web

import (
	"cmp"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"craftplan/internal/audit"
	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/money"
	"craftplan/internal/quantity"
	"craftplan/internal/sheet"
	"craftplan/internal/store"
	"craftplan/internal/web/ui"
)

type auditPage struct {
	list
	format
	tabs
	Form   ui.Form // the filter, as it was typed
	Rows   []audit.Entry
	People []audit.Somebody
	Next   audit.Cursor
	Later  bool // not the first page
	At     func(...string) string
}

// Filters of who acted that are no person.
const byOperator, byJobs = "operator", "jobs"

func listAudit(q *Request) error {
	p := auditPage{list: q.list(), format: q.format(), tabs: q.tabs(), Form: ui.Form{Values: q.URL.Query()}, At: q.Path}
	f := p.filter()
	p.Later = !f.After.ID.IsZero()
	err := q.View(func(tx *store.Tx) (err error) {
		if p.People, err = audit.People(q.Context(), tx); err != nil {
			return err
		}
		p.Rows, p.Next, err = audit.List(q.Context(), tx, f)
		return err
	})
	if err != nil {
		return err
	}
	return q.Render(http.StatusOK, "Audit log", "settings", auditBody(p))
}

// filter reads what is looked for. A day that cannot be read is said so beside its field, and counts as none.
func (p *auditPage) filter() audit.Filter {
	v := p.Form.Values
	get := func(name string) string { return strings.TrimSpace(url.Values(v).Get(name)) }
	f := audit.Filter{Action: audit.Action(get("action")), Kind: audit.Kind(get("kind")), Record: get("record"), After: audit.ParseCursor(get("after")), Limit: pageSize}
	switch person := get("person"); person {
	case "":
	case byOperator:
		f.Who = audit.Operator
	case byJobs:
		f.Who = audit.Worker
	default:
		if user, err := id.Parse(person); err == nil {
			f.UserID = &user
		}
	}
	f.From, f.To = p.day("from"), p.day("to")
	return f
}

func (p *auditPage) day(name string) *calendar.Date {
	text := p.Form.Value(name)
	if text == "" {
		return nil
	}
	d, err := calendar.Parse(text)
	if err != nil {
		p.Form.Problems = append(p.Form.Problems, fault.Field{Name: name, Message: "Enter a day, such as 2026-03-31."})
		return nil
	}
	return &d
}

// filtered tells whether something is looked for.
func (p auditPage) filtered() bool {
	for _, name := range []string{"person", "action", "kind", "record", "from", "to"} {
		if p.Form.Value(name) != "" {
			return true
		}
	}
	return false
}

// trail leads to what the audit log tells of one record; "" for who may not read it.
func (f format) trail(kind audit.Kind, record string) string {
	if f.log == "" {
		return ""
	}
	return f.log + "?" + url.Values{"kind": {string(kind)}, "record": {record}}.Encode()
}

// export is where the log is had as files, with its filters.
func (p auditPage) export() ui.Export {
	e := ui.Export{Label: "Export"}
	for _, f := range sheet.Formats {
		e.Files = append(e.Files, ui.ExportFile{Label: f.Label(), Href: p.At("exports", "audit."+string(f)) + p.with("after", "")[len(p.path):]})
	}
	return e
}

// told is a field of an entry; an entry without fields is one with an empty field.
type told struct {
	audit.Entry
	field audit.Field
}

// auditFile has a row for each field that was changed, so that a spreadsheet can filter by it.
var auditFile = exported[told]{name: "audit", permission: authz.AuditRead,
	columns: []column[told]{
		{name: "When", cell: func(f format, e told) sheet.Cell { return sheet.Moment(&e.At, f.zone) }},
		text("Entry", func(e told) string { return e.ID.String() }),
		text("Who", func(e told) string { return by(e.Entry) }),
		text("E-mail", func(e told) string { return e.Email }),
		text("By way of", func(e told) string { return e.Channel.Label() }),
		text("Key or job", func(e told) string { return e.Via }),
		text("Network address", func(e told) string { return e.Address }),
		text("Browser", func(e told) string { return e.Agent }),
		text("What", func(e told) string { return e.Action.Label() }),
		text("Of", func(e told) string { return e.Kind.Label() }),
		text("Record", func(e told) string { return e.Record }),
		text("Field", func(e told) string { return e.field.Name }),
		{name: "Before", cell: func(f format, e told) sheet.Cell { return valueCell(f, e.field.Was) }},
		{name: "After", cell: func(f format, e told) sheet.Cell { return valueCell(f, e.field.Became) }},
	},
	each: func(q *Request, tx *store.Tx, l list, row func(told) error) error {
		p := auditPage{list: l, Form: ui.Form{Values: q.URL.Query()}}
		f := p.filter()
		if len(p.Form.Problems) > 0 {
			return &fault.Error{Kind: fault.KindInvalid, Message: p.Form.Problems[0].Message, Fields: p.Form.Problems}
		}
		f.After, f.Limit = audit.Cursor{}, exportPart
		for {
			entries, next, err := audit.List(q.Context(), tx, f)
			if err != nil {
				return err
			}
			for _, e := range entries {
				fields := e.Fields
				if len(fields) == 0 {
					fields = []audit.Field{{}}
				}
				for _, field := range fields {
					if err := row(told{e, field}); err != nil {
						return err
					}
				}
			}
			if next.ID.IsZero() {
				return nil
			}
			f.After = next
		}
	}}

func valueCell(f format, v *audit.Value) sheet.Cell {
	if v == nil {
		return sheet.Cell{}
	}
	return sheet.Text(f.value(v))
}

// pager leads to what is earlier: the log grows at its other end meanwhile, so pages have no numbers.
func (p auditPage) pager() ui.Pager {
	pager := ui.Pager{Range: plural(int64(len(p.Rows)), "entry", "entries") + " on this page"}
	if !p.Next.ID.IsZero() {
		pager.Next = p.with("after", p.Next.String())
	}
	return pager
}

func (p auditPage) people() []ui.Choice {
	choices := []ui.Choice{{Label: "Anybody"}}
	for _, s := range p.People {
		choices = append(choices, ui.Choice{Value: s.ID.String(), Label: s.Name + ", " + s.Email})
	}
	return append(choices, ui.Choice{Value: byOperator, Label: "The operator of this installation"}, ui.Choice{Value: byJobs, Label: "Jobs"})
}

func auditChoices[T ~string](all string, words []audit.Word[T]) []ui.Choice {
	choices := []ui.Choice{{Label: all}}
	for _, w := range words {
		choices = append(choices, ui.Choice{Value: string(w.Value), Label: w.Label})
	}
	return choices
}

// by is who acted, in words.
func by(e audit.Entry) string {
	switch e.Who {
	case audit.Operator:
		return "Operator of this installation"
	case audit.Worker:
		return "Job"
	case audit.Support:
		return cmp.Or(e.Name, "Somebody") + ", as support"
	}
	return cmp.Or(e.Name, "Somebody without an account")
}

// whence is where a change came from, in words.
func whence(e audit.Entry) string {
	parts := []string{e.Channel.Label()}
	for _, part := range []string{e.Via, e.Agent, e.Address} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, " · ")
}

// value is a field of a change for people.
func (f format) value(v *audit.Value) string {
	switch {
	case v == nil:
		return "none"
	case v.Withheld:
		return "not shown to you"
	}
	switch v.Kind {
	case "flag":
		return mayWord(v.Number == 1, "yes", "no")
	case "number":
		return strconv.FormatInt(v.Number, 10)
	case "money":
		return money.FormatUnit(money.Amount(v.Number), f.currency, f.locale, money.Digits(f.currency), 6)
	case "rate":
		return f.rate(v.Number)
	case "quantity":
		return f.amount(quantity.Quantity(v.Number), quantity.Unit(v.Unit))
	case "day":
		if d, err := calendar.Parse(v.Text); err == nil {
			return f.day(d)
		}
	}
	return v.Text
}

// recordPath leads to the record of an entry; "" where it has no page of its own.
func (p auditPage) recordPath(e audit.Entry) string {
	place, ok := map[audit.Kind][]string{audit.Material: {"materials"}, audit.Product: {"products"}, audit.Recipe: {"products"}, audit.Lot: {"lots"}, audit.Count: {"counts"},
		audit.Order: {"orders"}, audit.Batch: {"batches"}, audit.Customer: {"customers"}}[e.Kind]
	switch {
	case ok && e.Action != audit.Removed:
		return p.At(append(place, e.Record)...)
	case e.Kind == audit.Member || e.Kind == audit.Invitation:
		return p.At("settings", "members")
	}
	return ""
}
