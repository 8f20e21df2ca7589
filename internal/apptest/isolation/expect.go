package isolation

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"

	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/organizations"
)

// Standing is what an actor is to an organization at a moment.
type Standing struct {
	SignedIn  bool
	Elsewhere bool // the session is for another organization alone
	Bound     bool // the session is for one organization alone
	Operator  bool
	Member    bool // who may come in now
	Role      authz.Role
	Status    organizations.Status
	Moved     bool // the slug in the path is a former one
	Blind     bool // does not see what things cost
	Weak      bool // the organization asks for two factors, and the session began with one
	// Keyed is a program whose key opens the organization now: then Role is that of who made it, and Scopes are the key's.
	Keyed  bool
	Scopes []authz.Permission
}

// Reply is a kind of answer.
type Reply string

// The kinds.
const (
	Open      Reply = "open"          // the handler answers
	AskSignIn Reply = "sign in first" // the same for every path
	Nothing   Reply = "nothing there" // as for an organization that does not exist
	Forbidden Reply = "forbidden"     // the role does not allow it
	More      Reply = "asked for a second factor"
	Withheld  Reply = "open, but for what things cost"
	Redirect  Reply = "moved to the present slug"
)

// Expect is how a route answers somebody, by its entry in the table alone.
func Expect(r Route, s Standing) Reply {
	switch r.Access {
	case Operators:
		if !s.Operator {
			return Nothing
		}
	case People:
		if !s.SignedIn || s.Bound {
			return AskSignIn
		}
	case Members:
		switch {
		case !s.SignedIn:
			return AskSignIn
		case !s.Member || s.Elsewhere:
			return Nothing
		case s.Moved:
			return Redirect
		case s.Weak:
			return More
		}
		actor := authz.Actor{Role: s.Role, CostsHidden: s.Blind}
		if s.Status != organizations.Active {
			actor = actor.Resting()
		}
		if actor.Require(r.Permission) != nil {
			return Forbidden
		}
		if s.Blind {
			return Withheld
		}
	case Programs:
		switch {
		case !s.Keyed:
			return AskSignIn
		case s.Status != organizations.Active:
			return Forbidden
		case s.Moved:
			return Redirect
		case r.Permission != "" && (authz.Actor{Role: s.Role}).Through(s.Scopes).Require(r.Permission) != nil:
			return Forbidden
		}
	}
	return Open
}

// StandingOf reads from the database, past the program, what an actor is to the organization that holds a slug.
func (w *World) StandingOf(ctx context.Context, a *Actor, slug string) (s Standing, err error) {
	_, s.Operator = a.Cookies["mailbox"]
	if strings.ContainsRune(slug, 0) || !utf8.ValidString(slug) {
		slug = "" // no database holds such a text
	}
	if a.Key != "" {
		return w.keyed(ctx, a.Key, slug)
	}
	session := a.Cookies["session"]
	if session == "" {
		return s, nil
	}
	row, err := w.Column(ctx, `SELECT factors || ' ' || COALESCE(CAST(only_organization AS text), '-') || ' ' || CAST(user_id AS text) FROM sessions WHERE token_hash = $1`, hash(session))
	if err != nil || len(row) == 0 {
		return s, err
	}
	words := strings.Fields(row[0])
	factors, only, user := words[0], words[1], words[2] // who may be somebody else by now
	s.SignedIn, s.Bound = true, only != "-"
	membership, err := w.Column(ctx, `SELECT m.role || ' ' || m.status || ' ' || o.status || ' ' || o.slug || ' ' || CAST(o.id AS text) || ' ' || CAST(o.second_factor AS text) || ' ' || CAST(m.costs AS text) FROM slugs s JOIN organizations o ON o.id = s.organization_id
		JOIN memberships m ON m.organization_id = o.id WHERE s.slug = $1 AND CAST(m.user_id AS text) = $2`, slug, user)
	if err == nil && len(membership) == 0 || err == nil && strings.Contains(membership[0], " removed ") {
		membership, err = w.supporting(ctx, slug, user)
	}
	if err != nil || len(membership) == 0 {
		return s, err
	}
	var role, standing, status, present, organization, two, costs string
	if _, err := fmt.Sscan(membership[0], &role, &standing, &status, &present, &organization, &two, &costs); err != nil {
		return s, err
	}
	s.Member, s.Role, s.Status, s.Moved = standing == string(organizations.Working), authz.Role(role), organizations.Status(status), present != slug
	s.Elsewhere = s.Bound && only != organization
	s.Blind = !said(costs) && !s.Role.AlwaysSeesCosts()
	s.Weak = said(two) && factors < "2" && only != organization
	return s, nil
}

// supporting is who came in as support, as a member like another, as long as they are let in.
func (w *World) supporting(ctx context.Context, slug, user string) ([]string, error) {
	return w.Column(ctx, `SELECT CASE WHEN o.support_writes THEN 'staff' ELSE 'viewer' END || ' active active ' || o.slug || ' ' || CAST(o.id AS text) || ' ' || CAST(o.second_factor AS text) || ' true' FROM slugs s JOIN organizations o ON o.id = s.organization_id
		JOIN support_events e ON CAST(e.organization AS text) = CAST(o.id AS text) AND e.event = 'entered' AND e.at >= o.support_since JOIN users u ON u.id = e.person
		WHERE s.slug = $1 AND CAST(u.id AS text) = $2 AND u.support AND o.status = 'active' AND o.support_until > $3 LIMIT 1`, slug, user, calendar.At(w.Now()).String())
}

// said is what a database says of a truth.
func said(text string) bool { return text == "true" || text == "1" }

// keyed reads what a program with a key is to the organization that holds a slug.
func (w *World) keyed(ctx context.Context, key, slug string) (s Standing, err error) {
	found, err := w.Column(ctx, `SELECT m.role || ' ' || o.status || ' ' || o.slug || ' ' || k.scopes FROM slugs s JOIN organizations o ON o.id = s.organization_id
		JOIN api_keys k ON k.organization_id = o.id JOIN memberships m ON m.organization_id = o.id AND m.user_id = k.created_by JOIN users u ON u.id = k.created_by
		WHERE s.slug = $1 AND (k.secret_hash = $2 OR k.former_hash = $2 AND k.former_until >= $3) AND k.revoked_at IS NULL AND m.status = 'active' AND u.disabled_at IS NULL`, slug, hash(key), calendar.At(w.Now()).String())
	if err != nil || len(found) == 0 {
		return s, err
	}
	words := strings.Fields(found[0])
	s.Keyed, s.Role, s.Status, s.Moved = true, authz.Role(words[0]), organizations.Status(words[1]), words[2] != slug
	for _, scope := range words[3:] {
		s.Scopes = append(s.Scopes, authz.Permission(scope))
	}
	return s, nil
}

func hash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// wrong says in what an answer is not of the kind that was expected; "" when it is.
func (e Reply) wrong(r Route, answer Answer) string {
	awaited := answer.Status == http.StatusServiceUnavailable && elsewhere[r.Pattern] != ""
	if answer.Status >= http.StatusInternalServerError && !awaited {
		return fmt.Sprintf("the program failed: %d", answer.Status)
	}
	switch {
	case e == Forbidden && answer.Status != http.StatusForbidden:
		return fmt.Sprintf("the role does not allow it, and the answer is %d", answer.Status)
	case e == More && answer.Status != http.StatusForbidden:
		return fmt.Sprintf("a second factor is missing, and the answer is %d", answer.Status)
	case e == Redirect && answer.Status != r.transport().Moved:
		return fmt.Sprintf("the slug is a former one, and the answer is %d", answer.Status)
	case e == AskSignIn && answer.Status != r.transport().SignIn:
		return fmt.Sprintf("nobody is signed in, and the answer is %d", answer.Status)
	case e == Nothing && answer.Status != http.StatusNotFound:
		return fmt.Sprintf("there is nothing for them, and the answer is %d", answer.Status)
	case e == Open && (answer.Status == http.StatusUnauthorized && !strings.HasPrefix(r.Pattern, "/login") || answer.Status == http.StatusForbidden && r.Access != Anyone):
		return fmt.Sprintf("they may, and the answer is %d", answer.Status)
	}
	return ""
}
