package web

import (
	"context"
	"errors"
	"net/http"

	"craftplan/internal/fault"
	"craftplan/internal/httpkit"
	"craftplan/internal/web/ui"
)

var errPanic = errors.New("panic")

// fail shows an error as a page. What is not a fault is logged and shown as a bare sentence.
func (s *Site) fail(q *Request, err error) {
	if errors.Is(err, context.Canceled) && q.Context().Err() != nil {
		return // nobody is there to read it
	}
	status := httpkit.Status(err)
	if status >= 500 {
		s.Log.ErrorContext(q.Context(), "failed", "error", err)
	}
	title, text := words(err)
	back := "/"
	if q.Member != nil {
		back = q.Path()
	}
	if e := q.write(status, errorPage(theme(q.Request), title, text, back)); e != nil {
		s.Log.DebugContext(q.Context(), "write error page", "error", e)
	}
}

func words(err error) (title, text string) {
	switch fault.KindOf(err) {
	case fault.KindNotFound:
		return "Page not found", "There is nothing here, or it is not yours to see."
	case fault.KindForbidden:
		return "Not allowed", fault.MessageOf(err)
	case fault.KindConflict:
		return "That did not work", fault.MessageOf(err)
	case fault.KindInvalid:
		return "That was not understood", fault.MessageOf(err)
	case fault.KindRateLimited:
		return "Too many attempts", fault.MessageOf(err)
	case fault.KindUnauthenticated:
		return "Sign in first", fault.MessageOf(err)
	case fault.KindUnavailable:
		return "Not available", fault.MessageOf(err)
	}
	return "Something went wrong", "It was noted on the server, and nothing was changed. Try again in a moment."
}

// together joins what several checks of one form found; an error that is not about fields comes first.
func together(errs ...error) error {
	var p fault.Problems
	for _, err := range errs {
		if err := p.Merge(err); err != nil {
			return err
		}
	}
	return p.Err()
}

// again tells whether a form is shown once more, and with what status: for wrong fields, and when somebody else was quicker.
func again(err error) (status int, yes bool) {
	switch {
	case fault.Is(err, fault.KindInvalid):
		return http.StatusUnprocessableEntity, true
	case fault.Is(err, fault.KindConflict):
		return http.StatusConflict, true
	}
	return 0, false
}

// refused is the form again, with what was typed and what is wrong.
func refused(q *Request, err error) ui.Form {
	form := ui.Form{Values: q.PostForm, Problems: fault.FieldsOf(err)}
	if fault.Is(err, fault.KindConflict) {
		form.Refusal = fault.MessageOf(err)
	}
	return form
}
