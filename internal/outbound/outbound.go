// Package outbound is how the program reaches servers that organizations name: mail servers, sign-in providers. Whoever names a
// server must not be able to look into the network that the program runs in, or keep it waiting.
package outbound

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"code.dny.dev/ssrf"
)

// Reach is what may be reached: public addresses, unless the operator allows private ones. Addresses are judged when they are
// dialled, whatever a name led to before.
type Reach struct {
	Private bool
	Roots   *x509.CertPool // certificate authorities; nil is the system's
}

// Local tells whether a host is this machine by its name or address.
func Local(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Hidden tells whether a server was not reached for where it is: there is none of its name, or it is at a private address. The two are
// never told apart, and Nowhere says so: whoever names servers would learn which names there are inside.
func Hidden(err error) bool {
	var unknown *net.DNSError
	return errors.Is(err, errPrivate) || errors.As(err, &unknown)
}

// Nowhere is the sentence for it.
const Nowhere = "There is no server of this name at a public address, and the operator of this installation may not allow private ones."

// Reasons why something was not asked, or its answer not taken.
var (
	errPrivate  = ssrf.ErrProhibitedIP
	ErrPlain    = errors.New("not https")
	ErrRedirect = errors.New("the answer leads to another address")
	ErrTooLarge = errors.New("the answer is too large")
)

const (
	dialTimeout = 5 * time.Second
	timeout     = 10 * time.Second // of a request with its answer
	maxAnswer   = 1 << 20          // bytes
	maxHeader   = 64 << 10         // bytes
)

// Dialer dials what may be reached, on any port.
func (r Reach) Dialer() *net.Dialer {
	d := &net.Dialer{Timeout: dialTimeout}
	if !r.Private {
		d.Control = ssrf.New(ssrf.WithAnyPort()).Safe
	}
	return d
}

// Client makes requests over TLS to what may be reached. It follows no redirect and asks no proxy: both would go where nobody
// looked.
func (r Reach) Client() *http.Client {
	return &http.Client{
		Timeout:       timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return ErrRedirect },
		Transport: strict{&http.Transport{DialContext: r.Dialer().DialContext, TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: r.Roots}, TLSHandshakeTimeout: dialTimeout,
			ForceAttemptHTTP2: true, MaxResponseHeaderBytes: maxHeader, MaxIdleConnsPerHost: 2, IdleConnTimeout: time.Minute}},
	}
}

// strict refuses plain HTTP, and answers that are too large: it reads them whole before it passes them on.
type strict struct{ next http.RoundTripper }

// RoundTrip makes one request.
func (s strict) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme != "https" {
		return nil, ErrPlain
	}
	answer, err := s.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer+1))
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	if len(body) > maxAnswer {
		return nil, ErrTooLarge
	}
	answer.Body = io.NopCloser(bytes.NewReader(body))
	return answer, nil
}
