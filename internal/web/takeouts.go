package web

import (
	"context"
	"io"
	"net/http"
	"strconv"

	"craftplan/internal/calendar"
	"craftplan/internal/fault"
	"craftplan/internal/httpkit"
	"craftplan/internal/id"
	"craftplan/internal/organizations"
	"craftplan/internal/store"
	"craftplan/internal/takeout"
	"craftplan/internal/web/ui"
)

// All of an organization as one archive: asked for, made, and downloaded.

type takeoutPage struct {
	format
	tabs
	Form   ui.Form // of the download
	Name   string
	Making *takeout.Archive
	Ready  *takeout.Archive
	Failed *takeout.Archive
	At     func(...string) string
}

func (q *Request) renderTakeouts(status int, form ui.Form) error {
	p := takeoutPage{format: q.format(), tabs: q.tabs(), Form: form, Name: q.Member.Organization.Name, At: q.Path}
	var all []takeout.Archive
	err := q.View(func(tx *store.Tx) (err error) {
		all, err = takeout.Archives(q.Context(), tx)
		return err
	})
	if err != nil {
		return err
	}
	for i := range all {
		switch all[i].Status {
		case takeout.Waiting:
			p.Making = &all[i]
		case takeout.Ready:
			p.Ready = &all[i]
		case takeout.Failed:
			p.Failed = &all[i]
		}
	}
	return q.Render(status, "Export", "settings", takeoutBody(p))
}

func showTakeouts(q *Request) error { return q.renderTakeouts(http.StatusOK, ui.Form{}) }

func askForTakeout(q *Request) error {
	return q.changeTakeouts(func(tx *store.Tx) error { return takeout.Ask(q.Context(), tx) })
}

func stopTakeout(q *Request) error {
	return q.changeTakeouts(func(tx *store.Tx) error { return q.withTakeout(tx, takeout.Stop) })
}

func removeTakeout(q *Request) error {
	return q.changeTakeouts(func(tx *store.Tx) error { return q.withTakeout(tx, takeout.Remove) })
}

// withTakeout does something with the archive of the address.
func (q *Request) withTakeout(tx *store.Tx, do func(context.Context, *store.Tx, id.ID) error) error {
	which, err := takeoutID(q)
	if err != nil {
		return err
	}
	return do(q.Context(), tx, which)
}

func takeoutID(q *Request) (id.ID, error) {
	which, err := id.Parse(q.PathValue("takeout"))
	if err != nil {
		return which, fault.NotFound("archive")
	}
	return which, nil
}

func (q *Request) changeTakeouts(change func(*store.Tx) error) error {
	err := q.Update(change)
	if fault.Is(err, fault.KindConflict) {
		return q.Refused(err, q.Path("settings", "export"))
	}
	if err != nil {
		return err
	}
	q.Redirect(q.Path("settings", "export"))
	return nil
}

// downloadTakeout asks for the password: who sits down at somebody's browser carries nothing away. Guessing it is slowed as at signing in.
func downloadTakeout(q *Request) error {
	which, err := takeoutID(q)
	if err != nil {
		return err
	}
	if err := q.site.attempt(q.site.signIn, "user:"+q.User.ID.String()); err != nil {
		return q.renderTakeouts(httpkit.Status(err), ui.Form{Refusal: fault.MessageOf(err)})
	}
	a, content, err := q.site.Takeouts.Open(q.Context(), q.scope, which, *q.User, q.PostFormValue("current"))
	switch {
	case fault.Is(err, fault.KindInvalid):
		return q.renderTakeouts(http.StatusUnprocessableEntity, ui.Form{Problems: fault.FieldsOf(err)})
	case fault.Is(err, fault.KindConflict):
		return q.Refused(err, q.Path("settings", "export"))
	case err != nil:
		return err
	}
	defer content.Close()
	f, h := q.format(), q.w.Header()
	h.Set("Content-Type", "application/zip")
	h.Set("Content-Disposition", `attachment; filename="`+q.Member.Organization.Slug+"-"+f.dayOf(a.CreatedAt).String()+`.zip"`)
	h.Set("Content-Length", strconv.FormatInt(a.Size, 10))
	if _, err := io.Copy(httpkit.Patient(q.w), content); err != nil {
		q.site.Log.DebugContext(q.Context(), "write an archive", "error", err) // whoever asked is gone
	}
	return nil
}

// percentMade is how far an archive is.
func percentMade(a takeout.Archive) string {
	return strconv.FormatInt(min(a.Done*100/max(a.Rows, 1), 100), 10)
}

// making says what the job does now.
func (f format) making(a takeout.Archive) string {
	if a.Rows == 0 {
		return "The archive is about to be made"
	}
	return "Writing the archive: " + f.number(a.Done) + " of " + f.rowsOf(a.Rows)
}

// sizeOf is how large an archive is, as people read it.
func sizeOf(a takeout.Archive) string { return organizations.Bytes(a.Size) }

// lastDay is the last day on which an archive is kept.
func (f format) lastDay(a takeout.Archive) string {
	return f.long(calendar.Of(a.KeptUntil().Time(), f.zone))
}
