package digest

import (
	"context"
	"errors"

	"craftplan/internal/authz"
	"craftplan/internal/digest/internal/db"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/mail"
	"craftplan/internal/organizations"
	"craftplan/internal/store"
)

// Send mails the members of an organization who are due, each once a morning. What goes wrong with one keeps no other from theirs; run
// again, it mails those who are left.
func Send(ctx context.Context, st *store.Store, o organizations.Organization, scope store.Scope) error {
	var people []id.ID
	err := st.View(ctx, scope, func(tx *store.Tx) (err error) {
		people, err = db.For(tx).Choosers(ctx)
		return err
	})
	for _, user := range people {
		err = errors.Join(err, sendTo(ctx, st, o, user))
	}
	return err
}

// sendTo mails one member, with the right that they have now.
func sendTo(ctx context.Context, st *store.Store, o organizations.Organization, user id.ID) error {
	m, scope, err := organizations.Resolve(ctx, st, o.Slug, user)
	switch {
	case fault.Is(err, fault.KindNotFound): // they left, or are kept out
		return nil
	case err != nil:
		return err
	case m.AsSupport || m.Organization.Status != organizations.Active:
		return nil
	}
	return mailTo(ctx, st, m.Organization, scope)
}

// mailTo mails the actor of the scope, if they are due and may read the stock.
func mailTo(ctx context.Context, st *store.Store, o organizations.Organization, scope store.Scope) error {
	if !scope.Actor().May(authz.InventoryRead) {
		return nil
	}
	return st.Update(ctx, scope, func(tx *store.Tx) error {
		r, err := readerOf(ctx, tx, tx.Actor().UserID)
		if err != nil {
			return err
		}
		morning, due := r.due(tx.Now(), tx.Context().Zone)
		if !due {
			return nil
		}
		finished, err := db.For(tx).FinishMorning(ctx, db.FinishMorningIn{UserID: r.ID, DoneUntil: morning})
		if err != nil || finished == 0 { // somebody else was quicker
			return err
		}
		s, err := look(ctx, tx)
		if err != nil || s.empty() {
			return err
		}
		message, err := s.message(tx, o, r)
		if err != nil {
			return err
		}
		return mail.Send(ctx, tx, mail.Digest, r.Email, message)
	})
}
