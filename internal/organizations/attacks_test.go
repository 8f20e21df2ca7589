package organizations_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"craftplan/internal/accounts"
	"craftplan/internal/audit"
	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/organizations"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

// named makes somebody of a name, whom no password signs in.
func named(t *testing.T, db *storetest.DB, name string) accounts.User {
	t.Helper()
	prepared, err := accounts.PrepareWithoutPassword(name, strings.ToLower(name)+"@people.example")
	if err == nil {
		err = db.System(t.Context(), "test: create a user", func(tx *store.SystemTx) error { return accounts.Create(t.Context(), tx, prepared) })
	}
	if err != nil {
		t.Fatal(err)
	}
	return prepared.User
}

// joined makes them a member of the scope's organization, and returns what they may open.
func joined(t *testing.T, db *storetest.DB, scope store.Scope, user accounts.User, role authz.Role) store.Scope {
	t.Helper()
	db.Do(t, scope, func(ctx context.Context, tx *store.Tx) error { return organizations.AddMember(ctx, tx, user.ID, role) })
	return store.NewScope(scope.Organization(), authz.Actor{UserID: user.ID, Role: role}, scope.Context())
}

// What an invitation says is true of it, in the mail, on the page that its link opens, in the list and to who signs in by a provider.
func TestWhoInvites(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		ctx := t.Context()
		amy := named(t, db, "Amy")
		sunrise, bluebird := db.Organization("Sunrise"), db.Organization("Bluebird")
		o, _, err := organizations.OpenByID(ctx, db.Store, bluebird.Organization())
		if err != nil {
			t.Fatal(err)
		}
		joined(t, db, sunrise, amy, authz.Owner)
		by := map[string]store.Scope{"Zoe": joined(t, db, bluebird, named(t, db, "Zoe"), authz.Admin), "Amy": joined(t, db, bluebird, amy, authz.Owner)}
		sent := map[string]organizations.Sent{}
		for name, scope := range by {
			sent[name] = sendInvitation(t, db, scope, "from-"+strings.ToLower(name)+"@oven.example", authz.Viewer)
		}
		mailed := map[string]string{}
		for _, l := range db.Letters(bluebird) {
			mailed[l.To] = l.Subject + ": " + strings.Join(l.Lines, " ")
		}
		var waiting []organizations.Invitation
		db.Do(t, bluebird, func(ctx context.Context, tx *store.Tx) (err error) {
			waiting, err = organizations.Invitations(ctx, tx)
			return err
		})
		if len(waiting) != len(by) {
			t.Errorf("%+v wait", waiting)
		}
		for name, s := range sent {
			want := s.Invitation
			want.InvitedBy = name
			in, err := organizations.ResolveInvitation(ctx, db.Store, s.Token)
			if err != nil || in.ID != want.ID || in.InvitedBy != name {
				t.Errorf("%s's link: %+v, %v", name, in.Invitation, err)
			}
			found, err := organizations.InvitationOf(ctx, db.Store, o, bluebird, s.Email)
			if err != nil || found.ID != want.ID || found.InvitedBy != name {
				t.Errorf("%s's, by the address: %+v, %v", name, found.Invitation, err)
			}
			if want := fmt.Sprintf("Join Bluebird: %s invites you to work in Bluebird, as a viewer.", name); mailed[s.Email] != want {
				t.Errorf("mailed: %q, not %q", mailed[s.Email], want)
			}
			for _, w := range waiting {
				if w.ID == want.ID && w.InvitedBy != name {
					t.Errorf("listed: %+v", w)
				}
			}
		}

		// What does not wait for an address is not found by it.
		db.Do(t, bluebird, func(ctx context.Context, tx *store.Tx) error { return organizations.Revoke(ctx, tx, sent["Amy"].ID) })
		late := db.At(func() time.Time { return time.Now().Add(8 * 24 * time.Hour) })
		for what, c := range map[string]struct {
			st    *store.Store
			email string
		}{"none": {db.Store, "nobody@oven.example"}, "a revoked one": {db.Store, sent["Amy"].Email}, "one of eight days ago": {late, sent["Zoe"].Email}} {
			if _, err := organizations.InvitationOf(ctx, c.st, o, bluebird, c.email); !fault.Is(err, fault.KindNotFound) {
				t.Errorf("%s: %v", what, err)
			}
		}
	})
}

// An invitation is one of several, to one person, and is answered once.
func TestInvitationsAreApart(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		ctx := t.Context()
		sunrise := db.Organization("Sunrise")
		accept := func(s organizations.Sent, who organizations.Owner, after func(*store.SystemTx) error) error {
			t.Helper()
			in, err := organizations.ResolveInvitation(ctx, db.Store, s.Token)
			if err != nil {
				t.Fatal(err)
			}
			return in.Accept(ctx, db.Store, who, after)
		}
		ada, ben, cleo := named(t, db, "Ada"), named(t, db, "Ben"), named(t, db, "Cleo")
		for _, user := range []accounts.User{ada, ben} {
			ran := false
			err := accept(sendInvitation(t, db, sunrise, user.Email, authz.Staff), organizations.Owner{Existing: user}, func(*store.SystemTx) error { ran = true; return nil })
			if err != nil || !ran {
				t.Errorf("what comes after: %t, %v", ran, err)
			}
			db.Do(t, sunrise, func(ctx context.Context, tx *store.Tx) error { return organizations.Remove(ctx, tx, user.ID) })
		}
		// Who was removed is invited again, and nobody else comes back with them; the answer to the first invitation stays.
		if err := accept(sendInvitation(t, db, sunrise, ada.Email, authz.Viewer), organizations.Owner{Existing: ada}, nil); err != nil {
			t.Fatal(err)
		}
		if m := roles(t, db, sunrise); m[ada.ID].Role != authz.Viewer || len(m) != 2 {
			t.Errorf("back is ada alone: %+v", m)
		}
		var accepted int
		if err := db.Unbound().QueryRowContext(ctx, "SELECT COUNT(*) FROM invitations WHERE status = 'accepted' AND organization_id = $1", sunrise.Organization()).Scan(&accepted); err != nil || accepted != 3 {
			t.Errorf("%d are accepted, %v", accepted, err)
		}

		// An invitation does not change who is a member by now, in whatever standing.
		early := sendInvitation(t, db, sunrise, cleo.Email, authz.Admin)
		joined(t, db, sunrise, cleo, authz.Viewer)
		db.Do(t, sunrise, func(ctx context.Context, tx *store.Tx) error { return organizations.Suspend(ctx, tx, cleo.ID) })
		if err := accept(early, organizations.Owner{Existing: cleo}, nil); !fault.Is(err, fault.KindConflict) {
			t.Errorf("a member accepts: %v", err)
		}
		if m := roles(t, db, sunrise)[cleo.ID]; m.Role != authz.Viewer || m.Standing != organizations.Paused {
			t.Errorf("cleo is %+v", m)
		}

		dora, eve := sendInvitation(t, db, sunrise, "dora@oven.example", authz.Staff), sendInvitation(t, db, sunrise, "eve@oven.example", authz.Staff)
		for _, s := range []organizations.Sent{dora, eve} {
			var again organizations.Sent
			db.Do(t, sunrise, func(ctx context.Context, tx *store.Tx) (err error) {
				again, err = organizations.Resend(ctx, tx, s.ID)
				return err
			})
			if again.Email != s.Email {
				t.Errorf("the invitation to %s was sent again to %s", s.Email, again.Email)
			}
		}
		if err := try(t, db, sunrise, func(ctx context.Context, tx *store.Tx) error { return organizations.Revoke(ctx, tx, id.New()) }); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("revoking what is not there: %v", err)
		}
		// Somebody with an account who belongs elsewhere is no member.
		db.Organization("Bluebird")
		sendInvitation(t, db, sunrise, named(t, db, "Fay").Email, authz.Staff)
	})
}

// What an inviter must not ask for.
func TestInvitationsThatAreRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		owner := db.Organization("Sunrise")
		admin := db.Member(owner, authz.Admin).Actor()
		admin.CostsHidden = true // as no admin is; the check must not lean on that
		blind := store.NewScope(owner.Organization(), admin, owner.Context())
		many := make([]string, 21)
		for i := range many {
			many[i] = fmt.Sprintf("p%d@oven.example", i)
		}
		one := []string{"a@oven.example"}
		for what, c := range map[string]struct {
			as     store.Scope
			emails []string
			place  organizations.Place
			says   string
		}{
			"a role that there is not":         {owner, one, organizations.Place{Role: "boss"}, "Choose a role."},
			"no role":                          {owner, one, organizations.Place{}, "Choose a role."},
			"an owner, by an admin":            {blind, one, organizations.Place{Role: authz.Owner, CostsHidden: true}, "more than you are"},
			"costs, by who does not see them":  {blind, one, organizations.Place{Role: authz.Viewer}, "more than you are"},
			"nobody":                           {owner, nil, organizations.Place{Role: authz.Viewer}, "Enter 1 to 20"},
			"twenty-one people":                {owner, many, organizations.Place{Role: authz.Viewer}, "Enter 1 to 20"},
			"somebody without a right address": {owner, []string{"a@oven.example", "oven"}, organizations.Place{Role: authz.Viewer}, `"oven" is not`},
		} {
			err := try(t, db, c.as, func(ctx context.Context, tx *store.Tx) error {
				_, err := organizations.Invite(ctx, tx, c.emails, c.place)
				return err
			})
			if !fault.Is(err, fault.KindInvalid) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%s: %v", what, err)
			}
		}
		db.Do(t, blind, func(ctx context.Context, tx *store.Tx) error {
			_, err := organizations.Invite(ctx, tx, one, organizations.Place{Role: authz.Viewer, CostsHidden: true})
			return err
		})
		staff := db.Member(owner, authz.Staff).Actor().UserID
		if err := try(t, db, blind, func(ctx context.Context, tx *store.Tx) error { return organizations.ShowCosts(ctx, tx, staff) }); !fault.Is(err, fault.KindForbidden) {
			t.Errorf("costs are shown by who does not see them: %v", err)
		}
	})
}

// Who is a member no longer is not changed, and comes back by an invitation alone.
func TestRemovedMembersStayRemoved(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		owner := db.Organization("Sunrise")
		gone := db.Member(owner, authz.Owner)
		who := gone.Actor().UserID
		db.Do(t, gone, organizations.Leave)
		for what, do := range map[string]func(context.Context, *store.Tx) error{
			"another role": func(ctx context.Context, tx *store.Tx) error {
				return organizations.ChangeRole(ctx, tx, who, authz.Viewer)
			},
			"suspended":    func(ctx context.Context, tx *store.Tx) error { return organizations.Suspend(ctx, tx, who) },
			"reinstated":   func(ctx context.Context, tx *store.Tx) error { return organizations.Reinstate(ctx, tx, who) },
			"removed":      func(ctx context.Context, tx *store.Tx) error { return organizations.Remove(ctx, tx, who) },
			"made owner":   func(ctx context.Context, tx *store.Tx) error { return organizations.TransferOwnership(ctx, tx, who) },
			"costs shown":  func(ctx context.Context, tx *store.Tx) error { return organizations.ShowCosts(ctx, tx, who) },
			"costs hidden": func(ctx context.Context, tx *store.Tx) error { return organizations.HideCosts(ctx, tx, who) },
		} {
			if err := try(t, db, owner, do); !fault.Is(err, fault.KindNotFound) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if err := try(t, db, gone, organizations.Leave); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("leaving again: %v", err)
		}
		if err := try(t, db, gone, func(ctx context.Context, tx *store.Tx) error { return organizations.SetLogo(ctx, tx, "abc") }); err != nil {
			t.Fatal(err)
		}
		if o, _, err := organizations.OpenByID(t.Context(), db.Store, owner.Organization()); err != nil || o.Logo != "" {
			t.Errorf("who left changed the logo to %q, %v", o.Logo, err)
		}
		stranger := store.NewScope(owner.Organization(), authz.Actor{UserID: db.Organization("Bluebird").Actor().UserID, Role: authz.Owner}, owner.Context())
		if err := try(t, db, stranger, func(ctx context.Context, tx *store.Tx) error { return organizations.SetLogo(ctx, tx, "abc") }); err != nil {
			t.Fatal(err)
		}
		if o, _, err := organizations.OpenByID(t.Context(), db.Store, owner.Organization()); err != nil || o.Logo != "" {
			t.Errorf("a stranger changed the logo to %q, %v", o.Logo, err)
		}
	})
}

// The log names each member by their own name.
func TestMembersAreRecordedByName(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		owner := db.Organization("Sunrise")
		for _, name := range []string{"Ada", "Ben"} {
			who := named(t, db, name)
			joined(t, db, owner, who, authz.Staff)
			db.Do(t, owner, func(ctx context.Context, tx *store.Tx) error {
				if err := organizations.Suspend(ctx, tx, who.ID); err != nil {
					return err
				}
				entries, _, err := audit.List(ctx, tx, audit.Filter{Action: audit.Suspended, Limit: 1})
				if err == nil && (len(entries) != 1 || entries[0].Record != name) {
					t.Errorf("%s was suspended: %+v", name, entries)
				}
				return err
			})
		}
	})
}

// In a suspended organization everybody is a viewer; who is more may leave it all the same.
func TestLeavingASuspendedOrganization(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		owner := db.Organization("Sunrise")
		second := db.Member(owner, authz.Owner).Actor().UserID
		if _, err := organizations.SuspendOrganization(t.Context(), db.Store, "sunrise", "The invoice is open."); err != nil {
			t.Fatal(err)
		}
		_, scope, err := organizations.Resolve(t.Context(), db.Store, "sunrise", second)
		if err != nil || scope.Actor().May(authz.OrganizationControl) {
			t.Fatal(scope.Actor(), err)
		}
		db.Do(t, scope, organizations.Leave)
		if _, there := roles(t, db, owner)[second]; there {
			t.Error("who left is still there")
		}
	})
}

// The switcher shows what a person may open: not what they were suspended from or left; what is being closed is there, so that its owner
// finds the way back.
func TestOfUser(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		who := named(t, db, "Ada")
		scopes := map[string]store.Scope{}
		for _, name := range []string{"Open", "Paused", "Left", "Closing", "Stopped", "Foreign"} {
			scopes[name] = db.Organization(name)
			if name != "Foreign" {
				joined(t, db, scopes[name], who, authz.Staff)
			}
		}
		db.Do(t, scopes["Paused"], func(ctx context.Context, tx *store.Tx) error { return organizations.Suspend(ctx, tx, who.ID) })
		db.Do(t, scopes["Left"], func(ctx context.Context, tx *store.Tx) error { return organizations.Remove(ctx, tx, who.ID) })
		if _, err := organizations.SuspendOrganization(t.Context(), db.Store, "stopped", "The invoice is open."); err != nil {
			t.Fatal(err)
		}
		if _, err := db.Raw().ExecContext(t.Context(), "UPDATE organizations SET status = 'closing' WHERE slug = 'closing'"); err != nil {
			t.Fatal(err)
		}
		list, err := organizations.OfUser(t.Context(), db.Store, who.ID)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, m := range list {
			names = append(names, m.Organization.Name)
		}
		if got := strings.Join(names, ", "); got != "Closing, Open, Stopped" {
			t.Errorf("shown: %s", got)
		}
	})
}

// An organization is found by its own address alone, whoever asks, and has its own plan.
func TestOpenBySlug(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		ctx := t.Context()
		for _, name := range []string{"Sunrise", "Bluebird"} {
			scope := db.Organization(name)
			for range 2 {
				o, opened, err := organizations.OpenBySlug(ctx, db.Store, strings.ToLower(name))
				if err != nil || o.Name != name || opened.Organization() != scope.Organization() || opened.Actor().May(authz.OrdersRead) {
					t.Errorf("%s: %+v, %v", name, o, err)
				}
			}
			if name == "Sunrise" {
				if _, err := organizations.SetPlan(ctx, db.Store, "sunrise", "growth"); err != nil {
					t.Fatal(err)
				}
				continue
			}
			many := make([]string, 10)
			for i := range many {
				many[i] = fmt.Sprintf("p%d@oven.example", i)
			}
			err := try(t, db, scope, func(ctx context.Context, tx *store.Tx) error {
				if now, err := organizations.LimitsNow(ctx, tx); err != nil || now != organizations.LimitsOf("starter") {
					t.Errorf("%s: %+v, %v", name, now, err)
				}
				_, err := organizations.Invite(ctx, tx, many, organizations.Place{Role: authz.Viewer})
				return err
			})
			if !fault.Is(err, fault.KindInvalid) || !strings.Contains(err.Error(), "The starter plan") {
				t.Errorf("more people than another's plan has places for: %v", err)
			}
		}
		if _, _, err := organizations.OpenBySlug(ctx, db.Store, "nowhere"); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("nowhere: %v", err)
		}
		err := db.SystemView(ctx, "test: is a slug free", func(tx *store.SystemTx) error {
			if err := organizations.SlugFree(ctx, tx, "sunrise"); !fault.Is(err, fault.KindInvalid) {
				t.Errorf("somebody's is free: %v", err)
			}
			return organizations.SlugFree(ctx, tx, "nowhere")
		})
		if err != nil {
			t.Errorf("a free one: %v", err)
		}
	})
}

// The members' list tells who has a second factor, each for themselves.
func TestSecondFactorsAreShown(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		sunrise := db.Organization("Sunrise")
		app, key := db.Member(sunrise, authz.Staff).Actor().UserID, db.Member(sunrise, authz.Staff).Actor().UserID
		raw, now := db.Raw(), "2026-05-01T10:00:00.000000Z"
		if _, err := raw.ExecContext(t.Context(), "INSERT INTO authenticators (user_id, secret_sealed, last_step, created_at, last_used_at) VALUES ($1, 'x', 1, $2, $2)", app.String(), now); err != nil {
			t.Fatal(err)
		}
		if _, err := raw.ExecContext(t.Context(), "INSERT INTO passkeys (id, user_id, credential_id, name, record_sealed, created_at) VALUES ($1, $2, 'x', 'Phone', 'x', $3)", id.New().String(), key.String(), now); err != nil {
			t.Fatal(err)
		}
		for user, m := range roles(t, db, sunrise) {
			if want := user == app || user == key; m.SecondFactor != want {
				t.Errorf("%s: %t", m.Email, m.SecondFactor)
			}
		}
	})
}
