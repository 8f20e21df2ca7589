// Package logo is the picture that an organization shows of itself: beside its name, on printed pages and in its mails.
package logo

import (
	"context"

	"craftplan/internal/authz"
	"craftplan/internal/fault"
	"craftplan/internal/files"
	"craftplan/internal/mail"
	"craftplan/internal/organizations"
	"craftplan/internal/picture"
	"craftplan/internal/store"
)

// Size is the longer side of a logo at most, in pixels. In a mail it is less high: mails are small, and show it small.
const (
	Size       = 512
	mailHeight = 84
)

const lock = "logo"

// Change gives the organization another logo. The data is a picture as picture.Fit reads it; Invalid faults are about the field file.
func Change(ctx context.Context, library *files.Library, scope store.Scope, data []byte) error {
	if err := scope.Actor().Require(authz.OrganizationControl); err != nil {
		return err
	}
	png, err := picture.Fit(data, Size, Size)
	if err != nil {
		return err
	}
	return library.Put(ctx, scope, files.Draft{Purpose: files.Logo, MediaType: "image/png", Content: png}, func(tx *store.Tx, f files.File) error {
		if err := tx.Lock(ctx, lock); err != nil {
			return err
		}
		if err := files.Replace(ctx, tx, f); err != nil {
			return err
		}
		return organizations.SetLogo(ctx, tx, f.SHA256)
	})
}

// Remove takes the logo away; without one there is nothing to do.
func Remove(ctx context.Context, tx *store.Tx) error {
	if err := tx.Require(authz.OrganizationControl); err != nil {
		return err
	}
	if err := tx.Lock(ctx, lock); err != nil {
		return err
	}
	f, err := files.Newest(ctx, tx, files.Logo)
	if err == nil {
		err = files.Remove(ctx, tx, f.ID)
	}
	if err != nil && !fault.Is(err, fault.KindNotFound) {
		return err
	}
	return organizations.SetLogo(ctx, tx, "")
}

// Read gives the logo, a PNG; a NotFound fault when there is none. Every member sees it.
func Read(ctx context.Context, library *files.Library, scope store.Scope) (files.File, []byte, error) {
	return library.Newest(ctx, scope, files.Logo)
}

// MailBranding is how mails of the organization look, with its logo. After an error it is still good, without the logo.
func MailBranding(ctx context.Context, library *files.Library, scope store.Scope, o organizations.Organization) (mail.Branding, error) {
	b := o.MailBranding()
	if o.Logo == "" {
		return b, nil
	}
	_, png, err := Read(ctx, library, scope)
	if err != nil {
		return b, err
	}
	b.Logo, err = picture.Fit(png, Size, mailHeight)
	return b, err
}
