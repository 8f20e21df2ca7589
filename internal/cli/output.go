package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"craftplan/internal/calendar"
	"craftplan/internal/fault"
)

// The exit codes; guides/running.md tells of them.
const (
	done     = 0
	failed   = 1 // something else was in the way: the database, the disk, the network
	misused  = 2 // a wrong command line
	refused  = 3 // a value is wrong, or how things stand does not allow it: nothing was changed
	notFound = 4 // what was named is not there
)

// misuse is an error of the command line itself.
type misuse struct{ error }

func (m misuse) Unwrap() error { return m.error }

func exitCode(err error) int {
	var m misuse
	if errors.As(err, &m) {
		return misused
	}
	switch fault.KindOf(err) {
	case fault.KindInvalid, fault.KindConflict, fault.KindForbidden, fault.KindUnauthenticated:
		return refused
	case fault.KindNotFound:
		return notFound
	case fault.KindInternal, fault.KindRateLimited, fault.KindUnavailable:
	}
	return failed
}

// streams are what commands read and write.
type streams struct {
	in       io.Reader
	out, err io.Writer
	json     bool
}

// tell prints a result: a sentence for people, or the result itself for programs.
func (s streams) tell(result any, sentence string, args ...any) error {
	if !s.json {
		_, err := fmt.Fprintf(s.out, sentence+"\n", args...)
		return err
	}
	lines := json.NewEncoder(s.out)
	lines.SetIndent("", "  ")
	lines.SetEscapeHTML(false)
	return lines.Encode(result)
}

// table prints rows under a heading, for people.
func (s streams) table(heading string, rows [][]any) error {
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, heading)
	for _, row := range rows {
		for i, cell := range row {
			if i > 0 {
				fmt.Fprint(w, "\t")
			}
			fmt.Fprint(w, cell)
		}
		fmt.Fprintln(w)
	}
	return w.Flush()
}

// progress says how far long work is. Results go to standard output, so nothing is mixed into them.
func (s streams) progress(format string, args ...any) { fmt.Fprintf(s.err, format+"\n", args...) }

// fail prints what went wrong, in one line, and returns the exit code.
func (s streams) fail(err error) int {
	code := exitCode(err)
	if !s.json {
		fmt.Fprintln(s.err, "craftplan:", sentence(err))
		return code
	}
	fields := map[string]string{}
	for _, f := range fault.FieldsOf(err) {
		fields[f.Name] = f.Message
	}
	line, e := json.Marshal(struct {
		Error  string            `json:"error"`
		Code   int               `json:"code"`
		Fields map[string]string `json:"fields,omitempty"`
	}{sentence(err), code, fields})
	if e != nil {
		line = []byte(e.Error())
	}
	fmt.Fprintln(s.err, string(line))
	return code
}

// sentence is an error in one line; wrong fields are named by their flags.
func sentence(err error) string {
	var invalid *fault.Error
	if errors.As(err, &invalid) && len(invalid.Fields) > 0 {
		parts := make([]string, len(invalid.Fields))
		for i, f := range invalid.Fields {
			parts[i] = f.Name + ": " + f.Message
		}
		return strings.Join(parts, " ")
	}
	return strings.Join(strings.Fields(err.Error()), " ")
}

// moment is an instant for programs; nil stays away.
func moment(at *calendar.Instant) *time.Time {
	if at == nil {
		return nil
	}
	return new(at.Time().UTC())
}

// day is an instant for people.
func day(at calendar.Instant) string { return at.Time().UTC().Format(time.DateOnly) }
