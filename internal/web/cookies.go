package web

import (
	"encoding/base64"
	"net/http"
	"strings"

	"craftplan/internal/web/ui"
)

const sessionSeconds = 30 * 24 * 60 * 60

// cookieName is the session's.
func (s *Site) cookieName() string { return s.bound("session") }

// bound is a name with __Host- in front with TLS, which binds the cookie to this host alone; browsers refuse the prefix without.
func (s *Site) bound(name string) string {
	if s.HTTPS {
		return "__Host-" + name
	}
	return name
}

func (s *Site) setSession(w http.ResponseWriter, token string) {
	s.setToken(w, s.cookieName(), token, sessionSeconds)
}

// setToken gives the browser a token that no script can read; an empty one ends it.
func (s *Site) setToken(w http.ResponseWriter, name, token string, age int) {
	if token == "" {
		age = -1
	}
	http.SetCookie(w, &http.Cookie{Name: name, Value: token, Path: "/", MaxAge: age, HttpOnly: true, Secure: s.HTTPS, SameSite: http.SameSiteLaxMode})
}

// What is under way on a browser: each has a token, which is of no use on another one.
const (
	stepCookie      = "step"      // a sign-in that waits for its second step
	passkeyCookie   = "passkey"   // a question for a passkey
	enrolmentCookie = "enrolment" // a factor that is being added

	underWaySeconds = 15 * 60 // at most; the tokens themselves end sooner
)

func (q *Request) keep(name, token string) {
	q.site.setToken(q.w, q.site.bound(name), token, underWaySeconds)
}

func (q *Request) release(names ...string) {
	for _, name := range names {
		q.site.setToken(q.w, q.site.bound(name), "", 0)
	}
}

// kept is a token that was kept; "" when none was.
func (q *Request) kept(name string) string {
	cookie, err := q.Cookie(q.site.bound(name))
	if err != nil {
		return ""
	}
	return cookie.Value
}

const flashCookie = "flash"

// badMark stands before a message about something that did not work.
const badMark = "!"

func setFlash(w http.ResponseWriter, f ui.Flash, https bool) {
	message := f.Message
	if f.Bad {
		message = badMark + message
	}
	http.SetCookie(w, &http.Cookie{Name: flashCookie, Value: base64.RawURLEncoding.EncodeToString([]byte(message)), Path: "/", MaxAge: 60, HttpOnly: true, Secure: https, SameSite: http.SameSiteLaxMode})
}

// takeFlash reads the message for this page and forgets it.
func takeFlash(w http.ResponseWriter, r *http.Request) []ui.Flash {
	cookie, err := r.Cookie(flashCookie)
	if err != nil {
		return nil
	}
	http.SetCookie(w, &http.Cookie{Name: flashCookie, Path: "/", MaxAge: -1})
	message, err := base64.RawURLEncoding.DecodeString(cookie.Value)
	if err != nil || len(message) == 0 {
		return nil
	}
	text, bad := strings.CutPrefix(string(message), badMark)
	return []ui.Flash{{Message: text, Bad: bad}}
}

// theme is the person's choice; "" follows the system.
func theme(r *http.Request) string {
	cookie, err := r.Cookie("theme")
	if err == nil && (cookie.Value == "craft" || cookie.Value == "craft-dark") {
		return cookie.Value
	}
	return ""
}

const lastCookie = "organization"

// remember keeps the slug of the organization somebody works in, for their next sign-in on this browser.
func (q *Request) remember() {
	slug := q.Member.Organization.Slug
	if cookie, err := q.Cookie(lastCookie); err == nil && cookie.Value == slug {
		return
	}
	http.SetCookie(q.w, &http.Cookie{Name: lastCookie, Value: slug, Path: "/", MaxAge: 365 * 24 * 60 * 60, HttpOnly: true, Secure: q.site.HTTPS, SameSite: http.SameSiteLaxMode})
}

// last is the slug that was remembered; "" when none was.
func (q *Request) last() string {
	cookie, err := q.Cookie(lastCookie)
	if err != nil {
		return ""
	}
	return cookie.Value
}
