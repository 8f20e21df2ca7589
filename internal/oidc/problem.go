package oidc

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"craftplan/internal/id"
	"craftplan/internal/outbound"
)

var errKeys = errors.New("the provider's keys cannot be read")

// Test asks the provider anew for all that a sign-in needs but the person: its description and its keys. With a code that cannot be it
// asks for the client too; providers that look at the code first do not tell, and then only a sign-in shows whether they know it.
func (c *Client) Test(ctx context.Context, organization id.Organization, r Registration) error {
	p, err := c.discover(ctx, organization, r)
	if err != nil {
		return err
	}
	if err := c.readKeys(ctx, p.more.Keys); err != nil {
		return err
	}
	_, err = p.config.Exchange(c.context(ctx), "no-code", oauth2.VerifierOption(oauth2.GenerateVerifier()))
	if err = exchanged(err); errors.Is(err, ErrAnswer) {
		return nil // the code was refused, as it must be
	}
	return err
}

func (c *Client) readKeys(ctx context.Context, address string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	answer, err := c.http.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	var set struct{ Keys []json.RawMessage }
	if err := json.NewDecoder(answer.Body).Decode(&set); err != nil || answer.StatusCode != http.StatusOK || len(set.Keys) == 0 {
		return errKeys
	}
	return nil
}

// Problem is an error in words for who configured the provider.
func Problem(err error) string {
	var mismatch *oidc.IssuerMismatchError
	var certificate *tls.CertificateVerificationError
	var failure net.Error
	switch {
	case errors.As(err, &mismatch):
		return fmt.Sprintf("The provider calls itself %q. Enter the issuer exactly like that.", shorten(mismatch.Discovered))
	case outbound.Hidden(err):
		return outbound.Nowhere
	case errors.Is(err, outbound.ErrPlain), errors.Is(err, errIncomplete):
		return "The provider's description lacks an address that is needed, or one of them does not begin with https."
	case errors.Is(err, outbound.ErrRedirect):
		return "The address leads on to another one. Enter the issuer exactly as the provider writes it."
	case errors.Is(err, outbound.ErrTooLarge):
		return "The answer is too large to be a provider's."
	case errors.Is(err, errKeys):
		return "The provider's keys cannot be read."
	case errors.Is(err, ErrClient):
		return "The provider answers, but it does not take the client ID with the client secret."
	case errors.As(err, &certificate):
		return "The server's certificate is not valid for this address."
	case errors.As(err, &failure) && failure.Timeout():
		return "The provider did not answer in time."
	case errors.As(err, &failure):
		return "The server cannot be reached."
	}
	return "No OpenID Connect provider answers at this address."
}

func shorten(text string) string {
	runes := []rune(text)
	return string(runes[:min(len(runes), 200)])
}
