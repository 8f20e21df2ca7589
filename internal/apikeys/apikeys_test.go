package apikeys_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"craftplan/internal/accounts"
	"craftplan/internal/apikeys"
	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/organizations"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

func try(t *testing.T, db *storetest.DB, scope store.Scope, fn func(context.Context, *store.Tx) error) error {
	t.Helper()
	return db.Update(t.Context(), scope, func(tx *store.Tx) error { return fn(t.Context(), tx) })
}

func create(t *testing.T, db *storetest.DB, scope store.Scope, n apikeys.NewKey) (made apikeys.Made, err error) {
	t.Helper()
	err = try(t, db, scope, func(ctx context.Context, tx *store.Tx) (err error) {
		made, err = apikeys.Create(ctx, tx, n)
		return err
	})
	return made, err
}

func key(t *testing.T, db *storetest.DB, scope store.Scope, scopes ...authz.Permission) apikeys.Made {
	t.Helper()
	made, err := create(t, db, scope, apikeys.NewKey{Name: "Shop", Scopes: scopes})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// opens tells whether a secret opens an organization, after some time.
func opens(t *testing.T, db *storetest.DB, slug, secret string, later time.Duration) bool {
	t.Helper()
	_, err := apikeys.Authenticate(t.Context(), db.At(func() time.Time { return time.Now().Add(later) }), slug, secret)
	if err != nil && !fault.Is(err, fault.KindUnauthenticated) {
		t.Fatal(err)
	}
	return err == nil
}

func list(t *testing.T, db *storetest.DB, scope store.Scope) (keys []apikeys.Listed) {
	t.Helper()
	db.Do(t, scope, func(ctx context.Context, tx *store.Tx) (err error) {
		keys, _, err = apikeys.List(ctx, tx, 100, 0)
		return err
	})
	return keys
}

func TestKey(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		owner := db.Organization("Sunrise")
		made := key(t, db, owner, authz.CustomersWrite, authz.OrdersRead)
		if !strings.HasPrefix(made.Secret, "cpk_") || len(made.Secret) != 30 || !strings.HasPrefix(made.Secret, made.Prefix) || len(made.Prefix) > 10 {
			t.Errorf("secret %q, prefix %q", made.Secret, made.Prefix)
		}
		o, err := apikeys.Authenticate(t.Context(), db.Store, "sunrise", made.Secret)
		if err != nil {
			t.Fatal(err)
		}
		if o.Name != "Shop" || o.Organization.Slug != "sunrise" || o.Scope.Organization() != owner.Organization() || o.Scope.Actor().UserID != owner.Actor().UserID {
			t.Errorf("opened %+v", o)
		}
		may := func(p authz.Permission) bool { return o.Scope.Actor().May(p) }
		if !may(authz.CustomersWrite) || !may(authz.CustomersRead) || !may(authz.OrdersRead) || may(authz.OrdersWrite) || may(authz.CostsRead) || may(authz.MembersWrite) {
			t.Errorf("the key may other things than its scopes: %v", o.Scopes)
		}
		if k := list(t, db, owner); len(k) != 1 || k[0].State != apikeys.Active || k[0].LastUsed == nil || k[0].Maker != "Somebody" {
			t.Errorf("listed %+v", k)
		}
		db.Do(t, owner, func(ctx context.Context, tx *store.Tx) error { return apikeys.Revoke(ctx, tx, made.ID) })
		if opens(t, db, "sunrise", made.Secret, 0) {
			t.Error("a revoked key opens")
		}
		for name, err := range map[string]error{
			"revoking it again": try(t, db, owner, func(ctx context.Context, tx *store.Tx) error { return apikeys.Revoke(ctx, tx, made.ID) }),
			"a new secret for it": try(t, db, owner, func(ctx context.Context, tx *store.Tx) error {
				_, err := apikeys.Rotate(ctx, tx, made.ID, 0)
				return err
			}),
			"somebody else's for a key": try(t, db, db.Member(owner, authz.Admin), func(ctx context.Context, tx *store.Tx) error {
				_, err := apikeys.Rotate(ctx, tx, made.ID, 0)
				return err
			}),
		} {
			if !fault.Is(err, fault.KindConflict) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// A key of one organization opens no other, and every way not to open one is the same answer.
func TestForeignAndWrongKeys(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		sunrise, bluebird := db.Organization("Sunrise"), db.Organization("Bluebird")
		mine, foreign := key(t, db, sunrise, authz.OrdersRead), key(t, db, bluebird, authz.OrdersRead)
		want := ""
		for name, c := range map[string][2]string{
			"a foreign key": {"sunrise", foreign.Secret}, "an unknown organization": {"nowhere", mine.Secret}, "another secret": {"sunrise", "cpk_ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
			"no key": {"sunrise", ""}, "a malformed one": {"sunrise", "cpk_short"}, "without its mark": {"sunrise", strings.TrimPrefix(mine.Secret, "cpk_")},
			"in lower case": {"sunrise", strings.ToLower(mine.Secret)}, "its hash": {"sunrise", hash(mine.Secret)}, "its prefix": {"sunrise", mine.Prefix}, "a zero byte": {"sunrise", mine.Secret[:29] + "\x00"},
		} {
			_, err := apikeys.Authenticate(t.Context(), db.Store, c[0], c[1])
			if !fault.Is(err, fault.KindUnauthenticated) || want != "" && err.Error() != want {
				t.Errorf("%s: %v", name, err)
			} else {
				want = err.Error()
			}
		}
		if err := try(t, db, bluebird, func(ctx context.Context, tx *store.Tx) error { return apikeys.Revoke(ctx, tx, mine.ID) }); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("revoking another organization's key: %v", err)
		}
		if err := try(t, db, bluebird, func(ctx context.Context, tx *store.Tx) error {
			_, err := apikeys.Rotate(ctx, tx, mine.ID, 0)
			return err
		}); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("a new secret for another organization's key: %v", err)
		}
		if !opens(t, db, "sunrise", mine.Secret, 0) {
			t.Error("the key no longer opens its own")
		}
	})
}

func hash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// Only hashes are kept of secrets, present and former.
func TestHashAtRest(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		owner := db.Organization("Sunrise")
		first := key(t, db, owner, authz.OrdersRead)
		var second apikeys.Made
		db.Do(t, owner, func(ctx context.Context, tx *store.Tx) (err error) {
			second, err = apikeys.Rotate(ctx, tx, first.ID, time.Hour)
			return err
		})
		rows, err := db.Unbound().QueryContext(t.Context(), "SELECT * FROM api_keys")
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		columns, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		kept := ""
		for rows.Next() {
			values, into := make([]any, len(columns)), make([]any, len(columns))
			for i := range values {
				into[i] = &values[i]
			}
			if err := rows.Scan(into...); err != nil {
				t.Fatal(err)
			}
			kept += fmt.Sprintln(values...)
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{first.Secret, second.Secret} {
			if !strings.Contains(kept, hash(secret)) {
				t.Errorf("no hash of the secret is kept: %s", kept)
			}
			if strings.Contains(kept, secret) || strings.Contains(kept, secret[14:]) {
				t.Error("a secret is kept")
			}
		}
	})
}

// A former secret goes on for its grace, and not a minute longer.
func TestRotate(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		owner := db.Organization("Sunrise")
		rotate := func(k apikeys.Made, grace time.Duration) (made apikeys.Made) {
			t.Helper()
			db.Do(t, owner, func(ctx context.Context, tx *store.Tx) (err error) {
				made, err = apikeys.Rotate(ctx, tx, k.ID, grace)
				return err
			})
			return made
		}
		first := key(t, db, owner, authz.OrdersRead)
		second := rotate(first, time.Hour)
		if second.ID != first.ID || second.Secret == first.Secret || !slices.Equal(second.Scopes, first.Scopes) || second.FormerUntil == nil {
			t.Errorf("rotated %+v", second.Key)
		}
		if !opens(t, db, "sunrise", first.Secret, 59*time.Minute) || !opens(t, db, "sunrise", second.Secret, 59*time.Minute) {
			t.Error("within the hour one of the two does not open")
		}
		if opens(t, db, "sunrise", first.Secret, 61*time.Minute) || !opens(t, db, "sunrise", second.Secret, 61*time.Minute) {
			t.Error("after the hour the former secret opens, or the new one does not")
		}
		third := rotate(second, 0)
		if opens(t, db, "sunrise", first.Secret, 0) || opens(t, db, "sunrise", second.Secret, 0) || !opens(t, db, "sunrise", third.Secret, 0) {
			t.Error("without grace a former secret opens")
		}
		fourth := rotate(third, 24*time.Hour)
		db.Do(t, owner, func(ctx context.Context, tx *store.Tx) error { return apikeys.Revoke(ctx, tx, first.ID) })
		if opens(t, db, "sunrise", third.Secret, 0) || opens(t, db, "sunrise", fourth.Secret, 0) {
			t.Error("a secret of a revoked key opens within its grace")
		}
		another := key(t, db, owner, authz.OrdersRead)
		if err := try(t, db, owner, func(ctx context.Context, tx *store.Tx) error {
			_, err := apikeys.Rotate(ctx, tx, another.ID, 48*time.Hour)
			return err
		}); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("another grace: %v", err)
		}
	})
}

// A key works to the end of its last day where the organization is.
func TestExpiry(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		owner := db.Organization("Sunrise") // in Chicago
		zone := owner.Context().Zone
		now := time.Now().In(zone)
		var made apikeys.Made
		db.Do(t, owner, func(ctx context.Context, tx *store.Tx) (err error) {
			last := tx.Today().AddDays(30)
			made, err = apikeys.Create(ctx, tx, apikeys.NewKey{Name: "Shop", Scopes: []authz.Permission{authz.OrdersRead}, ExpiresOn: &last})
			return err
		})
		lastMinute := time.Date(now.Year(), now.Month(), now.Day()+30, 23, 59, 0, 0, zone)
		if made.State != apikeys.Active || !opens(t, db, "sunrise", made.Secret, time.Until(lastMinute)) {
			t.Errorf("on its last day it does not open; it was %s", made.State)
		}
		if opens(t, db, "sunrise", made.Secret, time.Until(lastMinute.Add(2*time.Minute))) {
			t.Error("the day after its last it opens")
		}
		states := map[int]apikeys.State{0: apikeys.Active, 16: apikeys.Active, 17: apikeys.Expiring, 30: apikeys.Expiring, 31: apikeys.Expired}
		for days, want := range states {
			later := db.At(func() time.Time { return now.AddDate(0, 0, days) })
			err := later.View(t.Context(), owner, func(tx *store.Tx) error {
				keys, _, err := apikeys.List(t.Context(), tx, 10, 0)
				used, counted := apikeys.Used(t.Context(), tx)
				if counted != nil || used != map[bool]int64{true: 0, false: 1}[want == apikeys.Expired] {
					t.Errorf("after %d days %d count, %v", days, used, counted)
				}
				if len(keys) != 1 || keys[0].State != want {
					t.Errorf("after %d days: %+v, want %s", days, keys, want)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}

// A key is never more than its maker is now, and nothing while they are nobody here.
func TestMakerChanges(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		owner := db.Organization("Sunrise")
		admin := db.Member(owner, authz.Admin)
		user := admin.Actor().UserID
		made := key(t, db, admin, authz.Scopes...)
		may := func(p authz.Permission) bool {
			t.Helper()
			o, err := apikeys.Authenticate(t.Context(), db.Store, "sunrise", made.Secret)
			if err != nil {
				t.Fatal(err)
			}
			return o.Scope.Actor().May(p)
		}
		change := func(do func(context.Context, *store.Tx, id.ID) error) {
			t.Helper()
			db.Do(t, owner, func(ctx context.Context, tx *store.Tx) error { return do(ctx, tx, user) })
		}
		as := func(r authz.Role) func(context.Context, *store.Tx, id.ID) error {
			return func(ctx context.Context, tx *store.Tx, user id.ID) error {
				return organizations.ChangeRole(ctx, tx, user, r)
			}
		}
		if !may(authz.SettingsWrite) || !may(authz.CostsRead) || may(authz.KeysWrite) {
			t.Error("an admin's key")
		}
		change(as(authz.Staff))
		if may(authz.SettingsWrite) || !may(authz.OrdersWrite) {
			t.Error("the key of who was demoted to staff")
		}
		change(organizations.HideCosts)
		if may(authz.CostsRead) {
			t.Error("the key shows costs that are hidden from its maker")
		}
		change(as(authz.Viewer))
		if may(authz.OrdersWrite) || !may(authz.OrdersRead) {
			t.Error("the key of who was demoted to viewer")
		}
		state := func() apikeys.State { return list(t, db, owner)[0].State }
		change(organizations.Suspend)
		if opens(t, db, "sunrise", made.Secret, 0) || state() != apikeys.Stopped {
			t.Errorf("the key of a suspended member opens; it is %s", state())
		}
		change(organizations.Reinstate)
		if !opens(t, db, "sunrise", made.Secret, 0) || state() != apikeys.Active {
			t.Errorf("the key of a reinstated member does not open; it is %s", state())
		}
		people, err := organizations.People(t.Context(), db.Store, "sunrise")
		if err != nil {
			t.Fatal(err)
		}
		email := people[slices.IndexFunc(people, func(p organizations.Person) bool { return p.ID == user })].Email
		if _, err := accounts.Disable(t.Context(), db.Store, email, "Left the company."); err != nil {
			t.Fatal(err)
		}
		if opens(t, db, "sunrise", made.Secret, 0) || state() != apikeys.Stopped {
			t.Errorf("the key of a disabled user opens; it is %s", state())
		}
		if _, err := accounts.Enable(t.Context(), db.Store, email); err != nil {
			t.Fatal(err)
		}
		if !opens(t, db, "sunrise", made.Secret, 0) || state() != apikeys.Active {
			t.Errorf("the key of an enabled user does not open; it is %s", state())
		}
		change(organizations.Remove)
		if opens(t, db, "sunrise", made.Secret, 0) || state() != apikeys.Stopped {
			t.Errorf("the key of a removed member opens; it is %s", state())
		}
	})
}

func TestWhoMay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		owner := db.Organization("Sunrise")
		made := key(t, db, owner, authz.Scopes...)
		through, err := apikeys.Authenticate(t.Context(), db.Store, "sunrise", made.Secret)
		if err != nil {
			t.Fatal(err)
		}
		for name, scope := range map[string]store.Scope{"staff": db.Member(owner, authz.Staff), "a viewer": db.Member(owner, authz.Viewer), "a key": through.Scope} {
			for verb, do := range map[string]func(context.Context, *store.Tx) error{
				"list":  func(ctx context.Context, tx *store.Tx) error { _, _, err := apikeys.List(ctx, tx, 1, 0); return err },
				"count": func(ctx context.Context, tx *store.Tx) error { _, err := apikeys.Used(ctx, tx); return err },
				"rotate": func(ctx context.Context, tx *store.Tx) error {
					_, err := apikeys.Rotate(ctx, tx, made.ID, 0)
					return err
				},
				"revoke": func(ctx context.Context, tx *store.Tx) error { return apikeys.Revoke(ctx, tx, made.ID) },
				"create": func(ctx context.Context, tx *store.Tx) error {
					_, err := apikeys.Create(ctx, tx, apikeys.NewKey{Name: "Shop", Scopes: []authz.Permission{authz.OrdersRead}})
					return err
				},
			} {
				if err := try(t, db, scope, do); !fault.Is(err, fault.KindForbidden) {
					t.Errorf("%s may %s: %v", name, verb, err)
				}
			}
		}
		admin := db.Member(owner, authz.Admin)
		if err := try(t, db, admin, func(ctx context.Context, tx *store.Tx) error {
			_, err := apikeys.Rotate(ctx, tx, made.ID, 0)
			return err
		}); !fault.Is(err, fault.KindConflict) {
			t.Errorf("an admin gets a secret in the owner's name: %v", err)
		}
		db.Do(t, admin, func(ctx context.Context, tx *store.Tx) error { return apikeys.Revoke(ctx, tx, made.ID) })
	})
}

func TestNewKeyRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		owner := db.Organization("Sunrise")
		blind := owner.Actor()
		blind.CostsHidden = true
		read := []authz.Permission{authz.OrdersRead}
		for name, c := range map[string]struct {
			scope store.Scope
			key   apikeys.NewKey
			field string
		}{
			"no name":            {owner, apikeys.NewKey{Name: " ", Scopes: read}, "name"},
			"a long name":        {owner, apikeys.NewKey{Name: strings.Repeat("a", 101), Scopes: read}, "name"},
			"control characters": {owner, apikeys.NewKey{Name: "a\x00b", Scopes: read}, "name"},
			"no scope":           {owner, apikeys.NewKey{Name: "Shop"}, "scopes"},
			"an unknown scope":   {owner, apikeys.NewKey{Name: "Shop", Scopes: []authz.Permission{"ovens:read"}}, "scopes"},
			"members":            {owner, apikeys.NewKey{Name: "Shop", Scopes: []authz.Permission{authz.MembersWrite, authz.OrdersRead}}, "scopes"},
			"more than one has":  {store.NewScope(owner.Organization(), blind, owner.Context()), apikeys.NewKey{Name: "Shop", Scopes: []authz.Permission{authz.CostsRead}}, "scopes"},
		} {
			_, err := create(t, db, c.scope, c.key)
			if fields := fault.FieldsOf(err); len(fields) != 1 || fields[0].Name != c.field {
				t.Errorf("%s: %v", name, err)
			}
		}
		err := try(t, db, owner, func(ctx context.Context, tx *store.Tx) error {
			yesterday := tx.Today().AddDays(-1)
			_, err := apikeys.Create(ctx, tx, apikeys.NewKey{Name: "Shop", Scopes: read, ExpiresOn: &yesterday})
			return err
		})
		if fields := fault.FieldsOf(err); len(fields) != 1 || fields[0].Name != "expires_on" {
			t.Errorf("a day that is past: %v", err)
		}
	})
}

// The plan stops what would add a key, also when several add one at once, and takes none away.
func TestPlanLimitsKeys(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		owner := db.Organization("Sunrise") // the starter plan is for five
		var mu sync.Mutex
		var all sync.WaitGroup
		var made []apikeys.Made
		for range 8 {
			all.Go(func() {
				k, err := create(t, db, owner, apikeys.NewKey{Name: "Shop", Scopes: []authz.Permission{authz.OrdersRead}})
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					made = append(made, k)
				} else if !fault.Is(err, fault.KindInvalid) || !strings.Contains(err.Error(), "The plan is for 5 keys") {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if len(made) != 5 {
			t.Fatalf("%d keys of five", len(made))
		}
		db.Do(t, owner, func(ctx context.Context, tx *store.Tx) error { return apikeys.Revoke(ctx, tx, made[0].ID) })
		made[0] = key(t, db, owner, authz.OrdersRead)
		if _, err := organizations.SetPlan(t.Context(), db.Store, "sunrise", "growth"); err != nil {
			t.Fatal(err)
		}
		made = append(made, key(t, db, owner, authz.OrdersRead), key(t, db, owner, authz.OrdersRead))
		if _, err := organizations.SetPlan(t.Context(), db.Store, "sunrise", "starter"); err != nil {
			t.Fatal(err)
		}
		for i, k := range made {
			if !opens(t, db, "sunrise", k.Secret, 0) {
				t.Errorf("on the smaller plan key %d of %d stopped", i, len(made))
			}
		}
		if _, err := create(t, db, owner, apikeys.NewKey{Name: "Shop", Scopes: []authz.Permission{authz.OrdersRead}}); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("one more: %v", err)
		}
		db.Do(t, owner, func(ctx context.Context, tx *store.Tx) error {
			if n, err := apikeys.Used(ctx, tx); n != 7 || err != nil {
				t.Errorf("%d used, %v", n, err)
			}
			_, err := apikeys.Rotate(ctx, tx, made[0].ID, 0) // what is there works on
			return err
		})
	})
}

// Uses are noted at most once a minute.
func TestLastUse(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		owner := db.Organization("Sunrise")
		made := key(t, db, owner, authz.OrdersRead)
		last := func() string { return list(t, db, owner)[0].LastUsed.String() }
		opens(t, db, "sunrise", made.Secret, 0)
		first := last()
		if opens(t, db, "sunrise", made.Secret, 50*time.Second); last() != first {
			t.Error("used again within a minute, and noted")
		}
		if opens(t, db, "sunrise", made.Secret, 70*time.Second); last() == first {
			t.Error("used again after a minute, and not noted")
		}
	})
}

// One of several keys is used, given another secret and revoked: the others stay as they are.
func TestKeysAreApart(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		owner := db.Organization("Sunrise")
		admin := joined(t, db, owner, "Ada", authz.Admin)
		first, second := key(t, db, owner, authz.OrdersRead), key(t, db, admin, authz.OrdersRead, authz.CatalogRead)
		listed := func() map[id.ID]apikeys.Listed {
			t.Helper()
			all := map[id.ID]apikeys.Listed{}
			for _, k := range list(t, db, owner) {
				if _, twice := all[k.ID]; twice {
					t.Errorf("%s is listed twice", k.Prefix)
				}
				all[k.ID] = k
			}
			return all
		}
		if keys := listed(); len(keys) != 2 || keys[first.ID].Maker != "Somebody" || keys[second.ID].Maker != "Ada" {
			t.Errorf("listed: %+v", keys)
		}
		opens(t, db, "sunrise", second.Secret, 0)
		if keys := listed(); keys[first.ID].LastUsed != nil || keys[second.ID].LastUsed == nil {
			t.Errorf("after the second was used: %+v", keys)
		}
		var anew apikeys.Made
		db.Do(t, admin, func(ctx context.Context, tx *store.Tx) (err error) {
			anew, err = apikeys.Rotate(ctx, tx, second.ID, time.Hour)
			return err
		})
		if anew.ID != second.ID || !slices.Equal(anew.Scopes, second.Scopes) {
			t.Errorf("rotated: %+v", anew.Key)
		}
		for _, wrong := range []string{"cpk_ABCDEFGHIJKLMNOPQRSTUVWXYZ", second.Secret[:29] + "!"} {
			if opens(t, db, "sunrise", wrong, 0) {
				t.Errorf("while a former secret goes on, %q opens", wrong)
			}
		}
		db.Do(t, owner, func(ctx context.Context, tx *store.Tx) error { return apikeys.Revoke(ctx, tx, second.ID) })
		if !opens(t, db, "sunrise", first.Secret, 0) || opens(t, db, "sunrise", anew.Secret, 0) {
			t.Error("the first does not open, or the second does")
		}
	})
}

// joined is a member of the scope's organization with a name.
func joined(t *testing.T, db *storetest.DB, scope store.Scope, name string, role authz.Role) store.Scope {
	t.Helper()
	prepared, err := accounts.PrepareWithoutPassword(name, strings.ToLower(name)+"@people.example")
	if err == nil {
		err = db.System(t.Context(), "test: create a user", func(tx *store.SystemTx) error { return accounts.Create(t.Context(), tx, prepared) })
	}
	if err != nil {
		t.Fatal(err)
	}
	db.Do(t, scope, func(ctx context.Context, tx *store.Tx) error {
		return organizations.AddMember(ctx, tx, prepared.ID, role)
	})
	return store.NewScope(scope.Organization(), authz.Actor{UserID: prepared.ID, Role: role}, scope.Context())
}
