// Package cli is the command line: each command is a struct whose tags declare its flags and their environment variables.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"strings"

	"github.com/alecthomas/kong"

	"craftplan/internal/config"
	"craftplan/internal/fault"
)

type commands struct {
	Serve         serveCommand       `cmd:"" help:"Serve an existing database."`
	Demo          demoCommand        `cmd:"" help:"Make or reopen a demo and serve it."`
	Migrate       migrateCommand     `cmd:"" help:"Bring a database to this program's version."`
	Organizations organizationsGroup `cmd:"" help:"Create and list organizations."`
	Users         usersGroup         `cmd:"" help:"Create users."`
	Support       supportGroup       `cmd:"" help:"Who helps organizations that let support in, and when they did."`
	Generate      generateCommand    `cmd:"" help:"Fill a database with made-up organizations, for benchmarks."`
	Config        configCommand      `cmd:"" help:"Print the effective configuration, secrets hidden."`
	Version       versionCommand     `cmd:"" help:"Print the version."`
}

// io is what commands read and write.
type streams struct {
	in       io.Reader
	out, err io.Writer
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

// Run runs one command and returns the exit code: 0, 1 for a failure, 2 for a wrong command line. A failure is one line.
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
	parser, err := kong.New(&all, kong.Name("craftplan"), kong.Description("The ERP for small-batch makers."), kong.UsageOnError(),
		kong.Writers(out, errs), kong.Exit(func(code int) { panic(exit{code}) }), kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(streams{in, out, errs}))
	if err != nil {
		fmt.Fprintln(errs, "craftplan:", err)
		return 1
	}
	command, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(errs, "craftplan: %v (see craftplan --help)\n", err)
		return 2
	}
	if err := command.Run(); err != nil {
		fmt.Fprintln(errs, "craftplan:", sentence(err))
		return 1
	}
	return 0
}

// sentence is an error in one line; wrong fields are named by their flags.
func sentence(err error) string {
	var invalid *fault.Error
	if errors.As(err, &invalid) && len(invalid.Fields) > 0 {
		text := ""
		for i, f := range invalid.Fields {
			if i > 0 {
				text += " "
			}
			text += f.Name + ": " + f.Message
		}
		return text
	}
	return strings.Join(strings.Fields(err.Error()), " ")
}

type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run(s streams) error {
	version := "devel"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		version = info.Main.Version
	}
	_, err := fmt.Fprintln(s.out, "craftplan", version)
	return err
}

type configCommand struct {
	config.Config
	config.Server
}

// Run prints the configuration.
func (c configCommand) Run(s streams) error {
	for _, line := range c.Lines(c.Server) {
		if _, err := fmt.Fprintln(s.out, line); err != nil {
			return err
		}
	}
	return nil
}
