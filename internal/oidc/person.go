package oidc

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Secrets belong to one sign-in: the nonce comes back in the provider's answer, and with the verifier the code is worth nothing to
// who only saw it.
type Secrets struct{ Nonce, Verifier string }

// NewSecrets draws them.
func NewSecrets() Secrets { return Secrets{rand.Text(), oauth2.GenerateVerifier()} }

// URL is where somebody signs in. The state comes back with the answer.
func (p *Provider) URL(state string, s Secrets) string {
	return p.config.AuthCodeURL(state, oidc.Nonce(s.Nonce), oauth2.S256ChallengeOption(s.Verifier))
}

// Answer is what a browser brings back: a code for the person, and the issuer, which not all providers name.
type Answer struct{ Code, Issuer string }

// Person is whom a provider vouches for. The subject is theirs for ever; all else may change.
type Person struct {
	Subject       string
	Email         string // "" when the provider tells none
	EmailVerified *bool  // nil when the provider does not say
	Name          string
}

// Why nobody can be told: an answer that is not for this sign-in, or that somebody made up; a provider that does not know us.
var (
	ErrAnswer = errors.New("the provider's answer is not acceptable")
	ErrClient = errors.New("the provider does not take the client id with the secret")
)

// exchanged tells what a refusal to exchange a code is about.
func exchanged(err error) error {
	var refused *oauth2.RetrieveError
	switch {
	case !errors.As(err, &refused):
		return err
	case refused.ErrorCode == "invalid_client" || refused.ErrorCode == "unauthorized_client" || refused.Response.StatusCode == http.StatusUnauthorized:
		return fmt.Errorf("%w: %w", ErrClient, err)
	case refused.ErrorCode == "invalid_grant" || refused.ErrorCode == "invalid_request":
		return fmt.Errorf("%w: %w", ErrAnswer, err)
	}
	return err
}

const maxSubject = 255 // characters: OpenID Connect Core, 2

// Person exchanges the code for who signed in, with the secrets of that sign-in.
func (p *Provider) Person(ctx context.Context, s Secrets, a Answer) (Person, error) {
	if a.Issuer != p.registration.Issuer && (a.Issuer != "" || p.more.NamesIssuer) {
		return Person{}, fmt.Errorf("%w: it is said to come from %q", ErrAnswer, a.Issuer)
	}
	ctx = p.client.context(ctx)
	tokens, err := p.config.Exchange(ctx, a.Code, oauth2.VerifierOption(s.Verifier))
	if err := exchanged(err); err != nil {
		return Person{}, err
	}
	raw, _ := tokens.Extra("id_token").(string)
	token, err := p.provider.Verifier(&oidc.Config{ClientID: p.registration.ClientID}).Verify(ctx, raw)
	if err != nil {
		return Person{}, fmt.Errorf("%w: %w", ErrAnswer, err)
	}
	var c claims
	if err := token.Claims(&c); err != nil {
		return Person{}, fmt.Errorf("%w: %w", ErrAnswer, err)
	}
	switch {
	case subtle.ConstantTimeCompare([]byte(token.Nonce), []byte(s.Nonce)) != 1:
		return Person{}, fmt.Errorf("%w: it is for another sign-in", ErrAnswer)
	case c.Party != "" && c.Party != p.registration.ClientID:
		return Person{}, fmt.Errorf("%w: it is for another client", ErrAnswer)
	case token.Subject == "" || len(token.Subject) > maxSubject:
		return Person{}, fmt.Errorf("%w: it names nobody", ErrAnswer)
	}
	if c.Email == "" && p.provider.UserInfoEndpoint() != "" {
		if err := p.ask(ctx, tokens, token.Subject, &c); err != nil {
			return Person{}, err
		}
	}
	return Person{token.Subject, strings.ToLower(strings.TrimSpace(c.Email)), c.EmailVerified.value, strings.Join(strings.Fields(c.Name), " ")}, nil
}

// ask reads the address where the provider tells it only when asked for.
func (p *Provider) ask(ctx context.Context, tokens *oauth2.Token, subject string, c *claims) error {
	info, err := p.provider.UserInfo(ctx, oauth2.StaticTokenSource(tokens))
	if err != nil {
		return err
	}
	if info.Subject != subject {
		return fmt.Errorf("%w: it tells of somebody else", ErrAnswer)
	}
	name := c.Name
	if err := info.Claims(c); err != nil {
		return fmt.Errorf("%w: %w", ErrAnswer, err)
	}
	if c.Name == "" {
		c.Name = name
	}
	return nil
}

type claims struct {
	Email         string `json:"email"`
	EmailVerified yesNo  `json:"email_verified"`
	Name          string `json:"name"`
	Party         string `json:"azp"`
}

// yesNo is a boolean, which some providers write as a text; nil when there is none.
type yesNo struct{ value *bool }

// UnmarshalJSON reads either.
func (y *yesNo) UnmarshalJSON(data []byte) error {
	return json.Unmarshal([]byte(strings.Trim(string(data), `"`)), &y.value)
}
