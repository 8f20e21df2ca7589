package audit

import (
	"context"
	"strings"
)

// Channel is the way a change came in.
type Channel string

// The channels.
const (
	Web     Channel = "web"
	API     Channel = "api"
	Job     Channel = "job"
	Command Channel = "command" // the command line, on the host
)

// Label is the channel for people.
func (c Channel) Label() string {
	return map[Channel]string{Web: "Web", API: "API", Job: "Job", Command: "Command line"}[c]
}

// Origin is where a change comes from. It is told beside the right to an organization and never decides anything, so it travels in
// the context of a request. The zero value is the command line.
type Origin struct {
	Channel Channel
	Address string // the client's
	Agent   string // browser and system, or program
	Via     string // the name of the API key, or the kind of job
}

type originKey struct{}

// From says where the changes come from that are made under the context.
func From(ctx context.Context, o Origin) context.Context {
	return context.WithValue(ctx, originKey{}, o)
}

func originOf(ctx context.Context) Origin {
	o, _ := ctx.Value(originKey{}).(Origin)
	if o.Channel == "" {
		o.Channel = Command
	}
	o.Address, o.Agent, o.Via = short(o.Address), short(o.Agent), short(o.Via)
	return o
}

const maxText = 200 // characters kept of what somebody else wrote

// short is a text that every database keeps.
func short(text string) string {
	runes := []rune(strings.ReplaceAll(strings.ToValidUTF8(text, ""), "\x00", ""))
	return string(runes[:min(len(runes), maxText)])
}
