package cli_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/rogpeppe/go-internal/testscript"

	"craftplan/internal/accounts"
	"craftplan/internal/audit"
	"craftplan/internal/cli"
	"craftplan/internal/organizations"
	"craftplan/internal/secret"
	"craftplan/internal/settings"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

// The scripts run this test's own binary as craftplan.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"craftplan": func() {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		os.Exit(cli.Run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}})
}

// Each script in testdata runs on SQLite and on PostgreSQL; $DATABASE is an empty database, or on PostgreSQL one that the
// owner has migrated, $OWNER the URL of its owner.
func TestScripts(t *testing.T) {
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			testscript.Run(t, testscript.Params{
				Dir:   "testdata",
				Setup: func(e *testscript.Env) error { return setup(t, engine, e) },
				Cmds:  map[string]func(*testscript.TestScript, bool, []string){"busy": busy, "newer": newer, "enrol": enrol, "asked": asked, "older": older, "enters": enters, "logged": logged, "appears": appears},
				Condition: func(name string) (bool, error) {
					return name == string(engine), nil
				},
			})
		})
	}
}

func setup(t *testing.T, engine store.Engine, e *testscript.Env) error {
	database := e.WorkDir + "/craftplan.db"
	owner := database
	if engine == store.Postgres {
		db := storetest.New(t, engine)
		database, owner = db.URL, db.Owner
	}
	e.Setenv("DATABASE", database)
	e.Setenv("OWNER", owner)
	e.Setenv("CRAFTPLAN_SECRET_KEY_FILE", e.WorkDir+"/secret.key")
	e.Setenv("CRAFTPLAN_FILES_DIR", e.WorkDir+"/files")
	return nil
}

// busy takes a port and names it in $BUSY.
func busy(ts *testscript.TestScript, _ bool, _ []string) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { listener.Close() })
	ts.Setenv("BUSY", listener.Addr().String())
}

// appears waits until a file is there whose name fits a pattern, and names it in $APPEARED; or tells that none is there.
func appears(ts *testscript.TestScript, not bool, args []string) {
	for range 3000 {
		found, err := filepath.Glob(ts.MkAbs(args[0]))
		ts.Check(err)
		switch {
		case not && len(found) > 0:
			ts.Fatalf("there is %s", found[0])
		case not:
			return
		case len(found) > 0:
			ts.Setenv("APPEARED", found[0])
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	ts.Fatalf("%s did not appear", args[0])
}

// newer makes $DATABASE look like that of a newer program.
func newer(ts *testscript.TestScript, _ bool, _ []string) {
	st, err := store.Open(context.Background(), ts.Getenv("OWNER"), store.Options{SkipChecks: true})
	ts.Check(err)
	defer st.Close()
	err = st.System(context.Background(), "test: a version to come", func(tx *store.SystemTx) error {
		_, err := tx.DB().ExecContext(context.Background(), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)")
		return err
	})
	ts.Check(err)
}

// enrol gives a person, with a password, an authenticator app.
func enrol(ts *testscript.TestScript, _ bool, args []string) {
	withStore(ts, func(ctx context.Context, st *store.Store) error {
		entry, err := accounts.SignIn(ctx, st, args[0], args[1], "a script")
		if err != nil {
			return err
		}
		session, err := accounts.Authenticate(ctx, st, entry.Session)
		if err != nil {
			return err
		}
		text, err := accounts.BeginAuthenticator(ctx, st, accounts.Proof{Session: session, Password: args[1]})
		if err != nil {
			return err
		}
		e, err := accounts.PendingAuthenticator(ctx, st, session.ID, text)
		if err != nil {
			return err
		}
		code, err := totp.GenerateCode(e.Secret, time.Now())
		if err == nil {
			_, err = accounts.ConfirmAuthenticator(ctx, st, session.ID, entry.Session, text, code)
		}
		return err
	})
}

// asked tells whether a person with a password is asked for a second step.
func asked(ts *testscript.TestScript, not bool, args []string) {
	withStore(ts, func(ctx context.Context, st *store.Store) error {
		entry, err := accounts.SignIn(ctx, st, args[0], args[1], "a script")
		if err == nil && (entry.Step == "") != not {
			err = fmt.Errorf("asked for a second step: %t", entry.Step != "")
		}
		return err
	})
}

// enters tells whether a person with a password is let in, and whether the session that they get goes on.
func enters(ts *testscript.TestScript, not bool, args []string) {
	withStore(ts, func(ctx context.Context, st *store.Store) error {
		entry, err := accounts.SignIn(ctx, st, args[0], args[1], "a script")
		if err == nil {
			_, err = accounts.Authenticate(ctx, st, entry.Session)
		}
		if (err == nil) == not {
			return fmt.Errorf("signed in: %w", err)
		}
		return nil
	})
}

// logged looks for entries of an organization's audit log: of who reads it as an owner, its slug, and "who action kind record" of each.
func logged(ts *testscript.TestScript, _ bool, args []string) {
	withStore(ts, func(ctx context.Context, st *store.Store) error {
		var reader accounts.User
		err := st.SystemView(ctx, "test: who reads", func(tx *store.SystemTx) (err error) {
			reader, err = accounts.ByEmail(ctx, tx, args[0])
			return err
		})
		if err != nil {
			return err
		}
		_, scope, err := organizations.Resolve(ctx, st, args[1], reader.ID)
		if err != nil {
			return err
		}
		found := map[string]bool{}
		err = st.View(ctx, scope, func(tx *store.Tx) error {
			entries, _, err := audit.List(ctx, tx, audit.Filter{Limit: 50})
			for _, e := range entries {
				found[fmt.Sprintf("%s %s %s %s", e.Who, e.Action, e.Kind, e.Record)] = true
			}
			return err
		})
		for _, wanted := range args[2:] {
			if !found[wanted] && err == nil {
				err = fmt.Errorf("no entry %q among %v", wanted, found)
			}
		}
		return err
	})
}

func withStore(ts *testscript.TestScript, fn func(context.Context, *store.Store) error) {
	keys, err := secret.Load(ts.Getenv("CRAFTPLAN_SECRET_KEY_FILE"))
	ts.Check(err)
	st, err := store.Open(context.Background(), ts.Getenv("DATABASE"), store.Options{Keys: keys})
	ts.Check(err)
	defer st.Close()
	ts.Check(fn(context.Background(), st))
}

// older makes an organization as a program did that knew of no allergens.
func older(ts *testscript.TestScript, _ bool, args []string) {
	withStore(ts, func(ctx context.Context, st *store.Store) error {
		prepared, err := accounts.Prepare(accounts.NewUser{Name: "Rosa", Email: args[0] + "@oven.example", Password: "a quiet oven at four"})
		if err != nil {
			return err
		}
		in := organizations.NewOrganization{Name: args[0], Slug: args[0]}
		_, err = organizations.Provision(ctx, st, in, organizations.Owner{New: &prepared}, []organizations.Step{settings.Bootstrap}, nil)
		return err
	})
}

// A newcomer's command: it prints where to look, and there is a page.
func TestDemo(t *testing.T) {
	base, stop := start(t, "demo", "--data", t.TempDir(), "--addr", "127.0.0.1:0")
	defer stop()
	for path, want := range map[string]int{"/healthz": http.StatusOK, "/readyz": http.StatusOK, "/login": http.StatusOK} {
		response, err := http.Get(base + path)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("%s: %d", path, response.StatusCode)
		}
	}
}

// start runs the program until stop, and returns the address it printed.
func start(t *testing.T, args ...string) (base string, stop func()) {
	t.Helper()
	base, process := startProcess(t, args...)
	return base, func() {
		_ = process.Process.Kill() // as a power failure would
		_ = process.Wait()
	}
}

// startProcess runs the program, and returns the address it printed.
func startProcess(t *testing.T, args ...string) (base string, process *exec.Cmd) {
	t.Helper()
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// testscript.Main takes the name it was called by for the command.
	link := t.TempDir() + "/craftplan"
	if err := os.Symlink(executable, link); err != nil {
		t.Fatal(err)
	}
	command := exec.Command(link, args...)
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	command.Stderr = os.Stderr
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	found := make(chan string, 1)
	go func() {
		scanner := bufio.NewScanner(output)
		for scanner.Scan() {
			if at := strings.Index(scanner.Text(), "http"); at >= 0 {
				select {
				case found <- strings.TrimSpace(scanner.Text()[at:]):
				default:
				}
			}
		}
	}()
	select {
	case base = <-found:
	case <-time.After(time.Minute):
		_ = command.Process.Kill()
		t.Fatal("no address after a minute")
	}
	return base, command
}

// A killed process loses nothing it acknowledged: every organization whose sign-up was answered is there afterwards.
func TestKilledProcessLosesNothing(t *testing.T) {
	file := t.TempDir() + "/craftplan.db"
	base, stop := start(t, "serve", "--database", file, "--addr", "127.0.0.1:0", "--log-level", "error")
	var acknowledged []string
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, slug := range []string{"first-oven", "second-oven", "third-oven"} {
		form := strings.NewReader("organization=Oven&slug=" + slug + "&name=Rosa&email=" + slug + "@oven.example&password=a+quiet+oven+at+four&time_zone=UTC&currency=USD&brand_color=%230D9488")
		response, err := client.Post(base+"/register", "application/x-www-form-urlencoded", form)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusSeeOther {
			t.Fatalf("sign-up: %d", response.StatusCode)
		}
		acknowledged = append(acknowledged, slug)
	}
	stop()
	var out strings.Builder
	if code := cli.Run(t.Context(), []string{"organizations", "list", "--database", file}, nil, &out, os.Stderr); code != 0 {
		t.Fatalf("exit %d", code)
	}
	for _, slug := range acknowledged {
		if !strings.Contains(out.String(), slug) {
			t.Errorf("%s is lost", slug)
		}
	}
}
