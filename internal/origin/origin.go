// Package origin says whose a piece of work is and where it came from: the request, the organization, the person, the route or the
// job. It travels in the context and is written on every line of the log and every span. It holds ids and names of the program's own,
// never personal data.
package origin

import (
	"context"
	"log/slog"

	"go.opentelemetry.io/otel/attribute"
)

// Origin is filled in as it is learned; what is unknown is empty.
type Origin struct {
	Request      string // of the HTTP request; a job has that of the request that left it
	Organization string // id
	Slug         string // of the organization
	User         string // id
	Key          string // id of an API key
	Route        string // pattern of the route
	Job          string // kind of the job
}

type contextKey struct{}

// With is a context of the origin, which may still be filled in.
func With(ctx context.Context, o *Origin) context.Context {
	return context.WithValue(ctx, contextKey{}, o)
}

// Of is the origin of a context; never nil.
func Of(ctx context.Context) *Origin {
	if o, ok := ctx.Value(contextKey{}).(*Origin); ok {
		return o
	}
	return &Origin{}
}

// Fields are the names and values that are known, in an order that stays.
func (o *Origin) Fields(yield func(name, value string) bool) {
	for _, f := range [...]struct{ name, value string }{
		{"request", o.Request}, {"organization", o.Organization}, {"slug", o.Slug}, {"user", o.User}, {"key", o.Key}, {"route", o.Route}, {"job", o.Job},
	} {
		if f.value != "" && !yield(f.name, f.value) {
			return
		}
	}
}

// Attributes are the fields of a context's origin for a span.
func Attributes(ctx context.Context) (all []attribute.KeyValue) {
	for name, value := range Of(ctx).Fields {
		all = append(all, attribute.String("craftplan."+name, value))
	}
	return all
}

// Tagged is the log whose every line says the origin of the context that it is written with.
func Tagged(log *slog.Logger) *slog.Logger { return slog.New(tagger{log.Handler()}) }

type tagger struct{ slog.Handler }

func (t tagger) Handle(ctx context.Context, record slog.Record) error {
	for name, value := range Of(ctx).Fields {
		record.AddAttrs(slog.String(name, value))
	}
	return t.Handler.Handle(ctx, record)
}

func (t tagger) WithAttrs(attrs []slog.Attr) slog.Handler { return tagger{t.Handler.WithAttrs(attrs)} }

func (t tagger) WithGroup(name string) slog.Handler { return tagger{t.Handler.WithGroup(name)} }
