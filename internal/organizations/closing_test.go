package organizations_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"craftplan/internal/accounts"
	"craftplan/internal/authz"
	"craftplan/internal/calendar"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/mail"
	"craftplan/internal/organizations"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
	"craftplan/internal/store/storetest/census"
)

const ownersPassword = "a quiet oven at four"

// closable is an organization whose owner's password is known.
func closable(t *testing.T, db *storetest.DB) (organizations.Organization, store.Scope, accounts.User) {
	t.Helper()
	person, err := accounts.Prepare(accounts.NewUser{Name: "Rosa", Email: "rosa@oven.example", Password: ownersPassword})
	if err != nil {
		t.Fatal(err)
	}
	o, err := organizations.Provision(t.Context(), db.Store, organizations.NewOrganization{Name: "Old Oven"}, organizations.Owner{New: &person}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	m, scope, err := organizations.Resolve(t.Context(), db.Store, o.Slug, person.ID)
	if err != nil {
		t.Fatal(err)
	}
	return m.Organization, scope, person.User
}

// told is how many mails wait for a person: jobs, whose content is sealed.
func told(t *testing.T, db *storetest.DB) (n int) {
	t.Helper()
	if err := db.Raw().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM river_job WHERE kind = 'account_mail'").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func closeIt(t *testing.T, db *storetest.DB) (organizations.Organization, store.Scope, accounts.User) {
	t.Helper()
	o, scope, owner := closable(t, db)
	if err := organizations.Close(t.Context(), db.Store, scope, o, owner, organizations.Confirmation{Name: "  Old  Oven ", Password: ownersPassword}); err != nil {
		t.Fatal(err)
	}
	return o, scope, owner
}

func resolved(t *testing.T, st *store.Store, slug string, user id.ID) (organizations.Membership, store.Scope) {
	t.Helper()
	m, scope, err := organizations.Resolve(t.Context(), st, slug, user)
	if err != nil {
		t.Fatal(err)
	}
	return m, scope
}

func TestCloseNeedsNameAndPassword(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		o, scope, owner := closable(t, db)
		for field, c := range map[string]organizations.Confirmation{"name": {Name: "old oven", Password: ownersPassword}, "current": {Name: "Old Oven", Password: "another one that is long"}} {
			err := organizations.Close(t.Context(), db.Store, scope, o, owner, c)
			if fields := fault.FieldsOf(err); len(fields) != 1 || fields[0].Name != field {
				t.Errorf("a wrong %s: %v", field, err)
			}
		}
		admin := db.Member(scope, authz.Admin)
		if err := organizations.Close(t.Context(), db.Store, admin, o, owner, organizations.Confirmation{Name: "Old Oven", Password: ownersPassword}); !fault.Is(err, fault.KindForbidden) {
			t.Errorf("an admin closes it: %v", err)
		}
		if m, _ := resolved(t, db.Store, "old-oven", owner.ID); m.Organization.Status != organizations.Active || told(t, db) != 0 {
			t.Errorf("after wrong tries it is %s, and %d mails wait", m.Organization.Status, told(t, db))
		}
	})
}

// While it is closing everybody reads; an owner takes it back, nobody else does, and not what the operator began or what is over.
func TestCloseAndCancel(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		o, scope, owner := closeIt(t, db)
		staff, paused := db.Member(scope, authz.Admin).Actor().UserID, db.Member(scope, authz.Owner)
		db.Do(t, scope, func(ctx context.Context, tx *store.Tx) error {
			return organizations.Suspend(ctx, tx, paused.Actor().UserID)
		})
		m, reading := resolved(t, db.Store, "old-oven", owner.ID)
		c := m.Organization.Closing
		if m.Organization.Status != organizations.Closing || c == nil || c.By == nil || *c.By != owner.ID || c.RemoveAt.Sub(c.Since) != organizations.Grace || reading.Actor().May(authz.OrdersWrite) || told(t, db) != 1 {
			t.Fatalf("closing: %+v, %+v, %d mails", m.Organization, c, told(t, db))
		}
		if err := organizations.Close(t.Context(), db.Store, scope, o, owner, organizations.Confirmation{Name: "Old Oven", Password: ownersPassword}); !fault.Is(err, fault.KindConflict) {
			t.Errorf("closed twice: %v", err)
		}
		_, theirs := resolved(t, db.Store, "old-oven", staff)
		if err := organizations.CancelClosing(t.Context(), db.Store, theirs); !fault.Is(err, fault.KindForbidden) {
			t.Errorf("an admin cancels it: %v", err)
		}
		if err := organizations.CancelClosing(t.Context(), db.Store, paused); !fault.Is(err, fault.KindForbidden) {
			t.Errorf("an owner who is suspended cancels it: %v", err)
		}
		over := db.At(func() time.Time { return c.RemoveAt.Time() })
		if err := organizations.CancelClosing(t.Context(), over, reading); !fault.Is(err, fault.KindConflict) {
			t.Errorf("cancelled when it is over: %v", err)
		}
		if _, _, err := organizations.Resolve(t.Context(), over, "old-oven", owner.ID); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("opened when it is over: %v", err)
		}
		if mine, err := organizations.OfUser(t.Context(), over, owner.ID); err != nil || len(mine) != 0 {
			t.Errorf("listed when it is over: %v, %v", mine, err)
		}
		if err := organizations.CancelClosing(t.Context(), db.Store, reading); err != nil {
			t.Fatal(err)
		}
		if m, again := resolved(t, db.Store, "old-oven", owner.ID); m.Organization.Status != organizations.Active || m.Organization.Closing != nil || !again.Actor().May(authz.OrganizationControl) || told(t, db) != 2 {
			t.Errorf("cancelled: %+v", m.Organization)
		}
		if err := organizations.CancelClosing(t.Context(), db.Store, reading); !fault.Is(err, fault.KindConflict) {
			t.Errorf("cancelled twice: %v", err)
		}
		if _, err := organizations.CloseByOperator(t.Context(), db.Store, "old-oven", "Nobody pays", false); err != nil {
			t.Fatal(err)
		}
		if err := organizations.CancelClosing(t.Context(), db.Store, reading); !fault.Is(err, fault.KindConflict) || !strings.Contains(fault.MessageOf(err), "operator") {
			t.Errorf("an owner cancels what the operator began: %v", err)
		}
		if o, err := organizations.Resume(t.Context(), db.Store, "old-oven"); err != nil || o.Status != organizations.Active {
			t.Errorf("resumed: %+v, %v", o, err)
		}
	})
}

// Owners hear of the end once more a week before, once; when it is over a job is left for it.
func TestRemindersAndRemovals(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		_, _, owner := closeIt(t, db)
		db.Organization("Bluebird")
		m, _ := resolved(t, db.Store, "old-oven", owner.ID)
		jobs := func() (n int) {
			if err := db.Raw().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM river_job WHERE kind = 'organization_removal'").Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		for _, c := range []struct {
			before time.Duration
			mails  int
			jobs   int
		}{{8 * 24 * time.Hour, 1, 0}, {7 * 24 * time.Hour, 2, 0}, {time.Hour, 2, 0}, {0, 2, 1}} {
			st := db.At(func() time.Time { return m.Organization.Closing.RemoveAt.Time().Add(-c.before) })
			if err := organizations.CheckClosing(t.Context(), st); err != nil {
				t.Fatal(err)
			}
			if told(t, db) != c.mails || jobs() != c.jobs {
				t.Errorf("%s before: %d mails, %d jobs", c.before, told(t, db), jobs())
			}
		}
	})
}

// The address of what is gone is nobody's again, by any way to one.
func TestSlugsOfClosedOrganizationsAreTaken(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		closeIt(t, db)
		other := db.Organization("Bluebird")
		if _, err := organizations.CloseByOperator(t.Context(), db.Store, "old-oven", "At once", true); err != nil {
			t.Fatal(err)
		}
		o, _, err := organizations.OpenBySlug(t.Context(), db.Store, "old-oven")
		if err != nil {
			t.Fatal(err)
		}
		if err := removed(t, at(db, o.Closing.RemoveAt, 0), o.ID); err != nil {
			t.Fatal(err)
		}
		person, err := accounts.Prepare(accounts.NewUser{Name: "Nina", Email: "nina@oven.example", Password: ownersPassword})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := organizations.Provision(t.Context(), db.Store, organizations.NewOrganization{Name: "Old Oven"}, organizations.Owner{New: &person}, nil, nil); len(fault.FieldsOf(err)) != 1 {
			t.Errorf("a new organization has it: %v", err)
		}
		bluebird, _ := resolved(t, db.Store, "bluebird", other.Actor().UserID)
		profile := organizations.Profile{Name: "Bluebird", Slug: "old-oven", TimeZone: "UTC", Locale: "en-US", BrandColor: "#B45309"}
		if err := organizations.Change(t.Context(), db.Store, other, bluebird.Organization, profile); len(fault.FieldsOf(err)) != 1 {
			t.Errorf("another organization has it: %v", err)
		}
		if _, err := organizations.Preview(t.Context(), db.Store, other, bluebird.Organization, profile); len(fault.FieldsOf(err)) != 1 {
			t.Errorf("it is called free: %v", err)
		}
		err = db.SystemView(t.Context(), "test: is a slug free", func(tx *store.SystemTx) error {
			if err := organizations.SlugFree(t.Context(), tx, "old-oven"); !fault.Is(err, fault.KindInvalid) {
				t.Errorf("at sign-up it is free: %v", err)
			}
			return organizations.SlugFree(t.Context(), tx, "new-oven")
		})
		if err != nil {
			t.Errorf("one that nobody held is not: %v", err)
		}
		profile.Slug = "new-oven"
		if err := organizations.Change(t.Context(), db.Store, other, bluebird.Organization, profile); err != nil {
			t.Errorf("one that nobody held: %v", err)
		}
		if _, err := organizations.Provision(t.Context(), db.Store, organizations.NewOrganization{Name: "Third Oven"}, organizations.Owner{New: &person}, nil, nil); err != nil {
			t.Errorf("a new organization with one that nobody held: %v", err)
		}
	})
}

// at is the database at a moment, or some time after.
func at(db *storetest.DB, moment calendar.Instant, after time.Duration) *store.Store {
	return db.At(func() time.Time { return moment.Time().Add(after) })
}

func removed(t *testing.T, st *store.Store, which id.Organization) error {
	t.Helper()
	return organizations.Remover{Store: st, Contents: func(context.Context, id.Organization) error { return nil }}.Remove(t.Context(), which)
}

// From its first day to its last, whatever becomes of an organization that closes, nothing in the directory changes of those beside it:
// one that works, one that is suspended, one that closes later, one whose time has come, and one that is gone.
func TestClosingIsOfOneOrganization(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		ctx, began := t.Context(), calendar.At(time.Now())
		closed := func(st *store.Store, slug string, now bool) organizations.Organization {
			t.Helper()
			o, err := organizations.CloseByOperator(ctx, st, slug, "It moves", now)
			if err != nil {
				t.Fatal(err)
			}
			return o
		}
		for _, name := range []string{"Active", "Suspended", "Closing", "Due", "Gone"} {
			db.Organization(name)
		}
		if _, err := organizations.SuspendOrganization(ctx, db.Store, "suspended", "The invoice is open."); err != nil {
			t.Fatal(err)
		}
		closed(at(db, began, 20*24*time.Hour), "closing", false)
		if gone := closed(db.Store, "gone", true); removed(t, db.Store, gone.ID) != nil {
			t.Fatal("it is not removed")
		}
		due := closed(db.Store, "due", true)
		o, scope, owner := closable(t, db)
		taker, err := census.Open(ctx, db)
		if err != nil {
			t.Fatal(err)
		}
		defer taker.Close()
		beside := func() (rows []string) {
			t.Helper()
			all, err := taker.Take(ctx)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range all {
				directory := slices.Contains([]string{"organizations", "slugs", "memberships", "closed_organizations", "retired_slugs"}, r.Table)
				if directory && !strings.Contains(r.JSON, o.ID.String()) && !strings.Contains(r.JSON, `"old-oven"`) {
					rows = append(rows, r.Table+" "+r.JSON)
				}
			}
			return rows
		}
		before := beside()
		if len(before) != 4*3+2 {
			t.Fatalf("there are %q", before)
		}
		over := organizations.Grace - 12*time.Hour // when its owners, and no others, are to be reminded
		for _, act := range []struct {
			what string
			do   func() error
		}{
			{"closed", func() error {
				return organizations.Close(ctx, db.Store, scope, o, owner, organizations.Confirmation{Name: o.Name, Password: ownersPassword})
			}},
			{"cancelled", func() error { return organizations.CancelClosing(ctx, db.Store, scope) }},
			{"closed by the operator", func() error { closed(db.Store, "old-oven", false); return nil }},
			{"reminded", func() error { return organizations.CheckClosing(ctx, at(db, began, over)) }},
			{"hurried", func() error { closed(at(db, began, over), "old-oven", true); return nil }},
			{"removed", func() error { return removed(t, at(db, began, over+time.Hour), o.ID) }},
		} {
			if err := act.do(); err != nil {
				t.Fatalf("%s: %v", act.what, err)
			}
			if after := beside(); !slices.Equal(before, after) {
				t.Fatalf("%s changes others:\n%q\n%q", act.what, before, after)
			}
		}
		if _, _, err := organizations.OpenByID(ctx, db.Store, o.ID); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("it is still there: %v", err)
		}
		var jobs, which string
		if err := db.Raw().QueryRowContext(ctx, "SELECT COUNT(*), MAX(CAST(args AS text)) FROM river_job WHERE kind = 'organization_removal'").Scan(&jobs, &which); err != nil || jobs != "1" || !strings.Contains(which, due.ID.String()) {
			t.Errorf("%s removals are to come: %s, %v", jobs, which, err)
		}
	})
}

// What works on a job of the organization is not cut short: its removal waits for that.
func TestRemovalWaitsForRunningJobs(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		scope := db.Organization("Old Oven")
		o, err := organizations.CloseByOperator(t.Context(), db.Store, "old-oven", "At once", true)
		if err != nil {
			t.Fatal(err)
		}
		db.Do(t, scope, func(ctx context.Context, tx *store.Tx) error { return tx.Enqueue(ctx, organizations.ClosingCheck{}) })
		for _, c := range []struct {
			state string
			want  error
			there bool
		}{{"running", organizations.ErrUnfinished, true}, {"available", nil, false}} {
			if _, err := db.Raw().ExecContext(t.Context(), "UPDATE river_job SET state = $1 WHERE kind = 'organizations_closing_check'", c.state); err != nil {
				t.Fatal(err)
			}
			if err := removed(t, at(db, o.Closing.RemoveAt, 0), o.ID); !errors.Is(err, c.want) {
				t.Errorf("while a job is %s: %v", c.state, err)
			}
			if _, _, err := organizations.OpenByID(t.Context(), db.Store, o.ID); (err == nil) != c.there {
				t.Errorf("while a job was %s: %v", c.state, err)
			}
		}
	})
}

// An organization that is open again is not removed any further, whoever began.
func TestRemovalStopsWhenItIsOpenAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		scope := db.Organization("Old Oven")
		for range 3 {
			db.Do(t, scope, func(ctx context.Context, tx *store.Tx) error {
				return mail.Send(ctx, tx, mail.Invitation, "somebody@oven.example", mail.Message{})
			})
		}
		o, err := organizations.CloseByOperator(t.Context(), db.Store, "old-oven", "At once", true)
		if err != nil {
			t.Fatal(err)
		}
		taker, err := census.Open(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		defer taker.Close()
		rows := func() int {
			all, err := taker.Take(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return len(all.Of(o.ID.String()))
		}
		before, left := rows(), 0
		reopen := func(ctx context.Context) error {
			left = rows()
			return taker.Exec(ctx, "UPDATE organizations SET status = 'active', closing_at = NULL, remove_at = NULL")
		}
		r := organizations.Remover{Store: at(db, o.Closing.RemoveAt, 0), Batch: 1, Rest: reopen}
		if err := r.Remove(t.Context(), o.ID); !fault.Is(err, fault.KindConflict) || left == 0 || left >= before || rows() != left {
			t.Errorf("%v; %d rows, %d when it was opened, %d before", err, rows(), left, before)
		}
	})
}
