package isolation

import (
	"archive/zip"
	"encoding/base64"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/PuerkitoBio/goquery"

	"craftplan/internal/store/storetest/census"
)

// Succeeded tells whether what was asked for was done or shown.
func (a Answer) Succeeded() bool {
	return a.Status < 300 || a.Status < 400 && !strings.HasPrefix(a.flash(), refusal)
}

// refusal begins a message about something that did not work.
const refusal = "!"

// flash is the message for the next page.
func (a Answer) flash() string {
	for _, c := range (&http.Response{Header: a.Header}).Cookies() {
		if text, err := base64.RawURLEncoding.DecodeString(c.Value); c.Name == "flash" && err == nil {
			return string(text)
		}
	}
	return ""
}

// complaint is what the answer says is wrong.
func (a Answer) complaint() string {
	page, err := goquery.NewDocumentFromReader(strings.NewReader(a.Body))
	if err != nil {
		return err.Error()
	}
	said := strings.Join(strings.Fields(page.Find(".field-error, [role=alert], main h1 ~ p").Text()), " ")
	return strings.TrimSpace(fmt.Sprint(a.Status, " ", a.flash(), " ", said))
}

// Text is all of the answer but when it was given, with messages readable.
func (a Answer) Text() string {
	var b strings.Builder
	fmt.Fprintln(&b, a.Status)
	names := make([]string, 0, len(a.Header))
	for name := range a.Header {
		if name != "Date" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		for _, value := range a.Header[name] {
			fmt.Fprintf(&b, "%s: %s\n", name, value)
		}
	}
	if flash := a.flash(); flash != "" {
		fmt.Fprintln(&b, "message:", flash)
	}
	if strings.HasPrefix(a.Body, "PK\x03\x04") {
		return length.ReplaceAllString(b.String(), "") + "\n" + unpacked(a.Body)
	}
	return b.String() + "\n" + a.Body
}

// unpacked is what is in a workbook: packed, ids that were drawn take more or less.
func unpacked(body string) string {
	book, err := zip.NewReader(strings.NewReader(body), int64(len(body)))
	if err != nil {
		return body
	}
	var b strings.Builder
	for _, f := range book.File {
		part, err := f.Open()
		if err != nil {
			return body
		}
		fmt.Fprintln(&b, f.Name)
		_, err = io.Copy(&b, part) //nolint:gosec // a test's own
		if err := errors.Join(err, part.Close()); err != nil {
			return body
		}
	}
	return b.String()
}

var (
	drawn = regexp.MustCompile(strings.Join([]string{
		`[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`, // an id
		`[0-9a-f]{64}`,                                    // a hash
		`\b[A-Z2-7]{26}(?:[A-Z2-7]{26})?\b`,               // a token
		`\bcpk_[A-Z2-7]{6}(?:[A-Z2-7]{20})?\b`,            // a key of the API, or how it begins
		`\b[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3}\b`,              // a recovery code
		`challenge(?:"|&#34;):(?:"|&#34;)[\w-]{43}`,       // a question for a passkey
		`\bid(?:"|&#34;):(?:"|&#34;)[\w-]{22}(?:"|&#34;)`, // whom a passkey is for, who may have just signed up
	}, "|"))
	cookie = regexp.MustCompile(`(Set-Cookie: flash=)[^;]+`)
	length = regexp.MustCompile(`Content-Length: \d+\n`)
)

// Known are the ids and tokens that a census holds.
func Known(c census.Census) map[string]bool {
	known := map[string]bool{}
	for _, r := range c {
		for _, text := range drawn.FindAllString(r.JSON, -1) {
			known[text] = true
		}
	}
	return known
}

// Names gives what was drawn at random while a program ran, ids and tokens, names in the order of their appearance, so that two runs
// can be compared. What was known before keeps its own.
type Names struct {
	known map[string]bool
	given map[string]string
	Drawn []string // in the order of their names
}

// NewNames has given none yet.
func NewNames(known map[string]bool) *Names { return &Names{known: known, given: map[string]string{}} }

// Plain is the text with names for what was drawn.
func (n *Names) Plain(text string) string {
	text = cookie.ReplaceAllString(text, "$1(below)")
	return drawn.ReplaceAllStringFunc(text, func(found string) string {
		if n.known[found] {
			return found
		}
		if n.given[found] == "" {
			n.Drawn = append(n.Drawn, found)
			n.given[found] = fmt.Sprintf("<drawn %d>", len(n.Drawn))
		}
		return n.given[found]
	})
}

// without is the text with a placeholder for what was asked with, however it is written there.
func without(text, asked string) string {
	for _, written := range []string{url.QueryEscape(url.PathEscape(asked)), url.PathEscape(asked), url.QueryEscape(asked), html.EscapeString(asked), asked} {
		text = strings.ReplaceAll(text, written, "<asked>")
	}
	return text
}

// difference is where two texts differ first, in words; "" when they do not.
func difference(a, b string) string {
	first, second := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range max(len(first), len(second)) {
		var x, y string
		if i < len(first) {
			x = first[i]
		}
		if i < len(second) {
			y = second[i]
		}
		if x != y {
			start := 0
			for start < min(len(x), len(y)) && x[start] == y[start] {
				start++
			}
			start = max(0, start-60)
			return fmt.Sprintf("%q, not %q", clip(x[start:]), clip(y[start:]))
		}
	}
	return ""
}

func clip(text string) string {
	const enough = 200
	return text[:min(len(text), enough)]
}
