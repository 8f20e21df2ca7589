package cluster

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// ErrNoPooler says what to install.
var ErrNoPooler = errors.New("PgBouncer is not installed and the tests need it: apt-get install pgbouncer")

// Pooler is a running PgBouncer in transaction mode: between two transactions a client's server connection may be anybody's.
type Pooler struct {
	address string
	folder  string
	process *exec.Cmd
}

// poolerConfig lets the roles that serve reach every database of a server, each with as many server connections.
const poolerConfig = `[databases]
* = host=%s port=%s
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = %d
unix_socket_dir =
auth_type = trust
auth_file = %s
pool_mode = transaction
default_pool_size = %d
max_client_conn = 2000
`

const poolerUsers = `"craftplan_web" ""
"craftplan_bypass" ""
`

// StartPooler starts a pooler before the server with a URL; each database gets so many server connections.
func StartPooler(super string, connections int) (*Pooler, error) {
	program, err := exec.LookPath("pgbouncer")
	if err != nil {
		if program, err = exec.LookPath("/usr/sbin/pgbouncer"); err != nil {
			return nil, ErrNoPooler
		}
	}
	folder, err := os.MkdirTemp("", "craftplan-pooler-")
	if err != nil {
		return nil, err
	}
	p := &Pooler{folder: folder}
	if err := p.start(program, super, connections); err != nil {
		return nil, errors.Join(err, p.Stop())
	}
	return p, nil
}

func (p *Pooler) start(program, super string, connections int) error {
	server, err := url.Parse(super)
	if err != nil {
		return err
	}
	port, err := freePort()
	if err != nil {
		return err
	}
	p.address = net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	users, config := filepath.Join(p.folder, "users.txt"), filepath.Join(p.folder, "pgbouncer.ini")
	err = errors.Join(os.WriteFile(users, []byte(poolerUsers), 0o644),
		os.WriteFile(config, fmt.Appendf(nil, poolerConfig, server.Hostname(), server.Port(), port, users, connections), 0o644))
	if err != nil {
		return err
	}
	attributes, err := unprivileged(p.folder)
	if err != nil {
		return err
	}
	attributes.Pdeathsig = syscall.SIGKILL
	p.process = exec.Command(program, "--quiet", config)
	p.process.SysProcAttr, p.process.Dir = attributes, p.folder
	if err := launch(p.process); err != nil {
		return err
	}
	for range 600 {
		connection, err := (&net.Dialer{Timeout: time.Second}).DialContext(context.Background(), "tcp", p.address)
		if err == nil {
			return connection.Close()
		}
		time.Sleep(50 * time.Millisecond)
	}
	return errors.New("PgBouncer does not answer after 30 seconds")
}

// Address is where it listens.
func (p *Pooler) Address() string { return p.address }

// Stop ends the pooler and removes its folder.
func (p *Pooler) Stop() error {
	if p.process != nil && p.process.Process != nil {
		_ = p.process.Process.Kill() // it may be gone already
		_ = p.process.Wait()
	}
	return os.RemoveAll(p.folder)
}

// Through is the URL of a database by way of a pooler's address. Statements are not prepared by name there: what one server
// connection prepared, the next does not know.
func Through(address, database string) string {
	u, err := url.Parse(database)
	if err != nil {
		panic(err) // the cluster made it
	}
	u.Host = address
	query := u.Query()
	query.Set("default_query_exec_mode", "cache_describe")
	u.RawQuery = query.Encode()
	return u.String()
}
