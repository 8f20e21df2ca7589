package isolation

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"craftplan/internal/api"
	"craftplan/internal/authz"
	"craftplan/internal/web"
)

// Access says who reaches a route at all; the web's own words, and one more.
type Access string

// The kinds of access.
const (
	Anyone    = Access(web.Anyone)
	People    = Access(web.People)
	Members   = Access(web.Members)
	Operators = Access(web.Operators)
	Programs  = Access("programs") // with a key of the organization in the path
)

// Route is an entry of a transport's table.
type Route struct {
	Transport       string
	Method, Pattern string
	Access          Access
	Permission      authz.Permission // needed by Members and Programs; "" is none
}

func (r Route) String() string { return r.Method + " " + r.Pattern }

// Changes tells whether the method may change something.
func (r Route) Changes() bool { return r.Method != http.MethodGet && r.Method != http.MethodHead }

// Transport is one way into the program: a package that answers requests.
type Transport struct {
	Name   string
	Routes func() []Route
	SignIn int // the status of the answer to somebody who must sign in first
	Moved  int // that of the answer to who asks by a former slug
}

// Transports are all of them. A package that answers requests and is not among them fails the build.
var Transports = []Transport{
	{"web", webRoutes, http.StatusSeeOther, http.StatusTemporaryRedirect},
	{"api", apiRoutes, http.StatusUnauthorized, http.StatusPermanentRedirect},
}

func webRoutes() (all []Route) {
	for _, r := range web.Routes() {
		all = append(all, Route{"web", r.Method, r.Pattern, Access(r.Access), r.Permission})
	}
	return all
}

func apiRoutes() (all []Route) {
	for _, r := range api.Routes() {
		all = append(all, Route{"api", r.Method, r.Pattern, Programs, r.Permission})
	}
	return all
}

// inside tells whether what is asked for is an organization's.
func (r Route) inside() bool { return r.Access == Members || r.Access == Programs }

// elsewhere are patterns that answer well only to what no form could be filled with, each with where that is proved. They are asked all
// the same.
var elsewhere = map[string]string{
	"/login/sso":                         "sends people to a provider: internal/sso has one in its tests",
	"/login/sso/callback/{organization}": "takes a provider's signed answer: internal/sso has one in its tests",
	"/login/sso/connection/{token}":      "its link is mailed after a provider's answer: internal/sso has one in its tests",
	"/login/sso/sent":                    "is shown after that mail",
	"/{organization}/settings/members/{user}/disconnection":      "ends what a provider's signed answer made: internal/sso has one in its tests",
	"/{organization}/settings/sign-in/test":                      "asks the provider: internal/sso has one in its tests",
	"/{organization}/settings/export/{takeout}/stop":             "ends what a job is about: internal/web has it in its tests",
	"/{organization}/settings/organization/closing/cancellation": "takes back what an owner began: internal/web has it in its tests",
	"/support":                            "is there for who belongs to the support: internal/web has them in its tests",
	"/support/{helped}/entry":             "lets in who belongs to the support: internal/web has them in its tests",
	"/login/passkey":                      "takes a device's signed answer: internal/web has one in its tests",
	"/login/second/passkey":               "takes a device's signed answer: internal/web has one in its tests",
	"/account/passkeys/creation":          "takes a device's signed answer: internal/web has one in its tests",
	"/login/second":                       "takes the code of an app: internal/web has one in its tests",
	"/account/authenticator/confirmation": "takes the code of an app: internal/web has one in its tests",
}

// Routes are those of all transports.
func Routes() (all []Route) {
	for _, t := range Transports {
		all = append(all, t.Routes()...)
	}
	return all
}

// transport is the one that a route belongs to.
func (r Route) transport() Transport {
	i := slices.IndexFunc(Transports, func(t Transport) bool { return t.Name == r.Transport })
	return Transports[i]
}

// Hole is a part of a pattern that a request fills in.
type Hole struct {
	Name string // such as sku
	Kind string // what it names; see kinds.go
}

var holeForm = regexp.MustCompile(`(?:([a-z]+)/)?\{([a-z]+)\}`)

// organizationHole is filled with a slug.
const organizationHole = "organization"

// Holes are those of the pattern, in order, without that of the organization. The kind is "" when kinds.go does not know it.
func (r Route) Holes() (holes []Hole) {
	for _, m := range holeForm.FindAllStringSubmatch(r.Pattern, -1) {
		if m[2] != organizationHole {
			_, rest, _ := strings.Cut(r.Pattern, "{"+m[2]+"}")
			kind, special := holeKinds[m[1]+"/"+m[2]+rest]
			if !special {
				kind = holeKinds[m[1]+"/"+m[2]]
			}
			holes = append(holes, Hole{m[2], kind})
		}
	}
	return holes
}

// Fill makes a path of the pattern. What a hole is filled with is escaped: it is one segment, whatever is in it.
func (r Route) Fill(slug string, values map[string]string) string {
	path := strings.TrimSuffix(r.Pattern, "{$}")
	path = strings.Replace(path, "{"+organizationHole+"}", url.PathEscape(slug), 1)
	for name, value := range values {
		path = strings.Replace(path, "{"+name+"}", url.PathEscape(value), 1)
	}
	return path
}

// match finds the route of a path and what its holes hold.
func match(routes []Route, method, path string) (Route, map[string]string, bool) {
	segments := strings.Split(strings.TrimPrefix(path, "/"), "/")
	var best Route
	var values map[string]string
	for _, r := range routes {
		if r.Method != method {
			continue
		}
		if v, ok := r.fits(segments); ok && (values == nil || len(v) < len(values)) { // a word is more exact than a hole
			best, values = r, v
		}
	}
	return best, values, values != nil
}

func (r Route) fits(segments []string) (map[string]string, bool) {
	pattern := strings.Split(strings.TrimSuffix(strings.TrimPrefix(r.Pattern, "/"), "{$}"), "/")
	if len(pattern) != len(segments) {
		return nil, false
	}
	values := map[string]string{}
	for i, p := range pattern {
		text, err := url.PathUnescape(segments[i])
		if err != nil {
			return nil, false
		}
		if name, ok := strings.CutPrefix(p, "{"); ok {
			values[strings.TrimSuffix(name, "}")] = text
		} else if p != text {
			return nil, false
		}
	}
	return values, true
}
