package web

import (
	"net/http"
	"strconv"

	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/fault"
	"craftplan/internal/organizations"
	"craftplan/internal/web/ui"
)

type supportPage struct {
	format
	Form ui.Form
	Name string
	Open *organizations.Support // nil: nobody is let in
	At   func(...string) string
}

func (q *Request) renderSupport(status int, form ui.Form) error {
	p := supportPage{q.format(), form, q.Member.Organization.Name, q.helped(), q.Path}
	return q.Render(status, "Support access", "settings", supportBody(p))
}

// helped is the support that is let in now; nil is none.
func (q *Request) helped() *organizations.Support {
	return q.Member.Organization.Helped(calendar.At(q.site.Store.Now()))
}

func (p supportPage) hours() (choices []ui.Choice) {
	for _, h := range organizations.SupportHours {
		choices = append(choices, ui.Choice{Value: strconv.Itoa(h), Label: plural(int64(h), "hour", "hours")})
	}
	return choices
}

func (p supportPage) scopes() []ui.Choice {
	return []ui.Choice{{Value: "read", Label: "Read, as a viewer"}, {Value: "write", Label: "Read and change, as staff"}}
}

func showSupport(q *Request) error { return q.renderSupport(http.StatusOK, ui.Form{}) }

func grantSupport(q *Request) error {
	hours, err := strconv.Atoi(q.PostFormValue("hours"))
	if err != nil {
		hours = 0 // which is refused beside its field
	}
	g := organizations.SupportGrant{Reason: q.PostFormValue("reason"), Hours: hours, Writes: q.PostFormValue("scope") == "write"}
	err = organizations.GrantSupport(q.Context(), q.site.Store, q.scope, q.Member.Organization, g)
	if status, ok := again(err); ok {
		return q.renderSupport(status, refused(q, err))
	}
	if err != nil {
		return err
	}
	return q.Done("Support may come in now. You can end that on any page.", q.Path("settings", "organization", "support"))
}

func endSupport(q *Request) error {
	target := q.Path("settings", "organization", "support")
	err := organizations.EndSupport(q.Context(), q.site.Store, q.scope, q.Member.Organization)
	if fault.Is(err, fault.KindConflict) {
		return q.Refused(err, target)
	}
	if err != nil {
		return err
	}
	return q.Done("Support is shut out.", target)
}

// supportNotice stands on every page while support is let in, for its people and for everybody else.
func (q *Request) supportNotice() (n ui.Notice, ok bool) {
	s := q.helped()
	if s == nil {
		return n, false
	}
	f := q.format()
	may := mayWord(s.Writes, "read and change", "read")
	n = ui.Notice{Text: "Support may " + may + " this organization until " + f.moment(s.Until) + ".", Why: s.Reason}
	switch {
	case q.Member.AsSupport:
		n.Text = "You are here as support and may " + may + " this organization until " + f.moment(s.Until) + "."
	case q.Actor().May(authz.OrganizationControl):
		n.Do, n.Href = "Shut support out", q.Path("settings", "organization", "support", "end")
	}
	return n, true
}

type helpsPage struct {
	Theme string
	Flash []ui.Flash
	Helps []organizations.Help
}

// until is a moment where the organization is.
func (p helpsPage) until(h organizations.Help) string {
	where, err := h.Organization.Context()
	if err != nil {
		return h.Support.Until.String()
	}
	return h.Support.Until.In(where.Zone).Format("January 2, 3:04 PM MST")
}

// listHelps are the organizations that let support in, for its people; nobody else finds the page.
func listHelps(q *Request) error {
	helps, err := organizations.OpenToSupport(q.Context(), q.site.Store, q.User.ID)
	if err != nil {
		return err
	}
	return q.write(http.StatusOK, helpsBody(helpsPage{theme(q.Request), takeFlash(q.w, q.Request), helps}))
}

func enterSupport(q *Request) error {
	o, err := organizations.EnterSupport(q.Context(), q.site.Store, q.PathValue("helped"), *q.User)
	if fault.Is(err, fault.KindConflict) {
		return q.Refused(err, "/support")
	}
	if err != nil {
		return err
	}
	return q.Done("You are in "+o.Name+" now. Its audit log says so.", organizations.Path(o.Slug))
}
