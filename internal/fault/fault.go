// Package fault is the small vocabulary of errors that people may see. What is not a fault is internal: it is logged, and
// never shown.
package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Kind sorts errors by what a client can do about them.
type Kind int

// The kinds. The zero value is KindInternal, so that an error nobody thought about shows nothing.
const (
	KindInternal Kind = iota
	KindInvalid
	KindUnauthenticated
	KindForbidden
	KindNotFound
	KindConflict
	KindRateLimited
	KindUnavailable
)

// Field is what is wrong with one field of a form, in words for the person who filled it in.
type Field struct{ Name, Message string }

// Error is an error with a message fit to show. Cause is for the log alone.
type Error struct {
	Kind    Kind
	Message string
	Fields  []Field
	Cause   error
}

func (e *Error) Error() string {
	text := e.Message
	if len(e.Fields) > 0 {
		parts := make([]string, len(e.Fields))
		for i, f := range e.Fields {
			parts[i] = f.Name + ": " + f.Message
		}
		text = strings.Join(parts, "; ")
	}
	if e.Cause != nil {
		return text + ": " + e.Cause.Error()
	}
	return text
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Invalid is one wrong field.
func Invalid(field, message string) error {
	return &Error{Kind: KindInvalid, Message: message, Fields: []Field{{field, message}}}
}

// NotFound is a thing that is not there, or not the asker's: the two are never told apart.
func NotFound(what string) error { return &Error{Kind: KindNotFound, Message: what + " not found"} }

// Conflict is a change that the present state does not allow.
func Conflict(message string) error { return &Error{Kind: KindConflict, Message: message} }

// Forbidden is a change that the actor's role does not allow.
func Forbidden(message string) error { return &Error{Kind: KindForbidden, Message: message} }

// Unauthenticated is a request without a valid session or with wrong credentials.
func Unauthenticated(message string) error {
	return &Error{Kind: KindUnauthenticated, Message: message}
}

// RateLimited is one attempt too many.
func RateLimited(message string) error { return &Error{Kind: KindRateLimited, Message: message} }

// Unavailable is a failure that may pass.
func Unavailable(message string, cause error) error {
	return &Error{Kind: KindUnavailable, Message: message, Cause: cause}
}

func find(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{}
}

// KindOf is the kind of an error; Internal when it is no fault.
func KindOf(err error) Kind { return find(err).Kind }

// FieldsOf are the wrong fields of an error.
func FieldsOf(err error) []Field { return find(err).Fields }

// MessageOf is what may be shown of an error; "" when nothing may.
func MessageOf(err error) string { return find(err).Message }

// Is tells whether the error is of the kind.
func Is(err error, kind Kind) bool { return err != nil && KindOf(err) == kind }

// Problems collects wrong fields, so that a form tells all of them at once. The zero value is ready.
type Problems struct{ fields []Field }

// Add notes a wrong field; the first message of a field stays.
func (p *Problems) Add(field, message string) {
	if !p.Has(field) {
		p.fields = append(p.fields, Field{field, message})
	}
}

// Addf is Add with a format.
func (p *Problems) Addf(field, format string, args ...any) {
	p.Add(field, fmt.Sprintf(format, args...))
}

// Has tells whether the field is noted.
func (p *Problems) Has(field string) bool {
	for _, f := range p.fields {
		if f.Name == field {
			return true
		}
	}
	return false
}

// Merge takes over the fields of an Invalid fault and returns any other error.
func (p *Problems) Merge(err error) error {
	if err == nil {
		return nil
	}
	if !Is(err, KindInvalid) {
		return err
	}
	for _, f := range FieldsOf(err) {
		p.Add(f.Name, f.Message)
	}
	return nil
}

// Err is nil when nothing is wrong, else an Invalid fault.
func (p *Problems) Err() error {
	if len(p.fields) == 0 {
		return nil
	}
	return &Error{Kind: KindInvalid, Message: p.fields[0].Message, Fields: p.fields}
}
