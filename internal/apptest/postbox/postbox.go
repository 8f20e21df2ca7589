// Package postbox is a mail server for tests: a real one, on this machine, that keeps what it is given.
package postbox

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/http/httptest"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Mail is one that arrived.
type Mail struct {
	Sender     string // of the envelope
	Recipients []string
	Header     mail.Header
	Text, HTML string
	Parts      map[string][]byte // other parts by their Content-ID
}

// Subject is decoded.
func (m Mail) Subject() string {
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		return err.Error()
	}
	return subject
}

// Link is the first address in the text; "" when there is none.
func (m Mail) Link() string {
	for _, word := range strings.Fields(m.Text) {
		if strings.HasPrefix(word, "http://") || strings.HasPrefix(word, "https://") {
			return word
		}
	}
	return ""
}

// Box is the server and what it received.
type Box struct {
	Host string
	Port int64
	// Roots trusts the server's certificate, with STARTTLS and with TLS from the first byte.
	Roots *x509.CertPool
	// Username and Password are asked for when set.
	Username, Password string

	mu       sync.Mutex
	received []Mail
	refuse   []error
	arrived  chan struct{}
	t        testing.TB
}

// Open starts a server that offers STARTTLS.
func Open(t testing.TB) *Box {
	t.Helper()
	return open(t, false)
}

// OpenTLS starts a server that speaks TLS from the first byte.
func OpenTLS(t testing.TB) *Box {
	t.Helper()
	return open(t, true)
}

func open(t testing.TB, encrypted bool) *Box {
	t.Helper()
	certified := httptest.NewTLSServer(nil) // for its certificate of 127.0.0.1
	certified.Close()
	b := &Box{arrived: make(chan struct{}, 1000), t: t, Roots: x509.NewCertPool()}
	b.Roots.AddCert(certified.Certificate())
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &session{box: b}, nil }))
	server.Domain, server.ReadTimeout, server.WriteTimeout, server.MaxMessageBytes = "postbox.example", 20*time.Second, 20*time.Second, 10<<20
	server.AllowInsecureAuth = true
	server.ErrorLog = silent{}
	server.TLSConfig = &tls.Config{Certificates: certified.TLS.Certificates, MinVersion: tls.VersionTLS12}
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().(*net.TCPAddr)
	b.Host, b.Port = address.IP.String(), int64(address.Port)
	if encrypted {
		listener = tls.NewListener(listener, server.TLSConfig)
	}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { server.Close() })
	return b
}

type silent struct{}

func (silent) Printf(string, ...any) {}
func (silent) Println(...any)        {}

// Refuse lets the next mails fail, each with one of the errors, at the recipient.
func (b *Box) Refuse(errs ...error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refuse = append(b.refuse, errs...)
}

// Busy is a refusal for now; Unknown one for good.
var (
	Busy    = &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "Come back later"}
	Unknown = &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "No such user here"}
)

// Wait returns the first mail to the address whose subject contains the words and that was not returned before; the test fails when
// none arrives.
func (b *Box) Wait(to, words string) Mail {
	b.t.Helper()
	deadline := time.After(30 * time.Second)
	for {
		if m, ok := b.take(to, words); ok {
			return m
		}
		select {
		case <-b.arrived:
		case <-deadline:
			b.t.Fatalf("no mail to %s about %q; there are %d others", to, words, b.Count())
		}
	}
}

func (b *Box) take(to, words string) (Mail, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, m := range b.received {
		if len(m.Recipients) == 1 && m.Recipients[0] == to && strings.Contains(m.Subject(), words) {
			b.received = append(b.received[:i:i], b.received[i+1:]...)
			return m, true
		}
	}
	return Mail{}, false
}

// Count is how many mails arrived that Wait has not returned.
func (b *Box) Count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.received)
}

type session struct {
	box        *Box
	signedIn   bool
	sender     string
	recipients []string
}

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, username, password string) error {
		if username != s.box.Username || password != s.box.Password {
			return smtp.ErrAuthFailed
		}
		s.signedIn = true
		return nil
	}), nil
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if s.box.Username != "" && !s.signedIn {
		return smtp.ErrAuthRequired
	}
	s.sender = from
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.box.mu.Lock()
	defer s.box.mu.Unlock()
	if len(s.box.refuse) > 0 {
		err := s.box.refuse[0]
		s.box.refuse = s.box.refuse[1:]
		return err
	}
	s.recipients = append(s.recipients, to)
	return nil
}

func (s *session) Data(r io.Reader) error {
	m, err := parse(r)
	if err != nil {
		return fmt.Errorf("not a mail: %w", err)
	}
	m.Sender, m.Recipients = s.sender, s.recipients
	s.box.mu.Lock()
	s.box.received = append(s.box.received, m)
	s.box.mu.Unlock()
	s.box.arrived <- struct{}{}
	return nil
}

func (s *session) Reset()        { s.sender, s.recipients = "", nil }
func (s *session) Logout() error { return nil }

func parse(r io.Reader) (Mail, error) {
	message, err := mail.ReadMessage(r)
	if err != nil {
		return Mail{}, err
	}
	m := Mail{Header: message.Header, Parts: map[string][]byte{}}
	err = m.part(message.Header.Get, message.Body)
	return m, err
}

// part reads a body, and the bodies in it.
func (m *Mail) part(header func(string) string, body io.Reader) error {
	kind, parameters, err := mime.ParseMediaType(header("Content-Type"))
	if err != nil {
		return err
	}
	if strings.HasPrefix(kind, "multipart/") {
		reader := multipart.NewReader(body, parameters["boundary"])
		for {
			p, err := reader.NextRawPart()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			if err := m.part(p.Header.Get, p); err != nil {
				return err
			}
		}
	}
	switch strings.ToLower(header("Content-Transfer-Encoding")) {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	data, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	text := strings.ReplaceAll(string(data), "\r\n", "\n")
	switch kind {
	case "text/plain":
		m.Text = text
	case "text/html":
		m.HTML = text
	default:
		m.Parts[strings.Trim(header("Content-ID"), "<>")] = data
	}
	return nil
}
