// Package storetest runs a test on both databases, each time on a migrated database of its own, and makes the organizations
// and members tests act as.
package storetest

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/pressly/goose/v3"

	"craftplan/internal/accounts"
	"craftplan/internal/authz"
	"craftplan/internal/id"
	"craftplan/internal/inventory"
	"craftplan/internal/organizations"
	"craftplan/internal/secret"
	"craftplan/internal/settings"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest/cluster"
)

// DB is a database of one test.
type DB struct {
	*store.Store
	URL   string // what the server opens
	Owner string // what migrates; the same on SQLite
	Super string // what no policy binds: the server's superuser; the same on SQLite
	t     testing.TB
}

// Each runs the test on SQLite and on PostgreSQL.
func Each(t *testing.T, test func(t *testing.T, db *DB)) {
	t.Helper()
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			test(t, New(t, engine))
		})
	}
}

// keys are any: what a test seals it opens itself.
var keys = func() secret.Keys {
	k, err := secret.Parse(secret.Generate())
	if err != nil {
		panic(err)
	}
	return k
}()

// New is a migrated database of one engine, gone when the test ends.
func New(t testing.TB, engine store.Engine) *DB {
	t.Helper()
	return empty.New(t, engine)
}

// Filling is what a test's database starts with. It is written once for a process and engine, and copied for each test.
type Filling struct {
	base     *Filling // what it starts from; nil is a migrated database
	fill     func(context.Context, *store.Store) error
	sqlite   func() ([]byte, error)
	postgres func() (string, error)
}

// Filled is a filling that fill writes into a migrated database.
func Filled(fill func(context.Context, *store.Store) error) *Filling {
	return filled(nil, fill)
}

// Then is a filling that starts with a copy of this one: what both hold is the same to the last id.
func (f *Filling) Then(fill func(context.Context, *store.Store) error) *Filling {
	return filled(f, fill)
}

func filled(base *Filling, fill func(context.Context, *store.Store) error) *Filling {
	f := &Filling{base: base, fill: fill}
	f.sqlite, f.postgres = sync.OnceValues(f.makeFile), sync.OnceValues(f.makeDatabase)
	return f
}

var empty = Filled(nil)

// New is a copy for one test.
func (f *Filling) New(t testing.TB, engine store.Engine) *DB {
	t.Helper()
	return f.NewWith(t, engine, store.Options{})
}

// NewWith is New with options of the store.
func (f *Filling) NewWith(t testing.TB, engine store.Engine, o store.Options) *DB {
	t.Helper()
	db, remove, err := f.Open(t.Context(), engine, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := remove(); err != nil {
			t.Log(err)
		}
	})
	db.t = t
	return db
}

// Before is a database as it was before the migration with a number: closed, for its owner to write old data into it. Upgrade then
// brings it to this program's version and opens it.
func Before(t testing.TB, engine store.Engine, number int) *DB {
	t.Helper()
	db := &DB{t: t}
	dialect := goose.DialectSQLite3
	if engine == store.Postgres {
		dialect = goose.DialectPostgres
		super, err := server()
		if err != nil {
			t.Fatal(err)
		}
		name := fresh("old_")
		if err := cluster.Execute(t.Context(), super, "CREATE DATABASE "+name+" OWNER craftplan_owner"); err != nil {
			t.Fatal(err)
		}
		dropLater(t, super, name)
		db.Owner, db.URL, db.Super = cluster.As(super, "craftplan_owner", name), cluster.As(super, serverRole(), name), cluster.As(super, "postgres", name)
	} else {
		db.URL = filepath.Join(t.TempDir(), "old.db")
		db.Owner, db.Super = db.URL, db.URL
	}
	files, err := store.MigrationFiles(engine)
	if err != nil {
		t.Fatal(err)
	}
	raw := db.raw(engine)
	defer raw.Close()
	provider, err := goose.NewProvider(dialect, raw, files)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.UpTo(t.Context(), int64(number-1)); err != nil {
		t.Fatal(err)
	}
	return db
}

// Upgrade migrates what Before made, and opens it.
func (db *DB) Upgrade() {
	db.t.Helper()
	if _, err := store.Migrate(db.t.Context(), db.Owner); err != nil {
		db.t.Fatal(err)
	}
	st, err := open(db.t.Context(), db.URL, store.Options{})
	if err != nil {
		db.t.Fatal(err)
	}
	db.t.Cleanup(func() { st.Close() })
	db.Store = st
}

// Open is a copy that the caller removes: for what is no test by itself. The options are those of the store that a test is about.
func (f *Filling) Open(ctx context.Context, engine store.Engine, o store.Options) (db *DB, remove func() error, err error) {
	copied := f.file
	if engine == store.Postgres {
		copied = f.database
	}
	db, gone, err := copied(ctx)
	if err != nil {
		return nil, nil, err
	}
	if db.Store, err = open(ctx, db.URL, o); err != nil {
		return nil, nil, errors.Join(err, gone())
	}
	return db, func() error { return errors.Join(db.Close(), gone()) }, nil
}

// file copies the filled file.
func (f *Filling) file(context.Context) (*DB, func() error, error) {
	data, err := f.sqlite()
	if err != nil {
		return nil, nil, err
	}
	folder, err := os.MkdirTemp("", "craftplan-test-")
	if err != nil {
		return nil, nil, err
	}
	file := filepath.Join(folder, "test.db")
	gone := func() error { return os.RemoveAll(folder) }
	if err := os.WriteFile(file, data, 0o600); err != nil {
		return nil, nil, errors.Join(err, gone())
	}
	return &DB{URL: file, Owner: file, Super: file}, gone, nil
}

// database copies the filled database.
func (f *Filling) database(ctx context.Context) (*DB, func() error, error) {
	template, err := f.postgres()
	if err != nil {
		return nil, nil, err
	}
	super, err := server()
	if err != nil {
		return nil, nil, err
	}
	name := fresh("test_")
	// The server's own superuser makes it: copying a template needs nobody connected to it.
	if err := cluster.Execute(ctx, super, fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s OWNER craftplan_owner", name, template)); err != nil {
		return nil, nil, err
	}
	gone := func() error {
		return cluster.Execute(context.Background(), super, "DROP DATABASE "+name+" WITH (FORCE)")
	}
	return &DB{URL: served(super, name), Owner: cluster.As(super, "craftplan_owner", name), Super: cluster.As(super, "postgres", name)}, gone, nil
}

// served is what the server opens, by way of a pooler where there is one.
func served(super, name string) string {
	direct := cluster.As(super, serverRole(), name)
	if address := os.Getenv(PoolerVariable); address != "" {
		return cluster.Through(address, direct)
	}
	return direct
}

func open(ctx context.Context, url string, o store.Options) (*store.Store, error) {
	o.Relaxed, o.Keys, o.AnyRole = true, keys, os.Getenv(RoleVariable) != ""
	if o.Connections == 0 {
		o.Connections = 8
	}
	return store.Open(ctx, url, o)
}

// What the differential run of the suite sets: the login role that tests act as on PostgreSQL, and the database that they
// start with copies of.
const (
	RoleVariable     = "CRAFTPLAN_TEST_ROLE"
	TemplateVariable = "CRAFTPLAN_TEST_TEMPLATE"
)

// PoolerVariable is the address of a connection pooler that tests reach PostgreSQL by; "" is none.
const PoolerVariable = "CRAFTPLAN_TEST_POOLER"

// serverRole is who tests act as: a role like an operator's for the server.
func serverRole() string { return cmp.Or(os.Getenv(RoleVariable), "craftplan_web") }

// write fills a migrated database.
func (f *Filling) write(url string) error {
	ctx := context.Background()
	st, err := open(ctx, url, store.Options{})
	if err != nil {
		return err
	}
	err = f.fill(ctx, st)
	if e := st.Close(); err == nil {
		err = e
	}
	return err
}

func (f *Filling) makeFile() ([]byte, error) {
	dir, err := os.MkdirTemp("", "craftplan-test-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "test.db")
	if err := f.begin(file); err != nil {
		return nil, err
	}
	if f.fill != nil {
		if err := f.write(file); err != nil {
			return nil, err
		}
	}
	return os.ReadFile(file)
}

// begin makes the file that is filled.
func (f *Filling) begin(file string) error {
	if f.base == nil {
		_, err := store.Migrate(context.Background(), file)
		return err
	}
	data, err := f.base.sqlite()
	if err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o600)
}

func (f *Filling) makeDatabase() (string, error) {
	ctx := context.Background()
	super, err := server()
	if err != nil {
		return "", err
	}
	base, err := template(ctx, super)
	if f.base != nil {
		base, err = f.base.postgres()
	}
	if err != nil || f.fill == nil {
		return base, err
	}
	name := fresh("filled_")
	if err := cluster.Execute(ctx, super, fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s OWNER craftplan_owner", name, base)); err != nil {
		return "", err
	}
	return name, f.write(cluster.As(super, serverRole(), name))
}

func fresh(prefix string) string {
	return prefix + hex.EncodeToString([]byte(id.New().String()[24:]))
}

// Organization makes an organization and returns what its owner may open.
func (db *DB) Organization(name string) store.Scope {
	db.t.Helper()
	ctx := db.t.Context()
	owner := db.user()
	o, err := organizations.Provision(ctx, db.Store, organizations.NewOrganization{Name: name, TimeZone: "America/Chicago"}, organizations.Owner{Existing: owner}, []organizations.Step{settings.Bootstrap, inventory.Bootstrap}, nil)
	if err != nil {
		db.t.Fatal(err)
	}
	_, scope, err := organizations.Resolve(ctx, db.Store, o.Slug, owner.ID)
	if err != nil {
		db.t.Fatal(err)
	}
	return scope
}

// Member makes another member of the scope's organization and returns what they may open.
func (db *DB) Member(scope store.Scope, role authz.Role) store.Scope {
	db.t.Helper()
	u := db.user()
	err := db.Update(db.t.Context(), scope, func(tx *store.Tx) error {
		return organizations.AddMember(db.t.Context(), tx, u.ID, role)
	})
	if err != nil {
		db.t.Fatal(err)
	}
	return store.NewScope(scope.Organization(), authz.Actor{UserID: u.ID, Role: role}, scope.Context())
}

// WithoutCosts is Member for somebody of the staff who does not see what things cost.
func (db *DB) WithoutCosts(scope store.Scope) store.Scope {
	db.t.Helper()
	actor := db.Member(scope, authz.Staff).Actor()
	actor.CostsHidden = true
	db.Do(db.t, scope, func(ctx context.Context, tx *store.Tx) error { return organizations.HideCosts(ctx, tx, actor.UserID) })
	return store.NewScope(scope.Organization(), actor, scope.Context())
}

// user makes somebody; the password is never used, so its slow hash is made once.
func (db *DB) user() accounts.User {
	db.t.Helper()
	ctx := db.t.Context()
	prepared, err := somebody()
	if err != nil {
		db.t.Fatal(err)
	}
	prepared.ID = id.New()
	prepared.Email = prepared.ID.String() + "@people.example"
	err = db.System(ctx, "test: create a user", func(tx *store.SystemTx) error { return accounts.Create(ctx, tx, prepared) })
	if err != nil {
		db.t.Fatal(err)
	}
	return prepared.User
}

var somebody = sync.OnceValues(func() (accounts.Prepared, error) {
	return accounts.Prepare(accounts.NewUser{Name: "Somebody", Email: "somebody@people.example", Password: "a quiet oven at four"})
})

// Do runs fn as a change and fails the test when it does.
func (db *DB) Do(t testing.TB, scope store.Scope, fn func(ctx context.Context, tx *store.Tx) error) {
	t.Helper()
	if err := db.Update(t.Context(), scope, func(tx *store.Tx) error { return fn(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

// Raw opens the database past the store, as its owner, for tests that look at the schema.
func (db *DB) Raw() *sql.DB {
	db.t.Helper()
	raw := db.raw(store.EngineOf(db.Owner))
	db.t.Cleanup(func() { raw.Close() })
	return raw
}

func (db *DB) raw(engine store.Engine) *sql.DB {
	db.t.Helper()
	driver := "sqlite"
	if engine == store.Postgres {
		driver = "pgx"
	}
	raw, err := sql.Open(driver, db.Owner)
	if err != nil {
		db.t.Fatal(err)
	}
	return raw
}

// Unbound opens the database past every policy, for tests that count or change the rows of all organizations.
func (db *DB) Unbound() *sql.DB {
	db.t.Helper()
	if db.Engine() != store.Postgres {
		return db.Raw()
	}
	raw, err := sql.Open("pgx", db.Super)
	if err != nil {
		db.t.Fatal(err)
	}
	db.t.Cleanup(func() { raw.Close() })
	return raw
}

var server = sync.OnceValues(func() (string, error) {
	if url := os.Getenv(cluster.Variable); url != "" {
		return url, nil
	}
	c, err := cluster.Start()
	if err != nil {
		return "", err
	}
	return c.URL, nil // it ends with this process
})

func dropLater(t testing.TB, super, name string) {
	t.Cleanup(func() {
		if err := cluster.Execute(context.Background(), super, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Log(err)
		}
	})
}

var templates sync.Map // URL -> *sync.Once values

func template(ctx context.Context, super string) (string, error) {
	if name := os.Getenv(TemplateVariable); name != "" {
		return name, nil
	}
	made, _ := templates.LoadOrStore(super, sync.OnceValues(func() (string, error) { return makeTemplate(ctx, super) }))
	return made.(func() (string, error))()
}

// makeTemplate migrates a database once for a server, whichever process is first.
func makeTemplate(ctx context.Context, super string) (string, error) {
	name, err := templateName()
	if err != nil {
		return "", err
	}
	db, err := sql.Open("pgx", super)
	if err != nil {
		return "", err
	}
	defer db.Close()
	conn, err := db.Conn(ctx)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock(7433)"); err != nil {
		return "", err
	}
	defer func() { _, _ = conn.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock(7433)") }()
	var exists bool
	if err := conn.QueryRowContext(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&exists); err != nil || exists {
		return name, err
	}
	if _, err := conn.ExecContext(ctx, "CREATE DATABASE "+name+"_making OWNER craftplan_owner"); err != nil {
		return "", err
	}
	if _, err := store.Migrate(ctx, cluster.As(super, "craftplan_owner", name+"_making")); err != nil {
		return "", err
	}
	_, err = conn.ExecContext(ctx, "ALTER DATABASE "+name+"_making RENAME TO "+name)
	return name, err
}

func templateName() (string, error) {
	files, err := store.MigrationFiles(store.Postgres)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return "", err
	}
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return "", err
		}
		sum.Write(data)
	}
	return "template_" + hex.EncodeToString(sum.Sum(nil)[:8]), nil
}
