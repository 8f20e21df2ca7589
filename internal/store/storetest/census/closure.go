package census

import (
	"encoding/json"
	"fmt"
	"regexp"
)

// Closure lists the rows that refer to another organization's. Every column that holds an id is looked at, whether or not a
// foreign key declares where it leads.
func (t *Taker) Closure(all Census) ([]string, error) {
	c := closure{owner: map[string]string{}, of: map[string]string{}, people: map[string]bool{}, members: map[[2]string]bool{}}
	known := make([]ids, len(all))
	for i, r := range all {
		var err error
		if known[i], err = t.idsOf(r); err != nil {
			return nil, fmt.Errorf("%s: %w", r.Table, err)
		}
		c.note(r, known[i])
	}
	var broken []string
	for i, r := range all {
		for _, to := range known[i].references {
			broken = append(broken, c.leads(r, to)...)
		}
	}
	return broken, nil
}

// ids are those that a row holds.
type ids struct {
	own, person string // in the columns id and user_id
	owned       bool   // whether the row has an organization_id
	references  []reference
}

type reference struct{ column, to string }

var uuids = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// idsOf reads the ids of a row. Most rows are the same from one closure to the next, and are read once.
func (t *Taker) idsOf(r Row) (found ids, err error) {
	if found, ok := t.ids[r]; ok {
		return found, nil
	}
	var values map[string]any
	if err := json.Unmarshal([]byte(r.JSON), &values); err != nil {
		return found, err
	}
	found.own, _ = values["id"].(string)
	found.person, _ = values["user_id"].(string)
	found.owned = values["organization_id"] != nil
	for _, table := range t.tables {
		if table.name == r.Table {
			found.references = table.references(r, values)
		}
	}
	const most = 100_000 // rows, some 50 MB
	if t.ids == nil || len(t.ids) > most {
		t.ids = map[Row]ids{}
	}
	t.ids[r] = found
	return found, nil
}

// references are the ids in a row of an organization; a person's own rows, such as sessions, may name any that they belong to.
func (t *table) references(r Row, values map[string]any) (found []reference) {
	if r.Owner == "" || !t.tenant() && t.name != jobs {
		return nil
	}
	for _, column := range t.columns {
		text, _ := values[column.name].(string)
		switch {
		case t.name == jobs && column.name == jobArguments:
			for _, which := range uuids.FindAllString(fmt.Sprint(values[column.name]), -1) {
				found = append(found, reference{column.name, which})
			}
		case text != "" && (column.kind == "uuid_text" || column.kind == "org_text"):
			found = append(found, reference{column.name, text})
		}
	}
	return found
}

// closure is what the ids of all rows are of.
type closure struct {
	owner   map[string]string  // organization by the id of a row
	of      map[string]string  // table by the id of a row
	people  map[string]bool    // users
	members map[[2]string]bool // organization and user, also former members
}

func (c closure) note(r Row, i ids) {
	switch {
	case r.Table == "users":
		c.people[i.own] = true
	case r.Table == "memberships":
		c.members[[2]string{r.Owner, i.person}] = true
	case r.Table == "organizations":
		c.owner[i.own], c.of[i.own] = i.own, r.Table
	case i.owned && i.own != "":
		c.owner[i.own], c.of[i.own] = r.Owner, r.Table
	}
}

// leads tells where a reference of a row leads, when it is not where it may.
func (c closure) leads(r Row, to reference) []string {
	switch {
	case c.people[to.to] && !c.members[[2]string{r.Owner, to.to}]:
		return []string{fmt.Sprintf("%s.%s names a person who never belonged to the organization: %s", r.Table, to.column, r.JSON)}
	case c.owner[to.to] != "" && c.owner[to.to] != r.Owner:
		return []string{fmt.Sprintf("%s.%s refers to a row of %s of another organization: %s", r.Table, to.column, c.of[to.to], r.JSON)}
	}
	return nil
}
