package organizations_test

import (
	"context"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"craftplan/internal/accounts"
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

func roles(t *testing.T, db *storetest.DB, owner store.Scope) map[id.ID]organizations.Member {
	t.Helper()
	found := map[id.ID]organizations.Member{}
	db.Do(t, owner, func(ctx context.Context, tx *store.Tx) error {
		members, err := organizations.Members(ctx, tx)
		for _, m := range members {
			found[m.UserID] = m
		}
		return err
	})
	return found
}

// Who may do what to whom.
func TestMembership(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		owner := db.Organization("Sunrise")
		admin, staff := db.Member(owner, authz.Admin), db.Member(owner, authz.Staff)
		a, s, o := admin.Actor().UserID, staff.Actor().UserID, owner.Actor().UserID
		for name, c := range map[string]struct {
			as   store.Scope
			do   func(context.Context, *store.Tx) error
			want fault.Kind
		}{
			"staff change a role": {staff, func(ctx context.Context, tx *store.Tx) error {
				return organizations.ChangeRole(ctx, tx, s, authz.Admin)
			}, fault.KindForbidden},
			"staff see the members": {staff, func(ctx context.Context, tx *store.Tx) error { _, err := organizations.Members(ctx, tx); return err }, fault.KindForbidden},
			"an admin makes an owner": {admin, func(ctx context.Context, tx *store.Tx) error {
				return organizations.ChangeRole(ctx, tx, s, authz.Owner)
			}, fault.KindForbidden},
			"an admin becomes owner": {admin, func(ctx context.Context, tx *store.Tx) error {
				return organizations.ChangeRole(ctx, tx, a, authz.Owner)
			}, fault.KindForbidden},
			"an admin demotes the owner": {admin, func(ctx context.Context, tx *store.Tx) error {
				return organizations.ChangeRole(ctx, tx, o, authz.Staff)
			}, fault.KindForbidden},
			"an admin removes the owner":  {admin, func(ctx context.Context, tx *store.Tx) error { return organizations.Remove(ctx, tx, o) }, fault.KindForbidden},
			"an admin suspends the owner": {admin, func(ctx context.Context, tx *store.Tx) error { return organizations.Suspend(ctx, tx, o) }, fault.KindForbidden},
			"an admin transfers":          {admin, func(ctx context.Context, tx *store.Tx) error { return organizations.TransferOwnership(ctx, tx, s) }, fault.KindForbidden},
			"the last owner leaves":       {owner, organizations.Leave, fault.KindConflict},
			"the last owner steps down": {owner, func(ctx context.Context, tx *store.Tx) error {
				return organizations.ChangeRole(ctx, tx, o, authz.Admin)
			}, fault.KindConflict},
			"the last owner is suspended": {owner, func(ctx context.Context, tx *store.Tx) error { return organizations.Suspend(ctx, tx, o) }, fault.KindConflict},
			"somebody who is no member":   {owner, func(ctx context.Context, tx *store.Tx) error { return organizations.Remove(ctx, tx, id.New()) }, fault.KindNotFound},
			"an unknown role":             {owner, func(ctx context.Context, tx *store.Tx) error { return organizations.ChangeRole(ctx, tx, s, "boss") }, fault.KindForbidden},
			"ownership to oneself":        {owner, func(ctx context.Context, tx *store.Tx) error { return organizations.TransferOwnership(ctx, tx, o) }, fault.KindConflict},
			"an owner invites nobody": {owner, func(ctx context.Context, tx *store.Tx) error {
				_, err := organizations.Invite(ctx, tx, nil, organizations.Place{Role: authz.Staff})
				return err
			}, fault.KindInvalid},
			"an admin invites an owner": {admin, func(ctx context.Context, tx *store.Tx) error {
				_, err := organizations.Invite(ctx, tx, []string{"a@b.example"}, organizations.Place{Role: authz.Owner})
				return err
			}, fault.KindInvalid},
			"staff invite": {staff, func(ctx context.Context, tx *store.Tx) error {
				_, err := organizations.Invite(ctx, tx, []string{"a@b.example"}, organizations.Place{Role: authz.Viewer})
				return err
			}, fault.KindForbidden},
			"an invitation to no address": {owner, func(ctx context.Context, tx *store.Tx) error {
				_, err := organizations.Invite(ctx, tx, []string{"a@b.example", "nobody"}, organizations.Place{Role: authz.Viewer})
				return err
			}, fault.KindInvalid},
			"revoking what is not there": {owner, func(ctx context.Context, tx *store.Tx) error { return organizations.Revoke(ctx, tx, id.New()) }, fault.KindNotFound},
		} {
			if err := try(t, db, c.as, c.do); !fault.Is(err, c.want) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := try(t, db, owner, func(ctx context.Context, tx *store.Tx) error { return organizations.TransferOwnership(ctx, tx, a) }); err != nil {
			t.Fatal(err)
		}
		admin = store.NewScope(admin.Organization(), authz.Actor{UserID: a, Role: authz.Owner}, admin.Context())
		if m := roles(t, db, admin); m[a].Role != authz.Owner || m[o].Role != authz.Admin {
			t.Errorf("after the transfer: %+v", m)
		}
		db.Do(t, admin, func(ctx context.Context, tx *store.Tx) error { return organizations.Suspend(ctx, tx, s) })
		if _, _, err := organizations.Resolve(t.Context(), db.Store, "sunrise", s); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("a suspended member opens it: %v", err)
		}
		db.Do(t, admin, func(ctx context.Context, tx *store.Tx) error { return organizations.Reinstate(ctx, tx, s) })
		db.Do(t, staff, organizations.Leave)
		if _, there := roles(t, db, admin)[s]; there {
			t.Error("who left is still listed")
		}
	})
}

// What things cost is hidden from a member of staff and shown again by who may change them; the place of an invitation is taken over.
func TestCostsHidden(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		first := db.Organization("Sunrise")
		admin, staff := db.Member(first, authz.Admin), db.Member(first, authz.Staff)
		a, s, o := admin.Actor().UserID, staff.Actor().UserID, first.Actor().UserID
		sees := func(user id.ID) bool {
			_, scope, err := organizations.Resolve(t.Context(), db.Store, "sunrise", user)
			if err != nil {
				t.Fatal(err)
			}
			return scope.Actor().May(authz.CostsRead)
		}
		if !sees(s) || !sees(o) {
			t.Error("costs are hidden from the start")
		}
		db.Do(t, admin, func(ctx context.Context, tx *store.Tx) error { return organizations.HideCosts(ctx, tx, s) })
		if sees(s) || !roles(t, db, first)[s].CostsHidden {
			t.Error("staff still see costs")
		}
		for name, c := range map[string]struct {
			as   store.Scope
			do   func(context.Context, *store.Tx) error
			want fault.Kind
		}{
			"staff show themselves": {staff, func(ctx context.Context, tx *store.Tx) error { return organizations.ShowCosts(ctx, tx, s) }, fault.KindForbidden},
			"hidden from an admin":  {first, func(ctx context.Context, tx *store.Tx) error { return organizations.HideCosts(ctx, tx, a) }, fault.KindConflict},
			"hidden from an owner":  {admin, func(ctx context.Context, tx *store.Tx) error { return organizations.HideCosts(ctx, tx, o) }, fault.KindForbidden},
		} {
			if err := try(t, db, c.as, c.do); !fault.Is(err, c.want) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := db.Raw().ExecContext(t.Context(), "UPDATE organizations SET status = 'suspended'"); err != nil {
			t.Fatal(err)
		}
		if sees(s) || !sees(a) {
			t.Error("suspending the organization changes who sees costs")
		}
		if _, err := db.Raw().ExecContext(t.Context(), "UPDATE organizations SET status = 'active'"); err != nil {
			t.Fatal(err)
		}
		db.Do(t, first, func(ctx context.Context, tx *store.Tx) error {
			return organizations.ChangeRole(ctx, tx, s, authz.Admin)
		})
		if !sees(s) {
			t.Error("an admin sees no costs")
		}

		ada := owner(t, "ada@oven.example")
		var sent []organizations.Sent
		db.Do(t, admin, func(ctx context.Context, tx *store.Tx) (err error) {
			sent, err = organizations.Invite(ctx, tx, []string{"ada@oven.example"}, organizations.Place{Role: authz.Viewer, CostsHidden: true})
			return err
		})
		in, err := organizations.ResolveInvitation(t.Context(), db.Store, sent[0].Token)
		if err != nil || !in.CostsHidden {
			t.Fatalf("the invitation: %+v, %v", in.Place, err)
		}
		if err := in.Accept(t.Context(), db.Store, ada, nil); err != nil {
			t.Fatal(err)
		}
		if sees(ada.New.ID) {
			t.Error("who was invited without costs sees them")
		}
		db.Do(t, admin, func(ctx context.Context, tx *store.Tx) error { return organizations.ShowCosts(ctx, tx, ada.New.ID) })
		if !sees(ada.New.ID) {
			t.Error("costs are not shown")
		}
	})
}

// Owners demote, suspend and remove each other and leave, all at once: an active owner always remains.
func TestAnOwnerAlwaysRemains(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		first := db.Organization("Sunrise")
		scopes := []store.Scope{first}
		for range 9 {
			scopes = append(scopes, db.Member(first, authz.Owner))
		}
		var all sync.WaitGroup
		for n := range 100 {
			all.Go(func() {
				random := rand.New(rand.NewPCG(1, uint64(n)))
				as, to := scopes[random.IntN(len(scopes))], scopes[random.IntN(len(scopes))].Actor().UserID
				err := db.Update(t.Context(), as, func(tx *store.Tx) error {
					switch n % 4 {
					case 0:
						return organizations.ChangeRole(t.Context(), tx, to, authz.Staff)
					case 1:
						return organizations.Remove(t.Context(), tx, to)
					case 2:
						return organizations.Suspend(t.Context(), tx, to)
					}
					return organizations.Leave(t.Context(), tx)
				})
				if err != nil && !fault.Is(err, fault.KindConflict) && !fault.Is(err, fault.KindNotFound) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		owners := 0
		for _, m := range roles(t, db, first) {
			if m.Role == authz.Owner && m.Standing == organizations.Working {
				owners++
			}
		}
		if owners != 1 {
			t.Errorf("%d active owners", owners)
		}
	})
}

func sendInvitation(t *testing.T, db *storetest.DB, owner store.Scope, email string, role authz.Role) (sent organizations.Sent) {
	t.Helper()
	db.Do(t, owner, func(ctx context.Context, tx *store.Tx) error {
		all, err := organizations.Invite(ctx, tx, []string{email}, organizations.Place{Role: role})
		if err == nil {
			sent = all[0]
		}
		return err
	})
	return sent
}

func TestInvitation(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		owner := db.Organization("Sunrise")
		first := sendInvitation(t, db, owner, "Ada@Oven.example", authz.Staff)
		second := sendInvitation(t, db, owner, "ada@oven.example", authz.Viewer)
		open := func(token string) (organizations.Invited, error) {
			return organizations.ResolveInvitation(t.Context(), db.Store, token)
		}
		organization, secret, _ := strings.Cut(second.Token, ".")
		for name, token := range map[string]string{"replaced": first.Token, "empty": "", "no secret": organization + ".", "another secret": organization + ".AAAA", "another organization": id.NewOrganization().String() + "." + secret, "nonsense": "x.y"} {
			if _, err := open(token); !fault.Is(err, fault.KindNotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		in, err := open(second.Token)
		if err != nil || in.Email != "ada@oven.example" || in.Role != authz.Viewer || in.Organization.Name != "Sunrise" {
			t.Fatalf("%+v, %v", in, err)
		}
		if err := in.Accept(t.Context(), db.Store, personWith(t, "eve@oven.example"), nil); !fault.Is(err, fault.KindForbidden) {
			t.Errorf("somebody else accepts: %v", err)
		}
		ada := personWith(t, "ada@oven.example")
		if err := in.Accept(t.Context(), db.Store, ada, nil); err != nil {
			t.Fatal(err)
		}
		if m := roles(t, db, owner)[ada.New.ID]; m.Role != authz.Viewer || m.Standing != organizations.Working {
			t.Errorf("ada is %+v", m)
		}
		if _, err := open(second.Token); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("used twice: %v", err)
		}
		if err := try(t, db, owner, func(ctx context.Context, tx *store.Tx) error {
			_, err := organizations.Invite(ctx, tx, []string{"ada@oven.example"}, organizations.Place{Role: authz.Owner})
			return err
		}); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("inviting a member: %v", err)
		}

		// Removed, invited again, back with another role.
		db.Do(t, owner, func(ctx context.Context, tx *store.Tx) error { return organizations.Remove(ctx, tx, ada.New.ID) })
		again, err := open(sendInvitation(t, db, owner, "ada@oven.example", authz.Admin).Token)
		if err != nil {
			t.Fatal(err)
		}
		if err := again.Accept(t.Context(), db.Store, organizations.Owner{Existing: ada.New.User}, nil); err != nil {
			t.Error(err)
		}
		if m := roles(t, db, owner)[ada.New.ID]; m.Role != authz.Admin {
			t.Errorf("back as %+v", m)
		}

		declined, err := open(sendInvitation(t, db, owner, "ben@oven.example", authz.Staff).Token)
		if err != nil {
			t.Fatal(err)
		}
		if err := declined.Decline(t.Context(), db.Store); err != nil {
			t.Error(err)
		}
		if err := declined.Accept(t.Context(), db.Store, personWith(t, "ben@oven.example"), nil); !fault.Is(err, fault.KindConflict) {
			t.Errorf("accepted after it was declined: %v", err)
		}
		late := sendInvitation(t, db, owner, "cat@oven.example", authz.Staff)
		future := db.At(func() time.Time { return time.Now().Add(8 * 24 * time.Hour) })
		if _, err := organizations.ResolveInvitation(t.Context(), future, late.Token); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("after eight days: %v", err)
		}
	})
}

// A new link ends the former one, also after seven days; an admin cannot renew what is more than they are.
func TestResendInvitation(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		owner := db.Organization("Sunrise")
		first := sendInvitation(t, db, owner, "ada@oven.example", authz.Owner)
		later := db.At(func() time.Time { return time.Now().Add(8 * 24 * time.Hour) })
		var second organizations.Sent
		resend := func(st *store.Store, actor store.Scope, which id.ID) error {
			return st.Update(t.Context(), actor, func(tx *store.Tx) (err error) {
				second, err = organizations.Resend(t.Context(), tx, which)
				return err
			})
		}
		if err := resend(later, db.Member(owner, authz.Admin), first.ID); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("an admin renews an owner's invitation: %v", err)
		}
		if err := resend(later, db.Organization("Bluebird"), first.ID); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("another organization's: %v", err)
		}
		if err := resend(later, owner, first.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := organizations.ResolveInvitation(t.Context(), later, first.Token); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("the former link: %v", err)
		}
		if in, err := organizations.ResolveInvitation(t.Context(), later, second.Token); err != nil || in.Role != authz.Owner {
			t.Errorf("the new link: %+v, %v", in, err)
		}
		if err := resend(later, owner, first.ID); !fault.Is(err, fault.KindConflict) {
			t.Errorf("the replaced one again: %v", err)
		}
	})
}

func personWith(t *testing.T, email string) organizations.Owner {
	t.Helper()
	return owner(t, email)
}

// One link, pressed two hundred times at once: one membership, one user.
func TestAcceptAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		sunrise := db.Organization("Sunrise")
		in, err := organizations.ResolveInvitation(t.Context(), db.Store, sendInvitation(t, db, sunrise, "ada@oven.example", authz.Staff).Token)
		if err != nil {
			t.Fatal(err)
		}
		template := personWith(t, "ada@oven.example")
		var mu sync.Mutex
		var all sync.WaitGroup
		won := 0
		for range 200 {
			all.Go(func() {
				prepared := *template.New
				prepared.ID = id.New()
				err := in.Accept(t.Context(), db.Store, organizations.Owner{New: &prepared}, nil)
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					won++
				case !fault.Is(err, fault.KindConflict) && !fault.Is(err, fault.KindUnavailable):
					t.Error(err)
				}
			})
		}
		all.Wait()
		if members := roles(t, db, sunrise); won != 1 || len(members) != 2 {
			t.Errorf("%d won, %d members", won, len(members))
		}
		err = db.SystemView(t.Context(), "test", func(tx *store.SystemTx) error {
			_, err := accounts.ByEmail(t.Context(), tx, "ada@oven.example")
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// A plan stops what would add more, and takes nothing away.
func TestPlanLimits(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		sunrise := db.Organization("Sunrise") // the starter plan is for ten
		for range 7 {
			db.Member(sunrise, authz.Staff)
		}
		ask := func(emails ...string) error {
			return try(t, db, sunrise, func(ctx context.Context, tx *store.Tx) error {
				_, err := organizations.Invite(ctx, tx, emails, organizations.Place{Role: authz.Staff})
				return err
			})
		}
		if err := ask("a@oven.example", "b@oven.example"); err != nil {
			t.Errorf("the ninth and tenth: %v", err)
		}
		if err := ask("c@oven.example"); !fault.Is(err, fault.KindInvalid) || !strings.Contains(err.Error(), "The starter plan is for 10 people") {
			t.Errorf("the eleventh: %v", err)
		}
		if err := ask("a@oven.example"); err != nil {
			t.Errorf("a new link for one of them: %v", err)
		}
		db.Member(sunrise, authz.Staff) // the operator may go over
		if n := len(roles(t, db, sunrise)); n != 9 {
			t.Errorf("%d members", n)
		}
	})
}
