package organizations

import (
	"context"

	"craftplan/internal/fault"
	"craftplan/internal/store"
)

// Rename gives the organization that holds the slug another address, and another name unless it is empty, for the operator. The former
// address leads on to the new one. The error's fields are slug and organization.
func Rename(ctx context.Context, st *store.Store, slug, to, name string) (Organization, error) {
	return operate(ctx, st, slug, func(system *store.SystemTx, tx *store.Tx, o *Organization) error {
		if o.Status == Closing {
			return fault.Conflict("The organization at " + o.Slug + " is closing.")
		}
		p := o.profile()
		p.Slug = to
		if name != "" {
			p.Name = name
		}
		return o.rewrite(ctx, system, tx, p)
	})
}
