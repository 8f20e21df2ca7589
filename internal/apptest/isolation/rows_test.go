package isolation

import (
	"context"
	"strings"
	"testing"

	"craftplan/internal/id"
	"craftplan/internal/mail"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
	"craftplan/internal/store/storetest/census"
)

func rows(t *testing.T, engine store.Engine) (Fixture, *storetest.DB, *census.Taker) {
	t.Helper()
	db := Both.New(t, engine)
	taker, err := census.Open(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := taker.Close(); err != nil {
			t.Error(err)
		}
	})
	return FixtureOf(engine, true), db, taker
}

func take(t *testing.T, taker *census.Taker) census.Census {
	t.Helper()
	c, err := taker.Take(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Every row is counted, what changes is found by table and owner, and all of it can be undone.
func TestCensus(t *testing.T) {
	each(t, func(t *testing.T, engine store.Engine) {
		f, db, taker := rows(t, engine)
		before := take(t, taker)
		if len(before) < 200 || len(taker.Tables()) < 20 {
			t.Fatalf("%d rows in %d tables", len(before), len(taker.Tables()))
		}
		third := db.Organization("Third")
		db.Do(t, third, func(ctx context.Context, tx *store.Tx) error {
			return mail.Send(ctx, tx, mail.Invitation, "somebody@third.example", mail.Message{})
		})
		after := take(t, taker)
		counted := map[string]int{}
		for _, c := range census.Compare(before, after) {
			counted[c.Table]++
			if c.Gone || c.Owner == f.A.ID.String() || c.Owner == f.B.ID.String() {
				t.Errorf("a third's change: %s", c)
			}
		}
		for _, table := range []string{"organizations", "users", "memberships", "settings", "mails", "river_job", "slugs"} {
			if counted[table] != 1 {
				t.Errorf("%d rows of %s changed", counted[table], table)
			}
		}
		if before.Of(f.A.ID.String()).Digest() != after.Of(f.A.ID.String()).Digest() || before.Digest() == after.Digest() {
			t.Error("the digests do not tell whose rows changed")
		}
		if err := taker.Restore(t.Context()); err != nil {
			t.Fatal(err)
		}
		if left := census.Compare(before, take(t, taker)); len(left) > 0 {
			t.Errorf("restored, and %d rows differ: %s", len(left), left[0])
		}
		db.Organization("Fourth") // the store's own connections see what was restored
	})
}

// The attack: rows of A that refer to B's, with a foreign key and without, written past everything.
func TestClosureFindsPlants(t *testing.T) {
	each(t, func(t *testing.T, engine store.Engine) {
		f, _, taker := rows(t, engine)
		if broken, err := taker.Closure(take(t, taker)); err != nil || len(broken) > 0 {
			t.Fatalf("without a plant: %q, %v", broken, err)
		}
		one := func(table, column string, of Workshop) string {
			found, err := taker.Column(t.Context(), "SELECT MIN(CAST("+column+" AS text)) FROM "+table+" WHERE CAST(organization_id AS text) = $1", of.ID.String())
			if err != nil || len(found) == 0 {
				t.Fatalf("%s: %v", table, err)
			}
			return found[0]
		}
		if engine == store.Postgres {
			if err := taker.Exec(t.Context(), "SET session_replication_role = replica"); err != nil {
				t.Fatal(err)
			}
		}
		for place, theirs := range map[string]string{
			"movements.source_id":    one("batches", "id", f.B), // declared by no foreign key
			"orders.customer_id":     one("customers", "id", f.B),
			"order_lines.product_id": one("products", "id", f.B),
			"batches.recipe_id":      one("recipes", "id", f.B),
			"materials.created_by":   f.Actors[Colleague].User.String(),
		} {
			table, column, _ := strings.Cut(place, ".")
			if err := taker.Exec(t.Context(), "UPDATE "+table+" SET "+column+" = '"+theirs+"' WHERE CAST(id AS text) = $1", one(table, "id", f.A)); err != nil {
				t.Fatalf("%s: %v", place, err)
			}
			if broken, err := taker.Closure(take(t, taker)); err != nil || len(broken) != 1 || !strings.HasPrefix(broken[0], place) {
				t.Errorf("%s: found %q, %v", place, broken, err)
			}
			if err := taker.Restore(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// The attack: a job that was left by A and names a mail of B's.
func TestClosureLooksIntoJobs(t *testing.T) {
	each(t, func(t *testing.T, engine store.Engine) {
		f, db, taker := rows(t, engine)
		mails, err := taker.Column(t.Context(), "SELECT id FROM mails WHERE CAST(organization_id AS text) = $1", f.B.ID.String())
		if err != nil || len(mails) == 0 {
			t.Fatal(err)
		}
		theirs, err := id.Parse(mails[0])
		if err != nil {
			t.Fatal(err)
		}
		db.Do(t, db.Organization("Third"), func(ctx context.Context, tx *store.Tx) error {
			return tx.Enqueue(ctx, mail.OrganizationMail{ID: theirs})
		})
		if broken, err := taker.Closure(take(t, taker)); err != nil || len(broken) != 1 || !strings.HasPrefix(broken[0], "river_job.args") {
			t.Errorf("found %q, %v", broken, err)
		}
	})
}

// A table that says nobody's whose its rows are would be looked at by no gate.
func TestCensusWantsToKnowWhose(t *testing.T) {
	each(t, func(t *testing.T, engine store.Engine) {
		_, db, taker := rows(t, engine)
		if err := taker.Exec(t.Context(), "CREATE TABLE shelves (id uuid_text NOT NULL)"); err != nil && engine == store.Postgres {
			t.Fatal(err)
		}
		if _, err := census.Open(t.Context(), db); err == nil || !strings.Contains(err.Error(), "shelves") {
			t.Errorf("a table of nobody: %v", err)
		}
	})
}
