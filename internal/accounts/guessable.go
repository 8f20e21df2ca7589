package accounts

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// The five thousand passwords of at least eight characters that people used most, in lower case and sorted. From the list of
// zxcvbn-ts (MIT), which has them from passwords that were stolen elsewhere.
//
//go:embed common_passwords.txt
var commonPasswords string

var commonList = sync.OnceValue(func() []string { return strings.Fields(commonPasswords) })

// guessable tells whether a password is among the first that somebody would try for a person: one of those that everybody uses, or
// this program's name, the person's own, or their address, with nothing more than digits and signs around it or between (OWASP ASVS
// 5.0, 6.1.2, 6.2.4 and 6.2.11).
func guessable(password, name, email string) bool {
	if _, common := slices.BinarySearch(commonList(), strings.ToLower(password)); common {
		return true
	}
	bare := letters(password)
	local, domain, _ := strings.Cut(email, "@")
	words := append(strings.Fields(name), "craftplan", "password", name, email, local, domain)
	return bare != "" && slices.ContainsFunc(words, func(w string) bool { return letters(w) == bare })
}

// letters are the letters of a text, in lower case.
func letters(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, text)
}
