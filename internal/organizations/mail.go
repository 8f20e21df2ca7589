package organizations

import (
	"context"
	"fmt"

	"craftplan/internal/authz"
	"craftplan/internal/brand"
	"craftplan/internal/mail"
	"craftplan/internal/store"
)

// MailBranding is how mails of the organization look.
func (o Organization) MailBranding() mail.Branding {
	colors := brand.Of(o.BrandColor)
	b := mail.Branding{Name: o.Name, Fill: colors.Fill, Ink: colors.Ink}
	if o.Slug != "" {
		b.Path = "/" + o.Slug
	}
	return b
}

// mailInvitation leaves the mail of an invitation.
func mailInvitation(ctx context.Context, tx *store.Tx, s Sent, organization, inviter string) error {
	return mail.Send(ctx, tx, mail.Invitation, s.Email, mail.Message{Subject: "Join " + organization,
		Lines:  []string{fmt.Sprintf("%s invites you to work in %s, as %s.", inviter, organization, article(s.Role))},
		Action: mail.Action{Label: "See the invitation", Path: "/invitations/" + s.Token},
		After:  []string{"The invitation is for " + s.Email + ". It works once, within seven days. If you do not know " + inviter + ", do nothing."}})
}

func article(r authz.Role) string {
	return map[authz.Role]string{authz.Owner: "an owner", authz.Admin: "an admin", authz.Staff: "a member of staff", authz.Viewer: "a viewer"}[r]
}
