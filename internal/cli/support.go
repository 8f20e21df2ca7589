package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"text/tabwriter"
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
	_, err = fmt.Fprintln(s.out, accounts.NormalizeEmail(email), words)
	return err
}

type supportList struct {
	config.Config
	JSON bool `help:"Print JSON."`
}

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
	if c.JSON {
		lines := make([]map[string]string, len(people))
		for i, p := range people {
			lines[i] = map[string]string{"email": p.Email, "name": p.Name}
		}
		return json.NewEncoder(s.out).Encode(lines)
	}
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "EMAIL\tNAME")
	for _, p := range people {
		fmt.Fprintf(w, "%s\t%s\n", p.Email, p.Name)
	}
	return w.Flush()
}

type supportLog struct {
	config.Config
	Limit int  `help:"How many lines, the latest first." default:"100"`
	JSON  bool `help:"Print JSON."`
}

// supportLine is a line of the log as programs read it.
type supportLine struct {
	At           string `json:"at"`
	Organization string `json:"organization"`
	Event        string `json:"event"`
	Email        string `json:"email"`
	Scope        string `json:"scope"` // read or write
	Until        string `json:"until"`
	Reason       string `json:"reason"`
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
	lines := make([]supportLine, len(events))
	for i, e := range events {
		scope := map[bool]string{true: "write", false: "read"}[e.Writes]
		lines[i] = supportLine{e.At.Time().Format(time.RFC3339), e.Organization, e.Event, e.Email, scope, e.Until.Time().Format(time.RFC3339), e.Reason}
	}
	if c.JSON {
		return json.NewEncoder(s.out).Encode(lines)
	}
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "AT\tORGANIZATION\tEVENT\tWHO\tSCOPE\tUNTIL\tREASON")
	for _, l := range lines {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", l.At, l.Organization, l.Event, l.Email, l.Scope, l.Until, l.Reason)
	}
	return w.Flush()
}
