package web

import (
	"encoding/base64"
	"net/http"
	"strings"

	"craftplan/internal/web/ui"
)

const sessionSeconds = 30 * 24 * 60 * 60

// cookieName is __Host- with TLS, which binds the cookie to this host alone; browsers refuse the prefix without.
func (s *Site) cookieName() string {
	if s.HTTPS {
		return "__Host-session"
	}
	return "session"
}

func (s *Site) setSession(w http.ResponseWriter, token string) {
	age := sessionSeconds
	if token == "" {
		age = -1
	}
	http.SetCookie(w, &http.Cookie{Name: s.cookieName(), Value: token, Path: "/", MaxAge: age, HttpOnly: true, Secure: s.HTTPS, SameSite: http.SameSiteLaxMode})
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
