//go:build unix

package cli_test

import (
	"context"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"craftplan/internal/accounts"
	"craftplan/internal/app"
	"craftplan/internal/apptest/authority"
	"craftplan/internal/organizations"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

// A restart under two hundred requests a second loses none: each is answered, and each customer that was acknowledged is there. The
// service manager is told of the process that serves from then on.
func TestRestartLosesNothing(t *testing.T) {
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			db := storetest.New(t, engine)
			baker(t, db)
			dir := t.TempDir()
			manager := notified(t, dir+"/notify")
			t.Setenv("NOTIFY_SOCKET", dir+"/notify")
			t.Setenv("CRAFTPLAN_SECRET_KEY_FILE", dir+"/secret.key")
			t.Setenv("CRAFTPLAN_FILES_DIR", dir+"/files")
			base, first := startProcess(t, "serve", "--database", db.URL, "--addr", "127.0.0.1:0", "--log-level", "error")
			if pid := <-manager; pid != first.Process.Pid {
				t.Errorf("the service manager is told of process %d, not %d", pid, first.Process.Pid)
			}
			l := &load{base: base, stop: make(chan struct{})}
			l.begin(t, 8)
			time.Sleep(time.Second)
			if err := first.Process.Signal(syscall.SIGUSR2); err != nil {
				t.Fatal(err)
			}
			next := <-manager
			t.Cleanup(func() { _ = syscall.Kill(next, syscall.SIGKILL) })
			if err := first.Wait(); err != nil {
				t.Errorf("the former process: %v", err)
			}
			time.Sleep(time.Second)
			close(l.stop)
			l.all.Wait()
			for _, problem := range l.problems {
				t.Error(problem)
			}
			var kept int
			if err := db.Unbound().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM customers").Scan(&kept); err != nil || kept != l.made || kept == 0 {
				t.Errorf("%d customers were acknowledged, and %d are there: %v", l.made, kept, err)
			}
			t.Logf("%d requests, %d of them changes, over a restart from process %d to %d", l.asked, l.made, first.Process.Pid, next)
			if next == first.Process.Pid {
				t.Error("the process is the former one")
			}
		})
	}
}

// A process that ends TLS itself gets its certificate, answers a browser over HTTP/2 with secure cookies, sends who comes without TLS
// there, and hands all of it to the next process, which asks for no other certificate.
func TestCertificate(t *testing.T) {
	secure, plain := free(t), free(t)
	a := authority.New(t, plain, secure)
	dir := t.TempDir()
	roots := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.Certificate().Raw})
	if err := os.WriteFile(dir+"/authority.pem", roots, 0o600); err != nil {
		t.Fatal(err)
	}
	manager := notified(t, dir+"/notify")
	t.Setenv("NOTIFY_SOCKET", dir+"/notify")
	address := func(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }
	public := fmt.Sprintf("https://localhost:%d", secure)
	base, first := startProcess(t, "serve", "--database", dir+"/craftplan.db", "--addr", address(secure), "--plain-addr", address(plain), "--public-url", public,
		"--acme-email", "host@erp.example", "--acme-directory", a.Directory(), "--acme-roots", dir+"/authority.pem", "--log-level", "error")
	if base != public {
		t.Errorf("it is ready at %s", base)
	}
	<-manager
	page := over(t, a.Browser(), public+"/login")
	if page.protocol != 2 || !strings.Contains(page.header.Get("Strict-Transport-Security"), "max-age") {
		t.Errorf("answered by HTTP/%d with %v", page.protocol, page.header)
	}
	if sent := over(t, a.Browser(), "http://"+address(plain)+"/login"); sent.address != public+"/login" {
		t.Errorf("sent to %s", sent.address)
	}
	asked := a.Orders() // again where one way of asking back failed
	if err := first.Process.Signal(syscall.SIGUSR2); err != nil {
		t.Fatal(err)
	}
	next := <-manager
	t.Cleanup(func() { _ = syscall.Kill(next, syscall.SIGKILL) })
	if err := first.Wait(); err != nil {
		t.Errorf("the former process: %v", err)
	}
	over(t, a.Browser(), public+"/login")
	if n := a.Orders(); n != asked || n == 0 {
		t.Errorf("%d certificates were asked for, and then %d", asked, n-asked)
	}
}

// free is a port that nobody listens on.
func free(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// answered is where a page came from in the end, and how.
type answered struct {
	protocol int
	header   http.Header
	address  string
}

// over asks until there is a certificate, and wants a page.
func over(t *testing.T, browser *http.Client, url string) answered {
	t.Helper()
	var last error
	for range 600 {
		response, err := browser.Get(url)
		if last = err; err != nil {
			time.Sleep(50 * time.Millisecond)
			continue
		}
		defer response.Body.Close()
		if response.StatusCode != http.StatusOK {
			t.Errorf("%s: %d", url, response.StatusCode)
		}
		return answered{response.ProtoMajor, response.Header, response.Request.URL.String()}
	}
	t.Fatal(last)
	return answered{}
}

// Two processes on one database: what one writes the other shows, who signs out of one is out of both, and each job is done once,
// whichever process left it.
func TestProcessesShareTheWork(t *testing.T) {
	db := storetest.New(t, store.Postgres)
	baker(t, db)
	dir := t.TempDir()
	t.Setenv("CRAFTPLAN_SECRET_KEY_FILE", dir+"/secret.key")
	t.Setenv("CRAFTPLAN_FILES_DIR", dir+"/files")
	var clients []*http.Client
	var bases []string
	for range 2 {
		base, stop := start(t, "serve", "--database", db.URL, "--addr", "127.0.0.1:0", "--log-level", "error")
		t.Cleanup(stop)
		bases = append(bases, base)
	}
	first := (&load{base: bases[0]}).signIn(t)
	other := &http.Client{Jar: first.Jar, CheckRedirect: first.CheckRedirect} // the same browser; cookies know no ports
	clients = append(clients, first, other)
	const invitations = 60
	for i := range invitations {
		status, err := post(clients[i%2], bases[i%2]+"/oven/settings/members/invitations", url.Values{"emails": {fmt.Sprintf("baker-%d@oven.example", i)}, "role": {"viewer"}})
		if err != nil || status >= http.StatusBadRequest {
			t.Fatalf("invitation %d: %d, %v", i, status, err)
		}
	}
	if status, err := answer(clients[1].Get(bases[1] + "/oven/customers?q=anything")); err != nil || status != http.StatusOK {
		t.Errorf("the other process: %d, %v", status, err)
	}
	raw := db.Unbound()
	count := func(query string) (n int) {
		t.Helper()
		if err := raw.QueryRowContext(t.Context(), query).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for end := time.Now().Add(time.Minute); count("SELECT COUNT(*) FROM river_job WHERE state NOT IN ('completed', 'discarded', 'cancelled')") > 0 && time.Now().Before(end); {
		time.Sleep(50 * time.Millisecond)
	}
	if kept := count("SELECT COUNT(*) FROM mailbox"); kept != invitations {
		t.Errorf("%d mails of %d invitations", kept, invitations)
	}
	if again := count("SELECT COUNT(*) FROM river_job WHERE attempt > 1 OR array_length(attempted_by, 1) > 1"); again > 0 {
		t.Errorf("%d jobs were worked more than once", again)
	}
	if workers := count("SELECT COUNT(DISTINCT attempted_by[1]) FROM river_job"); workers != 2 {
		t.Errorf("%d processes worked", workers)
	}
	if status, err := post(clients[0], bases[0]+"/logout", nil); err != nil || status != http.StatusSeeOther {
		t.Errorf("sign-out: %d, %v", status, err)
	}
	if status, err := answer(clients[1].Get(bases[1] + "/oven/customers")); err != nil || status != http.StatusSeeOther {
		t.Errorf("signed out of one process, the other answers %d, %v", status, err)
	}
}

// baker is somebody with a password and an organization.
func baker(t *testing.T, db *storetest.DB) {
	t.Helper()
	person, err := accounts.Prepare(accounts.NewUser{Name: "Rosa", Email: "rosa@oven.example", Password: "a quiet oven at four"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := organizations.Provision(t.Context(), db.Store, organizations.NewOrganization{Name: "Oven", Plan: "enterprise"}, organizations.Owner{New: &person}, app.Bootstrap(), nil); err != nil {
		t.Fatal(err)
	}
}

// notified is a service manager's socket: it gives the processes that it is told of.
func notified(t *testing.T, path string) <-chan int {
	t.Helper()
	socket, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { socket.Close() })
	pids := make(chan int, 4)
	go func() {
		buffer := make([]byte, 256)
		for {
			n, err := socket.Read(buffer)
			if err != nil {
				close(pids)
				return
			}
			text, _, _ := strings.Cut(strings.TrimPrefix(string(buffer[:n]), "MAINPID="), "\n")
			if pid, err := strconv.Atoi(text); err == nil {
				pids <- pid
			}
		}
	}()
	return pids
}

// load is people who ask without a pause, each on a connection of their own.
type load struct {
	base string
	stop chan struct{}
	all  sync.WaitGroup

	mu          sync.Mutex
	asked, made int
	problems    []string
}

// begin lets so many people ask 25 times a second each.
func (l *load) begin(t *testing.T, people int) {
	t.Helper()
	for n := range people {
		client := l.signIn(t)
		l.all.Go(func() {
			tick := time.NewTicker(40 * time.Millisecond)
			defer tick.Stop()
			for i := 0; ; i++ {
				select {
				case <-l.stop:
					return
				case <-tick.C:
					l.ask(client, fmt.Sprintf("Customer %d of %d", i, n), i%2 == 0)
				}
			}
		})
	}
}

func (l *load) signIn(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar, Transport: &http.Transport{MaxConnsPerHost: 1}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	status, err := post(client, l.base+"/login", url.Values{"email": {"rosa@oven.example"}, "password": {"a quiet oven at four"}})
	if err != nil || status != http.StatusSeeOther {
		t.Fatalf("sign-in: %d, %v", status, err)
	}
	return client
}

func (l *load) ask(client *http.Client, name string, change bool) {
	var status int
	var err error
	if change {
		status, err = post(client, l.base+"/oven/customers", url.Values{"kind": {"company"}, "name": {name}})
	} else {
		status, err = answer(client.Get(l.base + "/oven/customers"))
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked++
	switch {
	case err != nil:
		l.problems = append(l.problems, err.Error())
	case change && status == http.StatusSeeOther:
		l.made++
	case change || status != http.StatusOK:
		l.problems = append(l.problems, fmt.Sprintf("status %d, a change: %t", status, change))
	}
}

func post(client *http.Client, to string, form url.Values) (int, error) {
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, to, io.NopCloser(strings.NewReader(form.Encode()))) // which a client cannot send twice
	if err != nil {
		return 0, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return answer(client.Do(request))
}

func answer(response *http.Response, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	return response.StatusCode, err
}
