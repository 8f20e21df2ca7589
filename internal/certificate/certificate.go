// Package certificate gets the installation's TLS certificate from an authority that speaks ACME (RFC 8555), such as Let's Encrypt, and
// renews it in time. The authority asks at the installation's own address whether it is there: by TLS (RFC 8737), or on port 80.
package certificate

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"

	"github.com/caddyserver/certmagic"
	"go.uber.org/zap"
)

// LetsEncrypt is the directory of the authority that is asked unless the operator names another.
const LetsEncrypt = certmagic.LetsEncryptProductionCA

// Options are what a certificate is for and where it comes from.
type Options struct {
	Host      string         // that people reach the installation by, with its port if that is not 443
	Email     string         // whom the authority writes to
	Directory string         // URL of the authority; "" means LetsEncrypt
	Roots     *x509.CertPool // whom to believe that it is the authority; nil is the system's list
	Folder    string         // of keys and certificates; processes on one database share it
	Log       *slog.Logger
	// Listener is where TLS is answered, and Plain where plain HTTP is, if anywhere.
	Listener, Plain net.Listener
}

// Keeper has a certificate, and keeps it valid.
type Keeper struct {
	host   string
	cache  *certmagic.Cache
	config *certmagic.Config
	issuer *certmagic.ACMEIssuer
}

// Keep begins to get the certificate, unless the folder has it, and to renew it. Until it is there nobody gets a connection. When the
// authority does not give it, it is asked again, later and later; the log says why.
func Keep(ctx context.Context, o Options) (*Keeper, error) {
	k := &Keeper{host: o.Host}
	name := (&url.URL{Host: o.Host}).Hostname()
	quiet := zap.NewNop() // the library writes for its own developers; its events have what an operator needs
	k.cache = certmagic.NewCache(certmagic.CacheOptions{Logger: quiet, GetConfigForCert: func(certmagic.Certificate) (*certmagic.Config, error) { return k.config, nil }})
	k.config = certmagic.New(k.cache, certmagic.Config{Logger: quiet, Storage: &certmagic.FileStorage{Path: o.Folder}, OnEvent: tell(o.Log),
		ShouldEmitFunc: func(event string) bool { return words[event] != "" }})
	k.issuer = certmagic.NewACMEIssuer(k.config, certmagic.ACMEIssuer{CA: cmp.Or(o.Directory, LetsEncrypt), Email: o.Email, Agreed: true, TrustedRoots: o.Roots, Logger: quiet,
		AltTLSALPNPort: port(o.Listener), AltHTTPPort: port(o.Plain), DisableHTTPChallenge: o.Plain == nil})
	k.config.Issuers = []certmagic.Issuer{k.issuer}
	if err := k.config.ManageAsync(ctx, []string{name}); err != nil {
		k.Close()
		return nil, fmt.Errorf("certificate of %s: %w", name, err)
	}
	return k, nil
}

// Close ends the renewing.
func (k *Keeper) Close() { k.cache.Stop() }

// TLS is what connections are answered with.
func (k *Keeper) TLS() *tls.Config {
	config := k.config.TLSConfig()
	config.MinVersion = tls.VersionTLS12
	config.NextProtos = slices.Concat([]string{"h2", "http/1.1"}, config.NextProtos)
	return config
}

// Plain answers what comes without TLS: the authority's question, and people, who are sent to the same page over TLS.
func (k *Keeper) Plain() http.Handler {
	return k.issuer.HTTPChallengeHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Connection", "close")
		http.Redirect(w, r, "https://"+k.host+r.URL.RequestURI(), http.StatusPermanentRedirect)
	}))
}

// words are the events that an operator is told of, and how.
var words = map[string]string{
	"cert_obtaining":    "the certificate is asked for",
	"cert_obtained":     "the certificate is there",
	"cert_failed":       "the authority did not give the certificate",
	"cert_ocsp_revoked": "the certificate was revoked",
}

func tell(log *slog.Logger) func(context.Context, string, map[string]any) error {
	return func(ctx context.Context, event string, about map[string]any) error {
		fields := []any{"host", about["identifier"], "renewal", about["renewal"]}
		if err := about["error"]; err != nil {
			log.ErrorContext(ctx, words[event], append(fields, "error", err)...)
			return nil
		}
		log.InfoContext(ctx, words[event], fields...)
		return nil
	}
}

// port is that of a listener; 0 without one.
func port(l net.Listener) int {
	if l == nil {
		return 0
	}
	if a, ok := l.Addr().(*net.TCPAddr); ok {
		return a.Port
	}
	return 0
}
