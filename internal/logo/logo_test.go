package logo_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/png"
	"os"
	"testing"

	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/files"
	. "craftplan/internal/logo"
	"craftplan/internal/organizations"
	"craftplan/internal/store"
	"craftplan/internal/store/storetest"
)

func library(t *testing.T, db *storetest.DB) (l *files.Library, folder string) {
	t.Helper()
	folder = t.TempDir()
	contents, err := files.OpenDirectory(folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { contents.Close() })
	return files.New(db.Store, contents), folder
}

// square is a picture of one shade.
func square(t *testing.T, side int, shade uint8) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, side, side))
	for i := range m.Pix {
		m.Pix[i] = shade
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func organization(t *testing.T, db *storetest.DB, scope store.Scope) organizations.Organization {
	t.Helper()
	o, _, err := organizations.OpenByID(t.Context(), db.Store, scope.Organization())
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestLogo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		l, _ := library(t, db)
		sunrise, bluebird := db.Organization("Sunrise"), db.Organization("Bluebird")
		if _, _, err := Read(t.Context(), l, sunrise); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("before there is one: %v", err)
		}
		db.Do(t, sunrise, Remove)
		for shade := range uint8(2) {
			if err := Change(t.Context(), l, sunrise, square(t, 900, 100*shade)); err != nil {
				t.Fatal(err)
			}
			f, data, err := Read(t.Context(), l, db.Member(sunrise, authz.Viewer))
			if err != nil || f.SHA256 != organization(t, db, sunrise).Logo || f.MediaType != "image/png" {
				t.Errorf("%+v, %v", f, err)
			}
			m, err := png.Decode(bytes.NewReader(data))
			if err != nil || m.Bounds().Size() != image.Pt(Size, Size) || color.GrayModel.Convert(m.At(9, 9)) != (color.Gray{100 * shade}) {
				t.Errorf("%v, %v", m.Bounds(), err)
			}
		}
		if organization(t, db, bluebird).Logo != "" {
			t.Error("another organization has it too")
		}
		db.Do(t, sunrise, Remove)
		if _, _, err := Read(t.Context(), l, sunrise); !fault.Is(err, fault.KindNotFound) || organization(t, db, sunrise).Logo != "" {
			t.Errorf("removed: %v", err)
		}
	})
}

func TestWhoMayChange(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		l, folder := library(t, db)
		scope := db.Organization("Sunrise")
		for _, role := range []authz.Role{authz.Admin, authz.Staff, authz.Viewer} {
			member := db.Member(scope, role)
			if err := Change(t.Context(), l, member, square(t, 8, 0)); !fault.Is(err, fault.KindForbidden) {
				t.Errorf("%s changes it: %v", role, err)
			}
			err := db.Update(t.Context(), member, func(tx *store.Tx) error { return Remove(t.Context(), tx) })
			if !fault.Is(err, fault.KindForbidden) {
				t.Errorf("%s removes it: %v", role, err)
			}
		}
		if left, err := os.ReadDir(folder); err != nil || len(left) != 0 {
			t.Errorf("refused, and yet there: %v, %v", left, err)
		}
	})
}

// Whoever changes and removes it at once, the organization has the logo that it says it has, or none.
func TestAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		l, _ := library(t, db)
		scope := db.Organization("Sunrise")
		done := make(chan error)
		for i := range 6 {
			go func() {
				if i%3 == 2 {
					done <- db.Update(t.Context(), scope, func(tx *store.Tx) error { return Remove(t.Context(), tx) })
					return
				}
				done <- Change(t.Context(), l, scope, square(t, 8, uint8(40*i)))
			}()
		}
		for range 6 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		says := organization(t, db, scope).Logo
		f, _, err := Read(t.Context(), l, scope)
		if says == "" && !fault.Is(err, fault.KindNotFound) || says != "" && (err != nil || f.SHA256 != says) {
			t.Errorf("the organization says %q, and there is %q, %v", says, f.SHA256, err)
		}
		var used int64
		db.Do(t, scope, func(ctx context.Context, tx *store.Tx) (err error) {
			used, err = files.Used(ctx, tx)
			return err
		})
		if used != f.Size {
			t.Errorf("%d bytes are used, the logo has %d", used, f.Size)
		}
	})
}

// A mail carries a small logo, and goes without one when it is lost.
func TestMailBranding(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storetest.DB) {
		l, folder := library(t, db)
		scope := db.Organization("Sunrise")
		if b, err := MailBranding(t.Context(), l, scope, organization(t, db, scope)); err != nil || b.Logo != nil || b.Name != "Sunrise" {
			t.Errorf("without a logo: %+v, %v", b, err)
		}
		if err := Change(t.Context(), l, scope, square(t, 900, 7)); err != nil {
			t.Fatal(err)
		}
		b, err := MailBranding(t.Context(), l, scope, organization(t, db, scope))
		if err != nil {
			t.Fatal(err)
		}
		if c, err := png.DecodeConfig(bytes.NewReader(b.Logo)); err != nil || c.Height != 84 || c.Width != 84 {
			t.Errorf("%+v, %v", c, err)
		}
		if err := os.RemoveAll(folder + "/" + scope.Organization().String()); err != nil {
			t.Fatal(err)
		}
		if b, err := MailBranding(t.Context(), l, scope, organization(t, db, scope)); err == nil || b.Logo != nil || b.Fill == "" {
			t.Errorf("lost: %+v, %v", b, err)
		}
	})
}
