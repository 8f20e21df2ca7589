package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"craftplan/internal/id"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
	"craftplan/internal/store/storetest/cluster"
)

// Behind a connection pooler two organizations take turns on one server connection, and neither ever has the other's setting:
// it ends with the transaction.
func TestOrganizationsShareAConnection(t *testing.T) {
	db := storetest.New(t, store.Postgres)
	pooler, err := cluster.StartPooler(db.Super, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := pooler.Stop(); err != nil {
			t.Error(err)
		}
	}()
	u, err := url.Parse(db.Super)
	if err != nil {
		t.Fatal(err)
	}
	pooled := cluster.Through(pooler.Address(), cluster.As(db.Super, "craftplan_web", u.Path[1:]))
	backends := sync.Map{}
	var all sync.WaitGroup
	for _, name := range []string{"Sunrise", "Bluebird"} {
		scope := db.Organization(name)
		st, err := store.Open(t.Context(), pooled, store.Options{Connections: 2})
		if err != nil {
			t.Fatal(err)
		}
		defer st.Close()
		all.Go(func() {
			for round := range 50 {
				if err := turn(t.Context(), st, scope, round, &backends); err != nil {
					t.Error(err)
				}
			}
		})
	}
	raw, err := sql.Open("pgx", pooled)
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	all.Go(func() {
		for range 50 {
			var setting string
			if err := raw.QueryRowContext(t.Context(), "SELECT COALESCE(current_setting('app.organization_id', true), '')").Scan(&setting); err != nil || setting != "" {
				t.Errorf("between transactions the setting is %q, %v", setting, err)
			}
		}
	})
	all.Wait()
	connections := 0
	backends.Range(func(any, any) bool { connections++; return true })
	if connections != 1 {
		t.Errorf("%d server connections were used", connections)
	}
}

var errNot = errors.New("it shall not be kept")

// turn reads the setting at the begin and at the end of a transaction, which fails now and then.
func turn(ctx context.Context, st *store.Store, scope store.Scope, round int, backends *sync.Map) error {
	err := st.Update(ctx, scope, func(tx *store.Tx) error {
		for range 2 {
			var backend int
			var setting id.Organization
			row := tx.DB().QueryRowContext(ctx, "SELECT pg_backend_pid(), CAST(current_setting('app.organization_id') AS uuid) WHERE CAST($1 AS text) <> ''", scope.Organization())
			if err := row.Scan(&backend, &setting); err != nil {
				return err
			}
			backends.Store(backend, true)
			if setting != scope.Organization() {
				return fmt.Errorf("a transaction of %s has the setting %s", scope.Organization(), setting)
			}
		}
		if err := add(ctx, tx, "Harbor"); err != nil || round%5 != 0 {
			return err
		}
		return errNot
	})
	if errors.Is(err, errNot) {
		return nil
	}
	return err
}

// A pooler that hands a connection on must meet no statement prepared by name: the setting of the URL that operations.md tells is
// what the tests behind it use.
func TestPoolerNeedsItsSetting(t *testing.T) {
	text, err := os.ReadFile("../../guides/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(cluster.Through("pooler.example:6432", "postgres://craftplan_web@db.example/craftplan"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), u.RawQuery) {
		t.Errorf("guides/operations.md does not tell of %s", u.RawQuery)
	}
}
