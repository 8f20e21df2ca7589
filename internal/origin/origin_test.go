package origin

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
)

// A line says the origin of its context, as far as it is known when the line is written; a line of no origin says none.
func TestTagged(t *testing.T) {
	var logged bytes.Buffer
	log := Tagged(slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}})))
	log.InfoContext(t.Context(), "nobody's")
	o := &Origin{Request: "r"}
	ctx := With(t.Context(), o)
	o.Organization, o.Slug, o.User, o.Route = "id", "sunrise", "u", "/{organization}/orders"
	log.With("with", 1).InfoContext(ctx, "theirs")
	log.InfoContext(context.WithoutCancel(With(ctx, &Origin{Job: "mail", Key: "k"})), "a job's")
	want := []string{
		`level=INFO msg=nobody's`,
		`level=INFO msg=theirs with=1 request=r organization=id slug=sunrise user=u route=/{organization}/orders`,
		`level=INFO msg="a job's" key=k job=mail`,
	}
	if got := strings.Split(strings.TrimSpace(logged.String()), "\n"); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s", logged.String())
	}
}
