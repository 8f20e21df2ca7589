package isolation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"time"

	"craftplan/internal/accounts"
	"craftplan/internal/app"
	"craftplan/internal/authz"
	"craftplan/internal/catalog"
	"craftplan/internal/digest"
	"craftplan/internal/files"
	"craftplan/internal/id"
	"craftplan/internal/importing"
	"craftplan/internal/logo"
	"craftplan/internal/mail"
	"craftplan/internal/organizations"
	"craftplan/internal/sso"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
	"craftplan/internal/takeout"
)

// Noon is when all that the worlds hold happened: a Tuesday morning in Chicago. Now is fifty minutes later, before a session is noted
// as seen again.
var Noon = time.Date(2026, 3, 10, 15, 0, 0, 0, time.UTC)

const later = 50 * time.Minute

const (
	password = "a quiet oven at four" // everybody's
	nameOf   = "Robin Hale"           // everybody's, so that pages differ in what matters alone
	host     = "craftplan.localhost"  // browsers take passkeys there without TLS
)

// Workshop is one of the two organizations.
type Workshop struct {
	ID           id.Organization
	Name         string
	Slug, Former string // Former is a slug it held before
	Word         string // in every text of its own
	Domain       string // of the addresses of its people
}

// Actor is somebody who asks, with one browser.
type Actor struct {
	Name    string
	Email   string
	User    id.ID             // zero for somebody without an account; of a program, who made its key
	Cookies map[string]string // what the browser holds already
	Key     string            // the secret of an API key, when it is a program that asks
}

// Everybody, by their standing to A.
const (
	Anonymous = "anonymous"
	Newcomer  = "newcomer"     // signed up, and has not opened the link yet
	Halfway   = "halfway"      // gave the owner's password, and not the second factor
	Operator  = "operator"     // has the key to the mailbox, and no account
	Stranger  = "stranger"     // has an account, and belongs nowhere
	Neighbour = "owner of B"   // and of nothing else
	Colleague = "staff of B"   // and of nothing else
	Removed   = "removed"      // a former member
	Invited   = "invited"      // and has not answered yet
	Paused    = "suspended"    // a member who may not come in now
	Disabled  = "disabled"     // a member whom the operator keeps out of the installation
	Guest     = "guest"        // viewer of A, and owner of B
	Vouched   = "guest of B's" // the same person, in a session that B's own provider vouched for
	Supporter = "support"      // of the installation, whom A lets read
	Viewer    = "viewer"
	Staff     = "staff"
	Admin     = "admin"
	Owner     = "owner"
)

// And programs, by what their key opens.
const (
	Program = "key of A"         // with every scope, made by the owner
	Reader  = "reading key of A" // with one scope
	Stopped = "key of who is suspended"
	Barred  = "key of who is disabled"
	Foreign = "key of B" // made by the guest, who is a member of A too
)

// Everybody is the order of the actors in tables and reports.
var Everybody = []string{Anonymous, Newcomer, Halfway, Operator, Stranger, Neighbour, Removed, Invited, Paused, Disabled, Vouched, Foreign, Stopped, Barred, Reader, Program, Guest, Supporter, Viewer, Staff, Admin, Owner}

// Fixture is what a database holds, as far as it cannot be read from it.
type Fixture struct {
	A, B   Workshop
	Actors map[string]*Actor
	// Links are the tokens that were mailed to people around A, by kind, and Theirs those to people around B.
	Links, Theirs map[string][]string
	Contents      map[files.Key][]byte // of files
}

// quickly hashes passwords without the cost that they have in earnest.
var quickly = sync.OnceFunc(accounts.HashQuickly)

// Alone is a world that never heard of B; Both is the same world, to the last id, with B in it.
var (
	Alone = storetest.Filled(func(ctx context.Context, st *store.Store) error {
		quickly()
		s := &seeder{st: st.At(func() time.Time { return Noon }), Fixture: Fixture{Actors: map[string]*Actor{}}}
		if err := s.a(ctx); err != nil {
			return err
		}
		return s.keep(false)
	})
	Both = Alone.Then(func(ctx context.Context, st *store.Store) error {
		s := &seeder{st: st.At(func() time.Time { return Noon }), Fixture: FixtureOf(st.Engine(), false)}
		if err := s.b(ctx); err != nil {
			return err
		}
		return s.keep(true)
	})
)

type written struct {
	engine store.Engine
	both   bool
}

var (
	mu       sync.Mutex
	fixtures = map[written]Fixture{}
)

func (s *seeder) keep(both bool) error {
	mu.Lock()
	defer mu.Unlock()
	fixtures[written{s.st.Engine(), both}] = s.Fixture
	return nil
}

// FixtureOf is the fixture of a filling, once a database was opened that has it.
func FixtureOf(engine store.Engine, both bool) Fixture {
	mu.Lock()
	defer mu.Unlock()
	f := fixtures[written{engine, both}]
	f.Actors, f.Contents = maps.Clone(f.Actors), maps.Clone(f.Contents)
	return f
}

// seeder writes a world.
type seeder struct {
	Fixture
	st     *store.Store
	person accounts.Prepared
	told   int // mails that wait, about factors that were added
}

func (s *seeder) a(ctx context.Context) error {
	s.A = Workshop{Name: "Alder Bakery", Slug: "alder", Former: "old-alder", Word: "Alder", Domain: "alder.example"}
	s.Actors[Anonymous] = &Actor{Name: Anonymous}
	for _, who := range []string{Owner, Admin, Staff, Viewer, Guest, Removed, Paused, Disabled, Invited, Stranger, Supporter} {
		if err := s.someone(ctx, who, s.A.Domain); err != nil {
			return err
		}
	}
	owner, err := s.found(ctx, &s.A, "America/Chicago", "USD", Owner)
	if err != nil {
		return err
	}
	err = s.st.Update(ctx, owner, func(tx *store.Tx) error {
		for who, role := range map[string]authz.Role{Admin: authz.Admin, Staff: authz.Staff, Viewer: authz.Viewer, Guest: authz.Viewer, Removed: authz.Staff, Paused: authz.Admin, Disabled: authz.Admin} {
			if err := organizations.AddMember(ctx, tx, s.Actors[who].User, role); err != nil {
				return err
			}
		}
		return organizations.Remove(ctx, tx, s.Actors[Removed].User)
	})
	if err != nil {
		return err
	}
	if err := s.programs(ctx, s.A, map[string]string{Program: Owner, Reader: Owner, Stopped: Paused, Barred: Disabled}); err != nil {
		return err
	}
	if err := s.st.Update(ctx, owner, func(tx *store.Tx) error { return organizations.Suspend(ctx, tx, s.Actors[Paused].User) }); err != nil {
		return err
	}
	if _, err := accounts.Disable(ctx, s.st, s.Actors[Disabled].Email, "Left the company."); err != nil {
		return err
	}
	if err := errors.Join(s.passkey(ctx, Owner), s.authenticator(ctx, Staff), s.halfway(ctx)); err != nil {
		return err
	}
	if err := s.support(ctx, owner); err != nil {
		return err
	}
	if err := (goods{ctx, s.A.Word, 0}).stock(s.st, owner); err != nil {
		return err
	}
	if err := s.upload(ctx, owner, s.A.Word); err != nil {
		return err
	}
	if err := errors.Join(s.imports(ctx, owner, s.A.Word), s.takeout(ctx, owner, s.A)); err != nil {
		return err
	}
	if err := sso.Change(ctx, s.st, owner, sso.Provider{Name: s.A.Word + " house", Issuer: "https://localhost:9", ClientID: "craftplan", Enabled: true}); err != nil {
		return err
	}
	s.Links, err = s.letters(ctx, owner, s.A, Stranger, s.Actors[Invited].Email)
	if err != nil {
		return err
	}
	key, err := s.st.Derive("mailbox")
	s.Actors[Operator] = &Actor{Name: Operator, Cookies: map[string]string{"mailbox": key}}
	return err
}

func (s *seeder) b(ctx context.Context) error {
	s.B = Workshop{Name: "Birch Soap", Slug: "birch", Former: "old-birch", Word: "Birch", Domain: "birch.example"}
	for _, who := range []string{Neighbour, Colleague} {
		if err := s.someone(ctx, who, s.B.Domain); err != nil {
			return err
		}
	}
	owner, err := s.found(ctx, &s.B, "Europe/Berlin", "EUR", Neighbour)
	if err != nil {
		return err
	}
	err = s.st.Update(ctx, owner, func(tx *store.Tx) error {
		if err := organizations.AddMember(ctx, tx, s.Actors[Colleague].User, authz.Staff); err != nil {
			return err
		}
		return organizations.AddMember(ctx, tx, s.Actors[Guest].User, authz.Owner)
	})
	if err != nil {
		return err
	}
	if err := (goods{ctx, s.B.Word, 3}).stock(s.st, owner); err != nil {
		return err
	}
	if err := s.upload(ctx, owner, s.B.Word); err != nil {
		return err
	}
	if err := errors.Join(s.imports(ctx, owner, s.B.Word), s.takeout(ctx, owner, s.B)); err != nil {
		return err
	}
	if err := sso.Change(ctx, s.st, owner, sso.Provider{Name: s.B.Word + " house", Issuer: "https://localhost:9", ClientID: "craftplan", Enabled: true}); err != nil {
		return err
	}
	if err := s.programs(ctx, s.B, map[string]string{Foreign: Guest}); err != nil {
		return err
	}
	if err := s.passkey(ctx, Colleague); err != nil {
		return err
	}
	if s.Theirs, err = s.letters(ctx, owner, s.B, Colleague); err != nil {
		return err
	}
	vouched := *s.Actors[Guest]
	vouched.Name = Vouched
	s.Actors[Vouched] = &vouched
	return s.signIn(ctx, &vouched, accounts.Start{Device: "a browser", Only: &s.B.ID})
}

// someone makes a person who is signed in with two browsers.
func (s *seeder) someone(ctx context.Context, who, domain string) (err error) {
	if s.person.Name == "" { // the slow hash is made once
		if s.person, err = accounts.Prepare(accounts.NewUser{Name: nameOf, Email: "robin@hale.example", Password: password}); err != nil {
			return err
		}
	}
	p := s.person
	p.ID, p.Email = id.New(), strings.ReplaceAll(strings.ToLower(who), " ", ".")+"@"+domain
	err = s.st.System(ctx, "test: make a person", func(tx *store.SystemTx) error { return accounts.Create(ctx, tx, p) })
	if err != nil {
		return err
	}
	s.Actors[who] = &Actor{Name: who, Email: p.Email, User: p.ID}
	if err := s.signIn(ctx, s.Actors[who], accounts.Start{Device: "another browser"}); err != nil {
		return err
	}
	return s.signIn(ctx, s.Actors[who], accounts.Start{Device: "a browser"})
}

func (s *seeder) signIn(ctx context.Context, a *Actor, start accounts.Start) error {
	return s.st.System(ctx, "test: sign in", func(tx *store.SystemTx) error {
		token, err := accounts.StartSession(ctx, tx, a.User, start)
		a.Cookies = map[string]string{"session": token}
		return err
	})
}

// found makes an organization, which has another slug at first.
func (s *seeder) found(ctx context.Context, w *Workshop, zone, currency, owner string) (store.Scope, error) {
	who := accounts.User{ID: s.Actors[owner].User, Email: s.Actors[owner].Email}
	made, err := organizations.Provision(ctx, s.st, organizations.NewOrganization{Name: w.Name, Slug: w.Former, Plan: "growth", TimeZone: zone, Currency: currency}, organizations.Owner{Existing: who}, app.Bootstrap(), nil)
	if err != nil {
		return store.Scope{}, err
	}
	w.ID = made.ID
	_, scope, err := organizations.Resolve(ctx, s.st, w.Former, who.ID)
	if err != nil {
		return scope, err
	}
	return scope, organizations.Change(ctx, s.st, scope, made, organizations.Profile{Name: w.Name, Slug: w.Slug, TimeZone: zone, Locale: "en-US", BrandColor: made.BrandColor})
}

// support is let in to read, and comes.
func (s *seeder) support(ctx context.Context, owner store.Scope) error {
	a := s.Actors[Supporter]
	m, _, err := organizations.Resolve(ctx, s.st, s.A.Slug, owner.Actor().UserID)
	if err == nil {
		err = organizations.GrantSupport(ctx, s.st, owner, m.Organization, organizations.SupportGrant{Reason: "Something is wrong", Hours: 72})
	}
	if err == nil {
		err = organizations.SetSupporter(ctx, s.st, a.Email, true)
	}
	if err == nil {
		_, err = organizations.EnterSupport(ctx, s.st, s.A.Slug, accounts.User{ID: a.User, Email: a.Email})
	}
	return err
}

// upload keeps files: the organization's logo, and two photos of each product.
func (s *seeder) upload(ctx context.Context, owner store.Scope, word string) error {
	contents := newShelf(s.Contents)
	library := files.New(s.st, contents)
	err := logo.Change(ctx, library, owner, picture)
	for _, sku := range []string{goods{word: word}.sku("LOAF"), "TART-001"} {
		for range 2 {
			err = errors.Join(err, catalog.AddPhoto(ctx, library, owner, sku, picture))
		}
		err = errors.Join(err, s.st.Update(ctx, owner, func(tx *store.Tx) error { return s.describe(ctx, tx, sku, word) }))
	}
	s.Contents = contents.contents
	return err
}

// describe says what the photos of a product show.
func (s *seeder) describe(ctx context.Context, tx *store.Tx, sku, word string) error {
	p, err := catalog.Get(ctx, tx, sku)
	if err != nil {
		return err
	}
	photos, err := catalog.Photos(ctx, tx, p.ID)
	for i := range photos {
		photos[i].Alt = fmt.Sprintf("%s crumb %d", word, i+1)
	}
	return errors.Join(err, catalog.ArrangePhotos(ctx, tx, sku, photos))
}

// imports takes in a file, and tries another in which one row is wrong.
func (s *seeder) imports(ctx context.Context, owner store.Scope, word string) error {
	contents := newShelf(s.Contents)
	desk := importing.New(s.st, files.New(s.st, contents))
	names, _ := importing.KindOf("materials").Template()
	head := strings.Join(names, ";") + "\n"
	for n, row := range []string{"%.3s-IN;%s imported;kg;2;1;9;Imported;imported;;Somebody;S-1;3;\n", "%.3s-NEXT;%s to come;l;1;1;9;Imported;imported;;Somebody;S-2;3;\nbad sku;;;;;;;;;;;;\n"} {
		i, err := desk.Upload(ctx, owner, importing.KindOf("materials"), word+".csv", []byte(head+fmt.Sprintf(row, word, word)))
		if err == nil {
			err = desk.Check(ctx, owner, i.ID, i.Columns)
		}
		if err == nil && n == 0 {
			err = s.st.Update(ctx, owner, func(tx *store.Tx) error { return importing.Start(ctx, tx, i.ID, true) })
			err = errors.Join(err, desk.Run(ctx, owner, importing.Work{Import: i.ID, By: owner.Actor().UserID}, true))
		}
		if err != nil {
			return err
		}
	}
	s.Contents = contents.contents
	return nil
}

// takeout makes an archive of all that is there so far.
func (s *seeder) takeout(ctx context.Context, owner store.Scope, w Workshop) error {
	contents := newShelf(s.Contents)
	office := takeout.NewOffice(s.st, files.New(s.st, contents))
	var asked []takeout.Archive
	err := s.st.Update(ctx, owner, func(tx *store.Tx) (err error) {
		if err := takeout.Ask(ctx, tx); err != nil {
			return err
		}
		asked, err = takeout.Archives(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	m, scope, err := organizations.Resolve(ctx, s.st, w.Slug, owner.Actor().UserID)
	if err == nil {
		err = office.Make(ctx, m.Organization, scope, takeout.Make{Archive: asked[0].ID, By: scope.Actor().UserID}, 1)
	}
	s.Contents = contents.contents
	return err
}

// links are the pages that mailed links open, and what their tokens are called.
var links = map[string]string{"/invitations/": "invitation link", "/password/": "password link", "/register/confirmation/": "sign-up link", "/account/email/": "address link", digest.LinkPath: "digest link"}

// letters lets every kind of mail with a link be sent, about an organization and a person, and returns the tokens in them.
func (s *seeder) letters(ctx context.Context, owner store.Scope, w Workshop, about string, invited ...string) (map[string][]string, error) {
	invited = append(invited, "newly@"+w.Domain)
	err := s.st.Update(ctx, owner, func(tx *store.Tx) error {
		_, err := organizations.Invite(ctx, tx, invited, organizations.Place{Role: authz.Viewer})
		return err
	})
	if err != nil {
		return nil, err
	}
	person := accounts.User{ID: s.Actors[about].User, Email: s.Actors[about].Email, Name: nameOf}
	if err := accounts.RequestPassword(ctx, s.st, person.Email); err != nil {
		return nil, err
	}
	if err := accounts.RequestEmail(ctx, s.st, person, password, "moved@"+w.Domain); err != nil {
		return nil, err
	}
	if err := errors.Join(s.signUp(ctx, w), s.digest(ctx, owner, w)); err != nil {
		return nil, err
	}
	if err := work(ctx, s.st, s.told+4+len(invited)); err != nil {
		return nil, err
	}
	mails, err := mail.Mailbox(ctx, s.st)
	found := map[string][]string{}
	for _, m := range mails {
		for _, word := range strings.Fields(m.Text) {
			for prefix, kind := range links {
				if token, ok := strings.CutPrefix(word, "http://"+host+prefix); ok && strings.HasSuffix(m.To, "@"+w.Domain) {
					found[kind] = append(found[kind], token)
				}
			}
		}
	}
	if err == nil && len(found) != len(links) {
		err = fmt.Errorf("only these links were mailed: %v", found)
	}
	found["connection link"] = []string{"NOBODYWASMAILEDTHIS"} // see elsewhere in table.go
	return found, err
}

// digest mails the owner what is low, which they chose the day before.
func (s *seeder) digest(ctx context.Context, owner store.Scope, w Workshop) error {
	yesterday := s.st.At(func() time.Time { return Noon.AddDate(0, 0, -1) })
	err := yesterday.Update(ctx, owner, func(tx *store.Tx) error { return digest.Choose(ctx, tx, digest.Daily) })
	if err != nil {
		return err
	}
	m, scope, err := organizations.Resolve(ctx, s.st, w.Slug, owner.Actor().UserID)
	if err != nil {
		return err
	}
	return digest.Send(ctx, s.st, m.Organization, scope)
}

// signUp is somebody who begins to sign up; around A, the newcomer.
func (s *seeder) signUp(ctx context.Context, w Workshop) error {
	in, err := organizations.NewOrganization{Name: "Sapling " + w.Word}.Validate()
	if err != nil {
		return err
	}
	rest, err := json.Marshal(in)
	if err != nil {
		return err
	}
	p := s.person
	p.ID, p.Email = id.New(), "newcomer@"+w.Domain
	pending, err := accounts.BeginSignUp(ctx, s.st, p, string(rest))
	if s.Actors[Newcomer] == nil {
		s.Actors[Newcomer] = &Actor{Name: Newcomer, Email: p.Email, Cookies: map[string]string{"pending": pending.String()}}
	}
	return err
}
