package takeout_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"craftplan/internal/accounts"
	"craftplan/internal/catalog"
	"craftplan/internal/demo"
	"craftplan/internal/digest"
	"craftplan/internal/files"
	"craftplan/internal/logo"
	"craftplan/internal/organizations"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
	"craftplan/internal/takeout"
)

var demonstration = storetest.Filled(demo.Seed)

// place is an installation with a folder of files.
type place struct {
	*storetest.DB
	library *files.Library
	folder  string
}

func at(t *testing.T, db *storetest.DB) place {
	t.Helper()
	folder := t.TempDir()
	contents, err := files.OpenDirectory(folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { contents.Close() })
	return place{db, files.New(db.Store, contents), folder}
}

// sunrise is the demo, whose organization of that name has a logo, and an owner who is mailed what expires.
func sunrise(t *testing.T, engine store.Engine) place {
	t.Helper()
	p := at(t, demonstration.New(t, engine))
	member, scope, err := organizations.Resolve(t.Context(), p.Store, "sunrise", p.user(t, owner).ID)
	if err != nil || member.Role != "owner" {
		t.Fatal(member, err)
	}
	if err := logo.Change(t.Context(), p.library, scope, picture(t)); err != nil {
		t.Fatal(err)
	}
	p.Do(t, scope, func(ctx context.Context, tx *store.Tx) error { return digest.Choose(ctx, tx, digest.Weekly) })
	return p
}

const owner = "maya@sunrise.example"

// photograph gives a product of the bakery a photo, which is two files.
func (p place) photograph(t *testing.T) {
	t.Helper()
	_, scope, err := organizations.Resolve(t.Context(), p.Store, "sunrise", p.user(t, owner).ID)
	if err == nil {
		err = catalog.AddPhoto(t.Context(), p.library, scope, "BREAD-001", picture(t))
	}
	if err != nil {
		t.Fatal(err)
	}
}

func picture(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 40, 40))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func (p place) user(t *testing.T, email string) (u accounts.User) {
	t.Helper()
	err := p.System(t.Context(), "test", func(tx *store.SystemTx) (err error) {
		u, err = accounts.ByEmail(t.Context(), tx, email)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// open finds an organization by the list of all.
func (p place) open(t *testing.T, slug string) (organizations.Organization, store.Scope) {
	t.Helper()
	all, err := organizations.List(t.Context(), p.Store)
	at := slices.IndexFunc(all, func(o organizations.Organization) bool { return o.Slug == slug })
	if err != nil || at < 0 {
		t.Fatalf("no organization %s: %v", slug, err)
	}
	o, scope, err := organizations.OpenByID(t.Context(), p.Store, all[at].ID)
	if err != nil {
		t.Fatal(err)
	}
	return o, scope
}

func (p place) export(t *testing.T, slug string) ([]byte, takeout.Manifest) {
	t.Helper()
	o, scope := p.open(t, slug)
	var archive bytes.Buffer
	m, err := takeout.Exporter{Store: p.Store, Files: p.library}.Export(t.Context(), o, scope, &archive)
	if err != nil {
		t.Fatal(err)
	}
	return archive.Bytes(), m
}

func (p place) bring(t *testing.T, archive []byte, as takeout.As) (organizations.Organization, error) {
	t.Helper()
	if as.Owner == (organizations.Owner{}) {
		prepared, err := accounts.PrepareWithoutPassword("Nell", "nell@oven.example")
		if err != nil {
			t.Fatal(err)
		}
		as.Owner.New = &prepared
	}
	o, _, err := takeout.Importer{Store: p.Store, Files: p.library, Most: 1 << 30}.Import(t.Context(), bytes.NewReader(archive), int64(len(archive)), as)
	return o, err
}

// contents are all rows of an organization, each with its people by their names, and the digests of its files.
func (p place) contents(t *testing.T, slug string) map[string][]string {
	t.Helper()
	_, scope := p.open(t, slug)
	tables, err := p.Tables(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{}
	p.Do(t, scope, func(ctx context.Context, tx *store.Tx) error {
		people := map[string]string{}
		everybody, err := organizations.Everybody(ctx, tx)
		for _, m := range everybody {
			people[m.UserID.String()] = m.Name
		}
		for _, table := range tables {
			for row, err := range tx.AllRows(ctx, table) {
				if err != nil {
					return err
				}
				for i, c := range table.Columns {
					if c.Person && row[i] != nil {
						row[i] = people[row[i].(string)]
					}
				}
				all[table.Name] = append(all[table.Name], fmt.Sprint(row))
			}
		}
		rows, err2 := files.All(ctx, tx)
		for _, f := range rows {
			content, err := p.library.Content(ctx, tx, f.ID)
			if err != nil {
				return err
			}
			data, err := io.ReadAll(content)
			sum := sha256.Sum256(data)
			if err = errors.Join(err, content.Close()); err != nil || hex.EncodeToString(sum[:]) != f.SHA256 {
				t.Errorf("file %s: %v", f.ID, err)
			}
		}
		return errors.Join(err, err2)
	})
	return all
}

// left are the tables that stay behind.
var left = []string{"api_keys", "identities", "identity_providers", "invitations", "mail_settings", "memberships", "takeouts"}

// What is carried from either database to either is the same, row by row and file by file; beside the old and in a new installation.
func TestRoundTrip(t *testing.T) {
	for _, from := range []store.Engine{store.SQLite, store.Postgres} {
		t.Run(string(from), func(t *testing.T) {
			t.Parallel()
			p := sunrise(t, from)
			p.photograph(t)
			before := p.contents(t, "sunrise")
			archive, m := p.export(t, "sunrise")
			if !slices.Equal(m.StaysBehind, left) || len(m.Files) != 3 || m.Rows() < 200 || len(m.Missing) > 0 {
				t.Errorf("stays behind %v, files %v, %d rows", m.StaysBehind, m.Files, m.Rows())
			}
			for _, part := range m.Tables {
				for _, column := range part.Columns {
					if strings.HasSuffix(column, "_sealed") || strings.HasSuffix(column, "_hash") {
						t.Errorf("%s.%s is carried: say in stays that its table is not", part.Table, column)
					}
				}
			}
			for _, to := range []place{p, at(t, storetest.New(t, store.SQLite)), at(t, storetest.New(t, store.Postgres))} {
				o, err := to.bring(t, archive, takeout.As{Slug: "again"})
				if err != nil {
					t.Fatal(err)
				}
				after := to.contents(t, "again")
				for _, table := range slices.Sorted(maps.Keys(before)) {
					if table == "audit_entries" { // it says too how the new one came to be
						after[table] = slices.DeleteFunc(after[table], func(row string) bool { return !slices.Contains(before[table], row) })
					}
					if !slices.Contains(left, table) && !slices.Equal(before[table], after[table]) {
						t.Errorf("to %s: table %s differs: %d rows and %d", to.Engine(), table, len(before[table]), len(after[table]))
					}
				}
				was, _ := p.open(t, "sunrise")
				if o.Slug != "again" || o.Name != was.Name || o.Currency != was.Currency || o.TimeZone != was.TimeZone || o.BrandColor != was.BrandColor || o.Logo != was.Logo || o.Logo == "" || o.ID == was.ID {
					t.Errorf("was %+v, is %+v", was, o)
				}
			}
			after := p.contents(t, "sunrise")
			log := len(after["audit_entries"])
			after["audit_entries"] = slices.DeleteFunc(after["audit_entries"], func(row string) bool { return !slices.Contains(before["audit_entries"], row) })
			if !maps.EqualFunc(before, after, slices.Equal) || log != len(before["audit_entries"])+1 {
				t.Error("the organization itself changed, but for the entry that it was carried away")
			}
		})
	}
}

// Nobody is let into the new organization but its owner, unless the operator says so.
func TestWhoIsLetIn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		archive, m := sunrise(t, db.Engine()).export(t, "sunrise")
		p := at(t, db)
		if _, err := p.bring(t, archive, takeout.As{}); err != nil {
			t.Fatal(err)
		}
		standing := func(slug string) map[organizations.Standing]int {
			all := map[organizations.Standing]int{}
			_, scope := p.open(t, slug)
			p.Do(t, scope, func(ctx context.Context, tx *store.Tx) error {
				everybody, err := organizations.Everybody(ctx, tx)
				for _, m := range everybody {
					all[m.Standing]++
				}
				return err
			})
			return all
		}
		if got := standing("sunrise"); got[organizations.Working] != 1 || got[organizations.NoLonger] != len(m.People) {
			t.Errorf("not reconnected: %v of %d people", got, len(m.People))
		}
		maya, err := accounts.PrepareWithoutPassword("Maya", owner)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.bring(t, archive, takeout.As{Slug: "again", Owner: organizations.Owner{New: &maya}, Reconnect: true}); err != nil {
			t.Fatal(err)
		}
		want := map[organizations.Standing]int{}
		for _, person := range m.People {
			want[person.Standing]++
		}
		if got := standing("again"); !maps.Equal(got, want) {
			t.Errorf("reconnected: %v, want %v", got, want)
		}
		if member, _, err := organizations.Resolve(t.Context(), p.Store, "again", p.user(t, "vera@sunrise.example").ID); err != nil || member.Role != "viewer" {
			t.Errorf("vera is %v, %v", member.Role, err)
		}
	})
}
