package organizations

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"craftplan/internal/fault"
	"craftplan/internal/organizations/internal/db"
	"craftplan/internal/search"
	"craftplan/internal/store"
)

// Lengths of a slug, in characters.
const (
	minSlug = 3
	maxSlug = 63
)

var slugForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// Reserved are the first path segments that belong to the program; none can be a slug.
var Reserved = []string{
	"account", "accounts", "admin", "api", "app", "assets", "auth", "craftplan", "demo", "docs", "favicon", "feed", "feeds", "files", "healthz", "help",
	"invitations", "invite", "login", "logout", "mailbox", "metrics", "new", "oidc", "organizations", "password", "privacy", "readyz", "register",
	"reset", "robots", "search", "session", "sessions", "settings", "setup", "sign-in", "sign-out", "sign-up", "static", "status", "support", "terms", "webhooks", "well-known", "www",
}

// DeriveSlug makes a slug of a name: accents dropped, lower case, every run of other characters one hyphen. It is "" when
// nothing is left.
func DeriveSlug(name string) string {
	var b strings.Builder
	for _, r := range search.Fold(name) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			b.WriteRune(r)
		} else if s := b.String(); s != "" && !strings.HasSuffix(s, "-") {
			b.WriteByte('-')
		}
	}
	slug := strings.Trim(b.String(), "-")
	if len(slug) > maxSlug {
		slug = strings.Trim(slug[:maxSlug], "-")
	}
	return slug
}

// CheckSlug tells whether the text may be a slug, in words for the field.
func CheckSlug(slug string) error {
	switch {
	case len(slug) < minSlug || len(slug) > maxSlug:
		return fault.Invalid("slug", "Use 3 to 63 characters.")
	case !slugForm.MatchString(slug):
		return fault.Invalid("slug", "Use lower-case letters, digits and single hyphens between them.")
	case slices.Contains(Reserved, slug):
		return fault.Invalid("slug", "This address is reserved. Choose another.")
	}
	return nil
}

// SlugFree is CheckSlug, and that nobody ever held it.
func SlugFree(ctx context.Context, tx *store.SystemTx, slug string) error {
	if err := CheckSlug(slug); err != nil {
		return err
	}
	taken, err := db.ForSystem(tx).SlugTaken(ctx, db.SlugTakenParams{Slug: slug})
	if err != nil {
		return err
	}
	if taken {
		return fault.Invalid("slug", "This address is taken. Choose another.")
	}
	return nil
}
