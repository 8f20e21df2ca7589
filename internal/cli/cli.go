// Package cli is the command line: each command is a struct whose tags declare its flags and their environment variables.
package cli

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"craftplan/internal/config"
)

type commands struct {
	JSON bool `name:"json" help:"Print the result, or what went wrong, as JSON."`

	Serve         serveCommand       `cmd:"" help:"Serve an existing database."`
	Demo          demoCommand        `cmd:"" help:"Make or reopen a demo and serve it."`
	Migrate       migrateCommand     `cmd:"" help:"Bring a database to this program's version."`
	Organizations organizationsGroup `cmd:"" help:"Create, list, rename, suspend, close, carry organizations."`
	Users         usersGroup         `cmd:"" help:"Create, list, disable users."`
	Support       supportGroup       `cmd:"" help:"Who helps organizations that let support in, and when they did."`
	Backup        backupCommand      `cmd:"" help:"Copy a whole installation on SQLite into one file, while it is served."`
	Restore       restoreCommand     `cmd:"" help:"Make an installation on SQLite of a backup, where none is."`
	Generate      generateCommand    `cmd:"" help:"Fill a database with made-up organizations, for benchmarks."`
	Config        configCommand      `cmd:"" help:"Print the effective configuration, secrets hidden."`
	Version       versionCommand     `cmd:"" help:"Print the version."`
}

func (s streams) logger(c config.Config) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		level = slog.LevelInfo
	}
	options := &slog.HandlerOptions{Level: level}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(s.err, options))
	}
	return slog.New(slog.NewTextHandler(s.err, options))
}

type exit struct{ code int }

// Run runs one command and returns its exit code. A failure is one line.
func Run(ctx context.Context, args []string, in io.Reader, out, errs io.Writer) (code int) {
	defer func() { // kong exits after --help
		if p := recover(); p != nil {
			e, ok := p.(exit)
			if !ok {
				panic(p)
			}
			code = e.code
		}
	}()
	var all commands
	s := streams{in: in, out: out, err: errs, json: slices.Contains(args, "--json")}
	parser, err := kong.New(&all, kong.Name("craftplan"), kong.Description("The ERP for small-batch makers."), kong.UsageOnError(),
		kong.Writers(out, errs), kong.Exit(func(code int) { panic(exit{code}) }), kong.BindTo(ctx, (*context.Context)(nil)))
	if err != nil {
		return s.fail(err)
	}
	command, err := parser.Parse(args)
	if err != nil {
		return s.fail(misuse{fmt.Errorf("%w (see craftplan --help)", err)})
	}
	s.json = all.JSON
	if err := command.Run(s); err != nil {
		return s.fail(err)
	}
	return done
}

type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run(s streams) error {
	version := "devel"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		version = info.Main.Version
	}
	return s.tell(map[string]string{"version": version}, "craftplan %s", version)
}

type configCommand struct {
	config.Config
	config.Server
}

// Run prints the configuration.
func (c configCommand) Run(s streams) error {
	var lines []string
	values := map[string]string{}
	for _, v := range c.Values(c.Server) {
		lines, values[v.Name] = append(lines, fmt.Sprintf("%-10s %s", v.Name, v.Text)), v.Text
	}
	return s.tell(values, "%s", strings.Join(lines, "\n"))
}
