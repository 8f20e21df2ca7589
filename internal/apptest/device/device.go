// Package device is a phone or a password manager that keeps one passkey, for tests without a browser.
package device

import (
	"net/url"
	"testing"

	"github.com/descope/virtualwebauthn"
)

// Device keeps a passkey for the site at an address.
type Device struct {
	virtualwebauthn.Authenticator
	Key  virtualwebauthn.Credential
	site virtualwebauthn.RelyingParty
	t    testing.TB
}

// New is a device that was never used at the address, such as https://erp.example.com.
func New(t testing.TB, origin string) *Device {
	t.Helper()
	u, err := url.Parse(origin)
	if err != nil {
		t.Fatal(err)
	}
	return &Device{virtualwebauthn.NewAuthenticator(), key(), virtualwebauthn.RelyingParty{ID: u.Hostname(), Origin: origin}, t}
}

// key makes a key whose coordinates both have their 32 bytes: the library leaves leading zeros out, which no real device does.
func key() virtualwebauthn.Credential {
	const whole = 77 // bytes of the public key in CBOR
	for {
		if c := virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2); len(c.Key.AttestationData()) == whole {
			return c
		}
	}
}

// Answer is what the browser of a device that was never used answers, at an address, when the site asks for a new passkey.
func Answer(origin, options string) (string, error) {
	u, err := url.Parse(origin)
	if err != nil {
		return "", err
	}
	d := Device{virtualwebauthn.NewAuthenticator(), key(), virtualwebauthn.RelyingParty{ID: u.Hostname(), Origin: origin}, nil}
	return d.answer(options)
}

// Make is what a browser answers when a site asks for a new passkey.
func (d *Device) Make(options string) string {
	d.t.Helper()
	answer, err := d.answer(options)
	if err != nil {
		d.t.Fatal(err)
	}
	return answer
}

func (d *Device) answer(options string) (string, error) {
	parsed, err := virtualwebauthn.ParseAttestationOptions(options)
	if err != nil {
		return "", err
	}
	d.Options.UserHandle = []byte(parsed.UserID)
	return virtualwebauthn.CreateAttestationResponse(d.site, d.Authenticator, d.Key, *parsed), nil
}

// Use is what a browser answers when a site asks for the passkey. Each use counts.
func (d *Device) Use(options string) string {
	d.t.Helper()
	parsed, err := virtualwebauthn.ParseAssertionOptions(options)
	if err != nil {
		d.t.Fatal(err)
	}
	d.Key.Counter++
	return virtualwebauthn.CreateAssertionResponse(d.site, d.Authenticator, d.Key, *parsed)
}
