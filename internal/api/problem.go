package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"craftplan/internal/fault"
	"craftplan/internal/httpkit"
)

// problem is an error as RFC 9457 writes it. Its type is about:blank, which needs not be said.
type problem struct {
	Title  string         `json:"title"`
	Status int            `json:"status"`
	Detail string         `json:"detail,omitempty"`
	Errors []problemField `json:"errors,omitempty"`
}

type problemField struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

// fieldNames are the names of fields as the JSON has them.
var fieldNames = strings.NewReplacer("billing_", "billing_address.", "shipping_", "shipping_address.")

// fail answers with an error: the one place where kinds of faults become statuses. What is no fault is logged and tells nothing.
func (a *API) fail(q *Request, err error) {
	if errors.Is(err, context.Canceled) && q.Context().Err() != nil {
		return // nobody is there to read it
	}
	switch {
	case errors.Is(err, errMediaType):
		q.problem(http.StatusUnsupportedMediaType, "Send JSON, as application/json.", nil)
		return
	case errors.Is(err, errTooLarge):
		q.problem(http.StatusRequestEntityTooLarge, "Send at most 1 MB.", nil)
		return
	}
	status := httpkit.Status(err)
	if status == http.StatusUnauthorized {
		q.w.Header().Set("WWW-Authenticate", `Bearer realm="craftplan"`)
	}
	if status >= http.StatusInternalServerError {
		a.Log.ErrorContext(q.Context(), "failed", "error", err)
	}
	q.problem(status, fault.MessageOf(err), fault.FieldsOf(err))
}

func (q *Request) problem(status int, detail string, fields []fault.Field) {
	p := problem{Title: http.StatusText(status), Status: status, Detail: detail}
	for _, f := range fields {
		p.Errors = append(p.Errors, problemField{fieldNames.Replace(f.Name), f.Message})
	}
	body, err := json.Marshal(p)
	if err != nil {
		q.api.Log.ErrorContext(q.Context(), "write a problem", "error", err)
	}
	q.send(status, "application/problem+json", append(body, '\n'))
}
