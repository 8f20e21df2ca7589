package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"craftplan/internal/fault"
	"craftplan/internal/outbound"
)

// Security is how the connection to a mail server is kept private.
type Security string

// The securities. Plain is for a server on this machine alone.
const (
	STARTTLS Security = "starttls" // RFC 3207; refused when the server does not offer it
	TLS      Security = "tls"      // from the first byte: RFC 8314
	Plain    Security = "plain"
)

// Server is a mail server to submit to. The zero value is none.
type Server struct {
	Host               string
	Port               int64 // 1 to 65,535
	Security           Security
	Username, Password string
}

// ParseServer reads a server from a URL: smtp://user:password@host:587 uses STARTTLS, smtps://user:password@host:465 TLS from
// the first byte. smtp:// to this machine itself is plain.
func ParseServer(text string) (Server, error) {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" {
		return Server{}, errors.New("use smtp://USER:PASSWORD@HOST:PORT, or smtps:// for TLS from the first byte")
	}
	s := Server{Host: u.Hostname(), Username: u.User.Username()}
	s.Password, _ = u.User.Password()
	switch {
	case u.Scheme == "smtps":
		s.Security, s.Port = TLS, 465
	case u.Scheme == "smtp" && outbound.Local(s.Host):
		s.Security, s.Port = Plain, 25
	case u.Scheme == "smtp":
		s.Security, s.Port = STARTTLS, 587
	default:
		return Server{}, errors.New("use smtp:// or smtps://")
	}
	if u.Port() != "" {
		if s.Port, err = strconv.ParseInt(u.Port(), 10, 32); err != nil || s.Port < 1 || s.Port > 65535 {
			return Server{}, errors.New("a port is 1 to 65535")
		}
	}
	return s, nil
}

func (s Server) validate(p *fault.Problems) {
	if len(s.Host) > 253 || strings.ContainsAny(s.Host, " \t/@") {
		p.Add("host", "Enter the name of a mail server, such as smtp.example.com.")
	}
	if s.Port < 1 || s.Port > 65535 {
		p.Add("port", "Enter a port from 1 to 65535, usually 587 or 465.")
	}
	if s.Security != STARTTLS && s.Security != TLS {
		p.Add("security", "Choose how the connection is kept private.")
	}
	if len(s.Username) > 200 {
		p.Add("username", "Use at most 200 characters.")
	}
	if len(s.Password) > 200 {
		p.Add("password", "Use at most 200 characters.")
	}
}

const sendTimeout = 20 * time.Second

// line is how mail servers are reached: which addresses may be dialled, and whom to trust (nil is the system's list).
type line struct {
	dialer *net.Dialer
	roots  *x509.CertPool
}

// send submits one message, in a span that says how it went and nothing of what a server said, which may name the recipient.
func (s Server) send(ctx context.Context, l line, m *gomail.Msg) error {
	ctx, span := otel.Tracer("craftplan/mail").Start(ctx, "send mail", trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(attribute.String("network.protocol.name", "smtp")))
	defer span.End()
	err := s.submit(ctx, l, m)
	if err != nil {
		span.SetStatus(codes.Error, "")
		var refused *gomail.SendError
		if errors.As(err, &refused) && refused.ErrorCode() > 0 {
			span.SetAttributes(attribute.String("error.type", strconv.Itoa(refused.ErrorCode())))
		}
	}
	return err
}

func (s Server) submit(ctx context.Context, l line, m *gomail.Msg) error {
	config := &tls.Config{ServerName: s.Host, MinVersion: tls.VersionTLS12, RootCAs: l.roots}
	options := []gomail.Option{gomail.WithPort(int(s.Port)), gomail.WithTimeout(sendTimeout), gomail.WithoutNoop(), gomail.WithTLSConfig(config)}
	open := l.dialer.DialContext
	switch s.Security {
	case TLS:
		open = (&tls.Dialer{NetDialer: l.dialer, Config: config}).DialContext
		options = append(options, gomail.WithSSL())
	case Plain:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	options = append(options, gomail.WithDialContextFunc(open))
	if s.Username != "" { // the library sends none of these in the clear but to this machine itself
		options = append(options, gomail.WithUsername(s.Username), gomail.WithPassword(s.Password),
			gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthSCRAMSHA1, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin))
	}
	client, err := gomail.NewClient(s.Host, options...)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	return client.DialAndSendWithContext(ctx, m)
}

// permanent tells whether the server will never take this mail: it refused the recipient or the message for good, rather than
// being away, busy or unsure of the sender.
func permanent(err error) bool {
	var refused *gomail.SendError
	return errors.As(err, &refused) && !refused.IsTemp() && (refused.Reason == gomail.ErrSMTPRcptTo || refused.Reason == gomail.ErrSMTPDataClose) && refused.ErrorCode() >= 500
}

// problem is an error in words for the organization's own people: what their own server said, or that the installation's did not
// take the mail, whose answers may tell about machines that are not theirs.
func problem(err error, own bool) string {
	var refused *gomail.SendError
	code := ""
	if errors.As(err, &refused) && refused.ErrorCode() > 0 {
		code = fmt.Sprintf(" (%d)", refused.ErrorCode())
	}
	if !own {
		if permanent(err) {
			return "The recipient's address was refused" + code + "."
		}
		return "The mail server did not take it" + code + "."
	}
	if outbound.Hidden(err) {
		return outbound.Nowhere
	}
	text := strings.Join(strings.Fields(err.Error()), " ")
	return string([]rune(text)[:min(len([]rune(text)), 300)])
}
