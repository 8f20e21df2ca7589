package inventory

import (
	"context"

	"craftplan/internal/audit"
	"craftplan/internal/fault"
	"craftplan/internal/store"
)

// noted keeps that something with a name was added, archived, restored or removed.
func noted(ctx context.Context, tx *store.Tx, action audit.Action, kind audit.Kind, name string) error {
	return audit.Record(ctx, tx, audit.Change{Action: action, Kind: kind, Record: name})
}

// renamed keeps that something has another name.
func renamed(ctx context.Context, tx *store.Tx, kind audit.Kind, was, became string) error {
	return audit.Record(ctx, tx, audit.Change{Action: audit.Changed, Kind: kind, Record: was, Was: audit.Fields{"Name": was}, Became: audit.Fields{"Name": became}})
}

// notedOwn is noted for a change that may have found nothing of the organization's own.
func notedOwn(ctx context.Context, tx *store.Tx, action audit.Action, kind audit.Kind, name string, err error) error {
	if err = store.Translate(err); fault.Is(err, fault.KindNotFound) {
		return fault.NotFound(string(kind))
	}
	if err != nil {
		return err
	}
	return noted(ctx, tx, action, kind, name)
}

// record keeps a change of a lot's stock.
func (l Lot) record(ctx context.Context, tx *store.Tx, action audit.Action, was, became audit.Fields) error {
	return audit.Record(ctx, tx, audit.Change{Action: action, Kind: audit.Lot, Record: l.Code, Was: was, Became: became})
}
