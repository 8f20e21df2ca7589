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
	decoded := make([]map[string]any, len(all))
	for i, r := range all {
		if err := json.Unmarshal([]byte(r.JSON), &decoded[i]); err != nil {
			return nil, fmt.Errorf("%s: %w", r.Table, err)
		}
		c.note(r, decoded[i])
	}
	var broken []string
	for _, table := range t.tables {
		for i, r := range all {
			if r.Table == table.name {
				broken = append(broken, c.check(table, r, decoded[i])...)
			}
		}
	}
	return broken, nil
}

type closure struct {
	owner   map[string]string  // organization by the id of a row
	of      map[string]string  // table by the id of a row
	people  map[string]bool    // users
	members map[[2]string]bool // organization and user, also former members
}

func (c closure) note(r Row, values map[string]any) {
	which, _ := values["id"].(string)
	switch user, _ := values["user_id"].(string); {
	case r.Table == "users":
		c.people[which] = true
	case r.Table == "memberships":
		c.members[[2]string{r.Owner, user}] = true
	case r.Table == "organizations":
		c.owner[which], c.of[which] = which, r.Table
	case values["organization_id"] != nil && which != "":
		c.owner[which], c.of[which] = r.Owner, r.Table
	}
}

var uuids = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

func (c closure) check(t table, r Row, values map[string]any) (broken []string) {
	if r.Owner == "" || !t.tenant() && t.name != jobs {
		return nil // a person's own rows, such as sessions, may name any organization they belong to
	}
	for _, column := range t.columns {
		text, _ := values[column.name].(string)
		switch {
		case t.name == jobs && column.name == jobArguments:
			for _, which := range uuids.FindAllString(fmt.Sprint(values[column.name]), -1) {
				broken = append(broken, c.leads(r, column.name, which)...)
			}
		case column.kind == "uuid_text" || column.kind == "org_text":
			broken = append(broken, c.leads(r, column.name, text)...)
		}
	}
	return broken
}

// leads tells where a reference of a row leads, when it is not where it may.
func (c closure) leads(r Row, column, to string) []string {
	switch {
	case c.people[to] && !c.members[[2]string{r.Owner, to}]:
		return []string{fmt.Sprintf("%s.%s names a person who never belonged to the organization: %s", r.Table, column, r.JSON)}
	case c.owner[to] != "" && c.owner[to] != r.Owner:
		return []string{fmt.Sprintf("%s.%s refers to a row of %s of another organization: %s", r.Table, column, c.of[to], r.JSON)}
	}
	return nil
}
