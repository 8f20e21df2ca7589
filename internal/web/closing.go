package web

import (
	"cmp"
	"net/http"

	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/httpkit"
	"craftplan/internal/organizations"
	"craftplan/internal/web/ui"
)

type closingPage struct {
	format
	Form ui.Form
	Name string
	On   string // the day of the removal, if it is closed today
	At   func(...string) string
}

func (q *Request) renderClosing(status int, form ui.Form) error {
	p := closingPage{q.format(), form, q.Member.Organization.Name, "", q.Path}
	p.On = p.long(p.today().AddDays(int(organizations.Grace.Hours() / 24)))
	return q.Render(status, "Close the organization", "settings", closingBody(p))
}

func showClosing(q *Request) error { return q.renderClosing(http.StatusOK, ui.Form{}) }

// closeOrganization takes the name and the password, which nobody types by mistake. Guessing the password is slowed as at signing in.
func closeOrganization(q *Request) error {
	if err := q.site.attempt(q.site.signIn, "user:"+q.User.ID.String()); err != nil {
		return q.renderClosing(httpkit.Status(err), ui.Form{Values: q.PostForm, Refusal: fault.MessageOf(err)})
	}
	c := organizations.Confirmation{Name: q.PostFormValue("name"), Password: q.PostFormValue("current")}
	err := organizations.Close(q.Context(), q.site.Store, q.scope, q.Member.Organization, *q.User, c)
	q.PostForm.Del("current")
	if status, ok := again(err); ok {
		return q.renderClosing(status, refused(q, err))
	}
	if err != nil {
		return err
	}
	return q.Done("The organization is closing. Until its last day you can cancel that.", q.Path("settings"))
}

// cancelClosing is open to who may read anything, as everybody only reads meanwhile; the verb asks who is an owner.
func cancelClosing(q *Request) error {
	err := organizations.CancelClosing(q.Context(), q.site.Store, q.scope)
	if fault.Is(err, fault.KindConflict) || fault.Is(err, fault.KindForbidden) {
		return q.Refused(err, q.Path("settings"))
	}
	if err != nil {
		return err
	}
	return q.Done("The closing was cancelled. Everything works as before.", q.Path("settings"))
}

// notices are what stands on every page while the organization does not work, or support is let in.
func (q *Request) notices() (all []ui.Notice) {
	if n, ok := q.supportNotice(); ok {
		all = append(all, n)
	}
	o := q.Member.Organization
	switch o.Status {
	case organizations.Active:
		return all
	case organizations.Closing:
		n := ui.Notice{Text: q.closingWords(), Why: o.Why}
		switch {
		case q.mayCancelClosing():
			n.Do, n.Href = "Cancel closing", q.Path("settings", "organization", "closing", "cancellation")
		case n.Why == "":
			n.Why = "Ask one of its owners why."
		}
		return append(all, n)
	default:
		return append(all, ui.Notice{Text: readOnly, Why: cmp.Or(o.Why, "Ask the operator of this installation why.")})
	}
}

func (q *Request) mayCancelClosing() bool {
	c := q.Member.Organization.Closing
	return c != nil && c.By != nil && q.Member.Role == authz.Owner
}

func (q *Request) closingWords() string {
	if c := q.Member.Organization.Closing; c != nil {
		f := q.format()
		return "This organization is closing: it can be read, not changed, and is removed for good on " + f.long(f.dayOf(c.RemoveAt)) + "."
	}
	return "This organization is closing: it can be read, not changed."
}
