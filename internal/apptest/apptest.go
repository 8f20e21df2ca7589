// Package apptest starts the real application for tests: the demo's organizations on either database, on a free port, with
// clients that are signed in.
package apptest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"craftplan/internal/accounts"
	"craftplan/internal/app"
	"craftplan/internal/apptest/postbox"
	"craftplan/internal/apptest/provider"
	"craftplan/internal/demo"
	"craftplan/internal/files"
	"craftplan/internal/mail"
	"craftplan/internal/outbound"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
	"craftplan/internal/web"
)

// App is a running application.
type App struct {
	DB    *storetest.DB
	URL   string
	Files string       // the folder of uploaded files
	Post  *postbox.Box // where mails arrive; nil without a mail server

	program *app.App
}

// Each runs the test against the application on both databases.
func Each(t *testing.T, test func(t *testing.T, a *App)) {
	t.Helper()
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			test(t, New(t, engine))
		})
	}
}

var demonstration = storetest.Filled(demo.Seed)

// New is the application with the demo's data on one engine, without limits on attempts unless a change of the options sets them.
func New(t testing.TB, engine store.Engine, changes ...func(*app.Options)) *App {
	t.Helper()
	return start(t, demonstration.New(t, engine), changes...)
}

// Traced is New with spans of every request, statement and job, for telemetry.TraceTo.
func Traced(t testing.TB, engine store.Engine, changes ...func(*app.Options)) *App {
	t.Helper()
	return start(t, demonstration.NewWith(t, engine, store.Options{Traced: true}), append(changes, func(o *app.Options) { o.Traced = 1 })...)
}

// Empty is an installation on its first day.
func Empty(t testing.TB, engine store.Engine) *App {
	t.Helper()
	return start(t, storetest.New(t, engine))
}

func start(t testing.TB, db *storetest.DB, changes ...func(*app.Options)) *App {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	folder := t.TempDir()
	contents, err := files.OpenDirectory(folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { contents.Close() })
	o := app.Options{Store: db.Store, Log: slog.New(slog.DiscardHandler), Host: host, Hasty: true, Files: contents}
	for _, change := range changes {
		change(&o)
	}
	switch address := server.Listener.Addr().String(); o.Host {
	case "":
		o.Host = address
	case localhost:
		o.Host = strings.Replace(address, "127.0.0.1", localhost, 1)
	}
	program, err := app.New(o)
	if err != nil {
		t.Fatal(err)
	}
	server.Config.Handler = program
	server.Start()
	t.Cleanup(server.Close)
	a := &App{DB: db, URL: server.URL, Files: folder, program: program}
	if o.Host != host {
		a.URL = "http://" + o.Host
	}
	return a
}

const host = "craftplan.example"

const localhost = "localhost"

// OnLocalhost is the address where browsers keep passkeys without TLS.
func OnLocalhost(o *app.Options) { o.Host = localhost }

// Limited sets the limits on attempts.
func Limited(o *app.Options) { o.Hasty = false }

// AtItsAddress makes the links that the application gives out lead to it, for a browser that follows them.
func AtItsAddress(o *app.Options) { o.Host = "" }

// Reaching lets organizations name a provider of this machine.
func Reaching(p *provider.Provider) func(*app.Options) {
	return func(o *app.Options) { o.Reach = outbound.Reach{Private: true, Roots: p.Roots} }
}

// Mailing is New with a mail server and jobs being worked.
func Mailing(t testing.TB, engine store.Engine, changes ...func(*app.Options)) *App {
	t.Helper()
	box := postbox.Open(t)
	a := New(t, engine, append(changes, MailsTo(box))...)
	a.Post = box
	a.Work(t)
	return a
}

// MailsTo lets a program send its mails to a box.
func MailsTo(box *postbox.Box) func(*app.Options) {
	return func(o *app.Options) {
		o.Mail.Server, o.Mail.Roots = mail.Server{Host: box.Host, Port: box.Port, Security: mail.STARTTLS}, box.Roots
	}
}

// EachMailing runs the test against the application with a mail server on both databases.
func EachMailing(t *testing.T, test func(t *testing.T, a *App)) {
	t.Helper()
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			test(t, Mailing(t, engine))
		})
	}
}

// Operator is what the host's own address answers.
func (a *App) Operator() http.Handler { return a.program.Operator() }

// Work works jobs until the test ends.
func (a *App) Work(t testing.TB) {
	t.Helper()
	stop, err := a.program.Work(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
}

// SignUp makes an organization as a newcomer does, with the link that is mailed, and returns where that leads.
func (a *App) SignUp(c *Client, form url.Values) (target string) {
	c.t.Helper()
	if p := c.Post("/register", form); p.Location != "/register/sent" {
		c.t.Fatalf("sign-up: %d to %q: %s", p.Status, p.Location, p.Text("[role=alert]"))
	}
	link := a.Mailed(form.Get("email"), "Confirm your address")
	if p := c.Get(link); p.Status != http.StatusOK {
		c.t.Fatalf("the link: %d", p.Status)
	}
	return c.Post(link, nil).Location
}

// Mailed is the path of the link in the next mail to somebody about something.
func (a *App) Mailed(to, about string) string { return Inside(a.Post.Wait(to, about).Link()) }

// Inside is the path of a link to the application.
func Inside(link string) string {
	for _, base := range []string{"http://" + host, "http://127.0.0.1:", "http://" + localhost + ":"} {
		if rest, found := strings.CutPrefix(link, base); found {
			return rest[strings.Index(rest, "/"):]
		}
	}
	return link
}

// Client is a browser without scripts: it keeps cookies and does not follow redirects.
type Client struct {
	app  *App
	http *http.Client
	t    testing.TB
}

// Anonymous is a client that is not signed in.
func (a *App) Anonymous(t testing.TB) *Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &Client{a, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, t}
}

// As is a client signed in as a person of the demo. Their password is not asked for: its hash is slow on purpose, and tests sign in often.
func (a *App) As(t testing.TB, email string) *Client {
	t.Helper()
	var token string
	err := a.DB.System(t.Context(), "test: sign in", func(tx *store.SystemTx) error {
		user, err := accounts.ByEmail(t.Context(), tx, email)
		if err == nil {
			token, err = accounts.StartSession(t.Context(), tx, user.ID, accounts.Start{Device: "a test"})
		}
		return err
	})
	if err != nil {
		t.Fatalf("sign in as %s: %v", email, err)
	}
	c := a.Anonymous(t)
	c.SetCookie("session", token)
	return c
}

// Page is an answer.
type Page struct {
	Status   int
	Header   http.Header
	Location string
	Body     string
	*goquery.Document
}

// Get asks for a page.
func (c *Client) Get(path string) *Page {
	c.t.Helper()
	return c.do(http.MethodGet, path, "", nil)
}

// GetWith asks for a page with headers.
func (c *Client) GetWith(path string, header http.Header) *Page {
	c.t.Helper()
	return c.do(http.MethodGet, path, "", header)
}

// Post sends a form.
func (c *Client) Post(path string, form url.Values) *Page {
	c.t.Helper()
	return c.do(http.MethodPost, path, form.Encode(), nil)
}

// Send sends a body of a type.
func (c *Client) Send(path, body, kind string) *Page {
	c.t.Helper()
	return c.do(http.MethodPost, path, body, http.Header{"Content-Type": {kind}})
}

// PostFrom sends a form as a browser does from a page of an origin.
func (c *Client) PostFrom(path string, form url.Values, header http.Header) *Page {
	c.t.Helper()
	return c.do(http.MethodPost, path, form.Encode(), header)
}

// Upload sends a file as the form with the field file does.
func (c *Client) Upload(path, name string, content []byte) *Page {
	c.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", name)
	if err == nil {
		_, err = part.Write(content)
	}
	if err = errors.Join(err, form.Close()); err != nil {
		c.t.Fatal(err)
	}
	return c.do(http.MethodPost, path, body.String(), http.Header{"Content-Type": {form.FormDataContentType()}})
}

func (c *Client) do(method, path, body string, header http.Header) *Page {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.app.URL+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for k, v := range header {
		r.Header[k] = v
	}
	response, err := c.http.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	document, err := goquery.NewDocumentFromReader(strings.NewReader(string(data)))
	if err != nil {
		c.t.Fatal(err)
	}
	return &Page{response.StatusCode, response.Header, response.Header.Get("Location"), string(data), document}
}

// Text is the text of the first element a selector finds, with single spaces.
func (p *Page) Text(selector string) string {
	return strings.Join(strings.Fields(p.Find(selector).First().Text()), " ")
}

// Cookie is the value of a cookie of the client.
func (c *Client) Cookie(name string) string {
	u, err := url.Parse(c.app.URL)
	if err != nil {
		c.t.Fatal(err)
	}
	for _, cookie := range c.http.Jar.Cookies(u) {
		if cookie.Name == name {
			return cookie.Value
		}
	}
	return ""
}

// SetCookie gives the client a cookie.
func (c *Client) SetCookie(name, value string) {
	u, err := url.Parse(c.app.URL)
	if err != nil {
		c.t.Fatal(err)
	}
	c.http.Jar.SetCookies(u, []*http.Cookie{{Name: name, Value: value, Path: "/"}})
}

// isFile tells whether a pattern leads to a file and to no page.
func isFile(pattern string) bool {
	return strings.HasSuffix(pattern, ".csv") || strings.HasSuffix(pattern, ".xlsx")
}

// Pages are the addresses of all pages of an organization, with things of it in the holes of their patterns; a photo is no page, and a
// file on its way in is nothing that is there already.
func (a *App) Pages(c *Client, slug string) []string {
	find := func(path string) string {
		href, _ := c.Get("/" + slug + path).Find("tbody th a").First().Attr("href")
		return strings.TrimPrefix(href, "/"+slug)
	}
	things := strings.NewReplacer("/materials/{sku}", find("/materials"), "/products/{sku}", find("/products"), "/orders/{reference}", find("/orders"), "/batches/{code}/cost", find("/batches?status=completed")+"/cost", "/batches/{code}", find("/batches"), "/lots/{lot}", find("/lots"), "/counts/{count}", find("/counts"),
		"/customers/{reference}", find("/customers"), "/price-lists/{list}", find("/price-lists"), "{version}", "1", "{$}", "", "{organization}", slug)
	var all []string
	for _, route := range web.Routes() {
		left := isFile(route.Pattern) || slices.ContainsFunc([]string{"{import}", "{transfer}", "{photo}"}, func(hole string) bool { return strings.Contains(route.Pattern, hole) })
		if route.Access == web.Members && route.Method == http.MethodGet && !left && !slices.Contains([]string{"/{organization}/brand.css", "/{organization}/logo", "/{organization}/products/{sku}/label.pdf"}, route.Pattern) {
			all = append(all, things.Replace(route.Pattern))
		}
	}
	return append(all, "/"+slug+"/customers?q=zzz", "/"+slug+"/orders?status=ready&sort=due", "/"+slug+"/batches?status=cancelled", "/"+slug+"/margins?only=loss", "/"+slug+"/lots?state=held", "/"+slug+"/lots?q=zzz", "/"+slug+"/?day=2020-01-01")
}
