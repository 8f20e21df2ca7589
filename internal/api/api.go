// Package api is the JSON interface for programs: handlers by noun. routes.go is the table of all of them.
//
// A request is let in by an API key and nothing else: no cookie counts, and no other site's page can send one.
package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"math"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"craftplan/internal/apikeys"
	"craftplan/internal/audit"
	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/httpkit"
	"craftplan/internal/organizations"
	"craftplan/internal/origin"
	"craftplan/internal/store"
)

// Config is what the API is made of.
type Config struct {
	Store    *store.Store
	Log      *slog.Logger
	Answered httpkit.Answered // is told of each request; may be nil
	HTTPS    bool
	Hasty    bool // no limit on requests: for tests and benchmarks
}

// API answers programs.
type API struct {
	Config
	requests *httpkit.Limiter
}

// A key has this many requests at once, and one more each interval.
const (
	burst = 60
	every = 100 * time.Millisecond
)

// New makes the handler of all addresses below Prefix.
func New(c Config) http.Handler {
	a := &API{Config: c, requests: httpkit.NewLimiter(burst, every)}
	mux := http.NewServeMux()
	for _, route := range Routes() {
		mux.Handle(route.Method+" "+route.Pattern, a.handle(route))
	}
	return httpkit.Log(httpkit.Secure(a.orNothing(mux), c.HTTPS), c.Log, c.Answered, func(w http.ResponseWriter, r *http.Request) {
		a.fail(&Request{Request: r, w: w, api: a}, errors.New("panic"))
	})
}

// orNothing answers in JSON too where there is no address, or not with this method.
func (a *API) orNothing(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, pattern := mux.Handler(r); pattern != "" {
			mux.ServeHTTP(w, r)
			return
		}
		var allowed []string
		for _, method := range []string{"GET", "POST", "PATCH"} {
			other := r.Clone(r.Context())
			other.Method = method
			if _, pattern := mux.Handler(other); pattern != "" {
				allowed = append(allowed, method)
			}
		}
		q := &Request{Request: r, w: w, api: a}
		if len(allowed) == 0 {
			a.fail(q, fault.NotFound("address"))
			return
		}
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		q.problem(http.StatusMethodNotAllowed, "This address takes "+strings.Join(allowed, " and ")+".", nil)
	})
}

func (a *API) handle(route Route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := &Request{Request: r, w: w, api: a}
		origin.Of(r.Context()).Route = route.Pattern
		if err := a.serve(q, route); err != nil {
			a.fail(q, err)
		}
	})
}

const (
	suspended = "This organization is suspended."
	closed    = "The API is closed for this organization."
)

func (a *API) serve(q *Request, route Route) error {
	slug := q.PathValue("organization")
	if !httpkit.Readable(slug) {
		slug = "" // nobody's, like one that does not exist
	}
	opened, err := apikeys.Authenticate(q.Context(), a.Store, slug, bearer(q.Request))
	if err != nil {
		return err
	}
	q.Key, q.Organization, q.scope = opened.Key, opened.Organization, opened.Scope
	program, _, _ := strings.Cut(q.UserAgent(), "/")
	q.Request = q.WithContext(audit.From(q.Context(), audit.Origin{Channel: audit.API, Address: httpkit.ClientAddress(q.Request), Agent: program, Via: q.Key.Name}))
	o := origin.Of(q.Context())
	o.Organization, o.Slug, o.User, o.Key = q.Organization.ID.String(), q.Organization.Slug, q.Key.CreatedBy.String(), q.Key.ID.String()
	if err := a.count(q); err != nil {
		return err
	}
	switch {
	case q.Organization.Status != organizations.Active:
		return fault.Forbidden(suspended)
	case !q.Organization.Features.On(organizations.API):
		return fault.Forbidden(closed)
	case q.Organization.Slug != q.PathValue("organization"):
		return q.moved()
	}
	if route.Permission != "" {
		if err := q.Actor().Require(route.Permission); err != nil {
			return err
		}
	}
	if err := q.readable(); err != nil {
		return err
	}
	return route.Handler(q)
}

// readable refuses an address that no database can hold.
func (q *Request) readable() error {
	if !httpkit.Readable(q.URL.Path) {
		return fault.NotFound("address")
	}
	for name, texts := range q.URL.Query() {
		if !httpkit.Readable(append(texts, name)...) {
			return fault.Invalid("query", "The parameters were not understood. Send UTF-8 without NUL characters.")
		}
	}
	return nil
}

// bearer is the key of a request; "" when it has none, or several.
func bearer(r *http.Request) string {
	values := r.Header.Values("Authorization")
	if len(values) != 1 {
		return ""
	}
	scheme, secret, _ := strings.Cut(values[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return secret
}

// count takes one of the requests that the key has.
func (a *API) count(q *Request) error {
	if a.Hasty {
		return nil
	}
	if wait := a.requests.Take(q.Key.ID.String()); wait > 0 {
		q.w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
		return fault.RateLimited("The key has sent too many requests. Wait, then go on more slowly.")
	}
	return nil
}

// Request is a request that a key was let in with.
type Request struct {
	*http.Request
	w   http.ResponseWriter
	api *API

	Key          apikeys.Key
	Organization organizations.Organization
	scope        store.Scope
}

// Actor is the maker of the key, through it.
func (q *Request) Actor() authz.Actor { return q.scope.Actor() }

// View reads in the request's organization.
func (q *Request) View(fn func(*store.Tx) error) error {
	return q.api.Store.View(q.Context(), q.scope, fn)
}

// Update changes the request's organization.
func (q *Request) Update(fn func(*store.Tx) error) error {
	return q.api.Store.Update(q.Context(), q.scope, fn)
}

// path is an address below the request's organization; each segment is escaped.
func (q *Request) path(segments ...string) string {
	address := Prefix + "v1/" + q.Organization.Slug
	for _, s := range segments {
		address += "/" + url.PathEscape(s)
	}
	return address
}

// moved sends who asked by a former slug to the present one, with method and body.
func (q *Request) moved() error {
	rest := strings.SplitN(strings.TrimPrefix(q.URL.EscapedPath(), "/"), "/", 4)[3:]
	target := strings.Join(append([]string{q.path()}, rest...), "/")
	if q.URL.RawQuery != "" {
		target += "?" + q.URL.RawQuery
	}
	q.w.Header().Set("Location", target)
	q.w.WriteHeader(http.StatusPermanentRedirect)
	return nil
}

// answer writes a value as JSON, whole or not at all.
func (q *Request) answer(status int, value any) error {
	var b bytes.Buffer
	if err := json.NewEncoder(&b).Encode(value); err != nil {
		return err
	}
	q.send(status, "application/json", b.Bytes())
	return nil
}

func (q *Request) send(status int, mediaType string, body []byte) {
	q.w.Header().Set("Content-Type", mediaType)
	q.w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	q.w.WriteHeader(status)
	if _, err := q.w.Write(body); err != nil {
		q.api.Log.Debug("write answer", "error", err) // whoever asked is gone
	}
}

const maxBody = 1 << 20 // bytes

var (
	errMediaType = errors.New("media type")
	errTooLarge  = errors.New("too large")
)

// body reads what was sent, which must be JSON.
func (q *Request) body() ([]byte, error) {
	mediaType, _, err := mime.ParseMediaType(q.Header.Get("Content-Type"))
	if err != nil || mediaType != "application/json" {
		return nil, errMediaType
	}
	body, err := io.ReadAll(http.MaxBytesReader(q.w, q.Body, maxBody))
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return nil, errTooLarge
	}
	if err == nil && (!httpkit.Readable(string(body)) || nul.Match(body)) {
		err = fault.Invalid("body", "The body was not understood. Send UTF-8 without NUL characters.")
	}
	return body, err
}

// nul is how JSON writes the character that no database keeps, behind an even number of backslashes.
var nul = regexp.MustCompile(`(?:^|[^\\])(?:\\\\)*\\u0000`)

// decode reads one JSON value into what is there already: what it does not name stays. A name that does not exist is refused.
func decode(body []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if err == nil && d.More() {
		err = errors.New("one value is enough")
	}
	if err != nil {
		return fault.Invalid("body", "The body was not understood: "+strings.TrimPrefix(err.Error(), "json: ")+".")
	}
	return nil
}
