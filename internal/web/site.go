// Package web is the pages: handlers and templates, by noun. routes.go is the table of all of them.
package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"craftplan/internal/accounts"
	"craftplan/internal/audit"
	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/files"
	"craftplan/internal/httpkit"
	"craftplan/internal/importing"
	"craftplan/internal/mail"
	"craftplan/internal/organizations"
	"craftplan/internal/origin"
	"craftplan/internal/sso"
	"craftplan/internal/store"
	"craftplan/internal/takeout"
	"craftplan/internal/web/assets"
	"craftplan/internal/web/ui"
)

// Config is what the site is made of.
type Config struct {
	Store     *store.Store
	Log       *slog.Logger
	Answered  httpkit.Answered     // is told of each request; may be nil
	HTTPS     bool                 // people reach it over TLS
	Bootstrap []organizations.Step // what a new organization is given
	Host      string               // shown before a slug: craftplan.example/
	Demo      []DemoUser           // offered at sign-in by the demo
	Hasty     bool                 // no limit on attempts: for tests and benchmarks
	Mail      *mail.Mailer
	Mailbox   Mailbox
	Files     *files.Library
	SSO       *sso.Desk
	Imports   *importing.Desk
	Takeouts  *takeout.Office
}

// DemoUser is a person of the demo.
type DemoUser struct {
	Email string `json:"email"`
	About string `json:"about"`
}

// Site answers requests.
type Site struct {
	Config
	signIn, signUp, mails, providers, codes, questions *httpkit.Limiter

	passkeys accounts.Passkeys
	few      chan struct{} // one for each picture that is being decoded
}

// New makes the handler of all pages.
func New(c Config) http.Handler {
	s := &Site{Config: c, signIn: httpkit.NewLimiter(10, 30*time.Second), signUp: httpkit.NewLimiter(10, time.Minute), mails: httpkit.NewLimiter(5, 5*time.Minute), providers: httpkit.NewLimiter(30, 2*time.Second),
		codes: httpkit.NewLimiter(10, 5*time.Minute), questions: httpkit.NewLimiter(60, time.Second), passkeys: accounts.NewPasskeys(c.base()), few: make(chan struct{}, fewPictures)}
	public, inside := http.NewServeMux(), http.NewServeMux()
	public.Handle("GET "+assets.Prefix, assets.Handler())
	public.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { plain(w, http.StatusOK, "ok\n") })
	public.HandleFunc("GET /readyz", s.ready)
	for _, route := range Routes() {
		mux := public
		if route.Access == Members {
			mux = inside
		}
		mux.Handle(route.Method+" "+route.Pattern, s.handle(route))
	}
	nothing := s.handle(Route{Access: Anyone, Handler: func(*Request) error { return fault.NotFound("page") }})
	public.Handle("/", nothing)
	inside.Handle("/", nothing)
	protected := http.NewCrossOriginProtection()
	protected.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.fail(&Request{Request: r, w: w, site: s}, fault.Forbidden("This form was sent from another site."))
	}))
	return httpkit.Log(httpkit.Secure(protected.Handler(bySegment(public, inside)), c.HTTPS), c.Log, c.Answered, func(w http.ResponseWriter, r *http.Request) {
		s.fail(&Request{Request: r, w: w, site: s}, errPanic)
	})
}

// bySegment sends what no slug can be to the public pages, and the rest inside organizations. In one mux the patterns of the two
// would clash: a slug matches every first segment.
func bySegment(public, inside http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		if first == "" || slices.Contains(organizations.Reserved, first) {
			public.ServeHTTP(w, r)
			return
		}
		inside.ServeHTTP(w, r)
	})
}

// base is the address people reach the site by.
func (c Config) base() string {
	if c.HTTPS {
		return "https://" + c.Host
	}
	return "http://" + c.Host
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text))
}

func (s *Site) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	if err := s.Store.Ping(ctx); err != nil {
		plain(w, http.StatusServiceUnavailable, "the database does not answer\n")
		return
	}
	plain(w, http.StatusOK, "ready\n")
}

// handle is what happens around every handler: who asks, what they may open, and what an error looks like.
func (s *Site) handle(route Route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from := audit.Origin{Channel: audit.Web, Address: httpkit.ClientAddress(r), Agent: device(r.UserAgent())}
		q := &Request{Request: r.WithContext(audit.From(r.Context(), from)), w: w, site: s}
		origin.Of(r.Context()).Route = route.Pattern
		if err := s.serve(q, route); err != nil {
			s.fail(q, err)
		}
	})
}

// errNobody is a mistake of ours: a route that does not say who reaches it.
var errNobody = errors.New("a route of nobody")

const maxForm = 1 << 20 // bytes of a form

func (s *Site) serve(q *Request, route Route) error {
	if err := s.identify(q); err != nil {
		return err
	}
	if route.Access != Members && q.session.Only != nil {
		q.User = nil // whom an organization's provider vouched for is nobody outside of it
	}
	switch route.Access {
	case Anyone:
	case Operators:
		if admitted, err := s.Mailbox.admit(q); !admitted {
			return err
		}
	case People, Members:
		if q.User == nil {
			return s.askToSignIn(q)
		}
	default:
		return errNobody
	}
	if route.Access == Members {
		if err := s.resolve(q); err != nil {
			return err
		}
		if current := q.Member.Organization.Slug; current != q.PathValue("organization") {
			return q.moved(current)
		}
		if q.Member.Organization.SecondFactor && !q.session.Enough(q.Member.Organization.ID) {
			return q.askForMore()
		}
		if err := q.Actor().Require(route.Permission); err != nil {
			return q.explain(err)
		}
		q.remember()
	}
	if err := q.read(route); err != nil {
		return err
	}
	return route.Handler(q)
}

// read reads what was sent, and refuses what no form sends and no database can keep. A handler that takes a file reads the form itself,
// with upload.
func (q *Request) read(route Route) error {
	if !httpkit.Readable(q.URL.Path) {
		return fault.NotFound("page")
	}
	values := q.URL.Query()
	switch {
	case route.Upload > 0:
		q.most = route.Upload
		q.Body = http.MaxBytesReader(q.w, q.Body, 8*route.Upload)
	case q.Method == http.MethodPost:
		q.Body = http.MaxBytesReader(q.w, q.Body, maxForm)
		if err := q.ParseForm(); err != nil {
			return errUnreadable
		}
		values = q.Form
	}
	for name, texts := range values {
		if !httpkit.Readable(append(texts, name)...) {
			return errUnreadable
		}
	}
	return nil
}

var errUnreadable = fault.Invalid("form", "The form could not be read. Go back and try again.")

func (s *Site) identify(q *Request) error {
	cookie, err := q.Cookie(s.cookieName())
	if err != nil {
		return nil //nolint:nilerr // no cookie is no error
	}
	session, err := accounts.Authenticate(q.Context(), s.Store, cookie.Value)
	if fault.Is(err, fault.KindUnauthenticated) {
		return nil
	}
	if err != nil {
		return err
	}
	q.User, q.session = &session.User, session
	origin.Of(q.Context()).User = session.ID.String()
	return nil
}

// explain says why a suspended organization refuses what the role would allow.
func (q *Request) explain(err error) error {
	switch o := q.Member.Organization; o.Status {
	case organizations.Active:
		return err
	case organizations.Closing:
		return fault.Forbidden(strings.TrimSpace(q.closingWords() + " " + o.Why))
	default:
		return fault.Forbidden(strings.TrimSpace(readOnly + " " + o.Why))
	}
}

// moved sends who asked by an old slug to the present one, with method and form. Only members come this far.
func (q *Request) moved(slug string) error {
	_, rest, _ := strings.Cut(strings.TrimPrefix(q.URL.EscapedPath(), "/"), "/")
	target := "/" + slug + "/" + rest
	if q.URL.RawQuery != "" {
		target += "?" + q.URL.RawQuery
	}
	http.Redirect(q.w, q.Request, target, http.StatusTemporaryRedirect)
	return nil
}

// resolve opens the organization of the path.
func (s *Site) resolve(q *Request) error {
	slug := q.PathValue("organization")
	if !httpkit.Readable(slug) {
		return fault.NotFound("page")
	}
	member, scope, err := organizations.Resolve(q.Context(), s.Store, slug, q.User.ID)
	if err != nil {
		return err
	}
	if only := q.session.Only; only != nil && *only != member.Organization.ID {
		return fault.NotFound("page") // whoever vouched for the person has no say here
	}
	q.Member, q.scope = &member, scope
	o := origin.Of(q.Context())
	o.Organization, o.Slug = member.Organization.ID.String(), member.Organization.Slug
	return nil
}

func (s *Site) askToSignIn(q *Request) error {
	target := "/login"
	if q.Method == http.MethodGet {
		target += "?next=" + url.QueryEscape(q.URL.RequestURI())
	}
	q.Redirect(target)
	return nil
}

// Request is a request and what is known about it.
type Request struct {
	*http.Request
	w    http.ResponseWriter
	site *Site

	User    *accounts.User // nil for anonymous
	session accounts.SignedIn
	Member  *organizations.Membership // nil outside an organization
	scope   store.Scope
	most    int64 // bytes of a file that the route takes
}

// Actor is the member who asks.
func (q *Request) Actor() authz.Actor { return q.scope.Actor() }

// View reads in the request's organization.
func (q *Request) View(fn func(*store.Tx) error) error {
	return q.site.Store.View(q.Context(), q.scope, fn)
}

// Update changes the request's organization.
func (q *Request) Update(fn func(*store.Tx) error) error {
	return q.site.Store.Update(q.Context(), q.scope, fn)
}

// memberships are the organizations that the person may open in this session.
func (q *Request) memberships() ([]organizations.Membership, error) {
	all, err := organizations.OfUser(q.Context(), q.site.Store, q.session.ID)
	if only := q.session.Only; only != nil {
		all = slices.DeleteFunc(all, func(m organizations.Membership) bool { return m.Organization.ID != *only })
	}
	return all, err
}

// Path is an address inside the request's organization; each segment is escaped.
func (q *Request) Path(segments ...string) string {
	return organizations.Path(q.Member.Organization.Slug, segments...)
}

// Redirect sends the browser on with GET.
func (q *Request) Redirect(target string) {
	http.Redirect(q.w, q.Request, target, http.StatusSeeOther)
}

// Done says what was done on the page it goes on to.
func (q *Request) Done(message, target string) error {
	setFlash(q.w, ui.Flash{Message: message}, q.site.HTTPS)
	q.Redirect(target)
	return nil
}

// Refused says on the page it goes on to why something could not be done.
func (q *Request) Refused(err error, target string) error {
	setFlash(q.w, ui.Flash{Message: fault.MessageOf(err), Bad: true}, q.site.HTTPS)
	q.Redirect(target)
	return nil
}

// Render writes a page inside the organization.
func (q *Request) Render(status int, title, active string, body templ.Component) error {
	shell, err := q.shell(title, active)
	if err != nil {
		return err
	}
	return q.write(status, inShell(shell, body))
}

// write renders the whole page before it sends the first byte: what fails halfway becomes an error page, not half a page.
func (q *Request) write(status int, page templ.Component) error {
	buffer := templ.GetBuffer()
	defer templ.ReleaseBuffer(buffer)
	if err := page.Render(q.Context(), buffer); err != nil {
		return err
	}
	q.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	q.w.Header().Set("Content-Length", strconv.Itoa(buffer.Len()))
	q.w.WriteHeader(status)
	_, err := q.w.Write(buffer.Bytes())
	if err != nil {
		q.site.Log.Debug("write page", "error", err) // whoever asked is gone
	}
	return nil
}
