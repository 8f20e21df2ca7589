package web

import (
	"net/http"
	"net/url"

	"craftplan/internal/digest"
	"craftplan/internal/fault"
	"craftplan/internal/store"
	"craftplan/internal/web/ui"
)

// The pages of the mail about what expires and what is low, which members choose for themselves.

type digestPage struct {
	Form        ui.Form
	Name, Email string // of the organization, of who asks
	Zone        string
	Belongs     bool // and is not here as support
	Tabs        tabs
	At          func(...string) string
}

func showDigest(q *Request) error {
	var chosen digest.Frequency
	err := q.View(func(tx *store.Tx) (err error) {
		chosen, err = digest.Chosen(q.Context(), tx)
		return err
	})
	if err != nil {
		return err
	}
	return q.renderDigest(http.StatusOK, ui.Form{Values: url.Values{"frequency": {string(chosen)}}})
}

func (q *Request) renderDigest(status int, form ui.Form) error {
	o := q.Member.Organization
	return q.Render(status, "Digest", "settings", digestBody(digestPage{form, o.Name, q.User.Email, o.TimeZone, !q.Member.AsSupport, q.tabs(), q.Path}))
}

func chooseDigest(q *Request) error {
	err := q.Update(func(tx *store.Tx) error {
		return digest.Choose(q.Context(), tx, digest.Frequency(q.PostFormValue("frequency")))
	})
	if status, ok := again(err); ok {
		return q.renderDigest(status, refused(q, err))
	}
	if err != nil {
		return err
	}
	return q.Done("Saved.", q.Path("settings", "digest"))
}

func frequencies() []ui.Choice {
	return []ui.Choice{{Value: string(digest.Off), Label: "Off"}, {Value: string(digest.Daily), Label: "Every morning"}, {Value: string(digest.Weekly), Label: "On Monday mornings"}}
}

type digestLink struct{ Theme, Token, Name string }

// digestLink reads the link of a mail. Whatever opens nothing gets the same answer.
func (q *Request) digestLink() (p digestLink, l digest.Link, err error) {
	l, err = digest.ResolveLink(q.Context(), q.site.Store, q.PathValue("token"))
	return digestLink{theme(q.Request), q.PathValue("token"), l.Organization.Name}, l, err
}

// showDigestLink asks first: programs that look at mails open links too.
func showDigestLink(q *Request) error {
	p, _, err := q.digestLink()
	if fault.Is(err, fault.KindNotFound) {
		return q.deadDigestLink()
	}
	if err != nil {
		return err
	}
	return q.write(http.StatusOK, digestLinkPage(p))
}

func (q *Request) deadDigestLink() error {
	return q.deadLink("What is mailed to you is chosen in each organization, under Settings, Digest.", "/", "Go on")
}

// stopDigest needs nobody signed in, no field and no redirect, as mail programs ask too: RFC 8058.
func stopDigest(q *Request) error {
	p, l, err := q.digestLink()
	if fault.Is(err, fault.KindNotFound) {
		return q.deadDigestLink()
	}
	if err != nil {
		return err
	}
	if err := l.Stop(q.Context(), q.site.Store); err != nil {
		return err
	}
	return q.write(http.StatusOK, digestStoppedPage(p))
}
