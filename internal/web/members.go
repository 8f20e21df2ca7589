package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"craftplan/internal/accounts"
	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/httpkit"
	"craftplan/internal/id"
	"craftplan/internal/organizations"
	"craftplan/internal/sso"
	"craftplan/internal/store"
	"craftplan/internal/web/ui"
)

// tabs are the pages of the settings beyond the first that somebody may open.
type tabs struct{ Costs, Members, Organization, Audit, Imports, Export bool }

func (q *Request) tabs() tabs {
	return tabs{q.Actor().May(authz.CostsRead), q.Actor().May(authz.MembersWrite), q.Actor().May(authz.OrganizationControl), q.Actor().May(authz.AuditRead), q.Actor().May(authz.Import), q.Actor().May(authz.Takeout)}
}

type memberPage struct {
	list
	format
	tabs
	People      []organizations.Member
	Invitations []organizations.Invitation
	Form        ui.Form
	Sent        []sentLink // shown once, right after inviting
	Me          id.ID
	Role        authz.Role
	Name        string              // of the organization
	Asked       bool                // for a second step
	Limit       organizations.Limit // people of the plan
	Identities  map[id.ID]sso.Identity
	Provider    string // name of where they sign in; "" is none
	At          func(...string) string
}

// sentLink is the link of a new invitation.
type sentLink struct{ Email, URL string }

func (p memberPage) sub() string {
	active, suspended := int64(0), int64(0)
	for _, m := range p.People {
		if m.Standing == organizations.Working {
			active++
		} else {
			suspended++
		}
	}
	text := plural(active, "person", "people") + " can open " + p.Name
	if suspended > 0 {
		text += fmt.Sprintf(", %d suspended", suspended)
	}
	if n := int64(len(p.Invitations)); n > 0 {
		text += ", " + plural(n, "invitation waits", "invitations wait")
	}
	if p.Limit > 0 {
		text += fmt.Sprintf("; the plan is for %d", p.Limit)
	}
	return text + "."
}

// roles are those the actor can give.
func (p memberPage) roles() []ui.Choice {
	var choices []ui.Choice
	for _, r := range []authz.Role{authz.Owner, authz.Admin, authz.Staff, authz.Viewer} {
		if p.Role.Covers(r) {
			choices = append(choices, ui.Choice{Value: string(r), Label: r.Label()})
		}
	}
	return choices
}

// may tells whether the actor can change a member.
func (p memberPage) may(m organizations.Member) bool {
	return m.UserID != p.Me && p.Role.Covers(m.Role)
}

// signsIn tells of a member's account at the provider; "" when there is none.
func (p memberPage) signsIn(m organizations.Member) string {
	i, connected := p.Identities[m.UserID]
	if !connected {
		return ""
	}
	return "Signs in with " + p.Provider + ", last " + p.moment(i.LastUsed)
}

// mayDisconnect tells whether the actor can end a member's connection to the provider.
func (p memberPage) mayDisconnect(m organizations.Member) bool {
	_, connected := p.Identities[m.UserID]
	return connected && p.tabs.Organization
}

func (p memberPage) expired(i organizations.Invitation) bool { return i.ExpiresAt.Time().Before(p.now) }

func (q *Request) renderMembers(status int, form ui.Form, sent []sentLink) error {
	p := memberPage{list: q.list(), format: q.format(), tabs: q.tabs(), Form: form, Sent: sent, Me: q.User.ID, Role: q.Member.Role, Name: q.Member.Organization.Name, Asked: q.Member.Organization.SecondFactor, At: q.Path, Limit: organizations.LimitsOf(q.Member.Organization.BillingPlan).Members}
	err := q.View(func(tx *store.Tx) (err error) {
		if p.People, err = organizations.Members(q.Context(), tx); err != nil {
			return err
		}
		if p.Invitations, err = organizations.Invitations(q.Context(), tx); err != nil {
			return err
		}
		p.Identities, p.Provider, err = sso.Identities(q.Context(), tx)
		return err
	})
	if err != nil {
		return err
	}
	return q.Render(status, "Members", "settings", membersPage(p))
}

// What people see of costs, in the form and as it is posted.
const costsShown, costsHidden = "shown", "hidden"

var invitationDefaults = url.Values{"role": {string(authz.Staff)}, "costs": {costsShown}}

func listMembers(q *Request) error {
	return q.renderMembers(http.StatusOK, ui.Form{Values: invitationDefaults}, nil)
}

// createInvitation mails the links. Where nothing is mailed it shows them, once, on the page itself instead of a redirect.
func createInvitation(q *Request) error {
	emails := strings.FieldsFunc(q.PostFormValue("emails"), func(r rune) bool { return strings.ContainsRune(" ,;\r\n\t", r) })
	var sent []organizations.Sent
	err := q.Update(func(tx *store.Tx) (err error) {
		sent, err = organizations.Invite(q.Context(), tx, emails, organizations.Place{Role: authz.Role(q.PostFormValue("role")), CostsHidden: q.PostFormValue("costs") == costsHidden})
		return err
	})
	if status, ok := again(err); ok {
		return q.renderMembers(status, refused(q, err), nil)
	}
	if err != nil {
		return err
	}
	return q.invited(sent)
}

// invited says that links are on the way, or shows them.
func (q *Request) invited(sent []organizations.Sent) error {
	if q.site.Mail.Delivers() {
		return q.Done(plural(int64(len(sent)), "invitation is", "invitations are")+" on the way.", q.Path("settings", "members"))
	}
	links := make([]sentLink, len(sent))
	for i, s := range sent {
		links[i] = sentLink{s.Email, q.absolute("/invitations/" + s.Token)}
	}
	return q.renderMembers(http.StatusOK, ui.Form{Values: invitationDefaults}, links)
}

// absolute is a path with the address people reach the site by.
func (q *Request) absolute(path string) string { return q.site.base() + path }

func resendInvitation(q *Request) error {
	which, err := id.Parse(q.PathValue("invitation"))
	if err != nil {
		return fault.NotFound("invitation")
	}
	var sent organizations.Sent
	err = q.Update(func(tx *store.Tx) (err error) {
		sent, err = organizations.Resend(q.Context(), tx, which)
		return err
	})
	if _, ok := again(err); ok {
		return q.Refused(err, q.Path("settings", "members"))
	}
	if err != nil {
		return err
	}
	return q.invited([]organizations.Sent{sent})
}

func revokeInvitation(q *Request) error {
	return q.changeMember("invitation", "The invitation was revoked.", organizations.Revoke)
}

func changeRole(q *Request) error {
	return q.changeMember("user", "The role was changed.", func(ctx context.Context, tx *store.Tx, user id.ID) error {
		return organizations.ChangeRole(ctx, tx, user, authz.Role(q.PostFormValue("role")))
	})
}

func changeCosts(q *Request) error {
	if q.PostFormValue("costs") == costsShown {
		return q.changeMember("user", "The member sees what things cost.", organizations.ShowCosts)
	}
	return q.changeMember("user", "The member no longer sees what things cost.", organizations.HideCosts)
}

func suspendMember(q *Request) error {
	return q.changeMember("user", "The member is suspended and cannot open the organization.", organizations.Suspend)
}

func reinstateMember(q *Request) error {
	return q.changeMember("user", "The member can open the organization again.", organizations.Reinstate)
}

func removeMember(q *Request) error {
	return q.changeMember("user", "The member was removed.", organizations.Remove)
}

func transferOwnership(q *Request) error {
	return q.changeMember("user", "The organization has a new owner; you are an admin now.", organizations.TransferOwnership)
}

// changeMember runs a change of the member, or the invitation, that the path names.
func (q *Request) changeMember(hole, done string, change func(context.Context, *store.Tx, id.ID) error) error {
	whose, err := id.Parse(q.PathValue(hole))
	if err != nil {
		return fault.NotFound(hole)
	}
	err = q.Update(func(tx *store.Tx) error { return change(q.Context(), tx, whose) })
	if fault.Is(err, fault.KindConflict) || fault.Is(err, fault.KindForbidden) {
		return q.Refused(err, q.Path("settings", "members"))
	}
	if err != nil {
		return err
	}
	return q.Done(done, q.Path("settings", "members"))
}

// leave ends one's own membership.
func leave(q *Request) error {
	err := q.Update(func(tx *store.Tx) error { return organizations.Leave(q.Context(), tx) })
	if fault.Is(err, fault.KindConflict) {
		return q.Refused(err, q.Path("settings"))
	}
	if err != nil {
		return err
	}
	q.Redirect("/")
	return nil
}

type invitationPage struct {
	organizations.Invited
	Theme, Token string
	User         *accounts.User // who is signed in
	Known        bool           // the address has an account
	Form         ui.Form
}

func (q *Request) invitation() (p invitationPage, err error) {
	p = invitationPage{Theme: theme(q.Request), Token: q.PathValue("token"), User: q.User}
	if p.Invited, err = organizations.ResolveInvitation(q.Context(), q.site.Store, p.Token); err != nil {
		return p, err
	}
	err = q.site.Store.SystemView(q.Context(), "invitation: is the address known", func(tx *store.SystemTx) error {
		_, err := accounts.ByEmail(q.Context(), tx, p.Email)
		p.Known = err == nil
		if fault.Is(err, fault.KindNotFound) {
			return nil
		}
		return err
	})
	return p, err
}

func showInvitation(q *Request) error {
	p, err := q.invitation()
	if err != nil {
		return err
	}
	return q.write(http.StatusOK, invitationBody(p))
}

// acceptInvitation joins as who is signed in, or as the person that the form makes.
func acceptInvitation(q *Request) error {
	if err := q.site.attempt(q.site.signUp, httpkit.ClientAddress(q.Request)); err != nil {
		return err
	}
	p, err := q.invitation()
	if err != nil {
		return err
	}
	person := organizations.Owner{}
	if p.User != nil {
		person.Existing = *p.User
	} else {
		prepared, problem := accounts.Prepare(accounts.NewUser{Name: q.PostFormValue("name"), Email: p.Email, Password: q.PostFormValue("password")})
		if fault.Is(problem, fault.KindInvalid) {
			return q.againInvitation(p, problem)
		}
		if problem != nil {
			return problem
		}
		person.New = &prepared
	}
	var token string
	err = p.Accept(q.Context(), q.site.Store, person, func(tx *store.SystemTx) (err error) {
		if person.New != nil {
			token, err = accounts.StartSession(q.Context(), tx, person.New.ID, accounts.Start{Device: q.UserAgent()})
		}
		return err
	})
	if fault.Is(err, fault.KindInvalid) {
		return q.againInvitation(p, err)
	}
	if err != nil {
		return err
	}
	if token != "" {
		q.startSession(token)
	}
	return q.Done("You belong to "+p.Organization.Name+" now.", organizations.Path(p.Organization.Slug))
}

func (q *Request) againInvitation(p invitationPage, err error) error {
	q.PostForm.Del("password")
	p.Form = refused(q, err)
	return q.write(http.StatusUnprocessableEntity, invitationBody(p))
}

func declineInvitation(q *Request) error {
	p, err := q.invitation()
	if err != nil {
		return err
	}
	if err := p.Decline(q.Context(), q.site.Store); err != nil {
		return err
	}
	return q.write(http.StatusOK, declinedBody(p.Theme, p.Organization.Name))
}
