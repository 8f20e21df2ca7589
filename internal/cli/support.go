package cli

import (
	"context"
	"time"

	"craftplan/internal/accounts"
	"craftplan/internal/config"
	"craftplan/internal/organizations"
)

type supportGroup struct {
	Add    supportAdd    `cmd:"" help:"Let somebody belong to the support. That alone opens nothing: an owner lets them in."`
	Remove supportRemove `cmd:"" help:"Let somebody no longer belong to it: they are out at once."`
	List   supportList   `cmd:"" help:"List who belongs to it."`
	Log    supportLog    `cmd:"" help:"Print when organizations let support in, and who came."`
}

type supportAdd struct {
	config.Config
	Email string `arg:"" help:"The address of a user."`
}

// Run makes somebody one of the support.
func (c supportAdd) Run(ctx context.Context, s streams) error {
	return setSupporter(ctx, s, c.Config, c.Email, true, "belongs to the support")
}

type supportRemove struct {
	config.Config
	Email string `arg:"" help:"The address of a user."`
}

// Run ends that.
func (c supportRemove) Run(ctx context.Context, s streams) error {
	return setSupporter(ctx, s, c.Config, c.Email, false, "no longer belongs to the support")
}

func setSupporter(ctx context.Context, s streams, c config.Config, email string, is bool, words string) error {
	st, err := open(ctx, c)
	if err != nil {
		return err
	}
	defer st.Close()
	if err := organizations.SetSupporter(ctx, st, email, is); err != nil {
		return err
	}
	email = accounts.NormalizeEmail(email)
	return s.tell(map[string]any{"email": email, "support": is}, "%s %s", email, words)
}

type supportList struct{ config.Config }

// Run prints a table.
func (c supportList) Run(ctx context.Context, s streams) error {
	st, err := open(ctx, c.Config)
	if err != nil {
		return err
	}
	defer st.Close()
	people, err := organizations.Supporters(ctx, st)
	if err != nil {
		return err
	}
	list, rows := []map[string]string{}, [][]any{}
	for _, p := range people {
		list, rows = append(list, map[string]string{"email": p.Email, "name": p.Name}), append(rows, []any{p.Email, p.Name})
	}
	if s.json {
		return s.tell(map[string]any{"support": list}, "")
	}
	return s.table("EMAIL\tNAME", rows)
}

type supportLog struct {
	config.Config
	Limit int `help:"How many lines, the latest first." default:"100"`
}

// supportLine is a line of the log as programs read it.
type supportLine struct {
	At           time.Time `json:"at"`
	Organization string    `json:"organization"`
	Event        string    `json:"event"`
	Email        string    `json:"email"`
	Scope        string    `json:"scope"` // read or write
	Until        time.Time `json:"until"`
	Reason       string    `json:"reason"`
}

// Run prints a table.
func (c supportLog) Run(ctx context.Context, s streams) error {
	st, err := open(ctx, c.Config)
	if err != nil {
		return err
	}
	defer st.Close()
	events, err := organizations.SupportEvents(ctx, st, max(1, min(c.Limit, 10_000)))
	if err != nil {
		return err
	}
	list, rows := []supportLine{}, [][]any{}
	for _, e := range events {
		scope := map[bool]string{true: "write", false: "read"}[e.Writes]
		l := supportLine{e.At.Time().UTC(), e.Organization, e.Event, e.Email, scope, e.Until.Time().UTC(), e.Reason}
		list, rows = append(list, l), append(rows, []any{l.At.Format(time.RFC3339), l.Organization, l.Event, l.Email, l.Scope, l.Until.Format(time.RFC3339), l.Reason})
	}
	if s.json {
		return s.tell(map[string]any{"events": list}, "")
	}
	return s.table("AT\tORGANIZATION\tEVENT\tWHO\tSCOPE\tUNTIL\tREASON", rows)
}
