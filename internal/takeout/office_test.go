package takeout_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"craftplan/internal/accounts"
	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/files"
	"craftplan/internal/id"
	"craftplan/internal/organizations"
	"craftplan/internal/store"
	"craftplan/internal/takeout"
)

const demoPassword = "craftplan-demo"

// desk is where an owner asks for archives.
type desk struct {
	place
	*takeout.Office
	owner accounts.User
	scope store.Scope
	t     *testing.T
}

func newDesk(t *testing.T, engine store.Engine) desk {
	t.Helper()
	p := sunrise(t, engine)
	d := desk{p, takeout.NewOffice(p.Store, p.library), p.user(t, owner), store.Scope{}, t}
	d.scope = d.as(d.owner)
	return d
}

func (d desk) as(who accounts.User) store.Scope {
	d.t.Helper()
	_, scope, err := organizations.Resolve(d.t.Context(), d.Store, "sunrise", who.ID)
	if err != nil {
		d.t.Fatal(err)
	}
	return scope
}

func (d desk) ask() (takeout.Make, error) {
	d.t.Helper()
	var all []takeout.Archive
	err := d.Update(d.t.Context(), d.scope, func(tx *store.Tx) (err error) {
		if err := takeout.Ask(d.t.Context(), tx); err != nil {
			return err
		}
		all, err = takeout.Archives(d.t.Context(), tx)
		return err
	})
	if err != nil {
		return takeout.Make{}, err
	}
	return takeout.Make{Archive: all[0].ID, By: d.owner.ID}, nil
}

func (d desk) make(job takeout.Make, number int) error {
	o, _ := d.open(d.t, "sunrise")
	return d.Make(d.t.Context(), o, d.scope, job, number)
}

// made is an archive that is ready.
func (d desk) made() id.ID {
	d.t.Helper()
	job, err := d.ask()
	if err == nil {
		err = d.make(job, 1)
	}
	if err != nil {
		d.t.Fatal(err)
	}
	return job.Archive
}

func (d desk) archives() (all []takeout.Archive) {
	d.t.Helper()
	d.Do(d.t, d.scope, func(ctx context.Context, tx *store.Tx) (err error) {
		all, err = takeout.Archives(ctx, tx)
		return err
	})
	return all
}

func (d desk) kept() (names []string) {
	d.t.Helper()
	all, err := filepath.Glob(filepath.Join(d.folder, d.scope.Organization().String(), "*"))
	if err != nil {
		d.t.Fatal(err)
	}
	for _, name := range all {
		names = append(names, filepath.Base(name))
	}
	return names
}

func (d desk) download(which id.ID, password string) ([]byte, error) {
	d.t.Helper()
	_, content, err := d.Open(d.t.Context(), d.scope, which, d.owner, password)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(content)
	return data, errors.Join(err, content.Close())
}

func eachEngine(t *testing.T, test func(t *testing.T, engine store.Engine)) {
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		t.Run(string(engine), func(t *testing.T) { test(t, engine) })
	}
}

// An owner asks, a job makes the archive, and it is what the command writes: an organization can be made of it. It holds no other
// archive, counts towards no plan, and is gone after a week.
func TestOffice(t *testing.T) {
	eachEngine(t, func(t *testing.T, engine store.Engine) {
		d := newDesk(t, engine)
		used := func() (n int64) {
			d.Do(t, d.scope, func(ctx context.Context, tx *store.Tx) (err error) { n, err = files.Used(ctx, tx); return err })
			return n
		}
		before := used()
		first := d.made()
		second := d.made()
		all := d.archives()
		if len(all) != 1 || all[0].ID != second || all[0].Status != takeout.Ready || all[0].Done > all[0].Rows || all[0].Rows == 0 || all[0].By != d.owner.Name {
			t.Fatalf("%+v", all)
		}
		archive, err := d.download(second, demoPassword)
		if err != nil || int64(len(archive)) != all[0].Size {
			t.Fatalf("%d bytes of %d: %v", len(archive), all[0].Size, err)
		}
		if _, err := d.download(first, demoPassword); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("what was replaced: %v", err)
		}
		if _, err := d.bring(t, archive, takeout.As{Slug: "again"}); err != nil {
			t.Fatal(err)
		}
		if used() != before {
			t.Errorf("%d bytes are used, not %d", used(), before)
		}
		if bytes.Contains(archive, []byte("takeouts.jsonl")) {
			t.Error("archives are in the archive")
		}
		for _, which := range []id.ID{first, second, second} {
			if err := d.Expire(t.Context(), d.scope, takeout.Expire{Archive: which}); err != nil {
				t.Fatal(err)
			}
		}
		if kept := d.kept(); len(d.archives()) != 0 || len(kept) != 1 { // the logo
			t.Errorf("afterwards: %v, %v", d.archives(), kept)
		}
	})
}

// What is asked for, given up and downloaded is in the audit log, with who did it.
func TestTakeoutsAreRecorded(t *testing.T) {
	d := newDesk(t, store.SQLite)
	if _, err := d.download(d.made(), demoPassword); err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, row := range d.contents(t, "sunrise")["audit_entries"] {
		for _, word := range []string{"asked for", "downloaded"} {
			if strings.Contains(row, word) && strings.Contains(row, "exported") {
				told = append(told, word)
			}
		}
	}
	slices.Sort(told)
	if strings.Join(told, ", ") != "asked for, downloaded" {
		t.Errorf("recorded: %q", told)
	}
}

// Who may not, does not know the password, or asks for what is not there gets nothing, and nothing is changed by it.
func TestOfficeRefuses(t *testing.T) {
	eachEngine(t, func(t *testing.T, engine store.Engine) {
		d := newDesk(t, engine)
		which := d.made()
		if _, err := d.download(which, "a wrong guess"); !fault.Is(err, fault.KindInvalid) || fault.FieldsOf(err)[0].Name != "current" {
			t.Errorf("a wrong password: %v", err)
		}
		if _, err := d.download(id.New(), demoPassword); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("an unknown archive: %v", err)
		}
		for _, role := range []authz.Role{authz.Admin, authz.Staff, authz.Viewer} {
			scope := d.Member(d.scope, role)
			if _, _, err := d.Open(t.Context(), scope, which, d.owner, demoPassword); !fault.Is(err, fault.KindForbidden) {
				t.Errorf("%s downloads: %v", role, err)
			}
			if err := d.Make(t.Context(), organizations.Organization{}, scope, takeout.Make{Archive: which}, 1); err != nil {
				t.Errorf("a job of a %s: %v", role, err)
			}
		}
		if all := d.archives(); len(all) != 1 || all[0].Status != takeout.Ready {
			t.Errorf("afterwards: %+v", all)
		}
		neighbour := d.Organization("Another house")
		if _, _, err := d.Open(t.Context(), neighbour, which, d.owner, demoPassword); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("another organization opens it: %v", err)
		}
		if err := d.Expire(t.Context(), neighbour, takeout.Expire{Archive: which}); err != nil || len(d.archives()) != 1 || len(d.kept()) != 2 {
			t.Errorf("another organization removes it: %v, %v", err, d.kept())
		}
		for what, do := range map[string]func(context.Context, *store.Tx, id.ID) error{"stops": takeout.Stop, "removes": takeout.Remove} {
			err := d.Update(t.Context(), neighbour, func(tx *store.Tx) error { return do(t.Context(), tx, which) })
			if !fault.Is(err, fault.KindNotFound) {
				t.Errorf("another organization %s it: %v", what, err)
			}
		}
		d.Do(t, d.scope, func(ctx context.Context, tx *store.Tx) error {
			if err := takeout.Stop(ctx, tx, which); !fault.Is(err, fault.KindConflict) {
				t.Errorf("stopping what is ready: %v", err)
			}
			return takeout.Remove(ctx, tx, which)
		})
		if len(d.archives()) != 0 {
			t.Error("removed, and still there")
		}
	})
}

// One is made at a time. One that is stopped is not finished, one that nobody finished does not stay in the way, and neither leaves
// anything.
func TestStoppedAndForgotten(t *testing.T) {
	eachEngine(t, func(t *testing.T, engine store.Engine) {
		d := newDesk(t, engine)
		earlier := d.made()
		job, err := d.ask()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.ask(); !fault.Is(err, fault.KindConflict) {
			t.Errorf("a second one at once: %v", err)
		}
		err = d.Update(t.Context(), d.scope, func(tx *store.Tx) error { return takeout.Remove(t.Context(), tx, job.Archive) })
		if !fault.Is(err, fault.KindConflict) {
			t.Errorf("removing what is being made: %v", err)
		}
		if _, err := d.download(job.Archive, demoPassword); !fault.Is(err, fault.KindConflict) {
			t.Errorf("downloading what is being made: %v", err)
		}
		d.Do(t, d.scope, func(ctx context.Context, tx *store.Tx) error { return takeout.Stop(ctx, tx, job.Archive) })
		if err := d.make(job, 1); err != nil {
			t.Error(err)
		}
		if all := d.archives(); len(all) != 1 || all[0].ID != earlier || len(d.kept()) != 2 {
			t.Errorf("stopped: %+v, %v", all, d.kept())
		}
		if _, err := d.ask(); err != nil {
			t.Fatal(err)
		}
		tomorrow := d.At(func() time.Time { return time.Now().Add(25 * time.Hour) })
		err = tomorrow.Update(t.Context(), d.scope, func(tx *store.Tx) error { return takeout.Ask(t.Context(), tx) })
		if all := d.archives(); err != nil || len(all) != 2 {
			t.Errorf("the day after: %v, %+v", err, all)
		}
	})
}

// disk is where the desk's contents are.
func (d desk) disk() files.Contents {
	d.t.Helper()
	contents, err := files.OpenDirectory(d.folder)
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { contents.Close() })
	return contents
}

// full is a disk on which there is no room.
type full struct{ files.Contents }

func (f full) Put(context.Context, files.Key, io.Reader) error {
	return fault.Unavailable("Files cannot be kept now. Try again in a moment.", errors.New("no space left on device"))
}

// What goes wrong is tried again, and at last told; nothing is left, and the earlier archive stays.
func TestMakingFails(t *testing.T) {
	eachEngine(t, func(t *testing.T, engine store.Engine) {
		d := newDesk(t, engine)
		earlier := d.made()
		contents := d.disk()
		good := d.Office
		d.Office = takeout.NewOffice(d.Store, files.New(d.Store, full{contents}))
		job, err := d.ask()
		if err != nil {
			t.Fatal(err)
		}
		for number := 1; number < 3; number++ {
			if err := d.make(job, number); !fault.Is(err, fault.KindUnavailable) {
				t.Errorf("try %d: %v", number, err)
			}
		}
		if err := d.make(job, 3); err != nil {
			t.Errorf("the last try: %v", err)
		}
		all := d.archives()
		if len(all) != 2 || all[0].Status != takeout.Failed || !strings.Contains(all[0].Failure, "cannot be kept") || all[1].ID != earlier || len(d.kept()) != 2 {
			t.Fatalf("%+v, %v", all, d.kept())
		}
		d.Office = good
		if _, err := d.download(earlier, demoPassword); err != nil {
			t.Errorf("the earlier one: %v", err)
		}
		again := d.made()
		if all := d.archives(); len(all) != 1 || all[0].ID != again {
			t.Errorf("another: %+v", all)
		}
	})
}

// late is a disk on which something happens when a content is whole.
type late struct {
	files.Contents
	then func()
}

func (l late) Put(ctx context.Context, key files.Key, content io.Reader) error {
	err := l.Contents.Put(ctx, key, content)
	l.then()
	return err
}

// An archive that is given up when its content is whole already, and not yet ready, is not kept, and replaces no earlier one.
func TestStoppedAtLast(t *testing.T) {
	eachEngine(t, func(t *testing.T, engine store.Engine) {
		d := newDesk(t, engine)
		earlier := d.made()
		contents := d.disk()
		job, err := d.ask()
		if err != nil {
			t.Fatal(err)
		}
		stop := func() {
			d.Do(t, d.scope, func(ctx context.Context, tx *store.Tx) error { return takeout.Stop(ctx, tx, job.Archive) })
		}
		d.Office = takeout.NewOffice(d.Store, files.New(d.Store, late{contents, stop}))
		if err := d.make(job, 1); err != nil {
			t.Error(err)
		}
		if all := d.archives(); len(all) != 1 || all[0].ID != earlier || len(d.kept()) != 2 {
			t.Errorf("%+v, %v", all, d.kept())
		}
	})
}

// Who asked and may have none any more when it is made gets none.
func TestWhoMayNoMore(t *testing.T) {
	eachEngine(t, func(t *testing.T, engine store.Engine) {
		d := newDesk(t, engine)
		job, err := d.ask()
		if err != nil {
			t.Fatal(err)
		}
		o, _ := d.open(t, "sunrise")
		if err := d.Make(t.Context(), o, d.Member(d.scope, authz.Admin), job, 1); err != nil {
			t.Error(err)
		}
		if all := d.archives(); len(all) != 1 || all[0].Status != takeout.Failed || len(d.kept()) != 1 {
			t.Errorf("%+v, %v", all, d.kept())
		}
	})
}
