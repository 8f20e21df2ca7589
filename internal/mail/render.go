package mail

import (
	"embed"
	html "html/template"
	"net/mail"
	"strings"
	text "text/template"

	gomail "github.com/wneessen/go-mail"

	"craftplan/internal/id"
)

//go:embed templates
var files embed.FS

var (
	textPart = text.Must(text.ParseFS(files, "templates/mail.txt"))
	htmlPart = html.Must(html.ParseFS(files, "templates/mail.html"))
)

// Branding is whose mail it is.
type Branding struct {
	Name      string
	Fill, Ink string // #RRGGBB: the button and the text on it
	Logo      []byte // PNG; nil is none
	Path      string // of the organization on this installation; "" for the installation itself
}

// letter is a message with all that the templates show.
type letter struct {
	Message
	Branding
	Home string // of the organization, or the installation
	Host string
	base string
}

// At is the address of a path on this installation.
func (l letter) At(path string) string { return l.base + path }

// parts are the two bodies of a mail.
type parts struct{ Text, HTML string }

func (m *Mailer) parts(message Message, b Branding) (p parts, err error) {
	l := letter{Message: message, Branding: b, Home: m.base + b.Path, Host: m.host, base: m.base}
	var t, h strings.Builder
	if err = textPart.Execute(&t, l); err != nil {
		return p, err
	}
	if err = htmlPart.Execute(&h, l); err != nil {
		return p, err
	}
	return parts{t.String(), h.String()}, nil
}

const logoName = "logo.png"

// compose makes the message that goes over the wire.
func (m *Mailer) compose(which id.ID, to string, from, replyTo mail.Address, message Message, b Branding) (*gomail.Msg, error) {
	p, err := m.parts(message, b)
	if err != nil {
		return nil, err
	}
	out := gomail.NewMsg()
	out.FromMailAddress(&from)
	if err := out.To(to); err != nil {
		return nil, err
	}
	if replyTo.Address != "" {
		out.ReplyToMailAddress(&replyTo)
	}
	out.Subject(message.Subject)
	out.SetDate()
	domain := from.Address[strings.LastIndex(from.Address, "@")+1:]
	out.SetMessageIDWithValue(which.String() + "@" + domain)
	out.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no vacation replies
	if message.Unsubscribe != "" {
		out.SetGenHeader(gomail.HeaderListUnsubscribe, "<"+m.base+message.Unsubscribe+">")
		out.SetGenHeader(gomail.HeaderListUnsubscribePost, "List-Unsubscribe=One-Click")
	}
	out.SetBodyString(gomail.TypeTextPlain, p.Text)
	out.AddAlternativeString(gomail.TypeTextHTML, p.HTML)
	if b.Logo != nil {
		if err := out.EmbedReader(logoName, strings.NewReader(string(b.Logo)), gomail.WithFileContentType("image/png"), gomail.WithFileContentID(logoName)); err != nil {
			return nil, err
		}
	}
	return out, nil
}
