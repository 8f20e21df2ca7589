// Package secret seals what the program must be able to read again, unlike a password: the key to another service, a link that
// waits to be mailed. Who copies the database without the key, which lives outside of it, has nothing.
package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

const keySize = 32 // bytes: AES-256

// Keys seal and open. The zero value does neither.
type Keys struct{ all [][]byte }

var (
	errNone   = errors.New("no secret key")
	errBroken = errors.New("the sealed text was changed, is for something else, or its key is gone")
)

// Generate makes the text of a new key.
func Generate() string {
	key := make([]byte, keySize)
	_, _ = rand.Read(key) // never fails
	return base64.StdEncoding.EncodeToString(key)
}

// Parse reads keys, one a line. The first seals; all of them open, so that a new one can be put before the old.
func Parse(text string) (Keys, error) {
	var k Keys
	for _, line := range strings.Fields(text) {
		key, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(key) != keySize {
			return Keys{}, fmt.Errorf("a secret key is %d bytes in base64, one a line", keySize)
		}
		k.all = append(k.all, key)
	}
	if len(k.all) == 0 {
		return Keys{}, errNone
	}
	return k, nil
}

// Load reads the keys of a file. A file that does not exist is made with a new key, for its owner's eyes alone.
func Load(file string) (Keys, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		text = []byte(Generate() + "\n")
		err = os.WriteFile(file, text, 0o600)
	}
	if err != nil {
		return Keys{}, fmt.Errorf("secret key: %w", err)
	}
	keys, err := Parse(string(text))
	if err != nil {
		return Keys{}, fmt.Errorf("secret key %s: %w", file, err)
	}
	return keys, nil
}

// Seal encrypts with AES-256-GCM. What it is for (a purpose, an organization, a row) is bound to it and must be said again to
// open it: a sealed text that is moved elsewhere does not open.
func (k Keys) Seal(plain string, purpose ...string) (string, error) {
	if len(k.all) == 0 {
		return "", errNone
	}
	aead, err := aeadOf(k.all[0])
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(aead.Seal(nil, nil, []byte(plain), bind(purpose))), nil
}

// Open decrypts what Seal made for the same purpose.
func (k Keys) Open(sealed string, purpose ...string) (string, error) {
	if len(k.all) == 0 {
		return "", errNone
	}
	data, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil {
		return "", errBroken
	}
	for _, key := range k.all {
		aead, err := aeadOf(key)
		if err != nil {
			return "", err
		}
		if plain, err := aead.Open(nil, nil, data, bind(purpose)); err == nil {
			return string(plain), nil
		}
	}
	return "", errBroken
}

// Derive is a text that only who has the key can make, the same each time: a key for one purpose.
func (k Keys) Derive(purpose string) (string, error) {
	if len(k.all) == 0 {
		return "", errNone
	}
	mac := hmac.New(sha256.New, k.all[0])
	mac.Write([]byte(purpose))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)), nil
}

// aeadOf draws a nonce for each text and puts it in front.
func aeadOf(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// bind tells ("ab", "c") from ("a", "bc").
func bind(purpose []string) []byte {
	var b strings.Builder
	for _, p := range purpose {
		fmt.Fprintf(&b, "%d:%s", len(p), p)
	}
	return []byte(b.String())
}
