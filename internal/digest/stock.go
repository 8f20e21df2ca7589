package digest

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"craftplan/internal/calendar"
	"craftplan/internal/inventory"
	"craftplan/internal/mail"
	"craftplan/internal/organizations"
	"craftplan/internal/quantity"
	"craftplan/internal/store"
)

const mostLines = 20 // of each list

// stock is what there is to tell of it.
type stock struct {
	expired, expiring []inventory.Lot
	beyond            bool // there are more such lots than were counted
	low               []inventory.Listed
	lowInAll          int64
}

// look reads what the lists of lots and of materials show to whoever the transaction is by.
func look(ctx context.Context, tx *store.Tx) (s stock, err error) {
	lots, total, err := inventory.ListLots(ctx, tx, inventory.LotFilter{State: inventory.Expiring, Limit: inventory.LotCap - 1})
	if err != nil {
		return s, err
	}
	s.beyond = total >= inventory.LotCap
	for _, l := range lots {
		if l.Expired(tx.Today()) {
			s.expired = append(s.expired, l)
		} else {
			s.expiring = append(s.expiring, l)
		}
	}
	s.low, s.lowInAll, err = inventory.List(ctx, tx, inventory.Filter{Low: true, Limit: mostLines})
	return s, err
}

func (s stock) empty() bool { return len(s.expired)+len(s.expiring)+len(s.low) == 0 }

// message is the mail about it to one reader.
func (s stock) message(tx *store.Tx, o organizations.Organization, r reader) (m mail.Message, err error) {
	f := format{o.Slug, tx.Context().Locale, tx.Today()}
	m = mail.Message{Subject: s.summary(), Lines: []string{"Hello " + r.Name + ",", "This is what to look at in the stock of " + o.Name + "."},
		Sections: s.sections(f), After: []string{"You chose to get this mail " + when[r.Frequency] + ", if there is something to tell. You can choose again under Settings, Digest."}}
	m.Unsubscribe, err = link(tx, r.ID)
	return m, err
}

var when = map[Frequency]string{Daily: "every morning", Weekly: "on Monday mornings"}

// summary is what the mail says, in a line.
func (s stock) summary() string {
	over := map[bool]string{true: "over "}
	var parts []string
	for _, p := range []struct {
		n         int64
		over      bool
		one, many string
	}{
		{int64(len(s.expired)), s.beyond && len(s.expiring) == 0, "lot is expired", "lots are expired"},
		{int64(len(s.expiring)), s.beyond, "lot expires soon", "lots expire soon"},
		{s.lowInAll, false, "material is low", "materials are low"},
	} {
		if p.n == 1 {
			parts = append(parts, "1 "+p.one)
		} else if p.n > 1 {
			parts = append(parts, fmt.Sprintf("%s%d %s", over[p.over], p.n, p.many))
		}
	}
	text := strings.Join(parts, ", ")
	return strings.ToUpper(text[:1]) + text[1:]
}

func (s stock) sections(f format) (all []mail.Section) {
	lots := f.at("lots") + "?state=" + url.QueryEscape(string(inventory.Expiring))
	if len(s.expired) > 0 {
		all = append(all, f.lots("Expired", "expired", s.expired, s.beyond && len(s.expiring) == 0, lots))
	}
	if len(s.expiring) > 0 {
		all = append(all, f.lots("Expires soon", "expires", s.expiring, s.beyond, lots))
	}
	if len(s.low) > 0 {
		low := mail.Section{Title: "Below the minimum", More: f.more(s.lowInAll-int64(len(s.low)), false, f.at("materials")+"?state=low")}
		for _, m := range s.low {
			low.Items = append(low.Items, f.material(m))
		}
		all = append(all, low)
	}
	return all
}

// format writes what is told as people of the organization read it.
type format struct {
	slug, locale string
	today        calendar.Date
}

func (f format) at(segments ...string) string { return organizations.Path(f.slug, segments...) }

func (f format) amount(q quantity.Quantity, u quantity.Unit) string {
	return quantity.Text(q, u, 2, f.locale)
}

func (f format) lots(title, verb string, lots []inventory.Lot, beyond bool, all string) mail.Section {
	shown := lots[:min(len(lots), mostLines)]
	section := mail.Section{Title: title, More: f.more(int64(len(lots)-len(shown)), beyond, all)}
	for _, l := range shown {
		section.Items = append(section.Items, mail.Item{Text: l.Item.Name + ", lot " + l.Code, Note: f.amount(l.OnHand, l.Item.Unit) + ", " + verb + " " + l.ExpiresOn.Long(), Path: f.at("lots", l.Code)})
	}
	return section
}

func (f format) material(m inventory.Listed) mail.Item {
	note := f.amount(m.OnHand-m.Withheld, m.Unit) + " to use, the minimum is " + f.amount(*m.Minimum, m.Unit)
	if m.NextExpiry != nil && m.NextExpiry.Before(f.today) {
		note += "; a lot expired " + m.NextExpiry.Long()
	} else if m.NextExpiry != nil {
		note += "; the first lot expires " + m.NextExpiry.Long()
	}
	return mail.Item{Text: m.Name, Note: note, Path: f.at("materials", m.SKU)}
}

// more leads to those that are left out; it is nothing when none are.
func (f format) more(n int64, beyond bool, path string) mail.Action {
	switch {
	case beyond && n == 0:
		return mail.Action{Label: "and more", Path: path}
	case beyond:
		return mail.Action{Label: fmt.Sprintf("and over %d more", n), Path: path}
	case n > 0:
		return mail.Action{Label: fmt.Sprintf("and %d more", n), Path: path}
	}
	return mail.Action{}
}
