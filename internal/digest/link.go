package digest

import (
	"context"
	"strings"

	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/organizations"
	"craftplan/internal/store"
)

// LinkPath is where the links of mails lead that end them; a token follows.
const LinkPath = "/account/digests/"

// purpose of what is sealed in a link.
const purpose = "end of digests"

// link is the path that ends a member's digests of the transaction's organization, and can do nothing else. It is sealed and kept
// nowhere, so each mail has one of its own and all of them stay good.
func link(tx *store.Tx, user id.ID) (string, error) {
	sealed, err := tx.Seal(user.String(), purpose)
	return LinkPath + tx.Organization().String() + "." + sealed, err
}

// Link is what a link of a mail opens.
type Link struct {
	Organization organizations.Organization
	user         id.ID
	scope        store.Scope
}

// ResolveLink reads a link's token. Whatever opens nothing is the same NotFound fault.
func ResolveLink(ctx context.Context, st *store.Store, token string) (Link, error) {
	nothing := fault.NotFound("link")
	text, sealed, _ := strings.Cut(token, ".")
	organization, err := id.ParseOrganization(text)
	if err != nil {
		return Link{}, nothing
	}
	o, scope, err := organizations.OpenByID(ctx, st, organization)
	if fault.Is(err, fault.KindNotFound) {
		return Link{}, nothing
	}
	if err != nil {
		return Link{}, err
	}
	l := Link{Organization: o, scope: scope}
	return l, st.View(ctx, scope, func(tx *store.Tx) error {
		user, err := tx.Open(sealed, purpose)
		if err == nil {
			l.user, err = id.Parse(user)
		}
		if err != nil || o.Gone(tx.Now()) {
			return nothing
		}
		return nil
	})
}

// Stop ends the digests. Where they ended before, nothing happens.
func (l Link) Stop(ctx context.Context, st *store.Store) error {
	return st.Update(ctx, l.scope, func(tx *store.Tx) error { return change(ctx, tx, l.user, Off) })
}
