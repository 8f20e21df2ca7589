// Package cluster runs a PostgreSQL server for tests: in a temporary folder, on a free port of the loopback address, gone with
// the process that started it.
package cluster

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"syscall"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// Variable names the environment variable with the URL of a server that runs already, as its superuser.
const Variable = "CRAFTPLAN_TEST_POSTGRES"

// ErrMissing says what to install.
var ErrMissing = errors.New("PostgreSQL is not installed and the tests need it: apt-get install postgresql")

// Cluster is a running server.
type Cluster struct {
	URL     string // of the database postgres, as the superuser
	folder  string
	process *exec.Cmd
}

// Start starts a server with the roles the program expects.
func Start() (*Cluster, error) {
	bin, err := find()
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "craftplan-postgres-")
	if err != nil {
		return nil, err
	}
	c := &Cluster{folder: folder}
	if err := c.start(bin); err != nil {
		return nil, errors.Join(err, c.Stop())
	}
	return c, nil
}

func find() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			return filepath.Dir(path), nil
		}
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", ErrMissing
	}
	slices.Sort(found)
	return filepath.Dir(found[len(found)-1]), nil
}

func (c *Cluster) start(bin string) error {
	attributes, err := unprivileged(c.folder)
	if err != nil {
		return err
	}
	data := filepath.Join(c.folder, "data")
	initialize := exec.Command(filepath.Join(bin, "initdb"), "-D", data, "--locale=C.UTF-8", "--auth=trust", "-U", "postgres", "--no-sync")
	initialize.SysProcAttr, initialize.Dir = attributes, c.folder
	if out, err := initialize.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	port, err := freePort()
	if err != nil {
		return err
	}
	c.process = exec.Command(filepath.Join(bin, "postgres"), "-D", data, "-k", c.folder, "-h", "127.0.0.1", "-p", strconv.Itoa(port),
		"-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off", "-c", "max_connections=200", "-c", "shared_buffers=128MB", "-c", "logging_collector=off")
	attributes.Pdeathsig = syscall.SIGQUIT
	c.process.SysProcAttr, c.process.Dir = attributes, c.folder
	if err := launch(c.process); err != nil {
		return err
	}
	c.URL = fmt.Sprintf("postgres://postgres@127.0.0.1:%d/postgres?sslmode=disable", port)
	return prepare(c.URL)
}

// launch starts the server from a thread that never ends: the kernel sends the death signal when that thread does.
func launch(process *exec.Cmd) error {
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		err := process.Start()
		started <- err
		if err == nil {
			select {}
		}
	}()
	return <-started
}

// unprivileged runs the server as postgres where we are root: it refuses to run as root itself.
func unprivileged(folder string) (*syscall.SysProcAttr, error) {
	if os.Geteuid() != 0 {
		return &syscall.SysProcAttr{}, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("no user to run PostgreSQL as: %w", err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, os.Chown(folder, int(uid), int(gid))
}

func freePort() (int, error) {
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return listener.Addr().(*net.TCPAddr).Port, listener.Close()
}

func prepare(url string) error {
	db, err := sql.Open("pgx", url)
	if err != nil {
		return err
	}
	defer db.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for db.PingContext(ctx) != nil {
		if ctx.Err() != nil {
			return errors.New("PostgreSQL does not answer after 30 seconds")
		}
		time.Sleep(50 * time.Millisecond)
	}
	_, err = db.ExecContext(ctx, `CREATE ROLE craftplan_owner LOGIN CREATEROLE CREATEDB;
		CREATE ROLE craftplan_app NOLOGIN;
		CREATE ROLE craftplan_web LOGIN IN ROLE craftplan_app;
		CREATE ROLE craftplan_bypass LOGIN BYPASSRLS IN ROLE craftplan_app`)
	return err
}

// Stop ends the server and removes its folder.
func (c *Cluster) Stop() error {
	if c.process != nil && c.process.Process != nil {
		_ = c.process.Process.Signal(syscall.SIGQUIT) // it may be gone already
		_ = c.process.Wait()
	}
	return os.RemoveAll(c.folder)
}

// Execute runs one statement.
func Execute(ctx context.Context, url, statement string) error {
	db, err := sql.Open("pgx", url)
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, statement)
	return err
}

// As is the URL of a database of the same server for one of its roles: craftplan_owner migrates, craftplan_web serves.
func As(super, role, database string) string {
	u, err := url.Parse(super)
	if err != nil {
		panic(err) // the cluster made it
	}
	u.User, u.Path = url.User(role), "/"+database
	return u.String()
}
