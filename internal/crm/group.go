package crm

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"craftplan/internal/audit"
	"craftplan/internal/authz"
	"craftplan/internal/crm/internal/db"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/store"
)

// Group is customers who pay the same prices. A customer is in none or in one.
type Group struct {
	ID        id.ID
	Name      string
	Customers int64
}

const maxGroups = 100

// Groups are all groups, by name.
func Groups(ctx context.Context, tx *store.Tx) ([]Group, error) {
	if err := tx.Require(authz.CustomersRead); err != nil {
		return nil, err
	}
	rows, err := db.For(tx).ListGroups(ctx)
	all := make([]Group, len(rows))
	for i, r := range rows {
		all[i] = Group(r)
	}
	return all, err
}

// AddGroup adds a group without customers. The field in errors is name.
func AddGroup(ctx context.Context, tx *store.Tx, name string) (Group, error) {
	if err := tx.Require(authz.CustomersWrite); err != nil {
		return Group{}, err
	}
	g, _, err := nameGroup(ctx, tx, Group{ID: id.New()}, name)
	if err != nil {
		return g, err
	}
	if err := sameGroup(db.For(tx).CreateGroup(ctx, db.CreateGroupIn{ID: g.ID, Name: g.Name})); err != nil {
		return g, err
	}
	return g, audit.Record(ctx, tx, audit.Change{Action: audit.Added, Kind: audit.CustomerGroup, Record: g.Name, Became: g.fields()})
}

// RenameGroup gives a group another name. The field in errors is name.
func RenameGroup(ctx context.Context, tx *store.Tx, which id.ID, name string) error {
	if err := tx.Require(authz.CustomersWrite); err != nil {
		return err
	}
	g, was, err := nameGroup(ctx, tx, Group{ID: which}, name)
	if err != nil {
		return err
	}
	if was.Name == "" {
		return fault.NotFound("group")
	}
	if _, err := db.For(tx).RenameGroup(ctx, db.RenameGroupIn{ID: which, Name: g.Name}); err != nil {
		return sameGroup(err)
	}
	return audit.Record(ctx, tx, audit.Change{Action: audit.Changed, Kind: audit.CustomerGroup, Record: was.Name, Was: was.fields(), Became: g.fields()})
}

// RemoveGroup removes a group, whose customers are in none afterwards. One with price lists stays: what was agreed is read there.
func RemoveGroup(ctx context.Context, tx *store.Tx, which id.ID) error {
	if err := tx.Require(authz.Archive); err != nil {
		return err
	}
	g, err := groupByID(ctx, tx, which)
	if err != nil {
		return err
	}
	if err := db.For(tx).EmptyGroup(ctx, db.EmptyGroupIn{GroupID: which}); err != nil {
		return err
	}
	_, err = db.For(tx).DeleteGroup(ctx, db.DeleteGroupIn{ID: which})
	if err = store.Translate(err); errors.Is(err, store.ErrReference) {
		return fault.Conflict(g.Name + " has price lists, archived ones among them: it can be renamed, not removed.")
	}
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Change{Action: audit.Removed, Kind: audit.CustomerGroup, Record: g.Name, Was: g.fields()})
}

func (g Group) fields() audit.Fields { return audit.Fields{"Name": g.Name} }

// nameGroup checks a name for a group, and finds the group as it is called so far.
func nameGroup(ctx context.Context, tx *store.Tx, g Group, name string) (named, was Group, err error) {
	var p fault.Problems
	g.Name = name
	line(&p, "name", &g.Name, maxName)
	if g.Name == "" {
		p.Add("name", "Enter a name.")
	}
	rows, err := db.For(tx).ListGroups(ctx)
	if err != nil {
		return g, was, err
	}
	for _, r := range rows {
		switch {
		case r.ID == g.ID:
			was = Group(r)
		case strings.EqualFold(r.Name, g.Name):
			p.Add("name", "There is a group with this name.")
		}
	}
	if was.Name == "" && len(rows) >= maxGroups {
		p.Add("name", fmt.Sprintf("There are %d groups already.", maxGroups))
	}
	return g, was, p.Err()
}

func sameGroup(err error) error {
	if err = store.Translate(err); errors.Is(err, store.ErrUnique) {
		return fault.Invalid("name", "There is a group with this name.")
	}
	return err
}

func groupByID(ctx context.Context, tx *store.Tx, which id.ID) (Group, error) {
	rows, err := db.For(tx).ListGroups(ctx)
	for _, r := range rows {
		if r.ID == which {
			return Group(r), nil
		}
	}
	if err != nil {
		return Group{}, err
	}
	return Group{}, fault.NotFound("group")
}

// saveGroup puts a customer into the group of their details, or into none, and records what changed.
func (c *Customer) saveGroup(ctx context.Context, tx *store.Tx, was *Group) error {
	var g *Group
	if c.GroupID != nil {
		found, err := groupByID(ctx, tx, *c.GroupID)
		if fault.Is(err, fault.KindNotFound) {
			return fault.Invalid("group", "Choose a group of the list, or none.")
		}
		if err != nil {
			return err
		}
		g = &found
	}
	c.Group = nameOf(g)
	if was == nil && g == nil || was != nil && g != nil && was.ID == g.ID {
		return nil
	}
	err := db.For(tx).LeaveGroup(ctx, db.LeaveGroupIn{CustomerID: c.ID})
	if g != nil {
		err = db.For(tx).JoinGroup(ctx, db.JoinGroupIn{CustomerID: c.ID, GroupID: g.ID})
	}
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Change{Action: audit.Changed, Kind: audit.Customer, Record: c.Reference, Was: audit.Fields{"Group": nameOf(was)}, Became: audit.Fields{"Group": c.Group}})
}

func nameOf(g *Group) string {
	if g == nil {
		return ""
	}
	return g.Name
}

// groupOf is the group that a customer is in, or nil.
func groupOf(ctx context.Context, tx *store.Tx, customer id.ID) (*Group, error) {
	row, err := db.For(tx).GroupOf(ctx, db.GroupOfIn{CustomerID: customer})
	if err = store.Translate(err); fault.Is(err, fault.KindNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &Group{ID: row.ID, Name: row.Name}, nil
}
