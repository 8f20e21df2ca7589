package organizations

import (
	"context"

	"craftplan/internal/organizations/internal/db"
	"craftplan/internal/store"
)

// Figures tell how large an organization is, and nothing of what is in it.
type Figures struct {
	Organization
	Former           []string // addresses it had before
	Members, Invited int64
	Bytes            int64 // of files
	Rows             store.Counted
}

// Measure counts what the organization has that holds the slug, for the operator.
func Measure(ctx context.Context, st *store.Store, slug string) (f Figures, err error) {
	o, scope, err := AtSlug(ctx, st, slug)
	if err != nil {
		return f, err
	}
	f.Organization = o
	err = st.SystemView(ctx, "operator: former addresses", func(tx *store.SystemTx) error {
		slugs, err := db.ForSystem(tx).SlugsOf(ctx, db.SlugsOfParams{Organization: o.ID})
		for _, s := range slugs {
			if s != o.Slug {
				f.Former = append(f.Former, s)
			}
		}
		return err
	})
	if err != nil {
		return f, err
	}
	return f, st.Snapshot(ctx, scope, func(tx *store.Tx) error {
		people, err := db.For(tx).PeopleCounted(ctx)
		if err != nil {
			return err
		}
		f.Members, f.Invited = people.Members, people.Invited
		if f.Bytes, err = db.For(tx).FileBytes(ctx); err != nil {
			return err
		}
		f.Rows, err = tx.CountRows(ctx)
		return err
	})
}
