package audit

import (
	"context"

	"craftplan/internal/audit/internal/db"
	"craftplan/internal/authz"
	"craftplan/internal/id"
	"craftplan/internal/store"
)

// Change is one change of one record: what it was and what it became, of the fields that somebody would ask about. What stays the
// same is not kept; where all stays the same, there was no change and there is no entry.
type Change struct {
	Action      Action
	Kind        Kind
	Record      string // what people call it: a reference, a name
	Was, Became Fields
}

// Record keeps a change in the transaction that makes it: one statement. The verb that makes the change asked whether it may.
func Record(ctx context.Context, tx *store.Tx, c Change) error {
	before, after, err := changed(c.Was, c.Became)
	if err != nil {
		return err
	}
	if before == none && after == none && c.Action == Changed {
		return nil
	}
	o, actor := originOf(ctx), tx.Actor()
	in := db.CreateEntryIn{ID: id.New(), At: tx.Now(), Channel: string(o.Channel), Who: string(whoIs(o, actor)), Via: o.Via, Address: o.Address, Agent: o.Agent,
		Action: string(c.Action), Kind: string(c.Kind), Record: short(c.Record), Was: before, Became: after}
	if !actor.UserID.IsZero() {
		in.UserID = &actor.UserID
	}
	return db.For(tx).CreateEntry(ctx, in)
}

// Who is what kind of actor made a change.
type Who string

// The kinds of actors.
const (
	Person   Who = "member"
	Program  Who = "key" // in its maker's name
	Worker   Who = "job"
	Operator Who = "operator"
	Support  Who = "support"
)

func whoIs(o Origin, actor authz.Actor) Who {
	switch {
	case o.Channel == API:
		return Program
	case actor.Support:
		return Support
	case !actor.UserID.IsZero():
		return Person
	case o.Channel == Job:
		return Worker
	case o.Channel == Command:
		return Operator
	}
	return Person // somebody without an account yet, such as who declines an invitation
}
