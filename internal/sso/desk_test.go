package sso_test

import (
	"context"
	"net/url"
	"path"
	"strings"
	"testing"
	"time"

	"craftplan/internal/accounts"
	"craftplan/internal/apptest/provider"
	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/id"
	"craftplan/internal/oidc"
	"craftplan/internal/organizations"
	"craftplan/internal/outbound"
	"craftplan/internal/sso"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

// door is an organization whose people sign in at a provider.
type door struct {
	t        *testing.T
	db       *storetest.DB
	provider *provider.Provider
	desk     *sso.Desk
	owner    store.Scope
	people   map[string]accounts.User
}

// open makes the organization with members of these names. Each has the account of their name at the provider.
func open(t *testing.T, db *storetest.DB, names ...string) *door {
	t.Helper()
	d := &door{t: t, db: db, provider: provider.Open(t), owner: db.Organization("Sunrise"), people: map[string]accounts.User{}}
	d.desk = d.at(db.Store)
	d.provider.Register(d.desk.RedirectURL(d.owner.Organization()))
	d.configure(provider.ClientID)
	for _, name := range names {
		email := strings.ToLower(name) + "@oven.example"
		prepared, err := accounts.PrepareWithoutPassword(name, email)
		if err == nil {
			err = db.System(t.Context(), "test: create a user", func(tx *store.SystemTx) error { return accounts.Create(t.Context(), tx, prepared) })
		}
		if err != nil {
			t.Fatal(err)
		}
		d.people[name] = prepared.User
		d.do(func(ctx context.Context, tx *store.Tx) error {
			return organizations.AddMember(ctx, tx, prepared.ID, authz.Staff)
		})
		d.provider.Set(name, provider.Person{Subject: "subject of " + name, Name: name, Email: email})
	}
	return d
}

// at is the desk with another clock.
func (d *door) at(st *store.Store) *sso.Desk {
	return sso.New(st, oidc.New(outbound.Reach{Private: true, Roots: d.provider.Roots}.Client()), "https://erp.example.com")
}

func (d *door) do(fn func(context.Context, *store.Tx) error) {
	d.t.Helper()
	d.db.Do(d.t, d.owner, fn)
}

func (d *door) configure(client string) {
	d.t.Helper()
	err := sso.Change(d.t.Context(), d.db.Store, d.owner, sso.Provider{Name: "Oven ID", Issuer: d.provider.Issuer, ClientID: client, Secret: provider.Secret, Enabled: true})
	if err != nil {
		d.t.Error(err)
	}
}

// arrive goes to the provider, signs in there and comes back, in one browser.
func (d *door) arrive(desk *sso.Desk, who string) (a sso.Arrival, browser string, err error) {
	d.t.Helper()
	going, err := desk.Begin(d.t.Context(), "sunrise", "")
	if err != nil {
		d.t.Fatal(err)
	}
	back, err := url.Parse(d.provider.SignIn(going.URL, who))
	if err != nil {
		d.t.Fatal(err)
	}
	q := back.Query()
	a, err = desk.Arrive(d.t.Context(), sso.Answer{Organization: d.owner.Organization(), State: q.Get("state"), Browser: going.Browser, Answer: oidc.Answer{Code: q.Get("code"), Issuer: q.Get("iss")}})
	return a, going.Browser, err
}

// ask arrives as a stranger; what is asked is the text of the link that is mailed, or of the page for who is here.
func (d *door) ask(who string, here *accounts.User) (text, browser string) {
	d.t.Helper()
	a, browser, err := d.arrive(d.desk, who)
	if err != nil || a.Stranger == nil {
		d.t.Fatalf("%s is no stranger: %+v, %v", who, a, err)
	}
	if text, err = d.desk.Offer(d.t.Context(), *a.Stranger, here); err != nil {
		d.t.Fatal(err)
	}
	if here == nil {
		letters := d.db.AccountLetters()
		text = path.Base(letters[len(letters)-1].Action.Path)
	}
	return text, browser
}

func (d *door) connect(who string) {
	d.t.Helper()
	text, browser := d.ask(who, nil)
	p, err := d.desk.Look(d.t.Context(), text, browser, nil)
	if err != nil {
		d.t.Fatal(err)
	}
	token, err := d.desk.Connect(d.t.Context(), p, who, "a browser")
	if err != nil {
		d.t.Fatal(err)
	}
	d.is(token, who)
}

// is tells that a session is of somebody, for the organization alone.
func (d *door) is(token, who string) {
	d.t.Helper()
	s, err := accounts.Authenticate(d.t.Context(), d.db.Store, token)
	if err != nil || s.User != d.people[who] || s.Only == nil || *s.Only != d.owner.Organization() {
		d.t.Errorf("the session is of %+v, not %s: %v", s, who, err)
	}
}

func (d *door) identities() (all map[id.ID]sso.Identity) {
	d.t.Helper()
	d.do(func(ctx context.Context, tx *store.Tx) (err error) {
		all, _, err = sso.Identities(ctx, tx)
		return err
	})
	return all
}

// Each is the member that they are at the provider, and their connection is their own.
func TestConnectionsAreApart(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		ctx := t.Context()
		d := open(t, db, "Ada", "Ben", "Cleo")
		d.connect("Ada")
		d.connect("Ben")
		later := d.at(db.At(func() time.Time { return time.Now().Add(time.Hour) }))
		a, _, err := d.arrive(later, "Ben")
		if err != nil || a.Stranger != nil {
			t.Fatal(a, err)
		}
		d.is(a.Token, "Ben")
		ada, ben := d.people["Ada"].ID, d.people["Ben"].ID
		if all := d.identities(); len(all) != 2 || all[ada].LastUsed != all[ada].Since || all[ben].LastUsed == all[ben].Since {
			t.Errorf("used: %+v", all)
		}
		for name, want := range map[string]bool{"Ada": true, "Ben": true, "Cleo": false} {
			as := store.NewScope(d.owner.Organization(), authz.Actor{UserID: d.people[name].ID, Role: authz.Staff}, d.owner.Context())
			db.Do(t, as, func(ctx context.Context, tx *store.Tx) error {
				offer, err := sso.Offered(ctx, tx)
				if offer.Connected != want {
					t.Errorf("%s is connected: %t", name, offer.Connected)
				}
				return err
			})
		}
		d.do(func(ctx context.Context, tx *store.Tx) error { return organizations.Suspend(ctx, tx, ben) })
		if _, _, err := d.arrive(d.desk, "Ben"); !fault.Is(err, fault.KindForbidden) {
			t.Errorf("who is suspended: %v", err)
		}
		if err := sso.Disconnect(ctx, db.Store, d.owner, ben); err != nil {
			t.Fatal(err)
		}
		if err := sso.Disconnect(ctx, db.Store, d.owner, ben); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("disconnected twice: %v", err)
		}
		if all := d.identities(); len(all) != 1 {
			t.Errorf("left: %+v", all)
		}
		if a, _, err = d.arrive(d.desk, "Ada"); err != nil || a.Stranger != nil {
			t.Fatal(a, err)
		}
		d.is(a.Token, "Ada")
	})
}

// The attack: a link opens what was right when it was mailed, and is not any more, or is opened by somebody else.
func TestLinksOfFormerTimes(t *testing.T) {
	remove := func(d *door) {
		d.do(func(ctx context.Context, tx *store.Tx) error {
			return organizations.Remove(ctx, tx, d.people["Ada"].ID)
		})
	}
	for what, c := range map[string]struct {
		present   bool // Ada is signed in when she comes back from the provider
		meanwhile func(*door)
		opener    string // who is signed in when the link is opened
	}{
		"removed": {false, remove, ""},
		"suspended": {false, func(d *door) {
			d.do(func(ctx context.Context, tx *store.Tx) error {
				return organizations.Suspend(ctx, tx, d.people["Ada"].ID)
			})
		}, ""},
		"another subject": {false, func(d *door) { d.connect("Ada at another account") }, ""},
		"another client":  {false, func(d *door) { d.configure("another") }, ""},
		"signed out":      {true, func(*door) {}, ""},
		"somebody else":   {true, func(*door) {}, "Ben"},
		"invited anew": {true, func(d *door) {
			remove(d)
			d.do(func(ctx context.Context, tx *store.Tx) error {
				_, err := organizations.Invite(ctx, tx, []string{d.people["Ada"].Email}, organizations.Place{Role: authz.Admin})
				return err
			})
		}, "Ada"},
	} {
		t.Run(what, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, db *storetest.DB) {
				d := open(t, db, "Ada", "Ben")
				ada := d.people["Ada"]
				d.people["Ada at another account"] = ada
				d.provider.Set("Ada at another account", provider.Person{Subject: "another", Name: "Ada", Email: ada.Email})
				var here *accounts.User
				if c.present {
					here = &ada
				}
				text, browser := d.ask("Ada", here)
				c.meanwhile(d)
				var opener *accounts.User
				if user, known := d.people[c.opener]; known {
					opener = &user
				}
				if p, err := d.desk.Look(t.Context(), text, browser, opener); !fault.Is(err, fault.KindNotFound) {
					t.Errorf("it opens: %+v, %v", p.How, err)
				}
			})
		})
	}
}

// The attack: somebody is suspended, or is the member with the address no more, while they answer.
func TestMemberChangedInBetween(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		d := open(t, db, "Ada", "Ben")
		for name, change := range map[string]func(context.Context, *store.Tx, id.ID) error{"Ada": organizations.Suspend, "Ben": organizations.Remove} {
			text, browser := d.ask(name, nil)
			p, err := d.desk.Look(t.Context(), text, browser, nil)
			if err != nil {
				t.Fatal(err)
			}
			d.do(func(ctx context.Context, tx *store.Tx) error { return change(ctx, tx, d.people[name].ID) })
			if _, err := d.desk.Connect(t.Context(), p, name, "a browser"); !fault.Is(err, fault.KindNotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// The attack: the owner changes to another provider at the very moment when somebody comes in by the former one.
func TestProviderChangedInBetween(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		d := open(t, db, "Ada", "Ben")
		d.connect("Ada")
		text, browser := d.ask("Ben", nil)
		p, err := d.desk.Look(t.Context(), text, browser, nil)
		if err != nil {
			t.Fatal(err)
		}
		d.provider.Forge(func(map[string]any) { d.configure("another") }) // while the provider says who it is
		if a, _, err := d.arrive(d.desk, "Ada"); !fault.Is(err, fault.KindUnauthenticated) {
			t.Errorf("recognized by the former provider: %+v, %v", a, err)
		}
		if _, err := d.desk.Connect(t.Context(), p, "Ben", "a browser"); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("connected by the former provider: %v", err)
		}
		if all := d.identities(); len(all) != 0 {
			t.Errorf("connected: %+v", all)
		}
	})
}
